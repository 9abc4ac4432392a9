"""Backup, restore and drill by commands alone: what comes back is what was, and what cannot come back leaves no trace."""

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from twofront.cli import main
from twofront.ground import postgres
from twofront.ground.folder import Folder
from twofront.ground.pgcluster import Cluster
from twofront.ground.sealing import new_key_file

pytestmark = (
    pytest.mark.slow
)  # every command is a process of its own, with a database that it starts and stops
ROOT = Path(__file__).parents[2]
TWOFRONT = [sys.executable, "-c", "import sys; from twofront.cli import main; sys.exit(main())"]
DAMAGED = 100  # places at which a backup is cut off, and at which a byte is changed
MAKE = """
import sys
from tests import conftest
from twofront.ground import postgres
from twofront.ground.folder import Folder
from twofront.server import county
folder = Folder(sys.argv[1])
with postgres.cluster(folder):
    conftest._found(folder, county)
    from django.db import connections
    from twofront.ground import audit
    audit.seal_all(folder.heads)
    connections.close_all()
"""
# What stands beside the rows: columns, walls, rights, triggers, keys, indexes, functions; two servers of one version agree.
CATALOGUE = """
select 'policy', tablename || '.' || policyname, cmd || coalesce(qual, '') || coalesce(with_check, '') from pg_policies
union all select 'wall', relname, concat(relrowsecurity, relforcerowsecurity, relowner::regrole, relacl)
  from pg_class where relnamespace = 'public'::regnamespace
union all select 'column', concat(relname, '.', attname), concat(format_type(atttypid, atttypmod), attnotnull, attidentity, attacl)
  from pg_attribute join pg_class c on c.oid = attrelid
  where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
union all select 'trigger', concat(tgrelid::regclass, '.', tgname), concat(tgenabled, pg_get_triggerdef(oid))
  from pg_trigger where not tgisinternal
union all select 'key', concat(conrelid::regclass, '.', conname), concat(convalidated, pg_get_constraintdef(oid))
  from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
union all select 'function', oid::regprocedure::text, concat(proacl, md5(prosrc)) from pg_proc
  where pronamespace = 'public'::regnamespace and prolang <> (select oid from pg_language where lanname = 'c')
order by 1, 2
"""


class Answer(dict[str, Any]):
    """What a command printed, with its exit code and its words on stderr."""

    code: int
    words: str


def run(*words: object, environment: dict[str, str] | None = None, **how: Any) -> Answer:
    """Run a command to its end."""
    env = {k: v for k, v in os.environ.items() if k != "TWOFRONT_DATA"} | (environment or {})
    done = subprocess.run(
        [*TWOFRONT, *map(str, words)], capture_output=True, text=True, check=False, env=env, **how
    )
    answer = Answer(json.loads(done.stdout) if done.stdout else {})
    answer.code, answer.words = done.returncode, done.stderr
    return answer


def refused(*words: object, environment: dict[str, str] | None = None, **how: Any) -> str:
    """Run a command that cannot, and return its one line: exit 2, nothing on stdout, no traceback."""
    answer = run(*words, environment=environment, **how)
    assert (answer.code, dict(answer)) == (2, {}), answer.words
    assert len(answer.words.splitlines()) == 1 and answer.words.startswith("twofront: "), answer.words
    return answer.words


def make(data: Path) -> None:
    """Make the small county in a data folder, its events sealed, its database down again."""
    subprocess.run([sys.executable, "-c", MAKE, str(data)], cwd=ROOT, check=True)


def state(place: Path) -> Any:
    """Return all that lies in a place, to the byte, with modes and times."""
    if not place.exists():
        return None
    return sorted(
        (
            str(p.relative_to(place)),
            p.stat().st_mode,
            p.stat().st_mtime_ns,
            p.read_bytes() if p.is_file() else b"",
        )
        for p in (place, *place.rglob("*"))
    )


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A folder for counties, which the database's own user can enter."""
    made = Path(tempfile.mkdtemp(prefix="twofront-backup-"))
    made.chmod(0o711)
    yield made
    for place in made.iterdir():
        if place.is_dir():
            with contextlib.suppress(Exception):
                Cluster(Folder(place)).stop()
            Folder(place).remove()
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def county(root: Path) -> Path:
    """The small county in a data folder of its own; nobody serves it."""
    make(root / "county")
    return root / "county"


@pytest.fixture(scope="module")
def key(county: Path) -> Path:
    """The key that opens its backups, carried away as it should be."""
    return (county / "backup.key").rename(county.parent / "carried-away.key")


@pytest.fixture(scope="module")
def backup(root: Path, county: Path) -> Path:
    """A backup of it, made when somebody was signed in."""
    with postgres.cluster(Folder(county)) as urls, psycopg.connect(urls.app) as c:
        c.execute("insert into django_session values ('演练-key', 'body', now() + interval '1 day')")
    made = run("backup", "create", root / "a.backup", "--data", county)
    assert made.code == 0 and made.keys() >= {"rows", "files", "head", "hash"}, made.words
    return root / "a.backup"


@pytest.fixture(scope="module")
def restored(root: Path, backup: Path, key: Path) -> Path:
    """The county restored into a second folder beside the first."""
    done = run("restore", backup, "--key", key, "--data", root / "again")
    assert done.code == 0, done.words
    return root / "again"


@pytest.fixture(scope="module")
def working(root: Path, backup: Path, key: Path) -> Path:
    """Another copy, in which tests may work: the two others stay as they were at the backup."""
    assert run("restore", backup, "--key", key, "--data", root / "working").code == 0
    return root / "working"


@contextlib.contextmanager
def superuser(data: Path) -> Iterator[psycopg.Connection]:
    """The database of a folder in the hands of its superuser, whom no wall binds."""
    folder = Folder(data)
    with postgres.cluster(folder) as urls:
        password = folder.secret("postgres.password")
        with psycopg.connect(urls.owner, user="postgres", password=password) as c:
            yield c


def tables(c: psycopg.Connection) -> list[str]:
    """Return every table."""
    found = c.execute(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    return sorted(name for (name,) in found)


def contents(c: psycopg.Connection) -> dict[str, Any]:
    """Return the number and the hash of all rows of each table, whatever the walls say; of sessions nothing."""
    return {
        t: c.execute(
            f"select count(*), md5(string_agg(t::text, e'\\n' order by t::text)) from \"{t}\" t"
        ).fetchone()
        for t in tables(c)
        if t != "django_session"
    }


def test_what_comes_back_is_what_was(county: Path, restored: Path, backup: Path, key: Path) -> None:
    """Every row as its superuser sees it, every wall, right, trigger, key and index; sessions are gone.

    But for the one act that the backup itself was, which is younger than its rows.
    """
    with superuser(county) as c:
        before, walls = contents(c), c.execute(CATALOGUE).fetchall()
        assert c.execute("select count(*) from django_session").fetchone() == (1,)
        (taken,) = c.execute("select count(*) from ground_event where verb = 'backup.taken'").fetchone() or ()
    with superuser(restored) as c:
        after, walls_after = contents(c), c.execute(CATALOGUE).fetchall()
        assert c.execute("select count(*) from django_session").fetchone() == (0,)

    younger = {"ground_act", "ground_event", "ground_seal"}
    assert {t: n for t, n in after.items() if t not in younger} == {
        t: n for t, n in before.items() if t not in younger
    }
    assert taken == 1 and all(after[t][0] == before[t][0] - 1 for t in younger)
    assert sum(n for n, _ in after.values()) == run("backup", "verify", backup, "--key", key)["rows"]
    assert walls_after == walls
    assert {kind for kind, *_ in walls} == {
        "policy", "wall", "column", "trigger", "key", "index", "function",
    }  # fmt: skip


def test_new_numbers_go_on_where_the_old_ones_ended(restored: Path) -> None:
    """Each sequence of a column is at or beyond the column's largest number."""
    with superuser(restored) as c:
        owned = c.execute(
            "select s.relname, t.relname, attname from pg_class s join pg_depend d on d.objid = s.oid and deptype in ('a', 'i')"
            " join pg_class t on t.oid = refobjid join pg_attribute on attrelid = t.oid and attnum = refobjsubid"
            " where s.relkind = 'S'"
        ).fetchall()
        for sequence, table, column in owned:
            largest = c.execute(f'select coalesce(max("{column}"), 0) from "{table}"').fetchone() or (0,)
            last = c.execute(
                f'select case when is_called then last_value else 0 end from "{sequence}"'
            ).fetchone()
            assert last is not None and last[0] >= largest[0], sequence
    assert len(owned) > 20


def test_the_serving_login_sees_and_changes_nothing_without_a_scope(restored: Path) -> None:
    """The wall stands again: no row without a scope, no edit of a fact, no write without an act."""
    with postgres.cluster(Folder(restored)) as urls:
        for table in ("register_enterpriserecord", "enterprises_report", "ground_event"):
            with psycopg.connect(urls.app) as c:
                assert c.execute(f"select count(*) from {table}").fetchone() == (0,)
        for statement in (
            "delete from ground_event",
            "update ground_seal set hash = ''",
            "truncate ground_act",
        ):
            with psycopg.connect(urls.app) as c, pytest.raises(psycopg.errors.InsufficientPrivilege):
                c.execute(statement)
        with psycopg.connect(urls.owner) as c, pytest.raises(psycopg.Error, match="without an open act"):
            c.execute("delete from ground_event")


def test_the_audit_of_the_restored_county_verifies(restored: Path, county: Path) -> None:
    """The chain holds beside the heads that came with it, and is the beginning of that of the county that went on."""
    own = run("audit", "verify", "--data", restored, "--heads", restored / "heads" / "heads.jsonl")
    other = run("audit", "verify", "--data", county, "--heads", restored / "heads" / "heads.jsonl")

    assert (own.code, own["first_broken"], own["unsealed"]) == (0, None, 0)
    assert other.code == 0 and own["events"] > 10


def test_the_board_of_the_restored_county_is_the_same_to_the_byte(county: Path, restored: Path) -> None:
    """At a clock that stands."""
    for words in ((), ("--township", "330783001")):
        printed = [
            subprocess.run(
                [*TWOFRONT, "board", "export", "--data", str(data), "--on", "2020-02-18", *words],
                capture_output=True, check=True,
            ).stdout
            for data in (county, restored)
        ]  # fmt: skip
        assert printed[0] == printed[1] and len(printed[0]) > 1000


def test_every_file_comes_back_and_no_secret_that_is_not_its_own(county: Path, restored: Path) -> None:
    """Lake, inbox, the key of sessions; private. The database's passwords are new, and the key that opens is not there."""
    for part in ("lake", "inbox"):
        assert {p.relative_to(county): p.read_bytes() for p in (county / part).rglob("*.*")} == {
            p.relative_to(restored): p.read_bytes() for p in (restored / part).rglob("*.*")
        }
    assert list((restored / "lake").rglob("*.parquet"))
    assert (restored / "secrets/django").read_bytes() == (county / "secrets/django").read_bytes()
    for name in ("owner.password", "app.password", "postgres.password"):
        assert (restored / "secrets" / name).read_bytes() != (county / "secrets" / name).read_bytes()
    assert all(p.stat().st_mode & 0o077 == 0 for p in (restored / "secrets").iterdir())
    assert not (restored / "backup.key").exists() and not (restored / "restoring").exists()


def test_the_file_holds_no_key_and_no_name_in_the_clear(
    backup: Path, key: Path, county: Path, working: Path
) -> None:
    """Sealed; and the restored county, which has no key, seals its own backups for the same one."""
    body = backup.read_bytes()
    assert (county / "secrets" / "django").read_bytes().strip() not in body
    assert "示例厂".encode() not in body and b"ground_event" not in body
    assert backup.stat().st_mode & 0o077 == 0

    second = backup.with_name("second.backup")
    assert run("backup", "create", second, "--data", working).code == 0
    assert run("backup", "verify", second, "--key", key).code == 0


def test_a_file_that_is_there_is_never_written_over(backup: Path, county: Path, tmp_path: Path) -> None:
    """Neither is a folder that is not there made up."""
    before = backup.read_bytes()
    assert "is there already" in refused("backup", "create", backup, "--data", county)
    assert "No such file" in refused("backup", "create", tmp_path / "no" / "a.backup", "--data", county)
    assert backup.read_bytes() == before


def _damages(body: bytes) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(7)
    for _ in range(DAMAGED):
        at = chance.randrange(len(body))
        yield f"cut off at {at}", body[:at]
    for _ in range(DAMAGED):
        at, other = chance.randrange(len(body)), chance.randrange(1, 256)
        yield f"byte {at}", body[:at] + bytes([body[at] ^ other]) + body[at + 1 :]
    yield "longer", body + b"\0"
    yield "no backup", b"PK\3\4" + body


@pytest.mark.parametrize("verb", ["verify", "restore"])
def test_a_damaged_backup_is_refused_and_the_place_stays_as_it_was(
    verb: str, backup: Path, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cut off at 100 places, a byte changed at 100, one too long, another file: exit 2, one line; nothing was touched."""
    file, target = tmp_path / "damaged", tmp_path / "place"
    target.mkdir()
    before = state(tmp_path / "place")
    words = ["backup", "verify"] if verb == "verify" else ["restore", "--data", str(target)]
    for what, body in _damages(backup.read_bytes()):
        file.write_bytes(body)

        code = main([*words, str(file), "--key", str(key)])

        out, err = capsys.readouterr()
        assert (code, out, len(err.splitlines())) == (2, "", 1), what
        assert err.startswith(f"twofront: {file}: "), err
        assert state(target) == before, what


def test_another_key_no_key_and_no_file_are_refused(backup: Path, root: Path, tmp_path: Path) -> None:
    """An absent place stays absent."""
    other = tmp_path / "other"
    (tmp_path / "other.key").write_text(new_key_file(), "utf-8")
    assert "another key" in refused("restore", backup, "--key", tmp_path / "other.key", "--data", other)
    assert "holds no key" in refused("restore", backup, "--key", ROOT / "README.md", "--data", other)
    assert "No such file" in refused("restore", backup, "--key", tmp_path / "none", "--data", other)
    assert "No such file" in refused(
        "restore", tmp_path / "none", "--key", root / "carried-away.key", "--data", other
    )
    assert not other.exists()


@pytest.mark.parametrize("holds", ["a file", "a county", "a folder that runs"])
def test_a_place_that_is_not_empty_stays_as_it_was(
    holds: str, backup: Path, key: Path, county: Path, tmp_path: Path
) -> None:
    """To the byte, its times too."""
    target = county if holds == "a county" else tmp_path / "place"
    (target / "run").mkdir(parents=True, exist_ok=True)
    if holds == "a file":
        (target / "notes.txt").write_text("演练", "utf-8")
    before = state(target)

    assert "is not empty" in refused("restore", backup, "--key", key, "--data", target)
    assert state(target) == before


def test_a_restore_that_runs_out_of_space_leaves_an_empty_place(backup: Path, key: Path, root: Path) -> None:
    """A limit on the size of files stands for a full disk, at three sizes: in the files, in the database, in its log."""
    import resource

    for size in (1_000, 200_000, 8_000_000):
        target = root / f"full-{size}"
        target.mkdir(mode=0o711)
        refused(
            "restore", backup, "--key", key, "--data", target,
            preexec_fn=lambda size=size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        )  # fmt: skip
        assert list(target.iterdir()) == [] and target.stat().st_mode & 0o777 == 0o711


def test_a_killed_restore_is_taken_over_by_the_next(backup: Path, key: Path, root: Path) -> None:
    """Kill -9 at moments of its way: the place is absent, empty or marked; no command takes it for a county; the next does it."""
    target = root / "killed"
    hashes = json.loads(json.dumps(run("backup", "verify", backup, "--key", key)))
    marks: list[Callable[[], bool]] = [
        (target / "restoring").exists,
        (target / "secrets" / "postgres.password").exists,
        (target / "pg" / "PG_VERSION").exists,
        lambda: any((target / "lake").rglob("*.parquet")),
        (target / "secrets" / "django").exists,
    ]
    for is_there in marks:
        process = subprocess.Popen(
            [*TWOFRONT, "restore", str(backup), "--key", str(key), "--data", str(target)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 60
        while not is_there() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(random.Random(str(is_there)).random() / 2)
        assert process.poll() is None, "it was over before it was killed"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (target / "restoring").is_file() and not (target / "county.json").exists()
        assert "no county" in refused("board", "export", "--data", target, "--on", "2020-02-18")
    (target / "inbox" / "of-another-backup.csv").write_text("演练", "utf-8")

    done = run("restore", backup, "--key", key, "--data", target)

    assert done.code == 0, done.words
    assert done == hashes | {"file": str(backup)}
    assert run("audit", "verify", "--data", target).code == 0


def test_a_backup_that_is_killed_leaves_no_file_of_its_name(working: Path, key: Path, tmp_path: Path) -> None:
    """And the next one of the same name is whole."""
    file = tmp_path / "b.backup"
    process = subprocess.Popen(
        [*TWOFRONT, "backup", "create", str(file), "--data", str(working)], stdout=subprocess.DEVNULL
    )
    while not list(tmp_path.glob(".b.backup*")) and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not file.exists()

    assert run("backup", "create", file, "--data", working).code == 0
    assert run("backup", "verify", file, "--key", key).code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["b.backup"]


@contextlib.contextmanager
def served(data: Path) -> Iterator[str]:
    """Serve a county; the block gets its address."""
    with subprocess.Popen(
        [*TWOFRONT, "serve", "--data", str(data), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()
            assert process.wait(30) == 0


def ask(url: str, **headers: str) -> tuple[int, bytes]:
    """Ask an address."""
    request = urllib.request.Request(url, headers=headers)
    with contextlib.closing(
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)
    ) as answer:
        return answer.status, answer.read()


def test_while_the_county_works_a_backup_holds_whole_acts(
    working: Path, key: Path, root: Path, tmp_path: Path
) -> None:
    """Three backups beside a server and a hand that loads: each has every load wholly or not, and its audit verifies.

    A drill beside them, with the key that was carried away, answers all it is asked, and its date stands in /healthz. The
    operator's token opens the restored county.
    """
    token = run("account", "token", "operator", "--data", working)["token"]
    rows = "date,village,dwellings,done\n" + "".join(
        f"2020-02-18,33078300100{v},1000,{{n}}\n" for v in (1, 2, 3)
    )
    with served(working) as url:
        assert json.loads(ask(f"{url}/healthz")[1])["last_drill"] is None
        hand = subprocess.Popen([sys.executable, "-c", _HAND, str(working), rows, str(tmp_path)], cwd=ROOT)
        files = [root / f"busy-{i}.backup" for i in range(3)]
        made = [run("backup", "create", file, "--data", working) for file in files]
        assert [m.code for m in made] == [0] * 3, [m.words for m in made]
        assert "--key" in refused("drill", "--data", working)
        drilled = run("drill", "--data", working, "--key", key)
        hand.terminate()
        hand.wait()
        health = json.loads(ask(f"{url}/healthz")[1])
        drill = json.loads((working / "drill.json").read_text("utf-8"))
        nine_days = datetime.fromisoformat(drill["at"]) - timedelta(days=9)
        (working / "drill.json").write_text(json.dumps(drill | {"at": nine_days.isoformat()}), "utf-8")
        assert json.loads(ask(f"{url}/healthz")[1])["status"] == "degraded"

    assert (drilled.code, set(drilled)) == (0, {"rows", "seconds", "hashes_equal", "head_equal", "smoke"})
    assert (drilled["hashes_equal"], drilled["head_equal"], drilled["smoke"]) == (True, True, 20)
    assert health["last_drill"].endswith("+08:00") and health["status"] == "ok"
    assert not (working / "run" / "drill").exists()
    assert made[0]["rows"] < made[-1]["rows"], "nothing was loaded meanwhile"
    target = root / "busy"
    assert run("restore", files[-1], "--key", key, "--data", target).code == 0
    assert run("audit", "verify", "--data", target, "--heads", target / "heads/heads.jsonl").code == 0
    with superuser(target) as c:
        loads = c.execute(
            "select count(*), sum(accepted) from ground_import where kind = 'coverage'"
        ).fetchone()
        kept = c.execute("select count(*) from campaigns_coverage").fetchone()
        listed = c.execute("select path, sha256 from ground_lakefile").fetchall()
    assert loads is not None and kept is not None and kept[0] == loads[1] and loads[0] > 2
    for path, sha256 in listed:
        assert hashlib.sha256((target / "lake" / path).read_bytes()).hexdigest() == sha256
    with served(target) as url:
        assert ask(f"{url}/api/v1/board", Authorization=f"Bearer {token}")[0] == 200


_HAND = """
import subprocess, sys
from pathlib import Path
data, rows, place = sys.argv[1:]
for n in range(1, 900):
    file = Path(place) / f"{n}.csv"
    file.write_text(rows.format(n=n), "utf-8")
    subprocess.run([sys.executable, "-c", "import sys; from twofront.cli import main; sys.exit(main())",
        "load", "coverage", str(file), "--data", data], stdout=subprocess.DEVNULL)
"""
