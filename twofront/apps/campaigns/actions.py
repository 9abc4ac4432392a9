"""Writes on campaigns."""

from collections.abc import Sequence

from twofront.apps.campaigns.models import Coverage
from twofront.apps.campaigns.queries import SURVEY
from twofront.ground import stores
from twofront.ground.stores import Batch, Reject, Verdict


def take_coverage(batch: Batch) -> Sequence[Verdict]:
    """Take the progress of villages, cumulative to the end of each day; more done than there is, is refused."""
    c = batch.columns
    own: list[Verdict] = [
        _too_many(d, n) if d > n else "new" for d, n in zip(c["done"], c["dwellings"], strict=True)
    ]
    line = next((g.line for g in batch.book.of("goal", at=batch.on) if g.counts == "dwellings"), None)
    states = stores.facts(
        Coverage,
        batch,
        key={"campaign": [SURVEY] * len(batch), "village": c["village"], "on": c["date"]},
        values={"dwellings": c["dwellings"], "done": c["done"]},
        beside={"block_code": c["village"], "line_code": [line] * len(batch)},
        skip=[isinstance(v, Reject) for v in own],
    )
    batch.act.changed("coverage", *sorted(set(c["date"])))
    return [v if isinstance(v, Reject) else s for v, s in zip(own, states, strict=True)]


def _too_many(done: int, dwellings: int) -> Reject:
    return Reject(
        "done",
        "range",
        f"{done} done of {dwellings} dwellings; correct one of the two",
        f"已完成 {done} 大于户数 {dwellings}, 请更正其一",
    )
