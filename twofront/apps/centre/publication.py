"""The page of publication: what goes out for a day, and what changed since it went out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.centre import actions, queries
from twofront.apps.centre.words import fields, rate_of, value_of
from twofront.apps.figures.queries.board import Board
from twofront.apps.figures.queries.published import Frozen, publications
from twofront.ground import clock, kinds, ledger, lists, scope
from twofront.ground.acts import KeyReused
from twofront.ground.forms import key_field, key_of
from twofront.ground.lists import Col
from twofront.ground.pages import Request, asked_day, back, name_of, render, require, said
from twofront.web.pages.figures import PublicationPage
from twofront.web.parts import Cell, Field, Form, Pair, Table

LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Revision:
    """A value that is not what went out."""

    what: str
    before: str
    after: str
    known: datetime | None = None
    href: str = ""


def publication(request: Request) -> HttpResponse:
    """What goes out for this day, and what changed since it went out?"""
    require(request.actor, "publish")
    on = asked_day(request)
    if request.method == "POST":
        return _publish(request, on)
    with scope.widened(request.actor.scope):
        board = queries.made(on)
        data = board.as_seen(request.actor)
    days = [on + timedelta(days=n) for n in range(-LOOK_BACK.days, LOOK_BACK.days + 1)]
    past = publications(days)
    frozen = past.get(on)
    names = {h.login: h.name for h in board.holders}
    by = _publisher(frozen) if frozen else ""
    page = PublicationPage(
        head=request.make_head(day=on), on=on, pairs=[_pair(board, f) for f in _figures(board, data)],
        form=_form(on, again=frozen is not None),
        published_at=frozen.known if frozen else None, published_by=names.get(by, by), hash=frozen.hash if frozen else "",
        revisions=_revisions(board, data, frozen) if frozen else None, history=_history(past, names) if past else None,
        days=lists.days(request, on=on, known=None),
    )  # fmt: skip
    return render(request, page)


def _publish(request: Request, on: date) -> HttpResponse:
    try:
        done = actions.publish(on, by=request.actor, at=clock.now(), key=key_of(request))
    except KeyReused:
        said(request, _("这张表已经提交过，这一天已公布"), tone="warn")
    else:
        text = _("已公布 %(on)s，校验值 %(hash)s") % {"on": on.isoformat(), "hash": done.hash[:12]}
        said(request, text, why_not=_("公布了不能收回；有更正就再公布一次，两次都留着"))
    return back(f"{reverse('centre:publication')}?on={on.isoformat()}")


def _form(on: date, *, again: bool) -> Form:
    fields = [Field(name="on", title="", kind="hidden", value=on.isoformat()), key_field()]
    ask = _("按现在所知公布 %(on)s？公布了不能收回。") % {"on": on.isoformat()}
    submit = _("按现在所知再公布一次") if again else _("公布")
    return Form(href=reverse("centre:publication"), fields=fields, submit=submit, confirm=ask)


def _figures(board: Board, data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield goals and charts with their names, in the order of the board."""
    kinds_of = {**{g.key: name_of(g) for g in board.goals}, **{c.key: name_of(c) for c in board.charts}}
    for figure in (*data["goals"], *data["charts"]):
        yield kinds_of.get(figure["key"], figure["key"]), figure


def _pair(board: Board, named: tuple[str, Mapping[str, Any]]) -> Pair:
    name, d = named
    text = _words(d)
    note = _("未知 %(n)s") % {"n": f"{d['unknown']:,}"} if d["unknown"] else ""
    what = "goal" if "state" in d else "chart"
    query = {"figure": f"{what}:{d['key']}", "part": "numerator", "on": board.on.isoformat()}
    return Pair(title=name, text=text, note=note, href=f"{reverse('centre:rows')}?{urlencode(query)}")


def _words(d: Mapping[str, Any]) -> str:
    """Return a figure in one phrase: its state or rate, and its counts."""
    counts = (
        f"{d['numerator']:,}" if d["denominator"] is None else f"{d['numerator']:,} / {d['denominator']:,}"
    )
    if "state" in d:
        return f"{_state(d['state'])} · {counts}"
    is_list = "firm_share" not in d
    rate = rate_of(d, is_list=is_list)
    if rate is None:
        return f"{_('未知')} · {counts}"
    return f"{rate:.1f}{'%' if is_list else ''} · {counts}"


def _state(key: str) -> str:
    return {"met": _("达成"), "broken": _("已破"), "open": _("未完成"), "unknown": _("未知")}[key]


def _revisions(board: Board, data: Mapping[str, Any], frozen: Frozen) -> Table:
    rows = [*_moved_figures(board, data, frozen), *_moved_rows(board, data, frozen)]
    zone = board.zone
    columns: list[Col[Revision]] = [
        Col(key="what", title=_("哪个数"), is_lead=True, cell=lambda r: Cell(text=r.what, href=r.href)),
        Col(key="before", title=_("公布时"), kind="number", cell=lambda r: Cell(text=r.before)),
        Col(key="after", title=_("现在"), kind="number", cell=lambda r: Cell(text=r.after)),
        Col(
            key="known", title=_("何时得知"), kind="moment",
            cell=lambda r: Cell(text=r.known.astimezone(zone).strftime("%m-%d %H:%M") if r.known else "—"),
        ),
    ]  # fmt: skip
    return lists.plain(_("与公布时不同的"), columns, rows, empty=_("与公布时一样"))


def _moved_figures(board: Board, data: Mapping[str, Any], frozen: Frozen) -> Iterator[Revision]:
    then = {f["key"]: f for part in ("goals", "charts") for f in frozen.board[part]}
    for name, d in _figures(board, data):
        before = then.get(d["key"])
        if before is not None and _counts(before) != _counts(d):
            yield Revision(name, f"{_words(before)}", f"{_words(d)}")


def _counts(d: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(d.get(k) for k in ("state", "numerator", "denominator", "unknown", "rate"))


def _moved_rows(board: Board, data: Mapping[str, Any], frozen: Frozen) -> Iterator[Revision]:
    """Yield what was corrected after the day went out, row by row."""
    for c in data["changed"]:
        known = datetime.fromisoformat(c["known"]) if c["known"] else None
        if "since" not in c and (known is None or known <= frozen.known):
            continue
        place = board.frames.divisions.get(c["code"])
        name = board.frames.village_names.get(c["id"], c["id"])
        href = reverse("intake:import", args=[c["import_id"]]) if c["import_id"] else ""
        what = " · ".join(x for x in (place.short if place else "", name, fields()[c["field"]]) if x)
        yield Revision(what, value_of(c["field"], c["before"]), value_of(c["field"], c["after"]), known, href)


def _history(past: Mapping[date, Frozen], names: Mapping[str, str]) -> Table:
    rows = sorted(past.values(), key=lambda p: p.on, reverse=True)
    zone = kinds.zone()
    publishers = {p.on: _publisher(p) for p in rows}
    columns: list[Col[Frozen]] = [
        Col(
            key="on", title=_("哪天"), kind="moment", is_lead=True,
            cell=lambda p: Cell(text=p.on.isoformat(), href=f"{reverse('centre:publication')}?on={p.on.isoformat()}"),
        ),
        Col(key="known", title=_("按何时所知"), kind="moment", cell=lambda p: Cell(text=p.known.astimezone(zone).strftime("%Y-%m-%d %H:%M"))),
        Col(key="by", title=_("谁公布"), cell=lambda p: Cell(text=names.get(publishers[p.on], publishers[p.on]))),
        Col(key="hash", title=_("校验值"), cell=lambda p: Cell(text=p.hash[:12])),
    ]  # fmt: skip
    return lists.plain(_("已公布的日子"), columns, rows)


def _publisher(frozen: Frozen) -> str:
    login = ledger.doer_of("board.published", f"board:{frozen.on.isoformat()}", digest=frozen.hash)
    return _("到点自动") if login.startswith("system:") else login
