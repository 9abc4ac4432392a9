"""One program that the supervisor keeps alive: started, watched, started again with growing pauses, ended for good."""
# ruff: noqa: S603 - every word of every command is ours

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping

from twofront.ground.folder import Folder
from twofront.ground.processes import Process, end, find

_LONGEST_PAUSE_S = 30.0
_SOUND_S = 60.0  # who lived that long has not died at once


class Child:
    """A program in a process group of its own, whose output goes to DIR/logs/NAME.log."""

    def __init__(
        self, folder: Folder, *, name: str, command: tuple[str, ...], environment: Mapping[str, str]
    ) -> None:
        """Describe the program; nothing starts."""
        self.name = name
        self.command = command
        self.deaths = 0
        self.process: Process | None = None
        self._folder = folder
        self._environment = dict(environment)
        self._popen: subprocess.Popen[bytes] | None = None
        self._began = self._due = 0.0

    def start(self) -> None:
        """Start the program unless it runs."""
        if self._popen is not None:
            return
        with self._folder.log(self.name) as log:
            self._popen = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self._folder.root, env=self._environment, start_new_session=True,
            )  # fmt: skip
        self._began = time.monotonic()
        self.process = find(self._popen.pid)

    def keep(self) -> str | None:
        """Start the program again if it died and its pause is over; return a sentence if there is something to say.

        The pauses are 0.5, 1, 2 … 30 seconds and begin anew after a minute of life.
        """
        now = time.monotonic()
        if self._popen is None:
            if now < self._due:
                return None
            self.start()
            return f"{self.name} started again"
        code = self._popen.poll()
        if code is None:
            return None
        self.bury()
        self.deaths = 1 if now - self._began > _SOUND_S else self.deaths + 1
        pause = min(_LONGEST_PAUSE_S, 0.5 * 2 ** (self.deaths - 1))
        self._due = now + pause
        return f"{self.name} ended with {code}; it starts again in {pause:g} s (log: {self._folder.logs / self.name}.log)"

    def bury(self) -> None:
        """Reap the dead program, and end what it may have left in its group."""
        if self._popen is not None:
            self._popen.wait()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen = self.process = None


def stop(children: Iterable[Child], *, within_s: float = 3.5) -> None:
    """End several children at once: SIGTERM, and after *within_s* SIGKILL to the group of each that is left.

    Granian ignores a SIGTERM that comes while one of its workers still starts; so the second step is no rare case.
    """
    known = list(children)
    end([c.process for c in known if c.process is not None], within_s=within_s)
    for child in known:
        child.bury()
