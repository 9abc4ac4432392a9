"""`twofront power index` refuses: exit 2, nothing on stdout, one line that says where, what is wrong and what to do."""

from pathlib import Path
from typing import Any

import pytest

from twofront.cli import main

JANUARY = ["--baseline", "2020-01-01:2020-01-02"]
TENTH = ["--days", "2020-02-10:2020-02-10"]
LONG = "date,meter,kwh\n2020-01-01,m1,90\n2020-01-02,m1,110\n2020-01-01,m2,300\n2020-02-10,m1,42\n2020-02-10,m2,60\n"


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Ask about a file and return the line of the refusal, paths shortened to names."""

    def call(content: str | bytes, *options: str) -> str:
        path = tmp_path / "readings.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        code = main(["power", "index", str(path), "--layout", "long", *JANUARY, *TENTH, *options])
        out, err = capsys.readouterr()
        assert (code, out, err.count("\n")) == (2, "", 1)
        return err.removeprefix("twofront: ").rstrip().replace(f"{tmp_path}/", "")

    return call


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("", "readings.csv: holds no table; give a file with a line of headings", id="nothing"),
        pytest.param(
            "date,meter\n", "readings.csv:1: no column kwh (found: date, meter);", id="a column is missing"
        ),
        pytest.param(
            "date,meter,kwh,kwh\n", "readings.csv:1: two columns are named kwh;", id="a column stands twice"
        ),
        pytest.param(
            LONG + "2020-02-11,m1\n", "readings.csv:7: 2 values under 3 headings;", id="a value is missing"
        ),
        pytest.param(
            LONG + "2020-02-11,m1,1,2\n", "readings.csv:7: 4 values under 3 headings;", id="a value too many"
        ),
        pytest.param(
            LONG + "2020-02-11,m1,n/a\n",
            "readings.csv:7: reading 'n/a' of column kwh is no number",
            id="no number",
        ),
        pytest.param(
            LONG + "2020-02-11,m1,nan\n", "readings.csv:7: reading 'nan' of column kwh is no number", id="nan"
        ),
        pytest.param(
            LONG + "2020-02-11,m1,inf\n",
            "readings.csv:7: reading 'inf' of column kwh is no number",
            id="infinite",
        ),
        pytest.param(
            LONG + "2020-02-11,m1,1_000\n",
            "readings.csv:7: reading '1_000' of column kwh is no number",
            id="underscore",
        ),
        pytest.param(
            LONG + "2020-02-30,m1,1\n",
            "readings.csv:7: date '2020-02-30' cannot be read; write a day as",
            id="no such day",
        ),
        pytest.param(
            LONG + "2020/02/11,m1,1\n",
            "readings.csv:7: date '2020/02/11' cannot be read;",
            id="another form of day",
        ),
        pytest.param(
            LONG + "\n,m1,1\n",
            "readings.csv:8: a reading without date; fill in date",
            id="no day, after a blank line",
        ),
        pytest.param(
            LONG + "2020-02-11,,1\n", "readings.csv:7: a row without meter; fill in meter", id="no meter"
        ),
        pytest.param(
            LONG.encode() + b"\xff\xff\xff\n",
            "readings.csv:7: neither UTF-8 nor GB18030; save the file as UTF-8",
            id="bytes",
        ),
        pytest.param(b"\x1f\x8b\x08garbage", "readings.csv: cannot be read (", id="a broken gzip"),
        pytest.param(b"PAR1garbage", "readings.csv: cannot be read (", id="a broken Parquet file"),
        pytest.param(
            LONG + '2020-02-11,"m1,1\n',
            "readings.csv:7: 2 values under 3 headings;",
            id="an open quotation mark",
        ),
    ],
)
def test_a_wrong_file_is_one_line_that_says_where(refused: Any, content: str | bytes, said: str) -> None:
    """Exit 2, nothing on stdout, FILE:LINE, what is wrong, what to do."""
    assert refused(content).startswith(said)


@pytest.mark.parametrize(
    ("firms", "said"),
    [
        pytest.param(
            "m1,A,1.5,x,y",
            "firms.csv:2: share '1.5' of meter m1 is not between 0 and 1;",
            id="a share above 1",
        ),
        pytest.param(
            "m1,A,half,x,y", "firms.csv:2: share 'half' of meter m1 is not between 0 and 1;", id="no number"
        ),
        pytest.param("m1,,1,x,y", "firms.csv:2: meter m1 without firm;", id="no firm"),
        pytest.param(",A,1,x,y", "firms.csv:2: a row without meter;", id="no meter"),
        pytest.param(
            "m1,A,1,x,y\nm1,A,0.5,x,y",
            "firms.csv:3: firm A has share 0.5 of this meter here and 1.0 in line 2;",
            id="two shares",
        ),
        pytest.param(
            "m1,A,1,x,y\nm2,A,1,z,y", "firms.csv:3: firm A is in z here and in x in line 2;", id="two sectors"
        ),
    ],
)
def test_a_wrong_file_of_firms_is_one_line_that_says_where(
    refused: Any, tmp_path: Path, firms: str, said: str
) -> None:
    """The same for FIRMS."""
    (tmp_path / "firms.csv").write_text("meter,firm,share,sector,township\n" + firms)

    assert refused(LONG, "--firms", str(tmp_path / "firms.csv"), "--by", "sector").startswith(said)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            ["--baseline", "2020-01-31:2020-01-01"],
            "--baseline: '2020-01-31:2020-01-01' ends before it begins;",
            id="backwards",
        ),
        pytest.param(
            ["--days", "2020-02-10"], "--days: '2020-02-10' are no days;", id="one day without a colon"
        ),
        pytest.param(
            ["--by", "sector"],
            "--by: needs a file that says whose meter it is; add --firms",
            id="groups without firms",
        ),
        pytest.param(
            ["--threshold", "0.1"],
            "--threshold, --stopped: stopped 0.2 is above threshold 0.1;",
            id="lines crossed",
        ),
        pytest.param(["--zero-value", "nan"], "--zero-value: nan is no number;", id="no zero value"),
        pytest.param(
            ["--days", "0001-01-01:9999-12-31"],
            "--days: 3652059 days are more than 3660;",
            id="all days there are",
        ),
        pytest.param(["--min-cell", "0"], "--min-cell: 0 is below 1;", id="no least cell"),
        pytest.param(
            ["--excluded", "no/such/folder.csv"],
            "no/such/folder.csv: cannot be written",
            id="a folder that is not there",
        ),
    ],
)
def test_a_wrong_option_is_one_line(refused: Any, options: list[str], said: str) -> None:
    """Exit 2 and the name of the option."""
    assert refused(LONG, *options).startswith(said)


def test_what_the_system_says_has_no_number_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that opens and cannot be read: the system's words, without its `[Errno 5]`."""
    words = ["power", "index", "/proc/self/mem", "--layout", "long", *JANUARY, *TENTH]

    assert main(words) == 2
    assert "[Errno" not in capsys.readouterr().err


def test_messages_are_chinese_under_a_chinese_locale(refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same line, in Chinese; file, line and values as they are."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")

    assert (
        refused(LONG + "2020-02-11,m1,n/a\n")
        == "readings.csv:7: kwh 列读数“n/a”不是不超过 1e9 kWh 的数；请更正，未知则留空"
    )
