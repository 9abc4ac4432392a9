"""A small reader of the exercise's files, written from the contract alone and knowing nothing of the maker.

It replays the steps of a plan up to a stop and keeps the latest row of each key, with the moment it became known.
"""

import csv
import datetime as dt
import functools
import io
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

HEADINGS = {
    "accounts": "登录名 login 角色 role 单位 unit 条线 line 起 from 止 to 姓名 name 电话 phone",
    "divisions": "代码 code 名称 name 上级 parent",
    "enterprises": "企业名称 name 统一社会信用代码 credit_code 镇街 township 行业 sector 联系人 contact 手机 mobile 名单 lists 正常用工 normal_staff",
    "lists": "成员 member 名单 list 起 from 止 to 原因 reason",
    "meters": "户号 meter 统一社会信用代码 credit_code 起 from 份额 share 止 to",
    "readings": "日期 date 户号 meter 电量 kwh time time meter meter kwh kwh",
    "published": "日期 date 地区 area 来源 source 户数比例 firm_share 电量比例 energy_share 指数 index 公式 formula 发布时间 published_at",
    "reports": "日期 date 统一社会信用代码 credit_code 是否开工 opened 在岗人数 on_site 正常用工 normal_staff 困难 difficulty",
    "visits": "日期 date 统一社会信用代码 credit_code 服务员 officer 是否开工 opened 在岗人数 on_site",
    "projects": "项目编号 code 项目名称 name 级别 level 类别 kind 镇街 township 正常用工 workers_normal",
    "project_reports": "项目编号 code 日期 date 是否复工 resumed 在岗人数 on_site 原因 reason",
    "cases": "病例编号 case_id 报告日期 reported_on 来源 origin 上代病例 source_case 镇街 township",
    "coverage": "日期 date 村社区 village 户数 dwellings 已完成 done",
    "closings": "日期 date 事项 goal 封账人 by",
}
KEYS = {
    "accounts": "login role unit line from",
    "divisions": "code",
    "enterprises": "credit_code",
    "lists": "member list from",
    "meters": "meter credit_code from",
    "readings": "meter date",
    "published": "date area source",
    "reports": "date credit_code",
    "visits": "date credit_code officer",
    "projects": "code",
    "project_reports": "code date",
    "cases": "case_id",
    "coverage": "date village",
    "closings": "date goal",
}
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
Row = dict[str, str]


@dataclass
class Known:
    """What is known at a stop: by kind the latest row of each key, and all values a key has had, with their moments."""

    now: dict[str, dict[tuple[str, ...], Row]] = field(default_factory=lambda: defaultdict(dict))
    past: dict[str, dict[tuple[str, ...], list[tuple[str, Row]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    rejected: list[tuple[str, str]] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    interval: list[Row] = field(default_factory=list)

    def rows(self, kind: str, /, **wanted: str) -> list[Row]:
        """Give the latest rows of a kind that have the wanted values."""
        return [r for r in self.now[kind].values() if all(r[k] == v for k, v in wanted.items())]


def plan(folder: Path) -> dict[str, Any]:
    """Read the plan."""
    return json.loads((folder / "plan.json").read_text(encoding="utf-8"))


def steps(folder: Path, *, stops: int) -> list[dict[str, Any]]:
    """List the steps of the first stops, in their order."""
    return [step for stop in plan(folder)["stops"][:stops] for step in stop["steps"]]


def at_stop(folder: Path, *, stops: int) -> Known:
    """Replay the loads of the first stops."""
    known, seen = Known(), set()
    for step in steps(folder, stops=stops):
        if "publish" in step:
            continue
        data = (folder / step["file"]).read_bytes()
        if (step["kind"], data) in seen:
            known.repeated.append(step["file"])
            continue
        seen.add((step["kind"], data))
        for row in parse(step, data=data):
            _take(known, step=step, row=row)
    return known


def parse(step: dict[str, Any], *, data: bytes) -> list[Row]:
    """Read one file into rows of contract fields; title lines, blank rows and notes are not rows."""
    grid = _sheet(data) if step["file"].endswith(".xlsx") else list(csv.reader(io.StringIO(_text(data))))
    if step["layout"] == "wide":
        head, *lines = grid
        return [
            {"date": line[0], "meter": meter, "kwh": cell}
            for line in lines
            for meter, cell in zip(head[1:], line[1:], strict=True)
            if cell != ""
        ]
    words = HEADINGS[step["kind"]].split()
    fields = dict(zip(words[::2], words[1::2], strict=True))
    top = next(n for n, line in enumerate(grid) if sum(cell in fields for cell in line) >= 3)
    names = [fields.get(cell, "") for cell in grid[top]]
    rows = []
    for line in grid[top + 1 :]:
        if not any(line):
            break
        rows.append({name: cell for name, cell in zip(names, line, strict=True) if name})
    return rows


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


@functools.cache
def _sheet(data: bytes) -> list[list[str]]:
    page = openpyxl.load_workbook(io.BytesIO(data), read_only=True).active
    return [[_cell(value) for value in line] for line in page.iter_rows(values_only=True)]


def _cell(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def _take(known: Known, *, step: dict[str, Any], row: Row) -> None:
    kind = step["kind"]
    if step["layout"] == "interval":
        known.interval.append(row)
        return
    if kind in {"enterprises", "projects"}:
        towns = {d["name"]: code[0] for code, d in known.now["divisions"].items() if len(code[0]) == 9}
        row["township"] = towns.get(row["township"], row["township"])
        if row["township"] not in towns.values():
            known.rejected.append((step["file"], "township"))
            return
    if kind == "enterprises" and not is_credit_code(row["credit_code"]):
        known.rejected.append((step["file"], "credit_code"))
        return
    key = tuple(row[name] for name in KEYS[kind].split())
    known.now[kind][key] = row
    known.past[kind][key].append((step["known"], row))


def is_credit_code(code: str) -> bool:
    """Check a unified social credit code by both of its check characters (GB 32100, GB 11714)."""
    if len(code) != 18 or any(c not in ALPHABET for c in code):
        return False
    body = sum(int(c, 36) * w for c, w in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    ninth = (11 - body % 11) % 11
    total = sum(ALPHABET.index(c) * pow(3, n, 31) for n, c in enumerate(code[:17]))
    return code[16] == "0123456789X"[ninth] and code[17] == ALPHABET[(31 - total % 31) % 31]


def members(known: Known, list_key: str, *, on: str) -> set[str]:
    """List the members of a list that are valid on a day."""
    return {
        r["member"]
        for r in known.rows("lists", list=list_key)
        if r["from"] <= on and (not r["to"] or on <= r["to"])
    }


def is_yes(cell: str) -> bool:
    """Read a boolean as the contract writes it."""
    return {"是": True, "否": False, "1": True, "0": False, "true": True, "false": False}[cell]


def declared(known: Known, list_key: str, *, on: str) -> dict[str, bool | None]:
    """Say for each member whether it declares itself open on a day; None without a report."""
    if list_key == "key_projects":
        told = {r["code"]: is_yes(r["resumed"]) for r in known.rows("project_reports", date=on)}
    else:
        told = {r["credit_code"]: is_yes(r["opened"]) for r in known.rows("reports", date=on)}
    return {member: told.get(member) for member in members(known, list_key, on=on)}


def confirmed(known: Known, *, on: str) -> dict[str, bool]:
    """Say what the latest visit of on-2..on found, by firm."""
    first = (dt.date.fromisoformat(on) - dt.timedelta(2)).isoformat()
    found = {}
    for r in sorted(known.rows("visits"), key=lambda r: r["date"]):
        if first <= r["date"] <= on:
            found[r["credit_code"]] = is_yes(r["opened"])
    return found


def firm_readings(known: Known, *, on: str, firms: set[str]) -> dict[str, float | None]:
    """Add a firm's meters in force up, by share; None if one of them has no reading."""
    owned = defaultdict(list)
    for r in known.rows("meters"):
        if r["from"] <= on and (not r["to"] or on <= r["to"]):
            owned[r["credit_code"]].append((r["meter"], float(r["share"] or 1)))
    out: dict[str, float | None] = {}
    for firm in firms:
        values = [(known.now["readings"].get((meter, on)), share) for meter, share in owned[firm]]
        whole = values and all(row is not None for row, _ in values)
        out[firm] = sum(float(row["kwh"]) * share for row, share in values if row) if whole else None
    return out


def baselines(known: Known, *, firms: set[str]) -> dict[str, float]:
    """Take the mean over the baseline days 2020-01-02 to 2020-01-15 that have a reading."""
    days = [f"2020-01-{n:02d}" for n in range(2, 16)]
    by_day = [firm_readings(known, on=day, firms=firms) for day in days]
    out = {}
    for firm in firms:
        values = [v for day in by_day if (v := day[firm]) is not None]
        out[firm] = sum(values) / len(values)
    return out
