"""Pages of accounts: signing in, passwords, the office clerk's list."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from twofront.web.parts import Form, Head, Page, Pair, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage(Page):
    """Who are you?"""

    template: ClassVar[str] = "units/login.html"

    form: Annotated[Form, "Login and password"]
    help: Annotated[str, "Whom to ask for a password, with phone"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPage(Page):
    """Choose a password of your own (the first one, or a new one)."""

    template: ClassVar[str] = "units/password.html"

    form: Annotated[Form, "Old password, new one twice"]
    is_first: Annotated[bool, "Whether it must be changed before anything else"] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsPage(Page):
    """Who may sign in, with which role and for which line and block?"""

    template: ClassVar[str] = "units/accounts.html"

    table: Annotated[Table, "Accounts: login, name, role, line, unit, since, state; a row opens the account"]
    load_href: Annotated[str, "Page that loads accounts from a file"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A password or token, shown once."""

    title: Annotated[str, "What it is"]
    value: Annotated[str, "The secret"]
    note: Annotated[str, "How to hand it over"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(Page):
    """One account: what may it see, and how does its person get in again?"""

    template: ClassVar[str] = "units/account.html"

    title: Annotated[str, "Name and login"]
    pairs: Annotated[tuple[Pair, ...], "Role, line, unit, since, until, last seen"] = ()
    secret: Annotated[Secret | None, "A secret just made"] = None
    forms: Annotated[tuple[Form, ...], "Acts on it: new password, new token, end; each confirmed"] = ()
    is_own: Annotated[bool, "Whether it is the reader's own"] = False
    password_href: Annotated[str, "Where the reader changes the own password"] = ""


def signed_out(county: str, *, is_exercise: bool) -> Head:
    """Return the head of a page that nobody has signed in to."""
    return Head(county=county, is_exercise=is_exercise)
