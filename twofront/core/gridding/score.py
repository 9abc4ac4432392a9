"""The score of a drawing, anyone's: band, contiguity, balance, border, compactness.

One law: the score knows nothing of how a drawing was made; it takes dwellings, neighbours and a grid for each dwelling.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twofront.core.gridding.band import Band, forced
from twofront.core.gridding.graph import components
from twofront.core.gridding.tables import Dwellings, Edges, Ints

if TYPE_CHECKING:
    from twofront.core.gridding.cells import Cells


@dataclass(frozen=True, slots=True)
class Score:
    """What a drawing is worth (划分评分); None is unknown: no grids, no lengths, no coordinates."""

    grids: int
    outside_band: int
    forced: int
    breaches: int
    crossing: int
    max_dev_pct: float | None
    p90_village_dev_pct: float | None
    cut_edges: int
    cut_m: float | None
    polsby_popper: float | None


def score(of: Dwellings, borders: Edges, grid: Ints, *, band: Band, cells: "Cells | None" = None) -> Score:
    """Score a drawing.

    A breach is a piece beyond one in a grid; a grid is crossing if it lies in two villages. The deviation of a grid is
    |households / mean - 1|, mean = households of its village / grids with a dwelling there; of a crossing grid it is the
    largest over its villages; a village without households has none. `p90_village_dev_pct` is the 90th percentile (linear)
    over the villages of the largest deviation in each. A grid outside the band is forced if it has a dwelling in a part
    where no number of grids fits, holds a dwelling above the band, or is one of a special group.

    Args:
        of: The dwellings.
        borders: Who is neighbour to whom, with the length of the border (NaN: unknown).
        grid: The grid of each dwelling, any whole numbers from 0.
        band: The band of households.
        cells: The cells with their polygons, for the compactness; without them it is None.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([300, 500]), None, None, np.arange(2.0))
        >>> found = score(d, Edges(np.array([0]), np.array([1]), np.array([7.5])), np.array([0, 1]), band=Band(300, 500))
        >>> found.grids, found.outside_band, found.breaches, found.max_dev_pct, found.cut_m
        (2, 0, 0, 25.0, 7.5)
    """
    _, grid = np.unique(grid, return_inverse=True)
    count = int(grid.max(initial=-1)) + 1
    households = _sums(grid, of.households, count)
    outside = (households < band.least) | (households > band.most)
    same = grid[borders.a] == grid[borders.b]
    pieces, _ = components(len(of), borders.a[same], borders.b[same])
    pair = np.unique(np.column_stack([grid, of.village]), axis=0)
    most, p90 = _deviations(of, households, pair)
    cut = borders.border_m[~same]
    return Score(
        grids=count,
        outside_band=int(outside.sum()),
        forced=int((outside & forced_grids(of, borders, grid, band=band)).sum()),
        breaches=pieces - count,
        crossing=int((np.bincount(pair[:, 0], minlength=count) > 1).sum()),
        max_dev_pct=most,
        p90_village_dev_pct=p90,
        cut_edges=int((~same).sum()),
        cut_m=None if np.isnan(borders.border_m).any() else float(cut.sum()),
        polsby_popper=None if cells is None or not count else cells.compactness(grid),
    )


def forced_grids(
    of: Dwellings, borders: Edges, grid: Ints, *, band: Band
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return for each grid whether it may be outside the band: it is in a part where nothing fits, or holds too large a dwelling.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([550, 400]), None, None, np.arange(2.0))
        >>> forced_grids(d, Edges(np.array([0]), np.array([1]), np.array([1.0])), np.array([0, 1]), band=Band(300, 500)).tolist()
        [True, False]
    """
    inside = of.zone[borders.a] == of.zone[borders.b]
    parts, part = components(len(of), borders.a[inside], borders.b[inside])
    nothing_fits = np.array([forced(int(w), band) for w in _sums(part, of.households, parts)], dtype=bool)
    may = np.zeros(int(grid.max(initial=-1)) + 1, dtype=bool)
    special = np.zeros(len(of), dtype=bool) if of.special is None else of.special >= 0
    may[grid[nothing_fits[part] | (of.households > band.most) | special]] = True
    return may


def _sums(key: Ints, values: Ints, size: int) -> Ints:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, key, values)
    return total


def _deviations(of: Dwellings, households: Ints, pair: Ints) -> tuple[float | None, float | None]:
    if not len(pair):
        return None, None
    grid, village = pair.T
    total = _sums(of.village, of.households, len(of.villages))
    mean = total / np.maximum(np.bincount(village, minlength=len(of.villages)), 1)
    some = mean[village] > 0
    deviation = np.zeros(len(pair))
    deviation[some] = 100 * np.abs(households[grid[some]] / mean[village[some]] - 1)
    largest = np.zeros(len(of.villages))
    np.maximum.at(largest, village, deviation)
    return float(deviation.max()), float(np.percentile(largest, 90))
