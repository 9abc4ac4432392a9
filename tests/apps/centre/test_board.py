"""The board updates by itself: a poll is answered with what changed, and with a reload when what stands around it did."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.conftest import FILES

FIRM_09 = "91330799MA0003339E"


@pytest.fixture
def move(small_county: Any) -> Callable[[datetime], None]:
    """Move the county's clock on, as another window does."""

    def move_(at: datetime) -> None:
        from twofront.ground import clockwork
        from twofront.ground.acts import new_key
        from twofront.ground.scope import system

        clockwork.set_clock(at, by=system("test"), under=None, key=new_key(), at=at)

    return move_


def _poll(client: Any, page: str, tag: str = "") -> Any:
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found
    return client.get(
        found[1].replace("&amp;", "&"),
        headers={"HX-Request": "true", **({"If-None-Match": tag} if tag else {})},
    )


def test_an_unchanged_board_costs_an_empty_answer(client_as: Callable[[str], Any]) -> None:
    """The first poll gives the board with its tag, the next one that carries the tag nothing."""
    office = client_as("office")
    page = office.get("/").content.decode()

    first = _poll(office, page)
    second = _poll(office, page, first.headers["ETag"])

    assert first.status_code == 200
    assert (second.status_code, second.content) == (304, b"")


def test_a_figure_that_moved_is_swapped_with_the_clock_beside_it(client_as: Callable[[str], Any]) -> None:
    """09 is reported open: the board says 6 of 12 where it said 5; nothing around it changed, so nothing is reloaded."""
    office = client_as("office")
    page = office.get("/").content.decode()
    tag = _poll(office, page).headers["ETag"]
    office.post(f"/firms/{FIRM_09}/report", {"on": "2020-02-18", "opened": "1"})

    news = _poll(office, page, tag)

    assert "HX-Refresh" not in news.headers
    assert re.search(r"\b5</a></span> / .{1,160}>12</a>", page)
    assert re.search(r">6</a></span> / .{1,160}>12</a>", news.content.decode())
    assert re.search(
        r'id="clock" hx-swap-oob="true"><time datetime="2020-02-18T19:30">', news.content.decode()
    )


@pytest.mark.parametrize(
    ("query", "to"),
    [
        ("", datetime(2020, 2, 18, 12, 30, tzinfo=UTC)),
        ("", datetime(2020, 2, 20, 12, 0, tzinfo=UTC)),
        ("?on=2020-02-18", datetime(2020, 2, 20, 12, 0, tzinfo=UTC)),
    ],
    ids=["the standing clock moved", "the day moved", "the day that was asked for is past"],
)
def test_the_page_is_loaded_anew_when_day_or_standing_clock_moved(
    client_as: Callable[[str], Any], move: Callable[[datetime], None], query: str, to: datetime
) -> None:
    """Header, title and day picker stand outside of what is swapped: they must not stay behind the figures."""
    office = client_as("office")
    page = office.get(f"/{query}").content.decode()
    move(to)

    answer = _poll(office, page)

    assert answer.headers["HX-Refresh"] == "true"
    assert answer.content == b""


def test_a_board_asked_for_by_day_asks_for_that_day(client_as: Callable[[str], Any]) -> None:
    """Otherwise the newest day would stand under the title of the one that was asked for, or reload for ever."""
    office = client_as("office")
    page = office.get("/?on=2020-02-18").content.decode()

    answer = _poll(office, page)

    assert "on=2020-02-18" in answer.wsgi_request.get_full_path()
    assert "HX-Refresh" not in answer.headers


def test_a_past_day_does_not_ask(client_as: Callable[[str], Any]) -> None:
    """What was known of a past day is as it is."""
    assert "hx-get" not in client_as("office").get("/?on=2020-02-17").content.decode()


def test_a_day_of_which_nobody_has_said_anything_is_unknown_and_not_nothing(
    client_as: Callable[[str], Any], move: Callable[[datetime], None]
) -> None:
    """The morning after: no rate of a list on the page, in its sentence or on a township's tile; by the contract the rate stays 0."""
    move(datetime(2020, 2, 19, 1, tzinfo=UTC))
    client = client_as("office")

    page = client.get("/", {"on": "2020-02-19"}).content.decode()
    charts = client.get("/api/v1/board", {"on": "2020-02-19"}).json()["charts"]
    before = client.get("/", {"on": "2020-02-18"}).content.decode()

    lists = [c for c in charts if c["key"] != "power_index"]
    assert all(c["unknown"] == c["denominator"] and c["rate"] == 0 for c in lists if c["denominator"])
    assert "全复工 未知" in page and not re.search(r"(?<![\d.])0\.0 ?%", page)
    assert "全复工 未知" not in before


def test_the_first_sentence_says_which_zero_goal_is_unknown_and_why(
    load: Callable[..., Any], client_as: Callable[[str], Any], move: Callable[[datetime], None]
) -> None:
    """Both not closed; one closed; a case of unknown origin."""
    now = datetime(2020, 2, 19, 12, tzinfo=UTC)
    move(now)
    client = client_as("office")
    said = []
    for kind, text in (
        ("closings", "date,goal,by\n2020-02-19,zero_imported,x\n"),
        ("closings", "date,goal,by\n2020-02-19,zero_transmitted,x\n"),
        ("cases", "case_id,reported_on,origin\nE7,2020-02-19,unknown\n"),
    ):
        load(kind, text, name=f"{len(said)}.csv", at=now)
        page = client.get("/", {"on": "2020-02-19"}).content.decode()
        said.append(
            re.search(
                r"零输入尚未封账|零传染尚未封账, 未知; 零输入达成|无新增病例|无病例|1 例来源不明, 零输入、零传染未知",
                page,
            )
        )

    assert said[0] and said[0][0] == "零传染尚未封账, 未知; 零输入达成"
    assert said[1] and said[1][0].startswith("无")
    assert said[2] and said[2][0] == "1 例来源不明, 零输入、零传染未知"


def test_a_village_that_has_never_reported_is_late_too(
    load: Callable[..., Any], client_as: Callable[[str], Any], move: Callable[[datetime], None]
) -> None:
    """Two villages come: one never reports, one only the day before; both are listed, and the rows behind say which."""
    tree = (FILES / "divisions.csv").read_text("utf-8")
    load("divisions", f"{tree}330783001008,示例新村,\n330783001009,示例另村,\n", on=date(2020, 2, 1))
    load("coverage", "date,village,dwellings,done\n2020-02-17,330783001009,100,11\n")
    move(datetime(2020, 2, 18, 15, tzinfo=UTC))

    client = client_as("office")
    board = client.get("/api/v1/board", {"on": "2020-02-18"}).json()
    (late,) = [row for row in board["late"] if row["what"] == "coverage"]
    rows = client.get(late["rows"]).json()

    assert (late["unit"], late["n"]) == ("330783001", 2)
    assert [r["id"] for r in rows["items"]] == ["330783001008", "330783001009"]


def test_a_case_that_moved_a_published_day_is_told_to_who_may_see_cases(
    load: Callable[..., Any],
    client_as: Callable[[str], Any],
    actor: Callable[[str], Any],
    move: Callable[[datetime], None],
) -> None:
    """The office and the health line read of it; the township in which it lies does not, nor do the observers."""
    from twofront.apps.centre import actions

    known, now = datetime(2020, 2, 18, 11, 30, tzinfo=UTC), datetime(2020, 2, 18, 12, tzinfo=UTC)
    move(now)
    actions.publish(date(2020, 2, 18), known=known, by=actor("office"), at=now)
    load("cases", "case_id,reported_on,origin,township\nX1,2020-02-16,local,330783001\n", known=now, at=now)

    def told(login: str) -> bool:
        board = client_as(login).get("/api/v1/board", {"on": "2020-02-18"}).json()
        return any(row["id"] == "X1" for row in board["changed"])

    assert [told(login) for login in ("office", "health", "wuning", "observer")] == [True, True, False, False]
