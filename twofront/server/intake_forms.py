"""The form that takes a file, and what each KIND of file is called and brings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.core.playbook import LOADS
from twofront.ground import clock, kinds
from twofront.ground.forms import Sent
from twofront.ground.intake import Loader
from twofront.ground.pages import name_of
from twofront.ground.scope import Actor
from twofront.server.loads import LOADERS
from twofront.web.parts import Choice, Field, Form

ACCEPT = ".xlsx,.csv,.gz,.parquet"
MOST_BYTES = 512 << 20
LAYOUTS = ("wide", "long", "interval")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent, with what is said of it."""

    kind: str
    file: "UploadedFile[bytes]"
    on: date
    known: datetime | None
    layout: str | None
    zero_value: float | None


def may_load(actor: Actor, loader: Loader) -> bool:
    """Tell whether somebody may load a KIND."""
    also = loader.also
    return actor.can(f"load:{loader.kind}") or (
        also is not None and any(p == "*" or p.startswith(also) for p in actor.may)
    )


def titles() -> dict[str, str]:
    """Return the name of each KIND in the reader's language, in the contract's order."""
    named = {s.key: name_of(s) for s in kinds.book().of("sheet", at=kinds.day())}
    return {kind: named.get(kind, kind) for kind in LOADS}


def upload(actor: Actor, *, kind: str = "", sent: Sent | None = None) -> Form:
    """Return the form: KIND, file, day, known moment, and the layout of readings."""
    values = sent.values if sent else {"kind": kind, "on": kinds.day().isoformat()}
    wrong = sent.errors if sent else {}
    chosen = values.get("kind", "")
    mine = {k: t for k, t in titles().items() if k in LOADERS and may_load(actor, LOADERS[k])}
    layout = values.get("layout", "")
    words = {
        "wide": _("宽表：一天一行，一户一列"),
        "long": _("长表：一户一天一行"),
        "interval": _("96 点曲线"),
    }
    fields = [
        Field(
            name="kind", title=_("这是什么"), kind="choice", is_required=True, error=wrong.get("kind", ""),
            choices=[
                Choice(value="", title=_("选一种"), is_on=not chosen),
                *(Choice(value=k, title=t, is_on=k == chosen, note=k) for k, t in mine.items()),
            ],
        ),
        Field(name="file", title=_("文件"), kind="file", accept=ACCEPT, is_required=True, error=wrong.get("file", "")),
        Field(
            name="on", title=_("从哪天起"), kind="date", value=values.get("on", ""), error=wrong.get("on", ""),
            hint=_("行里自己没有日期的，从这天起算"),
        ),
        Field(
            name="known", title=_("何时得知"), kind="moment", value=values.get("known", ""), error=wrong.get("known", ""),
            hint=_("不填就是现在；补报以前就知道的数时才填"),
        ),
        Field(
            name="layout", title=_("用电表的样子"), kind="choice", error=wrong.get("layout", ""), hint=_("只有用电要选"),
            choices=[Choice(value="", title=_("不是用电"), is_on=not layout), *(Choice(value=k, title=t, is_on=layout == k) for k, t in words.items())],
        ),
        Field(
            name="zero_value", title=_("代表零的读数"), value=values.get("zero_value", ""), error=wrong.get("zero_value", ""),
            hint=_("只有用电：表里恰好是这个数的，当作 0；没有就空着"),
        ),
    ]  # fmt: skip
    return Form(href=reverse("intake:upload"), fields=fields, submit=_("装入"), has_file=True)


def uploaded(sent: Sent, files: Mapping[str, object], *, actor: Actor) -> Upload | None:
    """Return what was sent, or None; then the errors say what is wrong."""
    kind = sent.needed("kind")
    if kind and (kind not in LOADERS or not may_load(actor, LOADERS[kind])):
        sent.errors["kind"] = _("这个账号不能装入这一种，请另选")
    file = files.get("file")
    if not isinstance(file, UploadedFile):
        sent.errors["file"] = _("请选一个文件")
    elif (file.size or 0) > MOST_BYTES:
        sent.errors["file"] = _("文件超过 512 MB，请分成几个，或用命令行 load 装入")
    on, known = sent.day("on") or kinds.day(), sent.moment("known", zone=kinds.zone())
    if known is not None and known > clock.now():
        sent.errors["known"] = _("不能晚于现在，请改早，或空着")
    layout = sent.one_of("layout", dict.fromkeys(LAYOUTS))
    if kind == "readings" and not layout:
        sent.errors["layout"] = _("用电表要说明是哪一种样子")
    zero = _zero(sent)
    if not sent.is_right or not isinstance(file, UploadedFile):
        return None
    is_power = kind == "readings"
    return Upload(kind, file, on, known, (layout or None) if is_power else None, zero if is_power else None)


def _zero(sent: Sent) -> float | None:
    text = sent.text("zero_value")
    try:
        return float(text) if text else None
    except ValueError:
        sent.errors["zero_value"] = _("请写一个数，或空着")
        return None
