"""Put a version of a playbook in force.

Example:
    twofront playbook load ./playbooks/dongyang-2020 --data ./county
"""

import argparse
import json
from datetime import date
from pathlib import Path

from twofront.core.errors import CannotDo
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
        from twofront.core.time import BadTime, parse_moment, write_moment  # noqa: PLC0415
        from twofront.ground import kinds  # noqa: PLC0415
        from twofront.ground.acts import new_key  # noqa: PLC0415

        try:
            known = parse_moment(args.known, zone=kinds.zone()) if args.known else open_.now
        except BadTime as e:
            raise CannotDo("--known", str(e), "write 2020-02-18T19:30") from e
        if known > open_.now:
            raise CannotDo(
                "--known", f"{args.known} lies after the county's now", "give an earlier moment, or none"
            )
        from twofront.apps.figures.queries import guard_publications_from  # noqa: PLC0415

        known = guard_publications_from(args.folder, date.min, known)
        at = max(open_.now, known)  # a step after now, if a day was published right now
        loaded = kinds.load(files, known, by=open_.by, under=None, key=new_key(), at=at)
    print(
        json.dumps(
            {
                "playbook": f"{loaded.code}@{loaded.sha256[:12]}",
                "known": write_moment(loaded.known, zone=kinds.zone()),
            }
        )
    )
    return 0
