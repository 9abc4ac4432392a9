"""Make a county's data folder.

Example:
    twofront init --data ./county --playbook dongyang-2020
"""

import argparse
import dataclasses
import json
from datetime import UTC

from twofront.core.errors import CannotDo
from twofront.ground import postgres
from twofront.ground.folder import Folder
from twofront.server import county, playbooks


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--data", required=True, help="an empty or absent folder")
    parser.add_argument("--playbook", help="a playbook's folder or code (dongyang-2020)")
    parser.add_argument("--clock", help="let the county's clock stand at this moment: an exercise")


def run(args: argparse.Namespace) -> int:
    """Make the folder and print its operator's password and token, once."""
    folder = Folder(args.data)
    if not folder.is_empty():
        raise CannotDo(str(folder), "is not empty", "give an empty or absent folder")
    playbook = playbooks.folder_of(args.playbook)
    county.moment_of("--clock", args.clock, zone=UTC)  # whether it is one, before anything is made
    from twofront.server import founding  # noqa: PLC0415

    with folder.held(), postgres.cluster(folder, said=county.say):
        county.set_up(folder)
        founded = founding.found(folder, playbook, clock_at=args.clock)
    print(json.dumps(dataclasses.asdict(founded), ensure_ascii=False))
    return 0
