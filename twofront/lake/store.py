# ruff: noqa: S608 - texts enter SQL through engine.literal only
"""What lies on the disk: readings by day, append-only, and beside each file of intervals its daily roll-up.

One law: a file is whole before anybody can know of it. It is written under a temporary name, forced to the disk, renamed,
and the folder forced too; only then does the caller write its manifest row, in its act. A file without a manifest row was
never there: no reader looks at it, and `sweep` removes it. A file is never changed: a corrected reading is a row of a
later file.

    root/{daily,interval,rollup}/2020-02-18/20200218T103000Z-42-1f3a9c0b7d21.parquet

Columns: `meter, date, kwh, points` (daily, rollup), `meter, time, kwh` (interval), and in each `known` (UTC) and `seq`, so
that a file says by itself what it is. A null kwh says that the reading is unknown.
"""

import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import duckdb

from twofront.lake import engine
from twofront.lake.engine import golden, literal
from twofront.lake.points import QUARTERS

if TYPE_CHECKING:
    import pyarrow as pa

Layout = Literal["daily", "interval"]
Kind = Literal["daily", "interval", "rollup"]
KEYS: dict[Layout, str] = {"daily": "date", "interval": "time"}
TEMPORARY = ".part"


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A file of the lake, as its manifest row keeps it.

    Args:
        path: From the lake's root.
        day: The day of all its readings.
        kind: `daily` = the supplier's own number for the day; `interval` = points of the day; `rollup` = their sums.
        rows: Number of readings.
        bytes: Its size.
        sha256: Of its bytes.
        known: The moment since which the county knows these readings, UTC.
        seq: Order of the import among those of one moment; the later wins.
    """

    path: str
    day: date
    kind: Kind
    rows: int
    bytes: int
    sha256: str
    known: datetime
    seq: int


class StatedTwice(ValueError):  # noqa: N818 - named for what was given
    """One meter and day (or moment) stands more than once in the readings to be appended."""


def append(root: Path, readings: "pa.Table", *, layout: Layout, known: datetime, seq: int) -> list[LakeFile]:
    """Write readings to the lake, a file a day (for intervals two: the points and their roll-up), and return the files.

    Everything returned is on the disk for good. The caller writes one manifest row for each file in its act; if the act
    fails, the files are swept later. Negative and NaN kWh are stored as unknown.

    Args:
        root: The lake's folder; made if absent.
        readings: `meter` (text or bigint), `kwh`, and `date` (date) or `time` (timestamp, the county's local time, start of
            the interval); each key once.
        layout: `daily` or `interval`.
        known: Aware; since when the county knows them.
        seq: The import's place among those of one *known*.

    Raises:
        StatedTwice: A key stands twice.
        ValueError: A column is missing, *known* has no zone, or `time` has one.
    """
    _check(readings, layout=layout, known=known)
    with engine.connection() as con:
        con.register("given", readings)
        kwh = "CASE WHEN kwh >= 0 AND NOT isnan(kwh) THEN kwh END AS kwh"
        at = f"date_trunc('second', TIMESTAMP '{known.astimezone(UTC):%Y-%m-%d %H:%M:%S}') + INTERVAL {known.microsecond} MICROSECOND"
        stamp = f"{at} AS known, {seq}::BIGINT AS seq"
        con.execute(
            f"CREATE TEMP VIEW stated AS SELECT meter, {KEYS[layout]}, {kwh} FROM (SELECT * REPLACE (kwh::DOUBLE AS kwh) FROM given)"
        )
        folder = _Folder(con, root, known, seq)
        if layout == "daily":
            _refuse_twins(con, "SELECT meter, date FROM stated")
            rows = "SELECT meter, date, kwh, NULL::BIGINT AS points FROM stated"
            return [
                folder.write("daily", day, f"SELECT *, {stamp} FROM ({rows}) WHERE date = DATE '{day}'")
                for day in _days(con, "date")
            ]
        _refuse_twins(
            con,
            f"SELECT meter, time FROM stated SEMI JOIN ({_doubtful()}) d ON stated.meter = d.meter AND time::DATE = d.date",
        )
        files = []
        for day in _days(con, "time"):
            points = (
                f"SELECT * FROM stated WHERE time >= DATE '{day}' AND time < DATE '{day}' + INTERVAL 1 DAY"
            )
            sums = f"SELECT meter, DATE '{day}' AS date, kwh, points FROM (WITH points AS NOT MATERIALIZED ({points}) {golden('one_day')})"
            files.append(folder.write("interval", day, f"SELECT *, {stamp} FROM ({points})"))
            files.append(folder.write("rollup", day, f"SELECT *, {stamp} FROM ({sums})"))
        return files


def sweep(root: Path, listed: Collection[str]) -> list[str]:
    """Remove every file below the root that no manifest row lists, and return their paths.

    The caller holds off imports meanwhile: a file that another process has just written is not listed yet.

    Args:
        root: The lake's folder; absent = nothing to do.
        listed: `LakeFile.path` of all manifest rows, retracted ones too.
    """
    gone = []
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".parquet", TEMPORARY)):
        name = path.relative_to(root).as_posix()
        if name not in listed:
            path.unlink()
            gone.append(name)
    return gone


def _check(readings: "pa.Table", *, layout: Layout, known: datetime) -> None:
    missing = [c for c in ("meter", KEYS[layout], "kwh") if c not in readings.column_names]
    if missing:
        raise ValueError(f"readings without {', '.join(missing)}; have {', '.join(readings.column_names)}")
    if known.tzinfo is None:
        raise ValueError(f"known {known} has no zone")
    if layout == "interval" and readings.schema.field("time").type.tz is not None:
        raise ValueError("time has a zone; give the county's local time")


def _doubtful() -> str:
    """Return SQL for the meters' days in which two points may be one: not each in its own quarter of an hour."""
    points = "SELECT meter, time AS stamp FROM stated"
    return f"SELECT meter, date FROM (SELECT meter, stamp::DATE AS date, {QUARTERS} AS is_plain FROM ({points}) GROUP BY 1, 2) WHERE NOT is_plain"


def _refuse_twins(con: duckdb.DuckDBPyConnection, keys: str) -> None:
    for meter, key in con.execute(
        f"SELECT * FROM ({keys}) GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchall():
        raise StatedTwice(f"meter {meter} at {key} stands more than once")


def _days(con: duckdb.DuckDBPyConnection, key: str) -> list[date]:
    return [row[0] for row in con.execute(f"SELECT DISTINCT {key}::DATE FROM stated ORDER BY 1").fetchall()]


@dataclass(frozen=True, slots=True)
class _Folder:
    con: duckdb.DuckDBPyConnection
    root: Path
    known: datetime
    seq: int

    def write(self, kind: Kind, day: date, rows: str) -> LakeFile:
        """Write rows to a new file, for good; its name tells its content, so that no name is used twice."""
        folder = self.root / kind / day.isoformat()
        _make(folder)
        part = folder / f"{os.getpid()}-{self.seq}{TEMPORARY}"
        (count,) = self.con.execute(
            f"COPY ({rows}) TO {literal(str(part))} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()[0]
        with part.open("rb") as f:
            sha256 = hashlib.file_digest(f, "sha256").hexdigest()
        name = f"{self.known.astimezone(UTC):%Y%m%dT%H%M%SZ}-{self.seq}-{sha256[:12]}.parquet"
        size = part.stat().st_size
        settle(part, folder / name)
        return LakeFile(
            f"{kind}/{day}/{name}", day, kind, count, size, sha256, self.known.astimezone(UTC), self.seq
        )


def settle(part: Path, path: Path) -> None:
    """Give a file that is written to its end its name, for good: whoever sees the name sees the whole file."""
    with part.open("rb") as f:
        os.fsync(f.fileno())
    part.rename(path)
    _force(path.parent)


def _make(folder: Path) -> None:
    """Make a folder and force each new name into the folder above it."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(exist_ok=True)
    _force(folder.parent)


def _force(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
