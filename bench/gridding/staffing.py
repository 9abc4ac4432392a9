"""Staffing 1,000 grids with 3,000 invented people: ours beside round robin and greedy, under the same rules.

Run: python bench/gridding/staffing.py [GRIDS PEOPLE]
"""

import json
import sys
import time
from collections import Counter

import numpy as np

from twofront.core.staffing.assign import POSTS, Pair, Person, Post, assign


def county(grids, people, seed=0):
    """Grids in 18 townships; posts by kind; people near the townships with one to three skills, a tenth barred or full."""
    rng = np.random.default_rng(seed)
    seats = rng.uniform(0, 40_000, (18, 2))
    at = seats[rng.integers(0, 18, grids)] + rng.normal(0, 2_500, (grids, 2))
    posts = []
    for g in range(grids):
        kinds = [kind for kind in POSTS if kind in ("chief", "full_time") or rng.random() < 0.22]
        posts += [Post(f"G{g:04}", kind, 1, float(at[g, 0]), float(at[g, 1])) for kind in kinds]
    home = seats[rng.integers(0, 18, people)] + rng.normal(0, 3_500, (people, 2))
    chance = np.array([0.34, 0.28, 0.14, 0.08, 0.08, 0.08])
    found = []
    for i in range(people):
        kinds = frozenset(
            str(k) for k in rng.choice(POSTS, size=int(rng.integers(1, 4)), replace=False, p=chance)
        )
        barred = "quarantine" if rng.random() < 0.05 else ""
        held = 2 if rng.random() < 0.05 else 0
        found.append(
            Person(f"P{i:04}", kinds, float(home[i, 0]), float(home[i, 1]), held=held, barred=barred)
        )
    return posts, found


def by_turns(posts, people):
    """Round robin: the next person on the list who may."""
    return _one_by_one(posts, people, lambda post, person, load, turn: ((turn[person.person]),))


def greedy(posts, people):
    """The nearest of those with the least load who may."""
    return _one_by_one(
        posts,
        people,
        lambda post, person, load, turn: (
            load[person.person],
            np.hypot(person.x_m - post.x_m, person.y_m - post.y_m),
        ),
    )


def _one_by_one(posts, people, key):
    load = Counter({p.person: p.held for p in people})
    grids = {p.person: set() for p in people}
    turn = {p.person: i for i, p in enumerate(people)}
    able = {kind: [p for p in people if kind in p.kinds and p.may(None)] for kind in POSTS}
    pairs, last = [], len(people)
    for post in posts:
        for _ in range(post.needed):
            may = [p for p in able[post.kind] if load[p.person] < p.most and post.grid not in grids[p.person]]
            if not may:
                continue
            person = min(may, key=lambda p: key(post, p, load, turn))
            load[person.person] += 1
            grids[person.person].add(post.grid)
            last += 1
            turn[person.person] = last
            pairs.append(Pair(person.person, post.grid, post.kind))
    return pairs


def measure(posts, people, pairs):
    spot = {(p.grid, p.kind): p for p in posts}
    home = {p.person: p for p in people}
    km = [
        np.hypot(spot[q.grid, q.kind].x_m - home[q.person].x_m, spot[q.grid, q.kind].y_m - home[q.person].y_m)
        / 1000
        for q in pairs
    ]
    load = Counter({p.person: p.held for p in people if p.may(None)})
    load.update(q.person for q in pairs)
    spread = max(load.values()) - min(load.values())
    return {
        "open": sum(p.needed for p in posts) - len(pairs),
        "km": round(float(sum(km)), 1),
        "largest minus smallest load": spread,
    }


def main(grids=1_000, people=3_000):
    """Print one line a way of staffing."""
    posts, them = county(grids, people)
    print(f"{grids} grids, {len(posts)} posts, {people} people")
    for name, way in (
        ("round robin", by_turns),
        ("greedy", greedy),
        ("ours", lambda a, b: list(assign(a, b).pairs)),
    ):
        began = time.perf_counter()
        pairs = way(posts, them)
        print(
            json.dumps(
                {"way": name, **measure(posts, them, pairs), "s": round(time.perf_counter() - began, 2)}
            )
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
