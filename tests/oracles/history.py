"""What a history answers, from its definition and nothing else: a list of statements, walked from its beginning.

A statement says that a key holds a value from a day on, until what is already recorded for later; it became known at a
moment. Of one known moment the later statement wins. A statement of what holds already says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """From day `on` the value holds; the county learned it at `known`. Days and moments are numbers here."""

    on: int
    value: str
    known: int


@dataclass(frozen=True)
class Span:
    """From `first` to `last` (None: open) the value holds; a later statement of the same first day replaces it."""

    first: int
    last: int | None
    value: str
    known: int


def value(statements: Sequence[Statement], *, at: int, known: int) -> str | None:
    """Return what holds on a day, as known at a moment; None where nothing was said."""
    begins: dict[int, str] = {}
    for s in statements:
        if s.known <= known and _latest(begins, s.on) != s.value:
            begins[s.on] = s.value
    return _latest(begins, at)


def value_of_spans(statements: Sequence[Span], *, at: int, known: int) -> str | None:
    """Return what holds on a day by statements with an end, as known at a moment."""
    said: dict[int, Span] = {}
    for s in statements:
        others = [x for x in said.values() if x.first != s.first]
        if s.known <= known and not any(_days_shared(s, x) for x in others):
            said[s.first] = s
    return next((s.value for s in said.values() if s.first <= at and (s.last is None or at <= s.last)), None)


def is_taken(statements: Sequence[Span], new: Span) -> bool:
    """Tell whether a statement with an end may be added: it may share no day with one of another first day."""
    said: dict[int, Span] = {}
    for s in statements:
        if not any(_days_shared(s, x) for x in said.values() if x.first != s.first):
            said[s.first] = s
    return not any(_days_shared(new, x) for x in said.values() if x.first != new.first)


def newest(statements: Sequence[tuple[str | None, int]], *, known: int) -> str | None:
    """Return the newest known value of a fact, given as (value or None for withdrawn, known), in the order of import."""
    seen = [(k, i, v) for i, (v, k) in enumerate(statements) if k <= known]
    return max(seen, key=lambda x: (x[0], x[1]))[2] if seen else None


def _latest(begins: dict[int, str], day: int) -> str | None:
    before = [d for d in begins if d <= day]
    return begins[max(before)] if before else None


def _days_shared(a: Span, b: Span) -> bool:
    return (a.last is None or b.first <= a.last) and (b.last is None or a.first <= b.last)
