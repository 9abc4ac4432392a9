"""The beginning of the exercise: a county made from its files, kept as a template, and brought back in a click."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from twofront.core import playbook
from twofront.ground import postgres
from twofront.ground.folder import Folder, write_private
from twofront.ground.postgres import Urls
from twofront.server import county, playbooks

if TYPE_CHECKING:
    from twofront.server.supervisor import Supervisor

TEMPLATE = "twofront_beginning"
WHOLE = "whole"
SIGNED_IN_AS = "office_clerk"


def make(folder: Folder, urls: Urls, *, at: datetime | None, said: Callable[[str], None]) -> None:
    """Make the exercise county in a folder whose database is up: its files, the county as known at a moment (None: the first stop), the template."""
    county.set_up(folder)
    from django.db import connections  # noqa: PLC0415 - Django is up only now

    from twofront.server import exercise, founding  # noqa: PLC0415

    said("writing the exercise county's files")
    exercise.write_files(folder)
    said("making the tables")
    first = exercise.first_clock(folder, zone=zone())
    start = at or first
    founding.found(folder, playbooks.folder_of(None), clock_at=min(first, start).isoformat())
    said("loading the county's files")
    exercise.begin(folder, start, said=lambda sentence: said(f"loading {sentence}"))
    _issue(folder)
    connections.close_all()
    said("keeping the beginning")
    keep(folder, urls)
    write_private(folder.exercise / WHOLE, start.isoformat())


def zone() -> tzinfo:
    """Return the zone of the exercise county."""
    return playbook.read(playbooks.files_of(playbooks.folder_of(None))).zone


def is_whole(folder: Folder) -> bool:
    """Tell whether a folder holds an exercise that was made to its end."""
    return (folder.exercise / WHOLE).is_file()


def began(folder: Folder) -> datetime | None:
    """Return the moment at which an exercise began; None if it was made before that was noted."""
    text = (folder.exercise / WHOLE).read_text("utf-8")
    return datetime.fromisoformat(text) if text else None


def keep(folder: Folder, urls: Urls) -> None:
    """Keep database and lake as they are now, to come back to."""
    postgres.make_template(urls, TEMPLATE)
    shutil.rmtree(_lake_copy(folder), ignore_errors=True)
    shutil.copytree(folder.lake, _lake_copy(folder))


def reset(supervisor: "Supervisor", words: dict[str, Any]) -> dict[str, Any]:
    """Bring the beginning back: the workers stop, database and lake are what they were, the workers start."""
    del words
    folder = supervisor.folder
    supervisor.stop_workers()
    fresh, old = folder.lake.with_name("lake.new"), folder.lake.with_name("lake.old")
    for rest in (fresh, old):
        shutil.rmtree(rest, ignore_errors=True)
    shutil.copytree(_lake_copy(folder), fresh)
    sessions = _sessions(supervisor.urls)
    postgres.restore_template(supervisor.urls, TEMPLATE, finish=lambda urls: _keep_sessions(urls, sessions))
    (folder.heads / "heads.jsonl").unlink(missing_ok=True)  # the heads of a chain that is no more
    folder.lake.rename(old)
    fresh.rename(folder.lake)
    shutil.rmtree(old)
    supervisor.start_workers()
    return {}


def _sessions(urls: Urls) -> list[tuple[Any, ...]]:
    """Return who is signed in, so that a reset does not sign him out."""
    with psycopg.connect(urls.app) as c:
        return c.execute("select session_key, session_data, expire_date from django_session").fetchall()


def _keep_sessions(urls: Urls, sessions: list[tuple[Any, ...]]) -> None:
    with psycopg.connect(urls.app) as c, c.cursor() as cursor:
        cursor.executemany("insert into django_session values (%s, %s, %s) on conflict do nothing", sessions)


def accounts(folder: Folder) -> list[dict[str, Any]]:
    """Return the exercise's accounts, one a role, with the passwords made at the beginning."""
    found: list[dict[str, Any]] = json.loads((folder.secrets / "accounts.json").read_text("utf-8"))
    return found


def entrance(folder: Folder) -> str:
    """Return the path that signs the browser in once, as the command office."""
    county.set_up(folder)
    from twofront.server import exercise_pages  # noqa: PLC0415 - Django is up only now

    login = next(a["login"] for a in accounts(folder) if a["role"] == SIGNED_IN_AS)
    return exercise_pages.entrance(login)


def _issue(folder: Folder) -> None:
    """Make a password and a token for one account of each role; exercise passwords need no change at first login."""
    from twofront.apps.units import queries as units  # noqa: PLC0415
    from twofront.ground import clock, scope  # noqa: PLC0415

    with scope.reading(scope.READ_COUNTY):
        at = clock.now()
        by_role: dict[str, str] = {}
        for holder in units.holders(on=at.date()):
            by_role.setdefault(holder.role, holder.login)
        lines = county.account_lines(
            {login: role for role, login in by_role.items()},
            by=scope.system("exercise"),
            at=at,
            is_first=False,
        )
    write_private(folder.secrets / "accounts.json", json.dumps(lines, ensure_ascii=False) + "\n")


def _lake_copy(folder: Folder) -> Path:
    return folder.exercise / "lake.beginning"
