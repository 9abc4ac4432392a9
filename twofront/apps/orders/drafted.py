"""Drafts, their versions, and what they would decide otherwise, as the parts of pages."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.orders import queries, showing
from twofront.apps.orders.marks import Mark
from twofront.apps.orders.queries import DraftRow, Judged, Written
from twofront.apps.orders.words import Words, bases
from twofront.core.playbook import Decision, Playbook
from twofront.core.rules.sheet import TableSheet
from twofront.core.sheets import Grid, cell_name
from twofront.ground import kinds, lists
from twofront.ground.lists import Col, ListOf, Sieve
from twofront.ground.pages import name_of
from twofront.web import parts
from twofront.web.parts import Cell, Pair, Tone
from twofront.web.templatetags.web import moment as as_moment
from twofront.web.templatetags.web import until as as_until

FORMATS: Mapping[str, str] = {
    "zip": "application/zip",
    "csv": lists.FORMATS["csv"][1],
    "xlsx": lists.FORMATS["xlsx"][1],
}


def formats() -> dict[str, str]:
    """Return the files that a draft is given as, with the words on their buttons."""
    return {"zip": _("预案文件（zip）"), "csv": "csv", "xlsx": "xlsx"}


def listed(rows: Sequence[DraftRow], book: Playbook) -> ListOf[DraftRow]:
    """Return the drafts as a list to search."""
    states = {"open": _("在写"), "void": _("已废弃")}
    names = {d.key: name_of(d) for d in book.all_of(Decision)}

    def name(d: DraftRow) -> str:
        return names.get(d.written.decision, d.written.decision)

    def state(d: DraftRow) -> str:
        return "void" if d.is_void else "open"

    return ListOf(
        caption=_("规则草稿"), href=reverse("orders:drafts"), rows=rows, name="rule-drafts", empty=_("还没有草稿"),
        text=lambda d: " ".join((name(d), d.written.decision, d.written.place, d.by)),
        columns=(
            Col(key="table", title=_("判定什么"), is_lead=True, order=name, value=name,
                cell=lambda d: Cell(text=name(d), href=reverse("orders:draft", args=[d.uid]), note=f"{d.written.decision} · {d.written.place}")),
            Col(key="by", title=_("谁存的"), order=lambda d: d.by, cell=lambda d: Cell(text=d.by)),
            Col(key="at", title=_("什么时候"), kind="moment", order=lambda d: d.at, cell=lambda d: Cell(text=as_moment(d.at))),
            Col(key="version", title=_("第几版"), kind="number", order=lambda d: d.version, cell=lambda d: Cell(text=str(d.version))),
            Col(key="since", title=_("拟生效"), kind="moment", order=lambda d: d.written.since,
                cell=lambda d: Cell(text=as_moment(d.written.since) if d.written.since else _("没有写"))),
            Col(key="faults", title=_("存时检查"), kind="state", order=lambda d: d.faults, cell=lambda d: checked(d.faults)),
            Col(key="state", title=_("状态"), kind="state", order=state, cell=lambda d: Cell(text=states[state(d)], tone="unknown" if d.is_void else "plain")),
        ),
        sieves=(Sieve(name="state", title=_("状态"), names=states, value=state),),
    )  # fmt: skip


def checked(faults: int) -> Cell:
    """Return in a word how much stands against a draft."""
    tone: Tone = "warn" if faults else "good"
    return Cell(text=_("%(n)s 处要改") % {"n": faults} if faults else _("没有要改的"), tone=tone)


def about(row: DraftRow, judged: Judged, book: Playbook) -> list[Pair]:
    """Return what is said of a draft before it is read."""
    written, state = row.written, checked(judged.count)
    until = _("到 %(until)s") % {"until": as_until(written.until)} if written.until else ""
    pairs = [
        Pair(title=_("版"), text=_("第 %(n)s 版") % {"n": row.version}, note=f"{row.by} · {as_moment(row.at)}"),
        Pair(title=_("适用"), text=written.place if written.place != book.place else name_of(book.county(at=kinds.day()))),
        Pair(title=_("拟生效"), text=as_moment(written.since) if written.since else _("没有写"), note=until),
        Pair(title=_("条款"), text=written.clause),
        Pair(title=_("依据"), text=bases().get(written.basis, _("没有写"))),
        Pair(title=_("现在检查"), text=state.text, tone=state.tone),
        Pair(title=_("文件名"), text=judged.entry.file),
    ]  # fmt: skip
    return [*pairs, Pair(title=_("已废弃"), text=row.reason, tone="warn")] if row.is_void else pairs


def differs(row: DraftRow) -> parts.Table:
    """Return the cases that a draft would decide otherwise than the table in force when it begins."""
    found = queries.draft_differs(row)
    words = Words.of(kinds.book(), row.written.decision)
    if found is None:
        return lists.plain(_("现在判得不一样的情况"), (), (), empty=_("还比不了：先把要改的改好"))
    return showing.differing(found, words, before=_("生效的表"), after=_("草稿"))


def versions(rows: Sequence[DraftRow]) -> parts.Table:
    """Return every version of a draft, the newest first."""
    columns: list[Col[DraftRow]] = [
        Col(key="n", title=_("版"), is_lead=True, cell=lambda d: Cell(text=str(d.version), href=f"{reverse('orders:draft', args=[d.uid])}?version={d.version}")),
        Col(key="by", title=_("谁存的"), cell=lambda d: Cell(text=d.by)),
        Col(key="at", title=_("什么时候"), kind="moment", cell=lambda d: Cell(text=as_moment(d.at))),
        Col(key="faults", title=_("存时检查"), kind="state", cell=lambda d: checked(d.faults)),
        Col(key="state", title=_("状态"), cell=lambda d: Cell(text=_("废弃：%(why)s") % {"why": d.reason} if d.is_void else _("存"))),
    ]  # fmt: skip
    return lists.plain(_("存过的各版"), columns, rows)


def refused(marks: Sequence[Mark], sheet: TableSheet, grid: Grid) -> parts.Table:
    """Return what is wrong with a file: in which sheet, row and column, and what to do."""

    def row(m: Mark) -> str:
        return "" if m.row is None else str(sheet.numbers[len(sheet.heads) + m.row])

    def column(m: Mark) -> str:
        if m.row is None or m.column is None:
            return _("整行")
        return cell_name(1, m.column).rstrip("1")

    columns: list[Col[Mark]] = [
        Col(key="sheet", title=_("工作表"), cell=lambda m: Cell(text=grid.sheet or _("文件"))),
        Col(key="row", title=_("行"), kind="number", cell=lambda m: Cell(text=row(m) or _("整张"))),
        Col(key="column", title=_("列"), cell=lambda m: Cell(text=column(m))),
        Col(key="what", title=_("哪里不对，怎么改"), is_lead=True, cell=lambda m: Cell(text=m.text)),
    ]
    return lists.plain(_("没有装入：请改好下面各处再装"), columns, marks)


def against(marks: Sequence[Mark], written: Written) -> parts.Table:
    """Return what stands against a table, row by row, and what is only to be known."""
    headings = TableSheet.of_text(written.text).lines[:1]

    def place(m: Mark) -> str:
        column = "" if m.column is None else headings[0][m.column]
        return f"{_row(m.row)} {column}".strip() if m.row is not None else m.field or _("整张")

    columns: list[Col[Mark]] = [
        Col(key="place", title=_("哪一格"), cell=lambda m: Cell(text=place(m))),
        Col(key="what", title=_("哪里不对，怎么改"), is_lead=True, cell=lambda m: Cell(text=m.text)),
        Col(key="state", title=_("状态"), kind="state",
            cell=lambda m: Cell(text=_("要改") if m.is_bad else _("提醒"), tone="warn" if m.is_bad else "plain")),
    ]  # fmt: skip
    return lists.plain(_("检查"), columns, marks)


def _row(n: int) -> str:
    return {0: _("表头"), 1: _("类型")}.get(n, _("第 %(n)s 行") % {"n": n - 1})


def apart(theirs: Written, mine: Written) -> parts.Table:
    """Return the cells in which two versions of a draft are not the same, and what each has there."""
    rows = [
        (place, one, other)
        for place, one, other in [*_heads(theirs, mine), *_cells(theirs, mine)]
        if one != other
    ]
    columns: list[Col[tuple[str, str, str]]] = [
        Col(key="place", title=_("哪一格"), is_lead=True, cell=lambda r: Cell(text=r[0])),
        Col(key="theirs", title=_("对方的"), cell=lambda r: Cell(text=r[1] or _("空"))),
        Col(key="mine", title=_("我的"), cell=lambda r: Cell(text=r[2] or _("空"))),
    ]
    return lists.plain(_("两版不同的格"), columns, rows, empty=_("两版一样"))


def _heads(theirs: Written, mine: Written) -> list[tuple[str, str, str]]:
    def said(w: Written) -> list[str]:
        sheet = TableSheet.of_text(w.text)
        moments = ["" if m is None else as_moment(m) for m in (w.since, w.until)]
        return [*moments, w.clause, w.basis, sheet.head("#source"), sheet.head("#hit")]

    names = [_("从什么时候生效"), _("到什么时候为止"), _("条款"), _("依据"), _("来源"), _("哪一行算数")]
    return list(zip(names, said(theirs), said(mine), strict=True))


def _cells(theirs: Written, mine: Written) -> list[tuple[str, str, str]]:
    one, other = (TableSheet.of_text(w.text).lines for w in (theirs, mine))
    found = []
    for r, (a, b) in enumerate(zip_longest(one, other, fillvalue=())):
        where = _row(r)
        for c, (x, y) in enumerate(zip_longest(a, b, fillvalue="")):
            found.append((_("%(row)s，第 %(n)s 列") % {"row": where, "n": c + 1}, x, y))
    return found
