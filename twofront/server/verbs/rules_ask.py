r"""Ask a playbook's rules about records: the table in force at a moment, as it was known; works on files alone.

An answer is that of `rules evaluate`, with the order and clause that it rests on. A fact that stands in one of the playbook's
lists of values (such as the class of an area) is looked up where a record does not say it. Without --known the rules
are those known at last. Exit 1 where two rows of a `unique` table hit with different outputs.

Example:
  printf '{"id_card_shown": true, "temperature_passed": true}\n' > FACTS.jsonl
  twofront rules ask dongyang-2020 gate.entry FACTS.jsonl --at 2020-02-18T09:00
"""

import argparse
import json
from datetime import datetime, tzinfo
from pathlib import Path

from twofront.core.errors import CannotDo
from twofront.core.playbook import PlaybookFaults, read
from twofront.core.rules.one import OneByOne, WrongFact
from twofront.core.rules.rulebook import NoTable
from twofront.core.time import BadTime, parse_moment
from twofront.server import playbooks
from twofront.server.verbs import rules_evaluate, rules_files


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "playbook",
        metavar="PLAYBOOK",
        help="the folder of a playbook, or the code of one that came with the product",
    )
    parser.add_argument("decision", metavar="DECISION", help="what is decided, such as gate.entry")
    parser.add_argument("facts", metavar="FACTS", type=Path, help="the records: .jsonl, .csv or .parquet")
    parser.add_argument("--at", metavar="M", required=True, help="the moment for which is asked")
    parser.add_argument("--known", metavar="M", help="as the county knew it at this moment")
    parser.add_argument("--explain", action="store_true", help="add the cells that each record met")


def run(args: argparse.Namespace) -> int:
    """Print the answers; 1 if a record hit two rows that differ."""
    try:
        book = read(playbooks.files_of(playbooks.folder_of(args.playbook)))
    except PlaybookFaults as e:
        fault = e.faults[0]
        value = "" if fault.value is None else f"{fault.value!r} "
        raise CannotDo(
            f"{args.playbook}/{fault.file}:{fault.line}", f"{value}{fault.what}", fault.do
        ) from None
    at = _moment(args.at, "--at", book.zone)
    rules = book.rules.at(at, known=_moment(args.known, "--known", book.zone) if args.known else None)
    try:
        found = rules.table(args.decision)
    except NoTable as e:
        keys = sorted({t.table.key for t in book.rules.tables})
        what = f"is not in force at {args.at}" + (f" as known at {args.known}" if args.known else "")
        raise CannotDo(
            f"{args.playbook}: {args.decision}",
            what if e.has_any else "is no decision of this playbook",
            "give another moment"
            if e.has_any
            else f"ask for one of {', '.join(keys) or 'none: it has no table'}",
        ) from None
    engine = OneByOne(found.table)
    has_error = False
    lines = []
    for index, (line, facts) in enumerate(rules_files.records_of(args.facts, found.table)):
        try:
            decided = engine.decide(rules.complete(facts, found.table))
        except WrongFact as e:
            raise CannotDo(f"{args.facts}:{line}", f"{e.fact} {e.value!r} {e.what}", e.do) from None
        answer = rules_evaluate.answer(index, decided, found.table) | {
            "order": found.order,
            "clause": found.clause,
        }
        if args.explain:
            answer["because"] = rules_evaluate.because(engine, decided)
        has_error |= decided.error is not None
        lines.append(json.dumps(answer, ensure_ascii=False, allow_nan=False) + "\n")
    rules_files.give("".join(lines).encode(), None)
    return 1 if has_error else 0


def _moment(text: str, option: str, zone: tzinfo) -> datetime:
    try:
        return parse_moment(text, zone=zone)
    except BadTime as e:
        raise CannotDo(option, f"{e.text!r} {e.what}", e.do) from None
