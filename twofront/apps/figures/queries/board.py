"""The board as data: goals, charts, what is late, what changed. The contract's `board export`, computed."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from twofront.apps.figures.queries.frames import NOWHERE, Frames
from twofront.apps.figures.queries.published import ClosedBy, Frozen, Sheet, closings, publications, sheets
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
from twofront.apps.figures.queries.watch import Late, Watch
from twofront.apps.units import queries as units
from twofront.apps.units.queries import Holder
from twofront.core import figures as sums
from twofront.core.figures import Members
from twofront.core.playbook import Chart, Goal, GoalSet
from twofront.core.power.index import DayIndex
from twofront.core.time import at_hour, write_moment
from twofront.ground.scope import Actor

THREE: tuple[Part, ...] = ("numerator", "denominator", "unknown")


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
        self.holders = units.holders(on=on, known=known)
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

    def as_seen(self, by: Actor) -> dict[str, Any]:
        """Return the contract's object for one reader: the sums of all, and of what changed only the rows in his scope."""
        whole = self.as_json()
        return {**whole, "changed": [row for row in whole["changed"] if self._is_seen(row, by)]}

    def opens(self, by: Actor, figure: Chart | Goal, part: str, township: str | None = None) -> bool:
        """Tell whether somebody may open the rows of a part of a figure, of a township or (None) of the whole county.

        All known cases are for few roles.
        """
        is_case = isinstance(figure, Goal) and figure.counts == "cases"
        if part == "cases" and not (is_case and by.can("cases.see")):
            return False
        return self._covers(by, figure, township)

    def lines_of(self, figure: Chart | Goal | None) -> set[str | None]:
        """Return the lines that a scope must cover to see the rows of a figure; no figure is anyone's: no line."""
        if figure is None:
            return {None}
        keys = figure.lists if isinstance(figure, Goal) else (figure.list_key,) if figure.list_key else ()
        found = (self.book.competent_line(lists=[key], at=self.on) for key in keys)
        return {line.key if line else None for line in found} or {figure.line}

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
        rows: dict[str, str | None] = {part: self.address(f"goal:{goal.key}", part) for part in THREE}
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
            "rows": {part: self.address(f"chart:{chart.key}", part) for part in THREE},
        }  # fmt: skip

    def late(self) -> list[Late]:
        """Return what was expected by now and is not known, the longest late first."""
        return Watch(self).late()

    def changed(self) -> Iterator[dict[str, Any]]:
        """Yield what differs from the day before, and what was corrected since the day was published."""
        yield from Watch(self).changed()

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
        own = [c for c in counted_cases(self.frames, goal, goal.origin) if self.is_here(c.township)]
        dark = [c for c in counted_cases(self.frames, goal, "unknown") if self.is_here(c.township)]
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
        rows = [v for v in villages(self.frames) if self.is_here(v.village[:9])]
        dark = [code for code in unreported(self.frames) if self.is_here(code[:9])]
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
        said = {
            "reported": (members.declared, c.numerator),
            "confirmed": (members.confirmed, c.confirmed),
            "measured": (members.measured, c.measured),
        }
        known = {
            source: n if source in chart.sources and bool((states != sums.UNKNOWN).any()) else None
            for source, (states, n) in said.items()
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
            "sources": {"reported": None, "confirmed": None, "measured": int(over.sum()) if self.has_power() else None},
            "disagreements": 0,
            "by_township": [asdict(p) for p in sums.parts(members.township, over, dark, known)],
            "by_sector": [asdict(p) for p in sums.parts(members.sector, over, dark, known)], **self._by_sheet(),
        }  # fmt: skip

    def _by_sheet(self) -> dict[str, Any]:
        """Return the figures of a county without meters: those of the power company's own sheet, marked so."""
        sheet = self.sheets.get(self.on)
        if self.frames.power.series:
            return {"basis": "meters"}
        if sheet is None or self.township is not None:
            return {"basis": None}
        shown = {
            "rate": sheet.index,
            "rate_known": sheet.index,
            "firm_share": sheet.firm_share,
            "energy_share": sheet.energy_share,
        }
        return {
            **shown,
            "formula_version": sheet.formula or f"published:{sheet.source}",
            "basis": "published",
        }

    @cached_property
    def sheets(self) -> dict[date, Sheet]:
        """Return the county's own published figures by day, where the county has no meters; the newest of several."""
        if self.frames.power.series:
            return {}
        rows = [r for r in sheets(upto=self.on, known=self.frames.known) if r.area == self.book.place]
        return {r.on: r for r in sorted(rows, key=lambda r: r.known)}

    def _list_series(self, chart: Chart) -> list[dict[str, Any]]:
        limit = self.book.parameter("list_change_break_pct", at=self.on)
        span = self.frames.spans.get(chart.list_key or "")
        out = []
        for day, numerator, denominator, unknown in self.frames.declared_counts(chart.list_key or ""):
            change = (
                sums.turnover(span.on(day - timedelta(days=1)), span.on(day)) if span is not None else None
            )
            rate = sums.told(numerator, denominator, unknown)
            out.append(self._point(chart, day, rate, is_break=change is not None and change > limit))
        return out

    def _index_series(self, chart: Chart) -> list[dict[str, Any]]:
        series: Mapping[date, DayIndex] = self.frames.power.series
        out, formula_before = [], None
        for day in self.frames.days:
            formula = self.book.find("formula", chart.formula or "", at=day)
            changed = formula_before is not None and formula is not None and formula != formula_before
            formula_before = formula or formula_before
            index = (
                series[day].index if day in series else self.sheets[day].index if day in self.sheets else None
            )
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

    def has_power(self) -> bool:
        """Tell whether any firm has a reading of the day."""
        day = self.frames.power.series.get(self.on)
        return day is not None and day.known > 0

    def charts_of(self, member: str) -> list[Chart]:
        """Return the charts whose list has members of a kind."""
        return [
            c
            for c in self.charts
            if c.list_key and self.book.one("list", c.list_key, at=self.on).member == member
        ]

    # -- small things --------------------------------------------------------------------------------------------

    def _is_seen(self, row: Mapping[str, Any], by: Actor) -> bool:
        """Tell whether a changed row is for a reader: a member in its township, a village in itself, a case for who may see cases."""
        if row["field"] == "origin" and not by.can("cases.see"):
            return False
        figure = self.book.find(Chart, row["key"], at=self.on) or self.book.find(Goal, row["key"], at=self.on)
        return self._covers(by, figure, row["id"] if row["field"] in {"done", "dwellings"} else row["code"])

    def _covers(self, by: Actor, figure: Chart | Goal | None, place: str | None) -> bool:
        """Tell whether a reader's pairs cover every line of a figure at a place (None: the whole county)."""
        block = None if place == NOWHERE else place
        return by.can("rows.see") and all(
            by.scope.covers(line=line, block=block) for line in self.lines_of(figure)
        )

    def _within(self, members: Members) -> Members:
        return members if self.township is None else members.take(members.township == self.township)

    def is_here(self, township: str) -> bool:
        """Tell whether a township stands on this board."""
        return self.township is None or township == self.township

    def address(self, figure: str, part: Part) -> str:
        """Return the address of the rows behind a figure, narrowed as the board is."""
        plain = address(figure, part, self.frames)
        return plain if self.township is None else f"{plain}&township={self.township}"
