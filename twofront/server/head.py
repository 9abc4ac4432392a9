"""The head of every page: which county, which moment, who reads, where one can go."""

from collections.abc import Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from twofront.ground import clock, kinds
from twofront.ground.pages import OUTCOMES, Request, board_day, is_english, name_of
from twofront.server import exercise
from twofront.server.settings import DATA
from twofront.web.parts import Account, Head, Link, Outcome, Stop

LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


def make_head(
    request: Request, *, day: date | None = None, known: datetime | None = None, crumbs: Sequence[Link] = ()
) -> Head:
    """Return the head for a request; what the last acts did is said once, here."""
    book = kinds.book()
    now = clock.now()
    on = day or board_day()
    phase = book.phase(at=on)
    # A page that asks for its news shows no outcomes, so it must not take them from the page that will.
    has_room = hasattr(request, "session") and not request.htmx
    outcomes = [Outcome(**o) for o in request.session.pop(OUTCOMES, [])] if has_room else []
    is_exercise = clock.stands()
    may_drive = is_exercise and request.actor.can("exercise.drive")
    return Head(
        county=name_of(book.county(at=on)),
        as_of=now.astimezone(book.zone),
        day=day,
        known=known,
        phase=name_of(phase),
        phase_since=phase.first_day if phase else None,
        is_exercise=is_exercise,
        account=_account(request, on),
        nav=_nav(request),
        languages=[
            Link(title=title, href=code, is_here=translation.get_language() == code)
            for code, title in LANGUAGES
        ],
        language_href=reverse("language"),
        stops=_stops(now) if is_exercise else (),
        next_stop_href=reverse("exercise:next") if may_drive else "",
        reset_href=reverse("exercise:reset") if may_drive else "",
        outcomes=outcomes,
        crumbs=crumbs,
    )


def _account(request: Request, on: date) -> Account | None:
    if not request.actor.login:
        return None
    book = kinds.book()
    roles = "、".join(name_of(book.find("role", r, at=on), r) for r in sorted(request.actor.roles))
    return Account(
        name=request.actor.name or request.actor.login,
        role=roles,
        href=reverse("units:password"),
        sign_out_href=reverse("units:logout"),
    )


def _nav(request: Request) -> list[Link]:
    """Return the pages that this account may open, in the order of a day's work."""
    pages = (
        ("centre:board", _("指挥看板"), "board", "board.see"),
        ("campaigns:survey", _("入户摸排"), "survey", "board.see"),
        ("enterprises:firms", _("企业日报"), "firm", "rows.see"),
        ("enterprises:projects", _("重点项目"), "project", "rows.see"),
        ("figures:closings", _("封账"), "close", "board.see"),
        ("orders:rules", _("规则"), "scale", "board.see"),
        ("centre:publication", _("发布"), "publish", "publish"),
        ("figures:sheets", _("电力发布数"), "power", "board.see"),
        ("intake:imports", _("导入"), "import", "imports.see"),
        ("units:accounts", _("账号"), "people", "accounts.manage"),
    )
    here = request.resolver_match.view_name if request.resolver_match else ""
    if "enterprise" in request.actor.roles:
        own = reverse("enterprises:report", args=[request.actor.login.upper()])
        board = Link(
            title=_("指挥看板"), href=reverse("centre:board"), icon="board", is_here=here == "centre:board"
        )
        return [board, Link(title=_("我的日报"), href=own, icon="firm", is_here=request.path == own)]
    return [
        Link(title=title, href=reverse(name), icon=icon, is_here=here == name)
        for name, title, icon, permission in pages
        if request.actor.can(permission)
    ]


def _stops(now: datetime) -> list[Stop]:
    found = exercise.stops(DATA)
    reached = [s for s in found if s.clock <= now]
    return [
        Stop(
            title=s.en if is_english() else s.zh,
            at=s.clock,
            is_past=s.clock < now,
            is_here=bool(reached) and s is reached[-1],
        )
        for s in found
    ]
