"""The county's registers as its lines keep them: divisions, enterprises, lists, projects, meters of membership.

One law: a roster may be wrong, and then a mended one follows; the lists alone say who is a member.
"""

import datetime as dt
from collections.abc import Sequence

import names
from cast import INDUSTRY, PROJECTS, SERVICES, Firm, Project
from county import COUNTY, County
from files import Row, Sheet
from plan import Load

START = dt.date(2020, 1, 1)
EXAMPLE_VILLAGE = "330783201228"
FIRM_HEADS = ("序号", "企业名称", "统一社会信用代码", "镇街", "行业", "联系人", "手机", "名单", "正常用工")


def divisions(county: County) -> Load:
    """Write the tree of places; the one village with an invented lag bears an invented name."""
    rows: list[Row] = [(COUNTY, "东阳市", "")]
    rows += [(block.code, block.name, COUNTY) for block in county.blocks]
    rows += [
        (code, "示例村村委会" if code == EXAMPLE_VILLAGE else name, "") for code, name in county.villages
    ]
    sheet = Sheet("2020-02-10/行政区划.csv", ("代码", "名称", "上级"), rows)
    return Load("divisions", sheet, "2020-02-10T08:00", on=START, by=None)


def enterprises(
    county: County, *, industry: Sequence[Firm], services: Sequence[Firm], small: Sequence[Firm]
) -> list[Load]:
    """Write the rosters of the lines: industry as a workbook, services in GB18030 with three wrong rows and their mend.

    A firm stands twice in the workbook. One member of industry lacks its list in the roster and one small firm claims it: a difference to be compared,
    never applied.
    """
    towns = {block.code: block.name for block in county.blocks}
    firms = [*industry, *small]
    lists = {firm.code: firm.list for firm in firms}
    lists[industry[40].code], lists[small[0].code] = "", INDUSTRY
    rows: list[Row] = [
        (n, f.name, f.code, towns[f.township], f.sector, f.contact, f.mobile, lists[f.code], f.staff)
        for n, f in enumerate([*firms, firms[11]], start=1)
    ]
    first = Sheet(
        "2020-02-10/规上工业及小微企业花名册.xlsx",
        FIRM_HEADS,
        rows,
        title=("东阳市工业企业花名册(演练)", "填报单位: 经信条线   数据截至2020年2月9日"),
        notes=("注: 名单一栏以正式名单文件为准。", "填表人: 演练-卫某甲   审核: 演练-郑某甲"),
    )
    fields = tuple(head for head in FIRM_HEADS if head != "序号")
    right: list[Row] = [
        (f.name, f.code, f.township, f.sector, f.contact, f.mobile, f.list, f.staff) for f in services
    ]
    wrong = list(right)
    for n, change in ((17, "code"), (88, "town"), (140, "code")):
        row = list(right[n])
        if change == "code":
            row[1] = names.wrong_credit_code(services[n].serial)
        else:
            row[2] = "330783999"
        wrong[n] = tuple(row)
    second = Sheet("2020-02-10/限上服务业企业.csv", fields, wrong, encoding="gb18030")
    mended = Sheet(
        "2020-02-10/限上服务业企业(更正).csv", fields, [right[n] for n in (17, 88, 140)], encoding="gb18030"
    )
    return [
        Load("enterprises", first, "2020-02-10T09:00", on=START),
        Load("enterprises", second, "2020-02-10T09:20", on=START),
        Load("enterprises", mended, "2020-02-10T10:40", on=START),
    ]


def lists(
    *, industry: Sequence[Firm], services: Sequence[Firm], small: Sequence[Firm], projects: Sequence[Project]
) -> list[Load]:
    """Write the lists: who is a member from when; one small firm left in January."""
    heads = ("成员", "名单", "起", "止", "原因")
    rows: list[Row] = [(f.code, INDUSTRY, START, None, "2019年年报在库") for f in industry]
    rows.append((small[1].code, INDUSTRY, START, dt.date(2020, 1, 31), "退库: 年主营业务收入不足2000万元"))
    first = Sheet(
        "2020-02-10/规上工业名单.xlsx",
        heads,
        rows,
        title=("规模以上工业企业名单(演练)",),
        notes=("制表: 经信条线 2020年2月10日",),
    )
    more: list[Row] = [(f.code, SERVICES, START.isoformat(), "", "2019年年报在库") for f in services]
    more += [(p.code, PROJECTS, START.isoformat(), "", "2019年结转") for p in projects if p.kind == "续建"]
    second = Sheet("2020-02-10/限上服务业与续建项目名单.csv", heads, more, encoding="gb18030")
    return [
        Load("lists", first, "2020-02-10T11:30"),
        Load("lists", second, "2020-02-10T11:40"),
    ]


def project_roster(county: County, *, projects: Sequence[Project]) -> Load:
    """Write the roster of building projects."""
    towns = {block.code: block.name for block in county.blocks}
    rows: list[Row] = [(p.code, p.name, p.level, p.kind, towns[p.township], p.workers) for p in projects]
    sheet = Sheet(
        "2020-02-10/重点项目清单.xlsx",
        ("项目编号", "项目名称", "级别", "类别", "镇街", "正常用工"),
        rows,
        title=("东阳市重点建设项目清单(演练)", "单位: 人"),
        notes=("填报人: 发改条线 演练-韩某甲",),
    )
    return Load("projects", sheet, "2020-02-10T11:00", on=START)
