"""Pages of the rules: the tables in force, one table, and the public question whether somebody may come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from twofront.apps.orders import actions, forms, queries, showing
from twofront.apps.orders.queries import InForce
from twofront.apps.orders.words import Words
from twofront.apps.units import queries as units
from twofront.core.playbook.dated import RulesAt
from twofront.core.rules.one import WrongFact
from twofront.ground import export, kinds, lists, scope
from twofront.ground.forms import Sent
from twofront.ground.pages import Request, asked_day, asked_known, back, name_of, render, require, said
from twofront.web.pages.orders import ComePage, RuleAnswer, RulePage, RulesPage
from twofront.web.parts import DayPicker, Field, Form, Link, Table
from twofront.web.templatetags.web import moment as as_moment

Kept = Sequence[tuple[str, str]]
DRAFT = "rules.draft"
"""The permission to write tables."""


def rules(request: Request) -> HttpResponse:
    """Which tables are in force, under which order and clause, since when, and where are they from?"""
    require(request.actor, "board.see")
    on, known = asked_day(request, default=kinds.day()), asked_known(request)
    at = queries.rules(on, known)
    listed = showing.in_force(queries.in_force(at), _places(at), _when(request))
    file = lists.taken(request, listed)
    if file is not None:
        return file
    page = RulesPage(
        head=request.make_head(day=on, known=known), table=lists.table(request, listed), days=_days(request, []),
        come_href=reverse("orders:come"), drafts_href=reverse("orders:drafts") if request.actor.can(DRAFT) else "",
    )  # fmt: skip
    return render(request, page)


def rule(request: Request, decision: str) -> HttpResponse:
    """What does this table say, since when, what did it say before, and what does it answer?"""
    require(request.actor, "board.see")
    on, known = asked_day(request, default=kinds.day()), asked_known(request)
    at = queries.rules(on, known)
    place = request.GET.get("place") or at.book.place
    lists.found(
        decision if decision in queries.decisions(at) and place.isascii() and place.isdecimal() else None
    )
    found = queries.find(at, decision, place=place)
    if found is None:
        text = _("%(rule)s：%(on)s 没有生效的表") % {
            "rule": name_of(queries.decisions(at)[decision]),
            "on": on.isoformat(),
        }
        said(request, text, tone="warn")
        return back(f"{reverse('orders:rules')}?{urlencode(_when(request))}")
    if request.GET.get("format") in lists.FORMATS:
        return _file(request, at, found)
    view = request.GET.get("view", "read")
    view = view if view in ("read", "try", "compare") else "read"
    table = at.table(decision, place=place)
    words = Words.of(at.book, decision)
    note, tables = _tables(at, found, view, words)
    form, answer = _tried(request, at, found, words) if view == "try" else (None, None)
    kept = [("place", place), ("view", view)]
    page = RulePage(
        head=request.make_head(day=on, known=known, crumbs=[Link(title=_("规则"), href=f"{reverse('orders:rules')}?{urlencode(_when(request))}")]),
        title=name_of(found.decision), clause=name_of(found.clause), pairs=showing.about(found, table.hit, _places(at)),
        days=_days(request, kept), tabs=_tabs(request, found, view), files=_files(request, found), edit_href=_edit_href(request, found), tables=tables, form=form,
        answer=answer, note=note,
    )  # fmt: skip
    return render(request, page)


@csrf_exempt  # it changes nothing and nobody is signed in: a token would only set a cookie
def come(request: Request) -> HttpResponse:
    """May this person come, and what follows? Asked of nobody who he is; nothing of it is kept."""
    language = request.GET.get("language", "")
    known = language in dict(settings.LANGUAGES)
    with translation.override(language if known else translation.get_language()):
        return render(request, _come(request, language if known else ""))


def _come(request: Request, language: str) -> ComePage:
    at = queries.rules(kinds.day(), None)
    places, facts = queries.places(at), queries.stays(at, queries.ARRIVAL)
    is_asked = request.method == "POST"
    sent = Sent.of(request) if is_asked else Sent({queries.ARRIVED: kinds.day().isoformat()})
    count = forms.count_of(sent)
    arrived_on, cases = forms.day_of_arrival(sent), forms.cases_of(facts, places, sent)
    answer, error = None, ""
    if is_asked and "more" in sent.values:
        count = min(count + 1, forms.STAYS)
    elif is_asked and sent.is_right:
        found = queries.coming(at, arrived_on, cases)
        answer = showing.come(at, found, cases, arrived_on, Words.of(at.book, queries.ARRIVAL))
    elif is_asked:
        error = _("有的地方没填对，请看下面红字")
    here = reverse("orders:come")
    return ComePage(
        head=replace(request.make_head(), language_href="", languages=()),
        href=f"{here}?{urlencode({'language': language})}" if language else here,
        languages=[Link(title=t, href=f"{here}?{urlencode({'language': code})}", is_here=translation.get_language() == code) for code, t in settings.LANGUAGES],
        fields=[forms.arrival(sent), Field(name=forms.COUNT, title="", kind="hidden", value=str(count))],
        stays=forms.stays(facts, places, sent, count=count), may_add=count < forms.STAYS, answer=answer, error=error,
        call=_whom_to_call(request),
        basis=_("按 %(at)s 生效、所知的规则。不问是谁，不登录，什么也不留。") % {"at": as_moment(at.moment)},
    )  # fmt: skip


def _tables(at: RulesAt, found: InForce, view: str, words: Words) -> tuple[str, list[Table]]:
    entry = found.entry
    if view == "read":
        tables = [
            showing.sentences(at, found, words),
            showing.grid(at, found, words),
            showing.clauses(at, found),
            showing.numbers(queries.numbers(at, entry)),
        ]
        return "", [t for t in tables if t is not None]
    if view == "try":
        return _("空着的就是不知道；不知道不等于没有。只问，不存。"), []
    rows = queries.versions(at, entry.decision, place=entry.place)
    shown = showing.versions(rows, at, at.known)
    past = [v for v in rows if v.since <= at.moment]
    if len(past) < 2:
        return _("这是第一版，之前没有。"), [shown]
    new, old = past[:2]
    note = _("和从 %(since)s 起的上一版（条款 %(clause)s）逐格比较，穷尽，不是抽查；只有条款号变的不算。") % {
        "since": as_moment(old.since), "clause": old.entry.clause,
    }  # fmt: skip
    return note, [showing.differing(queries.differing(old.table, new.table), words), shown]


def _tried(request: Request, at: RulesAt, found: InForce, words: Words) -> tuple[Form, RuleAnswer | None]:
    """Return the form of one case and, where one was sent, its answer."""
    decision, place = found.entry.decision, found.entry.place
    facts, places = queries.asked_facts(at, decision, place=place), queries.places(at)
    sent = Sent.of(request)
    given = forms.facts_of(facts, places, sent)
    answer = None
    if request.method == "POST" and sent.is_right:
        try:
            answer = showing.answered(at, at.ask(decision, given, place=place), given, words)
        except WrongFact as e:
            sent.errors[e.fact] = _("这一项不能识别，请按说明填")
    href = showing.address(decision, place, _when(request), view="try")
    return forms.case(href, facts, places, sent), answer


def _file(request: Request, at: RulesAt, found: InForce) -> HttpResponse:
    """Give a table as it stands in the playbook, with the names of its numbers, so that it can be taken in again."""
    text, form = at.rules.text_of(found.entry), request.GET["format"]
    name = found.entry.file.removesuffix(".csv")
    if form == "xlsx":
        body = export.sheet(showing.as_file(text), name=name, mark=lists.mark(request))
    else:
        body = text.encode("utf-8-sig")
    lists.note(f"rule:{name}", form, body, by=request.actor)
    return lists.attachment(body, f"{name}.{form}", lists.FORMATS[form][1])


def _files(request: Request, found: InForce) -> list[Link]:
    return [
        Link(title=form, href=showing.address(found.entry.decision, found.entry.place, _when(request), format=form), icon="download")
        for form in lists.FORMATS
    ]  # fmt: skip


def _edit_href(request: Request, found: InForce) -> str:
    """Return where a draft is begun from a table; empty where the asker may not, or where it is not of now."""
    entry = found.entry
    if (
        not request.actor.can(DRAFT)
        or _when(request)
        or not actions.may_draft(request.actor, entry.decision, entry.place)
    ):
        return ""
    return f"{reverse('orders:begin', args=[entry.decision])}?{urlencode({'place': entry.place})}"


def _tabs(request: Request, found: InForce, view: str) -> list[Link]:
    names = {"read": _("读"), "try": _("试一例"), "compare": _("与上一版比较")}
    return [
        Link(title=t, href=showing.address(found.entry.decision, found.entry.place, _when(request), view=v), is_here=v == view)
        for v, t in names.items()
    ]  # fmt: skip


def _when(request: Request) -> list[tuple[str, str]]:
    """Return day and known moment as they were asked for; none where the page shows now."""
    if "on" not in request.GET and "known" not in request.GET:
        return []
    return lists.when(asked_day(request, default=kinds.day()), asked_known(request))


def _days(request: Request, kept: Kept) -> DayPicker:
    """Return the chooser of the day; rules are known for days to come, too."""
    on, known = asked_day(request, default=kinds.day()), asked_known(request)
    is_moved = known is not None or on != kinds.day()
    home = f"{request.path}?{urlencode(kept)}" if kept else request.path
    following = f"{request.path}?{urlencode([*lists.when(on + timedelta(days=1), known), *kept])}"
    picker = lists.days(request, on=on, known=known, kept=kept)
    return replace(picker, latest=None, next_href=following, now_href=home if is_moved else "")


def _places(at: RulesAt) -> dict[str, str]:
    """Return the names of the county and its townships, by code."""
    book: Any = at.book
    names = {t.key: name_of(t) for t in book.of("tile", at=at.moment)}
    return {book.place: name_of(book.county(at=at.moment)), **names}


def _whom_to_call(request: Request) -> str:
    """Say which phone answers for the county: that of the post, without whoever holds it."""
    with scope.widened(request.actor.scope):
        phones = [h.phone for h in units.holders(on=kinds.day()) if h.role == "office_clerk" and h.phone]
    return _("打电话问：指挥部办公室 %(phone)s") % {"phone": phones[0]} if phones else ""
