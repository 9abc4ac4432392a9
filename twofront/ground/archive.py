"""The file of a backup: a sealed tar, from its first member to its manifest; knows no database.

One law: what cannot be read back whole was never a backup. A file is read to its end and every hash compared before
anything of it is used; and two counties with the same rows and files have the same hash, wherever they lie.

Inside the seal: `format.json`, the files under their own paths, `rows/TABLE/N.gz` (PostgreSQL's COPY text in the order
of the primary key, cut between rows), `manifest.json` last. Nothing is held in memory but one part of some megabytes.
"""

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

from pydantic import TypeAdapter, ValidationError

from twofront import __version__
from twofront.core.errors import CannotDo
from twofront.ground import sealing

FORMAT = 1
FOLDERS = ("lake", "inbox", "heads", "secrets", "exercise")
"""The parts of a data folder that are kept."""
_LARGEST = 1 << 30  # of a part unpacked: PostgreSQL's own limit of a field
_NAME = re.compile(r"(?!\.)[^/\0]+(/(?!\.)[^/\0]+)+")
_ROWS = re.compile(r"rows/(\w+)/\d+\.gz")


class Table(NamedTuple):
    """The rows of a table: how many, the hash of their text, the columns in its order."""

    rows: int
    sha256: str
    columns: list[str]


class Kept(NamedTuple):
    """A file of the data folder: its bytes and their hash."""

    size: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    """What a backup (备份) holds.

    Args:
        version: The program that made it.
        at: When, by the machine's clock.
        migrations: (app, name) of each that had made the tables.
        tables: By name.
        sequences: The last number of each, and whether it was given.
        files: By path in the data folder.
        events: The number of audit events.
        head: The hash of the last seal; zeros where nothing was sealed yet.
        county: The words of `county.json`.
    """

    version: str
    at: str
    migrations: list[tuple[str, str]]
    county: dict[str, str | bool]
    format: int = FORMAT
    tables: dict[str, Table] = field(default_factory=dict)
    sequences: dict[str, tuple[int, bool]] = field(default_factory=dict)
    files: dict[str, Kept] = field(default_factory=dict)
    events: int = 0
    head: str = "0" * 64

    @property
    def rows(self) -> int:
        """The number of all rows."""
        return sum(t.rows for t in self.tables.values())

    @property
    def hash(self) -> str:
        """One hash of all that the county holds: of its rows and its files."""
        held = [
            sorted((n, *t) for n, t in self.tables.items()),
            sorted((n, *f) for n, f in self.files.items()),
        ]
        return hashlib.sha256(json.dumps(held).encode()).hexdigest()


_MANIFEST = TypeAdapter(Manifest)


class Member(NamedTuple):
    """A member of the tar inside the seal."""

    name: str
    size: int
    body: IO[bytes]


class Writer:
    """A backup being written: its files, then its tables, then its manifest."""

    def __init__(self, out: sealing.Sealer) -> None:
        """Begin the tar in a sealed file."""
        self._tar = tarfile.open(fileobj=out, mode="w|", bufsize=1 << 20)  # noqa: SIM115 - closed by `finish`
        self._add("format.json", json.dumps({"format": FORMAT, "version": __version__}).encode())
        self._parts = 0

    def file(self, name: str, path: Path, body: bytes | None = None) -> Kept:
        """Add a file as it is now, or as it was when *body* was read.

        Raises:
            CannotDo: It is not there.
        """
        entry = tarfile.TarInfo(name)
        entry.mode = 0o600
        try:
            with path.open("rb") if body is None else io.BytesIO(body) as f:
                entry.size = os.fstat(f.fileno()).st_size if body is None else len(body)
                hashed = _Hashed(f)
                self._tar.addfile(entry, hashed)
        except FileNotFoundError as e:
            raise CannotDo(
                str(path), "is on record and not there", "bring it back from an older backup"
            ) from e
        return Kept(entry.size, hashed.sha.hexdigest())

    def part(self, table: str, text: bytes) -> None:
        """Add a part of a table's rows."""
        self._add(f"rows/{table}/{self._parts:08d}.gz", gzip.compress(text, 1, mtime=0))
        self._parts += 1

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest and end the tar."""
        self._add("manifest.json", _MANIFEST.dump_json(manifest))
        self._tar.close()

    def _add(self, name: str, body: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(body), 0o600
        self._tar.addfile(entry, io.BytesIO(body))


def verify(file: Path, secret: str) -> Manifest:
    """Read a backup to its end, compare every hash, and return its manifest.

    Raises:
        CannotDo: It is damaged, sealed for another key, or of a format that this version does not know.
    """
    seen = Manifest(version="", at="", migrations=[], county={})
    hashes: dict[str, hashlib._Hash] = {}
    manifest: Manifest | None = None
    with members(file, secret) as found:
        for member in found:
            if manifest is not None:
                raise _damaged(file)
            if member.name == "manifest.json":
                manifest = _manifest(member, file)
            elif rows := _ROWS.fullmatch(member.name):
                text, table = _unpacked(member, file), rows[1]
                sha = hashes.setdefault(table, hashlib.sha256())
                sha.update(text)
                count = seen.tables[table].rows if table in seen.tables else 0
                seen.tables[table] = Table(count + text.count(b"\n"), sha.hexdigest(), [])
            elif member.name != "format.json":
                seen.files[member.name] = Kept(member.size, sha256_of(member.body))
    if manifest is None or seen.files != manifest.files or not _agree(seen.tables, manifest.tables):
        raise _damaged(file)
    return manifest


@contextmanager
def members(file: Path, secret: str) -> Iterator[Iterator[Member]]:
    """Open a backup; the block gets its members in order, each to be read before the next is asked for.

    Raises:
        CannotDo: It is damaged, sealed for another key, or of a format that this version does not know.
    """
    try:
        sealed = file.open("rb")
    except OSError as e:
        raise CannotDo(str(file), words_of(e), "give a backup that can be read") from e
    with sealed, sealing.Unsealed(sealed, secret, name=str(file)) as plain:
        yield _members(io.BufferedReader(plain, 1 << 20), file)


def files(file: Path, secret: str) -> Iterator[Member]:
    """Yield the files of a verified backup."""
    with members(file, secret) as found:
        for member in found:
            if _ROWS.fullmatch(member.name) or member.name == "manifest.json":
                return
            if member.name != "format.json":
                yield member


def rows(file: Path, secret: str) -> Iterator[tuple[str, bytes]]:
    """Yield the rows of a verified backup: the table, and a part of its COPY text."""
    with members(file, secret) as found:
        for member in found:
            if table := _ROWS.fullmatch(member.name):
                yield table[1], _unpacked(member, file)


def words_of(e: BaseException) -> str:
    """Return what an error of the system or the database says, in one line."""
    return (getattr(e, "strerror", None) or str(e).strip().splitlines()[0]) if str(e) else type(e).__name__


def sha256_of(body: IO[bytes]) -> str:
    """Return the hash of the rest of a file."""
    sha = hashlib.sha256()
    while data := body.read(1 << 20):
        sha.update(data)
    return sha.hexdigest()


class _Hashed(io.RawIOBase):
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sha = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.sha.update(data)
        return data


def _members(plain: BinaryIO, file: Path) -> Iterator[Member]:
    """Yield the members, refuse what no backup holds, and read on to the proved end."""
    try:
        with tarfile.open(fileobj=plain, mode="r|", bufsize=1 << 20) as tar:
            for i, entry in enumerate(tar):
                body = tar.extractfile(entry) if entry.isreg() else None
                if body is None or (i == 0) != (entry.name == "format.json"):
                    raise _damaged(file)
                if i == 0:
                    body = _of_our_format(body.read(), file)
                elif entry.name != "manifest.json" and not _is_ours(entry.name):
                    raise _damaged(file)
                yield Member(entry.name, entry.size, body)
    except tarfile.TarError as e:
        raise _damaged(file) from e
    while plain.read(1 << 20):
        pass


def _is_ours(name: str) -> bool:
    """Return whether a path is one that a backup writes: nothing else may come out of it."""
    return bool(
        _ROWS.fullmatch(name) or (_NAME.fullmatch(name) and name.startswith(tuple(f"{f}/" for f in FOLDERS)))
    )


def _of_our_format(body: bytes, file: Path) -> IO[bytes]:
    try:
        says = json.loads(body)
        number, version = int(says["format"]), str(says["version"])
    except (ValueError, KeyError, TypeError) as e:
        raise _damaged(file) from e
    if number != FORMAT:
        raise CannotDo(
            str(file), f"has format {number}, made by Twofront {version}; this one reads format {FORMAT}",
            f"restore it with Twofront {version}",
        )  # fmt: skip
    return io.BytesIO(body)


def _manifest(member: Member, file: Path) -> Manifest:
    try:
        return _MANIFEST.validate_json(member.body.read())
    except ValidationError as e:
        raise _damaged(file) from e


def _agree(seen: dict[str, Table], said: dict[str, Table]) -> bool:
    """Return whether the rows that were read are those of the manifest; a table without rows has no part."""
    nothing = Table(0, hashlib.sha256().hexdigest(), [])
    return seen.keys() <= said.keys() and all(seen.get(n, nothing)[:2] == t[:2] for n, t in said.items())


def _unpacked(member: Member, file: Path) -> bytes:
    unpack = zlib.decompressobj(31)
    try:
        text = unpack.decompress(member.body.read(), _LARGEST)
    except zlib.error as e:
        raise _damaged(file) from e
    if not unpack.eof or unpack.unused_data:
        raise _damaged(file)
    return text


def _damaged(file: Path) -> CannotDo:
    return CannotDo(str(file), "is damaged: it does not hold what it says", "give another backup")
