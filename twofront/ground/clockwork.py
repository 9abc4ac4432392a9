"""Setting the county's clock: only an exercise does, and only forward; a publication lets it pass its own moment."""

from datetime import datetime

from twofront.core.errors import Refused
from twofront.ground import clock, kinds
from twofront.ground.acts import Key, OpenAct, act, action
from twofront.ground.models import ClockReading
from twofront.ground.scope import Actor


class NotForward(Refused):
    """The clock of a county does not go back."""

    code = "not_forward"


@action
def set_clock(reads: datetime, *, by: Actor, under: str | None, key: Key, at: datetime) -> datetime:
    """Let the county's clock stand at a moment (演练时钟).

    Raises:
        NotForward: It stands later already.
    """
    if clock.stands() and reads < clock.now():
        raise NotForward(
            f"the clock stands at {kinds.written(clock.now())}; it does not go back",
            "时钟不能倒拨; 可重置演练",
        )
    with act(by=by, under=under, key=key, at=at) as a:
        ClockReading.objects.create(reads=reads)
        a.event("clock.set", "clock")
        return a.answer(reads)


def pass_by(moment: datetime, a: OpenAct) -> None:
    """Let a clock that stands at a moment pass it by the smallest step, so that what is learned next is known later."""
    if clock.stands() and clock.now() <= moment:
        ClockReading.objects.create(reads=moment + clock.STEP)
        a.event("clock.set", "clock")
