"""What the meters say: which members resumed by power on a day, and the index of each day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from twofront.apps.enterprises.queries import NOBODY, Said, Spans
from twofront.apps.figures import readings
from twofront.apps.register import queries as register
from twofront.core.playbook import Formula, Playbook
from twofront.core.power.index import RESUMED, DayIndex, Parameters
from twofront.core.power.index import UNKNOWN as UNKNOWN_STATE
from twofront.core.time import Days
from twofront.ground import history
from twofront.lake import county


@dataclass(frozen=True, slots=True)
class Measured:
    """What is measured: the states of firms on the last day asked, and the index of each day.

    Args:
        states: Firms with a reading of the last day; opened = resumed by power.
        series: The index of each day.
        population: Members of the index's population with a baseline, by key.
        ratios: kWh of the last day over the baseline, by firm.
        townships: The index of the last day by township, small groups kept.
    """

    states: Said
    series: Mapping[date, DayIndex]
    population: tuple[int, ...] = ()
    ratios: Mapping[int, float] = field(default_factory=dict)
    townships: Mapping[str, DayIndex] = field(default_factory=dict)
    by_member: Mapping[int, bool] = field(default_factory=dict)

    def resumed(self, member: int) -> bool | None:
        """Return whether a firm resumed by power on the last day; None without a reading."""
        return self.by_member.get(member)

    def ratio(self, member: int) -> float | None:
        """Return a firm's kWh of the last day over its baseline, or None."""
        return self.ratios.get(member)

    def of_township(self, code: str) -> DayIndex | None:
        """Return the index of a township on the last day."""
        return self.townships.get(code)


NOTHING = Measured(NOBODY, {})


def measure(
    days: Sequence[date], spans: Mapping[str, Spans], *, book: Playbook, known: datetime | None
) -> Measured:
    """Return what is measured of some days; nothing where no reading is in the lake.

    The population of the index is the list that the formula names, as it was on each day.
    """
    on = days[-1]
    formula = next(iter(book.of(Formula, at=on)), None)
    files = readings.manifest()
    shares = _shares(on, known)
    if formula is None or not files or not shares.num_rows:
        return NOTHING
    params = Parameters(threshold=formula.threshold, stopped=formula.stopped)
    seen, root = history.seen(known), settings.DATA.lake

    def index(of: frozenset[int] | None, days_: Days, by: str | None = None) -> list[DayIndex]:
        return county.index(
            root,
            files,
            _only(shares, of),
            baseline=formula.baseline,
            days=days_,
            params=params,
            known=seen,
            by=by,
        )

    states = county.firm_days(
        root, files, shares, baseline=formula.baseline, days=Days(on, on), params=params, known=seen
    ).to_pydict()
    series: dict[date, DayIndex] = {}
    for first, last, ids in _runs(days, spans, formula.of):
        for cell in index(ids, Days(first, last)):
            series[cell.date] = cell
    if not any(cell.firms for cell in series.values()):
        series = {}  # meters without a baseline measure nothing
    members = _members(spans, formula.of, on)
    townships = index(members, Days(on, on), "township")
    firms = [int(f) for f in states["firm"]]
    known_state = [s != UNKNOWN_STATE for s in states["state"]]
    seen_ids = np.array([f for f, k in zip(firms, known_state, strict=True) if k], np.int64)
    opened = np.array(
        [s == RESUMED for s, k in zip(states["state"], known_state, strict=True) if k], np.bool_
    )
    order = np.argsort(seen_ids)
    return Measured(
        states=Said(seen_ids[order], opened[order]), series=series,
        population=tuple(sorted(f for f in firms if members is None or f in members)),
        ratios={f: k / b for f, k, b in zip(firms, states["kwh"], states["baseline"], strict=True) if k is not None},
        townships={str(c.group): c for c in townships}, by_member=dict(zip(seen_ids.tolist(), opened.tolist(), strict=True)),
    )  # fmt: skip


def _shares(on: date, known: datetime | None) -> pa.Table:
    firms = register.firms(on=on, known=known)
    found = register.shares(known=known)
    return pa.table({
        "meter": pa.array([s.meter for s in found], pa.string()),
        "firm": pa.array([s.enterprise for s in found], pa.int64()),
        "share": pa.array([s.share for s in found], pa.float64()),
        "township": pa.array([firms[s.enterprise].township if s.enterprise in firms else None for s in found], pa.string()),
        "from": pa.array([s.first for s in found], pa.date32()),
        "to": pa.array([None if s.after is None else s.after - timedelta(days=1) for s in found], pa.date32()),
    })  # fmt: skip


def _members(spans: Mapping[str, Spans], of: str, day: date) -> frozenset[int] | None:
    """Return the population of a day; None = every firm."""
    if of == "all":
        return None
    span = spans.get(of)
    return frozenset() if span is None else frozenset(span.on(day).tolist())


def _runs(
    days: Sequence[date], spans: Mapping[str, Spans], of: str
) -> list[tuple[date, date, frozenset[int] | None]]:
    """Return the runs of days with one population."""
    runs: list[tuple[date, date, frozenset[int] | None]] = []
    for day in days:
        ids = _members(spans, of, day)
        if runs and runs[-1][2] == ids:
            runs[-1] = (runs[-1][0], day, ids)
        else:
            runs.append((day, day, ids))
    return runs


def _only(shares: pa.Table, ids: frozenset[int] | None) -> pa.Table:
    return (
        shares
        if ids is None
        else shares.filter(pc.is_in(shares.column("firm"), pa.array(sorted(ids), pa.int64())))
    )
