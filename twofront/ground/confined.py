"""A child process that can use little and reach nothing: how it is started, and what it gives up before it begins.

A child opens what strangers sent. It is handed open files by number, sets its own limits, and loses for good the right
to write anywhere but in its own folder (where the kernel knows Landlock), the network, and new processes.
"""

import contextlib
import ctypes
import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys, importlib; sys.path.insert(0, sys.argv.pop()); importlib.import_module(sys.argv.pop()).main()"
_OPTIONS = {
    "LC_ALL": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
_CREATE_RULESET, _ADD_RULE, _RESTRICT = 444, 445, 446
_WRITES = sum(1 << bit for bit in (1, 4, 5, 6, 7, 8, 9, 10, 11, 12))  # Landlock's rights that change the disk
_NO_NEW_PRIVILEGES = 38
_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use.

    Args:
        memory_mib: Address space, in MiB.
        seconds: Time, both of the clock on the wall and of the processor.
    """

    memory_mib: int
    seconds: int


class OutOfTime(Exception):  # noqa: N818 - said as it is
    """The child did not end within its seconds, and was ended."""


class Died(Exception):  # noqa: N818 - said as it is
    """The child ended without an answer.

    Args:
        is_memory: Whether it ran out of memory.
    """

    def __init__(self, *, is_memory: bool) -> None:
        """Keep the reason."""
        super().__init__("no memory" if is_memory else "no answer")
        self.is_memory = is_memory


def ask(
    module: str, task: dict[str, Any], *, handles: tuple[int, ...], limits: Limits, folder: str = "/"
) -> dict[str, Any]:
    """Run the `main` of one of our modules in a child, and return the JSON that it answers.

    Args:
        module: The module's full name.
        task: What it is to do; the child gets it on its standard input, with `memory` and `seconds` added.
        handles: Numbers of the open files that it is handed.
        limits: What it may use.
        folder: Where it stands, and where its temporary files go.

    Raises:
        OutOfTime: It did not end in time.
        Died: It ended without an answer.
    """
    order = json.dumps({**task, "memory": limits.memory_mib << 20, "seconds": limits.seconds})
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", "-c", _START, module, str(_ROOT)],
            input=order.encode(),
            capture_output=True,
            pass_fds=handles,
            env={**_OPTIONS, "TMPDIR": folder},
            cwd=folder,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OutOfTime from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        if done.returncode in {-9, -24}:  # killed, or out of the processor's time
            raise OutOfTime from None
        raise Died(is_memory=b"MemoryError" in done.stderr) from None
    return answer


def task() -> dict[str, Any]:
    """Return, in the child, what it is to do."""
    order: dict[str, Any] = json.load(sys.stdin)
    return order


def answer(said: dict[str, Any]) -> None:
    """Give, in the child, its answer."""
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()


def give_up(order: dict[str, Any], *, files: int = 0, folder: str | None = None) -> None:
    """Give up, in the child and for good, what its task does not need.

    With no file number left there is no new file, no socket and no library to load.

    Args:
        order: The task, with `memory` in bytes and `seconds`.
        files: How many files may be open; 0: nothing can be opened any more.
        folder: The only folder in which files may still be made; None: nowhere.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    with contextlib.suppress(OSError, AttributeError):
        libc.unshare(_NEW_USER_AND_NETWORK)
    _write_only_in(libc, folder)
    for what, most in (
        (resource.RLIMIT_AS, order["memory"]),
        (resource.RLIMIT_CPU, order["seconds"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, order["memory"]),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, files),
    ):
        resource.setrlimit(what, (most, most))


def _write_only_in(libc: ctypes.CDLL, folder: str | None) -> None:
    """Let the kernel refuse every change on disk outside of a folder; a kernel without Landlock lets it be."""
    handled = ctypes.c_uint64(_WRITES)
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(handled), 8, 0)
    if rules < 0:
        return
    if folder is not None:
        place = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        rule = _WRITES.to_bytes(8, sys.byteorder) + place.to_bytes(4, sys.byteorder)
        libc.syscall(_ADD_RULE, rules, 1, rule, 0)
        os.close(place)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.syscall(_RESTRICT, rules, 0)
    os.close(rules)
