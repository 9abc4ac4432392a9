"""Jobs of the ground: seal the audit, bring back what a killed worker left, tidy up, show progress.

A job stores who asked, never his scope: that is found again when it runs. Every job may run twice without harm.
"""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app

from twofront.ground import audit, clock, scope
from twofront.ground.acts import new_uid
from twofront.ground.models import Progress
from twofront.ground.scope import Actor

WATCH, WORK = "watch", "work"
STALLED_S = 30
KEEP_H = 24 * 14
log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queue=WATCH, queueing_lock="seal", pass_context=False)
def seal(timestamp: int) -> None:
    """Chain the audit's new events, and write the head outside the database."""
    del timestamp
    audit.seal_all(settings.DATA.heads)


@app.periodic(cron="* * * * *")
@app.task(queue=WATCH, queueing_lock="rescue", pass_context=False)
async def rescue(timestamp: int) -> None:
    """Bring back the jobs of a worker that no longer beats."""
    del timestamp
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        if job.id is not None:
            log.warning("job %s was left by a worker that died; it runs again", job.id)
            await app.job_manager.retry_job_by_id_async(job.id, retry_at=clock.machine())


@app.periodic(cron="17 * * * *")
@app.task(queue=WATCH, queueing_lock="tidy", pass_context=False)
async def tidy(timestamp: int) -> None:
    """Forget jobs that ended long ago; those that failed stay until somebody looks."""
    del timestamp
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_H, include_failed=False)


def queue() -> tuple[int, float]:
    """Return how many jobs wait or run, and how long the oldest has been due, in seconds."""
    sql = """
        select count(*), coalesce(extract(epoch from max(now() - coalesce(j.scheduled_at, e.at))), 0)
        from procrastinate_jobs j left join lateral (select min(at) as at from procrastinate_events where job_id = j.id) e on true
        where j.status in ('todo', 'doing') and coalesce(j.scheduled_at, now()) <= now()"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return (int(row[0]), float(row[1])) if row else (0, 0.0)


class Teller:
    """Tells how far a long job has come, in short transactions of its own beside the job's one."""

    def __init__(self, uid: UUID) -> None:
        """Name the progress row that is told."""
        self.uid = uid
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="progress")
        self._last: Future[None] | None = None

    def __call__(self, sentence: str, *, done: int = 0, total: int = 0) -> None:
        """Say a sentence, with counts where there are any; a slow teller is skipped rather than waited for."""
        if self._last is None or self._last.done():
            self._last = self._pool.submit(
                _write, self.uid, {"sentence": sentence}, "running", None, done, total
            )

    def end(self, state: str, result: Any) -> None:  # noqa: ANN401 - JSON
        """Say how it ended, and wait until that is written."""
        self._pool.submit(_write, self.uid, {}, state, result, 0, 0).result()
        self._pool.shutdown()


@contextmanager
def told(uid: UUID) -> Iterator[Teller]:
    """Tell the progress of a job; a job that breaks is shown as failed, with its sentence."""
    teller = Teller(uid)
    try:
        yield teller
    except Exception as e:
        teller.end("failed", {"error": str(e)})
        raise


def begin(what: str, *, by: Actor, body: dict[str, Any], defer: Callable[[str], object]) -> UUID:
    """Write down a long job, and defer it once that stands; returns its name for the progress page."""
    uid = new_uid()
    with _prepared():
        Progress.objects.create(uid=uid, what=what, actor=by.login, body=body, machine_at=clock.machine())
        transaction.on_commit(lambda: defer(str(uid)))
    return uid


def _write(uid: UUID, body: dict[str, Any], state: str, result: Any, done: int, total: int) -> None:  # noqa: ANN401 - JSON
    try:
        with _prepared():
            fields: dict[str, Any] = {"state": state, "machine_at": clock.machine()}
            fields |= {"done": done, "total": total} if total else {}
            fields |= {"result": result} if result is not None else {}
            if body:
                before = Progress.objects.filter(uid=uid).values_list("body", flat=True).first()
                fields["body"] = (before or {}) | body
            Progress.objects.filter(uid=uid).update(**fields)
    finally:
        connections["default"].close()


@contextmanager
def _prepared() -> Iterator[None]:
    """Open the wall for a progress row; whoever asked sees afterwards what he saw before."""
    with scope.borrowed(read=scope.EVERYTHING, write=scope.EVERYTHING):
        scope.open_act(0, is_bulk=True)
        yield
