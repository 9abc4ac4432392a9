"""Twofront's own engines: `bulk` (Ibis on DuckDB), `one` (a record at a time); and `compile`, the tables for the others.

python bench/rules/ours.py bulk|one|compile FOLDER one|set
"""

import time

started = time.perf_counter()
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from peer import SAMPLE, answer, read  # noqa: E402

from twofront.core.rules.one import OneByOne  # noqa: E402
from twofront.core.rules.reading import read_table  # noqa: E402

way, root, which = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
tables = [read_table(p.read_bytes(), file=p.name) for p in sorted((root / which).glob("*.csv"))]
if way == "compile":
    for path, table in zip(sorted((root / which).glob("*.csv")), tables, strict=True):
        path.with_suffix(".json").write_bytes(table.compiled)
elif way == "bulk":
    from twofront.lake import engine
    from twofront.lake.rules import InBulk

    facts = read(root)
    facts = facts.rename_columns(["index", *(f"in_{n}" for n in facts.column_names[1:])])
    with engine.connection() as con:
        imported = time.perf_counter()
        prepare_s = decide_s = 0.0
        found = []
        for table in tables:
            begun = time.perf_counter()
            many = InBulk(con, table.compiled)
            prepared = time.perf_counter()
            rows = many.decide(facts, columns="index, row")
            hit = np.empty(len(facts), np.int32)
            hit[rows["index"].to_numpy()] = rows["row"].fill_null(0).to_numpy()
            decide_s += time.perf_counter() - prepared
            prepare_s += prepared - begun
            found.append(hit)
    answer(found, prepare_s, decide_s)
else:
    facts = read(root).slice(0, SAMPLE["one"]).to_pylist()
    begun = time.perf_counter()
    engines = [OneByOne(t) for t in tables]
    prepared = time.perf_counter()
    found = [np.array([r[0] if (r := e.decide(f).rows) else 0 for f in facts], np.int32) for e in engines]
    done = time.perf_counter()
    because_s = time.perf_counter()
    for f in facts:
        engines[0].because(engines[0].decide(f))
    because_s = time.perf_counter() - because_s
    answer(found, prepared - begun, done - prepared, because_us=1e6 * because_s / len(facts))
