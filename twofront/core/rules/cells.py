"""A cell (格) of a decision table: the text that a person writes, and the set of values that it means.

Numbers are continuous and compared as 64-bit floats, texts by code point, moments to the microsecond. A fact that is
not known is null; it lies in no set and no range, also not in the complement of a set.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from math import isfinite, isnan
from typing import Literal

from twofront.core.time import BadTime, parse_day, parse_moment, write_moment

Type = Literal["text", "number", "bool", "date", "moment"]
TYPES: tuple[Type, ...] = ("text", "number", "bool", "date", "moment")
Value = str | float | bool | date | datetime
Plain = str | int | float | bool | None

TRUE = frozenset({"true", "1", "是"})
FALSE = frozenset({"false", "0", "否"})
ANY, NULL = "-", "null"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WHOLE = 2**53
_RANGE = re.compile(r"([\[(])(.*)([\])])", re.DOTALL)
_COMPARED = re.compile(r"([<>]=?)(.*)", re.DOTALL)


class BadCell(ValueError):  # noqa: N818 - named for what was given
    """A text that is no cell or no value of its column's type.

    Args:
        what: What is wrong, as the end of a sentence that begins with the text.
        do: What to do.
    """

    code = "cell"

    def __init__(self, what: str, do: str) -> None:
        """Keep the two parts of the sentence."""
        super().__init__(f"{what}; {do}")
        self.what = what
        self.do = do


@dataclass(frozen=True, slots=True)
class Cell:
    """The values that one cell admits.

    Args:
        kind: `any`; `null`; `in`, `not`: one of, none of *values*; `range`: between *low* and *high*.
        values: Sorted, each once.
        low: None is no lower end.
        high: None is no upper end.
        low_in: Whether *low* itself is admitted.
        high_in: Whether *high* itself is admitted.
    """

    kind: Literal["any", "null", "in", "not", "range"]
    values: tuple[Value, ...] = ()
    low: Value | None = None
    high: Value | None = None
    low_in: bool = False
    high_in: bool = False

    def ends(self) -> Iterator[Value]:
        """Yield the values at which the cell's answer may change."""
        yield from self.values
        yield from (end for end in (self.low, self.high) if end is not None)

    def to_json(self, zone: tzinfo) -> list[object] | None:
        """Return the cell as the compiled table holds it: null for any, else its kind and what belongs to it."""
        if self.kind == "any":
            return None
        if self.kind == "range":
            ends = [None if e is None else plain(e, zone) for e in (self.low, self.high)]
            return ["range", ends[0], self.low_in, ends[1], self.high_in]
        return [self.kind, *(plain(v, zone) for v in self.values)]

    def text(self, zone: tzinfo) -> str:
        """Return the cell as a person writes it.

        Example:
            >>> from datetime import UTC
            >>> parse_cell(" {b,a} ", "text", zone=UTC).text(UTC), parse_cell("[1..2)", "number", zone=UTC).text(UTC)
            ('{a,b}', '[1..2)')
        """
        match self.kind:
            case "any":
                return ANY
            case "null":
                return NULL
            case "in" if len(self.values) == 1:
                return _written(self.values[0], zone)
            case "in" | "not":
                return (
                    ("!" if self.kind == "not" else "")
                    + "{"
                    + ",".join(_written(v, zone) for v in self.values)
                    + "}"
                )
            case _:
                return self._range_text(zone)

    def _range_text(self, zone: tzinfo) -> str:
        if self.low is not None and self.high is not None:
            marks = "[" if self.low_in else "(", "]" if self.high_in else ")"
            return f"{marks[0]}{_written(self.low, zone)}..{_written(self.high, zone)}{marks[1]}"
        if self.low is not None:
            return (">=" if self.low_in else ">") + _written(self.low, zone)
        return ("<=" if self.high_in else "<") + _written(self.high or "", zone)


def parse_cell(text: str, type_: Type, *, zone: tzinfo) -> Cell:
    """Read a cell: `-` or nothing, a literal, `{a,b}`, `!{a,b}`, `[a..b)` and its kin, `<a <=a >a >=a`, `null`.

    A text that would be taken for one of these stands in double quotes: `"null"`. A set without members and a range
    whose ends cross are cells that admit nothing.

    Raises:
        BadCell: It is none of them, or a value in it is not of the type.

    Example:
        >>> from datetime import UTC
        >>> parse_cell("!{a, b}", "text", zone=UTC).values
        ('a', 'b')
        >>> parse_cell(">=37.3", "number", zone=UTC).low
        37.3
    """
    text = text.strip()
    if text in ("", ANY):
        return Cell("any")
    if text == NULL:
        return Cell("null")
    if text.startswith(("{", "!")):
        return _set(text, type_, zone)
    if compared := _COMPARED.fullmatch(text):
        return _comparison(compared[1], compared[2], type_, zone)
    ranged = _RANGE.fullmatch(text)
    if ranged and len(ends := _split(ranged[2], "..")) > 1:
        return _range(ranged[1] == "[", ends, type_, zone, high_in=ranged[3] == "]")
    return Cell("in", (_value(text, type_, zone),))


def _set(text: str, type_: Type, zone: tzinfo) -> Cell:
    body = text.removeprefix("!").strip()
    if not (len(body) > 1 and body.startswith("{") and body.endswith("}")):
        raise BadCell(
            "begins like a set but is none", 'write {a,b} or !{a,b}; a text that begins so stands in "…"'
        )
    parts = _split(body[1:-1], ",") if body[1:-1].strip() else []
    if NULL in (p.strip() for p in parts):
        raise BadCell("names null in a set", 'give null a row of its own, or write "null" for the text')
    if any(not p.strip() for p in parts):
        raise BadCell("has an empty member", 'take a comma out, or write "" for the empty text')
    values = tuple(sorted({_value(p, type_, zone) for p in parts}))
    return Cell("not" if text.startswith("!") else "in", values)


def _comparison(mark: str, rest: str, type_: Type, zone: tzinfo) -> Cell:
    end = _ordered(rest, type_, zone)
    if mark[0] == ">":
        return Cell("range", low=end, low_in=mark == ">=")
    return Cell("range", high=end, high_in=mark == "<=")


def _range(low_in: bool, ends: list[str], type_: Type, zone: tzinfo, *, high_in: bool) -> Cell:  # noqa: FBT001 - the mark before the ends
    if len(ends) != 2:
        raise BadCell("has more than two ends", "write a range as [a..b], (a..b], [a..b) or (a..b)")
    low, high = (_ordered(e, type_, zone) for e in ends)
    return Cell("range", low=low, high=high, low_in=low_in, high_in=high_in)


def _ordered(text: str, type_: Type, zone: tzinfo) -> Value:
    if type_ == "bool":
        raise BadCell("compares a bool", "write true or false")
    if not text.strip():
        raise BadCell("has an end without a value", "give the value; an open end is written <b or >a")
    return _value(text, type_, zone)


def _value(text: str, type_: Type, zone: tzinfo) -> Value:
    text = text.strip()
    if type_ == "text" and len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return parse_literal(text, type_, zone=zone)


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark that stands outside double quotes."""
    parts, quoted = [""], False
    i = 0
    while i < len(text):
        if text[i] == '"':
            quoted = not quoted
        if not quoted and text.startswith(mark, i):
            parts.append("")
            i += len(mark)
        else:
            parts[-1] += text[i]
            i += 1
    return parts


def parse_literal(text: str, type_: Type, *, zone: tzinfo) -> Value:
    """Read one value of a type; booleans as `true/false`, `1/0` or `是/否`.

    Raises:
        BadCell: It is none.

    Example:
        >>> from datetime import UTC
        >>> parse_literal("37.3", "number", zone=UTC), parse_literal("是", "bool", zone=UTC)
        (37.3, True)
    """
    if type_ == "text":
        return text
    if type_ == "number":
        return _number(text)
    if type_ == "bool":
        if (word := text.lower()) not in TRUE | FALSE:
            raise BadCell("is no bool", "write true or false")
        return word in TRUE
    try:
        return parse_day(text) if type_ == "date" else parse_moment(text, zone=zone)
    except BadTime as e:
        raise BadCell(e.what, e.do) from None


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text) or not isfinite(number := float(text)):
        raise BadCell("is no number", "write a plain number such as 14 or 37.3")
    if abs(number) > _WHOLE and "." not in text and "e" not in text.lower():
        raise BadCell("has more digits than a number keeps", "make the column text")
    return number + 0.0  # a negative zero is zero


def plain(value: Value, zone: tzinfo) -> Plain:
    """Return a value as JSON has it; a number without a fraction as a whole one, a moment in *zone*.

    Example:
        >>> from datetime import UTC
        >>> plain(14.0, UTC), plain(date(2020, 2, 18), UTC)
        (14, '2020-02-18')
    """
    if isinstance(value, datetime):
        return write_moment(value, zone=zone)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _WHOLE else value
    return value


def from_plain(value: object, type_: Type, *, zone: tzinfo) -> Value | None:
    """Return a fact as the engines compare it, from JSON, a column or Python; None where it is not known.

    Raises:
        BadCell: It is not of the type.

    Example:
        >>> from datetime import UTC
        >>> from_plain(14, "number", zone=UTC), from_plain("2020-02-18", "date", zone=UTC)
        (14.0, datetime.date(2020, 2, 18))
    """
    if value is None:
        return None
    if isinstance(value, str):
        return (
            value
            if type_ == "text"
            else parse_literal(value.strip(), type_, zone=zone)
            if value.strip()
            else None
        )
    if type_ == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return None if isnan(number := float(value)) else number
    if type_ == "bool" and value in (0, 1):
        return bool(value)
    return _day_or_moment(value, type_, zone)


def _day_or_moment(value: object, type_: Type, zone: tzinfo) -> Value:
    if isinstance(value, datetime):
        if type_ == "moment":
            return value if value.tzinfo else value.replace(tzinfo=zone)
    elif isinstance(value, date) and type_ in ("date", "moment"):
        return value if type_ == "date" else datetime(value.year, value.month, value.day, tzinfo=zone)
    raise BadCell(f"is no {type_}", f"give a {type_}" if type_ != "text" else "give it as text, in quotes")


def _written(value: Value, zone: tzinfo) -> str:
    if not isinstance(value, str):
        return json.dumps(said) if not isinstance(said := plain(value, zone), str) else said
    plain_text = (
        value == value.strip()
        and value not in ("", ANY, NULL)
        and not re.search(r'[{}!<>,"]|^[\[(]|\.\.', value)
    )
    return value if plain_text else '"' + value.replace('"', '""') + '"'
