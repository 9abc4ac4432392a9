"""Bring a county's tables up to this version of the program, as their owner, before anything serves them."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from twofront.core.errors import CannotDo
from twofront.ground.folder import Folder
from twofront.ground.postgres import Urls
from twofront.server import county

if TYPE_CHECKING:
    from django.db.migrations.graph import MigrationGraph

_LOCK = 7_706_310_002
# Migrations of others that we use: their label in the table of what was done, their package, their place in it.
_FOREIGN = (("sessions", "django", "contrib/sessions"), ("procrastinate", "procrastinate", "contrib/django"))


def bring_up_to_date(folder: Folder, urls: Urls) -> None:
    """Migrate if a migration is missing; to see that none is takes milliseconds, without Django.

    Raises:
        CannotDo: A migration failed; what it did was taken back. Or a server of the older version still works on them.
    """
    if wanted() <= _done(urls):
        return
    if (holder := folder.holder()) not in {None, os.getpid()}:
        raise CannotDo(
            str(folder), f"served by an older version (process {holder})", "start that server anew"
        )
    command = (sys.executable, "-P", "-m", "twofront.server.tables", str(folder))
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if answer.returncode:
        last = (answer.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotDo(
            str(folder),
            f"the tables could not be brought up to date: {last}",
            "restore the backup, or send this line",
        )


def make(done: Collection[tuple[str, str]] = ()) -> None:
    """Bring the schema to this version, as the owner, and give the serving login what libraries' own tables need.

    Args:
        done: If given, an empty database gets the schema that these migrations had made, and no later one.
    """
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    from twofront.ground.protect import UNPROTECTED  # noqa: PLC0415

    role = settings.DATABASES["default"]["USER"]
    tables = ", ".join(t for t in UNPROTECTED if t != "django_migrations")
    executor = MigrationExecutor(connections["owner"])
    executor.migrate(_leaves(executor.loader.graph, done))
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'grant usage on schema public to "{role}"')
        cursor.execute(f'grant select, insert, update, delete on {tables} to "{role}"')
        cursor.execute(f'grant usage on all sequences in schema public to "{role}"')
        cursor.execute(f'grant select on django_migrations to "{role}"')


def upgrade() -> None:
    """Bring the schema of a county to this version: to its end, or not at all."""
    from django.db import connections, transaction  # noqa: PLC0415
    from django.db.migrations.recorder import MigrationRecorder  # noqa: PLC0415

    owner = connections["owner"]
    if not MigrationRecorder(owner).applied_migrations():
        make()  # an empty database has no old state, and a library's first migrations need each other's commits
        return
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s)", [_LOCK]
        )  # of two commands at once the second finds it done
        make()


def _leaves(graph: "MigrationGraph", done: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the last migration of each app, or the last of these."""
    among = {tuple(node) for node in done} or set(graph.nodes)
    of = graph.node_map
    return [
        n for n in among if n in of and not any(c.key in among and c.key[0] == n[0] for c in of[n].children)
    ]


def wanted() -> set[tuple[str, str]]:
    """Return the migrations that this version knows: (app, name)."""
    return {
        (label, file.stem) for label, place in _places() for file in (place / "migrations").glob("[0-9]*.py")
    }


def _places() -> Iterator[tuple[str, Path]]:
    here = Path(__file__).resolve().parent.parent
    yield "ground", here / "ground"
    for app in (here / "apps").iterdir():
        yield app.name, app
    for label, package, place in _FOREIGN:
        spec = importlib.util.find_spec(package)  # of a package itself, so that nothing is imported
        for root in spec.submodule_search_locations or () if spec else ():
            yield label, Path(root) / place


def _done(urls: Urls) -> set[tuple[str, str]]:
    with psycopg.connect(urls.owner) as c:
        try:
            return {(app, name) for app, name in c.execute("select app, name from django_migrations")}
        except psycopg.errors.UndefinedTable:
            return set()


if __name__ == "__main__":
    county.set_up(Folder(sys.argv[1]))
    upgrade()
