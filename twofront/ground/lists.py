"""Lists that a person searches, sorts, filters, turns over and takes away: built once, the same on every page.

A page says what its rows are and what each column shows; everything that the address asks for happens here. The law:
what is taken away is what was on the screen, in its order, without its pages; every file says who took it, and the
audit keeps that it was taken.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from twofront.core.errors import Refused
from twofront.ground import clock, export, kinds
from twofront.ground.acts import Key, act, action, new_key
from twofront.ground.pages import BadRequest, Forbidden, Request, board_day, is_english
from twofront.ground.scope import Actor
from twofront.web.parts import (
    Cell,
    Choice,
    Column,
    ColumnKind,
    DayPicker,
    Filter,
    Link,
    Pager,
    Row,
    Table,
    Tone,
)

R = TypeVar("R")
T = TypeVar("T")
PAGE = 50
FORMATS: Mapping[str, tuple[Callable[[export.Listing], bytes], str]] = {
    "xlsx": (export.to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (export.to_csv, "text/csv; charset=utf-8"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Col(Generic[R]):
    """One column of a list.

    Args:
        key: How the address calls it, to sort by it.
        title: Its heading.
        cell: What a row shows in it.
        kind: How its cells are set.
        order: What rows are sorted by; None = cannot be sorted. Rows for which it is None stand last, either way.
        value: What a file holds of it; the cell's text where it is not given.
        is_lead: Whether it names the row.
        is_hidden: Stands in files only.
    """

    key: str
    title: str
    cell: Callable[[R], Cell]
    kind: ColumnKind = "text"
    order: Callable[[R], Any] | None = None
    value: Callable[[R], object] | None = None
    is_lead: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve(Generic[R]):
    """One filter over a list: the value of a row (or its values), and those that can be chosen with their names, in order."""

    name: str
    title: str
    value: Callable[[R], str | tuple[str, ...]]
    names: Mapping[str, str]

    def of(self, row: R) -> tuple[str, ...]:
        """Return the values under which a row is found."""
        found = self.value(row)
        return (found,) if isinstance(found, str) else found


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf(Generic[R]):
    """A list as a page offers it.

    Args:
        caption: What its rows are; also the title of a file.
        href: The page's own address, without a query.
        rows: Every row in sight, in the order in which they stand unless another is asked for.
        columns: Its columns.
        text: What a search looks through; None = cannot be searched.
        sieves: Its filters.
        kept: Parameters of the address that belong to the page and stay, such as its day.
        n: What a row counts for in the total: 1, or its share of the figure that was opened.
        name: How the audit and a file's name call it; no file where it is empty.
        empty: Said when there is no row.
        tone: Marks a whole row.
        anchor: The row's anchor in the page.
        size: Rows a page.
    """

    caption: str
    href: str
    rows: Sequence[R]
    columns: Sequence[Col[R]]
    text: Callable[[R], str] | None = None
    sieves: Sequence[Sieve[R]] = ()
    kept: Sequence[tuple[str, str]] = ()
    n: Callable[[R], int] = lambda row: 1
    name: str = ""
    empty: str = ""
    tone: Callable[[R], Tone] = lambda row: "plain"
    anchor: Callable[[R], str] = lambda row: ""
    size: int = PAGE


class NotFound(Refused):
    """What is asked for is not there, or not in the asker's sight; which of the two is not said."""

    code = "not_found"


def found(thing: T | None) -> T:
    """Return a thing that was looked up for somebody.

    Raises:
        NotFound: It is None.
    """
    if thing is None:
        raise NotFound(
            "there is no such thing in your scope; check the address",
            "没有这一项, 或不在您的范围内; 请核对地址",
        )
    return thing


def table(request: HttpRequest, listed: ListOf[R]) -> Table:
    """Return the part of a list that the address asks for: searched (`q`), filtered, sorted (`sort`), one page (`from`)."""
    asked = _Asked.of(request, listed)
    rows = _chosen(listed, asked)
    columns = [c for c in listed.columns if not c.is_hidden]
    first = min(asked.first, max(0, (len(rows) - 1) // listed.size * listed.size))
    shown = rows[first : first + listed.size]
    return Table(
        caption=listed.caption,
        columns=[_column(listed, asked, c) for c in columns],
        rows=[Row(cells=[c.cell(r) for c in columns], id=listed.anchor(r), tone=listed.tone(r)) for r in shown],
        href=listed.href,
        query=None if listed.text is None else asked.query,
        filters=[_filter(listed, asked, s) for s in listed.sieves],
        kept=[*listed.kept, *([("sort", asked.sort)] if asked.sort else [])],
        exports=[Link(title=f, href=_address(listed, asked, form=f)) for f in FORMATS] if listed.name and _may_take(request) else (),
        pager=Pager(
            total=sum(listed.n(r) for r in rows), first=first + 1 if shown else 0, last=first + len(shown),
            previous_href=_address(listed, asked, first=first - listed.size) if first else "",
            next_href=_address(listed, asked, first=first + listed.size) if first + listed.size < len(rows) else "",
        ),
        empty=listed.empty,
    )  # fmt: skip


def plain(caption: str, columns: Sequence[Col[R]], rows: Sequence[R], *, empty: str = "") -> Table:
    """Return a short list as it is: no search, no pages, no file."""
    heads = [Column(title=c.title, kind=c.kind, is_lead=c.is_lead) for c in columns]
    return Table(
        caption=caption,
        columns=heads,
        rows=[Row(cells=[c.cell(r) for c in columns]) for r in rows],
        empty=empty,
    )


def taken(request: Request, listed: ListOf[R]) -> HttpResponse | None:
    """Return the file that the address asks for (`format=xlsx|csv`), or None if it asks for none.

    Raises:
        Forbidden: The asker may not take lists away.
        BadRequest: There is no such format.
    """
    form = request.GET.get("format")
    if not form or not listed.name:
        return None
    if not _may_take(request):
        raise Forbidden(
            "your account may not take lists away (rows.export); ask the command office",
            "本账号无权导出名单 (rows.export), 请联系指挥部办公室",
        )
    if form not in FORMATS:
        raise BadRequest(
            f"format={form} is none of {', '.join(FORMATS)}; choose one of them",
            f"没有 {form} 这种格式, 请选 {'、'.join(FORMATS)}",
        )
    rows = _chosen(listed, _Asked.of(request, listed))
    return give(request, form, _listing(request, listed, rows), name=listed.name, about=listed.name)


def give(request: Request, form: str, listing: export.Listing, *, name: str, about: str) -> HttpResponse:
    """Return a list as a file to keep, and note in the audit who took it."""
    make, content_type = FORMATS[form]
    body = make(listing)
    note(about, form, body, by=request.actor)
    return attachment(body, f"{name}-{_now(compact=True)}.{form}", content_type)


def attachment(body: bytes, name: str, content_type: str = FORMATS["xlsx"][1]) -> HttpResponse:
    """Return a file to keep under a name, which may be Chinese."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": disposition})


def mark(request: Request) -> str:
    """Return the watermark of a file: who took it, and when by the county's clock."""
    name = request.actor.name
    who = f"{name} ({request.actor.login})" if name and name != request.actor.login else request.actor.login
    return _("%(who)s 导出于 %(at)s") % {"who": who, "at": _now()}


def joined(words: Iterable[str]) -> str:
    """Return words one after another as the reader's language separates them; each stands once."""
    return (", " if is_english() else "、").join(dict.fromkeys(words))


def days(
    request: HttpRequest, *, on: date, known: datetime | None, kept: Sequence[tuple[str, str]] = ()
) -> DayPicker:
    """Return the chooser of the day and the known moment for the page that is asked for."""
    today = kinds.day()

    def there(day: date) -> str:
        return f"{request.path}?{urlencode([*when(day, known), *kept])}"

    is_moved = known is not None or on != board_day()
    home = f"{request.path}?{urlencode(kept)}" if kept else request.path
    return DayPicker(
        href=request.path, on=on, known=known, latest=today, kept=kept, previous_href=there(on - timedelta(days=1)),
        next_href=there(on + timedelta(days=1)) if on < today else "", now_href=home if is_moved else "",
    )  # fmt: skip


def when(on: date, known: datetime | None) -> list[tuple[str, str]]:
    """Return the day and the known moment as an address carries them."""
    moment = [("known", kinds.written(known))] if known else []
    return [("on", on.isoformat()), *moment]


def note(about: str, form: str, body: bytes, *, by: Actor) -> None:
    """Note in the audit that somebody took a list away."""
    _noted(about, form, hashlib.sha256(body).hexdigest(), by=by, under=None, key=new_key(), at=clock.now())


@action
def _noted(
    about: str, form: str, digest: str, *, by: Actor, under: str | None, key: Key, at: datetime
) -> None:
    """Append the event (导出): the list, the format, the hash of the file."""
    with act(by=by, under=under, key=key, at=at) as a:
        a.event("list.taken", f"list:{about}:{form}", digest=digest)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks of a list."""

    query: str
    filters: Mapping[str, str]
    sort: str
    first: int

    @staticmethod
    def of(request: HttpRequest, listed: ListOf[Any]) -> "_Asked":
        filters = {s.name: request.GET.get(s.name, "") for s in listed.sieves}
        known = {s.name: {"", *s.names} for s in listed.sieves}
        for name, value in filters.items():
            if value not in known[name]:
                raise BadRequest(
                    f"{name}={value} cannot be chosen; choose from the list",
                    f"{name}={value} 不在可选范围, 请从下拉框选择",
                )
        sort = request.GET.get("sort", "")
        sortable = {c.key for c in listed.columns if c.order is not None}
        begin = request.GET.get("from", "")
        return _Asked(
            query=request.GET.get("q", "").strip()[:100],
            filters=filters,
            sort=sort if sort.removeprefix("-") in sortable else "",
            first=int(begin) if begin.isascii() and begin.isdecimal() and len(begin) < 10 else 0,
        )


def _chosen(listed: ListOf[R], asked: _Asked) -> list[R]:
    rows = list(listed.rows)
    for sieve in listed.sieves:
        if wanted := asked.filters[sieve.name]:
            rows = [r for r in rows if wanted in sieve.of(r)]
    words = _plain(asked.query).split()
    if words and listed.text is not None:
        look = listed.text
        rows = [r for r in rows if _holds(_plain(look(r)), words)]
    column = next((c for c in listed.columns if asked.sort and c.key == asked.sort.removeprefix("-")), None)
    if column is None or column.order is None:
        return rows
    order = column.order
    known = [(order(r), r) for r in rows]
    there = sorted(
        (p for p in known if p[0] is not None), key=lambda p: p[0], reverse=asked.sort.startswith("-")
    )
    return [r for _, r in there] + [r for value, r in known if value is None]


def _holds(text: str, words: Sequence[str]) -> bool:
    return all(w in text for w in words)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _column(listed: ListOf[R], asked: _Asked, column: Col[R]) -> Column:
    turned: Literal["", "up", "down"] = ""
    if asked.sort.removeprefix("-") == column.key:
        turned = "down" if asked.sort.startswith("-") else "up"
    following = f"-{column.key}" if turned == "up" else column.key
    href = "" if column.order is None else _address(listed, asked, sort=following)
    return Column(title=column.title, kind=column.kind, sort_href=href, sorted=turned, is_lead=column.is_lead)


def _filter(listed: ListOf[R], asked: _Asked, sieve: Sieve[R]) -> Filter:
    counts: dict[str, int] = {}
    for row in listed.rows:
        for value in sieve.of(row):
            counts[value] = counts.get(value, 0) + 1
    chosen = asked.filters[sieve.name]
    offered = [(v, t) for v, t in sieve.names.items() if v in counts or v == chosen]
    every = Choice(value="", title=_("全部"), is_on=not chosen)
    choices = [Choice(value=v, title=t, is_on=v == chosen, note=f"{counts.get(v, 0):,}") for v, t in offered]
    return Filter(name=sieve.name, title=sieve.title, choices=[every, *choices])


def _address(
    listed: ListOf[R], asked: _Asked, *, sort: str | None = None, first: int = 0, form: str = ""
) -> str:
    query = [*listed.kept, *((n, v) for n, v in asked.filters.items() if v)]
    wanted = {
        "q": asked.query,
        "sort": asked.sort if sort is None else sort,
        "from": str(first) if first > 0 else "",
        "format": form,
    }
    return f"{listed.href}?{urlencode([*query, *((n, v) for n, v in wanted.items() if v)])}"


def _listing(request: Request, listed: ListOf[R], rows: Sequence[R]) -> export.Listing:
    def values(row: R) -> list[object]:
        return [c.cell(row).text if c.value is None else c.value(row) for c in listed.columns]

    return export.Listing(
        title=listed.caption, headings=[c.title for c in listed.columns], rows=[values(r) for r in rows],
        mark=mark(request), is_exercise=clock.stands(),
    )  # fmt: skip


def _may_take(request: HttpRequest) -> bool:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor.can("rows.export")


def _now(*, compact: bool = False) -> str:
    now = clock.now().astimezone(kinds.zone())
    return now.strftime("%Y%m%d-%H%M") if compact else now.strftime("%Y-%m-%d %H:%M")
