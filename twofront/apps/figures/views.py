"""Pages of figures: closing a day, sheets side by side, and where the sources contradict each other."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from twofront.apps.figures import actions, forms, showing
from twofront.apps.figures.queries.board import Board
from twofront.core.playbook import Goal
from twofront.ground import clock, kinds, lists, scope
from twofront.ground.acts import new_key
from twofront.ground.forms import Sent, key_of
from twofront.ground.pages import Request, asked_day, asked_known, back, name_of, render, require, said
from twofront.web.pages.figures import ClosingsPage, DisagreementsPage, GoalClosing, SheetsPage
from twofront.web.parts import Form, Link


def closings(request: Request) -> HttpResponse:
    """Is all in that we know of this day?"""
    require(request.actor, "board.see")
    return _closings_page(request)


@require_POST
def close(request: Request, goal: str) -> HttpResponse:
    """Say that all that the line knows up to and including a day is in."""
    on = asked_day(request)
    row = lists.found(kinds.book().find(Goal, goal, at=on))
    sent = Sent.of(request)
    if not forms.is_sure(sent):
        return _closings_page(request, sent=sent, about=goal)
    actions.close_day(goal, on, by=request.actor, under=None, key=key_of(request), at=clock.now())
    query = urlencode({"on": on.isoformat(), "reason": "undo", "key": new_key()})
    said(
        request,
        _("已封账：%(goal)s %(on)s") % {"goal": name_of(row), "on": on.isoformat()},
        undo_href=f"{reverse('figures:reopen', args=[goal])}?{query}",
    )
    return back(f"{reverse('figures:closings')}?on={on.isoformat()}")


@require_POST
def reopen(request: Request, goal: str) -> HttpResponse:
    """Take a closing back, with a reason."""
    on = asked_day(request)
    row = lists.found(kinds.book().find(Goal, goal, at=on))
    sent = Sent.of(request)
    reason = request.GET.get("reason") or sent.needed("reason")
    if not sent.is_right:
        return _closings_page(request, sent=sent, about=goal)
    actions.reopen_day(
        goal, on, reason=reason[:200], by=request.actor, under=None, key=key_of(request), at=clock.now()
    )
    text = _("已撤回封账：%(goal)s %(on)s，再封账之前显示未知") % {"goal": name_of(row), "on": on.isoformat()}
    said(request, text, why_not=_("要恢复，再封一次"))
    return back(f"{reverse('figures:closings')}?on={on.isoformat()}")


def sheets(request: Request) -> HttpResponse:
    """Does the published sheet agree with what we compute?"""
    require(request.actor, "board.see")
    on, known = asked_day(request), asked_known(request)
    with scope.widened(request.actor.scope):
        board = Board(on, known=known)
        chart = next((c for c in board.charts if c.list_key is None), None)
        listed = showing.sheets_list(board, showing.compared(board, chart), href=reverse("figures:sheets"))
        drawn = showing.power_chart(board, chart) if chart else None
    file = lists.taken(request, listed)
    if file is not None:
        return file
    note = _(
        "供电公司、省里发布的和我们按电表算的，放在一起看。两者都有的日子才比较；外地的只作参照，口径有断点的前后不能比。"
    )
    page = SheetsPage(
        head=request.make_head(day=on, known=known),
        table=lists.table(request, listed),
        note=note,
        chart=drawn,
    )
    return render(request, page)


def disagreements(request: Request, key: str) -> HttpResponse:
    """Who says open, who says shut, and who goes to look?"""
    require(request.actor, "rows.see")
    on, known = asked_day(request), asked_known(request)
    with scope.widened(request.actor.scope):
        board = Board(on, known=known)
        chart = lists.found(next((c for c in board.charts if c.key == key and c.list_key), None))
        every, _townships = showing.speaking(board, chart), board.frames.townships
    here = reverse("figures:disagreements", args=[key])
    rows = showing.in_sight(every, board, chart)
    listed = showing.disagreements(board, chart, rows, href=here, said=request.GET.get("said", ""))
    file = lists.taken(request, listed)
    if file is not None:
        return file
    when = lists.when(on, known)
    board_link = Link(title=_("指挥看板"), href=f"{reverse('centre:board')}?{urlencode(when)}")
    page = DisagreementsPage(
        head=request.make_head(day=on, known=known, crumbs=(board_link,)), title=name_of(chart),
        total=sum(r.differs for r in rows), table=lists.table(request, listed),
        combinations=showing.combinations(rows, chart, href=f"{here}?{urlencode(when)}"),
        days=lists.days(request, on=on, known=known),
    )  # fmt: skip
    return render(request, page)


def _closings_page(request: Request, *, sent: Sent | None = None, about: str = "") -> HttpResponse:
    on, known = asked_day(request), asked_known(request)
    with scope.widened(request.actor.scope):
        board = Board(on, known=known)
        goals = [_goal_closing(request, board, g, sent=sent if g.key == about else None) for g in board.goals]
    page = ClosingsPage(
        head=request.make_head(day=on, known=known),
        on=on,
        goals=goals,
        days=lists.days(request, on=on, known=known),
    )
    return render(request, page, status=200 if sent is None else 422)


def _goal_closing(request: Request, board: Board, goal: Goal, *, sent: Sent | None) -> GoalClosing:
    closed = board.closing(goal.key)
    may = request.actor.can(f"close:{goal.key}")
    form: Form | None = None
    if may and board.on <= kinds.day():
        form = (forms.reopen if closed else forms.close)(goal, board.on, sent=sent)
    names = {h.login: h.name for h in board.holders}
    at = closed.at.astimezone(board.zone).strftime("%m-%d %H:%M") if closed else ""
    why_not = _("这一天还没有到") if may else showing.whose(board, goal)
    return GoalClosing(
        title=name_of(goal),
        known=showing.known_of(board, goal, request.actor),
        closed=f"{names.get(closed.by, closed.by)} · {at}" if closed else "",
        form=form,
        why_not="" if form else why_not,
    )
