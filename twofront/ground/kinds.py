"""The playbook's kinds in force: roles, lists, goals, charts, hours. Policy is data; code asks here.

A version of the playbook is in force from the moment it is known; rows inside it carry their own days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from twofront.core import playbook
from twofront.core.errors import Refused
from twofront.core.playbook import Playbook
from twofront.core.playbook.dated import Rules
from twofront.core.time import write_moment
from twofront.ground import clock, history
from twofront.ground.acts import Key, act, action
from twofront.ground.models import KindsVersion
from twofront.ground.scope import Actor

K = TypeVar("K")


class PlaybookFaulty(Refused):
    """A playbook with faults is not put in force."""

    code = "playbook_faulty"


class NoPlaybook(Refused):
    """No playbook is in force."""

    code = "no_playbook"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version put in force."""

    code: str
    sha256: str
    known: datetime


@action
def load(
    files: Mapping[str, bytes], known: datetime, *, by: Actor, under: str | None, key: Key, at: datetime
) -> Loaded:
    """Put a version of the playbook (预案) in force from the moment *known*.

    Raises:
        NotPermitted: The actor may not change the settings.
        PlaybookFaulty: A file has a fault; `playbook check` lists all of them.
    """
    by.require("settings.change", "put a playbook in force", "启用预案")
    faults = playbook.check(files)
    if faults:
        first = faults[0]
        raise PlaybookFaulty(
            f"{first.file}:{first.line}: {first.what}; {first.do} ({len(faults)} faults in all)"
        )
    book = playbook.read(files)
    with act(by=by, under=under, key=key, at=at) as a:
        row = KindsVersion(code=book.code, sha256=book.sha256, body=book.to_json(), known_at=known)
        row.save()
        a.reach(at)
        a.event("playbook.loaded", f"playbook:{row.pk}", digest=book.sha256)
        a.changed("playbook")
        return a.answer(Loaded(code=book.code, sha256=book.sha256, known=known))


def book(*, known: datetime | None = None) -> Playbook:
    """Return the playbook in force, as known at a moment.

    Raises:
        NoPlaybook: None is in force yet.
    """
    return rules(known=known).book


def rules(*, known: datetime | None = None) -> Rules:
    """Return the rules of the playbook in force, as known at a moment; its tables are made ready once.

    Raises:
        NoPlaybook: None is in force yet.
    """
    version = (
        KindsVersion.objects.filter(known_at__lte=history.seen(known))
        .order_by("-known_at", "-id")
        .values_list("pk", flat=True)
        .first()
    )
    if version is None:
        raise NoPlaybook(
            "no playbook is in force; put one in force with 'twofront playbook load'",
            "尚无生效的预案, 请先载入预案",
        )
    return _version(version)


def zone(*, known: datetime | None = None) -> ZoneInfo:
    """Return the county's zone."""
    return book(known=known).zone


class NotYet(Refused):
    """The day is still to come."""

    code = "not_yet"


def require_day(on: date) -> None:
    """Refuse a day that has not begun.

    Raises:
        NotYet: It is still to come.
    """
    if on > day():
        raise NotYet(
            f"{on} is still to come; ask for a day up to {day()}", f"{on} 还没有到; 请选 {day()} 或更早的日子"
        )


def written(moment: datetime) -> str:
    """Return a moment as the contract writes it, in the county's zone."""
    return write_moment(moment, zone=zone())


def day(*, known: datetime | None = None) -> date:
    """Return the county's day now."""
    return clock.today(zone(known=known))


@lru_cache(maxsize=16)
def _version(pk: int) -> Rules:
    return Rules(Playbook.from_json(KindsVersion.objects.get(pk=pk).body))
