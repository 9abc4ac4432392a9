"""The division of one part into grids: many first divisions, each annealed, the best kept.

One law: the order of worth is fixed. First the fewest households outside what is wanted, then the shortest border. The same
part and seed give the same division, whatever else is drawn beside it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pymetis

from twofront.core.gridding import exact
from twofront.core.gridding.band import Band, fits, number, others, unavoidable
from twofront.core.gridding.kernels import Heat, Part, Wish, anneal, exchange, missing, pieces, value
from twofront.core.gridding.tables import Ints
from twofront.core.gridding.trees import divide, halves

SLACK = 0.05  # of the mean: what a grid may deviate, or its part's largest dwelling if that is more
_SMALL = 150  # dwellings of a part for which more is tried, and its division improved by exchanges
_OTHERS = 8  # other numbers of grids tried for a part that is not small
_HALVES = 24  # divisions in two to begin with
_METIS = threading.Lock()  # METIS draws from the C library's one generator
_METIS_LEAST = 8  # dwellings a grid, below which METIS leaves grids empty


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search: first divisions of a part, and steps of annealing for each dwelling of it.

    Temperatures are in mean borders of the part, the penalty in mean borders for a mean dwelling's households, so that
    nothing depends on the unit of lengths or the size of dwellings.
    """

    starts: int = 12
    steps: int = 20
    least_steps: int = 8_000
    hot: float = 3.0
    cold: float = 0.15
    penalty: float = 1.0


@dataclass(frozen=True, slots=True)
class _Round:
    """A round of annealing after the first: of the best divisions how many, each how often, how much longer, how much cooler."""

    keep: int
    again: int
    steps: int
    heat: float


_FIRST = _Round(keep=0, again=1, steps=1, heat=1.0)
_ROUNDS = (_Round(keep=4, again=1, steps=3, heat=0.5), _Round(keep=1, again=2, steps=7, heat=0.3))


@dataclass(frozen=True, slots=True)
class _Try:
    left: int  # households outside their ranges
    metres: float
    grid: Ints

    def worth(self) -> tuple[int, float]:
        return self.left, self.metres


@dataclass(frozen=True, slots=True)
class Stay:
    """What a redrawing holds on to: by place the old grid (-1: none), and what a household's staying is worth in metres."""

    home: Ints
    hold: float


def grids_of(part: Part, band: Band) -> int:
    """Return into how many grids a part is divided: the contract's number, unless its dwellings cannot fill that many.

    A dwelling above the band takes a grid by itself; if the others cannot fill the rest of the grids, there are fewer.

    Example:
        >>> alone = Part(np.zeros(2, np.int64), np.zeros(0, np.int64), np.zeros(0), np.array([1200]))
        >>> grids_of(alone, Band(300, 500))
        1
    """
    towers = part.households[part.households > band.most]
    rest = int(part.households.sum() - towers.sum())
    wanted = number(int(part.households.sum()), band)
    if len(towers):
        wanted = min(wanted, len(towers) + rest // band.least)
    return max(1, min(wanted, int((part.households > 0).sum())))


def fewest_outside(part: Part, first: int, drawn: Callable[[int], Ints], *, band: Band) -> Ints:
    """Return the drawing of a part into a first number of grids, or into another that leaves fewer outside the band.

    Another is drawn only as long as those before leave more outside than must be, the nearest first, and of a part that is
    not small eight at most.

    Example:
        >>> row = Part(np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0), np.array([490, 450, 50]))
        >>> fewest_outside(row, 3, lambda grids: np.minimum(np.arange(3), grids - 1), band=Band(300, 500)).tolist()
        [0, 1, 1]
    """
    least = unavoidable(part.households, band)
    most = int((part.households > 0).sum())
    beside = others(int(part.households.sum()), band, first=first, most=most)
    best = drawn(first)
    for grids in beside if len(part.households) <= exact.MOST else beside[:_OTHERS]:
        if misses(part, best, band) <= least:
            break
        best = min(best, drawn(grids), key=lambda grid: misses(part, grid, band))
    return best


def divided(
    part: Part,
    grids: int,
    *,
    band: Band,
    seed: int,
    effort: Effort,
    stay: Stay | None = None,
    first: Ints | None = None,
) -> Ints:
    """Divide a part into a number of grids, each in one piece; return the grid of each place.

    Args:
        part: The part, in one piece.
        grids: How many grids, at most as many as dwellings.
        band: The band of households.
        seed: Chooses among divisions of the same worth.
        effort: How long to search.
        stay: What to hold on to; then the range is the band itself.
        first: A first division to try beside the others, numbered like `stay.home`.

    Example:
        >>> line = Part(np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2]), np.array([9.0, 9, 1, 1, 9, 9]), np.full(4, 200))
        >>> found = divided(line, 2, band=Band(300, 500), seed=0, effort=Effort(starts=1))
        >>> found[0] == found[1], found[1] == found[2], found[2] == found[3]
        (np.True_, np.False_, np.True_)
    """
    if grids == 1:
        return np.zeros(len(part.households), dtype=np.int64)
    proven = _proven(part, grids, band=band) if exact.small(len(part.households), grids) else None
    if proven is not None and stay is None:
        return proven
    slack = SLACK if stay is None else 1.0
    best, left = _search(
        part, grids, band=band, seed=seed, effort=effort, stay=stay, first=first, slack=slack
    )
    if left and stay is None:
        wide, wide_left = _search(
            part, grids, band=band, seed=seed, effort=effort, stay=stay, first=best, slack=1.0
        )
        if (misses(part, wide, band), wide_left) < (misses(part, best, band), left):
            return wide
    if proven is not None and stay is not None and misses(part, proven, band) < misses(part, best, band):
        return matched(proven, stay.home, part.households, grids)
    return best


def _proven(part: Part, grids: int, *, band: Band) -> Ints:
    """Return the best division of a small part; where no number of grids fits, only the band and the border count."""
    above = part.households > band.most
    usual, rest = part.households[~above], int(part.households[~above].sum())
    plain = grids - int(above.sum())
    low, high = 0, int(part.households.sum())
    if plain > 0 and fits(rest, plain, band):
        low, high = _even(rest, plain, int(usual.max(initial=0)), slack=SLACK)
    spare = max(0, rest - plain * band.most)
    return exact.best(part, grids, exact.Wanted(band.least, band.most, low, high, spare))


def _search(
    part: Part,
    grids: int,
    *,
    band: Band,
    seed: int,
    effort: Effort,
    stay: Stay | None,
    first: Ints | None,
    slack: float,
) -> tuple[Ints, int]:
    n = len(part.households)
    border = float(part.border.mean()) or 1.0
    household = max(1e-9, float(part.households.mean()))
    home, hold = (stay.home, stay.hold) if stay is not None else (np.full(n, -1, dtype=np.int64), 0.0)

    def annealed(grid: Ints, mark: int, share: _Round) -> _Try:
        wish = Wish(*ranges(part, grid, grids, band=band, slack=slack), home, hold)
        steps = max(effort.steps * n, min(effort.least_steps, 700 * n)) * share.steps
        penalty = effort.penalty * border / household + hold
        for again in range(3):
            heat = Heat(effort.hot * share.heat * border, effort.cold * border, steps, penalty)
            anneal(part, wish, grid, heat, mark + again)
            left = missing(part, wish, grid)
            if not left:
                break
            penalty *= 2
        return _Try(left, value(part, wish, grid), grid)

    tries = []
    for turn in range(_starts(n, effort)):
        if first is not None and turn % 2 == 0:
            grid = first.copy()
        else:
            grid = _start(part, grids, band=band, seed=seed + turn, slack=slack)
            if stay is not None:
                grid = matched(grid, stay.home, part.households, grids)
        tries.append(annealed(grid, seed + turn * 7, _FIRST))
    for later, share in enumerate(_ROUNDS, 1):
        tries = sorted(tries, key=_Try.worth)[: share.keep]
        tries += [
            annealed(one.grid.copy(), seed + 1_000 * later + 31 * at, share)
            for at, one in enumerate(tries * share.again)
        ]
    if n <= _SMALL:
        more = [one.grid.copy() for one in tries]
        more += _halves(part, grids, band=band, slack=slack, seed=seed)
        for grid in more:
            wish = Wish(*ranges(part, grid, grids, band=band, slack=slack), home, hold)
            exchange(part, wish, grid, n * border + hold)
            tries.append(_Try(missing(part, wish, grid), value(part, wish, grid), grid))
    best = min(tries, key=_Try.worth)
    return best.grid, best.left


def _starts(places: int, effort: Effort) -> int:
    """Return how many first divisions are tried: more of a small part, where each is cheap, fewer of a very large one."""
    if places <= _SMALL:
        return effort.starts * 4
    return max(2, min(effort.starts, effort.starts * 20_000 // places))


def _start(part: Part, grids: int, *, band: Band, seed: int, slack: float) -> Ints:
    if len(part.households) >= _METIS_LEAST * grids:
        grid = _metis(part, grids, seed)
        if pieces(part, grid) == grids == len(np.unique(grid)):
            return grid
    return divide(part, grids, *_range_of(part, grids, band=band, slack=slack), seed)


def _halves(part: Part, grids: int, *, band: Band, slack: float, seed: int) -> list[Ints]:
    return [*halves(part, *_range_of(part, 2, band=band, slack=slack), _HALVES, seed)] if grids == 2 else []


def _metis(part: Part, grids: int, seed: int) -> Ints:
    border = float(part.border.mean()) or 1.0
    weight = np.clip(np.round(part.border / border * 200), 1, 10**6).astype(np.int64)
    scale = max(1, int(part.households.sum()) // 10**9)
    with _METIS:
        _, grid = pymetis.part_graph(
            grids,
            adjacency=pymetis.CSRAdjacency(part.first, part.other),
            vweights=part.households // scale,
            eweights=weight,
            recursive=False,
            options=pymetis.Options(seed=seed % 2**31, ufactor=30, contig=1),
        )
    return np.array(grid, dtype=np.int64)


def _range_of(part: Part, grids: int, *, band: Band, slack: float) -> tuple[int, int]:
    return _range(int(part.households.sum()), grids, int(part.households.max()), band=band, slack=slack)


def _range(households: int, grids: int, largest: int, *, band: Band, slack: float) -> tuple[int, int]:
    if not fits(households, grids, band):
        return band.least, band.most
    low, high = _even(households, grids, largest, slack=slack)
    return max(band.least, low), min(band.most, high)


def _even(households: int, grids: int, largest: int, *, slack: float) -> tuple[int, int]:
    mean = households / grids
    room = max(slack * mean, largest)
    return int(np.ceil(mean - room)), int(np.floor(mean + room))


def ranges(part: Part, grid: Ints, grids: int, *, band: Band, slack: float) -> tuple[Ints, Ints]:
    """Return the fewest and most households wanted in each grid of a division.

    A grid with a dwelling above the band keeps what it must; where no number of grids fits, the fullest grid takes what the
    others cannot, so that only one is outside.

    Example:
        >>> two = Part(np.array([0, 1, 2]), np.array([1, 0]), np.array([1.0, 1.0]), np.array([600, 400]))
        >>> [side.tolist() for side in ranges(two, np.array([0, 1]), 2, band=Band(300, 500), slack=0.05)]
        [[600, 300], [600, 500]]
    """
    total = int(part.households.sum())
    above = part.households > band.most
    tower = np.zeros(grids, dtype=np.int64)
    np.add.at(tower, grid[above], part.households[above])
    plain = int((tower == 0).sum())
    rest = total - int(tower.sum())
    usual = part.households[~above]
    least, most = _range(rest, max(plain, 1), int(usual.max(initial=0)), band=band, slack=slack)
    low, high = np.full(grids, least, dtype=np.int64), np.full(grids, most, dtype=np.int64)
    low[tower > 0] = tower[tower > 0]
    high[tower > 0] = tower[tower > 0] + max(0, rest - plain * most)
    if not above.any() and not fits(total, grids, band):
        load = np.zeros(grids, dtype=np.int64)
        np.add.at(load, grid, part.households)
        fullest = int(np.argmax(load))
        low[fullest] = (
            max(0, min(band.most, total - (grids - 1) * band.most))
            if total < band.least * grids
            else total - (grids - 1) * band.most
        )
        high[fullest] = max(low[fullest], total - (grids - 1) * band.least)
    return low, high


def matched(grid: Ints, home: Ints, households: Ints, grids: int) -> Ints:
    """Renumber a division so that as many households as a simple matching finds are in the grid they were in.

    Example:
        >>> matched(np.array([0, 0, 1]), np.array([1, 1, 0]), np.array([5, 5, 5]), 2).tolist()
        [1, 1, 0]
    """
    shared = np.zeros((grids, grids), dtype=np.int64)
    known = home >= 0
    np.add.at(shared, (grid[known], home[known]), households[known])
    name = np.full(grids, -1, dtype=np.int64)
    free = np.ones(grids, dtype=bool)
    for spot in np.argsort(-shared, axis=None, kind="stable"):
        new, old = divmod(int(spot), grids)
        if name[new] < 0 and free[old]:
            name[new], free[old] = old, False
    return name[grid]


def misses(part: Part, grid: Ints, band: Band) -> int:
    """Return how many grids of a division are outside the band.

    Example:
        >>> two = Part(np.array([0, 1, 2]), np.array([1, 0]), np.array([1.0, 1.0]), np.array([600, 400]))
        >>> misses(two, np.array([7, -1]), Band(300, 500))
        1
    """
    _, label = np.unique(grid, return_inverse=True)
    load = np.bincount(label, part.households)
    return int(((load < band.least) | (load > band.most)).sum())
