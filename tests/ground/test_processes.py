"""Processes are known by pid and start; who sends signals as root must never hit somebody else's."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from twofront.ground.processes import Process, end, end_groups, find, running, send

SLEEP = "import time; time.sleep(60)"
PARENT = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); print(p.pid, flush=True); p.wait()"


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", SLEEP]) as child:
        yield child
        child.kill()


def started(child: subprocess.Popen[bytes]) -> Process:
    found = find(child.pid)
    assert found is not None
    return found


def test_a_zombie_counts_as_gone() -> None:
    """A process that ended and was not reaped is not alive."""
    child = subprocess.Popen(["/bin/true"])
    until = time.monotonic() + 5
    while find(child.pid) is not None and time.monotonic() < until:
        time.sleep(0.01)

    assert find(child.pid) is None
    assert child.pid not in {p.pid for p in running()}
    child.wait()


def test_a_pid_that_was_given_to_another_is_not_signalled(sleeper: subprocess.Popen[bytes]) -> None:
    """The pid is the same, the start is not: whoever was meant is gone."""
    earlier = Process(pid=sleeper.pid, started="another start")

    send(earlier, signal.SIGKILL)
    end([earlier], within_s=0)

    assert not earlier.is_alive()
    assert sleeper.poll() is None


@pytest.mark.parametrize(
    "pid", [1, os.getpid()], ids=["the first process of the machine", "the caller itself"]
)
def test_a_signal_to_a_process_that_must_not_end_is_refused(pid: int) -> None:
    """Nothing that we supervise is the first process or ourselves, so such a wish is a fault of the program."""
    with pytest.raises(ValueError, match="refused to send SIGTERM"):
        send(Process(pid=pid, started=getattr(find(pid), "started", "")), signal.SIGTERM)


def test_the_polite_signal_comes_first_and_the_hard_one_after_the_wait() -> None:
    """A program that ignores SIGTERM ends all the same, and not before its time is over."""
    code = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); {SLEEP}"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        began = time.monotonic()

        end([started(child)], within_s=0.3)

        assert time.monotonic() - began >= 0.3
        assert child.wait() == -signal.SIGKILL


@pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="only /proc tells another process's environment"
)
@pytest.mark.parametrize(
    ("mark", "ends"), [("MINE=1", True), ("MINE=2", False)], ids=["marked as ours", "not marked"]
)
def test_what_a_killed_leader_left_in_its_group_ends_only_if_it_is_marked_as_ours(
    mark: str, ends: bool
) -> None:
    """The leader is gone, so its pid proves nothing: the environment of the member decides."""
    environment = os.environ | {"MINE": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, start_new_session=True, env=environment
    ) as leader:
        assert leader.stdout is not None
        member = find(int(leader.stdout.readline()))
        noted = started(leader)
        leader.kill()
    assert member is not None

    end_groups([noted], marked=mark, within_s=2)

    assert member.is_alive() != ends
    end([member], within_s=0)
