"""Print a new password or token for an account, once.

Example:
    %(prog)s operator --data ./county
"""

import argparse
import json

from twofront.server import county


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("login", metavar="LOGIN")
    parser.add_argument("--data", required=True)
    parser.add_argument("--by", help="the login that asks; the operator if left out")


def run(args: argparse.Namespace) -> int:
    """Make the secret and print it."""
    what = args.verb.split()[1]
    with county.opened(args.data, by=args.by) as open_:
        from twofront.apps.units import actions  # noqa: PLC0415
        from twofront.ground.acts import new_key  # noqa: PLC0415

        issue = actions.issue_password if what == "password" else actions.issue_token
        made = issue(args.login, by=open_.by, under=None, key=new_key(), at=open_.now)
    print(json.dumps({"login": made.login, what: made.secret}))
    return 0
