"""Grids of a county without coordinates: runs of the walking order, optimal."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import gridding as oracle
from tests.oracles.gridding_villages import dwellings
from twofront.core.gridding.band import Band
from twofront.core.gridding.draw import draw
from twofront.core.gridding.runs import runs, runs_in_band


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=11),
    st.integers(1, 4),
    st.integers(1, 15),
    st.integers(0, 15),
)
@settings(deadline=None, max_examples=300)
def test_no_division_into_runs_is_better(households, grids, least, width):
    """Fewest runs outside the band, then the least sum of squared deviations: as good as trying every division."""
    grids = min(grids, len(households))

    found = runs(np.array(households), grids, band=Band(least, least + width))

    loads = np.bincount(found, households).astype(int).tolist()
    mean = Fraction(sum(households), grids)
    worth = (
        sum(not least <= w <= least + width for w in loads),
        sum((w / mean - 1) ** 2 for w in loads) if mean else 0,
    )
    assert found[0] == 0
    assert set(np.diff(found).tolist()) <= {0, 1}
    assert len(loads) == grids
    assert worth == oracle.best_runs(households, grids, least, least + width)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=9), st.integers(1, 15), st.integers(0, 15))
@settings(deadline=None, max_examples=200)
def test_another_number_that_fits_is_taken_only_where_it_leaves_fewer_outside(households, least, width):
    """Of all numbers that fit, the fewest runs outside the band; the contract's number if none leaves fewer."""
    most = least + width
    fitting = [k for k in oracle.numbers_that_fit(sum(households), least, most) if k <= len(households)]
    if not fitting:
        return

    found = runs_in_band(np.array(households), band=Band(least, most))

    loads = np.bincount(found, households).astype(int).tolist()
    fewest = {k: oracle.best_runs(households, k, least, most)[0] for k in fitting}
    own = min(oracle.number(sum(households), least, most), len(households))
    assert sum(not least <= w <= most for w in loads) == min(fewest.values())
    assert len(loads) == own or fewest.get(own, len(households)) > min(fewest.values())


def test_a_village_is_walked_in_the_order_of_seq():
    """The rows may stand in any order; serials follow the walk."""
    of = dwellings([200, 200, 200, 200], seq=[4, 1, 3, 2])

    drawn = draw(of, None, band=Band(300, 500))

    assert [drawn.codes[g] for g in drawn.grid] == ["V-2", "V-1", "V-2", "V-1"]


def test_more_grids_than_units_are_refused():
    """A run has at least one unit."""
    with pytest.raises(ValueError, match="one unit a grid"):
        runs(np.array([5]), 2, band=Band(1, 5))
