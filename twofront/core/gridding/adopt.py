"""Taking over the grids that a county has: by dwelling, or as a list with boundaries in codes and words.

One law: a list is taken over as it is. Codes are kept whatever their form, and what the list does not say is not guessed.
"""

import re

import numpy as np
import pyarrow.compute as pc

from twofront.core.gridding.redraw import NONE, Old
from twofront.core.gridding.tables import Dwellings, Edges, Ints, Sheet


def adopt(rows: Sheet, of: Dwellings, *, used: frozenset[str] = frozenset()) -> Old:
    r"""Return the old drawing that a sheet tells, with `id, grid` or with `grid, covers` (and any words beside them).

    `covers` names what a grid covers by codes: dwellings, whole villages, or `A..B` for the dwellings from A to B in the order
    of their ids, in which numbers count as numbers (9 before 10); separated by spaces, commas or semicolons, also the Chinese
    ones. An id that is no dwelling today is counted as gone; a dwelling that no row covers is new. A column `retired` holds
    codes given earlier, separated by `;`, as a redrawing writes them.

    Args:
        rows: The sheet.
        of: The dwellings of today.
        used: Codes given earlier, which may not come again.

    Raises:
        CannotDo: A dwelling stands in two grids, a grid is empty, a code in `covers` means nothing here, or a range ends
            before it begins.

    Example:
        >>> import pyarrow as pa
        >>> from twofront.core.gridding.tables import sheet
        >>> d = Dwellings(pa.array(["A", "B", "C"]), np.zeros(3, np.int64), ("V",), np.ones(3, np.int64), None, None, np.zeros(3))
        >>> found = adopt(sheet("grid,covers,words\n东街,A..B,东街以南\n".encode(), name="o.csv", need=["grid"], may=["covers"]), d)
        >>> found.grids, found.grid.tolist()
        (('东街',), [0, 0, -1])
    """
    column = rows.columns["grid"]
    for row, name in enumerate(column.to_pylist()):
        if not name.strip():
            raise rows.fault(row, "the grid is empty", "give its code or name")
    coded = column.dictionary_encode()
    names: list[str] = coded.dictionary.to_pylist()
    rank = {name: i for i, name in enumerate(sorted(names))}
    number = np.array([rank[name] for name in column.to_pylist()], dtype=np.int64)
    grid = np.full(len(of), NONE, dtype=np.int64)
    if "id" in rows.columns:
        gone = _by_dwelling(rows, of, number, grid)
    elif "covers" in rows.columns:
        gone = _by_covers(rows, of, number, grid)
    else:
        raise rows.fault(
            -1, "neither the column id nor the column covers is there", "give id, grid or grid, covers"
        )
    earlier = {code for cell in rows.columns.get("retired", ()) for code in _codes(str(cell))}
    return Old(grid=grid, grids=tuple(sorted(names)), gone=gone, used=used | earlier)


def _codes(cell: str) -> list[str]:
    return [code.strip() for code in cell.split(";") if code.strip()]


def _natural(code: str) -> tuple[list[str | int], str]:
    """Return the key of the order in which numbers count as numbers: text and numbers by turns, then the code itself."""
    cut = re.split(r"([0-9]+)", code)
    return [int(word) if at % 2 else word for at, word in enumerate(cut)], code


def placed(of: Dwellings, borders: Edges, old: Old) -> tuple[Dwellings, Edges, Ints]:
    """Return the dwellings that had a grid, with their borders and grids: what the old drawing can be scored on.

    Example:
        >>> import pyarrow as pa
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.ones(2, np.int64), None, None, np.zeros(2))
        >>> len(placed(d, Edges(np.array([0]), np.array([1]), np.array([2.0])), Old(np.array([0, NONE]), ("V-1",)))[0])
        1
    """
    rows = np.flatnonzero(old.grid >= 0)
    place = np.full(len(of), NONE, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    kept = (place[borders.a] >= 0) & (place[borders.b] >= 0)
    part = Dwellings(
        ids=of.ids.take(rows),
        village=of.village[rows],
        villages=of.villages,
        households=of.households[rows],
        x=None if of.x is None else of.x[rows],
        y=None if of.y is None else of.y[rows],
        seq=None if of.seq is None else of.seq[rows],
        special=None if of.special is None else of.special[rows],
    )
    inner = Edges(a=place[borders.a[kept]], b=place[borders.b[kept]], border_m=borders.border_m[kept])
    return part, inner, old.grid[rows]


def _by_dwelling(rows: Sheet, of: Dwellings, number: Ints, grid: Ints) -> int:
    found = np.asarray(pc.fill_null(pc.index_in(rows.columns["id"], value_set=of.ids), -1)).astype(np.int64)
    known = np.flatnonzero(found >= 0)
    order = known[np.argsort(found[known], kind="stable")]
    again = order[1:][found[order][1:] == found[order][:-1]]
    if len(again):
        row = int(again.min())
        raise rows.fault(
            row, f"the id {rows.columns['id'][row].as_py()} stands twice", "leave one of the rows"
        )
    grid[found[known]] = number[known]
    return int((found < 0).sum())


def _by_covers(rows: Sheet, of: Dwellings, number: Ints, grid: Ints) -> int:
    ids: list[str] = of.ids.to_pylist()
    place = {name: i for i, name in enumerate(ids)}
    order = sorted(range(len(ids)), key=lambda i: _natural(ids[i]))
    rank = {ids[i]: at for at, i in enumerate(order)}
    for row, text in enumerate(rows.columns["covers"].to_pylist()):
        for word in re.split(r"[\s,;，；、]+", text.strip()):
            first, between, last = word.partition("..")
            if word in of.villages:
                covered = np.flatnonzero(of.village == of.villages.index(word)).tolist()
            elif between and first in rank and last in rank:
                covered = [order[at] for at in range(rank[first], rank[last] + 1)]
                if not covered:
                    raise rows.fault(row, f"the range {word} ends before it begins", f"write {last}..{first}")
            elif word in place:
                covered = [place[word]]
            elif word:
                raise rows.fault(
                    row,
                    f"{word} is no dwelling, village or range of dwellings",
                    "correct it, or leave it to the words",
                )
            else:
                covered = []
            for i in covered:
                if grid[i] >= 0 and grid[i] != number[row]:
                    raise rows.fault(
                        row, f"the dwelling {ids[i]} is covered by two grids", "leave it to one of them"
                    )
                grid[i] = number[row]
    return 0
