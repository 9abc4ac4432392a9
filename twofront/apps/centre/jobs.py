"""Work of the centre that nobody asks for: the day is published at the playbook's hour."""

from datetime import timedelta

from procrastinate.contrib.django import app

from twofront.apps.centre import actions
from twofront.apps.figures.queries.published import publications
from twofront.core.time import at_hour
from twofront.ground import clock, jobs, kinds, scope


@app.periodic(cron="* * * * *")
@app.task(name="centre.publish", queue=jobs.WATCH, queueing_lock="publish", pass_context=False)
def publish_day(timestamp: int) -> None:
    """Publish today once the playbook's hour has come, unless somebody did; an exercise publishes by its plan."""
    del timestamp
    by = scope.system("publisher")
    with scope.reading(scope.READ_COUNTY):
        if clock.stands():
            return
        now, book = clock.now(), kinds.book()
        today = now.astimezone(book.zone).date()
        due = at_hour(today, book.county(at=today).publish_at, zone=book.zone)
        if due <= now < due + timedelta(hours=1) and today not in publications([today]):
            actions.publish(today, known=due, by=by, at=now)
