"""What must be said of a table although no cell is wrong: what was assumed, told by content, filled in or left out.

Each note is a sentence with what to do, in English and Chinese, and names its cells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """Something that must be said of a table (提示).

    Args:
        field: The field it is about; "" if the whole table.
        code: A stable word.
        cells: Addresses of cells, or of rows (`5:9`).
        en: The sentence, with what to do.
        zh: The same in Chinese.
    """

    field: str
    code: str
    cells: tuple[str, ...]
    en: str
    zh: str


def told_by_content(field: str, cell: str) -> Note:
    """Say that a column without a known heading was read by what stands in it."""
    return Note(
        field,
        "told_by_content",
        (cell,),
        f"the column under {cell} is read as {field}, because right ones stand in it; if it is not, say so with --map",
        f"{cell}所在列按内容识别为{field}; 如不是, 请用 --map 指定",
    )


def two_columns(field: str, cells: Sequence[str]) -> Note:
    """Say that several columns are headed as one field, and which is read."""
    others = cells[1:]
    return Note(
        field,
        "two_columns",
        tuple(cells),
        f"{len(cells)} columns are headed as {field}: {cells[0]} is read, {', '.join(others)} not; "
        "if another is meant, say so with --map",
        f"有{len(cells)}列都是{field}: 读取{cells[0]}, 未读取{'、'.join(others)}; 如应读另一列, 请用 --map 指定",
    )


def same_heading(cells: Sequence[str]) -> Note:
    """Say that columns that are not read bear the heading of another."""
    return Note(
        "",
        "same_heading",
        tuple(cells),
        f"the heading in {', '.join(cells)} stands over another column too; give each its own",
        f"{'、'.join(cells)}与另一列的列名相同, 请分别命名",
    )


def hidden_rows(count: int, runs: Sequence[str], *, is_filtered: bool) -> Note:
    """Say that hidden rows were read."""
    return Note(
        "",
        "hidden_rows",
        tuple(runs),
        f"{count} rows are hidden{' by a filter' if is_filtered else ''}, and were read too; "
        "delete them if they are not meant",
        f"有{count}行被隐藏{'(筛选)' if is_filtered else ''}, 已一并读取; 如不应报送, 请删除",
    )


def filtered() -> Note:
    """Say that a filter stands on the sheet."""
    return Note(
        "", "filter", (), "a filter stands on the sheet; every row was read", "表上有筛选, 已读取全部行"
    )


def other_table(first: int, last: int) -> Note:
    """Say from which row on another table stands, which was not read."""
    return Note(
        "",
        "other_table",
        (f"{first}:{last}",),
        f"from row {first} on another table stands, which was not read; send it by itself if it is meant",
        f"第{first}行起是另一张表, 未读取; 如需报送, 请单独报送",
    )


def full_sheet(rows: int) -> Note:
    """Say that a sheet is full, so that rows may be missing."""
    return Note(
        "",
        "full_sheet",
        (f"{rows}:{rows}",),
        f"the sheet is full ({rows} rows): what did not fit may have been lost when it was saved; "
        "compare the count with the sender's",
        f"工作表已满({rows}行), 保存时可能丢失后面的行; 请与报送单位核对行数",
    )


def year_assumed(field: str, cells: Sequence[str]) -> Note:
    """Say that days without a full year were completed by the county's day."""
    return Note(
        field,
        "year_assumed",
        tuple(cells),
        f"{len(cells)} days without a full year: the year was taken from the county's day; check them",
        f"{len(cells)}个日期没有写全年份, 已按系统当日补上, 请核对",
    )


def merged_cells(field: str, cells: Sequence[str]) -> Note:
    """Say that a merged cell's value was taken for every row beside it."""
    return Note(
        field,
        "merged_cells",
        tuple(cells),
        f"{len(cells)} cells of {field} are merged with the one above, whose value was taken for them",
        f"{field}有{len(cells)}个单元格与上方合并, 已取合并单元格的值",
    )


def sex_against_id(cells: Sequence[str]) -> Note:
    """Say where sex and ID number differ."""
    return Note(
        "sex",
        "sex_against_id",
        tuple(cells),
        f"in {len(cells)} rows the sex differs from the ID number; compare both with the card",
        f"有{len(cells)}行性别与身份证号不符, 请对照身份证",
    )


def born_against_id(cells: Sequence[str]) -> Note:
    """Say where birth date and ID number differ."""
    return Note(
        "born",
        "born_against_id",
        tuple(cells),
        f"in {len(cells)} rows the birth date differs from the ID number; compare both with the card",
        f"有{len(cells)}行出生日期与身份证号不符, 请对照身份证",
    )


def origin_from_id(cells: Sequence[str]) -> Note:
    """Say where an origin may have been guessed from the ID number."""
    return Note(
        "origin",
        "origin_from_id",
        tuple(cells),
        f"origin guessed from ID is not accepted: in {len(cells)} rows it is the place of the ID number's first digits; "
        "ask each where they stayed in the last 14 days",
        f"不得按身份证号推定来源地: 有{len(cells)}行来源地正是身份证前几位的地区, 请询问本人近14天的居住地",
    )


def origin_not_filled(cells: Sequence[str]) -> Note:
    """Say that a stay was not filled from the registered place."""
    return Note(
        "origin",
        "origin_not_filled",
        tuple(cells),
        f"origin guessed from ID is not accepted: {len(cells)} rows have none, and the registered place was not taken "
        "for it; ask each where they stayed in the last 14 days",
        f"不得按户籍地推定来源地: 有{len(cells)}行未填来源地, 未用户籍地代替, 请询问本人近14天的居住地",
    )


Say = Callable[[Sequence[str]], Note]
"""What says a sentence of some cells."""
