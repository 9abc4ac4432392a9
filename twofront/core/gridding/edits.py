"""Hand edits: move a dwelling, cut a grid, merge two; weighed before they are taken.

One law: an edit changes nothing by itself. It returns the drawing that would be, and its effect on balance, contiguity and
border; who edits decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twofront.core.gridding.band import Band
from twofront.core.gridding.draw import USUAL
from twofront.core.gridding.engine import Effort, divided
from twofront.core.gridding.graph import components
from twofront.core.gridding.kernels import Part
from twofront.core.gridding.redraw import Old, coded
from twofront.core.gridding.tables import Dwellings, Edges, Ints


@dataclass(frozen=True, slots=True)
class Touched:
    """A grid that an edit touches: households before and after (None: not there), its pieces after, whether inside the band."""

    grid: str
    before: int | None
    after: int | None
    pieces: int
    inside_band: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What an edit (手工调整) would do: the drawing that would be, and what it costs."""

    grid: Ints
    codes: tuple[str, ...]
    touched: tuple[Touched, ...]
    breaches: int  # pieces beyond one in a touched grid, after
    crossing: bool  # whether a touched grid would lie in two villages
    cut_m: float  # change of the whole border, in metres; below 0 is shorter
    largest_dev_pct: float | None  # the largest deviation of a touched grid from its village's mean, after


class CannotEdit(Exception):  # noqa: N818 - it says what is found
    """An edit names a dwelling or a grid that is not there, or asks for what cannot be."""


def move(
    of: Dwellings, borders: Edges, grid: Ints, codes: Sequence[str], *, dwelling: str, to: str, band: Band
) -> Effect:
    """Return the effect of moving a dwelling to another grid.

    Raises:
        CannotEdit: No such dwelling or grid, it is the last dwelling of its grid, or the other grid lies in another village
            or special group.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B", "C"]), np.zeros(3, np.int64), ("V",), np.array([3, 4, 5]), None, None, np.arange(3.0))
        >>> row = Edges(np.array([0, 1]), np.array([1, 2]), np.array([2.0, 7.0]))
        >>> found = move(d, row, np.array([0, 0, 1]), ["V-1", "V-2"], dwelling="B", to="V-2", band=Band(3, 9))
        >>> found.cut_m, [(t.grid, t.before, t.after) for t in found.touched]
        (-5.0, [('V-1', 7, 3), ('V-2', 5, 9)])
    """
    row = of.ids.index(dwelling).as_py()
    if row < 0:
        raise CannotEdit(f"{dwelling} is no dwelling")
    there, here = _code(codes, to), int(grid[row])
    if (grid == here).sum() == 1:
        raise CannotEdit(f"{dwelling} is the last dwelling of {codes[here]}: merge the two grids")
    _refuse_mixing(of, np.append(np.flatnonzero(grid == there), row))
    after = grid.copy()
    after[row] = there
    return _effect(
        of, borders, (grid, tuple(codes)), (after, tuple(codes)), {codes[here], codes[there]}, band=band
    )


def merge(
    of: Dwellings, borders: Edges, grid: Ints, codes: Sequence[str], *, one: str, other: str, band: Band
) -> Effect:
    """Return the effect of merging two grids; the code of the one with more households stays.

    Raises:
        CannotEdit: No such grid, both are one, or they lie in two villages or special groups.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([3, 4]), None, None, np.arange(2.0))
        >>> found = merge(d, Edges(np.array([0]), np.array([1]), np.array([2.0])), np.array([0, 1]), ["V-1", "V-2"], one="V-1", other="V-2", band=Band(3, 9))
        >>> found.codes, found.cut_m
        (('V-2',), -2.0)
    """
    a, b = _code(codes, one), _code(codes, other)
    if a == b:
        raise CannotEdit(f"{one} cannot be merged with itself")
    _refuse_mixing(of, np.flatnonzero((grid == a) | (grid == b)))
    stays, goes = (a, b) if of.households[grid == a].sum() >= of.households[grid == b].sum() else (b, a)
    after = np.where(grid == goes, stays, grid)
    after = after - (after > goes)
    left = tuple(c for i, c in enumerate(codes) if i != goes)
    return _effect(of, borders, (grid, tuple(codes)), (after, left), {one, other}, band=band)


def cut(
    of: Dwellings,
    borders: Edges,
    grid: Ints,
    codes: Sequence[str],
    *,
    of_grid: str,
    band: Band,
    used: frozenset[str] = frozenset(),
    seed: int = 0,
    effort: Effort = USUAL,
) -> Effect:
    """Return the effect of cutting a grid in two of about the same households, along the shortest border found.

    The half with more households keeps the code; the other gets the next serial of its village that was never given.

    Raises:
        CannotEdit: No such grid, it has one dwelling, or it is in pieces already.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([3, 4]), None, None, np.arange(2.0))
        >>> found = cut(d, Edges(np.array([0]), np.array([1]), np.array([2.0])), np.array([0, 0]), ["V-1"], of_grid="V-1", band=Band(3, 9))
        >>> found.codes, found.grid.tolist(), found.cut_m
        (('V-1', 'V-2'), [1, 0], 2.0)
    """
    rows = np.flatnonzero(grid == _code(codes, of_grid))
    if len(rows) < 2:
        raise CannotEdit(f"{of_grid} has one dwelling and cannot be cut")
    part = _part(of, borders, rows)
    if components(len(rows), np.repeat(np.arange(len(rows)), np.diff(part.first)), part.other)[0] > 1:
        raise CannotEdit(f"{of_grid} is in pieces: each can be made a grid by moving its dwellings")
    total = int(part.households.sum())
    halves = Band(max(1, total // 3), max(1, total))
    half = divided(part, 2, band=halves, seed=seed, effort=effort)
    loads = np.bincount(half, part.households, 2)
    label = grid.copy()
    label[rows[half != int(loads[1] > loads[0])]] = len(codes)
    after, names = coded(of, label, Old(grid, tuple(codes), used=used))
    touched = {of_grid, *(set(names) - set(codes))}
    return _effect(of, borders, (grid, tuple(codes)), (after, names), touched, band=band)


def _code(codes: Sequence[str], wanted: str) -> int:
    try:
        return list(codes).index(wanted)
    except ValueError:
        raise CannotEdit(f"{wanted} is no grid") from None


def _refuse_mixing(of: Dwellings, rows: Ints) -> None:
    """Refuse a grid of two villages, or of a special group and others."""
    villages = [of.villages[v] for v in np.unique(of.village[rows])]
    if len(villages) > 1:
        raise CannotEdit(f"the grid would lie in the villages {' and '.join(villages)}")
    if of.special is not None and len(np.unique(of.special[rows])) > 1:
        raise CannotEdit("the grid would hold a special group together with others")


def _part(of: Dwellings, borders: Edges, rows: Ints) -> Part:
    place = np.full(len(of), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    kept = (place[borders.a] >= 0) & (place[borders.b] >= 0)
    a, b, metres = place[borders.a[kept]], place[borders.b[kept]], borders.border_m[kept]
    here, there = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.lexsort([there, here])
    first = np.concatenate([[0], np.cumsum(np.bincount(here, minlength=len(rows)))]).astype(np.int64)
    return Part(first, there[order], np.concatenate([metres, metres])[order], of.households[rows])


def _effect(
    of: Dwellings,
    borders: Edges,
    before: tuple[Ints, tuple[str, ...]],
    after: tuple[Ints, tuple[str, ...]],
    names: set[str],
    *,
    band: Band,
) -> Effect:
    touched, crossing, deviations = [], False, [0.0]
    for name in sorted(names):
        load = [
            int(of.households[g == c.index(name)].sum()) if name in c else None for g, c in (before, after)
        ]
        pieces = 0
        if name in after[1]:
            rows = np.flatnonzero(after[0] == after[1].index(name))
            part = _part(of, borders, rows)
            pieces, _ = components(
                len(rows), np.repeat(np.arange(len(rows)), np.diff(part.first)), part.other
            )
            crossing |= len(np.unique(of.village[rows])) > 1
            here = of.village == of.village[rows[0]]
            mean = of.households[here].sum() / len(np.unique(after[0][here]))
            deviations.append(100 * abs((load[1] or 0) / mean - 1) if mean else 0.0)
        inside = load[1] is not None and band.least <= load[1] <= band.most
        touched.append(Touched(grid=name, before=load[0], after=load[1], pieces=pieces, inside_band=inside))
    cuts = [float(borders.border_m[g[borders.a] != g[borders.b]].sum()) for g, _ in (before, after)]
    return Effect(
        grid=after[0],
        codes=after[1],
        touched=tuple(touched),
        breaches=sum(max(0, t.pieces - 1) for t in touched),
        crossing=crossing,
        cut_m=cuts[1] - cuts[0],
        largest_dev_pct=max(deviations),
    )
