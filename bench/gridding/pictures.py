"""Pictures for docs/gridding.md: a village with a river, by METIS and by ours; grids that break the laws are hatched red.

Run: python bench/gridding/pictures.py DWELLINGS EDGES OURS.csv VILLAGE OUT.png
"""

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from partitioners import BAND, metis, read

from twofront.core.gridding import tables
from twofront.core.gridding.band import number
from twofront.core.gridding.cells import cells
from twofront.core.gridding.graph import components, net
from twofront.core.gridding.kernels import Part


def main(dwellings, edges, drawn, village, out):
    of = tables.dwellings(read(dwellings, ["id", "village", "households"], ["x_m", "y_m"]))
    borders = tables.edges(read(edges, ["a", "b", "border_m"]), of)
    ours = tables.drawing(read(drawn, ["id", "grid"]), of).grid
    here = np.flatnonzero(of.village == of.villages.index(village))
    laid, theirs = net(of, borders), np.full(len(of), -1)
    for i in range(laid.parts):
        rows, part = laid.row[laid.start[i] : laid.start[i + 1]], Part(*laid.part(i))
        if laid.village[i] == of.villages.index(village):
            k = number(int(part.households.sum()), BAND)
            theirs[rows] = (metis(part, k, recursive=False) if k > 1 else 0) + 100 * i
    shapes = cells(of, shapes=True).polygons
    figure, axes = plt.subplots(1, 2, figsize=(11, 5.6))
    for axis, grid, name in zip(axes, (theirs, ours), ("METIS, contiguous", "Twofront"), strict=True):
        for n, g in enumerate(np.unique(grid[here])):
            rows = here[grid[here] == g]
            load = int(of.households[rows].sum())
            inside = np.isin(borders.a, rows) & np.isin(borders.b, rows)
            place = {int(r): i for i, r in enumerate(rows)}
            ends = [
                np.array([place[int(v)] for v in side[inside]], dtype=int) for side in (borders.a, borders.b)
            ]
            bad = not BAND.least <= load <= BAND.most or components(len(rows), *ends)[0] > 1
            for r in rows:
                x, y = shapes[r].exterior.xy
                axis.fill(
                    x,
                    y,
                    color=plt.cm.Set2(n % 8),
                    hatch="///" if bad else None,
                    edgecolor="red" if bad else "none",
                    lw=0.1,
                )
            axis.annotate(str(load), (of.x[rows].mean(), of.y[rows].mean()), ha="center", weight="bold")
        axis.set_title(f"{name}: households of each grid")
        axis.set_aspect("equal")
        axis.axis("off")
    figure.tight_layout()
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=80)


if __name__ == "__main__":
    main(*sys.argv[1:])
