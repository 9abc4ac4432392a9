"""The pages of the rules, with the answers of the issue.

邵阳 had 100 cases on 02-14 and 02-15 and 101 on 02-16, and a key area has more than 100; who stayed in one is in quarantine
for 14 days, anybody else watches himself for 14 (order 13/2).
"""

import csv
import html
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

TABLES = Path(__file__).parents[3] / "playbooks" / "dongyang-2020" / "tables"
SHAOYANG, HUBEI, ORDINARY = "430500", "420100", "320500"
HERE = "/orders/rules"


def text(response: Any) -> str:
    """Return what a person reads on a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def stay(place: str = "", left_on: str = "", nights: str = "3", n: int = 0) -> dict[str, str]:
    """Return the fields of one stay."""
    return {f"{n}-place": place, f"{n}-left_on": left_on, f"{n}-nights": nights}


def test_the_tables_in_force_are_those_of_the_day(client_as: Callable[[str], Any]) -> None:
    """Order 6 took effect on 02-02 at 24:00, so on the 3rd and not on the 2nd; order 13 on 02-13; 03-03 is not known yet."""
    office = client_as("office")

    second, third, now = (text(office.get(HERE, {"on": f"2020-02-{d}"})) for d in ("02", "03", "18"))
    search = text(office.get(HERE, {"q": "13 号令 hengdian"})), text(office.get(HERE, {"q": "卡口"}))

    assert "卡口放行" not in second
    assert "6/entry" in third
    assert "14/1" in now
    assert "来东返东人员分类" in now
    assert "state_council_6/1" not in text(office.get(HERE, {"on": "2020-03-04"})), (
        "not known by the county's now"
    )
    assert "卡口放行" in search[1]
    assert "来东返东人员分类" not in search[1]


def test_what_was_known_then_is_what_is_shown(client_as: Callable[[str], Any]) -> None:
    """Order 13 was known on 02-13: as known on the 12th the question of arrivals had no table."""
    page = text(client_as("office").get(HERE, {"on": "2020-02-14", "known": "2020-02-12T12:00"}))

    assert "来东返东人员分类" not in page
    assert "卡口放行" in page


@pytest.mark.parametrize("login", ["wuning", "observer", "auditor"])
def test_who_sees_the_board_sees_the_rules(client_as: Callable[[str], Any], login: str) -> None:
    """Rules bind everybody, so every account reads them; a stranger signs in first."""
    assert client_as(login).get(HERE).status_code == 200
    assert client_as(login).get(f"{HERE}/arrival.class").status_code == 200
    assert Client().get(HERE).status_code == 302


def test_a_table_reads_as_sentences_in_both_languages(client_as: Callable[[str], Any]) -> None:
    """Row 9 of order 13: a key area, left at most 14 days before, is a quarantine of 14 days, under 13/2."""
    office = client_as("office")

    chinese = text(office.get(f"{HERE}/arrival.class"))
    office.cookies["django_language"] = "en"
    english = text(office.get(f"{HERE}/arrival.class"))

    assert (
        "否则，如果停留地类别是重点地区，并且离开至到达天数不大于 14 天，那么措施：隔离，天数：14" in chinese
    )
    assert (
        "otherwise, if class of the place of stay is key area and days from leaving to arriving at most 14 days, then"
        in english
    )
    assert "measure: quarantine, days: 14" in english
    assert "$quarantine_days" in chinese, "the numbers in it, by name"
    assert "13/2" in chinese


def test_each_row_has_the_source_of_its_clause(client_as: Callable[[str], Any]) -> None:
    """Rows of order 14 stand under four of its clauses and one of order 13; the page says on what each of the five stands."""
    import tomllib

    orders = tomllib.loads((TABLES.parent / "orders.toml").read_text("utf-8"))
    sources = {f"{c['order']}/{c['key']}": c["source"] for c in orders["clause"]}

    page = text(client_as("office").get(f"{HERE}/gate.entry"))

    for clause in ("14/1", "14/2", "14/3", "14/4", "13/2"):
        assert sources[clause] in page, clause


def test_a_table_is_taken_out_as_it_stands(client_as: Callable[[str], Any], tmp_path: Path) -> None:
    """Every cell of xlsx and CSV, opened by our own reader, is the playbook's, the names of numbers too."""
    from twofront.ground import reader

    office = client_as("office")
    for path in (TABLES / "arrival.class.13.csv", TABLES / "support.eligible.csv"):
        decision = path.name.removesuffix(".csv").removesuffix(".13")
        expected = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
        sheet, lines = (office.get(f"{HERE}/{decision}", {"format": f}) for f in ("xlsx", "csv"))
        (tmp_path / "t.xlsx").write_bytes(sheet.content)
        grid = reader.read(tmp_path / "t.xlsx")
        width = max(map(len, expected))

        assert [grid.row(i + 1)[:width] for i in range(grid.rows)] == [
            r + [""] * (width - len(r)) for r in expected
        ]
        assert list(csv.reader(io.StringIO(lines.content.decode("utf-8-sig")))) == expected


def test_a_table_is_compared_with_the_one_before(client_as: Callable[[str], Any]) -> None:
    """Order 6 let an outsider be asked about and stopped nobody without a pass; order 14 stops him: among the witnesses."""
    office = client_as("office")

    page = text(office.get(f"{HERE}/gate.entry", {"view": "compare"}))
    first = text(office.get(f"{HERE}/gate.entry", {"view": "compare", "on": "2020-02-10"}))

    assert "6/entry" in page
    assert "原因：原文残缺" in page
    assert "原因：外来人员" in page
    assert "这是第一版" in first


def test_one_case_is_tried_with_the_cells_that_matched(client_as: Callable[[str], Any]) -> None:
    """Who left 邵阳 on 02-16 and came on 02-16: row 9 by area class and days, until 14 days later, 03-01, at 24:00."""
    office = client_as("office")
    case = {"place": SHAOYANG, "left_on": "2020-02-16", "arrived_on": "2020-02-16", "nights": "3"}

    page = text(office.post(f"{HERE}/arrival.class?view=try", case))
    day_before = text(
        office.post(
            f"{HERE}/arrival.class?view=try", {**case, "left_on": "2020-02-15", "arrived_on": "2020-02-15"}
        )
    )
    wrong = office.post(f"{HERE}/arrival.class?view=try", {**case, "nights": "many"})

    assert "措施：隔离，天数：14" in page
    assert "3月1日 24:00" in page
    assert re.search(r"9 停留地类别 重点地区 重点地区", page)
    assert re.search(r"9 离开至到达天数 不大于 14 天 0 天", page)
    assert "措施：自我健康监测，天数：14" in day_before
    assert "请写一个数" in text(wrong)
    assert "命中的格" not in text(wrong)


def test_an_unknown_decision_or_place_is_not_found(client_as: Callable[[str], Any]) -> None:
    """Nothing is made up for a table that is not there; of a day before a table the list says what there was."""
    office = client_as("office")

    assert office.get(f"{HERE}/no.such").status_code == 404
    assert office.get(f"{HERE}/arrival.class", {"place": "x"}).status_code == 404
    early = office.get(f"{HERE}/arrival.class", {"on": "2020-01-01"}, follow=True)
    assert early.redirect_chain == [(f"{HERE}?on=2020-01-01", 303)]
    assert "2020-01-01 没有生效的表" in early.content.decode()


def test_anybody_may_ask_whether_to_come_and_nothing_is_kept(small_county: Any) -> None:
    """No login, no cookie, no row, in either language; what was sent stands in no address."""
    from django.db import connection

    from twofront.ground import scope

    client = Client(enforce_csrf_checks=True)
    before = _rows(connection)

    asked = client.get("/come")
    answered = client.post(
        "/come?language=en", {"arrived_on": "2020-02-16", "stays": "1", **stay(SHAOYANG, "2020-02-16")}
    )

    assert asked.status_code == answered.status_code == 200
    assert not client.cookies
    assert not answered.has_header("Set-Cookie")
    assert "quarantine 14 days" in text(answered)
    assert "1 Mar 24:00" in text(answered)
    scope.apply(read=scope.EVERYTHING)
    assert _rows(connection) == before
    assert Client().get("/comet").status_code == 302, "no other page is open"


def _rows(connection: Any) -> list[tuple[str, int]]:
    """Return the tables of the county with how many rows each has."""
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        found = []
        for name in names:
            cursor.execute(f'select count(*) from "{name}"')
            found.append((name, cursor.fetchone()[0]))
    return found


@pytest.mark.parametrize(
    ("arrived_on", "left_on", "headline", "change"),
    [
        ("2020-02-16", "2020-02-16", "隔离 14 天", "从 3月2日"),  # over at 03-01 24:00
        ("2020-02-15", "2020-02-15", "自我健康监测 14 天", "从 3月1日"),  # 100 cases are not more than 100
        ("2020-02-20", "2020-02-10", "隔离 14 天", "如果 2月25日"),  # left 15 days before: no longer asked
    ],
)  # fmt: skip
def test_the_answer_has_its_end_and_the_day_on_which_it_changes(
    small_county: Any, arrived_on: str, left_on: str, headline: str, change: str
) -> None:
    """By hand from order 13/2: quarantine or monitoring of 14 days, to the last day's end; stays of 14 days count."""
    page = text(Client().post("/come", {"arrived_on": arrived_on, "stays": "1", **stay(SHAOYANG, left_on)}))

    assert headline in page
    assert change in page
    assert "13/2" in page


def test_the_strictest_of_several_stays_holds(small_county: Any) -> None:
    """苏州 alone is monitoring; with 武汉 it is: wait while somebody has not come, quarantine once he has (13/6, 13/2)."""
    for arrived, headline in (("2020-02-20", "暂不来东"), ("2020-02-17", "隔离 14 天")):
        sent = {
            "arrived_on": arrived,
            "stays": "2",
            **stay(ORDINARY, "2020-02-14"),
            **stay(HUBEI, "2020-02-12", n=1),
        }
        page = text(Client().post("/come", sent))

        assert re.search(rf"什么也不留。 中文 English {headline}", page)
        assert "单看这一处" in page
        assert "自我健康监测 14 天" in page


def test_what_is_not_known_is_asked_and_never_a_yes(small_county: Any) -> None:
    """Nothing known: ask first, and whom to call. A key area without the day of leaving: that day is asked for, and nothing else."""
    empty = text(Client().post("/come", {"arrived_on": "", "stays": "1", **stay(nights="")}))
    no_day = text(Client().post("/come", {"arrived_on": "2020-02-16", "stays": "1", **stay(SHAOYANG)}))

    for page in (empty, no_day):
        assert "先核实" in page
        assert "指挥部办公室 15400000001" in page
    asked = no_day[no_day.index("先问清楚") : no_day.index("到问清楚为止")]
    assert "离开日期" in asked
    assert "停留夜数" not in asked
    assert "停留地" in empty[empty.index("先问清楚") : empty.index("到问清楚为止")]


def test_places_can_be_added_without_losing_what_was_filled_in(small_county: Any) -> None:
    """The button sends the form; the first stay stands in the new one, and six are the most."""
    page = (
        Client()
        .post(
            "/come", {"arrived_on": "2020-02-16", "stays": "1", "more": "1", **stay(SHAOYANG, "2020-02-16")}
        )
        .content.decode()
    )
    full = Client().post("/come", {"stays": "5", "more": "1"}).content.decode()

    assert 'name="1-place"' in page
    assert re.search(rf'<option value="{SHAOYANG}" selected>', page)
    assert 'value="2"' in page
    assert 'name="more"' not in full
    assert 'name="5-place"' in full
