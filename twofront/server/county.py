"""Opening a county for a command: its database up, Django set up, its operator or somebody else acting.

Django is imported only behind these doors, so that commands on files alone start fast.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twofront.core.errors import CannotDo, Refused
from twofront.core.time import BadTime, parse_day, parse_moment
from twofront.ground import postgres
from twofront.ground.folder import Folder
from twofront.ground.processes import is_chinese
from twofront.ground.spoken import said

if TYPE_CHECKING:
    from twofront.ground.scope import Actor


@dataclass(frozen=True, slots=True)
class Opened:
    """A county that a command works on."""

    folder: Folder
    by: "Actor"
    now: datetime

    def known(self, text: str | None) -> datetime | None:
        """Return the moment that `--known` gives, or None if it was left out.

        Raises:
            CannotDo: It cannot be read, or lies after the county's now.
        """
        from twofront.ground import kinds  # noqa: PLC0415

        known = moment_of("--known", text, zone=kinds.zone())
        if known is not None and known > self.now:
            raise CannotDo(
                "--known",
                f"the county's now is {kinds.written(self.now)}, and {text} is still to come",
                "give an earlier moment, or none",
            )
        return known


def say(sentence: str) -> None:
    """Tell the person at the terminal how far a command is; a program that called it hears of its end only."""
    if sys.stderr.isatty():
        print(f"  {said(sentence)}", file=sys.stderr, flush=True)  # noqa: T201 - the terminal is where progress goes


def set_up(folder: Folder) -> None:
    """Set Django up for a data folder, once a process."""
    os.environ["TWOFRONT_DATA"] = str(folder.root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "twofront.server.settings")
    import django  # noqa: PLC0415 - see the module's docstring
    from django.utils import translation  # noqa: PLC0415

    django.setup()
    translation.activate("zh-hans" if is_chinese() else "en")


@contextlib.contextmanager
def opened(data: str | Path, *, by: str | None = None) -> Iterator[Opened]:
    """Open a county for a command, as somebody, within what he sees; refusals become the command's one line.

    Raises:
        CannotDo: There is no county, no such account, or the domain refused.
    """
    folder = Folder(data)
    folder.require_county()
    with postgres.cluster(folder) as urls:
        from twofront.server import tables  # noqa: PLC0415 - it sets Django up by this module

        tables.bring_up_to_date(folder, urls)
        set_up(folder)
        from django.db import connections  # noqa: PLC0415

        from twofront.apps.units import queries as units  # noqa: PLC0415
        from twofront.ground import audit, clock, scope  # noqa: PLC0415

        try:
            with scope.reading(scope.READ_COUNTY):
                actor = units.actor(by or units.OPERATOR)
                now = clock.now()
            if actor is None:
                raise CannotDo(
                    "--by", f"no account {by} is open", "give a login from 'load accounts', or leave it out"
                )
            with scope.reading(actor.scope):
                yield Opened(folder, with_seat(actor), now)
            if folder.holder() is None:  # nobody serves, so nobody else seals
                audit.seal_all(folder.heads)
        except Refused as e:
            raise CannotDo(str(data), e.zh if is_chinese() else e.en, f"({e.code})") from e
        finally:
            connections.close_all()


def day_of(option: str, text: str) -> date:
    """Return the day that an option gives.

    Raises:
        CannotDo: It cannot be read.
    """
    try:
        return parse_day(text)
    except BadTime as e:
        raise CannotDo(option, f"{e.text!r} {e.what}", e.do) from e


def moment_of(option: str, text: str | None, *, zone: tzinfo) -> datetime | None:
    """Return the moment that an option gives in a county's zone, or None if it was left out.

    Raises:
        CannotDo: It cannot be read.
    """
    try:
        return parse_moment(text, zone=zone) if text else None
    except BadTime as e:
        raise CannotDo(option, f"{e.text!r} {e.what}", e.do) from e


def with_seat(actor: "Actor") -> "Actor":
    """Return the actor with the system's user behind him, for the audit."""
    import dataclasses  # noqa: PLC0415
    import getpass  # noqa: PLC0415

    try:
        seat = getpass.getuser()
    except (OSError, KeyError):
        seat = str(os.getuid())
    return dataclasses.replace(actor, seat=seat)


def account_lines(
    logins: Mapping[str, str], *, by: "Actor", at: datetime, is_first: bool = True
) -> list[dict[str, Any]]:
    """Issue a password and a token for each login, and return the contract's lines: role, login, password, token.

    A first password must be changed at the first login; an exercise's need not.
    """
    from twofront.apps.units import actions  # noqa: PLC0415
    from twofront.ground.acts import new_key  # noqa: PLC0415

    lines = []
    for login, role in logins.items():
        password = actions.issue_password(
            login, is_first=is_first, by=by, under=None, key=new_key(), at=at
        ).secret
        token = actions.issue_token(login, by=by, under=None, key=new_key(), at=at).secret
        lines.append({"role": role, "login": login, "password": password, "token": token})
    return lines
