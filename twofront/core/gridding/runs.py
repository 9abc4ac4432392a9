"""Grids of units in walking order, for a county without coordinates.

One law: the division is optimal: of all divisions into runs of consecutive units, the fewest grids outside the band, then the
least sum of squared deviations from the mean.
"""

import numpy as np

from twofront.core.gridding.band import Band, number, others, unavoidable
from twofront.core.gridding.kernels import compiled
from twofront.core.gridding.tables import Ints

_LARGEST = 1 << 62
MOST_CELLS = 400_000_000  # units x grids of one village that the table of the exact method may have


def runs_in_band(households: Ints, *, band: Band) -> Ints:
    """Return the grid of each unit of a village: the contract's number of runs, or the number that leaves fewer outside.

    Of the numbers that fit (where none fits, of those beside the contract's), the first with the fewest runs outside the
    band, the contract's own before the others, then the one with its mean nearest to the middle.

    Raises:
        ValueError: The village is too large for the exact method.

    Example:
        >>> runs_in_band(np.array([490, 450, 50]), band=Band(300, 500)).tolist()
        [0, 1, 1]
    """
    first = max(1, min(number(int(households.sum()), band), len(households)))
    found = runs(households, first, band=band)
    load = np.bincount(found, households)
    out = int(((load < band.least) | (load > band.most)).sum())
    beside = others(int(households.sum()), band, first=first, most=len(households))
    if not beside or out <= min(1, unavoidable(households, band)):  # several too large may lie in one run
        return found
    fewest = _fewest(households, max(beside), band.least, band.most)
    best = min(beside, key=lambda grids: fewest[grids])
    return runs(households, best, band=band) if fewest[best] < out else found


def runs(households: Ints, grids: int, *, band: Band) -> Ints:
    """Return the grid of each unit of a village, in walking order: the optimal division into runs.

    The mean and the number of grids are fixed, so the least sum of (households/mean - 1)^2 is the least sum of squares; it is
    found in whole numbers by dynamic programming over the ends of the runs, first with runs inside the band only (few are
    possible), then, if that cannot be, with any. Of equal divisions the one whose last run begins earliest is taken.

    Args:
        households: By unit, in walking order.
        grids: How many runs; each has at least one unit.
        band: The band of households.

    Raises:
        ValueError: There are more grids than units, or the village is too large for the exact method.

    Example:
        >>> runs(np.array([200, 200, 100, 300]), 2, band=Band(300, 500)).tolist()
        [0, 0, 1, 1]
    """
    if not 1 <= grids <= max(1, len(households)):
        raise ValueError(f"{grids} grids of {len(households)} units: need one unit a grid")
    if grids * len(households) > MOST_CELLS:
        raise ValueError(f"{len(households)} units in one village are too many for the exact method")
    if grids == 1:
        return np.zeros(len(households), dtype=np.int64)
    found, ends = _best(households, grids, band.least, band.most, 1)
    if not found:
        found, ends = _best(households, grids, band.least, band.most, 0)
    return np.repeat(np.arange(grids), np.diff(ends))


@compiled
def _fewest(households: Ints, grids: int, least: int, most: int) -> Ints:
    """Return for each number of runs up to a number the fewest outside the band."""
    n = len(households)
    fewest = np.full(n + 1, _LARGEST, np.int64)
    fewest[0] = 0
    found = np.full(grids + 1, _LARGEST, np.int64)
    for g in range(1, grids + 1):
        before, fewest = fewest, np.full(n + 1, _LARGEST, np.int64)
        earlier = before.copy()  # the fewest up to here or to any unit before
        for j in range(1, n + 1):
            earlier[j] = min(earlier[j], earlier[j - 1])
        for j in range(g, n + 1):
            load = 0
            for i in range(j - 1, g - 2, -1):
                load += households[i]
                if load > most:
                    fewest[j] = min(fewest[j], earlier[i] + 1)
                    break
                fewest[j] = min(fewest[j], before[i] + (load < least))
        found[g] = fewest[n]
    return found


@compiled
def _best(households: Ints, grids: int, least: int, most: int, inside: int) -> tuple[bool, Ints]:
    """Return whether there is a division, and where its runs end; with inside = 1 every run lies in the band."""
    n = len(households)
    total = np.zeros(n + 1, np.int64)
    for i in range(n):
        total[i + 1] = total[i] + households[i]
    worth = np.full(
        (2, n + 1), _LARGEST, np.int64
    )  # fewest runs outside the band up to each unit, then least sum of squares
    worth[:, 0] = 0
    came = np.zeros((grids + 1, n + 1), np.int32)
    for g in range(1, grids + 1):
        new = np.full((2, n + 1), _LARGEST, np.int64)
        lead = 0
        for j in range(g, n - (grids - g) + 1):
            while inside == 1 and total[j] - total[lead] > most:
                lead += 1
            came[g, j] = _last(total, worth, new, (max(lead, g - 1), j), (least, most, inside))
        worth = new
    ends = np.zeros(grids + 1, np.int64)
    ends[grids] = n
    for g in range(grids, 0, -1):
        ends[g - 1] = came[g, ends[g]]
    return worth[0, n] < _LARGEST, ends


@compiled
def _last(total: Ints, worth: Ints, new: Ints, span: tuple[int, int], band: tuple[int, int, int]) -> int:
    """Return where the last of the runs up to a unit begins, and write what the runs are worth."""
    (start, j), (least, most, inside) = span, band
    came = 0
    for i in range(start, j):
        load = total[j] - total[i]
        if inside == 1 and load < least:
            break
        if worth[0, i] == _LARGEST:
            continue
        bad = worth[0, i] + (1 if load < least or load > most else 0)
        square = worth[1, i] + load * load
        if bad < new[0, j] or (bad == new[0, j] and square < new[1, j]):
            new[0, j], new[1, j] = bad, square
            came = i
    return came
