"""Twofront's own engines: `bulk` (Ibis on DuckDB), `one` (a record at a time); and `compile`, the tables for the others.

python bench/rules/ours.py bulk|one|compile FOLDER one|set
"""

import sys
from pathlib import Path

import numpy as np
from peer import SAMPLE, Timed, answer, read

from twofront.core.rules.one import OneByOne
from twofront.core.rules.reading import read_table
from twofront.lake import engine
from twofront.lake.rules import InBulk

way, root, which = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
tables = [read_table(p.read_bytes(), file=p.name) for p in sorted((root / which).glob("*.csv"))]
if way == "compile":
    for path, table in zip(sorted((root / which).glob("*.csv")), tables, strict=True):
        path.with_suffix(".json").write_bytes(table.compiled)
elif way == "bulk":
    facts = read(root)
    facts = facts.rename_columns(["index", *(f"in_{n}" for n in facts.column_names[1:])])
    prepared, decided, found = Timed(), Timed(), []
    names = [f"{f't{n}_' if len(tables) > 1 else ''}row" for n in range(len(tables))]
    with engine.connection() as con:
        with prepared:
            many = InBulk(con, [table.compiled for table in tables])
        with decided:
            rows = many.decide(facts, columns=", ".join(["index", *names]))
            place = rows["index"].to_numpy()
            for name in names:
                hit = np.empty(len(facts), np.int32)
                hit[place] = rows[name].fill_null(0).to_numpy()
                found.append(hit)
    answer(found, prepared, decided)
else:
    facts = read(root).slice(0, SAMPLE["one"]).to_pylist()
    prepared, decided, explained = Timed(), Timed(), Timed()
    with prepared:
        engines = [OneByOne(t) for t in tables]
    with decided:
        found = [np.array([r[0] if (r := e.decide(f).rows) else 0 for f in facts], np.int32) for e in engines]
    with explained:
        for f in facts:
            engines[0].because(engines[0].decide(f))
    answer(found, prepared, decided, because_us=1e6 * explained.cpu / len(facts))
