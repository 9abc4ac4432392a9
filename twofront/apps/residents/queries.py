"""Reads on cases: how many of an origin, and which."""

from dataclasses import dataclass
from datetime import date, datetime

from twofront.apps.residents.models import Case
from twofront.ground import history

NOWHERE = "-"


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case as known at a moment."""

    case_id: str
    reported_on: date
    origin: str
    source_case: str
    township: str
    known: datetime


def cases(*, upto: date, known: datetime | None = None) -> list[KnownCase]:
    """Return the cases reported up to a day, as known at a moment, the newest first."""
    rows = history.newest(Case, known=known)
    found = [
        KnownCase(c.case_id, c.reported_on, c.origin, c.source_case, c.block_code or NOWHERE, c.known_at)
        for c in rows
        if not c.is_void and c.reported_on <= upto
    ]
    return sorted(found, key=lambda c: (c.reported_on, c.case_id), reverse=True)
