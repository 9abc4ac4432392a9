SELECT
  "t3"."date",
  "t3"."group",
  "t3"."firms",
  "t3"."known",
  "t3"."firms" - "t3"."known" AS "unknown",
  NULLIF((
    "t3"."baseline_known" * 100
  ) / NULLIF("t3"."baseline_all", 0), 0) AS "coverage",
  "t3"."resumed",
  "t3"."grey",
  "t3"."stopped",
  (
    "t3"."resumed" * 100
  ) / NULLIF("t3"."known", 0) AS "firm_share",
  (
    "t3"."kwh_resumed" * 100
  ) / NULLIF("t3"."baseline_known", 0) AS "energy_share",
  (
    (
      (
        "t3"."resumed" * 100
      ) / NULLIF("t3"."known", 0)
    ) + (
      (
        "t3"."kwh_resumed" * 100
      ) / NULLIF("t3"."baseline_known", 0)
    )
  ) / 2 AS "index",
  (
    (
      (
        "t3"."resumed" * 100
      ) / NULLIF("t3"."known", 0)
    ) + (
      (
        "t3"."kwh_capped" * 100
      ) / NULLIF("t3"."baseline_known", 0)
    )
  ) / 2 AS "index_capped",
  (
    "t3"."kwh_top" * 100
  ) / NULLIF("t3"."kwh_known", 0) AS "top10_energy_share",
  (
    (
      (
        "t3"."rest_resumed" * 100
      ) / NULLIF("t3"."rest_known", 0)
    ) + (
      (
        "t3"."rest_kwh" * 100
      ) / NULLIF("t3"."rest_baseline", 0)
    )
  ) / 2 AS "index_without_top10"
FROM (
  SELECT
    "t0"."date",
    "t0"."group",
    COUNT(*) AS "firms",
    COUNT(*) FILTER(WHERE
      "t0"."state" <> 'unknown') AS "known",
    COUNT(*) FILTER(WHERE
      "t0"."state" = 'resumed') AS "resumed",
    COUNT(*) FILTER(WHERE
      "t0"."state" = 'grey') AS "grey",
    COUNT(*) FILTER(WHERE
      "t0"."state" = 'stopped') AS "stopped",
    CAST(SUM(CAST("t0"."baseline" * 1000000000000.0 AS DECIMAL(38, 0))) AS DOUBLE) / 1000000000000.0 AS "baseline_all",
    CAST(SUM(
      CAST(CASE WHEN "t0"."state" <> 'unknown' THEN "t0"."baseline" ELSE 0.0 END * 1000000000000.0 AS DECIMAL(38, 0))
    ) AS DOUBLE) / 1000000000000.0 AS "baseline_known",
    CAST(SUM(
      CAST(CASE WHEN "t0"."state" <> 'unknown' THEN "t0"."kwh" ELSE 0.0 END * 1000000000000.0 AS DECIMAL(38, 0))
    ) AS DOUBLE) / 1000000000000.0 AS "kwh_known",
    CAST(SUM(
      CAST(CASE WHEN "t0"."state" = 'resumed' THEN "t0"."kwh" ELSE 0.0 END * 1000000000000.0 AS DECIMAL(38, 0))
    ) AS DOUBLE) / 1000000000000.0 AS "kwh_resumed",
    CAST(SUM(
      CAST(CASE
        WHEN "t0"."state" = 'resumed'
        THEN LEAST(
          "t0"."kwh",
          "t0"."baseline" * (
            SELECT
              "t1"."cap"
            FROM "parameters" AS "t1"
          )
        )
        ELSE 0.0
      END * 1000000000000.0 AS DECIMAL(38, 0))
    ) AS DOUBLE) / 1000000000000.0 AS "kwh_capped",
    CAST(SUM(
      CAST(CASE
        WHEN (
          "t0"."state" <> 'unknown'
        ) AND "t0"."is_top"
        THEN "t0"."kwh"
        ELSE 0.0
      END * 1000000000000.0 AS DECIMAL(38, 0))
    ) AS DOUBLE) / 1000000000000.0 AS "kwh_top",
    COUNT(*) FILTER(WHERE
      (
        "t0"."state" <> 'unknown'
      ) AND NOT (
        "t0"."is_top"
      )) AS "rest_known",
    COUNT(*) FILTER(WHERE
      (
        "t0"."state" = 'resumed'
      ) AND NOT (
        "t0"."is_top"
      )) AS "rest_resumed",
    CAST(SUM(
      CAST(CASE
        WHEN (
          "t0"."state" <> 'unknown'
        ) AND NOT (
          "t0"."is_top"
        )
        THEN "t0"."baseline"
        ELSE 0.0
      END * 1000000000000.0 AS DECIMAL(38, 0))
    ) AS DOUBLE) / 1000000000000.0 AS "rest_baseline",
    CAST(SUM(
      CAST(CASE
        WHEN (
          "t0"."state" = 'resumed'
        ) AND NOT (
          "t0"."is_top"
        )
        THEN "t0"."kwh"
        ELSE 0.0
      END * 1000000000000.0 AS DECIMAL(38, 0))
    ) AS DOUBLE) / 1000000000000.0 AS "rest_kwh"
  FROM "firm_days" AS "t0"
  GROUP BY
    1,
    2
) AS "t3"
ORDER BY
  "t3"."date" ASC,
  "t3"."group" ASC
