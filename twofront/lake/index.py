# ruff: noqa: S608 - texts enter SQL through engine.literal and engine.name only
"""The index from tables that stand in a connection: `readings` and `shares`, by the compiled expressions of `core.power`."""

from collections.abc import Iterable
from datetime import date

import duckdb

from twofront.core.power.index import DayIndex, Parameters, nobody
from twofront.core.time import Days
from twofront.lake.engine import golden

ALL = ""
"""The group when all firms are one."""


def put_firm_days(con: duckdb.DuckDBPyConnection, *, baseline: Days, days: Days, params: Parameters) -> None:
    """Make `firm_days` from `readings` and `shares`."""
    wanted = sorted({*baseline, *days})
    marks = ", ".join(f"(DATE '{d}', {d in baseline}, {d in days})" for d in wanted)
    con.execute(f"CREATE TEMP TABLE days AS SELECT * FROM (VALUES {marks}) AS d(date, is_baseline, is_asked)")
    con.execute(
        "CREATE TEMP TABLE parameters AS SELECT ?::DOUBLE AS threshold, ?::DOUBLE AS stopped, ?::DOUBLE AS cap, "
        "?::BIGINT AS top, ?::BIGINT AS least_points",
        [params.threshold, params.stopped, params.cap, params.top, params.least_points],
    )
    con.execute(f"CREATE TEMP TABLE firm_days AS {golden('firm_days')}")


def day_indexes(con: duckdb.DuckDBPyConnection, *, days: Iterable[date], is_grouped: bool) -> list[DayIndex]:
    """Return the index by day, and by group where *is_grouped*, from `firm_days`; without firms a day has only zeros."""
    cells = [DayIndex(*row) for row in con.execute(golden("index")).fetchall()]
    if is_grouped:
        return cells
    of_day = {c.date: c for c in cells}
    return [_ungrouped(of_day[d]) if d in of_day else nobody(d) for d in days]


def _ungrouped(cell: DayIndex) -> DayIndex:
    return DayIndex(cell.date, None, *[getattr(cell, f) for f in DayIndex.__slots__[2:]])


def left_out(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return the meters that no firm of the index uses, with the reason, in the order of their names.

    `not_in_firms`: nobody says whose it is. `no_baseline_reading`, `baseline_zero`: its firm has no baseline above 0.
    """
    strangers = "SELECT DISTINCT meter, 'not_in_firms' AS reason FROM readings WHERE meter NOT IN (SELECT meter FROM shares)"
    rows = f"SELECT meter, min(reason) FROM ({strangers} UNION ALL SELECT meter, reason FROM ({golden('left_out')})) GROUP BY meter"
    return sorted(con.execute(rows).fetchall())
