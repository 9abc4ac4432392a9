"""What is counted: goals, charts, the formula of the index, and breaks in a published series."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, ClassVar, Literal

from twofront.core.playbook.fields import Alias, Between, Chinese, Code, English, Key, OneOf, Problem, Ref
from twofront.core.playbook.kinds.row import Named, Row
from twofront.core.time import Days


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOrigin(Named):
    """Where a case was infected: elsewhere, here, or not known; only these three are acted on."""

    name: ClassVar[str] = "case_origin"

    key: Annotated[Key, OneOf(("imported", "local", "unknown"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(Named):
    """A goal (目标) and how it is counted.

    Args:
        line: The line that answers for it and closes its day.
        counts: `cases` of one *origin* since a day, `dwellings` surveyed, `members` of the *lists* at work.
        origin: Which cases.
        since: First day counted.
        lists: Whose members.
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

    A set of a higher level may have aims in words only.

    Args:
        goals: What is counted, in the order of the board.
        aims_zh: What is shown, never counted.
        aims_en: The same in English, each for each.
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
        of: Whose members are the population; `all` = every firm with a meter.
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
        list_key: Whose members it counts.
        formula: Or by which formula.
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
    """A day on which a published series cannot be compared with the day before, and why.

    Args:
        area: Whose series.
    """

    name: ClassVar[str] = "break"
    key_fields: ClassVar[tuple[str, ...]] = ("chart", "area", "on")

    chart: Annotated[Key, Ref("chart")]
    area: Code
    on: date
    zh: Chinese
    en: English
