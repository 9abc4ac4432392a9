"""The one door for files: a file in, every row of it accounted for, one act.

read = accepted + duplicate + rejected is a constraint of the database. The same file again changes nothing. The file
itself is kept in the data folder's inbox before anything is written.
"""

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import DataError, ProgrammingError, transaction

from twofront.core.errors import CannotDo
from twofront.core.playbook import Playbook
from twofront.core.sheets import Checked, Field, Found, Grid, NoTable, cell_name, check, find_table
from twofront.ground import clock, kinds, reader
from twofront.ground.acts import Key, OpenAct, Unkeyed, act, action, new_uid
from twofront.ground.models import Import, RejectedRow
from twofront.ground.scope import Actor, NotPermitted
from twofront.ground.stores import Batch, Reject, Verdict

CELLS = 100
"""How many cells of one reason a report lists; the count is always whole."""


@dataclass(frozen=True, slots=True)
class Reshaped:
    """A sheet turned into a list of rows; `cell` gives the address in the file of a row's field."""

    grid: Grid
    cell: Callable[[int, str], str]


@dataclass(frozen=True, slots=True)
class Loader:
    """How files of one KIND are taken in.

    Args:
        kind: The KIND.
        fields: Its columns.
        key: The columns that together name a row.
        store: Takes the rows that passed their own checks, and returns a verdict each.
        lookups: Accepted spellings by field, for a day.
        day: The column that holds a row's own day, where it has one; no row is of a day still to come.
        moment: The column that holds a row's own moment, where it has one; likewise.
        in_use: Which of some codes other records still need.
        guards: Called with the file's name, its days and its known moment; they return since when its rows are known, or
            refuse the file by raising.
        reshape: Turns a sheet with a layout of its own, of a file by this name, into a list of rows.
        is_strict: Two values for one key in one file refuse the whole file.
        also: A permission, or the beginning of some, that allows loading besides `load:KIND`.
    """

    kind: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    store: Callable[[Batch], Sequence[Verdict]]
    lookups: Callable[[Playbook, date], Mapping[str, Mapping[str, str]]] = lambda book, on: {}
    day: str | None = None
    moment: str | None = None
    in_use: Callable[[set[str]], set[str]] = lambda codes: codes & set()
    guards: tuple[Callable[[str, set[date], datetime], datetime], ...] = ()
    also: str | None = None
    reshape: Callable[[Grid, Mapping[str, Any], str], Reshaped] | None = None
    is_strict: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What its sender says of a file.

    Args:
        name: Its name as the sender knows it; the path's if not given.
        on: From which day rows without a date of their own hold; the county's day if not given.
        known: When the county learned it; now if not given.
        sheet: A sheet's number from 1, or its name.
        mapping: Heading → field, as a person decided.
        table: Which table of the sheet, from 1, where it holds several.
        options: The layout's options, a part of what makes a file the same.
    """

    name: str | None = None
    on: date | None = None
    known: datetime | None = None
    sheet: str | None = None
    mapping: Mapping[str, str | None] | None = None
    table: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source(Unkeyed):
    """Where a file lies, what its sender says of it, since when it is known, and who is told how far it is."""

    path: Path
    loader: Loader
    sent: Sent
    known: datetime
    keep_in: Path | None
    said: Callable[[str], None] = lambda sentence: None
    is_dry: bool = False

    @property
    def name(self) -> str:
        """Return what the file is called."""
        return self.sent.name or self.path.name


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file; the contract's object of `load`.

    `columns` are pairs of heading and field in the order of the file, which an object in the database would lose.
    """

    kind: str
    sha256: str
    sheet: str | None
    header_row: int
    columns: list[tuple[str, str | None]]
    read: int
    accepted: int
    duplicate: int
    rejected: int
    reasons: list[dict[str, Any]]
    import_id: str
    repeated: bool = False
    notes: list[dict[str, Any]] = field(default_factory=list)


def load(
    loader: Loader,
    path: Path,
    *,
    by: Actor,
    at: datetime,
    sent: Sent | None = None,
    keep_in: Path | None = None,
    rehearsed: Callable[[Report], None] | None = None,
    said: Callable[[str], None] = lambda sentence: None,
) -> Report:
    """Take a file in.

    Args:
        loader: How its KIND is taken in.
        path: The file.
        by: Who loads it.
        at: The county's now.
        sent: What its sender says of it.
        keep_in: The inbox, where the file is kept.
        rehearsed: If given, nothing is changed: it is called with what would happen, while all of it can still be asked.
        said: Told how far it is.

    Raises:
        CannotDo: The file cannot be read, or comes too early; nothing was written.
        NotPermitted: The actor may not load this KIND.
    """
    if not (loader.also and any(p.startswith(loader.also) for p in by.may)):
        by.require(f"load:{loader.kind}", f"load {loader.kind}", f"载入 {loader.kind}")
    sent = sent or Sent()
    if sent.known is not None and sent.known > at:
        raise CannotDo(
            "--known",
            f"{kinds.written(sent.known)} lies after the county's now {kinds.written(at)}",
            "give an earlier moment, or none",
        )
    body = reader.hash_of(path)
    day = sent.on or at.astimezone(kinds.zone()).date()
    keep_in = keep_in if rehearsed is None else None
    source = Source(path, loader, sent, sent.known or at, keep_in, said, is_dry=rehearsed is not None)
    settings = {
        k: v for k, v in {**sent.options, "sheet": sent.sheet, "table": sent.table}.items() if v is not None
    }
    uid = str(new_uid())
    key = Key(f"import:{loader.kind}:{body}:{day.isoformat()}:{sorted(settings.items())}")
    try:
        with transaction.atomic():
            report = _take(
                loader.kind, body, day, settings, source, Named(uid), by=by, under=None, key=key, at=at
            )
            if rehearsed is not None:
                rehearsed(report)
                transaction.set_rollback(True)
    except ProgrammingError as e:
        if "row-level security" in str(e):
            raise NotPermitted(
                "a row of the file lies outside what you may write; leave it to its own unit",
                "文件中有超出本单位范围的行, 请由所属单位载入",
            ) from e
        raise
    except DataError as e:
        raise CannotDo(
            source.name,
            str(e).splitlines()[0],
            "correct the value and load again",
            "有值存不进去; 请更正后再载入",
        ) from e
    return report if report.import_id == uid else dataclasses.replace(report, repeated=True)


@dataclass(frozen=True, slots=True)
class Named(Unkeyed):
    """The name that an import gets, if it is the first of its file."""

    uid: str


@action
def _take(
    kind: str,
    sha256: str,
    on: date,
    options: dict[str, Any],
    source: Source,
    named: Named,
    *,
    by: Actor,
    under: str | None,
    key: Key,
    at: datetime,
) -> Report:
    with act(by=by, under=under, key=key, at=at, is_bulk=True) as a:
        taken = _read(source, on, options, at=at)
        _keep(source, sha256)
        batch = _batch(source, taken, on, a)
        report, rejects = _account(kind, sha256, named.uid, taken, source.loader.store(batch), batch.notes)
        row = Import.objects.create(
            uid=UUID(named.uid),
            act=a.row,
            kind=kind,
            file_name=source.name,
            sha256=sha256,
            options=options,
            on=on,
            known_at=source.known,
            at=at,
            machine_at=clock.machine(),
            actor=by.login,
            read=report.read,
            accepted=report.accepted,
            duplicate=report.duplicate,
            rejected=report.rejected,
            report=dataclasses.asdict(report),
        )
        _keep_rejects(row, taken.grid, rejects)
        a.event(
            "import",
            f"import:{named.uid}",
            fields=tuple(f for _heading, f in report.columns if f),
            digest=sha256,
        )
        return a.answer(report)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A sheet, the table found in it, and what its cells were checked to be."""

    grid: Grid
    found: Found
    checked: Checked
    address: Callable[[int, str], str] | None

    def cell(self, row: int, name: str) -> str:
        """Return the address in the file of a row's field."""
        return self.address(row, name) if self.address else cell_name(row, self.found.at.get(name, 0))


def _read(source: Source, on: date, options: Mapping[str, Any], *, at: datetime) -> _Taken:
    source.said(f"reading {source.name}")
    book = kinds.book()
    loader = source.loader
    headings = _headings(book, loader.kind, on)

    def find(grid: Grid) -> tuple[Grid, Found, Reshaped | None]:
        reshaped = loader.reshape(grid, options, source.name) if loader.reshape else None
        grid = reshaped.grid if reshaped else grid
        return (
            grid,
            find_table(grid, loader.fields, headings, source.sent.mapping, source.sent.table),
            reshaped,
        )

    try:
        grid, found, reshaped = reader.first_table(source.path, source.sent.sheet, find)
    except NoTable as e:
        raise CannotDo(f"{source.name}:{e.row or 1}", str(e), e.do, e.zh) from e
    source.said(f"checking {len(found.rows)} rows")
    lookups = loader.lookups(book, on)
    checked = check(
        grid,
        found,
        _up_to(at.astimezone(book.zone), loader, with_choices(loader.fields, lookups)),
        key=loader.key,
        lookups=lookups,
        today=on,
        zone=book.zone,
    )
    taken = _Taken(grid, found, checked, reshaped.cell if reshaped else None)
    if loader.is_strict and checked.conflicts:
        later, earlier = (taken.cell(row, loader.fields[-1].name) for row in checked.conflicts[0])
        raise CannotDo(
            f"{source.name}:{earlier}",
            f"another value stands for the same key at {later}",
            "keep the right one of the two",
        )
    return taken


def with_choices(fields: Sequence[Field], lookups: Mapping[str, Mapping[str, str]]) -> list[Field]:
    """Return the fields of a KIND with the choices that the playbook gives on that day."""
    return [
        dataclasses.replace(f, choices=lookups[f.name]) if f.type == "choice" and f.name in lookups else f
        for f in fields
    ]


def _up_to(now: datetime, loader: Loader, fields: Sequence[Field]) -> list[Field]:
    """Return the fields of a KIND; what a row says of a day or a moment, it can say only once that has come."""
    latest = {loader.day: now.date(), loader.moment: now}
    return [dataclasses.replace(f, high=latest[f.name]) if f.name in latest else f for f in fields]


def _headings(book: Playbook, kind: str, on: date) -> dict[str, str]:
    sheet = book.find("sheet", kind, at=on)
    return (
        {} if sheet is None else {h: column for column, headings in sheet.columns.items() for h in headings}
    )


def _batch(source: Source, taken: _Taken, on: date, a: OpenAct) -> Batch:
    loader, checked = source.loader, taken.checked
    accepted = checked.accepted
    columns = {
        f.name: accepted.column(f.name).to_pylist()
        if f.name in accepted.column_names
        else [None] * accepted.num_rows
        for f in loader.fields
    }
    days = {d for d in columns[loader.day] if d is not None} if loader.day else set()
    known = source.known
    for guard in loader.guards:
        known = guard(source.name, days, known)
    source.said(f"storing {accepted.num_rows} rows")
    return Batch(
        source.name,
        [int(n) for n in checked.rows],
        columns,
        on,
        a.reach(known),
        a,
        kinds.book(),
        loader.in_use,
        is_dry=source.is_dry,
        absent=frozenset(f.name for f in loader.fields) - set(taken.found.columns.values()),
    )


def _account(
    kind: str, sha256: str, uid: str, taken: _Taken, verdicts: Sequence[Verdict], notes: list[dict[str, Any]]
) -> tuple[Report, list[tuple[int, list[dict[str, str]]]]]:
    """Count every row once, and gather the reasons of those refused, by row."""
    checked, grid, found = taken.checked, taken.grid, taken.found
    reasons: dict[tuple[str, str], list[str]] = {}
    by_row: dict[int, list[dict[str, str]]] = {}
    for r in checked.rejects():
        cell = taken.cell(r.row, r.field)
        reasons.setdefault((r.field, r.code), []).append(cell)
        by_row.setdefault(r.row, []).append(
            {"field": r.field, "code": r.code, "cell": cell, "en": r.en, "zh": r.zh}
        )
    for number, verdict in zip(checked.rows, verdicts, strict=True):
        if isinstance(verdict, Reject):
            cell = taken.cell(int(number), verdict.field)
            reasons.setdefault((verdict.field, verdict.code), []).append(cell)
            by_row.setdefault(int(number), []).append(
                {
                    "field": verdict.field,
                    "code": verdict.code,
                    "cell": cell,
                    "en": verdict.en,
                    "zh": verdict.zh,
                }
            )
    same = sum(v == "same" for v in verdicts)
    refused = sum(isinstance(v, Reject) for v in verdicts)
    report = Report(
        kind=kind,
        sha256=sha256,
        sheet=grid.sheet,
        header_row=found.header_row,
        columns=list(found.columns.items()),
        read=checked.read,
        accepted=len(verdicts) - same - refused,
        duplicate=len(checked.duplicates) + same,
        rejected=len(checked.rejected) + refused,
        reasons=[
            {"field": f, "code": c, "count": len(cells), "cells": cells} for (f, c), cells in reasons.items()
        ],
        import_id=uid,
        notes=[dataclasses.asdict(n) for n in checked.notes] + notes,
    )
    return report, sorted(by_row.items())


def _keep(source: Source, sha256: str) -> None:
    """Keep the file in the inbox: whole or not at all, under the hash of its bytes."""
    if source.keep_in is None:
        return
    kept = source.keep_in / f"{sha256}{''.join(source.path.suffixes[-2:])[:16]}"
    if not kept.exists():
        part = kept.with_name(f"{kept.name}.part{os.getpid()}")
        shutil.copyfile(source.path, part)
        with part.open("rb") as f:
            os.fsync(f.fileno())
        part.replace(kept)


def _keep_rejects(row: Import, grid: Grid, rejects: Iterable[tuple[int, list[dict[str, str]]]]) -> None:
    numbers, cells, why = [], [], []
    places = None if grid.lines is None else {int(n): i + 1 for i, n in enumerate(grid.lines)}
    for number, reasons in rejects:
        numbers.append(number)
        cells.append(grid.row(number if places is None else places[number]))
        why.append(reasons)
    RejectedRow.objects.bulk_create(
        [
            RejectedRow(imported=row, row=n, cells=c, reasons=w)
            for n, c, w in zip(numbers, cells, why, strict=True)
        ],
        batch_size=2000,
    )
