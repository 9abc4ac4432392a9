"""Redraw grids from the old drawing: what is in order stays, few households move, no code is used twice.

OLD.csv has `id, grid` (a drawing), or `grid, covers` (a list of the county's own: dwellings, villages or ranges A..B by code,
any words beside them). Prints the old drawing's score, the new one's, the mapping with the households that move, and the
count of before and after. With --move, --merge or --cut it weighs one edit by hand instead. Exit 1 if a grid is outside
the band afterwards.

Example:
  twofront grids redraw OLD.csv DWELLINGS.csv --edges EDGES.csv --min 300 --max 500 --out GRIDS.csv --mapping MAP.csv
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from twofront.core.errors import CannotDo
from twofront.server.verbs import grids_files

if TYPE_CHECKING:
    from twofront.core.gridding.band import Band
    from twofront.core.gridding.edits import Effect
    from twofront.core.gridding.redraw import Old
    from twofront.core.gridding.tables import Dwellings, Edges


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("old", metavar="OLD.csv", type=Path, help="id, grid; or grid, covers")
    grids_files.add_input(parser)
    grids_files.add_band(parser)
    parser.add_argument(
        "--out", metavar="GRIDS.csv", type=Path, help="where the new drawing goes: id, grid; retired codes"
    )
    parser.add_argument(
        "--mapping",
        metavar="MAP.csv",
        type=Path,
        help="where the mapping goes: old, new, dwellings, households",
    )
    parser.add_argument(
        "--keep",
        metavar="METRES",
        type=float,
        default=100.0,
        help="metres of border one household's staying is worth",
    )
    parser.add_argument(
        "--reshape",
        metavar="VILLAGE",
        nargs="*",
        default=[],
        help="villages drawn anew though they are in order",
    )
    parser.add_argument(
        "--used", metavar="CODES.csv", type=Path, help="grid: codes given earlier, which may not come again"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="chooses among drawings of the same worth (default 0)"
    )
    edit = parser.add_mutually_exclusive_group()
    edit.add_argument("--move", nargs=2, metavar=("ID", "GRID"), help="weigh moving a dwelling to a grid")
    edit.add_argument("--merge", nargs=2, metavar=("GRID", "GRID"), help="weigh merging two grids")
    edit.add_argument("--cut", metavar="GRID", help="weigh cutting a grid in two")


def run(args: argparse.Namespace) -> int:
    """Redraw or weigh an edit, write, print; 1 if a grid is outside the band afterwards."""
    grids_files.require_extra("grids redraw")
    from twofront.core.gridding import adopt, graph  # noqa: PLC0415 - heavy things late
    from twofront.core.gridding.cells import cells  # noqa: PLC0415

    grids_files.refuse_overwriting(args, inputs=("old", "dwellings", "edges", "villages", "used"))
    band = grids_files.band_of(args)
    if not args.keep >= 0:
        raise CannotDo(
            "--keep", f"{args.keep} is no weight", "give metres of border for a household, 0 or more"
        )
    of = grids_files.read_dwellings(args.dwellings, villages=args.villages)
    for village in args.reshape:
        if village not in of.villages:
            raise CannotDo(
                "--reshape", f"{village} is no village of {args.dwellings}", "name villages of the dwellings"
            )
    if args.edges is not None:
        borders = grids_files.read_edges(args.edges, of)
    else:
        borders = cells(of).edges if of.x is not None else _metre(graph.walking(of))
    used: frozenset[str] = frozenset()
    if args.used is not None:
        used = frozenset(grids_files.opened(args.used, need=["grid"]).columns["grid"].to_pylist())
    old = adopt.adopt(
        grids_files.opened(args.old, need=["grid"], may=["id", "covers", "retired"]), of, used=used
    )
    if args.move or args.merge or args.cut:
        return _edited(args, of, borders, old, band)
    return _redrawn(args, of, borders, old, band)


def _metre(borders: "Edges") -> "Edges":
    """Return the borders with a metre each: of a walking order only their number counts."""
    from twofront.core.gridding.tables import Edges  # noqa: PLC0415 - heavy things late

    return Edges(a=borders.a, b=borders.b, border_m=(borders.a >= 0).astype(float))


def _redrawn(args: argparse.Namespace, of: "Dwellings", borders: "Edges", old: "Old", band: "Band") -> int:
    from twofront.core.gridding import adopt, redraw  # noqa: PLC0415 - heavy things late
    from twofront.core.gridding.score import score  # noqa: PLC0415

    found = redraw.redraw(
        of, borders, old, band=band, keep_m=args.keep, reshape=frozenset(args.reshape), seed=args.seed
    )
    try:
        counts = redraw.counted(of, old, found.grid, found.codes, found.mapping)
    except redraw.CountsDiffer as e:
        raise CannotDo(str(args.old), str(e), "report this: nothing was written") from None
    if args.out is not None:
        _write(args.out, of, found.codes, found.grid.tolist(), old)
    if args.mapping is not None:
        rows = [(p.old or "", p.new, p.dwellings, p.households) for p in found.mapping]
        grids_files.written(rows, ["old", "new", "dwellings", "households"], args.mapping)
    part, inner, grid = adopt.placed(of, borders, old)
    before, after = (
        asdict(s) for s in (score(part, inner, grid, band=band), score(of, borders, found.grid, band=band))
    )
    answer = {
        "old": {k: v for k, v in before.items() if k != "polsby_popper"},
        "new": {k: v for k, v in after.items() if k != "polsby_popper"},
        **counts,
        "dwellings_gone": old.gone,
        "born": found.born,
        "retired": found.retired,
        "mapping": [asdict(p) for p in found.mapping if p.old != p.new],
        "outside": [{**asdict(grid), "forced": grid.forced} for grid in found.outside],
    }
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return 1 if found.outside else 0


def _edited(args: argparse.Namespace, of: "Dwellings", borders: "Edges", old: "Old", band: "Band") -> int:
    from twofront.core.gridding import edits  # noqa: PLC0415 - heavy things late

    if (old.grid < 0).any():
        row = int((old.grid < 0).argmax())
        raise CannotDo(
            str(args.old), f"the dwelling {of.ids[row].as_py()} has no grid", "redraw first, then edit"
        )
    try:
        if args.move:
            effect = edits.move(
                of, borders, old.grid, old.grids, dwelling=args.move[0], to=args.move[1], band=band
            )
        elif args.merge:
            effect = edits.merge(
                of, borders, old.grid, old.grids, one=args.merge[0], other=args.merge[1], band=band
            )
        else:
            effect = edits.cut(
                of, borders, old.grid, old.grids, of_grid=args.cut, band=band, used=old.used, seed=args.seed
            )
    except edits.CannotEdit as e:
        raise CannotDo(str(args.old), str(e), "name dwellings and grids of this drawing") from None
    if args.out is not None:
        _write(args.out, of, effect.codes, effect.grid.tolist(), old)
    print(json.dumps(_shown(effect), ensure_ascii=False, indent=2))
    return (
        0 if all(t.inside_band for t in effect.touched if t.after is not None) and not effect.breaches else 1
    )


def _shown(effect: "Effect") -> dict[str, object]:
    return {
        "touched": [asdict(t) for t in effect.touched],
        "breaches": effect.breaches,
        "crossing": effect.crossing,
        "cut_m": effect.cut_m,
        "largest_dev_pct": effect.largest_dev_pct,
    }


def _write(path: Path, of: "Dwellings", codes: tuple[str, ...], grid: list[int], old: "Old") -> None:
    """Write id and grid; where codes are retired they stand in the first row, so that the next redrawing knows them."""
    from twofront.core.gridding.redraw import never_again  # noqa: PLC0415 - heavy things late

    rows = zip(of.ids.to_pylist(), [codes[g] for g in grid], strict=True)
    if retired := ";".join(never_again(old, codes)):
        marked = ((*row, "" if at else retired) for at, row in enumerate(rows))
        grids_files.written(marked, ["id", "grid", "retired"], path)
    else:
        grids_files.written(rows, ["id", "grid"], path)
