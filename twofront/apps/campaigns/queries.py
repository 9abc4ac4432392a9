"""Reads on campaigns: how far each village has come at the end of a day."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from twofront.ground import history

SURVEY = "survey"
"""The base survey of every dwelling (基础调查)."""


@dataclass(frozen=True, slots=True)
class VillageProgress:
    """A village's progress: its newest row up to a day, and what was done by the day before."""

    village: str
    on: date
    dwellings: int
    done: int
    before: int
    known: datetime


def progress(*, on: date, known: datetime | None = None, campaign: str = SURVEY) -> list[VillageProgress]:
    """Return each village's newest row up to a day; one without a row for the day keeps its last."""
    sql = """
        with newest as (
            select distinct on (village, "on") village, "on", dwellings, done, known_at, is_void
            from campaigns_coverage where campaign = %s and "on" <= %s and known_at <= %s
            order by village, "on", known_at desc, id desc)
        select distinct on (n.village) n.village, n."on", n.dwellings, n.done,
               coalesce((select b.done from newest b where b.village = n.village and b."on" < %s and not b.is_void order by b."on" desc limit 1), 0),
               n.known_at
        from newest n where not n.is_void order by n.village, n."on" desc"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [campaign, on, history.seen(known), on])
        return [VillageProgress(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Correction:
    """A village's row of a day that replaced another of the same day."""

    village: str
    on: date
    before: int
    after: int
    known: datetime
    act: int


def corrected(
    *, on: date, since: datetime | None, known: datetime | None = None, campaign: str = SURVEY
) -> list[Correction]:
    """Return the rows of a day that were corrected after a moment (None: ever), the newest of each village."""
    sql = """
        select distinct on (village) village, "on", before, done, known_at, act_id from (
            select village, "on", done, known_at, act_id, id,
                   lag(done) over (partition by village order by known_at, id) as before
            from campaigns_coverage where campaign = %s and "on" = %s and known_at <= %s) steps
        where before is not null and before <> done and known_at > coalesce(%s, '-infinity'::timestamptz)
        order by village, known_at desc, id desc"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [campaign, on, history.seen(known), since])
        return [Correction(*row) for row in cursor.fetchall()]


def villages_in_use(codes: set[str]) -> set[str]:
    """Return which of some villages have reported."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct village from campaigns_coverage where village = any(%s)", [sorted(codes)]
        )
        return {row[0] for row in cursor.fetchall()}
