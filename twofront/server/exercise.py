"""The exercise (演练): a county in files, its stops, and how its clock moves from one to the next.

Its files enter by the same door as a county's. A stop is reached by loading what became known up to it, and then
setting the clock; so nothing later is ever shown. Reset recreates the county as it stood at the first stop.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from twofront.apps.centre import actions as centre
from twofront.apps.units import queries as units
from twofront.core.errors import CannotDo
from twofront.core.time import parse_moment
from twofront.ground import clock, clockwork, intake, kinds, scope
from twofront.ground.acts import new_key
from twofront.ground.folder import Folder
from twofront.server.loads import loader

PLAN = "plan.json"


@dataclass(frozen=True, slots=True)
class Stop:
    """A moment at which the clock stands, and what becomes known on the way to it."""

    clock: datetime
    zh: str
    en: str
    steps: tuple[dict[str, Any], ...]


def write_files(folder: Folder) -> None:
    """Write the exercise county's files into the data folder.

    Raises:
        CannotDo: The maker failed.
    """
    here = Path(__file__).resolve().parent.parent
    maker = next(
        (p for p in (here / "demo" / "make.py", here.parent / "demo" / "make.py") if p.exists()), None
    )
    if maker is None:
        raise CannotDo(
            "demo", "the maker of the exercise county is not installed", "install the whole package"
        )
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(maker), str(folder.exercise)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotDo(str(maker), done.stderr.strip().splitlines()[-1], "report it with this line")


def stops(folder: Folder) -> list[Stop]:
    """Return the stops of the exercise in a data folder; empty for a real county."""
    plan = folder.exercise / PLAN
    if not plan.is_file():
        return []
    zone = kinds.zone()
    found = json.loads(plan.read_text("utf-8"))["stops"]
    return [Stop(parse_moment(s["clock"], zone=zone), s["zh"], s["en"], tuple(s["steps"])) for s in found]


def next_stop(folder: Folder) -> Stop | None:
    """Return the first stop that the clock has not reached."""
    now = clock.now()
    return next((s for s in stops(folder) if s.clock > now), None)


def first_clock(folder: Folder, *, zone: tzinfo) -> datetime:
    """Return the moment of the first stop as its plan has it."""
    return parse_moment(
        json.loads((folder.exercise / PLAN).read_text("utf-8"))["stops"][0]["clock"], zone=zone
    )


def begin(folder: Folder, now: datetime, *, said: Callable[[str], None]) -> None:
    """Load what is known at a moment, stop after stop, and let the clock stand there."""
    for stop in stops(folder):
        steps = tuple(s for s in stop.steps if parse_moment(s["known"], zone=kinds.zone()) <= now)
        reach(folder, replace(stop, clock=min(stop.clock, now), steps=steps), said=said)
        if stop.clock >= now:
            return
    with scope.reading(scope.READ_COUNTY):
        _pass(now)


def reach(folder: Folder, stop: Stop, *, said: Callable[[str], None]) -> None:
    """Load what becomes known up to a stop, then set the clock to it."""
    for i, step in enumerate(stop.steps, 1):
        said(f"{i}/{len(stop.steps)} {step.get('file') or 'publish ' + step['publish']}")
        with scope.reading(scope.READ_COUNTY):
            _take(folder, step, at=stop.clock)
    with scope.reading(scope.READ_COUNTY):
        _pass(stop.clock)


def _pass(moment: datetime) -> None:
    """Let the clock pass a moment: a publication sees what is known then, and no reader sees beyond the clock."""
    if not clock.stands() or clock.now() < moment:
        clockwork.set_clock(moment, by=scope.system("exercise"), under=None, key=new_key(), at=moment)


def _take(folder: Folder, step: dict[str, Any], *, at: datetime) -> None:
    zone = kinds.zone()
    known = parse_moment(step["known"], zone=zone)
    if "publish" in step:
        _pass(known)
        centre.publish(
            date.fromisoformat(step["publish"]), known=known, by=scope.system("exercise"), at=known
        )
        return
    by = units.actor(step["by"] or units.OPERATOR, on=known.astimezone(zone).date())
    if by is None:
        raise CannotDo(step["file"], f"no account {step['by']}", "load the accounts first")
    intake.load(
        loader(step["kind"]),
        folder.exercise / step["file"],
        by=by,
        at=at,
        sent=intake.Sent(
            on=date.fromisoformat(step["on"]) if step["on"] else known.astimezone(zone).date(),
            known=known,
            options={"layout": step["layout"], "zero_value": step["zero_value"]},
        ),
        keep_in=folder.inbox,
    )
