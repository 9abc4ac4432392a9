"""The index in Polars, lazily and streaming."""

import time

started = time.perf_counter()
import sys  # noqa: E402
from datetime import date  # noqa: E402

import polars as pl  # noqa: E402
from peer import answer, question  # noqa: E402

imported = time.perf_counter()
root, ask = question(sys.argv)
is_base = pl.col("date").is_between(*map(date.fromisoformat, ask.base))
meter_day = (
    pl.scan_parquet(f"{root}/lake/interval/*/*.parquet")
    .select("meter", "kwh", date=pl.col("time").dt.date())
    .group_by("meter", "date")
    .agg(kwh=pl.col("kwh").sum(), points=pl.len())
    .collect(engine="streaming")
    .lazy()
)
usual = meter_day.filter(is_base).group_by("meter").agg(usual=pl.col("points").mode().max())
complete = (
    meter_day.join(usual, on="meter")
    .filter(pl.col("points") >= 0.95 * pl.col("usual"))
    .select("meter", "date", "kwh")
)
owned = pl.scan_parquet(f"{root}/firms.parquet").with_columns(meters=pl.len().over("firm"))
firm_day = (
    owned.join(complete, on="meter")
    .group_by("firm", "date")
    .agg(kwh=(pl.col("share") * pl.col("kwh")).sum(), n=pl.len(), meters=pl.col("meters").first())
    .filter(pl.col("n") == pl.col("meters"))
    .select("firm", "date", "kwh")
    .collect()
)
firms = (
    firm_day.filter(is_base).group_by("firm").agg(baseline=pl.col("kwh").mean()).filter(pl.col("baseline") > 0)
    .sort(["baseline", "firm"], descending=[True, False]).with_row_index().with_columns(is_top=pl.col("index") < 10)
)  # fmt: skip
kwh, baseline, rest = pl.col("kwh"), pl.col("baseline"), ~pl.col("is_top")
resumed, stopped = kwh > 0.30 * baseline, kwh < 0.20 * baseline
sums = (
    firm_day.filter(pl.col("date").is_between(*map(date.fromisoformat, ask.days))).join(firms, on="firm")
    .group_by("date").agg(
        known=pl.len(), resumed=resumed.sum(), stopped=stopped.sum(), baseline_known=baseline.sum(), kwh_known=kwh.sum(),
        kwh_resumed=kwh.filter(resumed).sum(), kwh_capped=pl.min_horizontal(kwh, 1.5 * baseline).filter(resumed).sum(),
        kwh_top=kwh.filter(pl.col("is_top")).sum(), rest_known=rest.sum(), rest_resumed=(resumed & rest).sum(),
        rest_baseline=baseline.filter(rest).sum(), rest_kwh=kwh.filter(resumed & rest).sum(),
    ).sort("date")
)  # fmt: skip
n, total = firms.height, firms["baseline"].sum()
rows = []
for r in sums.iter_rows(named=True):
    firm, energy = 100 * r["resumed"] / r["known"], 100 * r["kwh_resumed"] / r["baseline_known"]
    rows.append([
        str(r["date"]), n, r["known"], n - r["known"], 100 * r["baseline_known"] / total,
        r["resumed"], r["known"] - r["resumed"] - r["stopped"], r["stopped"], firm, energy, (firm + energy) / 2,
        (firm + 100 * r["kwh_capped"] / r["baseline_known"]) / 2, 100 * r["kwh_top"] / r["kwh_known"],
        (100 * r["rest_resumed"] / r["rest_known"] + 100 * r["rest_kwh"] / r["rest_baseline"]) / 2,
    ])  # fmt: skip
answer(started, imported, rows)
