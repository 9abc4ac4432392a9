"""Pages of figures: closing a day, publication, sheets side by side, one chart, disagreements, what is late, what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar

from twofront.web.figures import Chart, Combination
from twofront.web.parts import DayPicker, Form, Page, Pair, Progress, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalClosing:
    """One goal whose day may be closed, with what is known up to then."""

    title: Annotated[str, "The goal"]
    known: Annotated[Sequence[Pair], "What is known: reports in, missing, newest"]
    closed: Annotated[str, "Who closed it and when; empty if nobody yet"] = ""
    form: Annotated[Form | None, "The act of closing; None where this account may not"] = None
    why_not: Annotated[str, "Why not, where it may not"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingsPage(Page):
    """Is all in that we know of this day?"""

    template: ClassVar[str] = "figures/closings.html"

    on: Annotated[date, "The day"]
    goals: Annotated[Sequence[GoalClosing], "The goals"]
    days: Annotated[DayPicker | None, "Chooses the day"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationPage(Page):
    """What goes out for this day, and what changed since it went out?"""

    template: ClassVar[str] = "figures/publication.html"

    on: Annotated[date, "The day"]
    pairs: Annotated[Sequence[Pair], "The figures that would be frozen"]
    form: Annotated[Form | None, "The act of publishing; None where this account may not"] = None
    published_at: Annotated[datetime | None, "When the day went out"] = None
    published_by: Annotated[str, "Who sent it out"] = ""
    hash: Annotated[str, "Hash of what went out"] = ""
    revisions: Annotated[Table | None, "Values that differ from what went out"] = None
    history: Annotated[Table | None, "Days that went out"] = None
    days: Annotated[DayPicker | None, "Chooses the day"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetsPage(Page):
    """Does the published sheet agree with what we compute?"""

    template: ClassVar[str] = "figures/sheets.html"

    table: Annotated[Table, "By day: published and ours, by area and source, with formula and break"]
    note: Annotated[str, "What the formulas share and where they differ"] = ""
    chart: Annotated[Chart | None, "Our series with the published beside it"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPage(Page):
    """One chart by township and by sector."""

    template: ClassVar[str] = "figures/chart.html"

    chart: Annotated[Chart, "The chart as on the board"]
    pairs: Annotated[Sequence[Pair], "Formula, its version, list version, cut-off, unknown"]
    by_township: Annotated[Table, "Townships add up to the county"]
    by_sector: Annotated[Table | None, "Sectors; cells below the minimum say so"] = None
    days: Annotated[DayPicker | None, "Chooses the day"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisagreementsPage(Page):
    """Who says open, who says shut, and who goes to look?"""

    template: ClassVar[str] = "figures/disagreements.html"

    title: Annotated[str, "The list"]
    total: Annotated[int, "Members on whom two sources differ"]
    table: Annotated[Table, "Them, with the three answers, person to call, phone, next step"]
    combinations: Annotated[Sequence[Combination], "How the three sources speak, and how many"] = ()
    days: Annotated[DayPicker | None, "Chooses the day"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(Page):
    """A titled list: what is late, what changed."""

    template: ClassVar[str] = "figures/list.html"

    title: Annotated[str, "What the list holds"]
    table: Annotated[Table, "Its rows"]
    what: Annotated[str, "One sentence on what stands in it and why"] = ""
    days: Annotated[DayPicker | None, "Chooses the day"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage(Page):
    """A job that was asked for: export, publication."""

    template: ClassVar[str] = "figures/job.html"

    progress: Annotated[Progress, "The job"]
