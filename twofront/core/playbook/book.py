"""The playbook (预案) as the rest of the product reads it: kinds in force on a day, found by kind and key.

A row is never edited: it ends and another begins. So what held on a past day can always be asked again.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, TypeVar, overload
from zoneinfo import ZoneInfo

from twofront.core.playbook.fields import convert, fields_of, plain
from twofront.core.playbook.kinds import (
    EVERY,
    KINDS,
    AreaClass,
    Competence,
    County,
    Edition,
    Grant,
    Line,
    ListKind,
    Parameter,
    Phase,
    PlaceClass,
    Role,
    Row,
    Section,
    ValueList,
)
from twofront.core.time import day_of

R = TypeVar("R", bound=Row)


class NotInForce(LookupError):  # noqa: N818 - it is an answer
    """No row of this kind and key is in force on that day.

    Args:
        kind: The kind's name in the files.
        key: What was asked for.
        at: The day.
    """

    code = "not_in_force"

    def __init__(self, kind: str, key: str, at: date) -> None:
        """Keep the three parts of the sentence."""
        super().__init__(f"no {kind} {key!r} is in force on {at}; add a dated row for it to the playbook")
        self.kind = kind
        self.key = key
        self.at = at


@dataclass(frozen=True, slots=True)
class Playbook:
    """One version of a county's playbook: every row of every kind.

    Args:
        sha256: The hash of its files, sorted by name; with the code it names the version.
        rows: The rows of each kind, in the order of the files.
        tables: The text of each file of the folder `tables`, by its name with the folder.
    """

    sha256: str
    rows: Mapping[str, tuple[Row, ...]]
    tables: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Return the playbook's code, such as dongyang-2020."""
        return self._all(Edition)[0].key

    @property
    def version(self) -> str:
        """Return how answers name it: its code @ the first 12 of its SHA-256."""
        return f"{self.code}@{self.sha256[:12]}"

    @property
    def place(self) -> str:
        """Return the division code of the county."""
        return self._all(Edition)[0].place

    @property
    def zone(self) -> ZoneInfo:
        """Return the county's zone."""
        return self._all(County)[0].zone

    @overload
    def of(self, kind: type[R], *, at: date) -> tuple[R, ...]: ...
    @overload
    def of(self, kind: str, *, at: date) -> tuple[Any, ...]: ...
    def of(self, kind: type[R] | str, *, at: date) -> tuple[Any, ...]:
        """Return the rows of a kind in force on a day, in the order of the files.

        A moment instead of a day means the calendar day of the county that it lies in. A class as *kind* gives typed
        rows; its name in the files gives the same rows.

        Raises:
            KeyError: There is no such kind.
        """
        day = self._day(at)
        return tuple(row for row in self._all(_class(kind)) if day in row.days)

    @overload
    def one(self, kind: type[R], key: str, *, at: date) -> R: ...
    @overload
    def one(self, kind: str, key: str, *, at: date) -> Any: ...  # noqa: ANN401 - a name has no type
    def one(self, kind: type[R] | str, key: str, *, at: date) -> Any:
        """Return the row of a kind and key in force on a day; there is at most one.

        Raises:
            NotInForce: There is none.
        """
        found = self.find(_class(kind), key, at=at)
        if found is None:
            raise NotInForce(_class(kind).name, key, self._day(at))
        return found

    @overload
    def find(self, kind: type[R], key: str, *, at: date) -> R | None: ...
    @overload
    def find(self, kind: str, key: str, *, at: date) -> Any: ...  # noqa: ANN401 - a name has no type
    def find(self, kind: type[R] | str, key: str, *, at: date) -> Any:
        """Return the row of a kind and key in force on a day, or None."""
        return next((row for row in self.of(_class(kind), at=at) if row.identity == key), None)

    def county(self, *, at: date) -> County:
        """Return the county as it holds on a day."""
        return self.one(County, self.place, at=at)

    def parameter(self, key: str, *, at: date) -> float:
        """Return the value of a parameter on a day.

        Raises:
            NotInForce: It has none that day.
        """
        return self.one(Parameter, key, at=at).value

    def phase(self, *, at: date) -> Phase | None:
        """Return the phase of the response on a day, or None outside every phase."""
        return next(iter(self.of(Phase, at=at)), None)

    def area_class(self, place: str, *, at: datetime) -> AreaClass | None:
        """Return the class of a place at a moment, or None where none is known."""
        past = [row for row in self._all(PlaceClass) if row.place == place and row.since <= at]
        return self.one(AreaClass, max(past, key=lambda r: r.since).area_class, at=at) if past else None

    def permissions(self, role: str, *, line: str, at: date) -> frozenset[str]:
        """Return what an account may do: its role's permissions and, on its line, what the line is granted.

        An account of every line (`*`) has the grants of all.

        Raises:
            NotInForce: There is no such role that day.
        """
        granted = (g.permissions for g in self.of(Grant, at=at) if g.role == role and line in (g.line, EVERY))
        return frozenset(self.one(Role, role, at=at).permissions).union(*granted)

    def may(self, role: str, permission: str, *, line: str, at: date) -> bool:
        """Return whether an account may do a thing; `load:*` allows every `load:KIND`."""
        wide = f"{permission.partition(':')[0]}:{EVERY}"
        return not self.permissions(role, line=line, at=at).isdisjoint({permission, wide})

    def section_of(self, sector: str, *, at: date) -> Section | None:
        """Return the section of a trade's code, which may be a section, division, group or class (C, 24, 243, C2438)."""
        letter, digits = (
            sector[:1].upper(),
            sector.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")[:2],
        )
        sections = self.of(Section, at=at)
        if len(digits) == 2 and digits.isascii() and digits.isdecimal():
            return next(
                (s for s in sections if s.first <= int(digits) <= s.last and letter in (s.key, digits[0])),
                None,
            )
        return next((s for s in sections if s.key == sector.upper()), None)

    def trades(self) -> dict[str, str]:
        """Return every way to write a trade down to its division, by code or name, and the code that is kept for it."""
        trades: dict[str, str] = {}
        for section in self._all(Section):
            divisions = [f"{n:02d}" for n in range(section.first, section.last + 1)]
            trades |= {code: code for d in divisions for code in (d, section.key + d)}
            trades |= {name: section.key + d for name, d in zip(section.divisions, divisions, strict=False)}
        for section in self._all(Section):  # a name of both is the section's
            trades |= dict.fromkeys((section.key, section.zh, section.en), section.key)
        return trades

    def prefectures(self) -> dict[str, str]:
        """Return the codes of the prefectures and their names, where the playbook lists them."""
        lists = {v.key: v.file for v in self._all(ValueList)}
        text = self.tables.get(f"tables/{lists.get('prefectures')}", "")
        rows = [*csv.reader(io.StringIO(text))][1:]
        return {row[0]: row[1] for row in rows if len(row) > 1}

    def competent_line(
        self, *, lists: Iterable[str] = (), sector: str | None = None, at: date
    ) -> Line | None:
        """Return the line competent for a member of lists and a trade: the first list of the playbook's order decides, else the section."""
        members = set(lists)
        section = self.section_of(sector, at=at) if sector else None
        rows = self.of(Competence, at=at)
        keys = [r.key for r in self.of(ListKind, at=at) if r.key in members]
        by_list = (r.line for key in keys for r in rows if r.list_key == key)
        by_section = (r.line for r in rows if section is not None and r.section == section.key)
        line = next(by_list, None) or next(by_section, None)
        return None if line is None else self.one(Line, line, at=at)

    def to_json(self) -> dict[str, Any]:
        """Return the whole playbook as plain JSON values; `from_json` reads it back equal."""
        return {
            "sha256": self.sha256,
            "rows": {name: [_plain_row(r) for r in rows] for name, rows in self.rows.items()},
            "tables": dict(self.tables),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Playbook":
        """Return the playbook that `to_json` wrote.

        Raises:
            ValueError: It was stored by a version of the program that declares its kinds otherwise.
        """
        raw = stored["rows"]
        zone = ZoneInfo(raw[County.name][0]["zone"])
        rows = {name: tuple(_row(name, r, zone) for r in raw[name]) for name in raw}
        return cls(sha256=stored["sha256"], rows=rows, tables=stored.get("tables", {}))

    def all_of(self, kind: type[R]) -> tuple[R, ...]:
        """Return every row of a kind, whenever it holds, in the order of the files."""
        return self._all(kind)

    def _all(self, kind: type[R]) -> tuple[R, ...]:
        return self.rows.get(kind.name, ())  # type: ignore[return-value]  # each name holds the rows of its class only

    def _day(self, at: date) -> date:
        return day_of(at, zone=self.zone) if isinstance(at, datetime) else at


def _class(kind: type[R] | str) -> type[R]:
    return KINDS[kind] if isinstance(kind, str) else kind  # type: ignore[return-value]


def _plain_row(row: Row) -> dict[str, Any]:
    values = ((f.name, getattr(row, f.attribute)) for f in fields_of(type(row)))
    return {name: plain(value) for name, value in values if value not in (None, ())}


def _row(name: str, raw: Mapping[str, Any], zone: tzinfo) -> Row:
    kind = KINDS.get(name)
    if kind is None:
        raise ValueError(f"the stored playbook has a kind {name!r} that this program does not know")
    fields = {f.name: f for f in fields_of(kind)}
    odd = [n for n in raw if n not in fields] + [n for n, f in fields.items() if f.required and n not in raw]
    if odd:
        raise ValueError(f"the stored playbook has a [[{name}]] of another form: {', '.join(odd)}")
    values = {}
    for each in (f for f in fields.values() if f.name in raw):
        values[each.attribute], found = convert(raw[each.name], each.hint, path=(each.name,), zone=zone)
        if found:
            raise ValueError(
                f"the stored playbook has {name}.{each.name} = {found[0].value!r}, which {found[0].what}"
            )
    return kind(**values)
