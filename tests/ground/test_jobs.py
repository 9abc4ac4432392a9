"""Long work: told as it goes in transactions of its own, brought back when its worker dies, forgotten when it is old."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest


@pytest.fixture
def progress(county_folder: Any) -> UUID:
    """A progress row that stands, as the page that asked for the work has committed it."""
    from twofront.ground import jobs, scope

    return jobs.begin("演练", by=scope.system("test"), body={"file": "a.csv"}, defer=lambda uid: None)


def _row(uid: UUID) -> Any:
    from twofront.ground import ledger, scope

    with scope.reading(scope.READ_COUNTY):
        return ledger.job(uid)


def test_progress_is_seen_while_the_jobs_own_transaction_is_open(progress: UUID) -> None:
    """The job's rows are not committed, and are taken back; what it told was seen meanwhile and stays."""
    from django.db import transaction

    from twofront.ground import jobs

    teller = jobs.Teller(progress)
    with transaction.atomic():
        teller("checking 3 rows", done=1, total=3)
        teller._last.result()  # type: ignore[union-attr]
        transaction.set_rollback(True)
    told = _row(progress)
    teller.end("done", {"read": 3})

    assert (told.state, told.done, told.total, told.body) == (
        "running",
        1,
        3,
        {"file": "a.csv", "sentence": "checking 3 rows"},
    )
    assert (_row(progress).state, _row(progress).result) == ("done", {"read": 3})


def test_a_job_that_breaks_is_shown_as_failed_with_its_sentence(progress: UUID) -> None:
    """The error goes on to the queue, which runs the job again or gives it up."""
    from twofront.ground import jobs

    with pytest.raises(RuntimeError, match="the disk is full"), jobs.told(progress):
        raise RuntimeError("the disk is full")

    assert (_row(progress).state, _row(progress).result) == ("failed", {"error": "the disk is full"})


def test_a_job_is_deferred_only_when_its_progress_stands(small_county: Any) -> None:
    """Inside the asker's transaction nothing is deferred yet; the name is that of the row."""
    from django.db import connection

    from twofront.ground import jobs, scope

    deferred: list[str] = []
    waiting = len(connection.run_on_commit)

    uid = jobs.begin("演练", by=scope.system("test"), body={}, defer=deferred.append)

    assert deferred == []
    for _, call, _ in connection.run_on_commit[waiting:]:
        call()
    assert deferred == [str(uid)]


def test_who_asks_for_a_job_sees_afterwards_what_he_saw_before(small_county: Any, actor: Any) -> None:
    """The wall is opened for the progress row alone, and closed again in the asker's transaction."""
    from twofront.apps.register.models import EnterpriseRecord
    from twofront.ground import jobs, scope

    clerk = actor("wuning")
    scope.apply(read=clerk.scope.read)
    before = set(EnterpriseRecord.objects.values_list("block_code", flat=True))

    jobs.begin("演练", by=clerk, body={}, defer=lambda uid: None)

    assert before == {"330783001"}
    assert set(EnterpriseRecord.objects.values_list("block_code", flat=True)) == before


def test_a_job_whose_worker_died_runs_again(monkeypatch: pytest.MonkeyPatch, county_folder: Any) -> None:
    """Those whose heartbeat is older than thirty seconds are put back by name; the queue's own answers are faked here."""
    from procrastinate.contrib.django import app

    from twofront.ground import clock, jobs

    asked: list[float] = []
    again: list[tuple[int, datetime]] = []

    async def stalled(*, seconds_since_heartbeat: float) -> list[Any]:
        asked.append(seconds_since_heartbeat)
        return [SimpleNamespace(id=7), SimpleNamespace(id=None), SimpleNamespace(id=9)]

    async def retry(job_id: int, retry_at: datetime) -> None:
        again.append((job_id, retry_at))

    manager = SimpleNamespace(get_stalled_jobs=stalled, retry_job_by_id_async=retry)
    monkeypatch.setattr(jobs, "app", SimpleNamespace(job_manager=manager))
    before = clock.machine()
    _in_a_loop(jobs.rescue.func(timestamp=0))

    assert asked == [30]
    assert [job for job, _ in again] == [7, 9]
    assert all(before <= at <= datetime.now(UTC) for _, at in again)  # noqa: TID251 - beside the clock that is tested
    assert app is not jobs.app


def test_stalled_jobs_of_the_queue_are_put_back(county_folder: Any) -> None:
    """The real queue, by its own tables: a job left `doing` by a worker whose beat is old is `todo` again after a rescue."""
    from django.db import connection

    from twofront.ground import jobs

    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '60 seconds') returning id"
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            """insert into procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)
            values ('watch', 'twofront.ground.jobs.tidy', null, '{"timestamp": 0}', 'doing', %s) returning id""",
            [worker],
        )
        (job,) = cursor.fetchone()
        try:
            stalled = _in_a_loop(_stalled(jobs.STALLED_S))
            assert job in stalled
            _in_a_loop(_rescue())
            cursor.execute("select status from procrastinate_jobs where id = %s", [job])
            assert cursor.fetchone() == ("todo",)
        finally:
            cursor.execute("delete from procrastinate_jobs where id = %s", [job])
            cursor.execute("delete from procrastinate_workers where id = %s", [worker])


def _in_a_loop(work: Any) -> Any:
    """Run it in a thread of its own: Playwright may keep a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _stalled(seconds: float) -> list[int | None]:
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as real:
        async with real.open_async():
            return [j.id for j in await real.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds)]


async def _rescue() -> None:
    from procrastinate.contrib.django import app

    from twofront.ground import jobs

    with app.replace_connector(app.connector.get_worker_connector()) as real:
        async with real.open_async():
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(jobs, "app", real)
                await jobs.rescue.func(timestamp=0)


def test_the_ground_s_own_jobs_stand_in_the_queue_that_loads_never_block(county_folder: Any) -> None:
    """Seals, rescue and tidying run by the clock in `watch`; each has one place in the queue."""
    from twofront.ground import jobs

    for task in (jobs.seal, jobs.rescue, jobs.tidy):
        assert (task.queue, task.queueing_lock) == (jobs.WATCH, task.name.rpartition(".")[2])
