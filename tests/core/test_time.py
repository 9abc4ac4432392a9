"""Days and moments: whole days with both ends in for people, half-open moments for rules."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twofront.core.time import (
    BadTime,
    Days,
    at_hour,
    day_of,
    end_of,
    holds,
    meter_day_of,
    parse_day,
    parse_days,
    parse_hour,
    parse_moment,
    start_of,
    write_moment,
)

HERE = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
MOMENTS = st.datetimes(datetime(1992, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        pytest.param("2020-02-18T19:30", "2020-02-18T11:30:00+00:00", id="without offset it is the county's"),
        pytest.param("2020-02-18T19:30:05", "2020-02-18T11:30:05+00:00", id="with seconds"),
        pytest.param(
            "2020-02-18T19:30:05.25", "2020-02-18T11:30:05.250000+00:00", id="with a part of a second"
        ),
        pytest.param(
            "2020-02-18T19:30:05.1234567", "2020-02-18T11:30:05.123456+00:00", id="below a microsecond is cut"
        ),
        pytest.param("2020-02-18T19:30+09:00", "2020-02-18T10:30:00+00:00", id="an offset of its own"),
        pytest.param("2020-02-18T19:30:00-03:30", "2020-02-18T23:00:00+00:00", id="an offset to the west"),
        pytest.param("2020-02-18T11:30Z", "2020-02-18T11:30:00+00:00", id="Z"),
        pytest.param(
            "2020-02-18t11:30z", "2020-02-18T11:30:00+00:00", id="small letters, as RFC 3339 allows"
        ),
        pytest.param("2020-02-18 19:30", "2020-02-18T11:30:00+00:00", id="a space, as RFC 3339 allows"),
        pytest.param("2020-02-18", "2020-02-17T16:00:00+00:00", id="a bare day is its 00:00"),
        pytest.param("2020-02-21T24:00", "2020-02-21T16:00:00+00:00", id="24:00 is the next day's 00:00"),
        pytest.param("2020-02-29T24:00:00", "2020-02-29T16:00:00+00:00", id="24:00:00 of a leap day"),
        pytest.param("2020-02-18T24:00Z", "2020-02-19T00:00:00+00:00", id="24:00 with an offset"),
    ],
)
def test_a_moment_is_read_as_the_contract_writes_it(text: str, utc: str) -> None:
    """RFC 3339; the zone, the seconds and the hour may be left out; T24:00 ends a day."""
    assert parse_moment(text, zone=HERE).astimezone(UTC).isoformat() == utc


@pytest.mark.parametrize(
    "text",
    [
        "", "2020-02-18T", "2020-02-18T9:30", "2020-02-18T19", "2020-02-18T24:01", "2020-02-18T24:00:01", "2020-02-18T19:60",
        "2020-02-18T19:30:60", "2020-02-30T10:00", "2020-2-18", "20200218", "2020-02-18T19:30+8", "2020-02-18T19:30+24:00",
        "2020-02-18T19:30+08:60", "2020-02-18x19:30", "２０２０-02-18", "2020-02-18T1٩:30", "9999-12-31T24:00", "2020-02-18T19:30 ",
        "0000-01-01", "0001-01-01T00:00+08:00", "2020-02-18T19:30:05.", "2020-02-18T24:00:00.5",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_a_reason(text: str) -> None:
    """A text of any other form, or a moment that does not exist, is named with what to write instead."""
    with pytest.raises(BadTime) as refused:
        parse_moment(text, zone=UTC)

    assert refused.value.code == "date"
    assert refused.value.text == text[:10] or refused.value.text == text
    assert refused.value.do


@given(
    MOMENTS,
    st.sampled_from([HERE, UTC, ZoneInfo("America/New_York"), timezone(timedelta(hours=5, minutes=45))]),
)
def test_a_moment_that_is_written_reads_back_the_same(moment: datetime, zone: ZoneInfo) -> None:
    """Writing and reading again changes nothing, in any zone."""
    assert parse_moment(write_moment(moment, zone=zone), zone=HERE) == moment


@given(DAYS)
def test_24_00_of_a_day_is_00_00_of_the_next(day: date) -> None:
    """The end of a day and the start of the next are one moment, written either way."""
    following = day + timedelta(days=1)

    assert parse_moment(f"{day}T24:00", zone=HERE) == parse_moment(str(following), zone=HERE)
    assert (
        end_of(day, zone=HERE)
        == start_of(following, zone=HERE)
        == at_hour(day, time(0), zone=HERE, days_after=1)
    )


@given(MOMENTS, st.times())
def test_the_day_of_a_moment_is_the_one_whose_turn_it_lies_behind(moment: datetime, turns_at: time) -> None:
    """Day D runs from its turn to, and without, the turn of D+1."""
    day = day_of(moment, zone=HERE, turns_at=turns_at)

    assert holds(
        moment, start=at_hour(day, turns_at, zone=HERE), end=at_hour(day, turns_at, zone=HERE, days_after=1)
    )


@given(MOMENTS, st.times())
def test_the_meter_day_ends_at_its_hour(moment: datetime, ends_at: time) -> None:
    """Meter day D runs from the hour of D-1 to, and without, the hour of D; an end at 00:00 is the calendar's day."""
    day = meter_day_of(moment, zone=HERE, ends_at=ends_at)

    if ends_at == time(0):
        assert day == moment.astimezone(HERE).date()
    else:
        assert holds(
            moment,
            start=at_hour(day, ends_at, zone=HERE, days_after=-1),
            end=at_hour(day, ends_at, zone=HERE),
        )


def test_the_board_shows_the_day_before_until_it_turns() -> None:
    """At 08:59 the board still shows the 17th, at 09:00 the 18th."""
    at_turn = parse_moment("2020-02-18T09:00", zone=HERE)

    assert day_of(at_turn - timedelta(microseconds=1), zone=HERE, turns_at=time(9)) == date(2020, 2, 17)
    assert day_of(at_turn, zone=HERE, turns_at=time(9)) == date(2020, 2, 18)


def test_a_reading_at_18_00_belongs_to_the_next_meter_day() -> None:
    """The exercise's meter day of the 18th runs from 18:00 of the 17th to 18:00 of the 18th."""
    end = parse_moment("2020-02-18T18:00", zone=HERE)

    assert meter_day_of(end - timedelta(microseconds=1), zone=HERE, ends_at=time(18)) == date(2020, 2, 18)
    assert meter_day_of(end, zone=HERE, ends_at=time(18)) == date(2020, 2, 19)


@pytest.mark.parametrize(
    "text", ["2020-02-30", "2020-2-1", "18.02.2020", "2020-02-18T00:00", " 2020-02-18", ""]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    """A day is YYYY-MM-DD and exists."""
    with pytest.raises(BadTime):
        parse_day(text)


@pytest.mark.parametrize("text", ["24:00", "9:00", "18", "18:60", "18:00:60", "", "18:00Z"])
def test_what_is_no_hour_is_refused(text: str) -> None:
    """An hour is HH:MM inside a day."""
    with pytest.raises(BadTime):
        parse_hour(text)


@pytest.mark.parametrize(
    "text", ["2020-01-02", "2020-01-15:2020-01-02", "2020-01-02:", ":", "2020-01-02:2020-01-15:x"]
)
def test_what_are_no_days_is_refused(text: str) -> None:
    """Days are FIRST:LAST, the first not after the last."""
    with pytest.raises(BadTime):
        parse_days(text)


def test_days_hold_both_their_ends() -> None:
    """The baseline 2020-01-02:2020-01-15 has fourteen days, and the last is one of them."""
    days = parse_days("2020-01-02:2020-01-15")

    assert len(days) == 14
    assert next(iter(days)) == date(2020, 1, 2)
    assert list(days)[-1] == date(2020, 1, 15)
    assert [date(2020, 1, 1) in days, date(2020, 1, 15) in days, date(2020, 1, 16) in days] == [
        False,
        True,
        False,
    ]
    assert len(parse_days("2020-01-02:2020-01-02")) == 1


def test_days_without_an_end_cannot_be_counted() -> None:
    """Open days hold every later day, but have no number."""
    open_days = Days(first=date(2020, 2, 18))

    assert date(9999, 12, 31) in open_days
    with pytest.raises(ValueError, match="open end"):
        len(open_days)
    with pytest.raises(ValueError, match="before the first"):
        Days(date(2020, 2, 18), date(2020, 2, 17))


@given(st.none() | DAYS, st.none() | DAYS)
def test_days_survive_the_table(first: date | None, last: date | None) -> None:
    """Both ends in, stored with the end out, read back: the same days."""
    if first is not None and last is not None and last < first:
        first, last = last, first
    days = Days(first, last)

    assert Days.from_half_open(*days.half_open) == days


@given(st.lists(st.integers(1, 12), min_size=4, max_size=4))
def test_days_overlap_exactly_if_they_share_a_day(ends: list[int]) -> None:
    """Overlap is what counting the shared days says, either way round."""
    a, b = (Days(*sorted(date(2020, 2, n) for n in pair)) for pair in (ends[:2], ends[2:]))

    assert a.overlaps(b) == b.overlaps(a) == bool(set(a) & set(b))


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda m: day_of(m, zone=HERE), id="day_of"),
        pytest.param(lambda m: meter_day_of(m, zone=HERE), id="meter_day_of"),
        pytest.param(lambda m: write_moment(m, zone=HERE), id="write_moment"),
    ],
)
def test_a_moment_without_a_zone_is_refused(ask) -> None:
    """Nobody guesses the zone of a moment."""
    with pytest.raises(ValueError, match="has no zone"):
        ask(datetime(2020, 2, 18, 12))  # noqa: DTZ001 - the missing zone is the matter
