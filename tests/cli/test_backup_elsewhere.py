"""A backup in other places: a server that somebody else runs, an ordinary user, another release."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.test_backup import (
    CATALOGUE,
    ROOT,
    TWOFRONT,
    contents,
    make,
    refused,
    root,
    run,
    served,
    superuser,
)  # fmt: skip
from twofront.ground import postgres
from twofront.ground.folder import Folder
from twofront.ground.pgcluster import Cluster

pytestmark = (
    pytest.mark.slow
)  # every command is a process of its own, with a database that it starts and stops
__all__ = ["root"]
RELEASES = ROOT / "tests" / "releases"
SYSTEMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
ADDED = """
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [("ground", "0001_initial")]
    operations = [migrations.RunSQL("alter table ground_import add column next text; update django_session set session_data = ''")]
"""
FAILING = """
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [("ground", "0002_added")]
    operations = [migrations.RunSQL("drop table campaigns_coverage cascade; select 1 / 0")]
"""


@pytest.fixture(scope="module")
def elsewhere(root: Path) -> Iterator[dict[str, str]]:
    """A server of somebody else's, Debian's if there is one, as docs/operations.md has it; the two addresses."""
    folder = Folder(root / "elsewhere")
    before = os.environ.get("TWOFRONT_PG_BIN")
    if SYSTEMS and before is None:
        os.environ["TWOFRONT_PG_BIN"] = str(SYSTEMS[-1])
    try:
        with postgres.cluster(folder) as urls:
            os.environ.pop("TWOFRONT_PG_BIN", None)
            yield {"DATABASE_URL": urls.app, "DATABASE_OWNER_URL": urls.owner}
    finally:
        os.environ.pop("TWOFRONT_PG_BIN", None)
        if before is not None:
            os.environ["TWOFRONT_PG_BIN"] = before


@pytest.fixture(scope="module")
def old(root: Path) -> Path:
    """The county that the first release made, brought back."""
    done = run("restore", RELEASES / "0.1.0.backup", "--key", RELEASES / "0.1.0.key", "--data", root / "old")
    assert done.code == 0, done.words
    return root / "old"


def _whole(before: Any, after: Any) -> None:
    """Assert that all that was said before is said still; a contract may grow."""
    if isinstance(before, dict):
        assert before.keys() <= after.keys()
        for key, value in before.items():
            _whole(value, after[key])
    elif isinstance(before, list):
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            _whole(one, other)
    else:
        assert before == after


@pytest.mark.parametrize("release", sorted(p.stem for p in RELEASES.glob("*.backup")))
def test_a_county_of_every_release_opens_migrates_and_verifies(release: str, root: Path) -> None:
    """Its backup comes back, its audit verifies beside its heads, and its board says what it said then."""
    data = root / f"release-{release}"
    kept = json.loads((RELEASES / f"{release}.board.json").read_text("utf-8"))

    done = run(
        "restore", RELEASES / f"{release}.backup", "--key", RELEASES / f"{release}.key", "--data", data
    )
    verified = run("audit", "verify", "--data", data, "--heads", data / "heads" / "heads.jsonl")

    assert (done.code, verified.code) == (0, 0), done.words + verified.words
    _whole(kept, run("board", "export", "--data", data, "--on", kept["on"]))


def test_it_moves_to_another_server_and_back(root: Path, elsewhere: dict[str, str]) -> None:
    """Into somebody else's server, refused there while it holds tables, drilled there, and into the embedded one again."""
    file, key = root / "today.backup", RELEASES / "0.1.0.key"
    there, back = root / "there", root / "back"
    first = run(
        "restore", RELEASES / "0.1.0.backup", "--key", key, "--data", root / "first"
    )  # with today's tables, too
    assert first.code == 0, first.words
    assert run("backup", "create", file, "--data", root / "first").code == 0
    with psycopg.connect(elsewhere["DATABASE_OWNER_URL"]) as c:
        major = c.info.server_version // 10000
    wrong = elsewhere | {"DATABASE_URL": elsewhere["DATABASE_URL"].replace("twofront_app", "nobody")}
    assert "DATABASE_URL" in refused("restore", file, "--key", key, "--data", there, environment=wrong)

    moved = run("restore", file, "--key", key, "--data", there, environment=elsewhere)

    assert moved.code == 0, moved.words
    assert not (there / "pg").exists()
    assert not SYSTEMS or major != 18
    other = root / "other"
    assert "not empty" in refused("restore", file, "--key", key, "--data", other, environment=elsewhere)
    assert not other.exists()
    drilled = run("drill", "--data", there, "--key", key, environment=elsewhere)
    assert (drilled.code, drilled["hashes_equal"], drilled["smoke"]) == (0, True, 20), drilled.words
    made = run("backup", "create", root / "there.backup", "--data", there, environment=elsewhere)
    assert made.code == 0, made.words
    returned = run("restore", root / "there.backup", "--key", key, "--data", back)
    assert (returned.code, returned["hash"]) == (0, made["hash"]), returned.words
    assert moved["hash"] == made["hash"]
    with superuser(back) as c:
        embedded = c.execute(CATALOGUE).fetchall()
    with psycopg.connect(elsewhere["DATABASE_OWNER_URL"]) as c:
        names = [row[:2] for row in c.execute(CATALOGUE)]
    assert names == [row[:2] for row in embedded]


def test_a_killed_restore_on_another_server_is_taken_over(root: Path, elsewhere: dict[str, str]) -> None:
    """What it left in the database goes first."""
    data, database = root / "taken-over", "twofront_second"
    owner = elsewhere["DATABASE_OWNER_URL"]
    with psycopg.connect(owner, autocommit=True) as c:
        c.execute(f"create database {database} template template0")
        c.execute(f"grant connect on database {database} to twofront_app")
    second = {name: url.replace("/twofront?", f"/{database}?") for name, url in elsewhere.items()}
    words = ["restore", RELEASES / "0.1.0.backup", "--key", RELEASES / "0.1.0.key", "--data", data]
    process = subprocess.Popen(
        [*TWOFRONT, *map(str, words)],
        env=os.environ | second,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with psycopg.connect(second["DATABASE_OWNER_URL"], autocommit=True) as c:
        while process.poll() is None:
            if (c.execute("select count(*) from pg_class where relname like 'ground%'").fetchone() or (0,))[
                0
            ] > 20:
                break
        process.kill()
        process.wait()
        assert (data / "restoring").exists()

    done = run(*words, environment=second)

    assert done.code == 0, done.words
    assert run("audit", "verify", "--data", data, environment=second).code == 0


def test_an_ordinary_user_does_all_of_it(root: Path) -> None:
    """Made, kept, brought back and verified by a user who is nobody."""
    if os.geteuid():
        pytest.skip("the tests run as an ordinary user, so every other test here shows it")
    python = shutil.which("python3", path="/usr/bin")
    packages = next(p for p in sys.path if p.endswith("site-packages"))
    place = root / "ordinary"
    place.mkdir()
    os.chown(place, 65534, 65534)
    how: dict[str, Any] = {
        "user": 65534, "group": 65534, "extra_groups": [], "cwd": place, "capture_output": True, "text": True, "check": False,
        "env": {"PATH": "/usr/bin:/bin", "HOME": str(place), "PYTHONPATH": f"{ROOT}:{packages}"},
    }  # fmt: skip
    words = [python, "-c", TWOFRONT[2]]
    tried = subprocess.run([*words, "--version"], **how) if python else None  # noqa: PLW1510
    if tried is None or tried.returncode:
        pytest.skip("no Python here that another user could run")

    for line in (
        "init --data county --clock 2020-02-18T19:30", "backup create a.backup --data county",
        "restore a.backup --key county/backup.key --data again", "audit verify --data again",
    ):  # fmt: skip
        done = subprocess.run([*words, *line.split()], **how)  # noqa: PLW1510 - `how` says it
        assert done.returncode == 0, (line, done.stderr)


@pytest.fixture(scope="module")
def next_release(root: Path) -> Path:
    """The program as its next release might be: one migration more."""
    place = root / "next"
    shutil.copytree(
        ROOT / "twofront", place / "twofront", ignore=shutil.ignore_patterns("__pycache__", "node_modules")
    )
    (place / "twofront/ground/migrations/0002_added.py").write_text(ADDED, "utf-8")
    return place


def _schema(data: Path) -> Any:
    with superuser(data) as c:
        done = c.execute("select app, name from django_migrations order by 1, 2").fetchall()
        return done, c.execute(CATALOGUE).fetchall(), contents(c)


def test_a_failed_upgrade_leaves_the_old_state_and_a_good_one_is_whole(old: Path, next_release: Path) -> None:
    """Two migrations, the second fails: the first is taken back too, and the old program goes on. Then the good one alone.

    What the next release made is refused by this one, in one line.
    """
    new = {"PYTHONPATH": str(next_release)}
    bad = next_release / "twofront/ground/migrations/0003_failing.py"
    bad.write_text(FAILING, "utf-8")
    before = _schema(old)
    for words in (
        ("serve", "--data", old, "--port", "0"),
        ("board", "export", "--data", old, "--on", "2020-02-18"),
    ):
        done = run(*words, environment=new, cwd=next_release)
        assert (done.code, dict(done)) == (2, {}), done.words
        assert "division by zero" in done.words.splitlines()[-1] and "Traceback" not in done.words
        assert _schema(old) == before
    assert run("board", "export", "--data", old, "--on", "2020-02-18").code == 0

    bad.unlink()
    shown = run("audit", "verify", "--data", old, environment=new, cwd=next_release)
    made = run(
        "backup", "create", next_release / "a.backup", "--data", old, environment=new, cwd=next_release
    )

    assert (shown.code, made.code) == (0, 0), shown.words + made.words
    assert ("ground", "0002_added") in _schema(old)[0]
    key = RELEASES / "0.1.0.key"
    for words in (("backup", "verify"), ("restore", "--data", next_release / "no")):
        assert "ground 0002_added" in refused(*words, next_release / "a.backup", "--key", key)
    assert not (next_release / "no").exists()


def test_a_served_county_is_not_upgraded_beneath_its_server(root: Path, next_release: Path) -> None:
    """A command of the next release says whom to start anew."""
    data = root / "beneath"
    make(data)
    (next_release / "twofront/ground/migrations/0003_failing.py").unlink(missing_ok=True)
    with served(data):
        line = refused(
            "audit", "verify", "--data", data, environment={"PYTHONPATH": str(next_release)}, cwd=next_release
        )

    assert "served by an older version" in line
    assert ("ground", "0002_added") not in _schema(data)[0]
    Cluster(Folder(data)).stop()
