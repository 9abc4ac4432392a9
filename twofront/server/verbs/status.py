"""Say what runs in a county's data folder, and where each log is.

Example:
    twofront status --data county
"""

import argparse
import contextlib
import json
from pathlib import Path
from typing import Any

import psycopg

from twofront.ground import postgres
from twofront.ground.folder import Folder
from twofront.ground.pgcluster import Cluster
from twofront.ground.processes import Process


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="the county's data folder")


def run(args: argparse.Namespace) -> int:
    """Print one JSON object."""
    folder = Folder(args.data)
    folder.require_county()
    print(json.dumps(report(folder), ensure_ascii=False, indent=2))
    return 0


def report(folder: Folder) -> dict[str, Any]:
    """Return what runs: the server (null address where none serves), its processes, the database, the logs."""
    noted = folder.read_run()
    holder = folder.holder()
    children = [
        {
            "name": child["name"],
            "pid": child["pid"],
            "running": Process(pid=child["pid"], started=child["started"]).is_alive(),
        }
        for child in noted.get("children", [])
    ]
    return {
        "data": str(folder),
        "running": holder is not None,
        "pid": holder,
        "url": noted.get("url") if holder else None,
        "port": noted.get("port") if holder else None,
        "lan": bool(noted.get("lan")) if holder else False,
        "processes": children,
        "database": _database(folder),
        "logs": {file.stem: str(file) for file in sorted(folder.logs.glob("*.log"))},
    }


def _database(folder: Folder) -> dict[str, Any]:
    external = postgres.external()
    server = None if external else Cluster(folder)
    process = server.process() if server else None
    report: dict[str, Any] = {
        "embedded": external is None,
        "running": False,
        "pid": process.pid if process else None,
        "version": None,
    }
    if external is None and (server is None or not server.is_ready()):
        return report
    with (
        contextlib.suppress(psycopg.Error),
        psycopg.connect(postgres.urls(folder).app, connect_timeout=5) as c,
    ):
        number = c.info.server_version
        report |= {"running": True, "version": f"{number // 10000}.{number % 10000}"}
    return report
