"""The doors for enterprises, lists, reports, visits and projects."""

from collections.abc import Mapping
from datetime import date

from twofront.apps.enterprises import actions
from twofront.apps.register import actions as register_actions
from twofront.core.playbook import Playbook
from twofront.core.sheets import Field
from twofront.core.sheets.rosters import CREDIT_CODE, ROSTERS
from twofront.ground.intake import Loader

_DATE = Field("date", "日期", "date", required=True)
_ON_SITE = Field("on_site", "在岗人数", "int", low=0)


def _lists(book: Playbook, on: date) -> Mapping[str, Mapping[str, str]]:
    return {"list": {text: r.key for r in book.of("list", at=on) for text in (r.key, r.zh, r.en)}}


def _project_kinds(book: Playbook, on: date) -> Mapping[str, Mapping[str, str]]:
    return {"kind": {text: r.key for r in book.of("project_kind", at=on) for text in (r.key, r.zh, r.en)}}


def _difficulties(book: Playbook, on: date) -> Mapping[str, Mapping[str, str]]:
    return {"difficulty": {text: r.key for r in book.of("difficulty", at=on) for text in (r.key, r.zh, r.en)}}


ENTERPRISES = Loader(
    kind="enterprises",
    fields=ROSTERS["enterprises"].fields,
    key=ROSTERS["enterprises"].key,
    store=actions.take_enterprises,
)
LISTS = Loader(
    kind="lists",
    fields=(
        Field("member", "成员", "code", required=True),
        Field("list", "名单", "choice", required=True),
        Field("from", "起", "date", required=True),
        Field("to", "止", "date", not_before="from"),
        Field("reason", "原因"),
    ),
    key=("member", "list", "from"),
    store=actions.take_lists,
    lookups=_lists,
)
METERS = Loader(
    kind="meters",
    fields=(
        Field("meter", "户号", "code", required=True),
        CREDIT_CODE,
        Field("from", "起", "date", required=True),
        Field("share", "份额", "share"),
        Field("to", "止", "date", not_before="from"),
    ),
    key=("meter", "credit_code", "from"),
    store=register_actions.take_meters,
)
REPORTS = Loader(
    kind="reports",
    fields=(
        _DATE,
        CREDIT_CODE,
        Field("opened", "是否开工", "bool", required=True),
        _ON_SITE,
        Field("normal_staff", "正常用工", "int", low=0),
        Field("difficulty", "困难", "choice"),
    ),
    key=("date", "credit_code"),
    store=actions.take_reports,
    lookups=_difficulties,
    day="date",
)
VISITS = Loader(
    kind="visits",
    fields=(
        _DATE,
        Field("credit_code", "统一社会信用代码", "code", required=True),
        Field("officer", "服务员", required=True),
        Field("opened", "是否开工", "bool", required=True),
        _ON_SITE,
    ),
    key=("date", "credit_code", "officer"),
    store=actions.take_visits,
    day="date",
)
PROJECTS = Loader(
    kind="projects",
    fields=ROSTERS["projects"].fields,
    key=ROSTERS["projects"].key,
    store=actions.take_projects,
    lookups=_project_kinds,
)
PROJECT_REPORTS = Loader(
    kind="project_reports",
    fields=(
        Field("code", "项目编号", "code", required=True),
        _DATE,
        Field("resumed", "是否复工", "bool", required=True),
        _ON_SITE,
        Field("reason", "原因"),
    ),
    key=("code", "date"),
    store=actions.take_project_reports,
    day="date",
)
LOADERS = (ENTERPRISES, LISTS, METERS, REPORTS, VISITS, PROJECTS, PROJECT_REPORTS)
