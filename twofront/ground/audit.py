"""The audit's chain: events are appended unsealed, so that writers never wait; one sealer chains them.

Law: hash(n) = sha256(hash(n-1) | canonical event n). The head is written outside the database after each sealing, so
that cutting the tail, or writing the chain anew, is seen beside the heads.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from twofront.ground import clock, scope
from twofront.ground.acts import Key, act, action
from twofront.ground.models import Event, Seal
from twofront.ground.scope import Actor

GENESIS = "0" * 64
BATCH = 5_000
_LOCK = 7_706_310_001


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that does not hold."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying the chain found; the contract's answer of `audit verify`."""

    events: int
    unsealed: int
    head: str
    first_broken: Broken | None


def seal() -> int:
    """Chain the events not yet sealed, in the order of their ids, and return how many; one sealer at a time.

    An event whose transaction is still open is not seen now and is sealed later; the chain's order is that of sealing.
    """
    sealed = 0
    with scope.borrowed(read=scope.EVERYTHING, write=scope.EVERYTHING):
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        last = Seal.objects.order_by("-seq").values("seq", "hash").first()
        seq, head = (last["seq"], last["hash"]) if last else (0, GENESIS)
        links = []
        for event in Event.objects.filter(seal=None).order_by("id")[:BATCH]:
            seq, head = seq + 1, link(head, event)
            links.append(Seal(seq=seq, event_id=event.pk, hash=head))
        if links:
            scope.open_act(0)
            Seal.objects.bulk_create(links)
            sealed = len(links)
    return sealed


def seal_all(heads: Path) -> None:
    """Seal what is not sealed yet, and write the head outside the database."""
    while seal():
        pass
    with scope.reading(scope.READ_COUNTY):
        write_head(heads)


def unsealed_s() -> float:
    """Return the age of the oldest unsealed event, in seconds of the machine's clock; 0.0 if there is none."""
    oldest = Event.objects.filter(seal=None).order_by("id").values_list("machine_at", flat=True).first()
    return 0.0 if oldest is None else max(0.0, (clock.machine() - oldest).total_seconds())


def write_head(folder: Path) -> None:
    """Append the newest head to a file outside the database, if it has moved."""
    last = Seal.objects.order_by("-seq").values("seq", "hash").first()
    if last is None:
        return
    path = folder / "heads.jsonl"
    known = list(read_heads(path)) if path.exists() else []
    if known and known[-1] == (last["seq"], last["hash"]):
        return
    with path.open("a", encoding="utf-8") as f:
        f.write(
            json.dumps({"seq": last["seq"], "hash": last["hash"], "at": clock.machine().isoformat()}) + "\n"
        )
        f.flush()


def read_heads(path: Path) -> Iterator[tuple[int, str]]:
    """Read the heads file: (seq, hash) a line."""
    for line in path.read_text("utf-8").splitlines():
        entry = json.loads(line)
        yield int(entry["seq"]), str(entry["hash"])


def verify(heads: Iterable[tuple[int, str]] = ()) -> Verdict:
    """Walk the chain from its beginning and return the first link that does not hold."""
    expected: dict[int, set[str]] = {}
    for known_seq, known_head in heads:
        expected.setdefault(known_seq, set()).add(known_head)
    head, seq, broken = GENESIS, 0, None
    for row in Seal.objects.select_related("event").order_by("seq").iterator(chunk_size=BATCH):
        if broken is None:
            seq += 1
            head = link(head, row.event)
            if row.seq != seq:
                broken = Broken(seq, f"seal {seq} is missing")
            elif row.hash != head:
                broken = Broken(seq, f"event {row.event.pk} is not what was sealed")
            elif expected.get(seq, {head}) != {head}:
                broken = Broken(seq, "the head kept outside the database is another one")
    if broken is None and expected and max(expected) > seq:
        broken = Broken(seq + 1, f"the heads file knows {max(expected)} seals, the chain has {seq}")
    events = Event.objects.count()
    return Verdict(
        events=events, unsealed=Event.objects.filter(seal=None).count(), head=head, first_broken=broken
    )


def link(before: str, event: Event) -> str:
    """Return the hash of an event chained to the hash before it."""
    body = [
        event.pk,
        event.act_id,
        event.verb,
        event.about,
        event.fields,
        event.digest,
        _moment(event.at),
        _moment(event.machine_at),
        event.actor,
        event.under,
    ]
    return hashlib.sha256(
        (before + json.dumps(body, ensure_ascii=False, separators=(",", ":"))).encode()
    ).hexdigest()


def _moment(at: datetime) -> str:
    return f"{at.timestamp():.6f}"


def keyed_hash(value: str) -> str:
    """Return the keyed hash by which audit rows name a value without holding it."""
    return hmac.new(settings.SECRET_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()


@action
def note_backup(sha256: str, *, by: Actor, under: str | None, key: Key, at: datetime) -> str:
    """Append the event that the whole county was taken away in a backup: by whom, and the hash of what it holds."""
    with act(by=by, under=under, key=key, at=at) as a:
        a.event("backup.taken", "county", digest=sha256)
        return a.answer(sha256)
