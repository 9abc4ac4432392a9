"""The terms and the arithmetic of the electricity index, and that its compiled SQL is what the expressions say."""

import doctest
from datetime import date
from fractions import Fraction
from importlib.resources import files

import pytest

from twofront.core.power import index
from twofront.core.power.index import DayIndex, Parameters, from_shares, from_sums, records, state


def test_the_examples_in_the_docstrings_hold() -> None:
    """What the docstrings show is what runs."""
    assert doctest.testmod(index).failed == 0


def test_the_province_of_10_february_is_25_42() -> None:
    """64,590 / 333,427 = 19.3716 %, 40,541.65 / 128,807.02 = 31.4747 %, their mean 25.4231: published as 25.42."""
    firm, energy, value = from_sums(
        resumed=64590, known=333427, kwh_resumed=40541.65, baseline_known=128807.02
    )

    assert float(Fraction(6459000, 333427)) == pytest.approx(firm, abs=1e-9)
    assert (round(firm, 2), round(energy, 2), round(value, 2)) == (19.37, 31.47, 25.42)


@pytest.mark.parametrize(
    ("firm_share", "energy_share", "published"),
    [
        pytest.param(57.60, 45.28, 51.44, id="the province on 2020-02-19"),
        pytest.param(60.15, 47.27, 53.71, id="the province on 2020-02-20"),
    ],
)
def test_the_index_is_the_mean_of_its_two_shares(
    firm_share: float, energy_share: float, published: float
) -> None:
    """The published index of a day is the mean of the published shares."""
    assert round(from_shares(firm_share=firm_share, energy_share=energy_share), 2) == published


def test_nobody_known_gives_no_figure() -> None:
    """Without a known firm there is no share, and no index of 0."""
    assert from_sums(resumed=0, known=0, kwh_resumed=0, baseline_known=0) is None


@pytest.mark.parametrize(
    ("kwh", "baseline", "said"),
    [
        pytest.param(None, 100.0, "unknown", id="no reading"),
        pytest.param(0.0, 100.0, "stopped", id="a zero is a reading"),
        pytest.param(20.0, 100.0, "grey", id="exactly at the stopped line"),
        pytest.param(30.0, 100.0, "grey", id="exactly at the threshold"),
        pytest.param(30.001, 100.0, "resumed", id="just above"),
        pytest.param(0.9, 3.0, "grey", id="exactly at it, where floats say above"),
        pytest.param(0.6, 3.0, "grey", id="exactly at the stopped line, where floats say below"),
    ],
)
def test_a_firm_at_a_threshold_is_grey(kwh: float | None, baseline: float, said: str) -> None:
    """Resumed is above the threshold and stopped below the lower line; on a line is grey."""
    assert state(kwh, baseline=baseline, parameters=Parameters()) == said


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"threshold": float("nan")}, id="no number"),
        pytest.param({"stopped": -0.1}, id="negative"),
        pytest.param({"threshold": 0.1}, id="the stopped line above the threshold"),
        pytest.param({"top": -1}, id="a negative number of firms"),
        pytest.param({"least_points": 101}, id="more than all points"),
    ],
)
def test_parameters_without_meaning_are_refused(wrong: dict[str, float]) -> None:
    """The sentence names the parameter."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Parameters(**wrong)


CELL = DayIndex(date(2020, 2, 10), "C26", 2, 2, 0, 100.0, 1, 0, 1, 50.0, 40.0, 45.0, 45.0, 100.0, None)


def test_a_group_below_the_least_cell_keeps_only_its_name() -> None:
    """A suppressed group tells no figure at all, and says that it is suppressed."""
    (row,) = records([CELL], min_cell=3)

    assert {k: v for k, v in row.items() if v is not None} == {
        "date": "2020-02-10",
        "group": "C26",
        "suppressed": True,
    }
    assert list(row)[2:-1] == list(index.FIGURES)


def test_a_group_at_the_least_cell_is_shown() -> None:
    """`suppressed` is absent where it is false."""
    (row,) = records([CELL], min_cell=2)

    assert row["index"] == 45.0
    assert "suppressed" not in row


def test_counts_of_a_small_group_stay_on_the_board() -> None:
    """The board withholds what tells of kWh and shows the counts."""
    shown = index.counts_only(CELL)

    assert (shown.firms, shown.known, shown.resumed, shown.firm_share) == (2, 2, 1, 50.0)
    assert (shown.energy_share, shown.index, shown.coverage, shown.top10_energy_share) == (
        None,
        None,
        None,
        None,
    )


@pytest.mark.slow  # imports Ibis, 0.6 s
def test_the_golden_sql_is_what_the_expressions_compile_to() -> None:
    """What runs is what the expressions say: after a change print each again (see the module) and commit both."""
    from twofront.core.power import expressions

    folder = files("twofront.core.power") / "sql"
    assert sorted(f.name for f in folder.iterdir()) == sorted(f"{n}.sql" for n in expressions.EXPRESSIONS)
    assert doctest.testmod(expressions).failed == 0
    for name in expressions.EXPRESSIONS:
        assert expressions.compiled(name) == folder.joinpath(f"{name}.sql").read_text(encoding="utf-8"), name


@pytest.mark.slow  # imports Ibis, 0.6 s
def test_the_expressions_compile_for_spark() -> None:
    """A province that outgrows one machine takes the same expressions to Spark, with its own quoting and no DuckDB word."""
    from twofront.core.power import expressions

    for name in expressions.EXPRESSIONS:
        sql = expressions.compiled(name, dialect="pyspark")
        assert "`meter`" in sql or "`firm`" in sql or "`firms`" in sql
        assert '"' not in sql
        assert "read_parquet" not in sql.lower()
