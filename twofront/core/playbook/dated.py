"""The rules (规则) of a playbook at a moment, as known at a moment: tables, dated numbers, lists, and what follows.

An order is never edited; a later one replaces it. So which rule held at a past moment, and what was known then, has one
answer, whenever it is asked again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import Any

from twofront.core.playbook.book import NotInForce, Playbook
from twofront.core.playbook.kinds import (
    Clause,
    Decision,
    DecisionTable,
    Fact,
    Level,
    Output,
    PlaceClass,
    RuleParameter,
    ValueList,
)
from twofront.core.playbook.tables import (
    CLAUSE,
    FOLDER,
    ListRow,
    latest,
    parameters_of,
    read_list,
    table_of,
    written,
)
from twofront.core.rules.cells import Plain, plain
from twofront.core.rules.layers import rank
from twofront.core.rules.one import Decision as Outcome
from twofront.core.rules.one import OneByOne, Reason, WrongFact
from twofront.core.rules.table import Table
from twofront.core.time import BadTime, day_of, end_of, parse_moment

Facts = Mapping[str, Any]
PLACE_CLASS = PlaceClass.name


@dataclass(frozen=True, slots=True)
class Used:
    """A fact that the record did not give, and the dated row that gave it.

    Args:
        value: The value; None: not known.
        by: The decision, list or fact that it follows from.
        since: The row holds from this moment.
        known: And was known from this one.
        source: Where that row is from.
    """

    value: Plain
    by: str
    since: datetime | None = None
    known: datetime | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a playbook's table answers to a record, and under what.

    Args:
        outcome: The rows that hit and the outputs.
        entry: The table in force that was asked.
        clauses: The clause of the answer; under `collect` one for each row.
        used: The facts that were found for the record.
        until: Until when it holds, where an output counts days.
        case: Which of the record's cases was the strictest, from 0; None where it is one case.
    """

    outcome: Outcome
    entry: DecisionTable
    clauses: tuple[Clause, ...]
    used: Mapping[str, Used]
    until: datetime | None = None
    case: int | None = None

    @property
    def basis(self) -> str:
        """Return on what the answer stands: the weakest of clause, table and facts found; real before invented."""
        sources = [*(c.source for c in self.clauses), self.entry.source]
        sources += [u.source for u in self.used.values() if u.source is not None and u.value is not None]
        found = {source.split()[0].rstrip(":;,.") for source in sources}
        return next((word for word in ("invented", "reconstructed") if word in found), self.entry.basis)


@dataclass(frozen=True)
class Rules:
    """A playbook's rules; `rules.at(moment, known=moment2)` is what held, as it was known then."""

    book: Playbook
    _engines: dict[tuple[str, str], OneByOne] = field(default_factory=dict, repr=False)
    _lists: dict[str, Mapping[tuple[str, ...], list[ListRow]]] = field(default_factory=dict, repr=False)

    def at(self, moment: datetime, *, known: datetime | None = None) -> "RulesAt":
        """Return the rules at a moment, as known at a moment; without *known*, as the playbook has them now."""
        return RulesAt(self, moment, known)

    def engine(self, entry: DecisionTable, numbers: Mapping[str, float]) -> OneByOne:
        """Return a table made ready, with its numbers written in."""
        text = written(self.text_of(entry), numbers)
        key = (entry.file, text)
        if key not in self._engines:
            offset = timezone(entry.since.astimezone(self.book.zone).utcoffset() or timedelta(0))
            self._engines[key] = OneByOne(table_of(text, FOLDER + entry.file, offset))
        return self._engines[key]

    def text_of(self, entry: DecisionTable) -> str:
        """Return the text of a table, with the names of its numbers."""
        return self.book.tables[FOLDER + entry.file]

    def rows_of(self, list_key: str) -> Mapping[tuple[str, ...], list[ListRow]]:
        """Return the rows of a list by their keys."""
        if list_key not in self._lists:
            found: dict[tuple[str, ...], list[ListRow]] = {}
            for row in self._classes() if list_key == PLACE_CLASS else self._read(list_key):
                found.setdefault(row.keys, []).append(row)
            self._lists[list_key] = found
        return self._lists[list_key]

    def kind_of(self, list_key: str) -> Mapping[str, str]:
        """Return the key columns of a list and how each is looked up."""
        if list_key == PLACE_CLASS:
            return {"place": "place"}
        return next(row.columns for row in self.book.all_of(ValueList) if row.key == list_key)

    def _read(self, list_key: str) -> tuple[ListRow, ...]:
        kind = next(row for row in self.book.all_of(ValueList) if row.key == list_key)
        return read_list(self.book.tables[FOLDER + kind.file], kind, zone=self.book.zone)[0]

    def _classes(self) -> Iterator[ListRow]:
        for row in self.book.all_of(PlaceClass):
            known = row.known or row.since
            yield ListRow((row.place,), row.area_class, row.since, known, None, None, row.source, 0)

    @cached_property
    def digits(self) -> list[int]:
        """Return how many digits the codes of each level of the divisions have, the most first."""
        return sorted({level.digits for level in self.book.all_of(Level)}, reverse=True)

    @cached_property
    def derived(self) -> Mapping[str, Fact]:
        """Return the facts that follow from others."""
        return {row.key: row for row in self.book.all_of(Fact) if row.follows}


@dataclass(frozen=True)
class RulesAt:
    """The rules at one moment, as known at one moment."""

    rules: Rules
    moment: datetime
    known: datetime | None = None
    _entries: dict[tuple[str, str | None], DecisionTable] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def book(self) -> Playbook:
        """Return the playbook."""
        return self.rules.book

    def parameter(self, key: str) -> float:
        """Return a dated number.

        Raises:
            NotInForce: It has no value then.
        """
        rows = [row for row in self.book.all_of(RuleParameter) if row.key == key]
        found = latest(rows, at=self.moment, known=self.known)
        if found is None:
            raise NotInForce(RuleParameter.name, key, self.moment)
        return found.value

    def entry(self, decision: str, *, place: str | None = None) -> DecisionTable:
        """Return the table in force for a decision: that of the place, else of the place around it.

        Raises:
            NotInForce: There is none.
        """
        if (decision, place) in self._entries:
            return self._entries[decision, place]
        rows = [row for row in self.book.all_of(DecisionTable) if row.decision == decision]
        for code in self._around(place or self.book.place):
            own = [row for row in rows if row.place == code]
            if (found := latest(own, at=self.moment, known=self.known)) is not None:
                return self._entries.setdefault((decision, place), found)
        raise NotInForce(DecisionTable.name, decision, self.moment)

    def table(self, decision: str, *, place: str | None = None) -> Table:
        """Return the table in force, with its numbers written in.

        Raises:
            NotInForce: There is none, or a number in it has no value then.
        """
        return self._engine(self.entry(decision, place=place)).table

    def value(self, list_key: str, keys: Mapping[str, str | None]) -> ListRow | None:
        """Return the row of a list that counts for keys; the nearest place, and there the nearest trade, decides.

        Raises:
            KeyError: There is no such list.
        """
        rows = self.rules.rows_of(list_key)
        chains: list[tuple[str, ...]] = [()]
        for column, how in self.rules.kind_of(list_key).items():
            key = keys.get(column)
            if key is None:
                return None
            chains = [(*chain, k) for chain in chains for k in self._chain(str(key), how)]
        for chain in chains:
            if (found := latest(rows.get(chain, ()), at=self.moment, known=self.known)) is not None:
                return found
        return None

    def ask(self, decision: str, facts: Facts, *, place: str | None = None) -> Answer:
        """Return the answer to a record; of several cases in it (`each`) the strictest.

        Raises:
            NotInForce: No table of the decision is in force.
            WrongFact: A fact is not of its type.
        """
        each = next(row.each for row in self.book.all_of(Decision) if row.key == decision)
        cases = facts.get(each) if each is not None else None
        if not isinstance(cases, list) or not cases:
            return self._ask(decision, facts, place, frozenset())
        whole = {name: value for name, value in facts.items() if name != each}
        answers = []
        for number, case in enumerate(cases):
            if not isinstance(case, Mapping):
                raise WrongFact(str(each), case, "is no case", 'give each case as {"fact": value}')
            found = self._ask(decision, whole | dict(case), place, frozenset())
            answers.append(
                Answer(found.outcome, found.entry, found.clauses, found.used, found.until, case=number)
            )
        ranked = [(strictness(self.book, decision, a.outcome.out), -n) for n, a in enumerate(answers)]
        return answers[-max(ranked)[1]]

    def because(self, answer: Answer) -> list[Reason]:
        """Return, for each row of an answer, the cells that the record met."""
        return self._engine(answer.entry).because(answer.outcome)

    def _engine(self, entry: DecisionTable) -> OneByOne:
        numbers = {key: self.parameter(key) for key in parameters_of(self.rules.text_of(entry))}
        return self.rules.engine(entry, numbers)

    def _ask(self, decision: str, facts: Facts, place: str | None, asking: frozenset[str]) -> Answer:
        entry = self.entry(decision, place=place)
        engine = self._engine(entry)
        found = _Found(self, facts, place, asking)
        record = {column.name: found.get(column.name) for column in engine.table.facts}
        outcome = engine.decide(record)
        clauses = tuple(self._clauses(entry, outcome.out))
        return Answer(_bare(outcome), entry, clauses, found.used, self._until(decision, outcome.out, found))

    def _clauses(self, entry: DecisionTable, out: Any) -> Iterator[Clause]:  # noqa: ANN401 - an answer as JSON has it
        order, _, own = entry.clause.partition("/")
        for each in out if isinstance(out, list) else [out]:
            key = str((each or {}).get(CLAUSE) or own)
            yield self.book.one(Clause, key if "/" in key else f"{order}/{key}", at=self.moment)

    def _until(self, decision: str, out: Any, found: "_Found") -> datetime | None:  # noqa: ANN401 - as above
        zone = self.book.zone
        for output in (o for o in self.book.all_of(Output) if o.decision == decision and o.days_from):
            days = out.get(output.key) if isinstance(out, dict) else None
            if days is not None:
                first = found.moment(output.days_from)
                return end_of(day_of(first, zone=zone) + timedelta(days=int(days)), zone=zone)
        return None

    def _chain(self, key: str, how: str) -> list[str]:
        if how == "place":
            return self._around(key)
        if how == "sector":
            return self._trades(key)
        return [key]

    def _around(self, code: str) -> list[str]:
        """Return a division's code and those of the divisions around it, the nearest first; short ones filled to six."""
        codes = [code, *(code[:n] for n in self.rules.digits if n < len(code))]
        return list(dict.fromkeys(c.ljust(6, "0") for c in codes))

    def _trades(self, sector: str) -> list[str]:
        """Return a trade's code, without its letter, those of the trades around it, and its section."""
        digits = sector.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        section = self.book.section_of(sector, at=self.moment)
        return [*(digits[:n] for n in range(len(digits), 1, -1)), *([] if section is None else [section.key])]


@dataclass(slots=True)
class _Found:
    """The facts of a record, and those that follow from them, each found once."""

    rules: RulesAt
    facts: Facts
    place: str | None
    asking: frozenset[str]
    used: dict[str, Used] = field(default_factory=dict)

    def get(self, name: str) -> Any:  # noqa: ANN401 - whatever a record holds
        value = self.facts.get(name)
        row = self.rules.rules.derived.get(name)
        if value is not None or row is None or name in self.asking:
            return value
        if name not in self.used:
            self.used[name] = self._follow(row)
        return self.used[name].value

    def moment(self, name: str | None) -> datetime:
        """Return the moment of a fact, or that of the question where the fact is not known."""
        value = None if name is None else self.get(name)
        if value is None:
            return self.rules.moment
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=self.rules.book.zone)
        try:
            return parse_moment(str(value), zone=self.rules.book.zone)
        except BadTime as e:
            raise WrongFact(str(name), value, e.what, e.do) from None

    def _follow(self, row: Fact) -> Used:
        asked = _Found(self.rules, self.facts, self.place, self.asking | {row.key}, self.used)
        if row.days_since is not None:
            return asked._days(row)
        handed = {
            there: here[1:] if here.startswith("=") else asked.get(here)
            for there, here in (row.facts or {}).items()
        }
        rules = self.rules
        if row.on is not None:
            rules = RulesAt(rules.rules, asked.moment(row.on), rules.known)
        if row.list_key is not None:
            columns = rules.rules.kind_of(row.list_key)
            found = rules.value(
                row.list_key, {c: handed[c] if c in handed else asked.get(c) for c in columns}
            )
            if found is None:
                return Used(None, row.list_key)
            value = plain(found.value, found.since.astimezone(rules.book.zone).tzinfo or UTC)
            return Used(value, row.list_key, found.since, found.known, found.source)
        return asked._decided(row, rules, handed)

    def _days(self, row: Fact) -> Used:
        if self.get(str(row.days_since)) is None:
            return Used(None, str(row.days_since))
        zone = self.rules.book.zone
        first, last = (day_of(self.moment(name), zone=zone) for name in (row.days_since, row.on))
        return Used((last - first).days, str(row.days_since))

    def _decided(self, row: Fact, rules: RulesAt, handed: Facts) -> Used:
        decision = str(row.decision)
        try:
            answer = rules._ask(decision, {**self.facts, **handed}, self.place, self.asking)  # noqa: SLF001 - its other half
        except NotInForce:
            return Used(None, decision)
        self.used.update({n: u for n, u in answer.used.items() if n not in self.used})
        out = answer.outcome.out
        value = out.get(str(row.output)) if isinstance(out, dict) else None
        return Used(value, decision, answer.entry.since, answer.entry.known, answer.entry.source)


def strictness(book: Playbook, decision: str, out: Any) -> tuple[float, ...]:  # noqa: ANN401 - an answer as JSON has it
    """Return how strict an answer is, to compare: by each output that has a strictness, in the order of the playbook.

    What is not answered is milder than any value; no answer at all is the mildest.
    """
    outputs = [o for o in book.all_of(Output) if o.decision == decision and o.stricter]
    return tuple(rank(out.get(o.key) if isinstance(out, dict) else None, o.stricter) for o in outputs)


def _bare(outcome: Outcome) -> Outcome:
    """Take the clause out of the outputs: the answer says it beside them."""
    out = outcome.out
    if isinstance(out, list):
        return Outcome(
            outcome.rows, [{k: v for k, v in o.items() if k != CLAUSE} for o in out], outcome.error
        )
    if out is None:
        return outcome
    return Outcome(outcome.rows, {k: v for k, v in out.items() if k != CLAUSE}, outcome.error)
