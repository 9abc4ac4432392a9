"""The index as Twofront computes it: from the same points as the others, or (`rollup`) from what its intake wrote beside them."""

import time

started = time.perf_counter()
import sys  # noqa: E402
from dataclasses import asdict  # noqa: E402
from datetime import date  # noqa: E402

import pyarrow.parquet as pq  # noqa: E402
from data import manifest  # noqa: E402
from peer import answer, question  # noqa: E402

from twofront import lake  # noqa: E402
from twofront.core.power.index import FIGURES, Parameters  # noqa: E402
from twofront.core.time import Days  # noqa: E402

imported = time.perf_counter()
root, ask = question(sys.argv)
files = [f for f in manifest(root) if sys.argv[2] == "rollup" or f.kind == "interval"]
baseline, days = (Days(*map(date.fromisoformat, d)) for d in (ask.base, ask.days))
shares = pq.read_table(root / "firms.parquet")
cells = lake.index(root / "lake", files, shares, baseline=baseline, days=days, params=Parameters())
answer(started, imported, [[str(c.date), *[asdict(c)[f] for f in FIGURES]] for c in cells])
