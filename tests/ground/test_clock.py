"""Two clocks: the county's stands until somebody moves it forward, the machine's goes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

STANDS = datetime(2020, 2, 18, 11, 30, tzinfo=UTC)


def _set(reads: datetime) -> datetime:
    from twofront.ground import clockwork, scope
    from twofront.ground.acts import new_key

    return clockwork.set_clock(reads, by=scope.system("test"), under=None, key=new_key(), at=STANDS)


def test_the_countys_clock_stands_while_the_machines_goes(small_county: Any) -> None:
    """In an exercise now is where the clock was set; the machine's moment and ticks move on."""
    from twofront.ground import clock

    before, ticks = clock.machine(), clock.ticks()

    assert clock.now() == clock.now() == STANDS
    assert clock.stands()
    assert clock.machine() > before
    assert clock.ticks() > ticks


def test_without_a_reading_the_county_follows_the_machine(small_county: Any) -> None:
    """A real county has no reading of its own: its now is the machine's."""
    from twofront.ground import clock

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "_standing", lambda: None)
        before = clock.machine()

        assert before <= clock.now() <= clock.machine()
        assert not clock.stands()


def test_the_clock_is_moved_forward_by_an_act(small_county: Any) -> None:
    """The move is an act with an event; the reading before it stays on record."""
    from twofront.ground import clock
    from twofront.ground.models import ClockReading, Event

    later = STANDS + timedelta(hours=1)

    assert _set(later) == later

    assert clock.now() == later
    assert Event.objects.order_by("-id").values_list("verb", flat=True).first() == "clock.set"
    assert list(ClockReading.objects.order_by("id").values_list("reads", flat=True)) == [STANDS, later]


def test_the_clock_does_not_go_back(small_county: Any) -> None:
    """An earlier moment is refused, and nothing changes; the same moment is not earlier."""
    from twofront.ground import clock
    from twofront.ground.clockwork import NotForward

    with pytest.raises(NotForward) as refused:
        _set(STANDS - timedelta(seconds=1))

    assert refused.value.code == "not_forward"
    assert clock.now() == STANDS
    assert _set(STANDS) == STANDS


def test_a_request_holds_one_moment(small_county: Any) -> None:
    """While it is held, a clock that somebody moves reads as before; afterwards it reads the new moment."""
    from twofront.ground import clock

    later = STANDS + timedelta(hours=1)
    with clock.held() as moment:
        _set(later)
        assert clock.now() == moment == STANDS

    assert clock.now() == later


def test_the_countys_day_is_that_of_its_zone(small_county: Any) -> None:
    """16:30 of UTC is half past midnight of the next day in Shanghai."""
    from twofront.ground import clock, kinds

    _set(datetime(2020, 2, 18, 16, 30, tzinfo=UTC))

    assert clock.today(ZoneInfo("Asia/Shanghai")) == date(2020, 2, 19)
    assert clock.today(ZoneInfo("UTC")) == date(2020, 2, 18)
    assert kinds.zone() == ZoneInfo("Asia/Shanghai")
    assert kinds.day() == date(2020, 2, 19)


def test_a_file_is_not_known_before_the_countys_now(load: Any) -> None:
    """What is to become known later than the clock is refused: it would be seen by nobody."""
    from twofront.core.errors import CannotDo

    with pytest.raises(CannotDo, match="after the county's now"):
        load(
            "coverage",
            "date,village,dwellings,done\n2020-02-18,330783001001,100,81\n",
            known=STANDS + timedelta(seconds=1),
        )
