"""Several tables on a sheet, headings that tell nothing, merged and hidden cells: what is asked, and what is said."""

import pytest

from twofront.core.sheets import Field, Found, Grid, NoTable, WhichTable, check, find_table
from twofront.core.sheets.columns import Shape

CODE = "91350100M000100Y43"  # GB 32100-2015, the standard's own example
FIELDS = [
    Field("name", "企业名称", required=True),
    Field("credit_code", "统一社会信用代码", "credit_code", required=True),
    Field("township", "镇街", "township"),
    Field("mobile", "手机", "mobile"),
]
HEADS: list[object] = ["企业名称", "统一社会信用代码", "镇街", "手机"]
ROW: list[object] = ["甲厂", CODE, "横店镇", "15400000001"]
OTHER: list[object] = ["统一社会信用代码", "企业名称", "手机", "镇街"]


def found(*rows: list[object], shape: Shape | None = None, table: int | None = None) -> Found:
    """Return the table found in some rows."""
    grid = Grid.of(rows)
    grid = Grid(grid.columns, grid.rows, shape=shape or Shape())
    return find_table(grid, FIELDS, {"联系人手机": "mobile", "移动电话": "mobile"}, table=table)


def codes(one: Found) -> list[tuple[str, tuple[str, ...]]]:
    """Return code and cells of what is said of a table."""
    return [(n.code, n.cells) for n in one.notes]


def test_two_tables_one_below_the_other_are_asked_about() -> None:
    """The line names both by their corners; each can be chosen, and reads its own rows only."""
    rows = [["一"], HEADS, ROW, [], ["二"], OTHER, [CODE, "乙厂", "", ""], [CODE, "丙厂", "", ""]]

    with pytest.raises(WhichTable, match="1 at A2, 2 at A6") as which:
        found(*rows)

    assert "--table" in which.value.do and "--table" in which.value.zh
    assert found(*rows, table=1).rows.tolist() == [2]
    second = found(*rows, table=2)
    assert (second.rows.tolist(), second.at["name"], second.header_row) == ([6, 7], 1, 6)
    with pytest.raises(WhichTable):
        found(*rows, table=3)


def test_two_tables_side_by_side_are_asked_about() -> None:
    """A list printed in two halves is two tables; each half reads its own columns."""
    half = ["手机", *HEADS[:2]]
    rows = [[*half, None, *half], ["15400000001", *ROW[:2], None, "15400000002", "乙厂", CODE]]

    with pytest.raises(WhichTable, match="1 at A1, 2 at E1"):
        found(*rows)

    assert found(*rows, table=1).at == {"mobile": 0, "name": 1, "credit_code": 2}
    assert found(*rows, table=2).at == {"mobile": 4, "name": 5, "credit_code": 6}


def test_two_names_for_each_column_are_one_table() -> None:
    """Columns that mean the same twice stand mixed: one table, whose second columns are said."""
    one = found(["企业名称", "企业名称", "统一社会信用代码", "统一社会信用代码"], ["甲厂", "甲", CODE, CODE])

    assert (one.at, len(one.notes)) == ({"name": 0, "credit_code": 2}, 2)


def test_the_same_heading_again_is_the_same_table() -> None:
    """A list by township repeats title and heading: one table, and no title is a row."""
    one = found(["横店镇"], HEADS, ROW, [], ["南马镇"], HEADS, ["乙厂", CODE, "", ""])

    assert (one.rows.tolist(), one.notes) == ([2, 6], ())


def test_a_table_of_something_else_below_is_left_out_and_said() -> None:
    """Counts by township under the list have two headings that are known: no row of theirs is one of the list's."""
    one = found(HEADS, ROW, [], ["镇街", "手机"], ["横店镇", 3])

    assert one.rows.tolist() == [1]
    assert codes(one) == [("other_table", ("4:5",))]


@pytest.mark.parametrize("head", ["", "代码一栏"], ids=["no heading", "unknown heading"])
def test_a_column_of_right_codes_is_told_by_what_stands_in_it(head: str) -> None:
    """Nothing else is guessed so, and it is said."""
    one = found(["企业名称", head, "镇街"], ROW[:3], ["乙厂", CODE, ""], ["丙厂", CODE, ""])

    assert one.at["credit_code"] == 1
    assert codes(one) == [("told_by_content", ("B1",))]
    assert one.columns[head or "[B]"] == "credit_code"


def test_two_columns_that_might_be_it_are_not_guessed() -> None:
    """Where two columns hold right codes and no heading says which, none is taken."""
    with pytest.raises(NoTable):
        found(["企业名称", "甲", "乙", "镇街"], ["甲厂", CODE, CODE, "横店镇"])


def test_two_columns_for_one_field_are_said_and_the_better_name_is_read() -> None:
    """The contract's own name is better than one of the playbook's; equal ones go by their place."""
    one = found([*HEADS[:3], "移动电话", "手机"], [*ROW[:3], "1", "15400000001"])
    same = found([*HEADS, "手机"], [*ROW, "1"])

    assert one.at["mobile"] == 4
    assert codes(one) == [("two_columns", ("E1", "D1"))]
    assert same.at["mobile"] == 3
    assert codes(same) == [("two_columns", ("D1", "E1"))]
    assert same.columns["手机 [E]"] is None


def test_a_heading_behind_its_group_is_better_than_alone() -> None:
    """手机 stands under 法人 and under 联系人: the second is what a name of the playbook means."""
    one = found(
        [*HEADS[:3], "法人", None, "联系人", None],
        [None, None, None, "姓名", "手机", "姓名", "手机"],
        [*ROW[:3], "演练-王", "1", "演练-李", "15400000001"],
    )

    assert (one.at["mobile"], one.header_row) == (6, 2)
    assert one.columns["联系人/手机"] == "mobile"
    assert one.columns["法人/手机"] is None


def test_merged_cells_stand_for_every_row_beside_them() -> None:
    """A township merged over three rows is the township of all three; the cells without a text of their own are named."""
    grid = Grid.of([HEADS, ROW, ["乙厂", CODE, "", ""], ["丙厂", CODE, "", ""]])
    grid = Grid(grid.columns, grid.rows, shape=Shape([(1, 2, 3, 2)]))

    one = find_table(grid, FIELDS)

    assert check(grid, one, FIELDS).accepted["township"].to_pylist() == ["横店镇"] * 3
    assert codes(one) == [("merged_cells", ("C3", "C4"))]


def test_hidden_rows_and_filters_are_read_and_said() -> None:
    """What a filter hides is a row as any other."""
    one = found(HEADS, ROW, ROW, ROW, shape=Shape(hidden=[(1, 2)], is_filtered=True))

    assert one.rows.tolist() == [1, 2, 3]
    assert codes(one) == [("hidden_rows", ("2:3",))]
    assert "by a filter" in one.notes[0].en


def test_a_title_over_merged_columns_in_the_middle_is_no_row() -> None:
    """A line 一、横店镇 over all columns is a title; the same text in one cell is somebody's row, and is rejected."""
    rows = [HEADS, ["一、横店镇"], ROW]

    assert found(*rows, shape=Shape([(1, 0, 1, 3)])).rows.tolist() == [2]
    assert found(*rows).rows.tolist() == [1, 2]
