"""Load a file of the county.

Every row is accounted for: read = accepted + duplicate + rejected. The same file again changes nothing.

Example:
    twofront load reports 日报0218.xlsx --data ./county --on 2020-02-18
"""

import argparse
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from twofront.core.errors import CannotDo
from twofront.core.playbook import LOADS
from twofront.server import county
from twofront.server.verbs import output
from twofront.server.verbs.maps import mapping_of


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("kind", metavar="KIND", help=", ".join(LOADS))
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--data", required=True)
    parser.add_argument("--on", help="the day from which rows without a date of their own hold")
    parser.add_argument("--by", help="the login that loads; the operator if left out")
    parser.add_argument("--known", help="when the county learned it; its now if left out")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    parser.add_argument("--report", help="write the file back with the wrong cells marked")
    parser.add_argument("--sheet", help="number from 1, or name")
    parser.add_argument("--table", type=int, help="which table, from 1, where a sheet holds several")
    parser.add_argument("--map", help="a JSON file: heading to field or null")
    parser.add_argument("--layout", choices=["wide", "long", "interval"], help="of readings")
    parser.add_argument("--zero-value", type=float, help="a reading of exactly this means 0")


def run(args: argparse.Namespace) -> int:
    """Load the file, print what became of it; exit 1 if a row was rejected."""
    if args.kind not in LOADS:
        raise CannotDo(args.kind, "is no KIND", f"write one of {', '.join(LOADS)}")
    mapping = mapping_of(args.map)
    with county.opened(args.data, by=args.by) as open_:
        from twofront.ground import intake  # noqa: PLC0415
        from twofront.server.loads import loader  # noqa: PLC0415

        on = county.day_of("--on", args.on) if args.on else None
        known = open_.known(args.known)
        give_back = _give_back(args)
        report = intake.load(
            loader(args.kind),
            Path(args.file),
            by=open_.by,
            at=open_.now,
            sent=intake.Sent(
                on=on,
                known=known,
                sheet=args.sheet,
                mapping=mapping,
                table=args.table,
                options={"layout": args.layout, "zero_value": args.zero_value},
            ),
            keep_in=open_.folder.inbox,
            rehearsed=give_back if args.dry_run else None,
            said=county.say,
        )
        if not args.dry_run:
            give_back(report)
    answer = dataclasses.asdict(report) | {"columns": dict(report.columns)}
    print(json.dumps(answer, ensure_ascii=False))
    return 1 if report.rejected else 0


def _give_back(args: argparse.Namespace) -> Callable[[Any], None]:
    """Return what writes the file with its wrong cells marked, if that was asked for."""
    from twofront.server import returning  # noqa: PLC0415

    def give_back(report: Any) -> None:  # noqa: ANN401 - intake's report, which is imported only when a county is open
        if not args.report:
            return
        output.give(returning.marked(UUID(report.import_id), beside=Path(args.file)), Path(args.report))

    return give_back
