"""The lake beside its manifest: what no import stands for goes, unless an import is writing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def left(small_county: Any) -> Iterator[Path]:
    """A file that a killed import left."""
    path: Path = small_county.lake / "daily" / "2020-02-18" / "left.parquet.part"
    path.write_bytes(b"PAR1")
    yield path
    path.unlink(missing_ok=True)


def test_what_no_import_stands_for_is_swept(small_county: Any, left: Path) -> None:
    """The readings of the county stay, and the figures with them."""
    from twofront.apps.figures import readings

    before = set(small_county.lake.rglob("*")) - {left}

    gone = readings.sweep()

    assert gone == ["daily/2020-02-18/left.parquet.part"]
    assert set(small_county.lake.rglob("*")) == before
    assert readings.sweep() == []


def test_nothing_is_swept_while_an_import_writes(small_county: Any, left: Path) -> None:
    """A file that another process has just written is not listed yet: it is left alone until that import ends."""
    import psycopg

    from twofront.apps.figures import readings
    from twofront.ground import postgres

    with psycopg.connect(postgres.urls(small_county).app) as another:
        another.execute("select pg_advisory_xact_lock_shared(%s)", [readings.LAKE_LOCK])
        during = readings.sweep()

    assert during == []
    assert left.exists()
    assert readings.sweep() != []
