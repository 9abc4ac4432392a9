"""Readiness: with the pace so far, who will have finished by a deadline, and how sure is that?

One law: a forecast carries its uncertainty; with fewer than two days of pace nothing is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Literal

WINDOW = 7  # days of pace that count, the last ones
# Student's t, 90 % point (80 % between minus and plus), by degrees of freedom 1 to 6; any table of statistics
_T90 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440)

Verdict = Literal["will", "may", "will_not", "unknown"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What will be done by a deadline (到位预测): the likely figure, and the range that holds it four times of five."""

    total: int
    done: int
    low: float
    likely: float
    high: float
    verdict: Verdict


def readiness(done: Sequence[int], *, total: int, days_left: int) -> Readiness:
    """Forecast the count done at a deadline from the cumulative count of each day so far.

    The days to come go at the mean pace of the last seven (fewer if there are fewer); the range is that of a sum of future
    days when mean and spread are both estimated from those days (t with one degree less than days). Nothing exceeds the
    total, nothing falls below what is done. `will`: even the low end reaches the total; `will_not`: even the high end does not.

    Args:
        done: Cumulative count at the end of each day, oldest first, beginning with the count before the first day of pace.
        total: What there is to do.
        days_left: Full days until the deadline.

    Raises:
        ValueError: A count is negative or falls, the total is below it, or days are negative.

    Example:
        >>> found = readiness([0, 100, 200, 300], total=600, days_left=3)
        >>> found.likely, found.verdict
        (600.0, 'will')
        >>> readiness([0, 90, 210, 300], total=620, days_left=3).verdict
        'may'
    """
    falling = any(after < before for before, after in pairwise([0, *done, total]))
    if days_left < 0 or falling:
        raise ValueError(
            f"counts {list(done)} of {total} with {days_left} days left: need 0 <= rising counts <= total, days >= 0"
        )
    now = done[-1] if done else 0
    if now == total or (days_left == 0 and done):
        return Readiness(total, now, now, now, now, "will" if now == total else "will_not")
    pace = [after - before for before, after in pairwise(done)][-WINDOW:]
    if len(pace) < 2:
        return Readiness(total, now, now, now, total, "unknown")
    mean = sum(pace) / len(pace)
    spread = sqrt(sum((p - mean) ** 2 for p in pace) / (len(pace) - 1))
    either = _T90[len(pace) - 2] * spread * sqrt(days_left + days_left**2 / len(pace))
    low, likely, high = (
        min(float(total), max(float(now), now + mean * days_left + e)) for e in (-either, 0.0, either)
    )
    verdict: Verdict = "will" if low >= total else "will_not" if high < total else "may"
    return Readiness(total, now, low, likely, high, verdict)
