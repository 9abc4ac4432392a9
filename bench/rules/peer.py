"""What every contestant shares: the records, how many it is asked of, and how an answer is handed back."""

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SAMPLE = {"one": 100_000, "loop": 10_000, "zen": 1_000}
"""How many records the slow ones are asked; their rate is said for so many."""
LEAST = min(SAMPLE.values())


def read(root: Path) -> pa.Table:
    """Return the records, in memory."""
    return pq.read_table(root / "records.parquet").combine_chunks()


def tables(root: Path, which: str) -> list[dict[str, Any]]:
    """Return the compiled tables."""
    return [json.loads(p.read_bytes()) for p in sorted((root / which).glob("*.json"))]


class Timed:
    """Adds up the seconds and the processor time of what is done under it."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0

    def __enter__(self) -> "Timed":
        self.began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self.began[0]
        self.cpu += time.process_time() - self.began[1]


def answer(rows: Sequence[np.ndarray], prepared: Timed, decided: Timed, **more: float) -> None:
    """Print seconds, records a second over all tables, and what the answers hash to: of the first records, and of all."""
    hashes = [
        hashlib.sha256(b"".join(np.ascontiguousarray(r[:n], np.int32).tobytes() for r in rows)).hexdigest()
        for n in (LEAST, None)
    ]
    print(json.dumps({
        "prepare_s": prepared.seconds, "decide_s": decided.seconds, "cpu_s": decided.cpu, "records": len(rows[0]), "tables": len(rows),
        "rate": len(rows[0]) * len(rows) / decided.seconds, "least": hashes[0], "all": hashes[1], **more,
    }))  # fmt: skip
