"""The data of the bench: a lake of meters x 96 x days with its manifest, and who owns which meter.

Every fifth firm has two meters and every fiftieth meter two firms; three meter-days in a hundred lack their evening, so
that they are unknown; in the second half of the days each firm works at a level of its own between 0 and 1.5.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from twofront import lake
from twofront.lake import LakeFile, engine

FIRST = date(2020, 1, 1)

DAY = """
    SELECT printf('33078300%06d', m) AS meter, DATE '{day}' + to_minutes((q * 15)::INT) AS time,
           round((5 + hash(m) % 1000 / 10) * (0.5 + hash(m, q, {n}) % 1000 / 1000) * {level}, 3)::DOUBLE AS kwh
    FROM (SELECT i // 96 AS m, i % 96 AS q FROM range({meters} * 96) t(i))
    WHERE hash(m, {n}) % 100 >= 3 OR q < 60"""
LEVEL = "(hash(m // 5 * 5 + least(m % 5, 3), 7) % 150 / 100)"

SHARES = """
    SELECT printf('33078300%06d', m) AS meter, f::BIGINT AS firm, s::DOUBLE AS share, printf('C%02d', f % 30) AS sector
    FROM (SELECT m, CASE WHEN m % 5 = 4 THEN m - 1 ELSE m END AS f, CASE WHEN m % 50 = 0 THEN 0.5 ELSE 1 END AS s FROM range({meters}) t(m)
          UNION ALL SELECT m, m + 1, 0.5 FROM range({meters}) t(m) WHERE m % 50 = 0) ORDER BY 1, 2"""


def day_table(n: int, *, meters: int, days: int) -> pa.Table:
    """Return the readings of the nth day of so many."""
    level = LEVEL if n >= days // 2 else "1"
    with engine.connection() as con:
        return con.sql(
            DAY.format(day=FIRST + timedelta(days=n), n=n, meters=meters, level=level)
        ).to_arrow_table()


def make(root: Path, *, meters: int, days: int) -> None:
    """Write `lake/`, `manifest.json`, `firms.parquet`, `firms.csv` and `question.json` below *root*."""
    files: list[LakeFile] = []
    for n in range(days):
        known = datetime(2020, 1, 2, tzinfo=UTC) + timedelta(days=n)
        files += lake.append(
            root / "lake", day_table(n, meters=meters, days=days), layout="interval", known=known, seq=n
        )
    (root / "manifest.json").write_text(json.dumps([asdict(f) for f in files], default=str))
    with engine.connection() as con:
        for form, option in (("parquet", "FORMAT parquet"), ("csv", "FORMAT csv, HEADER")):
            con.execute(f"COPY ({SHARES.format(meters=meters)}) TO '{root}/firms.{form}' ({option})")
    half = FIRST + timedelta(days=days // 2)
    question = {
        "baseline": [str(FIRST), str(half - timedelta(days=1))],
        "days": [str(half), str(FIRST + timedelta(days=days - 1))],
    }
    (root / "question.json").write_text(
        json.dumps(
            question | {"meters": meters, "readings": sum(f.rows for f in files if f.kind == "interval")}
        )
    )


def manifest(root: Path) -> Iterator[LakeFile]:
    """Read the manifest back."""
    for row in json.loads((root / "manifest.json").read_text()):
        yield LakeFile(
            **row | {"day": date.fromisoformat(row["day"]), "known": datetime.fromisoformat(row["known"])}
        )


if __name__ == "__main__":
    make(Path(sys.argv[1]), meters=int(sys.argv[2]), days=int(sys.argv[3]))
