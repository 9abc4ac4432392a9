"""The county on a server that is not the embedded one: Debian's PostgreSQL, under the same supervisor."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


@pytest.mark.slow  # runs a part of the suite once more
@pytest.mark.skipif(
    not PROGRAMS, reason="no PostgreSQL of the system's (Debian: apt-get install postgresql-15)"
)
@pytest.mark.skipif("TWOFRONT_PG_BIN" in os.environ, reason="this is that run")
def test_the_suite_passes_on_the_systems_own_postgresql() -> None:
    """Every test that talks to the database passes on it too."""
    tests = [
        "tests/apps",
        "tests/server/test_api.py",
        *(f"tests/ground/test_{n}.py" for n in ("acts", "audit", "history", "intake", "protect", "stores")),
    ]
    there = [t for t in tests if (ROOT / t).exists()]
    environment = os.environ | {"TWOFRONT_PG_BIN": str(PROGRAMS[-1].parent)}
    environment.pop("PYTEST_XDIST_WORKER", None)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *there],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:]
