"""What stood in a file is what the grid holds, whoever wrote the file: other programs' readers are the oracle."""

# ruff: noqa: DTZ001 - the cells of a sheet know no zone

import csv
import gzip
import io
import math
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile import files
from twofront.core.errors import CannotDo
from twofront.core.sheets import BOOL, DATE, FORMULA, NUMBER, TEXT, Column, Grid
from twofront.core.sheets.cells import from_serial, plain_number
from twofront.core.sheets.columns import Columns
from twofront.ground.reader import Unreadable, read
from twofront.ground.reader_forms import FORMS

Row = list[object]


def grid_of(data: bytes, *, sheet: str | None = None) -> Grid:
    """Read a workbook's bytes as the child does, in this process."""
    columns = Columns()
    answer = FORMS["xlsx"].read(io.BufferedReader(io.BytesIO(data)), columns, {"sheet": sheet})
    filled = {
        f.column: Column(pa.array(texts(f.data, f.offsets.tolist()), pa.string()), f.tags)
        for f in columns.finish(answer["rows"])
    }
    return Grid(filled, answer["rows"], answer["sheet"])


def texts(data: bytes, offsets: list[int]) -> list[str]:
    """Return the texts that stand one behind the other."""
    return [data[a:b].decode() for a, b in pairwise(offsets)]


def values(grid: Grid) -> dict[tuple[int, int], object]:
    """Return the filled cells of a grid as plain values, by row from 1 and column from 0."""
    found: dict[tuple[int, int], object] = {}
    for c, column in grid.columns.items():
        for r, (text, tag) in enumerate(zip(column.text.to_pylist(), column.tags.tolist(), strict=True), 1):
            kind = tag & ~FORMULA
            if kind == NUMBER:
                found[r, c] = float(text)
            elif kind == BOOL:
                found[r, c] = text == "1"
            elif kind == DATE:
                found[r, c] = from_serial(float(text))
            elif kind:
                found[r, c] = text
    return found


def as_openpyxl_reads(data: bytes) -> dict[tuple[int, int], object]:
    """Return the filled cells as openpyxl reads them."""
    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
    found: dict[tuple[int, int], object] = {}
    for row in sheet.iter_rows():
        for cell in row:
            value = cell.value
            if value is None or value == "":
                continue
            if isinstance(value, int | float) and not isinstance(value, bool):
                value = float(value)
            found[cell.row, cell.column - 1] = value
    return found


def by_xlsxwriter(rows: list[Row], *, constant_memory: bool = False) -> bytes:
    """Write rows as XlsxWriter does: shared strings, or strings in the cells."""
    out = io.BytesIO()
    options = {"constant_memory": constant_memory, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(r, c, value)
            elif isinstance(value, date):
                sheet.write_datetime(r, c, value, day)
            elif isinstance(value, bool):
                sheet.write_boolean(r, c, value)
            elif value is not None:
                sheet.write_number(r, c, value)
    book.close()
    return out.getvalue()


def inline_by_xlsxwriter(rows: list[Row]) -> bytes:
    """Write rows with strings in the cells."""
    return by_xlsxwriter(rows, constant_memory=True)


def by_openpyxl(rows: list[Row]) -> bytes:
    """Write rows as openpyxl does."""
    out = io.BytesIO()
    book = openpyxl.Workbook()
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row, 1):
            cell = book.worksheets[0].cell(r, c)
            cell.value = value  # type: ignore[assignment]
            if cell.data_type == "f":
                cell.data_type = "s"
    book.save(out)
    return out.getvalue()


def prefixed(rows: list[Row]) -> bytes:
    """Write rows with prefixed names, as the Open XML SDK does."""
    return rewritten(by_xlsxwriter(rows), "xl/worksheets/sheet1.xml", _prefix)


def _prefix(xml: str) -> str:
    xml = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", xml)
    return xml.replace("xmlns=", "xmlns:x=", 1)


def rewritten(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """Return a workbook in which one part is changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body.decode()) if name == part else body)
    return out.getvalue()


ESCAPED = re.compile(
    "_x[0-9A-Fa-f]{4}_"
)  # openpyxl leaves such escapes as they stand, so it is no oracle for them
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
CELL = st.one_of(
    st.none(),
    st.text(CHARACTERS, min_size=1, max_size=8).filter(lambda t: not ESCAPED.search(t)),
    st.sampled_from(["a&b", "<c>", '"', "a\nb", " a ", "=1+1", "&amp;", "_x41", "东阳市", "0012"]),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)).map(lambda d: d.replace(microsecond=0)),
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELL, max_size=5), min_size=1, max_size=8))
@pytest.mark.slow  # writes and reads a workbook two times an example
@pytest.mark.parametrize("write", [by_xlsxwriter, inline_by_xlsxwriter, by_openpyxl])
def test_a_workbook_is_read_as_others_read_it(write: Callable[[list[Row]], bytes], rows: list[Row]) -> None:
    """Whatever stands in the cells, and whoever wrote them, our reader and openpyxl see the same values."""
    data = write(rows)

    ours, theirs = values(grid_of(data)), as_openpyxl_reads(data)

    assert ours.keys() == theirs.keys()
    for place, value in theirs.items():
        if isinstance(value, datetime) and isinstance(ours[place], datetime):
            assert abs((ours[place] - value).total_seconds()) <= 1  # type: ignore[operator]
        elif isinstance(value, float):
            assert math.isclose(ours[place], value, rel_tol=1e-14)  # type: ignore[arg-type]
        else:
            assert ours[place] == value


TYPICAL: list[Row] = [
    ["名单"],
    ["编号", "名称", "人数"],
    ["a", "甲&乙", 3],
    [None, "x", 1.5],
    ["b", datetime(2020, 2, 8), True],
]


@pytest.mark.parametrize("text", ["_x0041_", "a_x000D_b", "_x005F_", "\x01", "a\rb"])
def test_escapes_are_the_characters_that_were_written(text: str) -> None:
    """What XlsxWriter writes with an escape (ECMA-376 part 1, 22.9.2.19) is read back as it was."""
    assert values(grid_of(by_xlsxwriter([[text]]))) == {(1, 0): text}
    assert values(grid_of(inline_by_xlsxwriter([[text]]))) == {(1, 0): text}


def test_prefixed_names_are_read_by_the_general_reader() -> None:
    """A workbook whose tags carry a prefix is unusual, not wrong: it is read all the same."""
    assert values(grid_of(prefixed(TYPICAL))) == values(grid_of(by_xlsxwriter(TYPICAL)))


def test_days_of_the_other_calendar_are_the_same_days() -> None:
    """A workbook that counts days from 1904 holds the days that it shows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"date_1904": True})
    book.add_worksheet().write_datetime(
        0, 0, datetime(2020, 2, 8), book.add_format({"num_format": "yyyy/m/d"})
    )
    book.close()

    assert values(grid_of(out.getvalue())) == {(1, 0): datetime(2020, 2, 8)}


@pytest.mark.parametrize(
    ("shown", "is_day"),
    [
        ("yyyy-mm-dd", True),
        ('m"月"d"日"', True),
        ("[$-804]yyyy年m月d日;@", True),
        ("h:mm", True),
        ("0.00", False),
        ('0" days"', False),
        ("[Red]0", False),
        ("General", False),
        ("@", False),
        ("0.00E+00", False),
    ],
)
def test_a_number_is_a_day_where_its_format_shows_one(shown: str, is_day: bool) -> None:
    """Days are told from numbers by what the format shows, not by words in quotes or colours."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet().write_number(0, 0, 43869, book.add_format({"num_format": shown}))
    book.close()

    assert (grid_of(out.getvalue()).columns[0].tags[0] == DATE) == is_day


def test_rich_text_is_one_text_and_phonetic_guides_are_none_of_it() -> None:
    """Runs of one cell are joined; the reading aids of East Asian text are left out."""
    shared = (
        f'<sst xmlns="{files.MAIN}"><si><r><t>东</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 阳</t></r>'
        "<rPh sb='0' eb='1'><t>dong</t></rPh></si><si><t/></si></sst>"
    )
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" s="0"/></row>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out, zipfile.ZipFile(_book(rows, shared)) as made:
        for name in made.namelist():
            out.writestr(name, made.read(name))

    assert values(grid_of(buffer.getvalue())) == {(1, 0): "东 阳"}


def _book(rows: str, shared: str) -> io.BytesIO:
    out = io.BytesIO()
    files.book(out, [files.sheet(rows)], parts={"xl/sharedStrings.xml": shared})  # type: ignore[arg-type]
    return out


@pytest.mark.slow  # a child process a file
def test_a_csv_is_read_in_both_encodings_packed_or_not(tmp_path: Path) -> None:
    """UTF-8 with and without mark, GB18030 and gzip give the same cells."""
    text = "编号,名称\r\na,东阳\r\nb,\r\n"
    for name, data in {
        "utf8.csv": text.encode(),
        "mark.csv": text.encode("utf-8-sig"),
        "national.csv": text.encode("gb18030"),
        "packed.csv.gz": gzip.compress(text.encode("gb18030")),
        "tab.txt": text.replace(",", "\t").encode(),
    }.items():
        (tmp_path / name).write_bytes(data)
        grid = read(tmp_path / name)
        assert [grid.row(i) for i in (1, 2, 3)] == [["编号", "名称"], ["a", "东阳"], ["b", ""]], name


@pytest.mark.slow  # a child process
def test_a_row_of_a_csv_is_named_by_its_line(tmp_path: Path) -> None:
    """A cell that spans lines moves the rows below it; a cell that begins with = is a formula."""
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["a", "b"], ["1\n2", "=1+1"], ["3", "4"]])

    grid = read(tmp_path / "a.csv")

    assert [grid.number(i) for i in range(grid.rows)] == [1, 2, 4]
    assert grid.columns[1].tags.tolist() == [TEXT, TEXT | FORMULA, TEXT]


@pytest.mark.slow  # a child process
def test_parquet_is_read_where_a_csv_is(tmp_path: Path) -> None:
    """Days, moments, numbers and texts of a Parquet file stand under its column names; null and NaN are empty."""
    table = pa.table(
        {
            "date": [date(2020, 2, 8), None],
            "time": [datetime(2020, 2, 8, 9, 15)] * 2,
            "kwh": [1.5, float("nan")],
            "name": pa.array(["东阳", "横店"]).dictionary_encode(),
            "ok": [True, None],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")

    grid = read(tmp_path / "a.parquet")

    assert grid.row(1) == ["date", "time", "kwh", "name", "ok"]
    assert grid.row(2) == ["2020-02-08", "2020-02-08T09:15:00", "1.5", "东阳", "1"]
    assert grid.row(3) == ["", "2020-02-08T09:15:00", "", "横店", ""]


@pytest.mark.slow  # a child process a call
def test_a_sheet_is_chosen_by_name_or_number(tmp_path: Path) -> None:
    """Without a choice the first sheet that is not hidden is read; an unknown one is refused with those there are."""
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name in ("隐藏", "一月", "二月"):
        book.add_worksheet(name).write_string(0, 0, name)
    book.worksheets()[0].hide()
    book.worksheets()[1].activate()
    book.worksheets()[1].set_first_sheet()
    book.close()

    assert read(tmp_path / "a.xlsx").sheet == "一月"
    assert read(tmp_path / "a.xlsx", sheet="二月").row(1) == ["二月"]
    assert read(tmp_path / "a.xlsx", sheet=1).sheet == "隐藏"
    assert read(tmp_path / "a.xlsx", sheet="3").sheets == ("隐藏", "一月", "二月")
    with pytest.raises(Unreadable, match="1 隐藏, 2 一月, 3 二月"):
        read(tmp_path / "a.xlsx", sheet="三月")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is refused with its name."""
    with pytest.raises(CannotDo, match=r"none\.csv: cannot be opened: No such file"):
        read(tmp_path / "none.csv")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_plain_number_is_the_same_number(number: float) -> None:
    """Writing a number without exponent changes nothing of it."""
    assert float(plain_number(repr(number))) == number
