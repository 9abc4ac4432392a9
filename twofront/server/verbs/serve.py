"""Serve a county's pages until Ctrl-C or SIGTERM; one JSON line on stdout when it is ready.

Example:
    twofront serve --data county --port 8000
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from twofront.core.errors import CannotDo
from twofront.ground.folder import Folder
from twofront.ground.postgres import Urls
from twofront.server.progress import Progress
from twofront.server.supervisor import Ready, Supervisor


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="the county's data folder")
    parser.add_argument(
        "--port",
        type=int,
        default=8000,
        metavar="N",
        help="port to serve on (default 8000; 0 = any free one)",
    )
    parser.add_argument(
        "--lan", action="store_true", help="let other machines reach it, unencrypted; for a trial in one room"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until a signal comes; exit 0."""
    folder = Folder(args.data)
    folder.require_county()
    supervisor = Supervisor(folder, port=args.port, lan=args.lan, said=Progress())

    def prepare(urls: Urls) -> None:
        del urls
        migrate(folder)

    def on_ready(ready: Ready) -> None:
        line: dict[str, object] = {"url": ready.url, "data": str(folder), "clock": ready.health.get("clock"), "accounts": []}
        print(json.dumps(line, ensure_ascii=False), flush=True)

    return supervisor.run(prepare=prepare, on_ready=on_ready)


def migrate(folder: Folder) -> None:
    """Bring the tables of a county up to this version of the program, as their owner; the database is up.

    Raises:
        CannotDo: A migration failed; nothing of it was kept.
    """
    command = (
        sys.executable,
        "-P",
        "-m",
        "django",
        "migrate",
        "--database",
        "owner",
        "--no-input",
        "--verbosity",
        "0",
    )
    environment = os.environ | {
        "TWOFRONT_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "twofront.server.settings",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if answer.returncode:
        last = (answer.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotDo(
            str(folder),
            f"the tables could not be brought up to date: {last}",
            "restore the backup, or send this line",
        )
