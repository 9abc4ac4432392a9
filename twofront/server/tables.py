"""Bring a county's tables up to this version of the program, as their owner, before anything serves them."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from twofront.core.errors import CannotDo
from twofront.ground.folder import Folder
from twofront.ground.postgres import Urls
from twofront.server import county

# Migrations of others that we use: their label in the table of what was done, their package, their place in it.
_FOREIGN = (("sessions", "django", "contrib/sessions"), ("procrastinate", "procrastinate", "contrib/django"))


def bring_up_to_date(folder: Folder, urls: Urls) -> None:
    """Migrate if a migration is missing; to see that none is takes milliseconds, without Django.

    Raises:
        CannotDo: A migration failed; what it did was taken back.
    """
    if _wanted() <= _done(urls):
        return
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


def migrate() -> None:
    """Bring the schema to this version, as the owner, and give the serving login what libraries' own tables need."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from twofront.ground.protect import UNPROTECTED  # noqa: PLC0415

    call_command("migrate", database="owner", verbosity=0, interactive=False, skip_checks=True)
    role = settings.DATABASES["default"]["USER"]
    tables = ", ".join(t for t in UNPROTECTED if t != "django_migrations")
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'grant usage on schema public to "{role}"')
        cursor.execute(f'grant select, insert, update, delete on {tables} to "{role}"')
        cursor.execute(f'grant usage on all sequences in schema public to "{role}"')
        cursor.execute(f'grant select on django_migrations to "{role}"')


def _wanted() -> set[tuple[str, str]]:
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
    migrate()
