"""The audit of a county that works: it names nobody, and its heads lie where no superuser of the database comes."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.test_backup import Answer, make, run
from twofront.ground import pgprograms, postgres
from twofront.ground.folder import Folder
from twofront.ground.pgcluster import Cluster

pytestmark = (
    pytest.mark.slow
)  # every command is a process of its own, with a database that it starts and stops
ROOT = Path(__file__).parents[2]
AUDIT = {"ground_act", "ground_event", "ground_seal", "ground_touch", "ground_change", "ground_refusedkey", "ground_attempt", "ground_import"}  # fmt: skip
"""The tables that stay for ever; of the ledger's tables the rows that a load refused, with their retention, are left out."""
PLANTED = 1_000
PAGES = """
import sys
from twofront.ground.folder import Folder
from twofront.server import county
county.set_up(Folder(sys.argv[1]))
from django.test import Client
from tests.conftest import DAY
from twofront.apps.figures import actions
from twofront.apps.units import actions as units, queries
from twofront.ground import acts, clock, scope
name, id_number, phone = sys.argv[2:]
for login in (name, id_number, phone):
    answer = Client().post("/login", {"login": login, "password": name + phone})
    assert answer.status_code == 422, answer.status_code
with scope.reading(scope.READ_COUNTY):
    at = clock.now()
    as_ = lambda login: {"by": queries.actor(login), "under": None, "key": acts.new_key(), "at": at}
    units.issue_password("u1", is_first=False, **as_("operator"))
    units.issue_token("u1", **as_("operator"))
    actions.reopen_day("zero_imported", DAY, reason=name, **as_("health"))
"""


def _id_number(i: int) -> str:
    """Return an identity number with its right check digit (GB 11643)."""
    body = f"33078319700101{i:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(w * int(c) for w, c in zip(weights, body, strict=True)) % 11]


NAMES = [f"演{chr(0x4E10 + 7 * i)}{chr(0x7000 + 3 * i)}" for i in range(PLANTED)]
IDS = [_id_number(i) for i in range(PLANTED)]
PHONES = [f"154{20_000_000 + i}" for i in range(PLANTED)]
PEOPLE = list(zip(NAMES, IDS, PHONES, strict=True))


@pytest.fixture(scope="module")
def county() -> Iterator[Path]:
    """The small county in a data folder of its own, with a place elsewhere for its heads."""
    root = Path(tempfile.mkdtemp(prefix="twofront-audit-"))
    root.chmod(0o711)
    try:
        make(root / "county")
        (root / "elsewhere").mkdir()
        with postgres.cluster(Folder(root / "county")):
            yield root / "county"
    finally:
        Folder(root / "county").remove()
        shutil.rmtree(root, ignore_errors=True)


def _load(county: Path, kind: str, text: str) -> Answer:
    file = county.parent / f"{kind}.csv"
    file.write_text(text, "utf-8")
    done = run(
        "load", kind, file, "--data", county, "--on", "2020-02-18",
        environment={"TWOFRONT_HEADS": str(county.parent / "elsewhere")},
    )  # fmt: skip
    assert done.code in (0, 1), done.words
    return done


def _dump(county: Path) -> dict[str, str]:
    """Return the rows of each table as a dump of the superuser's has them."""
    folder = Folder(county)
    programs = pgprograms.programs(folder, user=pgprograms.user_of(folder.pg), major=Cluster(folder).major)
    words = ["-h", str(folder.socket), "-U", "postgres", "-d", "twofront", "--data-only"]
    dumped = subprocess.run(
        [str(programs.bin / "pg_dump"), *words],
        env={"PGPASSWORD": folder.secret("postgres.password")}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    parts = [part.split("\n\\.\n")[0] for part in dumped.split("\nCOPY public.")[1:]]
    return {part.split(" ")[0]: part for part in parts}


def test_no_audit_row_holds_a_name_an_identity_number_or_a_phone(county: Path) -> None:
    """A thousand of each, in files taken and refused, in corrections, on pages and as logins, stand in no audit row."""
    codes = _codes(400)
    firms = "name,credit_code,township,contact,mobile\n"
    taken = [f"{n}厂,{c},330783001,{n} {i},{p}\n" for c, (n, i, p) in zip(codes, PEOPLE, strict=False)]
    refused = [f"{n}厂,{c},nowhere,{n} {i},{p}\n" for c, (n, i, p) in zip(codes, PEOPLE[800:], strict=False)]
    loads = [
        _load(county, "enterprises", firms + "".join(taken)),
        _load(county, "enterprises", firms + "".join(taken[::-1]).replace("厂", "公司")),
        _load(county, "enterprises", firms + "".join(refused)),
        _load(county, "accounts", "login,role,unit,line,from,name,phone\n" + "".join(
            f"u{k},grid_worker,330783001,*,2020-01-01,{n} {i},{p}\n" for k, (n, i, p) in enumerate(PEOPLE[400:600]))),
        _load(county, "lists", "member,list,from,reason\n" + "".join(
            f"{c},above_scale_industry,2020-01-01,{n} {i} {p}\n" for c, (n, i, p) in zip(codes, PEOPLE[600:800], strict=False))),
    ]  # fmt: skip
    subprocess.run([sys.executable, "-c", PAGES, str(county), *PEOPLE[0]], cwd=ROOT, check=True)

    tables = _dump(county)

    assert [(d["accepted"], d["rejected"]) for d in loads] == [
        (400, 0),
        (400, 0),
        (0, 200),
        (200, 0),
        (200, 0),
    ]
    assert tables.keys() > AUDIT
    audit = "".join(tables[t] for t in AUDIT)
    rest = "".join(text for t, text in tables.items() if t not in AUDIT)
    planted = {word for person in PEOPLE for word in person}
    assert len(planted) == 3 * PLANTED
    assert {word for word in planted if word not in rest} == set()
    assert {t: word for t in AUDIT for word in planted if word in tables[t]} == {}
    assert audit.count("\n") > 100


def _codes(n: int) -> list[str]:
    """Return credit codes with right check digits (GB 32100)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes = []
    for i in range(n):
        body = f"91330799MA{i:07d}"
        total = sum(alphabet.index(c) * pow(3, k, 31) for k, c in enumerate(body))
        codes.append(body + alphabet[-total % 31])
    return codes


def test_heads_elsewhere_name_the_event_that_a_superuser_changed(county: Path) -> None:
    """With TWOFRONT_HEADS every head goes there as well; a chain written anew beside changed heads is found by it alone."""
    _load(county, "reports", f"date,credit_code,opened\n2020-02-18,{_codes(1)[0]},1\n")
    elsewhere, own = county.parent / "elsewhere" / "heads.jsonl", county / "heads" / "heads.jsonl"
    verify = ("audit", "verify", "--data", county, "--heads")
    good = run(*verify, elsewhere)
    folder = Folder(county)
    with psycopg.connect(
        postgres.urls(folder).app, user="postgres", password=folder.secret("postgres.password")
    ) as c:
        c.execute("set session_replication_role = replica")
        c.execute("update ground_event set actor = 'nobody' where id = (select event_id from ground_seal where seq = 5)")  # fmt: skip
        c.execute("delete from ground_seal where seq >= 5")
    own.unlink()

    alone = run(*verify[:-1])  # nobody serves, so the command seals anew and writes the head of the new chain
    beside_own, beside_elsewhere = run(*verify, own), run(*verify, elsewhere)

    assert (good.code, good["first_broken"]) == (0, None)
    assert (alone.code, beside_own.code, beside_elsewhere.code) == (0, 0, 1)
    assert beside_elsewhere["first_broken"]["seq"] == 5


def test_a_place_elsewhere_that_is_away_stops_nothing(county: Path) -> None:
    """A network drive that is gone: the command does its work, the county's own head is written, and a line warns."""
    before = (county / "heads" / "heads.jsonl").read_text()

    done = run("playbook", "load", ROOT / "playbooks" / "dongyang-2020", "--data", county, environment={"TWOFRONT_HEADS": "/nowhere/heads.jsonl"})  # fmt: skip

    assert done.code == 0
    assert "TWOFRONT_HEADS" in done.words
    assert (county / "heads" / "heads.jsonl").read_text() > before
