"""A playbook's rules on both axes of time: which table answered at a moment, and what was known of it then."""

import json
import shutil
from pathlib import Path

import pytest

from twofront import cli
from twofront.core.playbook import Playbook, read
from twofront.server import playbooks

DONGYANG = Path(__file__).parents[2] / "playbooks" / "dongyang-2020"

ROWS = """
[[fact]]
key = "days_since_stay"
zh = "离开天数"
en = "days since the stay"
type = "number"
of = "stay"
unit = "d"
source = "invented for a test"

[[number]]
key = "quarantine_days"
zh = "隔离天数"
en = "days of quarantine"
value = 14
since = "2020-02-13"
source = "invented for a test"

[[number]]
key = "quarantine_days"
zh = "隔离天数"
en = "days of quarantine"
value = 7
since = "2020-03-01"
source = "invented for a test"

[[number]]
key = "quarantine_days"
zh = "隔离天数"
en = "days of quarantine"
value = 10
since = "2020-02-13"
known = "2020-02-20"
source = "invented for a test: a correction"
"""
TABLE = """
[[table]]
key = "arrival.class"
zh = "返东来东分类"
en = "class of an arrival"
file = "{file}"
order = "{order}"
clause = "2"
source = "invented for a test"
"""
SHEET = """#table,arrival.class
#hit,first
#from,{start}
{end}in:stay_class,in:days_since_stay,out:measure,out:days
text,number,text,number
key_area,<14,quarantine,{days}
#default,,monitor,14
"""
AREAS = """member,value,from,to,known
420000,key_area,2020-02-13,,
330300,key_area,2020-02-13,2020-02-19,
430500,key_area,2020-02-16,,
430500,watched,2020-02-16,,2020-02-20
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Dongyang's playbook with three arrival tables: 13 February, its successor of the 20th, and a correction known on the 22nd."""
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "book"
    shutil.copytree(DONGYANG, book)
    (book / "area_list.csv").write_text(AREAS)
    corrected = TABLE.format(file="c.csv", order="13c").replace(
        'clause = "2"', 'clause = "2"\nknown = "2020-02-22"'
    )
    (book / "more.toml").write_text(
        ROWS + corrected + TABLE.format(file="a.csv", order="13") + TABLE.format(file="b.csv", order="20")
    )
    (book / "a.csv").write_text(SHEET.format(start="2020-02-13", end="#to,2020-02-20\n", days=14))
    (book / "b.csv").write_text(SHEET.format(start="2020-02-20", end="", days=7))
    (book / "c.csv").write_text(SHEET.format(start="2020-02-18", end="#to,2020-02-20\n", days=21))
    (tmp_path / "f.jsonl").write_text('{"stay_area": "420000", "days_since_stay": 3}\n')
    return book


def ask(capsys, at, *, known=None, facts="f.jsonl", decision="arrival.class"):
    code = cli.main(
        ["rules", "ask", "book", decision, facts, "--at", at, *(["--known", known] if known else [])]
    )
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


@pytest.mark.parametrize(
    ("at", "known", "order", "days"),
    [
        ("2020-02-13", None, "13", 14), ("2020-02-17T23:59", None, "13", 14), ("2020-02-18", None, "13c", 21), ("2020-02-18", "2020-02-21T23:59", "13", 14),
        ("2020-02-18", "2020-02-22", "13c", 21), ("2020-02-19T23:59:59", None, "13c", 21), ("2020-02-20", None, "20", 7), ("2020-05-01", "2020-02-13", "20", 7),
    ],
)  # fmt: skip
def test_the_rule_of_a_moment_as_known_at_another(folder, capsys, at, known, order, days):
    """A later order replaces from its moment on; a correction replaces what was known before, and only for who knows it."""
    code, [answer], err = ask(capsys, at, known=known)

    assert (code, err) == (0, "")
    assert list(answer) == ["index", "rows", "out", "table", "version", "order", "clause"]
    assert (answer["order"], answer["clause"], answer["out"]) == (
        order,
        "2",
        {"measure": "quarantine", "days": days},
    )


def test_a_list_of_values_has_both_axes(folder, capsys):
    """Wenzhou until the 19th, its last day in; 邵阳 from the 16th, until on the 20th it becomes known that it was only watched; what a record says itself counts."""
    rows = [
        {"stay_area": "330300", "days_since_stay": 1},
        {"stay_area": "430500", "days_since_stay": 1},
        {"stay_area": "999999"},
        {"stay_area": "999999", "stay_class": "key_area", "days_since_stay": 1},
    ]
    (folder.parent / "g.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))

    def measures(at, known=None):
        return [r["out"]["measure"][0] for r in ask(capsys, at, known=known, facts="g.jsonl")[1]]

    assert measures("2020-02-15") == ["q", "m", "m", "q"]
    assert measures("2020-02-19T12:00", "2020-02-19T12:00") == ["q", "q", "m", "q"]
    assert measures("2020-02-19T12:00", "2020-02-20") == ["q", "m", "m", "q"]
    assert measures("2020-02-20", "2020-02-19") == ["m", "q", "m", "q"]


def test_a_number_has_both_axes_and_survives_the_database(folder):
    """14 days from 13 February and 7 from March; since 20 February it is known that they were 10. The stored playbook says the same."""
    book = read(playbooks.files_of(folder))
    again = Playbook.from_json(json.loads(json.dumps(book.to_json())))

    assert again == book
    for rules in (book.rules, again.rules):
        at = dict.fromkeys((), book.zone)
        assert at == {}
        numbers = [
            rules.at(moment(book, at), known=known and moment(book, known)).number("quarantine_days")
            for at, known in (
                ("2020-02-12", None),
                ("2020-02-18", "2020-02-18"),
                ("2020-02-18", "2020-02-20"),
                ("2020-03-01", None),
            )
        ]
        assert numbers == [None, 14, 10, 7]


def moment(book, text):
    from twofront.core.time import parse_moment

    return parse_moment(text, zone=book.zone)


def test_the_version_names_the_tables_too(folder):
    """A changed cell is another version of the playbook."""
    before = read(playbooks.files_of(folder)).version
    (folder / "b.csv").write_text(SHEET.format(start="2020-02-20", end="", days=8))

    assert read(playbooks.files_of(folder)).version != before


def test_what_is_not_in_force_is_not_answered(folder, capsys):
    """Before the first table, a decision there is none of, a moment that is none, a playbook with a fault: exit 2, one line."""
    said = [ask(capsys, "2020-02-12"), ask(capsys, "2020-02-13", decision="arrival"), ask(capsys, "soon")]
    (folder / "b.csv").write_text("#table,other\nin:x,out:y\ntext,text\n")
    said.append(ask(capsys, "2020-02-13"))

    assert [s[:2] for s in said] == [(2, [])] * 4
    assert "arrival.class: is not in force at 2020-02-12; " in said[0][2]
    assert "is no decision of this playbook; ask for one of arrival.class, gate.entry" in said[1][2]
    assert "b.csv:1: 'other' is not the decision arrival.class" in said[3][2]


FAULTS = {
    "a fact that is not declared": ("b.csv", SHEET.replace("in:days_since_stay", "in:days_since_sty"), ("b.csv", 4, "in:days_since_sty", "is no fact of this playbook", "did you mean days_since_stay?")),
    "a fact of another type": ("b.csv", SHEET.replace("text,number,text,number", "text,text,text,number"), ("b.csv", 4, "in:days_since_stay", "is declared as number and asked as text", "let both say the same")),
    "a cell that is none": ("b.csv", SHEET.replace("<14", "<x"), ("b.csv", 6, "<x", "(in:days_since_stay) is no number", "write a plain number such as 14 or 37.3")),
    "a row that never answers": ("b.csv", SHEET.replace("key_area,<14", "-,-,go,1\nkey_area,<14"), ("b.csv", 7, None, "row 2 never answers: rows 1 win over it wherever it hits", "move it up, or remove it")),
    "a gap": ("b.csv", SHEET.replace("#default,,monitor,14\n", ""), ("b.csv", 4, None, "no row answers {'stay_class': 'key_area', 'days_since_stay': None}", "add a row, or #default")),
    "two tables at once": ("b.csv", SHEET.replace("{start}", "2020-02-19"), ("more.toml", 59, "b.csv", "is in force together with a.csv, and known from the same moment", "end one with #to, or say from when the other was known")),
    "a list that is none": ("area_list.csv", "place,value\n", ("area_list.csv", 1, None, "has no column member", "write member,value,from,to,known")),
    "a day that is none": ("area_list.csv", "member,value,from\n420000,x,2020-02-30\n", ("area_list.csv", 2, "2020-02-30", "is a day that does not exist", "correct the day")),
    "a file that nobody names": ("stray.csv", "x\n", ("stray.csv", 1, None, "is named by no [[table]] and no [[value_list]]", "write a row for it, or remove it")),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text", "fault"), FAULTS.values(), ids=FAULTS)
def test_playbook_check_looks_into_tables_and_lists(folder, capsys, file, text, fault):
    """File, line, value, what and what to do; exit 1."""
    (folder / file).write_text(
        text.replace("{start}", "2020-02-20").replace("{end}", "").replace("{days}", "7")
    )

    code = cli.main(["playbook", "check", "book"])

    found = json.loads(capsys.readouterr().out)["faults"]
    assert code == 1
    assert tuple(found[0].values()) == fault


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("zh", "户籍所在地", "registered place"),
        ("key", "id_prefix", "part of a text"),
        ("en", "native place", "registered place"),
        ("zh", "手机归属地", "telephone"),
    ],
)
def test_a_fact_that_no_rule_may_ask_is_not_declared(folder, capsys, field, value, reason):
    """By its key or either of its names; the playbook is refused with the reason."""
    words = {"key": "origin_code", "zh": "来源", "en": "origin"} | {field: value}
    (folder / "x.toml").write_text(
        "[[fact]]\n"
        + "".join(f'{k} = "{v}"\n' for k, v in words.items())
        + 'type = "text"\nof = "person"\nsource = "invented for a test"\n'
    )

    code = cli.main(["playbook", "check", "book"])

    [fault] = json.loads(capsys.readouterr().out)["faults"]
    assert (code, fault["file"], fault["value"], fault["do"]) == (
        1,
        "x.toml",
        value,
        "test where somebody stayed, and when",
    )
    assert reason in fault["what"]


@pytest.mark.parametrize(
    ("days", "consent", "faults"),
    [(14, "", 0), (21, "", 1), (21, 'consent = "2020-02-14T09:00"', 0), (7, "", 0)],
)
def test_a_township_adds_nothing_without_the_centres_consent(folder, capsys, days, consent, faults):
    """14 days or fewer are the county's rule; 21 are refused with the row and a witness, unless the centre consented on a day; `rules ask` still answers with the county's."""
    county = (
        (folder / "more.toml")
        .read_text()
        .replace('file = "a.csv"', 'file = "a.csv"\nstricter = { days = ["larger"] }')
    )
    own = TABLE.format(file="d.csv", order="横店镇") + 'place = "330783103"\n' + consent
    (folder / "more.toml").write_text(county + own)
    (folder / "d.csv").write_text(SHEET.format(start="2020-02-14", end="#to,2020-02-16\n", days=days))

    code = cli.main(["playbook", "check", "book"])

    found = json.loads(capsys.readouterr().out)["faults"]
    assert (code, len(found)) == (min(faults, 1), faults)
    if faults:
        assert (found[0]["file"], found[0]["line"]) == ("d.csv", 7)
        assert found[0]["what"].startswith(
            "row 1 is stricter in days than row 1 of a.csv for {'stay_class': 'key_area', 'days_since_stay': "
        )
        assert (
            found[0]["do"]
            == "take the county's rule, or write consent = the moment at which the centre consented"
        )
    else:
        assert ask(capsys, "2020-02-15")[1][0]["out"]["days"] == 14
