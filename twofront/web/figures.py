"""The shapes of figures: goals, charts, tiles, the forecast, as components take them.

Every number was computed elsewhere and carries the address of its rows; `None` means unknown and is shown as such,
never as zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from django.utils.translation import gettext

from twofront.web.parts import Owner, Tone

Front = Literal["prevention", "resumption"]
State = Literal["met", "broken", "open", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontHead:
    """One of the two fronts; the board shows them in the order of the phase, each with the same room."""

    key: Annotated[Front, "Which front"]
    title: Annotated[str, "Its name"]
    note: Annotated[str, "What it is about in this phase"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One of the sentences on top of the board: computed, and opening the rows it speaks of."""

    label: Annotated[
        str, "What it answers: where the goals stand, what will be late, what contradicts itself"
    ]
    text: Annotated[str, "The sentence"]
    href: Annotated[str, "Its rows"] = ""
    tone: Annotated[Tone, "How it is shown"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The act by which the line said that all it knows of the day is in (封账)."""

    by: Annotated[str, "Who closed"]
    at: Annotated[datetime, "When it was known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A goal on the board: its state stands as a shape, a word and a colour."""

    key: Annotated[str, "The goal's key"]
    title: Annotated[str, "Its name"]
    front: Annotated[Front, "Whose goal it is"]
    state: Annotated[State, "met, broken, open or unknown"]
    count: Annotated[int | None, "What is missing, or the cases of a zero goal"]
    unit: Annotated[str, "Unit of the counts, as 户"]
    numerator: Annotated[int | None, "Done; for a zero goal the cases"] = None
    denominator: Annotated[int | None, "Of how many; None for a zero goal"] = None
    unknown: Annotated[int | None, "How many of them are unknown"] = None
    is_silent: Annotated[bool, "Whether nobody has said anything of any of them"] = False
    since: Annotated[date | None, "First day that counts"] = None
    deadline: Annotated[datetime | None, "Last moment (00:00 is shown as 24:00 of the day before)"] = None
    closed: Annotated[Closing | None, "Who closed the day, or None"] = None
    owner: Annotated[Owner | None, "Who answers for it"] = None
    note: Annotated[str, "One more fact, as '19 in all, the last on 02-13'"] = ""
    note_href: Annotated[str, "Rows of that fact"] = ""
    numerator_href: Annotated[str, "Rows of the numerator"] = ""
    denominator_href: Annotated[str, "Rows of the denominator"] = ""
    unknown_href: Annotated[str, "Rows of the unknown"] = ""
    missing_href: Annotated[str, "Rows of what is missing (count)"] = ""
    close_href: Annotated[str, "Page on which this account may close the day; else empty"] = ""

    @property
    def percent(self) -> float | None:
        """Done in percent of all; None where either is not known, or nobody has said anything."""
        if self.numerator is None or not self.denominator or self.is_silent:
            return None
        return 100 * self.numerator / self.denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day of a series."""

    on: Annotated[date, "The day"]
    rate: Annotated[float | None, "The value; None = unknown"]
    is_break: Annotated[
        bool, "Whether formula or list changed here, so that the days before cannot be compared"
    ] = False
    revised: Annotated[bool, "Whether it differs from what was published for that day"] = False
    note: Annotated[str, "Why there is a break"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A published series beside ours, as the province's index, as far as it was published by then."""

    title: Annotated[str, "Whose figure"]
    points: Annotated[Sequence[Point], "Its days"]
    source: Annotated[str, "Where it was published"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How many are open according to one source; three of them stand side by side."""

    title: Annotated[str, "declared, confirmed, measured"]
    count: Annotated[int | None, "How many it sees open; None = the source is silent"]
    of: Annotated[int | None, "Of how many it knows anything"] = None
    href: Annotated[str, "Its rows"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One of the four charts: value, what it is made of, what contradicts it, and its past."""

    key: Annotated[str, "The chart's key"]
    title: Annotated[str, "Its name"]
    front: Annotated[Front, "Whose chart it is"] = "resumption"
    rate: Annotated[float | None, "Percent, or the index"] = None
    rate_known: Annotated[float | None, "Percent of those known"] = None
    is_index: Annotated[bool, "An index has no percent sign"] = False
    unit: Annotated[str, "Unit of the counts, as 家"] = ""
    numerator: Annotated[int | None, "How many"] = None
    denominator: Annotated[int | None, "Of how many"] = None
    unknown: Annotated[int | None, "How many of them are unknown"] = None
    facts: Annotated[Sequence[str], "Further figures in words, as 'share of energy 36.3 %'"] = ()
    sources: Annotated[Sequence[Source], "declared, confirmed, measured"] = ()
    against: Annotated[
        Sequence[Source], "What is declared against what is measured: both, the one, the other"
    ] = ()
    disagreements: Annotated[int | None, "On how many two sources differ"] = None
    disagreements_href: Annotated[str, "Their rows"] = ""
    series: Annotated[Sequence[Point], "Its days, oldest first"] = ()
    references: Annotated[Sequence[Reference], "Published series beside it"] = ()
    owner: Annotated[Owner | None, "Who answers for it"] = None
    cutoff: Annotated[datetime | None, "Until when what is known went in"] = None
    list_version: Annotated[str, "Version of the list"] = ""
    formula_version: Annotated[str, "Key of the formula"] = ""
    numerator_href: Annotated[str, "Rows of the numerator"] = ""
    denominator_href: Annotated[str, "Rows of the denominator"] = ""
    unknown_href: Annotated[str, "Rows of the unknown"] = ""
    href: Annotated[str, "Page of the chart by township and sector"] = ""

    @property
    def plot_id(self) -> str:
        """Id of the data block that the drawing script reads."""
        return f"plot-{self.key}"

    @property
    def revised(self) -> bool:
        """Whether the newest day differs from what was published for it."""
        return bool(self.series) and self.series[-1].revised

    def plot(self) -> dict[str, object]:
        """Return what the drawing script needs, as JSON: our series first, then the published ones."""
        return {
            "title": self.title,
            "percent": not self.is_index,
            "break": gettext("断点"),
            "lines": [
                {"name": self.title, "points": [_point(p) for p in self.series], "own": True},
                *(
                    {"name": r.title, "points": [_point(p) for p in r.points], "own": False}
                    for r in self.references
                ),
            ],
        }


def _point(p: Point) -> dict[str, object]:
    return {"on": p.on.isoformat(), "rate": p.rate, "break": p.is_break, "revised": p.revised, "note": p.note}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure that the tile map can show."""

    key: Annotated[str, "Its key"]
    title: Annotated[str, "Its name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TileValue:
    """The value of one measure in one tile; the word says what the shade says."""

    text: Annotated[str, "The value, ready to read; empty = not known"]
    word: Annotated[str, "One short word, as 差 or 能完成"] = ""
    level: Annotated[int, "Shade from 0 (lightest) to 4"] = 0
    tone: Annotated[Tone, "bad has a mark of its own, unknown a hatch"] = "plain"
    href: Annotated[str, "Its rows"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One block on the labelled tile map: in rough place, not in its borders."""

    code: Annotated[str, "Official code of the block"]
    name: Annotated[str, "Its name"]
    short: Annotated[str, "Name of at most three characters (or nine letters) for a small screen"]
    x: Annotated[int, "Column, from 0"]
    y: Annotated[int, "Row, from 0"]
    values: Annotated[Sequence[TileValue], "One a measure, in the order of the measures"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowVillage:
    """A village that is furthest behind in its block."""

    name: Annotated[str, "The village"]
    done: Annotated[int, "Dwellings surveyed"]
    dwellings: Annotated[int, "Dwellings"]
    owner: Annotated[Owner | None, "Whom to call"] = None

    @property
    def left(self) -> int:
        """Dwellings still open."""
        return self.dwellings - self.done


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRow:
    """Where a block will stand at the deadline if it keeps the pace of the last day: a forecast, not a fact."""

    code: Annotated[str, "Code of the block"]
    name: Annotated[str, "Its name"]
    done: Annotated[int | None, "Dwellings surveyed"]
    dwellings: Annotated[int | None, "Dwellings"]
    per_day: Annotated[int | None, "Pace of the last day"]
    forecast_pct: Annotated[float | None, "Percent at the deadline; above 100 is shown as 100"]
    arrives: Annotated[bool | None, "Whether it arrives; None = not known"]
    short: Annotated[int, "Dwellings that would be missing at the deadline"] = 0
    href: Annotated[str, "The block's villages"] = ""
    owner: Annotated[Owner | None, "Whom to call"] = None
    villages: Annotated[Sequence[SlowVillage], "The slowest villages, the most open first"] = ()

    @property
    def done_pct(self) -> float | None:
        """Surveyed in percent of all."""
        return None if self.done is None or not self.dwellings else 100 * self.done / self.dwellings

    @property
    def ahead_pct(self) -> float:
        """Percent between what is done and what is forecast, within 100."""
        return max(0.0, min(100.0, self.forecast_pct or 0.0) - (self.done_pct or 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The survey by block, with what would be reached."""

    title: Annotated[str, "What is surveyed"]
    deadline: Annotated[datetime | None, "Last moment"]
    rows: Annotated[Sequence[ForecastRow], "The blocks: those that fall short first"]
    needed_per_day: Annotated[int | None, "Dwellings a day that would be needed; None on the last day"] = None
    per_day: Annotated[int | None, "Pace of the last day"] = None
    is_over: Annotated[bool, "Whether the deadline has passed: then nothing is forecast any more"] = False
    href: Annotated[str, "The survey's own page"] = ""

    @property
    def left(self) -> int:
        """Dwellings still open."""
        return sum((r.dwellings or 0) - (r.done or 0) for r in self.rows)

    @property
    def failing(self) -> int:
        """How many blocks will not arrive."""
        return sum(r.arrives is False for r in self.rows)

    @property
    def arriving(self) -> int:
        """How many blocks will arrive."""
        return sum(r.arrives is True for r in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """Something expected by a cut-off and not known."""

    what: Annotated[str, "What is late"]
    unit: Annotated[str, "Whose it is"]
    due_at: Annotated[datetime, "When it was due"]
    owner: Annotated[Owner | None, "Whom to call"] = None
    href: Annotated[str, "Its rows"] = ""
    n: Annotated[int, "How many are missing"] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One value that is not what it was: since yesterday, or since the day was published."""

    what: Annotated[str, "Which figure"]
    name: Annotated[str, "Whose row"]
    field: Annotated[str, "Which field"] = ""
    before: Annotated[str, "What it was; empty = not known"] = ""
    after: Annotated[str, "What it is; empty = not known"] = ""
    known: Annotated[datetime | None, "When the county learned it"] = None
    is_correction: Annotated[bool, "Whether a value already given was corrected"] = False
    href: Annotated[str, "The row, or the import that brought it"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Who answers for what."""

    what: Annotated[str, "The goal, chart or matter"]
    owner: Annotated[Owner, "Line, person, phone"]
    front: Annotated[Front, "Which front"] = "prevention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """One of the eight ways in which three sources can speak."""

    words: Annotated[Sequence[tuple[str, str, Tone]], "Source, what it says, tone"]
    count: Annotated[int, "How many"]
    href: Annotated[str, "Their rows"] = ""
    differs: Annotated[bool, "Whether two that both know differ"] = False
