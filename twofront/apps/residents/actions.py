"""Writes on cases."""

from collections.abc import Sequence

from twofront.apps.residents.models import Case
from twofront.ground import stores
from twofront.ground.stores import Batch, Verdict


def take_cases(batch: Batch) -> Sequence[Verdict]:
    """Take the health line's list of cases; another origin for a known case is a correction."""
    c = batch.columns
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
    )
    batch.act.changed("cases")
    return states


def _line(batch: Batch) -> str | None:
    """Return the line that answers for the goals that count cases."""
    return next((g.line for g in batch.book.of("goal", at=batch.on) if g.counts == "cases"), None)
