"""The child process that marks a stranger's workbook: its wrong cells filled and explained, a summary sheet behind it.

It keeps every sheet, merged cell, width and value; it may write temporary files in its own folder and nowhere else.
"""

import os
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from twofront.ground import confined

_AUTHOR, _SUMS, _OURS = "Twofront", "汇总", "文件 file"
_WRONG = PatternFill("solid", start_color="FFFFC7CE", end_color="FFFFC7CE")


def main() -> None:
    """Mark the workbook of the task, and answer whether it went well."""
    task = confined.task()
    openpyxl.Workbook().save(os.devnull)  # everything that saving needs is loaded before the door closes
    confined.give_up(task, files=32, folder=str(Path.cwd()))
    try:
        with os.fdopen(task["source"], "rb") as source, os.fdopen(task["target"], "wb") as target:
            book = openpyxl.load_workbook(source, rich_text=True)
            _unmark(book)
            _mark(book[task["sheet"]], task["marks"])
            _summarise(book.create_sheet(_SUMS), task["summary"])
            book.save(target)
    except MemoryError:
        confined.answer({"error": "memory"})
    except Exception as e:  # noqa: BLE001 - a stranger's workbook may fail in any way
        confined.answer({"error": "broken", "at": type(e).__name__})
    else:
        confined.answer({"error": ""})


def _unmark(book: Any) -> None:  # noqa: ANN401 - a workbook of any kind
    """Take off what an earlier report of ours left in a workbook that was mended and sent again."""
    if _SUMS in book.sheetnames and str(book[_SUMS]["A1"].value) == _OURS:
        del book[_SUMS]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == _AUTHOR:
                    cell.comment = None
                    cell.fill = PatternFill()


def _mark(sheet: Any, marks: Mapping[str, str]) -> None:  # noqa: ANN401 - a sheet of any kind of workbook
    for address, sentence in marks.items():
        cell = sheet[address]
        if isinstance(cell, MergedCell):
            cell = next(sheet[r.coord.split(":")[0]] for r in sheet.merged_cells.ranges if address in r)
        cell.fill = copy(_WRONG)
        cell.comment = Comment(sentence, _AUTHOR, width=320, height=90)


def _summarise(sheet: Any, rows: list[list[Any]]) -> None:  # noqa: ANN401 - as above
    for row in rows:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            if cell.data_type == "f":
                cell.data_type = "s"
    sheet.column_dimensions["A"].width = sheet.column_dimensions["B"].width = 24
