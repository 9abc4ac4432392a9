"""Divisions of a part by random spanning trees: always the number of grids asked for, each in one piece.

One law: a branch of a spanning tree and the rest are both in one piece. So a part is halved along a branch with the right
households until each piece is one grid (the move of ReCom, by DeFord, Duchin and Solomon, used here as a first division).
"""

from typing import NamedTuple

import numpy as np

from twofront.core.gridding.kernels import Part, Randoms, below, compiled, generator, miss
from twofront.core.gridding.tables import Floats, Ints

_TRIES = 12
_MANY = 6_000  # trees of which the halves are the best branches
_SAME = 1e-9  # borders that differ by less are one
_NEVER = 1 << 60


class _Tree(NamedTuple):
    order: Ints  # the places of the piece, parents before children
    parent: Ints  # place -> parent
    load: Ints  # place -> households of its branch
    size: Ints  # place -> dwellings of its branch
    seen: Ints  # place -> number of the tree that saw it last
    branch: Ints  # place -> 1 in the branch that is cut off
    from_: Ints  # open edges
    to: Ints
    length: Floats


@compiled
def divide(part: Part, grids: int, low: int, high: int, seed: int) -> Ints:
    """Return a division into a number of grids, each in one piece, with households in low..high where the trees allow.

    Args:
        part: The part; in one piece.
        grids: How many; at most as many as dwellings.
        low: Fewest households wanted in a grid.
        high: Most households wanted in a grid.
        seed: Any number.
    """
    n = len(part.households)
    grid = np.zeros(n, np.int64)
    places = np.arange(n)
    randoms = generator(seed)
    tree = _tree(part)
    waiting = np.empty((grids + 1, 4), np.int64)  # from place, to place, first grid, number of grids
    waiting[0] = (0, n, 0, grids)
    left = 1
    while left > 0:
        left -= 1
        start, end, label, share = waiting[left]
        if share > 1:
            taken, middle = _halve(part, places[start:end], tree, (share, low, high), randoms)
            for i in range(start + middle, end):
                grid[places[i]] = label + share - taken
            waiting[left] = (start, start + middle, label, share - taken)
            waiting[left + 1] = (start + middle, end, label + share - taken, taken)
            left += 2
    return grid


@compiled
def _tree(part: Part) -> _Tree:
    n, edges = len(part.households), len(part.other) + 1
    return _Tree(
        np.empty(n, np.int64),
        np.zeros(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.empty(edges, np.int64),
        np.empty(edges, np.int64),
        np.empty(edges, np.float64),
    )


@compiled
def halves(part: Part, low: int, high: int, few: int, seed: int) -> Ints:
    """Return the divisions in two with the shortest borders among all branches of many trees, both halves in low..high.

    A row a division, the shortest first; of divisions with one length the first. Every second tree prefers long borders, so
    that its branches are parted by short ones.
    """
    n = len(part.households)
    randoms = generator(seed)
    tree = _tree(part)
    places = np.arange(n)
    grids = np.zeros((few, n), np.int64)
    lengths = np.full(few + 1, np.inf)
    for turn in range(_MANY):
        _grow(part, places, tree, randoms, turn % 2)
        borders = _borders(part, tree)
        whole = tree.load[tree.order[0]]
        for i in range(1, n):
            v = tree.order[i]
            if not (low <= tree.load[v] <= high and low <= whole - tree.load[v] <= high):
                continue
            spot = few
            while spot > 0 and borders[v] < lengths[spot - 1] * (1 - _SAME):
                spot -= 1
            if spot == few or (spot > 0 and borders[v] <= lengths[spot - 1] * (1 + _SAME)):
                continue
            _mark(tree, n, v)
            grids[spot + 1 :] = grids[spot:-1].copy()
            lengths[spot + 1 :] = lengths[spot:-1].copy()
            lengths[spot] = borders[v]
            grids[spot] = tree.branch
    return grids[: int((lengths[:few] < np.inf).sum())]


@compiled
def _borders(part: Part, tree: _Tree) -> Floats:
    """Return by place the border of its branch: of each neighbour's border, what does not meet again further up."""
    n = len(part.households)
    depth = np.zeros(n, np.int64)
    for i in range(1, n):
        depth[tree.order[i]] = depth[tree.parent[tree.order[i]]] + 1
    border = np.zeros(n)
    for v in range(n):
        for j in range(part.first[v], part.first[v + 1]):
            one, other = v, part.other[j]
            if one > other:
                continue
            border[one] += part.border[j]
            border[other] += part.border[j]
            while one != other:
                if depth[one] < depth[other]:
                    one, other = other, one
                one = tree.parent[one]
            border[one] -= 2 * part.border[j]
    for i in range(n - 1, 0, -1):
        border[tree.parent[tree.order[i]]] += border[tree.order[i]]
    return border


@compiled
def _halve(
    part: Part, places: Ints, tree: _Tree, wanted: tuple[int, int, int], randoms: Randoms
) -> tuple[int, int]:
    """Cut the best branch of several trees off; its places go to the end. Return its number of grids and where it begins."""
    least, taken = _NEVER, 1
    for _ in range(_TRIES):
        _grow(part, places, tree, randoms, 0)
        root, grids, cost = _best_branch(tree, len(places), wanted)
        if cost < least:
            least, taken = cost, grids
            _mark(tree, len(places), root)
        if least < wanted[0]:
            break
    middle = 0
    for i in range(len(places)):
        if tree.branch[places[i]] == 0:
            tree.order[middle] = places[i]
            middle += 1
    end = middle
    for i in range(len(places)):
        if tree.branch[places[i]] == 1:
            tree.order[end] = places[i]
            end += 1
    places[:] = tree.order[: len(places)]
    return taken, middle


@compiled
def _grow(part: Part, places: Ints, tree: _Tree, randoms: Randoms, prefer: int) -> None:
    """Grow a random spanning tree over the places and add up its branches; with prefer = 1 rather along long borders."""
    stamp = tree.seen[places[0]] + 1
    for i in range(len(places)):
        tree.seen[places[i]] = -stamp
    root = places[below(randoms, len(places))]
    tree.from_[0], tree.to[0], tree.length[0] = root, root, 0.0
    left, known = 1, 0
    while left > 0:
        pick = _pick(tree, left, prefer, randoms)
        left -= 1
        parent, v = tree.from_[pick], tree.to[pick]
        tree.from_[pick], tree.to[pick] = tree.from_[left], tree.to[left]
        tree.length[pick] = tree.length[left]
        if tree.seen[v] != -stamp:
            continue
        tree.seen[v] = stamp
        tree.parent[v] = parent
        tree.order[known] = v
        known += 1
        for j in range(part.first[v], part.first[v + 1]):
            if tree.seen[part.other[j]] == -stamp:
                tree.from_[left], tree.to[left], tree.length[left] = v, part.other[j], part.border[j]
                left += 1
    for i in range(known):
        tree.load[tree.order[i]] = part.households[tree.order[i]]
        tree.size[tree.order[i]] = 1
    for i in range(known - 1, 0, -1):
        v = tree.order[i]
        tree.load[tree.parent[v]] += tree.load[v]
        tree.size[tree.parent[v]] += tree.size[v]


@compiled
def _pick(tree: _Tree, left: int, prefer: int, randoms: Randoms) -> int:
    """Return one of the open edges, or the longer of two."""
    pick = below(randoms, left)
    if prefer == 1:
        other = below(randoms, left)
        if tree.length[other] > tree.length[pick]:
            return other
    return pick


@compiled
def _best_branch(tree: _Tree, size: int, wanted: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return the branch to cut off, its number of grids and what it costs: households out of range, then unequal halves."""
    share, low, high = wanted
    whole = tree.load[tree.order[0]]
    best, taken, least = tree.order[size - 1], 1, _NEVER
    for i in range(1, size):
        v = tree.order[i]
        about = tree.load[v] * share // max(1, whole)
        for grids in range(min(max(1, about), share - 1), min(share - 1, about + 1) + 1):
            if tree.size[v] < grids or size - tree.size[v] < share - grids:
                continue
            out = miss(tree.load[v], low * grids, high * grids) + miss(
                whole - tree.load[v], low * (share - grids), high * (share - grids)
            )
            cost = out * share + abs(2 * grids - share)
            if cost < least:
                best, taken, least = v, grids, cost
    return best, taken, least


@compiled
def _mark(tree: _Tree, size: int, root: int) -> None:
    for i in range(size):
        v = tree.order[i]
        tree.branch[v] = 1 if v == root or (i > 0 and tree.branch[tree.parent[v]] == 1) else 0
