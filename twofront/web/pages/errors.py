"""The page that says what went wrong, and what to do."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from twofront.web.parts import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """An act was refused, or could not be done."""

    template: ClassVar[str] = "error.html"

    title: Annotated[str, "What is wrong"]
    text: Annotated[str, "Why, with the value, and what to do"]
    href: Annotated[str, "The way on"] = ""
    href_title: Annotated[str, "Its words"] = ""
    code: Annotated[str, "Stable code of the refusal, to quote on the phone"] = ""
