"""Make the files of the exercise county, as its clerks would keep them, and the plan by which they are loaded.

    python demo/make.py OUT [--seed 0]

writes OUT/plan.json and the sheets it names. One law: nothing here knows how the county's figures are computed; the
sheets enter by `twofront load` like any other county's, and the same seed gives the same bytes.
"""

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import cast
import county
import daily
import files
import fronts
import meters
import people
import plan
import register
import survey
from county import LAST, MEETING, days


def steps(seed: int) -> Iterator[plan.Step]:
    """Give every step of the exercise, each part in its own order."""
    place = county.load(seed)
    industry = cast.industry(place)
    services = cast.services(place, after=len(industry))
    small = cast.small(place, after=len(industry) + len(services))
    projects = cast.projects(place)
    yield register.divisions(place)
    yield people.accounts(place)
    yield from register.enterprises(place, industry=industry, services=services, small=small)
    yield register.project_roster(place, projects=projects)
    yield from register.lists(industry=industry, services=services, small=small, projects=projects)
    yield from meters.loads(place, industry=industry, small=small)
    yield from fronts.cases()
    yield from fronts.published(place)
    yield from survey.loads(place)
    yield from fronts.closings()
    yield from daily.project_reports(place, projects=projects)
    yield from daily.reports(place, industry=industry, services=services, small=small)
    yield from daily.visits(place, industry=industry)
    for day in days(MEETING - dt.timedelta(1), LAST):
        yield plan.Publish(day, f"{day}T20:00")


def make(out: Path, *, seed: int) -> None:
    """Write all sheets and the plan under the folder."""
    every = list(steps(seed))
    laid = plan.plan(every, seed=seed)
    for step in every:
        if isinstance(step, plan.Load):
            files.write(step.sheet, folder=out)
    (out / "plan.json").write_text(json.dumps(laid, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Read the arguments and make the files."""
    parser = argparse.ArgumentParser(
        description="Make the files of the exercise county.",
        epilog="python demo/make.py /data/exercise --seed 0",
    )
    parser.add_argument("out", type=Path, help="the folder to write to; made if it is missing")
    parser.add_argument("--seed", type=int, default=0, help="what chance starts from (default 0)")
    args = parser.parse_args()
    make(args.out, seed=args.seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
