"""The doors for closings, published sheets and readings."""

from collections.abc import Mapping
from datetime import date

from twofront.apps.figures import actions, readings
from twofront.core.playbook import Playbook
from twofront.core.sheets import Field
from twofront.core.sheets.fields import DIVISION
from twofront.ground.intake import Loader
from twofront.lake.cells import LARGEST

MOST_PERCENT = 100_000.0
"""Above it a share or an index is a slip of the pen."""


def _goals(book: Playbook, on: date) -> Mapping[str, Mapping[str, str]]:
    del on
    return {"goal": {text: g.key for g in book.rows["goal"] for text in (g.key, g.zh, g.en)}}  # type: ignore[attr-defined]


CLOSINGS = Loader(
    kind="closings",
    fields=(
        Field("date", "日期", "date", required=True),
        Field("goal", "事项", "choice", required=True),
        Field("by", "封账人"),
    ),
    key=("date", "goal"),
    store=actions.take_closings,
    lookups=_goals,
    day="date",
    also="close:",
)
PUBLISHED = Loader(
    kind="published",
    fields=(
        Field("date", "日期", "date", required=True),
        Field("area", "地区", "code", required=True, pattern=DIVISION),
        Field("source", "来源", required=True),
        Field("firm_share", "户数比例", "number", low=0, high=MOST_PERCENT),
        Field("energy_share", "电量比例", "number", low=0, high=MOST_PERCENT),
        Field("index", "指数", "number", low=0, high=MOST_PERCENT),
        Field("formula", "公式"),
        Field("published_at", "发布时间", "moment"),
    ),
    key=("date", "area", "source"),
    store=actions.take_published,
    day="date",
    moment="published_at",
)
READINGS = Loader(
    kind="readings",
    fields=(
        Field("meter", "户号", "code", required=True),
        Field("date", "日期", "date"),
        Field("time", "时间", "moment"),
        Field("kwh", "电量", "number", required=True, low=-LARGEST, high=LARGEST),
    ),
    key=("meter", "date", "time"),
    store=readings.take,
    reshape=readings.reshape,
    is_strict=True,
    day="date",
    moment="time",
)
LOADERS = (CLOSINGS, PUBLISHED, READINGS)
