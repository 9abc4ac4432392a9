"""A sheet as the reader gave it: columns of text, and for every cell what kind of cell it was.

A cell is kept as the text that stood in the file (a number as its digits, a date cell as its serial number), so that
nothing is rounded or guessed before the field that it belongs to is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa

from twofront.core.sheets.cells import BOOL, DATE, EMPTY, NUMBER, TEXT, Rows, Tags, plain_number, serial
from twofront.core.sheets.columns import Shape


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: the text of every row, and its kind (`TEXT`, `NUMBER`, …, plus `FORMULA`)."""

    text: pa.Array
    tags: Tags


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet (工作表) as columns; a column that holds nothing is not there.

    Args:
        columns: By number from 0 (A is 0).
        rows: How many rows the sheet has; every column is that long.
        sheet: The sheet's name; None for a file without sheets.
        sheets: The names of all sheets of the workbook, in order.
        lines: The row number (from 1) of every row, where it is not its place (a CSV cell may span lines).
        shape: Merged cells, hidden rows, filters.
        shown: The names of the sheets that are not hidden.
    """

    columns: Mapping[int, Column]
    rows: int
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    lines: Rows | None = field(default=None, compare=False)
    shape: Shape = field(default_factory=Shape, compare=False)
    shown: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, rows: Sequence[Sequence[object]], *, sheet: str | None = None) -> "Grid":
        """Build a grid from rows of plain values, as a clipboard or a test has them.

        None and "" are empty cells; a float, int, bool, date or datetime becomes that kind of cell.

        Example:
            >>> grid = Grid.of([["name", "born"], ["Li", date(2020, 2, 18)]])
            >>> grid.row(2), grid.columns[1].tags.tolist() == [TEXT, DATE]
            (['Li', '43879'], True)
        """
        width = max((len(r) for r in rows), default=0)
        columns: dict[int, Column] = {}
        for c in range(width):
            cells = [_cell(r[c] if c < len(r) else None) for r in rows]
            if any(tag for _, tag in cells):
                text = pa.array([t for t, _ in cells], pa.string())
                columns[c] = Column(text, np.array([t for _, t in cells], np.uint8))
        return cls(columns=columns, rows=len(rows), sheet=sheet)

    def number(self, index: int) -> int:
        """Return the row number, from 1, of the row at a place from 0.

        Example:
            >>> Grid.of([["a"], ["b"]]).number(1)
            2
        """
        return index + 1 if self.lines is None else int(self.lines[index])

    def row(self, number: int) -> list[str]:
        """Return the texts of the row at a place from 1, up to its last column; "" for an empty cell."""
        width = max(self.columns, default=-1) + 1
        cells = [""] * width
        for c, column in self.columns.items():
            cells[c] = column.text[number - 1].as_py()
        return cells


def _cell(value: object) -> tuple[str, int]:
    match value:
        case None | "":
            return "", EMPTY
        case bool():
            return ("1" if value else "0"), BOOL
        case int() | float():
            return repr(value), NUMBER
        case date():
            return plain_number(repr(serial(value))), DATE
        case _:
            return str(value), TEXT
