"""A table checked: read = accepted + duplicate + rejected, and every wrong cell by its address."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twofront.core.sheets import FORMULA, TEXT, Checked, Column, Field, Grid, check, find_table

FIELDS = [
    Field("code", "编号", "code", required=True),
    Field(
        "kind", "类别", "choice", required=True, choices={"new": "new", "新建": "new", "续建": "continued"}
    ),
    Field("staff", "人数", "int", low=0),
    Field("on", "日期", "date"),
]
HEADER: list[object] = ["编号", "类别", "人数", "日期"]


def checked(*rows: list[object], roster: bool = False) -> Checked:
    """Return some rows under the header, checked."""
    grid = Grid.of([HEADER, *rows])
    found = find_table(grid, FIELDS)
    return check(
        grid, found, FIELDS, key=["code"], today=date(2020, 2, 18), twins="duplicate" if roster else "latest"
    )


def test_right_rows_are_typed_columns() -> None:
    """Accepted rows come as typed columns, nulls where nothing stands, each with its row number."""
    done = checked(["a", "新建", "1,200", "2020/2/8"], ["b", "续建", "", ""])

    assert done.accepted.to_pylist() == [
        {"code": "a", "kind": "new", "staff": 1200, "on": date(2020, 2, 8)},
        {"code": "b", "kind": "continued", "staff": None, "on": None},
    ]
    assert done.rows.tolist() == [2, 3]


def test_each_wrong_cell_is_named_and_its_row_rejected() -> None:
    """A wrong cell in an optional field rejects the row too; a row with two wrong cells is one rejected row."""
    done = checked(["a", "新建", -1, ""], ["", "扩建", 3, ""], ["c", "新建", 3, "2月30日"])

    assert done.rejected.tolist() == [2, 3, 4]
    assert [(r.cell, r.field, r.code) for r in done.rejects()] == [
        ("A3", "code", "missing"),
        ("B3", "kind", "unknown_value"),
        ("C2", "staff", "range"),
        ("D4", "on", "date"),
    ]
    assert done.reasons()[0] == {"field": "code", "code": "missing", "count": 1, "cells": ["A3"]}


def test_a_formula_in_a_mapped_column_is_rejected() -> None:
    """A formula is a fault in a mapped column, and nobody's business elsewhere."""
    grid = Grid.of([["编号", "类别", "x"], ["a", "new", "1"], ["b", "new", "1"]])
    tags = np.array([TEXT, TEXT, TEXT | FORMULA], np.uint8)
    columns = {
        0: grid.columns[0],
        1: Column(grid.columns[1].text, tags),
        2: Column(grid.columns[2].text, tags),
    }
    grid = Grid(columns, 3)

    done = check(grid, find_table(grid, FIELDS), FIELDS)

    assert [(r.cell, r.code) for r in done.rejects()] == [("B3", "formula")]


def test_in_a_roster_the_same_key_is_a_duplicate() -> None:
    """In a roster a row whose key stood before is a duplicate, whatever else it holds."""
    done = checked(["a", "new", 1, ""], ["a", "new", 2, ""], ["a", "new", 1, ""], roster=True)

    assert done.duplicates == [(3, 2), (4, 2)]
    assert done.conflicts == [(3, 2)]
    assert done.accepted.num_rows == 1


def test_in_a_load_other_values_for_a_key_come_later() -> None:
    """In a load the same key with other values is accepted and comes later; with the same values it is a duplicate."""
    done = checked(["a", "new", 1, ""], ["a", "新建", "1.0", ""], ["a", "new", 2, ""], ["a", "new", 1, ""])

    assert done.duplicates == [(3, 2)]
    assert done.conflicts == [(4, 2), (5, 4)]
    assert done.accepted["staff"].to_pylist() == [1, 2, 1]


def test_a_wrong_twin_is_rejected_and_a_twin_of_a_rejected_row_is_no_duplicate() -> None:
    """A row that is wrong is rejected also if it is a twin, and rejected rows make no twins."""
    done = checked(["a", "new", -1, ""], ["a", "new", 1, ""], ["a", "new", -1, ""], roster=True)

    assert (done.rejected.tolist(), done.duplicates, done.rows.tolist()) == ([2, 4], [], [3])


def test_a_year_that_was_assumed_is_said() -> None:
    """A day without a year is of the county's year, and the cells are named."""
    done = checked(["a", "new", 1, "2月8日"], ["b", "new", 1, "2020-02-09"])

    assert done.accepted["on"].to_pylist() == [date(2020, 2, 8), date(2020, 2, 9)]
    assert [(n.field, n.code, n.cells) for n in done.notes] == [("on", "year_assumed", ("D2",))]


def test_cells_of_a_text_file_are_addressed_by_line() -> None:
    """Where a cell spans lines, a row's number is the line on which it begins."""
    grid = Grid.of([["编号", "类别"], ["a\nb", "新建"], ["c", "?"]])
    grid = Grid(grid.columns, 3, lines=np.array([1, 2, 4]))

    assert [r.cell for r in check(grid, find_table(grid, FIELDS), FIELDS).rejects()] == ["B4"]


CELL = st.sampled_from(["a", "b", "c", "new", "续建", "?", "", "1", "-1", "x", "2020-02-08", "8日"])


@settings(deadline=None)
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=30), st.booleans())
def test_no_row_is_lost(rows: list[list[object]], roster: bool) -> None:
    """Every row is accepted, a duplicate or rejected, exactly once."""
    done = checked(*rows, roster=roster)

    parts = [*done.rows.tolist(), *(d for d, _ in done.duplicates), *done.rejected.tolist()]
    assert sorted(parts) == [i for i, r in enumerate(rows, 2) if any(r)]
    assert done.read == len(parts)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([1, 2, None])), max_size=20))
def test_twins_are_told_as_a_plain_loop_tells_them(rows: list[tuple[str, int | None]]) -> None:
    """The last value of a key decides whether a row repeats it, as a loop over the rows with a dictionary says."""
    known: dict[str, tuple[int | None, int]] = {}
    again = []
    for number, (code, staff) in enumerate(rows, 2):
        if code in known and known[code][0] == staff:
            again.append((number, known[code][1]))
        else:
            known[code] = (staff, number)

    assert checked(*([c, "new", s, ""] for c, s in rows)).duplicates == again


@pytest.mark.slow  # 600,000 rows of 6 columns
def test_six_hundred_thousand_rows_are_checked() -> None:
    """600,000 rows of 6 columns are checked without an object a row; the counts add up."""
    n = 600_000
    fields = [
        Field("code", "编号", "code", required=True),
        *(Field(f"v{i}", f"值{i}", "number") for i in range(5)),
    ]
    import pyarrow as pa

    texts = [["code", *(f"k{i}" for i in range(n))]] + [
        [f"v{c}", *(str(i % 7919) for i in range(n))] for c in range(5)
    ]
    columns = {c: Column(pa.array(t), np.full(n + 1, TEXT, np.uint8)) for c, t in enumerate(texts)}
    grid = Grid(columns, n + 1)

    done = check(grid, find_table(grid, fields), fields, key=["code"])

    assert (done.read, done.accepted.num_rows, done.rejected.size) == (n, n, 0)
