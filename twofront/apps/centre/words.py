"""The words of a board in the reader's language: addresses of its rows, people who answer, names of places."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.figures.queries.board import Board
from twofront.core import figures as sums
from twofront.core.playbook import Goal
from twofront.ground.pages import name_of
from twofront.ground.scope import Actor
from twofront.web.parts import Owner


def fields() -> dict[str, str]:
    """Return what a changed value is called."""
    return {
        "opened": _("是否开工"), "resumed": _("是否复工"), "done": _("已完成户数"), "dwellings": _("总户数"), "member": _("是否在名单上"),
        "confirmed": _("走访所见"), "power_ratio": _("用电与平时之比"), "origin": _("病例来源"),
    }  # fmt: skip


def value_of(field: str, value: object) -> str:
    """Return a changed value as it is read; None is not known."""
    if value is None:
        return _("未知")
    if isinstance(value, bool):
        yes, no = (_("是"), _("否")) if field == "member" else (_("开工"), _("未开工"))
        return yes if value else no
    if field == "origin":
        return {"imported": _("输入"), "local": _("本地"), "unknown": _("来源不明")}[str(value)]
    return f"{value:.0%}" if isinstance(value, float) else f"{value:,}"


def rate_of(d: Mapping[str, Any], *, is_list: bool) -> float | None:
    """Return the rate of a chart, or of a part of one, as a page shows it.

    Of a list nobody has said anything of it is None: the contract's rate is 0 then, for the silent stay in the denominator.
    In the index they do not.
    """
    if is_list:
        return sums.told(d["numerator"], d["denominator"], d["unknown"])
    return d["rate"] if "rate" in d else sums.share(d["numerator"], d["denominator"])


class Words:
    """A counted board and its reader."""

    def __init__(self, board: Board, actor: Actor) -> None:
        """Take a counted board and its reader."""
        self.board = board
        self.book = board.book
        self.frames = board.frames
        self.actor = actor

    @cached_property
    def data(self) -> dict[str, Any]:
        """Return the board as its reader may see it, counted once."""
        return self.board.as_seen(self.actor)

    @cached_property
    def survey_goal(self) -> Goal | None:
        """Return the goal that counts dwellings, or None outside its days."""
        return next((g for g in self.board.goals if g.counts == "dwellings"), None)

    def rows(self, figure: str, part: str, township: str = "") -> str:
        """Return the page of the rows behind a figure; empty if they are not for this reader."""
        what, _, key = figure.partition(":")
        found = self.book.find(what, key, at=self.board.on)
        if found is None or not self.board.opens(self.actor, found, part, township or None):
            return ""
        query = {"figure": figure, "part": part, **self.when()}
        return f"{reverse('centre:rows')}?{urlencode(query | ({'township': township} if township else {}))}"

    def when(self) -> dict[str, str]:
        """Return the day and the known moment as an address carries them."""
        known = self.frames.known
        return {"on": self.board.on.isoformat(), **({"known": self.board.moment(known)} if known else {})}

    def survey(self, township: str = "") -> str:
        """Return the survey's own page."""
        return f"{reverse('campaigns:survey')}?{urlencode(self.when() | ({'block': township} if township else {}))}"

    def owner(self, owner: Mapping[str, Any] | None) -> Owner | None:
        """Return who answers, with the line's name."""
        if owner is None:
            return None
        line = name_of(self.book.find("line", str(owner["line"]), at=self.board.on), str(owner["line"]))
        return Owner(line=line, name=owner["name"] or "", phone=owner["phone"] or "")

    def head_of(self, township: str) -> Owner | None:
        """Return who answers for a township."""
        head = self.board.head_of(township)
        return None if head is None else Owner(line=self.place(township), name=head.name, phone=head.phone)

    def place(self, code: str) -> str:
        """Return a township's name as people say it; `-` is 'no township'."""
        tile = self.book.find("tile", code, at=self.board.on)
        if tile is not None:
            return name_of(tile)
        place = self.frames.divisions.get(code)
        return place.short if place else (_("无镇街") if code == "-" else code)

    def unit(self, code: str) -> str:
        """Return the name of whoever owes something: the county, or a township."""
        return name_of(self.book.county(at=self.board.on)) if code == self.book.place else self.place(code)

    def count(self) -> None:
        """Count everything now, within the scope that is set."""
        self.data  # noqa: B018 - kept by the property
