# ruff: noqa: S608 - texts enter SQL through engine.literal and engine.name only
"""The electricity index from the county's lake, of the meters that the asker may see."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from twofront.core.power.index import DayIndex, Parameters
from twofront.core.time import Days
from twofront.lake import engine
from twofront.lake.engine import literal, name
from twofront.lake.firms import NOWHERE
from twofront.lake.index import (
    ALL,
    day_indexes,
    put_baselines,
    put_coded,
    put_firm_days,
    put_shares,
)
from twofront.lake.read import put_readings, statements
from twofront.lake.store import LakeFile

if TYPE_CHECKING:
    import pyarrow as pa


def firm_days(
    root: Path,
    files: Iterable[LakeFile],
    shares: "pa.Table",
    *,
    baseline: Days,
    days: Days,
    params: Parameters,
    known: datetime | None = None,
) -> "pa.Table":
    """Return the state of each firm on each day: `firm, date, kwh, baseline, state`, in that order of day and firm.

    A firm whose baseline is not above 0 has no row. Every other one has a row for every day asked for; without a reading
    its kwh is null and its state `unknown`.

    Args:
        root: The lake's folder.
        files: Those that the manifest lists; only those of the days are opened.
        shares: `meter, firm, share` and, where wanted, `sector, township` (text, null = unknown) and `from, to` (first and
            last day in force, null = open). Meter as in the readings; firm text or bigint. Nothing else is looked at.
        baseline: Days whose mean is a firm's baseline.
        days: Days to answer for.
        params: The numbers of the formula.
        known: As known at this moment; None = everything listed.

    Raises:
        FileMissing: A listed file is not there.
    """
    with _asked(root, files, shares, _When(baseline, days, params, known), by=None) as con:
        rows = "SELECT name AS firm, date, kwh, baseline, state FROM firm_days JOIN firm_names ON firm = code ORDER BY date, firm_days.firm"
        return con.sql(rows).to_arrow_table()


def index(
    root: Path,
    files: Iterable[LakeFile],
    shares: "pa.Table",
    *,
    baseline: Days,
    days: Days,
    params: Parameters,
    known: datetime | None = None,
    by: str | None = None,
) -> list[DayIndex]:
    """Return the index by day, and with *by* (`sector` or `township`) by group; nothing is suppressed here.

    Arguments and errors as in `firm_days`. A firm without a group stands under `-`. The groups are those that have a firm;
    without *by* each day has one answer, also when there are no firms at all.
    """
    with _asked(root, files, shares, _When(baseline, days, params, known), by=by) as con:
        return day_indexes(con, days=days, is_grouped=by is not None)


@dataclass(frozen=True, slots=True)
class _When:
    baseline: Days
    days: Days
    params: Parameters
    known: datetime | None


@contextmanager
def _asked(
    root: Path, files: Iterable[LakeFile], shares: "pa.Table", when: _When, *, by: str | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection in which `firm_days` stands."""
    # Arrow, which the verb on files alone does without
    from twofront.lake.baselines import PLACE, Kept, with_place  # noqa: PLC0415

    files = list(files)
    with engine.connection() as con:
        con.register("given", with_place(shares))
        has = set(shares.column_names)
        group = literal(ALL) if by is None else f"coalesce({name(by)}::VARCHAR, {literal(NOWHERE)})"
        ends = ", ".join(
            f"{name(c)}::DATE AS {name(c)}" if c in has else f"NULL::DATE AS {name(c)}"
            for c in ("from", "to")
        )
        con.execute(
            f'CREATE TEMP VIEW owners AS SELECT {PLACE}, meter, firm, share::DOUBLE AS share, {group} AS "group", {ends} FROM given'
        )
        put_shares(con, params=when.params, place=PLACE)
        before, asked = set(when.baseline), set(when.days)
        stated = statements(root, files, days=before, known=when.known)
        kept = Kept.of(root, stated, shares, days=when.baseline, params=when.params)
        if not kept.bring(con):
            put_readings(con, root, stated, days=before, known=when.known)
            put_coded(con)
            put_baselines(con, days=when.baseline)
            kept.keep(con)
        put_readings(con, root, files, days=asked, known=when.known)
        put_coded(con)
        put_firm_days(con, days=when.days)
        yield con
