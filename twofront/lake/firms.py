# ruff: noqa: S608 - texts enter SQL through engine.literal and engine.name only
"""Which firm uses which part of a meter, from a file: `meter, firm, share, sector, township`."""

from pathlib import Path

import duckdb

from twofront.lake import cells
from twofront.lake.engine import literal
from twofront.lake.faults import Fault
from twofront.lake.sources import Source, opened

NOWHERE = "-"
"""The group of a firm whose sector or township nobody knows."""

FAULTS = ("", "no_meter", "no_firm", "share")


def meters_as_firms(con: duckdb.DuckDBPyConnection) -> None:
    """Make `owners` from the readings alone: each meter is a firm of its own."""
    con.execute("""
        CREATE TEMP TABLE owners AS
        SELECT DISTINCT meter, meter AS firm, 1.0::DOUBLE AS share, '' AS "group", NULL::DATE AS "from", NULL::DATE AS "to"
        FROM meter_readings""")


def read(con: duckdb.DuckDBPyConnection, path: Path, *, by: str | None) -> None:
    """Make `owners` from a file of firms; a share left out is 1, a group left out `-`.

    Args:
        con: A connection.
        path: The file.
        by: `sector` or `township`, the column that becomes the group; None = all firms are one group.

    Raises:
        Fault: A row without meter or firm, a share outside 0..1, one pair of meter and firm with two shares, or (with
            *by*) one firm in two groups.
    """
    with opened(path) as source:
        source.need("meter", "firm", *([by] if by else []))
        try:
            _put_rows(con, source, source.scan(), by)
        except (
            duckdb.Error
        ):  # the engine's strict reader refuses; the walk names the row, or makes a copy that it takes
            _put_rows(con, source, source.scan() if source.parquet else source.scan_clean(), by)
        _check(con, source)
        group = f"""coalesce(max("group") OVER (PARTITION BY firm), {literal(NOWHERE)}) AS g"""
        con.execute(f"""
            CREATE TEMP TABLE owners AS
            SELECT meter, firm, any_value(share) AS share, any_value(g) AS "group", NULL::DATE AS "from", NULL::DATE AS "to"
            FROM (SELECT *, {group} FROM firm_rows WHERE meter IS NOT NULL) GROUP BY meter, firm""")


def _put_rows(con: duckdb.DuckDBPyConnection, source: Source, scan: str, by: str | None) -> None:
    share_type = source.types.get("share", "VARCHAR")
    raw = (
        "NULL::VARCHAR"
        if "share" not in source.types
        else cells.text("share")
        if share_type == "VARCHAR"
        else "share"
    )
    share = cells.number("s", share_type, where=str(source.path), column="share")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE firm_rows AS
        SELECT row_number() OVER () AS n, m AS meter, f AS firm, coalesce({share.value}, 1) AS share, g AS "group",
               CASE WHEN m IS NULL AND f IS NOT NULL THEN 1 WHEN f IS NULL AND m IS NOT NULL THEN 2
                    WHEN {share.fault} OR NOT coalesce({share.value}, 1) BETWEEN 0 AND 1 THEN 3 ELSE 0 END AS fault
        FROM (SELECT {cells.text("meter")} AS m, {cells.text("firm")} AS f, {raw} AS s,
                     {cells.text(by) if by else literal("")} AS g FROM {scan})""")


def _check(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    for n, fault in con.execute(
        "SELECT n, fault FROM firm_rows WHERE fault > 0 ORDER BY n LIMIT 1"
    ).fetchall():
        where, row = source.row(n)
        raise Fault(
            FAULTS[fault],
            where,
            value=row.get("share") or "",
            meter=row["meter"] or "",
            firm=row["firm"] or "",
        )
    for code, column, keys in (("share_twice", "share", "meter, firm"), ("group_twice", '"group"', "firm")):
        twins = f"""
            SELECT n, earlier, firm, said::VARCHAR, {column}::VARCHAR FROM (
                SELECT *, min_by({column}, n) OVER key AS said, min(n) OVER key AS earlier FROM firm_rows
                WHERE {column} IS NOT NULL AND meter IS NOT NULL WINDOW key AS (PARTITION BY {keys}))
            WHERE {column} <> said ORDER BY n LIMIT 1"""
        for n, earlier, firm, said, value in con.execute(twins).fetchall():
            (here, _), (there, _) = source.row(n), source.row(earlier)
            raise Fault(code, here, firm=firm, value=value, said=said, other=there.rpartition(":")[2])
