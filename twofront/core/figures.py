"""The sums behind goals and charts. What is not known is not zero, and stays in sight as unknown.

A frame has one place a member; its three states are what was declared, confirmed and measured: 1 open, 0 shut, -1 not
known. Townships (with `-` for none) add up to the county, because both are counted from one frame.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Texts = NDArray[np.object_]
States = NDArray[np.int8]
Mask = NDArray[np.bool_]
GoalState = Literal["met", "broken", "open", "unknown"]

OPEN, SHUT, UNKNOWN = 1, 0, -1


@dataclass(frozen=True, slots=True)
class Members:
    """The members (名单成员) of a list on a day, with what the three sources say of each."""

    ids: Ids
    township: Texts
    sector: Texts
    declared: States
    confirmed: States
    measured: States

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, mask: Mask) -> "Members":
        """Return the members under a mask."""
        return Members(
            self.ids[mask],
            self.township[mask],
            self.sector[mask],
            self.declared[mask],
            self.confirmed[mask],
            self.measured[mask],
        )

    @staticmethod
    def join(parts: "list[Members]") -> "Members":
        """Return several lists as one frame; a member of two lists stands in it twice."""
        if not parts:
            return no_members()
        return Members(*(np.concatenate([getattr(p, name) for p in parts]) for name in Members.__slots__))


@dataclass(frozen=True, slots=True)
class Part:
    """A group's part of a figure: a township's or a sector's."""

    code: str
    numerator: int
    denominator: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A list chart (复工率) counted for a day.

    Args:
        numerator: Members declared open.
        denominator: Members valid that day.
        unknown: Members without a report, who stay in the denominator.
        reported: As numerator; confirmed and measured are what the other two sources say is open.
        disagreements: Members on whom two sources that both know differ.
    """

    numerator: int
    denominator: int
    unknown: int
    confirmed: int
    measured: int
    disagreements: int
    by_township: tuple[Part, ...]
    by_sector: tuple[Part, ...]

    @property
    def rate(self) -> float | None:
        """100 x numerator / denominator; None without members."""
        return share(self.numerator, self.denominator)

    @property
    def rate_known(self) -> float | None:
        """100 x numerator / (denominator - unknown); None if nobody is known."""
        return share(self.numerator, self.denominator - self.unknown)


def no_members() -> Members:
    """Return a frame without members."""
    ids, texts, states = np.empty(0, np.int64), np.empty(0, object), np.empty(0, np.int8)
    return Members(ids, texts, texts, states, states, states)


def share(numerator: float, denominator: float) -> float | None:
    """Return 100 x numerator / denominator; None where the denominator is not above 0.

    Example:
        >>> share(329, 640), share(329, 640 - 22), share(0, 0)
        (51.40625, 53.236245954692556, None)
    """
    return 100 * numerator / denominator if denominator > 0 else None


def told(numerator: int, denominator: int, unknown: int) -> float | None:
    """Return the share of members; None where nobody has said anything, for unknown is not zero.

    Example:
        >>> told(329, 640, 22), told(0, 640, 639), told(0, 640, 640)
        (51.40625, 0.0, None)
    """
    return None if unknown >= denominator else share(numerator, denominator)


def states_of(ids: Ids, known: Ids, state: NDArray[np.int8] | NDArray[np.bool_]) -> States:
    """Return the state of each id from those that are known; the others are unknown.

    Args:
        ids: Whose states are asked.
        known: Ids with a state, ascending.
        state: Their states.

    Example:
        >>> states_of(np.array([7, 8, 9]), np.array([7, 9]), np.array([True, False])).tolist()
        [1, -1, 0]
    """
    out = np.full(len(ids), UNKNOWN, np.int8)
    if len(known):
        at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
        hit = known[at] == ids
        out[hit] = state[at[hit]]
    return out


def disagreeing(members: Members) -> Mask:
    """Tell for each member whether two sources that both know of it differ; no report is no disagreement."""
    a, b, c = members.declared, members.confirmed, members.measured
    return np.asarray(_differ(a, b) | _differ(a, c) | _differ(b, c), np.bool_)


def said(state: int) -> bool | None:
    """Return a state as a word of yes or no; None where it is not known."""
    return None if state == UNKNOWN else state == OPEN


def gap(*, declared: bool | None, confirmed: bool | None, ratio: float | None) -> float:
    """Return how far what people say of a member lies from what power sees, from 0 to 1: the largest contradiction first.

    Open is 1 and shut 0; power is its share of the baseline, at most 1. Silence is held against power as shut. Without
    power it is 1 where what was declared and what was seen on the spot differ, else 0.

    Example:
        >>> gap(declared=True, confirmed=None, ratio=0.02), gap(declared=None, confirmed=None, ratio=1.3), gap(declared=True, confirmed=False, ratio=None)
        (0.98, 1.0, 1.0)
    """
    said = [float(s) for s in (declared, confirmed) if s is not None] or [0.0]
    if ratio is None:
        return max(said) - min(said)
    return max(abs(s - min(ratio, 1.0)) for s in said)


def resumed(members: Members) -> Mask:
    """Tell for each member whether it is declared open and confirmed: what full resumption counts."""
    return np.asarray((members.declared == OPEN) & (members.confirmed == OPEN), np.bool_)


def unsure(members: Members) -> Mask:
    """Tell for each member whether full resumption cannot know: no report, or declared open and not yet seen."""
    return np.asarray(
        (members.declared == UNKNOWN) | ((members.declared == OPEN) & (members.confirmed == UNKNOWN)),
        np.bool_,
    )


def count(members: Members) -> Counted:
    """Count a list chart.

    Example:
        >>> m = Members(np.arange(4), np.array(["01", "01", "02", "-"], object), np.array(["C"] * 4, object),
        ...     np.array([1, 1, 0, -1], np.int8), np.array([1, 0, -1, -1], np.int8), np.array([1, 1, 1, -1], np.int8))
        >>> c = count(m)
        >>> c.numerator, c.denominator, c.unknown, c.confirmed, c.measured, c.disagreements, c.rate
        (2, 4, 1, 1, 3, 2, 50.0)
        >>> [(p.code, p.numerator, p.denominator, p.unknown) for p in c.by_township]
        [('-', 0, 1, 1), ('01', 2, 2, 0), ('02', 0, 1, 0)]
    """
    is_open, is_unknown = members.declared == OPEN, members.declared == UNKNOWN
    return Counted(
        numerator=int(is_open.sum()),
        denominator=len(members),
        unknown=int(is_unknown.sum()),
        confirmed=int((members.confirmed == OPEN).sum()),
        measured=int((members.measured == OPEN).sum()),
        disagreements=int(disagreeing(members).sum()),
        by_township=parts(members.township, is_open, is_unknown),
        by_sector=parts(members.sector, is_open, is_unknown),
    )


def parts(group: Texts, counted: Mask, unknown: Mask, within: Mask | None = None) -> tuple[Part, ...]:
    """Count by group, in the order of the codes; the parts add up to the whole.

    Args:
        group: The group's code of each member.
        counted: Who is in the numerator.
        unknown: Who is not known.
        within: Who is in the denominator; everybody if not given.
    """
    if not len(group):
        return ()
    codes, place = np.unique(group.astype(str), return_inverse=True)
    n = len(codes)
    whole = np.bincount(place if within is None else place[within], minlength=n)
    over = np.bincount(place[counted], minlength=n)
    dark = np.bincount(place[unknown], minlength=n)
    return tuple(
        Part(str(c), int(o), int(w), int(d)) for c, o, w, d in zip(codes, over, whole, dark, strict=True)
    )


def zero_goal(*, cases: int, unknown: int, has_data: bool, is_closed: bool) -> GoalState:
    """Return the state of a zero goal (零输入, 零传染): a case breaks it; only a closed day can meet it.

    Example:
        >>> zero_goal(cases=0, unknown=0, has_data=True, is_closed=True), zero_goal(cases=0, unknown=0, has_data=True, is_closed=False)
        ('met', 'unknown')
    """
    if cases:
        return "broken"
    if unknown or not has_data or not is_closed:
        return "unknown"
    return "met"


def full_goal(
    *, missing: int, has_data: bool, at: datetime, deadline: datetime, is_closed: bool
) -> GoalState:
    """Return the state of a full goal (全覆盖, 全复工): missing after the deadline breaks it, before it leaves it open.

    Args:
        missing: What is not done yet.
        has_data: Whether anything is known at all.
        at: The moment at which the figure stands: the end of its day, or what is known if that is earlier.
        deadline: From this moment on the time is over.
        is_closed: Whether the line has closed the day.
    """
    if not has_data:
        return "unknown"
    if missing:
        return "broken" if at >= deadline else "open"
    return "met" if is_closed else "unknown"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a block will have done by the deadline if the pace of the last day goes on; a forecast, not a fact."""

    done: int
    total: int
    per_day: int
    expected: int

    @property
    def rate(self) -> float | None:
        """Expected share in percent."""
        return share(self.expected, self.total)

    @property
    def arrives(self) -> bool:
        """Whether everything will be done."""
        return self.expected >= self.total


def forecast(*, done: int, before: int, total: int, days_left: float) -> Forecast:
    """Carry the pace of the last day on to the deadline.

    Args:
        done: Done to the end of the day.
        before: Done to the end of the day before.
        total: What there is to do.
        days_left: Days from the end of the day to the deadline; below 0 counts as 0.

    Example:
        >>> f = forecast(done=5_900, before=1_370, total=21_070, days_left=3)
        >>> f.per_day, f.expected, round(f.rate or 0, 1), f.arrives
        (4530, 19490, 92.5, False)
    """
    pace = max(0, done - before)
    return Forecast(
        done=done, total=total, per_day=pace, expected=min(total, int(done + pace * max(0.0, days_left)))
    )


def turnover(before: Ids, after: Ids) -> float | None:
    """Return how much of a list's members changed between two days, in percent of the members before.

    Each id stands once.

    Example:
        >>> turnover(np.arange(100), np.arange(3, 101))
        4.0
    """
    changed = 0 if np.array_equal(before, after) else len(np.setxor1d(before, after, assume_unique=True))
    return share(changed, len(before))


def spread(values: Mapping[str, float | None]) -> tuple[str, ...]:
    """Return the groups by value, the lowest first; unknown ones last, in the order of their codes."""
    return tuple(sorted(values, key=lambda k: (values[k] is None, values[k] or 0.0, k)))


def _differ(a: States, b: States) -> Mask:
    return np.asarray((a >= 0) & (b >= 0) & (a != b), np.bool_)
