"""Rosters: how fast a list is read and fully checked, beside openpyxl that merely reads the same file.

Run: `python bench/rosters.py [ROWS] [REPEATS]`; one JSON line. Runs are interleaved, the medians are compared; ours
starts its child process each time, as a load does. The file is written here (seed 0): 12 columns, titles and notes.
Above 200,000 rows only ours is run, whose child may use 1 GiB of address space: it would end if it needed more.
"""

import json
import random
import resource
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import openpyxl
import xlsxwriter

from twofront.core import ids
from twofront.core.sheets import Field, check, find_table
from twofront.ground.reader import LARGE, SMALL, read

FIELDS = [
    Field("name", "姓名", required=True),
    Field("id_number", "身份证号", "id_number", required=True),
    Field("mobile", "手机号", "mobile"),
    Field("credit_code", "统一社会信用代码", "credit_code", required=True),
    Field("township", "乡镇", "township", required=True),
    Field("sector", "行业", "sector"),
    Field("origin", "来源地"),
    Field("returned_on", "返回日期", "date"),
    Field("staff", "人数", "int", low=0),
    Field("is_open", "已开工", "bool"),
    Field("kwh", "用电量", "number"),
    Field("remark", "说明"),
]
TOWNS = {f"示例{i}镇": f"330799{i:03d}" for i in range(18)}


def main() -> None:
    """Write the file, read it in turns, and print the medians."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        _write(path, rows)
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(repeats):
            ours.append(_timed(lambda: _check(path, rows)))
            if rows <= 200_000:
                theirs.append(_timed(lambda: _merely_read(path)))
        figures = {
            "rows": rows,
            "columns": len(FIELDS),
            "file_mb": path.stat().st_size / 1e6,
            "ours_s": statistics.median(ours),
            "child_limit_mib": (LARGE if rows > 200_000 else SMALL).memory_mib,
            "child_peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            "parent_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        if theirs:
            figures["openpyxl_s"] = statistics.median(theirs)
            figures["times"] = figures["openpyxl_s"] / figures["ours_s"]
    print(json.dumps(figures))


def _timed(run: object) -> float:
    begin = time.perf_counter()
    run()  # type: ignore[operator]
    return time.perf_counter() - begin


def _check(path: Path, rows: int) -> None:
    grid = read(path)
    done = check(
        grid,
        find_table(grid, FIELDS),
        FIELDS,
        key=["id_number"],
        lookups={"township": TOWNS},
        today=date(2020, 2, 18),
    )
    if (done.read, done.rejected.size) != (rows, 0):
        raise SystemExit(
            f"read {done.read} of {rows} rows, rejected {done.rejected.size}: {done.reasons()[:3]}"
        )


def _merely_read(path: Path) -> None:
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    for _ in sheet.iter_rows(values_only=True):
        pass


def _write(path: Path, rows: int) -> None:
    chance = random.Random(0)
    towns = list(TOWNS)
    book = xlsxwriter.Workbook(path, {"constant_memory": rows > 200_000})
    sheet, day = book.add_worksheet("名单"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_string(0, 0, "返岗员工名单(演练)")
    sheet.write_row(1, 0, [f.zh for f in FIELDS])
    for i in range(rows):
        texts = [
            f"演练-{i}",
            _id_number(i),
            f"154{i:08d}",
            _credit_code(i % 5000),
            chance.choice(towns),
            "C3911",
        ]
        sheet.write_row(i + 2, 0, [*texts, f"示例省示例市{i % 997}号"])
        sheet.write_datetime(i + 2, 7, date(2020, 1, 1 + i % 31), day)
        sheet.write_row(
            i + 2, 8, [chance.randrange(500), "是", round(chance.random() * 1000, 3), f"说明{i % 50}"]
        )
    sheet.write_string(rows + 3, 0, "注:演练数据")
    book.close()


def _id_number(i: int) -> str:
    days = 28 * 12 * 60
    born, serial = i % days, i // days
    head = f"330799{1940 + born // 336}{born // 28 % 12 + 1:02d}{born % 28 + 1:02d}{serial:03d}"
    return head + (ids.id_number(f"{head}0").expected or "0")


def _credit_code(i: int) -> str:
    body = f"MA{i:06d}"
    body += ids.organisation_code(f"{body}0").expected or "0"
    return f"91330799{body}{ids.credit_code(f'91330799{body}0').expected or '0'}"


if __name__ == "__main__":
    main()
