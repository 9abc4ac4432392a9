"""Driving the exercise: on to the next stop, back to the beginning; and the door by which the browser opens signed in."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_template
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from twofront.apps.units import queries as units
from twofront.ground import clock, jobs, scope
from twofront.ground.models import Progress as ProgressRow
from twofront.ground.pages import Forbidden, Request, back, is_english, render, require, said
from twofront.server import exercise
from twofront.server.exercise_jobs import defer_next_stop
from twofront.web.pages.figures import JobPage
from twofront.web.parts import Link, Progress

RESET_WITHIN_S = 60


@require_POST
def next_stop(request: Request) -> HttpResponse:
    """What becomes known next?"""
    require(request.actor, "exercise.drive")
    stop = exercise.next_stop(settings.DATA)
    if stop is None:
        said(request, _("演练已到最后一个时点"), tone="warn", why_not=_("可以从头开始"))
        return back("/")
    title = stop.en if is_english() else stop.zh
    uid = jobs.begin("exercise.next", by=request.actor, body={"title": title}, defer=defer_next_stop)
    return back(reverse("exercise:progress", args=[uid]))


@require_POST
def reset(request: Request) -> HttpResponse:
    """How did the exercise begin?"""
    require(request.actor, "exercise.drive")
    ask = settings.DATA.ask("reset")
    return back(reverse("exercise:resetting", args=[ask]))


def progress(request: Request, uid: UUID) -> HttpResponse:
    """How far is the clock's move?"""
    require(request.actor, "exercise.drive")
    with scope.widened(request.actor.scope):
        row = ProgressRow.objects.filter(uid=uid).first()
    if row is None:
        raise Forbidden("there is no such job; go back to the board", "没有这项工作, 请回看板")
    running = row.state in {"waiting", "running"}
    if request.htmx and not running:
        return HttpResponseClientRefresh()  # the clock in the head has moved too
    text = row.body.get("sentence", "") if running else (row.result or {}).get("error", _("已到"))
    page = JobPage(
        head=request.make_head(),
        progress=Progress(
            title=_("演练时钟: %(stop)s") % {"stop": row.body.get("title", "")},
            href=request.path if running else "",
            done=row.done,
            of=row.total or None,
            text=text,
            is_running=running,
            tone="plain" if running else "good" if row.state == "done" else "bad",
            next=() if running else [Link(title=_("回到看板"), href="/")],
        ),
    )
    return render(request, page, part="live" if request.htmx else None)


def resetting(request: Request, ask: str) -> HttpResponse:
    """Has the exercise begun anew?"""
    return render(request, JobPage(head=request.make_head(), progress=_reset_so_far(ask)))


def reset_so_far(request: HttpRequest, ask: str) -> HttpResponse:
    """How far is the way back to the first stop? Said without the database, which is away for a part of it."""
    return render_template(request, "components/progress.html", {"progress": _reset_so_far(ask)})


def _reset_so_far(ask: str) -> Progress:
    answer = settings.DATA.answer_to(ask) if ask.replace("-", "").isalnum() else {"error": _("没有这项工作")}
    running = answer is None
    error = (answer or {}).get("error", "")
    return Progress(
        title=_("演练从头开始"),
        href=reverse("exercise:reset_so_far", args=[ask]) if running else "",
        text=error or ("" if running else _("已回到第一个时点")),
        is_running=running,
        tone="plain" if running else "bad" if error else "good",
        next=() if running else [Link(title=_("回到看板"), href="/")],
    )


def enter(request: HttpRequest) -> HttpResponse:
    """Who opened this county on this machine? A link that works once and for a few minutes signs him in."""
    login, until, mark = (request.GET.get(k, "") for k in ("login", "until", "mark"))
    used = settings.DATA.run / f"entered-{hashlib.sha256(mark.encode()).hexdigest()[:24]}"
    fresh = until.isdecimal() and float(until) > clock.machine().timestamp()
    if not fresh or used.exists() or not hmac.compare_digest(mark, entrance_mark(login, until)):
        return back("/login")
    used.touch()
    with scope.widened(scope.Scope()):
        found = units.session_of(login)
    if found is None:
        return back("/login")
    request.session.cycle_key()
    request.session["account"], request.session["epoch"] = found
    return back("/")


def entrance(login: str, *, seconds: int = 900) -> str:
    """Return the path of the link that signs somebody in once."""
    until = str(int(clock.machine().timestamp()) + seconds)
    return f"/enter?login={login}&until={until}&mark={entrance_mark(login, until)}"


def entrance_mark(login: str, until: str) -> str:
    """Return the mark by which a link is known to come from this data folder."""
    return hmac.new(
        settings.SECRET_KEY.encode(), f"enter:{login}:{until}".encode(), hashlib.sha256
    ).hexdigest()


urlpatterns = [
    path("next", next_stop, name="next"),
    path("reset", reset, name="reset"),
    path("progress/<uuid:uid>", progress, name="progress"),
    path("resetting/<str:ask>", resetting, name="resetting"),
    path("reset-so-far/<str:ask>", reset_so_far, name="reset_so_far"),
]
