"""`twofront power index`: the contract's answer, its edges, its exit codes, its one-line errors."""

import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from twofront.cli import main

KEYS = [
    "date",
    "firms",
    "known",
    "unknown",
    "coverage",
    "resumed",
    "grey",
    "stopped",
    "firm_share",
    "energy_share",
    "index",
    "index_capped",
    "top10_energy_share",
    "index_without_top10",
]
JANUARY = ["--baseline", "2020-01-01:2020-01-02"]
TENTH = ["--days", "2020-02-10:2020-02-10"]
LONG = "date,meter,kwh\n2020-01-01,m1,90\n2020-01-02,m1,110\n2020-01-01,m2,300\n2020-02-10,m1,42\n2020-02-10,m2,60\n"


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Write a file, ask, and return (exit code, stdout, stderr)."""

    def call(
        content: str | bytes, *options: str, layout: str = "long", name: str = "readings.csv"
    ) -> tuple[int, str, str]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        code = main(["power", "index", str(path), "--layout", layout, *JANUARY, *TENTH, *options])
        out, err = capsys.readouterr()
        return code, out, err.replace(f"{tmp_path}/", "")

    return call


def rows(answer: tuple[int, str, str]) -> list[dict[str, Any]]:
    code, out, err = answer
    assert (code, err) == (0, "")
    return json.loads(out)


def refusal(answer: tuple[int, str, str]) -> str:
    code, out, err = answer
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    return err.removeprefix("twofront: ").rstrip()


def test_two_firms_by_hand(ask: Any) -> None:
    """Baselines (90 + 110) / 2 = 100 and 300; m1 uses 42 (resumed), m2 60 = 0.20 x 300 (grey, not stopped).

    Firm share 1 of 2 = 50, energy share 42 / 400 = 10.5, index 30.25; both are among the ten largest.
    """
    (row,) = rows(ask(LONG))

    assert list(row) == KEYS
    assert row == {
        "date": "2020-02-10", "firms": 2, "known": 2, "unknown": 0, "coverage": 100.0, "resumed": 1, "grey": 1, "stopped": 0,
        "firm_share": 50.0, "energy_share": 10.5, "index": 30.25, "index_capped": 30.25, "top10_energy_share": 100.0,
        "index_without_top10": None,
    }  # fmt: skip


@pytest.mark.parametrize("reading", [pytest.param("", id="empty"), pytest.param("-5", id="negative")])
def test_an_unknown_reading_is_in_no_sum(ask: Any, reading: str) -> None:
    """m2 is unknown: known 1, coverage 100 / 400 = 25, energy share 42 / 100 of the known alone."""
    (row,) = rows(ask(LONG.replace("m2,60", f"m2,{reading}")))

    assert (row["known"], row["unknown"], row["coverage"]) == (1, 1, 25.0)
    assert (row["firm_share"], row["energy_share"], row["stopped"]) == (100.0, 42.0, 0)


def test_the_zero_value_means_zero(ask: Any) -> None:
    """With --zero-value 60 the reading of 60 is a zero: m2 stands still; without it m2 is grey."""
    (row,) = rows(ask(LONG, "--zero-value", "60"))

    assert (row["known"], row["grey"], row["stopped"]) == (2, 0, 1)


def test_a_cap_is_beside_the_index_and_not_in_it(ask: Any) -> None:
    """m1 uses 420, m2 60: energy share 420 / 400 = 105, index 77.5; capped at 150: 37.5, index_capped 43.75."""
    (row,) = rows(ask(LONG.replace("m1,42", "m1,420")))

    assert (row["energy_share"], row["index"], row["index_capped"]) == (105.0, 77.5, 43.75)


def test_a_day_of_which_nobody_is_known_has_counts_of_zero_and_no_figures(ask: Any) -> None:
    """A day without rows is answered: known 0 of 2 firms, every share null."""
    (row,) = rows(ask(LONG, "--days", "2020-03-01:2020-03-01"))

    counts = {k: row[k] for k in ("firms", "known", "unknown", "resumed", "grey", "stopped")}
    assert counts == {"firms": 2, "known": 0, "unknown": 2, "resumed": 0, "grey": 0, "stopped": 0}
    assert all(row[k] is None for k in KEYS if k not in counts and k != "date")


def test_days_are_both_ends_in(ask: Any) -> None:
    """A:B answers for A, for B, and for each day between."""
    answer = rows(ask(LONG, "--days", "2020-02-09:2020-02-11"))

    assert [r["date"] for r in answer] == ["2020-02-09", "2020-02-10", "2020-02-11"]


def test_a_reading_said_twice_counts_once(ask: Any) -> None:
    """Equal values of one key are one reading, also where they are written differently."""
    assert ask(LONG + "2020-02-10,m1,42.0\n") == ask(LONG)


def test_a_reading_said_twice_differently_is_refused_with_both_lines(ask: Any) -> None:
    """Exit 2, the line of the second and of the first."""
    said = refusal(ask(LONG + "2020-02-10,m1,43\n"))

    assert said == "readings.csv:7: meter m1 at 2020-02-10 reads 43 here and 42 in line 5; keep the right one"


def test_a_wide_file_reads_the_same(ask: Any) -> None:
    """A column a meter, an empty cell is unknown, the day may stand in any column."""
    wide = "m1,record_date,m2\n90,2020-01-01,300\n110,2020-01-02,\n42,2020-02-10,60\n"

    assert ask(wide, layout="wide") == ask(LONG)


def test_a_wide_file_with_one_day_twice_is_refused_with_both_lines(ask: Any) -> None:
    """The same day again counts once where the cells agree; where they differ the meter and both lines are named."""
    wide = "record_date,m1,m2\n2020-01-01,90,300\n2020-02-10,42,60\n\n2020-02-10,42,61\n"

    said = refusal(ask(wide, layout="wide"))

    assert said.startswith("readings.csv:5: meter m2 at 2020-02-10 reads 61 here and 60 in line 3;")


def interval(day: str, points: int, kwh: float = 1.0, meter: str = "m1") -> str:
    return "".join(f"{day}T{q // 4:02}:{q % 4 * 15:02},{meter},{kwh}\n" for q in range(points))


@pytest.mark.parametrize(
    ("points", "energy"),
    [
        pytest.param(96, 100.0, id="all 96 points"),
        pytest.param(92, 100 * 92 / 96, id="92 of 96 is 95.8 %: summed, not scaled"),
        pytest.param(91, None, id="91 of 96 is 94.8 %: unknown"),
    ],
)
def test_a_day_needs_95_percent_of_its_usual_points(ask: Any, points: int, energy: float | None) -> None:
    """Usual = the most frequent number on baseline days."""
    text = (
        "time,meter,kwh\n"
        + interval("2020-01-01", 96)
        + interval("2020-01-02", 96)
        + interval("2020-02-10", points)
    )

    (row,) = rows(ask(text, layout="interval"))

    assert row["energy_share"] == energy
    assert row["known"] == (energy is not None)


def test_moments_are_local_unless_they_say_otherwise(ask: Any) -> None:
    """24:00 is the next day's first interval, 16:00Z is 00:00 at +08:00, a bare day its 00:00; seconds may be left out."""
    text = (
        "time,meter,kwh\n2020-01-01,m1,1\n2020-01-01 12:00:00,m1,1\n"
        "2020-02-09T24:00,m1,5\n2020-02-09T16:15Z,m1,6\n2020-02-10T23:45:00+08:00,m1,7\n2020-02-10T16:00Z,m1,1000\n"
    )

    (row,) = rows(ask(text, "--days", "2020-02-10:2020-02-10", layout="interval"))

    assert row["energy_share"] == 100 * (5 + 6 + 7) / 2


def test_one_interval_said_twice_differently_is_refused(ask: Any) -> None:
    """One moment written in two ways is one key."""
    text = "time,meter,kwh\n2020-01-01T08:00,m1,1\n2020-01-01T00:00Z,m1,2\n"

    assert refusal(ask(text, layout="interval")).startswith(
        "readings.csv:3: meter m1 at 2020-01-01 08:00:00 reads 2 here and 1 in line 2;"
    )


FIRMS = "meter,firm,share,sector,township\nm1,A,0.5,C26,01\nm1,B,0.5,C13,02\nm2,A,1,C26,01\n"


def test_shares_part_a_meter_between_firms(ask: Any, tmp_path: Path) -> None:
    """A = half of m1 + m2 = 50 + 300 = 350, B = half of m1 = 50; on the day A 21 + 60 = 81 (grey at 0.231), B 21 (0.42)."""
    (tmp_path / "firms.csv").write_text(FIRMS)

    (row,) = rows(
        ask(LONG.replace("2020-01-01,m2,300", "2020-01-02,m2,300"), "--firms", str(tmp_path / "firms.csv"))
    )

    assert (row["firms"], row["resumed"], row["grey"]) == (2, 1, 1)
    assert row["energy_share"] == pytest.approx(100 * 21 / (355 + 50))


def test_a_firm_without_one_of_its_meters_is_unknown(ask: Any, tmp_path: Path) -> None:
    """A has two meters; without the reading of m2 it is unknown, though m1 was read; on 01-01 too, so its baseline is none."""
    (tmp_path / "firms.csv").write_text(FIRMS)

    (row,) = rows(ask(LONG.replace("2020-02-10,m2,60\n", ""), "--firms", str(tmp_path / "firms.csv")))

    assert (row["firms"], row["known"], row["unknown"]) == (2, 1, 1)


def test_who_is_left_out_is_written_with_the_reason(ask: Any, tmp_path: Path) -> None:
    """A meter that FIRMS lacks, one that used nothing in January, one without a reading there."""
    (tmp_path / "firms.csv").write_text(FIRMS.replace("m2,A", "m3,C") + "m4,D,1,C26,01\n")
    out = tmp_path / "out.csv"

    rows(
        ask(
            LONG + "2020-01-01,m4,0\n2020-02-10,m4,9\n",
            "--firms",
            str(tmp_path / "firms.csv"),
            "--excluded",
            str(out),
        )
    )

    assert out.read_text() == "meter,reason\nm2,not_in_firms\nm3,no_baseline_reading\nm4,baseline_zero\n"


def test_a_group_below_the_least_cell_is_suppressed(ask: Any, tmp_path: Path) -> None:
    """By sector: three firms in C26 are shown, one in C13 is suppressed; a firm without sector stands under -."""
    lines = [f"2020-{d},m{m},{10 * m}" for m in range(1, 7) for d in ("01-01", "02-10")]
    firms = [
        "meter,firm,share,sector,township",
        "m1,A,1,C26,1",
        "m2,B,,C26,1",
        "m3,C,1,C26,1",
        "m4,D,1,C13,1",
        "m5,E,1,,1",
    ]
    (tmp_path / "firms.csv").write_text("\n".join(firms))

    answer = rows(
        ask("date,meter,kwh\n" + "\n".join(lines), "--firms", str(tmp_path / "firms.csv"), "--by", "sector")
    )

    assert [(r["group"], r["firms"], r["index"], r.get("suppressed")) for r in answer] == [
        ("-", None, None, True),
        ("C13", None, None, True),
        ("C26", 3, 100.0, None),
    ]
    assert [k for k in answer[0] if answer[0][k] is None] == KEYS[1:]


def test_csv_says_the_same_as_json(ask: Any) -> None:
    """The same keys in the same order, an unknown figure is an empty cell."""
    (said,) = csv.DictReader(io.StringIO(ask(LONG, "--format", "csv")[1]))

    (row,) = rows(ask(LONG))
    assert said == {k: "" if v is None else str(v) for k, v in row.items()}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(gzip.compress(LONG.encode()), "readings.csv.gz", id="gzip"),
        pytest.param(
            gzip.compress(LONG.encode()), "readings[1] *.csv", id="a name that looks like a pattern"
        ),
        pytest.param("\ufeff" + LONG, "readings.csv", id="byte order mark"),
        pytest.param(LONG.replace("\n", "\r\n"), "readings.csv", id="Windows line ends"),
        pytest.param(LONG.replace("\n", "\r\n", 3), "readings.csv", id="mixed line ends"),
        pytest.param(LONG.replace("m2", "电表二号").encode("gb18030"), "readings.csv", id="GB18030"),
        pytest.param(LONG.replace("\n", "\n\n"), "readings.csv", id="blank lines"),
        pytest.param(
            LONG.replace(",", ", ").replace("kwh", '"kwh"'), "readings.csv", id="blanks and quotation marks"
        ),
        pytest.param(
            re.sub("(.*),(.*),(.*)", r"\3,x,\1,\2", LONG).replace("x", "备注", 1),
            "readings.csv",
            id="other columns, other order",
        ),
    ],
)
def test_a_file_as_people_keep_it_reads_the_same(ask: Any, content: str | bytes, name: str) -> None:
    """Encoding, compression, line ends, order and other columns change nothing."""
    assert ask(content, name=name) == ask(LONG)


PARQUET = {
    "day and number": ("long", "date DATE, meter VARCHAR, kwh DOUBLE", "2020-01-01", "2020-02-10"),
    "texts and decimals": (
        "long",
        "date VARCHAR, meter VARCHAR, kwh DECIMAL(9,2)",
        "2020-01-01",
        "2020-02-10",
    ),
    "local times and whole numbers": (
        "interval",
        "time TIMESTAMP, meter INTEGER, kwh BIGINT",
        "2020-01-01 00:00",
        "2020-02-10 23:45",
    ),
    "times with a zone": (
        "interval",
        "time TIMESTAMPTZ, meter INTEGER, kwh FLOAT",
        "2019-12-31 16:00:00Z",
        "2020-02-10 15:45:00Z",
    ),
    "wide": ("wide", 'record_date DATE, "7" SMALLINT', "2020-01-01", "2020-02-10"),
}


@pytest.mark.parametrize("kind", PARQUET)
@pytest.mark.parametrize("is_folder", [False, True], ids=["a file", "a folder"])
def test_parquet_is_read_where_a_csv_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, *, is_folder: bool
) -> None:
    """DATE or text, TIMESTAMP local or with zone, any number; one meter, 100 in January and 42 on the day."""
    layout, columns, first, day = PARQUET[kind]
    path = tmp_path / "readings"
    (path / "part" if is_folder else tmp_path).mkdir(parents=True, exist_ok=True)
    file = path / "part" / "a.parquet" if is_folder else path
    meter = "" if layout == "wide" else "7,"
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(
            f"CREATE TABLE t({columns}); INSERT INTO t VALUES ('{first}',{meter} 100), ('{day}',{meter} 42)"
        )
        con.execute(f"COPY t TO '{file}' (FORMAT parquet)")

    code = main(["power", "index", str(path), "--layout", layout, *JANUARY, *TENTH])

    (row,) = json.loads(capsys.readouterr().out)
    assert (code, row["firms"], row["energy_share"]) == (0, 1, 42.0)


def test_a_conflict_in_parquet_names_both_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A Parquet file has rows, counted from 1; in a folder the other row may stand in another file."""
    with duckdb.connect() as con:
        for name, kwh in (("a", 5), ("b", 6)):
            con.execute(
                f"COPY (SELECT DATE '2020-01-01' AS date, 'm' AS meter, {kwh} AS kwh) TO '{tmp_path}/{name}.parquet'"
            )

    code = main(["power", "index", str(tmp_path), "--layout", "long", *JANUARY, *TENTH])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert (
        f"twofront: {tmp_path}/b.parquet:1: meter m at 2020-01-01 reads 6 here and 5 in line {tmp_path}/a.parquet:1"
        in err
    )


@pytest.mark.slow  # two processes
def test_the_example_of_the_help_runs(tmp_path: Path) -> None:
    """What `--help` shows runs as it stands, in an empty folder, and answers 42 % of January's energy."""
    twofront = [
        sys.executable,
        "-c",
        "import sys; from twofront.cli import main; sys.exit(main())",
        "power",
        "index",
    ]
    shown = subprocess.run([*twofront, "--help"], capture_output=True, text=True, check=True).stdout
    first, second = re.findall(r"^  ((?:printf|twofront) .*)$", shown, re.MULTILINE)
    (tmp_path / "twofront").write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "import sys; from twofront.cli import main; sys.exit(main())" "$@"\n'
    )
    (tmp_path / "twofront").chmod(0o755)
    path = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }

    said = subprocess.run(
        ["sh", "-ec", f"{first}\n{second}"],
        cwd=tmp_path,
        env=path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(said.stdout)[0]["energy_share"] == 42.0


@pytest.mark.slow  # its own process
def test_neither_django_nor_ibis_is_imported() -> None:
    """The verb works on files alone and starts fast."""
    code = "import sys, twofront.server.verbs.power_index; print([m for m in ('django', 'ibis', 'pyarrow', 'numpy', 'pandas') if m in sys.modules])"

    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
