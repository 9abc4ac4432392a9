"""Serve the exercise county: made from its files, loaded by the same door as a county's, signed in.

Example:
    twofront demo --port 8000
"""

import argparse
import json
import sys
import webbrowser
from pathlib import Path
from typing import Any

from twofront.core.errors import CannotDo
from twofront.ground import spoken
from twofront.ground.folder import Folder
from twofront.ground.pgcluster import Cluster
from twofront.ground.postgres import Urls
from twofront.server import county, tables
from twofront.server.progress import Progress
from twofront.server.supervisor import Ready, Supervisor
from twofront.server.verbs import serve

PLACE = Path("~/.twofront/demo")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--port", type=serve.port, default=0, help="0 = a free one")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    parser.add_argument("--data", help=f"the data folder ({PLACE})")
    parser.add_argument("--clock", help="the moment to begin at; the first stop's if left out")
    parser.add_argument("--size", choices=["small", "full"], default="small")
    parser.add_argument("--fresh", action="store_true", help="begin anew, whatever is in the folder")


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    if args.size == "full":
        raise CannotDo("--size full", "needs residents, whom no part can fill yet", "use --size small")
    folder = Folder(args.data or PLACE.expanduser())
    if folder.holder() is not None:
        raise CannotDo(
            str(folder), f"in use by process {folder.holder()}", "stop that one, or give another folder"
        )
    from twofront.server import beginning  # noqa: PLC0415 - other verbs start without it

    at = county.moment_of("--clock", args.clock, zone=beginning.zone()) if args.clock else None
    if args.fresh or not beginning.is_whole(folder):
        _clear(folder)
    elif at is not None and at != beginning.began(folder):
        raise CannotDo(
            "--clock", f"the exercise in {folder} has begun at another moment", "add --fresh to begin it anew"
        )
    said = Progress()
    supervisor = Supervisor(folder, port=args.port, said=said, tasks={"reset": beginning.reset})
    accounts: list[dict[str, Any]] = []

    def prepare(urls: Urls) -> None:
        if not beginning.is_whole(folder):
            beginning.make(folder, urls, at=at, said=said)
        else:
            tables.bring_up_to_date(folder, urls)
        accounts.extend(beginning.accounts(folder))

    def on_ready(ready: Ready) -> None:
        print(
            json.dumps(
                {
                    "url": ready.url,
                    "data": str(folder),
                    "clock": ready.health.get("clock"),
                    "accounts": accounts,
                },
                ensure_ascii=False,
            ),
            flush=True,
        )
        link = f"{ready.url}{beginning.entrance(folder)}"
        said(f"open {link}")
        if not args.no_browser:
            _open(link)

    return supervisor.run(prepare=prepare, on_ready=on_ready)


def _clear(folder: Folder) -> None:
    """Begin with an empty folder: an exercise that is begun anew, or was left half made, goes; a stranger's files stay."""
    if folder.is_empty():
        return
    is_exercise = (folder.exercise / "plan.json").is_file()
    is_unfinished = not folder.county_json.is_file() and folder.run.is_dir() and folder.secrets.is_dir()
    if not (is_exercise or is_unfinished):
        raise CannotDo(str(folder), "holds other files", "give an empty or absent folder")
    Cluster(folder).stop_now()
    folder.remove()


def _open(link: str) -> None:
    try:
        webbrowser.open(link)
    except webbrowser.Error as e:
        print(f"  {spoken.said(f'no browser: {e}')}", file=sys.stderr)
