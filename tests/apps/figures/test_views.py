"""Closing a day, sheets side by side, and where the sources contradict each other, on the twelve firms.

01 D1 C1 M1 · 02 D1 C1 M0 · 03 D1 C0 M1 · 04 D1 C0 M0 · 05 D0 C1 M1 · 06 D0 C1 M0 · 07 D0 C0 M1 · 08 D0 C0 M0 ·
09 - - M1 · 10 D1 - - · 11 D0 - - · 12 - - -   (odd ones in 吴宁, even ones in 横店)
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.conftest import FILES

DAY = {"on": "2020-02-18"}
LIST = "/disagreements/above_scale_industry"
KEY = "01a20cc1-859e-7c5b-9cea-2fb14e4da82{}"


def _closed(goal: str) -> str | None:
    from twofront.apps.figures.queries.published import closings

    found = closings([date(2020, 2, 18)]).get((goal, date(2020, 2, 18)))
    return found.by if found else None


def _card(page: str, title: str) -> str:
    return page[page.index(f"<h2>{title}</h2>") :].split("</section>", maxsplit=1)[0]


def test_each_goal_says_what_is_known_and_who_closes_it(client_as: Callable[[str], Any]) -> None:
    """Three cases before the count began on 02-14; 330 of 600 dwellings; 2 of 12 firms declared open and confirmed."""
    page = client_as("auditor").get("/closings", DAY).content.decode()

    assert "3 例，最后一例 2020-02-13" in _card(page, "零输入")
    assert "演练-health" in _card(page, "零输入"), "who closed it"
    assert "6 个村（社区）中 6 个" in _card(page, "全覆盖")
    assert "330 / 600 户" in _card(page, "全覆盖")
    assert "2 家" in _card(page, "全复工")
    assert "演练-economy 15400000003" in _card(page, "全复工"), "who would have to close it"
    assert "<form" not in _card(page, "全复工")


def test_only_the_line_that_answers_closes_a_goal(client_as: Callable[[str], Any]) -> None:
    """The economy line closes its own goal and no other; it has to say that all is in."""
    economy = client_as("economy")
    page = economy.get("/closings", DAY).content.decode()
    assert "/closings/full_resumption/close" in page
    assert "/closings/full_coverage/close" not in page

    unsure = economy.post("/closings/full_resumption/close", DAY)
    foreign = economy.post("/closings/full_coverage/close", {**DAY, "sure": "1"})
    sure = economy.post("/closings/full_resumption/close", {**DAY, "sure": "1", "key": KEY.format(1)})

    assert (unsure.status_code, foreign.status_code, sure.status_code) == (422, 403, 303)
    assert "请先确认都已报齐" in unsure.content.decode()
    assert _closed("full_resumption") == "economy"
    assert _closed("full_coverage") is None
    assert "已封账：全复工 2020-02-18" in economy.get(sure.headers["Location"]).content.decode()


def test_a_closing_is_taken_back_by_a_click_or_with_a_reason(client_as: Callable[[str], Any]) -> None:
    """Just closed, it can be undone; later it is reopened with a reason, without one nothing happens."""
    health = client_as("health")
    bare = health.post("/closings/zero_imported/reopen", DAY)
    reasoned = health.post(
        "/closings/zero_imported/reopen", {**DAY, "reason": "还有一例待核", "key": KEY.format(2)}
    )

    assert (bare.status_code, reasoned.status_code) == (422, 303)
    assert _closed("zero_imported") is None

    closed = health.post("/closings/zero_imported/close", {**DAY, "sure": "1", "key": KEY.format(3)})
    page = health.get(closed.headers["Location"]).content.decode()
    undo = re.search(r'action="(/closings/zero_imported/reopen\?[^"]+)"', page)
    assert undo is not None
    assert _closed("zero_imported") == "health"
    health.post(undo.group(1).replace("&amp;", "&"))
    assert _closed("zero_imported") is None


def test_a_day_to_come_is_not_closed(client_as: Callable[[str], Any]) -> None:
    """There is no form for it, and the act is refused."""
    health = client_as("health")

    page = health.get("/closings", {"on": "2020-02-19"}).content.decode()
    answer = health.post("/closings/zero_imported/close", {"on": "2020-02-19", "sure": "1"})

    assert "这一天还没有到" in page
    assert answer.status_code == 409


def test_all_combinations_of_the_three_sources_are_shown(client_as: Callable[[str], Any]) -> None:
    """Eight ways in which three that know can speak, one firm each; four more with an unknown; six firms differ."""
    page = client_as("office").get(LIST, DAY).content.decode()

    counts = re.findall(
        r'class="num" href="/disagreements/above_scale_industry\?on=2020-02-18&amp;said=(\w+)">(\d+)<', page
    )
    assert dict(counts) == {
        **{a + b + c: "1" for a in "os" for b in "os" for c in "os"},
        "uuo": "1", "ouu": "1", "suu": "1", "uuu": "1",
    }  # fmt: skip
    assert page.count("combination-differs") == 6
    assert '<b class="num">6</b>' in page


def test_those_who_differ_are_listed_with_whom_to_call(client_as: Callable[[str], Any]) -> None:
    """02 to 07 are to be visited; the one combination asked for is one firm; a visit, not a sanction, comes next."""
    office = client_as("office")

    page = office.get(LIST, DAY).content.decode()
    one = office.get(LIST, {**DAY, "said": "oss"}).content.decode()

    for n in range(1, 13):
        assert (f"示例厂{n:02}" in page) is (2 <= n <= 7)
    assert "去看一看，再按看到的更正" in page
    assert "15400001002" in page
    assert "示例厂04" in one
    assert "示例厂02" not in one


def test_a_township_sees_the_contradictions_of_its_own_firms(client_as: Callable[[str], Any]) -> None:
    """吴宁's three are 03, 05 and 07; who sees no rows has no such page, nor is there one for a chart without a list."""
    page = client_as("wuning").get(LIST, DAY).content.decode()

    assert '<b class="num">3</b>' in page
    assert "示例厂03" in page
    assert "示例厂02" not in page
    assert client_as("observer").get(LIST, DAY).status_code == 403
    assert client_as("office").get("/disagreements/power_index", DAY).status_code == 404


PUBLISHED = """date,area,source,firm_share,energy_share,index,formula,published_at
2020-02-18,330783,供电,50,{energy},{index},zj_2020_v1,2020-02-18T19:00
2020-02-17,330000,省电力,19.37,31.47,25.42,zj_2020_v1,2020-02-18T10:00
2020-02-18,330000,省电力,20,32,26,zj_2020_v1,2020-02-19T10:00
"""


def test_a_county_without_meters_shows_the_published_sheet_and_says_so(
    client_as: Callable[[str], Any], load: Callable[..., Any]
) -> None:
    """No meter has a baseline: the index is the sheet's 45, of 50 and 40, marked; a day without a sheet is unknown."""
    meters = (
        (FILES / "meters.csv").read_text("utf-8").replace(",share", ",to").replace(",1\n", ",2020-01-01\n")
    )
    load("meters", meters)
    load("published", PUBLISHED.format(energy=40, index=45))
    client = client_as("observer")

    board = client.get("/api/v1/board", DAY).json()
    chart = next(c for c in board["charts"] if c["key"] == "power_index")

    assert (chart["basis"], chart["formula_version"]) == ("published", "zj_2020_v1")
    assert (chart["rate"], chart["rate_known"], chart["firm_share"], chart["energy_share"]) == (
        45,
        45,
        50,
        40,
    )
    assert [p["rate"] for p in chart["series"][-2:]] == [None, 45]
    assert (chart["numerator"], chart["denominator"], chart["sources"]["measured"]) == (0, 0, None)
    for page in ("/", "/charts/power_index"):
        assert "按供电公司发布数" in client.get(page, DAY).content.decode(), page


def test_with_meters_ours_counts_and_the_published_sheet_stands_beside_it(
    client_as: Callable[[str], Any], load: Callable[..., Any]
) -> None:
    """Ours is 375/9, the mean of 5/9 of firms and 250/900 of energy; the sheet's 45 is shown with it, and no mark."""
    load("published", PUBLISHED.format(energy=40, index=45))
    client = client_as("observer")

    board = client.get("/api/v1/board", DAY).json()
    chart = next(c for c in board["charts"] if c["key"] == "power_index")
    page, sheets = (client.get(address, DAY).content.decode() for address in ("/", "/sheets"))

    assert chart["basis"] == "meters"
    assert chart["rate"] == pytest.approx(375 / 9)
    assert "按供电公司发布数" not in page
    assert "41.67" in sheets
    assert "45.00" in sheets


@pytest.mark.parametrize(
    ("apart", "word"),
    [
        pytest.param(0.0, "一致", id="equal"),
        pytest.param(0.04, "一致", id="rounded"),
        pytest.param(1.5, "相差 1.50", id="apart"),
    ],
)
def test_a_published_sheet_stands_beside_ours(
    client_as: Callable[[str], Any], load: Callable[..., Any], apart: float, word: str
) -> None:
    """Ours of the day is what the board says; the published one is compared with it; the province's only stands beside."""
    from twofront.apps.figures.queries.board import Board

    board = Board(date(2020, 2, 18)).as_json()
    ours = next(c["rate"] for c in board["charts"] if c["key"] == "power_index")
    load("published", PUBLISHED.format(energy=40, index=round(ours + apart, 4)))

    page = client_as("observer").get("/sheets", DAY).content.decode()

    assert word in page
    assert f"{ours:.2f}" in page
    assert "外地，只作参照" in page
    assert "26.00" not in page, "it is published the next day"


@pytest.mark.parametrize("on", ["0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "path",
    [
        "/", "/changed", "/late", "/survey", "/closings", "/sheets", "/publication", LIST, "/charts/power_index",
        "/rows?figure=chart:above_scale_industry&part=numerator",
        "/api/v1/board", "/api/v1/rows?figure=chart:above_scale_industry&part=numerator",
    ],
)  # fmt: skip
def test_a_day_that_nobody_can_mean_is_said_to_be_one(
    client_as: Callable[[str], Any], path: str, on: str
) -> None:
    """The ends of the calendar are slips of the pen: 400 with the day in the sentence, and no fault of ours."""
    answer = client_as("office").get(f"{path}{'&' if '?' in path else '?'}on={on}")

    assert (answer.status_code, on in answer.content.decode()) == (400, True)


def test_each_field_of_a_page_of_several_forms_has_its_own_label(client_as: Callable[[str], Any]) -> None:
    """Two closed goals ask for two reasons: no id stands twice, and each label names a field that is there."""
    page = client_as("office").get("/closings", {"on": "2020-02-18"}).content.decode()
    ids = re.findall(r'\bid="([^"]+)"', page)

    assert len(ids) == len(set(ids)), [i for i in ids if ids.count(i) > 1]
    assert len(re.findall(r'name="reason"', page)) == 2
    assert set(re.findall(r'<label for="([^"]+)"', page)) <= set(ids)
