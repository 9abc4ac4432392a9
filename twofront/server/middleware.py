"""What happens to every request: safe headers outside, then one transaction with the scope of whoever asks."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render as render_template
from django.utils import timezone
from django.utils.translation import gettext as _

from twofront.apps.units import queries as units
from twofront.core.errors import CannotDo, Refused
from twofront.ground import clock, kinds, scope
from twofront.ground.pages import Request, render, sentence_of
from twofront.ground.scope import Actor
from twofront.server.head import make_head
from twofront.web.pages.errors import ErrorPage

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
OPEN = ("/login", "/enter", "/static/", "/language")
PUBLIC = {"/come"}
"""Asked by whoever wants to come, from wherever: no account, nothing kept."""
WITHOUT_COUNTY = (settings.STATIC_URL, "/healthz", "/exercise/reset-so-far/")
"""What is answered while there is no database, and to whoever asks."""
AWAY = (OperationalError, InterfaceError)
Respond = Callable[[HttpRequest], HttpResponseBase]


def guard(respond: Respond) -> Respond:
    """Put the security headers on every answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        response.headers["Content-Security-Policy"] = CSP
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class Visit:
    """One request's visit to the county: a transaction, the asker's scope, the county's one moment and zone."""

    def __init__(self, respond: Respond) -> None:
        """Keep what answers."""
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer within the scope of whoever asks, or say that the database is away."""
        if request.path.startswith(WITHOUT_COUNTY):
            return self.respond(request)
        try:
            return self._within(request)
        except AWAY:
            return _away(request)

    def _within(self, request: HttpRequest) -> HttpResponseBase:
        with transaction.atomic(), clock.held():
            scope.apply(read=scope.EVERYTHING)
            found = _actor(request)
            if found is None and request.path not in PUBLIC and not request.path.startswith(OPEN):
                return _stranger(request)
            request.actor = found or Actor(login="", scope=scope.Scope())  # type: ignore[attr-defined]
            request.make_head = partial(make_head, request)  # type: ignore[attr-defined, arg-type]
            scope.apply(read=request.actor.scope.read)  # type: ignore[attr-defined]
            if _must_change(request):
                return HttpResponse(status=302, headers={"Location": "/password"})
            with timezone.override(_zone()):
                return self.respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a refusal into a page; anything else takes the whole transaction back."""
        if isinstance(error, Refused | CannotDo):
            return refused(request, error)
        transaction.set_rollback(True)
        return _away(request) if isinstance(error, AWAY) else None


def actor(respond: Respond) -> Visit:
    """Return the middleware that finds who asks."""
    return Visit(respond)


STATUS = {"not_permitted": 403, "not_found": 404, "no_account": 404, "bad_value": 400}


def refused(request: HttpRequest, error: Refused | CannotDo) -> HttpResponse:
    """Say why not, in the reader's language."""
    code = getattr(error, "code", "cannot_do")
    sentence = sentence_of(error)
    status = STATUS.get(code, 409)
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "reason": sentence}, status=status)
    asked: Request = request  # type: ignore[assignment]
    page = ErrorPage(
        head=asked.make_head(),
        title=_("没有做成"),
        text=sentence,
        href="/",
        href_title=_("回到看板"),
        code=code,
    )
    return render(asked, page, status=status)


def _away(request: HttpRequest) -> HttpResponse:
    """Say that the county's database is away for a moment: it starts, is begun anew or is being restored."""
    connection.close()
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse({"code": "away", "reason": _("系统正在启动或维护")}, status=503)
    else:
        response = render_template(request, "503.html", status=503)
    response.headers["Retry-After"] = "5"
    return response


def _actor(request: HttpRequest) -> Actor | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return units.actor_of_token(header.removeprefix("Bearer ").strip())
    account = request.session.get("account")
    return (
        units.actor_of_session(account, request.session.get("epoch", -1))
        if isinstance(account, int)
        else None
    )


def _stranger(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return HttpResponse(
            '{"code": "no_credentials"}',
            status=401,
            content_type="application/json",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": "/login"})
    return HttpResponse(
        status=302, headers={"Location": f"/login?{urlencode({'next': request.get_full_path()})}"}
    )


def _must_change(request: HttpRequest) -> bool:
    """Tell whether a first password must be changed before anything else is shown."""
    is_here = request.path.startswith(("/password", "/logout", *OPEN))
    return not is_here and "Authorization" not in request.headers and bool(request.session.get("must_change"))


def _zone() -> timezone.tzinfo:  # type: ignore[name-defined]
    try:
        return kinds.zone()
    except kinds.NoPlaybook:
        return timezone.get_default_timezone()
