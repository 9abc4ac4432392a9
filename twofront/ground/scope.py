"""Who asks, and what he may see: the one place that tells the database.

A scope is a set of pairs (line, block); `*` stands for every line or every block. A protected row carries
`line_code` and `block_code`; it is seen if one pair covers both, and a null is covered only by `*`.
The scope is set local to the transaction: outside of one, or with none set, no row is seen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction

from twofront.core.errors import Refused

Pair = tuple[str, str]
EVERYTHING = frozenset({("*", "*")})
NOTHING: frozenset[Pair] = frozenset()


class NotPermitted(Refused):
    """The actor's roles do not permit this."""

    code = "not_permitted"


@dataclass(frozen=True, slots=True)
class Scope:
    """The pairs of line and block within which somebody reads, and those within which he writes."""

    read: frozenset[Pair] = NOTHING
    write: frozenset[Pair] = NOTHING

    def covers(self, *, line: str | None, block: str | None) -> bool:
        """Tell whether a row of this line and block is seen; the same rule as the policy in the database."""
        return any(_covers(pair, line, block) for pair in self.read)

    def may_write(self, *, line: str | None, block: str | None) -> bool:
        """Tell whether a row of this line and block may be written."""
        return any(_covers(pair, line, block) for pair in self.write)

    @property
    def is_whole(self) -> bool:
        """Whether everything is seen."""
        return ("*", "*") in self.read


COUNTY = Scope(read=EVERYTHING, write=EVERYTHING)
READ_COUNTY = Scope(read=EVERYTHING)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: an account, the operator who owns the data folder, or a job of the system.

    Args:
        login: The account's login, `operator`, or `system:<name>`.
        roles: Keys of the roles held now.
        may: Keys of what these roles permit.
        id: Row id of the account; None for the system.
        seat: The system's user behind an operator, for the audit.
    """

    login: str
    scope: Scope
    roles: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    id: int | None = None
    name: str = ""
    seat: str = ""
    blocks: frozenset[str] = field(default_factory=frozenset)
    lines: frozenset[str] = field(default_factory=frozenset)

    def can(self, permission: str) -> bool:
        """Tell whether a role of this actor permits something; `load:*` permits every `load:KIND`, `*` all."""
        return not self.may.isdisjoint({permission, f"{permission.partition(':')[0]}:*", "*"})

    def require(self, permission: str, en: str, zh: str) -> None:
        """Refuse what no role of this actor permits; *en* and *zh* name it, as in "load cases" and "载入 cases".

        Raises:
            NotPermitted: It is not permitted.
        """
        if not self.can(permission):
            raise NotPermitted(
                f"{self.login} may not {en}; ask the command office",
                f"{self.login} 无权{zh}, 请联系指挥部办公室",
            )


def system(name: str) -> Actor:
    """Return the actor of one of the system's own jobs, who sees and writes everything."""
    return Actor(login=f"system:{name}", scope=COUNTY, may=frozenset({"*"}))


@contextmanager
def reading(scope: Scope) -> Iterator[None]:
    """Read within a scope: opens a transaction, and gives the scope before it back at the end."""
    with borrowed(read=scope.read):
        yield


@contextmanager
def borrowed(*, read: frozenset[Pair] | None = None, write: frozenset[Pair] | None = None) -> Iterator[None]:
    """Set pairs for the length of a block, in a transaction; what held before it, an open act too, holds after it.

    If the block fails, the database itself brings back what held, with the rest of the savepoint.
    """
    with transaction.atomic():
        before = _settings()
        apply(read=read, write=write)
        yield
        if not transaction.get_connection().needs_rollback:
            _set(before)


def is_set() -> bool:
    """Tell whether anything may be read now."""
    return dict(_settings())["twofront.read_any"] == "1"


@contextmanager
def widened(to_be_restored: Scope) -> Iterator[None]:
    """Read the whole county for a published sum, inside a transaction, and give the asker's scope back at the end."""
    apply(read=EVERYTHING)
    try:
        yield
    finally:
        if not transaction.get_connection().needs_rollback:
            apply(read=to_be_restored.read)


def apply(*, read: frozenset[Pair] | None = None, write: frozenset[Pair] | None = None) -> None:
    """Set the pairs for the rest of the transaction; what is not given stays."""
    values: list[tuple[str, str]] = []
    if read is not None:
        values += _pairs("read", read)
    if write is not None:
        values += _pairs("write", write)
    _set(values)


def open_act(act_id: int | None, *, is_bulk: bool = False) -> None:
    """Tell the triggers which act is open (None: none), and whether its rows are noted one by one."""
    _set([("twofront.act", "" if act_id is None else str(act_id)), ("twofront.bulk", "1" if is_bulk else "")])


KEYS = (
    *(
        f"twofront.{mode}_{part}"
        for mode in ("read", "write")
        for part in ("any", "all", "blocks", "lines", "pairs")
    ),
    "twofront.act",
    "twofront.bulk",
)


def _pairs(mode: str, pairs: frozenset[Pair]) -> list[tuple[str, str]]:
    """Split pairs into what the policy can look up by index."""
    blocks = sorted(b for line, b in pairs if line == "*" and b != "*")
    lines = sorted(line for line, b in pairs if b == "*" and line != "*")
    both = sorted(f"{line}|{b}" for line, b in pairs if "*" not in {line, b})
    return [
        (f"twofront.{mode}_any", "1" if pairs else ""),
        (f"twofront.{mode}_all", "1" if ("*", "*") in pairs else ""),
        (f"twofront.{mode}_blocks", ",".join(blocks)),
        (f"twofront.{mode}_lines", ",".join(lines)),
        (f"twofront.{mode}_pairs", ",".join(both)),
    ]


def _set(values: list[tuple[str, str]]) -> None:
    if not values:
        return
    calls = ", ".join("set_config(%s, %s, true)" for _ in values)
    with connection.cursor() as cursor:
        cursor.execute(f"select {calls}", [x for pair in values for x in pair])


def _settings() -> list[tuple[str, str]]:
    calls = ", ".join("coalesce(current_setting(%s, true), '')" for _ in KEYS)
    with connection.cursor() as cursor:
        cursor.execute(f"select {calls}", list(KEYS))
        row = cursor.fetchone()
    return list(zip(KEYS, row or (), strict=True))


def _covers(pair: Pair, line: str | None, block: str | None) -> bool:
    want_line, want_block = pair
    line_ok = want_line in {"*", line}
    block_ok = want_block == "*" or (
        block is not None and (block == want_block or block[:9] == want_block or block[:12] == want_block)
    )
    return line_ok and block_ok
