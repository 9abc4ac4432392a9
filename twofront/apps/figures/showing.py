"""Figures in the reader's words: what is known of a goal, sheets side by side, what the three sources say.

Nothing is counted here beyond counting rows; a number on the page is the board's.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.enterprises import queries as enterprises
from twofront.apps.figures.queries.board import Board
from twofront.apps.figures.queries.frames import Frames
from twofront.apps.figures.queries.published import Sheet
from twofront.apps.figures.queries.published import sheets as published
from twofront.apps.figures.queries.selecting import Part, cases, villages
from twofront.apps.register import queries as register
from twofront.core import figures as sums
from twofront.core.figures import Members
from twofront.core.playbook import Chart, Goal
from twofront.ground import lists, scope
from twofront.ground.lists import Col, ListOf, Sieve
from twofront.ground.pages import name_of
from twofront.ground.scope import Actor
from twofront.web import figures as shapes
from twofront.web.figures import Combination
from twofront.web.parts import Cell, Owner, Pair, Tone

SOURCES = ("reported", "confirmed", "measured")
NEAR = 0.05
"""Up to so far apart a published index and ours count as the same: both are rounded to a tenth."""


# -- closings ------------------------------------------------------------------------------------------------------


def known_of(board: Board, goal: Goal, by: Actor) -> list[Pair]:
    """Return what is known of a goal up to the day: what is in, what is missing, the newest."""
    figure = board.goal(goal)

    def page(part: Part) -> str:
        address = board.address(f"goal:{goal.key}", part) if board.opens(by, goal, part) else ""
        return address and f"{reverse('centre:rows')}?{address.partition('?')[2]}"

    match goal.counts:
        case "cases":
            return _known_cases(board, figure, page)
        case "dwellings":
            return _known_villages(board, figure, page)
        case "members":
            return _known_members(board, figure, page)


def whose(board: Board, goal: Goal) -> str:
    """Return who closes a goal's day, with the phone."""
    owner = board.owner(goal.line)
    line = name_of(board.book.find("line", goal.line, at=board.on), goal.line)
    who = " ".join(x for x in (line, owner["name"], owner["phone"]) if x)
    return _("由 %(who)s 封账") % {"who": who}


def _known_cases(board: Board, figure: Mapping[str, Any], page: Callable[[Part], str]) -> list[Pair]:
    known = cases(board.frames)
    newest = max((c.known for c in known), default=None)
    return [
        Pair(title=_("起算以来"), text=_("%(n)s 例") % {"n": figure["numerator"]}, href=page("numerator")),
        Pair(title=_("来源不明"), text=_("%(n)s 例") % {"n": figure["unknown"]}, href=page("unknown")),
        Pair(title=_("累计"), text=_("%(n)s 例，最后一例 %(on)s") % {"n": len(known), "on": known[0].reported_on.isoformat()} if known else _("没有病例"), href=page("cases")),
        Pair(title=_("最近一次得知"), text=_moment(board, newest)),
    ]  # fmt: skip


def _known_villages(board: Board, figure: Mapping[str, Any], page: Callable[[Part], str]) -> list[Pair]:
    rows = villages(board.frames)
    today = sum(v.on == board.on for v in rows)
    of = len(board.frames.village_names)
    newest = max((v.known for v in rows), default=None)
    silent = of - today
    return [
        Pair(title=_("今天报了"), text=_("%(of)s 个村（社区）中 %(n)s 个") % {"of": of, "n": today}),
        Pair(title=_("今天没报"), text=_("%(n)s 个") % {"n": silent}, tone="warn" if silent else "good"),
        Pair(title=_("已完成"), text=_("%(n)s / %(of)s 户") % {"n": f"{figure['numerator']:,}", "of": f"{figure['denominator']:,}"}, href=page("denominator")),
        Pair(title=_("最近一次得知"), text=_moment(board, newest)),
    ]  # fmt: skip


def _known_members(board: Board, figure: Mapping[str, Any], page: Callable[[Part], str]) -> list[Pair]:
    return [
        Pair(title=_("在名单上"), text=_("%(n)s 家") % {"n": f"{figure['denominator']:,}"}, href=page("denominator")),
        Pair(title=_("自报开工并经走访确认"), text=_("%(n)s 家") % {"n": f"{figure['numerator']:,}"}, href=page("numerator")),
        Pair(
            title=_("还说不清"), text=_("%(n)s 家") % {"n": f"{figure['unknown']:,}"}, href=page("unknown"),
            note=_("没有报，或报了开工还没走访"),
        ),
    ]  # fmt: skip


def _moment(board: Board, at: datetime | None) -> str:
    return at.astimezone(board.zone).strftime("%m-%d %H:%M") if at else ""


# -- published sheets ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """A day of a published sheet beside what we compute."""

    sheet: Sheet
    ours: float | None
    note: str
    is_own: bool

    @property
    def apart(self) -> float | None:
        """How far the two are apart; None where one of them is not known, or it is another place's."""
        if self.ours is None or self.sheet.index is None or not self.is_own:
            return None
        return abs(self.sheet.index - self.ours)


def compared(board: Board, chart: Chart | None) -> list[Compared]:
    """Return every published row up to the day, the newest first, beside our own index of that day."""
    figure = board.chart(chart) if chart else {"series": []}
    ours = {date.fromisoformat(p["on"]): p["rate"] for p in figure["series"]}
    rows = [
        Compared(
            sheet=s,
            ours=ours.get(s.on),
            is_own=s.area == board.book.place,
            note=_break(board, chart, s.area, s.on),
        )
        for s in published(upto=board.on, known=board.frames.known)
    ]
    return sorted(rows, key=lambda r: (r.sheet.on, r.is_own, r.sheet.source), reverse=True)


def sheets_list(board: Board, rows: Sequence[Compared], *, href: str) -> ListOf[Compared]:
    """Return the published rows as a list."""
    areas = {r.sheet.area: area_name(board, r.sheet.area) for r in rows}
    sources = {r.sheet.source: r.sheet.source for r in rows}

    def index(value: float | None) -> Cell:
        return Cell(text="" if value is None else f"{value:.2f}")

    return ListOf(
        caption=_("发布的指数与自算的，逐日对照"), href=href, rows=rows, name="sheets", kept=lists.when(board.on, board.frames.known),
        empty=_("还没有装入发布的指数"), text=lambda r: f"{areas[r.sheet.area]} {r.sheet.source} {r.sheet.formula} {r.sheet.on}",
        columns=(
            Col(key="on", title=_("哪天"), kind="moment", is_lead=True, order=lambda r: r.sheet.on, cell=lambda r: Cell(text=r.sheet.on.isoformat())),
            Col(key="area", title=_("地区"), order=lambda r: r.sheet.area, cell=lambda r: Cell(text=areas[r.sheet.area])),
            Col(key="source", title=_("来源"), order=lambda r: r.sheet.source, cell=lambda r: Cell(text=r.sheet.source)),
            Col(key="firm", title=_("户数比例"), kind="number", order=lambda r: r.sheet.firm_share, cell=lambda r: index(r.sheet.firm_share)),
            Col(key="energy", title=_("电量比例"), kind="number", order=lambda r: r.sheet.energy_share, cell=lambda r: index(r.sheet.energy_share)),
            Col(key="index", title=_("发布数"), kind="number", order=lambda r: r.sheet.index, cell=lambda r: index(r.sheet.index), value=lambda r: r.sheet.index),
            Col(key="ours", title=_("自算"), kind="number", order=lambda r: r.ours if r.is_own else None, cell=lambda r: index(r.ours) if r.is_own else Cell(text="—")),
            Col(key="compared", title=_("对照"), kind="state", order=lambda r: r.apart, cell=_comparison),
            Col(key="formula", title=_("公式"), cell=lambda r: Cell(text=r.sheet.formula or _("没有说明"), note=r.note)),
            Col(key="published", title=_("发布时间"), kind="moment", order=lambda r: r.sheet.published_at, cell=lambda r: Cell(text=_moment(board, r.sheet.published_at))),
        ),
        sieves=(
            Sieve(name="area", title=_("地区"), names=areas, value=lambda r: r.sheet.area),
            Sieve(name="source", title=_("来源"), names=sources, value=lambda r: r.sheet.source),
        ),
    )  # fmt: skip


def power_chart(board: Board, chart: Chart) -> shapes.Chart:
    """Return our own index with the published series beside it."""
    d = board.chart(chart)
    series = [
        shapes.Point(
            on=date.fromisoformat(p["on"]), rate=p["rate"], is_break=p["break"], revised=p["revised"]
        )
        for p in d["series"]
    ]
    owner = d["owner"]
    line = name_of(board.book.find("line", chart.line, at=board.on), chart.line)
    return shapes.Chart(
        key=chart.key, title=name_of(chart), rate=d["rate"], rate_known=d["rate_known"], is_index=True, unit=_("家"),
        numerator=d["numerator"], denominator=d["denominator"], unknown=d["unknown"], series=series,
        references=[_reference(board, chart, r) for r in board.references(chart)],
        owner=Owner(line=line, name=owner["name"] or "", phone=owner["phone"] or ""),
        cutoff=datetime.fromisoformat(d["cutoff"]), formula_version=d["formula_version"], list_version=d["list_version"],
        href=f"{reverse('centre:chart', args=[chart.key])}?{urlencode(lists.when(board.on, board.frames.known))}",
    )  # fmt: skip


def area_name(board: Board, code: str) -> str:
    """Return an area's name: the county's, a division's, else its code."""
    if code == board.book.place:
        return name_of(board.book.county(at=board.on))
    place = board.frames.divisions.get(code)
    return place.name if place else _("全省") if len(code.rstrip("0")) <= 2 else code


def _comparison(row: Compared) -> Cell:
    if not row.is_own:
        return Cell(text=_("外地，只作参照"), tone="plain")
    if row.apart is None:
        return Cell(text=_("没有自算的数"), tone="unknown")
    if row.apart <= NEAR:
        return Cell(text=_("一致"), tone="good")
    return Cell(text=_("相差 %(n)s") % {"n": f"{row.apart:.2f}"}, tone="warn")


def _reference(board: Board, chart: Chart, ref: Mapping[str, Any]) -> shapes.Reference:
    points = [
        shapes.Point(on=p["on"], rate=p["index"], is_break=p["break"], note=_break(board, chart, ref["area"], p["on"]))
        for p in ref["points"]
    ]  # fmt: skip
    title = f"{area_name(board, ref['area'])} · {ref['source']}"
    return shapes.Reference(title=title, points=points, source=ref["source"])


def _break(board: Board, chart: Chart | None, area: str, on: date) -> str:
    marked = board.book.of("break", at=on)
    here = (b for b in marked if chart and (b.chart, b.area, b.on) == (chart.key, area, on))
    return next((name_of(b) for b in here), "")


# -- disagreements -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speaking:
    """A member with what each source says of it (1 open, 0 shut, -1 not known), and how far that lies apart."""

    id: int
    code: str
    name: str
    township: str
    states: tuple[int, ...]
    ratio: float | None
    gap: float

    @property
    def differs(self) -> bool:
        """Whether two sources that both know say different things."""
        return {0, 1} <= set(self.states)

    @property
    def combination(self) -> str:
        """The states as an address carries them."""
        return "".join({1: "o", 0: "s", -1: "u"}[s] for s in self.states)


def speaking(board: Board, chart: Chart) -> list[Speaking]:
    """Return the members of a chart's list with what the sources say of each; to be read on the whole county."""
    members: Members = board.frames.members(chart.list_key or "")
    is_firm = _is_firm(board, chart)
    places = board.frames.places(is_firm=is_firm).of(members.ids)
    columns = {"reported": members.declared, "confirmed": members.confirmed, "measured": members.measured}
    states = zip(*(columns[s].tolist() for s in chart.sources), strict=True)
    people = zip(members.declared.tolist(), members.confirmed.tolist(), strict=True)
    rows = zip(members.ids.tolist(), places.code, places.name, members.township, states, people, strict=True)
    out = []
    for i, code, name, township, said, (declared, confirmed) in rows:
        ratio = board.frames.power.ratio(i) if is_firm else None
        apart = sums.gap(declared=sums.said(declared), confirmed=sums.said(confirmed), ratio=ratio)
        out.append(Speaking(i, str(code), str(name), str(township), said, ratio, apart))
    return out


def in_sight(rows: Sequence[Speaking], board: Board, chart: Chart) -> list[Speaking]:
    """Keep the members that the wall lets the asker see."""
    seen = enterprises.visible_members(chart.list_key or "", on=board.on, known=board.frames.known)
    return [r for r in rows if r.id in seen]


def combinations(rows: Sequence[Speaking], chart: Chart, *, href: str) -> list[Combination]:
    """Return every way in which sources that all know can speak, and each way with an unknown that occurs."""
    counts = Counter(r.states for r in rows)
    known = list(product((1, 0), repeat=len(chart.sources)))
    dark = sorted((s for s in counts if -1 in s), key=lambda s: (-counts[s], s))
    titles = source_titles()
    out = []
    for states in (*known, *dark):
        words = [(titles[s], *_word(state)) for s, state in zip(chart.sources, states, strict=True)]
        key = "".join({1: "o", 0: "s", -1: "u"}[s] for s in states)
        n = counts.get(states, 0)
        out.append(
            Combination(words=words, count=n, href=f"{href}&said={key}" if n else "", differs={0, 1} <= set(states))
        )  # fmt: skip
    return out


def disagreements(
    board: Board, chart: Chart, rows: Sequence[Speaking], *, href: str, said: str
) -> ListOf[Speaking]:
    """Return those on whom two sources differ, or those of one combination, with whom to call and what to do."""
    chosen = [r for r in rows if (r.combination == said if said else r.differs)]
    chosen.sort(key=lambda r: (-r.gap, r.township, r.code))
    records = register.firms([r.id for r in chosen], on=board.on) if _is_firm(board, chart) else {}
    visits = enterprises.visits(
        [r.id for r in chosen],
        on=board.on,
        window=board.frames.window,
        is_project=not records,
        known=board.frames.known,
    )
    when = lists.when(board.on, board.frames.known)
    tiles = {t.key: name_of(t) for t in board.book.of("tile", at=board.on)}
    places = {c: tiles.get(c, p.short) for c, p in board.frames.townships.items()}
    persons = {h.login: h.name for h in board.holders if h.name}

    def name(r: Speaking) -> Cell:
        here = f"{reverse('enterprises:report', args=[r.code])}?{urlencode(when)}" if records else ""
        return Cell(text=r.name, note=r.code, href=here)

    def contact(r: Speaking) -> tuple[str, str]:
        firm, head = records.get(r.id), board.head_of(r.township)
        if firm is not None and firm.mobile:
            return firm.contact, firm.mobile
        return (head.name, head.phone) if head else ("", "")

    def source(n: int, key: str) -> Col[Speaking]:
        visit = visits if key == "confirmed" else {}

        def cell(r: Speaking) -> Cell:
            text, tone = _word(r.states[n])
            seen = visit.get(r.id)
            note = f"{seen.on.strftime('%m-%d')} {persons.get(seen.officer, seen.officer)}" if seen else ""
            if key == "measured" and r.ratio is not None:
                note = _("平时的 %(n)s") % {"n": f"{r.ratio:.2f}"}
            return Cell(text=text, tone=tone, note=note)

        return Col(
            key=key,
            title=source_titles()[key],
            kind="state",
            order=lambda r: r.states[n] if r.states[n] >= 0 else None,
            cell=cell,
        )

    return ListOf(
        caption=_("要去看一看的") if not said else _("这样说的"), href=href, rows=chosen, name="disagreements",
        kept=[*when, *([("said", said)] if said else [])], empty=_("没有说法不一致的"), text=lambda r: f"{r.name} {r.code} {places.get(r.township, '')}",
        columns=(
            Col(key="name", title=_("名称"), is_lead=True, order=lambda r: r.name, cell=name),
            Col(key="code", title=_("代码"), is_hidden=True, cell=lambda r: Cell(text=r.code)),
            Col(key="place", title=_("镇街"), order=lambda r: r.township, cell=lambda r: Cell(text=places.get(r.township, r.township))),
            *(source(n, key) for n, key in enumerate(chart.sources)),
            Col(key="gap", title=_("差距"), kind="number", order=lambda r: r.gap, cell=lambda r: Cell(text=f"{100 * r.gap:.0f}%"), value=lambda r: r.gap),
            Col(key="whom", title=_("找谁"), cell=lambda r: Cell(text=contact(r)[0])),
            Col(key="phone", title=_("电话"), kind="phone", cell=lambda r: Cell(text=contact(r)[1])),
            Col(key="next", title=_("下一步"), cell=lambda r: Cell(text=_next(r))),
        ),
        sieves=(Sieve(name="place", title=_("镇街"), names=places, value=lambda r: r.township),),
    )  # fmt: skip


def measured(enterprise: int, on: date, *, known: datetime | None, by: Actor) -> Pair:
    """Return what the meters say of a firm on a day, beside its usual."""
    with scope.widened(by.scope):
        power = Frames(on, known=known).power
    state, ratio = power.resumed(enterprise), power.ratio(enterprise)
    text, tone = _word(sums.UNKNOWN if state is None else int(state))
    note = "" if ratio is None else _("平时的 %(n)s") % {"n": f"{ratio:.2f}"}
    return Pair(title=source_titles()["measured"], text=text, tone=tone, note=note)


def source_titles() -> dict[str, str]:
    """Return the three sources in the reader's language."""
    return {"reported": _("自报"), "confirmed": _("走访"), "measured": _("用电")}


def _is_firm(board: Board, chart: Chart) -> bool:
    return bool(board.book.one("list", chart.list_key or "", at=board.on).member == "enterprise")


def _word(state: int) -> tuple[str, Tone]:
    words: Mapping[int, tuple[str, Tone]] = {
        sums.OPEN: (_("开工"), "good"),
        sums.SHUT: (_("没开工"), "plain"),
        sums.UNKNOWN: (_("未知"), "unknown"),
    }
    return words[state]


def _next(row: Speaking) -> str:
    """Say what to do with a member: a difference leads to a visit, never to a sanction."""
    if row.differs:
        return _("去看一看，再按看到的更正")
    if row.states[0] == sums.UNKNOWN:
        return _("打电话补报")
    return _("去走访") if sums.UNKNOWN in row.states[:2] else _("不用做什么")
