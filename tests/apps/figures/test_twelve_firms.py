"""Twelve firms that can be counted by hand: all eight combinations of declared, confirmed and measured, and four in the dark.

01 D1 C1 M1 · 02 D1 C1 M0 · 03 D1 C0 M1 · 04 D1 C0 M0 · 05 D0 C1 M1 · 06 D0 C1 M0 · 07 D0 C0 M1 · 08 D0 C0 M0 ·
09 - - M1 · 10 D1 - - · 11 D0 - - · 12 - - -   (odd ones in 吴宁 330783001, even ones in 横店 330783123)
"""

from datetime import date
from typing import Any

import pytest

DAY = date(2020, 2, 18)


@pytest.fixture
def board(small_county: Any) -> dict[str, Any]:
    """The board of the day."""
    from twofront.apps.figures.queries.board import Board

    return Board(DAY).as_json()


def _chart(board: dict[str, Any], key: str) -> dict[str, Any]:
    return next(c for c in board["charts"] if c["key"] == key)


def _goal(board: dict[str, Any], key: str) -> dict[str, Any]:
    return next(g for g in board["goals"] if g["key"] == key)


def test_declared_alone_decides_the_rate_and_no_report_stays_in_the_denominator(
    board: dict[str, Any],
) -> None:
    """01-04 and 10 are declared open: 5 of 12; 09 and 12 are without a report: 5 of 10 known."""
    chart = _chart(board, "above_scale_industry")

    assert (chart["numerator"], chart["denominator"], chart["unknown"]) == (5, 12, 2)
    assert chart["rate"] == pytest.approx(100 * 5 / 12)
    assert chart["rate_known"] == 50.0


def test_three_sources_lie_side_by_side(board: dict[str, Any]) -> None:
    """Confirmed open 01 02 05 06; measured open 01 03 05 07 09; two that both know differ on 02 to 07."""
    chart = _chart(board, "above_scale_industry")

    assert chart["sources"] == {"reported": 5, "confirmed": 4, "measured": 5}
    assert chart["disagreements"] == 6


def test_a_source_that_says_nothing_is_unknown_and_not_zero(small_county: Any) -> None:
    """The visits were on 02-17, and one counts for three days: on 02-15 nobody had seen or declared anything."""
    from twofront.apps.figures.queries.board import Board

    chart = _chart(Board(date(2020, 2, 15)).as_json(), "above_scale_industry")

    assert chart["sources"] == {"reported": None, "confirmed": None, "measured": None}
    assert chart["denominator"] == 12


def test_townships_add_up_to_the_county(board: dict[str, Any]) -> None:
    """吴宁 has 01 03 open of six, 09 dark; 横店 has 02 04 10 open of six, 12 dark."""
    chart = _chart(board, "above_scale_industry")

    assert chart["by_township"] == [
        {"code": "330783001", "numerator": 2, "denominator": 6, "unknown": 1},
        {"code": "330783123", "numerator": 3, "denominator": 6, "unknown": 1},
    ]
    for part in ("numerator", "denominator", "unknown"):
        assert sum(t[part] for t in chart["by_township"]) == chart[part]
        assert sum(s[part] for s in chart["by_sector"]) == chart[part]


def test_the_index_is_the_mean_of_two_shares_of_the_known(board: dict[str, Any]) -> None:
    """Nine firms have a reading, five used 50 of 100: 5/9 of firms, 250/900 of energy; the tenth baseline is dark."""
    chart = _chart(board, "power_index")

    assert (chart["numerator"], chart["denominator"], chart["unknown"], chart["firms"]) == (5, 9, 1, 10)
    assert chart["firm_share"] == pytest.approx(500 / 9)
    assert chart["energy_share"] == pytest.approx(250 / 9)
    assert chart["rate"] == pytest.approx(375 / 9)
    assert chart["coverage"] == 90.0


def test_full_resumption_wants_declared_and_confirmed(board: dict[str, Any]) -> None:
    """01 and 02 are declared open and seen open; 09 and 12 said nothing, 10 was not seen."""
    goal = _goal(board, "full_resumption")

    assert (goal["numerator"], goal["denominator"], goal["count"], goal["unknown"]) == (2, 12, 10, 3)
    assert goal["state"] == "open"


def test_coverage_counts_dwellings_of_dwellings(board: dict[str, Any]) -> None:
    """80 + 90 + 100 in 吴宁, 20 + 30 + 10 in 横店, of six villages with 100 dwellings each."""
    goal = _goal(board, "full_coverage")

    assert (goal["numerator"], goal["denominator"], goal["count"], goal["unknown"]) == (330, 600, 270, 0)


def test_a_zero_goal_is_met_only_after_its_line_closed_the_day(
    small_county: Any, board: dict[str, Any]
) -> None:
    """No case since 02-14, and the health line closed 02-18: met; before the closing was known: unknown."""
    from datetime import timedelta

    from tests.conftest import NOON
    from twofront.apps.figures.queries.board import Board

    before = Board(DAY, known=NOON - timedelta(minutes=1)).as_json()

    assert [_goal(board, k)["state"] for k in ("zero_imported", "zero_transmitted")] == ["met", "met"]
    assert {
        _goal(before, k)["state"]
        for k in ("zero_imported", "zero_transmitted", "full_coverage", "full_resumption")
    } == {"unknown"}
