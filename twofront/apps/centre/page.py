"""What the command board shows, as its template takes it: figures with the addresses of their rows, never rows themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from twofront.web.figures import (
    Answer,
    Changed,
    Chart,
    Closing,
    Forecast,
    ForecastRow,
    Front,
    FrontHead,
    Goal,
    Late,
    Measure,
    Point,
    Reference,
    Sentence,
    SlowVillage,
    Source,
    State,
    Tile,
    TileValue,
)
from twofront.web.parts import DayPicker, Link, NextLoad, Page, Table

__all__ = [
    "Answer",
    "BoardPage",
    "Changed",
    "Chart",
    "Closing",
    "Forecast",
    "ForecastRow",
    "Front",
    "FrontHead",
    "Goal",
    "Late",
    "Measure",
    "Point",
    "Reference",
    "RowsPage",
    "Sentence",
    "SlowVillage",
    "Source",
    "State",
    "Tile",
    "TileValue",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage(Page):
    """Where do we stand, what will be late, what contradicts itself?"""

    template: ClassVar[str] = "centre/board.html"

    days: Annotated[DayPicker, "Day shown and moment known"]
    fronts: Annotated[Sequence[FrontHead], "Both fronts, in the order of the phase"] = ()
    sentences: Annotated[Sequence[Sentence], "Three sentences"] = ()
    goals: Annotated[Sequence[Goal], "Goals of both fronts"] = ()
    charts: Annotated[Sequence[Chart], "The four charts"] = ()
    forecast: Annotated[Forecast | None, "The survey by block"] = None
    measures: Annotated[
        Sequence[Measure], "Measures of the tile map, the first shown first; at most six"
    ] = ()
    tiles: Annotated[Sequence[Tile], "The blocks as tiles"] = ()
    late: Annotated[Sequence[Late], "What is late, the longest late first"] = ()
    late_total: Annotated[int, "How many are late in all"] = 0
    late_href: Annotated[str, "All that is late"] = ""
    changed: Annotated[Sequence[Changed], "What changed, the newest first"] = ()
    changed_total: Annotated[int, "How many changes in all"] = 0
    changed_href: Annotated[str, "All changes"] = ""
    answers: Annotated[Sequence[Answer], "Who answers"] = ()
    next_loads: Annotated[Sequence[NextLoad], "What to load next, while the county is empty"] = ()
    publish_href: Annotated[str, "Page of publication, where this account may publish"] = ""
    published_at: Annotated[datetime | None, "When this day was last published"] = None
    poll_href: Annotated[str, "Address that gives the board again; empty = a past day, no polling"] = ""
    edition: Annotated[str, "Edition of the divisions, said under the map"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPage(Page):
    """Which rows make this number?"""

    template: ClassVar[str] = "centre/rows.html"

    title: Annotated[str, "The figure whose rows these are"]
    figure: Annotated[int | None, "The figure: equals the table's total"]
    unit: Annotated[str, "Unit of the figure"]
    table: Annotated[Table, "The rows: name, township, reason, person to call, phone, next step"]
    what: Annotated[str, "What the figure counts, in a sentence"] = ""
    front: Annotated[Front, "Which front"] = "resumption"
    days: Annotated[DayPicker | None, "Day and known moment"] = None
    facets: Annotated[Sequence[Link], "numerator, denominator, unknown, each with its count as note"] = ()
