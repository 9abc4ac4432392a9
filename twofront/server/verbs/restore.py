"""Bring a county back from its backup, into an empty or absent folder.

Example:
    twofront restore county-0218.backup --key ./backup.key --data ./county-again
"""

import argparse
import dataclasses
import json
from pathlib import Path

from twofront.ground.folder import Folder
from twofront.server import county, restoring


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--key", required=True, type=Path, help="the county's backup.key")
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="an empty or absent folder")


def run(args: argparse.Namespace) -> int:
    """Restore, and print what was found there afterwards."""
    found = restoring.restore(args.file, args.key, Folder(args.data), said=county.say)
    print(json.dumps(dataclasses.asdict(found), ensure_ascii=False))
    return 0
