"""Processes by pid *and* start, so that a pid that the system gave to somebody else is never ended by mistake.

A zombie (ended, not yet reaped by its parent) counts as gone: in a container without an init it would otherwise live
for ever. On Linux the facts come from /proc, elsewhere from `ps`.
"""
# ruff: noqa: S603 - every word of every command is ours

import locale
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc/self/stat")


@dataclass(frozen=True, slots=True)
class Process:
    """A live process: its pid, a text that tells its start apart from any other's, its command line and its user."""

    pid: int
    started: str
    command: str = ""
    uid: int = -1

    def is_alive(self) -> bool:
        """Return whether this very process still runs (another one under its pid does not count)."""
        now = find(self.pid)
        return now is not None and now.started == self.started


def find(pid: int) -> Process | None:
    """Return the live process with this pid, or None if there is none or only a zombie."""
    return _from_proc(pid) if _PROC.exists() else next(_from_ps("-p", str(pid)), None)


def running() -> Iterator[Process]:
    """Yield every live process that this user may see."""
    if not _PROC.exists():
        yield from _from_ps("-ax")
        return
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (process := _from_proc(int(entry.name))) is not None:
            yield process


def end(processes: Iterable[Process], *, within_s: float, first: signal.Signals = signal.SIGTERM) -> None:
    """End processes: a polite signal, then after *within_s* seconds SIGKILL to those that are left.

    A leader of its own process group takes its group with it at the second step.
    """
    left = [p for p in processes if p.is_alive()]
    for process in left:
        send(process, first)
    until = time.monotonic() + within_s
    while left and time.monotonic() < until:
        time.sleep(0.05)
        left = [p for p in left if p.is_alive()]
    for process in left:
        send(process, signal.SIGKILL, group=True)
    for _ in range(100):
        if not any(p.is_alive() for p in left):
            return
        time.sleep(0.02)


def end_groups(leaders: Iterable[Process], *, marked: str, within_s: float = 4.0) -> None:
    """End processes that a killed parent left alive, and what they left in their groups.

    A member whose leader is gone counts only if its environment holds *marked* (`NAME=value`): the system may have
    given the leader's pid to somebody else since.
    """
    noted = list(leaders)
    groups = {p.pid for p in noted}
    members = [p for p in running() if _group(p.pid) in groups and marked in _environment(p.pid)]
    end({p.pid: p for p in (*noted, *members)}.values(), within_s=within_s)


def send(process: Process, sign: signal.Signals, *, group: bool = False) -> None:
    """Send a signal to a process if it still is the same one, or to its group if it leads one.

    Raises:
        ValueError: It is the first process of the machine, or this one: a fault of the caller.
    """
    if process.pid in {0, 1, os.getpid()}:
        raise ValueError(f"refused to send {sign.name} to process {process.pid}")
    if not process.is_alive():
        return
    try:
        if group and os.getpgid(process.pid) == process.pid != os.getpgrp():
            os.killpg(process.pid, sign)
        else:
            os.kill(process.pid, sign)
    except ProcessLookupError:
        return


def _from_proc(pid: int) -> Process | None:
    folder = Path("/proc") / str(pid)
    try:
        fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        uid = folder.stat().st_uid
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return None
    if fields[0] in {"Z", "X"}:
        return None
    return Process(pid=pid, started=f"{_boot()}-{fields[19]}", command=command, uid=uid)


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def _environment(pid: int) -> set[str]:
    try:
        return set((Path("/proc") / str(pid) / "environ").read_bytes().decode(errors="replace").split("\0"))
    except OSError:
        return set()


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
    except OSError:
        return "boot"


def _from_ps(*which: str) -> Iterator[Process]:
    fields = ("-o", "pid=", "-o", "uid=", "-o", "stat=", "-o", "lstart=", "-o", "command=")
    answer = subprocess.run(("/bin/ps", "-ww", *which, *fields), capture_output=True, text=True, check=False)
    for line in answer.stdout.splitlines():
        pid, uid, state, *rest = line.split(maxsplit=8)
        if not state.startswith("Z"):
            command = rest[5] if len(rest) > 5 else ""
            yield Process(pid=int(pid), started=" ".join(rest[:5]), command=command, uid=int(uid))


def is_chinese() -> bool:
    """Tell whether whoever called reads Chinese, by his locale."""
    named = next((os.environ[v] for v in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(v)), "")
    return locale.normalize(named).startswith("zh")
