"""The inner loops of the drawing, compiled: annealing of a division under a check of contiguity, and divisions by random trees.

One law: a move never breaks a grid apart and never empties one. So a division that was in one piece each stays so, and only
the border and the households outside the wanted range are traded against each other.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

from twofront.core.gridding.tables import Floats, Ints

Randoms = npt.NDArray[np.uint64]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile a function, once for all runs, so that it runs beside others."""
    return cast("_Function", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


class Part(NamedTuple):
    """One part of a village: neighbours and border lengths as CSR, households by place."""

    first: Ints
    other: Ints
    border: Floats
    households: Ints


class Wish(NamedTuple):
    """What is wanted of a division, by grid: the range of households; by place: the grid it should stay in (-1: any)."""

    low: Ints
    high: Ints
    home: Ints
    hold: float  # metres that one household's staying is worth


class Heat(NamedTuple):
    """The course of an annealing: from hot to cold (metres) in steps, and what a household out of range costs (metres)."""

    hot: float
    cold: float
    steps: int
    penalty: float


class _State(NamedTuple):
    grid: Ints  # place -> grid
    load: Ints  # grid -> households
    size: Ints  # grid -> dwellings
    rim: Ints  # the places with a neighbour in another grid, unordered; the first `tally[0]` count
    at: Ints  # place -> where it stands in `rim`, or -1
    foreign: Ints  # place -> neighbours in other grids
    tally: Ints  # [places in the rim, stamp]
    mark: Ints  # scratch of the contiguity check
    queue: Ints


@compiled
def _next(randoms: Randoms) -> np.uint64:
    """Step a xorshift generator (Marsaglia 2003)."""
    x = randoms[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    randoms[0] = x
    return np.uint64(x)


@compiled
def below(randoms: Randoms, bound: int) -> int:
    """Return a random whole number from 0 to below the bound."""
    return int(np.int64(((_next(randoms) >> np.uint64(32)) * np.uint64(bound)) >> np.uint64(32)))


@compiled
def generator(seed: int) -> Randoms:
    """Return the state of a generator of random numbers."""
    randoms = np.empty(1, np.uint64)
    randoms[0] = (np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(
        0xBF58476D1CE4E5B9
    ) | np.uint64(1)
    for _ in range(12):
        _next(randoms)
    return randoms


@compiled
def cut(part: Part, grid: Ints) -> float:
    """Return the length of the borders between grids."""
    total = 0.0
    for v in range(len(grid)):
        for j in range(part.first[v], part.first[v + 1]):
            if grid[part.other[j]] > grid[v]:
                total += part.border[j]
    return total


@compiled
def pieces(part: Part, grid: Ints) -> int:
    """Return in how many pieces all grids together lie: as many as grids if each is in one."""
    n = len(grid)
    seen = np.zeros(n, np.bool_)
    queue = np.empty(n, np.int64)
    found = 0
    for root in range(n):
        if seen[root]:
            continue
        found += 1
        seen[root] = True
        queue[0] = root
        end = 1
        while end > 0:
            end -= 1
            v = queue[end]
            for j in range(part.first[v], part.first[v + 1]):
                u = part.other[j]
                if not seen[u] and grid[u] == grid[v]:
                    seen[u] = True
                    queue[end] = u
                    end += 1
    return found


@compiled
def miss(load: int, low: int, high: int) -> int:
    """Return by how many households a load lies outside its range."""
    return max(0, low - load, load - high)


@compiled
def missing(part: Part, wish: Wish, grid: Ints) -> int:
    """Return the households by which all grids lie outside their ranges."""
    load = np.zeros(len(wish.low), np.int64)
    for v in range(len(grid)):
        load[grid[v]] += part.households[v]
    total = 0
    for g in range(len(load)):
        total += miss(load[g], wish.low[g], wish.high[g])
    return total


@compiled
def _begin(part: Part, grid: Ints, grids: int) -> _State:
    n = len(grid)
    state = _State(
        grid,
        np.zeros(grids, np.int64),
        np.zeros(grids, np.int64),
        np.empty(n, np.int64),
        np.full(n, -1, np.int64),
        np.zeros(n, np.int64),
        np.zeros(2, np.int64),
        np.zeros(n, np.int64),
        np.empty(n + 1, np.int64),
    )
    for v in range(n):
        state.load[grid[v]] += part.households[v]
        state.size[grid[v]] += 1
        for j in range(part.first[v], part.first[v + 1]):
            if grid[part.other[j]] != grid[v]:
                state.foreign[v] += 1
        if state.foreign[v] > 0:
            _enter(state, v)
    return state


@compiled
def _enter(state: _State, v: int) -> None:
    state.at[v] = state.tally[0]
    state.rim[state.tally[0]] = v
    state.tally[0] += 1


@compiled
def _leave(state: _State, v: int) -> None:
    last = state.rim[state.tally[0] - 1]
    state.rim[state.at[v]] = last
    state.at[last] = state.at[v]
    state.at[v] = -1
    state.tally[0] -= 1


@compiled
def _whole_without(part: Part, state: _State, v: int) -> bool:
    """Return whether the grid of a place stays in one piece, and not empty, without it.

    Its neighbours in the grid must reach each other: first among themselves, which settles nearly every case in a plane,
    then by a search through the grid that ends as soon as all are found.
    """
    grid, mark, queue = state.grid, state.mark, state.queue
    mine = grid[v]
    state.tally[1] += 2
    wanted, seen = state.tally[1], state.tally[1] + 1
    left, start = 0, -1
    for j in range(part.first[v], part.first[v + 1]):
        u = part.other[j]
        if grid[u] == mine:
            mark[u] = wanted
            left += 1
            start = u
    if left <= 1:
        return left == 1
    mark[v], mark[start] = seen, seen
    left -= 1
    queue[0] = start
    end = 1
    for wide in range(2):
        head = 0
        while head < end:
            x = queue[head]
            head += 1
            for j in range(part.first[x], part.first[x + 1]):
                u = part.other[j]
                if mark[u] == wanted:
                    left -= 1
                    if left == 0:
                        return True
                elif wide == 0 or mark[u] == seen or grid[u] != mine:
                    continue
                mark[u] = seen
                queue[end] = u
                end += 1
    return False


@compiled
def _move(part: Part, state: _State, v: int, there: int) -> None:
    here = state.grid[v]
    state.grid[v] = there
    state.load[here] -= part.households[v]
    state.load[there] += part.households[v]
    state.size[here] -= 1
    state.size[there] += 1
    foreign = 0
    for j in range(part.first[v], part.first[v + 1]):
        u = part.other[j]
        if state.grid[u] != there:
            foreign += 1
        if state.grid[u] == here:
            state.foreign[u] += 1
            if state.foreign[u] == 1:
                _enter(state, u)
        elif state.grid[u] == there:
            state.foreign[u] -= 1
            if state.foreign[u] == 0:
                _leave(state, u)
    state.foreign[v] = foreign
    if foreign == 0:
        _leave(state, v)


@compiled
def _change(part: Part, wish: Wish, state: _State, move: tuple[int, int], penalty: float) -> float:
    """Return by how much a move lengthens the border, in metres, households out of range and out of home included."""
    v, there = move
    here = state.grid[v]
    metres = 0.0
    for j in range(part.first[v], part.first[v + 1]):
        g = state.grid[part.other[j]]
        metres += part.border[j] * ((g == here) - (g == there))
    h = part.households[v]
    before = miss(state.load[here], wish.low[here], wish.high[here]) + miss(
        state.load[there], wish.low[there], wish.high[there]
    )
    after = miss(state.load[here] - h, wish.low[here], wish.high[here])
    after += miss(state.load[there] + h, wish.low[there], wish.high[there])
    metres += penalty * (after - before)
    if wish.home[v] == here:
        metres += wish.hold * h
    elif wish.home[v] == there:
        metres -= wish.hold * h
    return metres


@compiled
def anneal(part: Part, wish: Wish, grid: Ints, heat: Heat, seed: int) -> None:
    """Anneal a division in place: try to move a dwelling of the rim to a neighbouring grid, again and again.

    A longer border is taken with probability exp(-metres / temperature) (Metropolis); the temperature falls in equal ratios.
    A move that breaks a grid is never taken. The last tenth of the steps takes improvements only.
    """
    state = _begin(part, grid, len(wish.low))
    randoms = generator(seed)
    temperature = heat.hot
    still = heat.steps - heat.steps // 10
    ratio = (heat.cold / heat.hot) ** (1.0 / max(1, still))
    for step in range(heat.steps):
        if state.tally[0] == 0:
            return
        temperature *= ratio
        v = state.rim[below(randoms, state.tally[0])]
        there = grid[part.other[part.first[v] + below(randoms, part.first[v + 1] - part.first[v])]]
        if there == grid[v] or state.size[grid[v]] == 1:
            continue
        change = _change(part, wish, state, (v, there), heat.penalty)
        if change > 0.0:
            if step >= still:
                continue
            if np.float64(_next(randoms)) * 5.421010862427522e-20 >= math.exp(-change / temperature):
                continue
        if _whole_without(part, state, v):
            _move(part, state, v, there)


@compiled
def exchange(part: Part, wish: Wish, grid: Ints, penalty: float) -> None:
    """Improve a division in place until no move of one dwelling, and no exchange of two between two grids, makes it shorter.

    Where dwellings are large and the range is narrow, every single move leaves the range, and only two at once stay in it.
    """
    state = _begin(part, grid, len(wish.low))
    better = True
    while better:
        better = False
        for v in range(len(grid)):
            for j in range(part.first[v], part.first[v + 1]):
                there = grid[part.other[j]]
                if (
                    there != grid[v]
                    and state.size[grid[v]] > 1
                    and _exchanged(part, wish, state, (v, there), penalty)
                ):
                    better = True


@compiled
def _exchanged(part: Part, wish: Wish, state: _State, move: tuple[int, int], penalty: float) -> bool:
    """Take a move, alone or with one back, if that makes the border shorter; return whether it was taken."""
    v, there = move
    here = state.grid[v]
    first = _change(part, wish, state, move, penalty)
    if not _whole_without(part, state, v):
        return False
    _move(part, state, v, there)
    least = -1e-6
    if first < least:
        return True
    for i in range(state.tally[0]):
        u = state.rim[i]
        if u == v or state.grid[u] != there:
            continue
        touches = False
        for j in range(part.first[u], part.first[u + 1]):
            touches |= state.grid[part.other[j]] == here
        if not touches or first + _change(part, wish, state, (u, here), penalty) >= least:
            continue
        if _whole_without(part, state, u):
            _move(part, state, u, here)
            return True
    _move(part, state, v, here)
    return False


@compiled
def value(part: Part, wish: Wish, grid: Ints) -> float:
    """Return the cut, with what the households that left home are worth."""
    away = 0
    for v in range(len(grid)):
        if wish.home[v] >= 0 and wish.home[v] != grid[v]:
            away += part.households[v]
    return cut(part, grid) + wish.hold * away
