"""The best division of a small part, by looking at every one.

One law: no division of the part into that number of grids, each in one piece, is worth more: first the fewest grids outside
the band, then the fewest households beyond the range of each grid, then the shortest border. Of equal ones the first stays.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twofront.core.gridding.kernels import Part, compiled, miss
from twofront.core.gridding.tables import Floats, Ints

MOST = 16  # dwellings of a part whose divisions into any number of grids are looked at
MOST_HALVED = 22  # and into two
_NEVER = 1 << 62
_GRID = 1 << 40  # what a grid outside the band weighs beside a household out of range

Flags = npt.NDArray[np.bool_]


class Wanted(NamedTuple):
    """The band, the range wanted inside it, and the range of a grid with a dwelling above the band, beyond that dwelling."""

    least: int
    most: int
    low: int
    high: int
    spare: int


class _Sets(NamedTuple):
    """Of each set of places, as bits: whether it is in one piece, what it costs as a grid, and the borders inside it."""

    whole: Flags
    cost: Ints
    inner: Floats


def small(places: int, grids: int) -> bool:
    """Return whether a part is small enough for every division to be looked at.

    Example:
        >>> small(16, 5), small(22, 2), small(17, 3)
        (True, True, False)
    """
    return places <= (MOST_HALVED if grids == 2 else MOST)


def best(part: Part, grids: int, wanted: Wanted) -> Ints:
    """Return the best division of a small part; the grid of each place, numbered by their first places.

    Args:
        part: The part, in one piece, small enough (see `small`).
        grids: How many grids, from 1 to the number of dwellings.
        wanted: The band and the ranges.

    Example:
        >>> ring = Part(np.array([0, 2, 4, 6, 8]), np.array([1, 3, 0, 2, 1, 3, 0, 2]), np.full(8, 1.0), np.array([55, 405, 319, 131]))
        >>> best(ring, 2, Wanted(300, 500, 300, 500, 0)).tolist()
        [0, 0, 1, 1]
    """
    if grids == 2:
        return _halved(part, wanted)
    sets = _sets(part, wanted)
    found, grid = _divided(part, sets, grids, 1)
    if not found:
        _, grid = _divided(part, sets, grids, 0)
    return grid


class _Ways(NamedTuple):
    """The best way to each rest of the places: what its grids cost, and the borders inside them, taken off."""

    cost: Ints
    border: Floats


@compiled
def _cost(load: int, tower: int, wanted: Wanted) -> int:
    """Return what a grid costs: whether it is outside the band, and its households beyond the range."""
    outside = load < wanted.least or load > wanted.most
    if tower > 0:
        return _GRID * outside + miss(load, tower, tower + wanted.spare)
    return _GRID * outside + miss(load, wanted.low, wanted.high)


@compiled
def _reach(part: Part) -> Ints:
    """Return the neighbours of each place, as bits."""
    reach = np.zeros(len(part.households), np.int64)
    for v in range(len(reach)):
        for j in range(part.first[v], part.first[v + 1]):
            reach[v] |= 1 << part.other[j]
    return reach


@compiled
def _whole(reach: Ints, places: int) -> bool:
    """Return whether a set of places, not empty, is in one piece."""
    seen = places & -places
    grown = True
    while grown:
        grown = False
        for v in range(len(reach)):
            if seen >> v & 1:
                new = reach[v] & places & ~seen
                if new:
                    seen |= new
                    grown = True
    return seen == places


@compiled
def _halved(part: Part, wanted: Wanted) -> Ints:
    """Return the best of two grids: all sets without the first place, each one place away from the one before (Gray)."""
    n = len(part.households)
    reach = _reach(part)
    total = part.border.sum()
    every = part.households.sum()
    towers = part.households * (part.households > wanted.most)
    side = np.zeros(n, np.int64)
    best, least, shortest = 0, _NEVER, np.inf
    there, load, tower, cut = 0, 0, 0, 0.0
    for step in range(1, 1 << (n - 1)):
        v = 1
        while step >> (v - 1) & 1 == 0:
            v += 1
        sign = 1 - 2 * side[v]
        for j in range(part.first[v], part.first[v + 1]):
            cut += part.border[j] * (1 - 2 * (side[part.other[j]] != side[v]))
        side[v] = 1 - side[v]
        there ^= 1 << v
        load += sign * part.households[v]
        tower += sign * towers[v]
        cost = _cost(load, tower, wanted) + _cost(every - load, towers.sum() - tower, wanted)
        if cost > least or (cost == least and cut >= shortest - 1e-9 * total):
            continue
        if _whole(reach, there) and _whole(reach, (1 << n) - 1 - there):
            best, least, shortest = there, cost, cut
    for v in range(n):
        side[v] = best >> v & 1
    return side


@compiled
def _sets(part: Part, wanted: Wanted) -> _Sets:
    """Return what is to know of each set; each is known from itself without one place."""
    n = len(part.households)
    reach = _reach(part)
    whole = np.zeros(1 << n, np.bool_)
    cost = np.zeros(1 << n, np.int64)
    inner = np.zeros(1 << n, np.float64)
    load = np.zeros(1 << n, np.int64)
    tower = np.zeros(1 << n, np.int64)
    top = 0
    for places in range(1, 1 << n):
        if places >> (top + 1):
            top += 1
        less = places ^ (1 << top)
        load[places] = load[less] + part.households[top]
        tower[places] = tower[less] + part.households[top] * (part.households[top] > wanted.most)
        inner[places] = inner[less]
        for j in range(part.first[top], part.first[top + 1]):
            if less >> part.other[j] & 1:
                inner[places] += part.border[j]
        cost[places] = _cost(load[places], tower[places], wanted)
        whole[places] = less == 0
        for v in range(n):
            one = 1 << v
            if places & one and whole[places ^ one] and reach[v] & places:
                whole[places] = True
                break
    return _Sets(whole, cost, inner)


@compiled
def _divided(part: Part, sets: _Sets, grids: int, lawful: int) -> tuple[bool, Ints]:
    """Take grid after grid away, each with the first place that is left, and keep the best way to each rest.

    With lawful = 1 only grids that cost nothing are taken, which is quick where there are such.
    """
    n = len(part.households)
    size = 1 << n
    took = np.zeros((grids, size), np.int64)
    ways = _Ways(np.full(size, _NEVER, np.int64), np.zeros(size, np.float64))
    ways.cost[size - 1] = 0
    for turn in range(grids):
        after = _Ways(np.full(size, _NEVER, np.int64), np.zeros(size, np.float64))
        for left in range(1, size):
            if ways.cost[left] == _NEVER:
                continue
            first = left & -left
            more = left ^ first  # what the grid may leave
            if turn == grids - 1:
                _take(sets, ways, after, took[turn], (left, 0, lawful))
                continue
            while more > 0:
                _take(sets, ways, after, took[turn], (left, more, lawful))
                more = (more - 1) & (left ^ first)
        ways = after
    grid = np.zeros(n, np.int64)
    left = 0
    for turn in range(grids - 1, -1, -1):
        for v in range(n):
            if took[turn, left] >> v & 1:
                grid[v] = turn
        left |= took[turn, left]
    return ways.cost[0] < _NEVER, grid


@compiled
def _take(sets: _Sets, ways: _Ways, after: _Ways, took: Ints, step: tuple[int, int, int]) -> None:
    """Note the way from one rest to the next, if the grid between is whole and the way the best so far."""
    left, rest, lawful = step
    taken = left ^ rest
    if not sets.whole[taken] or (lawful == 1 and sets.cost[taken] > 0):
        return
    cost, border = ways.cost[left] + sets.cost[taken], ways.border[left] - sets.inner[taken]
    if cost < after.cost[rest] or (cost == after.cost[rest] and border < after.border[rest]):
        after.cost[rest], after.border[rest], took[rest] = cost, border, taken
