"""Invented curves of electricity: how large a firm's baseline is, and what part of it the firm uses on a day.

Shapes follow published and computed figures (a region's load on day 24 after New Year, firms above 30 % of their
baseline), never a real firm's curve. One law: a firm that the cast calls on by power uses more than 0.30 of its
baseline, everybody else less.
"""

import datetime as dt
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from cast import STARTS, Firm
from county import MEETING

BASELINE = (dt.date(2020, 1, 2), dt.date(2020, 1, 15))
EVE = dt.date(2020, 1, 24)
FLOOR = 0.36
CEILING = 0.27
SPREAD = 2.25
MEDIAN_KWH = 520.0
LEAST_KWH = 45.0
WEEKDAY = (1.0, 1.01, 1.0, 1.0, 0.99, 0.96, 0.92)
RESTS = {"carver": 0.06, "idle": 0.06, "cold_store": 0.25, "furnace": 0.25}
# Of the largest firms by rank, those that run on the meeting's day, and since when at the latest, so that no single
# start moves the county's index by much; the others of these ranks are closed.
LARGE = 24
LARGE_FROM = dt.date(2020, 2, 15)
LARGE_ON = frozenset({0, 2, 3, 6, 7, 9, 11, 12, 15, 16, 18, 21})


@dataclass(frozen=True, slots=True)
class Curve:
    """What a firm uses: `size` in kWh a day before, and the parts of it before and after it starts."""

    size: float
    rest: float
    low: float
    high: float
    ramp: int


def draw(firms: Sequence[Firm], *, chance: random.Random) -> dict[int, Curve]:
    """Draw each firm's curve; the sizes are log-normal, the ten largest about half of all."""
    sizes = _sizes(firms, chance=chance)
    out = {}
    for firm in firms:
        rest = chance.uniform(0.02, 0.15) if firm.group != "unseen" else chance.uniform(0.04, CEILING)
        rest = RESTS.get(firm.part, rest)
        low = chance.uniform(0.40, 0.52)
        out[firm.serial] = Curve(
            size=sizes[firm.serial],
            rest=rest,
            low=low,
            high=chance.uniform(0.58, 0.95),
            ramp=chance.randint(3, 8),
        )
    return out


def _sizes(firms: Sequence[Firm], *, chance: random.Random) -> dict[int, float]:
    """Hand the sizes out: fixed ranks of the largest to firms that run or rest, the others by lot."""
    count = len(firms)
    normal = NormalDist()
    ranks = [
        math.exp(SPREAD * normal.inv_cdf(1 - (n + 0.5) / count)) * MEDIAN_KWH + LEAST_KWH
        for n in range(count)
    ]
    plain = [firm for firm in firms if not firm.part and firm.township != "330783201" and firm.list]
    on = [f.serial for f in plain if f.group == "seen" and f.powers and f.powers <= LARGE_FROM]
    off = [firm.serial for firm in plain if firm.group == "shut"]
    chance.shuffle(on)
    chance.shuffle(off)
    out = {(on.pop() if n in LARGE_ON else off.pop()): ranks[n] for n in range(LARGE)}
    rest = [firm.serial for firm in firms if firm.serial not in out]
    chance.shuffle(rest)
    return out | dict(zip(rest, ranks[LARGE:], strict=True))


def part_of(firm: Firm, *, curve: Curve, day: dt.date, factor: float) -> float:
    """Say which part of its baseline a firm uses on a day, before the weekday's share."""
    if day < EVE:
        fade = (day - dt.date(2020, 1, 15)).days / 9
        return 1.0 - fade * (1.0 - curve.rest)
    if firm.part == "carver" and day >= STARTS["carver"]:
        return 0.02
    if firm.part == "idle":
        return 0.41 if day >= STARTS["idle"] else curve.rest
    if firm.powers is None or day < firm.powers:
        return curve.rest
    since = (day - firm.powers).days + 1
    raw = curve.low + (curve.high - curve.low) * min(1.0, since / curve.ramp)
    return max(FLOOR, raw * factor)


def weekday(day: dt.date) -> float:
    """Give the weekday's share of a working day."""
    return 1.0 if day == MEETING else WEEKDAY[day.weekday()]


def quarter_hours(total: float, *, shape: str, chance: random.Random) -> list[float]:
    """Cut a meter day (18:00 to 18:00) into 96 quarters that add up to it exactly, in hundredths of a kWh.

    `flat`: hour by hour within 4 %, the night of 20:00 to 08:00 having 52 %; `steady`: a continuous load; `shift`: one
    shift by day.
    """
    weights = []
    for n in range(96):
        hour = (18 + n // 4) % 24
        by_night = hour >= 20 or hour < 8
        level = {"flat": 1.04 if by_night else 0.96, "steady": 1.0, "shift": 0.15 if by_night else 1.0}[shape]
        weights.append(level * (1.0 if shape == "flat" else chance.uniform(0.9, 1.1)))
    cents = round(total * 100)
    steps = [round(cents * sum(weights[: n + 1]) / sum(weights)) for n in range(96)]
    return [(b - a) / 100 for a, b in zip([0, *steps[:-1]], steps, strict=True)]
