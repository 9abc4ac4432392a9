# ruff: noqa: S608 - texts enter SQL through engine.literal and engine.name only
"""Readings in a file, as the index takes them: each meter and day once, unknown as null.

One key (meter and day, or meter and interval) with two different values is a fault that names both rows; with equal
values it counts once. An empty or negative reading is unknown.
"""

from pathlib import Path

import duckdb

from twofront.lake import cells, engine
from twofront.lake.engine import golden, literal, name
from twofront.lake.faults import Fault
from twofront.lake.points import QUARTERS
from twofront.lake.sources import CELL, Source, opened

KEYS = {"wide": "record_date", "long": "date", "interval": "time"}
"""Layouts of a file of readings, and the column of each that holds the day or the moment."""

FAULTS = ("", "key", "no_key", "no_meter", "kwh")
"""What a cell can have; its number is the `fault` of a row."""


def read(con: duckdb.DuckDBPyConnection, path: Path, *, layout: str, zero: float | None) -> None:
    """Put a file of readings into the tables of *con*: `meter_readings`, the `readings` of `core.power.expressions`.

    Args:
        con: An empty connection.
        path: The file, or a folder of Parquet files.
        layout: `wide`, `long` or `interval`.
        zero: A reading of exactly this value means 0; None = there is no such value.

    Raises:
        Fault: The file cannot be used; the fault says where.
    """
    with opened(path) as source:
        source.need(KEYS[layout])
        if layout != "wide":
            source.need("meter", "kwh")
        per_row = _put_cells(con, source, layout, zero)
        where = _Rows(con, source, per_row, KEYS[layout])
        if layout == "interval":
            _put_interval_readings(con, where)
        else:
            _put_daily_readings(con, where)
        con.execute("DROP VIEW cells" if source.parquet else "DROP TABLE cells")


def _put_cells(con: duckdb.DuckDBPyConnection, source: Source, layout: str, zero: float | None) -> int:
    """Make `cells`: meter, stamp, kwh, fault; return how many of them a row of the file has."""
    key = KEYS[layout]
    zeroed = "*" if zero is None else f"* REPLACE (CASE WHEN kwh = {zero!r} THEN 0 ELSE kwh END AS kwh)"
    made = f"CREATE TEMP {'VIEW' if source.parquet else 'TABLE'} cells AS SELECT {zeroed} FROM"
    if layout == "wide":
        meters = [c for c in source.headings if c and c != key]
        if not meters:
            raise Fault("no_meters", f"{source.path}:1")
        rows = _wide_parquet(source, meters) if source.parquet else _wide_csv(source)
        _refusing(con, source, f"{made} ({rows})")
        return len(meters)
    try:
        con.execute(f"{made} ({_values(source, key=key, rows=source.scan())})")
    except (
        duckdb.Error
    ):  # a strict reader refuses: the walk of scan_clean names the row, or makes a copy that it takes
        clean = source.scan() if source.parquet else source.scan_clean()
        _refusing(con, source, f"{made} ({_values(source, key=key, rows=clean)})")
    return 1


def _refusing(con: duckdb.DuckDBPyConnection, source: Source, sql: str) -> None:
    try:
        con.execute(sql)
    except duckdb.Error as e:
        raise Fault("unreadable", str(source.path), why=str(e).splitlines()[0][:200]) from None


def _values(source: Source, *, key: str, rows: str) -> str:
    """Return SQL for the values of rows of a tall table."""
    key_type, kwh_type = source.types[key], source.types["kwh"]
    raw_key = cells.text(key) if key_type == "VARCHAR" else name(key)
    raw_kwh = cells.text("kwh") if kwh_type == "VARCHAR" else name("kwh")
    rows = f"SELECT {raw_key} AS k, {cells.text('meter')} AS m, {raw_kwh} AS v FROM {rows}"
    return _typed(source, key=key, rows=rows, kwh_type=kwh_type)


def _typed(source: Source, *, key: str, rows: str, kwh_type: str) -> str:
    """Return SQL for meter, stamp, kwh and fault of rows of trimmed `k` (the key), `m` (the meter) and `v` (the kwh)."""
    where, key_type = str(source.path), source.types[key]
    at = (cells.moment if key == KEYS["interval"] else cells.day)("k", key_type, where=where, column=key)
    kwh = cells.number("v", kwh_type, where=where, column="kwh")
    return (
        f"SELECT m AS meter, {at.value} AS stamp, {kwh.value} AS kwh, "
        f"CASE WHEN {at.fault} THEN 1 WHEN k IS NULL AND v IS NOT NULL THEN 2 WHEN m IS NULL AND v IS NOT NULL THEN 3 "
        f"WHEN {kwh.fault} THEN 4 ELSE 0 END::UTINYINT AS fault "
        f"FROM ({rows})"
    )


def _wide_csv(source: Source) -> str:
    """Part each line into its cells here: thousands of columns cost the engine's reader more than the rows do."""
    day = source.headings.index(KEYS["wide"])
    places = [i for i, c in enumerate(source.headings) if c and i != day]
    meters = engine.literals(source.headings[i] for i in places)
    picked = f"list_select(c, {[i + 1 for i in places]})"
    parted = f"SELECT string_split(line, {literal(CELL)}) AS c FROM {source.scan_lines()}"
    rows = f"SELECT nullif(c[{day + 1}], '') AS k, unnest({meters}) AS m, nullif(unnest({picked}), '') AS v FROM ({parted})"
    return _typed(source, key=KEYS["wide"], rows=rows, kwh_type="VARCHAR")


def _wide_parquet(source: Source, meters: list[str]) -> str:
    is_text = any(source.types[m] == "VARCHAR" for m in meters)
    read = [cells.text(m) if is_text else _number(source, m) for m in meters]
    key = cells.text(KEYS["wide"]) if source.types[KEYS["wide"]] == "VARCHAR" else name(KEYS["wide"])
    rows = f"SELECT {key} AS k, unnest({engine.literals(meters)}) AS m, unnest([{', '.join(read)}]) AS v FROM {source.scan()}"
    return _typed(source, key=KEYS["wide"], rows=rows, kwh_type="VARCHAR" if is_text else "DOUBLE")


def _number(source: Source, column: str) -> str:
    return cells.number(name(column), source.types[column], where=str(source.path), column=column).value


class _Rows:
    """Says where a row of `cells` stands in the file, by its place in the scan."""

    def __init__(self, con: duckdb.DuckDBPyConnection, source: Source, per_row: int, key: str) -> None:
        self.con = con
        self.source = source
        self.per_row = per_row
        self.key = key

    def refuse_fault(self) -> None:
        """Raise the first fault of a cell."""
        sql = "SELECT n, fault, meter FROM (SELECT row_number() OVER () AS n, * FROM cells) WHERE fault > 0 ORDER BY n LIMIT 1"
        n, fault, meter = self.con.execute(sql).fetchall()[0]
        where, row = self._row(n)
        column = {"kwh": "kwh" if self.per_row == 1 and "kwh" in row else str(meter)}.get(
            FAULTS[fault], self.key
        )
        value = row.get(column) or ""
        raise Fault(FAULTS[fault], where, column=column, value=value, meter=str(meter or ""))

    def refuse_conflict(self, among: str) -> None:
        """Raise the first row that says another value than an earlier one of the same key, if there is one.

        Args:
            among: Rows of `cells` that can have a twin, as SQL over `numbered`.
        """
        sql = f"""
            WITH numbered AS (SELECT row_number() OVER () AS n, * FROM cells),
            twins AS (SELECT n, meter, stamp, kwh, min_by(kwh, n) OVER key AS said, min(n) OVER key AS earlier
                      FROM ({among}) WHERE kwh IS NOT NULL WINDOW key AS (PARTITION BY meter, stamp))
            SELECT n, earlier, meter, stamp, kwh, said FROM twins WHERE kwh <> said ORDER BY n LIMIT 1"""
        for n, earlier, meter, stamp, kwh, said in self.con.execute(sql).fetchall():
            (here, _), (there, _) = self._row(n), self._row(earlier)
            first = there.rpartition(":")[2] if there.rpartition(":")[0] == here.rpartition(":")[0] else there
            raise Fault(
                "conflict",
                here,
                meter=str(meter),
                at=str(stamp),
                value=f"{kwh:g}",
                other=first,
                said=f"{said:g}",
            )

    def _row(self, n: int) -> tuple[str, dict[str, str]]:
        return self.source.row((n - 1) // self.per_row + 1)


def _put_daily_readings(con: duckdb.DuckDBPyConnection, rows: _Rows) -> None:
    con.execute("""
        CREATE TEMP TABLE meter_dates AS
        SELECT meter, stamp AS date, max(kwh) AS kwh, min(kwh) AS least, max(fault) AS fault FROM cells GROUP BY meter, stamp""")
    faults, conflicts = con.execute(
        "SELECT max(fault), count(*) FILTER (least <> kwh) FROM meter_dates"
    ).fetchall()[0]
    if faults:
        rows.refuse_fault()
    if conflicts:
        rows.refuse_conflict("SELECT * FROM numbered")
    con.execute("""
        CREATE TEMP VIEW meter_readings AS SELECT meter, date, CASE WHEN kwh >= 0 THEN kwh END AS kwh, NULL::BIGINT AS points
        FROM meter_dates WHERE meter IS NOT NULL AND date IS NOT NULL""")


def _put_interval_readings(con: duckdb.DuckDBPyConnection, rows: _Rows) -> None:
    """Sum intervals to days; where every interval has its own quarter of an hour there is no twin, and no need to sort.

    One pass over the file sums and counts, with the compiled expression of the core among it; the few days in which two
    intervals may be one are summed again, each moment once.
    """
    points = "SELECT meter, stamp::DATE AS date, CASE WHEN kwh >= 0 THEN kwh END AS kwh, CASE WHEN kwh IS NOT NULL THEN stamp END AS stamp, fault FROM cells"
    con.execute(
        f"CREATE TEMP TABLE sums AS WITH points AS NOT MATERIALIZED ({points}) {_with_checks(golden('meter_days'))}"
    )
    if con.execute("SELECT max(fault) FROM sums").fetchall()[0][0]:
        rows.refuse_fault()
    con.execute("CREATE TEMP TABLE doubtful AS SELECT meter, date FROM sums WHERE NOT is_plain")
    if con.execute("SELECT count(*) FROM doubtful").fetchall()[0][0]:
        rows.refuse_conflict(
            "SELECT n.* FROM numbered n SEMI JOIN doubtful d ON n.meter = d.meter AND stamp::DATE = d.date"
        )
        once = """
            SELECT c.meter, stamp::DATE AS date, CASE WHEN max(kwh) >= 0 THEN max(kwh) END AS kwh
            FROM cells c SEMI JOIN doubtful d ON c.meter = d.meter AND stamp::DATE = d.date GROUP BY c.meter, stamp"""
        con.execute(
            f"CREATE TEMP TABLE again AS WITH points AS NOT MATERIALIZED ({once}) {golden('meter_days')}"
        )
        con.execute("DELETE FROM sums USING doubtful d WHERE sums.meter = d.meter AND sums.date = d.date")
        con.execute("INSERT INTO sums SELECT meter, date, kwh, points, 0, true FROM again")
    con.execute("""
        CREATE TEMP VIEW meter_readings AS SELECT meter, date, kwh, points FROM sums
        WHERE meter IS NOT NULL AND date IS NOT NULL""")


def _with_checks(sums: str) -> str:
    """Add to the expression that sums a day's intervals what the door wants to know of them; one scan answers both."""
    select, points, groups = sums.rpartition('\nFROM "points" AS "t0"')
    return f'{select},\n  max("t0"."fault") AS "fault",\n  {QUARTERS} AS "is_plain"{points}{groups}'
