"""Reads on units: who somebody is, and what he may see and do today."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from twofront.apps.units.models import Account, Post
from twofront.core.playbook import Playbook
from twofront.core.time import Days
from twofront.ground import clock, history, kinds
from twofront.ground.scope import COUNTY, Actor, Pair, Scope

OPERATOR = "operator"
AS_OPERATOR = (("office_clerk", "*", "*"),)
"""What the operator acts as, whatever posts a file gives him: role, unit, line."""
AGGREGATES_ONLY: Pair = ("-", "-")
"""The pair of somebody who sees published sums and no rows: it covers nothing, but is a scope."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who answers: the person behind a post, with the phone to call."""

    line: str
    unit: str
    role: str
    name: str
    phone: str
    login: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as the office clerk's page lists it."""

    login: str
    name: str
    phone: str
    is_active: bool
    has_password: bool
    has_token: bool
    posts: tuple[tuple[str, str, str], ...]


def actor(login: str, *, on: date | None = None) -> Actor | None:
    """Return who acts under a login, with the roles and scope of his posts in force; None for a stranger."""
    account = Account.objects.filter(login=login, is_active=True).first()
    return None if account is None else _actor(account, on=on)


def actor_of_session(account_id: int, epoch: int) -> Actor | None:
    """Return who a session belongs to; None once the account's epoch has moved on or it is closed."""
    account = Account.objects.filter(pk=account_id, epoch=epoch, is_active=True).first()
    return None if account is None else _actor(account)


def actor_of_token(token: str) -> Actor | None:
    """Return who a token belongs to."""
    account = Account.objects.filter(token_hash=hash_token(token), is_active=True).first()
    return None if account is None else _actor(account)


def session_of(login: str) -> tuple[int, int] | None:
    """Return (account id, epoch) for a session of an open account, or None."""
    return Account.objects.filter(login=login, is_active=True).values_list("pk", "epoch").first()


def hash_token(token: str) -> str:
    """Return the hash under which a token is kept; a token is long and random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def must_change(login: str) -> bool:
    """Tell whether the password is a first one, to be changed at the next login."""
    return Account.objects.filter(login=login, must_change=True).exists()


def accounts() -> list[AccountRow]:
    """Return every account with its posts in force, by login."""
    held: dict[int, list[tuple[str, str, str]]] = {}
    for post in history.in_force(Post, kinds.day()).order_by("role", "unit", "line"):
        held.setdefault(post.account_id, []).append((post.role, post.unit, post.line))
    return [
        AccountRow(
            a.login,
            a.name,
            a.phone,
            a.is_active,
            bool(a.password),
            bool(a.token_hash),
            AS_OPERATOR if a.login == OPERATOR else tuple(held.get(a.pk, ())),
        )
        for a in Account.objects.order_by("login")
    ]


def holders(*, on: date, known: datetime | None = None) -> list[Holder]:
    """Return who holds which post on a day, as known at a moment, by role, unit and login."""
    posts = (
        history.in_force(Post, on, known=known)
        .select_related("account")
        .order_by("role", "unit", "account__login")
    )
    return [Holder(p.line, p.unit, p.role, p.account.name, p.account.phone, p.account.login) for p in posts]


def overseen(by: Actor) -> Callable[[str, datetime], bool]:
    """Return the test whether what a login did at a moment is for somebody's eyes.

    It is if he did it himself, or if every pair that the login's posts opened on that day lies within his scope; of a
    login without posts only the whole county sees what it did.
    """
    book, zone = kinds.book(), kinds.zone()
    posts: dict[str, list[Post]] = {}
    for post in Post.objects.filter(known__contains=history.seen(None)).select_related("account"):
        posts.setdefault(post.account.login, []).append(post)

    def within(pair: Pair) -> bool:
        line, block = (None if x == "*" else x for x in pair)
        return by.scope.covers(line=line, block=block)

    def sees(login: str, at: datetime) -> bool:
        day = at.astimezone(zone).date()
        held = [p for p in posts.get(login, ()) if day in Days.from_half_open(p.valid.lower, p.valid.upper)]
        pairs = {pair for p in held if (pair := _pair(book, day, p)) is not None}
        return login == by.login or by.scope.is_whole or (bool(pairs) and all(map(within, pairs)))

    return sees


def _actor(account: Account, *, on: date | None = None) -> Actor:
    if account.login == OPERATOR:
        return Actor(
            login=OPERATOR,
            scope=COUNTY,
            roles=frozenset({"office_clerk"}),
            may=frozenset({"*"}),
            id=account.pk,
            name=account.name,
            blocks=frozenset({"*"}),
            lines=frozenset({"*"}),
        )
    day = on or clock.today(kinds.zone())
    posts = list(history.in_force(Post, day).filter(account=account))
    book = kinds.book()
    may, pairs = _rights(book, day, posts)
    return Actor(
        login=account.login,
        scope=Scope(read=pairs, write=pairs),
        roles=frozenset(p.role for p in posts),
        may=may,
        id=account.pk,
        name=account.name,
        blocks=frozenset(p.unit for p in posts),
        lines=frozenset(p.line for p in posts),
    )


def _rights(book: Playbook, day: date, posts: Iterable[Post]) -> tuple[frozenset[str], frozenset[Pair]]:
    """Return what the posts permit, and the pairs of line and block that they open."""
    may: set[str] = set()
    pairs: set[Pair] = {AGGREGATES_ONLY}
    for post in posts:
        may |= book.permissions(post.role, line=post.line, at=day)
        pair = _pair(book, day, post)
        if pair is not None:
            pairs.add(pair)
    return frozenset(may), frozenset(pairs)


def _pair(book: Playbook, day: date, post: Post) -> Pair | None:
    """Return the pair of line and block that a post opens; None if it opens no rows."""
    match book.one("role", post.role, at=day).scope:
        case "county":
            return "*", "*"
        case "line" | "block":
            return post.line, post.unit
        case _:
            return None
