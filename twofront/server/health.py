"""Is the county well? One address for people and programs."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from twofront import __version__
from twofront.ground import audit, clock, jobs, kinds, scope

SLOW_JOB_S = 300.0
UNSEALED_S = 180.0


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
    except DatabaseError as e:
        return JsonResponse(
            {"status": "down", "version": __version__, "database": str(e).splitlines()[0]},
            status=503,
            headers={"Retry-After": "5"},
        )
    is_ok = oldest < SLOW_JOB_S and unsealed < UNSEALED_S
    return JsonResponse(
        {
            "status": "ok" if is_ok else "degraded",
            "version": __version__,
            "database": row[0] if row else None,
            "clock": now,
            "jobs": {"queued": queued, "oldest_s": oldest},
            "audit": {"unsealed_s": unsealed},
            "last_drill": None,
        }
    )
