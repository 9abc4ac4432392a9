"""The door for divisions: a file is the whole tree of the county from a day on."""

from twofront.apps.territory import actions
from twofront.core.sheets import Field
from twofront.core.sheets.fields import DIVISION
from twofront.ground.intake import Loader

DIVISIONS = Loader(
    kind="divisions",
    fields=(
        Field("code", "代码", "code", required=True, pattern=DIVISION),
        Field("name", "名称", required=True),
        Field("parent", "上级", "code", pattern=DIVISION),
    ),
    key=("code",),
    store=actions.take_divisions,
)
LOADERS = (DIVISIONS,)
