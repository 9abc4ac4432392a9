"""What every kind has: its days, its source, and what must be unique."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from twofront.core.playbook.fields import Alias, Between, Chinese, English, Key, Problem, Source
from twofront.core.time import Days

EVERY = "*"
Position = Annotated[int, Between(1, 99)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One dated row of a kind: in force on its days, both ends in; a missing end is open.

    Args:
        source: Where the row is from; begins with real, standard, reconstructed, invented or product.
        first_day: `from` in the file.
        last_day: `to` in the file.
    """

    name: ClassVar[str]
    key_fields: ClassVar[tuple[str, ...]] = ("key",)
    alone_by: ClassVar[tuple[str, ...] | None] = (
        None  # rows equal in these fields may not be in force on one day
    )

    source: Source
    first_day: Annotated[date | None, Alias("from")] = None
    last_day: Annotated[date | None, Alias("to")] = None

    @property
    def days(self) -> Days:
        """Return the days on which the row is in force."""
        return Days(self.first_day, self.last_day)

    @property
    def basis(self) -> str:
        """Return the first word of the source: real, standard, reconstructed, invented or product."""
        return self.source.split()[0].rstrip(":;,.")

    @property
    def identity(self) -> str:
        """Return what must be unique on any day: the key, or the fields that stand for it."""
        return "/".join(str(getattr(self, f) or "-") for f in self.key_fields)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong between the fields of this row."""
        yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Row):
    """A row with a key and its name in both languages."""

    key: Key
    zh: Chinese
    en: English
