"""Forms of signing in and of accounts."""

from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.units.actions import SHORTEST
from twofront.apps.units.queries import OPERATOR, AccountRow
from twofront.ground.forms import Sent, key_field
from twofront.web.parts import Field, Form


def login(*, following: str, name: str = "", error: str = "") -> Form:
    """Return the form of signing in; `following` is where the reader goes then."""
    fields = [
        Field(name="login", title=_("登录名"), value=name, autocomplete="username", is_required=True),
        Field(name="password", title=_("密码"), kind="password", autocomplete="current-password", is_required=True),
        Field(name="next", title="", kind="hidden", value=following),
    ]  # fmt: skip
    return Form(href=reverse("units:login"), fields=fields, submit=_("登录"), error=error)


def password(*, sent: Sent | None = None, error: str = "", is_first: bool = False) -> Form:
    """Return the form by which somebody chooses a password of his own."""
    wrong = sent.errors if sent else {}
    fields = [
        Field(
            name="old", title=_("现在的密码"), kind="password", autocomplete="current-password", is_required=True,
            hint=_("办公室发给你的那个") if is_first else "", error=wrong.get("old", ""),
        ),
        Field(
            name="new", title=_("新密码"), kind="password", autocomplete="new-password", is_required=True,
            hint=_("至少 %(n)s 个字符，不能和现在的一样") % {"n": SHORTEST}, error=wrong.get("new", ""),
        ),
        Field(
            name="again", title=_("再写一次"), kind="password", autocomplete="new-password", is_required=True, error=wrong.get("again", ""),
        ),
        key_field(),
    ]  # fmt: skip
    cancel = "" if is_first else "/"
    return Form(
        href=reverse("units:password"), fields=fields, submit=_("换密码"), error=error, cancel_href=cancel
    )


def chosen(sent: Sent) -> tuple[str, str]:
    """Return the old and the new password; what is missing or differs stands in the errors."""
    old, new, again = (sent.values.get(name, "") for name in ("old", "new", "again"))
    for name, value in (("old", old), ("new", new)):
        if not value:
            sent.errors[name] = _("这一项要填")
    if new and new != again:
        sent.errors["again"] = _("两次写的不一样，请重写")
    return old, new


def acts(row: AccountRow, *, is_own: bool) -> tuple[Form, ...]:
    """Return what the office clerk may do with an account; nobody closes his own, nor the operator's."""

    def act(name: str, submit: str, confirm: str = "") -> Form:
        href = reverse(f"units:{name}", args=[row.login])
        return Form(href=href, fields=[key_field()], submit=submit, confirm=confirm)

    if not row.is_active:
        return (act("open", _("重新启用")),)
    forms = [
        act("new_password", _("发新密码"), _("发新密码？旧密码马上作废，已登录的会退出。")),
        act("new_token", _("发新令牌"), _("发新令牌？旧令牌马上作废。")),
    ]
    if not is_own and row.login != OPERATOR:
        forms.append(
            act("close", _("停用账号"), _("停用这个账号？它马上不能用了，令牌作废；以后可以重新启用。"))
        )
    return tuple(forms)
