"""Loading a file on a page: the form, the job, its progress, what became of it, and what is given back."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest

NOON = datetime(2020, 2, 18, 11, 30, tzinfo=UTC)
GOOD = "date,credit_code,opened,on_site\n2020-02-18,91330799MA0003339E,1,9\n"
MIXED = (
    "日期,统一社会信用代码,是否开工,在岗人数\n"
    "2020-02-18,91330799MA0003339E,是,9\n"
    "2020-02-18,91330799MA0000373A,是,1\n"
    "2020-02-18,91330799MA0003339X,是,4\n"
    "2020-02-18,91330799MA00044463,maybe,-1\n"
)
COLLEAGUES = (
    "login,role,unit,line,from\n"
    "second,township,330783001,*,2020-01-01\n"
    "inspector,inspector,330783001001,*,2020-01-01\n"
)


@pytest.fixture
def upload(small_county: Any, client_as: Callable[[str], Any]) -> Iterator[Callable[..., Any]]:
    """Send a file on the page and let its job run, here and now; returns the answer to the form."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import TestCase

    from twofront.server import jobs

    before = set(small_county.inbox.iterdir())

    def upload_(login: str, text: str, *, name: str = "日报.csv", kind: str = "reports", **form: str) -> Any:
        client = client_as(login)
        file = SimpleUploadedFile(name, text.encode())
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer = client.post("/load", {"kind": kind, "file": file, "on": "2020-02-18", **form})
        if answer.status_code == 303:
            jobs.load_file.func(answer.headers["Location"].rsplit("/", 1)[1])
        return answer

    yield upload_
    for path in set(small_county.inbox.iterdir()) - before:
        path.unlink()


def _import(file: str = "日报.csv") -> Any:
    from twofront.ground.models import Import

    return Import.objects.filter(file_name=file).first()


def test_a_file_goes_in_as_whoever_sent_it(upload: Callable[..., Any], small_county: Any) -> None:
    """The form leads to its progress; the job loads with the sender's rights and keeps the file, and nothing else."""
    before = {p.name for p in small_county.inbox.iterdir()}

    answer = upload("office", GOOD)

    row = _import()
    assert re.fullmatch(r"/load/[0-9a-f-]{36}", answer.headers["Location"])
    assert (row.actor, row.read, row.accepted, row.rejected) == ("office", 1, 1, 0)
    assert {p.name for p in small_county.inbox.iterdir()} - before == {f"{row.sha256}.csv"}


def test_rights_are_those_of_the_sender(upload: Callable[..., Any]) -> None:
    """横店's firm does not exist for 吴宁, whose row on it is refused; accounts it may not load, the auditor nothing at all."""
    foreign = "date,credit_code,opened\n2020-02-18,91330799MA00044463,1\n"

    upload("wuning", foreign)
    accounts = upload("wuning", "login,role,unit,line,from\n", kind="accounts")
    auditor = upload("auditor", GOOD)

    assert (_import().accepted, _import().rejected) == (0, 1)
    assert accounts.status_code == 422
    assert "不能装入这一种" in accounts.content.decode()
    assert auditor.status_code == 403


@pytest.mark.parametrize(
    ("form", "word"),
    [
        pytest.param({"kind": ""}, "这一项要填", id="no kind"),
        pytest.param({"known": "2020-02-18T20:00"}, "不能晚于现在", id="known later than now"),
        pytest.param({"on": "soon"}, "日期不能识别", id="no day"),
        pytest.param({"kind": "readings"}, "用电表要说明是哪一种样子", id="readings without layout"),
        pytest.param({"zero_value": "none"}, "请写一个数", id="no number"),
    ],
)
def test_a_wrong_form_says_where(upload: Callable[..., Any], form: dict[str, str], word: str) -> None:
    """Nothing is kept and nothing deferred; the sentence stands at its field."""
    answer = upload("operator", GOOD, **form)

    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert _import() is None


def test_a_missing_file_is_said(client_as: Callable[[str], Any]) -> None:
    """The form without a file is not an error of the program."""
    answer = client_as("office").post("/load", {"kind": "reports"})

    assert answer.status_code == 422
    assert "请选一个文件" in answer.content.decode()


def test_every_row_is_accounted_for_and_each_wrong_cell_explained(
    upload: Callable[..., Any], client_as: Callable[[str], Any]
) -> None:
    """Of four rows two are taken (01 got no staff before: a correction), two are refused for three reasons."""
    upload("office", MIXED)
    row = _import()

    page = client_as("office").get(f"/imports/{row.uid}").content.decode()

    assert (row.read, row.accepted, row.duplicate, row.rejected) == (4, 1, 1, 2)
    assert "校验位不对" in page
    assert re.search(r"maybe", page)
    cells = re.findall(r'scope="row"[^>]*data-title="单元格"[^>]*><div class="cell">\s*([A-Z]\d)', page)
    assert sorted(cells) == ["B4", "C5", "D5"]
    assert "请对照营业执照" in page


def test_the_file_comes_back_with_exactly_its_wrong_cells_marked(
    upload: Callable[..., Any], client_as: Callable[[str], Any]
) -> None:
    """Three cells are filled FFC7CE and explained; every value is as it was sent; the sums stand behind."""
    upload("office", MIXED)

    answer = client_as("office").get(f"/imports/{_import().uid}/marked")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]

    filled = {
        c.coordinate for line in sheet.iter_rows() for c in line if c.fill.start_color.rgb.endswith("FFC7CE")
    }
    assert filled == {"B4", "C5", "D5"}
    assert all(sheet[c].comment is not None for c in filled)
    assert [[str(c.value) for c in line] for line in sheet.iter_rows()] == [
        line.split(",") for line in MIXED.splitlines()
    ]
    assert book.sheetnames[-1] == "汇总"


@pytest.mark.slow  # the file is read in a child process twice
def test_rejected_rows_alone_come_with_their_headings_and_reasons(
    upload: Callable[..., Any], client_as: Callable[[str], Any]
) -> None:
    """Two rows under the file's own headings in its own order, each with its number and why."""
    upload("office", MIXED)

    answer = client_as("office").get(f"/imports/{_import().uid}/rejected")
    lines = list(
        openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(min_row=3, values_only=True)
    )

    assert lines[0][:4] == ("日期", "统一社会信用代码", "是否开工", "在岗人数")
    assert [line[1] for line in lines[1:]] == ["91330799MA0003339X", "91330799MA00044463"]
    assert [line[4] for line in lines[1:]] == [4, 5]
    assert all(line[5] for line in lines[1:])


def test_an_import_is_for_its_sender_and_for_those_whose_scope_holds_his(
    upload: Callable[..., Any], client_as: Callable[[str], Any], load: Callable[..., Any]
) -> None:
    """吴宁 and those who see the whole county see 吴宁's file; for 横店, a line and a newcomer to 吴宁 it is not there."""
    load("accounts", COLLEAGUES)
    upload("wuning", MIXED.replace("91330799MA00044463", "91330799MA0001851M"))
    uid = _import().uid

    def asked(login: str) -> tuple[int, bool]:
        client = client_as(login)
        return client.get(f"/imports/{uid}").status_code, "日报.csv" in client.get(
            "/imports"
        ).content.decode()

    for login in ("wuning", "second", "office", "commander", "auditor"):
        assert asked(login) == (200, True), login
    for login in ("hengdian", "economy", "inspector"):
        assert asked(login) == (404, False), login
        assert client_as(login).get(f"/imports/{uid}/rejected").status_code == 404
        assert client_as(login).get(f"/imports/{uid}/marked").status_code == 404
    assert asked("observer") == (403, False)
    assert "enterprises.csv" not in client_as("wuning").get("/imports").content.decode()


def test_rejected_rows_are_for_the_sender_and_for_those_who_see_everything(
    upload: Callable[..., Any], client_as: Callable[[str], Any], load: Callable[..., Any]
) -> None:
    """What people wrote is for whoever sent it: a colleague has the counts of 吴宁's file, and no row of it."""
    load("accounts", COLLEAGUES)
    upload("wuning", MIXED.replace("91330799MA00044463", "91330799MA0001851M"))
    uid = _import().uid

    assert "91330799MA0003339X" in client_as("wuning").get(f"/imports/{uid}").content.decode()
    assert "91330799MA0003339X" in client_as("office").get(f"/imports/{uid}").content.decode()
    other = client_as("second")
    page = other.get(f"/imports/{uid}")
    assert page.status_code == 200
    assert "91330799MA0003339X" not in page.content.decode()
    assert other.get(f"/imports/{uid}/rejected").status_code == 404
    assert other.get(f"/imports/{uid}/marked").status_code == 404


def test_what_somebody_loaded_stays_with_the_township_he_was_then_of(
    client_as: Callable[[str], Any], load: Callable[..., Any], actor: Callable[[str], Any]
) -> None:
    """吴宁's clerk of the 17th works for 横店 from the 18th: his file of the 17th is 吴宁's, and not 横店's."""
    load("accounts", COLLEAGUES)
    text = "date,credit_code,opened\n2020-02-17,91330799MA0000373A,1\n"
    load("reports", text, by=actor("wuning"), at=NOON - timedelta(days=1), name="旧.csv")
    load("accounts", "login,role,unit,line,from,to\nwuning,township,330783001,*,2020-01-01,2020-02-17\n")
    load("accounts", "login,role,unit,line,from\nwuning,township,330783123,*,2020-02-18\n")

    assert "旧.csv" in client_as("second").get("/imports").content.decode()
    assert "旧.csv" not in client_as("hengdian").get("/imports").content.decode()


@pytest.mark.slow  # two files are read in a child process each
def test_the_history_lists_every_file(upload: Callable[..., Any], client_as: Callable[[str], Any]) -> None:
    """Eleven files made the small county; two more make thirteen, one of them with rejected rows."""
    upload("office", GOOD)
    upload("office", MIXED, name="混合.csv")
    office = client_as("office")

    assert "共 13<" in office.get("/imports").content.decode()
    assert "混合.csv" in office.get("/imports", {"state": "some"}).content.decode()
    assert "共 1<" in office.get("/imports", {"kind": "reports", "state": "some"}).content.decode()
    assert client_as("observer").get("/imports").status_code == 403
    assert office.get("/imports/01a20cc1-859e-7c5b-9cea-2fb14e4da819").status_code == 404


def _tell(uid: str, **fields: Any) -> None:
    from twofront.ground import scope
    from twofront.ground.models import Progress

    scope.apply(read=scope.EVERYTHING, write=scope.EVERYTHING)
    scope.open_act(0, is_bulk=True)
    Progress.objects.filter(uid=UUID(uid)).update(**fields)
    scope.open_act(None)


@pytest.mark.parametrize(
    ("fields", "words", "runs"),
    [
        pytest.param({}, ["排队等候"], True, id="waiting"),
        pytest.param({"state": "running", "body": {"sentence": "checking 1203 rows"}}, ["正在核对 1,203 行"], True, id="running"),
        pytest.param(
            {"state": "done", "result": {"import_id": "01a20cc1-859e-7c5b-9cea-2fb14e4da819", "accepted": 1131, "duplicate": 41, "rejected": 31}},
            ["收下 1,131 行，重复 41 行，退回 31 行", "/imports/01a20cc1"], False, id="done",
        ),
        pytest.param(
            {"state": "done", "result": {"import_id": "01a20cc1-859e-7c5b-9cea-2fb14e4da819", "repeated": True, "accepted": 1, "duplicate": 0, "rejected": 0}},
            ["什么也没有改动"], False, id="the same file again",
        ),
        pytest.param({"state": "failed", "result": {"zh": "打不开", "en": "cannot be opened"}}, ["打不开"], False, id="refused"),
    ],
)  # fmt: skip
def test_progress_says_how_far_it_is_and_how_it_ended(
    upload: Callable[..., Any],
    client_as: Callable[[str], Any],
    fields: dict[str, Any],
    words: list[str],
    runs: bool,
) -> None:
    """While it runs the page asks again; once ended it says so and leads on. Others have no such page."""
    address = upload("wuning", GOOD).headers["Location"]
    _tell(address.rsplit("/", 1)[1], **fields)

    page = client_as("wuning").get(address).content.decode()
    part = client_as("wuning").get(address, headers={"HX-Request": "true"}).content.decode()

    for word in words:
        assert word in page
        assert word in part
    assert ("hx-get" in part) is runs
    assert "<html" not in part
    assert client_as("hengdian").get(address).status_code == 404
    assert client_as("office").get(address).status_code == 200


@pytest.mark.slow  # fifteen workbooks are made, and each is read in a child process of its own
def test_an_empty_workbook_of_every_kind_goes_back_in(
    client_as: Callable[[str], Any], small_county: Any, tmp_path: Path
) -> None:
    """Its headings are the KIND's fields, in Chinese or in English; without rows it is taken as a file of no rows."""
    from twofront.core.playbook import LOADS
    from twofront.ground import reader

    client = client_as("office")
    for kind, columns in LOADS.items():
        answer = client.get(f"/load/template/{kind}", headers={"Accept-Language": "en"})
        path = tmp_path / f"{kind}.xlsx"
        path.write_bytes(answer.content)
        assert set(columns) <= set(reader.read(path).row(3)), kind

    zh = client.get("/load/template/reports", headers={"Accept-Language": "zh-hans"})
    (tmp_path / "zh.xlsx").write_bytes(zh.content)
    assert reader.read(tmp_path / "zh.xlsx").row(3)[:3] == ["日期", "统一社会信用代码", "是否开工"]
    assert client.get("/load/template/nonsense").status_code == 404


def test_a_filled_template_is_loaded(
    client_as: Callable[[str], Any], actor: Callable[[str], Any], tmp_path: Path
) -> None:
    """What a clerk fills in under the headings is read: title and notes are not taken for rows."""
    from twofront.ground import intake
    from twofront.server.loads import loader

    answer = client_as("office").get("/load/template/reports", headers={"Accept-Language": "zh-hans"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    book.worksheets[0].append(["2020-02-18", "91330799MA0003339E", "是", 9])
    path = tmp_path / "filled.xlsx"
    book.save(path)

    report = intake.load(
        loader("reports"), path, by=actor("operator"), at=NOON, rehearsed=lambda report: None
    )

    assert (report.read, report.accepted) == (1, 1)
