"""Reads on the register: who a code belongs to, and what stands there on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from twofront.apps.register.models import Enterprise, EnterpriseRecord, MeterShare
from twofront.ground import history

NOWHERE = "-"
"""The code under which what has no township stands."""


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise as the register has it on a day."""

    id: int
    credit_code: str
    name: str
    township: str
    section: str
    contact: str
    mobile: str
    normal_staff: int | None
    line: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """A meter's share in force for an enterprise, half-open."""

    meter: str
    enterprise: int
    share: float
    first: date
    after: date | None


def ids_of(codes: Iterable[str]) -> dict[str, int]:
    """Return the key behind each credit code that was ever on record, as known last."""
    rows = EnterpriseRecord.objects.filter(credit_code__in=set(codes), known__endswith=None).exclude(
        known__isempty=True
    )
    return dict(rows.order_by("valid").values_list("credit_code", "enterprise_id"))


def firms(ids: Sequence[int] | None = None, *, on: date, known: datetime | None = None) -> dict[int, Firm]:
    """Return the enterprises on record on a day, by key; a key not yet on record that day has its first record."""
    rows = history.in_force(EnterpriseRecord, on, known=known)
    if ids is not None:
        rows = rows.filter(enterprise_id__in=ids)
    return {r.enterprise_id: _firm(r) for r in rows}


def firm(credit_code: str, *, on: date, known: datetime | None = None) -> Firm | None:
    """Return the enterprise of a credit code on a day, or None."""
    row = history.in_force(EnterpriseRecord, on, known=known).filter(credit_code=credit_code).first()
    return None if row is None else _firm(row)


def search(text: str, *, on: date, limit: int = 20) -> list[Firm]:
    """Return enterprises whose name or code contains a text, by name."""
    rows = history.in_force(EnterpriseRecord, on).filter(
        Q(name__icontains=text) | Q(credit_code__startswith=text.upper())
    )
    return [_firm(r) for r in rows.order_by("name_key", "name")[:limit]]


def shares(*, known: datetime | None = None, enterprises: Sequence[int] | None = None) -> list[Share]:
    """Return the shares of meters as known at a moment, over all days."""
    rows = MeterShare.objects.filter(known__contains=history.seen(known))
    if enterprises is not None:
        rows = rows.filter(enterprise_id__in=enterprises)
    found = rows.values_list("meter", "enterprise_id", "share", "valid")
    return [
        Share(meter, enterprise, share, valid.lower, valid.upper) for meter, enterprise, share, valid in found
    ]


def shares_of(meters: set[str]) -> list[Share]:
    """Return the shares of some meters over all days, as known last."""
    rows = MeterShare.objects.filter(meter__in=meters, known__endswith=None).exclude(known__isempty=True)
    found = rows.values_list("meter", "enterprise_id", "share", "valid")
    return [
        Share(meter, enterprise, share, valid.lower, valid.upper) for meter, enterprise, share, valid in found
    ]


def meters(codes: Iterable[str]) -> set[str]:
    """Return which meters are on record."""
    return set(MeterShare.objects.filter(meter__in=set(codes)).values_list("meter", flat=True))


def townships_in_use(codes: set[str]) -> set[str]:
    """Return which of some codes a record of an enterprise in force names."""
    rows = EnterpriseRecord.objects.filter(block_code__in=codes, known__endswith=None, valid__endswith=None)
    return {code for code in rows.values_list("block_code", flat=True) if code}


def uid_of(id: int) -> UUID:  # noqa: A002 - the register's own word
    """Return the name under which an enterprise is known outside."""
    return Enterprise.objects.values_list("uid", flat=True).get(pk=id)


def _firm(row: EnterpriseRecord) -> Firm:
    return Firm(
        row.enterprise_id,
        row.credit_code,
        row.name,
        row.block_code or NOWHERE,
        row.section,
        row.contact,
        row.mobile,
        row.normal_staff,
        row.line_code,
    )
