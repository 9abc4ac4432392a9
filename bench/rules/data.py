"""Make the records, two tables of 200 rows and a set of 12 tables: `python bench/rules/data.py FOLDER RECORDS`.

Tables like that of arrivals: where somebody stayed, how long ago, temperature, age, a certificate, the day of arrival. In
`one` and `set` the ends of ranges come from a small stock, as orders have them (7 and 14 days, 37.3 degrees, the days of
orders); in `wild` any end may stand in any cell, so that a fact has a hundred.
"""

import json
import random
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from peer import SAMPLE

STAYS = (
    "hubei",
    "key_area",
    "wenzhou",
    "taizhou",
    "province",
    "outside",
    "abroad",
    "risk_high",
    "risk_mid",
    "risk_low",
    "county",
    "transit",
)
FIRST = date(2020, 1, 23)
TYPES = {
    "stay_class": "text",
    "days_since_stay": "number",
    "temperature_c": "number",
    "age": "number",
    "has_certificate": "bool",
    "arrived_on": "date",
}


STOCK = {
    "days": (1, 3, 7, 14, 21, 28),
    "temperature": (36, 37.3, 38, 39),
    "age": (6, 14, 18, 60, 65, 80),
    "order": (0, 5, 10, 14, 17, 21, 26, 34, 40, 50),
}


def span(of: random.Random, stock: str | None, low: float, high: float, step: float) -> str:
    """Return a range, or a comparison."""
    a, b = (
        sorted(of.sample(STOCK[stock], 2))
        if stock
        else sorted(round(of.uniform(low, high) / step) * step for _ in range(2))
    )
    return of.choice((f"[{a:g}..{b:g})", f"({a:g}..{b:g}]", f"<{b:g}", f">={a:g}"))


def days(of: random.Random, *, wild: bool) -> str:
    """Return a range of days."""
    a, b = sorted(
        FIRST + timedelta(days=of.randrange(60) if wild else of.choice(STOCK["order"])) for _ in range(2)
    )
    return of.choice((f"[{a}..{b}]", f">={a}", f"<={b}"))


def row(of: random.Random, *, wild: bool) -> list[str]:
    """Return the cells of one rule."""
    stays = ",".join(of.sample(STAYS, of.randint(1, 3)))
    cells = [
        of.choices((f"{{{stays}}}", f"!{{{stays}}}", "null", "-"), (65, 10, 5, 20))[0],
        of.choices((span(of, None if wild else "days", 0, 60, 1), "null", "-"), (60, 5, 35))[0],
        of.choices((span(of, None if wild else "temperature", 35, 41, 0.1), "null", "-"), (40, 5, 55))[0],
        of.choices((span(of, None if wild else "age", 0, 100, 1), "-"), (40, 60))[0],
        of.choices(("true", "false", "null", "-"), (20, 20, 5, 55))[0],
        of.choices((days(of, wild=wild), "-"), (50, 50))[0],
    ]
    return [f'"{c}"' if "," in c else c for c in cells]


def table(key: str, rows: int, seed: int, *, wild: bool = False) -> str:
    """Return a table of so many rows, with a default."""
    of = random.Random(seed)
    lines = [
        f"#table,{key}",
        "#hit,first",
        ",".join([*(f"in:{f}" for f in TYPES), "out:measure", "out:days"]),
        ",".join([*TYPES.values(), "text", "number"]),
    ]
    lines += [
        ",".join(
            [
                *row(of, wild=wild),
                of.choice(("quarantine", "monitor", "come", "not_yet")),
                str(of.choice((0, 7, 14))),
            ]
        )
        for _ in range(rows)
    ]
    return "\n".join([*lines, "#default,,,,,,come,0", ""])


def records(count: int) -> pa.Table:
    """Return records; some of each fact are null, numbers lie on the tables' steps, so that many are on an edge."""
    of = np.random.default_rng(20200218)

    def some(values, share):
        return pa.array(values, mask=of.random(count) < share)

    first = np.datetime64(FIRST, "D")
    return pa.table({
        "index": np.arange(count),
        "stay_class": some(np.array([*STAYS, "unlisted"], dtype=object)[of.integers(0, len(STAYS) + 1, count)], 0.05),
        "days_since_stay": some(of.integers(0, 61, count).astype(float), 0.05),
        "temperature_c": some(np.round(of.uniform(35, 41, count), 1), 0.05),
        "age": some(of.integers(0, 101, count).astype(float), 0.02),
        "has_certificate": some(of.random(count) < 0.5, 0.2),
        "arrived_on": some(first + of.integers(0, 61, count), 0.02),
    })  # fmt: skip


def main(folder: Path, count: int) -> None:
    """Write records.parquet, one/table.csv, wild/table.csv and set/*.csv."""
    for part in ("one", "wild", "set"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    made = records(count)
    pq.write_table(made, folder / "records.parquet")
    lines = (json.dumps(r, default=str) for r in made.slice(0, SAMPLE["one"]).to_pylist())
    (folder / "records.jsonl").write_text("".join(line + "\n" for line in lines))
    (folder / "one" / "table.csv").write_text(table("arrival", 200, 1))
    (folder / "wild" / "table.csv").write_text(table("wild", 200, 1, wild=True))
    for n in range(12):
        (folder / "set" / f"table{n:02d}.csv").write_text(table(f"t{n}", 6 + 6 * n, 100 + n))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
