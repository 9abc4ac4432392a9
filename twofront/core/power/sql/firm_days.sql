SELECT
  "t4"."firm",
  "t14"."group",
  "t4"."date",
  "t4"."kwh",
  "t14"."baseline",
  CASE
    WHEN "t4"."kwh" IS NULL
    THEN 'unknown'
    WHEN "t4"."kwh" > (
      "t14"."baseline" * (
        SELECT
          "t2"."threshold"
        FROM "parameters" AS "t2"
      ) * 1.000000000001
    )
    THEN 'resumed'
    WHEN "t4"."kwh" < (
      "t14"."baseline" * (
        SELECT
          "t2"."stopped"
        FROM "parameters" AS "t2"
      ) * 0.999999999999
    )
    THEN 'stopped'
    ELSE 'grey'
  END AS "state",
  "t14"."is_top"
FROM "totals" AS "t4"
INNER JOIN (
  SELECT
    "t12"."firm",
    "t12"."baseline",
    "t12"."group",
    (
      ROW_NUMBER() OVER (
        PARTITION BY "t12"."group"
        ORDER BY "t12"."baseline" DESC, "t12"."firm" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) < (
      SELECT
        "t2"."top"
      FROM "parameters" AS "t2"
    ) AS "is_top"
  FROM (
    SELECT
      "t10"."firm",
      "t10"."baseline",
      "t11"."group"
    FROM (
      SELECT
        *
      FROM "baselines" AS "t1"
      WHERE
        "t1"."baseline" > 0
    ) AS "t10"
    INNER JOIN (
      SELECT
        "t3"."firm",
        MAX("t3"."group") AS "group"
      FROM "shares" AS "t3"
      GROUP BY
        1
    ) AS "t11"
      ON "t10"."firm" = "t11"."firm"
  ) AS "t12"
) AS "t14"
  ON "t4"."firm" = "t14"."firm"
