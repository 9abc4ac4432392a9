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
        if all(load[p.person] <= p.most for p in people):
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
    """Nobody has the skill; all are away or barred; all there hold posts elsewhere; all are in this very post; all are full."""
    posts = [
        Post("G3", "doctor", 1, 0, 0),
        Post("G3", "volunteer", 2, 0, 0),
        Post("G1", "health", 1, 0, 0),
        Post("G1", "police", 1, 0, 0),
        Post("G1", "chief", 1, 0, 0),
        Post("G2", "chief", 1, 0, 0),
    ]
    people = [
        person("Li", "police", barred="quarantine"),
        person("Wu", "police", until=date(2020, 2, 19)),
        person("He", "doctor", held=2),
        person("Yu", "doctor", barred="quarantine"),
        person("An", "volunteer"),
        person("Xu", "chief", most=1),
    ]

    found = assign(posts, people, on=DAY)

    assert [(o.kind, o.why, o.skilled, o.away, o.held) for o in found.open] == [
        ("doctor", "all_held_elsewhere", 2, 1, 1),
        ("volunteer", "all_in_this_post", 1, 0, 0),
        ("health", "nobody_has_the_skill", 0, 0, 0),
        ("police", "all_absent_or_barred", 2, 2, 0),
        ("chief", "all_have_their_load", 1, 0, 0),
    ]


def test_one_person_holds_two_posts_of_a_grid_and_keeps_both():
    """一人多能: health worker and police of one grid are one person, and both pairs stay when settled."""
    posts = [Post("G1", "health", 1, 0, 0), Post("G1", "police", 1, 0, 0)]
    both = [Pair("Li", "G1", "health"), Pair("Li", "G1", "police")]

    found = assign(
        posts, [person("Li", "health police", x=5.0), person("Wu", "police", most=1)], settled=both
    )

    assert (found.pairs, found.open, found.settled_kept) == (tuple(both), (), 2)


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


def paces(kind, rng, days, *, mean=150.0):
    """The counts of days in a row, of one kind of township."""
    if kind == "constant":
        pace = rng.normal(mean, 0.3 * mean, days)
    elif kind == "counts":
        pace = rng.poisson(3, days)
    elif kind == "falling":  # by 10 % a day
        pace = mean * 0.9 ** np.arange(days) * rng.uniform(0.9, 1.1, days)
    elif kind == "rising":
        pace = mean * (1 + 0.1 * np.arange(days)) * rng.uniform(0.8, 1.2, days)
    else:  # wandering: each day like the day before, with a correlation of 0.7
        pace, off = np.zeros(days), 0.0
        for day in range(days):
            off = 0.7 * off + rng.normal(0, 0.25 * mean)
            pace[day] = mean + off
    return np.maximum(0, pace).round().astype(int)


@pytest.mark.parametrize(
    ("kind", "least"),
    [("constant", 0.8), ("counts", 0.8), ("falling", 0.8), ("rising", 0.75), ("wandering", 0.7)],
)
def test_the_range_holds_the_days_held_out(kind, least):
    """On 1,000 generated paces with the last three days held out, about four of five ranges or more hold the truth, and have a width."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(1_000):
        done = [0, *np.cumsum(paces(kind, rng, 10)).tolist()]
        found = readiness(done[:8], total=10**9, days_left=3)
        held += found.low <= done[10] <= found.high
        assert found.low < found.high

    assert held / 1_000 >= least


@pytest.mark.parametrize("kind", ["constant", "counts", "falling", "rising", "wandering"])
def test_who_will_finish_does(kind):
    """Of those of whom `will` is said, at most one in ten misses, whether much is left or little."""
    rng = np.random.default_rng(6)
    said, missed = 0, 0
    for _ in range(1_000):
        done = [0, *np.cumsum(paces(kind, rng, 10)).tolist()]
        total = done[7] + 1 + int(rng.uniform(0, 1) ** 2 * 3 * done[7] / 7)
        found = readiness(done[:8], total=total, days_left=3)
        if found.verdict == "will":
            said += 1
            missed += done[10] < total

    assert said > 20
    assert missed <= said / 10


def test_the_last_doors_are_the_hardest():
    """Townships that slow down once six of ten are done (to a tenth of the pace): none is told that it will finish and does not."""
    rng = np.random.default_rng(7)
    held, missed = 0, 0
    for _ in range(800):
        mean, done = rng.uniform(20, 200), [0]
        total = round(11 * mean)
        for _ in range(12):
            slow = 1 if done[-1] < 0.6 * total else max(0.1, (1 - done[-1] / total) / 0.4)
            done.append(min(total, done[-1] + round(mean * rng.uniform(0.7, 1.3) * slow)))
        found = readiness(done[:9], total=total, days_left=4)
        held += found.low <= done[12] <= found.high
        missed += found.verdict == "will" and done[12] < total

    assert missed == 0
    assert held / 800 >= 0.75


def test_who_is_done_needs_no_forecast_and_who_has_no_pace_gets_none():
    """Finished is finished; one day of pace is not enough; on the deadline what is missing is missing."""
    assert readiness([0, 50, 60], total=60, days_left=0).verdict == "will"
    assert readiness([0, 50], total=60, days_left=2).verdict == "unknown"
    assert readiness([], total=60, days_left=2).verdict == "unknown"
    assert readiness([0, 50, 59], total=60, days_left=0).verdict == "will_not"


def test_a_slow_township_will_not():
    """Ten a day, 1,000 missing, three days left: 30 likely, and even the high end does not reach."""
    found = readiness([0, 10, 20, 30], total=1_030, days_left=3)

    assert (found.likely, found.verdict) == (60.0, "will_not")
    assert found.low < 60 < found.high < 1_030


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
