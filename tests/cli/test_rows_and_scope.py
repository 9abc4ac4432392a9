"""Every figure opens its rows, and nobody opens another's: the board at its door, by token and by session."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import FILES, NOON

DAY = date(2020, 2, 18)
A, B = "330783001", "330783123"
CODES = [line.split(",")[1] for line in (FILES / "enterprises.csv").read_text("utf-8").splitlines()[1:]]


def _get(client: Any, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return json.loads(response.content)


def _figures(board: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for figure in (*board["charts"], *board["goals"]):
        for part in ("numerator", "denominator", "unknown"):
            if figure["rows"][part] is not None:
                yield figure, part


@pytest.mark.parametrize(
    "township", ["", f"&township={A}", f"&township={B}"], ids=["county", "one township", "the other"]
)
def test_every_address_of_rows_sums_to_its_figure(client_as: Callable[[str], Any], township: str) -> None:
    """Four charts and four goals, numerator, denominator and unknown: the total of the rows is the figure, page by page."""
    client = client_as("office")
    board = _get(client, f"/api/v1/board?on={DAY}{township}")

    for figure, part in _figures(board):
        answer = _get(client, figure["rows"][part])
        items, following = list(answer["items"]), answer["next"]
        while following:
            page = _get(client, following)
            items, following = [*items, *page["items"]], page["next"]

        assert answer["total"] == (figure[part] or 0), (figure["key"], part)
        assert sum(i["n"] for i in items) == answer["total"], (figure["key"], part)
        assert all({"id", "name", "township", "n"} <= i.keys() for i in items)


def test_townships_of_every_figure_add_up(client_as: Callable[[str], Any]) -> None:
    """What the two townships have adds up to what the county has."""
    client = client_as("office")
    whole = _get(client, f"/api/v1/board?on={DAY}")
    parts = [_get(client, f"/api/v1/board?on={DAY}&township={t}") for t in (A, B)]

    for kind in ("charts", "goals"):
        for i, figure in enumerate(whole[kind]):
            for part in ("numerator", "denominator", "unknown"):
                if figure[part] is not None:
                    assert sum(p[kind][i][part] for p in parts) == figure[part], (figure["key"], part)


def test_one_corrected_report_moves_figure_and_rows_by_one(
    client_as: Callable[[str], Any], load: Callable[..., Any]
) -> None:
    """Firm 08 was declared shut; once it is declared open, both sides of the chart move by one."""
    client = client_as("office")
    before = _get(client, f"/api/v1/board?on={DAY}")["charts"][0]

    load("reports", f"date,credit_code,opened,on_site\n2020-02-18,{CODES[7]},1,8\n")
    after = _get(client, f"/api/v1/board?on={DAY}")["charts"][0]

    assert after["numerator"] == before["numerator"] + 1
    assert _get(client, after["rows"]["numerator"])["total"] == after["numerator"]
    assert after["denominator"] == before["denominator"]


def test_a_townships_clerk_gets_his_own_rows_and_404_beyond(client_as: Callable[[str], Any]) -> None:
    """Aggregates are open to every account; rows only of one's own township."""
    client = client_as("wuning")
    county = _get(client, f"/api/v1/board?on={DAY}")
    own = _get(client, f"/api/v1/board?on={DAY}&township={A}")

    for figure, part in _figures(county):
        assert client.get(figure["rows"][part]).status_code == 404, (figure["key"], part)
        assert client.get(f"{figure['rows'][part]}&township={B}").status_code == 404, (figure["key"], part)
    for figure, part in _figures(own):
        assert _get(client, figure["rows"][part])["total"] == (figure[part] or 0), (figure["key"], part)


def test_an_observer_sees_sums_and_no_rows(client_as: Callable[[str], Any]) -> None:
    """A read-only observer's board is the county's; every row answers 404."""
    client = client_as("observer")
    board = _get(client, f"/api/v1/board?on={DAY}")

    assert board["charts"][0]["denominator"] == 12
    assert {client.get(f["rows"][p]).status_code for f, p in _figures(board)} == {404}


MEMBERS = {
    **{f"示例厂{n:02}": code for n, code in enumerate(CODES, 1)},
    **{f"示例{x}": f"{A}00{n}" for n, x in enumerate(("甲社区", "乙社区", "丙社区"), 1)},
    **{f"示例{x}": f"{B}00{n}" for n, x in enumerate(("丁村", "戊村", "己村"), 1)},
}
IN_A = {CODES[0], CODES[6], f"{A}001"}
IN_B = {CODES[1], CODES[7], f"{B}001"}
FIRMS = {CODES[0], CODES[1], CODES[6], CODES[7]}
POSTS = f"""login,role,unit,line,from,name
leader,leader,*,economy,2020-01-01,演练
grid,grid_worker,{A}001,*,2020-01-01,演练
elsewhere,grid_worker,{A}003,*,2020-01-01,演练
gate,gate_keeper,{A},*,2020-01-01,演练
officer,service_officer,{B},*,2020-01-01,演练
inspector,inspector,{A},*,2020-01-01,演练
firm,enterprise,{B},*,2020-01-01,演练
"""


@pytest.fixture
def changes(load: Callable[..., Any]) -> None:
    """Of each township: one firm moved since the day before, one firm and one village were corrected."""
    load("accounts", POSTS)
    load("reports", f"date,credit_code,opened\n2020-02-17,{CODES[0]},0\n2020-02-17,{CODES[1]},0\n")
    load("reports", f"date,credit_code,opened\n2020-02-18,{CODES[6]},1\n2020-02-18,{CODES[7]},1\n")
    load("coverage", f"date,village,dwellings,done\n2020-02-18,{A}001,100,70\n2020-02-18,{B}001,100,15\n")


@pytest.mark.parametrize(
    ("login", "seen"),
    [
        ("commander", IN_A | IN_B),
        ("office", IN_A | IN_B),
        ("auditor", IN_A | IN_B),
        ("leader", FIRMS),
        ("economy", FIRMS),
        ("office-line", {f"{A}001", f"{B}001"}),
        ("commerce", set()),
        ("wuning", IN_A),
        ("hengdian", IN_B),
        ("grid", {f"{A}001"}),
        ("elsewhere", set()),
        ("gate", set()),
        ("officer", IN_B),
        ("inspector", IN_A),
        ("firm", set()),
        ("observer", set()),
    ],
)
def test_what_changed_shows_rows_only_within_ones_scope(
    changes: None, client_as: Callable[[str], Any], login: str, seen: set[str]
) -> None:
    """Program, board, list and file name the changed rows of one's own scope and no other; the sums are everybody's."""
    client = client_as(login)
    whole = _get(client_as("office"), f"/api/v1/board?on={DAY}")

    board = _get(client, f"/api/v1/board?on={DAY}")
    shown = [client.get(address) for address in ("/changed", "/changed?format=csv", "/")]
    named = [{c for name, c in MEMBERS.items() if {name, c} & set(_words(page))} for page in shown]

    assert {c["id"] for c in board["changed"]} == seen
    assert _sums(board) == _sums(whole)
    assert [page.status_code for page in shown] in ([200, 200, 200], [200, 403, 200])
    assert named[0] == seen
    assert named[1] == (seen if shown[1].status_code == 200 else set())
    assert named[2] <= seen


def _words(page: Any) -> list[str]:
    return re.split(r"[^\w]+", page.content.decode())


def _sums(board: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in board.items() if key != "changed"}


def test_a_line_clerk_opens_the_rows_of_his_own_list(client_as: Callable[[str], Any]) -> None:
    """The economy line's clerk opens the industry list of the whole county, and nobody else's."""
    client = client_as("economy")
    board = _get(client, f"/api/v1/board?on={DAY}")
    industry = next(c for c in board["charts"] if c["key"] == "above_scale_industry")
    services = next(c for c in board["charts"] if c["key"] == "above_limit_services")

    assert _get(client, industry["rows"]["denominator"])["total"] == 12
    assert client.get(services["rows"]["denominator"]).status_code == 404


def test_without_credentials_the_door_for_programs_says_401(small_county: Any) -> None:
    """No or wrong credentials: 401, never a redirect."""
    from django.test import Client

    assert Client().get("/api/v1/board").status_code == 401
    assert Client(headers={"Authorization": "Bearer nonsense"}).get("/api/v1/board").status_code == 401


def test_the_command_and_the_address_say_the_same(
    client_as: Callable[[str], Any], actor: Callable[[str], Any]
) -> None:
    """`board export` prints what GET /api/v1/board answers."""
    from twofront.apps.centre import queries

    printed = queries.board(DAY, by=actor("office"))

    assert json.loads(json.dumps(printed)) == _get(client_as("office"), f"/api/v1/board?on={DAY}")


def test_what_was_published_is_found_again_and_a_late_correction_shows(
    small_county: Any, load: Callable[..., Any], actor: Callable[[str], Any]
) -> None:
    """Published as known at 19:00; one report corrected at 19:30: then = what went out, now = revised by one row."""
    from twofront.apps.centre import actions, queries
    from twofront.apps.figures.models import Publication

    # the small county became known at 19:30; so the publication stands at 19:30 and the clock goes on to 20:00
    later = NOON + timedelta(minutes=30)
    _set_clock(later)
    actions.publish(DAY, known=NOON, by=actor("office"), at=later)
    published = Publication.objects.get(on=DAY).board
    load("reports", f"date,credit_code,opened,on_site\n2020-02-18,{CODES[7]},1,8\n", known=later, at=later)

    then = queries.board(DAY, known=NOON, by=actor("office"))
    now = queries.board(DAY, by=actor("office"))

    assert json.loads(json.dumps(then)) == published
    point = next(c for c in now["charts"] if c["key"] == "above_scale_industry")["series"][-1]
    assert (point["on"], point["revised"]) == ("2020-02-18", True)
    assert [(c["id"], c["before"], c["after"]) for c in now["changed"] if c["known"]] == [
        (CODES[7], False, True)
    ]
    assert next(c for c in now["charts"] if c["key"] == "above_scale_industry")["numerator"] == 6


AFTER_IT = {
    "visits": (f"date,credit_code,officer,opened\n2020-02-18,{CODES[0]},演练-officer,0\n", (CODES[0], "confirmed", True, False)),
    "cases": (f"case_id,reported_on,origin,township\nX1,2020-02-16,local,{A}\n", ("X1", "origin", None, "local")),
    "readings": ("date,meter,kwh\n2020-02-18,M02,1\n", (CODES[1], "power_ratio", ..., 0.01)),
    "lists": (f"member,list,from,to\n{CODES[11]},above_scale_industry,2020-01-01,2020-02-17\n", (CODES[11], "member", True, False)),
    "reports": (f"date,credit_code,opened\n2020-02-18,{CODES[8]},1\n", (CODES[8], "opened", None, True)),
    "coverage": (f"date,village,dwellings,done\n2020-02-18,{A}001,120,80\n", (f"{A}001", "dwellings", 100, 120)),
}  # fmt: skip


@pytest.mark.parametrize("kind", AFTER_IT)
def test_whatever_moves_a_published_day_is_named(
    small_county: Any, load: Callable[..., Any], actor: Callable[[str], Any], kind: str
) -> None:
    """A visit, a case, a reading, a member that leaves, a first report, more dwellings: one row, the one that was loaded."""
    from twofront.apps.centre import actions, queries

    later = NOON + timedelta(minutes=30)
    _set_clock(later)
    actions.publish(DAY, known=NOON, by=actor("office"), at=later)
    before = queries.board(DAY, by=actor("office"))["changed"]
    text, expected = AFTER_IT[kind]
    load(kind, text, known=later, at=later)

    changed = [c for c in queries.board(DAY, by=actor("office"))["changed"] if "since" in c]

    assert not [c for c in before if "since" in c]
    ((found, since),) = [
        (tuple(c[k] for k in ("id", "field", "before", "after")), c["since"]) for c in changed
    ]
    assert [x for x, y in zip(found, expected, strict=True) if y is not ...] == [
        y for y in expected if y is not ...
    ]
    assert since == "2020-02-18T19:30:00+08:00"


AT_THE_SAME_MOMENT = {
    "reports": f"date,credit_code,opened\n2020-02-18,{CODES[7]},1\n",
    "visits": f"date,credit_code,officer,opened\n2020-02-18,{CODES[0]},演练-officer,0\n",
    "coverage": f"date,village,dwellings,done\n2020-02-18,{A}001,100,95\n",
    "cases": f"case_id,reported_on,origin,township\nX1,2020-02-16,local,{A}\n",
    "closings": "date,goal,by\n2020-02-18,full_coverage,office\n",
    "readings": "date,meter,kwh\n2020-02-18,M02,90\n",
    "lists": f"member,list,from,to\n{CODES[11]},above_scale_industry,2020-01-01,2020-02-17\n",
    "enterprises": f"name,credit_code,township\n示例厂01,{CODES[0]},{B}\n",
    "meters": f"meter,credit_code,from,to\nM01,{CODES[0]},2020-01-01,2020-02-01\n",
    "accounts": "login,role,unit,line,from,to\neconomy,line_clerk,*,economy,2020-01-01,2020-02-17\n",
}


@pytest.mark.parametrize("is_said", [False, True], ids=["known now", "with the moment of the publication"])
@pytest.mark.parametrize("kind", AT_THE_SAME_MOMENT)
def test_what_comes_at_the_moment_of_a_publication_but_after_it_is_not_in_it(
    load: Callable[..., Any], actor: Callable[[str], Any], kind: str, is_said: bool
) -> None:
    """The clock stands: one file of any KIND, loaded right after, changes today's board and not the one that went out."""
    from twofront.apps.centre import actions, queries
    from twofront.apps.figures.models import Publication

    actions.publish(DAY, by=actor("office"), at=NOON)
    published = Publication.objects.get(on=DAY).board
    came = load(kind, AT_THE_SAME_MOMENT[kind], known=NOON if is_said else None, on=date(2020, 1, 1))

    then, now = (
        json.loads(json.dumps(queries.board(DAY, known=k, by=actor("office")))) for k in (NOON, None)
    )

    assert (came.accepted, came.rejected) == (1, 0)
    assert then == published
    assert _said_by(now) != _said_by(then)
    for figure, part in _figures(then):
        asked = parse_qs(urlsplit(figure["rows"][part]).query)
        answer = queries.rows(asked["figure"][0], part, DAY, known=NOON, by=actor("office"))
        assert answer.total == (figure[part] or 0), (figure["key"], part)


def _said_by(board: dict[str, Any]) -> str:
    """Return all that a board says but the moment that it is asked for."""
    return re.sub(r"&known=[^\"&]*", "", json.dumps({k: v for k, v in board.items() if k != "known"}))


def test_what_a_page_writes_right_after_a_publication_is_not_in_it(client_as: Callable[[str], Any]) -> None:
    """Published, corrected and closed by buttons while the clock stands: then is as it went out, now has both."""
    from twofront.apps.figures.models import Publication

    office = client_as("office")
    office.post("/publication", {"on": "2020-02-18", "key": "01a20cc1-859e-7c5b-9cea-2fb14e4da831"})
    office.post(f"/firms/{CODES[7]}/report", {"on": "2020-02-18", "opened": "1"})

    published = Publication.objects.get(on=DAY).board
    now = _get(office, f"/api/v1/board?on={DAY}")
    office.post("/closings/full_coverage/close", {"on": "2020-02-18", "sure": "1"})
    closed = {g["key"]: g["closed"] for g in _get(office, f"/api/v1/board?on={DAY}")["goals"]}

    assert closed["full_coverage"] is not None
    assert _get(office, f"/api/v1/board?on={DAY}&known={published['known'][:16]}") == published
    assert [c["id"] for c in now["changed"]] == [CODES[7]]
    assert next(c for c in now["charts"] if c["key"] == "above_scale_industry")["series"][-1]["revised"]


def test_a_published_board_names_to_a_township_its_own_rows(
    changes: None, client_as: Callable[[str], Any], actor: Callable[[str], Any]
) -> None:
    """What went out whole is read again within the reader's scope."""
    from twofront.apps.centre import actions
    from twofront.apps.figures.models import Publication

    actions.publish(DAY, by=actor("office"), at=NOON)
    then = _get(client_as("wuning"), f"/api/v1/board?on={DAY}&known=2020-02-18T19:30")

    assert {c["id"] for c in Publication.objects.get(on=DAY).board["changed"]} == IN_A | IN_B
    assert {c["id"] for c in then["changed"]} == IN_A


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/board?",
        "/api/v1/rows?figure=chart:key_projects&part=unknown&",
        "/?",
        "/changed?",
        "/late?",
        "/survey?",
        "/publication?",
    ],
)
def test_no_answer_on_a_day_that_has_not_begun(client_as: Callable[[str], Any], address: str) -> None:
    """The county's day is 02-18: the 19th is refused in a sentence, the 18th answers."""
    office = client_as("office")

    refused = office.get(f"{address}on=2020-02-19")

    assert refused.status_code == 409
    assert "2020-02-19" in refused.content.decode()
    assert office.get(f"{address}on=2020-02-18").status_code == 200


def _set_clock(at: datetime) -> None:
    from twofront.ground import clockwork, scope
    from twofront.ground.acts import new_key

    clockwork.set_clock(at, by=scope.system("test"), under=None, key=new_key(), at=at)


def test_a_case_breaks_its_goal_and_an_unknown_origin_leaves_it_unknown(
    load: Callable[..., Any], client_as: Callable[[str], Any]
) -> None:
    """A local case since the start breaks zero transmitted; a case of unknown origin makes the other one unknown."""
    client = client_as("office")
    load(
        "cases", f"case_id,reported_on,origin,township\nX1,2020-02-16,local,{A}\nX2,2020-02-17,unknown,{B}\n"
    )

    goals = {g["key"]: g for g in _get(client, f"/api/v1/board?on={DAY}")["goals"]}

    assert (goals["zero_transmitted"]["state"], goals["zero_transmitted"]["count"]) == ("broken", 1)
    assert (goals["zero_imported"]["state"], goals["zero_imported"]["unknown"]) == ("unknown", 1)


def test_something_missing_after_the_deadline_breaks_a_full_goal(
    load: Callable[..., Any], client_as: Callable[[str], Any]
) -> None:
    """The survey's deadline is 02-21 24:00: open before it, broken once it is past, with nothing else changed."""
    client = client_as("office")
    before = {g["key"]: g["state"] for g in _get(client, f"/api/v1/board?on={DAY}")["goals"]}
    _set_clock(datetime.fromisoformat("2020-02-22T00:00:00+08:00"))

    after = {g["key"]: g["state"] for g in _get(client, "/api/v1/board?on=2020-02-21")["goals"]}

    assert (before["full_coverage"], after["full_coverage"]) == ("open", "broken")


def test_addresses_carry_day_and_known_moment(client_as: Callable[[str], Any]) -> None:
    """An address of a past moment opens the past."""
    board = _get(client_as("office"), f"/api/v1/board?on={DAY}&known=2020-02-18T19:30")

    query = parse_qs(urlsplit(board["charts"][0]["rows"]["numerator"]).query)

    assert query["on"] == ["2020-02-18"]
    assert query["known"] == ["2020-02-18T19:30:00+08:00"]
