"""The plan of the exercise: which file is loaded when, and where the clock stops.

One law: nothing stands in a stop that becomes known after it, and the steps of the whole plan are in the order in
which they become known.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from files import Sheet

CODE = "dongyang-2020"
TITLE_ZH = "东阳市疫情防控与复工复产(演练)"
TITLE_EN = "Dongyang: outbreak and resumption (exercise)"
STOPS = (
    ("2020-02-18T19:30", "2月18日19:30 会议当晚", "18 Feb 19:30, the evening of the meeting"),
    ("2020-02-19T06:00", "2月19日06:00 卡点撤除", "19 Feb 06:00, the checkpoints are gone"),
    ("2020-02-20T20:00", "2月20日20:00 摸排倒数第二天", "20 Feb 20:00, one day of the survey left"),
    ("2020-02-21T24:00", "2月21日24:00 摸排截止", "21 Feb 24:00, the deadline of the survey"),
)


@dataclass(frozen=True, slots=True)
class Load:
    """One file that is loaded: its kind, its sheet, when it becomes known, and who brings it."""

    kind: str
    sheet: Sheet
    known: str
    on: dt.date | None = None
    by: str | None = "office"
    layout: str | None = None

    def as_step(self) -> dict[str, Any]:
        """Write the step as the plan's reader expects it."""
        return {
            "kind": self.kind,
            "file": self.sheet.path,
            "known": self.known,
            "on": self.on.isoformat() if self.on else None,
            "by": self.by,
            "layout": self.layout,
            "zero_value": None,
        }


@dataclass(frozen=True, slots=True)
class Publish:
    """The board of a day is frozen as it is known then (公布)."""

    day: dt.date
    known: str

    def as_step(self) -> dict[str, Any]:
        """Write the step as the plan's reader expects it."""
        return {"publish": self.day.isoformat(), "known": self.known}


Step = Load | Publish


def plan(steps: Iterable[Step], *, seed: int) -> dict[str, Any]:
    """Lay the steps out over the stops, in the order in which they become known; equal moments keep their order."""
    waiting = sorted(steps, key=lambda step: step.known)
    stops = []
    for clock, zh, en in STOPS:
        ready = [step for step in waiting if step.known <= clock]
        waiting = waiting[len(ready) :]
        stops.append({"clock": clock, "zh": zh, "en": en, "steps": [step.as_step() for step in ready]})
    if waiting:
        raise ValueError(f"{waiting[0]} becomes known after the last stop")
    return {
        "code": CODE,
        "seed": seed,
        "exercise": True,
        "title_zh": TITLE_ZH,
        "title_en": TITLE_EN,
        "stops": stops,
    }
