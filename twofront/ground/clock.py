"""Two clocks, and no other reader of the machine's.

`now()` is the county's: in an exercise it stands until somebody moves it, else it is the machine's. `machine()` serves
logins, limits, leases, heartbeats and sealing. The audit keeps both.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(microseconds=1)
"""The smallest step between two moments that the database keeps apart."""
_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def machine() -> datetime:
    """Return the machine's moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one reader


def ticks() -> float:
    """Return seconds of a clock that never goes back; only differences mean anything."""
    return time.monotonic()


def now() -> datetime:
    """Return the county's moment, in UTC."""
    held = _held.get()
    return held if held is not None else (_standing() or machine())


def stands() -> bool:
    """Tell whether the county's clock stands, as in an exercise."""
    return _standing() is not None


@contextmanager
def held() -> Iterator[datetime]:
    """Hold the county's moment for the length of a request, so that one page has one now."""
    moment = now()
    token = _held.set(moment)
    try:
        yield moment
    finally:
        _held.reset(token)


def reach(moment: datetime) -> None:
    """Let the rest of a request, whose moment is held, see what became known just now."""
    if _held.get() is not None:
        _held.set(moment)


def today(zone: ZoneInfo) -> date:
    """Return the county's day."""
    return now().astimezone(zone).date()


def _standing() -> datetime | None:
    from twofront.ground.models import ClockReading  # noqa: PLC0415 - the supervisor asks the machine, without Django

    return ClockReading.objects.order_by("-id").values_list("reads", flat=True).first()
