"""The county's database: PostgreSQL in the data folder under our own supervision, or a server that somebody else runs.

Who needs the database says `with cluster(folder) as urls:`. The first one in starts it, the last one out stops it, and
those between use what runs. DATABASE_URL with DATABASE_OWNER_URL switches the embedded server off wholly.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, TextIO
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from twofront.core.errors import CannotDo
from twofront.ground.folder import Folder
from twofront.ground.pgcluster import APP, DATABASE, OWNER, Cluster, Said, guard, rights, silent
from twofront.ground.pgprograms import OLDEST

_VACUUM_S = 30


class Urls(NamedTuple):
    """The two addresses of the database, as libpq reads them: the serving login's and the owner's."""

    app: str
    owner: str


def external() -> Urls | None:
    """Return the addresses of a server that somebody else runs, or None if the embedded one is meant.

    Raises:
        CannotDo: Only one of the two variables is set.
    """
    app, owner = os.environ.get("DATABASE_URL", ""), os.environ.get("DATABASE_OWNER_URL", "")
    if bool(app) != bool(owner):
        missing = "DATABASE_OWNER_URL" if app else "DATABASE_URL"
        raise CannotDo(
            missing, "not set, but its twin is", "set both: one login serves, the other owns and migrates"
        )
    return Urls(app=app, owner=owner) if app else None


def urls(folder: Folder) -> Urls:
    """Return the two addresses of the county's database, whether or not it runs.

    Raises:
        CannotDo: No cluster was made in this folder.
    """
    if (given := external()) is not None:
        return given
    if not folder.pg.exists():
        raise CannotDo(str(folder), "no database in it", f"make one with 'twofront init --data {folder}'")
    return Urls(app=_url(folder, APP, "app.password"), owner=_url(folder, OWNER, "owner.password"))


@contextlib.contextmanager
def cluster(folder: Folder, *, said: Said = silent) -> Iterator[Urls]:
    """Keep the database up as long as the block lasts; the last one out stops it.

    Raises:
        CannotDo: It does not start, or the server that somebody else runs does not answer or is too old.
    """
    if (given := external()) is not None:
        require_external(given)
        yield given
        return
    folder.make()
    server = Cluster(folder, said=said)
    with (folder.run / "database.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # before the start: whoever leaves now sees that somebody stays
        try:
            server.start()
            yield urls(folder)
        finally:
            with guard(folder):
                if _alone(users):
                    server.stop_now()
                users.close()


@contextlib.contextmanager
def served(folder: Folder, *, said: Said = silent) -> Iterator[Cluster | None]:
    """Keep the database up for a server: it stops with the block, whoever else still uses it.

    The block gets the cluster, to start it again should it die, or None where somebody else runs the server.
    """
    with cluster(folder, said=said):
        server = None if external() else Cluster(folder, said=said)
        try:
            yield server
        finally:
            if server is not None:
                server.stop()


def require_external(given: Urls) -> None:
    """Check a server that somebody else runs: both logins answer, it is new enough, and the serving login is bound.

    Raises:
        CannotDo: One of them does not hold.
    """
    for name, url in (("DATABASE_URL", given.app), ("DATABASE_OWNER_URL", given.owner)):
        try:
            with psycopg.connect(url, connect_timeout=10) as c:
                found = c.execute(
                    "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
                ).fetchone()
                version = c.info.server_version // 10000
        except psycopg.Error as e:
            raise CannotDo(
                name, str(e).strip().replace("\n", " "), "start that server, or correct the address"
            ) from e
        if version < OLDEST:
            raise CannotDo(name, f"PostgreSQL {version} is too old", f"use {OLDEST} or newer")
        if name == "DATABASE_URL" and found is not None and found[0]:
            raise CannotDo(
                name, "this login passes row security by", "give one that is NOSUPERUSER and NOBYPASSRLS"
            )


def make_template(given: Urls, name: str) -> None:
    """Copy the county's database under another name; whoever is connected to it is sent away first.

    An older copy of that name is replaced.
    """
    with _as_owner(given) as c:
        source, _ = _names(given)
        _insist(c, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        _send_away(c, source)
        _insist(
            c, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
        )


def restore_template(given: Urls, name: str, *, finish: Callable[[Urls], None] = lambda urls: None) -> None:
    """Put the county's database back to the copy of this name; whoever is connected is sent away.

    The new one is made whole beside the old one, and finished there, before that goes: nobody ever sees it unfinished, and a
    kill half-way is cured by calling it again.

    Args:
        given: The county's addresses.
        name: The copy, as `make_template` made it.
        finish: Called with the addresses of the new one before it takes the old one's place.
    """
    database, app = _names(given)
    fresh = f"{database}_fresh"
    with _as_owner(given) as c:
        _insist(c, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(fresh)))
        _send_away(c, name)
        _insist(
            c, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(fresh), sql.Identifier(name))
        )
        for statement in rights(fresh, c.info.user, app):
            c.execute(statement)
        finish(Urls(*(make_conninfo(url, dbname=fresh) for url in given)))
        _insist(c, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        _insist(
            c,
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(fresh), sql.Identifier(database)),
        )


def _names(given: Urls) -> tuple[str, str]:
    parts = conninfo_to_dict(given.app)
    return str(parts["dbname"]), str(parts["user"])


@contextlib.contextmanager
def _as_owner(given: Urls) -> Iterator[psycopg.Connection]:
    with contextlib.closing(psycopg.connect(given.owner, dbname="postgres", autocommit=True)) as c:
        yield c


def _send_away(c: psycopg.Connection, database: str) -> None:
    c.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        # A backend without a user is PostgreSQL's own; backend_type would say so too, but is hidden from an ordinary owner.
        " where datname = %s and pid <> pg_backend_pid() and usename is not null",
        [database],
    )


def _insist(c: psycopg.Connection, statement: sql.Composed) -> None:
    """Run a statement that a vacuum in the database can get in the way of; a vacuum of a small one is soon over."""
    until = time.monotonic() + _VACUUM_S
    while True:
        try:
            c.execute(statement)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def _url(folder: Folder, user: str, secret: str) -> str:
    password = quote(folder.secret(secret), safe="")
    return f"postgresql://{user}:{password}@/{DATABASE}?host={quote(str(folder.socket), safe='')}&port=5432"


def _alone(users: TextIO) -> bool:
    """Return whether nobody else uses the database; the caller holds the guard, so nobody can come in meanwhile."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
