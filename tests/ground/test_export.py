"""Lists on their way out run nothing, lose nothing, and say whose they are; a marked file is the same file."""

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twofront.core.sheets import Field, check, find_table
from twofront.ground.export import Listing, Mark, report, template, to_csv, to_json, to_xlsx
from twofront.ground.reader import read

DANGEROUS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    "\uff1d1",
    "'=1",
    '=HYPERLINK("x")',
]
ODD = [
    "\x00",
    "\x1f",
    "\ud800",
    "\uffff",
    "_x0041_",
    "a" * 40_000,
    "",
    " ",
    "12",
    "-5",
    "http://a.b",
    "{=1}",
    "#N/A",
]
VALUES = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(DANGEROUS + ODD),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
)


class Breaks:
    """A value that cannot even be written as text."""

    def __str__(self) -> str:
        raise ValueError("no")


def listing(*rows: list[object]) -> Listing:
    """Return a list of an exercise with two columns."""
    return Listing(
        "未复工名单", ["名称", "说明"], rows, mark="演练-王某 2020-02-18T19:30 全市", is_exercise=True
    )


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(VALUES, VALUES), max_size=8))
@pytest.mark.slow  # a workbook an example, read twice
def test_no_cell_of_a_workbook_is_a_formula_and_every_value_is_there(
    rows: list[tuple[object, object]],
) -> None:
    """Whatever stood in the records, two readers open the workbook, see no formula, and read the same texts."""
    data = to_xlsx(listing(*map(list, rows)))

    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    ours = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
    told = ours.to_python(skip_empty_area=False)
    assert told[0][0] == "演练数据 EXERCISE · 未复工名单"
    for r, row in enumerate(rows, 3):
        for c, value in enumerate(row):
            if isinstance(value, str) and value.isprintable() and value.strip() and "_x" not in value:
                assert told[r][c] == value[: len(str(told[r][c])) - 1] + "…" if len(value) > 32_767 else value
            elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
                assert told[r][c] == value
            elif isinstance(value, date):
                assert told[r][c] == value.isoformat()


@given(st.lists(st.tuples(VALUES, VALUES), max_size=8))
@settings(deadline=None)
def test_no_cell_of_a_csv_would_run(rows: list[tuple[object, object]]) -> None:
    """No text in a CSV begins as a formula does, unless it is a plain number; harmless texts are as they were."""
    told = list(csv.reader(io.StringIO(to_csv(listing(*map(list, rows))).decode("utf-8-sig"), newline="")))

    assert told[0] == ["名称", "说明"]
    assert told[-1] == ["注: 演练数据 EXERCISE · 未复工名单 · 演练-王某 2020-02-18T19:30 全市"]
    assert len(told) == len(rows) + 2
    for row, cells in zip(rows, told[1:-1], strict=True):
        for value, cell in zip(row, cells, strict=True):
            assert cell[:1] not in {"=", "@", "\t", "\r", "\uff1d"}
            if cell[:1] in {"+", "-"}:
                float(cell)
            if isinstance(value, str) and value.isalpha():
                assert cell == value.encode("utf-8", "replace").decode().replace("\uffff", "\ufffd")


def test_one_bad_value_stops_no_export() -> None:
    """A value that cannot be written is a question mark in its cell, and the rest of the list is there."""
    rows = listing(["甲", Breaks()], ["乙", float("nan")], ["丙", datetime(2020, 2, 18, 19, 30, tzinfo=UTC)])

    assert [
        [c.value for c in r] for r in openpyxl.load_workbook(io.BytesIO(to_xlsx(rows))).worksheets[0].rows
    ][3:] == [
        ["甲", "?"],
        ["乙", None],
        ["丙", "2020-02-18T19:30:00+00:00"],
    ]
    assert b"?" in to_csv(rows)
    assert json.loads(to_json(rows))["rows"] == [
        {"名称": "甲", "说明": "?"},
        {"名称": "乙", "说明": None},
        {"名称": "丙", "说明": "2020-02-18T19:30:00+00:00"},
    ]


@pytest.mark.slow  # a child process a file
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_went_out_loads_again_unchanged(form: str, tmp_path: Path) -> None:
    """A list that was given out is found and read again with the same values, its title and mark no rows."""
    fields = [Field("name", "名称", required=True), Field("why", "说明", required=True)]
    rows: list[list[object]] = [["甲", "=1+1"], ["乙", 'a, "b"'], ["丙", "-5"], ["丁", "+86 154"]]
    path = tmp_path / f"list.{form}"
    path.write_bytes((to_xlsx if form == "xlsx" else to_csv)(listing(*rows)))

    grid = read(path)
    done = check(grid, find_table(grid, fields), fields)

    assert [[r["name"], r["why"]] for r in done.accepted.to_pylist()] == rows


@pytest.mark.slow  # a child process a file
@pytest.mark.parametrize("is_zh", [True, False], ids=["zh", "en"])
def test_a_template_is_an_empty_table_of_its_kind(is_zh: bool, tmp_path: Path) -> None:
    """A template is found with every field and no row; choices are offered, and codes are kept as text."""
    fields = [
        Field("code", "编号", "code", required=True),
        Field(
            "kind",
            "类别",
            "choice",
            choices={"new": "new", "新建": "new", "continued": "continued", "续建": "continued"},
        ),
        Field("township", "乡镇", "township"),
        Field("is_open", "已开工", "bool"),
    ]
    towns = [f"示例镇{i}" for i in range(100)]
    path = tmp_path / "template.xlsx"
    path.write_bytes(template("项目", fields, is_zh=is_zh, choices={"township": towns}))

    grid = read(path)
    found = find_table(grid, fields)

    assert set(found.columns.values()) == {"code", "kind", "township", "is_open"}
    assert set(found.columns) == ({f.zh for f in fields} if is_zh else {f.name for f in fields})
    assert found.rows.size == 0
    book = openpyxl.load_workbook(path)
    rules = {str(r.sqref)[0]: r.formula1 for r in book.worksheets[0].data_validations.dataValidation}
    assert rules["B"] == ('"新建,续建"' if is_zh else '"new,continued"')
    assert rules["C"] == "'选项'!$A$1:$A$100"
    assert book.worksheets[0].column_dimensions["A"].number_format == "@"


@pytest.mark.slow  # two child processes
def test_a_marked_workbook_is_the_same_workbook(tmp_path: Path) -> None:
    """Sheets, merged cells, widths and every value stay; exactly the wrong cells are filled and explained."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名单"
    for row in (["企业名单", None, None], ["编号", "名称", "人数"], ["a", "甲", "=1+1"], [None, "乙", 3]):
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.column_dimensions["B"].width = 33
    sheet.row_dimensions[4].hidden = True
    book.create_sheet("其他")["B2"] = "=SUM(名单!C4)"
    path = tmp_path / "list.xlsx"
    book.save(path)
    before = {s.title: [[c.value for c in r] for r in s.rows] for s in book.worksheets}

    data = report(path, read(path), [Mark("C3", "是公式"), Mark("A4", "必填")], [["读取", 2], ["=x", 1]])

    after = openpyxl.load_workbook(io.BytesIO(data))
    assert after.sheetnames == ["名单", "其他", "汇总"]
    assert {s.title: [[c.value for c in r] for r in s.rows] for s in after.worksheets[:2]} == before
    marked = {c.coordinate: c for r in after["名单"].rows for c in r if c.fill.fill_type}
    assert {a: c.fill.start_color.rgb[-6:] for a, c in marked.items()} == {"C3": "FFC7CE", "A4": "FFC7CE"}
    assert {c.coordinate: c.comment.text for r in after["名单"].rows for c in r if c.comment} == {
        "C3": "是公式",
        "A4": "必填",
    }
    assert [str(r) for r in after["名单"].merged_cells.ranges] == ["A1:C1"]
    assert (after["名单"].column_dimensions["B"].width, after["名单"].row_dimensions[4].hidden) == (33, True)
    assert after["汇总"]["A2"].data_type == "s"


@pytest.mark.slow  # a child process
def test_a_marked_csv_is_a_workbook_of_its_lines(tmp_path: Path) -> None:
    """A CSV comes back as a workbook in which each row stands on the row of its line."""
    path = tmp_path / "list.csv"
    path.write_text('编号,名称\na,"甲\n乙"\nb,=1+1\n', encoding="utf-8")

    data = report(path, read(path), [Mark("B4", "是公式"), Mark("D2", "缺列")], [["读取", 2]])

    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    assert [[c.value for c in r][:2] for r in sheet.rows] == [
        ["编号", "名称"],
        ["a", "甲\n乙"],
        [None, None],
        ["b", "=1+1"],
    ]
    assert sheet["B4"].data_type == "s"
    assert sheet["B4"].comment.text == "是公式"
    assert sheet["D2"].fill.start_color.rgb[-6:] == "FFC7CE"
    assert book.sheetnames[-1] == "汇总"
