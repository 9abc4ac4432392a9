"""Writes on figures: closings, published sheets, and the freezing of a day of the board."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from twofront.apps.figures.models import Closing, Publication, PublishedSheet
from twofront.core.errors import Refused
from twofront.core.time import start_of, write_moment
from twofront.ground import kinds, stores
from twofront.ground.acts import Key, act, action
from twofront.ground.audit import keyed_hash
from twofront.ground.scope import Actor
from twofront.ground.stores import Batch, Reject, Verdict


class NotYours(Refused):
    """The actor may not close this goal or publish."""

    code = "not_permitted"


@dataclass(frozen=True, slots=True)
class Closed:
    """A day that a line has closed."""

    goal: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """A day of the board, frozen."""

    on: date
    known: datetime
    hash: str


def take_closings(batch: Batch) -> Sequence[Verdict]:
    """Take closings of days, as a line sends them on paper; only the line that answers for a goal closes it."""
    c = batch.columns
    own: list[Verdict] = [
        "new" if batch.act.by.can(f"close:{goal}") else _not_your_goal(goal) for goal in c["goal"]
    ]
    states = stores.facts(
        Closing,
        batch.with_made(closed_by="by"),
        key={"goal": c["goal"], "on": c["date"]},
        values={"closed_by": [b or batch.act.by.login for b in c["by"]]},
        beside={},
        skip=[isinstance(v, Reject) for v in own],
    )
    batch.act.changed("closings", *sorted(set(c["date"])))
    return [v if isinstance(v, Reject) else s for v, s in zip(own, states, strict=True)]


def take_published(batch: Batch) -> Sequence[Verdict]:
    """Take the rows that the power company or the province publishes."""
    c = batch.columns
    numbers = ("firm_share", "energy_share", "index")
    own: list[Verdict] = [
        "new" if any(c[n][i] is not None for n in numbers) else _empty() for i in range(len(batch))
    ]
    states = stores.facts(
        PublishedSheet,
        batch,
        key={"area": c["area"], "source": c["source"], "on": c["date"]},
        values={
            **{n: c[n] for n in numbers},
            "formula": [f or "" for f in c["formula"]],
            "published_at": c["published_at"],
        },
        beside={},
        skip=[isinstance(v, Reject) for v in own],
    )
    batch.act.changed("published", *sorted(set(c["date"])))
    return [v if isinstance(v, Reject) else s for v, s in zip(own, states, strict=True)]


@action
def close_day(goal: str, on: date, *, by: Actor, under: str | None, key: Key, at: datetime) -> Closed:
    """Close a day for a goal (封账): the line says that all it knows up to and including that day is in.

    Raises:
        NotYours: The actor's line does not answer for this goal.
        NotYet: The day is still to come.
    """
    if not by.can(f"close:{goal}"):
        raise NotYours(
            f"{by.login} may not close {goal}; its line does",
            f"{by.login} 无权对此事项封账, 请由负责条线办理",
        )
    if on > kinds.day():
        raise kinds.NotYet(f"{on} is still to come; close it when it is over", f"{on} 还没有到, 不能封账")
    with act(by=by, under=under, key=key, at=at) as a:
        Closing.objects.create(goal=goal, on=on, closed_by=by.login, known_at=a.known(), act=a.row)
        a.changed("closings", on)
        a.event("goal.closed", f"goal:{goal}:{on.isoformat()}")
        return a.answer(Closed(goal, on, by.login, at))


@action
def reopen_day(
    goal: str, on: date, *, reason: str, by: Actor, under: str | None, key: Key, at: datetime
) -> None:
    """Take a closing back, with a reason; until the line closes again the goal is not known.

    Raises:
        NotYours: The actor's line does not answer for this goal.
    """
    if not by.can(f"close:{goal}"):
        raise NotYours(
            f"{by.login} may not reopen {goal}; its line does", f"{by.login} 无权撤回此封账, 请由负责条线办理"
        )
    with act(by=by, under=under, key=key, at=at) as a:
        Closing.objects.create(
            goal=goal, on=on, closed_by=by.login, known_at=a.known(), act=a.row, is_void=True
        )
        a.changed("closings", on)
        a.event(
            "goal.reopened",
            f"goal:{goal}:{on.isoformat()}",
            digest=keyed_hash(reason),
        )


@action
def keep_publication(
    on: date, known: datetime, board: dict[str, Any], *, by: Actor, under: str | None, key: Key, at: datetime
) -> Published:
    """Freeze a day of the board as it is known (发布): all that was known at that moment, and nothing learned after it.

    Raises:
        NotYours: The actor may not publish.
        NotYet: The day, or the moment, is still to come.
    """
    if not by.can("publish"):
        raise NotYours(
            f"{by.login} may not publish; the command office does",
            f"{by.login} 无权发布, 请由指挥部办公室办理",
        )
    if on > at.astimezone(kinds.zone()).date():
        raise kinds.NotYet(f"{on} is still to come; publish it when it has come", f"{on} 还没有到, 不能发布")
    if known > at:
        moment = write_moment(known, zone=kinds.zone())
        raise kinds.NotYet(
            f"{moment} is still to come; publish what is known by now, without --known",
            f"{moment} 还没有到; 请按现在所知发布",
        )
    if known < start_of(on, zone=kinds.zone()):
        raise kinds.NotYet(
            f"{on} had not begun at {kinds.written(known)}; publish it as known on that day or later",
            f"{kinds.written(known)} 时 {on} 还没有到; 请按当天或以后所知发布",
        )
    text = json.dumps(board, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    with act(by=by, under=under, key=key, at=at) as a:
        Publication.objects.create(on=on, board=board, hash=digest, known_at=known, act=a.row)
        a.freeze()
        a.changed("publications", on)
        a.event("board.published", f"board:{on.isoformat()}", digest=digest)
        return a.answer(Published(on, known, digest))


def _not_your_goal(goal: str) -> Reject:
    return Reject(
        "goal",
        "unknown_value",
        f"{goal} is closed by another line; leave the row to it",
        f"{goal} 由其他条线封账, 请删去本行",
    )


def _empty() -> Reject:
    return Reject(
        "index",
        "missing",
        "no figure in the row; give firm_share, energy_share or index",
        "本行没有数值; 请填户数比例、电量比例或指数",
    )
