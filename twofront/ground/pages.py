"""What every view needs: the request with its asker, the page rendered, the right required, the outcome of an act said."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as render_template
from django.utils import translation
from django_htmx.middleware import HtmxDetails

from twofront.core.errors import CannotDo, Refused
from twofront.core.playbook import Row
from twofront.core.time import BadTime, day_of, parse_day, parse_moment
from twofront.ground import clock, kinds, spoken
from twofront.ground.scope import Actor

OUTCOMES = "outcomes"


class Request(HttpRequest):
    """A request, with whoever asks and the maker of the page's head."""

    actor: Actor
    htmx: HtmxDetails
    make_head: Callable[..., Any]


class Forbidden(Refused):
    """The asker's roles do not permit this page or act."""

    code = "not_permitted"


class BadRequest(Refused):
    """The address or form holds a value that cannot be read."""

    code = "bad_value"


def require(actor: Actor, permission: str) -> None:
    """Refuse unless a role of the asker permits something.

    Raises:
        Forbidden: It does not.
    """
    if not actor.can(permission):
        raise Forbidden(
            f"your account may not do this ({permission}); ask the command office",
            f"本账号无此权限 ({permission}), 请联系指挥部办公室",
        )


def render(request: Request, page: Any, *, status: int = 200, part: str | None = None) -> HttpResponse:  # noqa: ANN401 - a dataclass of twofront.web
    """Render a page, its own template with itself as `page`, or one named part of it."""
    template = page.template if part is None else f"{page.template}#{part}"
    return render_template(request, template, {"page": page}, status=status)


def said(request: Request, text: str, *, tone: str = "good", undo_href: str = "", why_not: str = "") -> None:
    """Say what an act did, at the top of the next page."""
    kept = [
        *request.session.get(OUTCOMES, []),
        {"text": text, "tone": tone, "undo_href": undo_href, "why_not": why_not},
    ]
    request.session[OUTCOMES] = kept[-5:]


def back(address: str) -> HttpResponseRedirect:
    """Send the reader on after an act, so that a reload does not repeat it."""
    return HttpResponseRedirect(address, status=303)


def is_english() -> bool:
    """Tell whether the reader reads English."""
    return (translation.get_language() or "").startswith("en")


def name_of(row: Row | None, default: str = "") -> str:
    """Return the name of a kind in the reader's language."""
    if row is None:
        return default
    return str(getattr(row, "en" if is_english() else "zh", default))


def sentence_of(error: Refused | CannotDo) -> str:
    """Return a refusal in the reader's language."""
    return error.en if is_english() else spoken.line_of(error)


def asked_day(request: HttpRequest, *, default: date | None = None) -> date:
    """Return the day that a page is asked for (`?on=`), else the board's day.

    Raises:
        BadRequest: It cannot be read.
    """
    text = request.GET.get("on") or request.POST.get("on")
    if not text:
        return default or board_day()
    try:
        return parse_day(text)
    except BadTime as e:
        raise BadRequest(f"on={text}: {e}", f"日期 {text} 不能识别, 请写成 2020-02-18") from e


def asked_known(request: HttpRequest) -> datetime | None:
    """Return the moment whose knowledge a page is asked for (`?known=`), or None for now.

    Raises:
        BadRequest: It cannot be read.
    """
    text = request.GET.get("known")
    if not text:
        return None
    try:
        return parse_moment(text.replace(" ", "+"), zone=kinds.zone())
    except BadTime as e:
        raise BadRequest(f"known={text}: {e}", f"时点 {text} 不能识别, 请写成 2020-02-18T19:30") from e


def board_day() -> date:
    """Return the day that the board shows now: until the playbook's hour, the day before."""
    book = kinds.book()
    now = clock.now()
    county = book.county(at=now)
    return day_of(now, zone=book.zone, turns_at=county.day_turns_at)
