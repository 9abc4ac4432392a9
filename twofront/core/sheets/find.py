"""Where the table stands in a sheet: its header row, which column is which field, and which rows are rows.

The law: nobody's row is dropped in silence. A line is left out only if no mapped column holds anything in it, if it
repeats the header, or if it reads like a note, a total or a signature *and* lacks a required field or has nothing else in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twofront.core.sheets.cells import EMPTY, Rows, cell_name
from twofront.core.sheets.fields import Field, plain_heading
from twofront.core.sheets.grid import Column, Grid

_DEEPEST_HEADER = 200  # rows searched for the header
_LONGEST_FOOT = 30  # rows at the end in which a signature line is looked for
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
    """No header row was found, or the one found lacks a column that must be there.

    Args:
        row: Number of the best row seen; None if no row looked like a header.
        headings: What stands in it.
        missing: The required fields without a column.
    """

    code = "no_table"

    def __init__(self, row: int | None, headings: Sequence[str], missing: Sequence[Field]) -> None:
        """Keep the row, its headings and the fields without a column."""
        wanted = ", ".join(f"{f.name} ({f.zh})" for f in missing)
        super().__init__(f"no column for {wanted}" if row else f"no header row with {wanted}")
        columns = "、".join(f"{f.zh} ({f.name})" for f in missing)
        self.zh = f"{'缺少列' if row else '找不到表头行, 应有'} {columns}; 列名请照空表写"
        self.row = row
        self.headings = tuple(headings)
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class Found:
    """A table (表) found in a sheet.

    Args:
        header_row: Number of the header row, from 1.
        columns: The field of every heading as written, None where it is no field of this kind.
        at: The column number, from 0, of every field that has one.
        rows: Places (from 0) of the rows that are rows, in order.
        first_row: Number of the first of them; None if there is none.
        last_row: Number of the last of them.
    """

    header_row: int
    columns: Mapping[str, str | None]
    at: Mapping[str, int]
    rows: Rows
    first_row: int | None
    last_row: int | None


def find_table(
    grid: Grid,
    fields: Sequence[Field],
    headings: Mapping[str, str] | None = None,
    mapping: Mapping[str, str | None] | None = None,
) -> Found:
    """Find the table of a kind of list in a sheet.

    The header is the row, within the first 200, under which the most fields are known by their English or Chinese
    name; on a tie the upper one. A heading that two columns bear belongs to the left one.

    Args:
        grid: The sheet.
        fields: The fields of the kind.
        headings: More names for fields: heading to field name.
        mapping: What a person has decided: heading as written to field name or None. It wins over every name.

    Raises:
        NoTable: There is no header row, or a required field has no column.

    Example:
        >>> grid = Grid.of([["2020年名单"], ["名称", "人数"], ["甲", 3], [], ["注:截至2月18日"]])
        >>> found = find_table(grid, [Field("name", "名称", required=True), Field("staff", "人数", "int")])
        >>> found.header_row, found.columns, found.first_row, found.last_row
        (2, {'名称': 'name', '人数': 'staff'}, 3, 3)
    """
    names = _names(fields, headings or {})
    decided = {plain_heading(h): f for h, f in (mapping or {}).items()}
    best: tuple[int, int] | None = None
    for r, cells in enumerate(_top(grid)):
        known = {f for _, text in cells if (f := _field_of(text, names, decided))}
        if len(known) >= min(2, len(fields)) and (best is None or len(known) > best[1]):
            best = (r, len(known))
    if best is None:
        raise NoTable(None, [], [f for f in fields if f.required] or fields)
    header = best[0]
    columns, at = _columns(_top(grid)[header], names, decided)
    if lacking := [f for f in fields if f.required and f.name not in at]:
        raise NoTable(grid.number(header), list(columns), lacking)
    rows = _rows(grid, header, at, [f.name for f in fields if f.required])
    first, last = (grid.number(int(rows[0])), grid.number(int(rows[-1]))) if rows.size else (None, None)
    return Found(grid.number(header), columns, at, rows, first, last)


def _names(fields: Sequence[Field], headings: Mapping[str, str]) -> dict[str, str]:
    names = {plain_heading(h): f for h, f in headings.items()}
    for field in fields:
        names |= dict.fromkeys(map(plain_heading, (*field.also, field.zh, field.name)), field.name)
    return names


def _field_of(text: str, names: Mapping[str, str], decided: Mapping[str, str | None]) -> str | None:
    plain = plain_heading(text)
    return decided[plain] if plain in decided else names.get(plain)


def _top(grid: Grid) -> list[list[tuple[int, str]]]:
    depth = min(grid.rows, _DEEPEST_HEADER)
    cells: list[list[tuple[int, str]]] = [[] for _ in range(depth)]
    for c in sorted(grid.columns):
        for r, text in enumerate(grid.columns[c].text.slice(0, depth).to_pylist()):
            if text and len(text) <= 100:
                cells[r].append((c, text))
    return cells


def _columns(
    cells: Sequence[tuple[int, str]], names: Mapping[str, str], decided: Mapping[str, str | None]
) -> tuple[dict[str, str | None], dict[str, int]]:
    columns: dict[str, str | None] = {}
    at: dict[str, int] = {}
    for c, text in cells:
        heading = " ".join(text.split())
        if heading in columns:
            heading = f"{heading} [{cell_name(1, c)[:-1]}]"
        field = _field_of(text, names, decided)
        if field in at:
            field = None
        columns[heading] = field
        if field:
            at[field] = c
    return columns, at


def _rows(grid: Grid, header: int, at: Mapping[str, int], required: Sequence[str]) -> Rows:
    filled = {f: _filled(grid.columns[c]) for f, c in at.items()}
    rows = np.any(np.stack(list(filled.values())), axis=0)
    rows[: header + 1] = False
    whole = np.ones(grid.rows, bool)
    for f in required:
        whole &= filled[f]
    alone = (np.sum(np.stack(list(filled.values())), axis=0) == 1) & (len(filled) > 1)
    doubtful = np.flatnonzero(rows & (~whole | alone))
    if doubtful.size:
        sure = np.flatnonzero(rows & whole & ~alone)
        below = doubtful > (int(sure[-1]) if sure.size else header)
        first = _first_texts(grid, doubtful)
        aside = _matches(first, _ASIDE) | (_matches(first, _SENTENCE) & alone[doubtful] & below)
        rows[doubtful[aside]] = False
    end = np.flatnonzero(rows)[-_LONGEST_FOOT:]
    rows[end[_matches(_first_texts(grid, end), _SIGNED)]] = False
    rows[_repeats(grid, header, at, rows)] = False
    return np.flatnonzero(rows)


def _filled(column: Column) -> NDArray[np.bool_]:
    filled = column.tags != EMPTY
    blank = pc.match_substring_regex(column.text, r"^[\s\p{Z}]*$").to_numpy(zero_copy_only=False)
    return np.asarray(filled & ~blank, bool)


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


def _repeats(grid: Grid, header: int, at: Mapping[str, int], rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the rows that repeat the header, as a printed list does on each page."""
    same = rows.copy()
    for c in at.values():
        text = grid.columns[c].text
        same &= np.asarray(pc.equal(text, text[header]).to_numpy(zero_copy_only=False), bool)
    return same
