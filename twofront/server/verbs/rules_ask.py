r"""Ask the rules of a playbook: what follows for a case at a moment, under which order and clause; on files alone.

The table in force at M answers, with its numbers and lists as they held then; with --known K as they were known at K.
Facts that follow from others (`[[derived]]`) are found; `used` says from which dated row. Exit 1 where two rows of a
`unique` table hit with different outputs.

Example:
  printf '{"place": "430500", "nights": 3, "left_on": "2020-02-16", "arrived_on": "2020-02-16"}\n' > FACTS.jsonl
  twofront rules ask dongyang-2020 arrival.class FACTS.jsonl --at 2020-02-18T19:30
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from twofront.core.errors import CannotDo
from twofront.core.playbook import Decision, NotInForce, Playbook, PlaybookFaults, read
from twofront.core.playbook.dated import Answer, Rules, RulesAt
from twofront.core.rules.one import WrongFact
from twofront.core.time import BadTime, parse_moment, write_moment
from twofront.server import playbooks
from twofront.server.verbs import output, rules_files


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "playbook",
        metavar="PLAYBOOK",
        help="the folder of a playbook, or the code of one that came with the product",
    )
    parser.add_argument("decision", metavar="DECISION", help="what is asked, such as arrival.class")
    parser.add_argument("facts", metavar="FACTS", type=Path, help="the records: .jsonl, .csv or .parquet")
    parser.add_argument("--at", metavar="M", required=True, help="the moment")
    parser.add_argument("--known", metavar="K", help="as known at this moment (default: all that is known)")
    parser.add_argument("--place", metavar="CODE", help="the township that asks (default: the county)")
    parser.add_argument("--explain", action="store_true", help="add the cells that each record met")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where the answers go (default: printed)")


def run(args: argparse.Namespace) -> int:
    """Print an answer a line; 1 if a record hit two rows that differ."""
    book = _book(playbooks.folder_of(args.playbook))
    keys = [row.key for row in book.all_of(Decision)]
    if args.decision not in keys:
        has = ", ".join(sorted(keys)) or "none"
        raise CannotDo("DECISION", f"{args.decision!r} is no decision of {book.code}", f"ask one of {has}")
    at = _moment(book, "--at", args.at)
    known = None if args.known is None else _moment(book, "--known", args.known)
    found = list(_answers(args, Rules(book).at(at, known=known)))
    data = "".join(json.dumps(a, ensure_ascii=False, allow_nan=False) + "\n" for a in found)
    output.give(data.encode(), args.out)
    return 1 if any("error" in a for a in found) else 0


def _book(folder: Path) -> Playbook:
    try:
        return read(playbooks.files_of(folder))
    except PlaybookFaults as e:
        fault = e.faults[0]
        value = "" if fault.value is None else f"{fault.value!r} "
        more = f" ({len(e.faults)} faults in all: see 'twofront playbook check')" if len(e.faults) > 1 else ""
        raise CannotDo(
            f"{folder / fault.file}:{fault.line}", f"{value}{fault.what}", fault.do + more
        ) from None


def _moment(book: Playbook, option: str, text: str) -> datetime:
    try:
        return parse_moment(text, zone=book.zone)
    except BadTime as e:
        raise CannotDo(option, f"{e.text!r} {e.what}", e.do) from None


def _answers(args: argparse.Namespace, rules: RulesAt) -> Iterator[dict[str, Any]]:
    for index, (line, facts) in enumerate(_records(args.facts)):
        try:
            answer = rules.ask(args.decision, facts, place=args.place)
        except WrongFact as e:
            raise CannotDo(f"{args.facts}:{line}", f"{e.fact} {e.value!r} {e.what}", e.do) from None
        except NotInForce as e:
            asked = args.at if args.known is None else f"{args.at}, as known at {args.known}"
            raise CannotDo(
                str(args.playbook), f"no {e.kind} {e.key} is in force at {asked}",
                "give a later moment, or add a dated row to the playbook",
            ) from None  # fmt: skip
        shown = _shown(index, answer, rules)
        if args.explain:
            shown["because"] = [{"row": r.row, "cells": dict(r.cells)} for r in rules.because(answer)]
        yield shown


def _records(path: Path) -> Iterator[rules_files.Record]:
    if any(s.lower() == ".parquet" for s in path.suffixes):
        yield from enumerate(rules_files.frame_of(path).to_pylist(), 1)
    else:
        yield from rules_files.records_of(path)


def _shown(index: int, answer: Answer, rules: RulesAt) -> dict[str, Any]:
    zone, entry, outcome = rules.book.zone, answer.entry, answer.outcome
    orders, clauses = [c.order for c in answer.clauses], [c.key for c in answer.clauses]
    collected = isinstance(outcome.out, list)

    def moment(at: datetime | None) -> str | None:
        return None if at is None else write_moment(at, zone=zone)

    shown: dict[str, Any] = {
        "index": index, "rows": list(outcome.rows), "out": outcome.out, "table": entry.decision,
        "version": moment(entry.since), "order": orders if collected else orders[0],
        "clause": clauses if collected else clauses[0], "basis": answer.basis,
        "place": entry.place, "until": moment(answer.until), "case": answer.case,
        "used": {n: asdict(u) | {"since": moment(u.since), "known": moment(u.known)} for n, u in answer.used.items()},
    }  # fmt: skip
    return shown | ({} if outcome.error is None else {"error": outcome.error})
