r"""Ask a decision table about records: the rows that hit, and what follows; works on files alone.

A record is an object a line (.jsonl), or a row of a .csv or .parquet; facts that are missing or empty are not known.
--diff OLD prints only the records that OLD answers otherwise, with `before` and `after`; --explain adds the cells met.
Exit 1 where two rows of a `unique` table hit with different outputs.

Example:
  printf '#table,t\n#hit,first\nin:age,out:days\nnumber,number\n>=60,14\n-,7\n' > TABLE.csv
  printf '{"age": 61}\n{}\n' > FACTS.jsonl
  twofront rules evaluate TABLE.csv FACTS.jsonl
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twofront.core.errors import CannotDo
from twofront.core.rules.one import Decision, OneByOne, WrongFact
from twofront.core.rules.table import COUNTY_ZONE, Table
from twofront.core.time import BadTime, parse_moment
from twofront.server.verbs import output, rules_files


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("table", metavar="TABLE", type=Path, help="the table, CSV or xlsx")
    parser.add_argument("facts", metavar="FACTS", type=Path, help="the records: .jsonl, .csv or .parquet")
    parser.add_argument("--at", metavar="M", help="a moment at which the table must be in force")
    parser.add_argument(
        "--diff", metavar="OLD", type=Path, help="print only what the table OLD answers otherwise"
    )
    parser.add_argument("--explain", action="store_true", help="add the cells that each record met")
    parser.add_argument(
        "--format", choices=("jsonl", "parquet"), help="default: as --out is named, else jsonl"
    )
    parser.add_argument("--out", metavar="FILE", type=Path, help="where the answers go (default: printed)")


def run(args: argparse.Namespace) -> int:
    """Print or write the answers; 1 if a record hit two rows that differ."""
    table = rules_files.table_of(args.table)
    old = None if args.diff is None else rules_files.table_of(args.diff)
    if args.at is not None:
        _must_hold(table, args.at, args.table)
    form = args.format or ("parquet" if args.out is not None and args.out.suffix == ".parquet" else "jsonl")
    if form == "parquet" and args.facts.suffix == ".parquet" and old is None and not args.explain:
        from twofront.server.verbs import rules_parquet  # noqa: PLC0415 - heavy things late

        if (whole := rules_parquet.in_bulk(table, args.facts)) is not None:
            data, has_error = whole
            output.give(data, args.out)
            return 1 if has_error else 0
    found = list(_answers(args, table, old))
    if form == "parquet":
        from twofront.server.verbs import rules_parquet  # noqa: PLC0415 - heavy things late

        data = rules_parquet.answers(found, table, old)
    else:
        data = "".join(json.dumps(a, ensure_ascii=False, allow_nan=False) + "\n" for a in found).encode()
    output.give(data, args.out)
    return 1 if any("error" in a for a in found) else 0


def _must_hold(table: Table, text: str, path: Path) -> None:
    try:
        at = parse_moment(text, zone=COUNTY_ZONE)
    except BadTime as e:
        raise CannotDo("--at", f"{e.text!r} {e.what}", e.do) from None
    if not table.in_force(at):
        raise CannotDo(
            str(path), f"is not in force at {text}: it holds from {table.start or 'ever'} until before {table.end or 'further notice'}",
            "give a moment in between, or the table of that time",
        )  # fmt: skip


def _answers(args: argparse.Namespace, table: Table, old: Table | None) -> Iterator[dict[str, Any]]:
    engine, before = OneByOne(table), None if old is None else OneByOne(old)
    for index, (line, facts) in enumerate(rules_files.records_of(args.facts, table, old)):
        try:
            now = engine.decide(facts)
            then = None if before is None else before.decide(facts)
        except WrongFact as e:
            raise CannotDo(f"{args.facts}:{line}", f"{e.fact} {e.value!r} {e.what}", e.do) from None
        if then is not None and then.out == now.out:
            continue
        told = answer(index, now, table)
        if then is not None:
            told |= {"before": then.out, "after": now.out}
        if args.explain:
            told["because"] = because(engine, now)
        yield told


def answer(index: int, found: Decision, table: Table) -> dict[str, Any]:
    """Return a decision as the contract writes it."""
    error = {} if found.error is None else {"error": found.error}
    return {
        "index": index,
        "rows": list(found.rows),
        "out": found.out,
        "table": table.key,
        "version": table.start,
    } | error


def because(engine: OneByOne, found: Decision) -> list[dict[str, Any]]:
    """Return the cells that a record met, row by row."""
    return [{"row": r.row, "cells": dict(r.cells)} for r in engine.because(found)]
