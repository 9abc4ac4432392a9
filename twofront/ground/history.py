"""One history for every record: a model is dated, a fact, or current.

- dated: in force from-to (`valid`) and known from-to (`known`), no overlaps of both for one key. A dated row is never
  edited; what is learned later closes its known time and adds rows beside it.
- fact: only added; `known_at` says when the county learned it. Of one key the newest known counts; of one known moment
  the later import. A withdrawn fact is a new row that is void.
- current: what is true now; the audit keeps who changed it.

Whole days outside, half-open ranges inside. No reader sees beyond the county's now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from twofront.ground import clock

M = TypeVar("M", bound=models.Model)
V = TypeVar("V")


class Dated(models.Model):
    """A record that holds from a day to a day, and is known from a moment to a moment."""

    history: ClassVar = "dated"
    valid = DateRangeField()
    known = DateTimeRangeField()

    class Meta:
        abstract = True


class Fact(models.Model):
    """A record that is only added; the newest known of a key counts."""

    history: ClassVar = "fact"
    key_fields: ClassVar[tuple[str, ...]] = ()
    known_at = models.DateTimeField()
    act = models.ForeignKey("ground.Act", on_delete=models.PROTECT)
    is_void = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Scoped(models.Model):
    """A record seen by those whose pairs cover its line and its block; a null is covered by `*` only."""

    line_code = models.TextField(null=True)
    block_code = models.TextField(null=True, db_index=True)

    class Meta:
        abstract = True


class Current(models.Model):
    """A record of which only the present counts."""

    history: ClassVar = "current"

    class Meta:
        abstract = True


def no_overlap(name: str, *key: str) -> ExclusionConstraint:
    """Return the constraint that a key has one dated row for each day and moment."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((k, RangeOperators.EQUAL) for k in key),
            ("valid", RangeOperators.OVERLAPS),
            ("known", RangeOperators.OVERLAPS),
        ],
    )


def by_range(name: str) -> GistIndex:
    """Return the index by which a dated table is asked for a day and a moment."""
    return GistIndex(fields=["valid", "known"], name=name)


def seen(known: datetime | None) -> datetime:
    """Return the moment up to which something is known: never beyond the county's now."""
    now = clock.now()
    return now if known is None else min(known, now)


def in_force(model: type[M], on: date, *, known: datetime | None = None) -> models.QuerySet[M]:
    """Return the dated rows in force on a day, as known at a moment."""
    manager: Any = model
    rows: models.QuerySet[M] = manager.objects.filter(valid__contains=on, known__contains=seen(known))
    return rows


def newest(model: type[M], *, known: datetime | None = None, **filters: object) -> models.QuerySet[M]:
    """Return the newest known fact of each key; void ones are to be dropped by the caller with `is_void`."""
    manager: Any = model
    key = manager.key_fields
    rows: models.QuerySet[M] = (
        manager.objects.filter(known_at__lte=seen(known), **filters)
        .order_by(*key, "-known_at", "-id")
        .distinct(*key)
    )
    return rows


def days(first: date, after: date | None) -> DateRange:
    """Return a half-open range of days."""
    return DateRange(first, after)


def moments(first: datetime, after: datetime | None = None) -> DateTimeTZRange:
    """Return a half-open range of moments."""
    return DateTimeTZRange(first, after)


@dataclass(frozen=True, slots=True)
class Holding(Generic[V]):
    """A value that a key holds from a day to before a day; `id` is its row, None where it is new."""

    first: date
    after: date | None
    value: V
    id: int | None = None

    def holds(self, on: date) -> bool:
        """Tell whether the value is held on a day."""
        return self.first <= on and (self.after is None or on < self.after)


def hold(rows: Sequence[Holding[V]], value: V, *, on: date) -> tuple[list[int], list[Holding[V]]]:
    """Let a key hold a value from a day on, until what is already recorded for later.

    Returns the ids of the rows to close and the rows to add; both empty where the value is held on that day already.

    Example:
        >>> a = Holding(date(2020, 1, 1), None, "old", id=7)
        >>> closed, added = hold([a], "new", on=date(2020, 2, 1))
        >>> closed, [(h.first.isoformat(), h.after and h.after.isoformat(), h.value) for h in added]
        ([7], [('2020-01-01', '2020-02-01', 'old'), ('2020-02-01', None, 'new')])
    """
    covering = next((h for h in rows if h.holds(on)), None)
    if covering is None:
        later = [h.first for h in rows if h.first > on]
        return [], [Holding(on, min(later, default=None), value)]
    if covering.value == value:
        return [], []
    added = [Holding(on, covering.after, value)]
    if covering.first < on:
        added.insert(0, Holding(covering.first, on, covering.value))
    return [covering.id] if covering.id is not None else [], added
