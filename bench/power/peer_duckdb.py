"""The index in plain DuckDB SQL, written by hand as somebody would who knows DuckDB and the definition."""

import time

started = time.perf_counter()
import sys  # noqa: E402

import duckdb  # noqa: E402
from peer import answer, question  # noqa: E402

imported = time.perf_counter()
root, ask = question(sys.argv)
con = duckdb.connect()
con.execute("SET threads = 2; SET enable_progress_bar = false")
rows = con.execute(f"""
WITH meter_day AS (
    SELECT meter, time::DATE AS date, sum(kwh) AS kwh, count(*) AS points
    FROM read_parquet('{root}/lake/interval/*/*.parquet') GROUP BY ALL),
usual AS (SELECT meter, mode(points) AS usual FROM meter_day WHERE date BETWEEN '{ask.base[0]}' AND '{ask.base[1]}' GROUP BY meter),
complete AS (SELECT meter, date, kwh FROM meter_day JOIN usual USING (meter) WHERE points >= 0.95 * usual),
owned AS (SELECT *, count(*) OVER (PARTITION BY firm) AS meters FROM read_parquet('{root}/firms.parquet')),
firm_day AS (
    SELECT firm, date, sum(share * kwh) AS kwh FROM owned JOIN complete USING (meter)
    GROUP BY firm, date HAVING count(*) = any_value(meters)),
firms AS (
    SELECT *, row_number() OVER (ORDER BY baseline DESC, firm) <= 10 AS is_top FROM (
        SELECT firm, avg(kwh) AS baseline FROM firm_day WHERE date BETWEEN '{ask.base[0]}' AND '{ask.base[1]}' GROUP BY firm)
    WHERE baseline > 0),
totals AS (SELECT count(*) AS firms, sum(baseline) AS baseline_all FROM firms),
states AS (
    SELECT *, kwh > 0.30 * baseline AS resumed, kwh < 0.20 * baseline AS stopped FROM firm_day JOIN firms USING (firm)
    WHERE date BETWEEN '{ask.days[0]}' AND '{ask.days[1]}'),
sums AS (
    SELECT date, count(*) AS known, count(*) FILTER (resumed) AS resumed, count(*) FILTER (stopped) AS stopped,
           sum(baseline) AS baseline_known, sum(kwh) AS kwh_known, sum(kwh) FILTER (resumed) AS kwh_resumed,
           sum(least(kwh, 1.5 * baseline)) FILTER (resumed) AS kwh_capped, sum(kwh) FILTER (is_top) AS kwh_top,
           count(*) FILTER (NOT is_top) AS rest_known, count(*) FILTER (resumed AND NOT is_top) AS rest_resumed,
           sum(baseline) FILTER (NOT is_top) AS rest_baseline, sum(kwh) FILTER (resumed AND NOT is_top) AS rest_kwh
    FROM states GROUP BY date)
SELECT date::VARCHAR, firms, known, firms - known, 100 * baseline_known / baseline_all, resumed, known - resumed - stopped, stopped,
       100 * resumed / known, 100 * kwh_resumed / baseline_known,
       (100 * resumed / known + 100 * kwh_resumed / baseline_known) / 2, (100 * resumed / known + 100 * kwh_capped / baseline_known) / 2,
       100 * kwh_top / kwh_known, (100 * rest_resumed / rest_known + 100 * rest_kwh / rest_baseline) / 2
FROM sums, totals ORDER BY date""").fetchall()
answer(started, imported, rows)
