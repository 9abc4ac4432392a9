"""`roster check` at its door, by somebody who has read the contract only: files in, JSON, workbook and CSV out."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

CODE = "91350100M000100Y43"  # GB 32100-2015, the standard's own example
WRONG_CODE = "91350100M000100Y44"
ID = "11010519491231002X"  # GB 11643-1999, the standard's own example
OTHER_ID = "440524188001010014"  # its second example


def roster_check(path: Path, kind: str, *more: str, lang: str = "C.UTF-8") -> tuple[int, Any, str]:
    """Run the command; return its exit code, what it printed (None if nothing), and its messages."""
    report = path.with_name("report.xlsx")
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from twofront.cli import main; sys.exit(main())", "roster", "check",
         str(path), "--kind", kind, "--report", str(report), "--accepted", str(path.with_name("ok.csv")), *more],
        capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": lang},
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def accepted(path: Path) -> list[dict[str, str]]:
    """Return the rows that the command accepted."""
    with path.with_name("ok.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def book(path: Path, rows: list[list[Any]]) -> Path:
    """Write rows as a workbook."""
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    made.save(path)
    return path


HEADS = ["企业名称", "统一社会信用代码", "镇街", "行业", "手机", "正常用工"]


@pytest.mark.slow  # a process and its child
def test_every_row_of_a_roster_is_accounted_for(tmp_path: Path) -> None:
    """Accepted, duplicate, rejected; the wrong cells by address, and nothing else filled in the workbook that comes back."""
    path = book(
        tmp_path / "roster.xlsx",
        [
            ["企业名册"],
            HEADS,
            ["示例纺织", CODE, "横店镇", "C17", "154 0000 0001", "1,200"],
            ["示例纺织", CODE, "横店镇", "17", "", ""],
            ["示例印染", WRONG_CODE, "横店镇", "制造业", "1540000000", 3],
            ["", CODE, "横店镇", "", "", ""],
            [],
            ["注:截至2月18日"],
        ],
    )

    code, said, _ = roster_check(path, "enterprises")

    assert code == 1
    assert {k: said[k] for k in ("sheet", "header_row", "read", "accepted", "duplicate", "rejected")} == {
        "sheet": "Sheet", "header_row": 2, "read": 4, "accepted": 1, "duplicate": 1, "rejected": 2,
    }  # fmt: skip
    assert {(r["field"], r["code"], *r["cells"]) for r in said["reasons"]} == {
        ("name", "missing", "A6"),
        ("credit_code", "check_digit", "B5"),
        ("mobile", "format", "E5"),
    }
    assert accepted(path) == [
        {"name": "示例纺织", "credit_code": CODE, "township": "横店镇", "sector": "C17", "contact": "",
         "mobile": "15400000001", "lists": "", "normal_staff": "1200"}
    ]  # fmt: skip
    back = openpyxl.load_workbook(tmp_path / "report.xlsx")
    filled = {c.coordinate for row in back["Sheet"] for c in row if c.fill.start_color.rgb == "FFFFC7CE"}
    assert filled == {"A6", "B5", "E5"} == {c.coordinate for row in back["Sheet"] for c in row if c.comment}
    assert back.sheetnames[-1] == "汇总"


@pytest.mark.slow  # four processes and their children
@pytest.mark.parametrize(
    ("kind", "heads", "row", "kept"),
    [
        (
            "residents", ["姓名", "身份证号码", "所在村", "现住址", "联系电话"],
            ["演练-王某", ID.lower(), "前山村", "前山村 12号", "15400000001"],
            {"id_number": ID, "village": "前山村", "address": "前山村 12号", "household_no": ""},
        ),
        (
            "workers", ["Name", "ID No.", "USCC", "From", "Date of Return"],
            ["演练-王某", ID, CODE, "示例市", "2020.2.8"],
            {"credit_code": CODE, "origin": "示例市", "returned_on": "2020-02-08"},
        ),
        (
            "projects", ["项目代码", "工程名称", "建设性质", "所属乡镇", "施工人数"],
            ["P1", "示例项目", "续建", "横店", "\uff11\uff12"],
            {"code": "P1", "kind": "continued", "township": "横店", "workers_normal": "12"},
        ),
    ],
    ids=["residents", "workers", "projects"],
)  # fmt: skip
def test_each_kind_is_read_by_the_headings_that_clerks_write(
    kind: str, heads: list[str], row: list[str], kept: dict[str, str], tmp_path: Path
) -> None:
    """Chinese, English and half-right headings; values come cleaned."""
    code, said, _ = roster_check(book(tmp_path / "roster.xlsx", [heads, row]), kind)

    assert (code, said["accepted"]) == (0, 1)
    assert None not in said["columns"].values()
    assert kept.items() <= accepted(tmp_path / "roster.xlsx")[0].items()


@pytest.mark.slow  # two processes and their children
def test_an_unknown_heading_is_asked_about_and_answered_by_a_map(tmp_path: Path) -> None:
    """It is named on stderr, in the reader's language, and read once --map says what it is."""
    path = book(tmp_path / "roster.xlsx", [[*HEADS[:3], "平时多少人"], ["示例纺织", CODE, "横店镇", 30]])

    first = roster_check(path, "enterprises", lang="zh_CN.UTF-8")
    (tmp_path / "map.json").write_text('{"平时多少人": "normal_staff"}', encoding="utf-8")
    second = roster_check(path, "enterprises", "--map", str(tmp_path / "map.json"))

    assert first[1]["columns"]["平时多少人"] is None
    assert "未识别的列" in first[2] and "平时多少人" in first[2]
    assert second[1]["columns"]["平时多少人"] == "normal_staff"
    assert accepted(path)[0]["normal_staff"] == "30"


@pytest.mark.slow  # four processes
@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("a,b\n1,2\n", []),
        ("\0\1\2", []),
        (None, []),
        ("企业名称,统一社会信用代码,镇街\n", ["--map", "/no/such.json"]),
        ("企业名称,统一社会信用代码,镇街,,企业名称,统一社会信用代码,镇街\n", []),
    ],
    ids=["no table", "no text", "no file", "no map", "two tables"],
)
def test_what_cannot_be_read_is_said_in_one_line(
    content: str | None, options: list[str], tmp_path: Path
) -> None:
    """Exit 2, one line, empty stdout."""
    path = tmp_path / "roster.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    code, said, message = roster_check(path, "enterprises", *options)

    assert (code, said) == (2, None)
    assert message.startswith("twofront: ") and message.count("\n") == 1


@pytest.mark.slow  # two processes and their children
def test_what_is_mended_assumed_or_doubtful_is_said(tmp_path: Path) -> None:
    """Repairs by cell with what stood there; a missing year; sex, birth date and origin beside the ID: said, not rejected."""
    heads = ["姓名", "身份证号", "手机", "信用代码", "来源地", "返回日期", "性别", "出生日期", "户籍地"]
    rows = [  # the standard's examples: 110105 is in Beijing, a woman born 1949-12-31; 440524 is in Shantou, a man's
        ["演练-甲", ID, "154-0000-0001", CODE, "北京市", "2月8日", "男", "1949-12-30", "北京"],
        ["演练-乙", OTHER_ID, "", CODE.lower(), "", "12月28日", "男", "", "汕头"],
    ]
    path = book(tmp_path / "roster.xlsx", [heads, *rows])

    code, said, _ = roster_check(path, "workers", "--on", "2020-02-18")

    assert (code, said["accepted"]) == (0, 2)
    assert {n["code"]: n["cells"] for n in said["notes"]} == {
        "year_assumed": ["F2", "F3"],
        "sex_against_id": ["G2"],
        "born_against_id": ["H2"],
        "origin_from_id": ["E2"],
        "origin_not_filled": ["E3"],
    }
    assert "origin guessed from ID is not accepted" in next(
        n["en"] for n in said["notes"] if n["code"] == "origin_from_id"
    )
    assert {(r["field"], r["code"], *r["cells"]) for r in said["repairs"]} == {
        ("mobile", "marks", "C2"), ("credit_code", "marks", "D3"), ("returned_on", "date", "F2", "F3"),
    }  # fmt: skip
    assert [r["returned_on"] for r in accepted(path)] == ["2020-02-08", "2019-12-28"]
    assert {(c.value, said["columns"][str(c.value)]) for c in openpyxl.load_workbook(path).worksheets[0][1]} >= {
        ("性别", None), ("出生日期", None), ("户籍地", None),
    }  # fmt: skip
    sums = [[c.value for c in row] for row in openpyxl.load_workbook(tmp_path / "report.xlsx")["汇总"]]
    assert ["C2", "154-0000-0001", "15400000001"] in [row[:3] for row in sums]
    (tmp_path / "map.json").write_text('{"户籍地": "origin"}', encoding="utf-8")
    assert (
        "origin guessed from ID is not accepted"
        in roster_check(path, "workers", "--map", str(tmp_path / "map.json"))[2]
    )


@pytest.mark.slow  # three processes and their children
def test_a_mended_workbook_is_read_again_and_loses_its_marks(tmp_path: Path) -> None:
    """Two of three rows are wrong; one is mended where it is red: then one cell is red, and one sheet 汇总 stands at the end."""
    path = book(
        tmp_path / "roster.xlsx",
        [
            HEADS,
            ["甲厂", CODE, "横店镇"],
            ["乙厂", WRONG_CODE, "横店镇"],
            ["", "91350100M000100Y44", "横店镇"],
        ],
    )
    roster_check(path, "enterprises")
    back = openpyxl.load_workbook(tmp_path / "report.xlsx")
    back["Sheet"]["A4"] = "丙厂"
    back.save(tmp_path / "mended.xlsx")

    _, said, _ = roster_check(tmp_path / "mended.xlsx", "enterprises")

    assert (said["accepted"], said["duplicate"]) == (1, 0)
    again = openpyxl.load_workbook(tmp_path / "report.xlsx")
    assert again.sheetnames == ["Sheet", "汇总"]
    red = {c.coordinate for row in again["Sheet"] for c in row if c.fill.start_color.rgb == "FFFFC7CE"}
    assert red == {c.coordinate for row in again["Sheet"] for c in row if c.comment} == {"B3", "B4"}


@pytest.mark.slow  # a county with a database
def test_a_mended_workbook_loads_with_the_rest_as_duplicate(small_county: Any, tmp_path: Path) -> None:
    """Only the wrong rows need to come again: the others are duplicates, nothing is rejected."""
    from tests.conftest import DAY, NOON, operator
    from twofront.ground import intake
    from twofront.server import returning
    from twofront.server.loads import loader

    def load(path: Path) -> Any:
        return intake.load(
            loader("enterprises"), path, by=operator(), at=NOON, sent=intake.Sent(on=DAY),
            keep_in=small_county.inbox,
        )  # fmt: skip

    rows = [["甲厂", CODE, "横店镇"], ["乙厂", WRONG_CODE, "横店镇"]]
    first = load(book(tmp_path / "roster.xlsx", [["企业名册"], HEADS, *rows]))
    (tmp_path / "back.xlsx").write_bytes(returning.marked(first.import_id))
    back = openpyxl.load_workbook(tmp_path / "back.xlsx")
    back["Sheet"]["B4"] = "91330799MA00000159"
    back.save(tmp_path / "mended.xlsx")

    second = load(tmp_path / "mended.xlsx")

    assert (first.read, first.accepted, first.rejected) == (2, 1, 1)
    assert (second.read, second.accepted, second.duplicate, second.rejected) == (2, 1, 1, 0)


@pytest.mark.slow  # two processes and their children
def test_the_first_sheet_with_such_a_table_is_read(tmp_path: Path) -> None:
    """A sheet of explanations stands before it, a hidden older list between; one that is named is read, or said to hold none."""
    made = openpyxl.Workbook()
    made.worksheets[0].title = "说明"
    made["说明"].append(["请于2月18日前报送"])
    for title, rows in (("旧", 3), ("名册", 1)):
        sheet = made.create_sheet(title)
        for row in [HEADS, *[["甲厂", CODE, "横店镇"]] * rows]:
            sheet.append(row)
    made["旧"].sheet_state = "hidden"
    made.save(tmp_path / "roster.xlsx")

    _, said, _ = roster_check(tmp_path / "roster.xlsx", "enterprises")
    code, none, message = roster_check(tmp_path / "roster.xlsx", "enterprises", "--sheet", "说明")

    assert (said["sheet"], said["read"]) == ("名册", 1)
    assert (code, none) == (2, None)
    assert "no header row" in message
