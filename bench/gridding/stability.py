"""The curve of stability against shape: how much border a redrawing saves, and how many households change their grid for it.

Run: python bench/gridding/stability.py DWELLINGS EDGES OUT.png
The old drawing is METIS's (another hand's, not a bad one); every village may be drawn anew. Each point is one `--keep`, in
metres of border that a household's staying is worth. Needs matplotlib.
"""

import json
import sys

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from partitioners import county, divided, joined

from twofront.core.gridding.band import Band
from twofront.core.gridding.redraw import Old, redraw
from twofront.core.gridding.score import score

KEEPS_M = (0, 0.1, 0.3, 1, 3, 10, 100)


def main(dwellings, edges, out):
    """Print one line a weight and draw the curve."""
    at = county(dwellings, edges, Band(300, 500))
    found, _ = divided("metis", at)
    home = joined(at, found[0])
    before = score(at.of, at.borders, home, band=at.band)
    print(json.dumps({"old cut_km": before.cut_m / 1000, "outside": before.outside_band - before.forced}))
    old = Old(home, tuple(f"old-{g}" for g in range(int(home.max()) + 1)))
    points = []
    for keep in KEEPS_M:
        new = redraw(at.of, at.borders, old, band=at.band, keep_m=keep, reshape=frozenset(at.of.villages))
        worth = score(at.of, at.borders, new.grid, band=at.band)
        points.append(
            {
                "keep_m": keep,
                "moved_pct": 100 * new.moved / int(at.of.households.sum()),
                "cut_pct_of_old": 100 * worth.cut_m / before.cut_m,
                "avoidable": worth.outside_band - worth.forced,
                "breaches": worth.breaches,
            }
        )
        print(json.dumps(points[-1]), flush=True)
    picture(points, out)


def picture(points, out):
    """Draw border over households moved, each point with its weight."""
    figure, axis = plt.subplots(figsize=(7, 4.2))
    axis.margins(0.08)
    axis.plot([p["moved_pct"] for p in points], [p["cut_pct_of_old"] for p in points], "o-")
    for p in points:
        axis.annotate(
            f"{p['keep_m']:g} m", (p["moved_pct"], p["cut_pct_of_old"]), (6, 6), textcoords="offset points"
        )
    axis.set_xlabel("households that change their grid, %")
    axis.set_ylabel("border between grids, % of the old drawing's")
    axis.grid(visible=True, alpha=0.3)
    figure.tight_layout()
    figure.savefig(out, dpi=80)


if __name__ == "__main__":
    main(*sys.argv[1:])
