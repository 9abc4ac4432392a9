"""The data folder of a county: where each thing lies, who may read it, and that one server at a time works in it.

Layout of DIR: `pg/` the database cluster · `lake/` Parquet · `inbox/` every file that was loaded · `logs/` ·
`secrets/` passwords and keys, each 0600 · `heads/` heads of the audit · `exercise/` · `run/` locks, socket, requests ·
`run.json` what the server started · `county.json` what this county is (written last, so that it marks a whole folder) ·
`backup.key` what opens its backups, to be kept elsewhere · `drill.json` the last drill · `county-authority.crt` what
computers of an intranet trust · `restoring` while a restore fills the folder.

Only its owner can read in it. A cluster cannot run as root; where root keeps DIR behind a closed door, the cluster lies
in a system folder, and `pg` is a link that names it.
"""

import contextlib
import fcntl
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, TextIO

from twofront.core.errors import CannotDo

SOCKET_BYTES = 103  # the shortest limit of any system for the path of a socket (Linux has 107, macOS 103)
LOG_BYTES = 8 << 20
_SOCKET_NAME = ".s.PGSQL.5432.lock"
_PRIVATE = ("lake", "inbox", "logs", "secrets", "heads", "exercise")


class Folder:
    """One county's data folder (数据目录); making the object touches nothing on disk."""

    def __init__(self, path: Path | str) -> None:
        """Name the folder; every other path hangs on its absolute one."""
        self.root = Path(path).expanduser().resolve()
        self.lake = self.root / "lake"
        self.inbox = self.root / "inbox"
        self.logs = self.root / "logs"
        self.secrets = self.root / "secrets"
        self.heads = self.root / "heads"
        self.exercise = self.root / "exercise"
        self.run = self.root / "run"
        self.requests = self.run / "requests"
        self.run_json = self.root / "run.json"
        self.county_json = self.root / "county.json"
        self.backup_key = self.root / "backup.key"
        self.drill_json = self.root / "drill.json"
        self.authority = self.root / "county-authority.crt"
        self.restoring = self.root / "restoring"

    def __str__(self) -> str:
        return str(self.root)

    @property
    def tag(self) -> str:
        """Twelve hex digits that stand for this folder's path on this machine."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]

    @property
    def home(self) -> Path:
        """The folder in which the cluster lies: DIR, or the system folder that DIR names."""
        return (self.root / "pg").resolve().parent

    @property
    def pg(self) -> Path:
        """The cluster's own folder."""
        return self.home / "pg"

    @property
    def socket(self) -> Path:
        """The folder of the server's socket: short, and open to nobody but its owner and the cluster's user."""
        near = self.home / "run" / "pg"
        if len(os.fsencode(near / _SOCKET_NAME)) <= SOCKET_BYTES:
            return near
        return Path("/tmp") / f"twofront-{self.tag}"  # noqa: S108 - a fixed place is wanted; its owner is checked

    def make(self) -> None:
        """Make the folder and the parts that are missing; nobody but the owner can read them.

        Raises:
            CannotDo: The folder cannot be written.
        """
        try:
            self.make_root()
            for name in _PRIVATE:
                (self.root / name).mkdir(mode=0o700, exist_ok=True)
            self.run.mkdir(mode=0o711, exist_ok=True)
            self.requests.mkdir(mode=0o700, exist_ok=True)
        except OSError as e:
            raise CannotDo(str(e.filename), f"{e.strerror}", "give a folder that you may write in") from e

    def make_root(self) -> None:
        """Make the folder without its parts; one that is empty is closed to others."""
        self.root.mkdir(parents=True, exist_ok=True)
        if not any(self.root.iterdir()):
            self.root.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def is_empty(self) -> bool:
        """Return whether the folder is absent or holds nothing."""
        return not self.root.exists() or (self.root.is_dir() and not any(self.root.iterdir()))

    def require_county(self) -> None:
        """Refuse a folder that `init` has not finished.

        Raises:
            CannotDo: There is no county in it.
        """
        if not self.county_json.is_file():
            raise CannotDo(
                str(self.root), "no county's data folder", f"make one with 'twofront init --data {self.root}'"
            )

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for one server as long as the block lasts; a killed holder leaves nothing behind.

        Raises:
            CannotDo: Another process holds it.
        """
        self.make()
        with (self.run / "serving.lock").open("a+") as lock:
            if not _try(lock):
                raise CannotDo(
                    str(self.root),
                    f"in use by process {_pid_in(lock)}",
                    "stop that one, or give another folder",
                )
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def holder(self) -> int | None:
        """Return the pid of the server that holds the folder, or None if nobody does."""
        try:
            lock = (self.run / "serving.lock").open("a+")
        except OSError:
            return None
        with lock:
            return None if _try(lock) else _pid_in(lock)

    def secret(self, name: str) -> str:
        """Return the secret of this name, made at the first call: 43 random characters in a file with mode 0600."""
        file = self.secrets / name
        if not file.exists():
            write_private(file, secrets.token_urlsafe(32) + "\n")
        return file.read_text("utf-8").strip()

    def log(self, name: str) -> TextIO:
        """Open DIR/logs/NAME.log for appending; one above 8 MB is set aside as NAME.log.1 first."""
        file = self.logs / f"{name}.log"
        if file.exists() and file.stat().st_size > LOG_BYTES:
            file.replace(file.with_suffix(".log.1"))
        return file.open("a", encoding="utf-8")

    def last_words(self, name: str) -> str:
        """Return the line of DIR/logs/NAME.log that best says why its program ended."""
        try:
            lines = (self.logs / f"{name}.log").read_text("utf-8", "replace").splitlines()[-30:]
        except OSError:
            lines = []
        telling = [
            line
            for line in lines
            if re.search(r"FATAL|PANIC|ERROR:|^[\w.]+(Error|Exception|Configured): ", line)
        ] or lines[-1:]
        return telling[-1].strip() if telling else "it said nothing"

    def ask(self, do: str, **words: object) -> str:
        """Ask the server of this folder for one of its tasks; return the name under which it will answer."""
        name = f"{time.monotonic_ns():020d}-{secrets.token_hex(4)}"
        write_private(self.requests / f"{name}.json", json.dumps({"do": do, **words}))
        return name

    def answer_to(self, name: str) -> dict[str, Any] | None:
        """Return the answer to what was asked: `{done}`, `{error}`, or None as long as there is none."""
        try:
            answer: dict[str, Any] = json.loads((self.requests / f"{name}.answer").read_text("utf-8"))
        except FileNotFoundError:
            return None
        return answer

    def asked(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield what was asked, the oldest first: name, task, the task's words. Each is taken once."""
        for file in sorted(self.requests.glob("*.json")):
            try:
                words = json.loads(file.read_text("utf-8"))
                do = str(words.pop("do"))
            except (ValueError, KeyError, AttributeError, TypeError):
                do, words = "", {}
            file.unlink()
            yield file.stem, do, words

    def answer(self, name: str, answer: dict[str, Any]) -> None:
        """Answer what was asked; of older answers the last twenty stay."""
        write_private(self.requests / f"{name}.answer", json.dumps(answer, ensure_ascii=False, default=str))
        for old in sorted(self.requests.glob("*.answer"))[:-20]:
            old.unlink(missing_ok=True)

    def read_run(self) -> dict[str, Any]:
        """Return what the last server wrote down about itself, or nothing."""
        try:
            run: dict[str, Any] = json.loads(self.run_json.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return run

    def write_run(self, run: dict[str, Any]) -> None:
        """Write down what this server started, whole or not at all."""
        write_private(self.run_json, json.dumps(run, ensure_ascii=False, indent=1) + "\n")

    def last_drill(self) -> str | None:
        """Return the moment of the last drill that succeeded, as it was written down, or None."""
        try:
            return str(json.loads(self.drill_json.read_text("utf-8"))["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def remove(self) -> None:
        """Delete the folder and, where the cluster lies elsewhere, that place too; the database must be down."""
        self.clear()
        shutil.rmtree(self.root, ignore_errors=True)

    def clear(self, *, but: Path | None = None) -> None:
        """Delete what is in the folder, but for one file; the database must be down."""
        home, socket = self.home, self.socket
        if home != self.root:
            shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(socket, ignore_errors=True)
        for path in self.root.iterdir() if self.root.is_dir() else ():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path != but:
                path.unlink(missing_ok=True)


def write_private(file: Path, body: str | IO[bytes]) -> None:
    """Write a file that only its owner can read, whole or not at all (a temporary one beside it, synced, renamed)."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:64]}-")  # mkstemp makes it 0600
    with os.fdopen(handle, "wb") as f:
        shutil.copyfileobj(io.BytesIO(body.encode()) if isinstance(body, str) else body, f, 1 << 20)
        f.flush()
        os.fsync(f.fileno())
    Path(name).replace(file)


def synced(path: Path) -> None:
    """Force a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_closed(folder: Path, *, owner: int) -> None:
    """Make a folder that only *owner* (a uid) can enter, or check that it is one.

    Raises:
        CannotDo: Something else already lies at this path.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(parents=True, mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, owner, -1)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise CannotDo(str(folder), f"belongs to user {found.st_uid}, not to {owner}", "remove it")
    folder.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(folder, owner, -1)


def _try(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _pid_in(lock: TextIO) -> int | None:
    lock.seek(0)
    found = re.match(r"\d+", lock.read())
    return int(found.group()) if found else None
