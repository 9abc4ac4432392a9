"""The laws of a drawing, on generated villages and on the degenerate ones."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracles import gridding as oracle
from tests.oracles.gridding_villages import borders, dwellings, lattice, plain, villages
from twofront.core.gridding.band import Band, number
from twofront.core.gridding.cells import cells
from twofront.core.gridding.draw import draw
from twofront.core.gridding.engine import Effort, divided
from twofront.core.gridding.graph import net
from twofront.core.gridding.kernels import Part
from twofront.core.gridding.outlines import geojson
from twofront.core.gridding.score import score
from twofront.core.gridding.tables import Dwellings

QUICK = Effort(starts=2, steps=20, least_steps=4_000)
BAND = Band(12, 20)
slowly = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def parts_of(of, edges):
    same = {e: m for e, m in edges.items() if of.village[e[0]] == of.village[e[1]]}
    return oracle.pieces(range(len(of)), same)


def reordered(of, order):
    return Dwellings(
        of.ids.take(order),
        of.village[order],
        of.villages,
        of.households[order],
        of.x[order],
        of.y[order],
        None,
    )


@given(villages())
@slowly
def test_the_laws_hold_in_every_village(of):
    """One grid each, in one village, in one piece, and none outside the band but those listed."""
    found = cells(of)

    drawn = draw(of, found.edges, band=BAND, effort=QUICK)

    worth = score(of, found.edges, drawn.grid, band=BAND)
    assert len(drawn.grid) == len(of)
    assert sorted(set(drawn.grid.tolist())) == list(range(len(drawn.codes)))
    assert (worth.breaches, worth.crossing) == (0, 0)
    assert worth.outside_band == len(drawn.outside)
    assert worth.forced == sum(o.forced for o in drawn.outside)


@given(villages())
@slowly
def test_a_village_without_barriers_is_one_part(of):
    """Voronoi cells tile the village, so their neighbours hang together."""
    assert len(parts_of(of, plain(cells(of).edges))) == len(of.villages)


@given(villages(), st.randoms(use_true_random=False))
@slowly
def test_the_order_of_the_rows_does_not_matter(of, random):
    """The same dwellings in another order get the same grids, border by border."""
    order = list(range(len(of)))
    random.shuffle(order)
    mixed = reordered(of, order)

    here, there = (
        draw(of, cells(of).edges, band=BAND, effort=QUICK),
        draw(mixed, cells(mixed).edges, band=BAND, effort=QUICK),
    )

    assert [here.codes[here.grid[i]] for i in order] == [there.codes[g] for g in there.grid]


@given(villages(most=40), st.data())
@slowly
def test_no_grid_bridges_a_river(of, data):
    """With any borders missing, a grid lies in one part, and a part has the contract's number of grids where dwellings allow.

    Another number is drawn only where it fits and leaves no more grids outside than with the contract's must be.
    """
    edges = plain(cells(of).edges)
    edges = {e: m for e, m in edges.items() if data.draw(st.integers(0, 3))}

    drawn = draw(of, borders(edges), band=BAND, effort=QUICK)

    for part in parts_of(of, edges):
        grids = {int(drawn.grid[i]) for i in part}
        assert not any(int(drawn.grid[i]) in grids for i in set(range(len(of))) - part)
        households = [int(of.households[i]) for i in part]
        if max(households) <= BAND.most:
            own = max(1, min(number(sum(households), BAND), sum(h > 0 for h in households)))
            loads = np.bincount(drawn.grid, of.households)[sorted(grids)]
            if ((loads >= BAND.least) & (loads <= BAND.most)).all():
                assert len(grids) in oracle.numbers_that_fit(sum(households), BAND.least, BAND.most)
            elif len(part) > 7:
                assert len(grids) == own or oracle.number(sum(households), BAND.least, BAND.most) is not None
            elif len(grids) != own:
                places = sorted(part)
                inner = {
                    (places.index(a), places.index(b)): m for (a, b), m in edges.items() if {a, b} <= part
                }
                own_fewest, _ = oracle.best_division(
                    [int(of.households[i]) for i in places], inner, own, BAND.least, BAND.most
                )
                assert ((loads < BAND.least) | (loads > BAND.most)).sum() < own_fewest


@given(st.integers(2, 9), st.integers(2, 9), st.integers(0, 5))
@slowly
def test_single_households_are_spread_evenly(width, height, seed):
    """On a lattice of single households every grid is inside the band and within max(5 %, 1/mean) of the part's mean."""
    points, edges = lattice(width, height)
    of = dwellings([1] * width * height, points=points)
    band = Band(6, 12)

    drawn = draw(of, borders(edges), band=band, seed=seed)

    loads = np.bincount(drawn.grid, of.households)
    mean = width * height / len(loads)
    if oracle.number(width * height, 6, 12) is not None:
        assert not drawn.outside
        assert np.abs(loads / mean - 1).max() <= max(0.05, 1 / mean) + 1e-12


@pytest.mark.parametrize("n", [12, 24, 36, 48, 60, 120])
@pytest.mark.slow  # HiGHS proves each optimum in some seconds
def test_two_grids_are_as_short_as_the_proven_optimum(n):
    """In a village of two grids the border is as short as the exact optimum under the same laws."""
    rng = np.random.default_rng(n)
    of = dwellings(rng.choice([1, 1, 1, 2, 5], n), points=rng.uniform(0, 300, (n, 2)).tolist())
    edges = plain(cells(of).edges)
    total = int(of.households.sum())
    mean, room = total / 2, max(0.05 * total / 2, int(of.households.max()))
    band = Band(total // 3, total * 2 // 3)
    low, high = max(band.least, int(np.ceil(mean - room))), min(band.most, int(np.floor(mean + room)))

    drawn = draw(of, borders(edges), band=band)

    assert len(drawn.codes) == 2
    assert score(of, borders(edges), drawn.grid, band=band).cut_m == pytest.approx(
        oracle.best_two(of.households.tolist(), edges, low, high)
    )


@pytest.mark.parametrize(("n", "seed"), [(27, 1), (30, 2), (40, 3), (48, 4)])
@pytest.mark.slow  # HiGHS proves each optimum in some seconds
def test_two_grids_of_few_large_dwellings_are_as_short_as_the_proven_optimum(n, seed):
    """Where few dwellings are large and the range is narrow, the border is the exact optimum too."""
    rng = np.random.default_rng(seed)
    weight = rng.uniform(0.05, 1, n) ** 3
    of = dwellings(
        np.round(weight / weight.sum() * 660).astype(int), points=rng.uniform(0, 300, (n, 2)).tolist()
    )
    edges = plain(cells(of).edges)
    mean, room = int(of.households.sum()) / 2, max(0.05 * 330, int(of.households.max()))
    low, high = max(300, int(np.ceil(mean - room))), min(500, int(np.floor(mean + room)))

    drawn = draw(of, borders(edges), band=Band(300, 500))

    assert drawn.outside == ()
    assert score(of, borders(edges), drawn.grid, band=Band(300, 500)).cut_m == pytest.approx(
        oracle.best_two(of.households.tolist(), edges, low, high)
    )


@given(
    st.lists(st.sampled_from([0, 1, 4, 5, 9, 12, 20]), min_size=2, max_size=7),
    st.integers(2, 4),
    st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda p: p[0] < p[1]), max_size=6),
    st.integers(0, 2**20),
)
@slowly
def test_no_division_of_a_small_part_is_better(households, grids, chords, lengths):
    """On a row of dwellings with chords: fewest grids outside the band, evenly, the shortest border: as good as trying all."""
    n, grids = len(households), min(grids, len(households))
    pairs = {(i, i + 1) for i in range(n - 1)} | {p for p in chords if p[1] < n}
    edges = {p: 1.0 + (lengths >> i) % 8 for i, p in enumerate(sorted(pairs))}
    laid = net(dwellings(households, seq=list(range(n))), borders(edges))
    least, most = sum(households) // (grids + 1) + 1, sum(households) // grids + 6
    if not least * grids <= sum(households) or max(households) > most:
        return

    found = divided(Part(*laid.part(0)), grids, band=Band(least, most), seed=0, effort=QUICK)

    fewest, even = oracle.best_division(households, edges, grids, least, most)
    loads = [sum(h for h, g in zip(households, found, strict=True) if g == grid) for grid in range(grids)]
    outside = sum(not least <= load <= most for load in loads)
    assert all(len(oracle.pieces([v for v in range(n) if found[v] == g], edges)) == 1 for g in range(grids))
    assert outside == fewest
    if even is not None and even[0] == fewest:
        assert sum(m for (a, b), m in edges.items() if found[a] != found[b]) == pytest.approx(even[1])


def test_only_an_exact_half_fits():
    """A village of 600 single households and a band of 300 to 500 has exactly one balance: 300 and 300."""
    points, edges = lattice(30, 20)

    drawn = draw(dwellings([1] * 600, points=points), borders(edges), band=Band(300, 500))

    assert np.bincount(drawn.grid).tolist() == [300, 300]


def test_a_tower_above_the_band_stands_by_itself():
    """A dwelling of 600 is a grid outside the band; the others are inside it, and it is listed with its reason."""
    points, edges = lattice(30, 30)
    households = [1] * 900
    households[465] = 600

    drawn = draw(dwellings(households, points=points), borders(edges), band=Band(300, 500))

    loads = sorted(np.bincount(drawn.grid, households).tolist())
    assert [o.reason for o in drawn.outside] == ["dwelling_above_band"]
    assert loads[-1] < 650
    assert all(300 <= load <= 500 for load in loads[:-1])


def test_grids_are_numbered_from_west_to_east_then_from_north():
    """Three separate farms: the western one is 1, of the two on one meridian the northern one comes first."""
    of = dwellings([1, 1, 1], points=[(50, 0), (50, 90), (10, 40)])

    drawn = draw(of, borders({}), band=Band(1, 1))

    assert [drawn.codes[g] for g in drawn.grid] == ["V-3", "V-2", "V-1"]


def test_a_special_group_stays_apart():
    """A market inside a village is a grid of its own, and the rest is drawn without it."""
    points, edges = lattice(10, 10)
    of = dwellings([4] * 100, points=points)
    market = np.full(100, -1)
    market[[44, 45]] = 0

    drawn = draw(
        Dwellings(of.ids, of.village, of.villages, of.households, of.x, of.y, None, market),
        borders(edges),
        band=Band(300, 500),
    )

    assert sorted(np.bincount(drawn.grid, of.households).tolist()) == [8, 392]
    assert [o.reason for o in drawn.outside] == ["special"]


def test_the_same_seed_gives_the_same_grids_and_another_seed_may_not():
    """Twice the same call gives the same drawing."""
    points, edges = lattice(25, 25)
    of = dwellings([1] * 625, points=points)

    once, twice = (draw(of, borders(edges), band=Band(100, 160), seed=3, effort=QUICK) for _ in range(2))

    assert once.grid.tolist() == twice.grid.tolist()


def test_outlines_tile_the_village():
    """The outlines of the grids add up to the village's hull + 50 m."""
    import shapely

    points, _ = lattice(8, 8)
    of = dwellings([2] * 64, points=points)
    found = cells(of, shapes=True)
    drawn = draw(of, found.edges, band=Band(20, 50))

    shapes = [
        shapely.from_geojson(json.dumps(f["geometry"]))
        for f in json.loads(geojson(of, found, drawn.grid, drawn.codes))["features"]
    ]

    whole = shapely.box(0, 0, 70, 70).buffer(50)
    assert sum(s.area for s in shapes) == pytest.approx(whole.area, rel=1e-4)
    assert shapely.union_all(shapes).area == pytest.approx(whole.area, rel=1e-4)


@pytest.mark.slow  # a million cells
def test_a_million_at_one_point():
    """A million single households at one point become grids of 300 to 500, all in one piece."""
    of = dwellings([1] * 1_000_000, points=[(5.0, 5.0)] * 1_000_000)
    found = cells(of)

    drawn = draw(of, found.edges, band=Band(300, 500), effort=Effort(starts=1, steps=2))

    worth = score(of, found.edges, drawn.grid, band=Band(300, 500))
    assert (worth.grids, worth.outside_band, worth.breaches) == (2500, 0, 0)
