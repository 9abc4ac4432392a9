r"""Examine a decision table: cases that no row answers, rows that overlap, rows that never answer; works on files alone.

Each gap and overlap has a witness, facts that show it. Exact, not sampled; at most 100 gaps are listed. Exit 1 for an
unreachable row, a gap without default, or, under `unique`, an overlap whose outputs differ.

Example:
  printf '#table,t\nin:age,out:days\nnumber,number\n<60,7\n>=65,14\n' > TABLE.csv
  twofront rules check TABLE.csv
"""

import argparse
import json
from pathlib import Path

from twofront.core.rules.examine import examine
from twofront.server.verbs import rules_files


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the one argument."""
    parser.add_argument("table", metavar="TABLE", type=Path, help="the table, CSV or xlsx")


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 if the table is unsound."""
    found = examine(rules_files.table_of(args.table))
    answer = {
        "rows": found.rows,
        "gaps": [{"witness": w} for w in found.gaps],
        "overlaps": [
            {"rows": list(o.rows), "witness": o.witness, "same_output": o.same_output} for o in found.overlaps
        ],
        "unreachable": [{"row": u.row, "by": list(u.by)} for u in found.unreachable],
    }
    print(json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=2))
    return 0 if found.is_sound else 1
