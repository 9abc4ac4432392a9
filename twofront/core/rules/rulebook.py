"""A county's tables, numbers and lists on two axes of time: what holds at a moment, as it was known at another.

What came to be known later replaces what was known before, for the moments for which both hold; nothing is edited. So
"which rule held at noon, and what did we know then?" always has one answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from twofront.core.rules.cells import Type
from twofront.core.rules.table import Table
from twofront.core.time import Days, day_of, holds

_EVER = datetime.min.replace(tzinfo=UTC)


class NoTable(LookupError):  # noqa: N818 - it is an answer
    """No table of this decision is in force at that moment, as known at the other.

    Args:
        decision: What was asked for.
        has_any: Whether the rulebook has a table of it at all.
    """

    code = "no_table"

    def __init__(self, decision: str, *, has_any: bool) -> None:
        """Keep what was asked for."""
        super().__init__(f"no table {decision!r}")
        self.decision = decision
        self.has_any = has_any


@dataclass(frozen=True, slots=True)
class TableOfOrder:
    """A table with the order and clause that it belongs to, and the moments at which it was known."""

    table: Table
    order: str
    clause: str
    known: datetime | None = None
    known_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number in force from *since* until the next of its key, known from *known*."""

    key: str
    value: float
    since: datetime
    known: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says of a member on its days, known from *known*."""

    member: str
    value: str
    days: Days
    known: datetime | None = None


@dataclass(frozen=True, slots=True)
class FactOfRules:
    """A declared fact (事实). One with a list is looked up there, by another fact, where a record does not say it."""

    key: str
    type: Type
    list_key: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All tables, numbers and lists that a playbook has or had."""

    facts: tuple[FactOfRules, ...]
    tables: tuple[TableOfOrder, ...]
    numbers: tuple[Number, ...]
    lists: Mapping[str, tuple[Listed, ...]]

    def at(self, moment: datetime, *, known: datetime | None = None) -> "Rules":
        """Return the rules in force at a moment, as known at another; None: as they are known at last.

        Example:
            >>> noon = datetime(2020, 2, 18, 12, tzinfo=UTC)
            >>> early, late = (Number("days", n, _EVER, known) for n, known in ((14, None), (7, noon)))
            >>> book = Rulebook((), (), (early, late), {})
            >>> book.at(noon, known=noon).number("days"), book.at(noon, known=_EVER).number("days")
            (7, 14)
        """
        return Rules(self, moment, known)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules (规则) in force at a moment, as known at another."""

    book: Rulebook
    moment: datetime
    known: datetime | None
    _day: dict[tuple[str, str], str | None] = field(default_factory=dict, compare=False, repr=False)

    def table(self, decision: str) -> TableOfOrder:
        """Return the table that answers a decision.

        Raises:
            NoTable: There is none then.
        """
        mine = [t for t in self.book.tables if t.table.key == decision]
        seen = [t for t in mine if self._knows(t.known, t.known_until) and t.table.in_force(self.moment)]
        if not seen:
            raise NoTable(decision, has_any=bool(mine))
        return max(enumerate(seen), key=lambda t: (t[1].known or _EVER, t[0]))[1]

    def number(self, key: str) -> float | None:
        """Return a number, or None where none holds."""
        seen = [
            n for n in self.book.numbers if n.key == key and n.since <= self.moment and self._knows(n.known)
        ]
        return (
            max(enumerate(seen), key=lambda n: (n[1].since, n[1].known or _EVER, n[0]))[1].value
            if seen
            else None
        )

    def listed(self, list_key: str, member: str) -> str | None:
        """Return what a list says of a member on the moment's day, or None where it does not name it."""
        if (list_key, member) not in self._day:
            self._day[list_key, member] = self._looked_up(list_key, member)
        return self._day[list_key, member]

    def complete(self, facts: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        """Return a record with the facts that a table asks for and that stand in lists; a value there is a text."""
        asked = {f.name for f in table.facts}
        told = {
            fact.key: self.listed(fact.list_key, member)
            for fact in self.book.facts
            if fact.list_key and fact.by and fact.key in asked and facts.get(fact.key) is None
            and isinstance(member := facts.get(fact.by), str)
        }  # fmt: skip
        return {**facts, **told} if told else facts

    def _looked_up(self, list_key: str, member: str) -> str | None:
        zone = self.moment.tzinfo or UTC
        today: date = day_of(self.moment, zone=zone)
        seen = [
            r
            for r in self.book.lists.get(list_key, ())
            if r.member == member and today in r.days and self._knows(r.known)
        ]
        return max(enumerate(seen), key=lambda r: (r[1].known or _EVER, r[0]))[1].value if seen else None

    def _knows(self, known: datetime | None, until: datetime | None = None) -> bool:
        if self.known is None:
            return until is None
        return holds(self.known, start=known, end=until)


def listed_json(rows: Sequence[Listed]) -> list[list[str | None]]:
    """Return the rows of a list as JSON has them; `listed_from` reads them back."""
    text = [(r.days.first, r.days.last, r.known) for r in rows]
    return [
        [r.member, r.value, *(None if v is None else v.isoformat() for v in t)]
        for r, t in zip(rows, text, strict=True)
    ]


def listed_from(raw: Sequence[Sequence[str | None]]) -> tuple[Listed, ...]:
    """Return the rows that `listed_json` wrote."""

    def day(text: str | None) -> date | None:
        return None if text is None else date.fromisoformat(text)

    return tuple(
        Listed(
            str(m),
            str(v),
            Days(day(first), day(last)),
            None if known is None else datetime.fromisoformat(known),
        )
        for m, v, first, last, known in raw
    )
