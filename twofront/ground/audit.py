"""The audit's chain: events are appended unsealed, so that writers never wait; one sealer chains them.

Law: hash(n) = sha256(hash(n-1) | canonical event n). The head is written outside the database after each sealing, so
that cutting the tail, or writing the chain anew, is seen beside the heads. A head's line also keeps the beginnings of the
hashes since the head before it, so that the first link written anew is named and not only the head after it.
"""

import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DataError, connection

from twofront.ground import clock, scope
from twofront.ground.acts import Key, act, action
from twofront.ground.models import Event, Seal
from twofront.ground.scope import Actor

GENESIS = "0" * 64
BATCH = 5_000
LINK = 8  # hexadecimal digits kept of each link between two heads: they name a place, the head's own hash proves it
_LOCK = 7_706_310_001
log = logging.getLogger(__name__)


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
    """Seal what is not sealed yet, and write the head outside the database: into a folder, and where TWOFRONT_HEADS points.

    A place elsewhere that cannot be written is warned of and caught up with later; it stops neither seal nor head here.
    """
    while seal():
        pass
    with scope.reading(scope.READ_COUNTY):
        write_head(heads)
        if settings.HEADS_ELSEWHERE is not None:
            try:
                write_head(settings.HEADS_ELSEWHERE)
            except (OSError, ValueError) as e:
                log.warning("TWOFRONT_HEADS: %s: no head was written: %s", settings.HEADS_ELSEWHERE, e)


def unsealed_s() -> float:
    """Return the age of the oldest unsealed event, in seconds of the machine's clock; 0.0 if there is none."""
    oldest = Event.objects.filter(seal=None).order_by("id").values_list("machine_at", flat=True).first()
    return 0.0 if oldest is None else max(0.0, (clock.machine() - oldest).total_seconds())


def write_head(place: Path) -> None:
    """Append the newest head to a file outside the database, or to `heads.jsonl` in a folder, if it has moved."""
    path = place / "heads.jsonl" if place.is_dir() else place
    text = path.read_text("utf-8") if path.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        os.truncate(path, len(whole.encode()))  # a power cut tore the last line
    known = _head(whole.splitlines()[-1]) if whole else None
    last = Seal.objects.order_by("-seq").values("seq", "hash").first()
    if last is None or (last["seq"], last["hash"]) == known:
        return
    since = Seal.objects.filter(seq__gt=known[0] if known else 0, seq__lte=last["seq"]).order_by("seq")
    entry = last | {
        "at": clock.machine().isoformat(),
        "links": "".join(h[:LINK] for h in since.values_list("hash", flat=True)),
    }
    with path.open("a", encoding="utf-8") as f:
        f.write(json.dumps(entry) + "\n")
        f.flush()
        os.fsync(f.fileno())


def read_heads(path: Path) -> Iterator[tuple[int, str]]:
    """Read the heads file: (seq, hash) a line."""
    return map(_head, path.read_text("utf-8").splitlines())


def read_links(path: Path) -> Iterator[tuple[int, str]]:
    """Read what the heads file keeps of the links before its heads: (seq of a head, beginnings of the hashes up to it)."""
    for line in path.read_text("utf-8").splitlines():
        entry = json.loads(line)
        yield int(entry["seq"]), str(entry.get("links", ""))


def _head(line: str) -> tuple[int, str]:
    entry = json.loads(line)
    return int(entry["seq"]), str(entry["hash"])


def verify(heads: Iterable[tuple[int, str]] = (), links: Iterable[tuple[int, str]] = ()) -> Verdict:
    """Walk the chain from its beginning and return the first link that does not hold.

    Args:
        heads: What was kept outside the database, as `read_heads` gives it.
        links: What was kept beside them, as `read_links` gives it; without it a chain written anew is named by the
            first head that it contradicts.
    """
    expected: dict[int, set[str]] = {}
    for known_seq, known_head in heads:
        expected.setdefault(known_seq, set()).add(known_head)
    head, seq, broken, walked = GENESIS, 0, None, bytearray()
    for row in _seals():
        seq += 1
        head = link(head, row.event)
        walked += head[:LINK].encode()
        if row.seq != seq:
            broken = _gone(seq)
        elif row.hash != head:
            broken = Broken(seq, f"event {row.event.pk} is not what was sealed")
        elif expected.get(seq, {head}) != {head}:
            reason = f"the head kept outside the database for seal {seq} is another one"
            broken = Broken(_first_other(seq, walked.decode(), links), reason)
        if broken is not None:
            break
    if broken is None and Seal.objects.count() > seq:
        broken = _gone(seq + 1)
    if broken is None and expected and max(expected) > seq:
        reason = f"the heads file knows {max(expected)} seals, the chain has {seq}"
        broken = Broken(_first_other(seq + 1, walked.decode(), links), reason)
    return Verdict(
        events=Event.objects.count(),
        unsealed=Event.objects.filter(seal=None).count(),
        head=head,
        first_broken=broken,
    )


def _seals() -> Iterator[Seal]:
    """Yield the seals with their events in order, up to one that cannot be read at all."""
    seals, last = Seal.objects.select_related("event").order_by("seq"), 0
    try:
        for seal in seals.iterator(chunk_size=BATCH):
            last = seal.seq
            yield seal
    except DataError:  # a moment that is none, somewhere in the batch: those before it are still read
        for seq in Seal.objects.filter(seq__gt=last).order_by("seq").values_list("seq", flat=True):
            try:
                yield seals.get(seq=seq)
            except (DataError, Seal.DoesNotExist):
                return


def _gone(seq: int) -> Broken:
    event = Seal.objects.filter(seq=seq).values_list("event_id", flat=True).first()
    return Broken(
        seq, f"seal {seq} is missing" if event is None else f"event {event} is gone or cannot be read"
    )


def _first_other(seq: int, walked: str, links: Iterable[tuple[int, str]]) -> int:
    """Return the first link that is another one than was kept, at the latest *seq*; *walked* is the chain as it is now."""
    for last, kept in links:
        begin = LINK * last - len(kept)
        pairs = zip(walked[begin:], kept, strict=False)
        seq = next((min(seq, (begin + i) // LINK + 1) for i, (a, b) in enumerate(pairs) if a != b), seq)
    return seq


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
