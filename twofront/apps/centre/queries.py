"""Reads of the centre: the board as data, and the rows behind each of its figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from twofront.apps.campaigns.queries import VillageProgress
from twofront.apps.enterprises import queries as enterprises
from twofront.apps.enterprises.queries import ReportRow, VisitRow
from twofront.apps.figures.queries.board import Board
from twofront.apps.figures.queries.selecting import (
    PARTS,
    ROWS,
    Line,
    Part,
    cases,
    lines,
    members_of,
    villages,
)
from twofront.apps.register import queries as register
from twofront.core import figures as sums
from twofront.core.errors import Refused
from twofront.core.playbook import Chart, Goal
from twofront.ground import kinds, scope
from twofront.ground.scope import Actor

CONTRADICTIONS = ("disagreements", "unseen", "silent")
PAGE = 100
MOST = 1_000


class NoSuchFigure(Refused):
    """No such figure, day or township, or it reaches beyond the asker's scope; which of them is not said."""

    code = "not_found"


@dataclass(frozen=True, slots=True)
class RowsAnswer:
    """The rows behind a figure: `total` is the sum of their `n`, and equals the figure."""

    figure: Chart | Goal
    part: Part
    board: Board
    found: Sequence[Line]

    @property
    def total(self) -> int:
        """Return the figure."""
        return sum(line.n for line in self.found)


def made(on: date, *, known: datetime | None = None, township: str | None = None) -> Board:
    """Return the board of a day that has begun; to be read on the whole county.

    Raises:
        NotYet: The day is still to come.
        NoSuchFigure: There is no such township that day.
    """
    kinds.require_day(on)
    found = Board(on, known=known, township=township)
    if township is not None and township not in found.frames.townships and township != register.NOWHERE:
        raise _nothing()
    return found


def board(
    on: date, *, known: datetime | None = None, township: str | None = None, by: Actor
) -> dict[str, Any]:
    """Return the board as the contract has it: its sums are open to every account, its changed rows in their scope.

    Raises:
        NotYet: The day is still to come.
        NoSuchFigure: There is no such township that day.
    """
    with scope.widened(by.scope):
        return made(on, known=known, township=township).as_seen(by)


def rows(
    figure: str, part: str, on: date, *, known: datetime | None = None, township: str | None = None, by: Actor
) -> RowsAnswer:
    """Return the rows behind a figure, if they lie within the asker's scope.

    The wall decides a second time: members that it does not let through are not there.

    Raises:
        NotYet: The day is still to come.
        NoSuchFigure: There is no such figure, or it reaches beyond the asker's scope.
    """
    with scope.widened(by.scope):
        counted = made(on, known=known, township=township)
        what, key = _split(figure)
        found = counted.book.find(what, key, at=on)
        if found is None or part not in PARTS or not counted.opens(by, found, part, township):
            raise _nothing()
        chosen: Part = part
        every = lines(counted.frames, found, chosen)
        if isinstance(found, Chart) and chosen in CONTRADICTIONS:
            every = _widest_first(counted, found, every)
    here = [line for line in every if township is None or line.township == township]
    return RowsAnswer(found, chosen, counted, _through_the_wall(here, on=on, known=known))


def items(answer: RowsAnswer, chosen: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the contract's items of some rows: id, name, township, n, and what a person needs to act on them."""
    counted = answer.board
    frames = counted.frames
    firms = [int(line.id) for line in chosen if line.kind == "enterprise"]
    projects = [int(line.id) for line in chosen if line.kind == "project"]
    known = frames.known
    with scope.reading(scope.READ_COUNTY):
        records = register.firms(firms, on=counted.on, known=known) if firms else {}
        reports = enterprises.reports(firms, on=counted.on, known=known) if firms else {}
        visits = enterprises.visits(firms, on=counted.on, window=frames.window, known=known) if firms else {}
        project_reports = (
            enterprises.project_reports(projects, on=counted.on, known=known) if projects else {}
        )
        project_visits = (
            enterprises.visits(projects, on=counted.on, window=frames.window, is_project=True, known=known)
            if projects
            else {}
        )
        asked = {line.kind for line in chosen}
        progress = {v.village: v for v in villages(frames)} if "village" in asked else {}
        known_cases = {c.case_id: c for c in cases(frames)} if "case" in asked else {}
    heads: dict[str, Any] = {}
    out = []
    for line in chosen:
        head = heads.setdefault(line.township, counted.head_of(line.township))
        item: dict[str, Any] = {
            "id": line.code,
            "name": line.name,
            "township": line.township,
            "n": line.n,
            "kind": line.kind,
        }
        if line.list:
            item["list"] = line.list
        match line.kind:
            case "enterprise":
                key = int(line.id)
                item |= {
                    "member": key,
                    **_said_of(reports.get(key), visits.get(key), frames.power.ratio(key)),
                }
                record = records.get(key)
                item |= {
                    "contact": record.contact if record else None,
                    "mobile": record.mobile if record else None,
                }
            case "project":
                key = int(line.id)
                item |= _said_of(project_reports.get(key), project_visits.get(key), None)
            case "village":
                item |= _progress_of(progress.get(line.code))
            case "case":
                case = known_cases[line.code]
                item |= {"reported_on": case.reported_on.isoformat(), "origin": case.origin}
        item["call"] = {"name": head.name, "phone": head.phone} if head else None
        out.append(item)
    return out


def page(answer: RowsAnswer, *, offset: int, limit: int, figure: str, township: str | None) -> dict[str, Any]:
    """Return one page of rows as the contract has it."""
    size = max(1, min(limit, MOST))
    part = answer.found[offset : offset + size]
    more = offset + size < len(answer.found)
    query = {"figure": figure, "part": answer.part, "on": answer.board.on.isoformat()}
    if answer.board.frames.known is not None:
        query["known"] = answer.board.moment(answer.board.frames.known)
    if township is not None:
        query["township"] = township
    following = (
        f"{ROWS}?{urlencode(query | {'offset': str(offset + size), 'limit': str(size)})}" if more else None
    )
    shown = [{k: v for k, v in item.items() if k != "member"} for item in items(answer, part)]
    return {"total": answer.total, "rows": len(answer.found), "next": following, "items": shown}


def _said_of(report: ReportRow | None, visit: VisitRow | None, ratio: float | None) -> dict[str, Any]:
    """Return what was declared, seen on the spot and measured of a member, and how far that lies apart."""
    declared, confirmed = report.opened if report else None, visit.opened if visit else None
    return {
        "declared": declared, "on_site": report.on_site if report else None, "reason": report.difficulty if report else None,
        "confirmed": confirmed, "seen_on": visit.on.isoformat() if visit else None, "seen_by": visit.officer if visit else None,
        "power_ratio": ratio, "gap": sums.gap(declared=declared, confirmed=confirmed, ratio=ratio),
    }  # fmt: skip


def _progress_of(village: VillageProgress | None) -> dict[str, Any]:
    return {
        "done": village.done if village else None,
        "dwellings": village.dwellings if village else None,
        "last": village.on.isoformat() if village else None,
    }


def _split(figure: str) -> tuple[str, str]:
    what, _, key = figure.partition(":")
    if what not in {"chart", "goal"} or not key:
        raise _nothing()
    return what, key


def _widest_first(counted: Board, chart: Chart, found: Sequence[Line]) -> list[Line]:
    """Return contradictions in the order in which they are to be looked at."""
    members = members_of(counted.frames, chart)
    said = zip(members.ids.tolist(), members.declared.tolist(), members.confirmed.tolist(), strict=True)
    states = {i: (sums.said(d), sums.said(c)) for i, d, c in said}

    def gap(line: Line) -> float:
        declared, confirmed = states[int(line.id)]
        ratio = counted.frames.power.ratio(int(line.id)) if line.kind == "enterprise" else None
        return sums.gap(declared=declared, confirmed=confirmed, ratio=ratio)

    return sorted(found, key=lambda line: (-gap(line), line.township, line.code))


def _through_the_wall(found: Sequence[Line], *, on: date, known: datetime | None) -> list[Line]:
    """Keep the members that the database shows under the scope in force."""
    seen: dict[str, set[int]] = {}
    for line in found:
        if line.list and line.list not in seen:
            seen[line.list] = enterprises.visible_members(line.list, on=on, known=known)
    return [line for line in found if not line.list or int(line.id) in seen[line.list]]


def _nothing() -> NoSuchFigure:
    return NoSuchFigure(
        "there are no such rows in your scope; check the address",
        "没有这样的数据, 或不在您的范围内; 请核对地址",
    )
