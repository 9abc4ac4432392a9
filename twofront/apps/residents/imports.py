"""The door for cases."""

from collections.abc import Mapping
from datetime import date

from twofront.apps.residents import actions
from twofront.core.playbook import Playbook
from twofront.core.sheets import Field
from twofront.ground.intake import Loader


def _lookups(book: Playbook, on: date) -> Mapping[str, Mapping[str, str]]:
    return {"origin": {text: o.key for o in book.of("case_origin", at=on) for text in (o.key, o.zh, o.en)}}


CASES = Loader(
    kind="cases",
    fields=(
        Field("case_id", "病例编号", "code", required=True),
        Field("reported_on", "报告日期", "date", required=True),
        Field("origin", "来源", "choice", required=True),
        Field("source_case", "上代病例", "code"),
        Field("township", "镇街", "township"),
    ),
    key=("case_id",),
    store=actions.take_cases,
    lookups=_lookups,
    day="reported_on",
)
LOADERS = (CASES,)
