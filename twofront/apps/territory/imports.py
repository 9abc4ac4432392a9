"""The door for divisions: a file is the whole tree of the county from a day on."""

from twofront.apps.territory import actions
from twofront.core.sheets import Field
from twofront.ground.intake import Loader

CODE = r"\d{6}|\d{9}|\d{12}"
"""A county, a township, a village, as the national divisions number them."""

DIVISIONS = Loader(
    kind="divisions",
    fields=(
        Field("code", "代码", "code", required=True, pattern=CODE),
        Field("name", "名称", required=True),
        Field("parent", "上级", "code", pattern=CODE),
    ),
    key=("code",),
    store=actions.take_divisions,
)
LOADERS = (DIVISIONS,)
