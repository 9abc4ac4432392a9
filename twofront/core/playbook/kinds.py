"""The kinds (类目) that a playbook may declare: each class is one kind, each of its fields one line of a row.

A new kind is a class here and its name in `KINDS`; reading, checking and JSON follow from the annotations. What code
must be able to act on is a closed list of words; everything that a county may choose is a row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from twofront.core.playbook.fields import (
    Alias,
    Between,
    Chinese,
    Code,
    English,
    Form,
    Key,
    OneOf,
    Problem,
    Ref,
    Source,
)
from twofront.core.playbook.loads import LOADS, PERMISSIONS
from twofront.core.time import Days

EVERY = "*"
Position = Annotated[int, Between(1, 99)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One dated row of a kind: in force on its days, both ends in; a missing end is open.

    Args:
        source: Where the row is from; begins with real, standard, reconstructed, invented or product.
        first_day: `from` in the file.
        last_day: `to` in the file.
    """

    name: ClassVar[str]
    key_fields: ClassVar[tuple[str, ...]] = ("key",)
    alone_by: ClassVar[tuple[str, ...] | None] = (
        None  # rows equal in these fields may not be in force on one day
    )

    source: Source
    first_day: Annotated[date | None, Alias("from")] = None
    last_day: Annotated[date | None, Alias("to")] = None

    @property
    def days(self) -> Days:
        """Return the days on which the row is in force."""
        return Days(self.first_day, self.last_day)

    @property
    def basis(self) -> str:
        """Return the first word of the source: real, standard, reconstructed, invented or product."""
        return self.source.split()[0].rstrip(":;,.")

    @property
    def identity(self) -> str:
        """Return what must be unique on any day: the key, or the fields that stand for it."""
        return "/".join(str(getattr(self, f) or "-") for f in self.key_fields)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong between the fields of this row."""
        yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Row):
    """A row with a key and its name in both languages."""

    key: Key
    zh: Chinese
    en: English


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
        key: Its division code.
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
    """A level of the divisions (层级): so many digits has its code."""

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
    """A phase of the response (阶段). One phase a day; *fronts* is the order of the board's parts in it."""

    name: ClassVar[str] = "phase"
    alone_by: ClassVar[tuple[str, ...] | None] = ()

    fronts: tuple[Annotated[Key, Ref("front")], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaClass(Named):
    """A colour of the map of risk (风险等级), *rank* 1 being the lowest risk."""

    name: ClassVar[str] = "area_class"
    alone_by: ClassVar[tuple[str, ...] | None] = ("rank",)

    rank: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceClass(Row):
    """The class of a place from a moment until the next row of that place."""

    name: ClassVar[str] = "place_class"
    key_fields: ClassVar[tuple[str, ...]] = ("place", "since")

    place: Code
    since: datetime
    area_class: Annotated[Key, Alias("class"), Ref("area_class")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Named):
    """A line (条): a department of the county with a right of its own. *front* is empty where it serves both."""

    name: ClassVar[str] = "line"

    front: Annotated[Key | None, Ref("front")] = None


Permission = Annotated[str, Ref("goal", also=PERMISSIONS, prefix="close:")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Named):
    """What the holder of an account may see and do.

    Args:
        scope: Whose rows: `county` all; `line` those of the account's line; `block` those of its division; `own` its own
            enterprise's; `none` no rows, published aggregates only.
        permissions: What its holder may do within that scope.
    """

    name: ClassVar[str] = "role"

    scope: Literal["county", "line", "block", "any", "own", "none"]
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Row):
    """What a role may do besides, where its account stands on this line."""

    name: ClassVar[str] = "grant"
    key_fields: ClassVar[tuple[str, ...]] = ("role", "line")

    role: Annotated[Key, Ref("role")]
    line: Annotated[Key, Ref("line")]
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Row):
    """A section (门类) of the classification of trades and the divisions (大类) in it, both ends in."""

    name: ClassVar[str] = "section"

    key: Annotated[str, Form(r"[A-Z]", "one capital letter")]
    zh: Chinese
    en: English
    first: Annotated[int, Between(1, 99)]
    last: Annotated[int, Between(1, 99)]

    def problems(self) -> Iterator[Problem]:
        """Yield divisions that end before they begin."""
        if self.last < self.first:
            yield Problem(
                ("last",),
                self.last,
                f"lies before the first division {self.first}",
                "put the first before the last",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Competence(Row):
    """Which line is competent (主管): for a list, or for a section of trades."""

    name: ClassVar[str] = "competence"
    key_fields: ClassVar[tuple[str, ...]] = ("list_key", "section")

    line: Annotated[Key, Ref("line")]
    list_key: Annotated[Key | None, Alias("list"), Ref("list")] = None
    section: Annotated[str | None, Ref("section")] = None

    def problems(self) -> Iterator[Problem]:
        """Yield a row that names both or neither."""
        if (self.list_key is None) == (self.section is None):
            yield Problem(
                (),
                self.line,
                "must name a list or a section, one of the two",
                "write list = … or section = …",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind(Named):
    """A list (名单) whose members are counted; *only* = the kind of project that may be a member."""

    name: ClassVar[str] = "list"

    member: Literal["enterprise", "project"]
    only: Annotated[Key | None, Ref("project_kind")] = None

    def problems(self) -> Iterator[Problem]:
        """Yield a kind of project where the members are no projects."""
        if self.only is not None and self.member != "project":
            yield Problem(
                ("only",), self.only, "is a kind of project, but the members are enterprises", "leave it out"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectKind(Named):
    """A kind of project: continued (续建) or new (新建)."""

    name: ClassVar[str] = "project_kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOrigin(Named):
    """Where a case was infected: elsewhere, here, or not known; only these three are acted on."""

    name: ClassVar[str] = "case_origin"

    key: Annotated[Key, OneOf(("imported", "local", "unknown"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difficulty(Named):
    """One of the difficulties of firms (难题) that a report may name."""

    name: ClassVar[str] = "difficulty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(Named):
    """A goal (目标) and how it is counted.

    Args:
        line: The line that answers for it and closes its day.
        counts: `cases` of one *origin* since a day, `dwellings` surveyed, `members` of the *lists* at work.
        since: First day counted.
        deadline: When nothing may be missing any more.
    """

    name: ClassVar[str] = "goal"

    line: Annotated[Key, Ref("line")]
    front: Annotated[Key, Ref("front")]
    counts: Literal["cases", "dwellings", "members"]
    origin: Annotated[Key | None, Ref("case_origin")] = None
    since: date | None = None
    lists: tuple[Annotated[Key, Ref("list")], ...] = ()
    deadline: datetime | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield a field that this way of counting needs, or does not know."""
        needed = {"cases": {"origin", "since"}, "dwellings": {"deadline"}, "members": {"lists", "deadline"}}[
            self.counts
        ]
        for field in ("origin", "since", "lists", "deadline"):
            given = getattr(self, field) not in (None, ())
            if given and field not in needed:
                yield Problem(
                    (field,), self.key, f"counts {self.counts}, which has no {field}", "leave it out"
                )
            if not given and field in needed:
                yield Problem((), self.key, f"counts {self.counts} without {field}", f"add {field} = …")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalSet(Named):
    """A set of goals in force together; of one *level* a set replaces the one before.

    A set of a higher level may have *aims* in words only: they are shown, never counted.
    """

    name: ClassVar[str] = "goal_set"
    alone_by: ClassVar[tuple[str, ...] | None] = ("level",)

    level: Literal["province", "city", "county"]
    goals: tuple[Annotated[Key, Ref("goal")], ...] = ()
    aims_zh: tuple[Chinese, ...] = ()
    aims_en: tuple[English, ...] = ()

    def problems(self) -> Iterator[Problem]:
        """Yield aims that are not said in both languages."""
        if len(self.aims_zh) != len(self.aims_en):
            yield Problem(
                ("aims_en",),
                len(self.aims_en),
                f"are not as many as the {len(self.aims_zh)} aims in Chinese",
                "translate each",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula(Named):
    """The formula of the power index (电力指数): a firm has resumed if it used more than *threshold* of its baseline.

    Args:
        baseline: The days whose mean is a firm's baseline.
        threshold: Above this part of the baseline a firm counts as resumed.
        stopped: Below this part it counts as stopped; between the two it is grey.
        of: The list whose members are the population, or `all`.
    """

    name: ClassVar[str] = "formula"

    baseline: Days
    threshold: Annotated[float, Between(0.01, 1)]
    stopped: Annotated[float, Between(0, 1)]
    of: Annotated[Key, Ref("list", also=("all",))]

    def problems(self) -> Iterator[Problem]:
        """Yield a lower limit above the upper one."""
        if self.stopped > self.threshold:
            yield Problem(
                ("stopped",),
                self.stopped,
                f"lies above the threshold {self.threshold:g}",
                "make it at most the threshold",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart(Named):
    """A chart of the board (图): the share of a list's members at work, or an index by a formula.

    Args:
        line: The line that answers for it.
        cutoff: Until this hour of the day its figures are expected.
        sources: Which sources it sets beside each other.
        reference: Areas whose published figures are drawn beside it.
    """

    name: ClassVar[str] = "chart"

    line: Annotated[Key, Ref("line")]
    front: Annotated[Key, Ref("front")]
    cutoff: time
    sources: tuple[Annotated[str, OneOf(("reported", "confirmed", "measured"))], ...]
    list_key: Annotated[Key | None, Alias("list"), Ref("list")] = None
    formula: Annotated[Key | None, Ref("formula")] = None
    reference: tuple[Code, ...] = ()

    def problems(self) -> Iterator[Problem]:
        """Yield a chart that counts both or neither."""
        if (self.list_key is None) == (self.formula is None):
            yield Problem(
                (),
                self.key,
                "must count a list or a formula, one of the two",
                "write list = … or formula = …",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Break(Row):
    """A day on which the published series of an area cannot be compared with the day before."""

    name: ClassVar[str] = "break"
    key_fields: ClassVar[tuple[str, ...]] = ("chart", "area", "on")

    chart: Annotated[Key, Ref("chart")]
    area: Code
    on: date
    zh: Chinese
    en: English


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(Named):
    """What the county expects to know of a day, from whom and by when; else it stands under `late`.

    Args:
        load: The KIND of file.
        every: `county` one sheet, or one of every division of a level.
        line: The line that answers for it.
        hour: Due at this hour.
        days_after: So many days after the day itself.
        goal: For closings, which goal's.
        area: For published sheets, whose.
    """

    name: ClassVar[str] = "expectation"

    load: Annotated[str, OneOf(tuple(LOADS))]
    every: Annotated[Key, Ref("level")]
    line: Annotated[Key, Ref("line")]
    hour: time
    days_after: Annotated[int, Between(0, 31)] = 0
    goal: Annotated[Key | None, Ref("goal")] = None
    area: Code | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield closings without a goal, a goal without closings, and an area of something not published."""
        if (self.load == "closings") != (self.goal is not None):
            yield Problem(
                ("goal",) if self.goal else (),
                self.load,
                "names a goal exactly if it is closings",
                "add goal = … or leave it out",
            )
        if self.area is not None and self.load != "published":
            yield Problem(("area",), self.area, "is the area of a published sheet only", "leave it out")


Heading = Annotated[str, Form(r"[^\n]{1,40}", "a heading of 1 to 40 characters in one line")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Named):
    """A KIND of file and the headings by which clerks call its columns, beside the contract's names."""

    name: ClassVar[str] = "sheet"

    key: Annotated[Key, OneOf(tuple(LOADS))]
    columns: Mapping[str, tuple[Heading, ...]]

    def problems(self) -> Iterator[Problem]:
        """Yield a column that the KIND does not have and a heading that would mean two columns."""
        fields = LOADS[self.key]
        seen: dict[str, str] = {f: f for f in fields}
        for column, headings in self.columns.items():
            if column not in fields:
                yield Problem(
                    ("columns", column),
                    column,
                    f"is no column of {self.key}",
                    f"write one of {', '.join(fields)}",
                )
            for i, heading in enumerate(headings):
                if seen.setdefault(heading, column) != column:
                    yield Problem(
                        ("columns", column, i),
                        heading,
                        f"is already a heading of {seen[heading]}",
                        "use another heading",
                    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile(Row):
    """The place of a township on the tile map (示意图), *column* and *row* from 1, by a short name."""

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


KINDS: Mapping[str, type[Row]] = {
    kind.name: kind
    for kind in (
        Edition, County, Level, Parameter, Front, Phase, AreaClass, PlaceClass, Line, Role, Grant, Section, Competence,
        ListKind, ProjectKind, CaseOrigin, Difficulty, Goal, GoalSet, Formula, Chart, Break, Expectation, Sheet, Tile, TileMap,
    )
}  # fmt: skip
