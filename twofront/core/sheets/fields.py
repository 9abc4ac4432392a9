"""What a column may hold: the fields of a kind of list, and the names under which people head them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

FieldType = Literal[
    "text",
    "code",
    "credit_code",
    "id_number",
    "mobile",
    "date",
    "moment",
    "int",
    "number",
    "share",
    "bool",
    "choice",
    "township",
    "village",
    "sector",
]
MOST = 2**31 - 1
DIVISION = r"\d{6}|\d{9}|\d{12}"
"""The pattern of a code of the national divisions: a province, city or county, a township, a village."""
CODES = ("missing", "check_digit", "format", "date", "range", "unknown_value", "formula", "too_long")

_SPACE = re.compile(r"[\s\u200b-\u200d\ufeff]+")
_ASIDE = re.compile(r"[(\[【<].*?[)\]】>]|[*:#]+|[☆★]")


@dataclass(frozen=True, slots=True)
class Field:
    """One field (字段) of a kind of list.

    Args:
        name: The contract's English name, which is also the heading of a template in English.
        zh: The heading in Chinese.
        type: What its cells hold; see `values` for how each is read.
        required: Whether a row without it is rejected (`missing`).
        choices: For `choice`: what may be written, in any spelling, and the value kept for it.
        max_len: Above so many characters a free text is `too_long`.
        low: Smallest allowed number or day, included (`range` below it).
        high: Largest allowed number or day, included.
        pattern: For `code`: what it must match whole, by `re` (`format`).
        not_before: The field whose day this one may not lie before (`range`); an empty one there is today's.
        also: Other headings under which the field is known.
    """

    name: str
    zh: str
    type: FieldType = "text"
    required: bool = False
    choices: Mapping[str, str] | None = None
    max_len: int = 200
    low: float | date | None = None
    high: float | date | None = None
    pattern: str = ""
    not_before: str = ""
    also: tuple[str, ...] = ()


def limits(field: Field) -> tuple[float | date | None, float | date | None]:
    """Return the smallest and the largest allowed value; a whole number has 31 bits where nothing else is said."""
    if field.type != "int":
        return field.low, field.high
    return -MOST if field.low is None else field.low, MOST if field.high is None else field.high


def plain_heading(text: str) -> str:
    """Return a heading as it is compared: half-width, lower case, without blanks, marks and what stands in brackets.

    Example:
        >>> plain_heading(" 统一社会 信用代码(必填)* "), plain_heading("Credit Code")
        ('统一社会信用代码', 'credit_code')
    """
    text = unicodedata.normalize("NFKC", text).strip().lower()
    text = _ASIDE.sub("", text).strip() or text
    if text.isascii():
        return re.sub(r"[\s_\-]+", "_", text)
    return _SPACE.sub("", text)
