"""Readiness: with the pace so far, who will have finished by a deadline, and how sure is that?

One law: a forecast carries its uncertainty, and the last doors are the hardest; with fewer than two days of pace nothing is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, sqrt
from typing import Literal

WINDOW = 7  # days of pace that count, the last ones
DRIFT = 0.1  # of the pace: by how much it is expected to rise or fall a day, give or take
ALIKE = 2.0  # days in a row are alike (a correlation of 1/3), so a sum of days spreads twice as much as if they were not
# Student's t, 90 % point (80 % between minus and plus), by degrees of freedom 1 to 6; any table of statistics
_T90 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440)

_HALF_A_DOOR = 0.5

Verdict = Literal["will", "may", "will_not", "unknown"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What will be done by a deadline (到位预测): the likely figure, and a range that holds it about four times of five or more."""

    total: int
    done: int
    low: float
    likely: float
    high: float
    verdict: Verdict


def readiness(done: Sequence[int], *, total: int, days_left: int) -> Readiness:
    """Forecast the count done at a deadline from the cumulative count of each day so far.

    The days to come go on from the last seven (fewer if there are fewer) along a line whose slope is shrunk: a pace is
    expected to rise or fall by a tenth a day, give or take, and only what the days show beyond their own spread is believed
    (normal prior, normal days). The range takes in the spread of days that are alike, never less than that of pure counts
    (Poisson), and of the slope; t with one degree less than days. Its low end supposes besides that what is left gets harder
    in step: of R left, R (1 - e^(-done / R)) is done. Nothing exceeds the total, nothing falls below what is done.
    `will`: at the low end less than half a door is left; `will_not`: even the high end does not reach the total.

    Args:
        done: Cumulative count at the end of each day, oldest first, beginning with the count before the first day of pace.
        total: What there is to do.
        days_left: Full days until the deadline.

    Raises:
        ValueError: A count is negative or falls, the total is below it, or days are negative.

    Example:
        >>> readiness([0, 100, 200, 300], total=310, days_left=3).verdict
        'will'
        >>> found = readiness([0, 100, 200, 300], total=600, days_left=3)
        >>> found.likely, found.verdict
        (600.0, 'may')
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
    sum_, either = _ahead(pace, days_left)
    rest = total - now
    high, likely = (min(float(total), now + done) for done in (sum_ + either, sum_))
    left = rest * exp(-max(0.0, sum_ - either) / rest)
    low = min(likely, total - left if left >= _HALF_A_DOOR else float(total))
    verdict: Verdict = "will" if low >= total else "will_not" if high < total else "may"
    return Readiness(total, now, low, likely, high, verdict)


def _ahead(pace: Sequence[int], days: int) -> tuple[float, float]:
    """Return what the days to come bring in all, and how much more or less it may be."""
    n, mean = len(pace), sum(pace) / len(pace)
    spread = max(sum((p - mean) ** 2 for p in pace) / (n - 1), mean, 1.0)
    at = [i - (n - 1) / 2 for i in range(n)]
    square = sum(x * x for x in at)
    believed = square * (DRIFT * mean) ** 2 / (square * (DRIFT * mean) ** 2 + spread)
    slope = believed * sum(x * p for x, p in zip(at, pace, strict=True)) / square
    off = sum((p - mean - slope * x) ** 2 for x, p in zip(at, pace, strict=True))
    days_spread = max(off / (n - 1 - believed), mean, 1.0)
    ahead = [(n - 1) / 2 + day for day in range(1, days + 1)]
    variance = ALIKE * days_spread * (days + days**2 / n) + believed * spread / square * sum(ahead) ** 2
    return sum(max(0.0, mean + slope * x) for x in ahead), _T90[n - 2] * sqrt(variance)
