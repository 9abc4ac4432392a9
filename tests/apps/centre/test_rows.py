"""The rows behind a figure: which, in which order, and why each is there; on the twelve firms and three cases.

01 D1 C1 M1 · 02 D1 C1 M0 · 03 D1 C0 M1 · 04 D1 C0 M0 · 05 D0 C1 M1 · 06 D0 C1 M0 · 07 D0 C0 M1 · 08 D0 C0 M0 ·
09 - - M1 · 10 D1 - - · 11 D0 - - · 12 - - -   (odd ones in 吴宁, even ones in 横店). Visits were on 02-17; M1 is 50 kWh of
a baseline of 100, M0 is 10.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

CHART = "chart:above_scale_industry"


def _asked(figure: str, part: str) -> dict[str, str]:
    return {"figure": figure, "part": part, "on": "2020-02-18"}


def _firms(answer: Any) -> list[int]:
    """Return which of the twelve stand there, in their order."""
    return [int(i["name"][-2:]) for i in answer["items"]]


@pytest.mark.parametrize(
    ("part", "firms"),
    [("seen", [1, 3]), ("unseen", [2, 4]), ("silent", [9])],
    ids=["declared and seen by power", "declared only", "seen by power only"],
)
def test_declared_against_measured(client_as: Callable[[str], Any], part: str, firms: list[int]) -> None:
    """The three parts stand on the board with their rows."""
    office = client_as("office")
    answer = office.get("/api/v1/rows", _asked(CHART, part)).json()
    board = office.get("/").content.decode()

    assert answer["total"] == len(firms)
    assert sorted(_firms(answer)) == firms
    assert re.search(rf'part={part}&amp;on=2020-02-18">{len(firms)}</a>', board)


def test_contradictions_begin_with_the_largest(client_as: Callable[[str], Any]) -> None:
    """02, 04, 06: somebody says open where power is at 0.1 of the baseline; 03, 05, 07 lie 0.5 from what one side says."""
    office = client_as("office")
    answer = office.get("/api/v1/rows", _asked(CHART, "disagreements")).json()
    upwards = office.get("/rows", {**_asked(CHART, "disagreements"), "sort": "gap"}).content.decode()

    assert _firms(answer) == [2, 4, 6, 3, 5, 7]
    assert [i["gap"] for i in answer["items"]] == pytest.approx([0.9, 0.9, 0.9, 0.5, 0.5, 0.5])
    assert [int(n) for n in re.findall(r"示例厂(\d\d)</a>", upwards)][:3] == [3, 5, 7]


@pytest.mark.parametrize(
    ("figure", "part", "why"),
    [
        (CHART, "disagreements", "2月18日报开工; 2月17日走访见未开工; 用电为基线的 10%"),
        (CHART, "unseen", "2月18日报开工; 用电为基线的 10%"),
        (CHART, "silent", "2月18日没有日报; 用电为基线的 50%"),
        (CHART, "numerator", "2月18日报开工"),
        (CHART, "missing", "2月18日报未开工"),
        (CHART, "unknown", "2月18日没有日报"),
        (CHART, "confirmed", "2月17日走访见开工"),
        ("chart:power_index", "numerator", "用电为基线的 50%"),
        ("chart:power_index", "unknown", "没有用电读数"),
        ("goal:full_resumption", "unknown", "2月18日报开工; 近 3 天没有走访"),
        ("goal:full_coverage", "missing", "完成 20 / 100 户"),
        ("goal:zero_imported", "cases", "2月13日报告, 本地"),
    ],
)
def test_every_row_says_why_it_is_there(
    client_as: Callable[[str], Any], figure: str, part: str, why: str
) -> None:
    """What the sources say that this part asks, with the day."""
    page = client_as("office").get("/rows", _asked(figure, part)).content.decode()

    assert "为什么在这里" in page
    assert why in page


def test_all_cases_are_two_clicks_from_their_number(client_as: Callable[[str], Any]) -> None:
    """Three are known, none since the goals count: first sentence and both zero goals open the three."""
    office = client_as("office")
    board = office.get("/").content.decode()
    links = re.findall(r'href="([^"]+part=cases[^"]+)"', board)
    answer = office.get("/api/v1/rows", _asked("goal:zero_imported", "cases")).json()

    assert len(links) == 3
    for link in links:
        assert '<b class="num">3</b>' in office.get(link.replace("&amp;", "&")).content.decode()
    assert (answer["total"], [i["id"] for i in answer["items"]]) == (3, ["E3", "E2", "E1"])
    assert answer["items"][0].keys() == {
        "id",
        "name",
        "township",
        "n",
        "kind",
        "reported_on",
        "origin",
        "call",
    }


def test_only_a_goal_that_counts_cases_has_cases(client_as: Callable[[str], Any]) -> None:
    """An address that was made up answers 404, not a server error."""
    office = client_as("office")

    for figure in (CHART, "goal:full_coverage", "goal:full_resumption"):
        assert office.get("/api/v1/rows", _asked(figure, "cases")).status_code == 404


def test_cases_are_for_those_who_may_see_them(
    client_as: Callable[[str], Any], load: Callable[..., Any]
) -> None:
    """The health line's clerk, commander, office and auditor; not its leader, not another line, not a township, its own included."""
    load(
        "accounts",
        "login,role,unit,line,from,name,phone\nleader-health,leader,*,health,2020-01-01,演练-某,15400000031\n",
    )

    def codes(**asked: str) -> list[int]:
        asked = _asked("goal:zero_imported", "cases") | asked
        return [client_as(login).get("/api/v1/rows", asked).status_code for login in logins]

    logins = ["health", "commander", "office", "auditor"]
    assert codes() == [200] * 4
    logins = ["leader-health", "economy", "wuning", "observer"]
    assert codes() == codes(township="330783001") == [404] * 4


def test_an_address_without_its_arguments_is_answered_with_what_is_missing(
    client_as: Callable[[str], Any],
) -> None:
    """As every bad request: 400, a code, and which arguments."""
    answer = client_as("office").get("/api/v1/rows", {"part": "numerator", "limit": "many"})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_value")
    assert "figure, limit;" in answer.json()["reason"]
