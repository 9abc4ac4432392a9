"""The definitions of the contract *grids*, written again with dictionaries and loops, and nothing of the product's code.

score: anyone's drawing, from the sentences of the contract. Optima: by HiGHS for two grids, by trying all for runs.
"""

import itertools
import math
from fractions import Fraction

import highspy
import numpy as np


def numbers_that_fit(households, least, most):
    """All k with least*k <= households <= most*k."""
    return [k for k in range(1, households // least + 1) if least * k <= households <= most * k]


def number(households, least, most):
    """The fitting number with households/k nearest to (least+most)/2, fewer on a tie; None if none fits."""
    fitting = numbers_that_fit(households, least, most)
    return (
        min(fitting, key=lambda k: (abs(Fraction(households, k) - Fraction(least + most, 2)), k))
        if fitting
        else None
    )


def pieces(nodes, edges):
    """The connected components of a graph, as sets."""
    friends = {node: [] for node in nodes}
    for a, b in edges:
        if a in friends and b in friends:
            friends[a].append(b)
            friends[b].append(a)
    left, found = set(nodes), []
    while left:
        reached, todo = set(), [min(left)]
        while todo:
            node = todo.pop()
            if node not in reached:
                reached.add(node)
                todo += [f for f in friends[node] if f not in reached]
        found.append(reached)
        left -= reached
    return found


def score(dwellings, edges, drawing, least, most):
    """Score dwellings {id: (village, households)}, edges {(a, b): metres}, drawing {id: grid}."""
    grids = {}
    for id_, grid in drawing.items():
        grids.setdefault(grid, set()).add(id_)
    load = {g: sum(dwellings[i][1] for i in ids) for g, ids in grids.items()}
    outside = [g for g in grids if not least <= load[g] <= most]
    inner = [(a, b) for a, b in edges if dwellings[a][0] == dwellings[b][0]]
    parts = pieces(dwellings, inner)
    hopeless = set().union(
        *(p for p in parts if not numbers_that_fit(sum(dwellings[i][1] for i in p), least, most)), set()
    )
    forced = [g for g in outside if grids[g] & hopeless or any(dwellings[i][1] > most for i in grids[g])]
    deviation, by_village = {}, {}
    for village in {v for v, _ in dwellings.values()}:
        here = {g for g, ids in grids.items() if any(dwellings[i][0] == village for i in ids)}
        total = sum(h for v, h in dwellings.values() if v == village)
        for g in here:
            d = 100 * abs(load[g] / (total / len(here)) - 1) if total else 0.0
            deviation[g] = max(deviation.get(g, 0.0), d)
            by_village[village] = max(by_village.get(village, 0.0), d)
    cut = [(a, b) for a, b in edges if drawing[a] != drawing[b]]
    return {
        "grids": len(grids),
        "outside_band": len(outside),
        "forced": len(forced),
        "breaches": sum(len(pieces(ids, edges)) - 1 for ids in grids.values()),
        "crossing": sum(len({dwellings[i][0] for i in ids}) > 1 for ids in grids.values()),
        "max_dev_pct": max(deviation.values(), default=None),
        "p90_village_dev_pct": _percentile(sorted(by_village.values()), 90),
        "cut_edges": len(cut),
        "cut_m": math.fsum(edges[e] for e in cut),
    }


def _percentile(values, percent):
    if not values:
        return None
    at = (len(values) - 1) * percent / 100
    low = math.floor(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (at - low) * (values[high] - values[low])


def best_runs(households, grids, least, most):
    """The fewest runs outside the band, then the least sum of (households/mean - 1)^2, by trying every division."""
    n, mean = len(households), Fraction(sum(households), grids)
    best = None
    for cuts in itertools.combinations(range(1, n), grids - 1):
        ends = (0, *cuts, n)
        loads = [sum(households[a:b]) for a, b in itertools.pairwise(ends)]
        worth = (
            sum(not least <= w <= most for w in loads),
            sum((w / mean - 1) ** 2 for w in loads) if mean else 0,
        )
        best = worth if best is None else min(best, worth)
    return best


def best_division(households, edges, grids, least, most):
    """By trying all: the fewest grids outside the band, then the shortest border among the even ones; None if none is even.

    Even: each grid within max(5 %, largest dwelling / mean) of the mean. Returns the fewest outside in all, and the pair
    (fewest outside, shortest border) of the even divisions.
    """
    mean = Fraction(sum(households), grids)
    room = max(mean / 20, Fraction(max(households)))
    fewest, even = None, None
    for label in _labels(len(households), grids):
        sides = [[v for v, g in enumerate(label) if g == grid] for grid in range(grids)]
        if any(len(pieces(side, edges)) != 1 for side in sides):
            continue
        loads = [sum(households[v] for v in side) for side in sides]
        outside = sum(not least <= load <= most for load in loads)
        fewest = outside if fewest is None else min(fewest, outside)
        if all(abs(load - mean) <= room for load in loads):
            worth = outside, math.fsum(m for (a, b), m in edges.items() if label[a] != label[b])
            even = worth if even is None else min(even, worth)
    return fewest, even


def _labels(places, grids):
    """All ways to give places to grids, none empty, a grid numbered by its first place."""
    for label in itertools.product(range(grids), repeat=places):
        firsts = [label.index(g) for g in range(grids) if g in label]
        if len(firsts) == grids and firsts == sorted(firsts):
            yield label


def best_two(households, edges, low, high, seconds=600.0):
    """The shortest border between two grids, both in one piece and with low..high households, by HiGHS.

    Connection is forced by a flow in each grid: its root sends one unit to each of its dwellings, through its own dwellings
    only. The first dwelling is in grid 0 and its root there; the root of grid 1 is chosen by the solver.
    """
    n = len(households)
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("time_limit", seconds)
    side = [model.addBinary() for _ in range(n)]
    root = [model.addBinary() for _ in range(n)]
    model.addConstr(side[0] == 0)
    total = sum(households)
    model.addConstr(sum(h * s for h, s in zip(households, side, strict=True)) >= max(low, total - high))
    model.addConstr(sum(h * s for h, s in zip(households, side, strict=True)) <= min(high, total - low))
    model.addConstr(sum(root[1:]) == 1)
    model.addConstr(root[0] == 0)
    cost, into = 0, [{0: [], 1: []} for _ in range(n)]
    for (a, b), metres in edges.items():
        differ = model.addVariable(0, 1)
        model.addConstr(differ >= side[a] - side[b])
        model.addConstr(differ >= side[b] - side[a])
        cost += metres * differ
        for one, other in ((a, b), (b, a)):
            for grid in (0, 1):
                flow = model.addVariable(0, n)
                for end in (one, other):
                    room = side[end] if grid else 1 - side[end]
                    model.addConstr(flow <= n * room)
                into[other][grid].append(flow)
                into[one][grid].append(-1 * flow)
    for v in range(1, n):
        model.addConstr(root[v] <= side[v])
        model.addConstr(sum(into[v][0]) == 1 - side[v])  # each dwelling of grid 0 but the first eats one unit
        model.addConstr(sum(into[v][1]) >= side[v] - n * root[v])  # in grid 1 all but the root eat
    model.minimize(cost)
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    values = np.round(model.getSolution().col_value[:n]).astype(int)
    return sum(m for (a, b), m in edges.items() if values[a] != values[b])
