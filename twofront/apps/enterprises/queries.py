"""Reads on lists, reports, visits and projects; in columns where a figure counts them, in rows where a person reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from twofront.apps.enterprises.models import Membership, Project, ProjectRecord, ProjectReport, Report, Visit
from twofront.ground import history

NOWHERE = "-"
FAR = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Spans:
    """Memberships of one list, by member ascending: member, first day, the day after the last."""

    ids: NDArray[np.int64]
    first: NDArray[np.int64]
    after: NDArray[np.int64]

    def on(self, day: date) -> NDArray[np.int64]:
        """Return the members valid on a day, ascending."""
        n = day.toordinal()
        return self.ids[(self.first <= n) & (n < self.after)]


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of members on a day: their keys, ascending, and whether each is open."""

    ids: NDArray[np.int64]
    opened: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project as on record on a day."""

    id: int
    code: str
    name: str
    level: str
    kind: str
    township: str
    line: str | None
    workers_normal: int | None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What is declared of one member for one day."""

    member: int
    on: date
    opened: bool
    on_site: int | None
    difficulty: str
    known: datetime
    act: int


@dataclass(frozen=True, slots=True)
class VisitRow:
    """What an officer saw of one member."""

    member: int
    on: date
    officer: str
    opened: bool
    on_site: int | None
    known: datetime


NOBODY = Said(np.empty(0, np.int64), np.empty(0, np.bool_))


def member_spans(*, known: datetime | None = None) -> dict[str, Spans]:
    """Return the memberships of every list over all days, as known at a moment."""
    rows = Membership.objects.filter(known__contains=history.seen(known)).values_list(
        "list", "enterprise_id", "project_id", "valid"
    )
    by_list: dict[str, list[tuple[int, int, int]]] = {}
    for key, enterprise, project, valid in rows:
        after = valid.upper.toordinal() if valid.upper else FAR
        by_list.setdefault(key, []).append((enterprise or project, valid.lower.toordinal(), after))
    return {key: _spans(found) for key, found in by_list.items()}


def visible_members(list_key: str, *, on: date, known: datetime | None = None) -> set[int]:
    """Return the members of a list in sight of the scope that is set: what the wall lets through."""
    rows = (
        history.in_force(Membership, on, known=known)
        .filter(list=list_key)
        .values_list("enterprise_id", "project_id")
    )
    return {enterprise or project for enterprise, project in rows}


def lists_of(ids: Sequence[int], *, on: date) -> dict[int, set[str]]:
    """Return the lists of which each enterprise is a member on a day."""
    return _lists("enterprise_id", ids, on)


def lists_of_projects(ids: Sequence[int], *, on: date) -> dict[int, set[str]]:
    """Return the lists of which each project is a member on a day."""
    return _lists("project_id", ids, on)


def _lists(member: str, ids: Sequence[int], on: date) -> dict[int, set[str]]:
    rows = history.in_force(Membership, on).filter(**{f"{member}__in": list(ids)})
    found: dict[int, set[str]] = {}
    for one, key in rows.values_list(member, "list"):
        found.setdefault(one, set()).add(key)
    return found


def declared(days: Sequence[date], *, known: datetime | None = None) -> dict[date, Said]:
    """Return what enterprises declare of each day."""
    return _by_day("enterprises_report", "enterprise_id", "opened", days, known)


def projects_declared(days: Sequence[date], *, known: datetime | None = None) -> dict[date, Said]:
    """Return what projects declare of each day."""
    return _by_day("enterprises_projectreport", "project_id", "resumed", days, known)


def confirmed(*, on: date, window: int, known: datetime | None = None) -> tuple[Said, Said]:
    """Return what the latest visit within a window of days up to a day saw: of enterprises, and of projects."""
    return _visited("enterprise_id", on, window, known), _visited("project_id", on, window, known)


def project_ids(codes: Iterable[str]) -> dict[str, int]:
    """Return the key behind each project's code."""
    return dict(Project.objects.filter(code__in=set(codes)).values_list("code", "pk"))


def projects(
    ids: Sequence[int] | None = None, *, on: date, known: datetime | None = None
) -> dict[int, ProjectRow]:
    """Return the projects on record on a day, by key."""
    rows = history.in_force(ProjectRecord, on, known=known).select_related("project")
    if ids is not None:
        rows = rows.filter(project_id__in=list(ids))
    return {
        r.project_id: ProjectRow(
            r.project_id,
            r.project.code,
            r.name,
            r.level,
            r.kind,
            r.block_code or NOWHERE,
            r.line_code,
            r.workers_normal,
        )
        for r in rows
    }


def report_of(enterprise: int, *, on: date, known: datetime | None = None) -> ReportRow | None:
    """Return what an enterprise declares of a day, or None."""
    return reports([enterprise], on=on, known=known).get(enterprise)


def reports(ids: Sequence[int], *, on: date, known: datetime | None = None) -> dict[int, ReportRow]:
    """Return what each of some enterprises declares of a day."""
    rows = history.newest(Report, known=known, on=on, enterprise_id__in=list(ids))
    return {
        r.enterprise_id: ReportRow(
            r.enterprise_id, r.on, r.opened, r.on_site, r.difficulty, r.known_at, r.act_id
        )
        for r in rows
        if not r.is_void
    }


def project_reports(ids: Sequence[int], *, on: date, known: datetime | None = None) -> dict[int, ReportRow]:
    """Return what each of some projects declares of a day; the reason stands for the difficulty."""
    rows = history.newest(ProjectReport, known=known, on=on, project_id__in=list(ids))
    return {
        r.project_id: ReportRow(r.project_id, r.on, r.resumed, r.on_site, r.reason, r.known_at, r.act_id)
        for r in rows
        if not r.is_void
    }


def past_reports(enterprise: int, *, limit: int = 60) -> list[ReportRow]:
    """Return every report of an enterprise, corrections included, the newest known first."""
    rows = Report.objects.filter(enterprise_id=enterprise, known_at__lte=history.seen(None)).order_by(
        "-on", "-known_at", "-id"
    )[:limit]
    return [
        ReportRow(r.enterprise_id, r.on, r.opened, r.on_site, r.difficulty, r.known_at, r.act_id)
        for r in rows
    ]


@dataclass(frozen=True, slots=True)
class Correction:
    """What was declared of a member for a day, and what replaced it."""

    member: int
    before: bool
    after: bool
    known: datetime
    act: int


def corrected(
    *, on: date, since: datetime | None, is_project: bool = False, known: datetime | None = None
) -> list[Correction]:
    """Return whose report of a day was corrected after a moment (None: ever), the newest of each member."""
    table, member, state = (
        ("enterprises_projectreport", "project_id", "resumed")
        if is_project
        else ("enterprises_report", "enterprise_id", "opened")
    )
    sql = f"""
        select distinct on (member) member, before, state, known_at, act_id from (
            select {member} as member, {state} as state, known_at, act_id, id,
                   lag({state}) over (partition by {member} order by known_at, id) as before
            from {table} where "on" = %s and known_at <= %s) steps
        where before is not null and before <> state and known_at > coalesce(%s, '-infinity'::timestamptz)
        order by member, known_at desc, id desc"""  # noqa: S608 - the names are this module's
    with connection.cursor() as cursor:
        cursor.execute(sql, [on, history.seen(known), since])
        return [Correction(*row) for row in cursor.fetchall()]


def visits(
    ids: Sequence[int], *, on: date, window: int, is_project: bool = False, known: datetime | None = None
) -> dict[int, VisitRow]:
    """Return the latest visit to each of some members within a window of days up to a day."""
    field = "project_id" if is_project else "enterprise_id"
    first = on - timedelta(days=window - 1)
    rows = Visit.objects.filter(
        **{f"{field}__in": list(ids)}, on__range=(first, on), known_at__lte=history.seen(known), is_void=False
    )
    found: dict[int, VisitRow] = {}
    for r in rows.order_by("on", "known_at", "pk"):
        member = r.project_id if is_project else r.enterprise_id
        found[member or 0] = VisitRow(member or 0, r.on, r.officer, r.opened, r.on_site, r.known_at)
    return found


def townships_in_use(codes: set[str]) -> set[str]:
    """Return which of some codes a project in force names."""
    rows = ProjectRecord.objects.filter(block_code__in=codes, known__endswith=None, valid__endswith=None)
    return {code for code in rows.values_list("block_code", flat=True) if code}


def _spans(found: Sequence[tuple[int, int, int]]) -> Spans:
    columns = np.array(sorted(found), np.int64).T
    return Spans(columns[0], columns[1], columns[2])


def _by_day(
    table: str, member: str, state: str, days: Sequence[date], known: datetime | None
) -> dict[date, Said]:
    sql = f"""
        select "on", array_agg({member}), array_agg({state}::int) from (
            select distinct on ("on", {member}) "on", {member}, {state}, is_void from {table}
            where "on" = any(%s) and known_at <= %s order by "on", {member}, known_at desc, id desc) newest
        where not is_void group by "on" """  # noqa: S608 - the names are this module's
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(days), history.seen(known)])
        found = {day: _said(ids, states) for day, ids, states in cursor.fetchall()}
    return {day: found.get(day, NOBODY) for day in days}


def _visited(member: str, on: date, window: int, known: datetime | None) -> Said:
    sql = f"""
        select array_agg({member}), array_agg(opened::int) from (
            select distinct on ({member}) {member}, opened from (
                select distinct on ({member}, officer, "on") {member}, officer, "on", opened, is_void, known_at, id
                from enterprises_visit where "on" between %s and %s and known_at <= %s and {member} is not null
                order by {member}, officer, "on", known_at desc, id desc) newest
            where not is_void order by {member}, "on" desc, known_at desc, id desc) latest"""  # noqa: S608 - as above
    with connection.cursor() as cursor:
        cursor.execute(sql, [on - timedelta(days=window - 1), on, history.seen(known)])
        row = cursor.fetchone()
    return NOBODY if row is None or row[0] is None else _said(*row)


def _said(ids: Sequence[int], states: Sequence[int]) -> Said:
    keys = np.array(ids, np.int64)
    order = np.argsort(keys, kind="stable")
    return Said(keys[order], np.array(states, np.int8)[order].astype(np.bool_))
