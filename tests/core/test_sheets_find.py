"""Where the table stands: titles, notes, totals, signatures and repeated headers are no rows; everything else is one."""

import pytest

from twofront.core.sheets import Field, Grid, NoTable, find_table

FIELDS = [
    Field("name", "企业名称", required=True),
    Field("credit_code", "统一社会信用代码", "credit_code", required=True),
    Field("normal_staff", "正常用工人数", "int", also=("用工数",)),
]
HEADER = ["序号", "企业名称", "统一社会信用代码", "正常用工人数"]
ROW = [1, "示例纺织", "91330799MA00000159", 30]


def rows_of(*rows: list[object]) -> list[int]:
    """Return the numbers of the rows found in a sheet."""
    grid = Grid.of(rows)
    return [grid.number(int(i)) for i in find_table(grid, FIELDS).rows]


def test_title_lines_above_and_notes_below_are_no_rows() -> None:
    """Rows between the header and the notes are read, whatever stands above and below."""
    below: list[list[object]] = [
        [],
        ["注\uff1a以上数据截至2月18日18时"],
        ["", "填表人\uff1a演练-王某", "审核人\uff1a演练-李某"],
        ["", "以上企业均已核实\uff0c如有变化\uff0c请当日报送"],
    ]

    found = rows_of(["规上工业企业名单"], ["2020年2月18日"], HEADER, ROW, ROW, *below)

    assert found == [4, 5]


@pytest.mark.parametrize(
    "aside",
    [
        ["合计", "", "", 60],
        ["", "合 计", "", 60],
        ["", "总计:2家", "", 60],
        HEADER,
        [2, "", "", None],
        ["备注:第3行已停产"],
        ["Note: as of 18 February"],
        ["", "制表单位(盖章)"],
    ],
    ids=[
        "total",
        "total apart",
        "total with a count",
        "header again",
        "number only",
        "remark",
        "note",
        "signature",
    ],
)
def test_a_line_that_is_no_record_is_left_out_in_the_middle_too(aside: list[object]) -> None:
    """A total, a repeated header, a bare serial number and a note are no rows, wherever they stand."""
    assert rows_of(HEADER, ROW, aside, ROW) == [2, 4]


@pytest.mark.parametrize(
    "row",
    [
        ["", "示例印染", "", ""],
        ["", "", "91330799MA00000159", ""],
        ["", "注氏食品", "91330799MA00000159", 3],
        ["", "合计科技", "91330799MA00000159", 3],
        ["", "", "", 12],
        ["", "示例;印染", "91330799MA00000159", ""],
    ],
    ids=[
        "only a name",
        "only a code",
        "a name like a note",
        "a name like a total",
        "only a number",
        "a name with a mark",
    ],
)
def test_no_record_is_dropped_in_silence(row: list[object]) -> None:
    """A row that holds anything of a record is read, so that what it lacks is named."""
    assert rows_of(HEADER, ROW, row, ROW) == [2, 3, 4]
    assert rows_of(HEADER, ROW, row) == [2, 3]


def test_a_sentence_is_a_note_only_below_the_last_record() -> None:
    """A lone text that reads like a sentence is a note below the records, and a record without its code among them."""
    sentence: list[object] = ["", "示例纺织;示例印染", "", ""]

    assert rows_of(HEADER, ROW, sentence, ROW) == [2, 3, 4]
    assert rows_of(HEADER, ROW, sentence) == [2]


def test_headings_are_known_in_both_languages_and_full_width_with_marks() -> None:
    """A heading is compared half-width, without blanks, stars and what stands in brackets."""
    grid = Grid.of([["企业 名称*", " Credit Code ", "用工数\uff08人\uff09", "备注"], ["甲", "x", 3, "y"]])

    found = find_table(grid, FIELDS)

    assert found.columns == {
        "企业 名称*": "name",
        "Credit Code": "credit_code",
        "用工数\uff08人\uff09": "normal_staff",
        "备注": None,
    }
    assert found.at == {"name": 0, "credit_code": 1, "normal_staff": 2}


def test_a_map_wins_over_the_names() -> None:
    """What a person has decided for a heading holds, also where he decided for nothing."""
    grid = Grid.of([["单位", "企业名称", "统一社会信用代码"], ["甲", "乙", "x"]])

    found = find_table(grid, FIELDS, mapping={"单位": "name", "企业名称": None})

    assert found.columns == {"单位": "name", "企业名称": None, "统一社会信用代码": "credit_code"}


def test_the_playbooks_headings_are_known_too() -> None:
    """Names that the county gives to a field are known beside the contract's."""
    grid = Grid.of([["公司", "统一社会信用代码"], ["甲", "x"]])

    assert find_table(grid, FIELDS, {"公司": "name"}).at["name"] == 0


def test_a_second_column_for_a_field_is_shown_as_none() -> None:
    """Of two columns for one field the left one is taken, and the other is not hidden."""
    grid = Grid.of([["企业名称", "企业名称", "统一社会信用代码"], ["甲", "乙", "x"]])

    assert find_table(grid, FIELDS).columns == {
        "企业名称": "name",
        "企业名称 [B]": None,
        "统一社会信用代码": "credit_code",
    }


def test_a_header_without_a_required_column_is_refused_by_name() -> None:
    """A table that lacks a column that must be there is refused, with the header's row and the field."""
    with pytest.raises(NoTable, match=r"credit_code \(统一社会信用代码\)") as refused:
        find_table(Grid.of([["名单"], ["企业名称", "用工数"], ["甲", 3]]), FIELDS)

    assert refused.value.row == 2
    assert [f.name for f in refused.value.missing] == ["credit_code"]


def test_a_sheet_without_a_header_is_refused() -> None:
    """A sheet in which no row names two fields has no table."""
    with pytest.raises(NoTable, match="no header row") as refused:
        find_table(Grid.of([["甲", "乙"], ["丙", "丁"]]), FIELDS)

    assert refused.value.row is None


def test_an_empty_table_has_no_rows() -> None:
    """A template that nobody filled in is a table without rows."""
    found = find_table(Grid.of([HEADER]), FIELDS)

    assert (found.rows.size, found.first_row, found.last_row) == (0, None, None)
