"""The embedded PostgreSQL of one data folder: made, started, adopted, stopped. Its door is `postgres`.

Three logins: `postgres` (this module only), `twofront_owner` (owns the database, makes and migrates it),
`twofront_app` (serves; owns nothing and never bypasses row security).

A cluster is made in `pg.tmp`, logins and database included, and renamed when it is whole. After a kill -9 the pid file
is believed only if that very process still runs in this folder.
"""

import contextlib
import fcntl
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from psycopg import sql

from twofront.core.errors import CannotDo
from twofront.ground import pgprograms
from twofront.ground.folder import Folder, make_closed
from twofront.ground.pgprograms import User
from twofront.ground.processes import Process, end, find, running, send

DATABASE = "twofront"
OWNER = "twofront_owner"
APP = "twofront_app"
_START_S = 600  # recovery after a crash may read a lot of log; who waits sees why
_CONF = """
# Twofront: no TCP, every login by password, nothing acknowledged is lost.
listen_addresses = ''
fsync = on
synchronous_commit = on
full_page_writes = on
password_encryption = 'scram-sha-256'
unix_socket_permissions = 0700
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
lc_messages = 'C'
jit = off
"""
_HBA = "# Twofront: the socket only, every login by password.\nlocal all all scram-sha-256\n"


class Said(Protocol):
    """Where progress goes: called with one sentence."""

    def __call__(self, sentence: str, /) -> object: ...  # noqa: D102 - the class says it


def silent(sentence: str, /) -> None:
    """Say nothing."""


class Cluster:
    """The embedded server of one data folder; one process at a time starts or stops it."""

    def __init__(self, folder: Folder, *, said: Said = silent) -> None:
        """Look at the folder's cluster; nothing starts."""
        self.folder = folder
        self.said = said
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def major(self) -> int | None:
        """The major version of the cluster, or None if it is not made yet."""
        file = self.folder.pg / "PG_VERSION"
        return int(file.read_text().split(".")[0]) if file.exists() else None

    def process(self) -> Process | None:
        """Return the server's process, or None: a pid file alone proves nothing."""
        if self._child is not None and self._child.poll() is None:  # poll reaps it, should it have ended
            return find(self._child.pid)
        found = find(self._pid_file()[0])
        return found if found is not None and self._is_ours(found) else None

    def is_ready(self) -> bool:
        """Return whether the server runs and takes connections; one that was just killed may still look alive."""
        return self.process() is not None and self._pid_file()[1] == "ready" and self._answers()

    def start(self) -> None:
        """Make the cluster if there is none, then start it, or adopt the one that already runs; return when it answers.

        Raises:
            CannotDo: It does not start; the last lines of its log say why.
        """
        with guard(self.folder):
            user = pgprograms.user_of(self.folder.pg)
            if not self.folder.pg.exists():
                self._choose_home(user)
                self._make(user)
            self._start(user)

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back; after five seconds it is made to end. Idempotent."""
        with guard(self.folder):
            self.stop_now()

    def stop_now(self) -> None:
        """Stop the server; the caller is the only one that starts or stops it."""
        found = self.process()
        if found is not None:
            send(found, signal.SIGINT)  # PostgreSQL's "fast" stop
            if not self._gone(within_s=4):
                send(found, signal.SIGQUIT)  # "immediate": recovers at the next start
            if not self._gone(within_s=1):
                end(self._everyone(), within_s=0)
        if self._child is not None:
            self._child.wait()
        if self.folder.home not in self.folder.socket.parents:
            shutil.rmtree(self.folder.socket, ignore_errors=True)

    def _gone(self, *, within_s: float) -> bool:
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if self.process() is None:
                return True
            time.sleep(0.02)
        return self.process() is None

    def _pid_file(self) -> tuple[int, str]:
        try:
            lines = (self.folder.pg / "postmaster.pid").read_text().splitlines()
        except OSError:
            return 0, ""
        pid = lines[0].strip() if lines else ""
        return int(pid) if pid.isdigit() else 0, lines[7].strip() if len(lines) > 7 else ""

    def _is_ours(self, process: Process) -> bool:
        """Return whether a process belongs to this server: a program of PostgreSQL *and* this folder or its name."""
        words = process.command
        is_postgres = words.startswith("postgres: ") or "/postgres -D " in words
        return is_postgres and (
            f" -D {self.folder.pg} " in f"{words} " or words.startswith(f"postgres: {self._name}: ")
        )

    @property
    def _name(self) -> str:
        """The name by which the server's children can be told from those of any other: it stands in their titles."""
        return f"twofront-{self.folder.tag}"

    def _everyone(self) -> list[Process]:
        """Return every process of this server, of its own user only: what this returns may be made to end."""
        owner = self.folder.pg.stat().st_uid
        return [p for p in running() if p.uid == owner and self._is_ours(p)]

    def _clear(self) -> None:
        """Wait until nothing of a killed server lives any more, then remove what it left lying.

        PostgreSQL itself would refuse to start while the killed server is a zombie that nobody reaps.
        """
        until = time.monotonic() + 5
        while (left := self._everyone()) and time.monotonic() < until:
            time.sleep(0.05)
        end(left, within_s=2, first=signal.SIGQUIT)
        for file in (self.folder.pg / "postmaster.pid", *self.folder.socket.glob(".s.PGSQL.*")):
            file.unlink(missing_ok=True)

    def _choose_home(self, user: User) -> None:
        """Let `pg` name a system folder where the cluster's user cannot enter the data folder."""
        if user.may_enter(self.folder.root):
            return
        home = Path("/var/lib/twofront") / self.folder.tag
        self.said(f"{self.folder.root} is closed to user {user.name}: the database lies in {home}")
        home.mkdir(parents=True, exist_ok=True, mode=0o711)
        home.parent.chmod(0o711)
        home.chmod(0o711)
        (self.folder.root / "pg").symlink_to(home / "pg")

    def _make(self, user: User) -> None:
        self.said("making the database")
        home = self.folder.home
        making = home / "pg.tmp"
        shutil.rmtree(making, ignore_errors=True)
        programs = pgprograms.programs(self.folder, user=user)
        make_closed(making, owner=user.uid)
        # The builtin provider came with 17; with lc_ctype=C Chinese text would have no trigrams.
        locale = ("--locale=C.UTF-8",) if programs.major < 17 else (
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C.UTF-8",
        )  # fmt: skip
        _done(programs.run(
            "initdb", "-D", str(making), "-U", "postgres", "-E", "UTF8", "--auth=reject", "--no-instructions", *locale, user=user,
        ))  # fmt: skip
        with (making / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(_CONF)
        (making / "pg_hba.conf").write_text(_HBA, encoding="utf-8")
        for database, statements in self._first_statements():
            single = (
                "--single",
                "-D",
                str(making),
                "-c",
                "exit_on_error=on",
                "-c",
                "log_min_messages=error",
                database,
            )
            _done(programs.run("postgres", *single, user=user, stdin="\n".join(statements) + "\n"))
        making.replace(home / "pg")

    def _first_statements(self) -> list[tuple[str, list[str]]]:
        """Return what a new cluster is told before anybody can connect, each a line, by database."""
        roles = [
            f"ALTER ROLE postgres PASSWORD '{self.folder.secret('postgres.password')}'",
            f"CREATE ROLE {OWNER} LOGIN CREATEDB NOBYPASSRLS PASSWORD '{self.folder.secret('owner.password')}'",
            f"CREATE ROLE {APP} LOGIN NOBYPASSRLS PASSWORD '{self.folder.secret('app.password')}'",
            f"GRANT pg_signal_backend TO {OWNER}",  # to end sessions before the database is replaced
            f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0",
            "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE postgres TO {OWNER}",
            *(line.as_string() for line in rights(DATABASE, OWNER, APP)),
        ]
        extensions = [f"CREATE EXTENSION IF NOT EXISTS {name}" for name in ("btree_gist", "pg_trgm", "ltree")]
        return [("postgres", roles), (DATABASE, extensions)]

    def _spawn(self, user: User) -> None:
        self.said("starting the database")
        folder = self.folder
        programs = pgprograms.programs(folder, user=user, major=self.major)
        folder.socket.parent.mkdir(parents=True, exist_ok=True)
        make_closed(folder.socket, owner=user.uid)
        words = (
            "-D",
            str(folder.pg),
            "-k",
            str(folder.socket),
            "-p",
            "5432",
            "-c",
            f"cluster_name={self._name}",
        )
        with folder.log("postgres") as log:
            self._child = programs.spawn("postgres", *words, user=user, output=log)

    def _start(self, user: User) -> None:
        """Start or adopt, and wait; one that ends while we wait, such as one about to stop, is followed by ours."""
        began = time.monotonic()
        told, spawned = 0.0, False
        while not self.is_ready():
            waited = time.monotonic() - began
            if self.process() is None and not spawned:
                self._clear()
                self._spawn(user)
                spawned = True
            elif self.process() is None or waited > _START_S:
                log = self.folder.logs / "postgres.log"
                raise CannotDo(
                    str(log),
                    f"the database does not start: {self.folder.last_words('postgres')}",
                    "see there",
                )
            elif waited - told > 5:
                told = waited
                self.said(f"the database is still starting ({self._pid_file()[1] or 'recovering'})")
            time.sleep(0.01)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.settimeout(5)
            try:
                s.connect(str(self.folder.socket / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True


def rights(database: str, owner: str, app: str) -> list[sql.Composed]:
    """Return who may connect: rights on a database do not travel with a copy of it."""
    d, o, a = sql.Identifier(database), sql.Identifier(owner), sql.Identifier(app)
    return [
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(d),
        sql.SQL("GRANT ALL ON DATABASE {} TO {}").format(d, o),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(d, a),
    ]


@contextlib.contextmanager
def guard(folder: Folder) -> Iterator[None]:
    """Let one process at a time start or stop the database of a folder."""
    with (folder.run / "database.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _done(answer: subprocess.CompletedProcess[str]) -> None:
    if answer.returncode:
        program = Path(answer.args[0]).name
        words = (answer.stderr or answer.stdout).strip().splitlines()[-3:]
        raise CannotDo(
            program,
            " ".join(words) or f"ended with {answer.returncode}",
            "free disk space or rights may be missing",
        )
