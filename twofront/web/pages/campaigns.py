"""Pages of the survey: coverage by block and village with its forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from twofront.web.figures import Forecast, ForecastRow
from twofront.web.parts import DayPicker, Link, Page, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPage(Page):
    """Which blocks will not finish in time, and which villages hold them up?"""

    template: ClassVar[str] = "campaigns/survey.html"

    forecast: Annotated[Forecast, "Every block"]
    slow: Annotated[Sequence[ForecastRow], "Blocks shown with their slowest villages"] = ()
    villages: Annotated[Table | None, "All villages of the block chosen"] = None
    tabs: Annotated[Sequence[Link], "Blocks that fall short, then all"] = ()
    days: Annotated[DayPicker | None, "Chooses the day"] = None
