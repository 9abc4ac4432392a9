"""Print the address of a county's database, as libpq reads it, while its server runs.

Example:
    psql "$(twofront db url --data county)"
"""

import argparse
from pathlib import Path

from twofront.core.errors import CannotDo
from twofront.ground import postgres
from twofront.ground.folder import Folder
from twofront.ground.pgcluster import Cluster


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="the county's data folder")
    parser.add_argument("--owner", action="store_true", help="the owner's login instead of the serving one")


def run(args: argparse.Namespace) -> int:
    """Print one address on stdout."""
    folder = Folder(args.data)
    folder.require_county()
    if postgres.external() is None and not Cluster(folder).is_ready():
        raise CannotDo(
            str(folder), "its database does not run", f"start it with 'twofront serve --data {folder}'"
        )
    urls = postgres.urls(folder)
    print(urls.owner if args.owner else urls.app)
    return 0
