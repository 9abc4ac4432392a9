"""Compute the electricity index of resumption (企业复工电力指数) by day from meter readings; works on files alone."""

import argparse
import csv
import io
import json
import sys
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from twofront.core.errors import CannotDo
from twofront.core.power.index import FIGURES, Parameters, records
from twofront.core.time import BadTime, Days, parse_days
from twofront.lake.faults import Fault
from twofront.lake.power import Asked, of_files
from twofront.server.verbs import output

EXAMPLE = r"""
Example (a county of one firm, which on 2020-02-10 uses 42 % of what it used in January):
  printf 'date,meter,kwh\n2020-01-06,m1,100\n2020-02-10,m1,42\n' > readings.csv
  twofront power index readings.csv --layout long --baseline 2020-01-01:2020-01-31 --days 2020-02-10:2020-02-10

READINGS is CSV (UTF-8 or GB18030, also .gz), Parquet, or a folder of Parquet files:
  wide      record_date and a column a meter
  long      date,meter,kwh
  interval  time,meter,kwh (start of the interval; a day under 95 % of its usual points is unknown)
FIRMS.csv: meter,firm,share,sector,township; without it a meter is a firm.
An empty or negative reading is unknown, never zero. What each figure means: docs/reference/power.md.
"""

MOST_DAYS = 3660

SENTENCES = {
    "missing": ("there is no such file", "give the path of a file"),
    "unreadable": ("cannot be read ({why})", "save it again as CSV or Parquet"),
    "empty": ("holds no table", "give a file with a line of headings"),
    "encoding": ("neither UTF-8 nor GB18030", "save the file as UTF-8"),
    "column": ("no column {column} (found: {found})", "name the column {column}, or choose another --layout"),
    "column_twice": ("two columns are named {column}", "keep one"),
    "no_meters": ("no column of a meter beside record_date", "give each meter a column"),
    "ragged": ("{found} values under {wanted} headings", "give each column one value, empty where unknown"),
    "csv": ("the line is no CSV ({why})", "check its quotation marks"),
    "control": ("a value holds a line break or control character", "remove it"),
    "type": ("column {column} is of type {type}", "store it as the reference says"),
    "key": ("{column} '{value}' cannot be read", "write a day as YYYY-MM-DD, a moment as YYYY-MM-DDTHH:MM"),
    "no_key": ("a reading without {column}", "fill in {column}"),
    "no_meter": ("a row without meter", "fill in meter"),
    "no_firm": ("meter {meter} without firm", "fill in firm, or remove the row"),
    "kwh": (
        "reading '{value}' of column {column} is no number of at most 1e9 kWh",
        "correct it, or leave it empty if unknown",
    ),
    "conflict": ("meter {meter} at {at} reads {value} here and {said} in line {other}", "keep the right one"),
    "share": ("share '{value}' of meter {meter} is not between 0 and 1", "correct it"),
    "share_twice": (
        "firm {firm} has share {value} of this meter here and {said} in line {other}",
        "keep the right one",
    ),
    "group_twice": (
        "firm {firm} is in {value} here and in {said} in line {other}",
        "a firm has one group: correct one of them",
    ),
}
"""What is wrong and what to do, by the code of the fault."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `power index`."""
    parser.epilog = EXAMPLE
    parser.add_argument("readings", type=Path, metavar="READINGS", help="file of meter readings")
    parser.add_argument(
        "--layout", required=True, choices=("wide", "long", "interval"), help="how the file is laid out"
    )
    parser.add_argument("--zero-value", type=float, metavar="X", help="a reading of exactly X means 0")
    parser.add_argument(
        "--baseline", required=True, metavar="A:B", help="days whose mean is a firm's baseline, both ends in"
    )
    parser.add_argument("--days", required=True, metavar="A:B", help="days to answer for, both ends in")
    parser.add_argument(
        "--threshold", type=float, default=0.30, help="resumed above this part of the baseline (default 0.30)"
    )
    parser.add_argument(
        "--stopped", type=float, default=0.20, help="stopped below this part of the baseline (default 0.20)"
    )
    parser.add_argument(
        "--firms", type=Path, metavar="FIRMS.csv", help="whose meter it is: meter,firm,share,sector,township"
    )
    parser.add_argument("--by", choices=("sector", "township"), help="answer for each group (needs --firms)")
    parser.add_argument(
        "--min-cell", type=int, default=3, help="a group with fewer firms is suppressed (default 3)"
    )
    parser.add_argument(
        "--excluded", type=Path, metavar="OUT.csv", help="write the meters left out, with the reason"
    )
    parser.add_argument("--format", choices=("json", "csv"), default="json", help="default json")


def run(args: argparse.Namespace) -> int:
    """Print the index; return 0.

    Raises:
        CannotDo: An option or a file is wrong.
    """
    params = _parameters(args)
    asked = Asked(
        args.layout, args.zero_value, _days(args.baseline, "--baseline"), _days(args.days, "--days"), args.by
    )
    try:
        cells, left_out = of_files(
            args.readings,
            asked,
            firms_path=args.firms,
            params=params,
            wants_left_out=args.excluded is not None,
        )
    except Fault as fault:
        raise _in_words(fault) from None
    if args.excluded is not None:
        _write_excluded(args.excluded, left_out)
    rows = records(cells, min_cell=args.min_cell)
    if args.format == "json":
        sys.stdout.write(
            "[" + ",".join("\n" + json.dumps(r, ensure_ascii=False, allow_nan=False) for r in rows) + "\n]\n"
        )
    else:
        _write_csv(rows, is_grouped=args.by is not None)
    return 0


def _parameters(args: argparse.Namespace) -> Parameters:
    if args.by and args.firms is None:
        raise CannotDo("--by", "needs a file that says whose meter it is", "add --firms FIRMS.csv")
    if args.zero_value is not None and not isfinite(args.zero_value):
        raise CannotDo("--zero-value", f"{args.zero_value} is no number", "give the reading that means 0")
    if args.min_cell < 1:
        raise CannotDo(
            "--min-cell", f"{args.min_cell} is below 1", "give the least number of firms that may be shown"
        )
    try:
        return Parameters(threshold=args.threshold, stopped=args.stopped)
    except ValueError as e:
        raise CannotDo("--threshold, --stopped", str(e), "give numbers with stopped <= threshold") from None


def _days(text: str, option: str) -> Days:
    try:
        days = parse_days(text)
    except BadTime as e:
        raise CannotDo(option, f"{e.text!r} {e.what}", e.do) from None
    if len(days) > MOST_DAYS:
        raise CannotDo(option, f"{len(days)} days are more than {MOST_DAYS}", "ask for ten years at most")
    return days


def _in_words(fault: Fault) -> CannotDo:
    what, do = SENTENCES[fault.code]
    return CannotDo(fault.where, what.format(**fault.values), do.format(**fault.values))


def _write_excluded(path: Path, rows: Sequence[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([("meter", "reason"), *rows])
    output.give(text.getvalue().encode(), path)


def _write_csv(rows: Sequence[dict[str, object]], *, is_grouped: bool) -> None:
    columns = ["date", "group", *FIGURES, "suppressed"] if is_grouped else ["date", *FIGURES]
    out = csv.DictWriter(sys.stdout, columns, restval="", lineterminator="\n")
    out.writeheader()
    for row in rows:
        out.writerow({k: str(v).lower() if isinstance(v, bool) else v for k, v in row.items()})
