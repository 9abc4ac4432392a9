"""Who is counted: trades, lists and projects, what hinders them, and the line competent for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from twofront.core.playbook.fields import Alias, Between, Chinese, English, Form, Key, Problem, Ref
from twofront.core.playbook.kinds.row import Named, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Row):
    """A section (门类) of the classification of trades.

    Args:
        first: Its first division (大类).
        last: Its last, which is in it.
        divisions: Their names, from the first on, by which a trade may be written too.
    """

    name: ClassVar[str] = "section"

    key: Annotated[str, Form(r"[A-Z]", "one capital letter")]
    zh: Chinese
    en: English
    first: Annotated[int, Between(1, 99)]
    last: Annotated[int, Between(1, 99)]
    divisions: tuple[Chinese, ...] = ()

    def problems(self) -> Iterator[Problem]:
        """Yield divisions that end before they begin, and names that are not one for each."""
        if self.last < self.first:
            yield Problem(
                ("last",),
                self.last,
                f"lies before the first division {self.first}",
                "put the first before the last",
            )
        elif self.divisions and len(self.divisions) != self.last - self.first + 1:
            yield Problem(
                ("divisions",),
                len(self.divisions),
                f"names for {self.last - self.first + 1} divisions",
                "name each of them, or none",
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
    """A list (名单) whose members are counted.

    Args:
        member: What its members are.
        only: The one kind of project that may be a member.
    """

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
class Difficulty(Named):
    """One of the difficulties of firms (难题) that a report may name."""

    name: ClassVar[str] = "difficulty"
