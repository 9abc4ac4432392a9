"""Policy is data: a version of the playbook is in force from the moment it is known, and not before."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

NOW = datetime(2020, 2, 18, 11, 30, tzinfo=UTC)
FILES = Path(__file__).parents[2] / "playbooks" / "dongyang-2020"


def _files(**more: bytes) -> dict[str, bytes]:
    found = [*sorted(FILES.glob("*.toml")), *sorted(FILES.glob("tables/*.csv"))]
    return {p.relative_to(FILES).as_posix(): p.read_bytes() for p in found} | more


def _load(files: dict[str, bytes], known: datetime) -> Any:
    from twofront.ground import kinds, scope
    from twofront.ground.acts import new_key

    return kinds.load(files, known, by=scope.system("test"), under=None, key=new_key(), at=NOW)


def test_a_version_is_in_force_from_the_moment_it_is_known(small_county: Any) -> None:
    """A comment changes its hash; before its moment the version of the beginning answers."""
    from twofront.ground import kinds

    first = kinds.book().version
    known = NOW - timedelta(hours=1)
    name, text = next((n, t) for n, t in _files().items() if n.endswith(".toml"))

    loaded = _load(_files(**{name: text + "\n# 演练\n".encode()}), known)

    assert kinds.book(known=known - timedelta(seconds=1)).version == first
    assert kinds.book(known=known).version == kinds.book().version == f"dongyang-2020@{loaded.sha256[:12]}"
    assert loaded.sha256[:12] not in first


def test_a_version_known_later_is_not_seen_yet(small_county: Any) -> None:
    """No reader sees beyond the county's now, of the playbook neither."""
    from twofront.ground import kinds

    first = kinds.book().version
    name, text = next((n, t) for n, t in _files().items() if n.endswith(".toml"))

    _load(_files(**{name: text + "\n# 演练\n".encode()}), NOW + timedelta(seconds=1))

    assert kinds.book().version == kinds.book(known=NOW + timedelta(days=1)).version == first


def test_a_playbook_with_a_fault_is_not_put_in_force(small_county: Any) -> None:
    """The refusal names file, line and what to do; the version before stays."""
    from twofront.ground import kinds
    from twofront.ground.models import KindsVersion

    before = KindsVersion.objects.count()
    name = next(n for n in _files() if n.endswith(".toml"))

    with pytest.raises(kinds.PlaybookFaulty) as refused:
        _load(_files(**{name: b"[[measure]\n"}), NOW)

    assert refused.value.code == "playbook_faulty"
    assert name in str(refused.value)
    assert KindsVersion.objects.count() == before


def test_loading_a_playbook_is_an_act_with_its_hash(small_county: Any) -> None:
    """The event holds the hash, not the rows."""
    from twofront.ground.models import Event

    loaded = _load(_files(), NOW)

    event = Event.objects.order_by("-id").first()
    assert event is not None
    assert event.about.startswith("playbook:")
    assert event.digest == loaded.sha256
