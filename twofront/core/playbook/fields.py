"""How a kind declares its fields, and how a raw value becomes a typed one.

A kind is a frozen dataclass whose annotations say everything: the type, whether the field may be left out, and marks
such as `Ref("line")` or `OneOf("enterprise", "project")`. Reader, checker and JSON are made from the annotations alone,
so that a new kind is a class and nothing else.
"""

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import cache
from typing import Annotated, Any, Literal, Union
from zoneinfo import ZoneInfo

from twofront.core.time import BadTime, Days, parse_day, parse_days, parse_hour, parse_moment

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a value, before it has a file and a line.

    Args:
        path: Where in the row: a field, then an element of it.
        value: The value, as it stands in the file.
        what: What is wrong.
        do: What to do about it.
    """

    path: Path
    value: object
    what: str
    do: str


@dataclass(frozen=True, slots=True)
class Alias:
    """The field's name in the file, where it is a word that Python keeps for itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Ref:
    """The value, behind *prefix*, is the key of a row of another kind, in force as long as this row; or one of *also*."""

    kind: str
    also: tuple[str, ...] = ()
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A text must have this form (a regular expression over the whole of it), *said* in words."""

    pattern: str
    said: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text must be one of these words, because code acts on each of them."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """A number must lie between these two, both in."""

    low: float
    high: float


Mark = Alias | Ref | Form | OneOf | Between
Key = Annotated[str, Form(r"[a-z][a-z0-9_]*", "a key of small letters, digits and _")]
Code = Annotated[str, Form(r"[0-9]{2,12}", "a division code of 2 to 12 digits")]
Chinese = Annotated[str, Form(r"(?s).*[\u3400-\u9fff].*", "a Chinese text")]
English = Annotated[
    str, Form(r"[^\u3400-\u9fff]*[A-Za-z0-9][^\u3400-\u9fff]*", "an English text without Chinese characters")
]
BASES = ("real", "standard", "reconstructed", "invented", "product")
Source = Annotated[
    str,
    Form(
        rf"(?s)(?:{'|'.join(BASES)})\b.*\S.*",
        f"a text that begins with one of {', '.join(BASES)} and says where it is from",
    ),
]


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field of a kind: its attribute, its name in the file, its annotation, whether it must be there."""

    attribute: str
    name: str
    hint: object
    required: bool


def fields_of(kind: type) -> tuple[Field, ...]:
    """Return the declared fields of a kind, in the order of its class.

    Example:
        >>> from twofront.core.playbook.kinds import Phase
        >>> [f.name for f in fields_of(Phase) if f.required]
        ['source', 'key', 'zh', 'en', 'fronts']
    """
    return _declared(kind)


@cache
def _declared(kind: Hashable) -> tuple[Field, ...]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return tuple(_field(f, hints[f.name]) for f in dataclasses.fields(typing.cast("Any", kind)))


def _field(declared: "dataclasses.Field[Any]", hint: object) -> Field:
    alias = next((m.name for m in split(hint)[1] if isinstance(m, Alias)), declared.name)
    required = declared.default is dataclasses.MISSING and declared.default_factory is dataclasses.MISSING
    return Field(declared.name, alias, hint, required)


def split(hint: object) -> tuple[Any, tuple[Mark, ...]]:
    """Take the marks and the `| None` off an annotation; words of a `Literal` are a mark too."""
    marks: tuple[Mark, ...] = ()
    while True:
        if typing.get_origin(hint) is Annotated:
            hint, *found = typing.get_args(hint)
            marks += tuple(found)
        elif typing.get_origin(hint) in (Union, types.UnionType):
            hint = next(a for a in typing.get_args(hint) if a is not type(None))
        elif typing.get_origin(hint) is Literal:
            return str, (*marks, OneOf(typing.get_args(hint)))
        else:
            return hint, marks


def convert(raw: object, hint: object, *, path: Path, zone: tzinfo) -> tuple[Any, list[Problem]]:
    """Return the typed value of a raw one and what is wrong with it; the value counts only where nothing is.

    Raw values are what TOML and JSON give; days, hours and moments may be texts.

    Example:
        >>> from datetime import UTC
        >>> convert("2020-02-18", date, path=("from",), zone=UTC)
        (datetime.date(2020, 2, 18), [])
        >>> convert(7, Key, path=("key",), zone=UTC)[1][0].what
        'is not a text'
    """
    plain, marks = split(hint)
    origin = typing.get_origin(plain)
    if origin is tuple:
        return _tuple(raw, typing.get_args(plain)[0], path=path, zone=zone)
    if origin is not None:
        return _mapping(raw, typing.get_args(plain), path=path, zone=zone)
    try:
        value = _PLAIN[plain](raw, zone)
    except BadTime as e:
        return None, [Problem(path, raw, e.what, e.do)]
    except (TypeError, ValueError):
        word = WORDS[plain]
        return None, [Problem(path, raw, f"is not {word}", f"write {word}")]
    return value, [p for m in marks for p in _judge(value, m, path)]


def _tuple(raw: object, hint: object, *, path: Path, zone: tzinfo) -> tuple[Any, list[Problem]]:
    if not isinstance(raw, list) or not raw:
        return None, [
            Problem(path, raw, "is not a list with at least one value", "write values between [ and ]")
        ]
    done = [convert(r, hint, path=(*path, i), zone=zone) for i, r in enumerate(raw)]
    problems = [p for _, found in done for p in found]
    values = [v for v, _ in done]
    if not problems:
        twice = ((i, v) for i, v in enumerate(values) if v in values[:i])
        problems = [Problem((*path, i), v, "stands twice in the list", "keep it once") for i, v in twice]
    return tuple(values), problems


def _mapping(raw: object, hints: tuple[Any, ...], *, path: Path, zone: tzinfo) -> tuple[Any, list[Problem]]:
    if not isinstance(raw, dict) or not raw:
        return None, [
            Problem(path, raw, "is not a table with at least one entry", "write entries as name = value")
        ]
    names = [convert(k, hints[0], path=(*path, k), zone=zone) for k in raw]
    values = [convert(v, hints[1], path=(*path, k), zone=zone) for k, v in raw.items()]
    problems = [p for _, found in names + values for p in found]
    return types.MappingProxyType(
        dict(zip((n for n, _ in names), (v for v, _ in values), strict=True))
    ), problems


def _judge(value: object, mark: Mark, path: Path) -> Iterator[Problem]:
    match mark:
        case Form(pattern, said) if not re.fullmatch(pattern, str(value)):
            yield Problem(path, value, f"is not {said}", f"write {said}")
        case OneOf(words) if value not in words:
            yield Problem(path, value, "is not a known word here", f"write one of {', '.join(words)}")
        case Between(low, high) if isinstance(value, int | float) and not low <= value <= high:
            yield Problem(
                path, value, f"lies outside {low:g} to {high:g}", f"write a number from {low:g} to {high:g}"
            )
        case _:
            pass


def _text(raw: object, _: tzinfo) -> str:
    if not isinstance(raw, str):
        raise TypeError
    return raw


def _whole(raw: object, _: tzinfo) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise TypeError
    return raw


def _number(raw: object, _: tzinfo) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise TypeError
    value = float(raw)
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN alone differs from itself
        raise ValueError
    return value


def _day(raw: object, _: tzinfo) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    return parse_day(_text(raw, _))


def _moment(raw: object, zone: tzinfo) -> datetime:
    if isinstance(raw, date):
        return parse_moment(raw.isoformat(), zone=zone)
    return parse_moment(_text(raw, zone), zone=zone)


def _hour(raw: object, zone: tzinfo) -> time:
    return raw if isinstance(raw, time) else parse_hour(_text(raw, zone))


def _days(raw: object, zone: tzinfo) -> Days:
    return parse_days(_text(raw, zone))


def _zone(raw: object, zone: tzinfo) -> ZoneInfo:
    try:
        return ZoneInfo(_text(raw, zone))
    except (KeyError, OSError):  # no such zone, or a name that is a folder
        raise ValueError from None


_PLAIN: Mapping[Any, Callable[[object, tzinfo], Any]] = {
    str: _text, int: _whole, float: _number, date: _day, datetime: _moment, time: _hour, Days: _days, ZoneInfo: _zone,
}  # fmt: skip
WORDS: Mapping[Any, str] = {
    str: "a text", int: "a whole number", float: "a number", date: "a day (YYYY-MM-DD)",
    datetime: "a moment (YYYY-MM-DDTHH:MM)", time: "an hour (HH:MM)", Days: "days (FIRST:LAST)",
    ZoneInfo: "the name of a time zone such as Asia/Shanghai",
}  # fmt: skip


def plain(value: object) -> object:
    """Return a typed value as JSON has it; `convert` reads it back.

    Example:
        >>> plain((date(2020, 2, 18), time(18)))
        ['2020-02-18', '18:00:00']
    """
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Days | ZoneInfo):
        return str(value)
    return value


def references(value: object, hint: object, *, path: Path) -> Iterator[tuple[Path, str, Ref]]:
    """Yield every reference in a value: where it stands, the key, and what it must name."""
    inner, marks = split(hint)
    if value is None:
        return
    if isinstance(value, tuple):
        for i, v in enumerate(value):
            yield from references(v, typing.get_args(inner)[0], path=(*path, i))
    elif isinstance(value, Mapping):
        for k, v in value.items():
            yield from references(k, typing.get_args(inner)[0], path=(*path, k))
            yield from references(v, typing.get_args(inner)[1], path=(*path, k))
    else:
        yield from ((path, str(value), m) for m in marks if isinstance(m, Ref) and value not in m.also)
