"""The general way to read a workbook, whatever its form: the values by python-calamine, what it does not tell by a survey.

It stands in the child process. A survey says where formulas are, and refuses a sheet that would need a vast area.
"""

import importlib
import re
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from io import BufferedReader
from itertools import islice
from typing import Any

import numpy as np

from twofront.core.sheets.cells import BOOL, DATE, EMPTY, ERROR, FORMULA, NUMBER, TEXT, serial
from twofront.core.sheets.columns import MOST_ROWS, Columns, Shape, Unreadable
from twofront.core.sheets.sheetxml import column_number, shape_of

Formulas = dict[int, list[int]]

_MOST_CELLS = 20_000_000
_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^<>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^<>]*>(\s*<(?:\w+:)?f[\s/>])?"
    rb"|<(?:\w+:)?row\s(?=[^<>]*hidden=\"(?:1|true)\")[^<>]*?\br=\"(\d{1,7})\""
)
_BEHIND = re.compile(rb"<(?:\w+:)?(?:mergeCell|autoFilter)\s[^<>]*>")


def workbook(
    source: BufferedReader,
    columns: Columns,
    wanted: str | int | None,
    survey_of: Callable[[str, int], Formulas],
) -> dict[str, Any]:
    """Read one sheet of a workbook of any form.

    Args:
        source: The file.
        columns: Where the cells go.
        wanted: A sheet's number from 1, its name, or None for the first that is not hidden.
        survey_of: Given a sheet's name and place, says where its formulas are.
    """
    calamine = importlib.import_module("python_calamine")
    formulas = survey_of("", -1)  # what no honest program writes is refused before the values are looked at
    source.seek(0)
    try:
        book = calamine.load_workbook(source)
    except calamine.PasswordError:
        raise Unreadable("encrypted") from None
    visible = calamine.SheetVisibleEnum.Visible
    sheets = [(s.name, s.visible == visible) for s in book.sheets_metadata]
    which = chosen(sheets, wanted)
    name = sheets[which][0]
    formulas = survey_of(name, which)
    rows = _fill(book.get_sheet_by_index(which), formulas, columns)
    shown = [n for n, is_visible in sheets if is_visible]
    return {"rows": rows, "sheet": name, "sheets": [n for n, _ in sheets], "shown": shown}


def chosen(sheets: list[tuple[str, bool]], wanted: str | int | None) -> int:
    """Return the place of the sheet that is wanted, among names and whether each is visible.

    Raises:
        Unreadable: There is none; the sentence names those there are.
    """
    visible = [i for i, (_, is_visible) in enumerate(sheets) if is_visible]
    if wanted is None and visible:
        return visible[0]
    named = next((i for i, (name, _) in enumerate(sheets) if name == wanted), None)
    if named is not None:
        return named
    number = int(wanted) if wanted is not None and str(wanted).isdecimal() else 0
    if 1 <= number <= len(sheets):
        return number - 1
    raise Unreadable("no_sheet", ", ".join(f"{i} {n}" for i, (n, _) in enumerate(sheets[:20], 1)))


def values(source: BufferedReader, name: str, formulas: Formulas, columns: Columns) -> int:
    """Read the values of a sheet into columns and return how many rows it has."""
    source.seek(0)
    book = importlib.import_module("python_calamine").load_workbook(source)
    return _fill(book.get_sheet_by_name(name), formulas, columns)


def _fill(sheet: Any, formulas: Formulas, columns: Columns) -> int:  # noqa: ANN401 - calamine has no types
    if sheet.start is None:
        return 0
    first, left = sheet.start
    rows = iter(sheet.iter_rows())
    while batch := list(islice(rows, 20_000)):
        place = np.arange(first, first + len(batch))
        for c, cells in enumerate(zip(*batch, strict=True), left):
            told = [_told(v) for v in cells]
            tags = np.fromiter((t for _, t in told), np.uint8, len(told))
            for row in formulas.get(c, ()):
                if first <= row < first + len(batch):
                    tags[row - first] = (tags[row - first] or TEXT) | FORMULA
            columns.add(c, place, [b for b, _ in told], tags)
        first += len(batch)
    return int(first)


def _told(value: object) -> tuple[bytes, int]:
    if value is None or value == "":
        return b"", EMPTY
    if isinstance(value, bool):
        return (b"1" if value else b"0"), BOOL
    if isinstance(value, time | date | timedelta):
        return repr(_days(value)).encode(), DATE
    if isinstance(value, int | float):
        return repr(value).encode(), NUMBER
    text = str(value)
    return text.encode(), ERROR if re.fullmatch(
        r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)", text
    ) else TEXT


def _days(value: time | date | timedelta) -> float:
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    return value / timedelta(days=1) if isinstance(value, timedelta) else serial(value)


def survey(blocks: Iterable[bytes], shape: Shape) -> Formulas:
    """Return the rows of the formulas in each column of a worksheet's XML, and note its shape.

    Raises:
        Unreadable: `far_cell` where a vast area would be needed, `dtd` for a document type.
    """
    formulas: Formulas = {}
    widest = longest = 0
    rest, behind = b"", bytearray()
    for block in blocks:
        data = rest + block
        if b"<!DOCTYPE" in data.upper():
            raise Unreadable("dtd")
        cut = data.rfind(b"<", 0, max(data.rfind(b">"), 0)) if len(data) > 64 else 0
        whole = max(cut, 0) or len(data)
        for m in _CELL.finditer(data, 0, whole):
            if m[4]:
                shape.hide(int(m[4]) - 1)
                continue
            column, row = column_number(m[1]), int(m[2]) - 1
            widest, longest = max(widest, column), max(longest, row)
            if m[3]:
                formulas.setdefault(column, []).append(row)
        behind += b"".join(_BEHIND.findall(data, 0, whole))
        rest = data[cut:] if cut > 0 else b""
    if widest >= 4096 or longest >= MOST_ROWS or (widest + 1) * (longest + 1) > _MOST_CELLS:
        raise Unreadable("far_cell", f"{widest},{longest}")
    shape_of(bytes(behind), shape)
    return formulas
