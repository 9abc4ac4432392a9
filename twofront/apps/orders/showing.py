"""Tables in force, rows as sentences, versions and what differs, and answers, as the parts of pages."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.orders import queries
from twofront.apps.orders.queries import Change, Coming, InForce, Version
from twofront.apps.orders.words import Words, bases, policy, units
from twofront.core.playbook import Clause, Order
from twofront.core.playbook.dated import Answer, RulesAt, Used
from twofront.core.playbook.kinds import DecisionTable, RuleParameter
from twofront.core.playbook.tables import CLAUSE
from twofront.core.rules.compare import Difference
from twofront.ground import lists
from twofront.ground.lists import Col, ListOf, Sieve
from twofront.ground.pages import name_of
from twofront.web import parts
from twofront.web.pages.orders import ComeAnswer, RuleAnswer
from twofront.web.parts import Cell, Pair, Tone
from twofront.web.templatetags.web import day as as_day
from twofront.web.templatetags.web import moment as as_moment
from twofront.web.templatetags.web import until as as_until

MEASURE, DAYS = "measure", "days"
TONES: Mapping[str, Tone] = {
    "come": "good",
    "monitor": "plain",
    "quarantine": "bad",
    "wait": "warn",
    "ask": "unknown",
}


def basis_tone(basis: str) -> Tone:
    """Return how a basis is shown: what is real or standard stands, what is made up is marked."""
    return {"real": "good", "standard": "good", "product": "plain"}.get(basis, "warn")  # type: ignore[return-value]


def address(decision: str, entry_place: str, when: Sequence[tuple[str, str]], **more: str) -> str:
    """Return the address of a table at a day, as known at a moment."""
    query = [*when, ("place", entry_place), *more.items()]
    return f"{reverse('orders:rule', args=[decision])}?{urlencode(query)}"


def in_force(
    rows: Sequence[InForce], places: Mapping[str, str], when: Sequence[tuple[str, str]]
) -> ListOf[InForce]:
    """Return the tables in force as a list to search."""
    names = bases()

    def place(t: InForce) -> str:
        return places.get(t.entry.place, t.entry.place)

    def text(t: InForce) -> str:
        words = (
            t.decision.zh,
            t.decision.en,
            t.order.zh,
            t.order.en,
            t.clause.zh,
            t.clause.en,
            t.entry.source,
        )
        return " ".join((t.decision.key, place(t), t.entry.clause, *words))

    return ListOf(
        caption=_("生效的规则表"), href=reverse("orders:rules"), rows=rows, name="rules", kept=when, text=text,
        empty=_("这一天没有生效的规则表，或者当时还不知道"),
        columns=(
            Col(key="decision", title=_("判定什么"), is_lead=True, order=lambda t: t.decision.key, value=lambda t: name_of(t.decision),
                cell=lambda t: Cell(text=name_of(t.decision), href=address(t.decision.key, t.entry.place, when), note=t.decision.key)),
            Col(key="place", title=_("适用"), order=lambda t: t.entry.place, cell=lambda t: Cell(text=place(t))),
            Col(key="order", title=_("令"), order=lambda t: t.entry.clause, cell=lambda t: Cell(text=name_of(t.order))),
            Col(key="clause", title=_("条款"), cell=lambda t: Cell(text=name_of(t.clause), note=t.entry.clause)),
            Col(key="since", title=_("生效"), kind="moment", order=lambda t: t.entry.since, value=lambda t: as_moment(t.entry.since),
                cell=lambda t: Cell(text=as_moment(t.entry.since), note=_("%(known)s 知悉") % {"known": as_moment(t.entry.known)})),
            Col(key="known", title=_("知悉"), kind="moment", is_hidden=True, cell=lambda t: Cell(text=as_moment(t.entry.known))),
            Col(key="basis", title=_("依据"), kind="state", order=lambda t: t.entry.basis,
                cell=lambda t: Cell(text=names.get(t.entry.basis, t.entry.basis), tone=basis_tone(t.entry.basis))),
            Col(key="source", title=_("来源"), cell=lambda t: Cell(text=t.entry.source)),
        ),
        sieves=(Sieve(name="basis", title=_("依据"), names=names, value=lambda t: t.entry.basis),),
    )  # fmt: skip


def about(found: InForce, table_hit: str, places: Mapping[str, str]) -> list[Pair]:
    """Return what is said of a table before it is read."""
    entry = found.entry
    until = _("到 %(until)s") % {"until": as_until(entry.until)} if entry.until else _("到另有新令为止")
    return [
        Pair(title=_("令"), text=name_of(found.order), note=found.order.source),
        Pair(title=_("条款"), text=entry.clause, note=found.clause.source),
        Pair(title=_("适用"), text=places.get(entry.place, entry.place)),
        Pair(title=_("生效"), text=as_moment(entry.since), note=until),
        Pair(title=_("知悉"), text=as_moment(entry.known)),
        Pair(title=_("来源"), text=entry.source),
        Pair(title=_("哪一行算数"), text=policy(table_hit)),
    ]


def clause_of(at: RulesAt, entry: DecisionTable, out: Mapping[str, Any] | None) -> tuple[Order, Clause]:
    """Return order and clause of a row: its own, or those of its table."""
    order = entry.clause.partition("/")[0]
    key = str((out or {}).get(CLAUSE) or entry.clause)
    clause = at.book.one(Clause, key if "/" in key else f"{order}/{key}", at=at.moment)
    return at.book.one(Order, clause.order, at=at.moment), clause


def sentences(at: RulesAt, found: InForce, words: Words) -> parts.Table:
    """Return the rows of a table as sentences, each with its clause, the default last."""
    table = at.table(found.entry.decision, place=found.entry.place)
    rows = [(str(n + 1), words.sentence(table, n), table.out(row.out)) for n, row in enumerate(table.rows)]
    rows.append((_("其他"), words.default(table), {} if table.default is None else table.out(table.default)))

    def clause(row: tuple[str, str, Mapping[str, Any]]) -> Cell:
        _order, own = clause_of(at, found.entry, row[2])
        return Cell(text=f"{own.order}/{own.key}", note=name_of(own))

    columns: list[Col[tuple[str, str, Mapping[str, Any]]]] = [
        Col(key="n", title=_("行"), kind="number", cell=lambda r: Cell(text=r[0])),
        Col(key="sentence", title=_("读作"), is_lead=True, cell=lambda r: Cell(text=r[1])),
        Col(key="clause", title=_("条款"), cell=clause),
    ]
    return lists.plain(_("读成句子"), columns, rows)


def clauses(at: RulesAt, found: InForce) -> parts.Table:
    """Return the clauses under which the rows of a table stand, each once: a row's source is that of its clause."""
    table = at.table(found.entry.decision, place=found.entry.place)
    outs = [row.out for row in table.rows] + ([] if table.default is None else [table.default])
    rows = list(dict.fromkeys(clause_of(at, found.entry, table.out(out))[1] for out in outs))
    names = bases()
    columns: list[Col[Clause]] = [
        Col(key="clause", title=_("条款"), is_lead=True, cell=lambda c: Cell(text=f"{c.order}/{c.key}", note=name_of(c))),
        Col(key="basis", title=_("依据"), kind="state", cell=lambda c: Cell(text=names.get(c.basis, c.basis), tone=basis_tone(c.basis))),
        Col(key="source", title=_("来源"), cell=lambda c: Cell(text=c.source)),
    ]  # fmt: skip
    return lists.plain(_("各行条款的来源"), columns, rows)


def grid(at: RulesAt, found: InForce, words: Words) -> parts.Table:
    """Return a table as it stands: a column for each fact and each output."""
    table = at.table(found.entry.decision, place=found.entry.place)
    heads = [words.fact(c.name) for c in table.facts] + [words.output(c.name) for c in table.outputs]
    lines = [
        [words.cell(c, f.name) for c, f in zip(row.cells, table.facts, strict=True)]
        + _outs(words, table.out(row.out))
        for row in table.rows
    ]
    if table.default is not None:
        lines.append([_("其他")] * len(table.facts) + _outs(words, table.out(table.default)))
    numbered = [[str(n), *line] for n, line in enumerate(lines, 1)]
    heads = [_("行"), *heads]
    columns: list[Col[list[str]]] = [
        Col(key=str(i), title=head, is_lead=i == 0, cell=lambda line, i=i: Cell(text=line[i]))  # type: ignore[misc]
        for i, head in enumerate(heads)
    ]
    columns[0] = replace(columns[0], kind="number")
    return lists.plain(_("看成表"), columns, numbered)


def numbers(rows: Sequence[RuleParameter]) -> parts.Table | None:
    """Return the dated numbers that stand in a table."""
    columns: list[Col[RuleParameter]] = [
        Col(key="name", title=_("数"), is_lead=True, cell=lambda r: Cell(text=name_of(r), note=f"${r.key}")),
        Col(key="value", title=_("值"), kind="number", cell=lambda r: Cell(text=f"{r.value:g} {units().get(r.unit, r.unit)}")),
        Col(key="since", title=_("生效"), kind="moment", cell=lambda r: Cell(text=as_moment(r.since))),
        Col(key="known", title=_("知悉"), kind="moment", cell=lambda r: Cell(text=as_moment(r.known))),
        Col(key="source", title=_("来源"), cell=lambda r: Cell(text=r.source)),
    ]  # fmt: skip
    return lists.plain(_("表里用到的数"), columns, rows) if rows else None


def versions(rows: Sequence[Version], at: RulesAt, known: datetime | None) -> parts.Table:
    """Return the versions of a table, the newest first; each opens the table as it was."""

    def state(v: Version) -> Cell:
        if v.since > at.moment:
            return Cell(text=_("还没有生效"), tone="unknown")
        return (
            Cell(text=_("已被取代"))
            if v.until and v.until <= at.moment
            else Cell(text=_("生效中"), tone="good")
        )

    def opens(v: Version) -> str:
        return address(
            v.entry.decision, v.entry.place, lists.when(v.since.astimezone(at.book.zone).date(), known)
        )

    columns: list[Col[Version]] = [
        Col(
            key="since",
            title=_("从"),
            is_lead=True,
            cell=lambda v: Cell(text=as_moment(v.since), href=opens(v)),
        ),
        Col(
            key="until",
            title=_("到"),
            kind="moment",
            cell=lambda v: Cell(text=as_until(v.until) if v.until else _("另有新令为止")),
        ),
        Col(key="clause", title=_("条款"), cell=lambda v: Cell(text=v.entry.clause)),
        Col(key="state", title=_("状态"), kind="state", cell=state),
        Col(key="source", title=_("来源"), cell=lambda v: Cell(text=v.entry.source)),
    ]
    return lists.plain(_("各个版本"), columns, rows)


def differing(rows: Sequence[Difference], words: Words, *, before: str = "", after: str = "") -> parts.Table:
    """Return the cases that two versions answer otherwise, with what each answers."""

    def case(d: Difference) -> str:
        pairs = ((words.fact(k), words.known(k, v)) for k, v in d.witness.items())
        return _("；").join(_("%(name)s：%(value)s") % {"name": n, "value": v} for n, v in pairs)

    def by(numbers: Sequence[int]) -> str:
        said = _("、").join(map(str, numbers))
        return _("第 %(n)s 行") % {"n": said} if numbers else _("没有行命中")

    columns: list[Col[Difference]] = [
        Col(key="case", title=_("这样的情况"), is_lead=True, cell=lambda d: Cell(text=case(d))),
        Col(
            key="before",
            title=before or _("上一版"),
            cell=lambda d: Cell(text=words.said(d.before.out), note=by(d.before.rows)),
        ),
        Col(
            key="after",
            title=after or _("这一版"),
            cell=lambda d: Cell(text=words.said(d.after.out), note=by(d.after.rows)),
        ),
    ]
    return lists.plain(_("现在判得不一样的情况"), columns, rows, empty=_("没有一种情况判得不一样"))


def answered(at: RulesAt, answer: Answer, facts: Mapping[str, Any], words: Words) -> RuleAnswer:
    """Return what a table answers to one case, with the cells that matched."""
    outcome = answer.outcome
    rows = _("、").join(map(str, outcome.rows)) or _("没有行命中，按“其他”")
    pairs = [
        *(Pair(title=_("令"), text=name_of(o), note=name_of(c)) for o, c in _clauses(at, answer)),
        Pair(title=_("条款"), text=_("、").join(f"{c.order}/{c.key}" for c in answer.clauses)),
        Pair(title=_("行"), text=rows),
        Pair(title=_("依据"), text=bases().get(answer.basis, answer.basis), tone=basis_tone(answer.basis)),
        *([Pair(title=_("到何时"), text=as_until(answer.until))] if answer.until else []),
    ]
    said = _("两行互相矛盾，没有答案") if outcome.error else words.said(outcome.out)
    tone: Tone = "bad" if outcome.error else "plain" if outcome.out else "unknown"
    return RuleAnswer(
        title=said, tone=tone, pairs=pairs, cells=_cells(at, answer, facts, words), used=_used(answer, words)
    )


def come(
    at: RulesAt, found: Coming, cases: Sequence[Mapping[str, Any]], arrived_on: date | None, words: Words
) -> ComeAnswer:
    """Return what follows for somebody who comes, in words that he can act on."""
    answer = found.answer
    out = answer.outcome.out if isinstance(answer.outcome.out, dict) else {}
    case = {**(cases[answer.case or 0] if cases else {}), queries.ARRIVED: arrived_on}
    rest = {k: v for k, v in out.items() if k not in (MEASURE, DAYS)}
    is_unsure = out.get(MEASURE) in (None, "ask")
    open_end = _("到问清楚为止") if is_unsure else _("没有期限；规则变了才变")
    pairs = [
        Pair(title=_("到何时"), text=as_until(answer.until) if answer.until else open_end),
        *(Pair(title=n, text=v) for n, v in words.answer(rest)),
        *(Pair(title=_("令"), text=name_of(o), note=name_of(c)) for o, c in _clauses(at, answer)),
        Pair(title=_("条款"), text=_("、").join(f"{c.order}/{c.key}" for c in answer.clauses)),
        Pair(title=_("依据"), text=bases().get(answer.basis, answer.basis), tone=basis_tone(answer.basis)),
    ]
    return ComeAnswer(
        title=_headline(words, out), tone=_tone(out), pairs=pairs, changes=[_change(c, words) for c in found.changes],
        unknown=[name_of(row) for row in queries.to_ask(at, answer, case)] if is_unsure else (),
        stays=_stays(found, cases, words, queries.places(at)) if len(found.each) > 1 else None,
    )  # fmt: skip


def as_file(text: str) -> list[list[str]]:
    """Return the cells of a table's file, line by line."""
    return list(csv.reader(io.StringIO(text, newline="")))


def _outs(words: Words, out: Mapping[str, Any]) -> list[str]:
    return [words.value(v, words.outputs.get(k)) for k, v in out.items()]


def _clauses(at: RulesAt, answer: Answer) -> list[tuple[Order, Clause]]:
    found = dict.fromkeys((c.order, c.key) for c in answer.clauses)
    return [clause_of(at, answer.entry, {CLAUSE: f"{order}/{key}"}) for order, key in found]


def _cells(at: RulesAt, answer: Answer, facts: Mapping[str, Any], words: Words) -> parts.Table:
    """Return the cells that a case met: row, fact, what the cell admits, what the case has."""
    table = at.table(answer.entry.decision, place=answer.entry.place)
    types = {f.name: n for n, f in enumerate(table.facts)}
    rows = [(r.row, name) for r in at.because(answer) for name in r.cells]

    def own(name: str) -> str:
        value = facts.get(name)
        if value is None and name in answer.used:
            value = answer.used[name].value
        return words.known(name, value if isinstance(value, str | int | float | bool | None) else str(value))

    columns: list[Col[tuple[int, str]]] = [
        Col(key="row", title=_("行"), cell=lambda r: Cell(text=str(r[0]))),
        Col(key="fact", title=_("事实"), is_lead=True, cell=lambda r: Cell(text=words.fact(r[1]))),
        Col(key="cell", title=_("这一格要求"), cell=lambda r: Cell(text=words.cell(table.rows[r[0] - 1].cells[types[r[1]]], r[1]))),
        Col(key="own", title=_("这个人或事"), cell=lambda r: Cell(text=own(r[1]))),
    ]  # fmt: skip
    return lists.plain(_("命中的格"), columns, rows, empty=_("没有格要求什么"))


def _used(answer: Answer, words: Words) -> parts.Table | None:
    def since(used: Used) -> str:
        return as_moment(used.since) if used.since else _("无")

    def lacking(used: Used) -> str:
        return _("没有查到") if used.value is None else _("由各项算出")

    columns: list[Col[str]] = [
        Col(key="fact", title=_("推出的事实"), is_lead=True, cell=lambda n: Cell(text=words.fact(n))),
        Col(key="value", title=_("值"), cell=lambda n: Cell(text=words.known(n, answer.used[n].value))),
        Col(key="by", title=_("由何推出"), cell=lambda n: Cell(text=answer.used[n].by)),
        Col(key="since", title=_("生效"), kind="moment", cell=lambda n: Cell(text=since(answer.used[n]))),
        Col(
            key="source",
            title=_("来源"),
            cell=lambda n: Cell(text=answer.used[n].source or lacking(answer.used[n])),
        ),
    ]
    return lists.plain(_("由其他事实推出的"), columns, list(answer.used)) if answer.used else None


def _headline(words: Words, out: Mapping[str, Any]) -> str:
    measure = out.get(MEASURE)
    if measure is None:
        return _("没有答案")
    said = words.value(measure, words.outputs.get(MEASURE))
    days = out.get(DAYS)
    return said if days is None else _("%(measure)s %(n)s 天") % {"measure": said, "n": f"{days:g}"}


def _tone(out: Mapping[str, Any]) -> Tone:
    return TONES.get(str(out.get(MEASURE)), "unknown")


def _change(change: Change, words: Words) -> str:
    said = _headline(words, change.out if isinstance(change.out, dict) else {})
    sentence = (
        _("如果 %(day)s 才来：%(answer)s") if change.is_later_arrival else _("从 %(day)s 起：%(answer)s")
    )
    return sentence % {"day": as_day(change.on), "answer": said}


def _stays(
    found: Coming, cases: Sequence[Mapping[str, Any]], words: Words, places: Mapping[str, str]
) -> parts.Table:
    """Return each stay with its own answer; the strictest holds."""

    def place(n: int) -> str:
        code = str(cases[n].get(queries.PLACE, ""))
        return places.get(code, code) or _("不知道")

    def out(n: int) -> Mapping[str, Any]:
        found_ = found.each[n].outcome.out
        return found_ if isinstance(found_, dict) else {}

    columns: list[Col[int]] = [
        Col(key="place", title=_("停留地"), is_lead=True, cell=lambda n: Cell(text=place(n))),
        Col(key="answer", title=_("单看这一处"), kind="state", cell=lambda n: Cell(text=_headline(words, out(n)), tone=_tone(out(n)))),
        Col(key="holds", title=_("以哪一处为准"), cell=lambda n: Cell(text=_("最严，以此为准") if n == found.answer.case else _("不是最严"))),
    ]  # fmt: skip
    return lists.plain(_("各处停留，从严"), columns, range(len(cases)))
