"""The one way to write. Every change of the county's records happens inside `with act(...)`.

An action is a function decorated with `@action`; inside it `act` opens the transaction, claims the key in a permanent
inbox, opens the wall for the actor's own pairs, and keeps the answer. The same key with the same body gives the first
answer again and changes nothing; the same key with another body is refused and kept.
"""

import functools
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NewType, ParamSpec, TypeVar, get_type_hints
from uuid import UUID

from django.db import transaction
from pydantic import TypeAdapter

from twofront.core import ids
from twofront.core.errors import Refused
from twofront.ground import clock, scope
from twofront.ground.models import Act, Change, ClockReading, Event, RefusedKey
from twofront.ground.scope import Actor

Key = NewType("Key", str)
P = ParamSpec("P")
T = TypeVar("T")

_body: ContextVar[str] = ContextVar("body", default="")
FROZEN = "frozen"
_CLAIMED_BY_ACT = ("by", "under", "key", "at")


class KeyReused(Refused):
    """The key was used before, for something else."""

    code = "id_reused"


class _Repeated(Exception):  # noqa: N818 - it ends the body of an act that was done before
    def __init__(self, answer: object) -> None:
        self.answer = answer


def new_key() -> Key:
    """Return a fresh key for an act that nobody will repeat."""
    return Key(str(new_uid()))


def new_uid() -> UUID:
    """Return a UUIDv7, by which a row is named outside."""
    return ids.uuid7(clock.machine(), chance=secrets.token_bytes(10))


class Unkeyed:
    """An argument that is no part of what a key stands for: where the file lies, who is told of the progress."""


@dataclass(slots=True)
class OpenAct:
    """An act in progress, as the body of an action holds it."""

    row: Act
    by: Actor
    at: datetime
    _later: list[Callable[[], object]] = field(default_factory=list)

    def event(self, verb: str, about: str = "", *, fields: tuple[str, ...] = (), digest: str = "") -> None:
        """Append an audit event: what was done to what, by ids and names of fields, never values."""
        Event.objects.create(
            act=self.row,
            verb=verb,
            about=about,
            fields=list(fields),
            digest=digest,
            at=self.at,
            machine_at=self.row.machine_at,
            actor=self.by.login,
            under=self.row.under,
        )

    def changed(self, topic: str, *days: date | None) -> None:
        """Say which subject and days this act changed, so that figures are counted anew."""
        Change.objects.bulk_create(
            [
                Change(act=self.row, topic=topic, on=on, mark=secrets.randbelow(2**31))
                for on in (days or (None,))
            ]
        )

    def freeze(self) -> None:
        """Say that all that was known by now is fixed: what is written at the same moment of the clock comes after it."""
        self.changed(FROZEN)

    def known(self) -> datetime:
        """Return since when what this act writes is known: its moment, one step later if that was frozen before."""
        is_frozen = Change.objects.filter(topic=FROZEN, act__at=self.at).exclude(act=self.row).exists()
        return self.reach(self.at + clock.STEP if is_frozen else self.at)

    def reach(self, known: datetime) -> datetime:
        """Return a moment at which something becomes known; a clock that stands before it goes on to it."""
        if clock.stands() and clock.now() < known:
            ClockReading.objects.create(reads=known)
            clock.reach(known)
            self.event("clock.set", "clock")
        return known

    def after_commit(self, job: Callable[..., object], **arguments: object) -> None:
        """Do something once the act stands; it is not done if the act fails."""
        transaction.on_commit(functools.partial(job, **arguments))

    def answer(self, answer: T) -> T:
        """Keep the answer under the act's key, and return it."""
        self.row.answer = TypeAdapter(type(answer)).dump_python(answer, mode="json")
        self.row.save(update_fields=["answer"])
        return answer


def action(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function an action: its arguments are the body of its key, and a repeated key gets the first answer."""
    hints = get_type_hints(function)
    missing = [name for name in _CLAIMED_BY_ACT if name not in hints]
    if missing or "return" not in hints:
        raise TypeError(f"action {function.__qualname__} needs typed {missing or 'return'}")
    first_answer = TypeAdapter(hints["return"])

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        token = _body.set(_hash_of(function, args, kwargs))
        try:
            return function(*args, **kwargs)
        except _Repeated as again:
            answer: T = first_answer.validate_python(again.answer, strict=False)
            return answer
        finally:
            _body.reset(token)

    wrapped.is_action = True  # type: ignore[attr-defined]
    return wrapped


@contextmanager
def act(*, by: Actor, under: str | None, key: Key, at: datetime, is_bulk: bool = False) -> Iterator[OpenAct]:
    """Open an act.

    Args:
        by: Who acts; the wall is opened for the pairs that he writes.
        under: Order and clause it is done under, or None.
        key: The idempotency key; kept for ever.
        at: When it holds in the world.
        is_bulk: An import, whose rows are noted by its file and not one by one.

    Raises:
        KeyReused: The key was used with another body.
    """
    body = _body.get()
    kept: RefusedKey | None = None
    with scope.borrowed(write=by.scope.write):
        if not scope.is_set():
            scope.apply(read=by.scope.read)
        claimed = _claim(by=by, under=under, key=key, at=at, body=body)
        if claimed is None:
            first = Act.objects.get(key=key)
            if first.body_hash == body:
                raise _Repeated(first.answer)
            kept = RefusedKey(key=key, body_hash=body, actor=by.login, machine_at=clock.machine())
        else:
            scope.open_act(claimed.pk, is_bulk=is_bulk)
            yield OpenAct(row=claimed, by=by, at=at)
    if kept is not None:
        _keep(kept, by)
        raise KeyReused(
            f"key {key} was used before for something else; send the change under a new key",
            f"编号 {key} 已用于另一件事, 请换一个新编号再提交",
        )


def _claim(*, by: Actor, under: str | None, key: Key, at: datetime, body: str) -> Act | None:
    """Insert the act under its key; None if the key is taken. Waits for another who is claiming it now."""
    scope.open_act(0)
    row = Act(
        uid=new_uid(),
        key=key,
        body_hash=body,
        actor=by.login,
        seat=by.seat,
        under=under,
        at=at,
        machine_at=clock.machine(),
    )
    Act.objects.bulk_create([row], ignore_conflicts=True)
    return Act.objects.filter(uid=row.uid).first()


def _keep(refused: RefusedKey, by: Actor) -> None:
    with scope.borrowed(write=by.scope.write):
        scope.open_act(0)
        refused.save()


def _hash_of(function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> str:
    body = {name: value for name, value in kwargs.items() if name not in _CLAIMED_BY_ACT}
    text = json.dumps([function.__qualname__, args, body], default=_plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - json's own hook
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, Unkeyed):
        return None
    return TypeAdapter(type(value)).dump_python(value, mode="json")
