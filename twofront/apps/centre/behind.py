"""The rows behind a figure as a list: what each source says, whom to call, what to do next."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.centre import queries
from twofront.apps.centre.showing import Showing
from twofront.apps.register import queries as register
from twofront.core.playbook import Goal
from twofront.ground.lists import Col, ListOf, Sieve
from twofront.ground.pages import name_of
from twofront.web.parts import Cell, Tone
from twofront.web.templatetags.web import shortday

Item = Mapping[str, Any]


def listing(
    showing: Showing, answer: queries.RowsAnswer, *, href: str, kept: Sequence[tuple[str, str]]
) -> ListOf[Item]:
    """Return the rows behind a figure as a list that can be searched, sorted, filtered and taken away."""
    kind = answer.found[0].kind if answer.found else "enterprise"
    columns = [
        *_lead(showing, answer),
        _why(showing, answer),
        *_middle(showing, answer, kind),
        *_tail(showing),
    ]
    townships = {t: showing.place(t) for t in sorted({line.township for line in answer.found})}
    sieves: list[Sieve[Item]] = [
        Sieve(name="place", title=_("镇街"), value=lambda r: str(r["township"]), names=townships)
    ]
    if kind == "enterprise":
        sieves += [
            Sieve(name=key, title=title, value=_word_of(key, showing), names=_words())
            for key, title in _sources()
        ]
    return ListOf(
        caption=f"{name_of(answer.figure)} · {parts()[answer.part]}", href=href, rows=queries.items(answer, answer.found), columns=columns,
        text=lambda r: f"{r['name']} {r['id']} {showing.place(r['township'])}", sieves=sieves, kept=kept, n=lambda r: int(r["n"]),
        name="rows", empty=_("没有这样的行"),
    )  # fmt: skip


def parts() -> dict[str, str]:
    """Return the parts of a figure in the reader's language."""
    return {
        "numerator": _("已计入"), "denominator": _("全部"), "unknown": _("未知"), "missing": _("尚缺"), "disagreements": _("互相矛盾"),
        "reported": _("自报开工"), "confirmed": _("走访确认开工"), "measured": _("用电复工"), "late": _("迟报"),
        "seen": _("自报开工, 用电也见"), "unseen": _("自报开工, 用电不见"), "silent": _("没有自报, 用电却见"), "cases": _("累计病例"),
    }  # fmt: skip


def facets(answer: queries.RowsAnswer) -> tuple[str, ...]:
    """Return the parts that a figure has."""
    figure = answer.figure
    if isinstance(figure, Goal):
        counts_cases = figure.counts == "cases"
        return (
            ("numerator", "unknown", "cases")
            if counts_cases
            else ("numerator", "denominator", "missing", "unknown")
        )
    if figure.list_key is None:
        return ("numerator", "denominator", "unknown")
    against = ("seen", "unseen", "silent") if "measured" in figure.sources else ()
    return ("numerator", "denominator", "missing", "unknown", "disagreements", *against)


def unit(answer: queries.RowsAnswer) -> str:
    """Return the unit of a figure."""
    kind = answer.found[0].kind if answer.found else ""
    return {"enterprise": _("家"), "project": _("个"), "village": _("户"), "case": _("例")}.get(kind, "")


def what(answer: queries.RowsAnswer) -> str:
    """Return what the rows are, in a sentence."""
    if answer.part == "disagreements":
        return _("自报、走访、用电三个来源中, 有两个都知道而说法不同的。差异用来安排走访, 不用来处罚。")
    return _("合计 %(n)s, 与看板上的数相等。") % {"n": f"{answer.total:,}"}


def _lead(showing: Showing, answer: queries.RowsAnswer) -> list[Col[Item]]:
    when = urlencode(showing.when())
    firms = [int(line.id) for line in answer.found if line.kind == "enterprise"]
    known = showing.frames.known
    own = (
        {f.credit_code for f in register.firms(firms, on=showing.board.on, known=known).values()}
        if firms
        else ()
    )

    def name(r: Item) -> Cell:
        href = f"{reverse('enterprises:report', args=[r['id']])}?{when}" if r["id"] in own else ""
        return Cell(text=r["name"], href=href, note=r["id"] if r["id"] != r["name"] else "")

    return [
        Col(key="name", title=_("名称"), cell=name, is_lead=True, order=lambda r: r["name"]),
        Col(
            key="place",
            title=_("镇街"),
            cell=lambda r: Cell(text=showing.place(r["township"])),
            order=lambda r: r["township"],
        ),
    ]


def _why(showing: Showing, answer: queries.RowsAnswer) -> Col[Item]:
    """Return the column that says why each row is here: what the sources say that this part asks."""
    asked = _asked(answer)
    today = showing.board.on.isoformat()
    window = showing.frames.window

    def declared(r: Item) -> str:
        words = {True: _("%(on)s报开工"), False: _("%(on)s报未开工"), None: _("%(on)s没有日报")}
        return words[r["declared"]] % {"on": _day(today)}

    def confirmed(r: Item) -> str:
        if r["confirmed"] is None:
            return _("近 %(n)d 天没有走访") % {"n": window}
        words = _("%(on)s走访见开工") if r["confirmed"] else _("%(on)s走访见未开工")
        return words % {"on": _day(r["seen_on"])}

    def power(r: Item) -> str:
        if r["power_ratio"] is None:
            return _("没有用电读数")
        return _("用电为基线的 %(n).0f%%") % {"n": 100 * r["power_ratio"]}

    def text(r: Item) -> str:
        match r["kind"]:
            case "case":
                origin = {"imported": _("输入"), "local": _("本地"), "unknown": _("来源不明")}[r["origin"]]
                return _("%(on)s报告, %(origin)s") % {"on": _day(r["reported_on"]), "origin": origin}
            case "village":
                return _progress(r, today)
        say = {"declared": declared, "confirmed": confirmed, "power": power}
        return _("; ").join(say[source](r) for source in asked)

    return Col(key="why", title=_("为什么在这里"), cell=lambda r: Cell(text=text(r)))


def _asked(answer: queries.RowsAnswer) -> tuple[str, ...]:
    """Return the sources that decide whether a member stands in a part of a figure."""
    figure = answer.figure
    if isinstance(figure, Goal):
        return ("declared", "confirmed")
    if figure.list_key is None:
        return ("power",)
    by_part = {
        "confirmed": ("confirmed",),
        "measured": ("power",),
        **dict.fromkeys(("seen", "unseen", "silent"), ("declared", "power")),
    }
    has_power = "measured" in figure.sources
    every = ("declared", "confirmed", "power") if has_power else ("declared", "confirmed")
    return every if answer.part == "disagreements" else by_part.get(answer.part, ("declared",))


def _progress(r: Item, today: str) -> str:
    if r["last"] is None:
        return _("从未上报")
    words = _("完成 %(done)s / %(all)s 户") % {"done": f"{r['done']:,}", "all": f"{r['dwellings']:,}"}
    if r["last"] == today:
        return words
    return _("; ").join((words, _("最后一次上报 %(on)s") % {"on": _day(r["last"])}))


def _day(iso: str) -> str:
    return shortday(date.fromisoformat(iso))


def _middle(showing: Showing, answer: queries.RowsAnswer, kind: str) -> list[Col[Item]]:
    if kind == "case":
        return []
    if kind == "village":
        households: Col[Item] = Col(
            key="n",
            title=_("户数"),
            kind="number",
            cell=lambda r: Cell(text=f"{r['n']:,}"),
            order=lambda r: r["n"],
        )
        return [households]

    def difficulty(r: Item) -> Cell:
        key = r["reason"]
        row = showing.book.find("difficulty", key, at=showing.board.on) if key else None
        return Cell(text=name_of(row, key or _("没有提")))

    columns: list[Col[Item]] = [
        Col(key="declared", title=_("自报"), kind="state", cell=lambda r: _state(r["declared"])),
        Col(key="confirmed", title=_("走访"), kind="state", cell=lambda r: _state(r["confirmed"], note=" ".join(x for x in (r["seen_on"], r["seen_by"]) if x))),
        Col(
            key="power", title=_("用电"), kind="state", order=lambda r: r["power_ratio"],
            cell=lambda r: _state(_measured(r, showing), note="" if r["power_ratio"] is None else _("基线的 %(n).2f") % {"n": r["power_ratio"]}),
        ),
        Col(key="gap", title=_("差距"), kind="number", order=lambda r: r["gap"], cell=lambda r: Cell(text=f"{100 * r['gap']:.0f}%"), value=lambda r: r["gap"]),
        Col(key="on_site", title=_("在岗"), kind="number", order=lambda r: r["on_site"], cell=lambda r: Cell(text="" if r["on_site"] is None else f"{r['on_site']:,}")),
        Col(key="difficulty", title=_("困难"), cell=difficulty),
    ]  # fmt: skip
    left_out = {"power"} if kind == "project" else set()
    if answer.part not in queries.CONTRADICTIONS:
        left_out.add("gap")
    return [c for c in columns if c.key not in left_out]


def _tail(showing: Showing) -> list[Col[Item]]:
    def call(r: Item, key: str, own: str) -> str:
        return str(r.get(own) or (r["call"] or {}).get(key) or "")

    return [
        Col(key="call", title=_("联系人"), cell=lambda r: Cell(text=call(r, "name", "contact"))),
        Col(key="phone", title=_("电话"), kind="phone", cell=lambda r: Cell(text=call(r, "phone", "mobile"))),
        Col(key="next", title=_("下一步"), cell=lambda r: Cell(text=_next_step(r, showing))),
    ]


def _next_step(r: Item, showing: Showing) -> str:
    """Say what to do with a row: until duties exist the next step is a person and a phone."""
    if r["kind"] in {"village", "case"}:
        return _("问进度, 补入户") if r["kind"] == "village" else _("核对流调")
    if r["declared"] is None:
        return _("打电话补报")
    if not r["declared"]:
        return _("问何时开工, 缺什么")
    if r.get("confirmed") is False or _measured(r, showing) is False:
        return _("上门看一眼, 再更正")
    return _("安排走访确认") if r["kind"] == "enterprise" and r["confirmed"] is None else _("无需处理")


def _measured(r: Item, showing: Showing) -> bool | None:
    return showing.frames.power.resumed(int(r["member"])) if "member" in r else None


def _sources() -> list[tuple[str, str]]:
    return [("declared", _("自报")), ("confirmed", _("走访")), ("measured", _("用电"))]


def _words() -> dict[str, str]:
    return {"open": _("开工"), "shut": _("未开工"), "unknown": _("未知")}


def _word_of(key: str, showing: Showing) -> Callable[[Item], str]:
    def word(r: Item) -> str:
        state = _measured(r, showing) if key == "measured" else r[key]
        return "unknown" if state is None else "open" if state else "shut"

    return word


def _state(state: bool | None, *, note: str = "") -> Cell:  # noqa: FBT001 - the state itself
    words: dict[bool | None, tuple[str, Tone]] = {
        True: (_("开工"), "good"),
        False: (_("未开工"), "plain"),
        None: (_("未知"), "unknown"),
    }
    text, tone = words[state]
    return Cell(text=text, note=note, tone=tone)
