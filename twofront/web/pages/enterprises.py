"""Pages of firms: one firm with its day, and the projects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from twofront.web.parts import DayPicker, Form, Owner, Page, Pair, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmsPage(Page):
    """Which firms report today, and which have not yet?"""

    template: ClassVar[str] = "enterprises/firms.html"

    table: Annotated[Table, "Firms: name, block, lists, open, on site, known; a row opens the firm's day"]
    on: Annotated[date, "The day"]
    days: Annotated[DayPicker | None, "Chooses the day"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage(Page):
    """What does this firm declare for this day, and what else is known of it?"""

    template: ClassVar[str] = "enterprises/report.html"

    name: Annotated[str, "The firm"]
    code: Annotated[str, "Its credit code"]
    on: Annotated[date, "The day"]
    form: Annotated[Form | None, "Open, on site, normal staff, difficulty; None where this account may not"]
    record: Annotated[
        Sequence[Pair], "What is on record for the day: declared, confirmed, measured, lists, line"
    ]
    owner: Annotated[Owner | None, "Whom to call at the firm"] = None
    is_correction: Annotated[
        bool, "Whether a report for the day is there already: sending corrects it, both times are kept"
    ] = False
    history: Annotated[Table | None, "Earlier days and corrections, newest first"] = None
    days: Annotated[DayPicker | None, "Chooses the day"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectsPage(Page):
    """Which projects work, with how many people, and what do they lack?"""

    template: ClassVar[str] = "enterprises/projects.html"

    table: Annotated[
        Table, "Projects: name, level, kind, block, resumed, on site of normal, reason, person, phone"
    ]
    pairs: Annotated[Sequence[Pair], "Continued, new, resumed, unknown"] = ()
    days: Annotated[DayPicker | None, "Chooses the day"] = None
