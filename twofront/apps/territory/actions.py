"""Writes on divisions. A new tree begins on a day; the old codes stay valid before it."""

from collections.abc import Sequence
from dataclasses import replace

from twofront.apps.territory.models import Division
from twofront.core.errors import CannotDo
from twofront.ground import history, rows, stores
from twofront.ground.history import Holding
from twofront.ground.stores import Batch, Reject, Verdict


def take_divisions(batch: Batch) -> Sequence[Verdict]:
    """Let the file be the tree from its day on: divisions that it lacks end the day before.

    A parent left out is the longest prefix of 12, 9 or 6 digits above the code.

    Raises:
        CannotDo: A division that it lacks has others below it which stay, or is known later than the file.
    """
    codes = batch.columns["code"]
    names = batch.columns["name"]
    parents = [p or parent_of(c) for c, p in zip(codes, batch.columns["parent"], strict=True)]
    listed = set(codes)
    verdicts: list[Verdict] = [
        _unknown_parent(p) if p and not _stands(p, c, listed, batch.book.place) else "new"
        for c, p in zip(codes, parents, strict=True)
    ]
    refused = [isinstance(v, Reject) for v in verdicts]
    values = {"name": names, "name_key": [pinyin_key(n) for n in names], "parent": parents}
    whole = replace(batch, absent=frozenset())  # the file is the whole tree: a parent left out is the prefix
    states = stores.held(Division, whole, key="code", ids=codes, values=values, skip=refused)
    if not any(refused):
        _end_others(batch, listed)
    batch.act.changed("divisions")
    return [v if isinstance(v, Reject) else s for v, s in zip(verdicts, states, strict=True)]


def parent_of(code: str) -> str:
    """Return the code of the division above: the prefix of 12, 9 or 6 digits that is shorter than the code.

    Example:
        >>> parent_of("330783123001"), parent_of("330783123"), parent_of("330783")
        ('330783123', '330783', '')
    """
    return next((code[:n] for n in (12, 9, 6) if n < len(code)), "")


def pinyin_key(name: str) -> str:
    """Return the key by which a Chinese name sorts as people expect."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionary takes 0.4 s, and only this needs it

    return " ".join(lazy_pinyin(name))


def _end_others(batch: Batch, listed: set[str]) -> None:
    standing = [d for d in history.in_force(Division, batch.on, known=batch.known) if d.code not in listed]
    late = [d for d in standing if d.known.lower and d.known.lower > batch.known]
    if late:
        raise CannotDo(
            batch.file,
            f"division {late[0].code} became known after this file",
            "give a later --known",
        )
    ending = [
        Holding(d.valid.lower, batch.on, (d.name, d.name_key, d.parent), id=d.pk)
        for d in standing
        if d.valid.lower < batch.on
    ]
    used = batch.in_use({d.code for d in standing})
    if used:
        raise CannotDo(
            batch.file,
            f"lacks division {min(used)}, which records still name",
            "add it, or move what stands under it first",
        )
    rows.close(Division, [d.pk for d in standing], known=batch.known)
    rows.insert(
        Division,
        {
            "code": [d.code for d in standing if d.valid.lower < batch.on],
            "name": [h.value[0] for h in ending],
            "name_key": [h.value[1] for h in ending],
            "parent": [h.value[2] for h in ending],
            "valid": [history.days(h.first, h.after) for h in ending],
            "known": [history.moments(batch.known)] * len(ending),
        },
    )


def _stands(parent: str, code: str, listed: set[str], place: str) -> bool:
    """Tell whether a parent may stand above a code: one of the file, or the county, which a file may leave out."""
    return len(parent) < len(code) and (parent in listed or parent in {place, code[:6]})


def _unknown_parent(parent: str) -> Reject:
    return Reject(
        "parent",
        "unknown_value",
        f"there is no division {parent} in the file; add it, or correct the parent",
        f"表内没有代码 {parent}; 请补上该上级, 或更正上级代码",
    )
