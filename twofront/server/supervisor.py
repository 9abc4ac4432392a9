"""The one process that runs a county: its database, its web server, its two workers.

The law it keeps: whatever happened before, a start ends in a county that serves or in one sentence that says why not;
and a stop leaves no process behind, within ten seconds. So it writes down what it starts, by pid and start, in
`run.json`, and the next start ends what a killed supervisor left alive.

Signals only set a mark (or, while the county is still being prepared, raise); the loop does the work.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

from twofront.core.errors import CannotDo
from twofront.ground import clock, postgres
from twofront.ground.certificates import Secured, is_due, names_here, secured
from twofront.ground.folder import Folder
from twofront.ground.pgcluster import Cluster, Said, silent
from twofront.ground.postgres import Urls
from twofront.ground.processes import Process, end_groups, find
from twofront.server.children import Child, stop

WSGI = "twofront.server.wsgi:application"
WORKERS: Mapping[str, tuple[str, ...]] = {
    name: (sys.executable, "-P", "-m", "twofront.server.worker", name) for name in ("watch", "work")
}
_TICK_S = 0.2
_READY_S = 180  # until /healthz says 200
_BROKEN_S = 20  # a 500 is a fault of the program, which waiting does not cure
_DATABASE_PAUSE_S = 5
_CERTIFICATE_S = 3600  # how often its end and the machine's addresses are looked at
_HERE = {"localhost", "127.0.0.1"}
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Ready:
    """What the callback learns when the county serves: its address, and the first answer of /healthz."""

    url: str
    port: int
    health: dict[str, Any]


class _Ended(BaseException):
    """A signal came while the county was still being prepared."""


class Supervisor:
    """The supervisor of one data folder. `run` returns when a signal ended it."""

    def __init__(
        self, folder: Folder, *, port: int = 0, lan: Sequence[str] | None = None, said: Said = silent,
        tasks: Mapping[str, "Task"] | None = None, wsgi: str = WSGI, workers: Mapping[str, tuple[str, ...]] = WORKERS,
    ) -> None:  # fmt: skip
        """Describe what is to run.

        Args:
            folder: The county's data folder.
            port: The port to serve on; 0 takes a free one.
            lan: Other machines may reach it, by HTTPS: further names or addresses by which they do. None: this machine only.
            said: Where progress goes.
            tasks: What a request file may ask for, by name; see `Folder.ask`.
            wsgi: The web application, as granian names it.
            workers: The commands of the workers, by name.
        """
        self.folder = folder
        self.said = said
        self._lan = lan
        self._secured: Secured | None = None
        self._certificate_due = 0.0
        self._port = port
        self._tasks = dict(tasks or {})
        self._wsgi = wsgi
        self._commands = workers
        self._web: list[Child] = []
        self._workers: list[Child] = []
        self._urls: Urls | None = None
        self._database_due = 0.0
        self._stopping = self._preparing = False

    @property
    def urls(self) -> Urls:
        """The database's addresses while it runs."""
        return self._urls or postgres.urls(self.folder)

    def run(self, *, prepare: Callable[[Urls], object], on_ready: Callable[[Ready], object]) -> int:
        """Serve until SIGTERM, SIGINT or SIGHUP comes; return 0.

        Args:
            prepare: Called once the database is up and before anything else starts (migrations, first load).
            on_ready: Called once /healthz has answered 200.

        Raises:
            CannotDo: The folder is in use, the port is taken, or a part does not come up.
        """
        with self.folder.held(), self._signals():
            self._end_leftovers()
            self._port = _free_port(self._host, self._port)
            try:
                self._preparing = True
                with postgres.served(self.folder, said=self.said) as server:
                    self._urls = postgres.urls(self.folder)
                    prepare(self._urls)
                    self._preparing = False
                    self._serve(server, on_ready)
            except _Ended:
                self.said("stopped before it served")
            finally:
                self.folder.run_json.unlink(missing_ok=True)
        return 0

    def stop_workers(self) -> None:
        """End the workers and wait until they are gone; the loop does not bring them back before `start_workers`."""
        stop(self._workers)
        self._workers = []
        self._note()

    def start_workers(self) -> None:
        """Start the workers that do not run."""
        if not self._workers:
            self._workers = [self._child(name, command) for name, command in self._commands.items()]
            for worker in self._workers:
                worker.start()
            self._note()

    @property
    def _host(self) -> str:
        return "127.0.0.1" if self._lan is None else "0.0.0.0"  # noqa: S104 - asked for by --lan

    @property
    def _url(self) -> str:
        return f"{'http' if self._lan is None else 'https'}://127.0.0.1:{self._port}"

    def _serve(self, server: Cluster | None, on_ready: Callable[[Ready], object]) -> None:
        try:
            self.said("starting the web server and the workers")
            web = self._start_web()
            self.start_workers()
            ready = self._wait_ready(web)
            if ready is not None:
                self._say_how_to_trust()
                on_ready(ready)
            while not self._stopping:
                self._round(server)
                time.sleep(_TICK_S)
        finally:
            self.said("stopping")
            stop([*self._workers, *self._web])
            self._web, self._workers = [], []

    def _round(self, server: Cluster | None) -> None:
        """Look once after everything."""
        if server is not None and server.process() is None and time.monotonic() > self._database_due:
            self.said("the database ended by itself; it starts again")
            try:
                server.start()
            except CannotDo as e:
                self._database_due = time.monotonic() + _DATABASE_PAUSE_S
                self.said(f"{e}; tried again in {_DATABASE_PAUSE_S} s")
        for child in [*self._workers, *self._web]:
            if (sentence := child.keep()) is not None:
                self.said(sentence)
                self._note()
        for ask, do, words in self.folder.asked():
            self.folder.answer(ask, self._do(do, words))
        self._keep_certificate()

    def _start_web(self) -> Child:
        if self._lan is not None:
            self._secured = secured(self.folder, names_here(self._lan), now=clock.machine())
            self._certificate_due = time.monotonic() + _CERTIFICATE_S
        web = self._child("web", self._web_command())
        web.start()
        self._web = [web]
        return web

    def _keep_certificate(self) -> None:
        """Start the web server anew with a new certificate, before the old one ends or where an address is new."""
        if self._lan is None or self._secured is None or time.monotonic() < self._certificate_due:
            return
        self._certificate_due = time.monotonic() + _CERTIFICATE_S
        if is_due(self._secured, names_here(self._lan), now=clock.machine()):
            self.said("the web server starts again with a new certificate")
            stop(self._web)
            self._start_web()
            self._note()

    def _say_how_to_trust(self) -> None:
        if self._secured is None:
            return
        self.said(f"open to the local network, by https: {', '.join(self._addresses())}")
        self.said(f"let each computer trust {self.folder.authority} once; docs/operations.md says how")
        self.said(f"its SHA-256 fingerprint, to be compared there: {self._secured.fingerprint}")

    def _addresses(self) -> list[str]:
        names = self._secured.names if self._secured else ()
        return [f"https://{name}:{self._port}" for name in names if name not in _HERE]

    def _do(self, do: str, words: dict[str, Any]) -> dict[str, Any]:
        task = self._tasks.get(do)
        if task is None:
            return {"error": f"no task {do!r}; there are: {', '.join(sorted(self._tasks)) or 'none'}"}
        self.said(do)
        try:
            answer = task(self, words)
        except Exception as e:  # noqa: BLE001 - a task that fails must not take the county down; who asked is told
            traceback.print_exc(file=sys.stderr)
            return {"error": str(e) or type(e).__name__}
        finally:
            self.start_workers()
        return {"done": answer}

    def _wait_ready(self, web: Child) -> Ready | None:
        began = told = time.monotonic()
        while not self._stopping:
            status, health = _health(self._port, self._secured)
            if status == http.HTTPStatus.OK:
                return Ready(url=self._url, port=self._port, health=health)
            now = time.monotonic()
            patience_s = _BROKEN_S if status == http.HTTPStatus.INTERNAL_SERVER_ERROR else _READY_S
            if web.deaths >= 3 or now - began > patience_s:
                log = self.folder.logs / "web.log"
                said = self.folder.last_words("web")
                raise CannotDo(
                    str(log), f"the web server does not answer (status {status}): {said}", "see there"
                )
            if now - told > 5:
                told = now
                self.said(f"waiting for the web server (status {status})")
            for child in (web, *self._workers):
                if (sentence := child.keep()) is not None:
                    self.said(sentence)
            time.sleep(0.02)
        return None

    def _web_command(self) -> tuple[str, ...]:
        tls = self._secured
        closed = tls and (
            "--ssl-certificate", str(tls.certificate), "--ssl-keyfile", str(tls.key), "--ssl-protocol-min", "tls1.2",
        )  # fmt: skip
        return (
            sys.executable, "-P", "-m", "granian", "--interface", "wsgi", "--no-ws", "--http", "1",
            "--host", self._host, "--port", str(self._port), "--workers", "2", "--blocking-threads", "1",
            "--respawn-failed-workers", "--workers-kill-timeout", "3", "--log-level", "warning",
            *(closed or ()), self._wsgi,
        )  # fmt: skip

    def _child(self, name: str, command: tuple[str, ...]) -> Child:
        environment = {
            k: v for k, v in os.environ.items() if k not in {"PYTHONDONTWRITEBYTECODE", "TWOFRONT_LAN"}
        }
        environment |= {"TWOFRONT_DATA": str(self.folder), "PYTHONUNBUFFERED": "1"} | (
            {"TWOFRONT_LAN": ",".join(self._secured.names)} if self._secured else {}
        )
        return Child(self.folder, name=name, command=command, environment=environment)

    def _note(self) -> None:
        """Write down what runs, so that the next start can end it should this process be killed."""
        me = find(os.getpid())
        children = [(c.name, c.process) for c in (*self._workers, *self._web) if c.process is not None]
        self.folder.write_run({
            "supervisor": _noted(me) if me else None,
            "url": self._url,
            "port": self._port,
            "lan": self._lan is not None,
            "children": [{"name": name} | _noted(process) for name, process in children],
        })  # fmt: skip

    def _end_leftovers(self) -> None:
        """End what a killed supervisor of this folder left alive; each is known by pid and start."""
        noted = [
            Process(pid=c["pid"], started=c["started"]) for c in self.folder.read_run().get("children", [])
        ]
        if any(p.is_alive() for p in noted):
            self.said("ending what a killed server left running")
        end_groups(noted, marked=f"TWOFRONT_DATA={self.folder}")

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        before = {s: signal.signal(s, self._on_signal) for s in _SIGNALS}
        try:
            yield
        finally:
            for s, handler in before.items():
                signal.signal(s, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        first, self._stopping = not self._stopping, True
        if first and self._preparing:
            raise _Ended


Task = Callable[[Supervisor, dict[str, Any]], Any]


def _noted(process: Process) -> dict[str, Any]:
    return {"pid": process.pid, "started": process.started}


def _free_port(host: str, port: int) -> int:
    """Return the port, or a free one for 0.

    Granian's workers share a port on purpose, so a second server on the same port would start without a complaint and
    take every other request; hence the question here.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((host, port))
        except OSError as e:
            raise CannotDo(
                f"port {port}", f"{e.strerror}", "give another with --port, or 0 for any free one"
            ) from e
        return int(s.getsockname()[1])


def _health(port: int, secured: Secured | None) -> tuple[int | None, dict[str, Any]]:
    """Return the status of /healthz (None: no answer) and what it says; never through a proxy."""
    connection = (
        http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        if secured is None
        else http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=5, context=ssl.create_default_context(cafile=str(secured.authority))
        )
    )
    with contextlib.closing(connection) as c:
        try:
            c.request("GET", "/healthz")
            answer = c.getresponse()
            health = json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return None, {}
        except ValueError:
            health = None
    return answer.status, health if isinstance(health, dict) else {}
