"""Writes on drafts of tables. One law: nothing that somebody saved is overwritten, and no draft puts a rule in force."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from twofront.apps.orders import queries
from twofront.apps.orders.models import RuleDraft
from twofront.apps.orders.queries import DraftRow, Owned, Written
from twofront.core.errors import Refused
from twofront.ground import lists
from twofront.ground.acts import Key, OpenAct, act, action, new_uid
from twofront.ground.pages import Forbidden
from twofront.ground.scope import Actor

FIELDS = ("clause", "basis", "since", "until", "text")


class DraftMoved(Refused):
    """Somebody else has saved the draft meanwhile.

    Args:
        newest: The draft as it stands now.
    """

    code = "draft_moved"

    def __init__(self, newest: DraftRow) -> None:
        """Keep the newest version, and say whose it is."""
        super().__init__(
            f"{newest.by} saved version {newest.version} of this draft meanwhile; compare both and choose",
            f"{newest.by} 已经存了这份草稿的第 {newest.version} 版; 请比较两版再选",
        )
        self.newest = newest


class Discarded(Refused):
    """The draft was discarded."""

    code = "discarded"


@dataclass(frozen=True, slots=True)
class Saved:
    """A version of a draft."""

    uid: UUID
    version: int


def may_draft(by: Actor, decision: str, place: str) -> bool:
    """Tell whether a table is of the actor's own lines and blocks."""
    owned = queries.owned(decision, place)
    return by.scope.covers(line=owned.line, block=owned.block)


def permit(by: Actor, decision: str, place: str) -> Owned:
    """Refuse unless a table is of the actor's own lines and blocks; return whose it is.

    Raises:
        Forbidden: It is another's.
    """
    if not may_draft(by, decision, place):
        raise Forbidden(
            "this table belongs to another line or place; ask the command office to draft it",
            "这张表归别的条线或地方; 请指挥部办公室起草",
        )
    return queries.owned(decision, place)


@action
def save_draft(
    written: Written, after: Saved | None = None, *, by: Actor, under: str | None, key: Key, at: datetime
) -> Saved:
    """Save a table as a draft (草稿), *after* the version that the writer began from; without one as a new draft.

    Raises:
        Forbidden: The actor's lines and blocks do not hold the table's.
        DraftMoved: Somebody saved a version after the one that the writer began from.
        Discarded: The draft was discarded.
    """
    with act(by=by, under=under, key=key, at=at) as a:
        if after is not None and _newest(after).is_void:
            raise Discarded("this draft was discarded; bring it back first", "这份草稿已废弃; 请先恢复")
        row = RuleDraft(
            clause=written.clause,
            basis=written.basis,
            since=written.since,
            until=written.until,
            text=written.text,
            decision=written.decision,
            place=written.place,
            faults=queries.judged(written).count,
        )
        saved = _add(a, row, after or Saved(new_uid(), 0))
        digest = hashlib.sha256(written.text.encode()).hexdigest()
        a.event("rule.drafted", _about(saved), fields=FIELDS, digest=digest)
        return a.answer(saved)


@action
def discard_draft(
    after: Saved, reason: str, *, by: Actor, under: str | None, key: Key, at: datetime
) -> Saved:
    """Discard a draft, with a reason; its versions stay, and it can be brought back.

    Raises:
        DraftMoved: Somebody saved a version after the one that was seen.
    """
    with act(by=by, under=under, key=key, at=at) as a:
        row = _again(after)
        row.is_void, row.reason = True, reason
        saved = _add(a, row, after)
        a.event("rule.draft_discarded", _about(saved), fields=("is_void", "reason"))
        return a.answer(saved)


@action
def restore_draft(after: Saved, *, by: Actor, under: str | None, key: Key, at: datetime) -> Saved:
    """Bring a discarded draft back.

    Raises:
        DraftMoved: Somebody saved a version after the one that was seen.
    """
    with act(by=by, under=under, key=key, at=at) as a:
        row = _again(after)
        row.is_void, row.reason = False, ""
        saved = _add(a, row, after)
        a.event("rule.draft_restored", _about(saved), fields=("is_void",))
        return a.answer(saved)


def _newest(after: Saved) -> DraftRow:
    newest = lists.found(queries.draft(after.uid))
    if newest.version != after.version:
        raise DraftMoved(newest)
    return newest


def _again(after: Saved) -> RuleDraft:
    """Return what a version holds, to be added once more."""
    _newest(after)
    row = RuleDraft.objects.get(uid=after.uid, version=after.version)
    row.pk = None
    return row


def _add(a: OpenAct, row: RuleDraft, after: Saved) -> Saved:
    """Add the version after another; of two who save the same one at once, one does."""
    owned = permit(a.by, row.decision, row.place)
    saved = Saved(after.uid, after.version + 1)
    row.uid, row.version, row.known_at, row.act = saved.uid, saved.version, a.known(), a.row
    row.line_code, row.block_code = owned.line, owned.block
    RuleDraft.objects.bulk_create([row], ignore_conflicts=True)
    if not RuleDraft.objects.filter(uid=saved.uid, version=saved.version, act=a.row).exists():
        raise DraftMoved(lists.found(queries.draft(saved.uid)))
    return saved


def _about(saved: Saved) -> str:
    return f"draft:{saved.uid}"
