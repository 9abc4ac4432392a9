"""What every contestant shares: the question, and how an answer is handed back."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Question:
    """First and last day of the baseline, and of the answer."""

    base: tuple[str, str]
    days: tuple[str, str]


def question(argv: Sequence[str]) -> tuple[Path, Question]:
    """Read the folder named on the command line."""
    root = Path(argv[1])
    asked = json.loads((root / "question.json").read_text())
    return root, Question(tuple(asked["baseline"]), tuple(asked["days"]))


def answer(started: float, imported: float, rows: Sequence[Sequence[object]]) -> None:
    """Print seconds after imports and the rows, in the order of the contract."""
    done = time.perf_counter()
    print(json.dumps({"import_s": imported - started, "query_s": done - imported, "rows": rows}))
