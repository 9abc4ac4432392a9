"""What moved a day's figures after it went out, found by laying the day as it was known then beside what is known now.

Corrections of reports and of the survey carry their own moment (`watch`); here stands the rest: who joined or left a list,
who is heard of for the first time, visits, meters, cases, dwellings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from twofront.apps.figures.queries.frames import Frames
from twofront.apps.figures.queries.selecting import cases, villages
from twofront.core import figures as sums
from twofront.core.playbook import Chart, Goal

NEAR = 1e-9
"""Ratios of consumption nearer than this are one."""


@dataclass(frozen=True, slots=True)
class Move:
    """One value that is not what it was; None = nothing was known.

    Args:
        key: The chart or goal that it moves; of several the first.
        code: The township.
        id: The member, case or village, by its official code.
        field: `member, opened, resumed, confirmed, power_ratio, origin, done` or `dwellings`.
        before: As known then.
        after: As known now.
    """

    key: str
    code: str
    id: str
    field: str
    before: object
    after: object


def moved(now: Frames, then: Frames, *, charts: Sequence[Chart], goals: Sequence[Goal]) -> Iterator[Move]:
    """Yield what differs, each value once."""
    seen: set[tuple[str, str]] = set()
    for chart in charts:
        for move in _members(now, then, chart) if chart.list_key else _meters(now, then, chart):
            if move.field == "member" or (move.id, move.field) not in seen:
                seen.add((move.id, move.field))
                yield move
    yield from _cases(now, then, [g for g in goals if g.counts == "cases"])
    for goal in goals:
        if goal.counts == "dwellings":
            yield from _villages(now, then, goal)


def _members(now: Frames, then: Frames, chart: Chart) -> Iterator[Move]:
    key = chart.list_key or ""
    a, b = then.members(key), now.members(key)
    ids = np.union1d(a.ids, b.ids)
    is_firm = now.book.one("list", key, at=now.on).member == "enterprise"
    place = now.places(is_firm=is_firm).of(ids)
    was, is_ = np.isin(ids, a.ids), np.isin(ids, b.ids)

    def rows(which: np.ndarray, field: str, before: np.ndarray, after: np.ndarray) -> Iterator[Move]:
        for i in np.flatnonzero(which):
            yield Move(
                chart.key,
                str(place.township[i]),
                str(place.code[i]),
                field,
                sums.said(int(before[i])),
                sums.said(int(after[i])),
            )

    yield from rows(was != is_, "member", was, is_)
    declared = [sums.states_of(ids, m.ids, m.declared) for m in (a, b)]
    is_first = (declared[0] < 0) != (declared[1] < 0)
    yield from rows(was & is_ & is_first, "opened" if is_firm else "resumed", *declared)
    confirmed = [sums.states_of(ids, m.ids, m.confirmed) for m in (a, b)]
    yield from rows(was & is_ & (confirmed[0] != confirmed[1]), "confirmed", *confirmed)


def _meters(now: Frames, then: Frames, chart: Chart) -> Iterator[Move]:
    a, b = then.power.ratios, now.power.ratios
    found = [i for i in sorted({*a, *b}) if abs(a.get(i, -1.0) - b.get(i, -1.0)) > NEAR]
    place = now.places(is_firm=True).of(np.array(found, np.int64))
    for i, township, code in zip(found, place.township, place.code, strict=True):
        yield Move(chart.key, str(township), str(code), "power_ratio", a.get(i), b.get(i))


def _cases(now: Frames, then: Frames, goals: Sequence[Goal]) -> Iterator[Move]:
    if not goals:
        return
    a, b = ({c.case_id: c for c in cases(f)} for f in (then, now))
    for case_id in sorted({*a, *b}):
        before, after = a.get(case_id), b.get(case_id)
        origins = (before and before.origin, after and after.origin)
        if origins[0] != origins[1]:
            key = next((g.key for g in goals if g.origin in origins), goals[0].key)
            (township, *_) = [c.township for c in (after, before) if c]
            yield Move(key, township, case_id, "origin", *origins)


def _villages(now: Frames, then: Frames, goal: Goal) -> Iterator[Move]:
    a, b = ({v.village: v for v in villages(f)} for f in (then, now))
    for code in sorted({*a, *b}):
        before, after = a.get(code), b.get(code)
        is_new = before is None or after is None or before.on != after.on
        for field in ("done", "dwellings"):
            values = [getattr(v, field) if v else None for v in (before, after)]
            if values[0] != values[1] and (is_new or field == "dwellings"):
                yield Move(goal.key, code[:9], code, field, *values)
