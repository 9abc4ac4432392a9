"""The power company's sheets: which meter belongs to which firm, and what each read on each meter day.

One law: no result is written. The one factor of the county is solved so that the definition of the index, applied to
the very numbers in the sheets, gives the energy share of the story.
"""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import curves
from cast import Firm
from county import LAST, MEETING, County, days
from files import Row, Sheet
from plan import Load

FIRST = curves.BASELINE[0]
HISTORY_TO = dt.date(2020, 2, 14)
ENERGY_SHARE = 36.3
THRESHOLD = 0.30
SHARES = (0.6, 0.4)
STUCK = (dt.date(2020, 2, 10), MEETING)
DARK = (dt.date(2020, 2, 17), MEETING)
SWAPPED = dt.date(2020, 2, 6)
CURVES = {"idle": "flat", "cold_store": "steady", "furnace": "steady", "plain": "shift"}


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter (电表) of one firm or, with shares, of two; `weight` is its part of the firm's use."""

    number: str
    firms: tuple[Firm, ...]
    shares: tuple[float, ...] = (1.0,)
    weight: float = 1.0
    first: dt.date = dt.date(2020, 1, 1)
    last: dt.date | None = None


@dataclass(slots=True)
class Grid:
    """All readings: by meter, then by day; a missing one is not there."""

    meters: Sequence[Meter]
    read: dict[str, dict[dt.date, float]] = field(default_factory=dict)


def connect(firms: Sequence[Firm], *, chance: random.Random) -> list[Meter]:
    """Give each firm its meter; thirty have two, two share one, one small firm's was changed in February."""
    listed = [firm for firm in firms if firm.list and not firm.part]
    pair = tuple([firm for firm in listed if firm.group == "shut" and firm.opens is None][:2])
    twice = {
        firm.serial for firm in chance.sample([f for f in listed if f not in pair and f.group != "dark"], 30)
    }
    changed = next(firm for firm in firms if not firm.list)
    out: list[Meter] = [Meter(_number(0), pair, shares=SHARES)]
    for firm in firms:
        if firm in pair:
            continue
        if firm.serial in twice:
            weight = round(chance.uniform(0.5, 0.85), 2)
            out += [
                Meter(_number(len(out)), (firm,), weight=weight),
                Meter(_number(len(out) + 1), (firm,), weight=1 - weight),
            ]
        elif firm is changed:
            out.append(Meter(_number(len(out)), (firm,), last=SWAPPED - dt.timedelta(1)))
            out.append(Meter(_number(len(out)), (firm,), first=SWAPPED))
        else:
            out.append(Meter(_number(len(out)), (firm,)))
    return out


def _number(serial: int) -> str:
    return f"99{serial * 104_729 % 10**8:08d}"


def read(meters: Sequence[Meter], *, sizes: Mapping[int, curves.Curve], county: County) -> Grid:
    """Read every meter on every day, with the faults that meters have, and with the factor that is solved."""
    grid = Grid(meters)
    chance = county.chance("baseline days")
    for meter in meters:
        size = sum(sizes[firm.serial].size for firm in meter.firms) * meter.weight
        grid.read[meter.number] = {
            day: round(size * chance.uniform(0.93, 1.07) * curves.weekday(day), 2)
            for day in days(*curves.BASELINE)
        }
    means = {number: sum(row.values()) / len(row) for number, row in grid.read.items()}
    factor = _solve(meters, sizes=sizes, means=means)
    noise = county.chance("noise")
    for meter in meters:
        row = grid.read[meter.number]
        for day in days(curves.BASELINE[1] + dt.timedelta(1), LAST):
            shake = 1.0 if day == MEETING else noise.uniform(0.98, 1.02)
            row[day] = _reading(
                meter, day=day, sizes=sizes, mean=means[meter.number], factor=factor, shake=shake
            )
    _faults(grid, chance=county.chance("faults"))
    return grid


def _reading(
    meter: Meter,
    *,
    day: dt.date,
    sizes: Mapping[int, curves.Curve],
    mean: float,
    factor: float,
    shake: float = 1.0,
) -> float:
    firm = meter.firms[0]
    part = curves.part_of(firm, curve=sizes[firm.serial], day=day, factor=factor)
    return round(part * shake * curves.weekday(day) * mean, 2)


def _solve(
    meters: Sequence[Meter], *, sizes: Mapping[int, curves.Curve], means: Mapping[str, float]
) -> float:
    """Find the factor with which the resumed firms' kWh of the meeting's day are the story's share of the known."""
    known = [meter for meter in meters if meter.firms[0].list and meter.firms[0].group != "dark"]
    base = sum(means[meter.number] for meter in known)
    low, high = 0.5, 2.0
    for _ in range(40):
        factor = (low + high) / 2
        kwh = (
            (
                _reading(meter, day=MEETING, sizes=sizes, mean=means[meter.number], factor=factor),
                means[meter.number],
            )
            for meter in known
        )
        share = 100 * sum(value for value, mean in kwh if value > THRESHOLD * mean) / base
        low, high = (factor, high) if share < ENERGY_SHARE else (low, factor)
    return low


def _faults(grid: Grid, *, chance: random.Random) -> None:
    """Spoil the readings as meters do: gaps, a stuck meter, the dark firms' silence."""
    for meter in grid.meters:
        row = grid.read[meter.number]
        firm = meter.firms[0]
        if firm.part == "stuck_meter":
            for day in days(*STUCK):
                row[day] = row[STUCK[0]]
        gone = set(days(*DARK)) if firm.group == "dark" else set()
        if not firm.part and len(meter.firms) == 1:
            gone |= {day for day in row if day != MEETING and chance.random() < 0.003}
        gone |= {day for day in row if day < meter.first or (meter.last and day > meter.last)}
        for day in gone:
            del row[day]


def loads(county: County, *, industry: Sequence[Firm], small: Sequence[Firm]) -> list[Load]:
    """Write the list of meters, the history, a sheet a day, one late correction, two mornings' curves."""
    firms = [*industry, *small]
    meters = connect(firms, chance=county.chance("meters"))
    sizes = curves.draw(industry, chance=county.chance("curves"))
    sizes |= {s.serial: curves.Curve(20 + s.staff, 0.1, 0.5, 0.8, 4) for s in small}
    grid = read(meters, sizes=sizes, county=county)
    slip = next(
        m.number
        for m in meters
        if m.firms[0].group == "seen" and not m.firms[0].part and HISTORY_TO in grid.read[m.number]
    )
    out = [_owners(meters), _history(grid, slip=slip)]
    for day in days(HISTORY_TO + dt.timedelta(1), LAST):
        rows: list[Row] = [
            (day.isoformat(), m.number, grid.read[m.number][day])
            for m in meters
            if day in grid.read[m.number]
        ]
        out.append(_long(f"{day}/用电日报.csv", rows, known=f"{day}T19:00"))
    right: list[Row] = [(HISTORY_TO.isoformat(), slip, grid.read[slip][HISTORY_TO])]
    out.append(_long("2020-02-16/用电日报更正.csv", right, known="2020-02-16T10:00"))
    return out + [
        _curves(grid, day=day, chance=county.chance(f"curves {day}"))
        for day in (MEETING - dt.timedelta(1), MEETING)
    ]


def _owners(meters: Sequence[Meter]) -> Load:
    rows: list[Row] = [
        (
            meter.number,
            firm.code,
            meter.first.isoformat(),
            share,
            meter.last.isoformat() if meter.last else "",
        )
        for meter in meters
        for firm, share in zip(meter.firms, meter.shares, strict=True)
    ]
    heads = ("户号", "统一社会信用代码", "起", "份额", "止")
    return Load(
        "meters", Sheet("2020-02-10/用电户号对照表.csv", heads, rows, encoding="gb18030"), "2020-02-10T14:00"
    )


def _history(grid: Grid, *, slip: str) -> Load:
    """Write the company's extract in wide form; one cell of its last day is wrong and comes again later."""
    rows: list[Row] = []
    for day in days(FIRST, HISTORY_TO):
        cells: list[float | str] = [grid.read[meter.number].get(day, "") for meter in grid.meters]
        if day == HISTORY_TO:
            at = next(n for n, meter in enumerate(grid.meters) if meter.number == slip)
            cells[at] = round(grid.read[slip][day] / 10, 2)
        rows.append((day.isoformat(), *cells))
    heads = ("record_date", *(meter.number for meter in grid.meters))
    return Load(
        "readings",
        Sheet("2020-02-14/用电历史(1月2日至2月14日).csv", heads, rows),
        "2020-02-14T19:00",
        layout="wide",
    )


def _long(path: str, rows: list[Row], *, known: str) -> Load:
    sheet = Sheet(path, ("日期", "户号", "电量"), rows, encoding="utf-8-sig")
    return Load("readings", sheet, known, layout="long")


def _curves(grid: Grid, *, day: dt.date, chance: random.Random) -> Load:
    """Write the quarter-hours of four meters; each adds up to its meter day, from 18:00 to 18:00."""
    start = dt.datetime(day.year, day.month, day.day, 18) - dt.timedelta(1)  # noqa: DTZ001 - the county's local time, as the sheet has it
    rows: list[Row] = []
    for meter in grid.meters:
        shape = CURVES.get(meter.firms[0].part)
        if shape:
            cut = curves.quarter_hours(grid.read[meter.number][day], shape=shape, chance=chance)
            rows += [
                (f"{start + n * dt.timedelta(minutes=15):%Y-%m-%dT%H:%M}", meter.number, kwh)
                for n, kwh in enumerate(cut)
            ]
    morning = day + dt.timedelta(1)
    sheet = Sheet(f"{morning}/用电曲线(96点).csv", ("time", "meter", "kwh"), rows)
    return Load("readings", sheet, f"{morning}T07:00", layout="interval")
