"""The supervisor: whatever happened before, a start serves or says why not, and a stop leaves nothing running.

The real database, web server and processes run here, under a small application; each start takes half a second or more,
so every test is slow. They share one data folder.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from twofront.ground.folder import Folder
from twofront.ground.pgcluster import Cluster
from twofront.ground.processes import running

pytestmark = pytest.mark.slow
SERVER = Path(__file__).with_name("small_server.py")


@dataclass
class Running:
    """A supervisor in a process of its own, and what it said."""

    folder: Folder
    process: subprocess.Popen[str]
    said: list[dict[str, Any]] = field(default_factory=list)

    def next_line(self) -> dict[str, Any]:
        """Wait for its next line on stdout."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        self.said.append(json.loads(line))
        return self.said[-1]

    def ready(self) -> dict[str, Any]:
        """Wait until it serves; return its ready line."""
        assert "preparing" in self.next_line()
        return self.next_line()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; return the exit code and the seconds until the end."""
        began = time.monotonic()
        self.process.send_signal(by)
        self.process.communicate(timeout=30)
        return self.process.returncode, time.monotonic() - began

    def children(self) -> dict[str, int]:
        """Return the pids of what it wrote down, by name."""
        return {c["name"]: c["pid"] for c in self.folder.read_run()["children"]}


@pytest.fixture(scope="module")
def folder() -> Iterator[Folder]:
    made = Folder(Path(tempfile.mkdtemp(prefix="twofront-test-")))
    made.make()
    yield made
    Cluster(made).stop()
    made.remove()


@pytest.fixture
def start(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Running]]:
    """Return what starts a supervisor; whatever is left of it afterwards is ended."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    started: list[Running] = []

    def begin(*words: str, port: int = 0) -> Running:
        command = (sys.executable, str(SERVER), str(folder), str(port), *words)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(Running(folder, process))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.stop()
    for pid in left(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def left(folder: Folder) -> list[int]:
    """Return the pids of every process that was started for the folder: it stands in their environment or title."""
    pids = []
    for process in running():
        try:
            environment = Path(f"/proc/{process.pid}/environ").read_text(errors="replace").split("\0")
        except OSError:
            environment = []
        if f"TWOFRONT_DATA={folder}" in environment or f"twofront-{folder.tag}" in process.command:
            pids.append(process.pid)
    return pids


def get(url: str) -> dict[str, Any]:
    """Ask the county, not a proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/healthz", timeout=5) as answer:
        health: dict[str, Any] = json.load(answer)
    return health


def until(what: Callable[[], object], within_s: float = 10) -> float:
    """Wait until something holds; return the seconds it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < within_s
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.mark.parametrize(
    "by", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=["SIGTERM", "Ctrl-C", "terminal closed"]
)
def test_a_signal_ends_it_with_0_within_ten_seconds_and_leaves_no_process(
    start: Callable[..., Running], folder: Folder, by: signal.Signals
) -> None:
    """The web server, the workers and the database are gone, and run.json says so."""
    server = start()
    ready = server.ready()
    assert get(ready["url"])["status"] == "ok"
    assert len(left(folder)) > 5

    code, seconds = server.stop(by)

    assert (code, left(folder), folder.run_json.exists(), folder.holder()) == (0, [], False, None)
    assert seconds < 10


def test_children_see_the_folder_and_write_bytecode(start: Callable[..., Running], folder: Folder) -> None:
    """Every process learns the data folder, and none inherits the wish not to write bytecode."""
    health = start().ready()["health"]

    assert health["TWOFRONT_DATA"] == str(folder)
    assert health["TWOFRONT_LAN"] is health["PYTHONDONTWRITEBYTECODE"] is None


def test_a_second_server_of_the_folder_is_refused(start: Callable[..., Running], folder: Folder) -> None:
    """It says who holds the folder and ends with 2, and the first one goes on."""
    first = start()
    url = first.ready()["url"]
    second = start()

    said = second.process.communicate(timeout=10)[1]

    assert second.process.returncode == 2
    assert f"in use by process {first.process.pid}" in said
    assert get(url)["status"] == "ok"


def test_a_port_in_use_is_refused(start: Callable[..., Running]) -> None:
    """Granian's workers share ports, so without this question two counties would take turns at one address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = start(port=taken.getsockname()[1])
        said = server.process.communicate(timeout=10)[1]

    assert server.process.returncode == 2
    assert "Address already in use; give another with --port" in said


def test_what_dies_comes_back(start: Callable[..., Running], folder: Folder) -> None:
    """Web server, worker and database are killed at once; the county serves again at the same address."""
    server = start()
    url = server.ready()["url"]
    before = server.children()
    database = Cluster(folder).process()
    assert database is not None

    for pid in (database.pid, *before.values()):
        os.kill(pid, signal.SIGKILL)

    until(lambda: Cluster(folder).is_ready())
    until(lambda: len(server.children()) == 3 and not set(server.children().values()) & set(before.values()))
    until(lambda: _serves(url))
    assert server.stop()[0] == 0
    assert left(folder) == []


@pytest.mark.parametrize(
    "also_web", [False, True], ids=["its children live on", "its web server died with it"]
)
def test_after_kill_9_the_next_start_cleans_up_and_works(
    start: Callable[..., Running], folder: Folder, also_web: bool
) -> None:
    """What the killed one left is ended, known by pid and start; the database is adopted."""
    killed = start()
    killed.ready()
    orphans = set(left(folder)) - {killed.process.pid}
    database = Cluster(folder).process()
    if also_web:
        os.kill(killed.children()["web"], signal.SIGKILL)
    killed.process.kill()
    killed.process.communicate()
    assert left(folder)

    server = start()
    server.ready()

    assert Cluster(folder).process() == database
    assert database is not None
    own = [p for p in orphans & set(left(folder)) if p != database.pid and not _is_of_database(p)]
    assert own == []
    assert server.stop()[0] == 0
    assert left(folder) == []


def test_a_worker_that_ignores_sigterm_does_not_hold_up_the_end(
    start: Callable[..., Running], folder: Folder
) -> None:
    """A long job is cut off in time: it is done again later, and the ten seconds hold."""
    server = start("stubborn")
    server.ready()

    code, seconds = server.stop()

    assert (code, left(folder)) == (0, [])
    assert seconds < 10


def test_a_signal_during_the_preparation_ends_it_at_once(
    start: Callable[..., Running], folder: Folder
) -> None:
    """Also before anything serves, the database stops and the exit code is 0."""
    server = start("slow")
    server.next_line()

    code, seconds = server.stop()

    assert (code, left(folder)) == (0, [])
    assert seconds < 5


def test_a_web_server_that_cannot_start_is_told_with_its_last_words(
    start: Callable[..., Running], folder: Folder
) -> None:
    """Three deaths before the first answer are enough; the error names the log, and nothing runs on."""
    server = start("broken")

    said = server.process.communicate(timeout=60)[1].splitlines()[-1]

    assert server.process.returncode == 2
    assert "web.log: the web server does not answer (status None): " in said
    assert "Could not import 'nowhere'" in said
    assert left(folder) == []


def test_a_request_is_answered_within_a_second_and_the_workers_are_back(
    start: Callable[..., Running], folder: Folder
) -> None:
    """The task stops the workers; after it they run again, as other processes."""
    server = start()
    server.ready()
    before = server.children()

    asked = folder.ask("echo", word="一")
    seconds = until(lambda: folder.answer_to(asked) is not None)

    assert folder.answer_to(asked) == {"done": {"word": "一"}}
    assert seconds < 1
    until(lambda: {"watch", "work"} <= server.children().keys())
    assert server.children()["web"] == before["web"]
    assert server.children()["work"] != before["work"]


@pytest.mark.parametrize(
    ("task", "error"),
    [("fail", "asked to fail with {'a': 1}"), ("dig", "no task 'dig'; there are: echo, fail")],
    ids=["a task that fails", "an unknown task"],
)
def test_a_request_that_fails_is_answered_and_the_county_goes_on(
    start: Callable[..., Running], folder: Folder, task: str, error: str
) -> None:
    """Who asked is told why; the workers run again, and the next request is answered."""
    server = start()
    url = server.ready()["url"]

    asked = folder.ask(task, a=1)
    until(lambda: folder.answer_to(asked) is not None)

    assert folder.answer_to(asked) == {"error": error}
    until(lambda: {"watch", "work"} <= server.children().keys())
    assert get(url)["status"] == "ok"


def _serves(url: str) -> bool:
    try:
        return get(url)["status"] == "ok"
    except OSError:
        return False


def _is_of_database(pid: int) -> bool:
    return any(p.pid == pid and "postgres" in p.command for p in running())
