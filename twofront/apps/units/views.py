"""Pages of signing in and of accounts. A password or token is shown in the answer to its act, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from twofront.apps.units import actions, forms, queries
from twofront.apps.units.queries import AccountRow
from twofront.ground import clock, kinds, lists
from twofront.ground.acts import KeyReused
from twofront.ground.forms import Sent, key_of
from twofront.ground.lists import Col, ListOf, Sieve
from twofront.ground.pages import Request, back, name_of, render, require, said, sentence_of
from twofront.web.pages.units import AccountPage, AccountsPage, LoginPage, PasswordPage, Secret
from twofront.web.parts import Cell, Link, Pair

MANAGE = "accounts.manage"
MUST_CHANGE = "must_change"
"""Kept in the session of somebody who signed in with a first password, until it is changed."""


@sensitive_post_parameters("password")
def login(request: Request) -> HttpResponse:
    """Who are you?"""
    following = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(following, allowed_hosts=None):
        following = "/"
    if request.actor.login and request.method == "GET":
        return back(following)
    name = request.POST.get("login", "").strip()[:100]
    error, status = "", 200
    if request.method == "POST":
        try:
            session = actions.log_in(
                name, request.POST.get("password", ""), address=request.META.get("REMOTE_ADDR", "")
            )
        except (actions.NotLoggedIn, actions.TooManyTries) as e:
            error, status = sentence_of(e), 422
        else:
            return _signed_in(request, session, following)
    page = LoginPage(
        head=request.make_head(),
        form=forms.login(following=following, name=name, error=error),
        help=_whom_to_ask(),
    )
    return render(request, page, status=status)


@require_POST
def logout(request: Request) -> HttpResponse:
    """Leave."""
    request.session.flush()
    return back(reverse("units:login"))


@sensitive_post_parameters("old", "new", "again")
def password(request: Request) -> HttpResponse:
    """Which password does nobody know but you?"""
    is_first = bool(request.session.get(MUST_CHANGE)) or queries.must_change(request.actor.login)
    sent, error = Sent.of(request), ""
    if request.method == "POST":
        old, new = forms.chosen(sent)
        if sent.is_right:
            try:
                actions.change_password(
                    request.actor.login,
                    old=old,
                    new=new,
                    by=request.actor,
                    under=None,
                    key=key_of(request),
                    at=clock.now(),
                )
            except (actions.NotLoggedIn, actions.WeakPassword) as e:
                sent.errors["old" if isinstance(e, actions.NotLoggedIn) else "new"] = sentence_of(e)
            except KeyReused:
                error = _("这张表已经提交过了。请重新填写。")
            else:
                return _changed(request)
    form = forms.password(sent=sent, error=error, is_first=is_first)
    status = 200 if request.method == "GET" else 422
    return render(
        request, PasswordPage(head=request.make_head(), form=form, is_first=is_first), status=status
    )


def accounts(request: Request) -> HttpResponse:
    """Who may sign in, with which role and for which line and block?"""
    require(request.actor, MANAGE)
    listed = _accounts()
    file = lists.taken(request, listed)
    if file is not None:
        return file
    load = f"{reverse('intake:upload')}?kind=accounts"
    return render(
        request, AccountsPage(head=request.make_head(), table=lists.table(request, listed), load_href=load)
    )


def account(request: Request, login: str) -> HttpResponse:
    """What may this account see, and how does its person get in again?"""
    require(request.actor, MANAGE)
    return _account_page(request, login)


@require_POST
def new_password(request: Request, login: str) -> HttpResponse:
    """Give an account a first password, shown once."""
    require(request.actor, MANAGE)
    try:
        made = actions.issue_password(
            login, by=request.actor, under=None, key=key_of(request), at=clock.now()
        )
    except KeyReused:
        return _shown_before(request, login)
    note = _("当面或打电话告诉本人。只显示这一次；第一次登录必须改。")
    return _account_page(request, login, secret=Secret(title=_("新密码"), value=made.secret, note=note))


@require_POST
def new_token(request: Request, login: str) -> HttpResponse:
    """Give an account a token for programs, shown once."""
    require(request.actor, MANAGE)
    try:
        made = actions.issue_token(login, by=request.actor, under=None, key=key_of(request), at=clock.now())
    except KeyReused:
        return _shown_before(request, login)
    note = _("给程序用：请求头 Authorization: Bearer 加上它。只显示这一次。")
    return _account_page(request, login, secret=Secret(title=_("新令牌"), value=made.secret, note=note))


@require_POST
def close(request: Request, login: str) -> HttpResponse:
    """Close an account at once."""
    return _open_or_close(request, login, is_active=False)


@require_POST
def reopen(request: Request, login: str) -> HttpResponse:
    """Open a closed account again."""
    return _open_or_close(request, login, is_active=True)


def _signed_in(request: Request, session: tuple[int, int, bool], following: str) -> HttpResponse:
    request.session.cycle_key()
    request.session["account"], request.session["epoch"], is_first = session
    if is_first:
        request.session[MUST_CHANGE] = True
        return back(reverse("units:password"))
    return back(following)


def _changed(request: Request) -> HttpResponse:
    """Keep this session alone alive: changing a password ends the others."""
    request.session.cycle_key()
    request.session["account"], request.session["epoch"] = queries.session_of(request.actor.login) or (0, -1)
    request.session.pop(MUST_CHANGE, None)
    said(request, _("密码已换，别处的登录已退出"), why_not=_("换了就不能撤销；忘了可请办公室再发一个"))
    return back("/")


def _open_or_close(request: Request, login: str, *, is_active: bool) -> HttpResponse:
    require(request.actor, MANAGE)
    key = key_of(request)
    actions.open_or_close(login, is_active=is_active, by=request.actor, under=None, key=key, at=clock.now())
    if is_active:
        said(request, _("账号 %(login)s 已重新启用；原令牌已作废，需要时另发") % {"login": login})
    else:
        said(
            request,
            _("账号 %(login)s 已停用") % {"login": login},
            undo_href=reverse("units:open", args=[login]),
        )
    return back(reverse("units:account", args=[login]))


def _shown_before(request: Request, login: str) -> HttpResponse:
    said(request, _("这一张表已经提交过，发出的只显示一次；需要请再发一个"), tone="warn")
    return back(reverse("units:account", args=[login]))


def _account_page(request: Request, login: str, *, secret: Secret | None = None) -> HttpResponse:
    row = lists.found(next((a for a in queries.accounts() if a.login == login), None))
    is_own = login == request.actor.login
    crumbs = (Link(title=_("账号"), href=reverse("units:accounts")),)
    return render(request, AccountPage(
        head=request.make_head(crumbs=crumbs), title=row.name or row.login, pairs=_pairs(row), secret=secret,
        forms=forms.acts(row, is_own=is_own), is_own=is_own, password_href=reverse("units:password"),
    ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Called:
    """How the playbook calls roles, lines and units today; a unit that it does not know keeps its code."""

    roles: Mapping[str, str]
    lines: Mapping[str, str]
    places: Mapping[str, str]

    @staticmethod
    def today() -> "_Called":
        book, day = kinds.book(), kinds.day()
        blocks = {t.key: name_of(t) for t in book.of("tile", at=day)}
        return _Called(
            roles={r.key: name_of(r) for r in book.of("role", at=day)},
            lines={"*": _("各条线")} | {r.key: name_of(r) for r in book.of("line", at=day)},
            places=dict.fromkeys(("*", book.place), name_of(book.county(at=day))) | blocks,
        )

    def roles_of(self, row: AccountRow) -> str:
        return lists.joined(self.roles.get(role, role) for role, _unit, _line in row.posts)

    def lines_of(self, row: AccountRow) -> str:
        return lists.joined(self.lines.get(line, line) for _role, _unit, line in row.posts)

    def units_of(self, row: AccountRow) -> str:
        return lists.joined(self.places.get(unit, unit) for _role, unit, _line in row.posts)


def _pairs(row: AccountRow) -> tuple[Pair, ...]:
    called, state = _Called.today(), _state(row)
    posts = [
        Pair(
            title=called.roles.get(role, role),
            text=f"{called.lines.get(line, line)} · {called.places.get(unit, unit)}",
        )
        for role, unit, line in row.posts
    ]
    return (
        Pair(title=_("登录名"), text=row.login),
        Pair(title=_("电话"), text=row.phone, href=f"tel:{row.phone}" if row.phone else ""),
        Pair(title=_("状态"), text=state.text, tone=state.tone),
        Pair(title=_("令牌"), text=_("已发") if row.has_token else _("没有")),
        *(posts or [Pair(title=_("岗位"), text=_("没有岗位"))]),
    )


def _accounts() -> ListOf[AccountRow]:
    called = _Called.today()
    states = {"open": _("在用"), "first": _("未发密码"), "closed": _("已停用")}

    def name(r: AccountRow) -> Cell:
        href = reverse("units:account", args=[r.login])
        return Cell(text=r.name or r.login, href=href, note=r.login if r.name else "")

    return ListOf(
        caption=_("全部账号"), href=reverse("units:accounts"), rows=queries.accounts(), name="accounts", empty=_("没有符合条件的账号"),
        text=lambda r: f"{r.login} {r.name} {r.phone} {called.roles_of(r)} {called.lines_of(r)} {called.units_of(r)}",
        columns=(
            Col(key="name", title=_("谁"), is_lead=True, order=lambda r: r.login, cell=name),
            Col(key="login", title=_("登录名"), is_hidden=True, cell=lambda r: Cell(text=r.login)),
            Col(key="role", title=_("角色"), order=called.roles_of, cell=lambda r: Cell(text=called.roles_of(r) or _("没有岗位"))),
            Col(key="line", title=_("条线"), order=called.lines_of, cell=lambda r: Cell(text=called.lines_of(r) or _("没有"))),
            Col(key="unit", title=_("单位"), order=called.units_of, cell=lambda r: Cell(text=called.units_of(r) or _("没有"))),
            Col(key="phone", title=_("电话"), kind="phone", cell=lambda r: Cell(text=r.phone)),
            Col(key="state", title=_("状态"), kind="state", order=_state_key, cell=_state),
        ),
        sieves=(
            Sieve(name="role", title=_("角色"), names=called.roles, value=lambda r: tuple({role for role, _unit, _line in r.posts})),
            Sieve(name="state", title=_("状态"), names=states, value=_state_key),
        ),
    )  # fmt: skip


def _state_key(row: AccountRow) -> str:
    return "closed" if not row.is_active else "open" if row.has_password else "first"


def _state(row: AccountRow) -> Cell:
    match _state_key(row):
        case "closed":
            return Cell(text=_("已停用"), tone="bad")
        case "open":
            return Cell(text=_("在用"), tone="good")
        case _:
            return Cell(text=_("未发密码"), tone="unknown")


def _whom_to_ask() -> str:
    """Say who gives a lost password anew."""
    clerk = next((h for h in queries.holders(on=kinds.day()) if h.role == "office_clerk" and h.phone), None)
    return (
        ""
        if clerk is None
        else _("忘了密码：找指挥部办公室 %(name)s %(phone)s") % {"name": clerk.name, "phone": clerk.phone}
    )
