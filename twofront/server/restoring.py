"""Bringing a county back from its backup, into an empty place: whole, or as if nobody had tried.

Order: the file is read to its end and proved, then the place is claimed, the files are written, the tables and their
rows come in one transaction, what came is measured and compared, and `county.json` is written last. A killed restore
leaves a folder that says so by its mark; the next restore begins there anew.
"""

import contextlib
import dataclasses
import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from twofront.core.errors import CannotDo
from twofront.ground import archive, backup, postgres, sealing
from twofront.ground.archive import Manifest
from twofront.ground.folder import Folder, synced, write_private
from twofront.ground.pgcluster import Cluster
from twofront.ground.postgres import Urls
from twofront.server import county, tables


@dataclass(frozen=True, slots=True)
class Proved:
    """What a backup holds, or a county that came from one: the answer of `backup create`, `backup verify`, `restore`."""

    file: str
    version: str
    at: str
    rows: int
    files: int
    events: int
    head: str
    hash: str


def proved(file: Path, manifest: Manifest) -> Proved:
    """Return the answer about a backup."""
    return Proved(
        file=str(file), version=manifest.version, at=manifest.at, rows=manifest.rows, files=len(manifest.files),
        events=manifest.events, head=manifest.head, hash=manifest.hash,
    )  # fmt: skip


def verify(file: Path, key: Path) -> Manifest:
    """Prove a backup, and that this program knows its tables.

    Raises:
        CannotDo: It is damaged, sealed for another key, or made by a newer program.
    """
    manifest = archive.verify(file, sealing.secret_in(key))
    newer = set(manifest.migrations) - tables.wanted()
    if newer:
        app, name = min(newer)
        raise CannotDo(
            str(file),
            f"made by Twofront {manifest.version}, whose tables this one does not know ({app} {name})",
            "restore it with that version or a newer one",
        )
    return manifest


def restore(file: Path, key: Path, folder: Folder, *, said: Callable[[str], Any]) -> Proved:
    """Bring a county back into an empty folder, and return what was found there afterwards.

    Raises:
        CannotDo: The backup is refused or the place is not empty: nothing was touched. Or it failed: the place is empty again.
    """
    said("proving the backup")
    manifest, secret = verify(file, key), sealing.secret_in(key)
    with _claimed(folder), folder.held(), postgres.cluster(folder, said=said) as urls:
        try:
            found = _filled(file, secret, manifest, folder, urls, said=said)
            tables.bring_up_to_date(folder, urls)
            write_private(folder.county_json, json.dumps(manifest.county, ensure_ascii=False) + "\n")
            synced(folder.root)
        except (OSError, psycopg.Error) as e:
            raise CannotDo(
                str(folder), archive.words_of(e), "free space may be missing; it is empty again"
            ) from e
    folder.restoring.unlink(missing_ok=True)
    return proved(file, found)


def _filled(
    file: Path, secret: str, manifest: Manifest, folder: Folder, urls: Urls, *, said: Callable[[str], Any]
) -> Manifest:
    """Fill a claimed folder from a verified backup, and return what was found in it afterwards."""
    said("writing the files")
    backup.unpack_files(file, secret, folder)
    county.set_up(folder)
    from django.db import Error  # noqa: PLC0415 - Django is up only now

    said("making the tables")
    try:
        tables.make(manifest.migrations)
    except Error as e:
        raise CannotDo(str(file), archive.words_of(e), "give the owner's login its rights") from e
    with psycopg.connect(urls.owner) as c:
        said("writing the rows")
        backup.load_rows(file, secret, manifest, c)
        said("comparing")
        found = dataclasses.replace(backup.measure(folder, c), version=manifest.version, at=manifest.at)
        if found.hash != manifest.hash:
            raise CannotDo(str(file), _difference(manifest, found), "report it with this line")
    return found


def _difference(manifest: Manifest, found: Manifest) -> str:
    """Say what is not as it was."""
    for what, before, after in (
        ("table", manifest.tables, found.tables),
        ("file", manifest.files, found.files),
    ):
        for name in sorted({**before, **after}):
            if before.get(name) != after.get(name):
                return f"{what} {name} is not as it was"
    return "what came is not as it was"


@contextlib.contextmanager
def _claimed(folder: Folder) -> Iterator[None]:
    """Take an empty place, or one that a killed restore left; if the block fails, leave it empty again.

    Raises:
        CannotDo: The folder or the database is not empty, or another restore works there.
    """
    is_ours = folder.restoring.is_file() and not folder.county_json.exists()
    if not is_ours and not folder.is_empty():
        raise CannotDo(str(folder), "is not empty", "give an empty or absent folder")
    if is_ours and folder.holder() is not None:
        raise CannotDo(str(folder), f"in use by process {folder.holder()}", "wait for its end")
    was_there = folder.root.exists() and not is_ours
    mode = folder.root.stat().st_mode if was_there else 0
    _require_empty_database(is_ours=is_ours)
    if is_ours:
        _clear(folder)
    try:
        folder.make_root()
        folder.restoring.touch(mode=0o600)
        yield
    except BaseException:
        _clear(folder)
        if was_there:
            folder.root.chmod(stat.S_IMODE(mode))
        else:
            folder.root.rmdir()
        raise


def _clear(folder: Folder) -> None:
    """Take away what a restore made, its mark last; the folder itself stays."""
    if (given := postgres.external()) is not None:
        with psycopg.connect(given.owner) as c:
            backup.empty(c)
    elif folder.run.is_dir():
        Cluster(folder).stop()
    folder.clear(but=folder.restoring)
    folder.restoring.unlink(missing_ok=True)


def _require_empty_database(*, is_ours: bool) -> None:
    """Refuse a server that somebody else runs, if its database holds tables that no restore has left there."""
    given = postgres.external()
    if given is None:
        return
    postgres.require_external(given)
    with psycopg.connect(given.owner) as c:
        if not is_ours and not backup.is_empty(c):
            raise CannotDo("DATABASE_URL", "its database is not empty", "give one without tables")
