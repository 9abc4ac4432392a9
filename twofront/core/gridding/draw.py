"""Drawing the grids of a county.

One law: every dwelling lies in exactly one grid; every grid lies in one part of one village and hangs together; every grid is
inside the band wherever a number of grids fits, else it is listed with the reason. Same input and seed, same grids.
"""

import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from twofront.core.gridding.band import Band, forced
from twofront.core.gridding.engine import Effort, divided, fewest_outside, grids_of
from twofront.core.gridding.graph import Net, net, walk, walking
from twofront.core.gridding.kernels import Part
from twofront.core.gridding.runs import runs_in_band
from twofront.core.gridding.tables import Dwellings, Edges, Floats, Ints

Reason = Literal["part_below_band", "no_number_fits", "dwelling_above_band", "special", "not_found"]
Flags = npt.NDArray[np.bool_]

USUAL = Effort()
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Outside:
    """A grid outside the band, and why (带外网格). All reasons but `not_found` are forced: no drawing could do better."""

    grid: str
    village: str
    households: int
    reason: Reason

    @property
    def forced(self) -> bool:
        """Whether no drawing could put it inside."""
        return self.reason != "not_found"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing (网格划分): for each dwelling its grid, the codes, and the grids outside the band."""

    grid: Ints  # row -> index into `codes`
    codes: tuple[str, ...]
    outside: tuple[Outside, ...]


def draw(of: Dwellings, borders: Edges | None, *, band: Band, seed: int = 0, effort: Effort = USUAL) -> Drawn:
    """Draw the grids of all villages.

    With borders every part of a village (a connected component of its neighbours) is divided by the engine. Without, the
    dwellings have a walking order, and each village is divided into runs of it, optimally. A special group (market, school,
    dormitory, large firm) is a grid by itself, one for each of its parts, whatever its households.

    Args:
        of: The dwellings.
        borders: Neighbours with the length of their border, or None for runs of the walking order.
        band: The band of households.
        seed: Chooses among drawings of the same worth.
        effort: How long to search.

    Raises:
        ValueError: There are no borders and no walking order, or a village is too large for the exact method.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([300, 400]), None, None, np.array([2.0, 1.0]))
        >>> found = draw(d, None, band=Band(300, 500))
        >>> [found.codes[g] for g in found.grid]
        ['V-2', 'V-1']
    """
    laid, label = (
        in_runs(of, band=band)
        if borders is None
        else in_parts(of, borders, band=band, seed=seed, effort=effort)
    )
    part_of = np.empty(len(of), dtype=np.int64)
    part_of[laid.row] = np.repeat(np.arange(laid.parts), np.diff(laid.start))
    grid, codes = numbered(of, label)
    return Drawn(grid=grid, codes=codes, outside=outside(of, grid, codes, part_of=part_of, band=band))


def in_parts(of: Dwellings, borders: Edges, *, band: Band, seed: int, effort: Effort) -> tuple[Net, Ints]:
    """Return the net and a number of the grid for each dwelling, drawn part by part.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([300, 400]), None, None, np.array([2.0, 1.0]))
        >>> in_parts(d, Edges(np.array([0]), np.array([1]), np.array([2.0])), band=Band(300, 500), seed=0, effort=Effort())[1].tolist()
        [0, 1]
    """
    laid = net(of, borders)
    parts = [Part(*laid.part(at)) for at in range(laid.parts)]
    alone = is_special(of)[laid.row[laid.start[:-1]]]
    names = of.ids.take(laid.row[laid.start[:-1]]).to_pylist()

    def one(at: int) -> Ints:
        mark = zlib.crc32(f"{seed}|{of.villages[laid.village[at]]}|{names[at]}".encode())
        if alone[at]:
            return np.zeros(len(parts[at].households), dtype=np.int64)
        return fewest_outside(
            parts[at],
            grids_of(parts[at], band),
            lambda grids: divided(parts[at], grids, band=band, seed=mark, effort=effort),
            band=band,
        )

    heavy = [len(part.households) * (grids_of(part, band) > 1) for part in parts]
    pieces = together(one, sorted(range(laid.parts), key=lambda i: -heavy[i]))
    label = np.empty(len(of), dtype=np.int64)
    shift = 0
    for at in range(laid.parts):
        label[laid.row[laid.start[at] : laid.start[at + 1]]] = pieces[at] + shift
        shift += len(parts[at].households)
    return laid, label


def together(one: Callable[[int], Ints], numbers: Sequence[int]) -> dict[int, Ints]:
    """Return one(number) for each number; the compiled loops run beside each other.

    Example:
        >>> together(lambda number: np.array([number]), [2, 1])[1].tolist()
        [1]
    """
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return dict(zip(numbers, pool.map(one, numbers), strict=True))


def in_runs(of: Dwellings, *, band: Band) -> tuple[Net, Ints]:
    """Return the net and a number of the grid for each dwelling, drawn as runs of the walking order.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([300, 400]), None, None, np.array([2.0, 1.0]))
        >>> in_runs(d, band=Band(300, 500))[1].tolist()
        [1, 0]
    """
    if of.seq is None:
        raise ValueError("neither borders nor a walking order: give one of them")
    laid = net(of, walking(of))
    order = walk(of)
    alone = is_special(of)
    label = np.empty(len(of), dtype=np.int64)
    shift = 0
    for start, end in pairwise(laid.start):  # a zone is one part, and both orders go zone by zone
        rows = order[start:end]
        label[rows] = runs_in_band(of.households[rows], band=band) + shift if not alone[rows[0]] else shift
        shift += len(rows)
    return laid, label


def is_special(of: Dwellings) -> Flags:
    """Return for each dwelling whether it is in a special group.

    Example:
        >>> import pyarrow as pa
        >>> is_special(Dwellings(pa.array(["A"]), np.zeros(1, np.int64), ("V",), np.array([3]), None, None, np.zeros(1), np.array([0]))).tolist()
        [True]
    """
    return np.zeros(len(of), dtype=bool) if of.special is None else of.special >= 0


def numbered(of: Dwellings, label: Ints) -> tuple[Ints, tuple[str, ...]]:
    """Return the grids numbered village by village, and their codes: village, `-`, serial.

    The serial goes by the mean x of the grid's dwellings, west to east, then by their mean y, north to south (the manner of
    CJ/T 349); without coordinates by the mean place in the walking order; on a tie by the smallest id.

    Args:
        of: The dwellings.
        label: The grid of each dwelling, any whole numbers from 0.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.ones(2, np.int64), np.array([9.0, 1.0]), np.zeros(2), None)
        >>> numbered(d, np.array([0, 1]))
        (array([1, 0]), ('V-1', 'V-2'))
    """
    _, label = np.unique(label, return_inverse=True)
    count = int(label.max(initial=-1)) + 1
    village = np.zeros(count, dtype=np.int64)
    village[label] = of.village
    rank = np.empty(len(of), dtype=np.int64)
    by_id = np.asarray(pc.sort_indices(of.ids)).astype(np.int64)
    rank[by_id] = np.arange(len(of))
    least = np.full(count, len(of), dtype=np.int64)
    np.minimum.at(least, label, rank)
    across, down = (of.seq, None) if of.x is None else (of.x, of.y)
    keys: list[Ints | Floats] = [least]
    if down is not None:
        keys.append(-_means(label[by_id], down[by_id], count))
    keys.append(_means(label[by_id], across[by_id], count) if across is not None else least)
    order = np.lexsort([*keys, village])
    place = np.empty(count, dtype=np.int64)
    place[order] = np.arange(count)
    first = np.searchsorted(village[order], np.arange(len(of.villages)))
    serial = np.arange(count) - first[village[order]] + 1
    codes = tuple(f"{of.villages[v]}-{s}" for v, s in zip(village[order], serial, strict=True))
    return place[label], codes


def outside(
    of: Dwellings, grid: Ints, codes: Sequence[str], *, part_of: Ints, band: Band
) -> tuple[Outside, ...]:
    """Return the grids outside the band, in order, each with its reason.

    Args:
        of: The dwellings.
        grid: The grid of each dwelling, an index into the codes.
        codes: The codes of the grids.
        part_of: The part of each dwelling.
        band: The band of households.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A"]), np.zeros(1, np.int64), ("V",), np.array([3]), None, None, np.zeros(1))
        >>> outside(d, np.array([0]), ["V-1"], part_of=np.array([0]), band=Band(300, 500))[0].reason
        'part_below_band'
    """
    load = np.zeros(len(codes), dtype=np.int64)
    np.add.at(load, grid, of.households)
    weight = np.zeros(int(part_of.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(weight, part_of, of.households)
    largest = np.zeros(len(codes), dtype=np.int64)
    np.maximum.at(largest, grid, of.households)
    home = np.zeros(len(codes), dtype=np.int64)
    home[grid] = np.arange(len(of))
    alone = is_special(of)
    found = []
    for g in np.flatnonzero((load < band.least) | (load > band.most)).tolist():
        whole = int(weight[part_of[home[g]]])
        reason: Reason = "not_found"
        if alone[home[g]]:
            reason = "special"
        elif whole < band.least:
            reason = "part_below_band"
        elif largest[g] > band.most:
            reason = "dwelling_above_band"
        elif forced(whole, band):
            reason = "no_number_fits"
        found.append(
            Outside(
                grid=codes[g],
                village=of.villages[of.village[home[g]]],
                households=int(load[g]),
                reason=reason,
            )
        )
    return tuple(found)


def _means(key: Ints, values: Floats, size: int) -> Floats:
    total = np.zeros(size)
    np.add.at(total, key, values)
    mean: Floats = total / np.maximum(np.bincount(key, minlength=size), 1)
    return mean
