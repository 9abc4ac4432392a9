"""Tables of dwellings, borders and drawings, read from bytes.

One law: a fault names its line. A file is read whole, as text, and turned into numbers column by column; the line of a
faulty row is looked up only when there is one, so that a million good rows cost nothing.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from twofront.core.errors import CannotDo

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_FARTHEST_M = 1e9


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text columns that can say where a row stands in its file."""

    name: str
    columns: dict[str, pa.Array]
    source: bytes | None

    @property
    def rows(self) -> int:
        """The number of rows under the heading."""
        return len(next(iter(self.columns.values())))

    def fault(self, row: int, what: str, do: str) -> CannotDo:
        """Return the error for a row, with its line."""
        return CannotDo(f"{self.name}:{self._line(row)}", what, do)

    def cell(self, head: str, row: int) -> str:
        """Return a cell without blanks around it; '' where there is no such column."""
        return str(self.columns[head][row].as_py()).strip() if head in self.columns else ""

    def text(self, head: str, row: int) -> str:
        """Return a cell that may not be empty."""
        if not (found := self.cell(head, row)):
            raise self.fault(row, f"the {head} is empty", f"give the {head}")
        return found

    def whole(self, head: str, row: int, *, default: int | None = None) -> int:
        """Return a cell as a whole number from 0; the default where it is empty."""
        found = self.cell(head, row)
        if not found and default is not None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", found):
            raise self.fault(row, f"{head} {found!r} is no whole number from 0", "give a plain number")
        return int(found)

    def metres(self, head: str, row: int) -> float:
        """Return a cell as a coordinate."""
        found = _number(self.cell(head, row))
        if not abs(found) <= _FARTHEST_M:
            raise self.fault(
                row, f"{head} {self.cell(head, row)!r} is no number up to 10^9", "give a plain number"
            )
        return found

    def _line(self, row: int) -> int:
        if self.source is None:
            return row + 1
        reader = csv.reader(io.StringIO(self.source.decode(), newline=""))
        seen = -1
        for record in reader:
            if record:
                seen += 1
            if seen == row + 1:
                return reader.line_num
        return row + 2


def sheet(data: bytes, *, name: str, need: Sequence[str], may: Sequence[str] = ()) -> Sheet:
    r"""Read a CSV as text columns: UTF-8 (with or without mark) or GB18030, columns in any order, others ignored.

    Args:
        data: The bytes of the file.
        name: How errors call the file.
        need: Columns that must be there.
        may: Columns that may be there.

    Raises:
        CannotDo: The file is not text, has no heading, lacks a column, names one twice, or a row has another number of cells.

    Example:
        >>> sheet(b"b,a\r\n1,x\r\n", name="t.csv", need=["a"]).columns["a"].to_pylist()
        ['x']
    """
    text = _utf8(data, name=name)
    first = next((record for record in csv.reader(io.StringIO(text.decode(), newline="")) if record), [])
    heads = [head.strip() for head in first]
    for head in need:
        if head not in heads:
            raise CannotDo(
                f"{name}:1", f"the column {head} is missing", f"give a heading with {', '.join(need)}"
            )
    kept = [head for head in (*need, *may) if head in heads]
    for head in kept:
        if heads.count(head) > 1:
            raise CannotDo(f"{name}:1", f"the column {head} stands twice", "leave one of them")
    try:
        table = pyarrow.csv.read_csv(
            reader(text),
            read_options=pyarrow.csv.ReadOptions(
                column_names=_unique(heads), skip_rows=0, block_size=1 << 22
            ),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=b'"' in text),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=kept, column_types=dict.fromkeys(kept, pa.string()), strings_can_be_null=False
            ),
        ).slice(1)
    except pa.ArrowInvalid as e:
        raise _ragged(text, name=name, width=len(heads), why=str(e)) from None
    return Sheet(name=name, columns={c: _flat(table.column(c)) for c in kept}, source=text)


def reader(data: bytes) -> pa.BufferReader:
    """Return a reader over a copy of some bytes in Arrow's own memory.

    Over the bytes themselves, a thread of Arrow that lets go of them last would ask for the interpreter's lock; if the
    interpreter is just ending, that aborts the whole process (seen once in a hundred refusals on a busy machine).

    Example:
        >>> reader(b"id").read()
        b'id'
    """
    own = pa.BufferOutputStream()
    own.write(data)
    return pa.BufferReader(own.getvalue())


def sheet_of(table: pa.Table, *, name: str, need: Sequence[str], may: Sequence[str] = ()) -> Sheet:
    """Return the same from an Arrow table (a Parquet file); a row is named by its number from 1, an empty cell is ''.

    Raises:
        CannotDo: A column is missing.

    Example:
        >>> sheet_of(pa.table({"a": [1, None]}), name="t.parquet", need=["a"]).columns["a"].to_pylist()
        ['1', '']
    """
    for head in need:
        if head not in table.column_names:
            raise CannotDo(f"{name}:1", f"the column {head} is missing", f"give columns {', '.join(need)}")
    kept = [head for head in (*need, *may) if head in table.column_names]
    return Sheet(
        name=name,
        columns={c: pc.fill_null(_flat(table.column(c)).cast(pa.string()), "") for c in kept},
        source=None,
    )


@dataclass(frozen=True, slots=True)
class Dwellings:
    """Dwellings (住房) in the order of their file: points, or units in walking order (`seq`), with their households."""

    ids: pa.Array
    village: Ints  # index into `villages`
    villages: tuple[str, ...]  # ascending
    households: Ints
    x: Floats | None
    y: Floats | None
    seq: Floats | None
    special: Ints | None = None  # a special group (专属网格): market, school, dormitory, large firm; -1: none

    @property
    def zone(self) -> Ints:
        """What a grid may not leave: the village, and in it each special group."""
        if self.special is None:
            return self.village
        return self.village * np.int64(self.special.max(initial=-1) + 2) + self.special + 1

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Edges:
    """Neighbours: pairs of dwellings by their row, a < b, each pair once, with the length of the border they share."""

    a: Ints
    b: Ints
    border_m: Floats


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing: for each dwelling, in the order of the dwellings, the grid it lies in."""

    grid: Ints  # index into `grids`
    grids: tuple[str, ...]  # ascending


def dwellings(rows: Sheet, *, known: frozenset[str] | None = None) -> Dwellings:
    r"""Return the dwellings of a sheet with `id, village, households` and `x_m, y_m` or `seq`.

    With both, the coordinates count. A tie in `seq` is ordered by id. A column `special` names the special group of a
    dwelling, empty for none: it is never drawn together with others.

    Args:
        rows: The sheet.
        known: The codes of the villages there are; None takes any that is not empty.

    Raises:
        CannotDo: An id is empty or stands twice, a village is empty or unknown, households are no whole number from 0
            to 10^9, a coordinate is no number, or neither coordinates nor `seq` are given.

    Example:
        >>> found = dwellings(sheet(b"id,village,households,seq\nA,V1,3,1\n", name="d.csv", need=["id", "village", "households"], may=["seq"]))
        >>> len(found), found.villages, found.households.tolist()
        (1, ('V1',), [3])
    """
    ids = rows.columns["id"]
    _refuse_empty(rows, "id", "give every dwelling an id")
    _refuse_twice(rows)
    _refuse_empty(rows, "village", "give the code of its village; an unknown village has no grids")
    names, village = _codes(rows.columns["village"])
    if known is not None:
        for code, text in enumerate(names):
            if text not in known:
                row = int(np.argmax(village == code))
                raise rows.fault(
                    row,
                    f"unknown village {text}",
                    "correct the code, or add the village to the list of villages",
                )
    x = y = seq = None
    if _given(rows, "x_m") and _given(rows, "y_m"):
        x, y = _numbers(rows, "x_m"), _numbers(rows, "y_m")
    elif _given(rows, "seq"):
        seq = _numbers(rows, "seq")
    elif rows.rows:
        raise CannotDo(
            f"{rows.name}:1",
            "neither x_m and y_m nor seq are given",
            "give coordinates, or the walking order as seq",
        )
    elif "x_m" in rows.columns:
        x = y = np.empty(0)
    else:
        seq = np.empty(0)
    return Dwellings(
        ids=ids,
        village=village,
        villages=names,
        households=_households(rows),
        x=x,
        y=y,
        seq=seq,
        special=_special(rows),
    )


def edges(rows: Sheet, of: Dwellings) -> Edges:
    r"""Return the borders of a sheet with `a, b, border_m`; a pair told twice with one length counts once.

    Raises:
        CannotDo: An end is no dwelling, both ends are one dwelling, a length is negative or no number, or one pair has
            two lengths.

    Example:
        >>> d = dwellings(sheet(b"id,village,households,seq\nA,V,1,1\nB,V,1,2\n", name="d.csv", need=["id", "village", "households"], may=["seq"]))
        >>> edges(sheet(b"a,b,border_m\nB,A,2.5\n", name="e.csv", need=["a", "b", "border_m"]), d).a.tolist()
        [0]
    """
    ends = []
    for side in ("a", "b"):
        found = pc.index_in(rows.columns[side], value_set=of.ids)
        if found.null_count:
            row = int(np.argmax(np.asarray(found.is_null())))
            what = f"the edge leads to {rows.columns[side][row].as_py() or 'nothing'}, which is no dwelling"
            raise rows.fault(row, what, "correct the id, or add the dwelling")
        ends.append(np.asarray(found).astype(np.int64))
    border = _numbers(rows, "border_m")
    if (border < 0).any():
        row = int(np.argmax(border < 0))
        raise rows.fault(
            row,
            f"border_m {border[row]:g} is negative",
            "give the length of the border they share, in metres",
        )
    if (ends[0] == ends[1]).any():
        row = int(np.argmax(ends[0] == ends[1]))
        raise rows.fault(
            row, f"the edge joins {rows.columns['a'][row].as_py()} to itself", "leave the row out"
        )
    a, b = np.minimum(*ends), np.maximum(*ends)
    key = a * np.int64(len(of)) + b
    order = np.argsort(key, kind="stable")
    again = np.flatnonzero(key[order][1:] == key[order][:-1])
    for i in again:
        if border[order[i]] != border[order[i + 1]]:
            row, other = int(order[i + 1]), int(order[i])
            what = f"the pair stands twice, with {border[other]:g} and {border[row]:g} metres"
            raise rows.fault(row, what, "leave the right one")
    order = np.delete(order, again + 1)
    return Edges(a=a[order], b=b[order], border_m=border[order])


def drawing(rows: Sheet, of: Dwellings) -> Drawing:
    r"""Return the drawing of a sheet with `id, grid`, in the order of the dwellings.

    Raises:
        CannotDo: An id is unknown or stands twice, a dwelling is missing, or a grid is empty.

    Example:
        >>> d = dwellings(sheet(b"id,village,households,seq\nA,V,1,1\nB,V,1,2\n", name="d.csv", need=["id", "village", "households"], may=["seq"]))
        >>> drawing(sheet(b"id,grid\nB,V-1\nA,V-2\n", name="g.csv", need=["id", "grid"]), d).grid.tolist()
        [1, 0]
    """
    found = pc.index_in(rows.columns["id"], value_set=of.ids)
    if found.null_count:
        row = int(np.argmax(np.asarray(found.is_null())))
        raise rows.fault(
            row,
            f"{rows.columns['id'][row].as_py() or 'an empty id'} is no dwelling",
            "correct the id, or leave the row out",
        )
    _refuse_twice(rows)
    _refuse_empty(rows, "grid", "give the grid of the dwelling")
    at = np.asarray(found).astype(np.int64)
    if len(at) < len(of):
        seen = np.zeros(len(of), dtype=bool)
        seen[at] = True
        lost = of.ids[int(np.argmin(seen))].as_py()
        raise CannotDo(
            rows.name,
            f"{len(of) - len(at)} dwellings have no grid, the first is {lost}",
            "give every dwelling a grid",
        )
    names, grid = _codes(rows.columns["grid"])
    placed = np.empty(len(of), dtype=np.int64)
    placed[at] = grid
    return Drawing(grid=placed, grids=names)


def _utf8(data: bytes, *, name: str) -> bytes:
    text = data.removeprefix(b"\xef\xbb\xbf")
    for code in ("utf-8", "gb18030"):
        try:
            text.decode(code)
        except UnicodeDecodeError:
            continue
        return text if code == "utf-8" else text.decode(code).encode()
    raise CannotDo(f"{name}:1", "is neither UTF-8 nor GB18030 text", "save it as CSV in UTF-8")


def _unique(heads: Sequence[str]) -> list[str]:
    return [head if heads.index(head) == i else f"{head}\x00{i}" for i, head in enumerate(heads)]


def _flat(column: pa.ChunkedArray) -> pa.Array:
    flat = column.combine_chunks()
    return flat.combine_chunks() if isinstance(flat, pa.ChunkedArray) else flat


def _ragged(text: bytes, *, name: str, width: int, why: str) -> CannotDo:
    reader = csv.reader(io.StringIO(text.decode(), newline=""))
    for record in reader:
        if record and len(record) != width:
            return CannotDo(
                f"{name}:{reader.line_num}",
                f"has {len(record)} cells, the heading {width}",
                "correct the row",
            )
    return CannotDo(f"{name}:1", f"cannot be read as CSV ({why})", "save it as CSV in UTF-8")


def _codes(column: pa.Array) -> tuple[tuple[str, ...], Ints]:
    coded = column.dictionary_encode()
    names: list[str] = coded.dictionary.to_pylist()
    rank = np.argsort(np.argsort(np.array(names, dtype=object))) if names else np.empty(0, dtype=np.int64)
    return tuple(sorted(names)), rank[np.asarray(coded.indices)].astype(np.int64)


def _refuse_empty(rows: Sheet, head: str, do: str) -> None:
    empty = np.asarray(pc.equal(pc.utf8_trim_whitespace(rows.columns[head]), ""))
    if empty.any():
        raise rows.fault(int(np.argmax(empty)), f"the {head} is empty", do)


def _refuse_twice(rows: Sheet) -> None:
    coded = rows.columns["id"].dictionary_encode()
    if len(coded.dictionary) == rows.rows:
        return
    index = np.asarray(coded.indices)
    order = np.argsort(index, kind="stable")
    row = int(order[1:][index[order][1:] == index[order][:-1]].min())
    first = int(np.argmax(index == index[row]))
    earlier = rows.fault(first, "", "").where
    raise rows.fault(
        row,
        f"the id {rows.columns['id'][row].as_py()} stands twice, first in {earlier}",
        "leave one of the rows",
    )


def _given(rows: Sheet, head: str) -> bool:
    return head in rows.columns and bool(rows.rows) and not np.asarray(pc.equal(rows.columns[head], "")).all()


def _numbers(rows: Sheet, head: str) -> Floats:
    column = pc.utf8_trim_whitespace(rows.columns[head])
    try:
        numbers: Floats = np.asarray(column.cast(pa.float64()))
    except pa.ArrowInvalid:
        numbers = np.array([_number(text) for text in column.to_pylist()])
    bad = ~(np.abs(numbers) <= _FARTHEST_M)
    if bad.any():
        row = int(np.argmax(bad))
        raise rows.fault(
            row, f"{head} {rows.columns[head][row].as_py()!r} is no number up to 10^9", "give a plain number"
        )
    return numbers


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _special(rows: Sheet) -> Ints | None:
    """Return the special group of each dwelling, -1 for none; None where there is no group at all."""
    if not _given(rows, "special"):
        return None
    names, group = _codes(pc.utf8_trim_whitespace(rows.columns["special"]))
    return group - 1 if names[0] == "" else group


def _households(rows: Sheet) -> Ints:
    numbers = _numbers(rows, "households")
    for bad, what in ((numbers < 0, "is negative"), (numbers != np.floor(numbers), "is no whole number")):
        if bad.any():
            row = int(np.argmax(bad))
            raise rows.fault(
                row, f"households {numbers[row]:g} {what}", "give the number of households, 0 or more"
            )
    return numbers.astype(np.int64)
