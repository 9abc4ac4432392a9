"""The lake's files: whole before anybody knows of them, self-describing, never changed, swept when nobody lists them."""

import hashlib
import os
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twofront import lake
from twofront.lake import StatedTwice, append

MONDAY = datetime(2020, 2, 17, 18, 30, tzinfo=UTC)


def daily(*rows: tuple[str, str, float | None]) -> pa.Table:
    return pa.table({
        "meter": [r[0] for r in rows],
        "date": [date.fromisoformat(r[1]) for r in rows],
        "kwh": pa.array([r[2] for r in rows], pa.float64()),
    })  # fmt: skip


def interval(*rows: tuple[str, str, float | None]) -> pa.Table:
    return pa.table({
        "meter": [r[0] for r in rows],
        "time": pa.array([datetime.fromisoformat(r[1]) for r in rows], pa.timestamp("us")),
        "kwh": pa.array([r[2] for r in rows], pa.float64()),
    })  # fmt: skip


def test_a_file_a_day_and_its_account(tmp_path: Path) -> None:
    """Two days are two files; rows, bytes and hash are those of the file; path and columns say what it is."""
    table = daily(("m1", "2020-02-16", 5), ("m2", "2020-02-16", 6), ("m1", "2020-02-17", 7))

    files = append(tmp_path, table, layout="daily", known=MONDAY, seq=42)

    assert [(f.day, f.kind, f.rows, f.known, f.seq) for f in files] == [
        (date(2020, 2, 16), "daily", 2, MONDAY, 42),
        (date(2020, 2, 17), "daily", 1, MONDAY, 42),
    ]
    for f in files:
        content = (tmp_path / f.path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (f.bytes, f.sha256)
        assert f.path.startswith(f"daily/{f.day}/20200217T183000Z-42-")
    (row,) = pq.read_table(tmp_path / files[1].path, partitioning=None).to_pylist()
    assert row == {
        "meter": "m1", "date": date(2020, 2, 17), "kwh": 7.0, "points": None, "known": MONDAY.replace(tzinfo=None), "seq": 42,
    }  # fmt: skip


def test_intervals_bring_their_roll_up(tmp_path: Path) -> None:
    """A day's points and, beside them, their sum and number; a point at 00:00 is the new day's."""
    points = interval(
        ("m1", "2020-02-17T00:00", 1.5),
        ("m1", "2020-02-17T23:45", 2.0),
        ("m1", "2020-02-18T00:00", 9),
        ("m1", "2020-02-17T12:00", None),
    )

    files = append(tmp_path, points, layout="interval", known=MONDAY, seq=1)

    assert [(f.kind, str(f.day), f.rows) for f in files] == [
        ("interval", "2020-02-17", 3), ("rollup", "2020-02-17", 1), ("interval", "2020-02-18", 1), ("rollup", "2020-02-18", 1),
    ]  # fmt: skip
    (row,) = pq.read_table(
        tmp_path / files[1].path, columns=["meter", "kwh", "points"], partitioning=None
    ).to_pylist()
    assert row == {"meter": "m1", "kwh": 3.5, "points": 2}


@pytest.mark.parametrize(
    "stated",
    [pytest.param(-3.0, id="negative"), pytest.param(float("nan"), id="NaN"), pytest.param(None, id="null")],
)
def test_an_unknown_reading_is_kept_as_unknown(tmp_path: Path, stated: float | None) -> None:
    """That somebody said "unknown" is itself a statement, which may replace a number."""
    (file,) = append(tmp_path, daily(("m1", "2020-02-17", stated)), layout="daily", known=MONDAY, seq=1)

    assert pq.read_table(tmp_path / file.path, partitioning=None)["kwh"].to_pylist() == [None]


def test_a_meter_may_be_a_number(tmp_path: Path) -> None:
    """The lake does not care whether meters are texts or bigints."""
    table = pa.table({"meter": [7], "date": [date(2020, 2, 17)], "kwh": [5]})

    (file,) = append(tmp_path, table, layout="daily", known=MONDAY, seq=1)

    assert pq.read_table(tmp_path / file.path, partitioning=None)["meter"].to_pylist() == [7]


@pytest.mark.parametrize(
    ("table", "layout"),
    [
        pytest.param(daily(("m1", "2020-02-17", 5), ("m1", "2020-02-17", 5)), "daily", id="a day"),
        pytest.param(
            interval(("m1", "2020-02-17T00:00", 5), ("m1", "2020-02-17T00:00", 6)),
            "interval",
            id="a quarter of an hour",
        ),
        pytest.param(
            interval(("m1", "2020-02-17T00:07", 5), ("m1", "2020-02-17T00:07", 6)),
            "interval",
            id="a moment off the quarters",
        ),
    ],
)
def test_a_key_stated_twice_is_refused_and_nothing_is_written(
    tmp_path: Path, table: pa.Table, layout: Any
) -> None:
    """Which of two is right is the importer's question; the lake takes each key once."""
    with pytest.raises(StatedTwice, match="m1 at 2020-02-17"):
        append(tmp_path, table, layout=layout, known=MONDAY, seq=1)

    assert list(tmp_path.iterdir()) == []


def test_two_points_in_one_quarter_of_an_hour_are_two_points(tmp_path: Path) -> None:
    """Moments may lie as they like, as long as they differ."""
    points = interval(("m1", "2020-02-17T00:01", 1), ("m1", "2020-02-17T00:02", 2))

    files = append(tmp_path, points, layout="interval", known=MONDAY, seq=1)

    assert files[0].rows == 2


@pytest.mark.parametrize(
    ("table", "known", "said"),
    [
        pytest.param(
            daily(("m1", "2020-02-17", 5)).drop_columns("kwh"), MONDAY, "readings without kwh", id="no kwh"
        ),
        pytest.param(
            daily(("m1", "2020-02-17", 5)),
            MONDAY.replace(tzinfo=None),
            "has no zone",
            id="a known moment without a zone",
        ),
    ],
)
def test_what_cannot_be_appended_is_refused(
    tmp_path: Path, table: pa.Table, known: datetime, said: str
) -> None:
    """The sentence names the column or the value."""
    with pytest.raises(ValueError, match=said):
        append(tmp_path, table, layout="daily", known=known, seq=1)


def test_times_with_a_zone_are_refused(tmp_path: Path) -> None:
    """The lake keeps the county's local time and guesses no zone."""
    table = interval(("m1", "2020-02-17T00:00", 5))
    zoned = table.set_column(1, "time", table["time"].cast(pa.timestamp("us", "UTC")))

    with pytest.raises(ValueError, match="time has a zone"):
        append(tmp_path, zoned, layout="interval", known=MONDAY, seq=1)


def test_a_file_is_forced_to_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Order on the disk: the file's bytes, the name, the folder; a crash between leaves no half file with a good name."""
    told: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def watched_fsync(handle: int) -> None:
        told.append("folder" if os.fstat(handle).st_mode & 0o040000 else "file")
        fsync(handle)

    def watched_rename(self: Path, to: Path) -> Path:
        told.append("name")
        return rename(self, to)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "rename", watched_rename)

    append(tmp_path, daily(("m1", "2020-02-17", 5)), layout="daily", known=MONDAY, seq=1)

    assert told[-3:] == ["file", "name", "folder"]
    assert set(told[:-3]) == {"folder"}, "new folders are forced into the folder above them"


def test_a_crash_while_writing_leaves_only_what_sweep_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed import's files are listed nowhere: they are swept, and what is listed stays."""
    (kept,) = append(tmp_path, daily(("m1", "2020-02-17", 5)), layout="daily", known=MONDAY, seq=1)
    (lost,) = append(tmp_path, daily(("m1", "2020-02-17", 6)), layout="daily", known=MONDAY, seq=2)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            append(tmp_path, daily(("m1", "2020-02-18", 7)), layout="daily", known=MONDAY, seq=3)

    gone = lake.sweep(tmp_path, {kept.path})

    assert gone[0] == lost.path
    assert [p.rpartition(".")[2] for p in gone] == ["parquet", "part"]
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()] == [kept.path]


def test_sweeping_an_empty_place_removes_nothing(tmp_path: Path) -> None:
    """A county without readings has no lake yet."""
    assert lake.sweep(tmp_path / "none", set()) == []


def test_known_moments_are_kept_in_utc(tmp_path: Path) -> None:
    """The same moment in another zone is the same moment."""
    here = timezone(timedelta(hours=8))

    (file,) = append(
        tmp_path, daily(("m1", "2020-02-17", 5)), layout="daily", known=MONDAY.astimezone(here), seq=1
    )

    assert (file.known, file.known.tzinfo) == (MONDAY, UTC)
    assert "20200217T183000Z" in file.path
