"""The same law through files: odd layouts in every form that is read, by the reader in its child."""

import random
from pathlib import Path

import pytest

from tests.core.test_sheets_layouts import read_back, told
from tests.oracles import layouts, oldbooks
from twofront.core.sheets import FORMULA
from twofront.core.sheets.rosters import ROSTERS
from twofront.ground.reader import read

KINDS = sorted(layouts.HEADINGS)


@pytest.mark.slow  # a child process a file
@pytest.mark.parametrize("form", ["xlsx", "xls", "ods", "csv"])
@pytest.mark.parametrize("seed", range(8))
def test_odd_layouts_are_read_back_equal_from_files(form: str, seed: int, tmp_path: Path) -> None:
    """Records written by a clerk into a file of any form come back equal, none more and none less."""
    chance, kind = random.Random(f"{form}{seed}"), KINDS[seed % 4]
    records = layouts.records(chance, kind, 20)
    page = layouts.odd_page(chance, kind, records, is_flat=form == "csv")
    path = tmp_path / f"roster.{form}"
    match form:
        case "xlsx":
            layouts.to_xlsx(page, path)
        case "xls":
            oldbooks.to_xls(page, path)
        case "ods":
            oldbooks.to_ods(page, path)
        case _:
            layouts.to_csv(page, path, chance)

    grid = read(path)
    _, done = read_back(grid, kind)

    assert [(r.cell, r.en) for r in done.rejects()] == []
    key = ROSTERS[kind].key[0]
    assert sorted(done.accepted.to_pylist(), key=lambda r: r[key]) == sorted(
        told(records, done), key=lambda r: str(r[key])
    )
    hidden = {r for first, last in grid.shape.hidden for r in range(first, last + 1)}
    assert hidden == set(page.hidden)
    if form != "csv":
        assert sorted(grid.shape.merged) == sorted(page.merged)


@pytest.mark.slow  # two child processes
def test_formulas_of_old_workbooks_and_open_documents_are_told(tmp_path: Path) -> None:
    """A formula is told as one in every form."""
    (tmp_path / "a.xls").write_bytes(oldbooks.xls_bytes([["编号", "人数"], ["a", 3]], formulas=[(1, 1)]))
    oldbooks.to_ods(layouts.Page(rows=[["编号", "人数"], ["a", 3]]), tmp_path / "a.ods", formulas=[(1, 1)])

    for name in ("a.xls", "a.ods"):
        grid = read(tmp_path / name)
        assert [bool(t & FORMULA) for t in grid.columns[1].tags.tolist()] == [False, True]
        assert not grid.columns[0].tags[1] & FORMULA
