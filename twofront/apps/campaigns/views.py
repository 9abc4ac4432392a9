"""The page of the survey: which blocks will not finish in time, and which villages hold them up."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from twofront.apps.campaigns import queries
from twofront.apps.campaigns.showing import Survey, by_block, days_between
from twofront.apps.territory import queries as territory
from twofront.apps.units import queries as units
from twofront.core.playbook import Goal
from twofront.core.time import end_of
from twofront.ground import clock, kinds, lists, scope
from twofront.ground.pages import Request, asked_day, asked_known, name_of, render, require
from twofront.web.figures import Forecast
from twofront.web.pages.campaigns import SurveyPage
from twofront.web.parts import Link


def survey(request: Request) -> HttpResponse:
    """Which blocks will not finish in time, and which villages hold them up?"""
    require(request.actor, "board.see")
    on, known = asked_day(request), asked_known(request)
    kinds.require_day(on)
    made = _survey(request)
    block = request.GET.get("block", "")
    if block:
        lists.found(made.places.get(block))
    listed = made.villages(block, href=reverse("campaigns:survey")) if block else None
    file = lists.taken(request, listed) if listed else None
    if file is not None:
        return file
    forecast = made.forecast()
    shown = [block] if block else [r.code for r in forecast.rows if r.arrives is False]
    page = SurveyPage(
        head=request.make_head(day=on, known=known), forecast=forecast,
        slow=[row for row in map(made.slow, shown) if row is not None],
        villages=lists.table(request, listed) if listed else None,
        tabs=_tabs(forecast, made.when, block=block),
        days=lists.days(request, on=on, known=known, kept=[("block", block)] if block else []),
    )  # fmt: skip
    return render(request, page)


def _survey(request: Request) -> Survey:
    """Read the sums of the whole county, and the villages in the asker's own sight."""
    on, known = asked_day(request), asked_known(request)
    book = kinds.book(known=known)
    goal = next((g for g in book.of(Goal, at=on) if g.counts == "dwellings"), None)
    deadline = goal.deadline if goal else None
    with scope.widened(request.actor.scope):
        every = queries.progress(on=on, known=known)
    return Survey(
        blocks=by_block(every),
        seen=by_block(queries.progress(on=on, known=known)),
        places=territory.tree(on, known=known),
        blocks_called={t.key: name_of(t) for t in book.of("tile", at=on)},
        holders=units.holders(on=on),
        deadline=deadline,
        days_left=days_between(end_of(on, zone=book.zone), deadline),
        is_over=deadline is not None and min(end_of(on, zone=book.zone), known or clock.now()) >= deadline,
        when=lists.when(on, known),
    )


def _tabs(forecast: Forecast, when: Sequence[tuple[str, str]], *, block: str) -> list[Link]:
    """Return the whole county, then the blocks that fall short, then the one chosen."""
    here = reverse("campaigns:survey")
    every = Link(
        title=name_of(kinds.book().county(at=kinds.day())),
        href=f"{here}?{urlencode(when)}",
        is_here=not block,
    )
    rows = [r for r in forecast.rows if r.arrives is False or r.code == block]
    return [every, *(Link(title=r.name, href=r.href, is_here=r.code == block) for r in rows)]
