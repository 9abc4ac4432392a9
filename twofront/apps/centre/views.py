"""Pages of the centre: the board, and what leads from it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.centre import behind, queries
from twofront.apps.centre.page import BoardPage, Changed, FrontHead, Late, RowsPage
from twofront.apps.centre.showing import Showing
from twofront.apps.centre.words import rate_of
from twofront.apps.figures.queries.board import Board
from twofront.core.time import write_moment
from twofront.ground import kinds, ledger, lists, scope
from twofront.ground.lists import Col, ListOf, Sieve
from twofront.ground.pages import (
    Request,
    asked_day,
    asked_known,
    board_day,
    is_english,
    name_of,
    render,
    require,
)
from twofront.web.pages.figures import ChartPage, ListPage
from twofront.web.parts import Cell, DayPicker, Head, Link, NextLoad, Pair, Table

KINDS_FIRST = (
    "divisions",
    "accounts",
    "enterprises",
    "projects",
    "lists",
    "meters",
    "readings",
    "reports",
    "visits",
    "coverage",
    "cases",
    "closings",
    "project_reports",
    "published",
)


def board(request: Request) -> HttpResponse:
    """Where do we stand, what will be late, what contradicts itself?"""
    require(request.actor, "board.see")
    on, known = asked_day(request), asked_known(request)
    page = _board_page(request, on, known)
    return _news(request, page) if request.htmx else render(request, page)


def _news(request: Request, page: BoardPage) -> HttpResponse:
    """Answer a board that asks for itself: the board if it changed, the running clock, or the whole page anew."""
    if page.poll_href != request.get_full_path():
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    response = render(request, page, part="live")
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    is_same = request.headers.get("If-None-Match") == tag
    if is_same and page.head.is_exercise:
        return HttpResponse(status=304)
    time = render(request, page, part="clock")
    if is_same:
        time.headers["HX-Reswap"] = "none"  # the clock finds its place by itself
        return time
    response.content += time.content
    response.headers["ETag"] = tag
    return response


def rows(request: Request) -> HttpResponse:
    """Which rows make this number?"""
    require(request.actor, "board.see")
    figure, part = request.GET.get("figure", ""), request.GET.get("part", "")
    on, known, township = asked_day(request), asked_known(request), request.GET.get("township") or None
    answer = queries.rows(figure, part, on, known=known, township=township, by=request.actor)
    showing = Showing(answer.board, request.actor)
    kept = [(k, v) for k, v in (("figure", figure), ("part", part), ("township", township or "")) if v]
    listed = behind.listing(
        showing, answer, href=reverse("centre:rows"), kept=[*kept, *showing.when().items()]
    )
    taken = lists.taken(request, listed)
    if taken is not None:
        return taken
    titles = behind.parts()
    facets = [
        Link(title=titles[p], href=showing.rows(figure, p, township or ""), is_here=p == part)
        for p in behind.facets(answer)
        if showing.rows(figure, p, township or "")
    ]
    return render(
        request,
        RowsPage(
            head=_head(request, on, known),
            title=f"{name_of(answer.figure)} · {titles[answer.part]}",
            figure=answer.total,
            unit=behind.unit(answer),
            table=lists.table(request, listed),
            what=behind.what(answer),
            front="prevention" if answer.figure.front == "prevention" else "resumption",
            facets=facets,
            days=lists.days(request, on=on, known=known, kept=kept),
        ),
    )


def late(request: Request) -> HttpResponse:
    """What was expected by now and is not known?"""
    require(request.actor, "board.see")
    showing = _showing(request)
    columns: list[Col[Late]] = [
        Col(key="what", title=_("什么"), cell=lambda r: Cell(text=r.what, href=r.href), is_lead=True),
        Col(key="unit", title=_("谁"), cell=lambda r: Cell(text=r.unit), order=lambda r: r.unit),
        Col(
            key="n", title=_("数量"), kind="number", cell=lambda r: Cell(text=f"{r.n:,}"), order=lambda r: r.n
        ),
        Col(
            key="due",
            title=_("应于"),
            cell=lambda r: Cell(text=r.due_at.strftime("%m-%d %H:%M")),
            order=lambda r: r.due_at,
        ),
        Col(key="owner", title=_("联系人"), cell=lambda r: Cell(text=r.owner.name if r.owner else "")),
        Col(
            key="phone",
            title=_("电话"),
            kind="phone",
            cell=lambda r: Cell(text=r.owner.phone if r.owner else ""),
        ),
    ]
    listed = ListOf(
        caption=_("迟报"),
        href=request.path,
        rows=showing.late(limit=None),
        columns=columns,
        text=lambda r: f"{r.what} {r.unit}",
        kept=list(showing.when().items()),
        name="late",
        empty=_("没有迟报"),
    )
    return _list_page(
        request, showing, listed, what=_("到了预案规定的时点还没有收到的数。先打电话, 再补报。")
    )


def changed(request: Request) -> HttpResponse:
    """What is not what it was: since the day before, and since the day was published?"""
    require(request.actor, "board.see")
    showing = _showing(request)
    columns: list[Col[Changed]] = [
        Col(
            key="name",
            title=_("谁"),
            cell=lambda c: Cell(text=c.name, href=c.href),
            is_lead=True,
            order=lambda c: c.name,
        ),
        Col(key="what", title=_("指标"), cell=lambda c: Cell(text=c.what)),
        Col(key="field", title=_("字段"), cell=lambda c: Cell(text=c.field)),
        Col(key="before", title=_("原值"), cell=lambda c: Cell(text=c.before)),
        Col(key="after", title=_("现值"), cell=lambda c: Cell(text=c.after)),
        Col(
            key="known",
            title=_("得知"),
            cell=lambda c: Cell(text=c.known.strftime("%m-%d %H:%M") if c.known else "—"),
            order=lambda c: c.known,
        ),
    ]
    nature: Sieve[Changed] = Sieve(
        name="nature",
        title=_("性质"),
        value=lambda c: "correction" if c.is_correction else "move",
        names={"correction": _("更正"), "move": _("较前一日")},
    )
    listed = ListOf(
        caption=_("变化与更正"),
        href=request.path,
        rows=showing.changed(limit=None),
        columns=columns,
        text=lambda c: f"{c.name} {c.what}",
        sieves=[nature],
        kept=list(showing.when().items()),
        name="changed",
        empty=_("没有变化"),
    )
    return _list_page(
        request, showing, listed, what=_("与前一日不同的, 以及报过之后又更正的。两个值都留着。")
    )


def chart(request: Request, key: str) -> HttpResponse:
    """What is this chart made of, township by township and sector by sector?"""
    require(request.actor, "board.see")
    showing = _showing(request)
    on, known = showing.board.on, showing.frames.known
    found = next((c for c in showing.board.charts if c.key == key), None)
    if found is None:
        raise queries.NoSuchFigure(
            f"there is no chart {key} on that day; go back to the board", f"当日没有图表 {key}; 请回看板"
        )
    d = next(c for c in showing.data["charts"] if c["key"] == key)
    card = showing.chart(found, d)
    sections = {s.key: name_of(s) for s in showing.book.of("section", at=on)}
    pairs = [
        Pair(title=_("口径"), text=card.formula_version), Pair(title=_("名单版本"), text=card.list_version),
        Pair(title=_("截数时点"), text=datetime.fromisoformat(d["cutoff"]).strftime("%m-%d %H:%M")),
        Pair(title=_("未知"), text=str(card.unknown), href=card.unknown_href),
    ]  # fmt: skip
    by_township = _parts(
        _("按镇街"),
        d["by_township"],
        lambda p: Cell(
            text=showing.place(p["code"]), href=showing.rows(f"chart:{key}", "denominator", p["code"])
        ),
        is_list=bool(found.list_key),
    )
    by_sector = _parts(
        _("按行业"),
        d["by_sector"],
        lambda p: Cell(text=sections.get(p["code"], _("未分类") if p["code"] == "-" else p["code"])),
        is_list=bool(found.list_key),
    )
    page = ChartPage(
        head=_head(request, on, known),
        chart=card,
        pairs=pairs,
        by_township=by_township,
        by_sector=by_sector,
        days=lists.days(request, on=on, known=known),
    )
    return render(request, page)


def _board_page(request: Request, on: date, known: datetime | None) -> BoardPage:
    with scope.widened(request.actor.scope):
        made = queries.made(on, known=known)
        showing = Showing(made, request.actor)
        head = request.make_head(day=on, known=known)
        days = lists.days(request, on=on, known=known)
        if showing.is_empty:
            return BoardPage(head=head, days=days, next_loads=_next_loads(showing))
        newest = known is None and on >= board_day()
        frozen = made.frozen.get(on)
        published_at = frozen.known if frozen else None
        return BoardPage(
            head=head,
            days=days,
            fronts=_fronts(made),
            sentences=showing.sentences(),
            goals=showing.goals(),
            charts=showing.charts(),
            forecast=showing.townships.forecast(),
            measures=showing.townships.measures(),
            tiles=showing.townships.tiles(),
            late=showing.late(),
            late_total=len(showing.data["late"]),
            late_href=showing.rows_late(),
            changed=showing.changed(),
            changed_total=len(showing.data["changed"]),
            changed_href=f"{reverse('centre:changed')}?{urlencode(showing.when())}",
            answers=showing.answers(),
            publish_href=f"{reverse('centre:publication')}?{urlencode(showing.when())}"
            if request.actor.can("publish")
            else "",
            published_at=published_at,
            poll_href=_poll_href(request, head, days, published_at) if newest else "",
            edition=_edition(made),
        )


def _poll_href(request: Request, head: Head, days: DayPicker, published_at: datetime | None) -> str:
    """Return where the board asks for itself; another address means that what stands around it is another."""
    around = (days, head.phase, head.as_of if head.is_exercise else None, published_at)
    query = {"around": hashlib.sha256(repr(around).encode()).hexdigest()[:16]}
    if asked := request.GET.get("on"):
        query["on"] = asked
    return f"{reverse('centre:board')}?{urlencode(query)}"


def _fronts(made: Board) -> list[FrontHead]:
    phase = made.book.phase(at=made.on)
    keys = phase.fronts if phase else tuple(f.key for f in made.book.of("front", at=made.on))
    return [
        FrontHead(
            key="prevention" if k == "prevention" else "resumption",
            title=name_of(made.book.find("front", k, at=made.on), k),
        )
        for k in keys
    ]


def _edition(made: Board) -> str:
    county = made.book.county(at=made.on)
    return county.edition_en if is_english() else county.edition_zh


def _next_loads(showing: Showing) -> list[NextLoad]:
    sheets = {s.key: name_of(s) for s in showing.book.of("sheet", at=showing.board.on)}
    may, loaded = showing.actor.can, ledger.accepted_by_kind()
    return [
        NextLoad(
            kind=kind,
            title=sheets.get(kind, kind),
            template_href=reverse("intake:template", args=[kind]),
            upload_href=f"{reverse('intake:upload')}?kind={kind}" if may(f"load:{kind}") else "",
            count=loaded.get(kind, 0),
        )
        for kind in KINDS_FIRST
    ]


def _showing(request: Request) -> Showing:
    with scope.widened(request.actor.scope):
        showing = Showing(queries.made(asked_day(request), known=asked_known(request)), request.actor)
        showing.count()
        return showing


def _list_page(request: Request, showing: Showing, listed: ListOf[Any], *, what: str) -> HttpResponse:
    on, known = showing.board.on, showing.frames.known
    taken = lists.taken(request, listed)
    if taken is not None:
        return taken
    page = ListPage(
        head=_head(request, on, known),
        title=listed.caption,
        table=lists.table(request, listed),
        what=what,
        days=lists.days(request, on=on, known=known),
    )
    return render(request, page)


def _head(request: Request, on: date, known: datetime | None) -> Any:  # noqa: ANN401 - the head's class is the web's
    moment = {"known": write_moment(known, zone=kinds.zone())} if known else {}
    board_href = f"{reverse('centre:board')}?{urlencode({'on': on.isoformat(), **moment})}"
    return request.make_head(day=on, known=known, crumbs=[Link(title=_("指挥看板"), href=board_href)])


def _parts(
    caption: str,
    parts: Sequence[Mapping[str, Any]],
    name: Callable[[Mapping[str, Any]], Cell],
    *,
    is_list: bool,
) -> Table:
    def rate(p: Mapping[str, Any]) -> Cell:
        share = rate_of(p, is_list=is_list)
        return Cell(text="" if share is None else f"{share:.1f} %")

    columns: list[Col[Mapping[str, Any]]] = [
        Col(key="name", title=_("名称"), cell=name, is_lead=True),
        Col(key="numerator", title=_("开工"), kind="number", cell=lambda p: Cell(text=f"{p['numerator']:,}")),
        Col(
            key="denominator",
            title=_("总数"),
            kind="number",
            cell=lambda p: Cell(text=f"{p['denominator']:,}"),
        ),
        Col(key="unknown", title=_("未知"), kind="number", cell=lambda p: Cell(text=f"{p['unknown']:,}")),
        Col(key="rate", title=_("复工率"), kind="number", cell=rate),
    ]
    return lists.plain(caption, columns, parts)
