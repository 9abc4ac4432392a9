"""Forms of the rules: the facts of one case, the stays of somebody who wants to come, and a table that is being written."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.orders.queries import ARRIVED, PLACE, Written
from twofront.apps.orders.words import bases, policy, units, values
from twofront.core.playbook import Playbook
from twofront.core.playbook.fields import BASES
from twofront.core.playbook.kinds import Clause, Fact
from twofront.core.rules.sheet import TableSheet
from twofront.core.rules.table import HITS
from twofront.core.time import BadTime, parse_moment
from twofront.ground import kinds
from twofront.ground.forms import Sent
from twofront.ground.pages import name_of
from twofront.web.pages.orders import ComeStay
from twofront.web.parts import Choice, Field, Form

STAYS = 6
"""Places of stay that can be asked about at once."""
COUNT = "stays"
MOST_ROWS = 1_000
"""Lines of a table that is written on a page."""
MOST_BYTES = 4 << 20
"""Of a file that holds one table."""


def table_of(sent: Sent, *, decision: str, place: str) -> Written:
    """Return the table that was sent: heads from their fields, the rest from the sheet; what is wrong stands in the errors."""
    sheet = TableSheet.of_text(sent.values.get("text", ""))
    sheet = replace(sheet, heads=(("#table", decision),), numbers=()).headed(
        hit=sent.one_of("hit", dict.fromkeys(HITS)), source=sent.text("source", most=500)
    )
    if len(sheet.lines) > MOST_ROWS:
        sent.errors["text"] = _("一张表最多 %(n)s 行，请分成几张") % {"n": MOST_ROWS}
    since, until = (sent.moment(name, zone=kinds.zone()) for name in ("since", "until"))
    return Written(
        decision, place, sent.text("clause"), sent.one_of("basis", dict.fromkeys(BASES)), since, until, sheet.text()
    )  # fmt: skip


def dated(sent: Sent, written: Written, sheet: TableSheet) -> Written:
    """Return a table with the sheet of a file; its #from and #to are the days of its row, which a playbook's file has not."""
    moments = {"#from": written.since, "#to": written.until}
    for name in (n for n in moments if sheet.head(n)):
        try:
            moments[name] = parse_moment(sheet.head(name), zone=kinds.zone())
        except BadTime:
            sent.errors["file"] = _("%(name)s 不能识别，请写成 2020-02-18T19:30") % {"name": name}
    own = sheet.headed(**{"from": "", "to": ""})
    return replace(written, since=moments["#from"], until=moments["#to"], text=own.text())


def heads(written: Written, book: Playbook, sent: Sent | None = None) -> list[Field]:
    """Return the fields beside the grid of a table."""
    sheet, zone = TableSheet.of_text(written.text), book.zone
    wrong = {} if sent is None else sent.errors

    def local(name: str, moment: datetime | None) -> str:
        if sent is not None and name in wrong:
            return sent.values.get(name, "")
        return "" if moment is None else moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")

    def choices(offered: Mapping[str, str], on: str, blank: str = "") -> list[Choice]:
        first = [Choice(value="", title=blank, is_on=not on)] if blank else []
        return [*first, *(Choice(value=k, title=t, is_on=k == on) for k, t in offered.items())]

    clauses = {c.identity: f"{c.identity} {name_of(c)}" for c in book.of(Clause, at=kinds.day())}
    return [
        Field(name="since", title=_("从什么时候生效"), kind="moment", value=local("since", written.since), error=wrong.get("since", "")),
        Field(name="until", title=_("到什么时候为止"), kind="moment", value=local("until", written.until), error=wrong.get("until", ""), hint=_("空着就是到另有新令为止")),
        Field(name="clause", title=_("条款"), kind="choice", choices=choices(clauses, written.clause)),
        Field(name="basis", title=_("依据"), kind="choice", choices=choices({k: bases()[k] for k in BASES}, written.basis, _("请选择"))),
        Field(name="source", title=_("来源"), value=sheet.head("#source"), error=wrong.get("source", "")),
        Field(name="hit", title=_("哪一行算数"), kind="choice", choices=choices({h: policy(h) for h in HITS}, sheet.head("#hit") or HITS[0])),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    """A table that came as a file, and for which place."""

    path: Path
    place: str


def upload(places: Mapping[str, str], sent: Sent | None = None, hidden: Sequence[Field] = ()) -> Form:
    """Return the form that takes a table in from a file."""
    wrong, on = ({}, "") if sent is None else (sent.errors, sent.values.get("place", ""))
    hint = _("按导出的样子：#table 一行，接着表头、类型和各行")
    fields = [
        *hidden,
        Field(name="file", title=_("文件"), kind="file", accept=".xlsx,.csv", is_required=True, error=wrong.get("file", ""), hint=hint),
    ]  # fmt: skip
    if len(places) > 1:
        choices = [Choice(value=k, title=t, is_on=k == on) for k, t in places.items()]
        fields.append(Field(name="place", title=_("适用"), kind="choice", choices=choices))
    return Form(href=reverse("orders:drafts"), fields=fields, submit=_("装入为草稿"), has_file=True)


@contextmanager
def uploaded(sent: Sent, files: Mapping[str, object], places: Mapping[str, str]) -> Iterator[Upload | None]:
    """Give a file that was sent as long as it is needed; None, and the errors say why, where there is none to read."""
    file, place = files.get("file"), sent.one_of("place", places) or next(iter(places))
    if not isinstance(file, UploadedFile) or not file.size:
        sent.errors["file"] = _("请选一个文件")
    elif file.size > MOST_BYTES:
        sent.errors["file"] = _("文件超过 4 MB；一张规则表没有这么大，请只留这张表")
    if not sent.is_right or not isinstance(file, UploadedFile):
        yield None
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / (Path(file.name or "").name[-100:] or "file")
        path.write_bytes(b"".join(file.chunks()))
        yield Upload(path, place)


def case(href: str, facts: Sequence[Fact], places: Mapping[str, str], sent: Sent) -> Form:
    """Return the form of one case: what is left empty is not known."""
    fields = [fact(row, places, sent) for row in facts]
    return Form(href=href, fields=fields, submit=_("问这张表"))


def facts_of(
    facts: Sequence[Fact], places: Mapping[str, str], sent: Sent, *, before: str = ""
) -> dict[str, Any]:
    """Return the facts that were sent; those left empty are not among them."""
    found = {row.key: _read(row, f"{before}{row.key}", places, sent) for row in facts}
    return {key: value for key, value in found.items() if value is not None}


def fact(row: Fact, places: Mapping[str, str], sent: Sent, *, before: str = "") -> Field:
    """Return the field of a fact, with what was sent and what is wrong with it."""
    name = f"{before}{row.key}"
    value, error = sent.values.get(name, ""), sent.errors.get(name, "")
    hint = _("不填就由其他各项推出") if row.follows else ""
    offered = _choices(row, places)
    if offered:
        blank = Choice(value="", title=_("由其他各项推出") if row.follows else _("不知道"), is_on=not value)
        choices = [blank, *(Choice(value=k, title=t, is_on=value == k) for k, t in offered.items())]
        return Field(name=name, title=name_of(row), kind="choice", choices=choices, error=error, hint=hint)
    return Field(
        name=name, title=name_of(row), kind="date" if row.type == "date" else "moment" if row.type == "moment" else "text",
        value=value, unit=units().get(str(row.unit), ""), error=error, hint=hint or _("不知道就空着"),
    )  # fmt: skip


def arrival(sent: Sent) -> Field:
    """Return the field of the day of arrival."""
    return Field(
        name=ARRIVED, title=_("哪天到（已经到了就填到的那天）"), kind="date", value=sent.values.get(ARRIVED, ""),
        error=sent.errors.get(ARRIVED, ""), hint=_("不知道就空着"),
    )  # fmt: skip


def stays(facts: Sequence[Fact], places: Mapping[str, str], sent: Sent, *, count: int) -> list[ComeStay]:
    """Return the fields of each place of stay."""
    return [
        ComeStay(
            title=_("停留地 %(n)s") % {"n": n + 1},
            fields=[fact(row, places, sent, before=f"{n}-") for row in facts],
        )
        for n in range(count)
    ]


def count_of(sent: Sent) -> int:
    """Return how many places of stay were sent, at least one."""
    text = sent.values.get(COUNT, "1")
    return max(1, min(STAYS, int(text))) if text.isascii() and text.isdecimal() and len(text) < 3 else 1


def cases_of(facts: Sequence[Fact], places: Mapping[str, str], sent: Sent) -> list[dict[str, Any]]:
    """Return the stays that were sent; one of which nothing is known counts only if it is the only one."""
    found = [facts_of(facts, places, sent, before=f"{n}-") for n in range(count_of(sent))]
    return [f for f in found if f] or found[:1]


def day_of_arrival(sent: Sent) -> date | None:
    """Return the day of arrival; None if it is not known."""
    return sent.day(ARRIVED)


def _choices(row: Fact, places: Mapping[str, str]) -> Mapping[str, str]:
    if row.key == PLACE:
        return {code: f"{name} {code}" for code, name in places.items()}
    if row.type == "bool":
        return {"1": _("是"), "0": _("否")}
    return values(row)


def _read(row: Fact, name: str, places: Mapping[str, str], sent: Sent) -> Any:  # noqa: ANN401 - of the fact's type
    if row.type == "date":
        return sent.day(name)
    if row.type == "moment":
        return sent.moment(name, zone=kinds.zone())
    if offered := _choices(row, places):
        value = sent.one_of(name, offered)
        return (value == "1" if value else None) if row.type == "bool" else value or None
    text = sent.text(name)
    if row.type != "number" or not text:
        return text or None
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e15:
        sent.errors[name] = _("请写一个数，如 14 或 37.3")
        return None
    return number
