"""Pictures for docs/gridding.md: one village by peers and by ours; grids that break the laws are hatched red.

Run: python bench/gridding/pictures.py DWELLINGS EDGES OURS.csv VILLAGE OUT.png [--min 300] [--max 500] [--peer metis gerrychain ...]
Needs matplotlib, and the peers of requirements-peers.lock that are named.
"""

import argparse
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PolyCollection
from partitioners import PEERS, county, divided, joined, read

from twofront.core.gridding import tables
from twofront.core.gridding.band import Band
from twofront.core.gridding.cells import cells
from twofront.core.gridding.graph import components

NAMES = {
    "metis": "METIS, contiguous",
    "metis-recursive": "METIS, recursive",
    "kahip-strong": "KaHIP, strong",
    "gerrychain": "GerryChain, random trees",
    "spopt-skater": "spopt, Skater",
}


def main():
    """Draw the panels, the peers first."""
    parser = argparse.ArgumentParser()
    for name in ("dwellings", "edges", "drawn", "village", "out"):
        parser.add_argument(name)
    parser.add_argument("--min", type=int, default=300)
    parser.add_argument("--max", type=int, default=500)
    parser.add_argument("--peer", nargs="*", default=["metis"], choices=PEERS)
    args = parser.parse_args()
    at = county(args.dwellings, args.edges, Band(args.min, args.max))
    drawings = {}
    for peer in args.peer:
        found, _ = divided(peer, at)
        if found is not None:
            drawings[NAMES.get(peer, peer)] = joined(at, found[0])
    drawings["Twofront"] = tables.drawing(read(args.drawn, ["id", "grid"]), at.of).grid
    rows = np.flatnonzero(at.of.village == at.of.villages.index(args.village))
    shapes = cells(at.of, shapes=True).polygons
    across = min(2, len(drawings))
    down = -(-len(drawings) // across)
    figure, axes = plt.subplots(down, across, figsize=(5.5 * across, 5.3 * down), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, (name, grid) in zip(axes.flat, drawings.items(), strict=False):
        _panel(axis, at, rows, grid, shapes)
        axis.set_title(name)
    figure.tight_layout()
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(args.out, dpi=80)


def _colours(at, grid):
    """Return a colour for each grid, none like that of a grid it touches (first fit; eight are enough nearly always)."""
    one, other = grid[at.borders.a], grid[at.borders.b]
    touch = [set() for _ in range(int(grid.max()) + 1)]
    for a, b in set(zip(one[one != other].tolist(), other[one != other].tolist(), strict=True)):
        touch[a].add(b)
        touch[b].add(a)
    colour = {}
    for g, others in enumerate(touch):
        taken = {colour.get(o) for o in others}
        colour[g] = next((c for c in range(8) if c not in taken), g % 8)
    return colour


def _panel(axis, at, rows, grid, shapes):
    colour = _colours(at, grid)
    for g in np.unique(grid[rows]):
        mine = rows[grid[rows] == g]
        load = int(at.of.households[mine].sum())
        place = np.full(len(at.of), -1)
        place[mine] = np.arange(len(mine))
        inside = (place[at.borders.a] >= 0) & (place[at.borders.b] >= 0)
        ends = (place[at.borders.a[inside]], place[at.borders.b[inside]])
        bad = not at.band.least <= load <= at.band.most or components(len(mine), *ends)[0] > 1
        axis.add_collection(
            PolyCollection(
                [np.array(shapes[r].exterior.coords) for r in mine],
                facecolor=plt.cm.Set2(colour[g]),
                hatch="///" if bad else None,
                edgecolor="red" if bad else "none",
                lw=0.1,
            )
        )
        said = f"{load}" if load < 10_000 else f"{load / 1000:.0f}k"
        axis.annotate(said, (at.of.x[mine].mean(), at.of.y[mine].mean()), ha="center", size=8, weight="bold")
    axis.autoscale_view()
    axis.set_aspect("equal")


if __name__ == "__main__":
    main()
