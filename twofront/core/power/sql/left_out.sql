SELECT DISTINCT
  "t5"."meter",
  "t5"."firm",
  CASE
    WHEN "t5"."baseline" IS NULL
    THEN 'no_baseline_reading'
    ELSE 'baseline_zero'
  END AS "reason"
FROM (
  SELECT
    "t4"."meter",
    "t4"."firm",
    "t2"."baseline"
  FROM (
    SELECT
      "t0"."meter",
      "t0"."firm"
    FROM "shares" AS "t0"
  ) AS "t4"
  INNER JOIN "baselines" AS "t2"
    ON "t4"."firm" = "t2"."firm"
) AS "t5"
WHERE
  (
    "t5"."baseline" IS NULL
  ) OR (
    "t5"."baseline" <= 0
  )
