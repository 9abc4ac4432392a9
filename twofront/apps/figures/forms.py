"""The forms by which a line closes a day, and takes a closing back."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.core.playbook import Goal
from twofront.ground.forms import Sent, key_field
from twofront.ground.pages import name_of
from twofront.web.parts import Field, Form


def close(goal: Goal, on: date, *, sent: Sent | None = None) -> Form:
    """Return the form that closes a day for a goal."""
    wrong = sent.errors if sent else {}
    fields = [
        Field(
            name="sure", within=goal.key, title=_("截至这一天，我们知道的都已报齐"), kind="flag", is_required=True,
            error=wrong.get("sure", ""),
        ),
        *_hidden(on),
    ]  # fmt: skip
    ask = _("对 %(goal)s 封 %(on)s 的账？") % {"goal": name_of(goal), "on": on.isoformat()}
    return Form(
        href=reverse("figures:close", args=[goal.key]), fields=fields, submit=_("确认封账"), confirm=ask
    )


def reopen(goal: Goal, on: date, *, sent: Sent | None = None) -> Form:
    """Return the form that takes a closing back, with a reason."""
    wrong, values = (sent.errors, sent.values) if sent else ({}, {})
    fields = [
        Field(
            name="reason", within=goal.key, title=_("为什么撤回"), value=values.get("reason", ""), is_required=True,
            hint=_("撤回以后，到再封账为止，这个目标显示未知"), error=wrong.get("reason", ""),
        ),
        *_hidden(on),
    ]  # fmt: skip
    return Form(href=reverse("figures:reopen", args=[goal.key]), fields=fields, submit=_("撤回封账"))


def is_sure(sent: Sent) -> bool:
    """Tell whether it was said that all is in; else the errors say what is missing."""
    if sent.values.get("sure") != "1":
        sent.errors["sure"] = _("请先确认都已报齐，再封账")
    return sent.is_right


def _hidden(on: date) -> list[Field]:
    return [Field(name="on", title="", kind="hidden", value=on.isoformat()), key_field()]
