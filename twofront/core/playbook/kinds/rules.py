"""The rules: facts that tables may ask for, tables under their order and clause, dated numbers and lists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from twofront.core.playbook.fields import Code, Form, Key, Problem, Ref
from twofront.core.playbook.kinds.row import Named, Row
from twofront.core.rules.forbidden import reasons_against

CsvFile = Annotated[str, Form(r"[A-Za-z0-9][A-Za-z0-9._-]*\.csv", "the name of a .csv file beside this one")]
Origin = Literal[
    "stay",
    "certificate",
    "list",
    "place",
    "time",
    "observation",
    "person",
    "household",
    "work",
    "enterprise",
    "project",
    "count",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Named):
    """A fact (事实) that tables may ask for; there are no others. What no rule may ask stands in the code and is refused here.

    Args:
        type: As in the line of types of a table.
        of: What the fact is of.
        unit: Of a number.
        list: Where a record does not say the fact, it is looked up in this list.
        by: The fact that names the member of the list.
    """

    name: ClassVar[str] = "fact"

    type: Literal["text", "number", "bool", "date", "moment"]
    of: Origin
    unit: str | None = None
    list: Annotated[Key, Ref("value_list")] | None = None
    by: Annotated[Key, Ref("fact")] | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield a fact that no rule may ask, by its key or a name, and half of a look-up."""
        for field, name in (("key", self.key), ("zh", self.zh), ("en", self.en)):
            if why := reasons_against([name], self.type):
                yield Problem((field,), name, why, "test where somebody stayed, and when")
                return
        if (self.list is None) != (self.by is None):
            yield Problem((), None, "[[fact]] has one of list and by", "write both, or neither")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable(Named):
    """A decision table (决策表) under the order and clause that issued it; it is in force as its own #from and #to say.

    Args:
        key: The decision that it answers; the same as its #table.
        file: Where it stands.
        order: The order, in the words in which it is quoted.
        clause: The clause of that order.
        known: From this moment the county knew it; left out: from the first.
        known_until: Until this moment, where it was taken back.
        place: The township or village whose own rule it is; left out: the county's.
        consent: When the centre consented that the place's rule be stricter than the county's.
        stricter: In the county's table, for an output, `larger` or `smaller`, or its words from the mildest to the strictest.
    """

    name: ClassVar[str] = "table"
    key_fields: ClassVar[tuple[str, ...]] = ("key", "file")

    key: Annotated[
        str, Form(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", "a key of small letters, digits, _ and .")
    ]
    file: CsvFile
    order: str
    clause: str
    known: datetime | None = None
    known_until: datetime | None = None
    place: Code | None = None
    consent: datetime | None = None
    stricter: Mapping[str, tuple[str, ...]] | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield days, which the table says itself."""
        yield from _without_days(self, "the table's own #from and #to say when it is in force")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedNumber(Named):
    """A number that rules ask for: in force from a moment until the next row of its key.

    Args:
        value: The number.
        since: From this moment.
        known: From this moment the county knew it; left out: from the first.
    """

    name: ClassVar[str] = "number"
    key_fields: ClassVar[tuple[str, ...]] = ("key", "since", "known")

    value: float
    since: datetime
    known: datetime | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield days, which would say the same thing a second time."""
        yield from _without_days(self, "the row holds from since to the next")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueList(Named):
    """A list of values (值表): what holds of each member on its days, as a CSV `member,value,from,to,known`.

    Args:
        file: Where it stands.
    """

    name: ClassVar[str] = "value_list"

    file: CsvFile


def _without_days(row: Row, why: str) -> Iterator[Problem]:
    for field in ("first_day", "last_day"):
        if getattr(row, field) is not None:
            yield Problem((field,), getattr(row, field), f"has no place here: {why}", "leave it out")
