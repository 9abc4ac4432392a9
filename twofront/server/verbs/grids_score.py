"""Score a drawing of grids, anyone's: band, contiguity, balance, border, compactness. Exit 1 if a grid is in pieces or in two villages.

Example:
  twofront grids score DWELLINGS.csv GRIDS.csv --edges EDGES.csv --min 300 --max 500
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from twofront.server.verbs import grids_files


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    grids_files.add_input(parser)
    parser.add_argument("grids", metavar="GRIDS.csv", type=Path, help="id, grid: each dwelling once")
    grids_files.add_band(parser)


def run(args: argparse.Namespace) -> int:
    """Score and print; 1 with a breach or a crossing."""
    grids_files.require_extra("grids score")
    from twofront.core.gridding import graph, score, tables  # noqa: PLC0415 - heavy things late
    from twofront.core.gridding.cells import cells  # noqa: PLC0415

    band = grids_files.band_of(args)
    of = grids_files.read_dwellings(args.dwellings, villages=args.villages)
    drawing = tables.drawing(grids_files.opened(args.grids, need=["id", "grid"]), of)
    found = cells(of, shapes=True) if of.x is not None else None
    if args.edges is not None:
        borders = grids_files.read_edges(args.edges, of)
    else:
        borders = graph.walking(of) if found is None else found.edges
    worth = score.score(of, borders, drawing.grid, band=band, cells=found)
    print(json.dumps(asdict(worth), indent=2))
    return 1 if worth.breaches or worth.crossing else 0
