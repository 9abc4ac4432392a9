"""Draw grids from dwellings: every dwelling in one grid, every grid in one village and in one piece, inside the band.

Neighbours are those of --edges (a missing edge is a river or a road), else Voronoi cells that touch. With `seq` instead of
coordinates grids are runs of the walking order, optimally. Prints the score and lists each grid outside the band with its
reason. Exit 1 if there is one.

Example:
  twofront grids draw DWELLINGS.csv --edges EDGES.csv --min 300 --max 500 --out GRIDS.csv
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from twofront.core.errors import CannotDo
from twofront.server.verbs import grids_files, output


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    grids_files.add_input(parser)
    grids_files.add_band(parser)
    parser.add_argument(
        "--out", metavar="GRIDS.csv", type=Path, required=True, help="where the drawing goes: id, grid"
    )
    parser.add_argument(
        "--geojson",
        metavar="OUT",
        type=Path,
        help="where the outlines go, in the coordinates of the dwellings",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="chooses among drawings of the same worth (default 0)"
    )


def run(args: argparse.Namespace) -> int:
    """Draw, write, print; 1 if a grid is outside the band."""
    grids_files.require_extra("grids draw")
    from twofront.core.gridding import draw, graph, score  # noqa: PLC0415 - heavy things late

    grids_files.refuse_overwriting(args, inputs=("dwellings", "edges", "villages"))
    band = grids_files.band_of(args)
    of = grids_files.read_dwellings(args.dwellings, villages=args.villages)
    if args.geojson is not None and of.x is None:
        raise CannotDo(
            "--geojson", "the dwellings have no coordinates", "give x_m and y_m, or leave --geojson out"
        )
    found = None
    if args.geojson is not None or (args.edges is None and of.x is not None):
        from twofront.core.gridding.cells import cells  # noqa: PLC0415 - heavy, and not needed beside a file of borders

        found = cells(of, shapes=args.geojson is not None)
    borders = found.edges if found is not None else None
    if args.edges is not None:
        borders = grids_files.read_edges(args.edges, of)
    try:
        drawn = draw.draw(of, borders, band=band, seed=args.seed)
    except ValueError as e:
        raise CannotDo(str(args.dwellings), str(e), "divide the village, or give coordinates") from None
    worth = score.score(of, borders if borders is not None else graph.walking(of), drawn.grid, band=band)
    rows = zip(of.ids.to_pylist(), [drawn.codes[g] for g in drawn.grid.tolist()], strict=True)
    grids_files.written(rows, ["id", "grid"], args.out)
    if found is not None and args.geojson is not None:
        from twofront.core.gridding import outlines  # noqa: PLC0415

        output.give(outlines.geojson(of, found, drawn.grid, drawn.codes).encode(), args.geojson)
    answer = asdict(worth)
    del answer["polsby_popper"]
    listed = [{**asdict(grid), "forced": grid.forced} for grid in drawn.outside]
    print(
        json.dumps(
            {"dwellings": len(of), "households": int(of.households.sum()), **answer, "outside": listed},
            indent=2,
        )
    )
    return 1 if worth.outside_band else 0
