"""The exercise played once for all tests of this folder, whichever worker comes first."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import playing


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give what was seen in one play of the exercise; a failed play fails every test that asks for it, without a second try."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if own.name.startswith("popen-gw") else own
    notes = shared / "exercise-played.json"
    with _alone(shared / "exercise-played.lock"):
        if not notes.exists():
            notes.write_text(json.dumps(_play_in_a_folder()), "utf-8")
    found: dict[str, Any] = json.loads(notes.read_text("utf-8"))
    assert "failed" not in found, found["failed"]
    return found


def _play_in_a_folder() -> dict[str, Any]:
    from twofront.ground.folder import Folder

    root = Path(tempfile.mkdtemp(prefix="twofront-demo-"))
    root.chmod(0o711)
    try:
        return playing.play(root / "county")
    except Exception as e:  # noqa: BLE001 - said by the tests, each with its name
        return {"failed": f"{type(e).__name__}: {e}"}
    finally:
        for pid in playing.left_behind(str(root / "county")):  # nothing, unless the play failed
            os.kill(pid, signal.SIGKILL)
        Folder(root / "county").remove()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def stop(played: dict[str, Any]) -> Any:
    """Give what was seen at a stop, numbered from 0; skipped where there is no browser."""

    def stop_(number: int) -> dict[str, Any]:
        if not played["stops"]:
            pytest.skip("no /usr/bin/chromium: apt-get install chromium fonts-noto-cjk")
        found: dict[str, Any] = played["stops"][number]
        return found

    return stop_
