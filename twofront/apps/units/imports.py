"""The door for accounts and posts."""

from collections.abc import Mapping
from datetime import date

from twofront.apps.units import actions
from twofront.core.playbook import Playbook
from twofront.core.sheets import Field
from twofront.ground.intake import Loader


def _lookups(book: Playbook, on: date) -> Mapping[str, Mapping[str, str]]:
    roles = {text: r.key for r in book.of("role", at=on) for text in (r.key, r.zh)}
    lines = {text: line.key for line in book.of("line", at=on) for text in (line.key, line.zh)} | {"*": "*"}
    return {"role": roles, "line": lines}


ACCOUNTS = Loader(
    kind="accounts",
    fields=(
        Field("login", "登录名", "code", required=True, max_len=64, pattern=r"\w+([.@_-]+\w+)*"),
        Field("role", "角色", "choice", required=True),
        Field("unit", "单位", "township", required=True),
        Field("line", "条线", "choice", required=True),
        Field("from", "起", "date", required=True),
        Field("name", "姓名"),
        Field("phone", "电话", "code"),
        Field("to", "止", "date", not_before="from"),
    ),
    key=("login", "role", "unit", "line", "from"),
    store=actions.take_accounts,
    lookups=_lookups,
)
LOADERS = (ACCOUNTS,)
