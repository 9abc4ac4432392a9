"""Pages of the rules: the tables in force, one table, the drafts, and the public question whether somebody may come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from twofront.web.parts import Choice, DayPicker, Field, Form, Link, Page, Pair, Table, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPage(Page):
    """Which tables are in force, under which order and clause, since when, and where are they from?"""

    template: ClassVar[str] = "orders/rules.html"

    table: Annotated[Table, "The tables; a row opens its table"]
    days: Annotated[DayPicker, "Chooses the day, and the moment as of which it is known"]
    come_href: Annotated[str, "The public question"] = ""
    drafts_href: Annotated[str, "The drafts; empty where the reader may write none"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """What a table answers to one case."""

    title: Annotated[str, "The answer in one line"]
    tone: Annotated[Tone, "How it is shown"]
    pairs: Annotated[Sequence[Pair], "Order, clause, rows, until when, on what it stands"]
    cells: Annotated[Table, "The cells that matched: row, fact, cell, value of the case"]
    used: Annotated[Table | None, "Facts that followed from others, with their source"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage(Page):
    """What does this table say, since when, what did it say before, and what does it answer?"""

    template: ClassVar[str] = "orders/rule.html"

    title: Annotated[str, "What the table decides"]
    clause: Annotated[str, "The clause in a sentence, with its order"]
    pairs: Annotated[Sequence[Pair], "Order, source, since when, known since, which row wins"]
    days: Annotated[DayPicker, "Chooses the day, and the moment as of which it is known"]
    tabs: Annotated[Sequence[Link], "Read, try, compare"]
    files: Annotated[Sequence[Link], "The table as it is, as xlsx and CSV"] = ()
    edit_href: Annotated[str, "Begins a draft from it; empty where the reader may not"] = ""
    tables: Annotated[
        Sequence[Table], "Sentences, the table, the numbers in it; or versions and what differs"
    ] = ()
    form: Annotated[Form | None, "The facts of one case"] = None
    answer: Annotated[RuleAnswer | None, "What the table answers to the case"] = None
    note: Annotated[str, "What is to be known of the tables shown"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComeStay:
    """One place of stay in the form."""

    title: Annotated[str, "Which one"]
    fields: Annotated[Sequence[Field], "Where, until when, for how long"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComeAnswer:
    """What follows for somebody who comes."""

    title: Annotated[str, "The answer in one line"]
    tone: Annotated[Tone, "How it is shown"]
    pairs: Annotated[Sequence[Pair], "Until when, order and clause, what else is asked for"]
    changes: Annotated[Sequence[str], "On which date the answer is another, a sentence each"] = ()
    unknown: Annotated[Sequence[str], "What is not known and has to be asked"] = ()
    stays: Annotated[Table | None, "Each stay with its own answer, where there are several"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComePage(Page):
    """May this person come, and what follows?"""

    template: ClassVar[str] = "orders/come.html"

    href: Annotated[str, "Where the question is sent"]
    languages: Annotated[Sequence[Link], "The page in each language"]
    fields: Annotated[Sequence[Field], "The day of arrival, and what the address keeps"]
    stays: Annotated[Sequence[ComeStay], "The places of stay"]
    may_add: Annotated[bool, "Whether another place can be added"] = True
    answer: Annotated[ComeAnswer | None, "What follows"] = None
    error: Annotated[str, "Why there is no answer"] = ""
    call: Annotated[str, "Whom to call"] = ""
    basis: Annotated[str, "As of when the rules are, and that nothing is kept"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """What somebody else saved meanwhile, beside what is in the form."""

    text: Annotated[str, "Who saved which version when, and what can be done"]
    table: Annotated[Table, "Each cell that is another: theirs and ours"]
    theirs_href: Annotated[str, "Opens theirs, and lets ours go"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """A table that is being written; the sheet is a plain text where there is no script."""

    href: Annotated[str, "Where it is saved"]
    check_href: Annotated[str, "What is asked while one types"]
    hidden: Annotated[Sequence[Field], "The key of the act, and the version that one began from"]
    fields: Annotated[
        Sequence[Field], "Since when, until when, clause, on what it stands, source, hit policy"
    ]
    sheet: Annotated[str, "Headings, types and rows as CSV"]
    names: Annotated[Sequence[Choice], "The headings that there are, with their names"]
    is_dirty: Annotated[bool, "Whether the form holds what is saved nowhere"] = False
    clash: Annotated[Clash | None, "What somebody else saved meanwhile"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPage(Page):
    """What shall this table say, and what is wrong with it so far?"""

    template: ClassVar[str] = "orders/draft.html"

    title: Annotated[str, "What the table decides"]
    note: Annotated[str, "What a draft is, and how it comes into force"]
    tabs: Annotated[Sequence[Link], "Write, compare, versions; none before it is saved"] = ()
    pairs: Annotated[Sequence[Pair], "Who saved it when, which version, what stood against it"] = ()
    files: Annotated[Sequence[Link], "The draft as files"] = ()
    editor: Annotated[Editor | None, "The table to write on"] = None
    tables: Annotated[Sequence[Table], "What differs, or the versions"] = ()
    acts: Annotated[Sequence[Form], "Discard, or bring back"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftsPage(Page):
    """Which drafts are there, whose, of which table, and what stands against them?"""

    template: ClassVar[str] = "orders/drafts.html"

    table: Annotated[Table, "The drafts; a row opens its draft"]
    form: Annotated[Form, "Takes a table in from a file"]
    faults: Annotated[Table | None, "What is wrong with the file, cell by cell"] = None
