"""Pages of loading files: upload, progress, history, one import with its rejected rows.

An import is for whoever loaded it and for those who see imports and whose scope holds the whole of the loader's, such as
a township its own people's; its rejected rows hold what people wrote, so they are for whoever loaded it and for those
who see the whole county.
"""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.territory import queries as territory
from twofront.apps.units import queries as units
from twofront.ground import clock, export, intake, kinds, ledger, lists
from twofront.ground.forms import Sent
from twofront.ground.ledger import Job, Taken
from twofront.ground.lists import Col, ListOf, Sieve
from twofront.ground.pages import Forbidden, Request, back, is_english, render, require
from twofront.server import intake_forms, jobs, returning
from twofront.server.intake_forms import may_load, titles
from twofront.server.loads import LOADERS
from twofront.web.pages.intake import ImportPage, ImportsPage, ProgressPage, UploadPage
from twofront.web.parts import Cell, Link, NextLoad, Pair, Progress, Table, Tone

SEE = "imports.see"
SHOWN_CELLS = 12


def upload(request: Request) -> HttpResponse:
    """Which file of which KIND goes in, for which day, known when?"""
    if not any(may_load(request.actor, one) for one in LOADERS.values()):
        raise Forbidden(
            "your account may not load files; ask the command office",
            "本账号不能装入文件, 请联系指挥部办公室",
        )
    sent: Sent | None = None
    if request.method == "POST":
        sent = Sent.of(request)
        given = intake_forms.uploaded(sent, request.FILES, actor=request.actor)
        if given is not None:
            uid = jobs.ask_load(
                given.file.chunks(), kind=given.kind, name=given.file.name or "file", on=given.on, known=given.known,
                layout=given.layout, zero_value=given.zero_value, by=request.actor,
            )  # fmt: skip
            return back(reverse("intake:progress", args=[uid]))
    page = UploadPage(
        head=request.make_head(crumbs=_crumbs(request)),
        form=intake_forms.upload(request.actor, kind=request.GET.get("kind", ""), sent=sent),
        loads=_loads(request),
        history_href=reverse("intake:imports") if request.actor.can(SEE) else "",
    )
    return render(request, page, status=200 if sent is None else 422)


def progress(request: Request, uid: UUID) -> HttpResponse:
    """How far is the load?"""
    job = lists.found(ledger.job(uid))
    if job.by != request.actor.login and not request.actor.scope.is_whole:
        lists.found(None)
    shown = _progress(request, uid, job)
    page = ProgressPage(head=request.make_head(crumbs=_crumbs(request)), progress=shown)
    return render(request, page, part="live" if request.htmx else None)


def template(request: Request, kind: str) -> HttpResponse:
    """An empty xlsx of a KIND, in the reader's language."""
    loader = lists.found(LOADERS.get(kind))
    book, on = kinds.book(), kinds.day()
    fields = intake.with_choices(loader.fields, loader.lookups(book, on))
    places = territory.at_level(territory.tree(on), "township", book=book, on=on)
    offered = {f.name: [p.name for p in places.values()] for f in fields if f.type == "township"}
    title = titles().get(kind, kind)
    body = export.template(title, fields, is_zh=not is_english(), choices=offered)
    return lists.attachment(body, f"{title}.xlsx")


def imports(request: Request) -> HttpResponse:
    """What was loaded, by whom, and what was rejected?"""
    require(request.actor, SEE)
    listed = _imports(request)
    file = lists.taken(request, listed)
    if file is not None:
        return file
    may = any(may_load(request.actor, one) for one in LOADERS.values())
    href = reverse("intake:upload") if may else ""
    return render(
        request, ImportsPage(head=request.make_head(), table=lists.table(request, listed), upload_href=href)
    )


def one_import(request: Request, uid: UUID) -> HttpResponse:
    """What became of this file, row by row?"""
    taken = _asked(request, uid)
    title = titles().get(taken.kind, taken.kind)
    names = _names()
    state, tone = _outcome(taken)
    sees = _sees_rows(request, taken)
    page = ImportPage(
        head=request.make_head(crumbs=_crumbs(request)),
        title=taken.file, kind=title, read=taken.read, accepted=taken.accepted, duplicate=taken.duplicate, rejected=taken.rejected,
        by=names.get(taken.by, taken.by), at=taken.at, pairs=_pairs(taken), state=state, tone=tone,
        reasons=_reasons(taken) if taken.rejected else None,
        rows=lists.table(request, _rows(taken)) if taken.rejected and sees else None,
        downloads=_downloads(taken) if taken.rejected and sees else (),
    )  # fmt: skip
    return render(request, page)


def rejected(request: Request, uid: UUID) -> HttpResponse:
    """The rejected rows alone, as they came, each with why."""
    taken = _asked(request, uid)
    if not _sees_rows(request, taken):
        lists.found(None)
    rows = ledger.refused_rows(uid)
    width = max((len(r.cells) for r in rows), default=0)
    headings = returning.headings(taken, width)
    listing = export.Listing(
        title=_("%(file)s 退回的行") % {"file": taken.file},
        headings=[*headings, _("原来的行号"), _("原因和怎么办")],
        rows=[
            [*r.cells, *[""] * (width - len(r.cells)), r.row, "; ".join(_sentence(x) for x in r.reasons)]
            for r in rows
        ],
        mark=lists.mark(request),
        is_exercise=clock.stands(),
    )
    return lists.give(request, "xlsx", listing, name="rejected", about=f"rejected:{uid}")


def marked(request: Request, uid: UUID) -> HttpResponse:
    """The file as it was sent, with its wrong cells filled and explained."""
    taken = _asked(request, uid)
    if not _sees_rows(request, taken):
        lists.found(None)
    if taken.read > returning.AT_ONCE and not returning.is_kept(uid):
        job = jobs.ask_mark(uid, name=taken.file, by=request.actor)
        return back(reverse("intake:progress", args=[job]))
    body = returning.marked(uid)
    lists.note(f"marked:{uid}", "xlsx", body, by=request.actor)
    stem = re.sub(r"\.(xlsx|csv|gz|parquet)$", "", taken.file, flags=re.IGNORECASE)
    return lists.attachment(body, _("%(file)s-标红.xlsx") % {"file": stem})


def _asked(request: Request, uid: UUID) -> Taken:
    taken = lists.found(ledger.import_of(uid))
    if taken.by != request.actor.login:
        require(request.actor, SEE)
    return lists.found(taken if units.overseen(request.actor)(taken.by, taken.at) else None)


def _sees_rows(request: Request, taken: Taken) -> bool:
    if taken.by == request.actor.login:
        return True
    return request.actor.scope.is_whole and (taken.kind != "cases" or request.actor.can("cases.see"))


def _loads(request: Request) -> list[NextLoad]:
    counts = ledger.accepted_by_kind()
    return [
        NextLoad(
            kind=kind, title=title, template_href=reverse("intake:template", args=[kind]),
            upload_href=f"{reverse('intake:upload')}?kind={kind}", count=counts.get(kind, 0),
        )
        for kind, title in titles().items()
        if kind in LOADERS and may_load(request.actor, LOADERS[kind])
    ]  # fmt: skip


# -- progress ------------------------------------------------------------------------------------------------------


def _progress(request: Request, uid: UUID, job: Job) -> Progress:
    is_load = job.what.startswith(jobs.LOAD)
    asked = jobs.asked_of(uid)
    named = asked.name if asked else job.result.get("file") or job.body.get("file")
    file = str(named or titles().get(job.what.partition(":")[2], ""))
    title = (_("装入 %(file)s") if is_load else _("给 %(file)s 标红")) % {"file": file}
    if job.state in {"waiting", "running"}:
        text = _phase(str(job.body.get("sentence", "")))
        return Progress(title=title, href=request.path, done=job.done, of=job.total or None, text=text)
    again = Link(title=_("再装一个"), href=reverse("intake:upload"))
    if job.state != "done":
        text = str(job.result.get("en" if is_english() else "zh") or job.result.get("error") or _("没有做成"))
        return Progress(title=title, text=text, is_running=False, tone="bad", next=[again] if is_load else [])
    if not is_load:
        there = Link(title=_("下载标红的原表"), href=reverse("intake:marked", args=[job.result["import_id"]]))
        return Progress(title=title, text=_("已标好"), is_running=False, tone="good", next=[there])
    see = Link(title=_("看结果"), href=reverse("intake:import", args=[job.result["import_id"]]))
    text, tone = _became(job.result)
    return Progress(title=title, text=text, is_running=False, tone=tone, next=[see, again])


def _became(result: Mapping[str, object]) -> tuple[str, Tone]:
    if result.get("repeated"):
        return _("这个文件以前装入过，什么也没有改动"), "plain"
    counts = {k: f"{result[k]:,}" for k in ("accepted", "duplicate", "rejected")}
    text = _("收下 %(accepted)s 行，重复 %(duplicate)s 行，退回 %(rejected)s 行") % counts
    return text, "warn" if result["rejected"] else "good"


def _phase(sentence: str) -> str:
    """Return what a load is doing, in the reader's language."""
    number = re.search(r"\d+", sentence)
    n = f"{int(number.group()):,}" if number else ""
    match sentence.partition(" ")[0]:
        case "reading":
            return _("正在读文件")
        case "checking":
            return _("正在核对 %(n)s 行") % {"n": n}
        case "storing":
            return _("正在入库 %(n)s 行") % {"n": n}
        case "marking":
            return _("正在标红")
        case _:
            return _("排队等候")


# -- imports -------------------------------------------------------------------------------------------------------


def _imports(request: Request) -> ListOf[Taken]:
    called, names, zone = titles(), _names(), kinds.zone()
    sees = units.overseen(request.actor)
    states = {"clean": _("全收"), "some": _("有退回"), "none": _("全退回")}
    tones: dict[str, Tone] = {"clean": "good", "some": "warn", "none": "bad"}

    def by(t: Taken) -> str:
        return _("演练脚本") if t.by.startswith("system:") else names.get(t.by, t.by)

    def count(key: str, title: str) -> Col[Taken]:
        return Col(key=key, title=title, kind="number", order=lambda t: getattr(t, key), cell=lambda t: Cell(text=f"{getattr(t, key):,}"), value=lambda t: getattr(t, key))  # fmt: skip

    return ListOf(
        caption=_("装入的文件"), href=reverse("intake:imports"), name="imports",
        rows=[t for t in ledger.imports(upto=clock.now()) if sees(t.by, t.at)],
        empty=_("没有符合条件的文件"), text=lambda t: f"{t.file} {called.get(t.kind, '')} {t.kind} {by(t)} {t.sha256}",
        columns=(
            Col(key="file", title=_("文件"), is_lead=True, order=lambda t: t.file, cell=lambda t: Cell(text=t.file, href=reverse("intake:import", args=[t.uid]))),
            Col(key="kind", title=_("种类"), order=lambda t: t.kind, cell=lambda t: Cell(text=called.get(t.kind, t.kind))),
            Col(key="by", title=_("谁"), order=by, cell=lambda t: Cell(text=by(t))),
            Col(key="known", title=_("何时得知"), kind="moment", order=lambda t: t.known, cell=lambda t: Cell(text=t.known.astimezone(zone).strftime("%m-%d %H:%M"))),
            count("read", _("读到")), count("accepted", _("收下")), count("duplicate", _("重复")), count("rejected", _("退回")),
            Col(key="state", title=_("结果"), kind="state", cell=lambda t: Cell(text=states[_state(t)], tone=tones[_state(t)])),
        ),
        sieves=(
            Sieve(name="kind", title=_("种类"), names=called, value=lambda t: t.kind),
            Sieve(name="state", title=_("结果"), names=states, value=_state),
        ),
    )  # fmt: skip


def _state(taken: Taken) -> str:
    if not taken.rejected:
        return "clean"
    return "some" if taken.rejected < taken.read else "none"


def _outcome(taken: Taken) -> tuple[str, Tone]:
    match _state(taken):
        case "clean":
            return _("全部收下"), "good"
        case "some":
            return _("退回的行不影响其他行：只需改好这几行再装入"), "warn"
        case _:
            return _("一行也没有收下"), "bad"


def _pairs(taken: Taken) -> list[Pair]:
    zone = kinds.zone()
    sheet = taken.report.get("sheet")
    notes = taken.report.get("notes", [])
    columns = taken.report.get("columns", [])
    used = lists.joined(str(h) for h, field in columns if field)
    left = lists.joined(str(h) for h, field in columns if not field)
    return [
        Pair(title=_("从哪天起"), text=taken.on.isoformat()),
        Pair(title=_("何时得知"), text=taken.known.astimezone(zone).strftime("%Y-%m-%d %H:%M")),
        *([Pair(title=_("工作表"), text=str(sheet))] if sheet else []),
        Pair(title=_("表头行"), text=str(taken.report.get("header_row", ""))),
        Pair(title=_("用到的列"), text=used),
        *([Pair(title=_("没用的列"), text=left)] if left else []),
        *(
            [Pair(title=_("提请核对"), text=_("%(n)s 处与库中不同，没有照改") % {"n": len(notes)})]
            if notes
            else []
        ),
        Pair(title="SHA-256", text=taken.sha256),
    ]


def _reasons(taken: Taken) -> Table:
    called = {f.name: f.name if is_english() else f.zh for f in LOADERS[taken.kind].fields}

    def cells(r: Mapping[str, object]) -> Cell:
        found = [str(c) for c in r["cells"]]  # type: ignore[attr-defined]  # the report's own list
        more = " …" if len(found) > SHOWN_CELLS else ""
        return Cell(text=lists.joined(found[:SHOWN_CELLS]) + more)

    columns: list[Col[Mapping[str, object]]] = [
        Col(key="field", title=_("列"), is_lead=True, cell=lambda r: Cell(text=called.get(str(r["field"]), str(r["field"])))),
        Col(key="code", title=_("原因"), cell=lambda r: Cell(text=_reason(str(r["code"])), note=str(r["code"]))),
        Col(key="count", title=_("多少"), kind="number", cell=lambda r: Cell(text=f"{r['count']:,}")),
        Col(key="cells", title=_("单元格"), cell=cells),
    ]  # fmt: skip
    return lists.plain(_("退回的原因"), columns, taken.report.get("reasons", []))


def _rows(taken: Taken) -> ListOf[tuple[ledger.Refused, Mapping[str, str]]]:
    """Return the reasons of the rejected rows, one a wrong cell."""
    found = [(row, reason) for row in ledger.refused_rows(taken.uid) for reason in row.reasons]
    columns: Sequence[Col[tuple[ledger.Refused, Mapping[str, str]]]] = (
        Col(key="cell", title=_("单元格"), is_lead=True, cell=lambda r: Cell(text=r[1]["cell"] or _("第 %(n)s 行") % {"n": r[0].row})),
        Col(key="value", title=_("写的是"), cell=lambda r: Cell(text=_written(*r) or _("空着"))),
        Col(key="code", title=_("原因"), cell=lambda r: Cell(text=_halves(r[1])[0], note=_reason(r[1]["code"]))),
        Col(key="do", title=_("怎么办"), cell=lambda r: Cell(text=_halves(r[1])[1] or _("改好再装入"))),
    )  # fmt: skip
    return ListOf(
        caption=_("退回的行"), href=reverse("intake:import", args=[taken.uid]), rows=found, columns=columns,
        text=lambda r: f"{r[1]['cell']} {_sentence(r[1])} {' '.join(r[0].cells)}",
        sieves=(Sieve(name="code", title=_("原因"), names={c: _reason(c) for c in sorted({r[1]["code"] for r in found})}, value=lambda r: r[1]["code"]),),
    )  # fmt: skip


def _downloads(taken: Taken) -> list[Link]:
    links = [Link(title=_("只要退回的行"), href=reverse("intake:rejected", args=[taken.uid]))]
    if returning.file_of(taken) is not None:
        links.insert(0, Link(title=_("标红的原表"), href=reverse("intake:marked", args=[taken.uid])))
    return links


def _written(row: ledger.Refused, reason: Mapping[str, str]) -> str:
    """Return what stands in the wrong cell; the whole row where the cell is not one of its own."""
    found = re.fullmatch(r"([A-Z]+)(\d+)", reason["cell"])
    if found is None or int(found.group(2)) != row.row:
        return " ".join(c for c in row.cells if c)
    column = 0
    for letter in found.group(1):
        column = 26 * column + ord(letter) - 64
    return row.cells[column - 1] if column <= len(row.cells) else ""


def _sentence(reason: Mapping[str, str]) -> str:
    return reason["en"] if is_english() else reason["zh"]


def _halves(reason: Mapping[str, str]) -> tuple[str, str]:
    """Return what is wrong and what to do: the two halves of a reason's sentence."""
    parts = re.split(r"[;；]\s*|[,，]\s*(?=请)", _sentence(reason), maxsplit=1)
    return parts[0], parts[1] if len(parts) > 1 else ""


def _reason(code: str) -> str:
    words = {
        "missing": _("没有填"), "check_digit": _("校验位不对"), "format": _("写法不对"), "date": _("日期不对"), "range": _("超出范围"),
        "unknown_value": _("不认识的值"), "formula": _("公式没有结果"), "too_long": _("太长"),
    }  # fmt: skip
    return words.get(code, code)


def _names() -> dict[str, str]:
    return {a.login: a.name for a in units.accounts() if a.name}


def _crumbs(request: Request) -> list[Link]:
    return [Link(title=_("导入"), href=reverse("intake:imports"))] if request.actor.can(SEE) else []
