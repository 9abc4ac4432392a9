"""Make a backup of a county, also while it works; or prove one.

A backup is sealed for the key that `init` wrote to DIR/backup.key: keep that file elsewhere, for nothing else opens it.

Examples:
    twofront backup create county-0218.backup --data ./county
    twofront backup verify county-0218.backup --key ./backup.key
"""

import argparse
import dataclasses
import json
from pathlib import Path

from twofront.ground import backup
from twofront.ground.archive import Manifest
from twofront.server import county, restoring


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", type=Path)
    if not parser.prog.endswith("verify"):
        parser.add_argument("--data", required=True, help="the county's data folder")
    if not parser.prog.endswith("create"):
        parser.add_argument("--key", required=True, type=Path, help="the county's backup.key")


def run(args: argparse.Namespace) -> int:
    """Write or read the file, and print what it holds."""
    is_there = args.verb.endswith("verify")
    manifest = restoring.verify(args.file, args.key) if is_there else _create(args)
    print(json.dumps(dataclasses.asdict(restoring.proved(args.file, manifest)), ensure_ascii=False))
    return 0


def _create(args: argparse.Namespace) -> Manifest:
    with county.opened(args.data) as open_:
        from twofront.ground import audit, clock, kinds, postgres  # noqa: PLC0415
        from twofront.ground.acts import new_key  # noqa: PLC0415

        owner = postgres.urls(open_.folder).owner
        made = backup.create(
            open_.folder, owner, args.file, at=kinds.written(clock.machine()), said=county.say
        )
        audit.note_backup(made.hash, by=open_.by, under=None, key=new_key(), at=open_.now)
        return made
