"""The audit's chain: whatever somebody who owns the database does to it is found, and nobody waits for the sealer."""

import hashlib
import json
import random
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

AT = datetime(2020, 2, 18, 11, 30, tzinfo=UTC)
EVENTS = 60
EDITS = {
    "verb": "'exercise.other'",
    "about": "about || '0'",
    "fields": "array_append(fields, 'phone')",
    "digest": "digest || 'f'",
    "at": "at + interval '1 microsecond'",
    "machine_at": "machine_at - interval '1 day'",
    "actor": "'演练-somebody'",
    "under": "'order-1/2'",
    "act_id": "(select min(id) from ground_act)",
}


@pytest.fixture
def superuser(county_folder: Any) -> Iterator[Callable[..., list[Any]]]:
    """The database in the hands of its superuser, with triggers and foreign keys off; all he does is taken back."""
    from django.conf import settings
    from django.db import connections, transaction

    from twofront.ground import postgres

    if postgres.external() is not None:
        pytest.skip("somebody else's server: its superuser is not ours")
    serving = connections["default"]
    connection = connections.create_connection("default")
    words = {"USER": "postgres", "PASSWORD": county_folder.secret("postgres.password")}
    connection.settings_dict = {**settings.DATABASES["default"], **connection.settings_dict, **words}
    connections["default"] = connection

    def sql(statement: str, *values: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            cursor.execute(statement, values)
            found = cursor.fetchall() if cursor.description else []
            cursor.execute("set local session_replication_role = origin")
        return found

    try:
        with transaction.atomic():
            yield sql
            transaction.set_rollback(True)
    finally:
        connection.close()
        connections["default"] = serving


@pytest.fixture
def heads(superuser: Any, tmp_path: Path) -> list[tuple[int, str]]:
    """A sealed chain of more than sixty events, and its heads, written outside after every twenty."""
    from twofront.ground import audit

    for part in range(3):
        _act(f"演练-audit-{part}", events=EVENTS // 3)
        while audit.seal():
            pass
        audit.write_head(tmp_path)
    return list(audit.read_heads(tmp_path / "heads.jsonl"))


@pytest.fixture
def links(heads: list[tuple[int, str]], tmp_path: Path) -> list[tuple[int, str]]:
    """What the file keeps beside its heads."""
    from twofront.ground import audit

    return list(audit.read_links(tmp_path / "heads.jsonl"))


def _act(key: str, *, events: int) -> None:
    from twofront.ground import scope
    from twofront.ground.acts import Key, act

    with act(by=scope.system("test"), under=None, key=Key(key), at=AT) as a:
        for i in range(events):
            a.event("exercise.noted", f"演练:{key}:{i}", fields=("state",), digest=f"{i:064x}")


def test_a_chain_that_nobody_touched_holds(heads: list[tuple[int, str]]) -> None:
    """Every event is sealed, three heads were kept, and the last is the chain's."""
    from twofront.ground import audit

    verdict = audit.verify(heads)

    assert verdict.first_broken is None
    assert verdict.unsealed == 0
    assert verdict.events >= EVENTS
    assert len(heads) == 3
    assert heads[-1] == (verdict.events, verdict.head)


def test_the_head_follows_from_the_definition(heads: list[tuple[int, str]], superuser: Any) -> None:
    """hash(n) = sha256(hash(n-1) | canonical event n), from 64 zeros, computed here from the rows as JSON."""
    rows = superuser(
        """select e.id, e.act_id, e.verb, e.about, e.fields, e.digest, extract(epoch from e.at)::numeric(20,6)::text,
        extract(epoch from e.machine_at)::numeric(20,6)::text, e.actor, e.under from ground_seal s join ground_event e on e.id = s.event_id order by s.seq"""
    )
    head = "0" * 64
    for row in rows:
        head = hashlib.sha256(
            (head + json.dumps(list(row), ensure_ascii=False, separators=(",", ":"))).encode()
        ).hexdigest()

    assert heads[-1] == (len(rows), head)


def _edit(sql: Any, chance: random.Random, last: int) -> int:
    column, seq = chance.choice(sorted(EDITS)), chance.randint(last - EVENTS + 1, last)
    sql(
        f"update ground_event set {column} = {EDITS[column]} where id = (select event_id from ground_seal where seq = %s)",
        seq,
    )
    return seq


def _edit_to_what_cannot_be_read(sql: Any, chance: random.Random, last: int) -> int:
    column, seq = chance.choice(["at", "machine_at"]), chance.randint(1, last)
    sql(
        f"update ground_event set {column} = 'infinity' where id = (select event_id from ground_seal where seq = %s)",
        seq,
    )
    return seq


def _edit_seal(sql: Any, chance: random.Random, last: int) -> int:
    seq = chance.randint(1, last)
    sql("update ground_seal set hash = %s where seq = %s", f"{chance.getrandbits(256):064x}", seq)
    return seq


def _delete_event(sql: Any, chance: random.Random, last: int) -> int:
    seq = chance.randint(1, last)
    sql("delete from ground_event where id = (select event_id from ground_seal where seq = %s)", seq)
    return seq


def _delete_the_last_event(sql: Any, chance: random.Random, last: int) -> int:
    del chance
    sql("delete from ground_event where id = (select event_id from ground_seal where seq = %s)", last)
    return last


def _delete_and_close_the_gap(sql: Any, chance: random.Random, last: int) -> int:
    seq = chance.randint(1, last - 1)
    sql("delete from ground_event where id = (select event_id from ground_seal where seq = %s)", seq)
    sql("delete from ground_seal where seq = %s", seq)
    sql("update ground_seal set seq = -seq where seq > %s", seq)
    sql("update ground_seal set seq = -seq - 1 where seq < 0")
    return seq


def _insert(sql: Any, chance: random.Random, last: int) -> int:
    seq = chance.randint(1, last)
    ((event,),) = sql(
        """insert into ground_event (act_id, verb, about, fields, digest, at, machine_at, actor)
        select act_id, verb, about || ':again', fields, digest, at, machine_at, actor from ground_event order by id desc limit 1 returning id"""
    )
    sql("update ground_seal set seq = -seq where seq >= %s", seq)
    sql("update ground_seal set seq = -seq + 1 where seq < 0")
    sql("insert into ground_seal (seq, event_id, hash) values (%s, %s, %s)", seq, event, "1" * 64)
    return seq


def _swap(sql: Any, chance: random.Random, last: int) -> int:
    a, b = chance.sample(range(1, last + 1), 2)
    (event_a,), (event_b,) = (
        sql("select event_id from ground_seal where seq = %s", seq)[0] for seq in (a, b)
    )
    sql("update ground_seal set event_id = -1 where seq = %s", a)
    sql("update ground_seal set event_id = %s where seq = %s", event_a, b)
    sql("update ground_seal set event_id = %s where seq = %s", event_b, a)
    return min(a, b)


def _cut(sql: Any, chance: random.Random, last: int) -> int:
    kept = chance.randint(0, last - 1)
    sql("delete from ground_event where id in (select event_id from ground_seal where seq > %s)", kept)
    sql("delete from ground_seal where seq > %s", kept)
    return kept + 1


def _cut_and_grow(sql: Any, chance: random.Random, last: int) -> int:
    """Cut the tail, and put events of one's own in its place, sealed as the product's own sealer would."""
    seq = _cut(sql, chance, last)
    _act(f"演练-grown-{chance.random()}", events=chance.randint(1, last))
    _sealed()
    return seq


def _rewrite(sql: Any, chance: random.Random, last: int) -> int:
    """Change event k and seal anew from there on, as the product's own sealer would."""
    seq = _edit(sql, chance, last)
    _seal_anew(sql, seq)
    return seq


def _rewrite_the_rest(sql: Any, chance: random.Random, last: int) -> int:
    """Change one event, delete a later one, and seal anew from the first on."""
    first, later = sorted(chance.sample(range(1, last + 1), 2))
    sql(
        "update ground_event set actor = 'x' where id = (select event_id from ground_seal where seq = %s)",
        first,
    )
    sql("delete from ground_event where id = (select event_id from ground_seal where seq = %s)", later)
    _seal_anew(sql, first)
    return first


def _seal_anew(sql: Any, seq: int) -> None:
    sql("delete from ground_seal where seq >= %s", seq)
    _sealed()


def _sealed() -> None:
    from twofront.ground import audit

    while audit.seal():
        pass


BY_ITSELF = [
    _edit, _edit_to_what_cannot_be_read, _edit_seal, _delete_event, _delete_the_last_event,
    _delete_and_close_the_gap, _insert, _swap,
]  # fmt: skip
BY_THE_HEADS = [_cut, _cut_and_grow, _rewrite, _rewrite_the_rest]
SHARE = {_delete_the_last_event: 2}
"""How many of the 200 tamperings are of a kind, where they are not 18."""


@pytest.mark.slow  # the chain is walked four hundred times
@pytest.mark.parametrize("tamper", [*BY_ITSELF, *BY_THE_HEADS], ids=lambda t: t.__name__.strip("_"))
def test_each_of_two_hundred_random_tamperings_is_found_and_named(
    tamper: Any, heads: list[tuple[int, str]], links: list[tuple[int, str]], superuser: Any
) -> None:
    """By the database's superuser, at random places: the first event that is not what it was is named.

    The chain alone shows an edit, a deletion, an insertion and a swap; that its tail was cut, or that it was written
    anew with right hashes, is shown by the heads kept outside alone.
    """
    from django.db import transaction

    from twofront.ground import audit

    chance = random.Random(f"two fronts {tamper.__name__}")
    wrong = []
    for _ in range(SHARE.get(tamper, 18)):
        with transaction.atomic():
            first = tamper(superuser, chance, heads[-1][0])
            alone, beside = audit.verify().first_broken, audit.verify(heads, links).first_broken
            transaction.set_rollback(True)
        if (alone and alone.seq, beside and beside.seq) != (first if tamper in BY_ITSELF else None, first):
            wrong.append((first, alone, beside))

    assert wrong == []
    assert audit.verify(heads, links).first_broken is None


def test_the_tamperings_are_two_hundred() -> None:
    """Twelve kinds: 18 times each, and twice the one kind that has only one place."""
    assert sum(SHARE.get(t, 18) for t in (*BY_ITSELF, *BY_THE_HEADS)) == 200


@pytest.mark.parametrize(
    "back", [0, 5, 30], ids=["the last event", "the sixth last", "the thirty-first last"]
)
def test_a_chain_written_anew_is_found_by_heads_alone(
    back: int, heads: list[tuple[int, str]], superuser: Any
) -> None:
    """Where nothing but the heads was kept, the first head that the new chain contradicts is named."""
    from twofront.ground import audit

    k = heads[-1][0] - back
    superuser(
        "update ground_event set actor = 'x' where id = (select event_id from ground_seal where seq = %s)", k
    )
    _seal_anew(superuser, k)

    broken = audit.verify(heads).first_broken

    assert audit.verify().first_broken is None
    assert broken is not None
    assert broken.seq == min(seq for seq, _ in heads if seq >= k)


def test_a_head_written_later_does_not_hide_the_one_before(
    heads: list[tuple[int, str]], superuser: Any, tmp_path: Path
) -> None:
    """After a rewriting the sealer writes the new head beneath the old one of the same seal; both are remembered."""
    from twofront.ground import audit

    superuser("update ground_event set actor = 'x' where id = (select max(event_id) from ground_seal)")
    _seal_anew(superuser, heads[-1][0])
    audit.write_head(tmp_path)
    both = list(audit.read_heads(tmp_path / "heads.jsonl"))

    assert len(both) == 4
    assert both[-1][0] == heads[-1][0]
    assert audit.verify(both).first_broken is not None


def test_a_head_is_written_only_when_it_moved(
    heads: list[tuple[int, str]], superuser: Any, tmp_path: Path
) -> None:
    """Sealing nothing adds no line."""
    from twofront.ground import audit

    audit.write_head(tmp_path)
    audit.write_head(tmp_path)

    assert list(audit.read_heads(tmp_path / "heads.jsonl")) == heads


def test_a_line_that_a_power_cut_tore_is_written_again(
    heads: list[tuple[int, str]], superuser: Any, tmp_path: Path
) -> None:
    """Half a head is no head: the next writing puts it whole in its place, and never beside it."""
    from twofront.ground import audit

    file = tmp_path / "heads.jsonl"
    whole = file.read_text()
    file.write_text(whole[:-50])

    audit.write_head(tmp_path)

    assert list(audit.read_heads(file)) == heads
    assert list(audit.read_links(file)) == [
        (json.loads(line)["seq"], json.loads(line)["links"]) for line in whole.splitlines()
    ]


def test_an_unsealed_event_ages_until_it_is_sealed(small_county: Any) -> None:
    """Its age is by the machine's clock; 0 when nothing waits."""
    from twofront.ground import audit

    while audit.seal():
        pass
    before = audit.unsealed_s()
    _act("演练-ages", events=1)

    assert before == 0.0
    assert 0.0 < audit.unsealed_s() < 60.0


def test_writers_do_not_wait_for_the_sealer(county_folder: Any) -> None:
    """While a sealer holds its lock and has not committed, an act is written and committed."""
    from django.db import connections, transaction

    from twofront.ground import audit, scope
    from twofront.ground.acts import new_key

    sealed, may_end = threading.Event(), threading.Event()

    def sealer() -> None:
        try:
            with transaction.atomic():
                audit.seal()
                sealed.set()
                may_end.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=sealer)
    thread.start()
    assert sealed.wait(10)
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("set local lock_timeout = '1s'")
        _act(str(new_key()), events=3)
    assert thread.is_alive()
    may_end.set()
    thread.join(10)
    with scope.reading(scope.READ_COUNTY):
        assert audit.verify().first_broken is None


def test_the_serving_login_cannot_touch_a_seal(small_county: Any) -> None:
    """It adds seals and events; it neither changes nor removes one."""
    from django.db import ProgrammingError, connection, transaction

    from twofront.ground import scope

    scope.apply(write=scope.EVERYTHING)
    scope.open_act(0)
    for sql in (
        "update ground_seal set hash = ''",
        "delete from ground_seal",
        "update ground_event set actor = ''",
        "delete from ground_event",
        "update ground_act set key = ''",
        "delete from ground_act",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
