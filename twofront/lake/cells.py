"""From what stands in a cell to a value, as SQL: the same rule for a CSV's text and for a typed column of Parquet.

Each rule gives two expressions: the value, null where the cell is empty, and whether the cell is at fault. An empty cell
is never a fault here; where a value must stand, the reader says so.
"""

from dataclasses import dataclass

from twofront.lake.engine import literal, name
from twofront.lake.faults import Fault

DAY = "____-__-__"
MOMENT = r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?)?"
BLANKS = " \t\r\u00a0\u3000"
LARGEST = 1e9
"""No reading is above a billion kWh: a cell that says so is a slip, and sums stay exact below it."""

COUNTY_OFFSET_S = 8 * 3600
"""The command line works without a playbook; its county lies at +08:00, as the contract says."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Two SQL expressions over one column."""

    value: str
    fault: str


def text(column: str) -> str:
    """Return a cell as trimmed text, null where it is empty."""
    return f"nullif(trim({name(column)}::VARCHAR, {literal(BLANKS)}), '')"


def number(raw: str, sql_type: str, *, where: str, column: str) -> Cell:
    """Read a number; in Parquet a NaN is an empty cell.

    Raises:
        Fault: `type`: the column cannot hold numbers.
    """
    if sql_type == "VARCHAR":
        value = f"try_cast({raw} AS DOUBLE)"  # takes 1_000, nan and inf; the rule does not
        return Cell(
            value,
            f"({raw} IS NOT NULL AND NOT coalesce(abs({value}) <= {LARGEST} AND NOT contains({raw}, '_'), false))",
        )
    if not _is_numeric(sql_type):
        raise Fault("type", where, column=column, type=sql_type)
    if sql_type in ("DOUBLE", "FLOAT"):
        value = f"CASE WHEN NOT isnan({raw}) THEN {raw}::DOUBLE END"
        return Cell(value, f"coalesce(abs({value}) > {LARGEST}, false)")
    return Cell(f"{raw}::DOUBLE", f"coalesce(abs({raw}::DOUBLE) > {LARGEST}, false)")


def day(raw: str, sql_type: str, *, where: str, column: str) -> Cell:
    """Read a day: `YYYY-MM-DD`, a DATE, or a TIMESTAMP at 00:00.

    Raises:
        Fault: `type`: the column cannot hold days.
    """
    if sql_type == "VARCHAR":
        value = f"try_cast({raw} AS DATE)"
        return Cell(
            value, f"({raw} IS NOT NULL AND NOT coalesce({raw} LIKE '{DAY}' AND isfinite({value}), false))"
        )
    if sql_type == "DATE":
        return Cell(raw, f"NOT coalesce(isfinite({raw}), true)")
    if sql_type.startswith("TIMESTAMP") and "ZONE" not in sql_type:
        return Cell(f"{raw}::DATE", f"coalesce({raw}::DATE::TIMESTAMP <> {raw}::TIMESTAMP, false)")
    raise Fault("type", where, column=column, type=sql_type)


def moment(raw: str, sql_type: str, *, where: str, column: str) -> Cell:
    """Read a moment as the county's local time; with a zone of its own it is carried over.

    Raises:
        Fault: `type`: the column cannot hold moments.
    """
    if sql_type == "VARCHAR":
        has_zone = f"(length({raw}) > 16 AND ({raw}[-1] IN ('Z', 'z') OR {raw}[-6] IN ('+', '-')))"
        is_end = f"({raw}[12:16] = '24:00')"
        hour = f"CASE WHEN {is_end} THEN '00' ELSE {raw}[12:13] END || {raw}[14:16]"
        rest = f"CASE WHEN {raw}[17] = ':' THEN '' ELSE ':00' END || upper({raw}[17:])"  # a zone wants seconds before it
        plain = f"CASE WHEN length({raw}) > 10 THEN {raw}[:10] || 'T' || {hour} || {rest} ELSE {raw} END"
        local = (
            f"CASE WHEN {has_zone} THEN make_timestamp(epoch_us(try_cast({plain} AS TIMESTAMPTZ)) + {COUNTY_OFFSET_S}000000) "
            f"ELSE try_cast({plain} AS TIMESTAMP) END"
        )
        ends_well = f"NOT regexp_matches({raw}[17:], '^[:.]*0*[1-9]')"
        value = f"CASE WHEN {is_end} THEN CASE WHEN {ends_well} THEN {local} + INTERVAL 1 DAY END ELSE {local} END"
        return Cell(
            value,
            f"({raw} IS NOT NULL AND NOT coalesce(regexp_full_match({raw}, '{MOMENT}') AND ({value}) IS NOT NULL, false))",
        )
    if sql_type == "TIMESTAMP WITH TIME ZONE":
        return Cell(
            f"make_timestamp(epoch_us({raw}) + {COUNTY_OFFSET_S}000000)",
            f"NOT coalesce(isfinite({raw}), true)",
        )
    if sql_type.startswith("TIMESTAMP") or sql_type == "DATE":
        return Cell(f"{raw}::TIMESTAMP", f"NOT coalesce(isfinite({raw}::TIMESTAMP), true)")
    raise Fault("type", where, column=column, type=sql_type)


def _is_numeric(sql_type: str) -> bool:
    return sql_type.endswith("INT") or sql_type.startswith(
        ("DECIMAL", "FLOAT", "DOUBLE", "INTEGER", "UINTEGER")
    )
