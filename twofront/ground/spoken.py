r"""What a command says, in Chinese: one catalogue, so that code raises its sentences in English and nowhere twice.

A sentence is found by its form in `spoken.toml`: exact first, else the form with the most letters of its own that fits
the whole sentence. What is inserted into a form is looked up as well, so that "cannot be read: Permission denied" is
Chinese throughout. A sentence that nobody has translated stays as it is. Nothing is read before something is said.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from twofront.core.errors import CannotDo, Refused
from twofront.ground.processes import is_chinese

_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_BEFORE = rf"(?:(?:{_QUOTED}|\[.*?\]|\{{.*?\}}|\S+\(.*?\)|\S+) ){{1,2}}"  # a value, or a name and its value
_PLACE = re.compile(r"( ?)\{(\d)\}( ?)")


def said(sentence: str) -> str:
    """Return a sentence as whoever called reads it, by his locale."""
    return chinese(sentence) if is_chinese() else sentence


def line_of(error: CannotDo | Refused) -> str:
    """Return what an error says in Chinese: where, what is wrong, what to do."""
    if isinstance(error, Refused) or error.zh:
        return error.zh
    return f"{error.where}: {chinese(error.what)}；{chinese(error.do)}"


def chinese(sentence: str) -> str:
    """Return a sentence of the code in Chinese; one without an entry as it is.

    A value that stands before what is wrong with it stays before it; quotes around a value become Chinese.

    Example:
        >>> chinese("'2020-02-30' is a day that does not exist")
        '“2020-02-30”是不存在的日期'
        >>> chinese("cannot be read: Permission denied")
        '无法读取：没有权限'
    """
    if sentence in (entries := _entries()):
        return entries[sentence]
    forms = [form for form in _forms() if form.may_fit(sentence)]
    for before in ("", _BEFORE):
        for form in forms:
            if found := form.fits(sentence, before=before):
                value, *inserted = found
                return _joined(_requoted(value), _filled(entries[form.text], [_value(v) for v in inserted]))
    return sentence


class _Form:
    """A form of the catalogue."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts = text.split("{}")
        self.letters = sum(map(len, self._parts))

    def may_fit(self, sentence: str) -> bool:
        return all(part in sentence for part in self._parts)

    def fits(self, sentence: str, *, before: str) -> Sequence[str]:
        """Return what stands before the form and what is inserted into it; nothing if it does not fit."""
        found = re.fullmatch(
            f"({before})" + "(.*?)".join(map(re.escape, self._parts)), sentence, flags=re.DOTALL
        )
        return found.groups() if found else ()


@cache
def _entries() -> dict[str, str]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return {en: zh for table in tables.values() for en, zh in table.items()}


@cache
def _forms() -> list[_Form]:
    return sorted(map(_Form, _entries()), key=lambda form: -form.letters)


def _value(text: str) -> str:
    found = chinese(text)
    return _requoted(text) if found == text else found


def _requoted(text: str) -> str:
    return re.sub(_QUOTED, lambda m: f"“{m[0][1:-1]}”", text)


def _joined(before: str, rest: str) -> str:
    """Put a value before what is wrong with it: parted by a blank, but not behind a Chinese quote."""
    return before.rstrip(" ") + rest if before.endswith("” ") else before + rest


def _filled(form: str, values: list[str]) -> str:
    """Put values into their places; a value that begins or ends in Chinese has no blank there."""

    def put(place: re.Match[str]) -> str:
        value = values[int(place[2])]
        return f"{place[1] if value[:1].isascii() else ''}{value}{place[3] if value[-1:].isascii() else ''}"

    return _PLACE.sub(put, form)
