"""A found table to typed columns, and every wrong cell to a sentence.

The law: read = accepted + duplicate + rejected. A row with one wrong cell is rejected, also if the field is optional,
also if its key stood there before; a twin of a rejected row is no duplicate.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twofront.core.sheets import notes
from twofront.core.sheets.cells import EMPTY, ERROR, FORMULA, Rows, cell_name
from twofront.core.sheets.fields import Field
from twofront.core.sheets.find import Found
from twofront.core.sheets.grid import Column, Grid
from twofront.core.sheets.notes import Note
from twofront.core.sheets.quick import as_it_stands
from twofront.core.sheets.values import Context, Wrong, read, rewritten

Mask = NDArray[np.bool_]

_TYPES: Mapping[str, pa.DataType] = {
    "date": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
    "int": pa.int64(),
    "number": pa.float64(),
    "share": pa.float64(),
    "bool": pa.bool_(),
}
_MISSING = Wrong("missing", "empty: this must be filled in", "此项必填")
_FORMULA = Wrong("formula", "a formula: put the value itself here", "单元格是公式, 请改为数值或文字")
_ERROR = Wrong(
    "format", "an error of the spreadsheet program: type the value", "单元格是表格软件的错误值, 请重新填写"
)


@dataclass(frozen=True, slots=True)
class Reject:
    """One wrong cell (错误单元格): where it is, what is wrong with it, and what to do, in both languages."""

    row: int
    column: int
    field: str
    code: str
    cell: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Fault:
    """All wrong cells of one field and one code.

    Args:
        field: The field's name.
        code: One of `CODES`.
        column: The column number, from 0.
        rows: Row numbers, from 1, ascending.
        wrongs: What is wrong in each of them.
    """

    field: str
    code: str
    column: int
    rows: Rows
    wrongs: Sequence[Wrong]

    @property
    def cells(self) -> list[str]:
        """Return the addresses of the cells."""
        return [cell_name(int(r), self.column) for r in self.rows]


@dataclass(frozen=True, slots=True)
class Repair:
    """Cells of one field that were right in sense and are kept written otherwise (订正); what stood there is kept too.

    Args:
        field: The field's name.
        code: `blanks`, `full_width`, `marks` (separators, prefixes, small letters), `date` or `number`.
        column: The column number, from 0.
        rows: Row numbers, from 1, ascending.
        was: What stood in each of them.
        now: What is kept for it.
    """

    field: str
    code: str
    column: int
    rows: Rows
    was: Sequence[str]
    now: Sequence[str]

    @property
    def cells(self) -> list[str]:
        """Return the addresses of the cells."""
        return [cell_name(int(r), self.column) for r in self.rows]


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked table.

    Args:
        read: How many rows the table has.
        accepted: The accepted rows, a column for every field that has one in the sheet; nulls where nothing stands.
        rows: The row number, from 1, of every accepted row.
        duplicates: Row numbers of the duplicates, and beside each the row that it repeats.
        conflicts: Rows whose key stood in an earlier row with other values, and that earlier row.
        rejected: Row numbers of the rejected rows.
        faults: What is wrong, by field in the order of the fields, then by code.
        notes: What was assumed.
        repairs: What is kept written otherwise, by field and code.
    """

    read: int
    accepted: pa.Table
    rows: Rows
    duplicates: Sequence[tuple[int, int]]
    conflicts: Sequence[tuple[int, int]]
    rejected: Rows
    faults: Sequence[Fault]
    notes: Sequence[Note]
    repairs: Sequence[Repair]

    def rejects(self) -> Iterator[Reject]:
        """Yield every wrong cell, by field and code."""
        for f in self.faults:
            for row, wrong in zip(f.rows.tolist(), f.wrongs, strict=True):
                yield Reject(row, f.column, f.field, f.code, cell_name(row, f.column), wrong.en, wrong.zh)

    def reasons(self) -> list[dict[str, Any]]:
        """Return the contract's `reasons`: field, code, count and the cells."""
        return [
            {"field": f.field, "code": f.code, "count": len(f.wrongs), "cells": f.cells} for f in self.faults
        ]


@dataclass(slots=True)
class _Read:
    """What one column gave."""

    values: pa.Array
    wrong: Mask
    faults: list[Fault]
    notes: list[Note] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)


def check(
    grid: Grid,
    found: Found,
    fields: Sequence[Field],
    *,
    key: Sequence[str] = (),
    lookups: Mapping[str, Mapping[str, str]] | None = None,
    today: date | None = None,
    zone: tzinfo = UTC,
    twins: Literal["duplicate", "latest"] = "latest",
) -> Checked:
    """Check every cell of a table, and find the rows that repeat another.

    Args:
        grid: The sheet.
        found: Where the table stands in it.
        fields: The fields of the kind.
        key: The fields that together name a row. Rows with a null in the key repeat nothing.
        lookups: By field name (or `township`, `village`, `sector`): accepted spellings and the value kept for each.
            A field that is named here takes nothing else (`unknown_value`).
        today: The county's day, from which a missing year is taken.
        zone: The zone of moments without offset.
        twins: `duplicate`: a row whose key stood there before is a duplicate, whatever else it holds (a roster).
            `latest`: it is a duplicate only with the same values, else it is accepted and comes later (a load).
            Either way `conflicts` names the rows whose values differ.

    Example:
        >>> from twofront.core.sheets.find import find_table
        >>> fields = [Field("code", "编号", "code", required=True), Field("staff", "人数", "int", low=0)]
        >>> grid = Grid.of([["code", "staff"], ["a", "1,200"], ["b", -3], ["a", 1200]])
        >>> done = check(grid, find_table(grid, fields), fields, key=["code"])
        >>> done.read, done.accepted.to_pylist(), done.duplicates
        (3, [{'code': 'a', 'staff': 1200}], [(4, 2)])
        >>> [(r.cell, r.code, r.en) for r in done.rejects()]
        [('B3', 'range', '-3: at least 0 is needed')]
    """
    numbers = found.rows + 1 if grid.lines is None else grid.lines[found.rows]
    columns: dict[str, _Read] = {}
    for spec in fields:
        if spec.name in found.at:
            context = Context(zone, today, _lookup(spec, lookups or {}))
            columns[spec.name] = _column(grid, found, spec, context, numbers)
    for spec in fields:
        if spec.name in columns and spec.not_before in columns:
            columns[spec.name] = _in_order(columns, spec, found, numbers, today)
    wrong = np.zeros(numbers.size, bool)
    for c in columns.values():
        wrong |= c.wrong
    right = np.flatnonzero(~wrong)
    table = pa.table({name: pc.take(c.values, pa.array(right)) for name, c in columns.items()})
    again, conflict = _twins(table, key, by_values=twins == "latest")
    kept = np.ones(right.size, bool)
    kept[[row for row, _ in again]] = False
    places = numbers[right]
    return Checked(
        read=numbers.size,
        accepted=table.filter(pa.array(kept)),
        rows=places[kept],
        duplicates=[(int(places[a]), int(places[b])) for a, b in again],
        conflicts=[(int(places[a]), int(places[b])) for a, b in conflict],
        rejected=numbers[wrong],
        faults=[f for c in columns.values() for f in c.faults],
        notes=[*found.notes, *(n for c in columns.values() for n in c.notes)],
        repairs=[r for c in columns.values() for r in c.repairs],
    )


def _lookup(spec: Field, lookups: Mapping[str, Mapping[str, str]]) -> Mapping[str, str] | None:
    if spec.name in lookups:
        return lookups[spec.name]
    return lookups.get(spec.type) if spec.type in {"township", "village", "sector"} else None


def _column(grid: Grid, found: Found, spec: Field, context: Context, numbers: Rows) -> _Read:
    at = found.at[spec.name]
    column: Column = grid.columns[at]
    places = found.merged.get(spec.name, found.rows)
    texts = pc.take(column.text, pa.array(places))
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    tags = column.tags[places]
    quick = None if context.lookup is not None else as_it_stands(texts, tags, spec)
    done = quick[0] if quick else np.zeros(tags.size, bool)
    kind = _TYPES.get(spec.type, pa.string())
    values = (
        pa.nulls(tags.size, kind)
        if quick is None
        else pc.if_else(pa.array(done), quick[1], pa.scalar(None, kind))
    )
    faults: list[tuple[int, Wrong]] = []
    mended: list[tuple[int, tuple[str, str, str]]] = []
    for tag in np.unique(tags[~done]).tolist():
        some = np.flatnonzero(~done & (tags == tag))
        slow, wrong_here, mended_here = _slow(pc.take(texts, pa.array(some)), tag, spec, context)
        mended += [(int(some[i]), m) for i, m in mended_here]
        mask = np.zeros(tags.size, bool)
        mask[some] = True
        values = pc.replace_with_mask(values, pa.array(mask), slow.cast(kind))
        faults += [(int(some[i]), w) for i, w in wrong_here]
    faults.sort(key=lambda f: f[0])
    rows = np.array([i for i, _ in faults], np.int64)
    wrong = np.zeros(tags.size, bool)
    wrong[rows] = True
    found_faults = _faults(spec, at, numbers[rows], [w for _, w in faults])
    said = _notes(spec, at, texts, numbers, context)
    return _Read(values, wrong, found_faults, said, _repairs(spec, at, numbers, sorted(mended)))


def _in_order(
    columns: Mapping[str, _Read], spec: Field, found: Found, numbers: Rows, today: date | None
) -> _Read:
    """Return a column of days with those wrong that lie before the day of another column in their row."""
    read, first = columns[spec.name], columns[spec.not_before]
    earliest = first.values if today is None else pc.fill_null(first.values, today)
    early = np.array(pc.fill_null(pc.less(read.values, earliest), False))  # noqa: FBT003 - the value to fill in
    rows = np.flatnonzero(early & ~first.wrong & ~read.wrong)
    said = [
        Wrong(
            "range",
            f"{last}: earlier than {spec.not_before} {begin}; correct one of the two",
            f"“{last}”早于起始日{begin}, 请改正其中一个",
        )
        for last, begin in zip(
            pc.take(read.values, pa.array(rows)).to_pylist(),
            pc.take(earliest, pa.array(rows)).to_pylist(),
            strict=True,
        )
    ]
    wrong = read.wrong.copy()
    wrong[rows] = True
    faults = [*read.faults, *_faults(spec, found.at[spec.name], numbers[rows], said)]
    return _Read(read.values, wrong, faults, read.notes, read.repairs)


def _slow(
    texts: pa.Array, tag: int, spec: Field, context: Context
) -> tuple[pa.Array, list[tuple[int, Wrong]], list[tuple[int, tuple[str, str, str]]]]:
    """Read cells of one kind one by one, each distinct cell once.

    Returns:
        The values; place and fault of the wrong; place, code, old and new text of those kept written otherwise.
    """
    coded = pc.dictionary_encode(texts)
    cells = coded.dictionary.to_pylist()
    answers = [_cell(text, tag, spec, context) for text in cells]
    values = pa.array([value for value, _ in answers], _TYPES.get(spec.type, pa.string()))
    which = coded.indices.to_numpy()
    is_wrong = np.array([wrong is not None for _, wrong in answers], bool)
    wrongs = [(i, answers[which[i]][1]) for i in np.flatnonzero(is_wrong[which]).tolist()]
    how = [rewritten(text, tag, spec, value) for text, (value, _) in zip(cells, answers, strict=True)]
    is_mended = np.array([h is not None for h in how], bool)
    mended = [(i, how[which[i]]) for i in np.flatnonzero(is_mended[which]).tolist()]
    return (
        pc.take(values, coded.indices),
        [(i, w) for i, w in wrongs if w is not None],
        [(i, h) for i, h in mended if h is not None],
    )


def _cell(text: str, tag: int, spec: Field, context: Context) -> tuple[Any, Wrong | None]:
    if tag & FORMULA:
        return None, _FORMULA
    if tag == ERROR:
        return None, _ERROR
    try:
        value = None if tag == EMPTY else read(text, tag, spec, context)
    except Wrong as wrong:
        return None, wrong.with_traceback(None)  # a kept trace would keep every frame of a million cells
    return value, _MISSING if value is None and spec.required else None


def _faults(spec: Field, at: int, numbers: Rows, wrongs: Sequence[Wrong]) -> list[Fault]:
    codes = np.array([w.code for w in wrongs], dtype=object)
    faults = []
    for code in sorted(set(codes.tolist())):
        some = np.flatnonzero(codes == code).tolist()
        faults.append(Fault(spec.name, code, at, numbers[some], [wrongs[i] for i in some]))
    return faults


def _repairs(
    spec: Field, at: int, numbers: Rows, mended: Sequence[tuple[int, tuple[str, str, str]]]
) -> list[Repair]:
    found = []
    for code in sorted({how for _, (how, _, _) in mended}):
        some = [(i, was, now) for i, (how, was, now) in mended if how == code]
        rows = numbers[[i for i, _, _ in some]]
        found.append(Repair(spec.name, code, at, rows, [w for _, w, _ in some], [n for _, _, n in some]))
    return found


def _notes(spec: Field, at: int, texts: pa.Array, numbers: Rows, context: Context) -> list[Note]:
    if not context.assumed:
        return []
    some = [i for i, text in enumerate(texts.to_pylist()) if text.strip() in context.assumed]
    return [notes.year_assumed(spec.name, [cell_name(int(numbers[i]), at) for i in some])]


def _twins(
    table: pa.Table, key: Sequence[str], *, by_values: bool
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return (duplicate, the row it repeats) and (conflict, the earlier row), as places in the table."""
    names = [k for k in key if k in table.column_names]
    if not names or table.num_rows < 2:
        return [], []
    group = _codes(table, names)
    known = np.ones(table.num_rows, bool)
    for name in names:
        known &= np.asarray(pc.is_valid(table[name]).to_numpy(), bool)
    _, counts = np.unique(group[known], return_counts=True)
    if counts.size == 0 or counts.max() == 1:
        return [], []
    content = _codes(table, table.column_names)
    last: dict[int, int] = {}
    again: list[tuple[int, int]] = []
    conflict: list[tuple[int, int]] = []
    often = np.bincount(group[known])[group] > 1
    for row in np.flatnonzero(known & often).tolist():
        earlier = last.setdefault(int(group[row]), row)
        if earlier == row:
            continue
        same = content[row] == content[earlier]
        if not same:
            conflict.append((row, earlier))
        if same or not by_values:
            again.append((row, earlier))
        else:
            last[int(group[row])] = row
    return again, conflict


def _codes(table: pa.Table, names: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for every row, the same for the same values of the named columns; null equals null."""
    code = np.zeros(table.num_rows, np.int64)
    for name in names:
        column = pc.dictionary_encode(table[name].combine_chunks(), null_encoding="encode")
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        one = column.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        _, code = np.unique(code * (int(one.max(initial=0)) + 1) + one, return_inverse=True)
    return code
