"""Writes of the centre: publishing a day of the board."""

from datetime import date, datetime

from twofront.apps.figures import actions as figures
from twofront.apps.figures.actions import Published
from twofront.apps.figures.queries.board import Board
from twofront.ground import history, scope
from twofront.ground.acts import Key, new_key
from twofront.ground.scope import Actor


def publish(
    on: date, *, known: datetime | None = None, by: Actor, at: datetime, key: Key | None = None
) -> Published:
    """Freeze a day of the board as it is known at a moment (发布), the county's now if none is given."""
    seen = history.seen(known)
    with scope.widened(by.scope):
        board = Board(on, known=seen).as_json()
    return figures.keep_publication(on, seen, board, by=by, under=None, key=key or new_key(), at=at)
