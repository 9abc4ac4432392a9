"""A playbook's rules on both axes of time: which table answered at a moment, and what was known of it then."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from twofront import cli
from twofront.core.playbook import Playbook, read
from twofront.core.playbook.dated import Rules
from twofront.core.time import parse_moment
from twofront.server import playbooks

OTHERPLACE = Path(__file__).parents[1] / "playbooks" / "otherplace"

ROWS = """
[[order]]
key = "13"
zh = "十三号令"
en = "order 13"
source = "invented for a test"

[[clause]]
order = "13"
key = "2"
zh = "第二条"
en = "clause 2"
source = "invented for a test"

[[decision]]
key = "stay.class"
zh = "分类"
en = "class of a stay"
source = "invented for a test"

[[output]]
decision = "stay.class"
key = "measure"
zh = "措施"
en = "measure"
stricter = ["monitor", "quarantine"]
source = "invented for a test"

[[output]]
decision = "stay.class"
key = "days"
zh = "天数"
en = "days"
stricter = ["larger"]
source = "invented for a test"

[[value_list]]
key = "areas"
zh = "地区"
en = "areas"
file = "areas.csv"
columns = { place = "place" }
type = "text"
source = "invented for a test"

[[fact]]
key = "stay_class"
zh = "停留地类别"
en = "class of the stay"
type = "text"
of = "stay"
list = "areas"
source = "invented for a test"

[[fact]]
key = "days_since_stay"
zh = "离开天数"
en = "days since the stay"
type = "number"
of = "stay"
source = "invented for a test"
"""
NUMBER = """
[[rule_parameter]]
key = "stay_days"
zh = "天数"
en = "days"
value = {value}
unit = "days"
since = "{since}"
known = "{known}"
source = "invented for a test"
"""
TABLE = """
[[table]]
place = "341021"
decision = "stay.class"
clause = "13/2"
file = "{file}"
since = "{since}"
{until}known = "{known}"
source = "invented for a test"
"""
SHEET = """#table,stay.class
#hit,first
in:stay_class,in:days_since_stay,out:measure,out:days
text,number,text,number
key_area,<14,quarantine,{days}
#default,,monitor,14
"""
AREAS = """place,value,since,until,known
420000,key_area,2020-02-13,,2020-02-13
330300,key_area,2020-02-13,2020-02-20,2020-02-13
430500,key_area,2020-02-16,,2020-02-16
430500,watched,2020-02-15,,2020-02-20
"""
FIRST = TABLE.format(file="a.csv", since="2020-02-13", until="", known="2020-02-13")
SECOND = TABLE.format(file="b.csv", since="2020-02-20", until="", known="2020-02-13T12:00")
CORRECTED = TABLE.format(file="c.csv", since="2020-02-18", until='until = "2020-02-20"\n', known="2020-02-22")

Ask = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table of 13 February, its successor of the 20th, and a correction of two days known on the 22nd."""
    book = tmp_path / "book"
    shutil.copytree(OTHERPLACE, book)
    (book / "more.toml").write_text(ROWS + FIRST + SECOND + CORRECTED, "utf-8")
    (book / "tables" / "areas.csv").write_text(AREAS)
    for file, days in (("a.csv", 14), ("b.csv", 7), ("c.csv", 21)):
        (book / "tables" / file).write_text(SHEET.format(days=days))
    return book


@pytest.fixture
def ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Ask records at the door."""

    def asked(
        at: str, *records: object, known: str | None = None, decision: str = "stay.class"
    ) -> tuple[int, list[dict[str, Any]], str]:
        facts = folder.parent / "facts.jsonl"
        facts.write_text("".join(json.dumps(r) + "\n" for r in records), "utf-8")
        words = ["rules", "ask", str(folder), decision, str(facts), "--at", at]
        code = cli.main([*words, *(["--known", known] if known else [])])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return asked


HUBEI = {"place": "420000", "days_since_stay": 3}


@pytest.mark.parametrize(
    ("at", "known", "days"),
    [
        ("2020-02-13", None, 14), ("2020-02-17T23:59", None, 14), ("2020-02-18", None, 21), ("2020-02-18", "2020-02-21T23:59", 14),
        ("2020-02-18", "2020-02-22", 21), ("2020-02-19T23:59:59", None, 21), ("2020-02-20", None, 7), ("2020-05-01", "2020-02-14", 7),
        ("2020-05-01", "2020-02-13T11:59", 14),
    ],
)  # fmt: skip
def test_the_rule_of_a_moment_as_known_at_another(ask: Ask, at: str, known: str | None, days: int) -> None:
    """A later order replaces from its moment on; a correction replaces what was known before, and only for who knows it."""
    code, [answer], err = ask(at, HUBEI, known=known)

    assert (code, err) == (0, "")
    assert list(answer)[:7] == ["index", "rows", "out", "table", "version", "order", "clause"]
    assert (answer["order"], answer["clause"], answer["basis"]) == ("13", "2", "invented")
    assert answer["out"] == {"measure": "quarantine", "days": days}


def test_a_list_of_values_has_both_axes(ask: Ask) -> None:
    """Wenzhou until the 19th, its last day in; 邵阳 from the 16th, until on the 20th it is known that it was only watched.

    A county lies in its prefecture; what a record says itself counts.
    """
    rows = [
        {"place": "330382", "days_since_stay": 1},
        {"place": "430500", "days_since_stay": 1},
        {"place": "999999"},
        {"place": "999999", "stay_class": "key_area", "days_since_stay": 1},
    ]

    def measures(at: str, known: str | None = None) -> list[str]:
        return [r["out"]["measure"][0] for r in ask(at, *rows, known=known)[1]]

    assert measures("2020-02-15") == ["q", "m", "m", "q"]
    assert measures("2020-02-19T12:00", "2020-02-19T12:00") == ["q", "q", "m", "q"]
    assert measures("2020-02-19T12:00", "2020-02-20") == ["q", "m", "m", "q"]
    assert measures("2020-02-20", "2020-02-19") == ["m", "q", "m", "q"]


def test_a_number_has_both_axes_and_survives_the_database(folder: Path, ask: Ask) -> None:
    """14 days from 13 February and 7 from March; since 20 February it is known that until March they were 10.

    The number stands in the table by its name, and the stored playbook says the same.
    """
    rows = [
        ("14", "2020-02-13", "2020-02-13"),
        ("10", "2020-02-13", "2020-02-20"),
        ("7", "2020-03-01", "2020-02-20"),
    ]
    numbers = "".join(NUMBER.format(value=v, since=s, known=k) for v, s, k in rows)
    (folder / "numbers.toml").write_text(numbers, "utf-8")
    (folder / "tables" / "b.csv").write_text(SHEET.format(days="$stay_days"))

    book = read(playbooks.files_of(folder))
    again = Playbook.from_json(json.loads(json.dumps(book.to_json())))

    def moment(text: str) -> datetime:
        return parse_moment(text, zone=book.zone)

    assert again == book
    for rules in (Rules(book), Rules(again)):
        asked = [("2020-02-18", "2020-02-18"), ("2020-02-18", "2020-02-20"), ("2020-03-01", "2020-03-01")]
        found = [rules.at(moment(at), known=moment(k)).parameter("stay_days") for at, k in asked]
        assert found == [14, 10, 7]
    assert [ask(at, HUBEI)[1][0]["out"]["days"] for at in ("2020-02-20", "2020-03-01")] == [10, 7]


def test_the_version_names_the_tables_too(folder: Path) -> None:
    """A changed cell is another version of the playbook."""
    before = read(playbooks.files_of(folder)).version
    (folder / "tables" / "b.csv").write_text(SHEET.format(days=8))

    assert read(playbooks.files_of(folder)).version != before


def test_the_strictest_of_several_stays_counts(ask: Ask) -> None:
    """Two trips, one to a busy place: the answer is that of the second, and says so; nothing is known of an empty one."""
    code, [busy, none], _ = ask(
        "2021-01-10", {"came": "2021-01-10", "trips": [{"place": "341021"}, {"place": "420100"}]},
        {"trips": [{"place": "341021"}, {}]}, known="2021-01-10", decision="arrival.class",
    )  # fmt: skip

    assert (code, busy["case"], busy["out"]["measure"], none["case"], none["out"]["measure"]) == (
        0, 1, "hotel", 1, "home",
    )  # fmt: skip


def test_what_is_not_in_force_is_not_answered(folder: Path, ask: Ask) -> None:
    """Before the first table, before it was known, no such decision, no moment, a playbook with a fault: exit 2, one line."""
    said = [
        ask("2020-02-12", HUBEI),
        ask("2020-02-18", HUBEI, known="2020-02-12"),
        ask("2020-02-13", HUBEI, decision="arrival"),
        ask("soon", HUBEI),
        ask("2020-02-13", {"days_since_stay": "x"}),
    ]
    (folder / "tables" / "b.csv").write_text("#table,other\nin:x,out:y\ntext,text\n")
    said.append(ask("2020-02-13", HUBEI))

    assert [s[:2] for s in said] == [(2, [])] * 6
    assert all(s[2].count("\n") == 1 for s in said)
    assert "no table stay.class is in force at 2020-02-12; " in said[0][2]
    assert "no table stay.class is in force at 2020-02-18, as known at 2020-02-12; " in said[1][2]
    assert "'arrival' is no decision of otherplace-2021; ask one of area.class" in said[2][2]
    assert "facts.jsonl:1: days_since_stay 'x' is no number" in said[4][2]
    assert "tables/b.csv:1: 'other' is not the decision stay.class" in said[5][2]


FAULTS = {
    "a fact that is not declared": ("tables/b.csv", SHEET.replace("in:days_since_stay", "in:days_since_sty"), (3, "in:days_since_sty", "is no fact of this playbook", "did you mean days_since_stay?")),
    "a fact of another type": ("tables/b.csv", SHEET.replace("text,number,text,number", "text,text,text,number"), (3, "in:days_since_stay", "is declared as number and asked as text", "let both say the same")),
    "an output that is not declared": ("tables/b.csv", SHEET.replace("out:days", "out:day"), (3, "out:day", "is no output of stay.class", "write one of measure, days; or add an [[output]]")),
    "a cell that is none": ("tables/b.csv", SHEET.replace("<14", "<x"), (5, "<x", "(in:days_since_stay) is no number", "write a plain number such as 14 or 37.3")),
    "a row that never answers": ("tables/b.csv", SHEET.replace("key_area,<14", "-,-,monitor,1\nkey_area,<14"), (6, None, "is a row that never answers: tables/b.csv:5 answer before it", "put it higher, narrow the others, or take it out")),
    "a gap": ("tables/b.csv", SHEET.replace("#default,,monitor,14\n", ""), (5, None, "no row answers stay_class = not known, days_since_stay = not known (2 such kinds of case)", "add a row for it, or a last row #default")),
    "a number without a value": ("tables/b.csv", SHEET.replace("{days}", "$no_days"), (5, "$no_days", "is a number without a value at 2020-02-20T00:00:00+08:00, when the table holds", "add a [[rule_parameter]] that holds then, and is known then")),
    "a clause that is not of the order": ("tables/b.csv", SHEET.replace("out:days", "out:clause").replace("text,number,text,number", "text,number,text,text").replace("{days}", "3").replace(",14\n", ",2\n"), (5, "3", "is no clause of the order 13", "write one of 2, or ORDER/CLAUSE of another, or add a [[clause]]")),
    "days that stand twice": ("tables/b.csv", SHEET.replace("in:stay", "#from,2020-02-20\nin:stay", 1).replace("#from", "#from"), (3, "2020-02-20", "stands in the playbook's row as well", "leave it out here: since and until say it")),
    "a list that is none": ("tables/areas.csv", "member,value\n", (1, None, "there is no column place", "head a column place")),
    "a day that is none": ("tables/areas.csv", "place,value,since,known\n420000,x,2020-02-30,\n", (2, "2020-02-30", "is a day that does not exist", "correct the day")),
    "a place that is none": ("tables/areas.csv", "place,value,since,known\nHubei,x,2020-02-03,\n", (2, "Hubei", "is not a division code of 2 to 12 digits", "write a division code of 2 to 12 digits in the column place")),
    "a value that stands twice": ("tables/areas.csv", "place,value,since,known\n420000,x,2020-02-03,\n420000,y,2020-02-03,\n", (3, "420000", "stands twice (line 2)", "keep one, or date them apart")),
    "a file that nobody names": ("tables/stray.csv", "x\n", (1, None, "is named by no row of the playbook", "name it in a [[table]] or [[value_list]], or take it out")),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text", "fault"), FAULTS.values(), ids=FAULTS)
def test_playbook_check_looks_into_tables_and_lists(
    folder: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, fault: tuple[object, ...]
) -> None:
    """File, line, value, what and what to do; exit 1."""
    (folder / file).write_text(text.replace("{days}", "7"), "utf-8")

    code = cli.main(["playbook", "check", str(folder)])

    found = json.loads(capsys.readouterr().out)["faults"]
    assert code == 1
    assert (file, *fault) in [tuple(f.values()) for f in found]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("zh", "户籍所在地", "registered place"), ("key", "id_prefix", "part of a text"), ("en", "native place", "registered place"),
        ("zh", "手机归属地", "telephone"), ("with", '{ place = "hukou" }', "registered place"),
    ],
)  # fmt: skip
def test_a_fact_that_no_rule_may_ask_is_not_declared(
    folder: Path, capsys: pytest.CaptureFixture[str], field: str, value: str, reason: str
) -> None:
    """By its key, either of its names, or what it follows from; the playbook is refused with the reason."""
    words = {"key": "origin_code", "zh": "来源", "en": "origin"} | ({} if field == "with" else {field: value})
    follows = f'list = "areas"\nwith = {value}\n' if field == "with" else ""
    (folder / "x.toml").write_text(
        "[[fact]]\n"
        + "".join(f'{k} = "{v}"\n' for k, v in words.items())
        + f'type = "text"\nof = "person"\nsource = "invented for a test"\n{follows}',
        "utf-8",
    )

    code = cli.main(["playbook", "check", str(folder)])

    [fault] = json.loads(capsys.readouterr().out)["faults"]
    assert (code, fault["file"], fault["do"]) == (1, "x.toml", "test where somebody stayed, and when")
    assert fault["value"] in value
    assert reason in fault["what"]


STRICTER = {
    "days": ("key_area,<14,quarantine,8", "8", "is stricter than the county's 7 (days) for stay_class = key_area, days_since_stay = 13"),
    "a measure": ("key_area,<14,quarantine,7\n{watched},-,quarantine,7", "quarantine", "is stricter than the county's monitor (measure) for stay_class = watched, days_since_stay = not known"),
    "for longer": ("key_area,<=14,quarantine,7", "quarantine", "is stricter than the county's monitor (measure) for stay_class = key_area, days_since_stay = 14"),
}  # fmt: skip


@pytest.mark.parametrize(("row", "value", "what"), STRICTER.values(), ids=STRICTER)
def test_a_township_may_not_ask_more_than_the_county(
    folder: Path, capsys: pytest.CaptureFixture[str], row: str, value: str, what: str
) -> None:
    """Refused with the row and a case that shows it; with the centre's dated consent it stands, with an older one too, with a later one not."""
    own = TABLE.format(file="own.csv", since="2020-02-21", until="", known="2020-02-21")
    (folder / "own.toml").write_text(own.replace('"341021"', '"341021101"'), "utf-8")
    (folder / "tables" / "own.csv").write_text(SHEET.replace("key_area,<14,quarantine,{days}", row))

    def check() -> list[tuple[object, ...]]:
        cli.main(["playbook", "check", str(folder)])
        return [tuple(f.values()) for f in json.loads(capsys.readouterr().out)["faults"]]

    assert check()[0][:4] == ("tables/own.csv", 5 + row.count("\n"), value, what)
    consent = (
        own.replace("[[table]]", "[[consent]]")
        .replace('file = "own.csv"\n', "")
        .replace('"341021"', '"341021101"')
    )
    for late in ("since", "known"):
        words = consent.replace(f'{late} = "2020-02-21"', f'{late} = "2020-02-23"')
        (folder / "yes.toml").write_text(words, "utf-8")
        assert len(check()) > 0, late
    (folder / "yes.toml").write_text(consent, "utf-8")
    assert check() == []


def test_a_township_may_ask_less_than_the_county(
    folder: Path, capsys: pytest.CaptureFixture[str], ask: Ask
) -> None:
    """Fewer days need nobody's consent, and answer for that township only."""
    own = TABLE.format(file="own.csv", since="2020-02-21", until="", known="2020-02-21")
    (folder / "own.toml").write_text(own.replace('"341021"', '"341021101"'), "utf-8")
    (folder / "tables" / "own.csv").write_text(SHEET.format(days=5))
    facts = folder.parent / "facts.jsonl"
    days = []
    for place in ("341021101003", "341021102"):
        ask("2020-02-22", HUBEI)
        cli.main(
            ["rules", "ask", str(folder), "stay.class", str(facts), "--at", "2020-02-22", "--place", place]
        )
        days.append(json.loads(capsys.readouterr().out)["out"]["days"])

    assert days == [5, 7]
