"""Rosters as people keep them: valid records written in odd layouts, from the issue's words and nothing of the product.

A `Page` is what a clerk sees: texts, numbers and days in cells, merged ranges, hidden rows. `odd_page` writes records so;
the writers below turn a page into files.
"""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import openpyxl

Cell = str | int | float | date | None
Record = dict[str, str | int | date | None]

TODAY = date(2020, 2, 18)
EPOCH = date(1899, 12, 30)
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WIDE = str.maketrans("0123456789ABCDEFGHJKLMNPQRTUWXY,", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19" + "".join(chr(ord(c) + 0xFEE0) for c in "ABCDEFGHJKLMNPQRTUWXY") + "\uff0c")  # fmt: skip
TOWNS = ["横店镇", "南马镇", "白云街道", "三单乡", "示例镇"]

HEADINGS: dict[str, dict[str, list[tuple[str, ...]]]] = {
    "enterprises": {
        "name": [("企业名称",), ("单位名称",), ("Company Name",), ("企业", "名称")],
        "credit_code": [("统一社会信用代码",), ("统一社会", "信用代码"), ("USCC",), ("统一社会信用代吗",)],
        "township": [("镇街",), ("所属镇街",), ("镇乡街道",), ("Township",)],
        "sector": [("行业",), ("行业代码",), ("Industry Code",)],
        "contact": [("联系人",), ("联系人", "姓名"), ("Contact Person",)],
        "mobile": [("手机",), ("联系电话",), ("联系人", "手机"), ("Mobile No.",)],
        "normal_staff": [("正常用工",), ("职工人数",), ("Headcount",)],
    },
    "residents": {
        "name": [("姓名",), ("Full Name",), ("居民姓名",)],
        "id_number": [("身份证号",), ("公民身份号码",), ("身份证", "号码"), ("ID No.",)],
        "mobile": [("手机号码",), ("联系方式",), ("Phone",)],
        "village": [("村社区",), ("所在村",), ("Village",)],
        "address": [("住址",), ("现住址",), ("详细地址",), ("Home Address",)],
        "household_no": [("户号",), ("户编号",), ("Household No.",)],
    },
    "workers": {
        "name": [("姓名",), ("员工姓名",), ("Worker Name",)],
        "id_number": [("身份证号码",), ("证件号码",), ("ID Card Number",), ("身分证号",)],
        "mobile": [("手机",), ("联系电话",), ("Mobile Phone",)],
        "credit_code": [("统一社会信用代码",), ("信用代码",), ("Employer Credit Code",)],
        "origin": [("来源地",), ("从何地来",), ("From",)],
        "returned_on": [("返回日期",), ("返岗时间",), ("Date of Return",)],
    },
    "projects": {
        "code": [("项目编号",), ("项目代码",), ("Project No.",)],
        "name": [("项目名称",), ("工程名称",), ("Project Name",)],
        "level": [("级别",), ("项目级别",), ("Project Level",)],
        "kind": [("类别",), ("建设性质",), ("Project Type",)],
        "township": [("镇街",), ("所在镇街",), ("Town",)],
        "workers_normal": [("正常用工",), ("正常施工人数",), ("Normal Workers",)],
    },
}
GROUPS = ["基本信息", "登记情况", "人员情况", "疫情防控", "Particulars"]
STRANGE = ["经办科室", "本周走访次数", "Colour", "档案柜"]


@dataclass
class Page:
    """What stands on a sheet: rows of cells, merged ranges (first row, first column, last row, last column), hidden rows."""

    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    head: int = 0


def credit_code(chance: random.Random) -> str:
    """Make a right code: GB 32100-2015 around GB 11714."""
    body = "MA" + "".join(chance.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(6))
    total = sum(w * int(c, 36) for w, c in zip((3, 7, 9, 10, 5, 8, 4, 2), body, strict=True))
    code = "91330799" + body + "0123456789X"[(11 - total % 11) % 11]
    total = sum(CREDIT.index(c) * pow(3, i, 31) for i, c in enumerate(code))
    return code + CREDIT[(31 - total % 31) % 31]


def id_number(chance: random.Random) -> str:
    """Make a right number: GB 11643-1999."""
    born = date(1940, 1, 1) + timedelta(days=chance.randrange(25_000))
    head = f"330799{born:%Y%m%d}{chance.randrange(1000):03d}"
    total = sum(w * int(c) for w, c in zip((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), head, strict=True))  # fmt: skip
    return head + "10X98765432"[total % 11]


def records(chance: random.Random, kind: str, count: int) -> list[Record]:
    """Make valid records of a kind, each another."""
    make = {"enterprises": _firm, "residents": _resident, "workers": _worker, "projects": _project}[kind]
    return [make(chance, i) for i in range(count)]


def _mobile(chance: random.Random) -> str | None:
    return chance.choice([None, f"1{chance.randint(3, 9)}{chance.randrange(10**9):09d}"])


def _count(chance: random.Random) -> int | None:
    return chance.choice([None, chance.randrange(100_000)])


def _firm(chance: random.Random, i: int) -> Record:
    return {
        "name": f"示例{i}{chance.choice(['纺织有限公司', '(注)塑料厂', ' Paper Co.'])}",
        "credit_code": credit_code(chance), "township": chance.choice(TOWNS), "mobile": _mobile(chance),
        "sector": chance.choice([None, "C17", "1712", "C"]), "contact": chance.choice([None, "演练-王某"]),
        "normal_staff": _count(chance),
    }  # fmt: skip


def _resident(chance: random.Random, i: int) -> Record:
    return {
        "name": f"演练-{chance.choice('赵钱孙李')}{i}", "id_number": id_number(chance), "mobile": _mobile(chance),
        "village": chance.choice(["前山村", "东街社区"]), "address": f"前山村{i}弄{i + 3}号",
        "household_no": chance.choice([None, f"H-{i // 3}"]),
    }  # fmt: skip


def _worker(chance: random.Random, i: int) -> Record:
    return {
        "name": f"演练-{chance.choice('周吴郑王')}{i}", "id_number": id_number(chance), "mobile": _mobile(chance),
        "credit_code": credit_code(chance), "origin": chance.choice([None, "示例省示例市"]),
        "returned_on": chance.choice([None, TODAY - timedelta(days=chance.randrange(60))]),
    }  # fmt: skip


def _project(chance: random.Random, i: int) -> Record:
    return {
        "code": f"XM-{i:03d}", "name": f"示例工程{i}标段", "level": chance.choice([None, "省重点"]),
        "kind": chance.choice(["continued", "new"]), "township": chance.choice(TOWNS),
        "workers_normal": _count(chance),
    }  # fmt: skip


def odd_page(chance: random.Random, kind: str, rows: Sequence[Record], *, is_flat: bool = False) -> Page:
    """Write records as a clerk might: titles, merged headings, shuffled and blank columns, odd values, notes.

    Args:
        chance: Decides everything.
        kind: The kind of roster.
        rows: The records.
        is_flat: Nothing is merged or hidden, as in a CSV.
    """
    page = Page()
    fields = list(HEADINGS[kind])
    if not is_flat and "township" in fields and chance.random() < 0.3:
        rows = sorted(rows, key=lambda r: str(r["township"]))
        is_grouped = True
    else:
        is_grouped = False
    optional = [f for f in fields if all(r[f] is None for r in rows)]
    chance.shuffle(fields)
    columns: list[str | None] = [f for f in fields if f not in optional or chance.random() < 0.5]
    for strange in chance.sample(STRANGE, chance.randrange(3)):
        columns.insert(chance.randrange(len(columns) + 1), f"?{strange}")
    if chance.random() < 0.4:
        columns.insert(0, "?序号")
    for _ in range(chance.randrange(3)):
        columns.insert(chance.randrange(len(columns) + 1), None)
    _titles(chance, page, len(columns), is_flat)
    heading = _heading(chance, page, kind, columns, is_flat)
    first = len(page.rows)
    for i, record in enumerate(rows):
        if chance.random() < 0.05:
            page.rows.append([None] * len(columns))
        if chance.random() < 0.05 and not is_grouped:
            page.rows += [list(r) for r in heading]
        page.rows.append([_written(chance, record, c, i) for c in columns])
        if not is_flat and chance.random() < 0.05:
            page.hidden.append(len(page.rows) - 1)
    if is_grouped:
        _merge_towns(page, columns.index("township"), first, rows)
    _below(chance, page, columns)
    return page


def _titles(chance: random.Random, page: Page, width: int, is_flat: bool) -> None:
    for _ in range(chance.randrange(3)):
        page.rows.append([chance.choice(["2020年名册(演练)", "附件1", "关于报送名单的通知"])])
        if not is_flat and width > 1 and chance.random() < 0.6:
            page.merged.append((len(page.rows) - 1, 0, len(page.rows) - 1, width - 1))
    if chance.random() < 0.3:
        page.rows.append(["填报单位:示例办公室", None, "2020年2月18日"])
    if chance.random() < 0.2:
        page.rows.append([])


def _heading(
    chance: random.Random, page: Page, kind: str, columns: Sequence[str | None], is_flat: bool
) -> list[list[Cell]]:
    paths: list[tuple[str, ...]] = []
    is_tall = chance.random() < 0.5
    for c in columns:
        if c is None:
            paths.append(())
        elif c.startswith("?"):
            paths.append((c[1:],))
        else:
            some = [p for p in HEADINGS[kind][c] if is_tall or len(p) == 1]
            paths.append(tuple(_decorated(chance, t) for t in chance.choice(some)))
    height = max(map(len, paths))
    if is_tall and chance.random() < 0.5:
        _group(chance, paths)
        height = max(map(len, paths))
    if height < 3 and is_tall and chance.random() < 0.2 and not is_flat:
        height += 1
    begin = len(page.rows)
    rows: list[list[Cell]] = [[None] * len(columns) for _ in range(height)]
    for c, path in enumerate(paths):
        for i, text in enumerate(path):
            left = (
                c
                and len(paths[c - 1]) > i + 1
                and paths[c - 1][: i + 1] == path[: i + 1]
                and len(path) > i + 1
            )
            rows[i][c] = None if left else text
        if path and len(path) < height:
            if is_flat:
                continue
            page.merged.append((begin + len(path) - 1, c, begin + height - 1, c))
    if not is_flat:
        _merge_groups(page, paths, begin)
    page.rows += rows
    page.head = begin + height - 1 if any(rows[-1]) or not is_flat else begin + max(i for i, r in enumerate(rows) if any(r))  # fmt: skip
    return rows


def _group(chance: random.Random, paths: list[tuple[str, ...]]) -> None:
    begin = chance.randrange(len(paths))
    name = chance.choice(GROUPS)
    some = range(begin, min(len(paths), begin + chance.randint(2, 4)))
    if len(some) > 1 and all(0 < len(paths[c]) < 3 for c in some):
        for c in some:
            paths[c] = (name, *paths[c])


def _merge_groups(page: Page, paths: Sequence[tuple[str, ...]], begin: int) -> None:
    for level in range(2):
        c = 0
        while c < len(paths):
            end = c
            while (
                end + 1 < len(paths)
                and len(paths[c]) > level + 1
                and len(paths[end + 1]) > level + 1
                and paths[end + 1][: level + 1] == paths[c][: level + 1]
            ):
                end += 1
            if end > c:
                page.merged.append((begin + level, c, begin + level, end))
            c = end + 1


def _decorated(chance: random.Random, text: str) -> str:
    ways = [text, text, f"{text}*", f" {text} ", f"{text}(必填)", f"{text}\uff1a", f"*{text}"]
    if not text.isascii():
        ways += [
            " ".join(text) if len(text) <= 3 else text[:2] + "\n" + text[2:],
            f"{text}\uff08\u5fc5\u586b\uff09",
        ]
    return chance.choice(ways)


def _written(chance: random.Random, record: Record, column: str | None, i: int) -> Cell:
    if column is None:
        return None
    if column == "?序号":
        return i + 1
    if column.startswith("?"):
        return chance.choice([None, "甲", 7])
    value = record[column]
    if value is None:
        return chance.choice([None, None, " "])
    if column == "returned_on":
        return _day(chance, value)  # type: ignore[arg-type]
    return chance.choice(_ways(column, value))


def _ways(column: str, value: str | int | date) -> list[Cell]:
    """Return the ways in which people write a value."""
    match column:
        case "normal_staff" | "workers_normal":
            n = int(str(value))
            return [n, str(n), f"{n:,}", str(n).translate(WIDE), f" {n}\n", f"{n}.0", float(n)]
        case "mobile":
            m = str(value)
            return [m, int(m), f"{m[:3]} {m[3:7]} {m[7:]}", f"{m[:3]}-{m[3:7]}-{m[7:]}", f"+86{m}", m.translate(WIDE), f"{m} "]  # fmt: skip
        case "credit_code" | "id_number":
            return [str(value), str(value), str(value).lower(), f"{value}\n", f" {value}", f"{str(value)[:6]} {str(value)[6:]}", str(value).translate(WIDE)]  # fmt: skip
        case "kind":
            return {"continued": ["续建", "continued", " 续建"], "new": ["新建", "new", "New"]}[str(value)]  # type: ignore[return-value]
        case _:
            return [str(value), str(value), f"{value} ", f"\n{value}", f"\u3000{value}"]


def _day(chance: random.Random, day: date) -> Cell:
    y, m, d = day.year, day.month, day.day
    return chance.choice(
        [
            day, (day - EPOCH).days, f"{y}.{m}.{d}", f"{y}/{m}/{d}", f"{y}-{m:02d}-{d:02d}", f"{y}{m:02d}{d:02d}",
            f"{y}年{m}月{d}日", f"{m}月{d}日", f"{m}月{d}号", f"{y % 100}.{m}.{d}", f"{y}-{m}-{d} 00:00:00",
            f"{y}.{m}.{d}".translate(WIDE), f" {y}/{m}/{d} ", str((day - EPOCH).days),
        ]
    )  # fmt: skip


def _merge_towns(page: Page, column: int, first: int, rows: Sequence[Record]) -> None:
    """Merge the cells of a run of equal townships that stand right below each other, and leave the value in the first."""
    at = [i for i in range(first, len(page.rows)) if any(v is not None for v in page.rows[i])]
    begin = 0
    for i in range(1, len(at) + 1):
        is_on = i < len(at) and at[i] == at[i - 1] + 1 and rows[i]["township"] == rows[begin]["township"]
        if is_on:
            continue
        if i - begin > 1:
            page.merged.append((at[begin], column, at[i - 1], column))
            for j in range(begin + 1, i):
                page.rows[at[j]][column] = None
        begin = i


def _below(chance: random.Random, page: Page, columns: Sequence[str | None]) -> None:
    for _ in range(chance.randrange(3)):
        page.rows.append([])
    ways: list[list[Cell]] = [
        ["合计", *[None] * (len(columns) - 2), 1234],
        ["注:以上数据截至2月18日18时"],
        ["Note: as of 18 February"],
        ["填表人:演练-王某", None, "审核人:演练-李某"],
        ["", "制表单位(盖章)"],
        ["说明:空格表示未知。请核对"],
    ]
    page.rows += chance.sample(ways, chance.randrange(4))


def as_text(cell: Cell) -> str:
    """Write a cell as a CSV has it."""
    if cell is None:
        return ""
    return f"{cell:%Y-%m-%d}" if isinstance(cell, date) else str(cell)


def to_csv(page: Page, path: Path, chance: random.Random) -> None:
    """Write a page as text: UTF-8 with or without mark, GB18030; comma, tab or semicolon."""
    out = io.StringIO()
    csv.writer(out, delimiter=chance.choice(",\t;"), lineterminator=chance.choice(["\n", "\r\n"])).writerows(
        [as_text(c) for c in row] for row in page.rows
    )
    path.write_bytes(out.getvalue().encode(chance.choice(["utf-8", "utf-8-sig", "gb18030"])))


def to_xlsx(page: Page, path: Path) -> None:
    """Write a page as a workbook."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for r, row in enumerate(page.rows, 1):
        for c, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(r, c, value)
    for top, left, bottom, right in page.merged:
        sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    for row in page.hidden:
        sheet.row_dimensions[row + 1].hidden = True
    book.save(path)
