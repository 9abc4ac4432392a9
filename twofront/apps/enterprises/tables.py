"""Firms and projects of a day as lists, in the reader's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.enterprises import queries
from twofront.apps.enterprises.queries import ProjectRow, ReportRow, VisitRow
from twofront.apps.register import queries as register
from twofront.apps.register.queries import Firm
from twofront.apps.territory import queries as territory
from twofront.apps.territory.actions import pinyin_key
from twofront.apps.units import queries as units
from twofront.apps.units.queries import Holder
from twofront.ground import kinds, ledger, lists
from twofront.ground.lists import Col, ListOf, Sieve
from twofront.ground.pages import name_of
from twofront.ground.scope import Actor
from twofront.web.parts import Cell, Pair, Table, Tone

NO_LIST = "-"
in_pinyin = lru_cache(50_000)(pinyin_key)


@dataclass(frozen=True, slots=True)
class FirmDay:
    """A firm with what is known of its day."""

    firm: Firm
    lists: frozenset[str]
    report: ReportRow | None
    visit: VisitRow | None


@dataclass(frozen=True, slots=True)
class ProjectDay:
    """A project with what is known of its day, and whom to call."""

    project: ProjectRow
    report: ReportRow | None
    visit: VisitRow | None
    head: Holder | None


@dataclass(frozen=True, slots=True)
class Words:
    """How the playbook and the divisions of a day call things, in the reader's language."""

    places: Mapping[str, str]
    lists: Mapping[str, str]
    lines: Mapping[str, str]
    difficulties: Mapping[str, str]
    persons: Mapping[str, str]
    window: int
    zone: ZoneInfo

    @staticmethod
    def on(on: date) -> "Words":
        """Return the words of a day."""
        book = kinds.book()
        townships = territory.at_level(territory.tree(on), "township", book=book, on=on)
        return Words(
            places={code: p.short for code, p in townships.items()}
            | {t.key: name_of(t) for t in book.of("tile", at=on)},
            lists={r.key: name_of(r) for r in book.of("list", at=on) if r.member == "enterprise"},
            lines={r.key: name_of(r) for r in book.of("line", at=on)},
            difficulties={r.key: name_of(r) for r in book.of("difficulty", at=on)},
            persons={h.login: h.name for h in units.holders(on=on) if h.name},
            window=int(book.parameter("visit_window_days", at=on)),
            zone=book.zone,
        )

    def place(self, code: str) -> str:
        """Return a township's name as people say it."""
        return _("未定镇街") if code == register.NOWHERE else self.places.get(code, code)

    def line(self, key: str | None) -> str:
        """Return a line's name."""
        return _("未定条线") if key is None else self.lines.get(key, key)

    def moment(self, at: datetime) -> str:
        """Return a moment to the minute, in the county's zone."""
        return at.astimezone(self.zone).strftime("%m-%d %H:%M")

    def person(self, login: str) -> str:
        """Return the name of whoever a file or act names by login; other words stay as they are."""
        return self.persons.get(login, login)

    def people(self, n: int | None) -> str:
        """Return a number of people."""
        return _("人数未知") if n is None else _("%(n)s 人") % {"n": f"{n:,}"}

    def state(self, opened: bool | None) -> Cell:  # noqa: FBT001 - the state itself
        """Return open, shut or unknown as a cell of state."""
        words: Mapping[bool | None, tuple[str, Tone]] = {
            True: (_("开工"), "good"),
            False: (_("没开工"), "plain"),
            None: (_("未知"), "unknown"),
        }
        text, tone = words[opened]
        return Cell(text=text, tone=tone)


def firms(on: date, *, known: datetime | None) -> ListOf[FirmDay]:
    """Return the firms of a day: first the members of lists that have not reported, last the firms on no list."""
    words = Words.on(on)
    rows = _firm_days(on, known=known, window=words.window)
    rows.sort(key=lambda r: (_turn(r), r.firm.township, in_pinyin(r.firm.name)))
    when = lists.when(on, known)
    query = urlencode(when)

    def name(r: FirmDay) -> Cell:
        href = f"{reverse('enterprises:report', args=[r.firm.credit_code])}?{query}"
        return Cell(text=r.firm.name, note=r.firm.credit_code, href=href)

    def at(r: FirmDay) -> Cell:
        return Cell(text=words.moment(r.report.known) if r.report else "")

    return ListOf(
        caption=_("企业日报 %(on)s") % {"on": on.isoformat()}, href=reverse("enterprises:firms"), rows=rows, name="firms",
        kept=when, empty=_("没有符合条件的企业") if rows else _("您的范围内还没有企业；先装入企业名册"),
        text=lambda r: f"{r.firm.name} {r.firm.credit_code} {r.firm.contact} {r.firm.mobile}",
        columns=(
            Col(key="name", title=_("企业"), is_lead=True, order=lambda r: in_pinyin(r.firm.name), cell=name),
            Col(key="code", title=_("信用代码"), is_hidden=True, cell=lambda r: Cell(text=r.firm.credit_code)),
            Col(key="place", title=_("镇街"), order=lambda r: r.firm.township, cell=lambda r: Cell(text=words.place(r.firm.township))),
            Col(key="lists", title=_("名单"), cell=lambda r: Cell(text=_lists(r, words) or _("不在名单上"))),
            Col(key="opened", title=_("自报"), kind="state", order=lambda r: r.report.opened if r.report else None, cell=lambda r: words.state(r.report.opened if r.report else None)),
            Col(key="on_site", title=_("在岗"), kind="number", order=lambda r: r.report.on_site if r.report else None, cell=_on_site, value=lambda r: r.report.on_site if r.report else None),
            Col(key="normal", title=_("正常用工"), is_hidden=True, cell=lambda r: Cell(), value=lambda r: r.firm.normal_staff),
            Col(key="difficulty", title=_("困难"), cell=lambda r: _difficulty(r.report, words)),
            Col(key="seen", title=_("走访"), kind="state", cell=lambda r: _seen(r.visit, words)),
            Col(key="known", title=_("何时得知"), kind="moment", order=lambda r: r.report.known if r.report else None, cell=at),
            Col(key="contact", title=_("联系人"), cell=lambda r: Cell(text=r.firm.contact)),
            Col(key="phone", title=_("电话"), kind="phone", cell=lambda r: Cell(text=r.firm.mobile)),
        ),
        sieves=(
            Sieve(name="state", title=_("自报"), names={"none": _("没报"), "open": _("开工"), "shut": _("没开工")}, value=lambda r: _state_key(r.report)),
            Sieve(name="list", title=_("名单"), names={**words.lists, NO_LIST: _("不在名单上")}, value=lambda r: tuple(r.lists) or NO_LIST),
            Sieve(name="place", title=_("镇街"), names={**words.places, register.NOWHERE: words.place(register.NOWHERE)}, value=lambda r: r.firm.township),
            Sieve(name="difficulty", title=_("困难"), names=words.difficulties, value=lambda r: r.report.difficulty if r.report else ""),
        ),
    )  # fmt: skip


def projects(on: date, *, known: datetime | None) -> ListOf[ProjectDay]:
    """Return the projects of a day: those that do not work first, then by township and name."""
    words = Words.on(on)
    of_kind = {r.key: name_of(r) for r in kinds.book().of("project_kind", at=on)}
    rows = _project_days(on, known=known, window=words.window)
    return ListOf(
        caption=_("重点项目 %(on)s") % {"on": on.isoformat()}, href=reverse("enterprises:projects"), rows=rows, name="projects",
        kept=lists.when(on, known), empty=_("没有符合条件的项目") if rows else _("您的范围内还没有项目；先装入项目名册"),
        text=lambda r: f"{r.project.name} {r.project.code} {r.head.name if r.head else ''}",
        columns=(
            Col(key="name", title=_("项目"), is_lead=True, order=lambda r: in_pinyin(r.project.name), cell=lambda r: Cell(text=r.project.name, note=r.project.code)),
            Col(key="code", title=_("项目编号"), is_hidden=True, cell=lambda r: Cell(text=r.project.code)),
            Col(key="level", title=_("级别"), order=lambda r: r.project.level, cell=lambda r: Cell(text=r.project.level)),
            Col(key="kind", title=_("类别"), order=lambda r: r.project.kind, cell=lambda r: Cell(text=of_kind.get(r.project.kind, r.project.kind))),
            Col(key="place", title=_("镇街"), order=lambda r: r.project.township, cell=lambda r: Cell(text=words.place(r.project.township))),
            Col(key="resumed", title=_("自报"), kind="state", order=lambda r: r.report.opened if r.report else None, cell=lambda r: _resumed(r.report)),
            Col(key="on_site", title=_("在岗/正常"), kind="number", order=lambda r: r.report.on_site if r.report else None, cell=_workers),
            Col(key="seen", title=_("走访"), kind="state", cell=lambda r: _seen(r.visit, words)),
            Col(key="reason", title=_("缺什么"), cell=lambda r: Cell(text=(r.report.difficulty or _("没有说")) if r.report else "")),
            Col(key="head", title=_("找谁"), cell=lambda r: Cell(text=r.head.name if r.head else "")),
            Col(key="phone", title=_("电话"), kind="phone", cell=lambda r: Cell(text=r.head.phone if r.head else "")),
        ),
        sieves=(
            Sieve(name="state", title=_("自报"), names={"none": _("没报"), "open": _("已复工"), "shut": _("没复工")}, value=lambda r: _state_key(r.report)),
            Sieve(name="kind", title=_("类别"), names=of_kind, value=lambda r: r.project.kind),
            Sieve(name="place", title=_("镇街"), names=words.places, value=lambda r: r.project.township),
        ),
    )  # fmt: skip


def project_sums(rows: Sequence[ProjectDay], *, on: date) -> list[Pair]:
    """Return how many projects there are of each kind, how many work, and of how many nothing is known."""
    pairs = []
    for kind in kinds.book().of("project_kind", at=on):
        own = [r for r in rows if r.project.kind == kind.key]
        resumed = sum(r.report is not None and r.report.opened for r in own)
        silent = sum(r.report is None for r in own)
        text = _("%(n)s 个，已复工 %(resumed)s 个") % {"n": len(own), "resumed": resumed}
        note = _("没报 %(n)s 个") % {"n": silent} if silent else ""
        pairs.append(Pair(title=name_of(kind), text=text, note=note))
    return pairs


def history(reports: Sequence[ReportRow], *, words: Words, by: Actor) -> Table:
    """Return what a firm has declared, corrections included, the newest first; each with who sent it."""
    sees = units.overseen(by)
    doers = ledger.doers(r.act for r in reports)
    imports = ledger.imports_of(r.act for r in reports)
    corrected = {id(r) for r, older in pairwise(reports) if older.on == r.on}

    def day(r: ReportRow) -> Cell:
        return Cell(text=r.on.isoformat(), note=_("更正") if id(r) in corrected else "")

    def who(r: ReportRow) -> Cell:
        login, uid = doers.get(r.act, ""), imports.get(r.act)
        is_open = by.can("imports.see") and sees(login, r.known)
        href = reverse("intake:import", args=[uid]) if uid and is_open else ""
        return Cell(text=words.person(login), note=_("随文件装入") if uid else _("在网页上报"), href=href)

    columns: list[Col[ReportRow]] = [
        Col(key="on", title=_("哪天"), is_lead=True, cell=day),
        Col(key="opened", title=_("自报"), kind="state", cell=lambda r: words.state(r.opened)),
        Col(key="on_site", title=_("在岗"), kind="number", cell=lambda r: _number(r.on_site)),
        Col(key="difficulty", title=_("困难"), cell=lambda r: _difficulty(r, words)),
        Col(key="known", title=_("何时得知"), kind="moment", cell=lambda r: Cell(text=words.moment(r.known))),
        Col(key="by", title=_("谁报的"), cell=who),
    ]
    return lists.plain(_("历次报告，新的在前"), columns, reports, empty=_("还没有报过"))


def _firm_days(on: date, *, known: datetime | None, window: int) -> list[FirmDay]:
    found = register.firms(on=on, known=known)
    ids = list(found)
    reports = queries.reports(ids, on=on, known=known)
    visits = queries.visits(ids, on=on, window=window, known=known)
    members = queries.lists_of(ids, on=on)
    return [
        FirmDay(f, frozenset(members.get(i, ())), reports.get(i), visits.get(i)) for i, f in found.items()
    ]


def _project_days(on: date, *, known: datetime | None, window: int) -> list[ProjectDay]:
    found = queries.projects(on=on, known=known)
    reports = queries.project_reports(list(found), on=on, known=known)
    visits = queries.visits(list(found), on=on, window=window, is_project=True, known=known)
    heads = {h.unit: h for h in reversed(units.holders(on=on)) if h.role == "township"}
    rows = [ProjectDay(p, reports.get(i), visits.get(i), heads.get(p.township)) for i, p in found.items()]
    return sorted(
        rows,
        key=lambda r: (_state_key(r.report) == "open", r.project.township, in_pinyin(r.project.name)),
    )


def _turn(row: FirmDay) -> int:
    """Return in which turn a firm stands: to be asked, known, or not expected to report."""
    return 1 if row.report is not None else 0 if row.lists else 2


def _lists(row: FirmDay, words: Words) -> str:
    return lists.joined(t for k, t in words.lists.items() if k in row.lists)


def _state_key(report: ReportRow | None) -> str:
    return "none" if report is None else "open" if report.opened else "shut"


def _number(n: int | None, of: int | None = None) -> Cell:
    if n is None:
        return Cell()
    return Cell(text=f"{n:,}" if of is None else f"{n:,} / {of:,}")


def _on_site(row: FirmDay) -> Cell:
    return _number(row.report.on_site if row.report else None, row.firm.normal_staff)


def _workers(row: ProjectDay) -> Cell:
    return _number(row.report.on_site if row.report else None, row.project.workers_normal)


def _difficulty(report: ReportRow | None, words: Words) -> Cell:
    if report is None:
        return Cell()
    return Cell(text=words.difficulties.get(report.difficulty, report.difficulty) or _("没有"))


def _seen(visit: VisitRow | None, words: Words) -> Cell:
    if visit is None:
        return Cell(text=_("没看过"), tone="unknown")
    state = words.state(visit.opened)
    return Cell(
        text=state.text, tone=state.tone, note=f"{visit.on.strftime('%m-%d')} {words.person(visit.officer)}"
    )


def _resumed(report: ReportRow | None) -> Cell:
    if report is None:
        return Cell(text=_("没报"), tone="unknown")
    return Cell(text=_("已复工"), tone="good") if report.opened else Cell(text=_("没复工"), tone="warn")
