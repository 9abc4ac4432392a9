"""Firms of a day and the report of one firm. Firms of the small county: see `tests/apps/figures/test_twelve_firms.py`.

01 to 04 and 10 declare that they are open, 09 and 12 say nothing; odd ones lie in 吴宁 (330783001), even ones in 横店.
"""

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

DAY = "2020-02-18"
FIRM_01, FIRM_02, FIRM_09 = "91330799MA0000373A", "91330799MA00007441", "91330799MA0003339E"
KEY = "01a20cc1-859e-7c5b-9cea-2fb14e4da81{}"


def _firms(response: Any) -> list[str]:
    return re.findall(r'href="/firms/([0-9A-Z]{18})/report', response.content.decode())


def _report_of(code: str) -> tuple[bool, int | None] | None:
    from datetime import date

    from twofront.apps.enterprises import queries
    from twofront.apps.register import queries as register
    from twofront.ground import scope

    with scope.reading(scope.READ_COUNTY):
        found = queries.report_of(register.ids_of([code])[code], on=date(2020, 2, 18))
    return None if found is None else (found.opened, found.on_site)


def test_those_to_be_asked_stand_first(client_as: Callable[[str], Any]) -> None:
    """Twelve firms; 09 and 12, of whom nothing is known, stand before the ten that reported."""
    firms = _firms(client_as("office").get("/firms", {"on": DAY}))

    assert len(firms) == 12
    assert {firms[0], firms[1]} == {FIRM_09, "91330799MA00044463"}


def test_a_township_sees_its_own_firms_only(client_as: Callable[[str], Any]) -> None:
    """吴宁 sees its six; a firm of 横店 is not there for it, neither in the list nor by its address."""
    wuning = client_as("wuning")

    assert len(_firms(wuning.get("/firms", {"on": DAY}))) == 6
    assert wuning.get(f"/firms/{FIRM_01}/report").status_code == 200
    assert wuning.get(f"/firms/{FIRM_02}/report").status_code == 404
    assert wuning.post(f"/firms/{FIRM_02}/report", {"opened": "1", "on": DAY}).status_code == 404
    assert client_as("observer").get("/firms").status_code == 403


@pytest.mark.parametrize(
    ("query", "firms"),
    [
        pytest.param({"state": "none"}, 2, id="no report"),
        pytest.param({"state": "open"}, 5, id="declared open"),
        pytest.param({"state": "shut", "place": "330783001"}, 3, id="shut in one township: 05 07 11"),
        pytest.param({"list": "above_limit_services"}, 0, id="a list without members"),
        pytest.param({"q": "示例厂09"}, 1, id="by name"),
        pytest.param({"q": "15400001003"}, 1, id="by phone"),
        pytest.param({"q": "ma0000373a"}, 1, id="by code, small letters"),
    ],
)
def test_the_list_is_searched_and_filtered(
    client_as: Callable[[str], Any], query: dict[str, str], firms: int
) -> None:
    """Search and filters narrow the list to rows that can be counted by hand."""
    assert len(_firms(client_as("office").get("/firms", {"on": DAY, **query}))) == firms


def test_the_list_is_sorted_and_what_is_not_known_stands_last(client_as: Callable[[str], Any]) -> None:
    """On site: 10 for firm 10, then 4 3 2 1, then zeros; 09 and 12 are not known and last, upwards and downwards."""
    office = client_as("office")

    down = _firms(office.get("/firms", {"on": DAY, "sort": "-on_site"}))
    up = _firms(office.get("/firms", {"on": DAY, "sort": "on_site"}))

    assert down[0] == "91330799MA000370X0"
    assert up[9] == "91330799MA000370X0"
    assert set(down[10:]) == set(up[10:]) == {FIRM_09, "91330799MA00044463"}


def test_a_list_is_taken_away_as_it_was_filtered_with_a_watermark(client_as: Callable[[str], Any]) -> None:
    """The file holds the five open firms, says that it is an exercise and who took it; the audit has the event."""
    from twofront.ground.models import Event

    answer = client_as("office").get("/firms", {"on": DAY, "state": "open", "format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(min_row=4, values_only=True))

    assert "演练数据 EXERCISE" in sheet["A1"].value
    assert "演练-office (office)" in sheet["A2"].value
    assert len(rows) == 5
    assert {r[1] for r in rows} >= {FIRM_01, FIRM_02}
    assert Event.objects.filter(verb="list.taken", about="list:firms:xlsx", actor="office").count() == 1


def test_who_may_not_take_lists_away_gets_no_file(client_as: Callable[[str], Any]) -> None:
    """The auditor reads rows and takes none."""
    auditor = client_as("auditor")

    assert "format=xlsx" not in auditor.get("/firms").content.decode()
    assert auditor.get("/firms", {"format": "xlsx"}).status_code == 403


def test_a_first_report_is_in_and_says_that_it_can_be_corrected(client_as: Callable[[str], Any]) -> None:
    """09 said nothing; its township reports for it, and the page says so once."""
    wuning = client_as("wuning")

    sent = wuning.post(
        f"/firms/{FIRM_09}/report", {"on": DAY, "opened": "1", "on_site": "7", "key": KEY.format(1)}
    )
    page = wuning.get(sent.headers["Location"]).content.decode()

    assert sent.status_code == 303
    assert _report_of(FIRM_09) == (True, 7)
    assert "已收下 示例厂09 的报告" in page
    assert "已收下" not in wuning.get(sent.headers["Location"]).content.decode()


def test_a_correction_keeps_both_and_can_be_taken_back(client_as: Callable[[str], Any]) -> None:
    """01 declared 1 on site; corrected to 5, taken back to 1: three reports stand in the history."""
    office = client_as("office")

    sent = office.post(
        f"/firms/{FIRM_01}/report", {"on": DAY, "opened": "1", "on_site": "5", "key": KEY.format(2)}
    )
    page = office.get(sent.headers["Location"]).content.decode()
    undo = re.search(r'action="(/firms/[^"]+/undo[^"]+)"', page)
    assert undo is not None
    assert _report_of(FIRM_01) == (True, 5)
    address = undo.group(1).replace("&amp;", "&")
    office.post(address)

    assert _report_of(FIRM_01) == (True, 1)
    after = office.get(sent.headers["Location"]).content.decode()
    assert after.count('scope="row"') == 3
    office.post(address.split("&key=")[0])
    assert _report_of(FIRM_01) == (True, 1), "an undo whose moment has passed changes nothing"


def test_a_report_that_changed_meanwhile_is_not_overwritten_unseen(client_as: Callable[[str], Any]) -> None:
    """The township corrects while the office has the form open: the office is told, sees the new report, and chooses."""
    office, wuning, address = client_as("office"), client_as("wuning"), f"/firms/{FIRM_01}/report"

    def form() -> dict[str, str]:
        page = office.get(address, {"on": DAY}).content.decode()
        return dict(re.findall(r'<input type="hidden" name="(seen|key|on)" value="([^"]*)"', page))

    old = form()
    wuning.post(address, {"on": DAY, "opened": "0", "on_site": "0"})
    told = office.post(address, {**old, "opened": "1", "on_site": "7"})
    again = dict(
        re.findall(r'<input type="hidden" name="(seen|key|on)" value="([^"]*)"', told.content.decode())
    )

    assert (told.status_code, _report_of(FIRM_01)) == (422, (False, 0))
    assert "又有人报过" in told.content.decode() and 'value="7"' in told.content.decode()
    assert office.post(address, {**again, "opened": "1", "on_site": "7"}).status_code == 303
    assert _report_of(FIRM_01) == (True, 7)


def test_a_form_sent_twice_is_one_report(client_as: Callable[[str], Any]) -> None:
    """A double click, a reload: the same key is the same act; with other words under the same key nothing is done."""
    from twofront.apps.enterprises.models import Report

    office = client_as("office")
    form = {"on": DAY, "opened": "0", "on_site": "0", "key": KEY.format(3)}
    before = Report.objects.count()

    first = office.post(f"/firms/{FIRM_09}/report", form)
    other = office.post(f"/firms/{FIRM_09}/report", {**form, "opened": "1"})

    assert first.status_code == 303
    assert other.status_code == 422
    assert Report.objects.count() == before + 1
    assert office.post(f"/firms/{FIRM_09}/report", {**form, "key": "import:reports:x"}).status_code == 400


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        pytest.param({}, "请选一个", id="neither open nor shut"),
        pytest.param({"opened": "1", "on_site": "many"}, "请写 0 或以上的整数", id="no number"),
        pytest.param({"opened": "1", "on_site": "-1"}, "请写 0 或以上的整数", id="below zero"),
        pytest.param({"opened": "1", "difficulty": "weather"}, "没有这个选项", id="unknown difficulty"),
        pytest.param({"opened": "1", "on": "2020-02-19"}, "这一天还没有到", id="a day to come"),
    ],
)
def test_a_wrong_form_says_where_and_what_to_do(
    client_as: Callable[[str], Any], sent: dict[str, str], word: str
) -> None:
    """Nothing is written, what was filled in stays, and the sentence stands at its field."""
    answer = client_as("office").post(f"/firms/{FIRM_09}/report", {"on": DAY, **sent})

    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert _report_of(FIRM_09) is None


def test_the_same_report_again_changes_nothing(client_as: Callable[[str], Any]) -> None:
    """What stands already is not written a second time; the page says so."""
    answer = client_as("office").post(f"/firms/{FIRM_01}/report", {"on": DAY, "opened": "1", "on_site": "1"})

    assert answer.status_code == 422
    assert "未作改动" in answer.content.decode()


def test_who_only_corrects_does_not_declare(client_as: Callable[[str], Any]) -> None:
    """The economy line corrects 01, which reported; for 09, which did not, it has no form and no act. The auditor has neither."""
    economy, auditor = client_as("economy"), client_as("auditor")

    assert economy.post(f"/firms/{FIRM_01}/report", {"on": DAY, "opened": "0"}).status_code == 303
    assert economy.post(f"/firms/{FIRM_09}/report", {"on": DAY, "opened": "0"}).status_code == 403
    assert "这个账号只能看" in auditor.get(f"/firms/{FIRM_01}/report", {"on": DAY}).content.decode()
    assert auditor.post(f"/firms/{FIRM_01}/report", {"on": DAY, "opened": "0"}).status_code == 403


PROJECTS = """code,name,level,kind,township,workers_normal
P1,示例一号路,省级,continued,330783001,100
P2,示例二号桥,市级,continued,330783123,50
P3,示例三号楼,市级,new,330783001,20
"""
PROJECT_REPORTS = """code,date,resumed,on_site,reason
P1,2020-02-18,1,40,缺人
P3,2020-02-18,0,0,缺材料
"""


def test_a_firm_sees_its_own_reports_and_mends_its_own_typing_error(
    load: Callable[..., Any], client_as: Callable[[str], Any]
) -> None:
    """The account of a firm, with meters beside: the history is there; what it declared it corrects, what others said it does not."""
    accounts = "".join(f"{f},enterprise,330783001,*,2020-01-01\n" for f in (FIRM_01, FIRM_09))
    load("accounts", f"login,role,unit,line,from\n{accounts}")
    own, others = client_as(FIRM_09), client_as(FIRM_01)
    address = f"/firms/{FIRM_09}/report"

    page = others.get(f"/firms/{FIRM_01}/report?on={DAY}").content.decode()
    assert "还没有报过" not in page and "只能看" in page
    assert others.post(f"/firms/{FIRM_01}/report", {"opened": "0", "on": DAY}).status_code == 403

    own.post(address, {"opened": "1", "on_site": "3", "on": DAY, "key": KEY.format(7)})
    before = _report_of(FIRM_09)
    sent = own.post(address, {"opened": "0", "on_site": "0", "on": DAY, "key": KEY.format(8)})
    corrected, after = _report_of(FIRM_09), own.get(sent.headers["Location"]).content.decode()
    undo = re.search(rf'action="({address}/undo[^"]+)"', after)
    assert undo
    back = own.post(undo[1].replace("&amp;", "&"))

    assert (before, corrected) == ((True, 3), (False, 0))
    assert (back.status_code, _report_of(FIRM_09)) == (303, before)


def test_projects_say_who_works_and_whom_to_call(
    client_as: Callable[[str], Any], load: Callable[..., Any]
) -> None:
    """Of two continued projects one resumed and one says nothing; the silent one stands before the one that works."""
    load("projects", PROJECTS)
    load("project_reports", PROJECT_REPORTS)

    page = client_as("office").get("/projects", {"on": DAY}).content.decode()

    assert "2 个，已复工 1 个" in page
    assert "没报 1 个" in page
    assert page.index("示例二号桥") < page.index("示例一号路")
    assert "40 / 100" in page
    assert "缺材料" in page
    assert "15400000006" in page, "the head of 吴宁"
    assert "示例二号桥" not in client_as("wuning").get("/projects", {"on": DAY}).content.decode()


def test_a_day_that_cannot_be_read_is_said(client_as: Callable[[str], Any]) -> None:
    """A wrong address is answered with a sentence, not with an error of the program."""
    answer = client_as("office").get("/firms", {"on": "yesterday"})

    assert answer.status_code == 400
    assert "2020-02-18" in answer.content.decode()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        pytest.param(
            "91330799MA00011143", ["开工", "没开工", "开工"], id="03: declared open, seen shut, measured open"
        ),
        pytest.param(FIRM_02, ["开工", "开工", "没开工"], id="02: declared open, seen open, measured shut"),
        pytest.param("91330799MA00044463", ["未知", "未知", "未知"], id="12: nothing is known"),
    ],
)
def test_the_three_sources_stand_side_by_side_on_the_firms_page(
    client_as: Callable[[str], Any], code: str, said: list[str]
) -> None:
    """Declared, confirmed and measured, each with its own word; none overrides another."""
    page = client_as("office").get(f"/firms/{code}/report", {"on": DAY}).content.decode()
    record = page[page.index("已知情况") :].split("</dl>", maxsplit=1)[0]

    parts = [re.sub(r"<[^>]+>", " ", part).split() for part in record.split("<dt>")[1:]]
    assert {part[0]: part[1] for part in parts[:3]} == dict(zip(("自报", "走访", "用电"), said, strict=True))
