"""A decision table as a person writes it: the lines with a #, then headings, types and rows, each a line of cells.

What is being written is kept as it is, right or wrong; reading says what it means. CSV, a workbook and a page's grid are
three looks of one sheet, and what is taken out of one and into another is the same table to the byte of its compiled form.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from twofront.core.rules.cells import ANY, NULL
from twofront.core.rules.reading import DEFAULT, IN, OUT, grid_lines
from twofront.core.sheets import Grid

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableSheet:
    """The sheet (表样) of a decision table.

    Args:
        heads: The lines with a #, in their order, as name and text.
        lines: Headings, types, rows, the default last, all of one length.
        numbers: Where the lines of heads, then the others, stood in the file they came from, from 1.
    """

    heads: tuple[tuple[str, str], ...]
    lines: tuple[Cells, ...]
    numbers: tuple[int, ...] = ()

    @classmethod
    def of_text(cls, text: str) -> "TableSheet":
        r"""Return the sheet of a CSV.

        Example:
            >>> sheet = TableSheet.of_text("#table,t\n#source,a\nin:age,out:days\nnumber,number\n>=60\n,\n")
            >>> sheet.head("#table"), sheet.lines[2:]
            ('t', (('>=60', ''), ('-', 'null')))
        """
        rows = csv.reader(io.StringIO(text, newline=""))
        return cls._of((n, cells) for n, cells in enumerate(rows, 1) if any(cells) or len(cells) > 1)

    @classmethod
    def of_grid(cls, grid: Grid) -> "TableSheet":
        """Return the sheet of a worksheet or file that the reader gave; rows in which nothing stands are none."""
        return cls._of((n, cells) for n, cells in grid_lines(grid) if any(cells))

    @classmethod
    def _of(cls, lines: Iterable[tuple[int, Sequence[str]]]) -> "TableSheet":
        heads: list[tuple[str, str]] = []
        rest: list[list[str]] = []
        numbers = []
        for number, cells in lines:
            clean = [" ".join(c.split("\n")).strip() for c in cells]
            numbers.append(number)
            if not rest and clean[0].startswith("#") and clean[0] != DEFAULT:
                heads.append((clean[0], ",".join(clean[1:]).rstrip(",").strip()))
            else:
                rest.append(clean)
        width = max((_width(cells) for cells in rest), default=0)
        even = [[*cells[:width], *[""] * (width - len(cells))] for cells in rest]
        filled = [*even[:2], *(_filled(cells, even[0]) for cells in even[2:])]
        return cls(tuple(heads), tuple(map(tuple, filled)), tuple(numbers))

    def head(self, name: str) -> str:
        """Return what a line with a # says; empty where there is none."""
        return next((text for n, text in self.heads if n == name), "")

    def headed(self, **texts: str) -> "TableSheet":
        r"""Return the sheet with other words in its lines with a #; one that is left empty is taken out.

        Example:
            >>> TableSheet((("#table", "t"), ("#hit", "first")), ()).headed(hit="", source="a, b").text()
            '#table,t\n#source,"a, b"\n'
        """
        heads = {**dict(self.heads), **{f"#{name}": text for name, text in texts.items()}}
        return replace(self, heads=tuple((n, t) for n, t in heads.items() if t), numbers=())

    def text(self) -> str:
        """Return the sheet as CSV, a line of the file for each line of cells."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows(self.cells())
        return out.getvalue()

    def cells(self) -> list[Cells]:
        """Return every line as cells."""
        return [*self.heads, *self.lines]


def _width(cells: Sequence[str]) -> int:
    return next((n for n in range(len(cells), 0, -1) if cells[n - 1]), 0)


def _filled(cells: list[str], headings: Sequence[str]) -> list[str]:
    """Return a row in which nothing stands with what that means: any case, and no value."""
    if any(cells):
        return cells
    return [ANY if h.startswith(IN) else NULL if h.startswith(OUT) else "" for h in headings]
