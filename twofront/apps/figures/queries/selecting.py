"""Which rows make a figure. A figure and its rows are counted from one frame by one mask, so that they cannot differ.

A figure is a chart or a goal; a part of it is its numerator, denominator or unknown, or one of the further counts that
a page opens (missing, disagreements, reported, confirmed, measured; declared against measured: seen, unseen, silent; all
cases known: cases).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from urllib.parse import urlencode

import numpy as np

from twofront.apps.campaigns import queries as campaigns
from twofront.apps.campaigns.queries import VillageProgress
from twofront.apps.figures.queries.frames import NOWHERE, Frames
from twofront.apps.residents import queries as residents
from twofront.apps.residents.queries import KnownCase
from twofront.core import figures as sums
from twofront.core.figures import OPEN, SHUT, UNKNOWN, Mask, Members
from twofront.core.playbook import Chart, Goal
from twofront.core.time import end_of, write_moment

Part = Literal[
    "numerator",
    "denominator",
    "unknown",
    "missing",
    "disagreements",
    "reported",
    "confirmed",
    "measured",
    "late",
    "seen",
    "unseen",
    "silent",
    "cases",
]
_COUNT: dict[str, Callable[[VillageProgress], int]] = {
    "numerator": lambda v: v.done, "denominator": lambda v: v.dwellings, "missing": lambda v: v.dwellings - v.done,
}  # fmt: skip
PARTS: tuple[Part, ...] = (
    "numerator",
    "denominator",
    "unknown",
    "missing",
    "disagreements",
    "reported",
    "confirmed",
    "measured",
    "late",
    "seen",
    "unseen",
    "silent",
    "cases",
)
ROWS = "/api/v1/rows"


@dataclass(frozen=True, slots=True)
class Line:
    """One row behind a figure, before names and people are put to it; `n` is its share of the figure."""

    kind: Literal["enterprise", "project", "village", "case"]
    id: int | str
    code: str
    name: str
    township: str
    n: int
    list: str = ""


def address(figure: str, part: Part, frames: Frames) -> str:
    """Return the address of the rows behind a figure; `&township=` narrows it."""
    query = {"figure": figure, "part": part, "on": frames.on.isoformat()}
    if frames.known is not None:
        query["known"] = write_moment(frames.known, zone=frames.book.zone)
    return f"{ROWS}?{urlencode(query)}"


def members_of(frames: Frames, figure: Chart | Goal) -> Members:
    """Return the population of a figure that counts members: a list, several lists, or the firms of the index."""
    if isinstance(figure, Goal):
        return Members.join([frames.members(key) for key in figure.lists])
    if figure.list_key:
        return frames.members(figure.list_key)
    return _metered(frames)


def mask(members: Members, figure: Chart | Goal, part: Part) -> Mask:
    """Return which members stand in a part of a figure."""
    everybody = np.ones(len(members), np.bool_)
    by_power = isinstance(figure, Chart) and figure.list_key is None
    if by_power:
        known = members.measured != UNKNOWN
        masks: dict[Part, Mask] = {
            "numerator": members.measured == OPEN,
            "denominator": known,
            "unknown": ~known,
            "missing": known & (members.measured != OPEN),
        }
    elif isinstance(figure, Goal):
        masks = {
            "numerator": sums.resumed(members),
            "denominator": everybody,
            "unknown": sums.unsure(members),
            "missing": ~sums.resumed(members),
        }
    else:
        is_open = members.declared == OPEN
        masks = {
            "numerator": is_open,
            "denominator": everybody,
            "unknown": members.declared == UNKNOWN,
            "missing": ~is_open,
            "reported": is_open,
        }
    masks |= {"disagreements": sums.disagreeing(members), "confirmed": members.confirmed == OPEN}
    masks |= {
        "seen": (members.declared == OPEN) & (members.measured == OPEN),
        "unseen": (members.declared == OPEN) & (members.measured == SHUT),
        "silent": (members.declared == UNKNOWN) & (members.measured == OPEN),
    }
    masks.setdefault("measured", members.measured == OPEN)
    masks.setdefault("reported", members.declared == OPEN)
    masks.setdefault("late", masks["unknown"])
    return masks[part]


def lines(frames: Frames, figure: Chart | Goal, part: Part) -> list[Line]:
    """Return the rows behind a part of a figure; the sum of their `n` is the figure."""
    if isinstance(figure, Goal) and figure.counts == "cases":
        return _case_lines(frames, figure, part)
    if isinstance(figure, Goal) and figure.counts == "dwellings":
        return _village_lines(frames, part)
    keys = figure.lists if isinstance(figure, Goal) else (figure.list_key or "",)
    found: list[Line] = []
    for key in keys:
        members = frames.members(key) if key else _metered(frames)
        chosen = members.take(mask(members, figure, part))
        is_firm = not key or frames.book.one("list", key, at=frames.on).member == "enterprise"
        place = frames.places(is_firm=is_firm).of(chosen.ids)
        kind: Literal["enterprise", "project"] = "enterprise" if is_firm else "project"
        found += [
            Line(kind, int(i), str(c), str(n), str(t), 1, key)
            for i, c, n, t in zip(chosen.ids, place.code, place.name, place.township, strict=True)
        ]
    return found


def villages(frames: Frames) -> list[VillageProgress]:
    """Return how far each village has come at the end of the day."""
    return frames.kept(
        ("villages", frames.on), ("coverage",), lambda: campaigns.progress(on=frames.on, known=frames.known)
    )


def cases(frames: Frames) -> list[KnownCase]:
    """Return the cases known, up to the day."""
    return frames.kept(
        ("cases", frames.on), ("cases",), lambda: residents.cases(upto=frames.on, known=frames.known)
    )


def counted_cases(frames: Frames, goal: Goal, origin: str | None) -> list[KnownCase]:
    """Return the cases of an origin within the days of a goal."""
    since = goal.since or date.min
    return [c for c in cases(frames) if c.origin == origin and c.reported_on >= since]


def unreported(frames: Frames) -> Sequence[str]:
    """Return the villages of the county that have never reported: their dwellings are not known."""
    return sorted(set(frames.village_names) - {v.village for v in villages(frames)})


def not_reported(frames: Frames) -> Sequence[str]:
    """Return the villages without a row of the day: those that keep an older one, and those that have never had one."""
    kept = {v.village for v in villages(frames) if v.on < frames.on}
    return sorted(kept.union(unreported(frames)))


def at_of(frames: Frames) -> datetime:
    """Return the moment at which a figure stands: the end of its day, or what is known if that is earlier."""
    return min(end_of(frames.on, zone=frames.book.zone), frames.seen)


def _metered(frames: Frames) -> Members:
    """Return the firms of the index's population that have a baseline, with what is declared of them."""
    ids = np.array(frames.power.population, np.int64)
    place = frames.places(is_firm=True).of(ids)
    said = frames.reported[frames.on]
    seen = frames.visited[0]
    states = frames.power.states
    return Members(
        ids,
        place.township,
        place.sector,
        sums.states_of(ids, said.ids, said.opened),
        sums.states_of(ids, seen.ids, seen.opened),
        sums.states_of(ids, states.ids, states.opened),
    )


def _case_lines(frames: Frames, goal: Goal, part: Part) -> list[Line]:
    if part == "denominator":
        return []
    origin = "unknown" if part == "unknown" else goal.origin
    chosen = cases(frames) if part == "cases" else counted_cases(frames, goal, origin)
    return [Line("case", c.case_id, c.case_id, c.case_id, c.township, 1) for c in chosen]


def _village_lines(frames: Frames, part: Part) -> list[Line]:
    names = frames.village_names
    if part in ("unknown", "late"):
        codes = unreported(frames) if part == "unknown" else not_reported(frames)
        return [Line("village", code, code, names.get(code, code), code[:9], 1) for code in codes]
    take = _COUNT.get(part, _COUNT["numerator"])
    return [
        Line(
            "village",
            v.village,
            v.village,
            names.get(v.village, v.village),
            v.village[:9] if len(v.village) >= 9 else NOWHERE,
            take(v),
        )
        for v in villages(frames)
        if take(v) or part in ("numerator", "denominator")
    ]
