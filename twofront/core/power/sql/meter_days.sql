SELECT
  "t0"."meter",
  "t0"."date",
  CAST(SUM(CAST("t0"."kwh" * 1000000000.0 AS BIGINT)) AS DOUBLE) / 1000000000.0 AS "kwh",
  COUNT("t0"."kwh") AS "points"
FROM "points" AS "t0"
GROUP BY
  1,
  2
