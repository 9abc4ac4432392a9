"""Identifiers: how one is made, and whether one that somebody typed can be right.

Outside, things are named by their official code, else by a UUIDv7. A code is text. A wrong code is never mended here:
the verdict says which character would be right, and a person compares it with the paper.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from twofront.core.time import BadTime, calendar_day

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: without I, O, S, V, Z
_CREDIT_FORM = re.compile(rf"[{_CREDIT}]{{2}}[0-9]{{6}}[{_CREDIT}]{{10}}")
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_BODY_FORM = re.compile(r"[0-9A-Z]{8}[0-9X]")
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714
_CITIZEN_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]")
_CITIZEN_OLD_FORM = re.compile(r"[1-9][0-9]{14}")
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, ISO 7064 MOD 11-2
_CITIZEN_CHECKS = "10X98765432"
_MOBILE_FORM = re.compile(r"1[3-9][0-9]{9}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANCE_BYTES = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an identifier can be right.

    Args:
        value: The identifier with capital letters and without spaces around it.
        fault: None if it can be right; `format` = wrong length, characters or an impossible date in it; `check_digit` =
            the right form with a wrong check character.
        expected: The character that the others ask for, where the check is wrong.
        position: Where it stands, from 1.

    Example:
        >>> id_number("11010519491231002X").ok
        True
    """

    value: str
    fault: Literal["format", "check_digit"] | None = None
    expected: str | None = None
    position: int | None = None

    @property
    def ok(self) -> bool:
        """Return whether nothing speaks against it."""
        return self.fault is None


def credit_code(text: str) -> Verdict:
    """Judge a unified social credit code (统一社会信用代码), GB 32100-2015, with the organisation code (GB 11714) in it.

    If both checks are wrong, something before them is: the verdict then names the last character.

    Example:
        >>> credit_code("91350100M000100Y43").ok
        True
        >>> credit_code("91330799MA00000158")
        Verdict(value='91330799MA00000158', fault='check_digit', expected='9', position=18)
    """
    value = _clean(text)
    if not _CREDIT_FORM.fullmatch(value):
        return Verdict(value, "format")
    total = sum(_CREDIT.index(c) * w for c, w in zip(value[:17], _CREDIT_WEIGHTS, strict=True))
    expected = _CREDIT[-total % 31]
    if value[17] != expected:
        return Verdict(value, "check_digit", expected, 18)
    body = organisation_code(value[8:17])
    if body.fault is not None:
        return Verdict(value, "check_digit", _body_check(value[8:16]), 17)
    return Verdict(value)


def organisation_code(text: str) -> Verdict:
    """Judge an organisation code (组织机构代码), GB 11714: eight characters and their check, with or without a hyphen.

    Example:
        >>> organisation_code("D2143569-X").ok
        True
    """
    value = _clean(text)
    if len(value) == 10 and value[8] == "-":
        value = value[:8] + value[9]
    if not _BODY_FORM.fullmatch(value):
        return Verdict(value, "format")
    expected = _body_check(value[:8])
    return Verdict(value) if value[8] == expected else Verdict(value, "check_digit", expected, 9)


def id_number(text: str) -> Verdict:
    """Judge a citizen's ID number (公民身份号码), GB 11643-1999, of 18 characters, or the older one of 15 digits.

    The older one has no check character, and its year is of the 1900s. The first six digits are the place of first
    registration, never where somebody stays; they are not looked up.

    Example:
        >>> id_number("440524188001010014").ok, id_number("440524188001010015").expected
        (True, '4')
        >>> id_number("110105491331002").fault
        'format'
    """
    value = _clean(text)
    if _CITIZEN_OLD_FORM.fullmatch(value):
        return Verdict(value) if _is_day("19" + value[6:12]) else Verdict(value, "format")
    if not _CITIZEN_FORM.fullmatch(value) or not _is_day(value[6:14]):
        return Verdict(value, "format")
    total = sum(int(c) * w for c, w in zip(value[:17], _CITIZEN_WEIGHTS, strict=True))
    expected = _CITIZEN_CHECKS[total % 11]
    return Verdict(value) if value[17] == expected else Verdict(value, "check_digit", expected, 18)


def mobile(text: str) -> Verdict:
    """Judge a mobile number of mainland China: 11 digits, the first 1, the second 3 to 9.

    Example:
        >>> mobile("15400000001").ok, mobile("12345678901").fault
        (True, 'format')
    """
    value = _clean(text)
    return Verdict(value) if _MOBILE_FORM.fullmatch(value) else Verdict(value, "format")


def uuid7(moment: datetime, *, chance: bytes) -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562) of a moment: ids made later sort later, to the millisecond.

    Args:
        moment: When the thing is made; with a zone, from 1970 on.
        chance: Ten random bytes, from the caller; 74 of their bits are used.

    Raises:
        ValueError: The moment has no zone or lies before 1970, or there are not ten bytes.

    Example:
        >>> str(uuid7(datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC), chance=bytes.fromhex("0cc318c4dc0c0c07398f")))
        '017f22e2-79b0-7cc3-98c4-dc0c0c07398f'
    """
    if len(chance) != _CHANCE_BYTES:
        raise ValueError(f"{len(chance)} random bytes; give {_CHANCE_BYTES}")
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no zone; give the moment with one")
    since = (moment - _EPOCH) // timedelta(milliseconds=1)
    if since < 0:
        raise ValueError(f"{moment.isoformat()} lies before 1970; give a later moment")
    bits = int.from_bytes(chance, "big")
    head = since << 80 | 0x7 << 76 | (bits >> 64 & 0xFFF) << 64
    return uuid.UUID(int=head | 0b10 << 62 | bits & (1 << 62) - 1)


def _clean(text: str) -> str:
    value = text.strip()
    return value.upper() if value.isascii() else value


def _body_check(body: str) -> str:
    total = sum(int(c, 36) * w for c, w in zip(body, _BODY_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def _is_day(digits: str) -> bool:
    try:
        calendar_day(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except BadTime:
        return False
    return True
