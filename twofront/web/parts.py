"""The shapes that components of pages take: what crosses from a view to a template is one of these.

Words in them are already in the reader's language, save the words of the components themselves. An address is a string
beginning with `/`; an empty address means that there is nothing to open, and the component then shows plain text.
Nothing here reads a table or the clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from django.utils.translation import gettext as _

Tone = Literal["plain", "good", "bad", "warn", "unknown"]
"""How a word is shown: always with its own shape beside the colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address with its words."""

    title: Annotated[str, "The words"]
    href: Annotated[str, "The address"]
    icon: Annotated[str, "Name of an icon, or empty"] = ""
    is_here: Annotated[bool, "Whether this is the page shown"] = False
    note: Annotated[str, "A count or a word after the title"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who answers: the line, the person, the phone."""

    line: Annotated[str, "The line or unit, in the reader's language"]
    name: Annotated[str, "The person"] = ""
    phone: Annotated[str, "Digits to call, or empty"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an act did: said once at the top of the next page."""

    text: Annotated[str, "One sentence"]
    tone: Annotated[Tone, "How it ended"] = "good"
    undo_href: Annotated[str, "POST here takes it back; empty where it cannot be taken back"] = ""
    why_not: Annotated[str, "Why it cannot be taken back, where it cannot"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop of the exercise's clock."""

    title: Annotated[str, "Words for the stop, as 02-18 19:30"]
    at: Annotated[datetime, "The moment"]
    is_past: Annotated[bool, "Whether the clock has passed it"] = False
    is_here: Annotated[bool, "Whether the clock stands on it"] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who is signed in."""

    name: Annotated[str, "The person or post"]
    role: Annotated[str, "The role, in the reader's language"]
    href: Annotated[str, "Page of the own account (change of password)"] = ""
    sign_out_href: Annotated[str, "POST here signs out"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of every page: which county, which moment, who reads."""

    county: Annotated[str, "Name of the county"]
    as_of: Annotated[datetime | None, "The county's now"] = None
    day: Annotated[date | None, "The day shown, where a page shows one"] = None
    known: Annotated[datetime | None, "Reads the past as it was known then; None = as known now"] = None
    phase: Annotated[str, "Name of the response phase in force"] = ""
    phase_since: Annotated[date | None, "First day of the phase"] = None
    is_exercise: Annotated[bool, "Whether everything shown is an exercise"] = False
    account: Annotated[Account | None, "Who is signed in"] = None
    nav: Annotated[Sequence[Link], "The pages this account may open"] = ()
    languages: Annotated[Sequence[Link], "Languages; href holds the code"] = ()
    language_href: Annotated[str, "POST here changes the language (field `language`)"] = ""
    stops: Annotated[Sequence[Stop], "Stops of the exercise's clock, empty outside an exercise"] = ()
    next_stop_href: Annotated[str, "POST here moves the clock to the next stop"] = ""
    reset_href: Annotated[str, "POST here recreates the exercise"] = ""
    outcomes: Annotated[Sequence[Outcome], "What the last acts did"] = ()
    crumbs: Annotated[Sequence[Link], "The way to this page, without the page itself"] = ()

    @property
    def next_stop(self) -> Stop | None:
        """The first stop that the clock has not reached, or None at the end."""
        return next((s for s in self.stops if not s.is_past and not s.is_here), None)

    @property
    def here_stop(self) -> Stop | None:
        """The last stop that the clock has reached."""
        return next((s for s in reversed(self.stops) if s.is_here or s.is_past), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every page has; a page's own class adds its fields and names its template."""

    template: ClassVar[str]

    head: Annotated[Head, "The head of the page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of a field or a filter."""

    value: Annotated[str, "What is sent"]
    title: Annotated[str, "What is read"]
    is_on: Annotated[bool, "Whether it is chosen"] = False
    note: Annotated[str, "A count, or what it means"] = ""


FieldKind = Literal[
    "text", "password", "number", "date", "moment", "choice", "options", "file", "note", "flag", "hidden"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form. `choice` is a list to drop, `options` are all seen at once, `flag` is a box to tick."""

    name: Annotated[str, "What is sent"]
    title: Annotated[str, "Its label"]
    kind: Annotated[FieldKind, "What it takes"] = "text"
    value: Annotated[str, "What stands in it (moments as 2020-02-18T19:30)"] = ""
    choices: Annotated[Sequence[Choice], "For choice and options"] = ()
    hint: Annotated[str, "What to write, under the label"] = ""
    error: Annotated[str, "What is wrong and what to do; empty if nothing"] = ""
    unit: Annotated[str, "Unit after the field"] = ""
    autocomplete: Annotated[str, "HTML autocomplete token"] = "off"
    accept: Annotated[str, "File endings taken, as .xlsx,.csv"] = ""
    is_required: Annotated[bool, "Whether it must be filled"] = False
    within: Annotated[str, "What its form is about, where a page has several of one kind"] = ""

    @property
    def id(self) -> str:
        """What its label names: on a page each field has its own."""
        return f"field-{self.within}-{self.name}" if self.within else f"field-{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: where it goes, what it asks, the word on its button."""

    href: Annotated[str, "Where it is sent"]
    fields: Annotated[Sequence[Field], "Its fields, in order"]
    submit: Annotated[str, "The word on the button: an act, as 'close the day'"]
    error: Annotated[str, "What is wrong with the whole"] = ""
    confirm: Annotated[str, "Asked before sending; empty = not asked"] = ""
    method: Annotated[Literal["post", "get"], "How it is sent"] = "post"
    has_file: Annotated[bool, "Whether a file goes with it"] = False
    cancel_href: Annotated[str, "The way back"] = ""


ColumnKind = Literal["text", "number", "moment", "phone", "state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    title: Annotated[str, "Its heading"]
    kind: Annotated[ColumnKind, "How its cells are set"] = "text"
    sort_href: Annotated[str, "Sorts by it (or turns the order); empty = cannot"] = ""
    sorted: Annotated[Literal["", "up", "down"], "Whether the table is sorted by it"] = ""
    is_lead: Annotated[bool, "The name of the row: title of the card on a phone"] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its text is ready to read."""

    text: Annotated[str, "What stands there; empty = not known"] = ""
    href: Annotated[str, "What it opens"] = ""
    note: Annotated[str, "A second, smaller line"] = ""
    tone: Annotated[Tone, "For columns of state"] = "plain"
    act: Annotated[str, "POST target of a button in the cell; text is its word"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table; as many cells as the table has columns."""

    cells: Annotated[Sequence[Cell], "Its cells, in the order of the columns"]
    id: Annotated[str, "Becomes the row's anchor"] = ""
    tone: Annotated[Tone, "Marks the whole row"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter over a table."""

    name: Annotated[str, "What is sent"]
    title: Annotated[str, "Its label"]
    choices: Annotated[Sequence[Choice], "First the choice for all, with an empty value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Where one stands in a long list; `total` is the sum of n, and equals the figure that was opened."""

    total: Annotated[int, "All rows (the figure)"]
    first: Annotated[int, "Number of the first row shown, from 1; 0 if none"]
    last: Annotated[int, "Number of the last row shown"]
    previous_href: Annotated[str, "Earlier rows"] = ""
    next_href: Annotated[str, "Later rows"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list that can be searched, sorted, filtered, turned over and taken away; on a phone each row is a card."""

    caption: Annotated[str, "What the rows are"]
    columns: Annotated[Sequence[Column], "Its columns"]
    rows: Annotated[Sequence[Row], "The rows of this page"]
    href: Annotated[str, "The table's own address: search and filters are sent here by GET"] = ""
    query: Annotated[str | None, "What was searched; None = cannot be searched"] = None
    filters: Annotated[Sequence[Filter], "Filters"] = ()
    kept: Annotated[Sequence[tuple[str, str]], "Other parameters of the address to keep, name and value"] = ()
    exports: Annotated[Sequence[Link], "Files of the whole list, as xlsx and csv"] = ()
    pager: Annotated[Pager | None, "Where one stands"] = None
    empty: Annotated[str, "Said when there is no row"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A word and its value."""

    title: Annotated[str, "The word"]
    text: Annotated[str, "The value; empty = not known"] = ""
    href: Annotated[str, "What it opens"] = ""
    note: Annotated[str, "A second, smaller line"] = ""
    tone: Annotated[Tone, "How it is shown"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A job that runs, as its page shows it; while `is_running` the page asks `href` again."""

    title: Annotated[str, "What runs"]
    href: Annotated[str, "The address that gives this fragment again; empty = it is not asked"] = ""
    done: Annotated[int, "Steps done"] = 0
    of: Annotated[int | None, "Steps in all; None = not known yet"] = None
    text: Annotated[str, "What is being done, or how it ended"] = ""
    is_running: Annotated[bool, "Whether it still runs"] = True
    tone: Annotated[Tone, "How it ended"] = "plain"
    next: Annotated[Sequence[Link], "What to open next, once ended"] = ()

    @property
    def percent(self) -> int | None:
        """Whole percent done, 0 to 100; None while the number of steps is not known."""
        return None if not self.of else min(100, self.done * 100 // self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLoad:
    """One KIND of file that the county may load next."""

    kind: Annotated[str, "The KIND of `load`"]
    title: Annotated[str, "Its name, in the reader's language"]
    template_href: Annotated[str, "The empty xlsx of the KIND"] = ""
    upload_href: Annotated[str, "The page that takes the file"] = ""
    count: Annotated[int, "Rows of it in the county; 0 = not loaded"] = 0

    @property
    def why(self) -> str:
        """What appears once it is loaded."""
        words = {
            "accounts": _("谁能登录，管哪条线、哪一块，找谁打电话"),
            "divisions": _("镇街和村（社区），其他各表都按它归属"),
            "enterprises": _("企业名册，名单、日报、走访、用电都挂在它上面"),
            "lists": _("规上、限上、重点项目名单，就是复工率的分母"),
            "meters": _("企业和用电户号的对应，用电才算得到企业头上"),
            "readings": _("用电复工和复工电力指数"),
            "published": _("供电公司、省里发布的指数，放在自算的旁边"),
            "reports": _("企业自报：开没开、来了多少人、难在哪里"),
            "visits": _("驻企服务员看到的，用来核实自报"),
            "projects": _("项目名册"),
            "project_reports": _("项目自报：复没复、来了多少人、缺什么"),
            "cases": _("零输入、零传染两个目标"),
            "coverage": _("入户摸排进度和到期预测"),
            "closings": _("条线封账；没有封账，目标不显示达成"),
        }
        return words.get(self.kind, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPicker:
    """Chooses the day shown, and the moment as of which it is to be known."""

    href: Annotated[str, "The page's address; `on` and `known` are sent by GET"]
    on: Annotated[date, "The day shown"]
    known: Annotated[datetime | None, "Known moment asked for; None = now"] = None
    earliest: Annotated[date | None, "First day that can be asked"] = None
    latest: Annotated[date | None, "Last day: the county's today"] = None
    previous_href: Annotated[str, "The day before"] = ""
    next_href: Annotated[str, "The day after; empty on the last"] = ""
    now_href: Annotated[str, "Back to the newest day as known now; empty if shown"] = ""
    kept: Annotated[Sequence[tuple[str, str]], "Other parameters of the address to keep"] = ()
