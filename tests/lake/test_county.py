# ruff: noqa: DTZ001 - the lake keeps local time without a zone
"""Readings as known at a moment, and the index of the county's lake: corrections, retractions, shares in force."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from twofront import lake
from twofront.core.power.index import Parameters
from twofront.core.time import Days
from twofront.lake import FileMissing, LakeFile

BASELINE = Days(date(2020, 1, 1), date(2020, 1, 2))
DAYS = Days(date(2020, 1, 3), date(2020, 1, 3))
ASKED: dict[str, Any] = {"baseline": BASELINE, "days": DAYS, "params": Parameters()}
START = datetime(2020, 1, 4, tzinfo=UTC)
SHARES = pa.table({"meter": ["m1", "m2"], "firm": ["A", "B"], "share": [1.0, 1.0], "sector": ["C26", None]})


def known(n: int) -> datetime:
    return START + timedelta(hours=n)


def put(root: Path, n: int, *rows: tuple[str, str, float | None], seq: int | None = None) -> list[LakeFile]:
    """Append daily readings (meter, day of January, kWh), known at hour n."""
    table = pa.table({
        "meter": [r[0] for r in rows],
        "date": [date(2020, 1, int(r[1])) for r in rows],
        "kwh": pa.array([r[2] for r in rows], pa.float64()),
    })  # fmt: skip
    return lake.append(root, table, layout="daily", known=known(n), seq=n if seq is None else seq)


def put_points(root: Path, n: int, *rows: tuple[str, str, float | None]) -> list[LakeFile]:
    """Append points (meter, `day hour` of January, kWh), known at hour n."""
    table = pa.table({
        "meter": [r[0] for r in rows],
        "time": pa.array([datetime(2020, 1, *map(int, r[1].split())) for r in rows], pa.timestamp("us")),
        "kwh": pa.array([r[2] for r in rows], pa.float64()),
    })  # fmt: skip
    return lake.append(root, table, layout="interval", known=known(n), seq=n)


def states(
    root: Path, files: list[LakeFile], shares: pa.Table = SHARES, *, known: datetime | None = None
) -> dict[str, tuple[float | None, str]]:
    """Return (kWh, state) of each firm on the 3rd."""
    rows = lake.firm_days(root, files, shares, **ASKED, known=known).to_pylist()
    return {r["firm"]: (r["kwh"], r["state"]) for r in rows}


def january(root: Path) -> list[LakeFile]:
    return put(root, 0, ("m1", "1", 90), ("m1", "2", 110), ("m2", "1", 300), ("m1", "3", 42), ("m2", "3", 60))


def test_the_lake_says_what_the_file_says(tmp_path: Path) -> None:
    """The two firms of the command line's test: index 30.25; a row for each firm and day."""
    files = january(tmp_path)

    (cell,) = lake.index(tmp_path, files, SHARES, **ASKED)
    table = lake.firm_days(tmp_path, files, SHARES, **ASKED)

    assert (cell.firm_share, cell.energy_share, cell.index, cell.coverage) == (50.0, 10.5, 30.25, 100.0)
    assert table.to_pylist() == [
        {"firm": "A", "date": date(2020, 1, 3), "kwh": 42.0, "baseline": 100.0, "state": "resumed"},
        {"firm": "B", "date": date(2020, 1, 3), "kwh": 60.0, "baseline": 300.0, "state": "grey"},
    ]


def test_a_correction_holds_from_when_it_is_known(tmp_path: Path) -> None:
    """At hour 1 the reading is still 42; from hour 2 on it is 10; what the correction does not name stays."""
    files = january(tmp_path) + put(tmp_path, 2, ("m1", "3", 10))

    assert states(tmp_path, files, known=known(1))["A"] == (42.0, "resumed")
    assert states(tmp_path, files, known=known(2))["A"] == (10.0, "stopped")
    assert states(tmp_path, files) == {"A": (10.0, "stopped"), "B": (60.0, "grey")}


def test_of_one_moment_the_later_import_holds(tmp_path: Path) -> None:
    """Order is (known, seq): which file is listed first does not matter."""
    files = (
        put(tmp_path, 2, ("m1", "3", 10), seq=8)
        + january(tmp_path)
        + put(tmp_path, 2, ("m1", "3", 99), seq=7)
    )

    assert states(tmp_path, files)["A"] == (10.0, "stopped")


def test_a_retracted_file_is_gone_and_its_predecessor_holds_again(tmp_path: Path) -> None:
    """A file that is not listed is not read."""
    files, retracted = january(tmp_path), put(tmp_path, 2, ("m1", "3", 10))

    assert states(tmp_path, files + retracted)["A"] == (10.0, "stopped")
    assert states(tmp_path, files)["A"] == (42.0, "resumed")


def test_a_reading_may_be_corrected_to_unknown(tmp_path: Path) -> None:
    """An unknown reading that comes later makes the firm unknown, not the old value true."""
    files = january(tmp_path) + put(tmp_path, 2, ("m1", "3", None))

    assert states(tmp_path, files)["A"] == (None, "unknown")


def test_a_corrected_point_changes_its_day_and_not_the_other_points(tmp_path: Path) -> None:
    """Four points of 10; one corrected to 40: 70; a late point of 1 is added: 71."""
    files = put(tmp_path, 0, ("m1", "1", 100))
    files += put_points(tmp_path, 1, *[("m1", f"3 {h}", 10) for h in range(4)], ("m2", "3 0", 5))
    files += put_points(tmp_path, 2, ("m1", "3 3", 40))
    files += put_points(tmp_path, 3, ("m1", "3 4", 1))

    assert states(tmp_path, files, known=known(1))["A"] == (40.0, "resumed")
    assert states(tmp_path, files, known=known(2))["A"] == (70.0, "resumed")
    assert states(tmp_path, files)["A"] == (71.0, "resumed")


def test_the_roll_up_and_the_points_say_the_same(tmp_path: Path) -> None:
    """A list without roll-ups is answered from the points, with and without a correction."""
    files = put(tmp_path, 0, ("m1", "1", 100)) + put_points(
        tmp_path, 1, ("m1", "3 0", 10), ("m1", "3 1", 30.5)
    )
    corrected = files + put_points(tmp_path, 2, ("m1", "3 1", 31.5))

    assert states(tmp_path, files) == {"A": (40.5, "resumed")}
    assert states(tmp_path, corrected) == {"A": (41.5, "resumed")}
    for listed in (files, corrected):
        assert states(tmp_path, [f for f in listed if f.kind != "rollup"]) == states(tmp_path, listed)


def test_the_newest_statement_on_a_day_holds_whichever_way_it_is_stated(tmp_path: Path) -> None:
    """Points, then the supplier's own number for the day, then one more point."""
    files = put(tmp_path, 0, ("m1", "1", 100)) + put_points(tmp_path, 1, ("m1", "3 0", 10), ("m1", "3 1", 30))
    total = put(tmp_path, 2, ("m1", "3", 39))
    later = put_points(tmp_path, 3, ("m1", "3 1", 31))

    assert states(tmp_path, files + total)["A"] == (39.0, "resumed")
    assert states(tmp_path, files + total + later)["A"] == (41.0, "resumed")


def test_a_meter_that_came_after_the_baseline_days_has_usual_points_too(tmp_path: Path) -> None:
    """m2 joins A's plant on the 3rd with 20 points a day; on the 5th it sends 3: the firm is unknown that day."""
    shares = pa.table({
        "meter": ["m1", "m2"], "firm": ["A", "A"], "share": [1.0, 1.0], "from": [None, date(2020, 1, 3)],
    })  # fmt: skip
    files = put(
        tmp_path, 0, ("m1", "1", 100), ("m1", "2", 100), ("m1", "3", 10), ("m1", "4", 10), ("m1", "5", 10)
    )
    points = [("m2", f"{d} {h}", 1.0) for d in (3, 4) for h in range(20)] + [
        ("m2", f"5 {h}", 1.0) for h in range(3)
    ]
    files += put_points(tmp_path, 1, *points)
    days = Days(date(2020, 1, 2), date(2020, 1, 5))

    rows = lake.firm_days(
        tmp_path, files, shares, baseline=BASELINE, days=days, params=Parameters()
    ).to_pylist()

    assert [(r["kwh"], r["baseline"]) for r in rows] == [
        (100.0, 100.0),
        (30.0, 100.0),
        (30.0, 100.0),
        (None, 100.0),
    ]


@pytest.mark.parametrize(
    ("first", "last", "kwh"),
    [
        pytest.param(None, None, 102.0, id="always"),
        pytest.param(3, None, 102.0, id="from its first day"),
        pytest.param(None, 3, 102.0, id="to its last day"),
        pytest.param(4, None, 42.0, id="not yet"),
        pytest.param(None, 2, 42.0, id="no longer"),
    ],
)
def test_a_meter_counts_on_the_days_it_is_in_force(
    tmp_path: Path, first: int | None, last: int | None, kwh: float
) -> None:
    """From and to are both in: A has m1 always and m2 for a time; they used 42 and 60."""
    ends = [None if d is None else date(2020, 1, d) for d in (first, last)]
    shares = pa.table({
        "meter": ["m1", "m2"], "firm": ["A", "A"], "share": [1.0, 1.0],
        "from": pa.array([None, ends[0]], pa.date32()), "to": pa.array([None, ends[1]], pa.date32()),
    })  # fmt: skip
    files = january(tmp_path) + put(tmp_path, 1, ("m2", "2", 300))

    assert states(tmp_path, files, shares)["A"][0] == kwh


def test_a_firm_without_a_meter_in_force_is_unknown(tmp_path: Path) -> None:
    """A's only meter ended on the 2nd: it had a baseline, and on the 3rd nobody knows what it uses."""
    shares = pa.table({"meter": ["m1"], "firm": ["A"], "share": [1.0], "to": [date(2020, 1, 2)]})

    assert states(tmp_path, january(tmp_path), shares) == {"A": (None, "unknown")}


def test_groups_are_those_of_the_firms(tmp_path: Path) -> None:
    """By sector A is in C26, B under a dash; nothing is suppressed in the lake, its caller knows the reader."""
    cells = lake.index(tmp_path, january(tmp_path), SHARES, **ASKED, by="sector")

    assert [(c.group, c.firms, c.energy_share) for c in cells] == [("-", 1, 0.0), ("C26", 1, 42.0)]


def test_only_the_meters_that_are_given_are_seen(tmp_path: Path) -> None:
    """The lake has no row security: who asks with his own meters gets his own firms, and with none gets none."""
    files = january(tmp_path)

    assert set(states(tmp_path, files, SHARES.slice(0, 1))) == {"A"}
    (nobody,) = lake.index(tmp_path, files, SHARES.slice(0, 0), **ASKED)
    assert (nobody.firms, nobody.index) == (0, None)


def test_a_day_without_files_is_answered_with_nobody_known(tmp_path: Path) -> None:
    """No file, no reading, no figure; the firms are still counted."""
    ahead = Days(date(2020, 3, 1), date(2020, 3, 1))

    (cell,) = lake.index(
        tmp_path, january(tmp_path), SHARES, baseline=BASELINE, days=ahead, params=Parameters()
    )
    (empty,) = lake.index(tmp_path, [], SHARES, **ASKED)

    assert (cell.firms, cell.known, cell.unknown, cell.index) == (2, 0, 2, None)
    assert (empty.firms, empty.index) == (0, None)


def test_firms_and_meters_may_be_numbers(tmp_path: Path) -> None:
    """Ids are bigints or texts as the caller has them, and come back as they went in."""
    table = pa.table({"meter": [7, 7], "date": [date(2020, 1, 1), date(2020, 1, 3)], "kwh": [100, 42]})
    files = lake.append(tmp_path, table, layout="daily", known=START, seq=1)
    shares = pa.table({"meter": [7], "firm": [2**40], "share": [0.5]})

    assert states(tmp_path, files, shares) == {2**40: (21.0, "resumed")}
    assert states(tmp_path, [], shares) == {}


def test_a_listed_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A figure is never made from what is left over."""
    files = january(tmp_path)
    (tmp_path / files[-1].path).unlink()

    with pytest.raises(FileMissing, match="bring it back from the backup"):
        states(tmp_path, files)


def test_two_files_of_one_import_and_day_are_an_error(tmp_path: Path) -> None:
    """Which of them is later cannot be said."""
    files = put(tmp_path, 1, ("m1", "3", 1), seq=5) + put(tmp_path, 1, ("m1", "3", 2), seq=5)

    with pytest.raises(ValueError, match="seq must be the import's own"):
        states(tmp_path, files)


def test_corrections_of_points_that_are_not_listed_are_an_error(tmp_path: Path) -> None:
    """A roll-up cannot be corrected by one point without the points that it sums up."""
    first, late = put_points(tmp_path, 1, ("m1", "3 0", 10)), put_points(tmp_path, 2, ("m1", "3 1", 10))

    with pytest.raises(FileMissing, match="points that it sums up are not listed"):
        states(tmp_path, [f for f in first if f.kind == "rollup"] + late)


def test_an_importer_can_tell_new_from_same_from_other(tmp_path: Path) -> None:
    """In the order of the file; beside a correction stands what it replaces, and since when that was known."""
    files = january(tmp_path) + put(tmp_path, 2, ("m1", "3", 10))
    table = pa.table({
        "meter": ["m9", "m1", "m2", "m1", "m2"],
        "date": [date(2020, 1, d) for d in (3, 3, 3, 2, 9)],
        "kwh": pa.array([1, 42, 60, -1, 5], pa.float64()),
    })  # fmt: skip

    now = lake.compare(tmp_path, files, table, layout="daily").to_pylist()
    then = lake.compare(tmp_path, files, table, layout="daily", known=known(1)).to_pylist()

    assert [(r["meter"], r["verdict"], r["before"]) for r in now] == [
        ("m9", "new", None), ("m1", "other", 10.0), ("m2", "same", 60.0), ("m1", "other", 110.0), ("m2", "new", None),
    ]  # fmt: skip
    assert [r["before_known"] and r["before_known"].replace(tzinfo=UTC) for r in now] == [
        None, known(2), known(0), known(0), None,
    ]  # fmt: skip
    assert [r["verdict"] for r in then] == ["new", "same", "same", "other", "new"]


def test_points_are_compared_moment_by_moment(tmp_path: Path) -> None:
    """A point equal to the newest statement is a duplicate, another value a correction, another moment new."""
    files = put_points(tmp_path, 1, ("m1", "3 0", 10), ("m1", "3 1", 10)) + put_points(
        tmp_path, 2, ("m1", "3 1", 11)
    )
    times = pa.array([datetime(2020, 1, 3, h) for h in (0, 1, 2)], pa.timestamp("us"))
    table = pa.table({"meter": ["m1"] * 3, "time": times, "kwh": [10, 10, 10]})

    said = lake.compare(tmp_path, files, table, layout="interval")

    assert said["verdict"].to_pylist() == ["same", "other", "new"]


def test_a_kept_baseline_answers_as_one_computed_anew(tmp_path: Path) -> None:
    """Asked twice, after a correction of a baseline day, as known before it, with other shares: the answer of a lake that keeps nothing."""
    root, bare = tmp_path / "keeps", tmp_path / "keeps_nothing"
    bare.mkdir()
    (bare / "baselines").touch()  # no folder can be made here
    half = SHARES.set_column(2, "share", pa.array([0.5, 1.0]))

    def grow(n: int, *rows: tuple[str, str, float | None]) -> list[LakeFile]:
        put(bare, n, *rows)
        return put(root, n, *rows)

    files = grow(0, ("m1", "1", 90), ("m1", "2", 110), ("m2", "1", 300), ("m1", "3", 42), ("m2", "3", 60))
    first = states(root, files)
    corrected = files + grow(2, ("m1", "1", 190))
    questions: list[tuple[list[LakeFile], pa.Table, datetime | None]] = [
        (files, SHARES, None), (corrected, SHARES, None), (corrected, SHARES, known(1)), (corrected, half, None),
        (corrected, SHARES, None), (files, half, None), (corrected, SHARES.slice(0, 1), None),
    ]  # fmt: skip

    assert first == {"A": (42.0, "resumed"), "B": (60.0, "grey")}
    assert states(root, corrected)["A"] == (42.0, "grey")  # of a baseline of 150
    for listed, shares, at in questions:
        assert states(root, listed, shares, known=at) == states(bare, listed, shares, known=at)
    assert list((root / "baselines").iterdir())


def test_a_kept_baseline_that_is_damaged_is_computed_anew(tmp_path: Path) -> None:
    """What is kept is no source: cut off, emptied or filled with another thing it is passed over."""
    files = january(tmp_path)
    before = states(tmp_path, files)
    kept = sorted((tmp_path / "baselines").iterdir())

    for damaged in (b"", b"no arrow", kept[0].read_bytes()[:-9]):
        for path in kept:
            path.write_bytes(damaged)
        assert states(tmp_path, files) == before


def test_a_kept_baseline_is_of_the_files_that_are_there(tmp_path: Path) -> None:
    """A listed file of a baseline day that is gone is named, though its sums are kept."""
    files = january(tmp_path)
    states(tmp_path, files)
    (tmp_path / files[0].path).unlink()

    with pytest.raises(FileMissing, match=r"2020-01-01.*bring it back"):
        states(tmp_path, files)
