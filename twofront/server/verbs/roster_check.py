"""Check a roster as people keep it, on files alone: which rows can be taken, and which cells are wrong.

read = accepted + duplicate + rejected. The same workbook comes back with exactly the wrong cells filled and explained.
Headings are known by the playbook's words and by what stands below them; what is not known is asked about, and
answered by --map.

Example:
    twofront roster check 企业名册.xlsx --kind enterprises --report 退回.xlsx --accepted OK.csv
"""

import argparse
import dataclasses
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from twofront.core.errors import CannotDo
from twofront.core.playbook import Phase, Playbook, PlaybookFaults, ProjectKind, Sheet, read
from twofront.core.sheets import Checked, Field, Found, Grid, NoTable, check, find_table
from twofront.core.sheets.fields import plain_heading
from twofront.core.sheets.persons import beside_id
from twofront.core.sheets.rosters import ROSTERS
from twofront.core.time import BadTime, parse_day
from twofront.ground import export, reader
from twofront.ground.spoken import said
from twofront.server import playbooks
from twofront.server.verbs.maps import mapping_of
from twofront.server.verbs.output import give

_MOST_REPAIRS = 1_000  # of one field and code that the sheet of sums shows; the count is always whole


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--kind", required=True, choices=list(ROSTERS))
    parser.add_argument("--sheet", help="number from 1, or name (default: the first that holds such a table)")
    parser.add_argument("--table", type=int, help="which table, from 1, where a sheet holds several")
    parser.add_argument("--map", help="a JSON file: heading to field or null")
    parser.add_argument("--playbook", help="whose headings are known: a folder, or a code (dongyang-2020)")
    parser.add_argument("--on", help="the day by which a missing year is told (default: the playbook's)")
    parser.add_argument("--report", required=True, type=Path, help="where the marked workbook goes")
    parser.add_argument("--accepted", type=Path, help="where the accepted rows go, as CSV")


def run(args: argparse.Namespace) -> int:
    """Check the file, print what became of it; exit 1 if a row was rejected."""
    mapping, roster = mapping_of(args.map), ROSTERS[args.kind]
    if unknown := sorted({f for f in (mapping or {}).values() if f} - set(roster.names)):
        has = ", ".join(roster.names)
        raise CannotDo(str(args.map), f"{unknown[0]} is no field of {args.kind}", f"write one of {has}")
    book = _book(args.playbook)
    sha256, day = reader.hash_of(args.file), _day(args.on, book)
    grid, found, fields = _found(args, book, mapping)
    checked = check(
        grid,
        found,
        fields,
        key=roster.key,
        lookups={"sector": trades} if (trades := book.trades()) else {},
        today=day,
        zone=book.zone,
        twins="duplicate",
    )
    persons = beside_id(grid, found, today=day, places=book.prefectures()) if roster.watched else ()
    answer = _answer(args.kind, sha256, grid, found, checked)
    answer["notes"] += [dataclasses.asdict(n) for n in persons]
    marks = [export.Mark(r.cell, f"{r.zh} · {r.en}") for r in checked.rejects()]
    sums = export.sums(args.file.name, answer) + _mended(checked)
    give(export.report(args.file, grid, marks, sums), args.report)
    if args.accepted:
        give(export.plain_csv(checked.accepted, roster.names), args.accepted)
    _ask(found)
    print(json.dumps(answer, ensure_ascii=False))
    return 1 if answer["rejected"] else 0


def _book(given: str | None) -> Playbook:
    folder = playbooks.folder_of(given)
    try:
        return read(playbooks.files_of(folder))
    except PlaybookFaults as e:
        fault = e.faults[0]
        raise CannotDo(
            f"{folder / fault.file}:{fault.line}", f"{fault.value!r} {fault.what}", fault.do
        ) from None


def _found(
    args: argparse.Namespace, book: Playbook, mapping: dict[str, str | None] | None
) -> tuple[Grid, Found, list[Field]]:
    kinds = {text: r.key for r in book.all_of(ProjectKind) for text in (r.key, r.zh, r.en)}
    fields = [
        dataclasses.replace(f, choices=kinds) if f.type == "choice" else f for f in ROSTERS[args.kind].fields
    ]
    sheets = [s for s in book.all_of(Sheet) if s.key == args.kind]
    headings = {h: column for s in sheets for column, texts in s.columns.items() for h in texts}
    places = {plain_heading(h) for h, column in headings.items() if column == "registered_place"}
    if any(f == "origin" and plain_heading(h) in places for h, f in (mapping or {}).items()):
        raise CannotDo(
            str(args.map),
            "origin guessed from ID is not accepted: a registered place is no stay",
            "ask each where they stayed in the last 14 days, and name that column",
        )
    try:
        grid, found = reader.first_table(
            args.file,
            args.sheet,
            lambda g: (
                g,
                find_table(g, [*fields, *ROSTERS[args.kind].watched], headings, mapping, args.table),
            ),
        )
    except NoTable as e:
        raise CannotDo(f"{args.file.name}:{e.row or 1}", str(e), e.do, e.zh) from None
    return grid, found, fields


def _day(given: str | None, book: Playbook) -> date | None:
    """Return the day by which a missing year is told: as given, else the first of the playbook's last phase."""
    if given is None:
        return max((p.days.first for p in book.all_of(Phase) if p.days.first), default=None)
    try:
        return parse_day(given)
    except BadTime as e:
        raise CannotDo("--on", f"{e.text!r} {e.what}", e.do) from None


def _answer(kind: str, sha256: str, grid: Grid, found: Found, checked: Checked) -> dict[str, Any]:
    return {
        "kind": kind, "sha256": sha256, "sheet": grid.sheet, "header_row": found.header_row,
        "columns": {h: f if f in ROSTERS[kind].names else None for h, f in found.columns.items()}, "read": checked.read, "accepted": checked.accepted.num_rows,
        "duplicate": len(checked.duplicates), "rejected": int(checked.rejected.size), "reasons": checked.reasons(),
        "repairs": [
            {"field": r.field, "code": r.code, "count": len(r.was), "cells": r.cells} for r in checked.repairs
        ],
        "notes": [dataclasses.asdict(n) for n in checked.notes],
    }  # fmt: skip


def _mended(checked: Checked) -> list[list[object]]:
    """Return the rows of the sheet 汇总 for what is kept written otherwise: cell, what stood there, what is kept."""
    rows: list[list[object]] = [["订正 repairs", "原值 was", "现值 now"]]
    for repair in checked.repairs:
        shown = zip(repair.cells, repair.was, repair.now, strict=True)
        listed: list[list[object]] = [[cell, was, now] for cell, was, now in shown]
        rows += listed[:_MOST_REPAIRS]
    return rows if len(rows) > 1 else []


def _ask(found: Found) -> None:
    """Ask about the headings that are not known; nothing under them was read."""
    if unknown := [heading for heading, field in found.columns.items() if field is None]:
        listed = ", ".join(unknown)
        print(said(f"headings not known, not read: {listed}; say with --map what they are"), file=sys.stderr)
