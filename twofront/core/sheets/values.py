"""One cell to one value: how each type of field is read, and the sentence for a cell that cannot be.

A cell is read in the ways people write it, and only where one reading is possible; what cannot be read is never
guessed, it is named with what to do.
"""

import contextlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from twofront.core import ids
from twofront.core.sheets.cells import BOOL, DATE, NUMBER, from_serial, plain_number
from twofront.core.sheets.fields import Field, limits
from twofront.core.time import YEARS, BadTime, parse_moment

Value = Any

_HALF = {
    c: c - 0xFEE0 for r in (range(0xFF10, 0xFF1A), range(0xFF21, 0xFF3B), range(0xFF41, 0xFF5B)) for c in r
}
_CLEAN = _HALF | dict.fromkeys((0x3000, 0xA0, 0x0A, 0x0D, 0x09, 0x0B, 0x0C, 0x85, 0x2028, 0x2029), " ")
_CLEAN |= dict.fromkeys((*(c for c in range(0x20) if chr(c) not in "\t\n\v\f\r"), 0x7F), "")
_CLEAN |= dict.fromkeys((0x200B, 0x200C, 0x200D, 0xFEFF), "")
_MARKS = re.compile(r"[\s\-‐-―·.]+")
_PLAIN = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|[+-]?\.\d+")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{4})(\d{2})(\d{2})")
_SHORT_YEAR = re.compile(r"(\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_NO_YEAR = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_HOUR = re.compile(r"(.*?\d[日号]?)[\sT]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_GUARDED = re.compile(r"'[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_POWER = re.compile(r"\d(?:\.\d+)?[eE]\+?1[4-7]")
_SECTOR = re.compile(r"[A-T]?\d{2,4}|[A-T]")
_BY_LIST = frozenset(("bool", "choice", "township", "village", "sector"))
_NO_DAYS = frozenset(("text", "code", "township", "village", "sector", "choice"))
_LAST = 18  # characters of a code, and the place of its check
_YES = frozenset(("1", "true", "yes", "y", "是", "有", "√", "✓", "✔", "☑", "对", "已"))
_NO = frozenset(("0", "false", "no", "n", "否", "无", "没有", "未", "×", "✗", "✘", "x"))


class Wrong(ValueError):  # noqa: N818 - it names the cell, not the program
    """A cell that cannot be taken: its code and the sentence in both languages."""

    def __init__(self, code: str, en: str, zh: str) -> None:
        """Keep code and sentences."""
        super().__init__(en)
        self.code = code
        self.en = en
        self.zh = zh


@dataclass(slots=True)
class Context:
    """What a reading may need beside the cell.

    Args:
        zone: The county's zone, for moments without offset.
        today: The county's day, from which a missing year is taken; None: a day without year is wrong.
        lookup: Accepted spellings of this field and the value kept for each; None: no list is known.
        assumed: Texts whose year was taken from *today*: filled while reading.
    """

    zone: tzinfo
    today: date | None = None
    lookup: Mapping[str, str] | None = None
    assumed: set[str] = field(default_factory=set)


def read(text: str, tag: int, spec: Field, context: Context) -> Value:
    """Return the value of a filled cell, or None if nothing but blanks is in it.

    Raises:
        Wrong: The cell cannot be taken.
    """
    if tag == NUMBER and spec.type not in {"date", "moment"}:
        text = plain_number(text)
    text = clean(text)
    if not text:
        return None
    if tag == DATE and spec.type in _NO_DAYS:
        raise Wrong(
            "format",
            f"a day ({from_serial(float(text)):%Y-%m-%d}): the program may have made it of what was typed, such as 3-2; "
            "format the column as text and type it again",
            f"单元格是日期({from_serial(float(text)):%Y-%m-%d}), 可能由表格自动转换(如3-2), 请把该列设为文本后重新填写",
        )
    value = _READERS[spec.type](text, tag, spec, context)
    if context.lookup is not None and spec.type not in {"township", "village", "sector", "choice"}:
        return _listed(str(value), spec, context)
    _within(value, spec)
    return value


def rewritten(text: str, tag: int, spec: Field, value: Value) -> tuple[str, str, str] | None:
    """Return how a cell is kept written otherwise than it stood there (code, old and new text); None if it is not.

    What a list gives for a spelling (a code for a name) and what a day's own cell means is read, not rewritten.

    Example:
        >>> rewritten("154-0000-0001", TEXT, Field("mobile", "手机", "mobile"), "15400000001")
        ('marks', '154-0000-0001', '15400000001')
    """
    if value is None or tag in {DATE, BOOL} or spec.type in _BY_LIST:
        return None
    now = f"{value:.15g}" if isinstance(value, float) else str(value)
    was = plain_number(text) if tag == NUMBER else text
    if now == was or (tag == NUMBER and spec.type in {"int", "number", "share"}):
        return None
    if "".join(was.split()) == "".join(now.split()):
        return "blanks", text, now
    if unicodedata.normalize("NFKC", was).strip() == now:
        return "full_width", text, now
    return (
        {"date": "date", "moment": "date", "int": "number", "number": "number", "share": "number"}.get(
            spec.type, "marks"
        ),
        text,
        now,
    )


def clean(text: str) -> str:
    """Return a text with half-width digits and letters, single line, without blanks around it.

    The apostrophe by which our own exports keep a text from running as a formula is taken off.

    Example:
        >>> clean("  12 号 ")
        '12 号'
    """
    text = text.translate(_CLEAN).strip()
    return text[1:] if _GUARDED.match(text) else text


def _text(text: str, _tag: int, spec: Field, _context: Context) -> str:
    if len(text) > spec.max_len:
        raise Wrong(
            "too_long",
            f"{len(text)} characters: at most {spec.max_len} may stand here; shorten it",
            f"共{len(text)}个字符, 最多{spec.max_len}个, 请缩短",
        )
    return text


def _code(text: str, tag: int, spec: Field, context: Context) -> str:
    code = _text(unicodedata.normalize("NFKC", text).strip(), tag, spec, context)
    if spec.pattern and not re.fullmatch(spec.pattern, code):
        raise Wrong(
            "format",
            f"{code}: is not written as a {spec.name} is; correct it",
            f"“{code}”不是{spec.zh}的写法, 请更正",
        )
    return code


def _credit_code(text: str, _tag: int, _spec: Field, _context: Context) -> str:
    verdict = ids.credit_code(_bare(text))
    if verdict.fault == "format":
        raise Wrong(
            "format",
            f"credit code {verdict.value}: 18 characters are needed, digits and capital letters without I, O, S, V, Z; "
            "copy it from the licence",
            f"统一社会信用代码“{verdict.value}”应为18位数字或大写字母(不含I、O、S、V、Z), 请对照营业执照",
        )
    if (
        verdict.fault and verdict.position == _LAST
    ):  # some offices gave out codes whose inner check (GB 11714) is off
        raise Wrong(
            "check_digit",
            f"credit code {verdict.value}: the last character should be {verdict.expected}; compare it with the licence",
            f"统一社会信用代码最后一位应为 {verdict.expected}, 请对照营业执照",
        )
    return verdict.value


def _id_number(text: str, tag: int, _spec: Field, _context: Context) -> str:
    verdict = ids.id_number(_bare(text))
    is_rounded = tag == NUMBER or (verdict.fault == "check_digit" and verdict.value.endswith("000"))
    if is_rounded and len(verdict.value) == _LAST:
        raise _rounded("check_digit", verdict.value)
    if _POWER.fullmatch(text):
        raise _rounded("format", text)
    if verdict.fault == "format":
        raise Wrong(
            "format",
            f"ID number {verdict.value}: 18 characters are needed (15 on an old card), digits and a last X, with a day "
            "of birth that was; copy it from the card",
            f"身份证号“{verdict.value}”应为18位(旧证15位)数字, 末位可为X, 且出生日期须存在, 请对照身份证",
        )
    if verdict.fault:
        raise Wrong(
            "check_digit",
            f"ID number {verdict.value}: the last character should be {verdict.expected}; compare it with the card",
            f"身份证号最后一位应为 {verdict.expected}, 请对照身份证",
        )
    return verdict.value


def _rounded(code: str, text: str) -> Wrong:
    return Wrong(
        code,
        f"ID number {text}: kept as a number, so the program has rounded its last digits; "
        "format the column as text and type it again from the card",
        f"身份证号“{text}”被表格当作数字存放, 末几位已被舍入, 请把该列设为文本并按身份证重新填写",
    )


def _mobile(text: str, _tag: int, _spec: Field, _context: Context) -> str:
    verdict = ids.mobile(re.sub(r"^(?:\+|00)?86(?=1\d{10}$)", "", _bare(text)))
    if verdict.fault:
        raise Wrong(
            "format",
            f"mobile {verdict.value}: 11 digits that begin with 13 to 19 are needed; ask for the number",
            f"手机号“{verdict.value}”应为以13至19开头的11位数字, 请核对",
        )
    return verdict.value


def _bare(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", text))


def _date(text: str, tag: int, _spec: Field, context: Context) -> date:
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        if (moment := _from_number(plain, tag)) is not None:
            return moment.date()
        if found := _HOUR.fullmatch(plain):
            plain = found[1]
        return _day(plain, text, context)
    except ValueError as e:
        if isinstance(e, Wrong):
            raise
        raise _no_day(text) from None


def _from_number(text: str, tag: int) -> datetime | None:
    """Return the moment of a serial number, where the text is one: a date cell, or 20000 to 79999 (1954 to 2118)."""
    if tag == DATE or re.fullmatch(r"[2-7]\d{4}(?:\.\d+)?", text):
        try:
            return from_serial(float(text))
        except ValueError:
            return None
    return None


def _day(plain: str, text: str, context: Context) -> date:
    if found := _DAY.fullmatch(plain):
        parts = [int(g) for g in found.groups() if g]
        return _in_use(date(parts[0], parts[1], parts[2]), text)
    if found := _SHORT_YEAR.fullmatch(plain):
        context.assumed.add(text)
        return _of_century(int(found[1]), int(found[2]), int(found[3]), context.today)
    if (found := _NO_YEAR.fullmatch(plain)) and context.today is not None:
        context.assumed.add(text)
        return _nearest(int(found[1]), int(found[2]), context.today)
    raise _no_day(text)


def _of_century(year: int, month: int, day: int, today: date | None) -> date:
    """Return a day with a year of two digits: of the 2000s, but of the century before if that is more than 10 years ahead."""
    is_past = today is not None and 2000 + year > today.year + 10
    return date(1900 + year if is_past else 2000 + year, month, day)


def _nearest(month: int, day: int, today: date) -> date:
    """Return the day without a year that lies nearest to the county's.

    Example:
        >>> _nearest(12, 28, date(2020, 2, 18)), _nearest(2, 29, date(2020, 2, 18))
        (datetime.date(2019, 12, 28), datetime.date(2020, 2, 29))
    """
    around = [date(y, 1, 1) for y in (today.year - 1, today.year, today.year + 1)]
    days = []
    for first in around:
        with contextlib.suppress(ValueError):
            days.append(first.replace(month=month, day=day))
    if not days:
        raise ValueError("no such day in any year")
    return min(days, key=lambda d: abs(d - today))


def _in_use(day: date, text: str) -> date:
    if day.year not in YEARS:
        raise _no_day(text)
    return day


def _no_day(text: str) -> Wrong:
    return Wrong(
        "date", f"{text}: no such day; write it as 2020-02-18", f"“{text}”不是有效日期, 请写成 2020-02-18"
    )


def _moment(text: str, tag: int, spec: Field, context: Context) -> datetime:
    plain = unicodedata.normalize("NFKC", text).strip()
    if (moment := _from_number(plain, tag)) is not None:
        return moment.replace(tzinfo=context.zone)
    try:
        return parse_moment(plain, zone=context.zone)
    except BadTime:
        pass
    found = _HOUR.fullmatch(plain)
    try:
        day = _date(found[1] if found else plain, tag, spec, context)
        hour, minute, second = (int(found[i] or 0) for i in (2, 3, 4)) if found else (0, 0, 0)
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=context.zone)
    except ValueError:
        raise Wrong(
            "date",
            f"{text}: no such moment; write it as 2020-02-18T19:30",
            f"“{text}”不是有效时间, 请写成 2020-02-18T19:30",
        ) from None


def _decimal(text: str, _tag: int, _spec: Field, _context: Context) -> float:
    plain = re.sub(
        r"\s+", "", unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\u3001", ",")
    )
    if not _PLAIN.fullmatch(plain):
        raise _no_number(text)
    value = float(plain.replace(",", ""))
    if value in (float("inf"), float("-inf")):
        raise _no_number(text)
    return value


def _no_number(text: str) -> Wrong:
    return Wrong("format", f"{text}: not a number; write digits only", f"“{text}”不是数字, 请只填数字")


def _whole(text: str, tag: int, spec: Field, context: Context) -> int:
    value = _decimal(text, tag, spec, context)
    if value != int(value):
        raise Wrong("format", f"{text}: a whole number is needed", f"“{text}”应为整数")
    if abs(value) >= 2**53:
        raise Wrong("range", f"{text}: far too large; check it", f"“{text}”过大, 请核对")
    return int(value)


def _share(text: str, tag: int, spec: Field, context: Context) -> float:
    plain = unicodedata.normalize("NFKC", text).strip()
    percent = plain.endswith("%")
    value = _decimal(plain.removesuffix("%"), tag, spec, context) / (100 if percent else 1)
    if not 0 <= value <= 1:
        raise Wrong("range", f"{text}: a share lies between 0 and 1", f"“{text}”应在0到1之间")
    return value


def _yes_no(text: str, tag: int, _spec: Field, _context: Context) -> bool:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if tag != BOOL and plain not in _YES and plain not in _NO:
        raise Wrong("unknown_value", f"{text}: write 1 or 0", f"“{text}”应填 是 或 否")
    return plain in _YES


def _choice(text: str, _tag: int, spec: Field, context: Context) -> str:
    choices = spec.choices or context.lookup or {}
    for spelling in (text, unicodedata.normalize("NFKC", text).strip(), text.lower()):
        if spelling in choices:
            return choices[spelling]
    known = ", ".join(dict.fromkeys(choices))
    raise Wrong("unknown_value", f"{text}: not one of {known}", f"“{text}”应为以下之一: {known}")


def _listed(text: str, spec: Field, context: Context) -> str:
    lookup = context.lookup or {}
    for spelling in (text, "".join(unicodedata.normalize("NFKC", text).split())):
        if spelling in lookup:
            return lookup[spelling]
    raise Wrong(
        "unknown_value",
        f"{text}: no such {spec.name} is known; check the spelling, or load its list first",
        f"“{text}”不在{spec.zh}名单中, 请核对, 或先导入该名单",
    )


def _place(text: str, tag: int, spec: Field, context: Context) -> str:
    return _text(text, tag, spec, context) if context.lookup is None else _listed(text, spec, context)


def _sector(text: str, _tag: int, spec: Field, context: Context) -> str:
    """Read a trade by its code or its name; where a list is known, a code's division must be on it."""
    code = unicodedata.normalize("NFKC", text).strip().upper()
    known = context.lookup
    if _SECTOR.fullmatch(code):
        division = code[: 3 if code[0].isalpha() else 2]
        if known is None or division in known:
            return code
    elif known is not None:
        return _listed(text, spec, context)
    raise Wrong(
        "unknown_value",
        f"{text}: no code of GB/T 4754; write the code of the trade, such as its two digits",
        f"“{text}”不是国民经济行业代码, 请填代码(至少两位数字)",
    )


def _within(value: Value, spec: Field) -> None:
    low, high = limits(spec)
    if low is not None and value < low:
        raise Wrong("range", f"{value}: at least {_plain(low)} is needed", f"“{value}”不应小于{_plain(low)}")
    if isinstance(high, date) and value > high:
        raise Wrong(
            "range",
            f"{value}: later than {high}; correct it, or send the row when that has come",
            f"“{value}”晚于{high}, 请更正, 或到时再报",
        )
    if high is not None and value > high:
        raise Wrong(
            "range", f"{value}: at most {_plain(high)} is allowed", f"“{value}”不应大于{_plain(high)}"
        )


def _plain(limit: float | date) -> str:
    return f"{limit:.0f}" if isinstance(limit, float) and limit.is_integer() else str(limit)


_READERS: Mapping[str, Callable[[str, int, Field, Context], Value]] = {
    "text": _text,
    "code": _code,
    "credit_code": _credit_code,
    "id_number": _id_number,
    "mobile": _mobile,
    "date": _date,
    "moment": _moment,
    "int": _whole,
    "number": _decimal,
    "share": _share,
    "bool": _yes_no,
    "choice": _choice,
    "township": _place,
    "village": _place,
    "sector": _sector,
}
