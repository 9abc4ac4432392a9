"""Redrawing: from the grids a county has to the grids it needs, with as few people changing hands as can be.

One law: what is in order stays as it is; a code is never used for another grid; and every household of before is found after.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from twofront.core.gridding.band import Band, fits
from twofront.core.gridding.draw import USUAL, Outside, is_special, outside, together
from twofront.core.gridding.engine import Effort, Stay, divided, fewest_outside, grids_of
from twofront.core.gridding.graph import Net, components, net
from twofront.core.gridding.kernels import Part
from twofront.core.gridding.tables import Dwellings, Edges, Ints
from twofront.core.gridding.trees import divide

NONE = -1


@dataclass(frozen=True, slots=True)
class Old:
    """The drawing that a county has: for each dwelling its grid or NONE, the codes as they are, and what is gone."""

    grid: Ints  # row of the dwellings -> index into `grids`, or NONE for a dwelling that is new
    grids: tuple[str, ...]
    gone: int = 0  # dwellings of the old drawing that are no more
    used: frozenset[str] = frozenset()  # codes given earlier, which may not come again


@dataclass(frozen=True, slots=True)
class Passed:
    """Dwellings and households that passed from an old grid to a new one (None: new dwellings)."""

    old: str | None
    new: str
    dwellings: int
    households: int


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A new drawing beside the old one (网格调整)."""

    grid: Ints
    codes: tuple[str, ...]
    outside: tuple[Outside, ...]
    mapping: tuple[Passed, ...]
    born: tuple[str, ...]
    retired: tuple[str, ...]

    @property
    def moved(self) -> int:
        """Households whose grid has another code than before."""
        return sum(p.households for p in self.mapping if p.old is not None and p.old != p.new)


class CountsDiffer(Exception):  # noqa: N818 - it says what is found
    """The households of before are not those of after: a mapping lost or invented some."""


def redraw(
    of: Dwellings,
    borders: Edges,
    old: Old,
    *,
    band: Band,
    keep_m: float = 100.0,
    reshape: frozenset[str] = frozenset(),
    seed: int = 0,
    effort: Effort = USUAL,
) -> Redrawn:
    """Redraw grids: leave alone each part that is in order, and change the others as little as the band and the shape ask.

    A part is in order if each of its dwellings has a grid, each grid is whole and inside the part, and none is outside the
    band where one could be inside. Elsewhere the number of grids stays if it fits, else becomes the nearest that fits (or
    another, where that leaves fewer outside); a household that leaves its grid weighs as much as *keep_m* metres
    of border. An old grid that lies in two parts goes on in the part with most of its households. New grids get the next serials of their village after all codes ever given there.

    Args:
        of: The dwellings of today.
        borders: Their neighbours.
        old: The drawing of yesterday.
        band: The band of households.
        keep_m: Metres of border that one household's staying is worth; 0 asks for shape alone.
        reshape: Codes of villages that are drawn anew though they are in order.
        seed: Chooses among drawings of the same worth.
        effort: How long to search.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([300, 400]), None, None, np.array([2.0, 1.0]))
        >>> found = redraw(d, Edges(np.array([0]), np.array([1]), np.array([2.0])), Old(np.array([0, NONE]), ("V-7",)), band=Band(300, 500))
        >>> [found.codes[g] for g in found.grid], found.born
        (['V-7', 'V-8'], ('V-8',))
    """
    laid = net(of, borders)
    parts = [Part(*laid.part(at)) for at in range(laid.parts)]
    home = _homes(of, laid, old)
    names = of.ids.take(laid.row[laid.start[:-1]]).to_pylist()
    alone = is_special(of)[laid.row[laid.start[:-1]]]

    def one(at: int) -> Ints:
        here = home[laid.start[at] : laid.start[at + 1]]
        village = of.villages[laid.village[at]]
        if village not in reshape and _in_order(
            parts[at], here, old.grid[laid.row[laid.start[at] : laid.start[at + 1]]], band
        ):
            return here
        mark = zlib.crc32(f"{seed}|{village}|{names[at]}".encode())

        def changed(grids: int) -> Ints:
            return _changed(parts[at], here, grids, band=band, keep_m=keep_m, seed=mark, effort=effort)

        if alone[at]:
            return changed(1)
        wanted = wanted_grids(parts[at], len(np.unique(here[here >= 0])), band)
        return fewest_outside(parts[at], wanted, changed, band=band)

    pieces = together(one, range(laid.parts))
    label = np.empty(len(of), dtype=np.int64)  # an old grid by its index, a new one by a number after them
    free = len(old.grids)
    for at in range(laid.parts):
        piece = pieces[at].copy()
        for new in np.unique(piece[piece <= NONE]):
            piece[pieces[at] == new] = free
            free += 1
        label[laid.row[laid.start[at] : laid.start[at + 1]]] = piece
    grid, codes = coded(of, label, old)
    part_of = np.empty(len(of), dtype=np.int64)
    part_of[laid.row] = np.repeat(np.arange(laid.parts), np.diff(laid.start))
    return Redrawn(
        grid=grid,
        codes=codes,
        outside=outside(of, grid, codes, part_of=part_of, band=band),
        mapping=mapping(of, old, grid, codes),
        born=tuple(sorted(set(codes) - set(old.grids))),
        retired=tuple(sorted(set(old.grids) - set(codes))),
    )


def never_again(old: Old, codes: Sequence[str]) -> list[str]:
    """Return the codes given earlier that no grid of a new drawing has: they may not come again.

    Example:
        >>> never_again(Old(np.array([0, 1]), ("V-1", "V-2"), used=frozenset({"V-7"})), ["V-1", "V-8"])
        ['V-2', 'V-7']
    """
    return sorted({*old.grids, *old.used} - set(codes))


def mapping(of: Dwellings, old: Old, grid: Ints, codes: Sequence[str]) -> tuple[Passed, ...]:
    """Return how many dwellings and households pass from which old grid to which new one.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([3, 4]), None, None, np.zeros(2))
        >>> [p.households for p in mapping(d, Old(np.array([0, NONE]), ("V-1",)), np.array([0, 0]), ["V-1"])]
        [4, 3]
    """
    count: Counter[tuple[int, int]] = Counter()
    weight: Counter[tuple[int, int]] = Counter()
    for before, after, households in zip(
        old.grid.tolist(), grid.tolist(), of.households.tolist(), strict=True
    ):
        count[before, after] += 1
        weight[before, after] += households
    return tuple(
        Passed(
            old=None if b < 0 else old.grids[b], new=codes[a], dwellings=count[b, a], households=weight[b, a]
        )
        for b, a in sorted(count)
    )


def counted(
    of: Dwellings, old: Old, grid: Ints, codes: Sequence[str], passed: Sequence[Passed]
) -> dict[str, int]:
    """Return the count of before and after, and refuse a mapping that does not add up, old grid by old grid and new by new.

    Raises:
        CountsDiffer: Some old grid gave, or some new grid got, other households than the mapping says.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A"]), np.zeros(1, np.int64), ("V",), np.array([3]), None, None, np.zeros(1))
        >>> counted(d, Old(np.array([0]), ("V-1",)), np.array([0]), ["V-1"], [Passed("V-1", "V-1", 1, 3)])
        {'households_before': 3, 'households_new': 0, 'households_after': 3, 'households_moved': 0}
    """
    gave: Counter[str | None] = Counter()
    got: Counter[str] = Counter()
    for p in passed:
        gave[p.old] += p.households
        got[p.new] += p.households
    had = {name: int(of.households[old.grid == g].sum()) for g, name in enumerate(old.grids)}
    had_new = int(of.households[old.grid < 0].sum())
    has = {name: int(of.households[grid == g].sum()) for g, name in enumerate(codes)}
    for name, households in [*had.items(), (None, had_new)]:
        if gave[name] != households:
            raise CountsDiffer(
                f"{name or 'new dwellings'} had {households} households and the mapping gives {gave[name]}"
            )
    for name, households in has.items():
        if got[name] != households:
            raise CountsDiffer(f"{name} has {households} households and the mapping brings {got[name]}")
    return {
        "households_before": sum(had.values()),
        "households_new": had_new,
        "households_after": sum(has.values()),
        "households_moved": sum(p.households for p in passed if p.old is not None and p.old != p.new),
    }


def wanted_grids(part: Part, now: int, band: Band) -> int:
    """Return into how many grids a part is redrawn: as many as now if that fits, else the nearest that fits.

    Example:
        >>> from twofront.core.gridding.kernels import Part
        >>> line = Part(np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0), np.full(10, 130))
        >>> wanted_grids(line, 4, Band(300, 500)), wanted_grids(line, 2, Band(300, 500))
        (4, 3)
    """
    households, drawn = int(part.households.sum()), grids_of(part, band)
    if now < 1 or not fits(households, drawn, band) or (part.households > band.most).any():
        return drawn
    return min(
        max(now, -(-households // band.most)), households // band.least, int((part.households > 0).sum())
    )


def _homes(of: Dwellings, laid: Net, old: Old) -> Ints:
    """Return by place the old grid that goes on in its part, or NONE."""
    part = np.repeat(np.arange(laid.parts), np.diff(laid.start))
    grid = old.grid[laid.row]
    known = grid >= 0
    weight: Counter[tuple[int, int]] = Counter()
    for g, p, h in zip(
        grid[known].tolist(), part[known].tolist(), laid.households[known].tolist(), strict=True
    ):
        weight[g, p] += h + 1  # a grid without households goes on somewhere too
    best: dict[int, tuple[int, int]] = {}
    for (g, p), h in weight.items():
        best[g] = max(best.get(g, (-1, 0)), (h, -p))
    main = np.full(max(1, len(old.grids)), NONE, dtype=np.int64)
    for g, (_, p) in best.items():
        main[g] = -p
    return np.where(known & (main[grid] == part), grid, NONE)


def _in_order(part: Part, home: Ints, old: Ints, band: Band) -> bool:
    """Return whether a part can stay as it is."""
    if (old < 0).any() or (home != old).any():
        return False
    names, label = np.unique(home, return_inverse=True)
    source = np.repeat(np.arange(len(label)), np.diff(part.first))
    same = label[source] == label[part.other]
    pieces, _ = components(len(label), source[same], part.other[same])
    load = np.zeros(len(names), dtype=np.int64)
    np.add.at(load, label, part.households)
    tower = np.zeros(len(names), dtype=bool)
    tower[label[part.households > band.most]] = True
    good = ((load >= band.least) & (load <= band.most)) | tower
    may = not fits(int(part.households.sum()), grids_of(part, band), band) and len(names) == grids_of(
        part, band
    )
    return pieces == len(names) and (bool(good.all()) or may)


def _changed(
    part: Part, home: Ints, grids: int, *, band: Band, keep_m: float, seed: int, effort: Effort
) -> Ints:
    """Return the old grid of each place, or a number <= NONE for each new grid."""
    names = np.unique(home[home >= 0])
    weight = [int(part.households[home == name].sum()) for name in names]
    kept = (
        names[np.argsort(-np.array(weight, dtype=np.int64), kind="stable")][:grids] if len(names) else names
    )
    label = np.full(len(home), NONE, dtype=np.int64)
    for i, name in enumerate(kept):
        label[home == name] = i
    if grids == 1:
        return np.full(len(home), kept[0] if len(kept) else NONE)
    first = _continued(part, label, grids, seed) if len(kept) else None
    found = divided(part, grids, band=band, seed=seed, effort=effort, stay=Stay(label, keep_m), first=first)
    code = np.array([*kept, *(NONE - 1 - i for i in range(grids - len(kept)))], dtype=np.int64)
    return code[found]


def _continued(part: Part, label: Ints, grids: int, seed: int) -> Ints:
    """Return a division that goes on from the old one: the largest piece of each old grid, grown over what has none, then split."""
    grid = np.full(len(label), NONE, dtype=np.int64)
    source = np.repeat(np.arange(len(label)), np.diff(part.first))
    same = (label[source] == label[part.other]) & (label[source] >= 0)
    _, piece = components(len(label), source[same], part.other[same])
    for g in range(int(label.max()) + 1):
        numbers, sizes = np.unique(piece[label == g], return_counts=True)
        grid[piece == numbers[np.argmax(sizes)]] = g
    while (grid < 0).any():
        edge = np.flatnonzero((grid[source] >= 0) & (grid[part.other] < 0))
        grid[part.other[edge]] = grid[source[edge]]
    have = int(label.max()) + 1
    while have < grids:
        load = np.zeros(have, dtype=np.int64)
        np.add.at(load, grid, part.households * 2 + 1)
        load[np.bincount(grid, minlength=have) < 2] = -1
        place = np.flatnonzero(grid == int(np.argmax(load)))
        half = divide(
            _sub(part, place),
            2,
            int(part.households[place].sum()) // 2,
            int(part.households[place].sum()) // 2 + 1,
            seed,
        )
        keeps = int(
            np.bincount(half, part.households[place], 2)[1] > np.bincount(half, part.households[place], 2)[0]
        )
        grid[place[half != keeps]] = have
        have += 1
    return grid


def _sub(part: Part, place: Ints) -> Part:
    """Return the part of a part."""
    new = np.full(len(part.households), NONE, dtype=np.int64)
    new[place] = np.arange(len(place))
    source = np.repeat(np.arange(len(new)), np.diff(part.first))
    kept = (new[source] >= 0) & (new[part.other] >= 0)
    first = np.concatenate([[0], np.cumsum(np.bincount(new[source[kept]], minlength=len(place)))]).astype(
        np.int64
    )
    return Part(first, new[part.other[kept]], part.border[kept], part.households[place])


def coded(of: Dwellings, label: Ints, old: Old) -> tuple[Ints, tuple[str, ...]]:
    """Return the grids with their codes: the old ones keep theirs, new ones get serials that were never given.

    Args:
        of: The dwellings.
        label: The grid of each: an index into the old grids, or any number above them for a new grid.
        old: The old grids and the codes used before them.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([3, 4]), None, None, np.zeros(2))
        >>> coded(d, np.array([0, 1]), Old(np.array([0, 0]), ("V-1",), used=frozenset({"V-8"})))
        (array([0, 1]), ('V-1', 'V-9'))
    """
    numbers, label = np.unique(label, return_inverse=True)
    given = set(old.grids) | old.used
    last: Counter[str] = Counter()
    for code in given:
        village, _, serial = code.rpartition("-")
        if re.fullmatch(r"[0-9]{1,9}", serial):
            last[village] = max(last[village], int(serial))
    middle = _new_order(of, label, numbers, len(old.grids))
    codes = {int(i): old.grids[int(n)] for i, n in enumerate(numbers) if n < len(old.grids)}
    for i, village in middle:
        last[village] += 1
        codes[i] = f"{village}-{last[village]}"
    names = [codes[i] for i in range(len(numbers))]
    order = sorted(range(len(names)), key=lambda i: names[i])
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    return place[label], tuple(names[i] for i in order)


def _new_order(of: Dwellings, label: Ints, numbers: Ints, known: int) -> list[tuple[int, str]]:
    """Return the new grids with their village, west to east, then north to south (by walking order without coordinates)."""
    rank = np.empty(len(of), dtype=np.int64)
    rank[np.asarray(pc.sort_indices(of.ids))] = np.arange(len(of))
    found = []
    for i in np.flatnonzero(numbers >= known).tolist():
        rows = np.flatnonzero(label == i)
        across = of.x if of.x is not None else of.seq
        down = of.y if of.y is not None else np.zeros(len(of))
        west = float(across[rows].mean()) if across is not None else 0.0
        found.append(
            (of.villages[of.village[rows[0]]], west, -float(down[rows].mean()), int(rank[rows].min()), i)
        )
    return [(i, village) for village, _, _, _, i in sorted(found)]
