"""A county into one sealed file and out of it again; the file itself is `archive`'s.

One law: what is kept is the county at one moment. Its rows are read in one snapshot while everybody works on; files never
change, so those that the snapshot names are as they were; the heads are read before it, and so are never newer.

No table is named here: what the owner's catalogue lists is kept. The tables themselves are not in the file: the
migrations that its manifest names make them, so that a backup fits any server and any names of logins. Not kept:
sessions, the passwords of the database, the key that opens backups.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

from twofront import __version__
from twofront.core.errors import CannotDo
from twofront.ground import archive, sealing
from twofront.ground.archive import Kept, Manifest, Table
from twofront.ground.folder import Folder, synced, write_private

_PART = 4 << 20
_LEFT_OUT = re.compile(r"secrets/.*\.password|exercise/lake\.beginning/.*|(.*/)?\..*|.*\.part\d*")
_WITHOUT_ROWS = ("django_session",)
# Whatever the server's own settings are, the same rows are the same text; and row security shows the owner all rows.
_SESSION = {
    "datestyle": "ISO, YMD", "intervalstyle": "postgres", "timezone": "UTC", "extra_float_digits": "1",
    "bytea_output": "hex", "client_encoding": "UTF8", "search_path": "public",
    "twofront.read_any": "1", "twofront.read_all": "1",
}  # fmt: skip


def create(folder: Folder, owner: str, out: Path, *, at: str, said: Callable[[str], object]) -> Manifest:
    """Write a backup of a county whose database is up, at work or not; whole or not at all.

    Args:
        folder: The data folder; its `secrets/backup.pub` is whom the backup is sealed for.
        owner: The address of the owner's login.
        out: The new file.
        at: The moment that the manifest is to name.
        said: Told how far it is.

    Raises:
        CannotDo: The file is there already or cannot be written, or something of the county is missing.
    """
    if out.exists():
        raise CannotDo(str(out), "is there already", "give a new name")
    part = out.with_name(f".{out.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # what a killed command left is written over
            file.truncate(0)
            with sealing.Sealer(file, public_key(folder)) as sealed:
                manifest = _write(folder, owner, sealed, at=at, said=said)
            file.flush()
            synced(part)
            part.rename(out)
        synced(out.parent)
    except BlockingIOError as e:
        raise CannotDo(
            str(out), "is being written by another command", "wait for it, or give a new name"
        ) from e
    except (OSError, psycopg.Error) as e:
        part.unlink(missing_ok=True)
        raise CannotDo(
            str(out), archive.words_of(e), "free space, or look at the database, and try again"
        ) from e
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return manifest


def public_key(folder: Folder) -> str:
    """Return the key that a county's backups are sealed for; an older county gets its pair now."""
    public = folder.secrets / "backup.pub"
    if not public.exists():
        make_keys(folder)
    return public.read_text("utf-8").strip()


def make_keys(folder: Folder) -> None:
    """Make the pair of keys: `DIR/backup.key` opens backups and is to be kept elsewhere, `secrets/backup.pub` seals them.

    A key that lies there already stays: older backups are sealed for it.
    """
    if not folder.backup_key.exists():
        write_private(folder.backup_key, sealing.new_key_file())
    public = sealing.public_of(sealing.secret_in(folder.backup_key))
    write_private(folder.secrets / "backup.pub", f"{public}\n")


def unpack_files(file: Path, secret: str, folder: Folder) -> None:
    """Write the files of a verified backup into a data folder, each forced to the disk."""
    written: set[Path] = set()
    for member in archive.files(file, secret):
        path = folder.root / member.name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, member.body)
        written.update(path.relative_to(folder.root).parents)
    for place in written:
        synced(folder.root / place)


def load_rows(file: Path, secret: str, manifest: Manifest, c: psycopg.Connection) -> None:
    """Put the rows of a verified backup into tables that its migrations have made, in the owner's open transaction.

    The walls stand aside for that transaction only: no trigger notes an act, and the owner passes row security by. Keys
    between tables are taken off and put on again at its end, which checks every row.
    """
    _settle(c)
    for aside, _ in (walls := _walls(c)):
        c.execute(aside)
    tables = sql.SQL(", ").join(map(sql.Identifier, manifest.tables))
    c.execute(sql.SQL("truncate {}").format(tables))
    for table, text in archive.rows(file, secret):
        columns = sql.SQL(", ").join(map(sql.Identifier, manifest.tables[table].columns))
        statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), columns)
        with c.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(text)
    for name, (last, is_called) in manifest.sequences.items():
        c.execute("select setval(%s::regclass, %s, %s)", [f'public."{name}"', last, is_called])
    for _, again in walls:
        c.execute(again)


def measure(folder: Folder, c: psycopg.Connection) -> Manifest:
    """Return what a county holds, as `create` would write it: for the comparison after a restore."""
    _settle(c)
    manifest = _begun(folder, c, at="")
    for name, path in _files(folder, c):
        with path.open("rb") as f:
            manifest.files[name] = Kept(path.stat().st_size, archive.sha256_of(f))
    for name in _tables(c):
        manifest.tables[name] = _read(c, name, lambda part: None)
    return manifest


def is_empty(c: psycopg.Connection) -> bool:
    """Return whether a database holds no table of anybody's."""
    found = c.execute(
        "select 1 from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')"
    )
    return found.fetchone() is None


def empty(c: psycopg.Connection) -> None:
    """Take what a restore made out of a database again: tables, functions and types that belong to no extension."""
    for kind, source in (
        ("table", "select oid::regclass::text, oid, 'pg_class' from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"),
        ("routine", "select oid::regprocedure::text, oid, 'pg_proc' from pg_proc where pronamespace = 'public'::regnamespace"),
        ("type", "select oid::regtype::text, oid, 'pg_type' from pg_type where typtype in ('e', 'c') and typnamespace = 'public'::regnamespace"),
    ):  # fmt: skip
        rows = c.execute(
            f"select name from ({source}) as found (name, oid, class) where not exists"  # noqa: S608 - our own words
            " (select 1 from pg_depend d where d.objid = found.oid and d.classid = found.class::regclass and d.deptype = 'e')"
        ).fetchall()
        for (name,) in rows:
            c.execute(sql.SQL("drop {} if exists {} cascade").format(sql.SQL(kind), sql.SQL(name)))


def _write(
    folder: Folder, owner: str, sealed: sealing.Sealer, *, at: str, said: Callable[[str], object]
) -> Manifest:
    heads = {name: path.read_bytes() for name, path in _kept(folder, "heads")}  # never newer than the rows
    with psycopg.connect(owner) as c:
        c.isolation_level, c.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        _settle(c)
        manifest, writer = _begun(folder, c, at=at), archive.Writer(sealed)
        said("keeping the files")
        for name, path in _files(folder, c):
            manifest.files[name] = writer.file(name, path, heads.get(name))
        for name in _tables(c):
            said(f"keeping {name}")
            manifest.tables[name] = _read(c, name, partial(writer.part, name))
        manifest.sequences = dict(_sequences(c))
        writer.finish(manifest)
    return manifest


def _settle(c: psycopg.Connection) -> None:
    """Fix for the transaction what the text of a row depends on, and that the owner sees every row."""
    for name, value in _SESSION.items():
        c.execute("select set_config(%s, %s, true)", [name, value])


def _begun(folder: Folder, c: psycopg.Connection, *, at: str) -> Manifest:
    (events,) = c.execute("select count(*) from ground_event").fetchone() or (0,)
    head = c.execute("select hash from ground_seal order by seq desc limit 1").fetchone()
    return Manifest(
        version=__version__,
        at=at,
        migrations=c.execute("select app, name from django_migrations order by 1, 2").fetchall(),
        county=json.loads(folder.county_json.read_text("utf-8")) if folder.county_json.exists() else {},
        events=events,
        head=head[0] if head else "0" * 64,
    )


def _tables(c: psycopg.Connection) -> list[str]:
    found = c.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1"
    ).fetchall()
    return [name for (name,) in found if name not in _WITHOUT_ROWS]


def _walls(c: psycopg.Connection) -> list[tuple[bytes, bytes]]:
    """Return the statements by which row security, triggers and keys between tables stand aside, and stand again."""
    found = c.execute(
        """
        select 1, format('alter table %s disable trigger user', r), format('alter table %s enable trigger user', r)
          from (select distinct tgrelid::regclass from pg_trigger where not tgisinternal) as t (r)
        union all
        select 2, format('alter table %s no force row level security', r), format('alter table %s force row level security', r)
          from (select oid::regclass from pg_class where relforcerowsecurity) as f (r)
        union all
        select 3, format('alter table %s drop constraint %I', conrelid::regclass, conname),
               format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
          from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
        order by 1 desc
        """
    )
    return [(aside.encode(), again.encode()) for _, aside, again in found]


def _sequences(c: psycopg.Connection) -> Iterator[tuple[str, tuple[int, bool]]]:
    """Read what each sequence gave last; no transaction holds them, so they are read after the rows."""
    named = c.execute(
        "select sequencename from pg_sequences where schemaname = 'public' order by 1"
    ).fetchall()
    for (name,) in named:
        found = c.execute(
            sql.SQL("select last_value, is_called from {}").format(sql.Identifier(name))
        ).fetchone()
        if found is not None:
            yield name, found


def _read(c: psycopg.Connection, table: str, part: Callable[[bytes], None]) -> Table:
    """Read all rows of a table in parts, and return what they are."""
    columns = [
        name
        for (name,) in c.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
            " and attgenerated = '' order by attname",
            [f'public."{table}"'],
        )
    ]
    key = c.execute(
        "select attname from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)"
        " where indrelid = %s::regclass and indisprimary order by array_position(indkey::int[], attnum::int)",
        [f'public."{table}"'],
    ).fetchall()
    order: list[sql.Composable] = [sql.Identifier(name) for (name,) in key] or [sql.SQL("t::text")]
    statement = sql.SQL("copy (select {} from {} t order by {}) to stdout").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table), sql.SQL(", ").join(order)
    )
    sha, rows, held = hashlib.sha256(), 0, bytearray()
    with c.cursor() as cursor, cursor.copy(statement) as copy:
        for row in copy:
            rows += 1
            held += row
            if len(held) >= _PART:
                sha.update(held)
                part(bytes(held))
                held.clear()
    if held:
        sha.update(held)
        part(bytes(held))
    return Table(rows, sha.hexdigest(), columns)


def _files(folder: Folder, c: psycopg.Connection) -> Iterator[tuple[str, Path]]:
    """Yield what is kept of the folder: the lake by its manifest, and what lies in the other parts."""
    for (path,) in c.execute("select path from ground_lakefile order by 1").fetchall():
        yield f"lake/{path}", folder.lake / path
    for part in archive.FOLDERS[1:]:
        yield from _kept(folder, part)


def _kept(folder: Folder, part: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((folder.root / part).rglob("*")):
        name = path.relative_to(folder.root).as_posix()
        if path.is_file() and not path.is_symlink() and not _LEFT_OUT.fullmatch(name):
            yield name, path
