"""The assignment of people to the posts of grids, by HiGHS.

One law, in this order: as many posts filled as can be; settled pairs stay; loads even, the largest at most one above the
smallest where the skills allow it; short ways from home. The problem is a flow in a network, so the linear optimum is whole.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Arc = tuple[int, int]  # a post and a person who might hold it, by their places
Why = Literal[
    "nobody_has_the_skill",
    "all_absent_or_barred",
    "all_held_elsewhere",
    "all_in_this_post",
    "all_have_their_load",
]

POSTS = (
    "chief",
    "full_time",
    "part_time",
    "police",
    "health",
    "volunteer",
)  # 网格长 专职 兼职 民警 医务 志愿者
_NEAREST = 12  # people tried for a post at first, and posts for a person's skill a third of that
_FILLED, _SETTLED, _EVEN = 2_000.0, 200.0, 20.0  # worth, where the longest way there is counts 1
_LAST_FILLED = 1e6  # worth of a filled post in the last try, with every pair open; slow to solve


@dataclass(frozen=True, slots=True)
class Post:
    """A post (岗位) of a grid: its kind, how many people it needs, where the grid is (metres)."""

    grid: str
    kind: str
    needed: int
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can hold posts (一人多能): the kinds, home, most posts at once, and what stands against it.

    `held` posts are held already outside this assignment. Who is lent (借调) is there from `since` to `until`, both ends in.
    `barred` is a reason why the person may not be assigned now, such as quarantine.
    """

    person: str
    kinds: frozenset[str]
    x_m: float
    y_m: float
    most: int = 2
    held: int = 0
    since: date | None = None
    until: date | None = None
    barred: str = ""

    def may(self, on: date | None) -> bool:
        """Return whether the person is there on a day, not barred, and has room for a post."""
        return self.held < self.most and self.there(on)

    def there(self, on: date | None) -> bool:
        """Return whether the person is there on a day and not barred; without a day dates do not count."""
        if self.barred:
            return False
        return on is None or (
            (self.since is None or self.since <= on) and (self.until is None or on <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """A person in a post."""

    person: str
    grid: str
    kind: str


@dataclass(frozen=True, slots=True)
class Open:
    """A post that stays open (空岗): how many people are missing, and why."""

    grid: str
    kind: str
    missing: int
    why: Why
    skilled: int  # people with the skill
    away: int  # of them absent or barred
    held: int  # of those who are there, with their whole load outside this assignment


@dataclass(frozen=True, slots=True)
class Staffed:
    """An assignment (人员配备): the pairs, the open posts, the way from home, and the load of those who may be assigned."""

    pairs: tuple[Pair, ...]
    open: tuple[Open, ...]
    km: float
    largest_load: int
    smallest_load: int
    settled_kept: int


class Unknown(Exception):  # noqa: N818 - it says what is found
    """A settled pair names a person or a post that is not there."""


def assign(
    posts: Sequence[Post], people: Sequence[Person], *, on: date | None = None, settled: Sequence[Pair] = ()
) -> Staffed:
    """Assign people to posts.

    A person holds at most `most` posts, those held outside included; two posts of one grid too, but no post twice. A settled
    pair whose person may not serve is dropped. Loads count the posts held outside.

    Args:
        posts: The posts; one row for a grid and a kind.
        people: The people.
        on: The day; None leaves dates out.
        settled: Pairs that should stay.

    Raises:
        Unknown: A settled pair names nobody or no post.

    Example:
        >>> posts = [Post("V-1", "chief", 1, 0, 0), Post("V-2", "chief", 1, 1000, 0), Post("V-2", "health", 1, 1000, 0)]
        >>> people = [Person("Li", frozenset({"chief"}), 900, 0), Person("Wu", frozenset({"chief"}), 0, 0)]
        >>> found = assign(posts, people)
        >>> [(p.person, p.grid) for p in found.pairs], found.km, found.open[0].why
        ([('Wu', 'V-1'), ('Li', 'V-2')], 0.1, 'nobody_has_the_skill')
    """
    able = [i for i, person in enumerate(people) if person.may(on)]
    kept = _settled(posts, people, set(able), settled)
    arcs = (
        kept
        | _for_posts(posts, people, range(len(posts)), able, _NEAREST)
        | _for_people(posts, people, able, _NEAREST // 3)
    )
    goal, lightest, heaviest = _possible(posts, [people[i] for i in able])
    chosen = _solve(posts, people, sorted(arcs), kept, _FILLED)
    for reach in (16 * _NEAREST, len(people)):
        load = {i: people[i].held for i in able}
        for _, i in chosen:
            load[i] += 1
        uneven = [
            i
            for i, n in load.items()
            if n > max(heaviest, people[i].held) or n < min(lightest, people[i].most)
        ]
        if len(chosen) >= goal and not uneven:
            break
        filled = Counter(at for at, _ in chosen)
        short = [at for at, post in enumerate(posts) if filled[at] < post.needed]
        arcs |= _for_posts(posts, people, short, able, reach) | _for_people(posts, people, uneven, reach)
        chosen = _solve(posts, people, sorted(arcs), kept, _FILLED if reach < len(people) else _LAST_FILLED)
    return _answer(posts, people, chosen, kept=kept, on=on)


def most_filled(posts: Sequence[Post], people: Sequence[Person], *, load: int | None = None) -> int:
    """Return how many posts can be filled at most, by skills and loads alone: a flow from people through kinds to posts.

    Args:
        posts: The posts.
        people: Those who may be assigned.
        load: The most posts anybody may have in the end; None leaves it to each person's own.

    Example:
        >>> most_filled([Post("V-1", "chief", 3, 0, 0)], [Person("Li", frozenset({"chief"}), 0, 0, most=2)])
        2
    """
    kinds = sorted({post.kind for post in posts})
    need: Counter[str] = Counter()
    for post in posts:
        need[post.kind] += post.needed
    n, k = len(people), len(kinds)
    tail, head, room = [], [], []
    for i, person in enumerate(people):
        mine = [n + at for at, kind in enumerate(kinds) if kind in person.kinds]
        tail += [n + k, *([i] * len(mine))]
        head += [i, *mine]
        most = person.most if load is None else min(person.most, load)
        room += [max(0, most - person.held)] * (1 + len(mine))
    tail += [n + at for at in range(k)]
    head += [n + k + 1] * k
    room += [need[kind] for kind in kinds]
    graph = coo_array((np.array(room, dtype=np.int32), (tail, head)), shape=(n + k + 2, n + k + 2)).tocsr()
    return int(maximum_flow(graph, n + k, n + k + 1).flow_value)


def _possible(posts: Sequence[Post], people: Sequence[Person]) -> tuple[int, int, int]:
    """Return how many posts can be filled, and the smallest and largest load that this leaves room for.

    The largest load is the least with which all that can be filled is filled; the smallest is one below it if everybody can
    have that much (a flow that fills everybody up to there can be raised to the whole without taking from anybody), else 0.
    """
    goal = most_filled(posts, people)
    heaviest = next((load for load in range(9) if most_filled(posts, people, load=load) == goal), 9)
    floor = heaviest - 1
    wanted = sum(max(0, min(person.most, floor) - person.held) for person in people)
    return goal, floor if floor > 0 and most_filled(posts, people, load=floor) == wanted else 0, heaviest


def _settled(
    posts: Sequence[Post], people: Sequence[Person], able: set[int], settled: Sequence[Pair]
) -> set[Arc]:
    post_at = {(post.grid, post.kind): at for at, post in enumerate(posts)}
    person_at = {person.person: i for i, person in enumerate(people)}
    kept = set()
    for pair in settled:
        if pair.person not in person_at:
            raise Unknown(f"{pair.person} is nobody on the list of people")
        if (pair.grid, pair.kind) not in post_at:
            raise Unknown(f"{pair.grid} has no post {pair.kind}")
        i = person_at[pair.person]
        if i in able and pair.kind in people[i].kinds:
            kept.add((post_at[pair.grid, pair.kind], i))
    return kept


def _for_posts(
    posts: Sequence[Post], people: Sequence[Person], which: Iterable[int], able: Iterable[int], few: int
) -> set[Arc]:
    """Return for each of some posts the pairs with the nearest people who may and can."""
    posts_of: dict[str, list[int]] = defaultdict(list)
    for at in which:
        posts_of[posts[at].kind].append(at)
    able = list(able)
    arcs: set[Arc] = set()
    for kind, mine in sorted(posts_of.items()):
        those = [i for i in able if kind in people[i].kinds]
        spots = np.array([(posts[at].x_m, posts[at].y_m) for at in mine])
        homes = np.array([(people[i].x_m, people[i].y_m) for i in those])
        arcs.update((mine[one], those[other]) for one, other in _nearest(spots, homes, few))
    return arcs


def _for_people(posts: Sequence[Post], people: Sequence[Person], which: Iterable[int], few: int) -> set[Arc]:
    """Return for each of some people the pairs with the nearest posts of each of their kinds."""
    which = list(which)
    arcs: set[Arc] = set()
    for kind in sorted({post.kind for post in posts}):
        mine = [at for at, post in enumerate(posts) if post.kind == kind]
        those = [i for i in which if kind in people[i].kinds]
        spots = np.array([(posts[at].x_m, posts[at].y_m) for at in mine])
        homes = np.array([(people[i].x_m, people[i].y_m) for i in those])
        arcs.update((mine[other], those[one]) for one, other in _nearest(homes, spots, few))
    return arcs


def _nearest(from_: Floats, to: Floats, few: int) -> list[tuple[int, int]]:
    if not len(from_) or not len(to):
        return []
    few = min(few, len(to))
    near = cKDTree(to).query(from_, k=few)[1].reshape(len(from_), few)
    return list(zip(np.repeat(np.arange(len(from_)), few).tolist(), near.ravel().tolist(), strict=True))


def _km(posts: Sequence[Post], people: Sequence[Person], arcs: Sequence[Arc]) -> Floats:
    spots = np.array([(posts[at].x_m, posts[at].y_m) for at, _ in arcs]).reshape(-1, 2)
    homes = np.array([(people[i].x_m, people[i].y_m) for _, i in arcs]).reshape(-1, 2)
    km: Floats = np.hypot(*(spots - homes).T) / 1000
    return km


def _solve(
    posts: Sequence[Post],
    people: Sequence[Person],
    arcs: Sequence[Arc],
    kept: set[Arc],
    filled: float,
) -> list[Arc]:
    """Return the pairs of the least cost: a linear programme over the arcs, whole because it is a flow."""
    if not arcs:
        return []
    km = _km(posts, people, arcs)
    cost = (
        km / max(float(km.max()), 1e-9)
        - filled
        - np.array([_SETTLED if arc in kept else 0.0 for arc in arcs])
    )
    person_row = {i: len(posts) + at for at, i in enumerate(sorted({i for _, i in arcs}))}
    row, column = [], []
    for number, (at, i) in enumerate(arcs):
        row += [at, person_row[i]]
        column += [number] * 2
    values = [1.0] * len(row)
    steps = [(at, load) for i, at in person_row.items() for load in range(people[i].held, people[i].most)]
    row += [at for at, _ in steps]
    column += range(len(arcs), len(arcs) + len(steps))
    values += [-1.0] * len(steps)
    even = np.array([_EVEN * load for _, load in steps])  # each further post costs more, so loads are even
    upper = np.array([*(float(post.needed) for post in posts), *([0.0] * len(person_row))])
    matrix = coo_array((values, (row, column)), shape=(len(upper), len(arcs) + len(steps))).tocsc()
    solution = _highs(np.concatenate([cost, even]), upper, matrix)
    return [arc for arc, x in zip(arcs, solution, strict=False) if x > 0.5]


def _highs(cost: Floats, upper: Floats, matrix: coo_array) -> list[float]:
    # scipy's own HiGHS: the separate binding prints a banner where the answer of a command stands
    found = linprog(cost, A_ub=matrix, b_ub=upper, bounds=(0, 1), method="highs-ds")
    if found.x is None:
        raise RuntimeError(f"HiGHS found no optimum: {found.message}")
    return list(found.x)


def _answer(
    posts: Sequence[Post],
    people: Sequence[Person],
    chosen: Sequence[Arc],
    *,
    kept: set[Arc],
    on: date | None,
) -> Staffed:
    filled = Counter(at for at, _ in chosen)
    load = Counter({i: person.held for i, person in enumerate(people) if person.may(on)})
    load.update(i for _, i in chosen)
    gaps = []
    for at, post in enumerate(posts):
        if filled[at] < post.needed:
            gaps.append(_gap(post, people, {i for it, i in chosen if it == at}, on))
    return Staffed(
        pairs=tuple(Pair(people[i].person, posts[at].grid, posts[at].kind) for at, i in sorted(chosen)),
        open=tuple(gaps),
        km=float(_km(posts, people, chosen).sum()),
        largest_load=max(load.values(), default=0),
        smallest_load=min(load.values(), default=0),
        settled_kept=len(kept.intersection(chosen)),
    )


def _gap(post: Post, people: Sequence[Person], here: set[int], on: date | None) -> Open:
    """Return why a post stays open: what stands against the last of those who have the skill."""
    skilled = [i for i, person in enumerate(people) if post.kind in person.kinds]
    there = [i for i in skilled if people[i].there(on)]
    free = [i for i in there if people[i].may(on)]
    why: Why = "all_have_their_load"
    if not skilled:
        why = "nobody_has_the_skill"
    elif not there:
        why = "all_absent_or_barred"
    elif not free:
        why = "all_held_elsewhere"
    elif here.issuperset(free):
        why = "all_in_this_post"
    return Open(
        post.grid,
        post.kind,
        post.needed - len(here),
        why,
        skilled=len(skilled),
        away=len(skilled) - len(there),
        held=len(there) - len(free),
    )
