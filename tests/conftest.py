"""A small county, countable by hand, made as any county is: a folder, a playbook, and files that enter through `load`."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
FILES = HERE / "small_county"
NOON = datetime(2020, 2, 18, 11, 30, tzinfo=UTC)  # 19:30 of the county
DAY = date(2020, 2, 18)
ORDER = (
    "divisions",
    "accounts",
    "enterprises",
    "lists",
    "meters",
    "readings",
    "reports",
    "visits",
    "coverage",
    "cases",
    "closings",
)


@pytest.fixture(scope="session")
def county_folder() -> Iterator[Any]:
    """A county's data folder with the small county in it; its database runs as long as the session."""
    from twofront.ground import postgres
    from twofront.ground.folder import Folder
    from twofront.server import county

    root = Path(tempfile.mkdtemp(prefix="twofront-test-"))
    root.chmod(0o711)
    folder = Folder(root / "county")
    try:
        with postgres.cluster(folder):
            _found(folder, county)
            yield folder
            from django.db import connections

            connections.close_all()
    finally:
        folder.remove()
        shutil.rmtree(root, ignore_errors=True)


def _found(folder: Any, county: Any) -> None:
    county.set_up(folder)
    from twofront.ground import intake, scope
    from twofront.server import founding, playbooks
    from twofront.server.loads import loader

    founding.found(folder, playbooks.folder_of(None), clock_at="2020-02-18T19:30")
    for kind in ORDER:
        with scope.reading(scope.READ_COUNTY):
            intake.load(
                loader(kind),
                FILES / f"{kind}.csv",
                by=operator(),
                at=NOON,
                sent=intake.Sent(on=date(2020, 1, 1), known=NOON),
                keep_in=folder.inbox,
            )


def operator() -> Any:
    from twofront.apps.units import queries

    found = queries.actor(queries.OPERATOR)
    assert found is not None
    return found


@pytest.fixture
def small_county(county_folder: Any) -> Iterator[Any]:
    """The small county, under the serving login; whatever a test writes is taken back at its end."""
    from django.db import connection, transaction

    from twofront.ground import scope

    lake = set(county_folder.lake.rglob("*.parquet"))
    with transaction.atomic():
        scope.apply(read=scope.EVERYTHING)
        yield county_folder
        connection.needs_rollback = False
        transaction.set_rollback(True)
    for path in set(county_folder.lake.rglob("*.parquet")) - lake:
        path.unlink()


@pytest.fixture
def load(small_county: Any, tmp_path: Path) -> Callable[..., Any]:
    """Load rows as a file of a KIND, as the operator or somebody else."""
    from twofront.ground import intake
    from twofront.server.loads import loader

    def load_(
        kind: str,
        text: str,
        *,
        by: Any = None,
        known: datetime | None = None,
        on: date = DAY,
        at: datetime = NOON,
        name: str | None = None,
        **options: Any,
    ) -> Any:
        path = tmp_path / (name or f"{kind}.csv")
        path.write_text(text, encoding="utf-8")
        return intake.load(
            loader(kind),
            path,
            by=by or operator(),
            at=at,
            sent=intake.Sent(on=on, known=known, options=options),
            keep_in=small_county.inbox,
        )

    return load_


@pytest.fixture
def actor(small_county: Any) -> Callable[[str], Any]:
    """Return who acts under a login."""
    from twofront.apps.units import queries

    def actor_(login: str) -> Any:
        found = queries.actor(login)
        assert found is not None, login
        return found

    return actor_


@pytest.fixture
def client_as(small_county: Any) -> Callable[[str], Any]:
    """Return a browser of somebody's, signed in."""
    from django.test import Client

    from twofront.apps.units import queries

    def client_as_(login: str) -> Any:
        client = Client()
        session = client.session
        session["account"], session["epoch"] = queries.session_of(login)
        session.save()
        client.cookies["sessionid"] = session.session_key
        return client

    return client_as_


def pytest_configure(config: pytest.Config) -> None:
    """Keep the machine's own county out of the tests."""
    os.environ.pop("TWOFRONT_DATA", None)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # Playwright keeps a loop of its own in the thread of the tests
    )
