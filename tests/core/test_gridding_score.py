"""The score of a drawing keeps the contract's definitions."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import gridding as oracle
from tests.oracles.gridding_villages import borders, dwellings, graphs, lattice
from twofront.core.gridding.band import Band, fits, number
from twofront.core.gridding.cells import cells
from twofront.core.gridding.score import score


@given(graphs())
@settings(deadline=None)
def test_any_drawing_scores_as_the_definitions_say(case):
    """Every figure of the score equals the oracle's, sound drawing or not."""
    of, edges, grid = case
    plain = {
        i: (of.villages[v], h)
        for i, (v, h) in enumerate(zip(of.village.tolist(), of.households.tolist(), strict=True))
    }

    found = asdict(score(of, borders(edges), np.array(grid), band=Band(10, 20)))

    wanted = oracle.score(plain, edges, dict(enumerate(grid)), 10, 20)
    assert {key: found[key] for key in wanted} == pytest.approx(wanted)


def test_a_drawing_counted_by_hand():
    """Six dwellings of 100 in a row, 3 m between them, cut into 100 | 400 | 100: mean 200, deviations 50 and 100 %, cut 6 m."""
    of = dwellings([100] * 6, seq=list(range(6)))
    row = borders({(i, i + 1): 3.0 for i in range(5)})

    found = score(of, row, np.array([0, 1, 1, 1, 1, 2]), band=Band(300, 500))

    assert (found.grids, found.outside_band, found.forced, found.breaches) == (3, 2, 0, 0)
    assert (found.max_dev_pct, found.cut_edges, found.cut_m) == (100.0, 2, 6.0)


def test_a_square_grid_is_as_compact_as_a_square():
    """The cells of a lattice of 4 x 4 points fill a square of 130 m with rounded corners: 4 pi A / P^2 by hand."""
    points, _ = lattice(4, 4)
    of = dwellings([30] * 16, points=points)
    found = cells(of, shapes=True)

    compact = score(of, found.edges, np.zeros(16, dtype=int), band=Band(300, 500), cells=found).polsby_popper

    area = 30 * 30 + 4 * 30 * 50 + np.pi * 50**2  # hull 30 m wide, 50 m around it
    around = 4 * 30 + 2 * np.pi * 50
    assert compact == pytest.approx(4 * np.pi * area / around**2, rel=2e-3)


@given(st.integers(0, 10**7), st.integers(1, 800), st.integers(0, 700))
def test_the_number_of_grids_is_the_fitting_one_nearest_to_the_middle(households, least, width):
    """The number is the oracle's wherever a number fits; where none fits it is no number that fits either."""
    households %= 40 * least  # keeps the oracle's list short

    found = number(households, Band(least, least + width))

    wanted = oracle.number(households, least, least + width)
    assert found == wanted if wanted is not None else not fits(households, found, Band(least, least + width))


def test_lengths_that_nobody_knows_are_not_zero():
    """Units in walking order have no lengths: the cut in metres is unknown, the cut in edges is not."""
    of = dwellings([1, 1], seq=[1, 2])

    found = score(of, borders({(0, 1): float("nan")}), np.array([0, 1]), band=Band(1, 1))

    assert (found.cut_edges, found.cut_m) == (1, None)
