"""What is wrong with the tables and lists of a playbook: by themselves, with the rows that name them, and between layers.

A table is judged as it stands at each moment at which one of its dated numbers changes, not only today.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from difflib import get_close_matches

from twofront.core.errors import Fault
from twofront.core.playbook.book import Playbook
from twofront.core.playbook.checking import Placed
from twofront.core.playbook.kinds import (
    Clause,
    Consent,
    DecisionTable,
    Fact,
    Output,
    RuleParameter,
    ValueList,
)
from twofront.core.playbook.tables import (
    CLAUSE,
    FOLDER,
    latest,
    parameters_of,
    read_list,
    table_of,
    written,
)
from twofront.core.rules.examine import Findings, examine
from twofront.core.rules.layers import stricter
from twofront.core.rules.reading import TableFaults
from twofront.core.rules.table import PRIORITY, Table
from twofront.core.time import write_moment


def judge_tables(book: Playbook, placed: Sequence[Placed]) -> Iterator[Fault]:
    """Yield what is wrong with the files of the folder `tables`, and with the rows that name them."""
    yield from _files(book, placed)
    yield from _lists(book)
    for each in placed:
        if isinstance(each.row, DecisionTable):
            yield from _table(book, each, each.row)
        elif isinstance(each.row, Fact):
            yield from _follows(book, each, each.row)
    yield from _layers(book, placed)


@dataclass(frozen=True, slots=True)
class Tried:
    """A table that is not in the playbook yet, judged as if it were.

    Args:
        faults: What `playbook check` would say of its cells, of what it asks and answers, and of layers.
        unsound: What it would say of gaps, overlaps and rows that never answer.
        found: The table and what was found in it, once for each set of numbers that it has while it holds.
    """

    faults: tuple[Fault, ...]
    unsound: tuple[Fault, ...] = ()
    found: tuple[tuple[Table, Findings], ...] = ()


def with_table(book: Playbook, entry: DecisionTable, text: str) -> Playbook:
    """Return a playbook with one more table beside what is there."""
    rows = (*book.all_of(DecisionTable), entry)
    tables = {**book.tables, FOLDER + entry.file: text}
    return replace(book, rows={**book.rows, DecisionTable.name: rows}, tables=tables)


def try_table(book: Playbook, entry: DecisionTable, text: str) -> Tried:
    """Judge a table before it goes into a playbook: by itself, with the facts and clauses there, and between layers."""
    tried = with_table(book, entry, text)
    missing = _without_value(tried, entry, text)
    if missing is not None:
        fault = _no_value(book, entry, text, missing)
        nothing = dict.fromkeys(parameters_of(text), 0.0)
        return Tried((fault, *_read(book, entry, written(text, nothing))[1]))
    faults: list[Fault] = []
    unsound: list[Fault] = []
    found = []
    for _, version in versions(tried, entry):
        table, wrong = _read(tried, entry, version)
        faults += wrong
        if table is not None:
            found.append((table, findings := examine(table)))
            unsound += _soundness(table, findings, FOLDER + entry.file)
    if not faults:
        same = (r for r in tried.all_of(DecisionTable) if r.decision == entry.decision)
        faults += _layers(tried, [Placed(r, FOLDER + r.file, (), lambda _: 1) for r in same])
    return Tried(tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(unsound)), tuple(found))


def _files(book: Playbook, placed: Sequence[Placed]) -> Iterator[Fault]:
    named = set()
    for each in placed:
        if isinstance(each.row, DecisionTable | ValueList):
            named.add(FOLDER + each.row.file)
            if FOLDER + each.row.file not in book.tables:
                yield each.fault(
                    ("file",),
                    each.row.file,
                    "is not in the folder tables",
                    "put the file there, or correct its name",
                )
    for name in sorted(set(book.tables) - named):
        do = "name it in a [[table]] or [[value_list]], or take it out"
        yield Fault(name, 1, None, "is named by no row of the playbook", do)


def _lists(book: Playbook) -> Iterator[Fault]:
    for kind in book.all_of(ValueList):
        if (text := book.tables.get(FOLDER + kind.file)) is not None:
            yield from read_list(text, kind, zone=book.zone)[1]


def _table(book: Playbook, each: Placed, entry: DecisionTable) -> Iterator[Fault]:
    name = FOLDER + entry.file
    if (text := book.tables.get(name)) is None:
        return
    missing = _without_value(book, entry, text)
    if missing is not None:
        yield _no_value(book, entry, text, missing)
        return
    if not entry.place.startswith(book.place):
        do = f"write a code that begins with {book.place}"
        yield each.fault(("place",), entry.place, f"lies outside the county {book.place}", do)
    seen: set[Fault] = set()
    for _, table_text in versions(book, entry):
        for fault in _one(book, entry, table_text):
            if fault not in seen:
                seen.add(fault)
                yield fault


def _no_value(book: Playbook, entry: DecisionTable, text: str, missing: tuple[str, datetime]) -> Fault:
    key, at = missing
    what = f"is a number without a value at {write_moment(at, zone=book.zone)}, when the table holds"
    line = next(n for n, t in enumerate(text.split("\n"), 1) if f"${key}" in t)
    do = "add a [[rule_parameter]] that holds then, and is known then"
    return Fault(FOLDER + entry.file, line, f"${key}", what, do)


def _one(book: Playbook, entry: DecisionTable, text: str) -> Iterator[Fault]:
    table, faults = _read(book, entry, text)
    yield from faults
    if table is not None:
        yield from _soundness(table, examine(table), FOLDER + entry.file)


def _read(book: Playbook, entry: DecisionTable, text: str) -> tuple[Table | None, list[Fault]]:
    """Return a table, and what is wrong with it beside the playbook; or what makes it none."""
    try:
        table = table_of(text, FOLDER + entry.file, _zone(book, entry))
    except TableFaults as e:
        return None, list(e.faults)
    return table, list(_beside(book, entry, table, text))


def _beside(book: Playbook, entry: DecisionTable, table: Table, text: str) -> Iterator[Fault]:
    name = FOLDER + entry.file
    heads = {h: n for n, t in enumerate(text.split("\n"), 1) if (h := t.split(",")[0].strip()) in _HEADS}
    if table.key != entry.decision:
        yield Fault(
            name,
            heads["#table"],
            table.key,
            f"is not the decision {entry.decision} that it is named for",
            "write the same name",
        )
    for head, value in (("#from", table.start), ("#to", table.end)):
        if value is not None:
            yield Fault(
                name,
                heads[head],
                value,
                "stands in the playbook's row as well",
                "leave it out here: since and until say it",
            )
    yield from _asked(book, table, name, text)
    yield from _columns(book, entry, table, text)


_HEADS = ("#table", "#from", "#to")


def _asked(book: Playbook, table: Table, name: str, text: str) -> Iterator[Fault]:
    """Yield the facts of a table that the playbook does not declare, or declares otherwise, and values they never have."""
    facts, lines, head = {f.key: f for f in book.all_of(Fact)}, table.lines[1:], table.lines[0]
    for place, column in enumerate(table.facts):
        fact = facts.get(column.name)
        if fact is None:
            near = get_close_matches(column.name, facts, n=1)
            do = f"did you mean {near[0]}?" if near else "declare it as a [[fact]]"
            yield Fault(name, head, f"in:{column.name}", "is no fact of this playbook", do)
            continue
        if fact.type != column.type:
            what = f"is declared as {fact.type} and asked as {column.type}"
            yield Fault(name, head, f"in:{column.name}", what, "let both say the same")
        for line, row in zip(lines, table.rows, strict=True):
            for value in row.cells[place].values if fact.words_en else ():
                if str(value) not in (fact.words_en or ()):
                    known = ", ".join(fact.words_en or ())
                    yield Fault(name, line, str(value), f"is no value of {fact.key}", f"write one of {known}")


def _default_line(text: str) -> int:
    """Return the line of the default, or where it would stand."""
    lines = text.rstrip().split("\n")
    return next((n for n, t in enumerate(lines, 1) if t.startswith("#default")), len(lines))


def _columns(book: Playbook, entry: DecisionTable, table: Table, text: str) -> Iterator[Fault]:
    name, lines = FOLDER + entry.file, table.lines[1:]
    head = table.lines[0]
    outputs = {o.key: o for o in book.all_of(Output) if o.decision == entry.decision}
    order = entry.clause.partition("/")[0]
    clauses = {c.identity for c in book.all_of(Clause)} | {
        c.key for c in book.all_of(Clause) if c.order == order
    }
    rows = [*zip(lines, (row.out for row in table.rows), strict=True)]
    if table.default is not None:
        rows.append((_default_line(text), table.default))
    for place, column in enumerate(table.outputs):
        values = [(line, out[place]) for line, out in rows if out[place] is not None]
        if column.name == CLAUSE:
            for line, value in values:
                if value not in clauses:
                    own = ", ".join(sorted(c for c in clauses if "/" not in c))
                    yield Fault(
                        name,
                        line,
                        str(value),
                        f"is no clause of the order {order}",
                        f"write one of {own}, or ORDER/CLAUSE of another, or add a [[clause]]",
                    )
        elif column.name in outputs:
            yield from _words(name, outputs[column.name], values)
        elif column.name != PRIORITY:
            known = ", ".join(outputs) or "none is declared"
            yield Fault(
                name,
                head,
                f"out:{column.name}",
                f"is no output of {entry.decision}",
                f"write one of {known}; or add an [[output]]",
            )


def _words(name: str, output: Output, values: Sequence[tuple[int, object]]) -> Iterator[Fault]:
    for line, value in values:
        if output.words_en and str(value) not in output.words_en:
            known = ", ".join(output.words_en)
            yield Fault(name, line, str(value), f"is no value of {output.key}", f"write one of {known}")


def _soundness(table: Table, found: Findings, name: str) -> Iterator[Fault]:
    lines = table.lines[1:]
    for row in found.unreachable:
        by = ", ".join(f"{name}:{lines[n - 1]}" for n in row.by)
        what = (
            f"is a row that never answers: {by} answer before it" if row.by else "is a row that no case meets"
        )
        yield Fault(name, lines[row.row - 1], None, what, "put it higher, narrow the others, or take it out")
    if table.default is None and table.hit != "collect":  # nothing collected is an answer
        for witness in found.gaps[:1]:
            what = f"no row answers {_said(witness)} ({len(found.gaps)} such kinds of case)"
            yield Fault(
                name, lines[-1] if lines else 1, None, what, "add a row for it, or a last row #default"
            )
    if table.hit == "unique":
        for each in (o for o in found.overlaps if not o.same_output):
            a, b = (lines[n - 1] for n in each.rows)
            yield Fault(
                name,
                b,
                None,
                f"answers otherwise than line {a} for {_said(each.witness)}",
                "part the two rows, or choose #hit,first",
            )


def _said(facts: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {_word(value)}" for name, value in facts.items()) or "any case"


def _word(value: object) -> str:
    return "not known" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _zone(book: Playbook, entry: DecisionTable) -> timezone:
    return timezone(entry.since.astimezone(book.zone).utcoffset() or timedelta(0))


def _moments(book: Playbook, keys: Sequence[str], first: datetime, until: datetime | None) -> list[datetime]:
    rows = [r for r in book.all_of(RuleParameter) if r.key in keys]
    ends = {m for r in rows for m in (r.since, r.until) if m is not None}
    return sorted({first, *(m for m in ends if m > first and (until is None or m < until))})


def _known(book: Playbook, keys: Sequence[str], entry: DecisionTable) -> list[datetime]:
    rows = [r for r in book.all_of(RuleParameter) if r.key in keys]
    ends = {m for r in rows for m in (r.known, r.known_until) if m is not None}
    last = entry.known_until
    return sorted({entry.known, *(m for m in ends if m > entry.known and (last is None or m < last))})


def _numbers(book: Playbook, keys: Sequence[str], at: datetime, known: datetime) -> dict[str, float | None]:
    found = {}
    for key in keys:
        rows = [r for r in book.all_of(RuleParameter) if r.key == key]
        row = latest(rows, at=at, known=known)
        found[key] = None if row is None else row.value
    return found


def _without_value(book: Playbook, entry: DecisionTable, text: str) -> tuple[str, datetime] | None:
    keys = parameters_of(text)
    for at in _moments(book, keys, entry.since, entry.until):
        for known in _known(book, keys, entry):
            for key, value in _numbers(book, keys, at, known).items():
                if value is None:
                    return key, at
    return None


def versions(book: Playbook, entry: DecisionTable) -> Iterator[tuple[datetime, str]]:
    """Yield each text that a table has while it holds, by its numbers, and a moment at which it has it."""
    text = book.tables[FOLDER + entry.file]
    keys = parameters_of(text)
    seen = set()
    for at in _moments(book, keys, entry.since, entry.until):
        for known in _known(book, keys, entry):
            numbers = {k: v for k, v in _numbers(book, keys, at, known).items() if v is not None}
            if len(numbers) == len(keys) and (now := written(text, numbers)) not in seen:
                seen.add(now)
                yield at, now


def _follows(book: Playbook, each: Placed, row: Fact) -> Iterator[Fault]:
    if row.decision is not None:
        outputs = [o.key for o in book.all_of(Output) if o.decision == row.decision]
        if row.output not in outputs:
            yield each.fault(
                ("output",),
                row.output,
                f"is no output of {row.decision}",
                f"write one of {', '.join(outputs)}",
            )
    kind = next((v for v in book.all_of(ValueList) if v.key == row.list_key), None)
    if kind is not None:
        for name in set(row.facts or {}) - set(kind.columns):
            do = f"write one of {', '.join(kind.columns)}"
            yield each.fault(("with", name), name, f"is no column of the list {kind.key}", do)


def _layers(book: Playbook, placed: Sequence[Placed]) -> Iterator[Fault]:
    """Yield where a place within the county asks more than the county does, and the centre has not consented to it."""
    tables = [(p, p.row) for p in placed if isinstance(p.row, DecisionTable)]
    for each, own in tables:
        if own.place == book.place or FOLDER + own.file not in book.tables:
            continue
        above = [
            row
            for _, row in tables
            if row.place == book.place and row.decision == own.decision and _meet(row, own)
        ]
        if not above:
            do = f"the county {book.place} decides first: give it a table, or take this one out"
            yield each.fault(("decision",), own.decision, "has no table of the county at that time", do)
        if not _consented(book, own):
            for county in above:
                yield from _stricter(book, own, county)


def _meet(a: DecisionTable, b: DecisionTable) -> bool:
    return (a.until is None or b.since < a.until) and (b.until is None or a.since < b.until)


def _consented(book: Playbook, own: DecisionTable) -> bool:
    return any(
        c.place == own.place and c.decision == own.decision and c.since <= own.since and c.known <= own.known
        and (c.until is None or (own.until is not None and own.until <= c.until))
        and (c.known_until is None or (own.known_until is not None and own.known_until <= c.known_until))
        for c in book.all_of(Consent)
    )  # fmt: skip


def _stricter(book: Playbook, own: DecisionTable, county: DecisionTable) -> Iterator[Fault]:
    outputs = [o for o in book.all_of(Output) if o.decision == own.decision and o.stricter]
    seen = set()
    for _, text in versions(book, own):
        for _, above in versions(book, county):
            try:
                mine = table_of(text, FOLDER + own.file, _zone(book, own))
                upper = table_of(above, FOLDER + county.file, _zone(book, county))
            except TableFaults:
                continue  # named already
            for output in outputs:
                case = stricter(mine, upper, {output.key: output.stricter})
                if case is None or (case.row, output.key) in seen:
                    continue
                seen.add((case.row, output.key))
                asked, held = _of(mine, case.row, output.key), _of(upper, case.than, output.key)
                what = f"is stricter than the county's {held} ({output.key}) for {_said(case.witness)}"
                do = f"ask no more than {FOLDER}{county.file}, or add the centre's dated [[consent]]"
                line = mine.lines[case.row] if case.row else _default_line(text)
                yield Fault(FOLDER + own.file, line, asked, what, do)


def _of(table: Table, row: int | None, output: str) -> str:
    out = table.default if row is None else table.rows[row - 1].out
    value = None if out is None else table.out(out).get(output)
    return "nothing" if value is None else _word(value)
