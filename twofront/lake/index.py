# ruff: noqa: S608 - texts enter SQL through engine.literal and engine.name only
"""The index from tables that stand in a connection, by the compiled expressions of `core.power`."""

from collections.abc import Iterable
from datetime import date

import duckdb

from twofront.core.power.index import DayIndex, Parameters, nobody
from twofront.core.time import Days
from twofront.lake.engine import golden

ALL = ""
"""The group when all firms are one."""


def put_shares(
    con: duckdb.DuckDBPyConnection, *, params: Parameters, place: str = "row_number() OVER ()"
) -> None:
    """Make `shares` of the expressions from `owners`, by numbers, and `parameters`.

    Names become numbers first, because they are joined and grouped by three times and a number costs a third: a firm's is
    its place in the order of names (a number stays), a meter's is the row that says whose it is (*place*: the SQL that
    numbers the rows). Tables lie in small pieces (`finely`), so that two threads have a piece each.
    """
    is_text = con.execute("SELECT typeof(firm) = 'VARCHAR' FROM owners LIMIT 1").fetchall() == [(True,)]
    code = "(row_number() OVER (ORDER BY name))::INT" if is_text else "name"
    con.execute(
        f"CREATE TEMP {'TABLE' if is_text else 'VIEW'} firm_names AS SELECT name, {code} AS code FROM (SELECT DISTINCT firm AS name FROM owners)"
    )
    coded = "o.* EXCLUDE firm, f.code AS firm_code FROM owners o JOIN firm_names f ON o.firm = f.name"
    plain = "* EXCLUDE firm, firm AS firm_code FROM owners"
    con.execute(f"CREATE TABLE finely.owned AS SELECT ({place})::INT AS code, {coded if is_text else plain}")
    con.execute(
        'CREATE TEMP VIEW shares AS SELECT code AS meter, firm_code AS firm, share, "group", "from", "to" FROM owned'
    )
    con.execute(
        "CREATE TEMP TABLE parameters AS SELECT ?::DOUBLE AS threshold, ?::DOUBLE AS stopped, ?::DOUBLE AS cap, "
        "?::BIGINT AS top, ?::BIGINT AS least_points",
        [params.threshold, params.stopped, params.cap, params.top, params.least_points],
    )


def put_coded(con: duckdb.DuckDBPyConnection) -> None:
    """Make `readings` of the expressions, of the meters of `shares`, from `meter_readings`, which goes by names."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE readings AS
        SELECT code AS meter, date, kwh, points FROM meter_readings JOIN owned USING (meter)""")


def put_baselines(con: duckdb.DuckDBPyConnection, *, days: Days) -> None:
    """Make `usual` and `baselines` from the readings of the baseline's days."""
    _look_at(con, days)
    con.execute(f"CREATE TABLE finely.usual AS {golden('usual_points')}")
    con.execute(f"CREATE TABLE finely.totals AS {golden('firm_totals')}")
    con.execute(f"CREATE TABLE finely.baselines AS {golden('firm_baselines')}")


def put_firm_days(con: duckdb.DuckDBPyConnection, *, days: Days) -> None:
    """Make `firm_days` from the readings of the days asked for, `usual` and `baselines`."""
    _look_at(con, days)
    con.execute(f"""
        INSERT INTO finely.usual FROM ({golden("usual_points")}) WHERE meter NOT IN (SELECT meter FROM finely.usual)""")
    con.execute(f"CREATE OR REPLACE TABLE finely.totals AS {golden('firm_totals')}")
    con.execute(f"CREATE TABLE finely.firm_days AS {golden('firm_days')}")


def _look_at(con: duckdb.DuckDBPyConnection, days: Iterable[date]) -> None:
    marks = ", ".join(f"(DATE '{d}')" for d in days)
    con.execute(f"CREATE OR REPLACE TEMP TABLE days AS SELECT * FROM (VALUES {marks}) AS d(date)")


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
    strangers = "SELECT DISTINCT meter, 'not_in_firms' FROM meter_readings WHERE meter NOT IN (SELECT meter FROM owners)"
    unused = f"SELECT owned.meter, min(reason) FROM ({golden('left_out')}) l JOIN owned ON l.meter = code GROUP BY owned.meter"
    return sorted(con.execute(f"{strangers} UNION ALL {unused}").fetchall())
