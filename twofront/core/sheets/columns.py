"""Columns that grow while a file is read: bytes, lengths and kinds, no object a cell.

A million rows of twelve columns must fit beside the file in a process that may use 1 GiB, so a cell never becomes
more than its bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twofront.core.sheets.cells import Rows, Tags

MOST_ROWS = 1_048_576
_MOST_BYTES = 2**31 - 1


class Unreadable(ValueError):  # noqa: N818 - it says what the file is
    """A file that cannot be read, or that no honest program writes.

    Args:
        code: A stable word, for which the reader has the sentence.
        at: Where: a line, a cell or a part of the file.
    """

    def __init__(self, code: str, at: str = "") -> None:
        """Keep code and place."""
        super().__init__(f"{code} {at}".strip())
        self.code = code
        self.at = at


@dataclass(slots=True)
class Shape:
    """What a sheet says of itself beside its cells.

    Args:
        merged: Merged ranges: first row, first column, last row, last column, from 0.
        hidden: Runs of hidden rows: first and last, from 0.
        is_filtered: Whether a filter stands on it.
    """

    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    is_filtered: bool = False

    def hide(self, row: int) -> None:
        """Note a hidden row; rows come in ascending order."""
        if self.hidden and self.hidden[-1][1] == row - 1:
            self.hidden[-1] = (self.hidden[-1][0], row)
        else:
            self.hidden.append((row, row))


@dataclass(frozen=True, slots=True)
class Filled:
    """A finished column: `offsets` has one entry more than there are rows, as Arrow has it."""

    column: int
    offsets: NDArray[np.int32]
    data: bytes
    tags: Tags


@dataclass(slots=True)
class _Growing:
    data: bytearray = field(default_factory=bytearray)
    rows: list[Rows] = field(default_factory=list)
    lengths: list[NDArray[np.int32]] = field(default_factory=list)
    tags: list[Tags] = field(default_factory=list)


class Columns:
    """The columns of one sheet while it is read; cells of a column come in the order of their rows.

    Example:
        >>> columns = Columns()
        >>> columns.add(0, np.array([1]), [b"ab"], np.array([1], np.uint8))
        >>> [(f.column, f.offsets.tolist(), f.data) for f in columns.finish(3)]
        [(0, [0, 0, 2, 2], b'ab')]
    """

    def __init__(self, most: int = 4096) -> None:
        """Begin with no column; *most* columns are taken."""
        self._most = most
        self._columns: dict[int, _Growing] = {}
        self.last_row = -1
        self.shape = Shape()

    def add(self, column: int, rows: Rows, cells: Sequence[bytes], tags: Tags) -> None:
        """Add cells of one column; rows from 0, ascending, below those added before.

        Raises:
            Unreadable: `far_cell` beyond the widest table taken, `too_large` beyond 2 GiB in a column.
        """
        self.add_run(column, rows, b"".join(cells), np.fromiter(map(len, cells), np.int32, len(cells)), tags)

    def add_run(self, column: int, rows: Rows, data: bytes, lengths: NDArray[np.int32], tags: Tags) -> None:
        """Add cells whose bytes stand in one run already; else as `add`."""
        if column >= self._most:
            raise Unreadable("far_cell", f"{column},{int(rows[0])}")
        growing = self._columns.setdefault(column, _Growing())
        growing.data += data
        if len(growing.data) > _MOST_BYTES:
            raise Unreadable("too_large")
        growing.rows.append(rows)
        growing.lengths.append(lengths)
        growing.tags.append(tags)
        self.last_row = max(self.last_row, int(rows[-1]))

    def clear(self) -> None:
        """Forget everything, to read the sheet again in another way."""
        self._columns.clear()
        self.last_row = -1
        self.shape = Shape()

    def finish(self, rows: int) -> Iterator[Filled]:
        """Yield the columns, each as long as the sheet has rows, and let go of each as it is taken."""
        for column in sorted(self._columns):
            growing = self._columns.pop(column)
            at = np.concatenate(growing.rows)
            if at.size > 1 and (np.diff(at) <= 0).any():
                raise Unreadable("broken_sheet", "rows out of order")
            offsets = np.zeros(rows + 1, np.int32)
            offsets[at + 1] = np.concatenate(growing.lengths)
            np.cumsum(offsets, out=offsets)
            tags = np.zeros(rows, np.uint8)
            tags[at] = np.concatenate(growing.tags)
            yield Filled(column, offsets, bytes(growing.data), tags)
