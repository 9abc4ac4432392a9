"""Writes of the centre: publishing a day of the board."""

from datetime import date, datetime

from twofront.apps.centre import queries
from twofront.apps.figures import actions as figures
from twofront.apps.figures.actions import Published
from twofront.ground import scope
from twofront.ground.acts import Key, new_key
from twofront.ground.scope import Actor


def publish(
    on: date, *, known: datetime | None = None, by: Actor, at: datetime, key: Key | None = None
) -> Published:
    """Freeze a day of the board as it is known at a moment (发布), the county's now if none is given.

    Raises:
        NotYet: The day, or the moment, is still to come.
    """
    moment = known or at
    with scope.widened(by.scope):
        board = queries.made(on, known=moment).as_json()
    return figures.keep_publication(on, moment, board, by=by, under=None, key=key or new_key(), at=at)
