"""Writes on campaigns."""

from collections.abc import Sequence

from twofront.apps.campaigns.models import Coverage
from twofront.apps.campaigns.queries import SURVEY
from twofront.ground import stores
from twofront.ground.stores import Batch, Reject, Verdict


def take_coverage(batch: Batch) -> Sequence[Verdict]:
    """Take the progress of villages, cumulative to the end of each day; more done than there is, is refused."""
    c = batch.columns
    line = next((g.line for g in batch.book.of("goal", at=batch.on) if g.counts == "dwellings"), None)
    writable = {v for v in set(c["village"]) if batch.act.by.scope.may_write(line=line, block=v)}
    own: list[Verdict] = [
        _FOREIGN if village not in writable else _too_many(d, n) if d > n else "new"
        for village, d, n in zip(c["village"], c["done"], c["dwellings"], strict=True)
    ]
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


_FOREIGN = Reject(
    "village",
    "unknown_value",
    "a village of another unit; leave it to that one",
    "不在本单位范围内的村(社区), 请由所属单位上报",
)


def _too_many(done: int, dwellings: int) -> Reject:
    return Reject(
        "done",
        "range",
        f"{done} done of {dwellings} dwellings; correct one of the two",
        f"已完成 {done} 大于户数 {dwellings}, 请更正其一",
    )
