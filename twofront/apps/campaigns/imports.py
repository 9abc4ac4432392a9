"""The door for the survey's progress."""

from twofront.apps.campaigns import actions
from twofront.core.sheets import Field
from twofront.ground.intake import Loader

COVERAGE = Loader(
    kind="coverage",
    fields=(
        Field("date", "日期", "date", required=True),
        Field("village", "村社区", "village", required=True),
        Field("dwellings", "户数", "int", required=True, low=0),
        Field("done", "已完成", "int", required=True, low=0),
    ),
    key=("date", "village"),
    store=actions.take_coverage,
    day="date",
)
LOADERS = (COVERAGE,)
