"""Making a county: an empty data folder, its database, its operator, its playbook, its clock."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twofront import __version__
from twofront.core.errors import CannotDo
from twofront.ground.folder import Folder, write_private
from twofront.server import county, playbooks, tables


@dataclass(frozen=True, slots=True)
class Founded:
    """What `init` prints."""

    data: str
    clock: str
    playbook: str
    accounts: list[dict[str, Any]]


def found(folder: Folder, playbook: Path, *, clock_at: str | None) -> Founded:
    """Make a county in a folder whose database is up; Django must be set up for it.

    Args:
        folder: The data folder.
        playbook: The folder of the playbook to put in force.
        clock_at: Where the county's clock stands (an exercise); None: it follows the machine's.

    Raises:
        CannotDo: The moment cannot be read, or the playbook has faults.
    """
    from twofront.apps.units import actions, queries  # noqa: PLC0415 - Django is up only now
    from twofront.core import playbook as core_playbook  # noqa: PLC0415
    from twofront.ground import clock, clockwork, kinds, scope  # noqa: PLC0415
    from twofront.ground.acts import new_key  # noqa: PLC0415

    files = playbooks.files_of(playbook)
    if core_playbook.check(files):
        first = core_playbook.check(files)[0]
        raise CannotDo(f"{first.file}:{first.line}", first.what, first.do)
    book = core_playbook.read(files)
    tables.migrate()
    founder = scope.system("init")
    with scope.reading(scope.READ_COUNTY):
        stands = county.moment_of("--clock", clock_at, zone=book.zone)
        if stands is not None:
            clockwork.set_clock(stands, by=founder, under=None, key=new_key(), at=stands)
        at = clock.now()
        kinds.load(files, datetime(1970, 1, 1, tzinfo=UTC), by=founder, under=None, key=new_key(), at=at)
        actions.make_operator(by=founder, under=None, key=new_key(), at=at)
        accounts = county.account_lines({queries.OPERATOR: "office_clerk"}, by=founder, at=at)
        now = at.astimezone(book.zone).isoformat()
    record = {
        "version": __version__,
        "playbook": book.version,
        "place": book.place,
        "is_exercise": stands is not None,
    }
    write_private(folder.county_json, json.dumps(record, ensure_ascii=False) + "\n")
    return Founded(data=str(folder.root), clock=now, playbook=book.version, accounts=accounts)
