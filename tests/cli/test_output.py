"""Where a command writes: files whole or not at all; links, pipes and devices stay what they are."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

TWOFRONT = [sys.executable, "-c", "import sys; from twofront.cli import main; sys.exit(main())"]
READINGS = "record_date,M1\n2020-01-01,10\n2020-02-01,9\n"


def _excluded(tmp_path: Path, out: Path | str) -> subprocess.CompletedProcess[str]:
    """Ask for an index, with its excluded meters written to *out*."""
    file = tmp_path / "readings.csv"
    file.write_text(READINGS + "2020-02-02,\n", "utf-8")
    days = ["--baseline", "2020-01-01:2020-01-01", "--days", "2020-02-01:2020-02-01"]
    words = ["power", "index", str(file), "--layout", "wide", *days, "--excluded", str(out)]
    return subprocess.run([*TWOFRONT, *words], capture_output=True, text=True, check=False, timeout=60)


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is written, with the rights that it has."""
    real = tmp_path / "real.csv"
    real.write_text("old", "utf-8")
    real.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(real)

    assert _excluded(tmp_path, link).returncode == 0
    assert link.is_symlink()
    assert real.read_text("utf-8") == "meter,reason\n"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    """So is a device; replacing /dev/null as root would break the machine."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    seen: list[str] = []
    reader = threading.Thread(target=lambda: seen.append(pipe.read_text("utf-8")))
    reader.start()

    done = _excluded(tmp_path, pipe)
    reader.join(10)
    assert (done.returncode, seen) == (0, ["meter,reason\n"])
    assert pipe.is_fifo()


@pytest.mark.parametrize("out", ["missing/out.csv", "."])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, out: str) -> None:
    """Exit 2, empty stdout, and nothing left beside it."""
    done = _excluded(tmp_path, tmp_path / out)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["readings.csv"]


def test_stdout_by_its_name_is_stdout(tmp_path: Path) -> None:
    """`/dev/stdout` under a pipe: the excluded meters and the answer both arrive."""
    done = _excluded(tmp_path, "/dev/stdout")

    assert done.returncode == 0
    head, _, answer = done.stdout.partition("\n")
    assert head == "meter,reason"
    assert json.loads(answer)
