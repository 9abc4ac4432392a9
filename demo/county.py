"""The county that the exercise plays: its days, its blocks, its tables, its chance.

One law: every figure that the story fixes stands in a table beside this file; chance only fills in what it leaves open,
and is drawn from a seed and a word, so that a change in one part moves nothing in another.
"""

import csv
import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TABLES = Path(__file__).parent / "tables"
COUNTY = "330783"
FIRST_REPORT = dt.date(2020, 2, 10)
MEETING = dt.date(2020, 2, 18)
LAST = dt.date(2020, 2, 21)


@dataclass(frozen=True, slots=True)
class Block:
    """One of the 18 townships and streets (块), with the numbers that the story fixes for it."""

    code: str
    name: str
    login: str
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class County:
    """All that the parts share: the seed, the blocks, the villages."""

    seed: int
    blocks: Sequence[Block]
    villages: Sequence[tuple[str, str]]

    def chance(self, word: str) -> random.Random:
        """Give the part named by the word its own chance, the same each time."""
        return random.Random(f"{self.seed}:{word}")

    def villages_of(self, block: str) -> list[str]:
        """List the villages and communities of a block, by code."""
        return [code for code, _ in self.villages if code.startswith(block)]


def table(name: str) -> list[dict[str, str]]:
    """Read a table of the story."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def load(seed: int) -> County:
    """Read the county's tables."""
    blocks = [
        Block(
            code=row["code"],
            name=row["name"],
            login=row["login"],
            numbers={key: int(value) for key, value in row.items() if key not in {"code", "name", "login"}},
        )
        for row in table("blocks")
    ]
    return County(
        seed=seed, blocks=blocks, villages=[(row["code"], row["name"]) for row in table("villages")]
    )


def days(first: dt.date, last: dt.date) -> list[dt.date]:
    """List the days from first to last, both ends in."""
    return [first + dt.timedelta(n) for n in range((last - first).days + 1)]


def share_out(total: int, *, weights: Sequence[float], room: Sequence[int]) -> list[int]:
    """Share a whole number out by weight, nobody above his room; the sum is exact.

    What a full one leaves goes to the others by their weights; the last units go to the largest remainders.

    Example:
        >>> share_out(10, weights=[1, 1, 2], room=[9, 1, 9])
        [2, 1, 7]
    """
    given = [0] * len(room)
    while (rest := total - sum(given)) > 0:
        pull = [w if given[i] < room[i] else 0.0 for i, w in enumerate(weights)]
        force = sum(pull)
        wish = [rest * p / force for p in pull]
        step = [min(int(w), room[i] - given[i]) for i, w in enumerate(wish)]
        if not any(step):
            for i in sorted(range(len(wish)), key=lambda i: (-(wish[i] % 1), i)):
                if sum(step) < rest and pull[i] and given[i] < room[i]:
                    step[i] = 1
        given = [g + s for g, s in zip(given, step, strict=True)]
    return given


def spread(counts: Iterable[tuple[dt.date, int]]) -> list[dt.date]:
    """Turn cumulative counts by day into one starting day a member, the earliest first."""
    out: list[dt.date] = []
    for day, count in counts:
        out.extend([day] * (count - len(out)))
    return out
