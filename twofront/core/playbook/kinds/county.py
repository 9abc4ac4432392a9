"""The county itself: its hours, levels and numbers, the phases of the response, its map."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from twofront.core.playbook.fields import Alias, Between, Chinese, Code, English, Form, Key, Problem, Ref
from twofront.core.playbook.kinds.row import Named, Position, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition(Named):
    """The playbook itself: its code is the key, the county its one place."""

    name: ClassVar[str] = "playbook"
    alone_by: ClassVar[tuple[str, ...] | None] = ()

    key: Annotated[str, Form(r"[a-z0-9][a-z0-9-]*", "a code of small letters, digits and -")]
    place: Annotated[Code, Ref("county")]


@dataclass(frozen=True, slots=True, kw_only=True)
class County(Row):
    """The county (县市区) that the playbook is for.

    Args:
        key: Its code.
        zone: The zone of every moment without an offset.
        day_turns_at: Until this hour the board shows the day before.
        publish_at: When a job freezes the board's day.
        meter_day_ends: The supplier's meter day D runs from this hour of D-1 to this hour of D.
        edition_zh: Which edition of the divisions is used; said on every page that lists them.
        edition_en: The same in English.
    """

    name: ClassVar[str] = "county"
    alone_by: ClassVar[tuple[str, ...] | None] = ()

    key: Code
    zh: Chinese
    en: English
    zone: ZoneInfo
    day_turns_at: time
    publish_at: time
    meter_day_ends: time
    edition_zh: Chinese
    edition_en: English


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Named):
    """A level of the divisions (层级), told by the length of its codes.

    Args:
        digits: So many digits has a code of this level.
    """

    name: ClassVar[str] = "level"
    alone_by: ClassVar[tuple[str, ...] | None] = ("digits",)

    digits: Annotated[int, Between(2, 12)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Named):
    """A number of the county that code asks for by its key; the keys are a closed list, the values are dated."""

    name: ClassVar[str] = "parameter"
    keys: ClassVar[Mapping[str, tuple[float, float]]] = {
        "min_cell": (1, 50),  # members of a group below which its kWh figures are not shown
        "list_change_break_pct": (
            0,
            100,
        ),  # a series breaks where more than this part of a list changed in a day
        "series_days": (1, 366),  # days in the series of a chart
        "visit_window_days": (1, 31),  # a visit confirms for so many days, its own in
    }

    value: float

    def problems(self) -> Iterator[Problem]:
        """Yield a key that no code asks for and a value outside its range."""
        if self.key not in self.keys:
            yield Problem(
                ("key",),
                self.key,
                "is no parameter that is asked for",
                f"write one of {', '.join(self.keys)}",
            )
            return
        low, high = self.keys[self.key]
        if not low <= self.value <= high:
            yield Problem(
                ("value",),
                self.value,
                f"lies outside {low:g} to {high:g}",
                f"write a number from {low:g} to {high:g}",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Front(Named):
    """One of the two fronts (两战): prevention and resumption."""

    name: ClassVar[str] = "front"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase(Named):
    """A phase of the response (阶段); there is one a day.

    Args:
        fronts: The order of the board's parts in it.
    """

    name: ClassVar[str] = "phase"
    alone_by: ClassVar[tuple[str, ...] | None] = ()

    fronts: tuple[Annotated[Key, Ref("front")], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaClass(Named):
    """A colour of the map of risk (风险等级).

    Args:
        rank: 1 is the lowest risk.
    """

    name: ClassVar[str] = "area_class"
    alone_by: ClassVar[tuple[str, ...] | None] = ("rank",)

    rank: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceClass(Row):
    """The class of a place from a moment until the next row of that place.

    Args:
        since: From this moment, at once.
        known: Known from this moment; left out: from *since*.
    """

    name: ClassVar[str] = "place_class"
    key_fields: ClassVar[tuple[str, ...]] = ("place", "since")

    place: Code
    since: datetime
    area_class: Annotated[Key, Alias("class"), Ref("area_class")]
    known: datetime | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield days, which would say the same thing a second time."""
        for field in ("first_day", "last_day"):
            if getattr(self, field) is not None:
                yield Problem(
                    (field,),
                    getattr(self, field),
                    "has no place here: the row holds from since to the next",
                    "leave it out",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile(Row):
    """The place of a township on the tile map (示意图), with its short name.

    Args:
        column: From the left.
        row: From the top.
    """

    name: ClassVar[str] = "tile"
    alone_by: ClassVar[tuple[str, ...] | None] = ("column", "row")

    key: Code
    zh: Chinese
    en: English
    column: Position
    row: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class TileMap(Row):
    """The tile map itself: what must be written on it, in the two languages."""

    name: ClassVar[str] = "tile_map"

    key: Annotated[Code, Ref("county")]
    zh: Chinese
    en: English
