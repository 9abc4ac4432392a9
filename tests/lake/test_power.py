"""The index of a file equals the definition in plain Python, whatever the file leaves out, repeats or shares."""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracles import power as oracle
from twofront.core.power.index import FIGURES, DayIndex, Parameters
from twofront.core.time import Days
from twofront.lake.power import Asked, of_files

BASELINE = [f"2020-01-0{d}" for d in range(1, 6)]
DAYS = [f"2020-01-0{d}" for d in range(5, 9)]
ALL_DAYS = sorted({*BASELINE, *DAYS})
METERS = ["1", "2", "10", "甲厂", "b"]
KWH = ["", "0", "0.9", "1", "1.00", "2", "3", "10", "30.5", "-1", "1e2"]
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def days_of(texts: list[str]) -> Days:
    return Days(date.fromisoformat(texts[0]), date.fromisoformat(texts[-1]))


def answer(
    path: Path, ask: oracle.Question, *, layout: str, firms: Path | None = None, by: str | None = None
) -> Any:
    zero = None if ask.zero is None else float(ask.zero)
    asked = Asked(layout, zero, days_of(ask.baseline), days_of(ask.days), by)
    return of_files(path, asked, firms_path=firms, params=Parameters())


def assert_equal(cells: list[DayIndex], expected: list[dict[str, Any]]) -> None:
    assert [(c.date.isoformat(), c.group or "") for c in cells] == [(e["date"], e["group"]) for e in expected]
    for cell, wanted in zip(cells, expected, strict=True):
        for figure in FIGURES:
            value = getattr(cell, figure)
            if wanted[figure] is None:
                assert value is None, figure
            else:
                assert value == pytest.approx(float(wanted[figure]), rel=1e-9, abs=1e-9), figure


@st.composite
def tall_rows(draw: st.DrawFn) -> list[oracle.Reading]:
    """Some readings of some meters: missing, empty, negative, said twice with equal values, in any order."""
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(ALL_DAYS), st.sampled_from(METERS)),
            min_size=1,
            max_size=45,
            unique=True,
        )
    )
    rows = [(day, meter, draw(st.sampled_from(KWH))) for day, meter in keys]
    return draw(st.permutations(rows + draw(st.lists(st.sampled_from(rows), max_size=5))))


@st.composite
def ownerships(draw: st.DrawFn) -> list[oracle.Share]:
    """Firms of one to three meters, meters of several firms, meters of nobody, firms of a meter that nobody reads."""
    pairs = st.tuples(st.sampled_from([*METERS, "unread"]), st.sampled_from(["F1", "F2", "F3"]))
    group = {f: draw(st.sampled_from(["C26", "-"])) for f in ("F1", "F2", "F3")}
    shares = st.sampled_from(["0", "0.25", "0.5", "1"])
    return [
        oracle.Share(m, f, Fraction(draw(shares)), group[f])
        for m, f in draw(st.lists(pairs, min_size=1, max_size=6, unique=True))
    ]


def write_firms(path: Path, shares: list[oracle.Share]) -> Path:
    lines = ["sector,firm,share,meter,remark"]
    lines += [f"{'' if s.group == '-' else s.group},{s.firm},{float(s.share)},{s.meter},x" for s in shares]
    path.write_text("\n".join(lines), encoding="gb18030")
    return path


@pytest.mark.slow  # twenty-five files and engines
@given(rows=tall_rows(), zero=st.sampled_from([None, Fraction(1)]))
@SLOW
def test_a_long_file_is_answered_as_the_definition_says(
    tmp_path: Path, rows: list[oracle.Reading], zero: Fraction | None
) -> None:
    """Each meter a firm: unknown stays unknown, a twin counts once, whoever has no baseline is left out with the reason."""
    path = tmp_path / "long.csv"
    path.write_text(
        "kwh,remark,meter,date\n" + "".join(f"{k},x,{m},{d}\n" for d, m, k in rows), encoding="utf-8-sig"
    )
    ask = oracle.Question(BASELINE, DAYS, zero=zero)
    expected = oracle.index(rows, ask)

    cells, left_out = answer(path, ask, layout="long")

    assert dict(left_out) == ask.excluded
    if expected:
        assert_equal(cells, expected)
    else:
        assert [(c.date.isoformat(), c.firms, c.index) for c in cells] == [(d, 0, None) for d in DAYS]


@pytest.mark.slow  # twenty-five files and engines
@given(rows=tall_rows(), shares=ownerships())
@SLOW
def test_shares_and_groups_are_answered_as_the_definition_says(
    tmp_path: Path, rows: list[oracle.Reading], shares: list[oracle.Share]
) -> None:
    """A firm has a reading only if each of its meters has one; the ten largest and the sums are those of its group."""
    path = tmp_path / "long.csv"
    path.write_text("date,meter,kwh\n" + "".join(f"{d},{m},{k}\n" for d, m, k in rows), encoding="utf-8")
    ask = oracle.Question(BASELINE, DAYS, shares=shares)
    expected = oracle.index(rows, ask)

    cells, left_out = answer(
        path, ask, layout="long", firms=write_firms(tmp_path / "firms.csv", shares), by="sector"
    )

    assert_equal(cells, expected)
    assert dict(left_out) == ask.excluded


@pytest.mark.slow  # twenty-five files and engines
@given(
    counts=st.lists(st.integers(0, 24), min_size=len(ALL_DAYS) * 2, max_size=len(ALL_DAYS) * 2),
    kwh=st.sampled_from(["1", "0.1", "2.5"]),
    odd=st.sampled_from(["", "minutes", "twins", "negative"]),
)
@SLOW
def test_intervals_are_answered_as_the_definition_says(
    tmp_path: Path, counts: list[int], kwh: str, odd: str
) -> None:
    """A day under 95 % of its usual points is unknown; off the quarter hour, twins and negatives follow the same rule."""
    rows = []
    for i, (meter, day) in enumerate((m, d) for m in ("a", "b") for d in ALL_DAYS):
        minute = ":07" if odd == "minutes" else ":00"
        rows += [(f"{day}T{hour:02}{minute}", meter, kwh) for hour in range(counts[i])]
    rows += rows[:3] if odd == "twins" else []
    rows += [(f"{ALL_DAYS[0]}T23:30", "a", "-1")] if odd == "negative" else []
    path = tmp_path / "interval.csv"
    path.write_text("time,meter,kwh\n" + "".join(f"{t},{m},{k}\n" for t, m, k in rows), encoding="utf-8")
    ask = oracle.Question(BASELINE, DAYS, is_interval=True)
    expected = oracle.index(rows, ask)

    cells, left_out = answer(path, ask, layout="interval")

    if expected:
        assert_equal(cells, expected)
    assert dict(left_out) == ask.excluded


def test_the_ten_largest_are_found_by_name_where_baselines_are_equal(tmp_path: Path) -> None:
    """Twelve firms of 100 kWh: the ten first by name (10, 11, 12, 1, 2 … as text) are the largest; 8 and 9 remain.

    On the day 8 uses 50 and 9 uses nothing, so without the ten: firm share 50, energy share 25, index 37.5.
    """
    names = [str(n) for n in range(1, 13)]
    day = dict.fromkeys(names, "100") | {"8": "50", "9": "0"}
    path = tmp_path / "wide.csv"
    path.write_text(
        f"record_date,{','.join(names)}\n2020-01-01,{','.join(['100'] * 12)}\n2020-01-02,{','.join(day.values())}\n",
        encoding="utf-8",
    )

    ask = oracle.Question(["2020-01-01"], ["2020-01-02"])
    (cell,), _ = answer(path, ask, layout="wide")

    assert cell.index_without_top10 == 37.5
    assert cell.top10_energy_share == pytest.approx(100 * 1000 / 1050)


@pytest.mark.slow  # a file of 150,000 rows, read twice
def test_many_rows_and_two_threads_give_the_same_bytes(tmp_path: Path) -> None:
    """Sums do not depend on the order in which two threads happen to add: 153,600 intervals, twice, bit for bit."""
    first = date(2020, 1, 1)
    path = tmp_path / "interval.csv"
    with path.open("w", encoding="utf-8") as f:
        f.write("time,meter,kwh\n")
        for q in range(96 * 8):
            when = f"{first + timedelta(days=q // 96)}T{q % 96 // 4:02}:{q % 4 * 15:02}"
            f.writelines(f"{when},{m},{(q * 7919 + m * 104729) % 1000003 / 7.0}\n" for m in range(200))
    ask = oracle.Question(BASELINE, DAYS)

    answers = [answer(path, ask, layout="interval") for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0][0][0].known == 200
