"""Voronoi cells of dwellings: who touches whom where no borders are given, and the shape of a grid.

One law: the cells of a village tile its hull + 50 m, so a village without barriers is always one part. Dwellings at one
point are set apart by at most a metre, on a spiral, for the cells only.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import shapely
from scipy.spatial import Voronoi, cKDTree

from twofront.core.gridding.graph import components
from twofront.core.gridding.tables import Dwellings, Edges, Floats, Ints

Shapes = npt.NDArray[np.object_]  # of shapely polygons

MARGIN_M = 50.0
_APART_M = 1.0
_SAME_M = 0.001  # points nearer than a millimetre are one point
_LEAST_M = 1e-9  # a border shorter than this is a point
_GOLDEN = np.pi * (3 - np.sqrt(5))
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Cells:
    """The neighbours by cells that touch and, where asked for, the cells themselves in the order of the dwellings."""

    edges: Edges
    polygons: Shapes | None

    def compactness(self, grid: Ints) -> float:
        """Return the mean of 4 pi area / perimeter^2 (Polsby-Popper) over the grids, numbered from 0, none empty."""
        area = np.bincount(grid, shapely.area(self.polygons))
        around = np.bincount(grid, shapely.length(self.polygons))
        inner = grid[self.edges.a] == grid[self.edges.b]  # a border inside a grid is no part of its perimeter
        around -= 2 * np.bincount(
            grid[self.edges.a[inner]], self.edges.border_m[inner], minlength=len(around)
        )
        return float((4 * np.pi * area / around**2).mean())


def cells(of: Dwellings, *, shapes: bool = False) -> Cells:
    """Return the Voronoi neighbours of dwellings with coordinates, village by village, clipped to the hull + 50 m.

    Args:
        of: The dwellings; `x` and `y` in metres.
        shapes: Whether the cells are wanted too.

    Raises:
        ValueError: The dwellings have no coordinates.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.ones(2, np.int64), np.array([0.0, 10.0]), np.zeros(2), None)
        >>> found = cells(d)
        >>> found.edges.a.tolist(), found.edges.b.tolist(), round(float(found.edges.border_m[0]), 2)
        ([0], [1], 100.0)
    """
    if of.x is None or of.y is None:
        raise ValueError("cells need coordinates; these dwellings have a walking order only")
    order = np.argsort(of.village, kind="stable")
    bounds = np.searchsorted(of.village[order], np.arange(len(of.villages) + 1))
    found: list[tuple[Ints, Ints, Floats]] = []
    polygons = np.empty(len(of), dtype=object) if shapes else None
    rank = np.empty(len(of), dtype=np.int64)
    rank[np.asarray(pc.sort_indices(of.ids))] = np.arange(len(of))
    for low, high in pairwise(bounds):
        rows = order[low:high]
        rows = rows[np.argsort(rank[rows], kind="stable")]
        points = np.column_stack([of.x[rows], of.y[rows]])
        sites = _apart(points - points.mean(axis=0))
        clip = shapely.buffer(shapely.convex_hull(shapely.multipoints(sites)), MARGIN_M, quad_segs=16)
        tiling = _tiling(sites)
        a, b, border = _borders(tiling, sites=len(sites), clip=clip)
        found.append((np.minimum(rows[a], rows[b]), np.maximum(rows[a], rows[b]), border))
        if polygons is not None:
            polygons[rows] = shapely.transform(
                _polygons(tiling, sites, clip=clip), _shift(points.mean(axis=0))
            )
    a, b, border = (
        (np.concatenate(column) for column in zip(*found, strict=True))
        if found
        else (_NONE, _NONE, np.empty(0))
    )
    return Cells(edges=Edges(a=a, b=b, border_m=border), polygons=polygons)


def _apart(points: Floats) -> Floats:
    """Set points that coincide apart on a spiral, by at most a metre and less than half the way to the next point."""
    spots, spot, count = np.unique(
        np.round(points / _SAME_M).astype(np.int64), axis=0, return_inverse=True, return_counts=True
    )
    if len(spots) == len(points):
        return points
    spot = spot.ravel()
    far = (
        cKDTree(spots * _SAME_M).query(spots * _SAME_M, k=2)[0][:, 1]
        if len(spots) > 1
        else np.array([np.inf])
    )
    order = np.argsort(spot, kind="stable")
    turn = np.empty(len(points))
    turn[order] = np.arange(len(points)) - np.repeat(np.cumsum(count) - count, count)
    radius = np.minimum(_APART_M, 0.4 * far)[spot] * np.sqrt((turn + 0.5) / count[spot]) * (count[spot] > 1)
    apart: Floats = points + radius[:, None] * np.column_stack(
        [np.cos(turn * _GOLDEN), np.sin(turn * _GOLDEN)]
    )
    return apart


def _tiling(sites: Floats) -> Any:  # noqa: ANN401 - scipy has no types
    """Return the Voronoi diagram of the sites inside a ring so far away that it cuts no cell within the clip."""
    wide = 400.0 + 4.0 * float(np.abs(sites).max()) * np.sqrt(2)
    angle = np.arange(8) * np.pi / 4 + 0.1
    return Voronoi(np.vstack([sites, wide * np.column_stack([np.cos(angle), np.sin(angle)])]))


def _borders(tiling: Any, *, sites: int, clip: shapely.Geometry) -> tuple[Ints, Ints, Floats]:  # noqa: ANN401
    pair = tiling.ridge_points.astype(np.int64)
    inner = (pair < sites).all(axis=1)
    pair = pair[inner]
    ends = tiling.vertices[np.asarray(tiling.ridge_vertices)[inner]]
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    shapely.prepare(clip)
    within = shapely.contains_xy(clip, ends[..., 0].ravel(), ends[..., 1].ravel()).reshape(-1, 2).all(axis=1)
    length[~within] = shapely.length(shapely.intersection(shapely.linestrings(ends[~within]), clip))
    kept = length > _LEAST_M
    kept[_joining(sites, pair, kept)] = True
    return pair[kept, 0], pair[kept, 1], np.where(length > _LEAST_M, length, 0.0)[kept]


def _joining(sites: int, pair: Ints, kept: npt.NDArray[np.bool_]) -> list[int]:
    """Return cells that touch in a point only, as few as join what rounding has left apart."""
    count, piece = components(sites, pair[kept, 0], pair[kept, 1])
    chosen: list[int] = []
    for at in np.flatnonzero(~kept) if count > 1 else ():
        one, other = piece[pair[at, 0]], piece[pair[at, 1]]
        if one != other:
            piece[piece == other] = one
            chosen.append(int(at))
    return chosen


def _polygons(tiling: Any, sites: Floats, *, clip: shapely.Geometry) -> Shapes:  # noqa: ANN401
    pair, ends = tiling.ridge_points.astype(np.int64), np.asarray(tiling.ridge_vertices)
    site = np.repeat(pair.ravel(), 2)
    corner = np.repeat(ends, 2, axis=0).ravel()
    mine = (site < len(sites)) & (corner >= 0)
    site, corner = np.unique(np.column_stack([site[mine], corner[mine]]), axis=0).T
    spot = tiling.vertices[corner]
    ray = spot - sites[site]
    order = np.lexsort([np.arctan2(ray[:, 1], ray[:, 0]), site])
    site, spot = site[order], spot[order]
    enough = np.bincount(site, minlength=len(sites)) >= 3
    whole = enough[site]
    cell = np.full(len(sites), shapely.Polygon(), dtype=object)
    number = np.cumsum(enough) - 1
    cell[enough] = shapely.polygons(shapely.linearrings(spot[whole], indices=number[site[whole]]))
    inside = shapely.contains_xy(clip, spot[:, 0], spot[:, 1])
    cut = np.zeros(len(sites), dtype=bool)
    cut[site[~inside]] = True
    cell[cut] = shapely.intersection(cell[cut], clip)
    return cell


def _shift(by: Floats) -> Any:  # noqa: ANN401 - a function for shapely
    return lambda points: points + by
