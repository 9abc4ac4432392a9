"""Writes on cases."""

from collections.abc import Sequence

from twofront.apps.residents.models import Case
from twofront.ground import stores
from twofront.ground.stores import Batch, Reject, Verdict


def take_cases(batch: Batch) -> Sequence[Verdict]:
    """Take the health line's list of cases; another origin for a known case is a correction.

    Whom a case caught it from is a case of the county or of the list, and another one.
    """
    c = batch.columns
    sources = {s for s in c["source_case"] if s}
    known = {*c["case_id"], *Case.objects.filter(case_id__in=sources).values_list("case_id", flat=True)}
    lost = [
        bool(s) and (s == i or s not in known) for i, s in zip(c["case_id"], c["source_case"], strict=True)
    ]
    states = stores.facts(
        Case,
        batch.with_made(block_code="township"),
        key={"case_id": c["case_id"]},
        values={
            "reported_on": c["reported_on"],
            "origin": c["origin"],
            "source_case": [s or "" for s in c["source_case"]],
            "block_code": c["township"],
        },
        beside={"line_code": [_line(batch)] * len(batch)},
        skip=lost,
    )
    batch.act.changed("cases")
    rows = zip(states, lost, c["source_case"], strict=True)
    return [_unknown_source(source) if is_lost else state for state, is_lost, source in rows]


def _unknown_source(code: str) -> Reject:
    return Reject(
        "source_case",
        "unknown_value",
        f"no other case {code} is on record; load it first, or correct the code",
        f"库中没有另一例 {code}; 请先载入, 或更正编号",
    )


def _line(batch: Batch) -> str | None:
    """Return the line that answers for the goals that count cases."""
    return next((g.line for g in batch.book.of("goal", at=batch.on) if g.counts == "cases"), None)
