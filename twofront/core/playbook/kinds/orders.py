"""What is ordered: orders with clauses, and the dated tables, numbers and lists that say what follows for a case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from twofront.core.playbook.fields import Alias, Chinese, Code, English, Form, Key, OneOf, Problem, Ref
from twofront.core.playbook.kinds.row import Named, Row
from twofront.core.rules.forbidden import reason_against

Name = Annotated[str, Form(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", "a name of small letters, digits, _ and .")]
Short = Annotated[str, Form(r"[a-z0-9][a-z0-9_]*", "a short key of small letters, digits and _")]
File = Annotated[str, Form(r"[A-Za-z0-9][A-Za-z0-9._-]*\.csv", "the name of a .csv in the folder tables")]

Origin = Literal[
    "stay", "certificate", "list", "place", "time", "observation", "person", "household", "work", "enterprise", "project", "count",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Row):
    """A row on both axes of time: when it holds in the world, and when the county knew of it.

    Of the rows that hold at a moment the one known last counts, so a row replaces an older one by being known later.

    Args:
        since: Holds from this moment.
        until: Until before this moment; left out: until another replaces it.
        known: Known from this moment.
        known_until: Known until before this moment; left out: still.
    """

    since: datetime
    known: datetime
    until: datetime | None = None
    known_until: datetime | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield days, which would say the same a second time, and ends that lie before their beginnings."""
        for field, name in (("first_day", "from"), ("last_day", "to")):
            if (day := getattr(self, field)) is not None:
                yield Problem((field,), day, "has no place here: since and until say it", f"take {name} out")
        for first, last in (("since", "until"), ("known", "known_until")):
            end = getattr(self, last)
            if end is not None and end <= getattr(self, first):
                yield Problem((last,), end, f"does not lie after {first}", f"put {first} before {last}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Named):
    """An order (令), or another paper with clauses that somebody with the right to do so has issued.

    Args:
        issued: The day of issue; left out where it is not known.
    """

    name: ClassVar[str] = "order"

    key: Short
    issued: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Row):
    """A clause (条款) of an order: what it says in a sentence, and by its source whether its text was seen."""

    name: ClassVar[str] = "clause"
    key_fields: ClassVar[tuple[str, ...]] = ("order", "key")

    order: Annotated[str, Ref("order")]
    key: Short
    zh: Chinese
    en: English


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Named):
    """A question that tables answer (判定): may this person come, may this firm open.

    Args:
        each: A record may hold a list under this name; each of its cases is decided, and the strictest answer holds.
        line: The line that answers for its tables; left out: the command office alone drafts them.
    """

    name: ClassVar[str] = "decision"

    key: Name
    each: Key | None = None
    line: Annotated[str | None, Ref("line")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Named):
    """What a decision answers: one of the `out:` columns of its tables.

    Args:
        stricter: `["larger"]` or `["smaller"]`, or the values from the mildest to the strictest; left out: it has no
            strictness. A township's table may not be stricter than the county's without consent.
        days_from: It counts days from the day of this fact; the answer then has `until`.
        words_zh: The values that it may have, in Chinese; left out: any.
        words_en: The same in English.
    """

    name: ClassVar[str] = "output"
    key_fields: ClassVar[tuple[str, ...]] = ("decision", "key")

    decision: Annotated[str, Ref("decision")]
    stricter: tuple[Annotated[str, Form(r"\S+", "a word")], ...] = ()
    days_from: Key | None = None
    words_zh: Mapping[str, Chinese] | None = None
    words_en: Mapping[str, English] | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield a single word that names no direction, and words that are not said in both languages."""
        if len(self.stricter) == 1 and self.stricter[0] not in ("larger", "smaller"):
            what = "is no direction"
            yield Problem(("stricter", 0), self.stricter[0], what, "write larger, smaller, or all the values")
        if set(self.words_zh or ()) != set(self.words_en or ()):
            odd = ", ".join(sorted(set(self.words_zh or ()) ^ set(self.words_en or ())))
            yield Problem(("words_en",), odd, "is named in one language only", "name each value in both")
        if len(self.stricter) > 1 and self.words_en and set(self.stricter) != set(self.words_en):
            odd = ", ".join(sorted(set(self.stricter) ^ set(self.words_en)))
            yield Problem(
                ("stricter",), odd, "stands in one of stricter and words_en only", "let both name all"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable(Held):
    """A table in force: which file answers a decision, for which place, under which order and clause.

    Args:
        place: The county, or a township that has a table of its own.
        decision: What it answers.
        clause: ORDER/CLAUSE; an output column `clause` names another, row by row: of this order, or as ORDER/CLAUSE.
        file: The table, in the folder `tables`.
    """

    name: ClassVar[str] = "table"
    key_fields: ClassVar[tuple[str, ...]] = ("place", "decision", "since", "known")

    place: Code
    decision: Annotated[str, Ref("decision")]
    clause: Annotated[str, Ref("clause")]
    file: File


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Held):
    """The centre's consent (同意) that a place's table of a decision is stricter than the county's."""

    name: ClassVar[str] = "consent"
    key_fields: ClassVar[tuple[str, ...]] = ("place", "decision", "since", "known")

    place: Code
    decision: Annotated[str, Ref("decision")]
    clause: Annotated[str, Ref("clause")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleParameter(Held):
    """A dated number that tables write as `$key`: days of quarantine, a cut-off, what counts as a stay.

    Args:
        unit: What it counts.
    """

    name: ClassVar[str] = "rule_parameter"
    key_fields: ClassVar[tuple[str, ...]] = ("key", "since", "known")

    key: Key
    zh: Chinese
    en: English
    value: float
    unit: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueList(Named):
    """A list of values (值表), dated, by place, trade or another key: counts of cases, listed areas, a negative list.

    Args:
        file: The list, in the folder `tables`.
        columns: Its key columns and how each is looked up: `place`, `sector`: what has no row of its own has that of
            the place or trade around it; `exact`.
        type: What its values are.
    """

    name: ClassVar[str] = "value_list"

    file: File
    columns: Mapping[str, Annotated[str, OneOf(("place", "sector", "exact"))]]
    type: Literal["text", "number", "bool", "date", "moment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Named):
    """A fact (事实) that tables may ask for; there are no others. What no rule may ask stands in the code and is refused here.

    A fact that says from what it follows is found where a record does not give it.

    Args:
        type: As in the line of types of a table.
        of: What the fact is of.
        unit: Of a number.
        words_zh: The values that a text may have, in Chinese; left out: any.
        words_en: The same in English.
        decision: It follows from another decision, as this *output*.
        output: Which output of that decision.
        list_key: Or from a list; `place_class` = the colours of the map of risk.
        days_since: Or it is the days from the day of this fact.
        on: The fact whose moment is asked for, or up to which days count; where it is not known, or left out: the
            moment of the question.
        facts: The names on the other side, each with the fact of this side or a fixed `=value`.
    """

    name: ClassVar[str] = "fact"

    type: Literal["text", "number", "bool", "date", "moment"]
    of: Origin
    unit: Key | None = None
    words_zh: Mapping[str, Chinese] | None = None
    words_en: Mapping[str, English] | None = None
    decision: Annotated[str | None, Ref("decision")] = None
    output: Key | None = None
    list_key: Annotated[Key | None, Alias("list"), Ref("value_list", also=("place_class",))] = None
    days_since: Annotated[Key | None, Ref("fact")] = None
    on: Annotated[Key | None, Ref("fact")] = None
    facts: Annotated[Mapping[str, str] | None, Alias("with")] = None

    def problems(self) -> Iterator[Problem]:
        """Yield a fact that no rule may ask, one that follows from two things, and halves of what belongs together."""
        handed = ((("with", there), here) for there, here in (self.facts or {}).items() if here[0] != "=")
        for path, name in ((("key",), self.key), (("zh",), self.zh), (("en",), self.en), *handed):
            if why := reason_against(name, self.type):
                yield Problem(path, name, why, "test where somebody stayed, and when")
                return
        if [self.decision, self.list_key, self.days_since].count(None) < 2:
            yield Problem(
                (), self.key, "follows from two things", "keep one of decision, list and days_since"
            )
        if (self.decision is None) != (self.output is None):
            yield Problem((), self.key, "needs decision and output together", "write both, or neither")
        if set(self.words_zh or ()) != set(self.words_en or ()):
            odd = ", ".join(sorted(set(self.words_zh or ()) ^ set(self.words_en or ())))
            yield Problem(("words_en",), odd, "is named in one language only", "name each value in both")

    @property
    def follows(self) -> bool:
        """Return whether it follows from other facts."""
        return (self.decision, self.list_key, self.days_since) != (None, None, None)
