"""A county by commands alone: made, loaded, corrected, published, verified; as somebody who has read the contract only."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import FILES, ORDER

pytestmark = (
    pytest.mark.slow
)  # every command is a process of its own, with a database that it starts and stops
TWOFRONT = [sys.executable, "-c", "import sys; from twofront.cli import main; sys.exit(main())"]
CODES = [line.split(",")[1] for line in (FILES / "enterprises.csv").read_text("utf-8").splitlines()[1:]]
KEYS = {
    "kind",
    "sha256",
    "sheet",
    "header_row",
    "columns",
    "read",
    "accepted",
    "duplicate",
    "rejected",
    "reasons",
    "import_id",
    "repeated",
}
Run = Callable[..., Any]


class Answer(dict[str, Any]):
    """What a command printed, with its exit code and its words on stderr."""

    code: int
    words: str


def _run(*words: object) -> Answer:
    done = subprocess.run([*TWOFRONT, *map(str, words)], capture_output=True, text=True, check=False)
    answer = Answer(json.loads(done.stdout) if done.stdout else {})
    answer.code, answer.words = done.returncode, done.stderr
    return answer


def _refused(answer: Answer) -> str:
    """Return the one line of a command that could not: exit 2, nothing on stdout, no traceback."""
    assert answer.code == 2, answer.words
    assert not answer
    lines = [line for line in answer.words.splitlines() if line.startswith("twofront: ")]
    assert len(lines) == 1 and "Traceback" not in answer.words, answer.words
    return lines[0]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A county made by `init` and loaded by `load`, one command a file."""
    root = Path(tempfile.mkdtemp(prefix="twofront-cli-"))
    root.chmod(0o711)
    folder = root / "county"
    made = _run("init", "--data", folder, "--clock", "2020-02-19T08:00")
    assert made.code == 0 and [a["role"] for a in made["accounts"]] == ["office_clerk"], made.words
    for kind in ORDER:
        done = _run(
            "load",
            kind,
            FILES / f"{kind}.csv",
            "--data",
            folder,
            "--on",
            "2020-01-01",
            "--known",
            "2020-02-18T19:00",
        )
        assert done.code == 0 and done.keys() >= KEYS, (kind, done, done.words)
        assert done["read"] == done["accepted"] + done["duplicate"] + done["rejected"]
        assert (done["rejected"], done["repeated"]) == (0, False)
    yield folder
    from twofront.ground.folder import Folder

    Folder(folder).remove()
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def load(data: Path, tmp_path: Path) -> Run:
    """Load rows as a file of a KIND."""

    def load_(kind: str, text: str, *words: object, name: str = "", encoding: str = "utf-8") -> Answer:
        path = tmp_path / (name or f"{kind}.csv")
        path.write_bytes(text.encode(encoding))
        return _run("load", kind, path, "--data", data, *words)

    return load_


def test_the_same_file_again_changes_nothing(data: Path) -> None:
    """The same KIND, bytes and --on: repeated, whoever asks and whatever --known."""
    done = _run(
        "load",
        "reports",
        FILES / "reports.csv",
        "--data",
        data,
        "--on",
        "2020-01-01",
        "--known",
        "2020-02-18T20:00",
    )

    assert (done.code, done["repeated"]) == (0, True)


def test_rows_known_before_are_duplicates_and_other_values_are_corrections(load: Run) -> None:
    """One row as on record, one with another value, one that is new."""
    done = load(
        "coverage",
        "date,village,dwellings,done\n2020-02-18,330783001001,100,80\n2020-02-18,330783001002,100,91\n2020-02-19,330783001002,100,92\n",
    )

    assert (done["accepted"], done["duplicate"], done["rejected"]) == (2, 1, 0)


def test_wrong_rows_are_named_by_cell_and_do_not_stop_the_others(load: Run, tmp_path: Path) -> None:
    """A wrong check digit, an unknown township and a missing name; the workbook comes back with exactly these cells marked."""
    wrong = CODES[0][:-1] + ("A" if CODES[0][-1] != "A" else "B")
    text = f"name,credit_code,township\n示例厂99,{wrong},330783001\n示例厂98,{CODES[1]},330799999\n,{CODES[2]},330783001\n示例厂04改,{CODES[3]},横店\n"

    done = load("enterprises", text, "--report", tmp_path / "back.xlsx", name="bad.csv")

    assert (done.code, done["read"], done["accepted"], done["rejected"]) == (1, 4, 1, 3)
    assert {(r["field"], r["code"], *r["cells"]) for r in done["reasons"]} == {
        ("credit_code", "check_digit", "B2"), ("township", "unknown_value", "C3"), ("name", "missing", "A4"),
    }  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "back.xlsx")
    marked = {
        c.coordinate
        for row in book.worksheets[0].iter_rows()
        for c in row
        if c.fill.fgColor.rgb == "FFFFC7CE"
    }
    assert marked == {"B2", "C3", "A4"}
    assert book.sheetnames[-1] == "汇总"


def test_a_workbook_comes_back_with_what_its_roster_says_beside_the_lists(load: Run, tmp_path: Path) -> None:
    """A row claims another list, another one is wrong: both stand on the sheet of sums, the first with its row."""
    text = f"name,credit_code,township,lists\n示例厂01,{CODES[0]},330783001,above_limit_services\n,{CODES[2]},330783001,\n"

    done = load("enterprises", text, "--report", tmp_path / "back.xlsx", name="claims.csv")

    assert (done.code, done["rejected"]) == (1, 1)
    sums = openpyxl.load_workbook(tmp_path / "back.xlsx")["汇总"]
    assert [row[2] for row in sums.iter_rows(values_only=True) if row[2]] == ["2:2"]


def test_a_dry_run_says_what_would_happen_and_changes_nothing(load: Run) -> None:
    """Dry, then in earnest: the counts are the same, and nothing was repeated in between."""
    text = "date,village,dwellings,done\n2020-02-19,330783001003,100,100\n"
    dry, wet = load("coverage", text, "--dry-run"), load("coverage", text)

    assert (dry["accepted"], wet["accepted"], wet["repeated"]) == (1, 1, False)


def test_chinese_headings_titles_notes_and_gb18030_are_read(load: Run) -> None:
    """A title above, Chinese headings, a note below, in the encoding of an old office."""
    done = load(
        "reports",
        f"企业日报(演练)\n日期,统一社会信用代码,是否开工,在岗人数\n2020/2/19,{CODES[0]},是,12\n\n制表: 演练-某\n",
        encoding="gb18030",
    )

    assert (done.code, done["header_row"], done["read"], done["accepted"]) == (0, 2, 1, 1), done


@pytest.mark.parametrize(
    ("kind", "text", "field"),
    [
        ("lists", f"member,list,from\n{'9' * 18},above_scale_industry,2020-02-01\n", "member"),
        ("lists", f"member,list,from\n{CODES[0]},no_such_list,2020-02-01\n", "list"),
        ("meters", "meter,credit_code,from\nM99,91330799MA00000002,2020-01-01\n", "credit_code"),
        ("readings", "date,meter,kwh\n2020-02-18,NO-SUCH,5\n", "meter"),
        ("coverage", "date,village,dwellings,done\n2020-02-18,330783999001,1,1\n", "village"),
        ("closings", "date,goal,by\n2020-02-18,no_such_goal,x\n", "goal"),
        ("accounts", "login,role,unit,line,from\nx,no_such_role,*,*,2020-01-01\n", "role"),
        ("project_reports", "code,date,resumed\nPX,2020-02-18,1\n", "code"),
    ],
    ids=["member", "list", "enterprise of a meter", "meter", "village", "goal", "role", "project"],
)  # fmt: skip
def test_an_unknown_code_of_another_list_rejects_its_row(load: Run, kind: str, text: str, field: str) -> None:
    """The row is refused with the field's name; the command says so by exit 1."""
    done = load(kind, text)

    assert (done.code, done["rejected"]) == (1, 1), done
    assert [r["field"] for r in done["reasons"]] == [field]


def test_a_list_of_projects_takes_continued_ones_only(load: Run) -> None:
    """A new project is on record, and not a member."""
    load(
        "projects",
        "code,name,level,kind,township,workers_normal\nP1,示例项目一,市重点,continued,横店,10\nP2,示例项目二,市重点,新建,横店,10\n",
    )

    done = load("lists", "member,list,from\nP1,key_projects,2020-02-01\nP2,key_projects,2020-02-01\n")

    assert (done["accepted"], done["rejected"]) == (1, 1)


def test_two_spans_of_one_membership_may_not_overlap(load: Run) -> None:
    """Who is a member without end cannot join once more from a later day."""
    done = load("lists", f"member,list,from\n{CODES[0]},above_scale_industry,2020-02-01\n")

    assert [(r["field"], r["code"]) for r in done["reasons"]] == [("from", "range")]


def test_shares_of_a_meter_are_at_most_the_whole(load: Run) -> None:
    """M01 is wholly of firm 01."""
    done = load(
        "meters",
        f"meter,credit_code,from,share\nM01,{CODES[1]},2020-01-01,0.5\nM50,{CODES[1]},2020-01-01,0.5\nM50,{CODES[2]},2020-01-01,0.5\n",
    )

    assert [(r["field"], r["code"], r["cells"]) for r in done["reasons"]] == [("share", "range", ["D2"])]


def test_readings_are_read_in_three_layouts_and_a_contradiction_refuses_the_file(load: Run) -> None:
    """Wide with a zero value, intervals, and two values for one key: exit 2, naming both."""
    wide = load(
        "readings",
        "record_date,M01,M02\n2020-02-17,1,40\n",
        "--layout",
        "wide",
        "--zero-value",
        "1",
        name="w.csv",
    )
    quarter = load(
        "readings",
        "time,meter,kwh\n2020-02-16T18:00,M03,1.5\n2020-02-16T18:15,M03,1.5\n",
        "--layout",
        "interval",
        name="i.csv",
    )
    line = _refused(load("readings", "date,meter,kwh\n2020-02-17,M04,5\n2020-02-17,M04,6\n", name="two.csv"))

    assert (wide["read"], wide["accepted"], quarter["accepted"]) == (2, 2, 2)
    assert "C2" in line and "C3" in line
    other = _refused(
        load("readings", "date,meter\n2020-02-17,M04\n", "--layout", "interval", name="other.csv")
    )
    assert "other.csv: no column for the time in a sheet of the layout interval; " in other


@pytest.mark.parametrize("on", ["0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"])
@pytest.mark.parametrize("verb", ["board export", "board publish"])
def test_a_day_that_nobody_can_mean_is_refused(data: Path, verb: str, on: str) -> None:
    """The ends of the calendar are slips of the pen; exit 2 in one line."""
    assert on in _refused(_run(*verb.split(), "--data", data, "--on", on))


@pytest.mark.parametrize(
    "known", ["2020-03-01T00:00", "2020-02-18T18:00"], ids=["after now", "before the value that it replaces"]
)
def test_a_known_time_that_cannot_be_is_refused(load: Run, known: str) -> None:
    """Nothing is learned in the future, nor before the value that it replaces; moments are told in the county's zone."""
    line = _refused(load("reports", f"date,credit_code,opened\n2020-02-18,{CODES[7]},1\n", "--known", known))
    assert "+08:00" in line and "+00:00" not in line


def test_a_division_in_use_cannot_vanish(load: Run) -> None:
    """A new tree without the villages that have reported is refused whole."""
    assert "330783001001" in _refused(
        load("divisions", "code,name\n330783,东阳市\n330783001,吴宁街道\n", "--on", "2020-03-01")
    )


def test_what_cannot_be_done_says_so_in_one_line(data: Path, tmp_path: Path) -> None:
    """No such file, sheet, KIND, folder, login; a folder that is not empty."""
    _refused(_run("load", "reports", tmp_path / "none.csv", "--data", data))
    second = _refused(_run("load", "reports", FILES / "reports.csv", "--data", data, "--sheet", 7))
    assert "reports.csv: a CSV has one sheet; " in second
    _refused(_run("load", "nonsense", FILES / "reports.csv", "--data", data))
    _refused(_run("load", "reports", FILES / "reports.csv", "--data", tmp_path / "none"))
    _refused(_run("load", "reports", FILES / "reports.csv", "--data", data, "--by", "nobody"))
    _refused(_run("init", "--data", data))
    _refused(_run("demo", "--size", "full", "--no-browser", "--data", tmp_path / "x"))


def test_somebody_loads_what_his_role_permits(data: Path, tmp_path: Path) -> None:
    """A township's clerk reports for his own firms; of another's he knows nothing; another KIND is refused."""
    own, foreign = tmp_path / "own.csv", tmp_path / "foreign.csv"
    own.write_text(f"date,credit_code,opened\n2020-02-17,{CODES[0]},1\n", "utf-8")
    foreign.write_text(f"date,credit_code,opened\n2020-02-17,{CODES[1]},1\n", "utf-8")

    assert _run("load", "reports", own, "--data", data, "--by", "wuning").code == 0
    unknown = _run("load", "reports", foreign, "--data", data, "--by", "wuning")
    assert (unknown.code, unknown["reasons"][0]["code"]) == (1, "unknown_value")
    _refused(_run("load", "cases", FILES / "cases.csv", "--data", data, "--by", "wuning"))


PLAYBOOKS = FILES.parents[1] / "playbooks"


def test_a_foreign_village_rejects_its_row_alone(data: Path, tmp_path: Path) -> None:
    """Of two villages a township's clerk reports his own; the other is none that he knows."""
    both = tmp_path / "both.csv"
    both.write_text(
        "date,village,dwellings,done\n2020-02-16,330783001001,100,7\n2020-02-16,330783123001,100,7\n", "utf-8"
    )

    done = _run("load", "coverage", both, "--data", data, "--by", "wuning")

    assert (done.code, done["accepted"], done["rejected"]) == (1, 1, 1), done.words
    assert [(r["field"], r["code"], r["cells"]) for r in done["reasons"]] == [
        ("village", "unknown_value", ["B3"])
    ]


def test_only_who_may_change_the_settings_puts_a_playbook_in_force(data: Path) -> None:
    """The operator may, also while nobody serves; a clerk, an auditor, the playbook of another county are refused."""
    own = PLAYBOOKS / "dongyang-2020"
    before = _run("board", "export", "--data", data, "--on", "2020-02-18")["playbook"]

    done = _run("playbook", "load", own, "--data", data)
    for login in ("wuning", "auditor", "observer", "commander"):
        assert "may not put a playbook in force" in _refused(
            _run("playbook", "load", own, "--data", data, "--by", login)
        )
    other = _refused(_run("playbook", "load", FILES.parent / "playbooks" / "otherplace", "--data", data))

    assert (done.code, done["playbook"]) == (0, before), done.words
    assert "is no division of this county" in other


@pytest.mark.parametrize("what", ["password", "token"])
def test_only_who_manages_accounts_is_given_a_secret(data: Path, what: str) -> None:
    """A township's clerk gets no token of the commander; the office does."""
    refused = _refused(_run("account", what, "observer", "--data", data, "--by", "wuning"))

    assert f"may not give {what}s" in refused
    assert _run("account", what, "observer", "--data", data, "--by", "office")[what]


def test_a_published_day_takes_no_earlier_knowledge_and_its_board_comes_back(data: Path, load: Run) -> None:
    """Publish 02-18 as known 20:00; a correction known before is refused, a later one shows as revised."""
    published = _run("board", "publish", "--data", data, "--on", "2020-02-18", "--known", "2020-02-18T20:00")
    then = _run("board", "export", "--data", data, "--on", "2020-02-18", "--known", "2020-02-18T20:00")
    _refused(
        load("reports", f"date,credit_code,opened\n2020-02-18,{CODES[7]},1\n", "--known", "2020-02-18T19:30")
    )

    late = load("reports", f"date,credit_code,opened,on_site\n2020-02-18,{CODES[7]},1,3\n")
    again = _run("board", "export", "--data", data, "--on", "2020-02-18", "--known", "2020-02-18T20:00")
    now = _run("board", "export", "--data", data, "--on", "2020-02-18")

    assert published.keys() == {"on", "known", "hash"}
    assert late["accepted"] == 1
    assert dict(again) == dict(then)
    industry = next(c for c in now["charts"] if c["key"] == "above_scale_industry")
    assert industry["series"][-1]["revised"] is True
    assert [
        (c["id"], c["before"], c["after"]) for c in now["changed"] if c["known"] and c["field"] == "opened"
    ] == [(CODES[7], False, True)]


@pytest.mark.parametrize(
    "words",
    [
        ("export", "--on", "2020-02-20"),
        ("publish", "--on", "2020-02-20"),
        ("publish", "--on", "2020-02-18", "--known", "2020-02-19T08:01"),
    ],
    ids=["a day to come", "a day to come goes out", "what will be known goes out"],
)
def test_nothing_beyond_the_countys_now_is_shown_or_published(data: Path, words: tuple[str, ...]) -> None:
    """The clock stands at 02-19 08:00: exit 2 and one line that says what to ask instead."""
    assert "still to come; " in _refused(_run("board", words[0], "--data", data, *words[1:]))


def test_a_day_is_not_frozen_as_known_before_it_began(data: Path) -> None:
    """Nobody knew anything of 02-18 on the 17th."""
    line = _refused(
        _run("board", "publish", "--data", data, "--on", "2020-02-18", "--known", "2020-02-17T20:00")
    )
    assert "had not begun" in line


def test_two_sheets_of_one_workbook_are_two_lists(data: Path, tmp_path: Path) -> None:
    """The second sheet is not the first one again; a sheet that is not there is refused."""
    from openpyxl import Workbook

    book = Workbook()
    for sheet, day in ((book.active, "2020-02-11"), (book.create_sheet(), "2020-02-12")):
        for row in (("date", "village", "dwellings", "done"), (day, "330783001001", 100, 1)):
            sheet.append(row)
    book.save(tmp_path / "two.xlsx")

    def load_(sheet: int) -> Any:
        return _run("load", "coverage", tmp_path / "two.xlsx", "--data", data, "--sheet", sheet)

    first, second, again = load_(1), load_(2), load_(2)
    assert [(a["accepted"], a["repeated"]) for a in (first, second, again)] == [
        (1, False),
        (1, False),
        (1, True),
    ]
    _refused(load_(9))


def test_the_audit_of_all_that_verifies(data: Path) -> None:
    """Every act above is an event; the chain holds, also beside the heads kept outside."""
    done = _run("audit", "verify", "--data", data, "--heads", data / "heads" / "heads.jsonl")

    assert (done.code, done["first_broken"], done["unsealed"]) == (0, None, 0)
    assert done["events"] > 15


def test_secrets_are_printed_once_and_status_says_what_runs(data: Path) -> None:
    """A new password and token for an account; nobody serves."""
    assert set(_run("account", "password", "wuning", "--data", data)) == {"login", "password"}
    assert len(_run("account", "token", "wuning", "--data", data)["token"]) >= 32
    _refused(_run("account", "token", "nobody", "--data", data))
    assert _run("status", "--data", data)["running"] is False
