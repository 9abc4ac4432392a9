# ruff: noqa: S608 - texts enter SQL through engine.literal only
"""Readings as the county knew them at a moment, from the files that a manifest lists.

The newest statement on a meter's day holds, and of one known moment that of the later import. Points of a day add up over
the files that state them: one corrected interval changes one point of its day, not the day. A file that is not listed is
not read; so a retracted import is gone, and its predecessor holds again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from twofront.lake import engine
from twofront.lake.engine import golden, literals
from twofront.lake.store import KEYS, Kind, LakeFile, Layout

if TYPE_CHECKING:
    import pyarrow as pa


class FileMissing(Exception):  # noqa: N818 - named for what was found
    """A manifest row lists a file that is not in the lake; bring it back from the backup."""

    code = "lake_file_missing"


def statements(
    root: Path, files: Iterable[LakeFile], *, days: Collection[date], known: datetime | None
) -> list[LakeFile]:
    """Return the files that state some days as known at a moment (None = now).

    Raises:
        FileMissing: One of them is not in the lake.
    """
    found = [f for f in files if f.day in days and (known is None or f.known <= known)]
    for file in found:
        if not (root / file.path).is_file():
            raise FileMissing(f"{file.path} is listed and is not in the lake; bring it back from the backup")
    return found


def put_readings(
    con: duckdb.DuckDBPyConnection,
    root: Path,
    files: Iterable[LakeFile],
    *,
    days: Collection[date],
    known: datetime | None,
) -> None:
    """Make `meter_readings`, the `readings` of `core.power.expressions`, for some days as known at a moment (None = now)."""
    plan = _Plan(root, files, days=days, known=known)
    parts = [*plan.plain(), *plan.merged()]
    con.execute(f"CREATE OR REPLACE TEMP VIEW meter_readings AS {' UNION ALL '.join(parts) or NOTHING}")


def compare(
    root: Path,
    files: Iterable[LakeFile],
    readings: "pa.Table",
    *,
    layout: Layout,
    known: datetime | None = None,
) -> "pa.Table":
    """Return readings beside what the lake knows of the same keys: what an importer needs to count rows.

    Args:
        root: The lake's folder.
        files: Those that the manifest lists (any kinds and days; only what is needed is read).
        readings: As in `store.append`; keys may repeat.
        layout: `daily` or `interval`; a day stated as one number and a day stated as points are two things.
        known: Look at what was known at this moment; None = everything listed.

    Returns:
        The columns of *readings* that count (`meter, date|time, kwh`) in the same order, and `verdict`: `new` (no such key),
        `same` (duplicate) or `other` (a correction); `before` (kWh, null = unknown or new) and `before_known`.

    Raises:
        FileMissing: A listed file is not there.
    """
    key = KEYS[layout]
    with engine.connection() as con:
        con.register("given", readings)
        days = {row[0] for row in con.execute(f"SELECT DISTINCT {key}::DATE FROM given").fetchall()}
        plan = _Plan(root, files, days=days, known=known)
        paths = plan.paths(layout)
        stated = (
            f"SELECT meter, {key}, kwh, known, seq FROM read_parquet({literals(paths)})"
            if paths
            else _no_statement(key)
        )
        if plan.several:
            stated += (
                f" QUALIFY row_number() OVER (PARTITION BY meter, {key} ORDER BY known DESC, seq DESC) = 1"
            )
        kwh = "CASE WHEN kwh >= 0 AND NOT isnan(kwh) THEN kwh END AS kwh"
        return con.sql(f"""
            SELECT g.meter, g.{key}, g.kwh, s.kwh AS before, s.known::TIMESTAMPTZ AS before_known,
                   CASE WHEN s.known IS NULL THEN 'new' WHEN s.kwh IS NOT DISTINCT FROM g.kwh THEN 'same' ELSE 'other' END AS verdict
            FROM (SELECT row_number() OVER () AS n, meter, {key}, {kwh} FROM (SELECT * REPLACE (kwh::DOUBLE AS kwh) FROM given)) g
            LEFT JOIN ({stated}) s USING (meter, {key}) ORDER BY g.n""").to_arrow_table()


def _no_statement(key: str) -> str:
    return f"SELECT meter, {key}, NULL::DOUBLE AS kwh, NULL::TIMESTAMP AS known, NULL::BIGINT AS seq FROM given LIMIT 0"


NOTHING = (
    "SELECT NULL::VARCHAR AS meter, NULL::DATE AS date, NULL::DOUBLE AS kwh, NULL::BIGINT AS points LIMIT 0"
)


@dataclass(slots=True)
class _Statement:
    """What one import says of a day: a number a meter (`daily`), or points with or without their sums."""

    daily: LakeFile | None = None
    interval: LakeFile | None = None
    rollup: LakeFile | None = None

    def add(self, file: LakeFile) -> None:
        if getattr(self, file.kind) is not None:
            raise ValueError(
                f"{file.path} and {getattr(self, file.kind).path} have one known and one seq; seq must be the import's own"
            )
        setattr(self, file.kind, file)


class _Plan:
    """Which files state which day: days of one statement are read as they stand, only the others are merged."""

    def __init__(
        self, root: Path, files: Iterable[LakeFile], *, days: Collection[date], known: datetime | None
    ) -> None:
        self.root = root
        of_day: dict[date, dict[tuple[datetime, int, bool], _Statement]] = defaultdict(
            lambda: defaultdict(_Statement)
        )
        for file in statements(root, files, days=days, known=known):
            of_day[file.day][file.known, file.seq, file.kind == "daily"].add(file)
        self.single = [s for day in of_day.values() if len(day) == 1 for s in day.values()]
        self.several = [s for day in of_day.values() if len(day) > 1 for s in day.values()]

    def paths(self, kind: Kind) -> list[str]:
        """Return all files of one kind."""
        return self._found(getattr(s, kind) for s in (*self.single, *self.several))

    def plain(self) -> list[str]:
        """Return SQL for the days that one statement covers."""
        parts = []
        if paths := self._found(s.daily or s.rollup for s in self.single):
            parts.append(f"SELECT meter, date, kwh, points FROM read_parquet({literals(paths)})")
        bare = [s.interval for s in self.single if s.interval and s.rollup is None]
        for file, path in zip(
            bare, self._found(bare), strict=True
        ):  # one day a file: its moments need not be read
            points = (
                f"WITH points AS NOT MATERIALIZED (SELECT meter, kwh FROM read_parquet({literals([path])}))"
            )
            parts.append(
                f"SELECT meter, DATE '{file.day}' AS date, kwh, points FROM ({points} {golden('one_day')})"
            )
        return parts

    def merged(self) -> list[str]:
        """Return SQL for the other days: the newest statement on each meter's day, points gathered from all of them."""
        if orphan := next((s.rollup for s in self.several if s.rollup and not s.interval), None):
            raise FileMissing(
                f"{orphan.path} has later corrections, and the points that it sums up are not listed"
            )
        whole = self._found(f for s in self.several for f in (s.daily, s.rollup))
        bare = self._found(s.interval for s in self.several if s.rollup is None)
        points = self._found(s.interval for s in self.several)
        stated = (
            [f"SELECT meter, date, kwh, points, known, seq FROM read_parquet({literals(whole)})"]
            if whole
            else []
        )
        if bare:
            stated.append(
                "SELECT DISTINCT meter, time::DATE AS date, NULL::DOUBLE AS kwh, -1::BIGINT AS points, known, seq "
                f"FROM read_parquet({literals(bare)})"
            )
        if not stated:
            return []
        newest = f"""
            SELECT meter, date, kwh, points, points IS NOT NULL AND (count(points) OVER day > 1 OR points < 0) AS is_scattered
            FROM ({" UNION ALL ".join(stated)}) WINDOW day AS (PARTITION BY meter, date)
            QUALIFY row_number() OVER (PARTITION BY meter, date ORDER BY known DESC, seq DESC) = 1"""
        parts = [f"SELECT meter, date, kwh, points FROM ({newest}) WHERE NOT is_scattered"]
        if points:
            parts.append(
                _meter_days(f"""
                SELECT meter, date, kwh
                FROM (SELECT meter, time, time::DATE AS date, kwh, known, seq FROM read_parquet({literals(points)}))
                SEMI JOIN (SELECT meter, date FROM ({newest}) WHERE is_scattered) USING (meter, date)
                QUALIFY row_number() OVER (PARTITION BY meter, time ORDER BY known DESC, seq DESC) = 1""")
            )
        return parts

    def _found(self, files: Iterable[LakeFile | None]) -> list[str]:
        return [str(self.root / f.path) for f in files if f is not None]


def _meter_days(points: str) -> str:
    return f"(WITH points AS NOT MATERIALIZED ({points}) {golden('meter_days')})"
