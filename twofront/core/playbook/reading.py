"""From the files of a playbook to the playbook, or to the list of everything that is wrong with them.

A playbook is read whole or not at all. Every fault names file and line, the value, what is wrong and what to do.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from twofront.core.errors import Fault
from twofront.core.playbook.book import Playbook
from twofront.core.playbook.checking import Placed, judge
from twofront.core.playbook.faults import PlaybookFaults
from twofront.core.playbook.fields import Path, Problem, convert, fields_of
from twofront.core.playbook.judging import judge_tables
from twofront.core.playbook.kinds import KINDS, Row
from twofront.core.playbook.lines import lines_of
from twofront.core.playbook.tables import FOLDER

_HEAD = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_-]+)")
_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


def read(files: Mapping[str, bytes]) -> Playbook:
    r"""Return the playbook that stands in its files (name to bytes; `.toml`, and `.csv` of the folder `tables`).

    Raises:
        PlaybookFaults: Something is wrong; it carries every fault.

    Example:
        >>> read({"county.toml": b"[[role]]\nkey = 1\n"})
        Traceback (most recent call last):
        twofront.core.playbook.faults.PlaybookFaults: county.toml:1: [[role]] has no en; add en = …, and 5 more
    """
    book, faults = _whole(files)
    if book is None or faults:
        raise PlaybookFaults(faults)
    return book


def check(files: Mapping[str, bytes]) -> list[Fault]:
    r"""Return everything that is wrong with the files of a playbook, by file and line; nothing if it can be read.

    What hangs together between rows is judged only when each row is right by itself.

    Example:
        >>> [(f.line, f.value, f.what) for f in check({"a.toml": b"[[rule]]\n"})]
        [(1, 'rule', 'is no kind of a playbook')]
    """
    return _whole(files)[1]


def _whole(files: Mapping[str, bytes]) -> tuple[Playbook | None, list[Fault]]:
    """Return the playbook and its faults: rows by themselves first, then between them, then the tables they name."""
    placed, faults = _gather(files)
    tables, unread = _texts(files)
    faults = faults or sorted([*judge(placed), *unread])
    if faults:
        return None, faults
    rows: dict[str, tuple[Row, ...]] = dict.fromkeys(KINDS, ())
    for each in placed:
        rows[each.row.name] += (each.row,)
    book = Playbook(sha256=sha256_of(files), rows=rows, tables=tables)
    return book, sorted(judge_tables(book, placed))


def _texts(files: Mapping[str, bytes]) -> tuple[dict[str, str], list[Fault]]:
    tables: dict[str, str] = {}
    faults = []
    for name in parts_of(files):
        if name.startswith(FOLDER):
            try:
                tables[name] = files[name].decode("utf-8-sig")
            except UnicodeDecodeError as e:
                line, value = files[name].count(b"\n", 0, e.start) + 1, files[name][e.start : e.end].hex()
                faults.append(
                    Fault(name, line, value, "are bytes that are not UTF-8", "save the file as UTF-8")
                )
    return tables, faults


def sha256_of(files: Mapping[str, bytes]) -> str:
    """Return the hash of a playbook: over name, length and bytes of its files, sorted by name.

    Example:
        >>> sha256_of({"b.toml": b"", "a.toml": b""}) == sha256_of({"a.toml": b"", "b.toml": b"", "README.md": b"x"})
        True
    """
    total = hashlib.sha256()
    for name in parts_of(files):
        total.update(f"{name}\0{len(files[name])}\0".encode())
        total.update(files[name])
    return total.hexdigest()


def parts_of(files: Mapping[str, bytes]) -> list[str]:
    """Return the names of those files that belong to a playbook, sorted."""
    return sorted(n for n in files if n.endswith(".toml") or (n.startswith(FOLDER) and n.endswith(".csv")))


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    tables: Mapping[str, Any]
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, path: Path, value: object, what: str, do: str) -> Fault:
        return Fault(self.name, self.line(path), None if value is None else _shown(value), what, do)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 200 else text[:199] + "…"


def _gather(files: Mapping[str, bytes]) -> tuple[list[Placed], list[Fault]]:
    parts: list[_Part] = []
    faults: list[Fault] = []
    for name in (n for n in parts_of(files) if n.endswith(".toml")):
        part = _parse(name, files[name])
        if isinstance(part, _Part):
            parts.append(part)
        else:
            faults += part
    zone = _zone(parts)
    placed: list[Placed] = []
    for part in parts:
        faults += _strangers(part)
        for kind, index, raw in _tables(part):
            row, found = _row(part, (kind.name, index), raw, zone)
            faults += found
            if row is not None:
                placed.append(Placed(row, part.name, (kind.name, index), part.line))
    if not parts and not faults:
        faults.append(
            Fault(
                "playbook.toml",
                1,
                None,
                "is not there",
                "write a [[playbook]] with key, zh, en, place and source",
            )
        )
    return placed, sorted(faults)


def _parse(name: str, content: bytes) -> _Part | list[Fault]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = content.count(b"\n", 0, e.start) + 1
        value = content[e.start : e.end].hex()
        return [Fault(name, line, value, "are bytes that are not UTF-8", "save the file as UTF-8")]
    try:
        return _Part(name, tomllib.loads(text), lines_of(text.replace("\r\n", "\n")))
    except RecursionError:
        return [Fault(name, 1, None, "is nested too deeply", "write flat tables")]
    except ValueError as e:
        return _unparsed(name, text, str(e))


def _unparsed(name: str, text: str, said: str) -> list[Fault]:
    """Name the line that is no TOML, and heads of unknown kinds, for which such a line may be a mere consequence."""
    found = _AT_LINE.search(said)
    number = int(found[1]) if found and found[1] else text.rstrip().count("\n") + 1
    lines = [*text.split("\n"), ""]
    what = f"is no TOML: {_AT_LINE.sub('', said)}"
    heads = ((n, m[1]) for n, line in enumerate(lines, 1) if (m := _HEAD.match(line)) and m[1] not in KINDS)
    return [
        Fault(
            name, number, _shown(lines[number - 1].strip()), what, "correct the line, or the one before it"
        ),
        *(Fault(name, n, head, "is no kind of a playbook", _nearest(head, KINDS)) for n, head in heads),
    ]


def _zone(parts: list[_Part]) -> tzinfo:
    """Find the county's zone before anything is read; a wrong one is named later, as the value that it is."""
    for part in parts:
        rows = part.tables.get("county")
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            zone, problems = convert(rows[0].get("zone"), ZoneInfo, path=(), zone=UTC)
            if not problems:
                return zone  # type: ignore[no-any-return]
    return UTC


def _strangers(part: _Part) -> Iterator[Fault]:
    for name, tables in part.tables.items():
        if name not in KINDS:
            yield part.fault((name,), name, "is no kind of a playbook", _nearest(name, KINDS))
        elif not _is_rows(tables):
            yield part.fault((name,), name, "is not a row", f"begin each row with [[{name}]]")


def _tables(part: _Part) -> Iterator[tuple[type[Row], int, Mapping[str, Any]]]:
    for name, tables in part.tables.items():
        if name in KINDS and _is_rows(tables):
            yield from ((KINDS[name], i, table) for i, table in enumerate(tables))


def _is_rows(tables: object) -> bool:
    return isinstance(tables, list) and all(isinstance(t, dict) for t in tables)


def _row(
    part: _Part, at: tuple[str, int], raw: Mapping[str, Any], zone: tzinfo
) -> tuple[Row | None, list[Fault]]:
    kind = KINDS[at[0]]
    values, problems = _values(kind, raw, zone)
    if not problems:
        row = kind(**values)
        problems = _dates(row) or list(row.problems())
        if not problems:
            return row, []
    names = {f.attribute: f.name for f in fields_of(kind)}
    paths = ((names.get(str(p.path[0]), p.path[0]), *p.path[1:]) if p.path else () for p in problems)
    return None, [
        part.fault((*at, *path), p.value, p.what, p.do) for path, p in zip(paths, problems, strict=True)
    ]


def _values(kind: type[Row], raw: Mapping[str, Any], zone: tzinfo) -> tuple[dict[str, Any], list[Problem]]:
    fields = {f.name: f for f in fields_of(kind)}
    values: dict[str, Any] = {}
    problems = [
        Problem((name,), name, "is no field of this kind", _nearest(name, fields))
        for name in raw
        if name not in fields
    ]
    for field in fields.values():
        if field.name in raw:
            values[field.attribute], found = convert(
                raw[field.name], field.hint, path=(field.name,), zone=zone
            )
            problems += found
        elif field.required:
            problems.append(
                Problem((), None, f"[[{kind.name}]] has no {field.name}", f"add {field.name} = …")
            )
    if isinstance(raw.get("zh"), str) and raw.get("zh") == raw.get("en"):
        problems.append(Problem(("en",), raw["en"], "is the same in both languages", "translate one of them"))
    return values, problems


def _dates(row: Row) -> list[Problem]:
    if row.first_day is None or row.last_day is None or row.first_day <= row.last_day:
        return []
    return [
        Problem(
            ("to",), row.last_day, f"lies before from = {row.first_day}", "put the first day before the last"
        )
    ]


def _nearest(word: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"write one of {', '.join(known)}"
