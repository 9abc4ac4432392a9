"""The files of the folder `tables`: decision tables with dated numbers in their cells, and dated lists of values."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from functools import lru_cache
from typing import Protocol, TypeVar

from twofront.core.errors import Fault
from twofront.core.playbook.fields import BASES
from twofront.core.playbook.kinds import DecisionTable, ValueList
from twofront.core.rules.cells import BadCell, Type, Value, parse_literal
from twofront.core.rules.reading import read_table
from twofront.core.rules.table import Table
from twofront.core.time import BadTime, holds, parse_moment, write_moment

FOLDER = "tables/"
CLAUSE = "clause"
_NAMED = re.compile(r"\$([a-z][a-z0-9_]*)")
_TIMES = ("since", "until", "known", "known_until")


def parameters_of(text: str) -> list[str]:
    """Return the dated numbers that a table names, in order.

    Example:
        >>> parameters_of("<=$quarantine_days,$stay_hours")
        ['quarantine_days', 'stay_hours']
    """
    return list(dict.fromkeys(_NAMED.findall(text)))


def written(text: str, numbers: Mapping[str, float]) -> str:
    """Return a table's text with the numbers in the place of their names.

    Example:
        >>> written("<=$days", {"days": 14.0})
        '<=14'
    """
    return _NAMED.sub(lambda m: f"{numbers[m[1]]:.15g}", text)


@lru_cache(maxsize=512)
def table_of(text: str, file: str, zone: timezone) -> Table:
    """Return the decision table of a text; its faults carry *file* and the line.

    Raises:
        TableFaults: It is none.
    """
    return read_table(text.encode(), file=file, zone=zone)


def row_of(entry: DecisionTable, *, zone: tzinfo) -> str:
    """Return the [[table]] row of a table as it stands in a playbook's file.

    Example:
        >>> from datetime import UTC
        >>> day = datetime(2020, 2, 20, tzinfo=UTC)
        >>> entry = DecisionTable(place="330783", decision="t", clause="1/2", file="t.csv", since=day, known=day, source="real: x")
        >>> print(row_of(entry, zone=UTC))
        [[table]]
        place = "330783"
        decision = "t"
        clause = "1/2"
        file = "t.csv"
        since = "2020-02-20T00:00:00+00:00"
        known = "2020-02-20T00:00:00+00:00"
        source = "real: x"
        <BLANKLINE>
    """
    moments = {n: getattr(entry, n) for n in _TIMES}
    values = {n: getattr(entry, n) for n in ("place", "decision", "clause", "file")}
    values |= {n: write_moment(m, zone=zone) for n, m in moments.items() if m is not None}
    values["source"] = entry.source
    return "\n".join(
        ["[[table]]", *(f"{n} = {json.dumps(v, ensure_ascii=False)}" for n, v in values.items()), ""]
    )


@dataclass(frozen=True, slots=True)
class ListRow:
    """One dated value of a list, on both axes of time."""

    keys: tuple[str, ...]
    value: Value
    since: datetime
    known: datetime
    until: datetime | None
    known_until: datetime | None
    source: str
    line: int


class OnBothAxes(Protocol):
    """What holds from a moment, and is known from a moment."""

    @property
    def since(self) -> datetime:
        """From this moment it holds."""
        ...

    @property
    def known(self) -> datetime:
        """From this moment it is known."""
        ...

    @property
    def until(self) -> datetime | None:
        """Until before this moment it holds."""
        ...

    @property
    def known_until(self) -> datetime | None:
        """Until before this moment it is known."""
        ...


H = TypeVar("H", bound=OnBothAxes)


def latest(rows: Sequence[H], *, at: datetime, known: datetime | None) -> H | None:
    """Return the row that counts: of those that hold at a moment and were known then, the one known last.

    Without *known*: as known by now, that is with all that the playbook says. Of rows known at the same moment
    the one that began last counts.
    """
    seen = [
        row
        for row in rows
        if holds(at, start=row.since, end=row.until)
        and (row.known_until is None if known is None else holds(known, start=row.known, end=row.known_until))
    ]
    return max(seen, key=lambda row: (row.known, row.since)) if seen else None


def read_list(text: str, kind: ValueList, *, zone: tzinfo) -> tuple[tuple[ListRow, ...], tuple[Fault, ...]]:
    """Return the rows of a list and everything that is wrong with it."""
    return _list(text, FOLDER + kind.file, tuple(kind.columns.items()), kind.type, kind.source, zone)


@lru_cache(maxsize=64)
def _list(
    text: str, file: str, columns: tuple[tuple[str, str], ...], type_: Type, source: str, zone: tzinfo
) -> tuple[tuple[ListRow, ...], tuple[Fault, ...]]:
    reading = _Reading(file, dict(columns), type_, source, zone, [])
    try:
        rows = tuple(reading.rows(text))
    except csv.Error as e:
        return (), (Fault(file, 1, None, f"is no CSV ({e})", "check the quotation marks"),)
    return rows, tuple(reading.faults)


@dataclass(slots=True)
class _Reading:
    file: str
    columns: Mapping[str, str]
    type: Type
    source: str
    zone: tzinfo
    faults: list[Fault]

    def rows(self, text: str) -> Iterator[ListRow]:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        heads = [h.strip() for h in next(reader, [])]
        if missing := [h for h in (*self.columns, "value", "since", "known") if h not in heads]:
            self._wrong(1, None, f"there is no column {missing[0]}", f"head a column {missing[0]}")
            return
        stood: dict[tuple[object, ...], int] = {}
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if any(c.strip() for c in cells) and not cells[0].startswith("#"):
                row = self._row(line, dict(zip(heads, (c.strip() for c in cells), strict=False)))
                if row is not None:
                    at = (row.keys, row.since, row.known)
                    if at in stood:
                        value = "/".join(row.keys)
                        self._wrong(
                            line, value, f"stands twice (line {stood[at]})", "keep one, or date them apart"
                        )
                    stood[at] = line
                    yield row

    def _row(self, line: int, cells: Mapping[str, str]) -> ListRow | None:
        before = len(self.faults)
        keys = tuple(cells.get(c, "") for c in self.columns)
        for name, key in zip(self.columns, keys, strict=True):
            self._key(line, name, key)
        value = self._value(line, cells.get("value", ""))
        times = {name: self._moment(line, cells.get(name, "")) for name in _TIMES}
        times["known"] = times["known"] or times["since"]
        if (source := cells.get("source")) and source.split()[0].rstrip(":") not in BASES:
            self._wrong(
                line, source, "does not say on what it stands", f"begin with one of {', '.join(BASES)}"
            )
        if times["since"] is None and not cells.get("since"):
            self._wrong(line, None, "there is no moment since which it holds", "fill the column since")
        for first, last in (("since", "until"), ("known", "known_until")):
            a, b = times[first], times[last]
            if a is not None and b is not None and b <= a:
                self._wrong(line, cells[last], f"does not lie after {first}", f"put {first} before {last}")
        if len(self.faults) > before or value is None or times["since"] is None or times["known"] is None:
            return None
        source = cells.get("source") or self.source
        return ListRow(
            keys, value, times["since"], times["known"], times["until"], times["known_until"], source, line
        )

    def _key(self, line: int, name: str, key: str) -> None:
        forms = {
            "place": (r"[0-9]{2,12}", "a division code of 2 to 12 digits"),
            "sector": (r"[A-T]|[A-T]?[0-9]{2,4}", "a code of GB/T 4754 such as R, 90, 901, 9011"),
            "exact": (r".+", "a value"),
        }
        form, said = forms[self.columns[name]]
        if not re.fullmatch(form, key):
            self._wrong(line, key or None, f"is not {said}", f"write {said} in the column {name}")

    def _value(self, line: int, text: str) -> Value | None:
        if not text:
            self._wrong(
                line, None, "there is no value", "fill the column value; what is not known has no row"
            )
            return None
        try:
            return parse_literal(text, self.type, zone=self.zone)
        except BadCell as e:
            self._wrong(line, text, e.what, e.do)
            return None

    def _moment(self, line: int, text: str) -> datetime | None:
        try:
            return parse_moment(text, zone=self.zone) if text else None
        except BadTime as e:
            self._wrong(line, text, e.what, e.do)
            return None

    def _wrong(self, line: int, value: str | None, what: str, do: str) -> None:
        self.faults.append(Fault(self.file, line, value, what, do))
