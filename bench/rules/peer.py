"""What every contestant shares: the records, how many it is asked of, and how an answer is handed back."""

import hashlib
import json
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


def answer(rows: Sequence[np.ndarray], prepare_s: float, decide_s: float, **more: float) -> None:
    """Print seconds, records a second over all tables, and what the answers hash to: of the first records, and of all."""
    hashes = [
        hashlib.sha256(b"".join(np.ascontiguousarray(r[:n], np.int32).tobytes() for r in rows)).hexdigest()
        for n in (LEAST, None)
    ]
    print(json.dumps({
        "prepare_s": prepare_s, "decide_s": decide_s, "records": len(rows[0]), "tables": len(rows),
        "rate": len(rows[0]) * len(rows) / decide_s, "least": hashes[0], "all": hashes[1], **more,
    }))  # fmt: skip
