"""Reads on divisions: the tree of a day, and how people write its names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from twofront.apps.territory.models import Division
from twofront.core.playbook import Playbook
from twofront.ground import history

_SUFFIXES = (
    "街道办事处",
    "街道",
    "镇",
    "乡",
    "社区居民委员会",
    "社区居委会",
    "社区",
    "村村委会",
    "村民委员会",
    "村委会",
    "居委会",
    "村",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A division in force on a day."""

    code: str
    name: str
    parent: str

    @property
    def short(self) -> str:
        """Its name without the word for its kind."""
        return short(self.name)


def tree(on: date, *, known: datetime | None = None) -> dict[str, Place]:
    """Return the divisions in force on a day, by code, in the order of the codes."""
    rows = history.in_force(Division, on, known=known).order_by("code").values_list("code", "name", "parent")
    return {code: Place(code, name, parent) for code, name, parent in rows}


def at_level(places: Mapping[str, Place], level: str, *, book: Playbook, on: date) -> dict[str, Place]:
    """Return the places of one level (`county`, `township`, `village`) by the length of their codes."""
    digits = book.one("level", level, at=on).digits
    return {code: p for code, p in places.items() if len(code) == digits}


def spellings(places: Mapping[str, Place]) -> dict[str, str]:
    """Return every way to write a place that means one place only: its code, its name, its name without suffix."""
    found: dict[str, set[str]] = {}
    for place in places.values():
        for text in {place.code, place.name, place.short}:
            found.setdefault(text, set()).add(place.code)
    return {text: min(codes) for text, codes in found.items() if len(codes) == 1}


def short(name: str) -> str:
    """Return a place's name without the word for its kind, as people say it.

    Example:
        >>> short("横店镇"), short("吴宁街道"), short("东街社区居委会")
        ('横店', '吴宁', '东街')
    """
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name
