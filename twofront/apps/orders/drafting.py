"""Pages on which a table is written: the drafts, one draft with its grid, what it would decide otherwise, and its files."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from twofront.apps.orders import actions, drafted, forms, marks, queries
from twofront.apps.orders.actions import Saved
from twofront.apps.orders.queries import DraftRow, Written
from twofront.apps.orders.views import DRAFT
from twofront.apps.orders.words import Words
from twofront.core.playbook import Decision, Playbook
from twofront.core.playbook.kinds import DecisionTable, Fact, Output
from twofront.core.playbook.tables import CLAUSE, FOLDER, row_of
from twofront.core.rules.reading import IN, OUT
from twofront.core.rules.sheet import TableSheet
from twofront.ground import clock, export, kinds, lists, reader
from twofront.ground.acts import KeyReused
from twofront.ground.forms import Sent, key_field, key_of
from twofront.ground.pages import Request, back, name_of, render, require, said, sentence_of
from twofront.web.pages.orders import Clash, DraftPage, DraftsPage, Editor
from twofront.web.parts import Choice, Field, Form, Link, Table
from twofront.web.templatetags.web import moment as as_moment

SEEN, UID, DECISION, PLACE = "seen", "draft", "decision", "place"
"""Hidden fields: what one began from, and which table it is."""


def drafts(request: Request) -> HttpResponse:
    """Which drafts are there, whose, of which table, and what stands against them? Here a table is taken in, too."""
    require(request.actor, DRAFT)
    sent, refused = None, None
    if request.method == "POST":
        sent = Sent.of(request)
        taken = _take_in(request, sent)
        if isinstance(taken, Saved):
            said(request, _("已装入为草稿第 %(n)s 版；还没有生效") % {"n": taken.version})
            return back(reverse("orders:draft", args=[taken.uid]))
        refused = taken
    listed = drafted.listed(queries.drafts(), kinds.book())
    file = lists.taken(request, listed)
    if file is not None:
        return file
    page = DraftsPage(
        head=request.make_head(crumbs=_crumbs()[:1]), table=lists.table(request, listed),
        form=forms.upload(_places(), sent, [key_field()]), faults=refused,
    )  # fmt: skip
    return render(request, page, status=200 if sent is None else 422)


def _take_in(request: Request, sent: Sent) -> Saved | Table | None:
    """Save a table that came as a file as a draft; else what is wrong with it, or with the form."""
    with forms.uploaded(sent, request.FILES, _places()) as file:
        if file is None:
            return None
        try:
            grid = reader.read(file.path, limits=reader.SMALL)
        except reader.Unreadable as e:
            sent.errors["file"] = sentence_of(e)
            return None
        sheet, base = TableSheet.of_grid(grid), _newest(sent)
        written = base.written if base is not None else queries.blank(sheet.head("#table"), file.place)
        if written is None or sheet.head("#table") != written.decision:
            sent.errors["file"] = _("第一行要写 #table 和预案里的判定，如 %(key)s") % {
                "key": base.written.decision if base else "arrival.class"
            }
            return None
        written = forms.dated(sent, written, sheet)
        if not sent.is_right:
            return None
        wrong = marks.of_cells(queries.judged(written), written)
        if wrong:
            return drafted.refused(wrong, sheet, grid)
        after = None if base is None else Saved(base.uid, sent.count(SEEN) or 0)
        return actions.save_draft(
            written, after, by=request.actor, under=None, key=key_of(request), at=clock.now()
        )


def _places() -> dict[str, str]:
    """Return the places that have tables, the county first."""
    book = kinds.book()
    names = {t.key: name_of(t) for t in book.of("tile", at=kinds.day())}
    codes = dict.fromkeys((book.place, *(row.place for row in book.all_of(DecisionTable))))
    return {code: names.get(code) or name_of(book.county(at=kinds.day())) for code in codes}


def begin(request: Request, decision: str) -> HttpResponse:
    """What shall this table say from now on? A draft begun from the table in force."""
    require(request.actor, DRAFT)
    at = queries.rules(kinds.day(), None)
    place = request.GET.get(PLACE) or request.POST.get(PLACE) or at.book.place
    found = lists.found(
        queries.find(at, decision, place=place) if decision in queries.decisions(at) else None
    )
    actions.permit(request.actor, decision, found.entry.place)
    if request.method == "POST":
        return _save(request, decision, found.entry.place, None)
    return _page(request, _editor(request, queries.written_of(at, found.entry)), found.decision)


def draft(request: Request, draft: UUID) -> HttpResponse:
    """What does this draft say, what stands against it, and what would it decide otherwise?"""
    require(request.actor, DRAFT)
    row = lists.found(queries.draft(draft))
    if request.method == "POST":
        return _save(request, row.written.decision, row.written.place, row)
    if request.GET.get("format") in drafted.FORMATS:
        return _file(request, row)
    decision = kinds.book().find(Decision, row.written.decision, at=kinds.day())
    view = request.GET.get("view", "write")
    if view == "compare":
        return _page(request, None, decision, row=row, view=view)
    older = queries.draft(draft, Sent({"n": request.GET.get("version", "")}).count("n"))
    written = lists.found(older).written
    return _page(request, None if row.is_void else _editor(request, written, row=row), decision, row=row)


@require_POST
def check(request: Request) -> HttpResponse:
    """What stands against the table as it is typed right now?"""
    require(request.actor, DRAFT)
    sent, book = Sent.of(request), kinds.book()
    decision = lists.found(book.find(Decision, sent.text(DECISION), at=kinds.day()))
    written = forms.table_of(sent, decision=decision.key, place=_place(sent, book))
    if "text" in sent.errors:
        return JsonResponse(
            {"marks": [], "names": [], "sentences": [], "said": sent.errors["text"], "is_bad": True}
        )
    answer = marks.as_json(queries.judged(written), written, Words.of(book, decision.key))
    answer["marks"] += [
        {"text": t, "bad": True, "row": None, "column": None, "field": f} for f, t in sent.errors.items()
    ]
    newest = _newest(sent)
    if newest is not None and str(newest.version) != sent.values.get(SEEN):
        answer["newer"] = _("%(by)s 已经存了第 %(n)s 版；存的时候会让您比较两版再选") % {
            "by": newest.by,
            "n": newest.version,
        }
    return JsonResponse(answer)


@require_POST
def discard(request: Request, draft: UUID) -> HttpResponse:
    """Discard a draft, with a reason."""
    require(request.actor, DRAFT)
    row = lists.found(queries.draft(draft))
    sent = Sent.of(request)
    reason = sent.needed("reason")
    if not sent.is_right:
        return _page(request, _editor(request, row.written, row=row), _decision(row), row=row, sent=sent)
    actions.discard_draft(
        Saved(draft, sent.count(SEEN) or 0), reason, by=request.actor, under=None, key=key_of(request), at=clock.now()
    )  # fmt: skip
    undo = f"{reverse('orders:restore', args=[draft])}?seen={row.version + 1}"
    said(request, _("草稿已废弃；存过的各版都还在"), undo_href=undo)
    return back(reverse("orders:draft", args=[draft]))


@require_POST
def restore(request: Request, draft: UUID) -> HttpResponse:
    """Bring a discarded draft back."""
    require(request.actor, DRAFT)
    lists.found(queries.draft(draft))
    seen = Sent({SEEN: request.POST.get(SEEN) or request.GET.get(SEEN) or ""}).count(SEEN) or 0
    actions.restore_draft(
        Saved(draft, seen), by=request.actor, under=None, key=key_of(request), at=clock.now()
    )
    said(request, _("草稿已恢复"))
    return back(reverse("orders:draft", args=[draft]))


def _save(request: Request, decision: str, place: str, row: DraftRow | None) -> HttpResponse:
    """Save what was sent; where somebody else was faster, show both and let the writer choose."""
    sent = Sent.of(request)
    written = forms.table_of(sent, decision=decision, place=place)
    kind = kinds.book().find(Decision, decision, at=kinds.day())
    if not sent.is_right:
        if "text" in sent.errors:
            said(request, sent.errors["text"], tone="warn")
        return _page(request, _editor(request, written, row=row, sent=sent), kind, row=row)
    try:
        saved = actions.save_draft(
            written, None if row is None else Saved(row.uid, sent.count(SEEN) or 0),
            by=request.actor, under=None, key=key_of(request), at=clock.now(),
        )  # fmt: skip
    except actions.DraftMoved as e:
        return _page(
            request,
            _editor(request, written, row=e.newest, sent=sent, clash=_clash(e.newest, written)),
            kind,
            row=e.newest,
        )
    except KeyReused:
        said(request, _("这张表已经提交过了，又改过：请再存一次"), tone="warn")
        return _page(request, _editor(request, written, row=row, sent=sent), kind, row=row)
    said(
        request,
        _("草稿已存为第 %(n)s 版；还没有生效") % {"n": saved.version},
        why_not=_("每一版都留着，可以废弃"),
    )
    return back(reverse("orders:draft", args=[saved.uid]))


def _editor(
    request: Request, written: Written, *, row: DraftRow | None = None, sent: Sent | None = None, clash: Clash | None = None
) -> Editor:  # fmt: skip
    book = kinds.book()
    href = (
        reverse("orders:begin", args=[written.decision])
        if row is None
        else reverse("orders:draft", args=[row.uid])
    )
    hidden = [
        key_field(), Field(name=SEEN, title="", kind="hidden", value=str(0 if row is None else row.version)),
        Field(name=UID, title="", kind="hidden", value="" if row is None else str(row.uid)),
        Field(name=DECISION, title="", kind="hidden", value=written.decision), Field(name=PLACE, title="", kind="hidden", value=written.place),
    ]  # fmt: skip
    sheet = TableSheet.of_text(written.text)
    names = [Choice(value=f"{IN}{f.key}", title=name_of(f)) for f in book.of(Fact, at=kinds.day())]
    outs = [o for o in book.of(Output, at=kinds.day()) if o.decision == written.decision]
    names += [Choice(value=f"{OUT}{o.key}", title=name_of(o)) for o in outs] + [
        Choice(value=f"{OUT}{CLAUSE}", title=_("条款"))
    ]
    return Editor(
        href=href, check_href=reverse("orders:check"), hidden=hidden, fields=forms.heads(written, book, sent),
        sheet=TableSheet((), sheet.lines).text(), names=names, is_dirty=sent is not None, clash=clash,
    )  # fmt: skip


def _page(
    request: Request, editor: Editor | None, decision: Decision | None, *, row: DraftRow | None = None, view: str = "write",
    sent: Sent | None = None,
) -> HttpResponse:  # fmt: skip
    note = _("草稿不生效。存好后下载，放进预案文件夹，用 twofront playbook load 生效；在页面上发令以后再做。")
    if row is None:
        page = DraftPage(
            head=request.make_head(crumbs=_crumbs()), title=name_of(decision), note=note, editor=editor
        )
        return render(request, page, status=200 if editor is None or not editor.is_dirty else 422)
    tables = _compared(row) if view == "compare" else []
    page = DraftPage(
        head=request.make_head(crumbs=_crumbs()), title=name_of(decision, row.written.decision), note=note, tabs=_tabs(row, view),
        pairs=drafted.about(row, queries.judged(row.written, known=row.at), kinds.book()), files=_files(row), editor=editor,
        tables=tables, acts=_acts(row, sent) if view == "write" else (),
    )  # fmt: skip
    is_refused = sent is not None or (editor is not None and editor.is_dirty)
    return render(request, page, status=422 if is_refused else 200)


def _compared(row: DraftRow) -> list[Table]:
    """Return what stands against a draft, what it would decide otherwise than the table in force, and its versions."""
    words = Words.of(kinds.book(), row.written.decision)
    found = marks.marks(queries.judged(row.written, known=row.at), row.written, words)
    against = [drafted.against(found, row.written)] if found else []
    return [*against, drafted.differs(row), drafted.versions(queries.versions_of(row.uid))]


def _clash(newest: DraftRow, mine: Written) -> Clash:
    text = _("您打开之后，%(by)s 在 %(at)s 存了第 %(n)s 版。您写的在下面，没有存，也没有丢。两版不同的格如下：再存就是用您的，对方的一版仍留着。") % {
        "by": newest.by, "at": as_moment(newest.at), "n": newest.version,
    }  # fmt: skip
    return Clash(
        text=text,
        table=drafted.apart(newest.written, mine),
        theirs_href=reverse("orders:draft", args=[newest.uid]),
    )


def _acts(row: DraftRow, sent: Sent | None) -> list[Form]:
    hidden = [key_field(), Field(name=SEEN, title="", kind="hidden", value=str(row.version))]
    if row.is_void:
        return [Form(href=reverse("orders:restore", args=[row.uid]), fields=hidden, submit=_("恢复这份草稿"))]
    reason = Field(
        name="reason", title=_("为什么废弃"), is_required=True, error="" if sent is None else sent.errors.get("reason", "")
    )  # fmt: skip
    own = Field(name=UID, title="", kind="hidden", value=str(row.uid))
    return [
        replace(forms.upload({}, hidden=[*hidden, own]), submit=_("装入为下一版")),
        Form(href=reverse("orders:discard", args=[row.uid]), fields=[*hidden, reason], submit=_("废弃这份草稿")),
    ]  # fmt: skip


def _file(request: Request, row: DraftRow) -> HttpResponse:
    """Give a draft as a file: the table as CSV or xlsx, or both files that go into the playbook's folder."""
    book, form = kinds.book(), request.GET["format"]
    entry = queries.entry_of(book, row.written, known=row.at)
    name = entry.file.removesuffix(".csv")
    if form == "xlsx":
        body = export.sheet(
            [*map(list, TableSheet.of_text(row.written.text).cells())], name=name, mark=lists.mark(request)
        )
    elif form == "csv":
        body = row.written.text.encode("utf-8-sig")
    else:
        row_text = f"# {lists.mark(request)}\n\n{row_of(entry, zone=book.zone)}"
        body = _zip({f"{name}.toml": row_text, FOLDER + entry.file: row.written.text})
    lists.note(f"draft:{row.uid}", form, body, by=request.actor)
    return lists.attachment(body, f"{name}.{form}", drafted.FORMATS[form])


def _zip(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode())
    return out.getvalue()


def _files(row: DraftRow) -> list[Link]:
    here = reverse("orders:draft", args=[row.uid])
    return [Link(title=title, href=f"{here}?format={form}") for form, title in drafted.formats().items()]


def _tabs(row: DraftRow, view: str) -> list[Link]:
    here = reverse("orders:draft", args=[row.uid])
    names = {"write": _("写"), "compare": _("与生效的比较")}
    return [Link(title=t, href=f"{here}?view={v}", is_here=v == view) for v, t in names.items()]


def _crumbs() -> Sequence[Link]:
    return (
        Link(title=_("规则"), href=reverse("orders:rules")),
        Link(title=_("规则草稿"), href=reverse("orders:drafts")),
    )


def _decision(row: DraftRow) -> Decision | None:
    return kinds.book().find(Decision, row.written.decision, at=kinds.day())


def _place(sent: Sent, book: Playbook) -> str:
    place = sent.text(PLACE)
    return place if place.startswith(book.place) and place.isascii() and place.isdecimal() else book.place


def _newest(sent: Sent) -> DraftRow | None:
    try:
        return queries.draft(UUID(sent.text(UID)))
    except ValueError:
        return None
