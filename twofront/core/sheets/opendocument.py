"""What an OpenDocument sheet (.ods) says beside its values: formulas, merged cells, hidden rows, filters.

Source: OpenDocument 1.2, part 1, chapter 9. Rows and cells may stand for many (`…-repeated`).
"""

from collections.abc import Callable, Iterable
from typing import Any
from xml.etree import ElementTree as ET

from twofront.core.sheets.columns import MOST_ROWS, Shape, Unreadable

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_MARKS = (b"table:formula", b"-spanned=", b"table:visibility", b"table:display-filter-buttons")
_WIDEST = 16_384


def survey(blocks: Callable[[], Iterable[bytes]], name: str) -> tuple[dict[int, list[int]], Shape]:
    """Return the rows of the formulas in each column of a sheet, and its shape.

    Args:
        blocks: Gives the bytes of the content from the first; called twice.
        name: The sheet; none of that name: only whether the content may be read is looked at.

    Raises:
        Unreadable: `dtd` for a document type, `far_cell` beyond the largest sheet, `broken_sheet`.
    """
    is_plain, end = True, b""
    for block in blocks():
        data = end + block
        if b"<!DOCTYPE" in data.upper():
            raise Unreadable("dtd")
        is_plain = is_plain and not any(mark in data for mark in _MARKS)
        end = data[-64:]
    look = _Look(name)
    if is_plain or not name:
        return look.formulas, look.shape
    parser: Any = ET.XMLPullParser(("start", "end"))
    try:
        for block in blocks():
            parser.feed(block)
            for event, element in parser.read_events():
                look.see(event, element)
    except ET.ParseError:
        raise Unreadable("broken_sheet", "content.xml") from None
    return look.formulas, look.shape


class _Look:
    """Where the survey stands in a sheet."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._inside = False
        self._row = self._column = 0
        self.formulas: dict[int, list[int]] = {}
        self.shape = Shape()

    def see(self, event: str, element: ET.Element) -> None:
        tag = element.tag
        if event == "start" and tag == f"{_TABLE}table":
            self._inside = element.get(f"{_TABLE}name") == self._name
        elif event == "start" and tag == f"{_TABLE}table-row":
            self._column = 0
        elif event == "end" and tag == f"{_TABLE}table":
            self._inside = False
            element.clear()
        elif event == "end" and tag == f"{_TABLE}table-row":
            self._after_row(element)
        elif self._inside and event == "end" and tag in _CELLS:
            self._cell(element)
        if event == "end" and tag == f"{_TABLE}database-range":
            self.shape.is_filtered |= element.get(f"{_TABLE}display-filter-buttons") == "true"

    def _after_row(self, element: ET.Element) -> None:
        times = _times(element, "number-rows-repeated")
        if self._inside:
            if element.get(f"{_TABLE}visibility", "visible") != "visible":
                for row in range(self._row, min(self._row + times, MOST_ROWS)):
                    self.shape.hide(row)
            self._row += times
        element.clear()

    def _cell(self, element: ET.Element) -> None:
        row, column = self._row, self._column
        if element.get(f"{_TABLE}formula"):
            if row >= MOST_ROWS or column >= _WIDEST:
                raise Unreadable("far_cell", f"{column},{row}")
            self.formulas.setdefault(column, []).append(row)
        down, right = _times(element, "number-rows-spanned"), _times(element, "number-columns-spanned")
        if down > 1 or right > 1:
            self.shape.merged.append((row, column, row + down - 1, column + right - 1))
        self._column += _times(element, "number-columns-repeated")


def _times(element: ET.Element, name: str) -> int:
    text = element.get(f"{_TABLE}{name}", "1")
    return int(text) if text.isdecimal() and len(text) < 9 else 1
