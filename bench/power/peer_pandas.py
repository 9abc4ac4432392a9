"""The index in pandas; meters as categories, which is what makes it fit."""

import time

started = time.perf_counter()
import sys  # noqa: E402
from datetime import date  # noqa: E402

import pandas as pd  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from peer import answer, question  # noqa: E402

imported = time.perf_counter()
pa.set_cpu_count(2)
root, ask = question(sys.argv)
parts = []
for path in sorted(root.glob("lake/interval/*/*.parquet")):
    table = pq.read_table(
        path, columns=["meter", "time", "kwh"], read_dictionary=["meter"], partitioning=None
    )
    frame = table.unify_dictionaries().combine_chunks().to_pandas()
    frame["date"] = frame.pop("time").dt.normalize()
    parts.append(frame.groupby(["meter", "date"], observed=True)["kwh"].agg(["sum", "count"]).reset_index())
meter_day = pd.concat([p.astype({"meter": str}) for p in parts], ignore_index=True)
is_base = meter_day["date"].between(*map(pd.Timestamp, ask.base))
counted = (
    meter_day[is_base].groupby(["meter", "count"]).size().reset_index(name="n").sort_values(["n", "count"])
)
usual = counted.drop_duplicates("meter", keep="last").set_index("meter")["count"]
meter_day["usual"] = meter_day["meter"].map(usual)
complete = meter_day[meter_day["count"] >= 0.95 * meter_day["usual"]]
owned = pd.read_parquet(root / "firms.parquet")
owned["meters"] = owned.groupby("firm")["meter"].transform("size")
joined = owned.merge(complete, on="meter")
joined["kwh"] = joined["share"] * joined["sum"]
firm_day = (
    joined.groupby(["firm", "date"])
    .agg(kwh=("kwh", "sum"), n=("kwh", "size"), meters=("meters", "first"))
    .reset_index()
)
firm_day = firm_day[firm_day["n"] == firm_day["meters"]]
firms = (
    firm_day[firm_day["date"].between(*map(pd.Timestamp, ask.base))]
    .groupby("firm")["kwh"]
    .mean()
    .reset_index(name="baseline")
)
firms = firms[firms["baseline"] > 0].sort_values(["baseline", "firm"], ascending=[False, True])
firms["is_top"] = range(len(firms))
firms["is_top"] = firms["is_top"] < 10
states = firm_day[firm_day["date"].between(*map(pd.Timestamp, ask.days))].merge(firms, on="firm")
n, total = len(firms), firms["baseline"].sum()
rows = []
for day, s in states.groupby("date"):
    kwh, baseline, rest = s["kwh"], s["baseline"], ~s["is_top"]
    resumed, stopped = kwh > 0.30 * baseline, kwh < 0.20 * baseline
    known, whole = len(s), baseline.sum()
    firm, energy = 100 * resumed.sum() / known, 100 * kwh[resumed].sum() / whole
    capped = 100 * kwh.clip(upper=1.5 * baseline)[resumed].sum() / whole
    without = (
        100 * (resumed & rest).sum() / rest.sum() + 100 * kwh[resumed & rest].sum() / baseline[rest].sum()
    )
    row = [
        n,
        known,
        n - known,
        100 * whole / total,
        resumed.sum(),
        known - resumed.sum() - stopped.sum(),
        stopped.sum(),
        firm,
        energy,
    ]
    row += [(firm + energy) / 2, (firm + capped) / 2, 100 * kwh[s["is_top"]].sum() / kwh.sum(), without / 2]
    rows.append(
        [str(date(day.year, day.month, day.day)), *[v.item() if hasattr(v, "item") else v for v in row]]
    )
answer(started, imported, rows)
