"""Is the county well? One address for people and programs."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from twofront import __version__
from twofront.ground import audit, clock, jobs, kinds, scope

SLOW_JOB_S = 300.0
UNSEALED_S = 180.0
DRILLED_DAYS = 8
"""A drill a week, and a day's grace; a county that never had one is not yet late."""


def healthz(request: HttpRequest) -> JsonResponse:
    """Is the county well?"""
    del request
    try:
        with scope.reading(scope.READ_COUNTY), connection.cursor() as cursor:
            cursor.execute("show server_version")
            row = cursor.fetchone()
            queued, oldest = jobs.queue()
            unsealed = audit.unsealed_s()
            now = kinds.written(clock.now())
    except DatabaseError:
        return JsonResponse(
            {"status": "down", "version": __version__, "database": None},
            status=503,
            headers={"Retry-After": "5"},
        )
    drilled = settings.DATA.last_drill()
    is_ok = oldest < SLOW_JOB_S and unsealed < UNSEALED_S and not _is_stale(drilled)
    return JsonResponse(
        {
            "status": "ok" if is_ok else "degraded",
            "version": __version__,
            "database": row[0] if row else None,
            "clock": now,
            "jobs": {"queued": queued, "oldest_s": oldest},
            "audit": {"unsealed_s": unsealed},
            "last_drill": drilled,
        }
    )


def _is_stale(drilled: str | None) -> bool:
    """Return whether the last drill is too long ago."""
    age = clock.machine() - datetime.fromisoformat(drilled) if drilled else timedelta(0)
    return age > timedelta(days=DRILLED_DAYS)
