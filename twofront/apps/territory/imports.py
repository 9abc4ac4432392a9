"""The door for divisions: a file is the whole tree of the county from a day on."""

from twofront.apps.territory import actions
from twofront.core.sheets import Field
from twofront.ground.intake import Loader

DIVISIONS = Loader(
    kind="divisions",
    fields=(
        Field("code", "代码", "code", required=True),
        Field("name", "名称", required=True),
        Field("parent", "上级", "code"),
    ),
    key=("code",),
    store=actions.take_divisions,
)
LOADERS = (DIVISIONS,)
