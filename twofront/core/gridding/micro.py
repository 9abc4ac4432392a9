"""Micro-grids (微网格): 30 to 40 households inside one grid, for the neighbour who knocks on the doors.

One law: a micro-grid lies in one grid, and keeps every law that a grid keeps in its village.
"""

from collections.abc import Sequence
from dataclasses import replace

from twofront.core.gridding.band import Band
from twofront.core.gridding.draw import USUAL, Drawn, draw
from twofront.core.gridding.engine import Effort
from twofront.core.gridding.tables import Dwellings, Edges, Ints

USUAL_BAND = Band(30, 40)


def micro(
    of: Dwellings,
    borders: Edges | None,
    grid: Ints,
    codes: Sequence[str],
    *,
    band: Band = USUAL_BAND,
    seed: int = 0,
    effort: Effort = USUAL,
) -> Drawn:
    """Draw micro-grids inside each grid by the same engine; their code is the grid's, `-`, serial.

    Args:
        of: The dwellings.
        borders: Their neighbours, or None for runs of the walking order.
        grid: The grid of each dwelling, an index into the codes.
        codes: The codes of the grids.
        band: The band of a micro-grid's households.
        seed: Chooses among drawings of the same worth.
        effort: How long to search.

    Example:
        >>> import numpy as np, pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.array([30, 40]), None, None, np.array([2.0, 1.0]))
        >>> found = micro(d, None, np.array([0, 0]), ["V-1"])
        >>> [found.codes[g] for g in found.grid]
        ['V-1-2', 'V-1-1']
    """
    return draw(
        replace(of, village=grid, villages=tuple(codes)), borders, band=band, seed=seed, effort=effort
    )
