WITH "t25" AS (
  SELECT
    "t24"."firm",
    "t24"."date",
    "t24"."is_baseline",
    "t24"."is_asked",
    MAX("t24"."group") AS "group",
    SUM(CAST("t24"."in_force" AS BIGINT)) AS "meters",
    SUM(CAST("t24"."in_force" AND (
      "t24"."kwh" IS NOT NULL
    ) AS BIGINT)) AS "have",
    CAST(SUM(
      CAST(CASE
        WHEN "t24"."in_force"
        THEN "t24"."share" * "t24"."kwh"
        ELSE CAST(NULL AS DOUBLE)
      END AS DECIMAL(38, 15))
    ) AS DOUBLE) AS "total"
  FROM (
    SELECT
      "t16"."meter",
      "t16"."firm",
      "t16"."share",
      "t16"."group",
      "t16"."from",
      "t16"."to",
      "t16"."date",
      "t16"."is_baseline",
      "t16"."is_asked",
      "t16"."in_force",
      "t23"."read_meter",
      "t23"."read_date",
      "t23"."kwh"
    FROM (
      SELECT
        "t11"."meter",
        "t11"."firm",
        "t11"."share",
        "t11"."group",
        "t11"."from",
        "t11"."to",
        "t11"."date",
        "t11"."is_baseline",
        "t11"."is_asked",
        (
          (
            "t11"."from" IS NULL
          ) OR (
            "t11"."from" <= "t11"."date"
          )
        )
        AND (
          (
            "t11"."to" IS NULL
          ) OR (
            "t11"."to" >= "t11"."date"
          )
        ) AS "in_force"
      FROM (
        SELECT
          "t4"."meter",
          "t4"."firm",
          "t4"."share",
          "t4"."group",
          "t4"."from",
          "t4"."to",
          "t5"."date",
          "t5"."is_baseline",
          "t5"."is_asked"
        FROM "shares" AS "t4"
        CROSS JOIN "days" AS "t5"
      ) AS "t11"
    ) AS "t16"
    LEFT OUTER JOIN (
      SELECT
        "t21"."meter" AS "read_meter",
        "t21"."date" AS "read_date",
        "t21"."kwh"
      FROM (
        SELECT
          "t6"."meter",
          "t6"."date",
          "t6"."kwh",
          "t6"."points",
          "t20"."usual_meter",
          "t20"."usual_points"
        FROM "readings" AS "t6"
        LEFT OUTER JOIN (
          SELECT
            "t18"."meter" AS "usual_meter",
            "t18"."points" AS "usual_points"
          FROM (
            SELECT
              "t17"."meter",
              "t17"."points",
              "t17"."baseline_days",
              "t17"."all_days",
              ROW_NUMBER() OVER (
                PARTITION BY "t17"."meter"
                ORDER BY "t17"."baseline_days" DESC, CASE WHEN "t17"."baseline_days" > 0 THEN 0 ELSE "t17"."all_days" END DESC, "t17"."points" DESC
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) - 1 AS "place"
            FROM (
              SELECT
                "t15"."meter",
                "t15"."points",
                SUM(CAST("t15"."is_baseline" AS BIGINT)) AS "baseline_days",
                COUNT(*) AS "all_days"
              FROM (
                SELECT
                  "t13"."meter",
                  "t13"."date",
                  "t13"."kwh",
                  "t13"."points",
                  "t5"."is_baseline",
                  "t5"."is_asked"
                FROM (
                  SELECT
                    *
                  FROM "readings" AS "t3"
                  WHERE
                    "t3"."points" > 0
                ) AS "t13"
                INNER JOIN "days" AS "t5"
                  ON "t13"."date" = "t5"."date"
              ) AS "t15"
              GROUP BY
                1,
                2
            ) AS "t17"
          ) AS "t18"
          WHERE
            "t18"."place" = 0
        ) AS "t20"
          ON "t6"."meter" = "t20"."usual_meter"
      ) AS "t21"
      WHERE
        (
          "t21"."points" IS NULL
        )
        OR (
          (
            "t21"."points" * 100
          ) >= (
            "t21"."usual_points" * (
              SELECT
                "t0"."least_points"
              FROM "parameters" AS "t0"
            )
          )
        )
    ) AS "t23"
      ON "t16"."meter" = "t23"."read_meter" AND "t16"."date" = "t23"."read_date"
  ) AS "t24"
  GROUP BY
    1,
    2,
    3,
    4
)
SELECT
  "t29"."firm",
  "t29"."group",
  "t29"."date",
  "t29"."kwh",
  "t33"."baseline",
  CASE
    WHEN "t29"."kwh" IS NULL
    THEN 'unknown'
    WHEN "t29"."kwh" > (
      "t33"."baseline" * (
        SELECT
          "t0"."threshold"
        FROM "parameters" AS "t0"
      ) * 1.000000000001
    )
    THEN 'resumed'
    WHEN "t29"."kwh" < (
      "t33"."baseline" * (
        SELECT
          "t0"."stopped"
        FROM "parameters" AS "t0"
      ) * 0.999999999999
    )
    THEN 'stopped'
    ELSE 'grey'
  END AS "state",
  "t33"."is_top"
FROM (
  SELECT
    "t26"."firm",
    "t26"."date",
    "t26"."is_baseline",
    "t26"."is_asked",
    "t26"."group",
    "t26"."meters",
    "t26"."have",
    "t26"."total",
    CASE
      WHEN (
        "t26"."meters" > 0
      ) AND (
        "t26"."meters" = "t26"."have"
      )
      THEN "t26"."total"
      ELSE CAST(NULL AS DOUBLE)
    END AS "kwh"
  FROM "t25" AS "t26"
  WHERE
    "t26"."is_asked"
) AS "t29"
INNER JOIN (
  SELECT
    "t31"."firm",
    "t31"."baseline_group",
    "t31"."baseline",
    (
      ROW_NUMBER() OVER (
        PARTITION BY "t31"."baseline_group"
        ORDER BY "t31"."baseline" DESC, "t31"."firm" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) < (
      SELECT
        "t0"."top"
      FROM "parameters" AS "t0"
    ) AS "is_top"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t28"."firm",
        MAX("t28"."group") AS "baseline_group",
        CAST(SUM(
          CAST(CASE WHEN "t28"."is_baseline" THEN "t28"."kwh" ELSE CAST(NULL AS DOUBLE) END AS DECIMAL(38, 15))
        ) AS DOUBLE) / NULLIF(
          CAST(COUNT(CASE WHEN "t28"."is_baseline" THEN "t28"."kwh" ELSE CAST(NULL AS DOUBLE) END) AS DOUBLE),
          0
        ) AS "baseline"
      FROM (
        SELECT
          "t26"."firm",
          "t26"."date",
          "t26"."is_baseline",
          "t26"."is_asked",
          "t26"."group",
          "t26"."meters",
          "t26"."have",
          "t26"."total",
          CASE
            WHEN (
              "t26"."meters" > 0
            ) AND (
              "t26"."meters" = "t26"."have"
            )
            THEN "t26"."total"
            ELSE CAST(NULL AS DOUBLE)
          END AS "kwh"
        FROM "t25" AS "t26"
      ) AS "t28"
      GROUP BY
        1
    ) AS "t30"
    WHERE
      "t30"."baseline" > 0
  ) AS "t31"
) AS "t33"
  ON "t29"."firm" = "t33"."firm"
