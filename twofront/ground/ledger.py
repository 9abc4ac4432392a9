"""Reads on the ledger: what was taken in, what of it was refused, and who acted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum

from twofront.ground.models import Act, Event, Import, Progress, RejectedRow


@dataclass(frozen=True, slots=True)
class Taken:
    """An import (导入): one file with what became of its rows; read = accepted + duplicate + rejected."""

    uid: UUID
    kind: str
    file: str
    sha256: str
    on: date
    known: datetime
    at: datetime
    by: str
    read: int
    accepted: int
    duplicate: int
    rejected: int
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that an import refused: its number in the file, its cells as they came, and why."""

    row: int
    cells: tuple[str, ...]
    reasons: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Job:
    """How far a long job has come."""

    what: str
    by: str
    state: str
    done: int
    total: int
    body: Mapping[str, Any]
    result: Mapping[str, Any]


def imports(*, upto: datetime) -> list[Taken]:
    """Return every import known up to a moment, the newest first."""
    return [_taken(row) for row in Import.objects.filter(at__lte=upto).order_by("-at", "-id")]


def import_of(uid: UUID) -> Taken | None:
    """Return an import by its name, or None."""
    row = Import.objects.filter(uid=uid).first()
    return None if row is None else _taken(row)


def refused_rows(uid: UUID) -> list[Refused]:
    """Return the rows that an import refused, in the order of the file."""
    rows = RejectedRow.objects.filter(imported__uid=uid).order_by("row")
    return [
        Refused(r.row, tuple("" if c is None else str(c) for c in r.cells), tuple(r.reasons)) for r in rows
    ]


def accepted_by_kind() -> dict[str, int]:
    """Return how many rows of each KIND were ever accepted."""
    return dict(Import.objects.values_list("kind").annotate(Sum("accepted")).order_by("kind"))


def doers(acts: Iterable[int]) -> dict[int, str]:
    """Return the login of whoever did each of some acts."""
    return dict(Act.objects.filter(pk__in=set(acts)).values_list("pk", "actor"))


def doer_of(verb: str, about: str, *, digest: str) -> str:
    """Return the login of whoever did a thing last, by the audit: the verb, what it was about, its digest; else empty."""
    events = Event.objects.filter(verb=verb, about=about, digest=digest).order_by("-id")
    return events.values_list("actor", flat=True).first() or ""


def imports_of(acts: Iterable[int]) -> dict[int, UUID]:
    """Return the import that each of some acts was, where it was one."""
    return dict(Import.objects.filter(act_id__in=set(acts)).values_list("act_id", "uid"))


def job(uid: UUID) -> Job | None:
    """Return how far a job has come, or None if there is none of that name."""
    row = Progress.objects.filter(uid=uid).first()
    return (
        None
        if row is None
        else Job(row.what, row.actor, row.state, row.done, row.total, row.body, row.result or {})
    )


def _taken(row: Import) -> Taken:
    return Taken(
        row.uid, row.kind, row.file_name, row.sha256, row.on, row.known_at, row.at, row.actor, row.read, row.accepted, row.duplicate,
        row.rejected, row.report,
    )  # fmt: skip
