"""The frames that figures are counted from: members of each list with what three sources say, by day.

A frame is read anew only when something it depends on was written: each act leaves a mark for the subjects and days that
it changed, one statement fetches the marks, and what carries the same marks is the same. So a report written a moment
ago is in the next figure, and sixty days are not read again for it.
"""

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from django.db import connection

from twofront.apps.enterprises import queries as enterprises
from twofront.apps.enterprises.queries import Said, Spans
from twofront.apps.figures.queries import power
from twofront.apps.register import queries as register
from twofront.apps.territory import queries as territory
from twofront.apps.territory.queries import Place
from twofront.core.figures import Ids, Members, Texts, no_members, states_of
from twofront.core.playbook import Playbook
from twofront.ground import history, kinds

T = TypeVar("T")
NOWHERE = "-"
_KEPT = 4_000
_cache: dict[Hashable, Any] = {}
_lock = Lock()

Marks = dict[tuple[str, date | None], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Places:
    """Official code, name, township and sector of each member on a day, by key ascending."""

    ids: Ids
    code: Texts
    name: Texts
    township: Texts
    sector: Texts

    def of(self, ids: Ids) -> "Places":
        """Return the places of some members; `-` where nothing is on record."""
        columns = [np.full(len(ids), NOWHERE, object) for _ in range(4)]
        if len(self.ids):
            at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
            hit = self.ids[at] == ids
            for column, whole in zip(
                columns, (self.code, self.name, self.township, self.sector), strict=True
            ):
                column[hit] = whole[at[hit]]
        return Places(ids, *columns)


class Frames:
    """Everything that the figures of one day are counted from, as known at one moment."""

    def __init__(self, on: date, *, known: datetime | None = None, days: int | None = None) -> None:
        """Fetch the marks; what they speak for is read when it is asked for.

        Args:
            on: The day.
            known: As known at this moment; None: as known now.
            days: Length of the series; None: the playbook's.
        """
        self.on = on
        self.known = known
        self.seen = history.seen(known)
        self.book: Playbook = kinds.book(known=known)
        length = days or int(self.book.parameter("series_days", at=on))
        self.days = [on - timedelta(days=n) for n in range(length - 1, -1, -1)]
        self.window = int(self.book.parameter("visit_window_days", at=on))
        self._marks = _marks(on - timedelta(days=max(length, self.window)), on)

    @cached_property
    def spans(self) -> dict[str, Spans]:
        """Return the memberships of every list."""
        return self.kept("spans", ("lists",), lambda: enterprises.member_spans(known=self.known))

    @cached_property
    def reported(self) -> dict[date, Said]:
        """Return what enterprises declare of each day of the series."""
        return self._by_day("reports", enterprises.declared)

    @cached_property
    def projects_reported(self) -> dict[date, Said]:
        """Return what projects declare of each day of the series."""
        return self._by_day("project_reports", enterprises.projects_declared)

    @cached_property
    def visited(self) -> tuple[Said, Said]:
        """Return what visits confirm on the day: of enterprises, and of projects."""
        window = [("visits", self.on - timedelta(days=n)) for n in range(self.window)]
        return self.kept(
            ("visited", self.on),
            window,
            lambda: enterprises.confirmed(on=self.on, window=self.window, known=self.known),
        )

    @cached_property
    def divisions(self) -> dict[str, Place]:
        """Return the divisions in force on the day."""
        return self.kept(
            ("divisions", self.on), ("divisions",), lambda: territory.tree(self.on, known=self.known)
        )

    @cached_property
    def townships(self) -> dict[str, Place]:
        """Return the townships in force on the day, by code."""
        return territory.at_level(self.divisions, "township", book=self.book, on=self.on)

    @cached_property
    def village_names(self) -> dict[str, str]:
        """Return the villages in force on the day, with their names."""
        return {
            code: p.name
            for code, p in territory.at_level(self.divisions, "village", book=self.book, on=self.on).items()
        }

    @cached_property
    def power(self) -> "power.Measured":
        """Return what the meters say of the days of the series."""
        topics = ("readings", "meters", "lists", "playbook")
        return self.kept(
            ("power", self.on, len(self.days)),
            topics,
            lambda: power.measure(self.days, self.spans, book=self.book, known=self.known),
        )

    def members(self, list_key: str, on: date | None = None) -> Members:
        """Return the members of a list on a day with what the three sources say; confirmed and measured on the frame's day only."""
        day = on or self.on
        span = self.spans.get(list_key)
        if span is None:
            return no_members()
        ids = span.on(day)
        is_firm = self.book.one("list", list_key, at=day).member == "enterprise"
        place = self.places(is_firm=is_firm).of(ids)
        said = (self.reported if is_firm else self.projects_reported).get(day, enterprises.NOBODY)
        unseen = np.full(len(ids), -1, np.int8)
        seen = self.visited[0 if is_firm else 1]
        measured = self.power.states if is_firm else enterprises.NOBODY
        return Members(
            ids,
            place.township,
            place.sector,
            states_of(ids, said.ids, said.opened),
            states_of(ids, seen.ids, seen.opened) if day == self.on else unseen,
            states_of(ids, measured.ids, measured.opened) if day == self.on else unseen,
        )

    def declared_counts(self, list_key: str) -> list[tuple[date, int, int, int]]:
        """Return (day, numerator, denominator, unknown) of a list for each day of the series."""
        span = self.spans.get(list_key)
        if span is None:
            return [(day, 0, 0, 0) for day in self.days]
        is_firm = self.book.one("list", list_key, at=self.on).member == "enterprise"
        said = self.reported if is_firm else self.projects_reported
        out = []
        for day in self.days:
            ids = span.on(day)
            states = states_of(ids, said[day].ids, said[day].opened)
            out.append((day, int((states == 1).sum()), len(ids), int((states == -1).sum())))
        return out

    def version(self, list_key: str) -> str:
        """Return the version of a list: its key @ the first 12 of the SHA-256 of its sorted members' codes that day."""
        span = self.spans.get(list_key)
        ids = span.on(self.on) if span is not None else np.empty(0, np.int64)
        is_firm = self.book.one("list", list_key, at=self.on).member == "enterprise"
        codes = sorted(str(c) for c in self.places(is_firm=is_firm).of(ids).code)
        return f"{list_key}@{hashlib.sha256(chr(10).join(codes).encode()).hexdigest()[:12]}"

    def places(self, *, is_firm: bool) -> Places:
        """Return where every enterprise, or every project, is on the day."""
        topics = ("enterprises",) if is_firm else ("projects",)
        return self.kept(
            ("places", is_firm, self.on),
            topics,
            lambda: _firm_places(self) if is_firm else _project_places(self),
        )

    def _by_day(self, topic: str, read: Callable[..., dict[date, Said]]) -> dict[date, Said]:
        keys = {day: self._key(("said", topic, day), ((topic, day),)) for day in self.days}
        missing = [day for day, key in keys.items() if key not in _cache]
        fresh = read(missing, known=self.known) if missing else {}
        for day, said in fresh.items():
            _keep(keys[day], said)
        return {day: fresh[day] if day in fresh else _cache[keys[day]] for day in self.days}

    def kept(self, name: Hashable, subjects: Sequence[Any], read: Callable[[], T]) -> T:
        """Return what was read before under the same marks of its subjects, or read it now."""
        key = self._key(name, [s if isinstance(s, tuple) else (s, None) for s in subjects])
        if key not in _cache:
            _keep(key, read())
        found: T = _cache[key]
        return found

    def _key(self, name: Hashable, subjects: Sequence[tuple[str, date | None]]) -> Hashable:
        return (name, self.known, *(self._marks.get(s) for s in subjects))


def _marks(first: date, last: date) -> Marks:
    """Return the marks of every subject, by day for those days and as a whole; each mark counts and sums what acts left."""
    sql = """
        select topic, "on", count(*), sum(mark) from ground_change where "on" is null or "on" between %s and %s group by 1, 2
        union all select topic, null, count(*), sum(mark) from ground_change where topic in ('readings', 'coverage', 'closings') and "on" is not null group by 1"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [first, last])
        return {(topic, on): (int(n), int(total)) for topic, on, n, total in cursor.fetchall()}


def _keep(key: Hashable, value: Any) -> None:  # noqa: ANN401 - whatever was read
    with _lock:
        while len(_cache) >= _KEPT:
            _cache.pop(next(iter(_cache)))
        _cache[key] = value


def _firm_places(frames: Frames) -> Places:
    firms = register.firms(on=frames.on, known=frames.known)
    return _places({i: (f.credit_code, f.name, f.township, f.section or NOWHERE) for i, f in firms.items()})


def _project_places(frames: Frames) -> Places:
    projects = enterprises.projects(on=frames.on, known=frames.known)
    return _places({i: (p.code, p.name, p.township, p.level or NOWHERE) for i, p in projects.items()})


def _places(found: dict[int, tuple[str, str, str, str]]) -> Places:
    ids = np.array(sorted(found), np.int64)
    columns = [np.array([found[int(i)][n] for i in ids], object) for n in range(4)]
    return Places(ids, *columns)
