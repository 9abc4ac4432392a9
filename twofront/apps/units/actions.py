"""Writes on units. A password or token is shown once, and kept only as a hash."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password

from twofront.apps.units.models import Account, Post
from twofront.apps.units.queries import OPERATOR, hash_token
from twofront.core.errors import Refused
from twofront.ground import clock, scope, stores
from twofront.ground.acts import Key, act, action, new_key
from twofront.ground.audit import keyed_hash
from twofront.ground.models import Attempt
from twofront.ground.scope import Actor
from twofront.ground.stores import Batch, Values, Verdict

TRIES = 10
TRIES_OF_AN_ADDRESS = 100
WINDOW = timedelta(minutes=10)
SHORTEST = 10


class NoAccount(Refused):
    """There is no such account."""

    code = "no_account"


class NotTheOperator(Refused):
    """The operator's account cannot be closed."""

    code = "not_the_operator"


class NotLoggedIn(Refused):
    """Login and password do not fit; which of the two is not said."""

    code = "not_logged_in"


class TooManyTries(Refused):
    """Too many failed tries from this address or for this login; wait."""

    code = "too_many_tries"


class WeakPassword(Refused):
    """The new password is too short, or is the old one."""

    code = "weak_password"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret made for an account; shown once. Its act keeps no copy: a repeated key gives an empty one."""

    login: str
    secret: str


def issue_password(
    login: str, *, is_first: bool = True, by: Actor, under: str | None, key: Key, at: datetime
) -> Secret:
    """Give an account a first password (初始口令), to be changed at the next login; its sessions end.

    Raises:
        NotPermitted: The actor does not manage accounts.
    """
    by.require("accounts.manage", "give passwords", "发放口令")
    password = "-".join(secrets.token_hex(2) for _ in range(3))
    _set_password(login, make_password(password), must_change=is_first, by=by, under=under, key=key, at=at)
    return Secret(login, password)


def issue_token(login: str, *, by: Actor, under: str | None, key: Key, at: datetime) -> Secret:
    """Give an account a token for programs (令牌); the one before stops working.

    Raises:
        NotPermitted: The actor does not manage accounts.
    """
    by.require("accounts.manage", "give tokens", "发放令牌")
    token = secrets.token_urlsafe(32)
    _set_token(login, hash_token(token), by=by, under=under, key=key, at=at)
    return Secret(login, token)


@action
def make_operator(*, by: Actor, under: str | None, key: Key, at: datetime) -> None:
    """Make the operator, who owns the data folder and acts for the office clerk of the whole county."""
    with act(by=by, under=under, key=key, at=at) as a:
        Account.objects.create(login=OPERATOR, name=OPERATOR)
        a.event("account.made", f"account:{OPERATOR}")


def change_password(
    login: str, *, old: str, new: str, by: Actor, under: str | None, key: Key, at: datetime
) -> None:
    """Change one's own password.

    Raises:
        NotLoggedIn: The old password is another one.
        WeakPassword: The new one has fewer than 10 characters, or is the old one.
    """
    account = Account.objects.filter(login=login, is_active=True).first()
    if account is None or not check_password(old, account.password):
        raise NotLoggedIn("the old password is not right; type it again", "原口令不对, 请重新输入")
    if len(new) < SHORTEST or new in (old, login):
        raise WeakPassword(
            f"a password needs at least {SHORTEST} characters and must differ from the old one",
            f"新口令至少 {SHORTEST} 位, 且不能与原口令相同",
        )
    _set_password(login, make_password(new), must_change=False, by=by, under=under, key=key, at=at)


def log_in(login: str, password: str, *, address: str) -> tuple[int, int, bool]:
    """Check a login and return (account id, epoch, whether the password must be changed) for its session.

    Failed tries are counted by login and by address over ten minutes, across restarts; a whole office shares an address,
    so that one who forgets his password does not shut the others out. A try for an unknown login takes as long as one for
    a known login.

    Raises:
        NotLoggedIn: They do not fit.
        TooManyTries: Ten for this login failed before, or a hundred from this address.
    """
    login_hash, address_hash = keyed_hash(login), keyed_hash(address)
    door = scope.system("door")
    with scope.borrowed(read=scope.EVERYTHING):
        since = clock.machine() - WINDOW
        failed = Attempt.objects.filter(succeeded=False, machine_at__gt=since)
        if (
            failed.filter(login_hash=login_hash).count() >= TRIES
            or failed.filter(address_hash=address_hash).count() >= TRIES_OF_AN_ADDRESS
        ):
            raise TooManyTries("too many failed tries; wait ten minutes", "失败次数过多, 请十分钟后再试")
        account = Account.objects.filter(login=login, is_active=True).first()
        fits = check_password(password, account.password if account and account.password else _DUMMY)
    _note_attempt(
        login_hash,
        address_hash,
        succeeded=bool(account and fits),
        by=door,
        under=None,
        key=new_key(),
        at=clock.machine(),
    )
    if account is None or not fits:
        raise NotLoggedIn("login or password is not right; try again", "账号或口令不对, 请重试")
    return account.pk, account.epoch, account.must_change


@action
def _note_attempt(
    login_hash: str,
    address_hash: str,
    *,
    succeeded: bool,
    by: Actor,
    under: str | None,
    key: Key,
    at: datetime,
) -> None:
    with act(by=by, under=under, key=key, at=at) as a:
        Attempt.objects.create(
            login_hash=login_hash, address_hash=address_hash, succeeded=succeeded, machine_at=clock.machine()
        )
        a.event("login.ok" if succeeded else "login.failed", f"login:{login_hash[:16]}")


@action
def _set_password(
    login: str, password: str, *, must_change: bool, by: Actor, under: str | None, key: Key, at: datetime
) -> None:
    with act(by=by, under=under, key=key, at=at) as a:
        account = _locked(login)
        account.password, account.must_change, account.epoch = password, must_change, account.epoch + 1
        account.save(update_fields=["password", "must_change", "epoch"])
        a.event("account.password", f"account:{login}", fields=("password",))


@action
def _set_token(login: str, token_hash: str, *, by: Actor, under: str | None, key: Key, at: datetime) -> None:
    with act(by=by, under=under, key=key, at=at) as a:
        account = _locked(login)
        account.token_hash = token_hash
        account.save(update_fields=["token_hash"])
        a.event("account.token", f"account:{login}", fields=("token_hash",))


@action
def open_or_close(
    login: str, *, is_active: bool, by: Actor, under: str | None, key: Key, at: datetime
) -> None:
    """Close an account (停用), so that its sessions and token stop at the next request, or open it again."""
    if login == OPERATOR:
        raise NotTheOperator(
            "the operator owns the data folder and stays open", "operator 是数据目录的所有者, 不能停用"
        )
    with act(by=by, under=under, key=key, at=at) as a:
        account = _locked(login)
        account.is_active, account.epoch, account.token_hash = is_active, account.epoch + 1, ""
        account.save(update_fields=["is_active", "epoch", "token_hash"])
        a.event(
            "account.opened" if is_active else "account.closed", f"account:{login}", fields=("is_active",)
        )


def take_accounts(batch: Batch) -> Sequence[Verdict]:
    """Take a list of posts: accounts that are new are made, names and phones are kept up to date, posts get their days."""
    c = batch.columns
    accounts = _accounts(c["login"])
    moved = [
        _update(
            accounts[login],
            batch.body(("name", "phone"), (name or "", phone or ""), _called(accounts[login])),
        )
        for login, name, phone in zip(c["login"], c["name"], c["phone"], strict=True)
    ]
    ids = [accounts[login].pk for login in c["login"]]
    key = {"account_id": ids, "role": c["role"], "unit": c["unit"], "line": c["line"]}
    states = stores.spans(Post, batch, key=key, first=c["from"], last=c["to"], values={})
    return ["changed" if m and s == "same" else s for s, m in zip(states, moved, strict=True)]


def _accounts(logins: Sequence[str]) -> dict[str, Account]:
    known = {a.login: a for a in Account.objects.filter(login__in=set(logins))}
    Account.objects.bulk_create(
        [Account(login=login) for login in dict.fromkeys(logins) if login not in known]
    )
    return {a.login: a for a in Account.objects.filter(login__in=set(logins))}


def _called(account: Account) -> tuple[str, str]:
    return account.name, account.phone


def _update(account: Account, after: Values) -> bool:
    """Keep name and phone as the newest list has them; tell whether an account that was on record changed."""
    before = _called(account)
    if before == after:
        return False
    account.name, account.phone = after
    account.save(update_fields=["name", "phone"])
    return before != ("", "")


def _locked(login: str) -> Account:
    account = Account.objects.select_for_update().filter(login=login).first()
    if account is None:
        raise NoAccount(
            f"no account {login}; 'load accounts' makes accounts", f"没有账号 {login}; 请先载入账号表"
        )
    return account


_DUMMY = "argon2$argon2id$v=19$m=102400,t=2,p=8$bm9ib2R5bm9ib2R5$pA5ZJ0fU5Z1yR3Yx7w0pXn0m5G1uK7u3o1m9oYQ2c4E"  # fits no password; costs as much to check as a real one
