SELECT
  "t0"."firm",
  (
    CAST(SUM(CAST("t0"."kwh" * 1000000000000.0 AS DECIMAL(38, 0))) AS DOUBLE) / 1000000000000.0
  ) / NULLIF(CAST(COUNT("t0"."kwh") AS DOUBLE), 0) AS "baseline"
FROM "totals" AS "t0"
GROUP BY
  1
