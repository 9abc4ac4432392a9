"""Days and moments as the county's files and pages write them.

People speak in whole days with both ends in; tables store half-open ranges; rules, passes and known time are moments,
from <= at < to. This module is the only place where the one becomes the other. It reads no clock.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_HOUR = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?")
_OFFSET = re.compile(r"[Zz]|([+-])([0-9]{2}):([0-9]{2})")
_ONE_DAY = timedelta(days=1)
MIDNIGHT = time(0)
YEARS = range(1900, 2101)
"""The years that people, files and pages speak of; a day outside them is a slip of the pen."""


class BadTime(ValueError):  # noqa: N818 - named for what was given
    """A text that is no day, hour or moment.

    Args:
        text: What was given.
        what: What is wrong with it.
        do: How it must be written.
    """

    code = "date"

    def __init__(self, text: str, what: str, do: str) -> None:
        """Keep the value and the two parts of the sentence."""
        super().__init__(f"{text!r} {what}; {do}")
        self.text = text
        self.what = what
        self.do = do


_DAY_FORM = "write a day as YYYY-MM-DD"
_HOUR_FORM = "write an hour as HH:MM, from 00:00 to 23:59"
_MOMENT_FORM = "write a moment as YYYY-MM-DDTHH:MM, with seconds and offset if needed"
_DAYS_FORM = "write days as FIRST:LAST, both as YYYY-MM-DD"


@dataclass(frozen=True, slots=True)
class Days:
    """A run of whole days, both ends in; an end that is None is open.

    Args:
        first: The first day, or None for "since ever".
        last: The last day, or None for "until further notice".

    Raises:
        ValueError: The last day lies before the first.

    Example:
        >>> days = Days(date(2020, 1, 2), date(2020, 1, 15))
        >>> len(days), date(2020, 1, 15) in days, date(2020, 1, 16) in days
        (14, True, False)
        >>> days.half_open
        (datetime.date(2020, 1, 2), datetime.date(2020, 1, 16))
    """

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError(f"the last day {self.last} lies before the first {self.first}")

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def __len__(self) -> int:
        first, last = self._ends()
        return (last - first).days + 1

    def __iter__(self) -> Iterator[date]:
        first, last = self._ends()
        return (first + timedelta(days=n) for n in range((last - first).days + 1))

    def __str__(self) -> str:
        return f"{self.first or ''}:{self.last or ''}"

    @property
    def half_open(self) -> tuple[date | None, date | None]:
        """Return the same days as a table stores them: the first day in, the second out."""
        return self.first, None if self.last in (None, date.max) else _next(self.last)

    @classmethod
    def from_half_open(cls, first: date | None, end: date | None) -> "Days":
        """Return the days of a stored range whose end is out.

        Example:
            >>> str(Days.from_half_open(date(2020, 1, 2), date(2020, 1, 16)))
            '2020-01-02:2020-01-15'
        """
        return cls(first, None if end is None else end - _ONE_DAY)

    def overlaps(self, other: "Days") -> bool:
        """Return whether a day lies in both.

        Example:
            >>> Days(None, date(2020, 2, 17)).overlaps(Days(date(2020, 2, 18), None))
            False
        """
        return not (_before(self.last, other.first) or _before(other.last, self.first))

    def _ends(self) -> tuple[date, date]:
        if self.first is None or self.last is None:
            raise ValueError(f"the days {self} have an open end and cannot be counted")
        return self.first, self.last


def _before(last: date | None, first: date | None) -> bool:
    return last is not None and first is not None and last < first


def _next(day: date | None) -> date | None:
    return None if day is None else day + _ONE_DAY


def parse_day(text: str) -> date:
    """Read a whole day, `YYYY-MM-DD` and nothing else.

    Raises:
        BadTime: The text has another form, there is no such day, or it lies outside YEARS.

    Example:
        >>> parse_day("2020-02-18")
        datetime.date(2020, 2, 18)
    """
    found = _DAY.fullmatch(text)
    if found is None:
        raise BadTime(text, "is no day", _DAY_FORM)
    year, month, day = (int(g) for g in found.groups())
    if year not in YEARS:
        raise BadTime(text, "lies outside the years 1900 to 2100", "correct the year")
    try:
        return date(year, month, day)
    except ValueError:
        raise BadTime(text, "is a day that does not exist", "correct the day") from None


def parse_days(text: str) -> Days:
    """Read `A:B`, both ends in; the same day twice is one day.

    Raises:
        BadTime: One end is no day, or the last lies before the first.

    Example:
        >>> len(parse_days("2020-01-02:2020-01-15"))
        14
    """
    first, colon, last = text.partition(":")
    if not colon:
        raise BadTime(text, "are no days", _DAYS_FORM)
    ends = parse_day(first), parse_day(last)
    if ends[1] < ends[0]:
        raise BadTime(text, "ends before it begins", "put the first day before the last")
    return Days(*ends)


def parse_hour(text: str) -> time:
    """Read an hour of the day, `HH:MM` or `HH:MM:SS`.

    Raises:
        BadTime: The text has another form, or lies outside a day.

    Example:
        >>> parse_hour("18:00")
        datetime.time(18, 0)
    """
    found = _HOUR.fullmatch(text)
    if found is None:
        raise BadTime(text, "is no hour", _HOUR_FORM)
    try:
        return _time_of(found)
    except ValueError:
        raise BadTime(text, "lies outside a day", _HOUR_FORM) from None


def parse_moment(text: str, *, zone: tzinfo) -> datetime:
    """Read a moment as the contract writes it and return it in *zone*.

    RFC 3339; without an offset it is *zone*'s; seconds may be left out; a bare day is its 00:00; `T24:00` is 00:00 of
    the next day. A local time that comes twice in a year means the earlier one. Below a microsecond is cut off.

    Raises:
        BadTime: The text has another form, or there is no such moment (a second 60 is none).

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> here = ZoneInfo("Asia/Shanghai")
        >>> parse_moment("2020-02-21T24:00", zone=here).isoformat()
        '2020-02-22T00:00:00+08:00'
        >>> parse_moment("2020-02-18T11:30Z", zone=here).isoformat()
        '2020-02-18T19:30:00+08:00'
    """
    if not _DAY.match(text):
        raise BadTime(text, "is no moment", _MOMENT_FORM)
    day = parse_day(text[:10])
    if len(text) == 10:
        return datetime.combine(day, MIDNIGHT, zone)
    hour = _HOUR.match(text, 11)
    if text[10] not in "Tt " or hour is None:
        raise BadTime(text, "is no moment", _MOMENT_FORM)
    there = _offset(text, hour.end(), zone)
    try:
        if text[11:16] == "24:00" and not text[16 : hour.end()].strip(":0."):
            return datetime.combine(day + _ONE_DAY, MIDNIGHT, there).astimezone(zone)
        return datetime.combine(day, _time_of(hour), there).astimezone(zone)
    except (ValueError, OverflowError):
        raise BadTime(text, "is a moment that does not exist", _MOMENT_FORM) from None


def _offset(text: str, start: int, zone: tzinfo) -> tzinfo:
    if start == len(text):
        return zone
    found = _OFFSET.fullmatch(text, start)
    if found is None:
        raise BadTime(text, "is no moment", _MOMENT_FORM)
    if found[1] is None:
        return UTC
    hours, minutes = int(found[2]), int(found[3])
    if hours > 23 or minutes > 59:
        raise BadTime(text, "has an offset outside a day", _MOMENT_FORM)
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(away if found[1] == "+" else -away)


def _time_of(found: re.Match[str]) -> time:
    hour, minute, second, part = found.groups()
    return time(int(hour), int(minute), int(second or 0), int((part or "0")[:6].ljust(6, "0")))


def write_moment(moment: datetime, *, zone: tzinfo) -> str:
    """Return a moment as RFC 3339 in *zone*, to the second, or finer where it is finer.

    Raises:
        ValueError: The moment has no zone of its own.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> write_moment(datetime(2020, 2, 18, 11, 30, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"))
        '2020-02-18T19:30:00+08:00'
    """
    return _aware(moment).astimezone(zone).isoformat()


def start_of(day: date, *, zone: tzinfo) -> datetime:
    """Return the first moment of a whole day.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> start_of(date(2020, 2, 18), zone=ZoneInfo("Asia/Shanghai")).isoformat()
        '2020-02-18T00:00:00+08:00'
    """
    return datetime.combine(day, MIDNIGHT, zone)


def end_of(day: date, *, zone: tzinfo) -> datetime:
    """Return the first moment after a whole day, its 24:00.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> end_of(date(2020, 2, 21), zone=ZoneInfo("Asia/Shanghai")).isoformat()
        '2020-02-22T00:00:00+08:00'
    """
    return datetime.combine(day + _ONE_DAY, MIDNIGHT, zone)


def at_hour(day: date, hour: time, *, zone: tzinfo, days_after: int = 0) -> datetime:
    """Return the moment of an hour on a day, or so many days after it.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> at_hour(date(2020, 2, 19), time(10), zone=ZoneInfo("Asia/Shanghai"), days_after=1).isoformat()
        '2020-02-20T10:00:00+08:00'
    """
    return datetime.combine(day + timedelta(days=days_after), hour, zone)


def day_of(moment: datetime, *, zone: tzinfo, turns_at: time = MIDNIGHT) -> date:
    """Return the day that a moment belongs to, where the day turns at an hour.

    Before that hour it is still the day before: a board that turns at 09:00 shows the 17th until 09:00 of the 18th.

    Raises:
        ValueError: The moment has no zone of its own.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> here = ZoneInfo("Asia/Shanghai")
        >>> day_of(datetime(2020, 2, 18, 0, 59, tzinfo=UTC), zone=here, turns_at=time(9))
        datetime.date(2020, 2, 17)
    """
    local = _aware(moment).astimezone(zone)
    return local.date() - (_ONE_DAY if local.time() < turns_at else timedelta(0))


def meter_day_of(moment: datetime, *, zone: tzinfo, ends_at: time = MIDNIGHT) -> date:
    """Return the supplier's meter day: day D runs from *ends_at* of D-1 up to, and without, *ends_at* of D.

    An end at 00:00 is the 24:00 of D, so that the meter day is the calendar's.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> here = ZoneInfo("Asia/Shanghai")
        >>> meter_day_of(datetime(2020, 2, 17, 10, 0, tzinfo=UTC), zone=here, ends_at=time(18))
        datetime.date(2020, 2, 18)
    """
    day = day_of(moment, zone=zone, turns_at=ends_at)
    return day if ends_at == MIDNIGHT else day + _ONE_DAY


def holds(at: datetime, *, start: datetime | None, end: datetime | None) -> bool:
    """Return whether a moment lies in a half-open range, start <= at < end; None is an open end.

    Example:
        >>> noon = datetime(2020, 2, 18, 12, tzinfo=UTC)
        >>> holds(noon, start=noon, end=None), holds(noon, start=None, end=noon)
        (True, False)
    """
    return (start is None or start <= at) and (end is None or at < end)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no zone; give the moment with one")
    return moment
