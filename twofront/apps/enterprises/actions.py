"""Writes on lists, reports, visits and projects. Joining or leaving a list is a dated act with a reason, never silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from twofront.apps.enterprises import queries
from twofront.apps.enterprises.models import Membership, Project, ProjectRecord, ProjectReport, Report, Visit
from twofront.apps.register import actions as register_actions
from twofront.apps.register import queries as register
from twofront.apps.register.actions import unknown_enterprise
from twofront.core.errors import Refused
from twofront.core.playbook import Playbook
from twofront.ground import kinds, rows, stores
from twofront.ground.acts import Key, act, action, new_uid
from twofront.ground.scope import Actor
from twofront.ground.stores import Batch, Reject, Verdict


class UnknownEnterprise(Refused):
    """No enterprise of this code is on record that day."""

    code = "unknown_enterprise"


class NothingChanged(Refused):
    """The report says what is on record already."""

    code = "nothing_changed"


class ChangedMeanwhile(Refused):
    """Somebody else reported after the asker had opened the report."""

    code = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class Declared:
    """A report as it now stands."""

    credit_code: str
    on: date
    opened: bool
    before: bool | None


def take_enterprises(batch: Batch) -> Sequence[Verdict]:
    """Take a list of enterprises; its `lists` column is compared with the memberships, and never applied."""
    verdicts = register_actions.take_enterprises(batch)
    said = [
        (n, c, t)
        for n, c, t in zip(batch.numbers, batch.columns["credit_code"], batch.columns["lists"], strict=True)
        if t
    ]
    if said:
        ids = register.ids_of([c for _, c, _ in said])
        on_record = queries.lists_of(list(ids.values()), on=batch.on)
        names = {text: r.key for r in batch.book.of("list", at=batch.on) for text in (r.key, r.zh)}
        for number, code, text in said:
            claimed = {
                names.get(part.strip(), part.strip())
                for part in text.replace("、", ",").replace(";", ",").split(",")
                if part.strip()
            }
            recorded = on_record.get(ids[code], set())
            if claimed != recorded:
                batch.notes.append(_differs(number, "lists", sorted(claimed), sorted(recorded)))
    return verdicts


def take_lists(batch: Batch) -> Sequence[Verdict]:
    """Take memberships: a member is a credit code, or a project's code where the list has projects as members."""
    kinds_of_list = {r.key: r for r in batch.book.of("list", at=batch.on)}
    firm = [kinds_of_list[key].member == "enterprise" for key in batch.columns["list"]]
    verdicts: list[Verdict] = ["same"] * len(batch)
    for is_firm in (True, False):
        places = [i for i, f in enumerate(firm) if f is is_firm]
        part = _part(batch, places)
        for i, verdict in zip(places, _take_members(part, kinds_of_list, is_firm=is_firm), strict=True):
            verdicts[i] = verdict
    batch.act.changed("lists")
    return verdicts


def take_reports(batch: Batch) -> Sequence[Verdict]:
    """Take what enterprises declare of a day."""
    c = batch.columns
    known = register.ids_of(c["credit_code"])
    own: list[Verdict] = ["new" if code in known else unknown_enterprise(code) for code in c["credit_code"]]
    ids = [known.get(code, 0) for code in c["credit_code"]]
    states = stores.facts(
        Report,
        batch,
        key={"enterprise_id": ids, "on": c["date"]},
        values={
            "opened": c["opened"],
            "on_site": c["on_site"],
            "normal_staff": c["normal_staff"],
            "difficulty": [d or "" for d in c["difficulty"]],
        },
        beside=_firm_places(ids, batch.on),
        skip=_skips(own),
    )
    batch.act.changed("reports", *sorted(set(c["date"])))
    return _merge(own, states)


def take_visits(batch: Batch) -> Sequence[Verdict]:
    """Take what officers saw; a visit is to an enterprise or, by its code, to a project."""
    c = batch.columns
    firms = register.ids_of(c["credit_code"])
    projects = queries.project_ids(c["credit_code"])
    verdicts: list[Verdict] = ["same"] * len(batch)
    for field, ids, places_of in (
        ("enterprise_id", firms, _firm_places),
        ("project_id", projects, _project_places),
    ):
        places = [
            i for i, code in enumerate(c["credit_code"]) if (code in firms) is (field == "enterprise_id")
        ]
        part = _part(batch, places)
        own: list[Verdict] = [
            "new" if code in ids else unknown_enterprise(code) for code in part.columns["credit_code"]
        ]
        keys = [ids.get(code, 0) for code in part.columns["credit_code"]]
        states = stores.facts(
            Visit,
            part,
            key={field: keys, "officer": part.columns["officer"], "on": part.columns["date"]},
            values={"opened": part.columns["opened"], "on_site": part.columns["on_site"]},
            beside=places_of(keys, batch.on),
            skip=_skips(own),
        )
        for i, verdict in zip(places, _merge(own, states), strict=True):
            verdicts[i] = verdict
    batch.act.changed("visits", *sorted(set(c["date"])))
    return verdicts


def take_projects(batch: Batch) -> Sequence[Verdict]:
    """Take a list of projects: each holds its values from the batch's day on."""
    c = batch.columns
    known = queries.project_ids(c["code"])
    fresh = list(dict.fromkeys(code for code in c["code"] if code not in known))
    rows.insert(Project, {"uid": [new_uid() for _ in fresh], "code": fresh})
    known = queries.project_ids(c["code"])
    line = _line_of_projects(batch.book, batch.on)
    values: dict[str, list[Any]] = {
        "name": c["name"],
        "level": [v or "" for v in c["level"]],
        "kind": c["kind"],
        "workers_normal": c["workers_normal"],
        "line_code": [line] * len(batch),
        "block_code": c["township"],
    }
    batch.act.changed("projects")
    ids = [known[code] for code in c["code"]]
    _note_lists_left(batch, ids)
    return stores.held(ProjectRecord, batch, key="project_id", ids=ids, values=values)


def _note_lists_left(batch: Batch, ids: Sequence[int]) -> None:
    """Note the projects of a kind that a list of theirs does not take: leaving a list is an act of its own."""
    only = {r.key: r.only for r in batch.book.of("list", at=batch.on) if r.only}
    on_record = queries.lists_of_projects(ids, on=batch.on)
    for number, project, kind in zip(batch.numbers, ids, batch.columns["kind"], strict=True):
        wrong = sorted(key for key in on_record.get(project, ()) if only.get(key, kind) != kind)
        if wrong:
            batch.notes.append(_differs(number, "kind", [kind], [f"{key} ({only[key]})" for key in wrong]))


def take_project_reports(batch: Batch) -> Sequence[Verdict]:
    """Take what projects declare of a day."""
    c = batch.columns
    known = queries.project_ids(c["code"])
    own: list[Verdict] = ["new" if code in known else _unknown_project(code) for code in c["code"]]
    ids = [known.get(code, 0) for code in c["code"]]
    states = stores.facts(
        ProjectReport,
        batch,
        key={"project_id": ids, "on": c["date"]},
        values={"resumed": c["resumed"], "on_site": c["on_site"], "reason": [r or "" for r in c["reason"]]},
        beside=_project_places(ids, batch.on),
        skip=_skips(own),
    )
    batch.act.changed("project_reports", *sorted(set(c["date"])))
    return _merge(own, states)


@action
def declare(
    credit_code: str,
    on: date,
    *,
    opened: bool,
    on_site: int | None,
    difficulty: str,
    seen: int | None = None,
    by: Actor,
    under: str | None,
    key: Key,
    at: datetime,
) -> Declared:
    """Declare what an enterprise does on a day, or correct what was declared; both times are kept.

    *seen* is the act of the report that the asker had before him, 0 if there was none; None = he does not say.

    Raises:
        ChangedMeanwhile: Another report stands than the one that was *seen*.
        UnknownEnterprise: No such enterprise is on record that day.
        NotYet: The day is still to come.
        NothingChanged: The report says so already.
    """
    firm = register.firm(credit_code, on=on)
    if on > kinds.day():
        raise kinds.NotYet(f"{on} is still to come; report it on that day", f"{on} 还没有到, 请到那天再报")
    if firm is None:
        raise UnknownEnterprise(
            f"no enterprise {credit_code} is on record on {on}; load it first",
            f"{on} 库中没有信用代码 {credit_code} 的企业",
        )
    before = queries.report_of(firm.id, on=on)
    after = (opened, on_site, difficulty)
    if seen is not None and seen != (before.act if before else 0):
        raise ChangedMeanwhile(
            "somebody else reported after you had opened this page; look at what stands there now, then send yours again",
            "您打开本页之后又有人报过; 请先看现在的报告, 仍要更正就再提交一次",
        )
    if before is not None and (before.opened, before.on_site, before.difficulty) == after:
        raise NothingChanged("the report says that already; nothing was changed", "与已有日报一致, 未作改动")
    with act(by=by, under=under, key=key, at=at) as a:
        Report.objects.create(
            on=on,
            enterprise_id=firm.id,
            opened=opened,
            on_site=on_site,
            normal_staff=firm.normal_staff,
            difficulty=difficulty,
            known_at=a.known(),
            act=a.row,
            line_code=firm.line,
            block_code=None if firm.township == register.NOWHERE else firm.township,
        )
        a.changed("reports", on)
        a.event(
            "report.corrected" if before else "report.declared",
            f"enterprise:{firm.id}",
            fields=("opened", "on_site", "difficulty"),
        )
        return a.answer(Declared(credit_code, on, opened, before.opened if before else None))


def _take_members(batch: Batch, lists: Mapping[str, Any], *, is_firm: bool) -> Sequence[Verdict]:
    c = batch.columns
    known = register.ids_of(c["member"]) if is_firm else queries.project_ids(c["member"])
    records = queries.projects(on=batch.on) if not is_firm else {}
    own: list[Verdict] = []
    for code, key in zip(c["member"], c["list"], strict=True):
        only = lists[key].only
        record = records.get(known.get(code, 0))
        if code not in known:
            own.append(
                Reject(
                    "member",
                    "unknown_value",
                    f"no member {code} is on record; load it first, or correct the code",
                    f"库中没有 {code}; 请先载入, 或更正代码",
                )
            )
        elif not is_firm and only and record is not None and record.kind != only:
            own.append(
                Reject(
                    "member",
                    "unknown_value",
                    f"project {code} is {record.kind}; this list takes {only} projects only",
                    f"项目 {code} 不是续建项目, 不能列入本名单",
                )
            )
        else:
            own.append("new")
    ids = [known.get(code, 0) for code in c["member"]]
    field = "enterprise_id" if is_firm else "project_id"
    places = _firm_places(ids, batch.on) if is_firm else _project_places(ids, batch.on)
    values: dict[str, list[Any]] = {
        "reason": [r or "" for r in c["reason"]],
        "line_code": [_line_of_list(batch.book, key, batch.on) for key in c["list"]],
        "block_code": places["block_code"],
    }
    states = stores.spans(
        Membership,
        batch,
        key={"list": c["list"], field: ids},
        first=c["from"],
        last=c["to"],
        values=values,
        skip=_skips(own),
    )
    return [v if isinstance(v, Reject) else s for v, s in zip(own, states, strict=True)]


def _differs(row: int, field: str, said: Sequence[str], on_record: Sequence[str]) -> dict[str, Any]:
    """Return the note that a row says of a member's lists what the lists do not; nothing is applied."""
    told, held = "、".join(said), "、".join(on_record) or "-"
    return {
        "row": row,
        "field": field,
        "code": "differs",
        "said": list(said),
        "on_record": list(on_record),
        "cells": [f"{row}:{row}"],
        "en": f"says {told}, on the lists it is {held}; load lists to change them",
        "zh": f"本行为 {told}, 名单上为 {held}; 要改名单请载入名单文件",
    }


def _part(batch: Batch, places: Sequence[int]) -> Batch:
    columns = {name: [column[i] for i in places] for name, column in batch.columns.items()}
    return replace(batch, numbers=[batch.numbers[i] for i in places], columns=columns)


def _skips(own: Sequence[Verdict]) -> list[bool]:
    return [isinstance(v, Reject) for v in own]


def _merge(own: Sequence[Verdict], states: Sequence[Verdict]) -> list[Verdict]:
    return [v if isinstance(v, Reject) else s for v, s in zip(own, states, strict=True)]


def _firm_places(ids: Sequence[int], on: date) -> dict[str, list[Any]]:
    firms = register.firms(list(set(ids)), on=on)
    found = [firms.get(i) for i in ids]
    return {
        "line_code": [f.line if f else None for f in found],
        "block_code": [f.township if f and f.township != register.NOWHERE else None for f in found],
    }


def _project_places(ids: Sequence[int], on: date) -> dict[str, list[Any]]:
    records = queries.projects(on=on)
    found = [records.get(i) for i in ids]
    return {
        "line_code": [p.line if p else None for p in found],
        "block_code": [p.township if p and p.township != register.NOWHERE else None for p in found],
    }


def _line_of_list(book: Playbook, key: str, on: date) -> str | None:
    line = book.competent_line(lists=[key], at=on)
    return line.key if line else None


def _line_of_projects(book: Playbook, on: date) -> str | None:
    key = next((r.key for r in book.of("list", at=on) if r.member == "project"), None)
    return _line_of_list(book, key, on) if key else None


def _unknown_project(code: str) -> Reject:
    return Reject(
        "code",
        "unknown_value",
        f"no project {code} is on record; load it first, or correct the code",
        f"库中没有编号 {code} 的项目; 请先载入, 或更正编号",
    )
