"""Staffing fills what can be filled, evenly, near home, and says why a post stays open; readiness says how sure it is."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twofront.core.staffing.assign import Pair, Person, Post, Unknown, assign, most_filled
from twofront.core.staffing.readiness import readiness

DAY = date(2020, 2, 20)


def person(name, kinds, x=0.0, **more):
    return Person(name, frozenset(kinds.split()), x, 0.0, **more)


@st.composite
def counties(draw):
    """A few posts of three kinds on a line, and a few people with skills, homes and bars."""
    kinds = ["chief", "health", "police"]
    posts = [
        Post(f"G{i % 3}", kinds[i // 3], draw(st.integers(1, 2)), 1000.0 * (i % 3), 0.0)
        for i in sorted(draw(st.sets(st.integers(0, 8), min_size=1, max_size=4)))
    ]
    people = [
        person(
            f"P{i}",
            " ".join(draw(st.sets(st.sampled_from(kinds), min_size=1))),
            x=float(draw(st.integers(0, 3000))),
            most=draw(st.integers(1, 2)),
            barred=draw(st.sampled_from(["", "", "", "quarantine"])),
        )
        for i in range(draw(st.integers(0, 4)))
    ]
    return posts, people


def every_assignment(posts, people):
    """Oracle: all sound assignments, by trying each set of people for each post."""
    choices = []
    for post in posts:
        able = [p for p in people if post.kind in p.kinds and not p.barred]
        choices.append([c for n in range(post.needed + 1) for c in itertools.combinations(able, n)])
    for chosen in itertools.product(*choices):
        pairs = [(p, post) for post, those in zip(posts, chosen, strict=True) for p in those]
        load = Counter(p.person for p, _ in pairs)
        grids = Counter((p.person, post.grid) for p, post in pairs)
        if all(load[p.person] <= p.most for p in people) and all(n == 1 for n in grids.values()):
            loads = [load[p.person] for p in people if not p.barred]
            km = sum(abs(p.x_m - post.x_m) for p, post in pairs) / 1000
            yield -len(pairs), sum(n * n for n in loads), km


@given(counties())
@settings(deadline=None, max_examples=60)
def test_no_assignment_is_better(county):
    """Most posts filled, then the evenest loads, then the fewest kilometres: as good as trying all."""
    posts, people = county

    found = assign(posts, people)

    load = Counter(p.person for p in found.pairs)
    squares = sum(load[p.person] ** 2 for p in people if not p.barred)
    best = min(every_assignment(posts, people))
    assert (-len(found.pairs), squares) == best[:2]
    assert found.km == pytest.approx(best[2], abs=1e-6)
    assert sum(o.missing for o in found.open) == sum(p.needed for p in posts) - len(found.pairs)


def test_each_open_post_has_its_reason():
    """Nobody has the skill; all who have it are away or barred; all who have it are full."""
    posts = [
        Post("G1", "health", 1, 0, 0),
        Post("G1", "police", 1, 0, 0),
        Post("G1", "chief", 1, 0, 0),
        Post("G2", "chief", 1, 0, 0),
    ]
    people = [
        person("Li", "police", barred="quarantine"),
        person("Wu", "police", until=date(2020, 2, 19)),
        person("He", "police", held=2),
        person("Xu", "chief", most=1),
    ]

    found = assign(posts, people, on=DAY)

    assert [(o.kind, o.why, o.skilled, o.away) for o in found.open] == [
        ("health", "nobody_has_the_skill", 0, 0),
        ("police", "all_absent_or_barred", 3, 3),
        ("chief", "all_have_their_load", 1, 0),
    ]


def test_a_lent_person_serves_on_the_days_of_the_loan_both_ends_in():
    """From the 19th to the 20th: not on the 18th, not on the 21st."""
    posts = [Post("G1", "chief", 1, 0, 0)]
    lent = [person("Li", "chief", since=date(2020, 2, 19), until=date(2020, 2, 20))]

    filled = [len(assign(posts, lent, on=date(2020, 2, day)).pairs) for day in (18, 19, 20, 21)]

    assert filled == [0, 1, 1, 0]


def test_a_settled_pair_stays_though_another_lives_nearer():
    """Li has been chief of G1 from 3 km away; Wu next door takes the other grid."""
    posts = [Post("G1", "chief", 1, 0, 0), Post("G2", "chief", 1, 3000, 0)]
    people = [person("Li", "chief", x=3000), person("Wu", "chief", x=0)]

    found = assign(posts, people, settled=[Pair("Li", "G1", "chief")])

    assert found.pairs == (Pair("Li", "G1", "chief"), Pair("Wu", "G2", "chief"))
    assert found.settled_kept == 1


def test_a_settled_pair_yields_where_another_post_would_stay_open():
    """Only Li can be health worker; she leaves the chief's post, which Wu can hold."""
    posts = [Post("G1", "chief", 1, 0, 0), Post("G2", "health", 1, 0, 0)]
    people = [person("Li", "chief health", most=1), person("Wu", "chief", most=1)]

    found = assign(posts, people, settled=[Pair("Li", "G1", "chief")])

    assert {(p.person, p.grid) for p in found.pairs} == {("Li", "G2"), ("Wu", "G1")}


def test_a_whole_chain_of_settled_pairs_yields_to_one_open_post():
    """Thirteen posts, each person able in two next to each other: the last is filled only if all twelve settled people move on."""
    posts = [Post(f"G{i:02}", f"kind {i}", 1, 0, 0) for i in range(13)]
    people = [person(f"P{i:02}", "", most=1) for i in range(12)]
    people = [replace(p, kinds=frozenset({f"kind {i}", f"kind {i + 1}"})) for i, p in enumerate(people)]
    spare = replace(person("Q", "", most=1), kinds=frozenset({"kind 0"}))

    found = assign(
        posts, [*people, spare], settled=[Pair(f"P{i:02}", f"G{i:02}", f"kind {i}") for i in range(12)]
    )

    assert (len(found.pairs), found.open, found.settled_kept) == (13, (), 0)


def test_a_settled_pair_of_nobody_is_refused():
    """An unknown person, an unknown post."""
    posts, people = [Post("G1", "chief", 1, 0, 0)], [person("Li", "chief")]

    for pair, words in (
        (Pair("X", "G1", "chief"), "X is nobody"),
        (Pair("Li", "G1", "health"), "G1 has no post health"),
    ):
        with pytest.raises(Unknown, match=words):
            assign(posts, people, settled=[pair])


def test_far_and_idle_people_are_reached_too():
    """Sixty grids near fifty-nine people and one idle person far away: everybody gets one grid."""
    posts = [Post(f"G{i:02}", "chief", 1, float(i), 0) for i in range(60)]
    people = [person(f"P{i:02}", "chief", x=float(i)) for i in range(59)] + [
        person("far", "chief", x=90_000.0)
    ]

    found = assign(posts, people)

    assert (len(found.pairs), found.largest_load, found.smallest_load) == (60, 1, 1)


def test_nobody_and_nothing():
    """No people: all open. No posts: nothing to fill."""
    assert [o.missing for o in assign([Post("G1", "chief", 3, 0, 0)], []).open] == [3]
    assert assign([], [person("Li", "chief")]).pairs == ()
    assert most_filled([], []) == 0


def test_the_range_holds_four_times_of_five():
    """On 2,000 generated paces with the last three days held out, 80 % of the ranges hold the truth (t, normal days)."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(2_000):
        pace = np.maximum(0, rng.normal(1_000, 200, 10)).round().astype(int)
        done = [0, *np.cumsum(pace).tolist()]
        found = readiness(done[:8], total=10**9, days_left=3)
        held += found.low <= done[10] <= found.high

    assert 0.77 <= held / 2_000 <= 0.83


def test_who_is_done_needs_no_forecast_and_who_has_no_pace_gets_none():
    """Finished is finished; one day of pace is not enough; on the deadline what is missing is missing."""
    assert readiness([0, 50, 60], total=60, days_left=0).verdict == "will"
    assert readiness([0, 50], total=60, days_left=2).verdict == "unknown"
    assert readiness([], total=60, days_left=2).verdict == "unknown"
    assert readiness([0, 50, 59], total=60, days_left=0).verdict == "will_not"


def test_a_slow_township_will_not():
    """Ten a day, 1,000 missing, three days left: even the high end, 30 on an even pace, does not reach."""
    found = readiness([0, 10, 20, 30], total=1_030, days_left=3)

    assert (found.likely, found.high, found.verdict) == (60.0, 60.0, "will_not")


@given(st.lists(st.integers(0, 500), min_size=0, max_size=20), st.integers(0, 5_000), st.integers(0, 30))
def test_a_forecast_lies_between_done_and_total(pace, rest, days):
    """It holds: done <= low <= likely <= high <= total, or it is unknown and the range is all."""
    done = list(np.cumsum([0, *pace]))

    found = readiness([int(d) for d in done], total=int(done[-1]) + rest, days_left=days)

    assert found.done <= found.low <= found.likely <= found.high <= found.total


def test_a_falling_count_is_refused():
    """A cumulative count does not fall."""
    with pytest.raises(ValueError, match="rising"):
        readiness([0, 5, 4], total=10, days_left=1)
