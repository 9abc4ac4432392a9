"""Hand edits are weighed before they are taken; micro-grids keep the laws inside their grid."""

import numpy as np
import pytest

from tests.oracles.gridding_villages import borders, dwellings, lattice
from twofront.core.gridding.band import Band
from twofront.core.gridding.draw import draw
from twofront.core.gridding.edits import CannotEdit, cut, merge, move
from twofront.core.gridding.micro import micro
from twofront.core.gridding.score import score

BAND = Band(6, 12)


@pytest.fixture
def two():
    """A village of 6 x 3 houses, 10 m apart, in two grids of 9, west and east; the border between them is 30 m."""
    points, edges = lattice(6, 3)
    return (
        dwellings([1] * 18, points=points),
        borders(edges),
        np.array([0 if x < 30 else 1 for x, _ in points]),
        ["V-1", "V-2"],
    )


def test_moving_a_corner_lengthens_the_border_by_hand(two):
    """House 2 (top row, at the border) to the east: 8 and 10 households; it leaves 2 neighbours and joins 1: +10 m."""
    of, edges, grid, codes = two

    found = move(of, edges, grid, codes, dwelling="D00002", to="V-2", band=BAND)

    assert [(t.grid, t.before, t.after, t.pieces, t.inside_band) for t in found.touched] == [
        ("V-1", 9, 8, 1, True),
        ("V-2", 9, 10, 1, True),
    ]
    assert (found.breaches, found.cut_m, found.crossing) == (0, 10.0, False)
    assert found.largest_dev_pct == pytest.approx(100 / 9)
    assert grid[2] == 0


def test_moving_a_house_from_the_far_side_shows_the_breach(two):
    """House 0 in the western corner would be a piece apart in the eastern grid."""
    of, edges, grid, codes = two

    assert move(of, edges, grid, codes, dwelling="D00000", to="V-2", band=BAND).breaches == 1


def test_merging_shows_the_lost_border_and_the_broken_band(two):
    """Two grids of 9 become one of 18, outside a band of 6 to 12; the 30 m between them are gone."""
    of, edges, grid, codes = two

    found = merge(of, edges, grid, codes, one="V-1", other="V-2", band=BAND)

    assert [(t.grid, t.after, t.inside_band) for t in found.touched] == [
        ("V-1", 18, False),
        ("V-2", None, False),
    ]
    assert (found.cut_m, found.codes) == (-30.0, ("V-1",))


def test_cutting_gives_two_whole_halves_and_a_new_code(two):
    """A grid of 18 is cut along its short side; the new half gets a serial after all that were given."""
    of, edges, _, _ = two

    found = cut(
        of, edges, np.zeros(18, dtype=int), ["V-1"], of_grid="V-1", band=BAND, used=frozenset({"V-5"})
    )

    assert sorted(t.after for t in found.touched) == [9, 9]
    assert (found.codes, found.breaches, found.cut_m) == (("V-1", "V-6"), 0, 30.0)


def test_an_edit_of_what_is_not_there_is_refused(two):
    """An unknown dwelling, an unknown grid, a grid with itself, a grid of one house."""
    of, edges, grid, codes = two
    single = np.array([0] + [1] * 17)

    for words, edit in (
        ("X is no dwelling", lambda: move(of, edges, grid, codes, dwelling="X", to="V-2", band=BAND)),
        ("V-9 is no grid", lambda: move(of, edges, grid, codes, dwelling="D00002", to="V-9", band=BAND)),
        (
            "cannot be merged with itself",
            lambda: merge(of, edges, grid, codes, one="V-1", other="V-1", band=BAND),
        ),
        ("has one dwelling", lambda: cut(of, edges, single, codes, of_grid="V-1", band=BAND)),
        (
            "is the last dwelling",
            lambda: move(of, edges, single, codes, dwelling="D00000", to="V-2", band=BAND),
        ),
    ):
        with pytest.raises(CannotEdit, match=words):
            edit()


def test_micro_grids_lie_in_one_grid_and_in_one_piece():
    """A village of 800 in two grids gets micro-grids of 30 to 40, none across the border of a grid, numbered under it."""
    points, edges = lattice(40, 20)
    of = dwellings([1] * 800, points=points)
    drawn = draw(of, borders(edges), band=Band(300, 500))

    found = micro(of, borders(edges), drawn.grid, drawn.codes)

    worth = score(of, borders(edges), found.grid, band=Band(30, 40))
    assert (worth.breaches, worth.outside_band, found.outside) == (0, 0, ())
    assert all(
        found.codes[m].rpartition("-")[0] == drawn.codes[g]
        for m, g in zip(found.grid, drawn.grid, strict=True)
    )
