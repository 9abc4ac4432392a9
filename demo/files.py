"""Sheets as a clerk keeps them, written with the same bytes each time.

One law: what a sheet says is decided elsewhere; here it only gets a title, a form and a place.
"""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

Cell = str | int | float | dt.date | None
Row = tuple[Cell, ...]

CREATED = dt.datetime(2020, 2, 10, 8, 0)  # noqa: DTZ001 - a fixed stamp inside the workbook


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table (表) in a file of its own.

    Args:
        path: Where it stands, relative to the exercise's folder; the ending decides the form (`.xlsx` or `.csv`).
        heads: The one row of headings.
        rows: The rows under it.
        title: Lines above the headings (workbooks only).
        notes: Lines below the table, after an empty row (workbooks only).
        encoding: Of a CSV: `utf-8`, `utf-8-sig` or `gb18030`.
    """

    path: str
    heads: tuple[str, ...]
    rows: Sequence[Row]
    title: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    encoding: str = "utf-8"


def write(sheet: Sheet, *, folder: Path) -> None:
    """Write one sheet under the folder; the same sheet gives the same bytes."""
    target = folder / sheet.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(_workbook(sheet) if sheet.path.endswith(".xlsx") else _csv(sheet))


def _csv(sheet: Sheet) -> bytes:
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(sheet.heads)
    lines.writerows(sheet.rows)
    return out.getvalue().encode(sheet.encoding)


def _workbook(sheet: Sheet) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties(
        {"title": sheet.title[0] if sheet.title else "", "author": "演练", "created": CREATED}
    )
    page = book.add_worksheet("表1")
    formats = {
        "title": book.add_format({"bold": True, "align": "center", "font_size": 16}),
        "head": book.add_format({"bold": True, "border": 1, "bg_color": "#DDEBF7"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    top = 0
    for line in sheet.title:
        page.merge_range(top, 0, top, len(sheet.heads) - 1, line, formats["title"])
        top += 1
    page.write_row(top, 0, sheet.heads, formats["head"])
    page.set_column(0, len(sheet.heads) - 1, 18)
    for number, row in enumerate(sheet.rows, start=top + 1):
        _write_row(page, number, row, formats["date"])
    for number, note in enumerate(sheet.notes, start=top + len(sheet.rows) + 2):
        page.write_string(number, 0, note)
    book.close()
    return out.getvalue()


def _write_row(page: "xlsxwriter.worksheet.Worksheet", number: int, row: Row, date_format: object) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, dt.date):
            page.write_datetime(number, column, dt.datetime(cell.year, cell.month, cell.day), date_format)  # noqa: DTZ001
        elif isinstance(cell, str):
            page.write_string(number, column, cell)
        elif cell is not None:
            page.write_number(number, column, cell)
