"""CSV as clerks and meters write it: UTF-8 (a byte order mark allowed) or GB18030; comma, tab or semicolon."""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np

from twofront.core.sheets.cells import EMPTY, FORMULA, TEXT, Rows
from twofront.core.sheets.columns import Columns, Unreadable

_BATCH = 20_000
_LONGEST_CELL = 100_000
_LOOK_AT = 20  # lines by which the delimiter is told
_KINDS = np.array([TEXT, EMPTY, TEXT | FORMULA], np.uint8)


def encoding_of(blocks: Iterable[bytes]) -> str:
    """Return the encoding in which a text is valid as a whole: UTF-8 before GB18030.

    Raises:
        Unreadable: `bad_bytes` with the line, where it is neither; `binary` for a zero byte.

    Example:
        >>> encoding_of(["东阳".encode()]), encoding_of(["东阳".encode("gb18030")])
        ('utf-8-sig', 'gb18030')
    """
    utf8 = codecs.getincrementaldecoder("utf-8-sig")()
    national = codecs.getincrementaldecoder("gb18030")()
    is_utf8, bad_line, lines = True, 0, 1
    for block in blocks:
        if b"\0" in block:
            raise Unreadable("binary")
        if is_utf8 and not _goes_on(utf8, block):
            is_utf8 = False
        if not bad_line and not _goes_on(national, block):
            bad_line = lines + _lines_before_fault(block)
        if bad_line and not is_utf8:
            raise Unreadable("bad_bytes", str(bad_line))
        lines += block.count(b"\n")
    if is_utf8 and _goes_on(utf8, b"", final=True):
        return "utf-8-sig"
    if bad_line or not _goes_on(national, b"", final=True):
        raise Unreadable("bad_bytes", str(bad_line or lines))
    return "gb18030"


def _goes_on(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _lines_before_fault(block: bytes) -> int:
    try:
        block.decode("gb18030")
    except UnicodeDecodeError as e:
        return block[: e.start].count(b"\n")
    return 0


def read_delimited(open_lines: Callable[[], Iterator[str]], columns: Columns) -> tuple[int, Rows | None]:
    """Read a CSV into columns; return its rows, and the line of each where a cell spans lines.

    A cell that begins with `=` would run as a formula in a spreadsheet program, so it is marked as one.

    Args:
        open_lines: Gives the decoded lines from the first, with their ends; called twice.
        columns: Where the cells go.

    Raises:
        Unreadable: `quote` with the line of a quote that is not closed, `long_cell` with the line of a cell.

    Example:
        >>> columns = Columns()
        >>> rows, lines = read_delimited(lambda: iter(["name,staff", "A,3"]), columns)
        >>> rows, lines, columns.finish(rows).__next__().data
        (2, None, b'nameA')
    """
    starts: list[int] = []
    rows = 0
    delimiter = _delimiter(open_lines())
    for batch in _batches(open_lines(), delimiter, starts):
        _add(batch, rows, columns)
        rows += len(batch)
    lines = np.array(starts, np.int64)
    return rows, None if (lines == np.arange(1, rows + 1)).all() else lines


def _delimiter(lines: Iterator[str]) -> str:
    """Return the mark that most of the first lines hold, a comma on a tie."""
    first = list(islice(lines, _LOOK_AT))
    return max(",\t;", key=lambda mark: (sum(mark in line for line in first), mark == ","))


def _batches(lines: Iterator[str], delimiter: str, starts: list[int]) -> Iterator[list[list[str]]]:
    """Yield rows by the batch, and note the line on which each begins."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    start = 1
    batch: list[list[str]] = []
    try:
        for row in reader:
            starts.append(start)
            batch.append(row)
            start = reader.line_num + 1
            if len(batch) == _BATCH:
                yield batch
                batch = []
    except csv.Error as e:
        raise Unreadable("long_cell" if "field limit" in str(e) else "quote", str(start)) from None
    if batch:
        yield batch


def _add(batch: list[list[str]], first: int, columns: Columns) -> None:
    width = max(map(len, batch))
    place = np.arange(first, first + len(batch))
    for c in range(width):
        cells = [row[c] if c < len(row) else "" for row in batch]
        kind = np.fromiter(
            (0 if t and t[0] != "=" else 1 if not t else 2 for t in cells), np.uint8, len(cells)
        )
        if (kind == 1).all():
            continue
        columns.add(c, place, [t.encode() for t in cells], _KINDS[kind])
