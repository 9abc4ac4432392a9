"""What comes in: the files that are expected, and how clerks head their columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Annotated, ClassVar

from twofront.core.playbook.fields import Between, Code, Form, Key, OneOf, Problem, Ref
from twofront.core.playbook.kinds.row import Named
from twofront.core.playbook.loads import LOADS, SHEETS

Heading = Annotated[str, Form(r"[^\n]{1,40}", "a heading of 1 to 40 characters in one line")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(Named):
    """What the county expects to know of a day, from whom and by when; else it stands under `late`.

    Args:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Named):
    """The headings by which clerks call the columns of a kind of list, beside the contract's names.

    Args:
        columns: A column of the contract and its headings, usual typing errors among them; a heading means one column only.
    """

    name: ClassVar[str] = "sheet"

    key: Annotated[Key, OneOf(tuple(SHEETS))]
    columns: Mapping[str, tuple[Heading, ...]]

    def problems(self) -> Iterator[Problem]:
        """Yield a column that the KIND does not have and a heading that would mean two columns."""
        fields = SHEETS[self.key]
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
