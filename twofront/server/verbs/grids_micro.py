"""Draw micro-grids of about 30 to 40 households inside each grid of a drawing. Exit 1 if one is outside the band.

Example:
  twofront grids micro DWELLINGS.csv GRIDS.csv --edges EDGES.csv --min 30 --max 40 --out MICRO.csv
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from twofront.core.errors import CannotDo
from twofront.server.verbs import grids_files


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    grids_files.add_input(parser)
    parser.add_argument("grids", metavar="GRIDS.csv", type=Path, help="id, grid: each dwelling once")
    grids_files.add_band(parser, least=30, most=40)
    parser.add_argument(
        "--out", metavar="MICRO.csv", type=Path, required=True, help="where the drawing goes: id, grid, micro"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="chooses among drawings of the same worth (default 0)"
    )


def run(args: argparse.Namespace) -> int:
    """Draw, write, print; 1 if a micro-grid is outside the band."""
    grids_files.require_extra("grids micro")
    from twofront.core.gridding import graph, score, tables  # noqa: PLC0415 - heavy things late
    from twofront.core.gridding.cells import cells  # noqa: PLC0415
    from twofront.core.gridding.micro import micro  # noqa: PLC0415

    grids_files.refuse_overwriting(args, inputs=("dwellings", "grids", "edges", "villages"))
    band = grids_files.band_of(args)
    of = grids_files.read_dwellings(args.dwellings, villages=args.villages)
    drawing = tables.drawing(grids_files.opened(args.grids, need=["id", "grid"]), of)
    borders = None
    if args.edges is not None:
        borders = grids_files.read_edges(args.edges, of)
    elif of.x is not None:
        borders = cells(of).edges
    try:
        found = micro(of, borders, drawing.grid, drawing.grids, band=band, seed=args.seed)
    except ValueError as e:
        raise CannotDo(str(args.dwellings), str(e), "divide the village, or give coordinates") from None
    worth = asdict(
        score.score(of, borders if borders is not None else graph.walking(of), found.grid, band=band)
    )
    grids = [drawing.grids[g] for g in drawing.grid.tolist()]
    codes = [found.codes[g] for g in found.grid.tolist()]
    grids_files.written(zip(of.ids.to_pylist(), grids, codes, strict=True), ["id", "grid", "micro"], args.out)
    reasons: dict[str, int] = {}
    for grid in found.outside:
        reasons[grid.reason] = reasons.get(grid.reason, 0) + 1
    answer = {key: worth[key] for key in ("breaches", "crossing", "cut_edges", "cut_m")}
    counts = {
        "micro_grids": len(found.codes),
        "outside_band": len(found.outside),
        "forced": sum(o.forced for o in found.outside),
    }
    print(
        json.dumps(
            {"grids": len(drawing.grids), **counts, **answer, "reasons": dict(sorted(reasons.items()))},
            indent=2,
        )
    )
    return 1 if found.outside else 0
