"""What others have published of their figures, and what the county has published of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from twofront.apps.figures.models import Closing, Publication, PublishedSheet
from twofront.core.errors import CannotDo
from twofront.core.time import write_moment
from twofront.ground import clock, history, kinds


@dataclass(frozen=True, slots=True)
class Sheet:
    """A published row: an area's figures of a day, and when they were published."""

    on: date
    area: str
    source: str
    firm_share: float | None
    energy_share: float | None
    index: float | None
    formula: str
    published_at: datetime | None
    known: datetime


@dataclass(frozen=True, slots=True)
class ClosedBy:
    """Who closed a day for a goal, and when that was known."""

    goal: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Frozen:
    """A published day of the board."""

    on: date
    known: datetime
    hash: str
    board: dict[str, Any]


def sheets(*, upto: date, known: datetime | None = None) -> list[Sheet]:
    """Return what was published of days up to a day, as far as it was published and known, by area, source and day."""
    seen = history.seen(known)
    rows = history.newest(PublishedSheet, known=known, on__lte=upto)
    return [
        Sheet(
            r.on,
            r.area,
            r.source,
            r.firm_share,
            r.energy_share,
            r.index,
            r.formula,
            r.published_at,
            r.known_at,
        )
        for r in rows
        if not r.is_void and (r.published_at is None or r.published_at <= seen)
    ]


def closings(days: Sequence[date], *, known: datetime | None = None) -> dict[tuple[str, date], ClosedBy]:
    """Return who closed which goal for which of some days."""
    rows = history.newest(Closing, known=known, on__in=list(days))
    return {(r.goal, r.on): ClosedBy(r.goal, r.on, r.closed_by, r.known_at) for r in rows if not r.is_void}


def publications(days: Sequence[date], *, known: datetime | None = None) -> dict[date, Frozen]:
    """Return the last publication of each of some days."""
    rows = history.newest(Publication, known=known, on__in=list(days))
    return {r.on: Frozen(r.on, r.known_at, r.hash, r.board) for r in rows if not r.is_void}


def guard_publication(file: str, days: set[date], known: datetime) -> datetime:
    """Return since when rows of some days are known: what is loaded at a publication's very moment, one step after it.

    So no published board ever sees a row that came after it.

    Raises:
        CannotDo: A day of the file was published later than *known*.
    """
    return _after(file, known, on__in=days)


def guard_publications_from(file: str, first: date, known: datetime) -> datetime:
    """Return since when what holds from a day on is known, as `guard_publication` does for days.

    Raises:
        CannotDo: Such a day was published later than *known*.
    """
    return _after(file, known, on__gte=first)


def _after(file: str, known: datetime, **days: set[date] | date) -> datetime:
    published = Publication.objects.filter(is_void=False)
    later = (
        published.filter(known_at__gt=known, **days)
        .order_by("-known_at")
        .values_list("on", "known_at")
        .first()
    )
    if later is not None:
        zone = kinds.zone()
        raise CannotDo(
            file,
            f"holds rows of {later[0]}, which was published as known at {write_moment(later[1], zone=zone)}, "
            f"after {write_moment(known, zone=zone)}",
            "load it with a later --known, or none",
        )
    while published.filter(known_at=known).exists():
        known += clock.STEP
    return known
