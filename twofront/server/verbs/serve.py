"""Serve a county's pages until Ctrl-C or SIGTERM; one JSON line on stdout when it is ready.

Example:
    twofront serve --data county --port 8000
"""

import argparse
import json
from pathlib import Path

from twofront.ground.folder import Folder
from twofront.ground.postgres import Urls
from twofront.server import tables
from twofront.server.progress import Progress
from twofront.server.supervisor import Ready, Supervisor


def port(text: str) -> int:
    """Return a port, or 0 for any free one."""
    number = int(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"{text} is no port; give one up to 65535, or 0 for any free one")
    return number


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="the county's data folder")
    parser.add_argument(
        "--port",
        type=port,
        default=8000,
        metavar="N",
        help="port to serve on (default 8000; 0 = any free one)",
    )
    parser.add_argument(
        "--lan",
        action="store_true",
        help="let other machines reach it, by HTTPS with the county's own authority",
    )
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="with --lan: another name or address by which it is reached",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until a signal comes; exit 0."""
    folder = Folder(args.data)
    folder.require_county()
    supervisor = Supervisor(folder, port=args.port, lan=args.name if args.lan else None, said=Progress())

    def prepare(urls: Urls) -> None:
        tables.bring_up_to_date(folder, urls)

    def on_ready(ready: Ready) -> None:
        line: dict[str, object] = {
            "url": ready.url,
            "data": str(folder),
            "clock": ready.health.get("clock"),
            "accounts": [],
        }
        print(json.dumps(line, ensure_ascii=False), flush=True)

    return supervisor.run(prepare=prepare, on_ready=on_ready)
