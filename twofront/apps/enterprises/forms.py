"""The form of a daily report: what nobody knows but the firm; what the register knows is not asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.enterprises.queries import ReportRow
from twofront.ground.forms import Sent, key_field
from twofront.web.parts import Choice, Field, Form


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a firm declares of a day."""

    opened: bool
    on_site: int | None
    difficulty: str
    seen: int | None


def report(
    credit_code: str,
    on: date,
    *,
    record: ReportRow | None,
    difficulties: Mapping[str, str],
    normal_staff: int | None,
    sent: Sent | None,
    error: str = "",
) -> Form:
    """Return the form for a day, filled with what was sent, else with what is on record."""
    values = sent.values if sent else _values(record)
    wrong = sent.errors if sent else {}
    opened, difficulty = values.get("opened", ""), values.get("difficulty", "")
    staff = _("正常用工 %(n)s 人；不知道就空着") % {"n": normal_staff} if normal_staff is not None else ""
    fields = [
        Field(
            name="opened", title=_("这一天开工了吗"), kind="options", is_required=True, error=wrong.get("opened", ""),
            choices=[Choice(value="1", title=_("开工"), is_on=opened == "1"), Choice(value="0", title=_("没开工"), is_on=opened == "0")],
        ),
        Field(
            name="on_site", title=_("在岗人数"), kind="number", value=values.get("on_site", ""), unit=_("人"),
            error=wrong.get("on_site", ""), hint=staff or _("不知道就空着"),
        ),
        Field(
            name="difficulty", title=_("最大的困难"), kind="choice", error=wrong.get("difficulty", ""),
            choices=[
                Choice(value="", title=_("没有"), is_on=not difficulty),
                *(Choice(value=k, title=t, is_on=difficulty == k) for k, t in difficulties.items()),
            ],
        ),
        Field(name="on", title="", kind="hidden", value=on.isoformat()),
        Field(name="seen", title="", kind="hidden", value=str(record.act if record else 0)),
        key_field(),
    ]  # fmt: skip
    return Form(
        href=reverse("enterprises:report", args=[credit_code]), fields=fields, error=error,
        submit=_("更正报告") if record else _("报上去"), cancel_href=f"{reverse('enterprises:firms')}?on={on.isoformat()}",
    )  # fmt: skip


def declaration(sent: Sent, *, difficulties: Mapping[str, str]) -> Declaration | None:
    """Return what was declared, or None; then the errors say what is wrong."""
    opened = sent.flag("opened")
    on_site = sent.count("on_site")
    difficulty = sent.one_of("difficulty", difficulties)
    seen = sent.count("seen")
    return Declaration(opened, on_site, difficulty, seen) if sent.is_right and opened is not None else None


def _values(record: ReportRow | None) -> dict[str, str]:
    if record is None:
        return {}
    on_site = "" if record.on_site is None else str(record.on_site)
    return {"opened": "1" if record.opened else "0", "on_site": on_site, "difficulty": record.difficulty}
