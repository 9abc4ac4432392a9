"""What the lines state by themselves: cases, closings of a day, published sheets.

One law: a goal's line closes each day in the evening (封账), and a published figure is loaded when it is published;
the province's figures are real and carry their source in the table's document.
"""

import datetime as dt
from itertools import groupby

from county import LAST, County, days, table
from files import Row, Sheet
from plan import Load

CASE_HEADS = ("病例编号", "报告日期", "来源", "上代病例", "镇街")
CLOSING_HEADS = ("日期", "事项", "封账人")
PUBLISHED_HEADS = ("日期", "地区", "来源", "户数比例", "电量比例", "指数", "公式", "发布时间")
FORMULA = "zj_2020_v1"
ZERO_FROM = dt.date(2020, 2, 14)
SURVEY_FROM = dt.date(2020, 2, 16)


def cases() -> list[Load]:
    """Write the health line's list of cases: 18 first, then the last one and an origin found out."""
    out = []
    for known, rows in groupby(table("cases"), key=lambda row: row["known"]):
        lines: list[Row] = [tuple(value for key, value in row.items() if key != "known") for row in rows]
        sheet = Sheet(f"{known[:10]}/确诊病例登记.csv", CASE_HEADS, lines)
        out.append(Load("cases", sheet, known, by="health"))
    return out


def closings() -> list[Load]:
    """Write the closings: the zero goals at 18:00, the full goals at 20:50, on the last day after the last sheet."""
    out = []
    for day in days(ZERO_FROM, LAST):
        zero: list[Row] = [
            (day.isoformat(), goal, "health") for goal in ("zero_imported", "zero_transmitted")
        ]
        path = f"{day}/卫健条线封账.csv"
        out.append(Load("closings", Sheet(path, CLOSING_HEADS, zero), f"{day}T18:00", by="health"))
        if day >= SURVEY_FROM:
            full: list[Row] = [
                (day.isoformat(), "full_coverage", "duty"),
                (day.isoformat(), "full_resumption", "economy"),
            ]
            sheet = Sheet(f"{day}/摸排与复工封账.csv", CLOSING_HEADS, full)
            clock = "20:50" if day < LAST else "23:40"
            out.append(Load("closings", sheet, f"{day}T{clock}"))
    return out


def published(county: County) -> list[Load]:
    """Write the published sheets: the province's own, and beside it what the county's power company says."""
    towards = {"330000": "省电力公司复工电力指数", county.blocks[0].code[:6]: "东阳供电复工电力指数"}
    out = []
    for (known, area), rows in groupby(table("published"), key=lambda row: (row["known"], row["area"])):
        lines: list[Row] = [
            (
                r["date"],
                r["area"],
                r["source"],
                r["firm_share"],
                r["energy_share"],
                r["index"],
                FORMULA,
                known,
            )
            for r in rows
        ]
        sheet = Sheet(f"{known[:10]}/{towards[area]}.csv", PUBLISHED_HEADS, lines)
        out.append(Load("published", sheet, known))
    return out
