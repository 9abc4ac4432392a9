"""The index of a real county through a Spring Festival: 1,454 enterprises of Yangzhong, 2015 (read beside the checkout)."""

import csv
import gzip
import json
import re
import subprocess
import sys
import time
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bench.power import recovery
from tests.oracles import power as oracle

DOCS = Path(__file__).parents[2] / "docs"
CURVES = Path(__file__).parents[3] / "shared" / "data" / "electricity" / "yangzhong_2015.csv.gz"
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,  # half a million cells, in exact fractions
    pytest.mark.skipif(
        not CURVES.exists(), reason=f"the real curves are not beside the checkout ({CURVES.name})"
    ),
]
JANUARY = [f"2015-01-{d:02}" for d in range(1, 32)]
DAYS = [str(date(2015, 2, 18) + timedelta(days=n)) for n in range(16)]
GOLDEN = {
    "2015-02-18": (349, 30.5872, 37.4171, 34.0021, 24.0930),
    "2015-02-26": (693, 60.7362, 63.6995, 62.2178, 56.1252),
    "2015-03-05": (1000, 87.6424, 43.7971, 65.7197, 92.2348),
}
"""(resumed, firm_share, energy_share, index, index_without_top10), from the issue that asked for the index."""


def ask(path: Path, *options: str) -> tuple[list[dict[str, Any]], float]:
    """Ask the command in its own process; return its answer and the seconds of the whole process."""
    command = [
        sys.executable,
        "-c",
        "import sys; from twofront.cli import main; sys.exit(main())",
        "power",
        "index",
        str(path),
    ]
    command += [
        "--layout",
        "wide",
        "--zero-value",
        "1",
        "--baseline",
        "2015-01-01:2015-01-31",
        "--days",
        f"{DAYS[0]}:{DAYS[-1]}",
    ]
    started = time.perf_counter()
    said = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    return json.loads(said.stdout), time.perf_counter() - started


def figures(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[k] for k in ("resumed", "firm_share", "energy_share", "index", "index_without_top10"))


def test_the_real_curves_give_the_golden_values(tmp_path: Path) -> None:
    """1,141 firms kept, 313 meters left out; on 03-05 one firm stopped, and the index of sums falls while firms are back."""
    answer, seconds = ask(CURVES, "--excluded", str(tmp_path / "out.csv"))

    of_day = {r["date"]: r for r in answer}
    for day, golden in GOLDEN.items():
        assert figures(of_day[day]) == pytest.approx(golden, abs=0.0001), day
    assert {r["firms"] for r in answer} == {1141}
    left_out = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert len(left_out) == 313
    assert {r["reason"] for r in left_out} == {"baseline_zero"}
    assert seconds < 10, "the bench holds it under 2 s on a quiet machine"


def test_the_definition_in_plain_python_says_the_same() -> None:
    """Each figure of the sixteen days, from fractions, to 1e-9."""
    with gzip.open(CURVES, "rt", encoding="utf-8-sig") as f:
        header, *rows = csv.reader(f)
    wanted = {*JANUARY, *DAYS}
    readings = [
        (row[0], m, k) for row in rows if row[0] in wanted for m, k in zip(header[1:], row[1:], strict=True)
    ]
    question = oracle.Question(JANUARY, DAYS, zero=Fraction(1))
    expected = oracle.index(readings, question)

    answer, _ = ask(CURVES)

    assert len(question.excluded) == 313
    for row, wanted_row in zip(answer, expected, strict=True):
        for key, value in row.items():
            assert value == (
                wanted_row[key] if key == "date" else pytest.approx(float(wanted_row[key]), abs=1e-9)
            ), (row["date"], key)


def test_one_deleted_cell_is_unknown_and_not_zero(tmp_path: Path) -> None:
    """Without the reading of the largest user on 03-01: known 1,140, coverage 78.5899, energy share 60.2387, index 69.6808."""
    with gzip.open(CURVES, "rt", encoding="utf-8-sig") as f:
        rows = list(csv.reader(f))
    next(r for r in rows if r[0] == "2015-03-01")[rows[0].index("1416")] = ""
    path = tmp_path / "without.csv"
    with path.open("w", newline="") as f:
        csv.writer(f).writerows(rows)

    answer, _ = ask(path)

    (row,) = [r for r in answer if r["date"] == "2015-03-01"]
    assert (row["known"], row["unknown"]) == (1140, 1)
    said = (row["coverage"], row["energy_share"], row["index"])
    assert said == pytest.approx((78.5899, 60.2387, 69.6808), abs=0.0001)


def test_the_page_on_recovery_says_what_the_curves_say() -> None:
    """Each row of the table of docs/recovery.md, and the picture to the byte."""
    page = (DOCS / "recovery.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (2015-\d\d-\d\d), [^|]*\| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$",
        page,
        re.MULTILINE,
    )

    cells = recovery.recovery(CURVES)

    of_day = {c.date.isoformat(): c for c in cells}
    assert len(rows) == 9
    for day, *said in rows:
        c = of_day[day]
        figures = (c.firm_share, c.energy_share, c.index, c.index_without_top10)
        assert said == [f"{c.resumed:,}", *[f"{f:.1f}" for f in figures]], day
    assert (DOCS / "pictures" / "recovery.svg").read_text(encoding="utf-8") == recovery.picture(cells)


@pytest.mark.parametrize(
    ("meters", "row"),
    [
        pytest.param([], "as read: 1 means used nothing", id="as read"),
        pytest.param(["1416"], "1416 unknown", id="without the largest"),
        pytest.param(["1416", "175", "174", "90", "129"], "the five unknown", id="without the five"),
    ],
)
def test_the_page_says_what_an_unknown_reading_would_change(
    tmp_path: Path, meters: list[str], row: str
) -> None:
    """The second table of docs/recovery.md: 5 March as read, and with the readings of some meters unknown."""
    with gzip.open(CURVES, "rt", encoding="utf-8-sig") as f:
        rows = list(csv.reader(f))
    for meter in meters:
        next(r for r in rows if r[0] == "2015-03-05")[rows[0].index(meter)] = ""
    path = tmp_path / "changed.csv"
    with path.open("w", newline="") as f:
        csv.writer(f).writerows(rows)

    answer, _ = ask(path)

    (c,) = [r for r in answer if r["date"] == "2015-03-05"]
    said = f"| {row} | {c['known']:,} | {c['coverage']:.1f} | {c['firm_share']:.1f} | {c['energy_share']:.1f} | {c['index']:.1f} |"
    assert said in (DOCS / "recovery.md").read_text(encoding="utf-8")
