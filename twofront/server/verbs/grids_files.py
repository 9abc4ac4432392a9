"""The files of the grids' commands: opened here, read by `core/gridding`, written whole or not at all."""

import argparse
import csv
import gzip
import importlib.util
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from twofront.core.errors import CannotDo
from twofront.server.verbs import output

if TYPE_CHECKING:
    from twofront.core.gridding.band import Band
    from twofront.core.gridding.tables import Dwellings, Edges, Sheet

_EXTRA = ("numba", "pymetis", "scipy", "shapely", "highspy")


def require_extra(verb: str) -> None:
    """Refuse a command whose extra is not installed.

    Raises:
        CannotDo: A package of the extra `grids` is missing.
    """
    missing = [name for name in _EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise CannotDo(
            verb,
            f"needs the extra 'grids', which is not installed ({', '.join(missing)} missing)",
            "install twofront[grids]",
        )


def add_band(parser: argparse.ArgumentParser, *, least: int = 300, most: int = 500) -> None:
    """Declare --min and --max."""
    parser.add_argument(
        "--min", type=int, default=least, metavar="N", help=f"fewest households of a grid (default {least})"
    )
    parser.add_argument(
        "--max", type=int, default=most, metavar="N", help=f"most households of a grid (default {most})"
    )


def add_input(parser: argparse.ArgumentParser) -> None:
    """Declare DWELLINGS, --edges and --villages."""
    parser.add_argument(
        "dwellings",
        metavar="DWELLINGS.csv",
        type=Path,
        help="id, village, households and x_m, y_m or seq; special",
    )
    parser.add_argument(
        "--edges", metavar="EDGES.csv", type=Path, help="a, b, border_m: neighbours; without it Voronoi cells"
    )
    parser.add_argument(
        "--villages",
        metavar="VILLAGES.csv",
        type=Path,
        help="code: the villages there are; others are refused",
    )


def band_of(args: argparse.Namespace) -> "Band":
    """Return the band of the arguments.

    Raises:
        CannotDo: It is empty or begins below 1.
    """
    from twofront.core.gridding.band import Band  # noqa: PLC0415 - heavy things late

    if not 1 <= args.min <= args.max:
        raise CannotDo(
            "--min, --max",
            f"the band {args.min} to {args.max} is empty or begins below 1",
            "give 1 <= min <= max",
        )
    return Band(args.min, args.max)


def refuse_overwriting(args: argparse.Namespace, *, inputs: Sequence[str]) -> None:
    """Refuse an output that would destroy an input, or another output.

    Args:
        args: The arguments; of the names below those that are there.
        inputs: The names of the files that are read.

    Raises:
        CannotDo: --out, --geojson or --mapping names the file of an input or of another of them.
    """
    taken = {path.resolve(): name for name in inputs if (path := getattr(args, name, None)) is not None}
    for name in ("out", "geojson", "mapping"):
        if (path := getattr(args, name, None)) is None:
            continue
        if path.resolve() in taken:
            raise CannotDo(
                f"--{name}",
                f"{path} is also given as {taken[path.resolve()]} and would be overwritten",
                "give another place",
            )
        taken[path.resolve()] = f"--{name}"


def day_of(text: str, where: str) -> date:
    """Return a day.

    Raises:
        CannotDo: The text is no day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CannotDo(where, f"{text!r} is no day", "write YYYY-MM-DD") from None


def opened(path: Path, *, need: Sequence[str], may: Sequence[str] = ()) -> "Sheet":
    """Return a CSV, a .gz of one or a .parquet as text columns.

    Raises:
        CannotDo: It cannot be opened, unpacked or read.
    """
    from twofront.core.gridding import tables  # noqa: PLC0415 - heavy things late

    name = str(path)
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
    except (OSError, EOFError) as e:
        raise CannotDo(
            name,
            f"cannot be read: {getattr(e, 'strerror', None) or e}",
            "give a CSV, a .gz of one, or a .parquet",
        ) from None
    if path.suffix == ".parquet":
        return tables.sheet_of(_parquet(data, name=name), name=name, need=need, may=may)
    return tables.sheet(data, name=name, need=need, may=may)


def _parquet(data: bytes, *, name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415 - heavy things late
    import pyarrow.parquet as pq  # noqa: PLC0415

    from twofront.core.gridding import tables  # noqa: PLC0415

    try:
        return pq.read_table(tables.reader(data))
    except pa.ArrowException as e:
        raise CannotDo(name, f"is no Parquet file ({e})", "give a CSV, a .gz of one, or a .parquet") from None


def read_dwellings(path: Path, *, villages: Path | None = None) -> "Dwellings":
    """Return the dwellings of a file; with a list of villages, none in another."""
    from twofront.core.gridding import tables  # noqa: PLC0415 - heavy things late

    known = None
    if villages is not None:
        known = frozenset(opened(villages, need=["code"]).columns["code"].to_pylist())
    rows = opened(path, need=["id", "village", "households"], may=["x_m", "y_m", "seq", "special"])
    return tables.dwellings(rows, known=known)


def read_edges(path: Path, of: "Dwellings") -> "Edges":
    """Return the borders of a file."""
    from twofront.core.gridding import tables  # noqa: PLC0415 - heavy things late

    return tables.edges(opened(path, need=["a", "b", "border_m"]), of)


def written(rows: "Iterable[Sequence[object]]", heads: Sequence[str], path: Path) -> None:
    """Write a CSV (UTF-8, lines ending in LF)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    output.give(text.getvalue().encode(), path)
