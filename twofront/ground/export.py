"""Lists on their way out: as a workbook, CSV or JSON that opens cleanly and can run nothing.

The law: no cell of an export is a formula, whatever stood in the record, and no value, however odd, stops an export.
Every list says in its own lines who took it, when and of what, and whether it is an exercise.
"""

import csv
import io
import json
import math
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from twofront.core.errors import CannotDo
from twofront.core.sheets import DATE, FORMULA, NUMBER, Field, Grid
from twofront.core.sheets.words import describe
from twofront.ground import confined, reader
from twofront.ground.confined import Limits
from twofront.ground.reader_look import look

_LONGEST = 32_767  # characters that a cell of a workbook may hold
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_RUNS = re.compile(r"'?[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")  # an apostrophe before them is kept by another
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_BANNER = "演练数据 EXERCISE"
_WRONG = "FFC7CE"
_CHOICES_SHEET = "选项"
_MOST_CELLS = 100  # named of one note on the sheet of sums
_MOST_SHEETS = 100  # of an old workbook that are given back
_REPORT = Limits(3072, 300)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list (名单) to be given out.

    Args:
        title: What it lists.
        headings: A heading for every column.
        rows: The rows; each as long as the headings.
        mark: Who took it, when, and of which scope: the watermark line.
        is_exercise: Whether its data are an exercise's, which the title then says first.
    """

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[object]]
    mark: str = ""
    is_exercise: bool = False

    @property
    def full_title(self) -> str:
        """Return the title with the exercise's banner where it belongs."""
        return f"{_BANNER} · {self.title}" if self.is_exercise else self.title


@dataclass(frozen=True, slots=True)
class Mark:
    """A wrong cell of a file (标红): its address, and the sentence that its comment says."""

    cell: str
    sentence: str


def to_xlsx(listing: Listing) -> bytes:
    """Return a list as a workbook: title, watermark line, headings, rows; numbers as numbers, all else as text."""
    out = io.BytesIO()
    book = _workbook(out)
    sheet = book.add_worksheet(_sheet_name(listing.title))
    _head(book, sheet, listing.full_title, listing.mark)
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2F6"})
    for c, heading in enumerate(listing.headings):
        sheet.write_string(2, c, _cell_text(heading), bold)
        sheet.set_column(c, c, min(max(_width(heading) + 4, 10), 40))
    for r, row in enumerate(listing.rows, 3):
        for c, value in enumerate(row):
            _write(sheet, r, c, value)
    sheet.freeze_panes(3, 0)
    book.close()
    return out.getvalue()


def sheet(rows: Sequence[Sequence[str]], *, name: str, mark: str) -> bytes:
    """Return cells as a workbook that our reader gives back as they were: all text, the mark in its properties and foot."""
    out = io.BytesIO()
    book = _workbook(out)
    book.set_properties({"comments": _cell_text(mark)})
    page = book.add_worksheet(_sheet_name(name))
    page.set_footer(f"&L{_cell_text(mark).replace('&', '&&')[:200]}")
    as_text = book.add_format({"num_format": "@"})
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text:
                page.write_string(r, c, _cell_text(text), as_text)
    page.set_column(0, max((len(row) for row in rows), default=1), 16)
    book.close()
    return out.getvalue()


def to_csv(listing: Listing) -> bytes:
    """Return a list as CSV in UTF-8 with byte order mark: headings, rows, and the watermark as a note in the last line.

    A text that a spreadsheet program would run gets an apostrophe before it, which our own reader takes off again.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_harmless(h) for h in listing.headings])
    writer.writerows([_harmless(v) for v in row] for row in listing.rows)
    if listing.mark or listing.is_exercise:
        writer.writerow([f"注: {listing.full_title} · {listing.mark}".rstrip(" ·")])
    return out.getvalue().encode("utf-8-sig", "replace")


def plain_csv(table: Any, names: Sequence[str]) -> bytes:  # noqa: ANN401 - pyarrow has no types
    """Return columns as CSV for a program: the names as headings, UTF-8, empty where nothing is known.

    Args:
        table: The columns, of which some of *names* may be missing.
        names: The headings, in order.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    none = [None] * table.num_rows
    columns = [table.column(n).to_pylist() if n in table.column_names else none for n in names]
    writer.writerows([_harmless(v) for v in row] for row in zip(*columns, strict=True))
    return out.getvalue().encode("utf-8", "replace")


def to_json(listing: Listing) -> bytes:
    """Return a list as one JSON document; what is not known is null."""
    rows = [dict(zip(listing.headings, map(_json_value, row), strict=False)) for row in listing.rows]
    document = {
        "title": listing.full_title,
        "mark": listing.mark,
        "exercise": listing.is_exercise,
        "rows": rows,
    }
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


def template(
    title: str, fields: Sequence[Field], *, is_zh: bool, choices: Mapping[str, Sequence[str]] | None = None
) -> bytes:
    """Return an empty workbook for a kind of list: title, what may stand in each column, headings, rows to fill in.

    Columns of codes, numbers of people and phones are formatted as text, so that no program rounds them.

    Args:
        title: What the list is.
        fields: Its fields.
        is_zh: Headings and notes in Chinese, else in the contract's English names.
        choices: By field name: values offered as a list to choose from, beside those that the field itself has.
    """
    out = io.BytesIO()
    book = _workbook(out)
    sheet = book.add_worksheet(_sheet_name(title))
    note = book.add_format({"italic": True, "font_color": "#595959", "text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2F6"})
    formats = {
        "text": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "number": book.add_format({}),
    }
    sheet.write_string(0, 0, _cell_text(title), book.add_format({"bold": True, "font_size": 14}))
    lists = _Lists(book)
    for c, field in enumerate(fields):
        en, zh = describe(field)
        heading = field.zh if is_zh else field.name
        sheet.write_string(1, c, zh if is_zh else en, note)
        sheet.write_string(2, c, heading, bold)
        kind = {"date": "date", "int": "number", "number": "number", "share": "number"}.get(
            field.type, "text"
        )
        sheet.set_column(c, c, min(max(_width(heading) + 6, 14), 40), formats[kind])
        offered = (choices or {}).get(field.name) or _own_choices(field, is_zh=is_zh)
        if offered:
            lists.offer(sheet, c, offered)
    sheet.set_row(1, 48)
    sheet.freeze_panes(3, 0)
    lists.close()
    book.close()
    return out.getvalue()


def report(path: Path, grid: Grid, marks: Sequence[Mark], summary: Sequence[Sequence[object]]) -> bytes:
    """Return a file with exactly its wrong cells filled and explained, and one sheet 汇总 behind it.

    An xlsx comes back as it was: sheets, merged cells, widths, every value. An xls or ods comes back as an xlsx with the
    same sheets, merged cells and values; a CSV as a workbook with its cells, each row on the row of its line.

    Args:
        path: The file, which the reader has read before.
        grid: What the reader gave.
        marks: The wrong cells.
        summary: The rows of the summary.

    Raises:
        CannotDo: The workbook is too large to be marked.
    """
    sentences: dict[str, list[str]] = {}
    for mark in marks:
        sentences.setdefault(mark.cell, []).append(mark.sentence)
    comments = {cell: _cell_text("\n".join(dict.fromkeys(said))) for cell, said in sentences.items()}
    if grid.sheet is None:
        return _marked_grids([grid], None, comments, summary)
    with path.open("rb") as source:
        form = look(source).form
    if form != "xlsx":
        others = [grid if n == grid.sheet else reader.read(path, sheet=n) for n in grid.sheets[:_MOST_SHEETS]]
        return _marked_grids(others, grid.sheet, comments, summary)
    rows = [
        [_as_number(v) if _as_number(v) is not None else _cell_text(_text(v)) for v in row] for row in summary
    ]
    task = {"sheet": grid.sheet, "marks": comments, "summary": rows}
    with (
        path.open("rb") as source,
        tempfile.TemporaryFile() as target,
        tempfile.TemporaryDirectory() as folder,
    ):
        handles = (source.fileno(), target.fileno())
        try:
            said = confined.ask(
                "twofront.ground.report_child",
                {**task, "source": handles[0], "target": handles[1]},
                handles=handles,
                limits=_REPORT,
                folder=folder,
            )
        except (confined.OutOfTime, confined.Died):
            said = {"error": "limits"}
        if said["error"]:
            raise CannotDo(path.name, "is too large or too odd to be marked", "send it as .csv, or split it")
        target.seek(0)
        return target.read()


def sums(file: str, report: Mapping[str, Any]) -> list[list[object]]:
    """Return the rows of the sheet 汇总 for what became of a file: its counts, what is wrong, and what must be said."""
    counts = (("读到", "read"), ("收下", "accepted"), ("重复", "duplicate"), ("退回", "rejected"))
    rows: list[list[object]] = [["文件 file", file], ["SHA-256", report["sha256"]]]
    rows += [[f"{zh} {name}", report[name]] for zh, name in counts]
    rows += [[f"{r['field']}/{r['code']}", r["count"]] for r in report.get("reasons", [])]
    return rows + [[n["zh"], n["en"], " ".join(n["cells"][:_MOST_CELLS])] for n in report.get("notes", [])]


def _marked_grids(
    grids: Sequence[Grid], sheet: str | None, comments: Mapping[str, str], summary: Sequence[Sequence[object]]
) -> bytes:
    """Return grids as a workbook, one of them with its wrong cells marked."""
    out = io.BytesIO()
    book = _workbook(out)
    wrong = book.add_format({"bg_color": f"#{_WRONG}", "pattern": 1})
    formats = {DATE: book.add_format({"num_format": "yyyy-mm-dd"})}
    for grid in grids:
        page = book.add_worksheet(grid.sheet or "Sheet1")
        for c, column in grid.columns.items():
            for i, (text, tag) in enumerate(zip(column.text.to_pylist(), column.tags.tolist(), strict=True)):
                if text:
                    _give_back(page, grid.number(i) - 1, c, text, tag & ~FORMULA, formats.get(tag))
        for top, left, bottom, right in grid.shape.merged:
            page.merge_range(top, left, bottom, right, None)
            if left in grid.columns and top < grid.rows and (text := grid.columns[left].text[top].as_py()):
                _give_back(page, top, left, text, int(grid.columns[left].tags[top]) & ~FORMULA)
        for cell, comment in comments.items() if grid.sheet == sheet else ():
            row, c = xlsxwriter.utility.xl_cell_to_rowcol(cell)
            place = row if grid.lines is None else int(grid.lines.searchsorted(row + 1))
            known = grid.columns.get(c)
            text, tag = ("", 0) if known is None else (known.text[place].as_py(), int(known.tags[place]))
            _give_back(page, row, c, text, tag & ~FORMULA, wrong)
            page.write_comment(row, c, comment, {"x_scale": 2})
    last = book.add_worksheet("汇总")
    for r, values in enumerate(summary):
        for c, value in enumerate(values):
            _write(last, r, c, value)
    book.close()
    return out.getvalue()


def _give_back(page: Any, row: int, column: int, text: str, tag: int, form: Any = None) -> None:  # noqa: ANN401 - as above
    """Write a cell as it stood: a number as a number where a workbook keeps all its digits, else as text."""
    if not text:
        page.write_blank(row, column, None, form)
    elif tag in {NUMBER, DATE} and len(text.rstrip("0").replace(".", "").lstrip("-0")) <= 15:
        page.write_number(row, column, float(text), form)
    else:
        page.write_string(row, column, _cell_text(text), form)


class _Lists:
    """The lists of a template's choices: short ones in the column's own rule, long ones on a hidden sheet."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self._book = book
        self._columns: list[Sequence[str]] = []

    def offer(self, sheet: Any, column: int, values: Sequence[str]) -> None:  # noqa: ANN401 - as above
        source: object = list(values)
        if len(",".join(values)) > 255 or any("," in v for v in values):
            letter = xlsxwriter.utility.xl_col_to_name(len(self._columns))
            self._columns.append(values)
            source = f"='{_CHOICES_SHEET}'!${letter}$1:${letter}${len(values)}"
        rule = {"validate": "list", "source": source, "error_type": "warning"}
        sheet.data_validation(3, column, 1_048_575, column, rule)

    def close(self) -> None:
        if not self._columns:
            return
        sheet = self._book.add_worksheet(_CHOICES_SHEET)
        for c, values in enumerate(self._columns):
            for r, value in enumerate(values):
                sheet.write_string(r, c, _cell_text(value))
        sheet.hide()


def _own_choices(field: Field, *, is_zh: bool) -> list[str]:
    if field.type == "bool":
        return ["是", "否"] if is_zh else ["1", "0"]
    spellings: dict[str, str] = {}
    for spelling, value in (field.choices or {}).items():
        if value not in spellings or spelling.isascii() != is_zh:
            spellings[value] = spelling
    return list(spellings.values())


def _workbook(out: io.BytesIO) -> Any:  # noqa: ANN401 - xlsxwriter has no types
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    return xlsxwriter.Workbook(out, options)


def _head(book: Any, sheet: Any, title: str, mark: str) -> None:  # noqa: ANN401 - as above
    sheet.write_string(0, 0, _cell_text(title), book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, _cell_text(mark), book.add_format({"italic": True, "font_color": "#595959"}))


def _write(sheet: Any, row: int, column: int, value: object) -> None:  # noqa: ANN401 - as above
    number = _as_number(value)
    if number is not None:
        sheet.write_number(row, column, number)
    elif text := _cell_text(_text(value)):
        sheet.write_string(row, column, text)


def _as_number(value: object) -> float | int | None:
    """Return a number that a workbook keeps as it is: finite, and of at most 15 digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**15 else None
    return float(value) if math.isfinite(value) else None


def _text(value: object) -> str:
    if value is None or (isinstance(value, float | Decimal) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - one bad value never stops an export
        return "?"


def _cell_text(text: str) -> str:
    text = _NOT_XML.sub("\ufffd", text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _harmless(value: object) -> str:
    text = _NOT_XML.sub("\ufffd", _text(value)).replace("\0", "\ufffd")
    if isinstance(value, str) and _RUNS.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _json_value(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    return _text(value)


def _sheet_name(title: str) -> str:
    name = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", _NOT_XML.sub("", title)).strip()[:28]
    return name if name and name.lower() != "history" else "Sheet1"


def _width(text: str) -> int:
    return sum(1 if c.isascii() else 2 for c in text)
