"""The survey of dwellings (摸排): how many of each village are done by the evening of each day.

One law: the table fixes each block's sum by day; chance only shares it out among the villages, never down.
"""

import datetime as dt
from collections.abc import Sequence

from county import Block, County, share_out, table
from files import Row, Sheet
from plan import Load
from register import EXAMPLE_VILLAGE

HEADS = ("日期", "村社区", "户数", "已完成")
SLOWEST = 9
EXAMPLE_SIZE = 188
EXAMPLE_DONE = (0, 0, 31, 52, 80, 120)
LATE = {"330783118": "21:40", "330783123": "23:30", "330783201": "23:10"}
WRONG_BLOCK = "330783106"


def loads(county: County) -> list[Load]:
    """Write the sheet of each evening; on the last one three blocks report by themselves, and later.

    On the 17th and 18th 巍山 counts the dwellings of three villages too high; its own sheet of 18:25 sets both right.
    """
    done = _done(county)
    size = _dwellings(county)
    days = [dt.date.fromisoformat(key) for key in table("survey")[0] if key != "code"]
    wrong = _counted_twice(county, done=done, size=size)
    out = []
    for n, day in enumerate(days):
        late = LATE if day == days[-1] else {}
        codes = [code for code, _ in county.villages if code[:9] not in late]
        rows: list[Row] = [
            (day, code, size[code], done[code][n] + wrong.get((code, day), 0)) for code in codes
        ]
        out.append(_evening(f"{day}/入户摸排进度表.xlsx", day=day, rows=rows, clock="17:50"))
        for block in (block for block in county.blocks if block.code in late):
            rows = [(day, code, size[code], done[code][n]) for code in county.villages_of(block.code)]
            path = f"{day}/入户摸排进度表-{block.name}.xlsx"
            out.append(_evening(path, day=day, rows=rows, clock=late[block.code]))
    places = {code: n for n, code in enumerate(size)}
    mend: list[Row] = [
        (day.isoformat(), code, size[code], done[code][days.index(day)])
        for code, day in sorted(wrong, key=lambda key: (key[1], places[key[0]]))
    ]
    sheet = Sheet("2020-02-18/巍山镇摸排数据更正.csv", HEADS, mend, encoding="gb18030")
    out.append(Load("coverage", sheet, "2020-02-18T18:25", by="weishan"))
    return out


def _evening(path: str, *, day: dt.date, rows: list[Row], clock: str) -> Load:
    sheet = Sheet(
        path,
        HEADS,
        rows,
        title=(f"入户摸排进度表(演练) {day.month}月{day.day}日", "已完成为截至当日的累计数, 单位: 户"),
        notes=("填表人: 指挥部办公室 演练-吴某甲",),
    )
    return Load("coverage", sheet, f"{day}T{clock}")


def _dwellings(county: County) -> dict[str, int]:
    """Share each block's dwellings out among its villages; the example village has the story's number."""
    chance = county.chance("dwellings")
    out: dict[str, int] = {}
    for block in county.blocks:
        codes = county.villages_of(block.code)
        free = [code for code in codes if code != EXAMPLE_VILLAGE]
        total = block.numbers["dwellings"] - (EXAMPLE_SIZE if len(free) < len(codes) else 0)
        floor = total // len(free) // 3
        extra = share_out(
            total - floor * len(free),
            weights=[chance.lognormvariate(0, 0.5) for _ in free],
            room=[total] * len(free),
        )
        sizes = dict(zip(free, (floor + e for e in extra), strict=True))
        out |= {code: sizes.get(code, EXAMPLE_SIZE) for code in codes}
    return out


def _done(county: County) -> dict[str, list[int]]:
    """Share each block's progress out among its villages, day by day."""
    chance = county.chance("survey")
    size = _dwellings(county)
    sums = {
        row["code"]: [int(value) for key, value in row.items() if key != "code"] for row in table("survey")
    }
    out: dict[str, list[int]] = {}
    for block in county.blocks:
        codes = county.villages_of(block.code)
        paces = {code: size[code] * chance.uniform(0.55, 1.45) for code in codes}
        out |= {code: [] for code in codes}
        for n, total in enumerate(sums[block.code]):
            _add_day(out, codes=codes, size=size, paces=paces, total=total, fixed=_fixed(codes, n=n))
        _leave_open(out, block=block, codes=codes, size=size, total=sums[block.code][-1])
    return out


def _fixed(codes: Sequence[str], *, n: int) -> dict[str, int]:
    return {EXAMPLE_VILLAGE: EXAMPLE_DONE[n]} if EXAMPLE_VILLAGE in codes else {}


def _add_day(
    out: dict[str, list[int]],
    *,
    codes: Sequence[str],
    size: dict[str, int],
    paces: dict[str, float],
    total: int,
    fixed: dict[str, int],
) -> None:
    """Append one day's cumulative count to each village, so that the block's sum is the table's."""
    free = [code for code in codes if code not in fixed]
    before = {code: out[code][-1] if out[code] else 0 for code in free}
    step = share_out(
        total - sum(fixed.values()) - sum(before.values()),
        weights=[paces[code] for code in free],
        room=[size[code] - before[code] for code in free],
    )
    for code, more in zip(free, step, strict=True):
        out[code].append(before[code] + more)
    for code, value in fixed.items():
        out[code].append(value)


def _leave_open(
    out: dict[str, list[int]], *, block: Block, codes: Sequence[str], size: dict[str, int], total: int
) -> None:
    """Move what a block leaves open on the last day to its slowest villages."""
    rest = block.numbers["dwellings"] - total
    if not rest or EXAMPLE_VILLAGE in codes:
        return
    slow = sorted(codes, key=lambda code: (out[code][-2] / size[code], code))[:SLOWEST]
    room = [size[code] - out[code][-2] for code in slow]
    left = dict(zip(slow, share_out(rest, weights=[float(r) for r in room], room=room), strict=True))
    for code in codes:
        out[code][-1] = size[code] - left.get(code, 0)


def _counted_twice(
    county: County, *, done: dict[str, list[int]], size: dict[str, int]
) -> dict[tuple[str, dt.date], int]:
    """Say by how much the first sheets of the 17th and 18th are too high, by village and day."""
    codes = sorted(county.villages_of(WRONG_BLOCK), key=lambda code: (done[code][2] - size[code], code))[:3]
    out = {}
    for code in codes:
        out[code, dt.date(2020, 2, 17)] = done[code][1] // 3 + 1
        out[code, dt.date(2020, 2, 18)] = min(done[code][2] // 2 + 7, size[code] - done[code][2])
    return out
