"""The drill (恢复演练): a backup is worth what its last restore has shown, so one is made and brought back, for trial.

The county is restored by the very command that would be used in need, into a temporary place under DIR/run and under the
embedded server, is compared with what the backup was made of, is served, and is asked twenty questions. Then it goes.
"""
# ruff: noqa: S603 - every word of every command is ours

import contextlib
import fcntl
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twofront.core.errors import CannotDo
from twofront.ground import backup
from twofront.ground.archive import Manifest
from twofront.ground.folder import Folder, write_private
from twofront.ground.pgcluster import Cluster
from twofront.ground.processes import end, find
from twofront.server.county import Opened

QUESTIONS = 20
_PAGES = (
    "/", "/late", "/changed", "/survey", "/firms", "/projects", "/closings", "/sheets", "/publication", "/imports",
    "/load", "/accounts",
)  # fmt: skip
_TWOFRONT = (sys.executable, "-P", "-c", "import sys; from twofront.cli import main; sys.exit(main())")
_EXTERNAL = ("DATABASE_URL", "DATABASE_OWNER_URL")


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill has shown: the contract's object.

    Args:
        rows: Rows of the restored county.
        seconds: From the beginning of the backup to the last answer.
        hashes_equal: Whether every table's and every file's content is as it was.
        head_equal: Whether the chain of the audit holds there, and ends as it did.
        smoke: How many of the twenty questions were answered.
    """

    rows: int
    seconds: float
    hashes_equal: bool
    head_equal: bool
    smoke: int

    @property
    def is_good(self) -> bool:
        """Whether all of it is as it should be."""
        return self.hashes_equal and self.head_equal and self.smoke == QUESTIONS


def drill(open_: Opened, key: Path, *, said: Callable[[str], Any]) -> Drilled:
    """Make a backup of an open county, restore it to a temporary place, compare, serve, ask; note a good one's date.

    Raises:
        CannotDo: Another drill is at work, the backup cannot be made or be restored, or the restored county does not serve.
    """
    from twofront.ground import clock, kinds, postgres  # noqa: PLC0415 - Django is up only now

    began, folder = clock.ticks(), open_.folder
    at = kinds.written(clock.machine())
    with _place(folder) as place:
        file, there = place / "county.backup", place / "county"
        made = backup.create(folder, postgres.urls(folder).owner, file, at=at, said=said)
        said("restoring it")
        found = _asked("restore", str(file), "--key", str(key), "--data", str(there))
        chain = _asked("audit", "verify", "--data", str(there), *_heads(Folder(there)))
        said("asking the restored county")
        smoke = _smoke(there)
    done = Drilled(
        rows=found["rows"],
        seconds=round(clock.ticks() - began, 1),
        hashes_equal=found["hash"] == made.hash,
        head_equal=chain["first_broken"] is None and _ends_as(made, chain),
        smoke=smoke,
    )
    if done.is_good:
        write_private(
            folder.drill_json, json.dumps({"at": at, "rows": done.rows, "seconds": done.seconds}) + "\n"
        )
    return done


def _ends_as(made: Manifest, chain: dict[str, Any]) -> bool:
    """Return whether the restored chain holds the events of the backup, and ends with its seal."""
    return bool((chain["events"], chain["head"]) == (made.events, made.head))


@contextlib.contextmanager
def _place(folder: Folder) -> Iterator[Path]:
    """Give a temporary place in the data folder, where there is room for a county; what a killed drill left goes first."""
    place = folder.run / "drill"
    with (folder.run / "drill.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            raise CannotDo(str(folder), "another drill is at work", "wait for its end") from e
        _remove(place)
        place.mkdir(mode=0o711)
        try:
            yield place
        finally:
            _remove(place)


def _remove(place: Path) -> None:
    there = Folder(place / "county")
    if (pid := there.holder()) is not None and (server := find(pid)) is not None:
        end([server], within_s=15)
    if there.run.is_dir():
        Cluster(there).stop()
        there.remove()
    Folder(place).remove()


def _heads(there: Folder) -> tuple[str, ...]:
    file = there.heads / "heads.jsonl"
    return ("--heads", str(file)) if file.exists() else ()


def _environment() -> dict[str, str]:
    return {
        k: v
        for k, v in os.environ.items()
        if k not in (*_EXTERNAL, "TWOFRONT_DATA", "PYTHONDONTWRITEBYTECODE")
    }


def _asked(*words: str) -> dict[str, Any]:
    """Run one of our own commands on the restored county, and return its answer."""
    done = subprocess.run(
        [*_TWOFRONT, *words], env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise CannotDo("drill", _last_line(done.stderr), "the backup is not one: look into it today")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _smoke(there: Path) -> int:
    """Serve the restored county, ask as its operator, and return how many questions were answered."""
    token = _asked("account", "token", "operator", "--data", str(there))["token"]
    words = [*_TWOFRONT, "serve", "--data", str(there), "--port", "0"]
    with subprocess.Popen(
        words, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            line = server.stdout.readline() if server.stdout else ""
            if not line:
                raise CannotDo(
                    "drill", _last_line(server.communicate()[1]), "the restored county does not serve"
                )
            ask = _Asking(
                json.loads(line)["port"] if "port" in line else urlsplit(json.loads(line)["url"]).port, token
            )
            return sum(1 for path in islice(ask.questions(), QUESTIONS) if ask(path) is not None)
        finally:
            server.terminate()
            server.communicate(timeout=30)


class _Asking:
    """Questions to a county on this machine, never through a proxy."""

    def __init__(self, port: int | None, token: str) -> None:
        self.port, self.token = port, token

    def questions(self) -> Iterator[str]:
        """Yield the paths: health, pages, the board, each chart's page, and the rows behind the board's numbers."""
        yield "/healthz"
        yield from _PAGES
        yield "/api/v1/board"
        board = json.loads(self("/api/v1/board") or b"{}")
        yield from (f"/charts/{chart['key']}" for chart in board.get("charts", []))
        for part in (*board.get("goals", []), *board.get("charts", [])):
            yield from (address for address in part["rows"].values() if address)

    def __call__(self, path: str) -> bytes | None:
        """Return the body of a good answer, or None."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as c:
            try:
                c.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
                answer = c.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                return None
        return body if answer.status == HTTPStatus.OK else None


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1].removeprefix("twofront: ")
