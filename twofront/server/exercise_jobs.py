"""The exercise's long work: moving the clock to the next stop."""

from uuid import UUID

from django.conf import settings
from procrastinate.contrib.django import app

from twofront.ground import jobs, scope
from twofront.server import exercise


@app.task(name="exercise.next", queue=jobs.WORK, lock="exercise")
def move_on(uid: str) -> None:
    """Load what becomes known up to the next stop, then set the clock; told as progress."""
    with jobs.told(UUID(uid)) as teller:
        with scope.reading(scope.READ_COUNTY):
            stop = exercise.next_stop(settings.DATA)
        if stop is not None:
            exercise.reach(settings.DATA, stop, said=teller)
        teller.end("done", {})


def defer_next_stop(uid: str) -> None:
    """Put the move into the queue."""
    move_on.defer(uid=uid)
