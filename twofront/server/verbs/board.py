"""Print or publish a day of the command board.

Example:
    %(prog)s --data ./county --on 2020-02-18
"""

import argparse
import json

from twofront.server import county


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--data", required=True)
    parser.add_argument("--on", required=True, help="the day")
    parser.add_argument("--known", help="as the county knew it at this moment")
    if not parser.prog.endswith("publish"):
        parser.add_argument("--township", help="one township's code")
    parser.add_argument("--by", help="the login that asks; the operator if left out")


def run(args: argparse.Namespace) -> int:
    """Print the contract's object."""
    with county.opened(args.data, by=args.by) as open_:
        from twofront.ground import kinds  # noqa: PLC0415

        on, known = county.day_of("--on", args.on), open_.known(args.known)
        if args.verb.endswith("publish"):
            from twofront.apps.centre import actions  # noqa: PLC0415

            done = actions.publish(on, known=known, by=open_.by, at=open_.now)
            answer = {
                "on": done.on.isoformat(),
                "known": kinds.written(done.known),
                "hash": done.hash,
            }
        else:
            from twofront.apps.centre import queries  # noqa: PLC0415

            answer = queries.board(on, known=known, township=args.township, by=open_.by)
    print(json.dumps(answer, ensure_ascii=False))
    return 0
