"""Redrawing keeps households where they are, codes for ever, and the count; three stories of a county."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracles.gridding_villages import borders, dwellings, lattice, villages
from twofront.core.errors import CannotDo
from twofront.core.gridding.adopt import adopt, placed
from twofront.core.gridding.band import Band
from twofront.core.gridding.cells import cells
from twofront.core.gridding.draw import draw
from twofront.core.gridding.engine import Effort
from twofront.core.gridding.redraw import NONE, CountsDiffer, Old, Passed, counted, redraw
from twofront.core.gridding.score import score
from twofront.core.gridding.tables import sheet

QUICK = Effort(starts=2, steps=20, least_steps=4_000)
BAND = Band(300, 500)


def halves(width=30, height=20):
    """A village of single households cut in two equal grids, west and east."""
    points, edges = lattice(width, height)
    of = dwellings([1] * width * height, points=points)
    return of, borders(edges), np.array([0 if x < 5 * width else 1 for x, _ in points])


def names(found):
    return [found.codes[g] for g in found.grid]


def test_a_growing_estate_keeps_the_old_grids_and_numbers_the_new_one():
    """The eastern grid grows from 360 to 720 households: a third grid gets a serial that was never given, the western one stays."""
    points, edges = lattice(35, 20)
    of = dwellings([1 if x < 170 else 1 + (i % 3 == 0) * 3 for i, (x, _) in enumerate(points)], points=points)
    old = Old(np.array([0 if x < 170 else 1 for x, _ in points]), ("V-1", "V-4"), used=frozenset({"V-6"}))

    found = redraw(of, borders(edges), old, band=BAND)

    worth = score(of, borders(edges), found.grid, band=BAND)
    assert (worth.breaches, worth.outside_band) == (0, 0)
    assert (found.codes, found.born, found.retired) == (("V-1", "V-4", "V-7"), ("V-7",), ())
    assert sum(p.households for p in found.mapping if p.old == p.new) >= 340 + 300
    assert counted(of, old, found.grid, found.codes, found.mapping)["households_before"] == int(
        of.households.sum()
    )


def test_a_village_merged_with_its_neighbour_loses_no_household():
    """Two villages of one small grid each (200 and 220) become one village and one grid; the larger grid's code stays."""
    points, edges = lattice(21, 20)
    of = dwellings([1] * 420, points=points)  # both villages are V today
    old = Old(np.array([0 if x < 100 else 1 for x, _ in points]), ("U-1", "V-1"))

    found = redraw(of, borders(edges), old, band=BAND)

    assert (found.codes, found.retired, found.born) == (("V-1",), ("U-1",), ())
    assert [(p.old, p.new, p.households) for p in found.mapping] == [("U-1", "V-1", 200), ("V-1", "V-1", 220)]


def test_a_grid_cut_by_a_new_river_becomes_two():
    """A new river cuts grid V-1 in two: no grid bridges it, the larger side keeps the code, the smaller gets a new one."""
    points, edges = lattice(40, 20)
    of = dwellings([1] * 800, points=points)
    old = Old(np.array([0 if x < 200 else 1 for x, _ in points]), ("V-1", "V-2"))
    river = {e: m for e, m in edges.items() if not (points[e[0]][0] < 80 <= points[e[1]][0])}

    found = redraw(of, borders(river), old, band=BAND)

    worth = score(of, borders(river), found.grid, band=BAND)
    assert worth.breaches == 0
    west = {names(found)[i] for i, (x, _) in enumerate(points) if x < 80}
    assert west == {"V-3"}
    assert [(o.grid, o.reason) for o in found.outside] == [("V-3", "part_below_band")]
    assert found.moved >= 160


def test_houses_too_large_for_as_few_grids_as_now_get_one_more():
    """300, 300, 300 and 80 in a row: two grids would have 490 on average, but no two of the large houses go into 500."""
    of = dwellings([300, 300, 300, 80], points=[(10.0 * i, 0.0) for i in range(4)])
    edges = borders({(0, 1): 10.0, (1, 2): 10.0, (2, 3): 10.0})

    found = redraw(of, edges, Old(np.array([0, 0, 1, 1]), ("V-1", "V-2")), band=Band(300, 500))

    assert found.outside == ()
    assert sorted(np.bincount(found.grid, of.households)) == [300, 300, 380]
    assert found.born == ("V-3",)


def test_what_is_in_order_stays_as_it_is():
    """A drawing with all laws kept is not touched, however crooked; its codes stay in any form."""
    of, edges, grid = halves(36, 20)
    crooked = grid.copy()
    crooked[[17, 53, 89]] = 1  # the eastern grid reaches over, a longer border than need be

    found = redraw(of, edges, Old(crooked, ("东街一网格", "东街二网格")), band=BAND)

    assert names(found) == ["东街一网格" if g == 0 else "东街二网格" for g in crooked]
    assert (found.moved, found.born, found.retired) == (0, (), ())


def test_few_households_move_when_one_grid_is_too_large():
    """From 520 and 280 to the band: 20 households must move, and with a high weight not many more do."""
    points, edges = lattice(40, 20)
    of = dwellings([1] * 800, points=points)
    old = Old(np.array([0 if x < 260 else 1 for x, _ in points]), ("V-1", "V-2"))

    found = redraw(of, borders(edges), old, band=BAND, keep_m=1000.0)

    assert score(of, borders(edges), found.grid, band=BAND).outside_band == 0
    assert found.moved == 20


def test_a_dwelling_added_to_a_grid_joins_its_neighbours():
    """New dwellings inside a grid with room join it; nobody else moves."""
    of, edges, grid = halves(36, 20)
    old = grid.copy()
    old[[0, 1, 36, 37]] = NONE

    found = redraw(of, edges, Old(old, ("V-1", "V-2")), band=BAND, keep_m=1000.0)

    assert {names(found)[i] for i in (0, 1, 36, 37)} == {"V-1"}
    assert found.moved == 0


@given(villages(most=40), st.data())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_the_laws_hold_after_any_redrawing(of, data):
    """From any old drawing: one grid each, in one piece and one village, counts before = counts after, no code given twice."""
    edges = cells(of).edges
    before = np.array([data.draw(st.integers(-1, 3)) for _ in range(len(of))])
    old = Old(before, ("V-1", "V-2", "W-1", "x"), used=frozenset({"V-9"}))

    found = redraw(of, edges, old, band=Band(12, 20), effort=QUICK)

    worth = score(of, edges, found.grid, band=Band(12, 20))
    assert (worth.breaches, worth.crossing) == (0, 0)
    assert worth.outside_band == len(found.outside)
    assert len(set(found.codes)) == len(found.codes) == worth.grids
    assert not set(found.born) & {"V-9", *old.grids}
    sums = counted(of, old, found.grid, found.codes, found.mapping)
    assert (
        sums["households_before"] + sums["households_new"]
        == sums["households_after"]
        == int(of.households.sum())
    )


def test_the_check_of_the_count_can_fail():
    """A mapping that loses three households is refused, with the grid and both figures."""
    of, _, grid = halves()
    old = Old(grid, ("V-1", "V-2"))
    lost = [Passed("V-1", "V-1", 300, 297), Passed("V-2", "V-2", 300, 300)]

    with pytest.raises(CountsDiffer, match="V-1 had 300 households and the mapping gives 297"):
        counted(of, old, grid, ["V-1", "V-2"], lost)


def test_a_list_in_codes_and_words_is_taken_over():
    """A grid that covers a village, one that covers a range, one that covers a dwelling; the rest is new."""
    of = dwellings([1] * 6, seq=list(range(6)), villages=["U", "U", "V", "V", "V", "V"])
    text = "grid,covers,words\n河东,U,河以东\n河西一,D00002..D00003;D00005,\n"

    old = adopt(sheet(text.encode(), name="o.csv", need=["grid"], may=["id", "covers"]), of)

    assert [None if g < 0 else old.grids[g] for g in old.grid] == [
        "河东",
        "河东",
        "河西一",
        "河西一",
        None,
        "河西一",
    ]
    assert len(placed(of, borders({(0, 1): 1.0}), old)[0]) == 5


def test_numbers_in_a_range_count_as_numbers():
    """Twenty dwellings 1 to 20, codes not padded: A1 covers 2 to 10 and A2 11 to 20; the dwelling 1 is new."""
    of = dwellings([1] * 20, seq=list(range(20)), ids=[str(i + 1) for i in range(20)])

    old = adopt(sheet(b"grid,covers\nA1,2..10\nA2,11..20\n", name="o.csv", need=["grid"], may=["covers"]), of)

    assert old.grid.tolist() == [NONE] + [0] * 9 + [1] * 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "grid,covers\nA,D00001..D00000\n",
            "o.csv:2: the range D00001..D00000 ends before it begins; write D00000..D00001",
            id="reversed",
        ),
        pytest.param(
            "grid,covers\nA,D00000\nB,D00000\n",
            "o.csv:3: the dwelling D00000 is covered by two grids",
            id="two grids",
        ),
        pytest.param(
            "grid,covers\nA,nowhere\n", "o.csv:2: nowhere is no dwelling, village or range", id="unknown code"
        ),
        pytest.param("id,grid\nD00000,A\nD00000,B\n", "o.csv:3: the id D00000 stands twice", id="twice"),
        pytest.param("id,grid\nD00000,\n", "o.csv:2: the grid is empty", id="no grid"),
    ],
)
def test_a_faulty_list_is_refused_with_its_line(text, words):
    """What is wrong in an old list is said with its line."""
    of = dwellings([1, 1], seq=[1, 2])

    with pytest.raises(CannotDo) as refused:
        adopt(sheet(text.encode(), name="o.csv", need=["grid"], may=["id", "covers"]), of)

    assert words in str(refused.value)


def test_a_demolished_dwelling_is_counted_as_gone():
    """An id of the old list that is no dwelling today is gone, not an error."""
    of = dwellings([1], seq=[1])

    assert adopt(sheet(b"id,grid\nD00000,A\nOLD,A\n", name="o.csv", need=["grid"], may=["id"]), of).gone == 1


def test_redrawing_a_drawing_of_ours_changes_nothing():
    """What draw has drawn is in order."""
    points, edges = lattice(40, 40)
    of = dwellings([1] * 1600, points=points)
    drawn = draw(of, borders(edges), band=BAND, effort=QUICK)

    found = redraw(replace(of), borders(edges), Old(drawn.grid, drawn.codes), band=BAND, effort=QUICK)

    assert names(found) == [drawn.codes[g] for g in drawn.grid]
