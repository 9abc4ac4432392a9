"""What a form sends, read once: values or one sentence a field; and the key that makes its act happen once.

A form carries a fresh key. Sent twice (a double click, a reload, a lost answer) it is one act: `acts` sees to that.
Only keys of the form's own shape are taken, so that nobody claims the key of an import beforehand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from twofront.core.time import BadTime, parse_day, parse_moment
from twofront.ground.acts import Key, new_key
from twofront.ground.pages import BadRequest
from twofront.web.parts import Field

KEY = "key"
MOST = 2_000_000_000


def key_field() -> Field:
    """Return the hidden field that carries a fresh key."""
    return Field(name=KEY, title="", kind="hidden", value=new_key())


def key_of(request: HttpRequest) -> Key:
    """Return the key of the form or address that was sent; a fresh one where none came.

    Raises:
        BadRequest: It is no key of a form.
    """
    text = request.POST.get(KEY) or request.GET.get(KEY)
    if not text:
        return new_key()
    try:
        return Key(str(UUID(text)))
    except ValueError as e:
        raise BadRequest(
            f"key={text[:40]}: no key of a form; open the page again",
            "表单编号不能识别, 请重新打开页面再提交",
        ) from e


@dataclass(slots=True)
class Sent:
    """The values of a form as they came, and what is wrong with them, by field."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(request: HttpRequest) -> "Sent":
        """Return what a request sent."""
        return Sent({name: str(value) for name, value in request.POST.items()})

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.errors

    def text(self, name: str, *, most: int = 200) -> str:
        """Return a text, without blanks around it; empty if not filled in."""
        value = self.values.get(name, "").strip()
        if len(value) > most:
            self.errors[name] = _("最多 %(n)s 个字，请写短一些") % {"n": most}
        return value[:most]

    def needed(self, name: str, *, most: int = 200) -> str:
        """Return a text that must be filled in."""
        value = self.text(name, most=most)
        if not value:
            self.errors[name] = _("这一项要填")
        return value

    def one_of(self, name: str, choices: Mapping[str, object]) -> str:
        """Return one of the choices, or an empty text if none was chosen."""
        value = self.text(name)
        if value and value not in choices:
            self.errors[name] = _("没有这个选项，请从列表里选")
        return value

    def flag(self, name: str) -> bool | None:
        """Return yes or no; None, and an error, if neither was chosen."""
        value = {"1": True, "0": False}.get(self.text(name))
        if value is None:
            self.errors[name] = _("请选一个")
        return value

    def count(self, name: str) -> int | None:
        """Return a whole number of 0 or more; None if not filled in."""
        text = self.text(name).replace(",", "").replace("，", "")
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and int(text) <= MOST):
            self.errors[name] = _("请写 0 或以上的整数")
            return None
        return int(text)

    def day(self, name: str) -> date | None:
        """Return a day; None if not filled in."""
        text = self.text(name)
        try:
            return parse_day(text) if text else None
        except BadTime:
            self.errors[name] = _("日期不能识别，请写成 2020-02-18")
            return None

    def moment(self, name: str, *, zone: tzinfo) -> datetime | None:
        """Return a moment; None if not filled in."""
        text = self.text(name)
        try:
            return parse_moment(text, zone=zone) if text else None
        except BadTime:
            self.errors[name] = _("时间不能识别，请写成 2020-02-18T19:30")
            return None
