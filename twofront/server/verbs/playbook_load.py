"""Put a version of a playbook in force.

Example:
    twofront playbook load ./playbooks/dongyang-2020 --data ./county
"""

import argparse
import json
from datetime import date
from pathlib import Path

from twofront.server import county, playbooks


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--data", required=True)
    parser.add_argument("--by", help="the login that loads; the operator if left out")
    parser.add_argument("--known", help="from which moment it is in force; the county's now if left out")


def run(args: argparse.Namespace) -> int:
    """Check the playbook, put it in force, print its version."""
    files = playbooks.files_of(Path(args.folder))
    with county.opened(args.data, by=args.by) as open_:
        from twofront.apps.territory import queries as divisions  # noqa: PLC0415
        from twofront.ground import kinds  # noqa: PLC0415
        from twofront.ground.acts import new_key  # noqa: PLC0415

        known = open_.known(args.known) or open_.now
        from twofront.apps.figures.queries import guard_publications_from  # noqa: PLC0415

        known = guard_publications_from(args.folder, date.min, known)
        playbooks.require_place(args.folder, files, divisions.tree(kinds.day()))
        at = max(open_.now, known)  # a step after now, if a day was published right now
        loaded = kinds.load(files, known, by=open_.by, under=None, key=new_key(), at=at)
        answer = {"playbook": f"{loaded.code}@{loaded.sha256[:12]}", "known": kinds.written(loaded.known)}
    print(json.dumps(answer))
    return 0
