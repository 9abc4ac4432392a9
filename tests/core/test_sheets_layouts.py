"""A law of reading: valid records, in whatever layout a clerk writes them, are read back equal."""

import functools
import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import layouts
from twofront.core.playbook import Playbook, ProjectKind, Sheet, read
from twofront.core.sheets import Checked, Field, Grid, check, find_table
from twofront.core.sheets.columns import Shape
from twofront.core.sheets.rosters import ROSTERS
from twofront.server import playbooks


@functools.cache
def playbook() -> Playbook:
    """Return the playbook whose headings are known."""
    return read(playbooks.files_of(playbooks.folder_of(None)))


def as_grid(page: layouts.Page) -> Grid:
    """Return a page as the reader gives a sheet."""
    grid = Grid.of(page.rows)
    shape = Shape(sorted(page.merged), [(r, r) for r in page.hidden], is_filtered=False)
    return Grid(grid.columns, grid.rows, "Sheet1", ("Sheet1",), None, shape)


def read_back(grid: Grid, kind: str) -> tuple[int, Checked]:
    """Return the heading's row and what was read of a sheet."""
    book = playbook()
    kinds = {text: r.key for r in book.all_of(ProjectKind) for text in (r.key, r.zh, r.en)}
    fields: list[Field] = [
        replace(f, choices=kinds) if f.type == "choice" else f for f in ROSTERS[kind].fields
    ]
    headings = {h: c for s in book.all_of(Sheet) if s.key == kind for c, hs in s.columns.items() for h in hs}
    found = find_table(grid, fields, headings)
    done = check(grid, found, fields, key=ROSTERS[kind].key, today=date(2020, 2, 18), twins="duplicate")
    return found.header_row, done


def told(records: list[layouts.Record], done: Checked) -> list[dict[str, object]]:
    """Return records with every field that was read, as the product gives them."""
    return [{name: r.get(name) for name in done.accepted.column_names} for r in records]


@pytest.mark.parametrize("kind", sorted(layouts.HEADINGS))
@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 1 << 40), count=st.integers(1, 12), is_flat=st.booleans())
def test_valid_records_in_any_odd_layout_are_read_back_equal(
    kind: str, seed: int, count: int, is_flat: bool
) -> None:
    """Titles, merged headings, shuffled and blank columns, odd values, totals, notes: the same records, and none more."""
    chance = random.Random(seed)
    records = layouts.records(chance, kind, count)
    page = layouts.odd_page(chance, kind, records, is_flat=is_flat)

    header_row, done = read_back(as_grid(page), kind)

    assert [(r.cell, r.code, r.en) for r in done.rejects()] == []
    key = ROSTERS[kind].key[0]
    got = sorted(done.accepted.to_pylist(), key=lambda r: r[key])
    assert got == sorted(told(records, done), key=lambda r: str(r[key]))
    assert set(layouts.HEADINGS[kind]) - set(done.accepted.column_names) <= {
        f for f in layouts.HEADINGS[kind] if all(r[f] is None for r in records)
    }
    assert header_row == page.head + 1
