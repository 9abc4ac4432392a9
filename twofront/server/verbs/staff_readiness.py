"""Say for each township whether it will have finished by a deadline, from its pace so far, and how sure that is.

PACE.csv: township, day, done (in all, at the end of the day), total (what there is to do). The range of the forecast holds
four times of five. Exit 1 unless all will have finished.

Example:
  twofront staff readiness PACE.csv --deadline 2020-02-21
"""

import argparse
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from twofront.server.verbs import grids_files

if TYPE_CHECKING:
    from twofront.core.gridding.tables import Sheet


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("pace", metavar="PACE.csv", type=Path, help="township, day, done, total")
    parser.add_argument(
        "--deadline", metavar="DATE", required=True, help="the last day on which work still counts"
    )


def run(args: argparse.Namespace) -> int:
    """Forecast and print; 1 unless all will have finished."""
    grids_files.require_extra("staff readiness")
    from twofront.core.staffing.readiness import readiness  # noqa: PLC0415 - heavy things late

    deadline = grids_files.day_of(args.deadline, "--deadline")
    rows = grids_files.opened(args.pace, need=["township", "day", "done", "total"])
    found = []
    for township, at in _by_township(rows).items():
        last = max(at)
        if last > deadline:
            raise rows.fault(at[last], f"{last} is after the deadline", "give the days up to the deadline")
        try:
            said = readiness(
                [rows.whole("done", at[day]) for day in sorted(at)],
                total=rows.whole("total", at[last]),
                days_left=(deadline - last).days,
            )
        except ValueError as e:
            raise rows.fault(at[last], f"{township}: {e}", "correct the counts of its days") from None
        found.append({"township": township, "as_of": last.isoformat(), **asdict(said)})
    counts = {
        verdict: sum(one["verdict"] == verdict for one in found)
        for verdict in ("will", "may", "will_not", "unknown")
    }
    answer = {"deadline": deadline.isoformat(), **counts, "townships": found}
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return 0 if counts["will"] == len(found) else 1


def _by_township(rows: "Sheet") -> dict[str, dict[date, int]]:
    """Return for each township its days and their rows; a pace has each day once and none missing."""
    found: dict[str, dict[date, int]] = {}
    for row in range(rows.rows):
        at = found.setdefault(rows.text("township", row), {})
        day = grids_files.day_of(rows.text("day", row), rows.fault(row, "", "").where)
        if day in at:
            raise rows.fault(
                row, f"{day} stands twice for {rows.text('township', row)}", "leave one of the rows"
            )
        at[day] = row
    for township, at in found.items():
        for day in at:
            if day != min(at) and date.fromordinal(day.toordinal() - 1) not in at:
                raise rows.fault(
                    at[day], f"the day before {day} is missing for {township}", "give the count of every day"
                )
    return found
