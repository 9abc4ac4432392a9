"""What firms, officers and projects report day by day.

One law: a sheet tells what the cast does; nobody in it counts. On 2020-02-18 the 22 silent firms send nothing, and the
officers' visits of the last three days meet 248 firms open and 3 shut.
"""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cast import Firm, Project
from county import FIRST_REPORT, LAST, MEETING, County, days
from files import Cell, Row, Sheet
from plan import Load

REPORT_HEADS = ("日期", "统一社会信用代码", "企业名称", "是否开工", "在岗人数", "正常用工", "困难")
VISIT_HEADS = ("日期", "统一社会信用代码", "服务员", "是否开工", "在岗人数")
PROJECT_HEADS = ("项目编号", "日期", "是否复工", "在岗人数", "原因")
TROUBLES = ("开工难", "招工难", "产业链联动难", "物资运输难", "资金周转难", "保外贸订单难")
ON_SITE = {"carver": 60, "idle": 180, "crafts": 121}
HUSH = dt.date(2020, 2, 15)
EARLY = dt.date(2020, 2, 14)
SEEN_VISITED = 248
UNSEEN_VISITED = 3


def reports(
    county: County, *, industry: Sequence[Firm], services: Sequence[Firm], small: Sequence[Firm]
) -> list[Load]:
    """Write the lines' sheets: first the history, then a workbook a day; one sheet of services comes twice."""
    told = [*industry, *[firm for firm in small if firm.serial % 2]]
    chance = county.chance("reports")
    by_day = {day: list(_told(told, day=day, chance=chance)) for day in days(FIRST_REPORT, LAST)}
    past = [row for day in days(FIRST_REPORT, EARLY) for row in by_day[day]]
    out = [_report("2020-02-14/工业企业复工日报(10至14日).xlsx", past, known="2020-02-14T20:00")]
    out += [
        _report(f"{day}/工业企业复工日报.xlsx", by_day[day], known=f"{day}T16:40") for day in days(HUSH, LAST)
    ]
    by_day = {day: list(_told(services, day=day, chance=chance)) for day in days(FIRST_REPORT, LAST)}
    sunday = dt.date(2020, 2, 16)
    past = [row for day in days(FIRST_REPORT, sunday) for row in by_day[day]]
    out.append(_plain_report("2020-02-16/服务业复工日报(10至16日).csv", past, known="2020-02-16T16:30"))
    out += [
        _plain_report(f"{day}/服务业复工日报.csv", by_day[day], known=f"{day}T16:30")
        for day in days(sunday + dt.timedelta(1), LAST)
    ]
    again = next(load for load in out if load.sheet.path == "2020-02-17/服务业复工日报.csv")
    twin = replace(again.sheet, path="2020-02-17/服务业复工日报(1).csv")
    out.append(Load("reports", twin, "2020-02-17T16:55"))
    return out


def _report(path: str, rows: list[Row], *, known: str) -> Load:
    title = ("规上工业企业复工情况日报(演练)", "填报单位: 经信条线   时间截至当日16时")
    notes = ("注: 未报企业不列。", "是否开工以企业自报为准, 另由驻企服务员核实。")
    return Load("reports", Sheet(path, REPORT_HEADS, rows, title=title, notes=notes), known)


def _plain_report(path: str, rows: list[Row], *, known: str) -> Load:
    plain = [tuple(cell.isoformat() if isinstance(cell, dt.date) else cell for cell in row) for row in rows]
    return Load("reports", Sheet(path, REPORT_HEADS, plain, encoding="gb18030"), known)


def _told(firms: Sequence[Firm], *, day: dt.date, chance: random.Random) -> Iterator[Row]:
    """Say who reports what on a day."""
    for firm in firms:
        is_open = firm.opens is not None and firm.opens <= day
        skips, lies_low = chance.random(), chance.random()
        if not is_open and _is_silent(firm, day=day, skips=skips):
            continue
        yield (
            day,
            firm.code,
            firm.name,
            "是" if is_open else "否",
            _on_site(firm, day=day, chance=chance) if is_open else 0,
            firm.staff,
            _trouble(firm, is_open=is_open, lot=lies_low),
        )


def _is_silent(firm: Firm, *, day: dt.date, skips: float) -> bool:
    """Say whether a closed firm sends no report; open ones always do."""
    if firm.group in {"silent", "dark"}:
        return day >= HUSH and (day <= MEETING or skips < 0.6)
    return day < MEETING and skips < 0.03 and firm.group == "shut" and bool(firm.list) and firm.sector < "D"


def _on_site(firm: Firm, *, day: dt.date, chance: random.Random) -> int:
    since = (day - firm.opens).days if firm.opens else 0
    share = min(0.92, 0.28 + 0.3 * (firm.serial * 37 % 100) / 100 + 0.03 * since + 0.02 * chance.random())
    return ON_SITE.get(firm.part, max(3, round(firm.staff * share)))


def _trouble(firm: Firm, *, is_open: bool, lot: float) -> str:
    if firm.part == "supply_chain":
        return "产业链联动难"
    limit = 0.18 if is_open else 0.55
    return TROUBLES[int(lot / limit * len(TROUBLES))] if lot < limit else ""


def visits(county: County, *, industry: Sequence[Firm]) -> list[Load]:
    """Write the officers' day sheets."""
    chance = county.chance("visits")
    officers = {block.code: f"officer-{block.login}" for block in county.blocks}
    early = [_early(day, firms=industry, chance=chance) for day in days(dt.date(2020, 2, 12), HUSH)]
    rows = _last_three(industry, chance=chance) | _after(industry, chance=chance)

    def sheet(path: str, found: Sequence[tuple[dt.date, Firm, bool, int]], known: str) -> Load:
        lines: list[Row] = [
            (day.isoformat(), firm.code, officers[firm.township], int(is_open), count)
            for day, firm, is_open, count in found
        ]
        return Load("visits", Sheet(path, VISIT_HEADS, lines, encoding="utf-8-sig"), known)

    past = [visit for day in early for visit in day]
    return [sheet("2020-02-15/驻企服务员走访记录(12至15日).csv", past, "2020-02-15T17:40")] + [
        sheet(f"{day}/驻企服务员走访记录.csv", found, f"{day}T17:40") for day, found in sorted(rows.items())
    ]


Visit = tuple[dt.date, Firm, bool, int]


def _met(firm: Firm, *, day: dt.date, chance: random.Random) -> Visit:
    """Tell what an officer finds in a firm that works."""
    return day, firm, True, max(3, round(firm.staff * chance.uniform(0.3, 0.75)))


def _early(day: dt.date, *, firms: Sequence[Firm], chance: random.Random) -> list[Visit]:
    ready = [firm for firm in firms if firm.group == "seen" and firm.opens and firm.opens <= day]
    return [_met(firm, day=day, chance=chance) for firm in chance.sample(ready, 24)]


def _last_three(firms: Sequence[Firm], *, chance: random.Random) -> dict[dt.date, list[Visit]]:
    """Visit 251 of the 329 from the 16th to the 18th: 248 that work, and 3 of the unseen that do not."""
    seen = [firm for firm in firms if firm.group == "seen" and firm.part != "idle"]
    unseen = [firm for firm in firms if firm.group == "unseen" and firm.part != "carver"]
    out: dict[dt.date, list[Visit]] = {day: [] for day in days(MEETING - dt.timedelta(2), MEETING)}
    for firm in chance.sample(seen, SEEN_VISITED):
        day = chance.choice([day for day in out if firm.opens and day >= firm.opens])
        out[day].append(_met(firm, day=day, chance=chance))
    for firm in chance.sample(unseen, UNSEEN_VISITED):
        out[MEETING].append((MEETING, firm, False, 0))
    return out


def _after(firms: Sequence[Firm], *, chance: random.Random) -> dict[dt.date, list[Visit]]:
    """Visit after the meeting: on the 19th first the firms that power does not see, and the idle plant."""
    out: dict[dt.date, list[Visit]] = {}
    for day in days(MEETING + dt.timedelta(1), LAST):
        ready = [
            f for f in firms if f.powers and f.opens and f.opens <= day and f.powers <= day and not f.part
        ]
        out[day] = [_met(firm, day=day, chance=chance) for firm in chance.sample(ready, 84)]
        met = {firm.code for _, firm, _, _ in out[day]}
        if day > MEETING + dt.timedelta(1):
            continue
        for firm in firms:
            if firm.group == "unseen" and firm.code not in met:
                works = chance.random() < 0.4 and firm.part != "carver"
                out[day].append((day, firm, works, round(firm.staff * 0.2) if works else 0))
            if firm.part == "idle":
                out[day].append((day, firm, False, 9))
    return out


def project_reports(county: County, *, projects: Sequence[Project]) -> list[Load]:
    """Write the builders' sheets; new projects report as well and count nowhere."""
    chance = county.chance("project reports")
    shares = {project.code: chance.uniform(0.3, 0.7) for project in projects}
    by_day: dict[dt.date, list[Row]] = {
        day: [_project(p, day=day, share=shares[p.code]) for p in projects]
        for day in days(FIRST_REPORT, LAST)
    }
    eve = MEETING - dt.timedelta(1)
    past = [row for day in days(FIRST_REPORT, eve) for row in by_day[day]]
    first = _project_sheet(f"{eve}/重点项目复工情况(10至17日).xlsx", past, known=f"{eve}T16:50")
    return [first] + [
        _project_sheet(f"{day}/重点项目复工情况.xlsx", by_day[day], known=f"{day}T16:50")
        for day in days(MEETING, LAST)
    ]


def _project(project: Project, *, day: dt.date, share: float) -> Row:
    is_open: Cell = "否"
    on_site, reason = 0, "省外工人未到" if project.kind == "续建" else "未到开工日期"
    if project.opens and project.opens <= day:
        is_open, on_site, reason = "是", round(project.workers * share), ""
    if is_open == "是" and project.part == "people":
        on_site, reason = 40, "缺人"
    if project.kind == "新建" and project.code.endswith("5"):
        is_open, on_site, reason = "是", 12, ""
    return (project.code, day, is_open, on_site, reason)


def _project_sheet(path: str, rows: list[Row], *, known: str) -> Load:
    title = ("重点建设项目复工情况(演练)", "填报单位: 发改条线   时间截至当日16时")
    notes = ("注: 新建项目不计入续建项目复工率。",)
    return Load("project_reports", Sheet(path, PROJECT_HEADS, rows, title=title, notes=notes), known)
