"""Any history of imports: the merged lake equals a plain loop over what was stated, in the order it became known."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lake.test_county import ASKED, SHARES, known, put, put_points
from tests.oracles import power as oracle
from twofront import lake
from twofront.core.power.index import DayIndex
from twofront.lake import LakeFile

Row = tuple[str, str, float | None]
METERS, DAYS = st.sampled_from(["m1", "m2"]), st.sampled_from(["1", "2", "3"])
KWH = st.sampled_from([None, 0.0, 1.0, 30.0, 100.0])
NUMBERS = st.lists(st.tuples(METERS, DAYS, KWH), min_size=1, max_size=4, unique_by=lambda r: r[:2])
POINTS = st.lists(
    st.tuples(METERS, st.tuples(DAYS, st.sampled_from("012")).map(" ".join), KWH),
    min_size=1,
    max_size=6,
    unique_by=lambda r: r[:2],
)
IMPORTS = st.lists(
    st.one_of(st.tuples(st.just("daily"), NUMBERS), st.tuples(st.just("points"), POINTS)),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow  # twenty-five lakes
@given(imports=IMPORTS, hour=st.integers(0, 4), data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_is_answered_as_the_newest_statements_say(
    tmp_path_factory: pytest.TempPathFactory,
    imports: list[tuple[str, list[Row]]],
    hour: int,
    data: st.DataObject,
) -> None:
    """Numbers for a day and points of a day, in any order of imports, listed in any order, asked for any moment."""
    root = tmp_path_factory.mktemp("lake")
    files: list[LakeFile] = []
    for n, (kind, rows) in enumerate(imports):
        files += (put if kind == "daily" else put_points)(root, n, *rows)

    said = lake.index(root, data.draw(st.permutations(files)), SHARES, **ASKED, known=known(hour))

    assert_same(said, replay(imports[: hour + 1]))


def replay(imports: list[tuple[str, list[Row]]]) -> list[oracle.Reading]:
    """Return the readings that hold: a number stands until somebody says more; points are kept by moment."""
    newest: dict[tuple[str, str], str] = {}
    numbers: dict[tuple[str, str], float | None] = {}
    points: dict[tuple[str, str], dict[str, float | None]] = defaultdict(dict)
    for kind, rows in imports:
        for meter, key, kwh in rows:
            day = (meter, key.split()[0])
            newest[day] = kind
            if kind == "daily":
                numbers[day] = kwh
            else:
                points[day][key] = kwh
    out: list[oracle.Reading] = []
    for (meter, day), kind in newest.items():
        if kind == "daily":
            out.append(
                (f"2020-01-0{day}", meter, "" if numbers[meter, day] is None else str(numbers[meter, day]))
            )
        else:
            sent = [k for k in points[meter, day].values() if k is not None]
            if sent and len(sent) * 100 >= 95 * usual(meter, newest, points):
                out.append((f"2020-01-0{day}", meter, str(Fraction(sum(sent)))))
    return out


def usual(
    meter: str, newest: dict[tuple[str, str], str], points: dict[tuple[str, str], dict[str, Any]]
) -> int:
    """Return the most frequent number of points on the baseline days (1 and 2), else on all; the larger of two."""
    counts = {
        d: sum(k is not None for k in points[meter, d].values())
        for (m, d), k in newest.items()
        if m == meter and k == "points"
    }
    counts = {d: n for d, n in counts.items() if n}
    of = list({d: n for d, n in counts.items() if d in "12"}.values()) or list(counts.values())
    return max(of, key=lambda n: (of.count(n), n))


def assert_same(said: list[DayIndex], readings: list[oracle.Reading]) -> None:
    shares = [oracle.Share("m1", "A"), oracle.Share("m2", "B")]
    expected = oracle.index(
        readings, oracle.Question(["2020-01-01", "2020-01-02"], ["2020-01-03"], shares=shares)
    )
    if not expected:
        assert [(c.firms, c.index) for c in said] == [(0, None)]
        return
    (cell,), (wanted,) = said, expected
    for figure in ("firms", "known", "resumed", "grey", "stopped"):
        assert getattr(cell, figure) == wanted[figure], figure
    for figure in ("coverage", "energy_share", "index", "top10_energy_share"):
        value = wanted[figure]
        assert getattr(cell, figure) == (None if value is None else pytest.approx(float(value), abs=1e-9)), (
            figure
        )
