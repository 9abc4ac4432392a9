"""Where the table stands in a sheet: its heading, which column is which field, and which rows are rows.

The law: nobody's row is dropped in silence. A line is left out only if no mapped column holds anything in it, if it
repeats the heading, if it is one text over merged columns, or if it reads like a note, a total or a signature *and* lacks
a required field or has nothing else in it. What stands under another table's heading is left out and said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twofront.core.sheets import notes
from twofront.core.sheets.cells import EMPTY, Rows, cell_name
from twofront.core.sheets.fields import Field
from twofront.core.sheets.grid import Column, Grid
from twofront.core.sheets.header import Head, Names, find_head
from twofront.core.sheets.notes import Note
from twofront.core.sheets.quick import bytes_of

_LONGEST_FOOT = 30  # rows at the end in which a signature line is looked for
_BLANK = np.isin(np.arange(256), [*range(0x21), 0xC2, 0xE1, 0xE2, 0xE3])  # bytes with which a blank may begin
_FULL = (65_536, 1_048_576)  # rows of a full sheet of .xls, of .xlsx
_COLON = r"[:\x{FF1A}]"
_ASIDE = (
    r"(?i)^\s*(?:"
    rf"(?:备\s*)?注\s*{_COLON}|说\s*明\s*{_COLON}|填报?\s*(?:表|报|写)?\s*(?:人|单位|日期|时间|说明|须知)|制\s*表"
    rf"|审\s*(?:核|批)|复\s*核|(?:经办|负责|联系|主管|签字|签名|盖章|单位)[人章字]?\s*(?:{_COLON}|[(\x{{FF08}}]|签)"
    rf"|(?:合|总|小|共)\s*计\s*(?:{_COLON}|$|[\d为共])|以上|本表|此表|※|[*\x{{FF0A}}]\s?[^\d]"
    r"|notes?\b|remarks?\s*:|total\b|sum\s*$|subtotal|prepared by|checked by|approved by|signed|signature|source\s*:"
    r")"
)
_SIGNED = (
    rf"^\s*(?:填报?表?|制表|审核|审批|复核|经办|负责|联系|签字|盖章)\s*(?:人|单位|日期|时间)?\s*{_COLON}"
)
_SENTENCE = r"[。;\x{FF1B}!\x{FF01}]|[,:\x{FF0C}\x{FF1A}].*[,:\x{FF0C}\x{FF1A}]|^.{40,}$"


class NoTable(ValueError):  # noqa: N818 - it says what was not found
    """No heading was found, or the one found lacks a column that must be there.

    Args:
        row: Number of the best row seen; None if no row looked like a heading.
        headings: What stands in it.
        missing: The required fields without a column.
    """

    code = "no_table"
    do = "name the columns as in the template, or give a --map"

    def __init__(self, row: int | None, headings: Sequence[str], missing: Sequence[Field]) -> None:
        """Keep the row, its headings and the fields without a column."""
        wanted = ", ".join(f"{f.name} ({f.zh})" for f in missing)
        super().__init__(f"no column for {wanted}" if row else f"no header row with {wanted}")
        columns = "、".join(f"{f.zh} ({f.name})" for f in missing)
        self.zh = f"{'缺少列' if row else '找不到表头行, 应有'} {columns}; 列名请照空表写"
        self.row = row
        self.headings = tuple(headings)
        self.missing = tuple(missing)


class WhichTable(NoTable):
    """The sheet holds several tables of the kind, and nobody has said which is meant.

    Args:
        corners: The first cell of the heading of each.
    """

    code = "which_table"
    do = "say which with --table N"

    def __init__(self, row: int, corners: Sequence[str]) -> None:
        """Name the tables by their corners."""
        super().__init__(row, [], [])
        listed = ", ".join(f"{i} at {c}" for i, c in enumerate(corners, 1))
        self.args = (f"{len(corners)} tables stand on this sheet: {listed}",)
        places = "、".join(f"{i} 在 {c}" for i, c in enumerate(corners, 1))
        self.zh = f"本表有{len(corners)}张表: {places}; 请用 --table N 指定"
        self.corners = tuple(corners)


@dataclass(frozen=True, slots=True)
class Found:
    """A table (表) found in a sheet.

    Args:
        header_row: Number of the last row of the heading, from 1.
        columns: The field of every heading as written, None where it is no field of this kind.
        at: The column number, from 0, of every field that has one.
        rows: Places (from 0) of the rows that are rows, in order.
        first_row: Number of the first of them; None if there is none.
        last_row: Number of the last of them.
        merged: Of fields in whose column cells are merged downwards: the place of the cell that holds each row's value.
        notes: What must be said of it.
    """

    header_row: int
    columns: Mapping[str, str | None]
    at: Mapping[str, int]
    rows: Rows
    first_row: int | None
    last_row: int | None
    merged: Mapping[str, Rows] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def find_table(
    grid: Grid,
    fields: Sequence[Field],
    headings: Mapping[str, str] | None = None,
    mapping: Mapping[str, str | None] | None = None,
    table: int | None = None,
) -> Found:
    """Find the table of a kind of list in a sheet.

    The heading is the one to three rows, within the first 200, under which the most fields are known by name. A field
    that two columns name belongs to the one with the better name, then to the left one.

    Args:
        grid: The sheet.
        fields: The fields of the kind.
        headings: More names for fields: heading to field name, the better ones first.
        mapping: What a person has decided: heading as written to field name or None. It wins over every name.
        table: Which table, from 1, where the sheet holds several.

    Raises:
        NoTable: There is no heading, or a required field has no column.
        WhichTable: There are several tables, and none or no such one is named.

    Example:
        >>> grid = Grid.of([["2020年名单"], ["名称", "人数"], ["甲", 3], [], ["注:截至2月18日"]])
        >>> found = find_table(grid, [Field("name", "名称", required=True), Field("staff", "人数", "int")])
        >>> found.header_row, found.columns, found.first_row, found.last_row
        (2, {'名称': 'name', '人数': 'staff'}, 3, 3)
    """
    names = Names(fields, headings or {}, mapping or {})
    required = [f for f in fields if f.required]
    head = find_head(grid, fields, names)
    if head is None:
        raise NoTable(None, [], required or fields)
    if lacking := [f for f in required if f.name not in head.at]:
        raise NoTable(grid.number(head.bottom), list(head.columns), lacking)
    parts = _parts(grid, fields, names, head)
    which = _which(grid, parts, table)
    part = parts[which]
    at, end = part.at, part.end
    merged = _merged(grid, part.head.bottom, at)
    rows = _rows(grid, part, [f.name for f in required], merged)
    first, last = (grid.number(int(rows[0])), grid.number(int(rows[-1]))) if rows.size else (None, None)
    found = Found(
        header_row=grid.number(part.head.bottom),
        columns=_columns(part),
        at=at,
        rows=rows,
        first_row=first,
        last_row=last,
        merged={f: places[rows] for f, places in merged.items()},
    )
    return replace(found, notes=(*_said_of_head(grid, part), *_said_of_rows(grid, found, end)))


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the tables of a sheet: its heading, its columns, and the place where the next table begins."""

    head: Head
    at: Mapping[str, int]
    end: int
    is_beside: bool = False


def _parts(grid: Grid, fields: Sequence[Field], names: Names, head: Head) -> list[_Part]:
    """Return the tables of a sheet, one beside the other and one below the other."""
    required = [f.name for f in fields if f.required]
    below = _other_heads(grid, names, head)
    parts: list[_Part] = []
    ends = [*below[1:], grid.rows] if below else []
    parts += _beside(head, required, below[0] if below else grid.rows)
    for begin, end in zip(below, ends, strict=True):
        rest = Grid(
            {c: Column(k.text.slice(begin), k.tags[begin:]) for c, k in grid.columns.items()},
            grid.rows - begin,
        )
        found = find_head(rest, fields, names)
        if found is not None and found.top == 0 and all(f in found.at for f in required):
            moved = Head(
                found.top + begin, found.bottom + begin, found.columns, found.at, found.told, found.same
            )
            parts += _beside(moved, required, end)
    return parts


def _beside(head: Head, required: Sequence[str], end: int) -> list[_Part]:
    """Return the tables under one heading: more than one if every field that must be there stands more than once."""
    places = {f: sorted(head.at[f]) for f in required}
    times = min(map(len, places.values()), default=1)
    is_mixed = times > 1 and max(p[0] for p in places.values()) > min(p[1] for p in places.values())
    if times < 2 or is_mixed:
        return [_Part(head, {f: some[0] for f, some in head.at.items()}, end)]
    every = [sorted(some) for some in head.at.values()]
    sides = [0, *(min(some[i] for some in every if len(some) > i) for i in range(1, times))]
    parts = []
    for i in range(times):
        left, right = sides[i], sides[i + 1] if i + 1 < times else 1 << 30
        at = {f: min(here) for f, some in head.at.items() if (here := [c for c in some if left <= c < right])}
        parts.append(_Part(head, at, end, is_beside=True))
    return parts


def _which(grid: Grid, parts: Sequence[_Part], table: int | None) -> int:
    if table is not None and 1 <= table <= len(parts):
        return table - 1
    if len(parts) > 1 or table is not None:
        corners = [cell_name(grid.number(p.head.bottom), min(p.at.values())) for p in parts]
        raise WhichTable(grid.number(parts[0].head.bottom), corners)
    return 0


def _columns(part: _Part) -> dict[str, str | None]:
    own = set(part.at)
    return {h: f if f in own else None for h, f in part.head.columns.items()}


def _other_heads(grid: Grid, names: Names, head: Head) -> list[int]:
    """Return the places of the rows below a heading that are headings too, and no repetition of it."""
    known = pa.array(sorted(names.raw))
    count = np.zeros(grid.rows, np.int8)
    for column in grid.columns.values():
        count += np.asarray(pc.is_in(column.text, known).to_numpy(zero_copy_only=False), np.int8)
    likely = np.flatnonzero(count >= 2)
    likely = likely[likely > head.bottom]
    filled = np.zeros(likely.size, np.int64)
    for column in grid.columns.values():
        filled += column.tags[likely] != EMPTY
    likely = likely[2 * count[likely] >= filled]
    if not likely.size:
        return []
    first = {f: some[0] for f, some in head.at.items()}
    again = np.zeros(grid.rows, bool)
    for place in range(head.top, head.bottom + 1):
        again |= _repeats(grid, place, first)
    places = [int(p) for p in likely if not again[p] and not _is_same(grid, names, int(p), first)]
    return [p for i, p in enumerate(places) if i == 0 or p > places[i - 1] + 2]


def _is_same(grid: Grid, names: Names, place: int, at: Mapping[str, int]) -> bool:
    """Tell whether a row heads the same columns as the same fields, in whatever words."""
    for c, column in grid.columns.items():
        known = names.of([column.text[place].as_py().strip() or " "])
        if known and at.get(known[0], c) != c:
            return False
    return True


def _merged(grid: Grid, header: int, at: Mapping[str, int]) -> dict[str, Rows]:
    """Return for every field in whose column cells are merged downwards the place that holds each row's value."""
    places: dict[str, Rows] = {}
    by_column: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, right in grid.shape.merged:
        if top > header and bottom > top and left == right and bottom < grid.rows:
            by_column.setdefault(left, []).append((top, bottom))
    for name, c in at.items():
        if c in by_column:
            places[name] = np.arange(grid.rows)
            for top, bottom in by_column[c]:
                places[name][top : bottom + 1] = top
    return places


def _rows(grid: Grid, part: _Part, required: Sequence[str], merged: Mapping[str, Rows]) -> Rows:
    at, header = part.at, part.head.bottom
    filled = {f: _filled(grid.columns[c]) for f, c in at.items()}
    own = np.any(np.stack([v for f, v in filled.items() if f not in merged] or list(filled.values())), axis=0)
    filled |= {f: filled[f][places] & own for f, places in merged.items()}
    rows = np.any(np.stack(list(filled.values())), axis=0)
    rows[: header + 1] = False
    rows[part.end :] = False
    whole = np.ones(grid.rows, bool)
    for f in required:
        whole &= filled[f]
    alone = (np.sum(np.stack(list(filled.values())), axis=0) == 1) & (len(filled) > 1)
    again = np.zeros(grid.rows, bool)
    for place in range(part.head.top, header + 1):
        again |= _repeats(grid, place, at)
    again &= rows
    doubtful = np.flatnonzero(rows & (~whole | alone))
    if doubtful.size:
        sure = np.flatnonzero(rows & whole & ~alone & ~again)
        below = doubtful > (int(sure[-1]) if sure.size else header)
        first = _first_texts(grid, doubtful)
        aside = _matches(first, _ASIDE) | (_matches(first, _SENTENCE) & alone[doubtful] & below)
        heads = np.append(np.flatnonzero(again), [part.end] if part.end < grid.rows else [])
        aside |= alone[doubtful] & _is_title(grid, doubtful, heads, len(at))
        rows[doubtful[aside]] = False
    end = np.flatnonzero(rows)[-_LONGEST_FOOT:]
    rows[end[_matches(_first_texts(grid, end), _SIGNED)]] = False
    rows[again] = False
    return np.flatnonzero(rows)


def _is_title(grid: Grid, rows: Rows, heads: Rows, width: int) -> NDArray[np.bool_]:
    """Return which rows are one text over merged columns, or stand right above a heading that follows in the sheet."""
    wide = {top for top, left, _, right in grid.shape.merged if right - left + 1 >= max(3, width // 2)}
    return np.asarray(np.isin(rows, list(wide)) | np.isin(rows + 1, heads), bool)


def _filled(column: Column) -> NDArray[np.bool_]:
    """Return which cells hold more than blanks; only those that begin like a blank are looked at."""
    filled = np.asarray(column.tags != EMPTY, bool)
    text = column.text.combine_chunks() if isinstance(column.text, pa.ChunkedArray) else column.text
    starts, lengths, content = bytes_of(text)
    some = np.flatnonzero(lengths > 0)
    some = some[_BLANK[content[starts[some]]]]
    filled[lengths == 0] = False
    filled[some[_matches(pc.take(text, pa.array(some)), r"^[\s\p{Z}]*$")]] = False
    return filled


def _first_texts(grid: Grid, rows: Rows) -> pa.Array:
    """Return the text of the first filled cell of each row, over all columns."""
    place = pa.array(rows)
    first = pa.array([""] * rows.size, pa.string())
    for c in sorted(grid.columns):
        here = pc.utf8_trim_whitespace(pc.take(grid.columns[c].text, place))
        first = pc.if_else(pc.equal(first, ""), here, first)
    return first


def _matches(texts: pa.Array, pattern: str) -> NDArray[np.bool_]:
    return np.asarray(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False), bool)


def _repeats(grid: Grid, place: int, at: Mapping[str, int]) -> NDArray[np.bool_]:
    """Return the rows that repeat a row of the heading, as a printed list does on each page."""
    same = np.ones(grid.rows, bool)
    for c in at.values():
        text = grid.columns[c].text
        same &= np.asarray(pc.equal(text, text[place]).to_numpy(zero_copy_only=False), bool)
    return same


def _said_of_head(grid: Grid, part: _Part) -> Iterator[Note]:
    head, row = part.head, grid.number(part.head.bottom)
    for name, c in head.told.items():
        if part.at.get(name) == c:
            yield notes.told_by_content(name, cell_name(row, c))
    for name, some in head.at.items():
        others = [] if part.is_beside else [c for c in some if c != part.at.get(name)]
        if others:
            yield notes.two_columns(name, [cell_name(row, c) for c in (part.at[name], *others)])
    named = {c for some in head.at.values() for c in some}
    if unread := [c for c in head.same if c not in named]:
        yield notes.same_heading([cell_name(row, c) for c in unread])


def _said_of_rows(grid: Grid, found: Found, end: int) -> Iterator[Note]:
    rows, shape = found.rows, grid.shape
    runs = [
        (a, min(b, grid.rows - 1)) for a, b in shape.hidden if rows.size and b >= rows[0] and a <= rows[-1]
    ]
    if runs:
        count = sum(int(((rows >= a) & (rows <= b)).sum()) for a, b in runs)
        said = [f"{grid.number(a)}:{grid.number(b)}" for a, b in runs]
        yield notes.hidden_rows(count, said, is_filtered=shape.is_filtered)
    elif shape.is_filtered:
        yield notes.filtered()
    for name, places in found.merged.items():
        if (filled := rows[places != rows]).size:
            yield notes.merged_cells(name, [cell_name(grid.number(int(r)), found.at[name]) for r in filled])
    if end < grid.rows:
        yield notes.other_table(grid.number(end), grid.number(grid.rows - 1))
    if grid.rows in _FULL:
        yield notes.full_sheet(grid.rows)
