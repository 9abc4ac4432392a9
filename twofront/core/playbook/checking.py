"""What must hang together between the rows of a playbook: one row a key and day, references that hold, nothing missing."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from twofront.core.errors import Fault
from twofront.core.playbook.fields import Path, Ref, fields_of, references
from twofront.core.playbook.kinds import (
    Competence,
    County,
    Edition,
    Level,
    ListKind,
    Parameter,
    Role,
    Row,
    Section,
    Tile,
)
from twofront.core.time import Days


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and the place in the files where it stands."""

    row: Row
    file: str
    at: Path
    line: Callable[[Path], int]

    def fault(self, path: Path, value: object, what: str, do: str) -> Fault:
        """Return a fault at a path inside the row."""
        return Fault(self.file, self.line((*self.at, *path)), None if value is None else str(value), what, do)

    @property
    def where(self) -> str:
        """Return file and line of the row."""
        return f"{self.file}:{self.line(self.at)}"


def judge(placed: Sequence[Placed]) -> Iterator[Fault]:
    """Yield what is wrong between rows that are each right by themselves."""
    yield from _overlaps(placed)
    yield from _loose_references(placed)
    yield from _missing(placed)
    yield from _without_line(placed)
    yield from _misplaced(placed)


def _overlaps(placed: Sequence[Placed]) -> Iterator[Fault]:
    same_key: dict[tuple[str, ...], list[Placed]] = defaultdict(list)
    same_place: dict[tuple[str, ...], list[Placed]] = defaultdict(list)
    for each in placed:
        row = each.row
        same_key[row.name, row.identity].append(each)
        if row.alone_by is not None:
            same_place[row.name, *(str(getattr(row, f)) for f in row.alone_by)].append(each)
    for rows in same_key.values():
        for a, b in _pairs(rows):
            yield b.fault(
                _of_key(b.row), b.row.identity, f"is in force twice: its days {b.row.days} overlap those of {a.where} ({a.row.days})",
                "end the older row the day before the newer begins, or use another key",
            )  # fmt: skip
    for rows in same_place.values():
        for a, b in _pairs(rows):
            if a.row.identity != b.row.identity:
                fields = ", ".join(b.row.alone_by or ())
                what = f"stands beside {a.row.identity} ({a.where}) on the same days" + (
                    f" with the same {fields}" if fields else ""
                )
                yield b.fault(
                    _of_key(b.row),
                    b.row.identity,
                    what,
                    f"only one {b.row.name} can be in force there: date or move one of them",
                )


def _pairs(rows: list[Placed]) -> Iterator[tuple[Placed, Placed]]:
    yield from ((a, b) for i, b in enumerate(rows) for a in rows[:i] if a.row.days.overlaps(b.row.days))


def _of_key(row: Row) -> Path:
    names = {f.attribute: f.name for f in fields_of(type(row))}
    return next(((names[f],) for f in row.key_fields if getattr(row, f) is not None), ())


def _loose_references(placed: Sequence[Placed]) -> Iterator[Fault]:
    by_key: dict[tuple[str, str], list[Days]] = defaultdict(list)
    keys: dict[str, list[str]] = defaultdict(list)
    for each in placed:
        by_key[each.row.name, each.row.identity].append(each.row.days)
        keys[each.row.name].append(each.row.identity)
    for each in placed:
        for field in fields_of(type(each.row)):
            for path, value, ref in references(
                getattr(each.row, field.attribute), field.hint, path=(field.name,)
            ):
                days = (
                    by_key.get((ref.kind, value.removeprefix(ref.prefix)), [])
                    if value.startswith(ref.prefix)
                    else []
                )
                if not days:
                    yield each.fault(path, value, f"names no {ref.kind}", _known(ref, keys[ref.kind]))
                elif gap := _uncovered(each.row.days, days):
                    what = f"names a {ref.kind} that is not in force on {gap}, when this row is"
                    yield each.fault(path, value, what, f"date this row and the {ref.kind} alike")


def _known(ref: Ref, keys: list[str]) -> str:
    words = [*ref.also, *(f"{ref.prefix}{k}" for k in dict.fromkeys(keys))]
    return f"write one of {', '.join(words)}" if words else f"add a [[{ref.kind}]] with that key"


def _uncovered(days: Days, by: Sequence[Days]) -> str | None:
    """Return the first of the days that none of *by* holds, in words, or None if all are held."""
    at = days.first or date.min
    last = days.last or date.max
    for each in sorted(by, key=lambda d: d.first or date.min):
        if (each.first or date.min) > at:
            break
        end = each.last or date.max
        if end >= last:
            return None
        at = max(at, end + timedelta(days=1))
    return "the days before any date" if at == date.min else str(at)


def _missing(placed: Sequence[Placed]) -> Iterator[Fault]:
    first = next((p for p in placed if isinstance(p.row, Edition)), placed[0] if placed else None)
    if first is None:
        yield Fault(
            "playbook.toml", 1, None, "has no row", "write a [[playbook]] with key, zh, en, place and source"
        )
        return
    have = defaultdict(set)
    for each in placed:
        have[each.row.name].add(each.row.identity)
    for kind, keys in NEEDED.items():
        if not have[kind]:
            yield first.fault((), None, f"the playbook has no [[{kind}]]", f"add a [[{kind}]]")
        for key in keys:
            if key not in have[kind]:
                yield first.fault(
                    (), None, f"the playbook has no [[{kind}]] {key}", f'add a [[{kind}]] with key = "{key}"'
                )


NEEDED: Mapping[str, tuple[str, ...]] = {
    Edition.name: (), County.name: (), Level.name: ("county", "township", "village"), Parameter.name: tuple(Parameter.keys),
    Role.name: ("office_clerk",), Section.name: (), ListKind.name: (),
}  # fmt: skip
"""What no county can do without, because code asks for it by name."""


def _without_line(placed: Sequence[Placed]) -> Iterator[Fault]:
    competent: dict[str, list[Days]] = defaultdict(list)
    for each in placed:
        if isinstance(each.row, Competence):
            competent[each.row.identity].append(each.row.days)
    for each in placed:
        row = each.row
        if isinstance(row, ListKind | Section):
            own = f"{row.key}/-" if isinstance(row, ListKind) else f"-/{row.key}"
            if gap := _uncovered(row.days, competent[own]):
                what = f"has no competent line on {gap}"
                yield each.fault(
                    ("key",),
                    row.key,
                    what,
                    f'add a [[competence]] with {row.name} = "{row.key}" for these days',
                )


def _misplaced(placed: Sequence[Placed]) -> Iterator[Fault]:
    place = next((p.row.place for p in placed if isinstance(p.row, Edition)), "")
    sections = [p for p in placed if isinstance(p.row, Section)]
    for each in placed:
        if isinstance(each.row, Tile) and not each.row.key.startswith(place):
            yield each.fault(
                ("key",),
                each.row.key,
                f"lies outside the county {place}",
                f"write a code that begins with {place}",
            )
    for a, b in _pairs(sections):
        if isinstance(a.row, Section) and isinstance(b.row, Section) and a.row.key != b.row.key:
            twice = set(range(a.row.first, a.row.last + 1)) & set(range(b.row.first, b.row.last + 1))
            if twice:
                yield b.fault(
                    ("first",),
                    min(twice),
                    f"is a division of {a.row.key} as well ({a.where})",
                    "let each division lie in one section",
                )
