"""The outlines of grids, for maps.

One law: an outline is the union of the cells of its dwellings, so the outlines of a village tile it.
"""

import json
from collections.abc import Sequence

import numpy as np
import shapely

from twofront.core.gridding.cells import Cells
from twofront.core.gridding.tables import Dwellings, Ints

_MILLIMETRE = 0.001


def geojson(of: Dwellings, cells: Cells, grid: Ints, codes: Sequence[str]) -> str:
    """Return the outlines as a GeoJSON collection, in the coordinates of the dwellings (metres), rounded to millimetres.

    Args:
        of: The dwellings.
        cells: Their cells, with polygons.
        grid: The grid of each dwelling.
        codes: The codes of the grids.

    Raises:
        ValueError: The cells come without polygons.

    Example:
        >>> import pyarrow as pa
        >>> from twofront.core.gridding.cells import cells
        >>> d = Dwellings(pa.array(["A"]), np.zeros(1, np.int64), ("V",), np.ones(1, np.int64), np.zeros(1), np.zeros(1), None)
        >>> json.loads(geojson(d, cells(d, shapes=True), np.array([0]), ["V-1"]))["features"][0]["properties"]
        {'grid': 'V-1', 'village': 'V', 'dwellings': 1, 'households': 1}
    """
    if cells.polygons is None:
        raise ValueError("cells without polygons have no outline")
    order = np.argsort(grid, kind="stable")
    bounds = np.searchsorted(grid[order], np.arange(len(codes) + 1))
    features = []
    for g, code in enumerate(codes):
        rows = order[bounds[g] : bounds[g + 1]]
        shape = shapely.union_all(
            shapely.set_precision(cells.polygons[rows], _MILLIMETRE), grid_size=_MILLIMETRE
        )
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "grid": code,
                    "village": of.villages[of.village[rows[0]]],
                    "dwellings": len(rows),
                    "households": int(of.households[rows].sum()),
                },
                "geometry": json.loads(shapely.to_geojson(shape)),
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
