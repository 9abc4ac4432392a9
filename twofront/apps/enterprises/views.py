"""Pages of firms and projects: who has reported, what one firm declares of a day, which projects work."""

from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from twofront.apps.enterprises import actions, forms, queries, tables
from twofront.apps.enterprises.queries import ReportRow
from twofront.apps.enterprises.tables import Words
from twofront.apps.register import queries as register
from twofront.apps.register.queries import Firm
from twofront.ground import clock, kinds, ledger, lists, scope
from twofront.ground.acts import KeyReused, new_key
from twofront.ground.forms import Sent, key_of
from twofront.ground.pages import (
    Forbidden,
    Request,
    asked_day,
    asked_known,
    back,
    render,
    require,
    said,
    sentence_of,
)
from twofront.ground.scope import Actor
from twofront.web.pages.enterprises import FirmsPage, ProjectsPage, ReportPage
from twofront.web.parts import Form, Link, Owner, Pair


class Measured(Protocol):
    """Tells what the meters say of a firm on a day, in the asker's words."""

    def __call__(self, enterprise: int, on: date, *, known: datetime | None, by: Actor) -> Pair:
        """Return the word and its value."""


def firms(request: Request) -> HttpResponse:
    """Which firms report today, and which have not yet?"""
    require(request.actor, "rows.see")
    on, known = asked_day(request), asked_known(request)
    listed = tables.firms(on, known=known)
    file = lists.taken(request, listed)
    if file is not None:
        return file
    page = FirmsPage(
        head=request.make_head(day=on, known=known),
        table=lists.table(request, listed),
        on=on,
        days=lists.days(request, on=on, known=known),
    )
    return render(request, page)


def report(request: Request, credit_code: str, measured: Measured | None = None) -> HttpResponse:
    """What does this firm declare for this day, and what else is known of it?

    What the meters say belongs to an app above this one; the addresses tie it in as `measured`.
    """
    require(request.actor, "rows.see")
    on = asked_day(request)
    _as_owner(request, credit_code)
    firm = lists.found(register.firm(credit_code, on=on))
    if request.method != "POST":
        return _report_page(request, firm, on, measured=measured)
    _require_declaring(request, queries.report_of(firm.id, on=on))
    sent = Sent.of(request)
    given = forms.declaration(sent, difficulties=Words.on(on).difficulties)
    if given is None:
        return _report_page(request, firm, on, measured=measured, sent=sent)
    if on > kinds.day():
        error = _("这一天还没有到，请到那天再报")
        return _report_page(request, firm, on, measured=measured, sent=sent, error=error)
    try:
        done = actions.declare(
            credit_code, on, opened=given.opened, on_site=given.on_site, difficulty=given.difficulty, seen=given.seen,
            by=request.actor, under=None, key=key_of(request), at=clock.now(),
        )  # fmt: skip
    except (actions.NothingChanged, actions.ChangedMeanwhile, KeyReused) as e:
        return _report_page(request, firm, on, measured=measured, sent=sent, error=sentence_of(e))
    _say_declared(request, firm, on, is_correction=done.before is not None)
    return back(_address(firm, on))


@require_POST
def undo(request: Request, credit_code: str) -> HttpResponse:
    """Take a correction back by declaring what stood before it; both stay in the history."""
    on = asked_day(request)
    _as_owner(request, credit_code)
    firm = lists.found(register.firm(credit_code, on=on))
    history = _said_of_day(firm, on)
    _require_declaring(request, history[0] if history else None)
    if len(history) < 2 or str(history[0].act) != request.GET.get("act"):
        said(request, _("没有撤销：之后又有人更正过"), tone="warn")
        return back(_address(firm, on))
    before = history[1]
    actions.declare(
        credit_code, on, opened=before.opened, on_site=before.on_site, difficulty=before.difficulty,
        by=request.actor, under=None, key=key_of(request), at=clock.now(),
    )  # fmt: skip
    said(request, _("已撤销，%(name)s 回到更正前的报告") % {"name": firm.name})
    return back(_address(firm, on))


def projects(request: Request) -> HttpResponse:
    """Which projects work, with how many people, and what do they lack?"""
    require(request.actor, "rows.see")
    on, known = asked_day(request), asked_known(request)
    listed = tables.projects(on, known=known)
    file = lists.taken(request, listed)
    if file is not None:
        return file
    page = ProjectsPage(
        head=request.make_head(day=on, known=known),
        table=lists.table(request, listed),
        pairs=tables.project_sums(listed.rows, on=on),
        days=lists.days(request, on=on, known=known),
    )
    return render(request, page)


def _report_page(
    request: Request,
    firm: Firm,
    on: date,
    *,
    measured: Measured | None,
    sent: Sent | None = None,
    error: str = "",
) -> HttpResponse:
    known = asked_known(request)
    now = queries.report_of(firm.id, on=on)
    words = Words.on(on)
    form: Form | None = None
    if _may_declare(request, now):
        form = forms.report(
            firm.credit_code, on, record=now, difficulties=words.difficulties, normal_staff=firm.normal_staff,
            sent=sent, error=error,
        )  # fmt: skip
    record = _record(firm, on, report=queries.report_of(firm.id, on=on, known=known), words=words)
    if measured is not None:
        record.insert(2, measured(firm.id, on, known=known, by=request.actor))
    crumbs = (Link(title=_("企业日报"), href=f"{reverse('enterprises:firms')}?on={on.isoformat()}"),)
    page = ReportPage(
        head=request.make_head(day=on, known=known, crumbs=crumbs), name=firm.name, code=firm.credit_code, on=on, form=form,
        record=record,
        owner=Owner(line=_("联系人"), name=firm.contact, phone=firm.mobile) if firm.contact or firm.mobile else None,
        is_correction=now is not None,
        history=tables.history(queries.past_reports(firm.id), words=words, by=request.actor),
        days=lists.days(request, on=on, known=known),
    )  # fmt: skip
    return render(request, page, status=200 if sent is None else 422)


def _record(firm: Firm, on: date, *, report: ReportRow | None, words: Words) -> list[Pair]:
    visit = queries.visits([firm.id], on=on, window=words.window).get(firm.id)
    declared = words.state(report.opened if report else None)
    confirmed = words.state(visit.opened if visit else None)
    members = queries.lists_of([firm.id], on=on).get(firm.id, set())
    said_at = f"{words.people(report.on_site)} · {words.moment(report.known)}" if report else ""
    seen_at = (
        f"{words.people(visit.on_site)} · {visit.on.strftime('%m-%d')} {words.person(visit.officer)}"
        if visit
        else ""
    )
    return [
        Pair(title=_("自报"), text=declared.text, tone=declared.tone, note=said_at),
        Pair(title=_("走访"), text=confirmed.text, tone=confirmed.tone, note=seen_at),
        Pair(
            title=_("名单"),
            text=lists.joined(t for k, t in words.lists.items() if k in members) or _("不在名单上"),
        ),
        Pair(title=_("镇街"), text=words.place(firm.township)),
        Pair(title=_("主管条线"), text=words.line(firm.line)),
        Pair(title=_("正常用工"), text="" if firm.normal_staff is None else words.people(firm.normal_staff)),
    ]


def _as_owner(request: Request, credit_code: str) -> None:
    """Open the page of a firm to its own account, whose login is the firm's credit code; others see what they see.

    It is the asker who is given the scope, because whoever borrows another one meanwhile gives the asker's back.
    """
    actor = request.actor
    if "enterprise" in actor.roles and actor.login.upper() == credit_code:
        scope.apply(read=scope.EVERYTHING)
        request.actor = replace(actor, scope=scope.COUNTY)


def _may_declare(request: Request, record: ReportRow | None) -> bool:
    """Tell whether the asker may declare, or correct what was declared; what he declared himself he may correct."""
    by = request.actor
    if record is None:
        return by.can("report.declare")
    is_own = ledger.doers([record.act]).get(record.act) == by.login
    return by.can("report.correct") or (is_own and by.can("report.declare"))


def _require_declaring(request: Request, record: ReportRow | None) -> None:
    if not _may_declare(request, record):
        raise Forbidden(
            "your account may not declare or correct this report; ask the firm or its township",
            "本账号不能报或更正这份日报, 请找企业或所属镇街",
        )


def _say_declared(request: Request, firm: Firm, on: date, *, is_correction: bool) -> None:
    if not is_correction:
        text = _("已收下 %(name)s 的报告") % {"name": firm.name}
        said(request, text, why_not=_("第一份报告不能撤回，可以更正"))
        return
    act = _said_of_day(firm, on)[0].act
    here = reverse("enterprises:undo", args=[firm.credit_code])
    text = _("已更正 %(name)s 的报告，更正前后都留着") % {"name": firm.name}
    said(request, text, undo_href=f"{here}?on={on.isoformat()}&act={act}&key={new_key()}")


def _said_of_day(firm: Firm, on: date) -> list[ReportRow]:
    return [r for r in queries.past_reports(firm.id, limit=1_000) if r.on == on]


def _address(firm: Firm, on: date) -> str:
    return f"{reverse('enterprises:report', args=[firm.credit_code])}?on={on.isoformat()}"
