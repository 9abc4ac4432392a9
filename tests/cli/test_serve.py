"""A county served: one line when ready, the doors for programs, commands beside it, and loads that are killed."""

import contextlib
import http.client
import http.cookiejar
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import FILES

pytestmark = pytest.mark.slow  # a county is made and served; each command is a process of its own
TWOFRONT = [sys.executable, "-c", "import sys; from twofront.cli import main; sys.exit(main())"]
KINDS = ("divisions", "accounts", "enterprises", "meters")
BOARD_KEYS = {"on", "known", "playbook", "phase", "goals", "charts", "late", "changed"}
GOAL_KEYS = {"key", "state", "count", "numerator", "denominator", "unknown", "since", "deadline", "closed", "owner", "rows"}  # fmt: skip
CHART_KEYS = {
    "key", "numerator", "denominator", "unknown", "rate", "rate_known", "list_version", "formula_version", "sources",
    "disagreements", "by_township", "by_sector", "owner", "cutoff", "series", "rows",
}  # fmt: skip


class Served:
    """A county in a folder, its server, and the operator's token."""

    def __init__(self, data: Path) -> None:
        """Make it, load its register, serve it."""
        self.data = data
        made = json.loads(self.run("init", "--clock", "2020-02-18T19:30").stdout)
        self.made = made
        self.token = made["accounts"][0]["token"]
        for kind in KINDS:
            done = self.run("load", kind, FILES / f"{kind}.csv", "--on", "2020-01-01")
            assert done.returncode == 0, done.stderr
        with (data.parent / "serve.log").open("w") as log:
            self.process = subprocess.Popen(
                [*TWOFRONT, "serve", "--data", str(data), "--port", "0"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        self.line = json.loads(self.process.stdout.readline())

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a command on the county."""
        return subprocess.run(
            [*TWOFRONT, *map(str, words), "--data", str(self.data)],
            capture_output=True,
            text=True,
            check=False,
        )

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """Return status and JSON of an address."""
        status, _, text = self.answer(path, **headers)
        return status, json.loads(text)

    def answer(self, path: str, **headers: str) -> tuple[int, Any, str]:
        """Return status, headers and text of an address."""
        asked = urllib.request.Request(self.line["url"] + path, headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as e:
            with e:
                return e.code, e.headers, e.read().decode()

    def end(self) -> tuple[int, float]:
        """Stop the server; return its exit code and the seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code, time.monotonic() - began


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A served county with its register; ended in time."""
    from twofront.ground.folder import Folder

    root = Path(tempfile.mkdtemp(prefix="twofront-serve-"))
    root.chmod(0o711)
    county = Served(root / "county")
    yield county
    code, seconds = county.end()
    Folder(county.data).remove()
    shutil.rmtree(root, ignore_errors=True)
    assert code == 0
    assert seconds < 10


@pytest.fixture
def signed(served: Served) -> Callable[[str], Any]:
    """Ask as the operator, by token."""

    def signed_(path: str) -> Any:
        status, answer = served.get(path, Authorization=f"Bearer {served.token}")
        assert status == 200, answer
        return answer

    return signed_


def test_init_and_serve_print_one_object(served: Served) -> None:
    """The contract's keys; the playbook as code@first 12 of its hash; the moment with the county's offset."""
    assert served.made.keys() == {"data", "clock", "playbook", "accounts"}
    assert served.made["clock"] == "2020-02-18T19:30:00+08:00"
    assert [
        (a["role"], a["login"], set(a) == {"role", "login", "password", "token"})
        for a in served.made["accounts"]
    ] == [("office_clerk", "operator", True)]
    code, _, sha = served.made["playbook"].partition("@")
    assert (code, len(sha)) == ("dongyang-2020", 12)
    assert {"url", "data", "clock", "accounts"} <= served.line.keys()


@pytest.mark.parametrize("path", ["/api/v1/board", "/api/v1/rows?figure=chart:power_index&part=unknown"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Bearer "}, {"Authorization": "Basic eDp5"}],
    ids=["none", "wrong", "empty", "another scheme"],
)
def test_without_credentials_it_is_401_and_never_a_redirect(
    served: Served, path: str, headers: dict[str, str]
) -> None:
    """No or wrong credentials."""
    assert served.get(path, **headers)[0] == 401


def test_health_needs_no_account(served: Served) -> None:
    """The contract's keys."""
    status, health = served.get("/healthz")

    assert status == 200
    assert health.keys() == {"status", "version", "database", "clock", "jobs", "audit", "last_drill"}
    assert health["status"] in {"ok", "degraded"}
    assert health["clock"] == "2020-02-18T19:30:00+08:00"


def test_the_board_has_the_contracts_keys(signed: Callable[[str], Any]) -> None:
    """Keys and their types, of a county in which nothing was reported yet."""
    board = signed("/api/v1/board?on=2020-02-18")

    assert board.keys() >= BOARD_KEYS
    assert (board["on"], board["phase"]) == ("2020-02-18", "both")
    assert [g["key"] for g in board["goals"]] == [
        "zero_imported", "zero_transmitted", "full_coverage", "full_resumption",
    ]  # fmt: skip
    assert {g["state"] for g in board["goals"]} == {"unknown"}
    assert [c["key"] for c in board["charts"]] == [
        "above_scale_industry", "above_limit_services", "key_projects", "power_index",
    ]  # fmt: skip
    for goal in board["goals"]:
        assert goal.keys() >= GOAL_KEYS
        assert goal["rows"].keys() == {"numerator", "denominator", "unknown"}
        assert goal["owner"].keys() == {"line", "name", "phone"}
    for chart in board["charts"]:
        assert chart.keys() >= CHART_KEYS
        assert chart["rate"] is None and chart["rate_known"] is None
        assert all(p.keys() == {"on", "rate", "break", "revised"} for p in chart["series"])
        assert chart["sources"].keys() == {"reported", "confirmed", "measured"}
    assert {"firms", "firm_share", "energy_share", "coverage"} <= board["charts"][-1].keys()


def test_the_page_for_programmers_names_every_key() -> None:
    """docs/reference/api.md, read by those who write programs, names each key of the board, its goals and its charts."""
    page = (Path(__file__).parents[2] / "docs/reference/api.md").read_text("utf-8")

    assert {key for key in BOARD_KEYS | GOAL_KEYS | CHART_KEYS if f"`{key}`" not in page} == set()


def test_the_command_beside_the_server_prints_the_same_board(
    served: Served, signed: Callable[[str], Any]
) -> None:
    """`board export` = GET /api/v1/board, also of one township."""
    for query, words in (("", ()), ("&township=330783001", ("--township", "330783001"))):
        printed = served.run("board", "export", "--on", "2020-02-18", *words)
        assert (printed.returncode, printed.stderr) == (0, "")
        assert json.loads(printed.stdout) == signed(f"/api/v1/board?on=2020-02-18{query}")


def test_a_new_token_ends_the_one_before(served: Served) -> None:
    """`account token` prints one once; it opens the board, and the next one closes it."""
    first = json.loads(served.run("account", "token", "observer").stdout)["token"]
    assert served.get("/api/v1/board", Authorization=f"Bearer {first}")[0] == 200

    second = json.loads(served.run("account", "token", "observer").stdout)["token"]

    assert served.get("/api/v1/board", Authorization=f"Bearer {first}")[0] == 401
    assert served.get("/api/v1/board", Authorization=f"Bearer {second}")[0] == 200


def test_the_databases_address_works_while_it_runs(served: Served) -> None:
    """A libpq URL of the serving login, who sees no row without a scope."""
    url = served.run("db", "url").stdout.strip()

    with psycopg.connect(url) as c:
        assert c.execute("select count(*) from register_enterpriserecord").fetchone() == (0,)


def test_a_folder_that_is_served_is_not_served_twice(served: Served) -> None:
    """Exit 2, one line on stderr, nothing on stdout."""
    for words in (("serve", "--port", "0"), ("init",)):
        done = served.run(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("twofront: ") and done.stderr.count("\n") == 1


def test_a_playbook_is_put_in_force_now_or_not_at_all(served: Served, tmp_path: Path) -> None:
    """The same playbook again has the same version; later than now, or with a fault, it is refused in one line."""
    good = Path(__file__).parents[2] / "playbooks" / "dongyang-2020"
    faulty = tmp_path / "faulty"
    shutil.copytree(good, faulty)
    (faulty / "charts.toml").write_text("[[chart]]\nkey = 1\n", "utf-8")

    done = served.run("playbook", "load", good)
    refused = [
        served.run("playbook", "load", good, "--known", "2020-03-01"),
        served.run("playbook", "load", faulty),
    ]

    assert json.loads(done.stdout)["playbook"] == served.made["playbook"]
    for answer in refused:
        assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (2, "", 1)


def test_a_head_that_was_changed_is_found(served: Served, tmp_path: Path) -> None:
    """Heads kept elsewhere verify the chain; one other digit in them is a break: exit 1, and where."""
    time.sleep(0.1)
    good = served.run("audit", "verify")
    kept = (served.data / "heads" / "heads.jsonl").read_text().splitlines()
    head = json.loads(kept[0])
    changed = tmp_path / "heads.jsonl"
    changed.write_text(
        json.dumps(head | {"hash": f"{int(head['hash'][0], 16) ^ 1:x}{head['hash'][1:]}"}) + "\n"
    )

    broken = served.run("audit", "verify", "--heads", changed)

    assert (good.returncode, json.loads(good.stdout)["first_broken"]) == (0, None)
    assert json.loads(good.stdout).keys() == {"events", "unsealed", "head", "first_broken"}
    assert broken.returncode == 1
    assert json.loads(broken.stdout)["first_broken"].keys() == {"seq", "reason"}
    assert json.loads(broken.stdout)["first_broken"]["seq"] == head["seq"]


@pytest.mark.parametrize("after_s", [0.6, 1.1, 1.6, 2.2])
def test_a_killed_load_loaded_again_ends_as_if_undisturbed(
    served: Served, tmp_path: Path, after_s: float
) -> None:
    """Killed at four moments, then loaded again: every reading is on record once."""
    meters, days = [f"M{n:02d}" for n in range(1, 11)], range(1, 29)
    month = {0.6: "2019-03", 1.1: "2019-04", 1.6: "2019-05", 2.2: "2019-06"}[after_s]
    file = tmp_path / "readings.csv"
    file.write_text("date,meter,kwh\n" + "".join(f"{month}-{d:02d},{m},{d}\n" for d in days for m in meters))
    child = subprocess.Popen(
        [*TWOFRONT, "load", "readings", str(file), "--data", str(served.data)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(after_s)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait(10)

    again = json.loads(served.run("load", "readings", file).stdout)
    third = json.loads(served.run("load", "readings", file).stdout)

    assert (again["read"], again["accepted"], again["duplicate"], again["rejected"]) == (280, 280, 0, 0)
    assert (third["import_id"], third["repeated"]) == (again["import_id"], True)


def test_while_the_database_is_away_it_is_503_and_back_at_once_after(served: Served) -> None:
    """Pages and programs are told to come again; how far a reset is needs no database; then all is as before."""
    asked = {"Authorization": f"Bearer {served.token}"}
    owner = served.run("db", "url", "--owner").stdout.strip()
    with contextlib.closing(psycopg.connect(owner, dbname="postgres", autocommit=True)) as c:
        c.execute("alter database twofront allow_connections false")
        try:
            c.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where datname = 'twofront' and usename is not null"
            )
            program, health = served.get("/api/v1/board", **asked), served.get("/healthz")
            page, so_far = served.answer("/login"), served.answer("/exercise/reset-so-far/00-0a")
        finally:
            c.execute("alter database twofront allow_connections true")

    assert (program[0], program[1]["code"]) == (503, "away")
    assert (health[0], health[1]["status"]) == (503, "down")
    assert (page[0], page[1]["Retry-After"], "系统正在启动或维护" in page[2]) == (503, "5", True)
    assert (so_far[0], "演练从头开始" in so_far[2]) == (200, True)
    assert served.get("/api/v1/board", **asked)[0] == 200


def test_a_county_of_an_earlier_version_gets_its_tables_and_its_rights(tmp_path: Path) -> None:
    """From a database without a table, the tables are made in a process of their own, once; the serving login may use them."""
    from twofront.ground import postgres
    from twofront.ground.folder import Folder
    from twofront.server import tables

    root = Path(tempfile.mkdtemp(prefix="twofront-tables-"))
    root.chmod(0o711)
    folder = Folder(root / "county")
    folder.root.mkdir()
    try:
        with postgres.cluster(folder) as urls:
            tables.bring_up_to_date(folder, urls)
            began = time.monotonic()
            tables.bring_up_to_date(folder, urls)
            seconds = time.monotonic() - began
            with psycopg.connect(urls.app) as c:
                c.execute("insert into django_session values ('k', 'd', now())")
                assert c.execute("select count(*) from ground_act").fetchone() == (0,)
    finally:
        folder.remove()
        shutil.rmtree(root, ignore_errors=True)
    assert seconds < 0.3, "to see that nothing is missing needs no Django"


def test_what_a_killed_load_left_in_the_lake_goes_when_its_worker_starts_again(
    served: Served, tmp_path: Path
) -> None:
    """Half a file and a whole one of no import are gone; the files of an import stay."""
    file = tmp_path / "readings.csv"
    file.write_text("date,meter,kwh\n2019-07-01,M01,5\n2019-07-02,M01,6\n")
    assert json.loads(served.run("load", "readings", file).stdout)["accepted"] == 2
    lake = served.data / "lake"
    kept = set(lake.rglob("2019-07-*/*.parquet"))
    left = [lake / "daily" / "2019-07-01" / name for name in ("half.parquet.part", "unlisted.parquet")]
    for path in left:
        path.write_bytes(b"PAR1")

    run = json.loads((served.data / "run.json").read_text("utf-8"))
    os.kill(next(c["pid"] for c in run["children"] if c["name"] == "work"), signal.SIGKILL)
    until = time.monotonic() + 60
    while any(path.exists() for path in left) and time.monotonic() < until:
        time.sleep(0.2)

    assert [path.name for path in left if path.exists()] == []
    assert set(lake.rglob("2019-07-*/*.parquet")) == kept
    assert len(kept) == 2


def test_on_the_local_network_it_is_https_alone(tmp_path: Path) -> None:
    """A login by name, trusted through the county's authority: secure cookies, HSTS; no plain HTTP, no foreign name."""
    data = tmp_path / "county"
    made = json.loads(
        subprocess.run(
            [*TWOFRONT, "init", "--data", str(data)], capture_output=True, text=True, check=True
        ).stdout
    )
    words = ["serve", "--data", str(data), "--port", "0", "--lan", "--name", "county.example"]
    with subprocess.Popen(
        [*TWOFRONT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        try:
            trust = ssl.create_default_context(cafile=str(data / "county-authority.crt"))
            jar = http.cookiejar.CookieJar()
            door = urllib.request.build_opener(
                urllib.request.HTTPSHandler(context=trust), urllib.request.HTTPCookieProcessor(jar)
            )
            page = door.open(f"{url}/login", timeout=30)
            token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[0]
            form = {
                "csrfmiddlewaretoken": token,
                **{k: made["accounts"][0][k] for k in ("login", "password")},
            }
            asked = urllib.request.Request(
                f"{url}/login", urllib.parse.urlencode(form).encode(), {"Referer": f"{url}/login"}
            )
            inside = door.open(asked, timeout=30)

            assert url.startswith("https://127.0.0.1:")
            assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
            assert not inside.url.endswith("/login")
            assert {c.name for c in jar} >= {"sessionid", "csrftoken"}
            assert all(c.secure for c in jar)
            with pytest.raises(urllib.error.HTTPError, match="400"):
                door.open(
                    urllib.request.Request(f"{url}/login", headers={"Host": "evil.example"}), timeout=30
                )
            with pytest.raises((OSError, http.client.HTTPException)):
                urllib.request.urlopen(f"{url.replace('https', 'http')}/login", timeout=10)
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "https://county.example:" in said
    assert "fingerprint" in said
