"""The exercise played once for all tests of this folder, whichever worker comes first."""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.browser import playing


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give what was seen in one play of the exercise."""
    return playing.once("exercise-played", tmp_path_factory, _play_in_a_folder)


def _play_in_a_folder() -> dict[str, Any]:
    from twofront.ground.folder import Folder

    root = Path(tempfile.mkdtemp(prefix="twofront-demo-"))
    root.chmod(0o711)
    try:
        return playing.play(root / "county")
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
