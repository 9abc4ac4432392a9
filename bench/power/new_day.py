"""Take one more day in from Parquet and ask for its index, five times, each time a day of its own; print the medians."""

import json
import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import data
import pyarrow.parquet as pq

from twofront import lake
from twofront.core.power.index import Parameters
from twofront.core.time import Days

root, repeats = Path(sys.argv[1]), int(sys.argv[2])
question = json.loads((root / "question.json").read_text())
first, last = (date.fromisoformat(d) for d in (question["baseline"][0], question["days"][1]))
baseline = Days(first, date.fromisoformat(question["baseline"][1]))
files = list(data.manifest(root))
shares = pq.read_table(root / "firms.parquet")
path = root / "day.parquet"
taken, asked = [], []
for n in range(1, repeats + 1):
    day = last + timedelta(days=n)
    pq.write_table(data.day_table((day - first).days, meters=question["meters"], days=1), path)
    started = time.perf_counter()
    new = lake.append(
        root / "lake", pq.read_table(path), layout="interval", known=datetime(2020, 6, 1, tzinfo=UTC), seq=n
    )
    taken.append(time.perf_counter() - started)
    started = time.perf_counter()
    (cell,) = lake.index(
        root / "lake", [*files, *new], shares, baseline=baseline, days=Days(day, day), params=Parameters()
    )
    asked.append(time.perf_counter() - started)
    assert cell.known
lake.sweep(root / "lake", {f.path for f in files})
path.unlink()
print(
    json.dumps(
        {
            "intake_s": statistics.median(taken),
            "index_s": statistics.median(asked),
            "index_least_s": min(asked),
        }
    )
)
