"""Prove that the county could be brought back: make a backup, restore it to a temporary place, compare, serve, ask.

Exit 1 if anything is not as it was. The date of a good drill stands in /healthz as last_drill.

Example:
    twofront drill --data ./county
"""

import argparse
import dataclasses
import json
from pathlib import Path

from twofront.core.errors import CannotDo
from twofront.server import county


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="the county's data folder")
    parser.add_argument("--key", type=Path, help="the county's backup.key, where it no longer lies in DIR")


def run(args: argparse.Namespace) -> int:
    """Drill, and print the contract's object."""
    key = args.key or args.data / "backup.key"
    if not key.is_file():
        raise CannotDo(str(key), "is not there", "give the county's backup.key with --key")
    with county.opened(args.data) as open_:
        from twofront.server import drilling  # noqa: PLC0415

        done = drilling.drill(open_, key, said=county.say)
    print(json.dumps(dataclasses.asdict(done)))
    return 0 if done.is_good else 1
