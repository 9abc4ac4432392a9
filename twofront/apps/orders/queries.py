"""Reads on rules: the tables in force, their versions, what differs between two, what is asked and answered, and drafts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from twofront.apps.orders.models import RuleDraft
from twofront.core.playbook import Clause, Decision, NotInForce, Order, Playbook
from twofront.core.playbook.dated import Answer, RulesAt
from twofront.core.playbook.judging import Tried, try_table
from twofront.core.playbook.kinds import DecisionTable, Fact, RuleParameter, ValueList
from twofront.core.playbook.tables import CLAUSE, FOLDER, latest, parameters_of
from twofront.core.rules.compare import Difference, differences
from twofront.core.rules.sheet import TableSheet
from twofront.core.rules.table import Table
from twofront.core.time import day_of, end_of, start_of
from twofront.ground import clock, history, kinds

ARRIVAL = "arrival.class"
"""The decision that answers whether a person may come."""
ARRIVED, PLACE = "arrived_on", "place"
"""The facts of that question that pages ask by themselves: the day of arrival, and where somebody stayed."""
PREFECTURES = "prefectures"
"""The list that names the places where somebody may have stayed."""
AHEAD = 60
"""Days for which it is looked ahead whether an answer changes."""
MOST = 100
"""Cases shown of those that two versions answer otherwise."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A table in force: what it answers, for which place, under which order and clause."""

    entry: DecisionTable
    decision: Decision
    clause: Clause
    order: Order


@dataclass(frozen=True, slots=True)
class Version:
    """What answered a decision from one moment to another: the table with the numbers that held then."""

    entry: DecisionTable
    table: Table
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that is another from a day on: because one comes later, or because one has been here long enough."""

    on: date
    out: Mapping[str, Any]
    is_later_arrival: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """What follows for somebody who comes: the strictest of the stays, each stay's own answer, and what changes it."""

    answer: Answer
    each: Sequence[Answer]
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote of a table: what it is for, when it is to hold, on what it stands, its sheet as CSV."""

    decision: str
    place: str
    clause: str
    basis: str
    since: datetime | None
    until: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A version of a draft; `faults` is how much stood against it when it was saved."""

    uid: UUID
    version: int
    by: str
    at: datetime
    written: Written
    faults: int
    is_void: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Owned:
    """The line and the block whose table it is; None: the county's, and that of whoever answers for every line."""

    line: str | None
    block: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A table that is being written, as `playbook check` would judge it.

    Args:
        entry: The row of the playbook that it would have.
        tried: What is wrong with it.
        lacks: What its row lacks, or holds the wrong way: `since`, `until`, `basis`, `source`, `clause`.
    """

    entry: DecisionTable
    tried: Tried
    lacks: tuple[str, ...]

    @property
    def count(self) -> int:
        """Return how much stands against it."""
        return len(self.lacks) + len(self.tried.faults) + len(self.tried.unsound)


def rules(on: date, known: datetime | None) -> RulesAt:
    """Return the rules at a day's end, of today those of now, as known at a moment."""
    asked = kinds.rules(known=known)
    zone = asked.book.zone
    is_today = on == day_of(clock.now(), zone=zone)
    moment = clock.now() if is_today else end_of(on, zone=zone) - timedelta(microseconds=1)
    return asked.at(moment, known=history.seen(known))


def in_force(at: RulesAt) -> list[InForce]:
    """Return the tables in force, the county's and those of its places, in the order of the playbook."""
    pairs = dict.fromkeys((row.decision, row.place) for row in at.book.all_of(DecisionTable))
    found = (find(at, decision, place=place) for decision, place in pairs)
    return [t for t, (_, place) in zip(found, pairs, strict=True) if t is not None and t.entry.place == place]


def find(at: RulesAt, decision: str, *, place: str | None = None) -> InForce | None:
    """Return the table that answers a decision in a place; None where none is in force."""
    try:
        entry = at.entry(decision, place=place)
    except NotInForce:
        return None
    clause = at.book.one(Clause, entry.clause, at=at.moment)
    return InForce(
        entry,
        at.book.one(Decision, decision, at=at.moment),
        clause,
        at.book.one(Order, clause.order, at=at.moment),
    )


def decisions(at: RulesAt) -> dict[str, Decision]:
    """Return the decisions that there are, by key."""
    return {row.key: row for row in at.book.all_of(Decision)}


def numbers(at: RulesAt, entry: DecisionTable) -> list[RuleParameter]:
    """Return the dated numbers that a table names, as they count at the moment."""
    rows = at.book.all_of(RuleParameter)
    found = (
        latest([r for r in rows if r.key == key], at=at.moment, known=at.known)
        for key in parameters_of(at.rules.text_of(entry))
    )
    return [row for row in found if row is not None]


def versions(at: RulesAt, decision: str, *, place: str | None = None) -> list[Version]:
    """Return what answered a decision in a place from moment to moment, as known then, the newest first.

    A later order makes a version, and so does a number that changes in the table.
    """
    entries = [row for row in at.book.all_of(DecisionTable) if row.decision == decision]
    keys = {key for row in entries for key in parameters_of(at.rules.text_of(row))}
    dated = [*entries, *(row for row in at.book.all_of(RuleParameter) if row.key in keys)]
    turns = {m for row in dated for m in (row.since, row.until) if m is not None}
    found: list[Version] = []
    for since in sorted(turns):
        then = at.rules.at(since, known=at.known)
        try:
            entry, table = then.entry(decision, place=place), then.table(decision, place=place)
        except NotInForce:
            found = [*found[:-1], *(_ended(v, since) for v in found[-1:])]
            continue
        if found and found[-1].until is None:
            if (found[-1].entry, found[-1].table) == (entry, table):
                continue
            found[-1] = _ended(found[-1], since)
        found.append(Version(entry, table, since, None))
    return found[::-1]


def differing(before: Table, after: Table) -> list[Difference]:
    """Return cases that two tables answer otherwise; a clause that alone is another makes no difference."""
    return list(islice(differences(before, after, beside=(CLAUSE,)), MOST))


def asked_facts(at: RulesAt, decision: str, *, place: str | None = None) -> list[Fact]:
    """Return the facts that a question may be given: those that nothing gives first, then those that follow from them."""
    found = _around(at, (c.name for c in at.table(decision, place=place).facts), place)
    return sorted(found, key=lambda row: row.follows)


def to_ask(at: RulesAt, answer: Answer, facts: Mapping[str, Any]) -> list[Fact]:
    """Return the facts of a case that nobody has given and that an answer could not do without."""
    names = (c.name for c in at.table(answer.entry.decision, place=answer.entry.place).facts)
    used = answer.used
    null = [n for n in names if facts.get(n) is None and (n not in used or used[n].value is None)]
    return [row for row in _around(at, iter(null), None) if not row.follows and facts.get(row.key) is None]


def stays(at: RulesAt, decision: str) -> list[Fact]:
    """Return the facts of one stay that somebody who comes knows himself."""
    return [row for row in asked_facts(at, decision) if row.of == "stay" and not row.follows]


def places(at: RulesAt) -> dict[str, str]:
    """Return the places where somebody may have stayed, code to name, the county first."""
    county = at.book.county(at=at.moment)
    found = {at.book.place: county.zh}
    if any(row.key == PREFECTURES for row in at.book.all_of(ValueList)):
        for (code,) in sorted(at.rules.rows_of(PREFECTURES)):
            row = at.value(PREFECTURES, {PLACE: code})
            if row is not None:
                found[code] = str(row.value)
    return found


def coming(at: RulesAt, arrived_on: date | None, cases: Sequence[Mapping[str, Any]]) -> Coming:
    """Return what follows for somebody who comes after some stays; the same engine answers as `rules ask`.

    Raises:
        NotInForce: No table of the decision is in force.
    """
    each = at.book.one(Decision, ARRIVAL, at=at.moment).each or "stays"

    def ask(at: RulesAt, day: date | None) -> Answer:
        return at.ask(ARRIVAL, {ARRIVED: day, each: [dict(case) for case in cases] or [{}]})

    answer = ask(at, arrived_on)
    own = [at.ask(ARRIVAL, {ARRIVED: arrived_on, **case}) for case in cases]
    return Coming(answer, own, [] if arrived_on is None else list(_changes(at, arrived_on, ask, answer)))


def _changes(at: RulesAt, arrived_on: date, ask: Any, answer: Answer) -> Iterator[Change]:  # noqa: ANN401 - a function of above
    zone = at.book.zone
    today = day_of(at.moment, zone=zone)
    if arrived_on >= today:
        for day in (arrived_on + timedelta(days=n) for n in range(1, AHEAD + 1)):
            if (out := ask(at, day).outcome.out) != answer.outcome.out:
                yield Change(day, out, is_later_arrival=True)
                break
    first = max(today, arrived_on)
    for day in (first + timedelta(days=n) for n in range(AHEAD + 1)):
        then = at if day == today else at.rules.at(start_of(day, zone=zone), known=at.known)
        if (out := ask(then, arrived_on).outcome.out) != answer.outcome.out:
            if day > first:
                yield Change(day, out, is_later_arrival=False)
            break


def owned(decision: str, place: str) -> Owned:
    """Return whose the tables of a decision in a place are."""
    book = kinds.book()
    row = book.find(Decision, decision, at=kinds.day())
    return Owned(None if row is None else row.line, None if place == book.place else place)


def drafts() -> list[DraftRow]:
    """Return the drafts as they stand, those saved last first, the discarded ones too; scope is already set."""
    return sorted(
        map(_draft, history.newest(RuleDraft).select_related("act")), key=lambda d: (d.at, d.uid), reverse=True
    )  # fmt: skip


def draft(uid: UUID, version: int | None = None) -> DraftRow | None:
    """Return a draft as it stands, or one version of it; None where there is none in sight."""
    wanted = {} if version is None else {"version": version}
    row = RuleDraft.objects.filter(uid=uid, **wanted).select_related("act").order_by("-version").first()
    return None if row is None else _draft(row)


def versions_of(uid: UUID) -> list[DraftRow]:
    """Return every version of a draft, the newest first."""
    return [
        _draft(row) for row in RuleDraft.objects.filter(uid=uid).select_related("act").order_by("-version")
    ]


def written_of(at: RulesAt, entry: DecisionTable) -> Written:
    """Return a table of the playbook as somebody begins to write on it: its days and what it stands on are asked anew."""
    sheet = TableSheet.of_text(at.rules.text_of(entry))
    return Written(entry.decision, entry.place, entry.clause, "", None, None, sheet.text())


def blank(decision: str, place: str) -> Written | None:
    """Return a table of which nothing is written yet, under the clause in force; None where there is no such decision."""
    at = rules(kinds.day(), None)
    if decision not in decisions(at):
        return None
    found = find(at, decision, place=place)
    return Written(decision, place, "" if found is None else found.entry.clause, "", None, None, "")


def judged(written: Written, *, known: datetime | None = None) -> Judged:
    """Return what stands against a table that is being written, in the playbook in force."""
    book = kinds.book()
    entry = entry_of(book, written, known=known or clock.now())
    sheet = TableSheet.of_text(written.text)
    given = {
        "since": written.since is not None,
        "until": None in (written.since, written.until) or written.since < written.until,  # type: ignore[operator]
        "basis": bool(written.basis), "source": bool(sheet.head("#source")),
        "clause": book.find(Clause, written.clause, at=kinds.day()) is not None,
    }  # fmt: skip
    return Judged(
        entry, try_table(book, entry, written.text), tuple(k for k, is_there in given.items() if not is_there)
    )


def entry_of(book: Playbook, written: Written, *, known: datetime) -> DecisionTable:
    """Return the row of the playbook that a table would have; one that lacks its beginning would hold from *known*."""
    since = written.since or known
    place = () if written.place == book.place else (written.place,)
    name = ".".join((written.decision, *place, since.astimezone(book.zone).strftime("%Y%m%d")))
    names = (f"{name}{n}.csv" for n in ("", *(f"-{n}" for n in range(2, 1000))))
    source = TableSheet.of_text(written.text).head("#source")
    return DecisionTable(
        place=written.place, decision=written.decision, clause=written.clause, since=since, until=written.until, known=known,
        file=next(n for n in names if FOLDER + n not in book.tables), source=f"{written.basis or 'invented'}: {source or '-'}",
    )  # fmt: skip


def draft_differs(row: DraftRow) -> list[Difference] | None:
    """Return cases that a draft decides otherwise than the table in force when it begins; None where it cannot be read."""
    known = row.at
    found = judged(row.written, known=known)
    if not found.tried.found:
        return None
    entry = found.entry
    now = kinds.rules().at(entry.since, known=known)
    try:
        before = now.table(entry.decision, place=entry.place)
    except NotInForce:
        return []
    return differing(before, found.tried.found[0][0])


def _draft(row: RuleDraft) -> DraftRow:
    written = Written(row.decision, row.place, row.clause, row.basis, row.since, row.until, row.text)
    return DraftRow(
        row.uid, row.version, row.act.actor, row.known_at, written, row.faults, row.is_void, row.reason
    )  # fmt: skip


def _around(at: RulesAt, names: Iterator[str], place: str | None) -> list[Fact]:
    """Return facts and all from which they follow, each once."""
    known = {row.key: row for row in at.book.all_of(Fact)}
    seen: dict[str, Fact] = {}

    def take(names: Iterator[str]) -> None:
        for name in names:
            if name in known and name not in seen:
                seen[name] = known[name]
                take(_under(at, known[name], place))

    take(names)
    return list(seen.values())


def _under(at: RulesAt, fact: Fact, place: str | None) -> Iterator[str]:
    """Yield the facts from which one follows."""
    handed = fact.facts or {}
    names: list[str] = []
    if fact.decision is not None:
        try:
            names = [c.name for c in at.table(fact.decision, place=place).facts]
        except NotInForce:
            names = []
    elif fact.list_key is not None:
        names = list(at.rules.kind_of(fact.list_key))
    elif fact.days_since is not None:
        names = [fact.days_since]
    yield from (handed.get(n, n) for n in names if not handed.get(n, n).startswith("="))
    if fact.on is not None:
        yield fact.on


def _ended(version: Version, until: datetime) -> Version:
    return version if version.until else Version(version.entry, version.table, version.since, until)
