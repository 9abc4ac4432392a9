"""The board as data: goals, charts, what is late, what changed. The contract's `board export`, computed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from twofront.apps.campaigns import queries as campaigns
from twofront.apps.enterprises import queries as enterprises
from twofront.apps.figures.queries.frames import Frames
from twofront.apps.figures.queries.published import ClosedBy, Frozen, closings, publications, sheets
from twofront.apps.figures.queries.selecting import (
    Part,
    address,
    at_of,
    cases,
    counted_cases,
    mask,
    members_of,
    unreported,
    villages,
)
from twofront.apps.units import queries as units
from twofront.apps.units.queries import Holder
from twofront.core import figures as sums
from twofront.core.figures import Members
from twofront.core.playbook import Chart, Expectation, Goal, GoalSet
from twofront.core.power.index import DayIndex
from twofront.core.time import at_hour, write_moment
from twofront.ground.models import Import

THREE: tuple[Part, ...] = ("numerator", "denominator", "unknown")


@dataclass(frozen=True, slots=True)
class Late:
    """Something expected by a cut-off and not known (逾期未报)."""

    what: str
    unit: str
    owner: dict[str, str | None]
    due_at: str
    rows: str
    n: int


class Board:
    """The board of one day, as known at one moment; computed on the whole county, for every account."""

    def __init__(self, on: date, *, known: datetime | None = None, township: str | None = None) -> None:
        """Take the frames of a day.

        Args:
            on: The day.
            known: As known then; None: as known now.
            township: Narrow every figure to one township.
        """
        self.frames = Frames(on, known=known)
        self.on = on
        self.township = township
        self.book = self.frames.book
        self.zone = self.book.zone
        self.holders = units.holders(on=on)
        self.closed = closings([on], known=known)
        frozen = publications(self.frames.days, known=known)
        self.frozen: Mapping[date, Frozen] = {
            day: p for day, p in frozen.items() if p.known < self.frames.seen
        }

    def as_json(self) -> dict[str, Any]:
        """Return the contract's object."""
        phase = self.book.phase(at=self.on)
        return {
            "on": self.on.isoformat(),
            "known": self.moment(self.frames.seen),
            "playbook": self.book.version,
            "phase": phase.key if phase else None,
            "goals": [self.goal(g) for g in self.goals],
            "charts": [self.chart(c) for c in self.charts],
            "late": [asdict(row) for row in self.late()],
            "changed": list(self.changed()),
        }

    @property
    def goals(self) -> list[Goal]:
        """Return the county's goals in force on the day, in the order of their set."""
        keys = [key for s in self.book.of(GoalSet, at=self.on) if s.level == "county" for key in s.goals]
        return [self.book.one(Goal, key, at=self.on) for key in keys]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Return the charts in force on the day."""
        return self.book.of(Chart, at=self.on)

    def goal(self, goal: Goal) -> dict[str, Any]:
        """Return a goal as the contract has it."""
        count = {"cases": self._of_cases, "dwellings": self._of_dwellings, "members": self._of_members}[
            goal.counts
        ](goal)
        closed = self.closed.get((goal.key, self.on))
        rows = {part: self._address(f"goal:{goal.key}", part) for part in THREE}
        if goal.counts == "cases":
            rows["denominator"] = None
        return {
            "key": goal.key, **count, "since": goal.since.isoformat() if goal.since else None,
            "deadline": self.moment(goal.deadline) if goal.deadline else None,
            "closed": {"by": closed.by, "at": self.moment(closed.at)} if closed else None,
            "owner": self.owner(goal.line), "rows": rows,
        }  # fmt: skip

    def chart(self, chart: Chart) -> dict[str, Any]:
        """Return a chart as the contract has it."""
        members = self._within(members_of(self.frames, chart))
        if chart.list_key is None:
            figures, series = self._index(chart, members), self._index_series(chart)
        else:
            figures, series = self._list(chart, members), self._list_series(chart)
        return {
            "key": chart.key, **figures, "owner": self.owner(chart.line),
            "cutoff": self.moment(at_hour(self.on, chart.cutoff, zone=self.zone)), "series": series,
            "rows": {part: self._address(f"chart:{chart.key}", part) for part in THREE},
        }  # fmt: skip

    def late(self) -> Iterator[Late]:
        """Yield what was expected by now and is not known, the longest late first."""
        found = [row for e in self.book.of(Expectation, at=self.on) for row in self._late(e)]
        return iter(sorted(found, key=lambda r: (r.due_at, r.what, r.unit)))

    def changed(self) -> Iterator[dict[str, Any]]:
        """Yield what differs from the day before, and what was corrected since the day was published."""
        published = self.frozen.get(self.on)
        since = published.known if published else None
        yield from self._corrections(since)
        yield from self._moves()

    def owner(self, line: str) -> dict[str, str | None]:
        """Return who answers for a line: the line, a person, a phone."""
        holder = next((h for h in self.holders if h.role == "line_clerk" and h.line == line), None)
        return {
            "line": line,
            "name": holder.name if holder else None,
            "phone": holder.phone if holder else None,
        }

    def head_of(self, township: str) -> Holder | None:
        """Return who answers for a township."""
        return next((h for h in self.holders if h.role == "township" and h.unit == township), None)

    def moment(self, at: datetime) -> str:
        """Return a moment as the contract writes it, in the county's zone."""
        return write_moment(at, zone=self.zone)

    def closing(self, goal: str) -> ClosedBy | None:
        """Return who closed the day for a goal."""
        return self.closed.get((goal, self.on))

    # -- goals ---------------------------------------------------------------------------------------------------

    def _of_cases(self, goal: Goal) -> dict[str, Any]:
        own = [c for c in counted_cases(self.frames, goal, goal.origin) if self._is_here(c.township)]
        dark = [c for c in counted_cases(self.frames, goal, "unknown") if self._is_here(c.township)]
        state = sums.zero_goal(
            cases=len(own),
            unknown=len(dark),
            has_data=bool(cases(self.frames)) or self.closing(goal.key) is not None,
            is_closed=self.closing(goal.key) is not None,
        )
        return {
            "state": state,
            "count": len(own),
            "numerator": len(own),
            "denominator": None,
            "unknown": len(dark),
        }

    def _of_dwellings(self, goal: Goal) -> dict[str, Any]:
        rows = [v for v in villages(self.frames) if self._is_here(v.village[:9])]
        dark = [code for code in unreported(self.frames) if self._is_here(code[:9])]
        done, total = sum(v.done for v in rows), sum(v.dwellings for v in rows)
        state = self._full(goal, missing=total - done, has_data=bool(rows), has_unknown=bool(dark))
        return {
            "state": state,
            "count": total - done,
            "numerator": done,
            "denominator": total,
            "unknown": len(dark),
        }

    def _of_members(self, goal: Goal) -> dict[str, Any]:
        members = self._within(members_of(self.frames, goal))
        done, dark = int(sums.resumed(members).sum()), int(sums.unsure(members).sum())
        state = self._full(goal, missing=len(members) - done, has_data=bool(len(members)), has_unknown=False)
        return {
            "state": state,
            "count": len(members) - done,
            "numerator": done,
            "denominator": len(members),
            "unknown": dark,
        }

    def _full(self, goal: Goal, *, missing: int, has_data: bool, has_unknown: bool) -> str:
        if goal.deadline is None:
            return "unknown"
        is_closed = self.closing(goal.key) is not None and not has_unknown
        return sums.full_goal(
            missing=missing,
            has_data=has_data,
            at=at_of(self.frames),
            deadline=goal.deadline,
            is_closed=is_closed,
        )

    # -- charts --------------------------------------------------------------------------------------------------

    def _list(self, chart: Chart, members: Members) -> dict[str, Any]:
        c = sums.count(members)
        known = {
            "reported": c.numerator if bool((members.declared >= 0).any()) else None,
            "confirmed": c.confirmed if "confirmed" in chart.sources else None,
            "measured": c.measured
            if "measured" in chart.sources and bool((members.measured >= 0).any())
            else None,
        }
        return {
            "numerator": c.numerator, "denominator": c.denominator, "unknown": c.unknown, "rate": c.rate, "rate_known": c.rate_known,
            "list_version": self.frames.version(chart.list_key or ""), "formula_version": "declared_open",
            "sources": known, "disagreements": c.disagreements,
            "by_township": [asdict(p) for p in c.by_township], "by_sector": [asdict(p) for p in c.by_sector],
        }  # fmt: skip

    def _index(self, chart: Chart, members: Members) -> dict[str, Any]:
        formula = self.book.one("formula", chart.formula or "", at=self.on)
        over, known, dark = (mask(members, chart, part) for part in THREE)
        day = (
            self.frames.power.series.get(self.on)
            if self.township is None
            else self.frames.power.of_township(self.township)
        )
        cell = int(self.book.parameter("min_cell", at=self.on))
        shown = day if day is not None and (self.township is None or day.firms >= cell) else None
        return {
            "numerator": int(over.sum()), "denominator": int(known.sum()), "unknown": int(dark.sum()),
            "rate": shown.index if shown else None, "rate_known": shown.index if shown else None,
            "firms": len(members), "firm_share": sums.share(int(over.sum()), int(known.sum())),
            "energy_share": shown.energy_share if shown else None, "coverage": shown.coverage if shown else None,
            "index_capped": shown.index_capped if shown else None, "index_without_top10": shown.index_without_top10 if shown else None,
            "top10_energy_share": shown.top10_energy_share if shown else None,
            "list_version": self.frames.version(formula.of) if formula.of != "all" else "all", "formula_version": formula.key,
            "sources": {"reported": None, "confirmed": None, "measured": int(over.sum()) if self._has_power() else None},
            "disagreements": 0,
            "by_township": [asdict(p) for p in sums.parts(members.township, over, dark, known)],
            "by_sector": [asdict(p) for p in sums.parts(members.sector, over, dark, known)],
        }  # fmt: skip

    def _list_series(self, chart: Chart) -> list[dict[str, Any]]:
        limit = self.book.parameter("list_change_break_pct", at=self.on)
        span = self.frames.spans.get(chart.list_key or "")
        out = []
        for day, numerator, denominator, unknown in self.frames.declared_counts(chart.list_key or ""):
            nobody_said = unknown == denominator
            change = (
                sums.turnover(span.on(day - timedelta(days=1)), span.on(day)) if span is not None else None
            )
            rate = None if nobody_said else sums.share(numerator, denominator)
            out.append(self._point(chart, day, rate, is_break=change is not None and change > limit))
        return out

    def _index_series(self, chart: Chart) -> list[dict[str, Any]]:
        series: Mapping[date, DayIndex] = self.frames.power.series
        out, formula_before = [], None
        for day in self.frames.days:
            formula = self.book.find("formula", chart.formula or "", at=day)
            changed = formula_before is not None and formula is not None and formula != formula_before
            formula_before = formula or formula_before
            index = series[day].index if day in series else None
            out.append(
                self._point(
                    chart, day, index, is_break=changed or self._is_marked(chart, self.book.place, day)
                )
            )
        return out

    def references(self, chart: Chart) -> list[dict[str, Any]]:
        """Return the published series beside a chart, as far as they were published by then; a break is marked."""
        if not chart.reference and chart.list_key is not None:
            return []
        wanted = {*chart.reference, self.book.place}
        by_source: dict[tuple[str, str], list[dict[str, Any]]] = {}
        formula: dict[tuple[str, str], str] = {}
        for row in sheets(upto=self.on, known=self.frames.known):
            if row.area not in wanted:
                continue
            key = (row.area, row.source)
            is_break = self._is_marked(chart, row.area, row.on) or (
                key in formula and row.formula != formula[key]
            )
            formula[key] = row.formula
            by_source.setdefault(key, []).append(
                {
                    "on": row.on,
                    "index": row.index,
                    "firm_share": row.firm_share,
                    "energy_share": row.energy_share,
                    "break": is_break,
                    "published_at": row.published_at,
                }
            )
        return [
            {"area": area, "source": source, "points": points} for (area, source), points in by_source.items()
        ]

    def _point(self, chart: Chart, day: date, rate: float | None, *, is_break: bool) -> dict[str, Any]:
        frozen = self.frozen.get(day)
        then = (
            next((c["rate"] for c in frozen.board["charts"] if c["key"] == chart.key), rate)
            if frozen
            else rate
        )
        return {
            "on": day.isoformat(),
            "rate": rate,
            "break": is_break,
            "revised": frozen is not None and then != rate,
        }

    def _is_marked(self, chart: Chart, area: str, day: date) -> bool:
        return any(
            b.chart == chart.key and b.area == area and b.on == day for b in self.book.of("break", at=day)
        )

    def _has_power(self) -> bool:
        day = self.frames.power.series.get(self.on)
        return day is not None and day.known > 0

    # -- late and changed ----------------------------------------------------------------------------------------

    def _late(self, expected: Expectation) -> Iterator[Late]:
        due = at_hour(self.on, expected.hour, zone=self.zone, days_after=expected.days_after)
        if due > self.frames.seen:
            return
        for unit, figure, part, n in self._missing(expected):
            if not self._is_here(unit) and self.township is not None:
                continue
            rows = self._address(figure, part) or ""
            if unit != self.book.place and self.township is None:
                rows = f"{rows}&township={unit}"
            yield Late(expected.key, unit, self._late_owner(expected, unit), self.moment(due), rows, n)

    def _missing(self, expected: Expectation) -> Iterator[tuple[str, str, Part, int]]:
        match expected.load:
            case "reports" | "project_reports":
                member = "enterprise" if expected.load == "reports" else "project"
                for chart in self._charts_of(member):
                    yield from self._silent(chart, expected)
            case "coverage":
                behind = Counter(v.village[:9] for v in villages(self.frames) if v.on < self.on)
                yield from ((unit, self._survey_goal(), "late", n) for unit, n in sorted(behind.items()))
            case "readings":
                if not self._has_power():
                    yield self.book.place, self._power_figure(), "unknown", 1
            case "closings":
                if (expected.goal, self.on) not in self.closed:
                    yield self.book.place, f"goal:{expected.goal}", "missing", 1
            case _:
                return

    def _charts_of(self, member: str) -> list[Chart]:
        return [
            c
            for c in self.charts
            if c.list_key and self.book.one("list", c.list_key, at=self.on).member == member
        ]

    def _silent(self, chart: Chart, expected: Expectation) -> Iterator[tuple[str, str, Part, int]]:
        members = members_of(self.frames, chart)
        figure = f"chart:{chart.key}"
        unknown = mask(members, chart, "unknown")
        if not unknown.any():
            return
        digits = self.book.one("level", expected.every, at=self.on).digits
        if digits <= len(self.book.place):
            yield self.book.place, figure, "unknown", int(unknown.sum())
            return
        for part in sums.parts(members.township, unknown, unknown):
            if part.numerator:
                yield part.code, figure, "unknown", part.numerator

    def _late_owner(self, expected: Expectation, unit: str) -> dict[str, str | None]:
        head = self.head_of(unit)
        owner = self.owner(expected.line)
        return {"line": expected.line, "name": head.name, "phone": head.phone} if head else owner

    def _survey_goal(self) -> str:
        return next((f"goal:{g.key}" for g in self.goals if g.counts == "dwellings"), "goal:")

    def _power_figure(self) -> str:
        return next((f"chart:{c.key}" for c in self.charts if c.list_key is None), "chart:")

    def _corrections(self, since: datetime | None) -> Iterator[dict[str, Any]]:
        known = self.frames.known
        found: list[tuple[str, str, str, str, object, object, datetime, int]] = []
        for is_project, field in ((False, "opened"), (True, "resumed")):
            rows = enterprises.corrected(on=self.on, since=since, is_project=is_project, known=known)
            figures = self._figures_of(is_project=is_project) if rows else {}
            place = self.frames.places(is_firm=not is_project).of(
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
            for v in campaigns.corrected(on=self.on, since=since, known=known)
        ]
        names = _imports({row[-1] for row in found})
        for key, code, row_id, field, before, after, at, act in sorted(
            found, key=lambda r: r[6], reverse=True
        ):
            if self._is_here(code):
                yield {
                    "key": key, "code": code, "id": row_id, "field": field, "before": before, "after": after,
                    "known": self.moment(at), "import_id": names.get(act),
                }  # fmt: skip

    def _moves(self) -> Iterator[dict[str, Any]]:
        """Yield the members whose report differs from the day before, by chart and code."""
        before_day = self.on - timedelta(days=1)
        if before_day not in self.frames.days:
            return
        for chart in self.charts:
            if chart.list_key is None:
                continue
            now, before = self.frames.members(chart.list_key), self.frames.members(chart.list_key, before_day)
            then = sums.states_of(now.ids, before.ids, before.declared)
            moved = (now.declared >= 0) & (then >= 0) & (now.declared != then)
            is_firm = self.book.one("list", chart.list_key, at=self.on).member == "enterprise"
            place = self.frames.places(is_firm=is_firm).of(now.ids[moved])
            states = zip(place.code, now.township[moved], then[moved], now.declared[moved], strict=True)
            for code, township, was, is_ in sorted(states, key=lambda r: str(r[0])):
                if self._is_here(str(township)):
                    yield {
                        "key": chart.key, "code": str(township), "id": str(code), "field": "opened" if is_firm else "resumed",
                        "before": bool(was), "after": bool(is_), "known": None, "import_id": None,
                    }  # fmt: skip

    def _figures_of(self, *, is_project: bool) -> dict[int, str]:
        """Return the chart that counts each member of the day's lists; of several the first."""
        found: dict[int, str] = {}
        for chart in self._charts_of("project" if is_project else "enterprise"):
            span = self.frames.spans.get(chart.list_key or "")
            for member in span.on(self.on).tolist() if span is not None else ():
                found.setdefault(member, chart.key)
        return found

    # -- small things --------------------------------------------------------------------------------------------

    def _within(self, members: Members) -> Members:
        return members if self.township is None else members.take(members.township == self.township)

    def _is_here(self, township: str) -> bool:
        return self.township is None or township == self.township

    def _address(self, figure: str, part: Part) -> str | None:
        plain = address(figure, part, self.frames)
        return plain if self.township is None else f"{plain}&township={self.township}"


def _imports(acts: set[int]) -> dict[int, str]:
    found: dict[int, UUID] = dict(Import.objects.filter(act_id__in=acts).values_list("act_id", "uid"))
    return {act: str(uid) for act, uid in found.items()}
