"""Drafts of tables at the door: written, checked, saved, moved by two, taken out and in, put into a playbook.

What is expected comes from the tables of the playbook as they stand and from what a person would write on paper.
"""

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.apps.orders.test_views import HERE, TABLES, text
from tests.hostile import files

PLAYBOOK = TABLES.parent
DRAFTS = "/orders/drafts"
GRID = "in:area_class,in:is_stay,out:measure,out:days\ntext,bool,text,number\n"
SHORT = f"{GRID}key,-,quarantine,14\n#default,,monitor,14\n"
"""A table that a person could write: who was in a key area is in quarantine for 14 days, anybody else watches himself."""


def written(sheet: str = SHORT, **fields: str) -> dict[str, str]:
    """Return what the form of a table sends."""
    heads = {
        "since": "2020-02-20T00:00",
        "clause": "13/2",
        "basis": "invented",
        "source": "a test",
        "hit": "first",
    }
    return {**heads, "decision": "arrival.class", "place": "330783", "seen": "0", "text": sheet, **fields}


def begun(client: Any, **fields: str) -> str:
    """Save a new draft; return its address."""
    saved = client.post(f"{HERE}/arrival.class/edit", written(**fields))
    assert saved.status_code == 303, text(saved)
    address: str = saved.headers["Location"]
    return address


def checked(client: Any, **fields: str) -> dict[str, Any]:
    """Return what the check says of a table as it is typed."""
    answer = client.post(f"{DRAFTS}/check", written(**fields))
    assert answer.status_code == 200, text(answer)
    found: dict[str, Any] = json.loads(answer.content)
    return found


def events() -> list[str]:
    from twofront.ground.models import Event

    return list(Event.objects.filter(verb__startswith="rule.").order_by("id").values_list("verb", flat=True))


def sheet_of(name: str = "arrival.class.13.csv") -> str:
    """Return headings, types and rows of a table of the playbook, without the lines with a #."""
    lines = (TABLES / name).read_text("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("#") or line.startswith("#default"))


def test_a_table_in_force_is_opened_as_it_stands(client_as: Callable[[str], Any]) -> None:
    """Who opens the editor finds every cell of the playbook's file, and must say anew when it holds and on what it stands."""
    import html
    import re

    page = client_as("office").get(f"{HERE}/arrival.class/edit").content.decode()
    area = html.unescape(re.search(r'<textarea name="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1])  # type: ignore[index]

    assert list(csv.reader(io.StringIO(area))) == list(csv.reader(io.StringIO(sheet_of())))
    assert 'name="since" type="datetime-local" value=""' in page


@pytest.mark.parametrize(
    ("login", "decision", "status"),
    [
        pytest.param("office", "arrival.class", 200, id="the office"),
        pytest.param("commander", "filing.mode", 200, id="the commander"),
        pytest.param("health", "arrival.class", 200, id="the line that answers for it"),
        pytest.param("economy", "filing.mode", 200, id="another line its own"),
        pytest.param("economy", "arrival.class", 403, id="another line's"),
        pytest.param("commerce", "filing.mode", 403, id="a line without the right"),
        pytest.param("wuning", "arrival.class", 403, id="a township"),
        pytest.param("auditor", "arrival.class", 403, id="the auditor"),
    ],
)
def test_whose_table_it_is_may_write_it(
    client_as: Callable[[str], Any], login: str, decision: str, status: int
) -> None:
    """The playbook says which line answers for a decision and who may draft; a save is refused as the page is."""
    client = client_as(login)
    sent = written(decision=decision)

    assert client.get(f"{HERE}/{decision}/edit").status_code == status
    assert client.post(f"{HERE}/{decision}/edit", sent).status_code == (303 if status == 200 else 403)
    link = f"{HERE}/{decision}/edit" in client.get(f"{HERE}/{decision}").content.decode()
    assert link is (status == 200)


def test_a_draft_is_seen_by_its_line_and_nobody_elses(client_as: Callable[[str], Any]) -> None:
    """The draft of the health line is not there for the economy line, by its address, its file, its check or its list."""
    address = begun(client_as("health"))
    economy = client_as("economy")

    assert client_as("office").get(address).status_code == 200
    for there in (address, f"{address}?format=csv", f"{address}/discard", f"{address}/restore"):
        answer = (
            economy.post(there, written()) if there.endswith(("discard", "restore")) else economy.get(there)
        )
        assert answer.status_code == 404, there
    assert address not in economy.get(DRAFTS).content.decode()
    assert "newer" not in checked(economy, draft=address.rsplit("/", 1)[1])


def test_the_check_says_what_is_wrong_beside_its_cell(client_as: Callable[[str], Any]) -> None:
    """A cell that is none, a gap, a row never reached, a clash, a forbidden fact: each at its row and column, in both languages."""
    office = client_as("office")

    def said(sheet: str, **fields: str) -> list[tuple[int | None, int | None, str]]:
        return [
            (m["row"], m["column"], m["text"])
            for m in checked(office, sheet=sheet, **fields)["marks"]
            if m["bad"]
        ]

    cell = said(SHORT.replace(",14\n#", ",many\n#"))
    unreachable = said(f"{GRID}-,-,monitor,14\nkey,-,quarantine,14\n")
    gap = said(f"{GRID}key,-,quarantine,14\n")
    clash = said(f"{GRID}key,-,quarantine,14\n-,true,monitor,14\n#default,,monitor,14\n", hit="unique")
    forbidden = said(SHORT.replace("in:is_stay", "in:户籍地"))
    unknown = said(SHORT.replace("\nkey,", "\nkeys,"))

    assert cell == [(2, 3, "many 不是数字；请写普通数字，如 14 或 37.3")]
    assert [(r, c) for r, c, _ in unreachable] == [(3, None)]
    assert "永远轮不到：第 1 行先答了" in unreachable[0][2]
    assert [(r, c) for r, c, _ in gap] == [(None, None)] * len(gap)
    assert "没有一行回答：停留地类别：" in gap[0][2]
    assert [(r, c) for r, c, _ in clash] == [(3, None)]
    assert "停留地类别：重点地区；是否停留：是" in clash[0][2]
    assert forbidden == [
        (
            0,
            1,
            "in:户籍地 判断的是户籍：规则可以判断在何处停留，不得判断户籍或出生地；请改为判断何时在何处停留",
        )
    ]
    assert [(r, c) for r, c, _ in unknown] == [(2, 0)]
    office.cookies["django_language"] = "en"
    assert "tests a registered place" in said(SHORT.replace("in:is_stay", "in:户籍地"))[0][2]


def test_the_check_reads_rows_as_sentences_and_heads_by_field(client_as: Callable[[str], Any]) -> None:
    """What is right is said too: names of the columns, each row as a sentence; what the head lacks stands at its field."""
    answer = checked(client_as("office"), since="", basis="")

    assert answer["names"][:2] == ["停留地类别", "是否停留"]
    assert answer["sentences"] == ["如果停留地类别是重点地区，那么措施：隔离，天数：14。"]
    assert {m["field"] for m in answer["marks"] if m["bad"]} == {"since", "basis"}
    assert answer["said"] == "2 处要改"


def test_the_check_of_200_rows_and_8_facts_is_quick(client_as: Callable[[str], Any]) -> None:
    """Well under a second of the processor, the whole answer with its sentences; others who compute beside do not count."""
    import random
    import time

    chance = random.Random(4)
    facts = [
        "arrived_on",
        "left_on",
        "nights",
        "hours",
        "days_since_stay",
        "days_since_arrival",
        "temperature_c",
        "people_in_coach",
    ]
    types = ["date", "date", *["number"] * 6]
    rows = [[_cell(chance, t) for t in types] + ["monitor"] for _ in range(200)]
    sheet = [
        [f"in:{f}" for f in facts] + ["out:measure"],
        [*types, "text"],
        *rows,
        ["#default", *[""] * 7, "ask"],
    ]
    office = client_as("office")
    lines = "".join(",".join(row) + "\n" for row in sheet)
    checked(office)

    began = time.process_time()
    answer = checked(office, sheet=lines)
    took = time.process_time() - began

    assert len(answer["sentences"]) == 200
    assert took < 1, took


def _cell(chance: Any, type_: str) -> str:
    n = chance.randrange(1, 28)
    value = f"2020-02-{n:02d}" if type_ == "date" else str(n)
    return chance.choice(["-", "-", f">={value}", f"<{value}", value])


def test_a_saved_draft_is_a_version_with_its_event_and_its_first_answer(
    client_as: Callable[[str], Any],
) -> None:
    """The same key and body again: the first answer, and no second draft; another body under it: asked to save again."""
    from uuid import uuid4

    office, key = client_as("office"), str(uuid4())
    address = begun(office, key=key)

    assert begun(office, key=key) == address
    other = office.post(f"{HERE}/arrival.class/edit", written(SHORT.replace("14", "7"), key=key))

    assert (other.status_code, events()) == (422, ["rule.drafted"])
    assert "请再存一次" in text(other)
    assert "quarantine,7" in other.content.decode(), "what was typed is still there"
    listed = text(office.get(DRAFTS))
    assert "来东返东人员分类" in listed
    assert "没有要改的" in listed
    assert "office" in listed


def test_of_two_who_write_the_second_sees_both_and_chooses(client_as: Callable[[str], Any]) -> None:
    """Both began from version 1; the second is shown the first's cell beside his own, saves knowingly, and both versions stay."""
    office, health = client_as("office"), client_as("health")
    address = begun(office)
    first, second = (
        SHORT.replace("quarantine,14", "quarantine,10"),
        SHORT.replace("quarantine,14", "quarantine,21"),
    )

    assert health.post(address, written(first, seen="1")).status_code == 303
    refused = office.post(address, written(second, seen="1"))
    chosen = office.post(address, written(second, seen="2"))

    page = text(refused)
    assert refused.status_code == 422
    assert "health 在" in page
    assert "第 1 行，第 4 列 10 21" in page
    assert "quarantine,21" in refused.content.decode(), "nothing typed is lost"
    assert 'name="seen" value="2"' in refused.content.decode()
    assert chosen.status_code == 303
    versions = text(office.get(f"{address}?view=compare"))
    assert "3 office" in versions
    assert "2 health" in versions
    assert "quarantine,10" in office.get(f"{address}?version=2").content.decode()


def test_a_discarded_draft_comes_back(client_as: Callable[[str], Any]) -> None:
    """It needs a reason, stays with all its versions, is written no more until it is brought back."""
    office = client_as("office")
    address = begun(office)

    without = office.post(f"{address}/discard", {"seen": "1"})
    office.post(f"{address}/discard", {"seen": "1", "reason": "written twice"})
    page = text(office.get(address))
    saved = office.post(address, written(seen="2"))
    office.post(f"{address}/restore?seen=2")

    assert without.status_code == 422
    assert "written twice" in page
    assert saved.status_code == 409
    assert 'name="text"' in office.get(address).content.decode()
    assert events() == ["rule.drafted", "rule.draft_discarded", "rule.draft_restored"]


def test_a_draft_is_compared_with_the_table_in_force(client_as: Callable[[str], Any]) -> None:
    """Order 13 keeps who left a key area at most 14 days before for 14 days; with 21 days the same person answers otherwise."""
    office = client_as("office")
    other = sheet_of().replace("quarantine,$quarantine_days", "quarantine,21")
    assert other != sheet_of()
    address = begun(office, sheet=other, since="")

    page = text(office.get(f"{address}?view=compare"))

    assert "since 请写从什么时候生效 要改" in page

    assert "天数：14" in page
    assert "天数：21" in page
    assert "停留地类别：重点地区" in page


def test_a_draft_goes_into_the_playbook_and_answers(client_as: Callable[[str], Any], tmp_path: Path) -> None:
    """Its files, put into the folder, pass `playbook check`; from its day the new table answers, the day before the old one."""
    from datetime import datetime

    from twofront.core import playbook
    from twofront.core.playbook.dated import Rules

    office = client_as("office")
    address = begun(
        office,
        sheet=sheet_of().replace("quarantine,$quarantine_days", "quarantine,21"),
        source='with "quotes", and \\',
    )
    answer = office.get(f"{address}?format=zip")
    folder = shutil.copytree(PLAYBOOK, tmp_path / "playbook")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(folder)
    read = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    assert playbook.check(read) == []
    rules = Rules(playbook.read(read))
    case = {"area_class": "key", "is_stay": True, "days_since_stay": 1, "days_since_arrival": 0}
    days = [
        rules.at(datetime.fromisoformat(f"2020-02-{d}T12:00+08:00"))
        .ask("arrival.class", case)
        .outcome.out["days"]  # type: ignore[index, call-overload]
        for d in ("19", "20")
    ]
    assert days == [14, 21]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "name", ["arrival.class.13.csv", "gate.entry.14.csv", "support.eligible.csv", "filing.mode.0218.csv"]
)
def test_out_and_in_and_out_again_is_the_same_table(
    client_as: Callable[[str], Any], name: str, form: str
) -> None:
    """A table in force, taken out, in as a draft, out again and in again: the same to the byte of its compiled form."""
    from twofront.core.playbook.tables import parameters_of
    from twofront.core.playbook.tables import written as with_numbers
    from twofront.core.rules.reading import read_table

    office = client_as("office")
    decision = ".".join(name.split(".")[:2])
    original = (TABLES / name).read_text("utf-8")
    numbers = dict.fromkeys(parameters_of(original), 3.0)
    body = office.get(f"{HERE}/{decision}", {"format": form}).content

    texts = []
    for _ in range(2):
        file = io.BytesIO(body)
        file.name = f"t.{form}"
        taken = office.post(DRAFTS, {"file": file})
        assert taken.status_code == 303, text(taken)
        there = taken.headers["Location"]
        texts.append(office.get(f"{there}?format=csv").content.decode("utf-8-sig"))
        body = office.get(f"{there}?format={form}").content

    compiled = [read_table(with_numbers(t, numbers).encode(), file="t").compiled for t in (original, *texts)]
    assert compiled[0] == compiled[1] == compiled[2]
    assert texts[0] == texts[1]


def test_a_file_with_faults_is_not_taken_and_says_where(client_as: Callable[[str], Any]) -> None:
    """Sheet, row, column as the spreadsheet shows them, the value and what to do; nothing is kept of it."""
    import openpyxl

    office, out = client_as("office"), io.BytesIO()
    book = openpyxl.Workbook()
    book.active.title = "隔离"
    for row in (
        ["#table", "arrival.class"],
        [],
        *csv.reader(io.StringIO(SHORT.replace("quarantine,14", "quarantine,many"))),
    ):
        book.active.append(row)
    book.save(out)
    out.seek(0)
    out.name = "t.xlsx"

    refused = office.post(DRAFTS, {"file": out})

    assert refused.status_code == 422
    assert "隔离 5 D many 不是数字；请写普通数字，如 14 或 37.3" in text(refused)
    assert events() == []


def test_numbers_days_and_yes_typed_into_a_workbook_are_read_as_meant(
    client_as: Callable[[str], Any],
) -> None:
    """A cell of a number, of a day and of true stands for itself; the days of the table come from #from and #to."""
    from datetime import date

    import openpyxl

    office, out = client_as("office"), io.BytesIO()
    book = openpyxl.Workbook()
    rows = [
        ["#table", "support.eligible"], ["#hit", "collect"], ["#source", "a test"], ["#from", date(2020, 2, 20)],
        ["in:firm_covered", "in:arrived_on", "out:measure", "out:yuan"], ["bool", "date", "text", "number"],
        [True, date(2020, 2, 29), "fare", 37.5],
    ]  # fmt: skip
    for row in rows:
        book.active.append(row)
    book.save(out)
    out.seek(0)
    out.name = "t.xlsx"

    there = office.post(DRAFTS, {"file": out}).headers["Location"]

    assert "true,2020-02-29,fare,37.5" in office.get(f"{there}?format=csv").content.decode().replace(
        "1,2020", "true,2020"
    )
    assert 'value="2020-02-20T00:00"' in office.get(there).content.decode()


@pytest.mark.parametrize(
    "make",
    [files.zip_bomb, files.billion_laughs, files.xxe_in_sheet, files.truncated, files.open_quote, files.far_cell, files.noise, files.empty],
)  # fmt: skip
def test_a_hostile_file_gets_a_sentence(
    client_as: Callable[[str], Any], tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    """Opened in the limited child alone; the field says what is wrong, and nothing is kept."""
    made = make(tmp_path)
    file = io.BytesIO(made.read_bytes())
    file.name = made.name

    answer = client_as("office").post(DRAFTS, {"file": file})

    assert answer.status_code == 422
    assert "wrong" in answer.content.decode()
    assert events() == []


def _sentences() -> list[str]:
    """Return every sentence with which core refuses a cell, a heading or a row, each value in it as x."""
    import ast

    def words(node: ast.expr) -> list[str]:
        match node:
            case ast.Constant(value=str()):
                return [node.value]
            case ast.JoinedStr():
                return ["".join(str(v.value) if isinstance(v, ast.Constant) else "x" for v in node.values)]
            case ast.IfExp():
                return [*words(node.body), *words(node.orelse)]
        return []

    core = Path(__file__).parents[3] / "twofront" / "core"
    found = []
    for name, calls in {
        "rules/reading.py": {"_wrong": (2, 3), "Fault": (3, 4)},
        "rules/cells.py": {"BadCell": (0, 1)},
    }.items():
        for node in ast.walk(ast.parse((core / name).read_text("utf-8"))):
            if isinstance(node, ast.Call) and (own := ast.unparse(node.func).split(".")[-1]) in calls:
                found += [
                    w for place in calls[own] if place < len(node.args) for w in words(node.args[place])
                ]
    for node in ast.walk(ast.parse((core / "rules/forbidden.py").read_text("utf-8"))):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and len(str(node.value.value)) > 20
        ):
            found.append(str(node.value.value))
    return [w for w in found if not w.startswith("(")]  # where it stands, before what a cell says itself


def test_every_refusal_of_a_table_has_its_chinese(client_as: Callable[[str], Any]) -> None:
    """What core says of a cell, a heading, a row or a forbidden fact is known to the page in Chinese, none left in English."""
    from django.utils import translation

    from twofront.apps.orders import faults
    from twofront.core.errors import Fault

    sentences = _sentences()
    assert len(sentences) > 60
    with translation.override("zh-hans"):
        left = [w for w in sentences if faults.said(Fault("t", 1, None, w, w)).count(w) > 1]
    assert left == []
