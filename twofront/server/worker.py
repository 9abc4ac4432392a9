"""A worker process: `python -m twofront.server.worker watch|work`. Started and restarted by the supervisor."""

import contextlib
import os
import sys


def main(queue: str) -> None:
    """Run the worker of one queue until it is told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "twofront.server.settings")
    import django  # noqa: PLC0415 - after the environment is set

    django.setup()
    from procrastinate.contrib.django import app  # noqa: PLC0415
    from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415

    from twofront.apps.figures import readings  # noqa: PLC0415
    from twofront.ground import clock, jobs  # noqa: PLC0415

    if queue == jobs.WORK:
        readings.sweep()

    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    with worker.open():
        if queue == jobs.WATCH:
            with contextlib.suppress(AlreadyEnqueued):  # one is waiting already: as good as ours
                jobs.rescue.configure().defer(timestamp=int(clock.machine().timestamp()))
        worker.run_worker(
            queues=[queue], name=queue, concurrency=1, delete_jobs="never", fetch_job_polling_interval=1.0
        )


if __name__ == "__main__":
    main(sys.argv[1])
