"""Check the files of a playbook: every fault with file, line, value, what is wrong and what to do.

Example:
  twofront playbook check playbooks/dongyang-2020
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from twofront.core.playbook import check, parts_of
from twofront.ground.spoken import said
from twofront.server import playbooks


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the one argument."""
    parser.add_argument(
        "folder", metavar="DIR", type=Path, help="the folder of the playbook, with its .toml files"
    )


def run(args: argparse.Namespace) -> int:
    """Print the faults as JSON; 0 without any, 1 with some."""
    files = playbooks.files_of(args.folder)
    faults = check(files)
    print(
        json.dumps(
            {
                "files": len(parts_of(files)),
                "faults": [asdict(f) | {"what": said(f.what), "do": said(f.do)} for f in faults],
            },
            ensure_ascii=False,
            indent=2,
        )
    )
    return 1 if faults else 0
