"""What to watch on the board: what was due and is not known, and what is not what it was."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from twofront.apps.campaigns import queries as campaigns
from twofront.apps.enterprises import queries as enterprises
from twofront.apps.figures.queries.frames import Frames
from twofront.apps.figures.queries.selecting import Part, mask, members_of, not_reported
from twofront.apps.figures.queries.since import moved
from twofront.core import figures as sums
from twofront.core.playbook import Chart, Expectation
from twofront.core.time import at_hour
from twofront.ground.models import Import

if TYPE_CHECKING:
    from twofront.apps.figures.queries.board import Board


@dataclass(frozen=True, slots=True)
class Late:
    """Something expected by a cut-off and not known (逾期未报)."""

    what: str
    unit: str
    owner: dict[str, str | None]
    due_at: str
    rows: str
    n: int


class Watch:
    """What is late and what changed on a board."""

    def __init__(self, board: "Board") -> None:
        """Take the board that is watched."""
        self.board = board

    def late(self) -> list[Late]:
        """Return what was expected by now and is not known, the longest late first."""
        found = [row for e in self.board.book.of(Expectation, at=self.board.on) for row in self._late(e)]
        return sorted(found, key=lambda r: (r.due_at, r.what, r.unit))

    def changed(self) -> Iterator[dict[str, Any]]:
        """Yield what differs from the day before, and what was corrected since the day was published."""
        published = self.board.frozen.get(self.board.on)
        yield from self._corrections(published.known if published else None)
        if published is not None:
            yield from self._since(published.known)
        yield from self._moves()

    def _late(self, expected: Expectation) -> Iterator[Late]:
        due = at_hour(self.board.on, expected.hour, zone=self.board.zone, days_after=expected.days_after)
        if due > self.board.frames.seen:
            return
        for unit, figure, part, n in self._missing(expected):
            if not self.board.is_here(unit) and self.board.township is not None:
                continue
            rows = self.board.address(figure, part) or ""
            if unit != self.board.book.place and self.board.township is None:
                rows = f"{rows}&township={unit}"
            yield Late(expected.key, unit, self._late_owner(expected, unit), self.board.moment(due), rows, n)

    def _missing(self, expected: Expectation) -> Iterator[tuple[str, str, Part, int]]:
        match expected.load:
            case "reports" | "project_reports":
                member = "enterprise" if expected.load == "reports" else "project"
                for chart in self.board.charts_of(member):
                    yield from self._silent(chart, expected)
            case "coverage":
                behind = Counter(code[:9] for code in not_reported(self.board.frames))
                yield from ((unit, self._survey_goal(), "late", n) for unit, n in sorted(behind.items()))
            case "readings":
                if not self.board.has_power():
                    yield self.board.book.place, self._power_figure(), "unknown", 1
            case "closings":
                if (expected.goal, self.board.on) not in self.board.closed:
                    yield self.board.book.place, f"goal:{expected.goal}", "missing", 1
            case _:
                return

    def _silent(self, chart: Chart, expected: Expectation) -> Iterator[tuple[str, str, Part, int]]:
        members = members_of(self.board.frames, chart)
        figure = f"chart:{chart.key}"
        unknown = mask(members, chart, "unknown")
        if not unknown.any():
            return
        digits = self.board.book.one("level", expected.every, at=self.board.on).digits
        if digits <= len(self.board.book.place):
            yield self.board.book.place, figure, "unknown", int(unknown.sum())
            return
        for part in sums.parts(members.township, unknown, unknown):
            if part.numerator:
                yield part.code, figure, "unknown", part.numerator

    def _late_owner(self, expected: Expectation, unit: str) -> dict[str, str | None]:
        head = self.board.head_of(unit)
        owner = self.board.owner(expected.line)
        return {"line": expected.line, "name": head.name, "phone": head.phone} if head else owner

    def _survey_goal(self) -> str:
        return next((f"goal:{g.key}" for g in self.board.goals if g.counts == "dwellings"), "goal:")

    def _power_figure(self) -> str:
        return next((f"chart:{c.key}" for c in self.board.charts if c.list_key is None), "chart:")

    def _corrections(self, since: datetime | None) -> Iterator[dict[str, Any]]:
        known = self.board.frames.known
        found: list[tuple[str, str, str, str, object, object, datetime, int]] = []
        for is_project, field in ((False, "opened"), (True, "resumed")):
            rows = enterprises.corrected(on=self.board.on, since=since, is_project=is_project, known=known)
            figures = self._figures_of(is_project=is_project) if rows else {}
            place = self.board.frames.places(is_firm=not is_project).of(
                np.array([r.member for r in rows], np.int64)
            )
            found += [
                (
                    figures.get(r.member, "reports"),
                    str(township),
                    str(code),
                    field,
                    r.before,
                    r.after,
                    r.known,
                    r.act,
                )
                for r, township, code in zip(rows, place.township, place.code, strict=True)
            ]
        figure = self._survey_goal().removeprefix("goal:")
        found += [
            (figure, v.village[:9], v.village, "done", v.before, v.after, v.known, v.act)
            for v in campaigns.corrected(on=self.board.on, since=since, known=known)
        ]
        names = _imports({row[-1] for row in found})
        for key, code, row_id, field, before, after, at, act in sorted(
            found, key=lambda r: r[6], reverse=True
        ):
            if self.board.is_here(code):
                yield {
                    "key": key, "code": code, "id": row_id, "field": field, "before": before, "after": after,
                    "known": self.board.moment(at), "import_id": names.get(act),
                }  # fmt: skip

    def _since(self, known: datetime) -> Iterator[dict[str, Any]]:
        """Yield the other values that moved the day's figures after it was published."""
        then = Frames(self.board.on, known=known, days=1)
        goals, charts = self.board.goals, self.board.charts
        for move in moved(self.board.frames, then, charts=charts, goals=goals):
            if self.board.is_here(move.code):
                yield {**asdict(move), "known": None, "import_id": None, "since": self.board.moment(known)}

    def _moves(self) -> Iterator[dict[str, Any]]:
        """Yield the members whose report differs from the day before, by chart and code."""
        before_day = self.board.on - timedelta(days=1)
        if before_day not in self.board.frames.days:
            return
        for chart in self.board.charts:
            if chart.list_key is None:
                continue
            now, before = (
                self.board.frames.members(chart.list_key),
                self.board.frames.members(chart.list_key, before_day),
            )
            then = sums.states_of(now.ids, before.ids, before.declared)
            moved = (now.declared >= 0) & (then >= 0) & (now.declared != then)
            is_firm = self.board.book.one("list", chart.list_key, at=self.board.on).member == "enterprise"
            place = self.board.frames.places(is_firm=is_firm).of(now.ids[moved])
            states = zip(place.code, now.township[moved], then[moved], now.declared[moved], strict=True)
            for code, township, was, is_ in sorted(states, key=lambda r: str(r[0])):
                if self.board.is_here(str(township)):
                    yield {
                        "key": chart.key, "code": str(township), "id": str(code), "field": "opened" if is_firm else "resumed",
                        "before": bool(was), "after": bool(is_), "known": None, "import_id": None,
                    }  # fmt: skip

    def _figures_of(self, *, is_project: bool) -> dict[int, str]:
        """Return the chart that counts each member of the day's lists; of several the first."""
        found: dict[int, str] = {}
        for chart in self.board.charts_of("project" if is_project else "enterprise"):
            span = self.board.frames.spans.get(chart.list_key or "")
            for member in span.on(self.board.on).tolist() if span is not None else ():
                found.setdefault(member, chart.key)
        return found


def _imports(acts: set[int]) -> dict[int, str]:
    found: dict[int, UUID] = dict(Import.objects.filter(act_id__in=acts).values_list("act_id", "uid"))
    return {act: str(uid) for act, uid in found.items()}
