"""The tables and lists that a playbook's rows name: read from their own files, and judged beside the facts."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches

from twofront.core.errors import Fault
from twofront.core.playbook.checking import Placed
from twofront.core.playbook.kinds import Fact, RuleTable, ValueList
from twofront.core.rules.examine import Findings, examine
from twofront.core.rules.layers import stricter
from twofront.core.rules.reading import TableFaults, read_table
from twofront.core.rules.rulebook import Listed
from twofront.core.rules.table import Table
from twofront.core.time import BadTime, Days, parse_day, parse_moment

Lists = Mapping[str, tuple[Listed, ...]]
_SHOWN = 3  # faults of one table that are named one by one


def fixed(zone: tzinfo) -> timezone:
    """Return a zone's offset, without its summer time, as tables have it."""
    return timezone(zone.utcoffset(datetime(1970, 1, 1)) or timedelta())  # noqa: DTZ001 - the zone is what is asked


def read_sheets(
    placed: Sequence[Placed], files: Mapping[str, bytes], zone: tzinfo
) -> tuple[dict[str, Table], dict[str, tuple[Listed, ...]], list[Fault]]:
    """Return the tables and lists by file, and what is wrong with them."""
    tables: dict[str, Table] = {}
    lists: dict[str, tuple[Listed, ...]] = {}
    faults: list[Fault] = []
    facts = {p.row.key: p.row for p in placed if isinstance(p.row, Fact)}
    for each in placed:
        row = each.row
        if not isinstance(row, RuleTable | ValueList):
            continue
        if row.file not in files:
            faults.append(each.fault(("file",), row.file, "is not there", "put the file beside this one"))
        elif isinstance(row, ValueList):
            lists[row.file], found = _list(files[row.file], row.file, zone)
            faults += found
        else:
            try:
                tables[row.file] = table = read_table(files[row.file], file=row.file, zone=fixed(zone))
            except TableFaults as e:
                faults += e.faults
                continue
            faults += _beside(table, row, facts)
    named = {p.row.file for p in placed if isinstance(p.row, RuleTable | ValueList)}
    strays = sorted(name for name in files if name.endswith(".csv") and name not in named)
    faults += [
        Fault(
            n, 1, None, "is named by no [[table]] and no [[value_list]]", "write a row for it, or remove it"
        )
        for n in strays
    ]
    return tables, lists, faults or [*_twice(placed, tables), *_added(placed, tables)]


def _beside(table: Table, row: RuleTable, facts: Mapping[str, Fact]) -> Iterator[Fault]:
    """Yield what is wrong with a table that is right by itself: its name, its facts, what `rules check` finds."""
    heading, *lines = table.lines
    if table.key != row.key:
        yield Fault(
            row.file,
            1,
            table.key,
            f"is not the decision {row.key} that its [[table]] names",
            "let both say the same",
        )
    for asked in table.facts:
        if (fact := facts.get(asked.name)) is None:
            near = get_close_matches(asked.name, facts, n=1)
            do = f"did you mean {near[0]}?" if near else "declare it as a [[fact]]"
            yield Fault(row.file, heading, f"in:{asked.name}", "is no fact of this playbook", do)
        elif fact.type != asked.type:
            yield Fault(
                row.file,
                heading,
                f"in:{asked.name}",
                f"is declared as {fact.type} and asked as {asked.type}",
                "let both say the same",
            )
    found = examine(table)
    if not found.is_sound:
        yield from _unsound(table, found, row.file, [heading, *lines])


def _unsound(table: Table, found: Findings, file: str, lines: Sequence[int]) -> Iterator[Fault]:
    for row in found.unreachable:
        why = (
            f"rows {', '.join(map(str, row.by))} win over it wherever it hits"
            if row.by
            else "it admits nothing"
        )
        yield Fault(
            file, lines[row.row], None, f"row {row.row} never answers: {why}", "move it up, or remove it"
        )
    if table.hit == "unique":
        for overlap in [o for o in found.overlaps if not o.same_output][:_SHOWN]:
            i, j = overlap.rows
            yield Fault(
                file,
                lines[j],
                None,
                f"rows {i} and {j} answer differently for {overlap.witness}",
                "let only one of them hit",
            )
    if table.default is None:
        for gap in found.gaps[:_SHOWN]:
            yield Fault(file, lines[0], None, f"no row answers {gap}", "add a row, or #default")


def _twice(placed: Sequence[Placed], tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield tables of one decision and one known moment that are in force together."""
    rows = [(p, p.row) for p in placed if isinstance(p.row, RuleTable)]
    for n, (place, row) in enumerate(rows):
        for _, other in rows[:n]:
            if (row.key, row.known, row.place) == (other.key, other.known, other.place) and _meet(
                tables[row.file], tables[other.file]
            ):
                yield place.fault(
                    ("file",),
                    row.file,
                    f"is in force together with {other.file}, and known from the same moment",
                    "end one with #to, or say from when the other was known",
                )


def _added(placed: Sequence[Placed], tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield a place's table that is stricter than the county's while both are in force, without the centre's consent."""
    rows = [p.row for p in placed if isinstance(p.row, RuleTable)]
    for own in (r for r in rows if r.place is not None and r.consent is None):
        for upper in (r for r in rows if r.key == own.key and r.place is None):
            table, above = tables[own.file], tables[upper.file]
            found = stricter(table, above, upper.stricter or {}) if _meet(table, above) else None
            if found is not None:
                row, than = (f"row {n}" if n else "the default" for n in (found.row, found.than))
                what = f"{row} is stricter in {found.output} than {than} of {upper.file} for {found.witness}"
                yield Fault(
                    own.file,
                    table.lines[found.row or 0],
                    None,
                    what,
                    "take the county's rule, or write consent = the moment at which the centre consented",
                )


def _meet(a: Table, b: Table) -> bool:
    def before(end: str | None, start: str | None) -> bool:
        return (
            end is not None
            and start is not None
            and parse_moment(end, zone=a.zone) <= parse_moment(start, zone=b.zone)
        )

    return not (before(a.end, b.start) or before(b.end, a.start))


def _list(data: bytes, file: str, zone: tzinfo) -> tuple[tuple[Listed, ...], list[Fault]]:
    faults: list[Fault] = []
    rows: list[Listed] = []
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        missing = [h for h in ("member", "value") if h not in (reader.fieldnames or ())]
        if missing:
            return (), [
                Fault(file, 1, None, f"has no column {missing[0]}", "write member,value,from,to,known")
            ]
        for raw in reader:
            row = {k: (raw.get(k) or "").strip() for k in ("member", "value", "from", "to", "known")}
            try:
                rows.append(_listed(row, zone))
            except BadTime as e:
                faults.append(Fault(file, reader.line_num, e.text, e.what, e.do))
            except ValueError as e:
                faults.append(Fault(file, reader.line_num, None, str(e), "correct the row"))
    except (UnicodeDecodeError, csv.Error) as e:
        faults.append(Fault(file, 1, None, f"is no CSV in UTF-8 ({e})", "save the file as CSV UTF-8"))
    return tuple(rows), faults


def _listed(row: Mapping[str, str], zone: tzinfo) -> Listed:
    if not (row["member"] and row["value"]):
        raise ValueError("has no member or no value")
    first, last = (parse_day(row[k]) if row[k] else None for k in ("from", "to"))
    return Listed(
        row["member"],
        row["value"],
        Days(first, last),
        parse_moment(row["known"], zone=zone) if row["known"] else None,
    )
