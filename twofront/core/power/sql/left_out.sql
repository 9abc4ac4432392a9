SELECT DISTINCT
  "t28"."meter",
  "t28"."firm",
  CASE
    WHEN "t28"."baseline" IS NULL
    THEN 'no_baseline_reading'
    ELSE 'baseline_zero'
  END AS "reason"
FROM (
  SELECT
    "t9"."meter",
    "t9"."firm",
    "t27"."baseline_group",
    "t27"."baseline"
  FROM (
    SELECT
      "t0"."meter",
      "t0"."firm"
    FROM "shares" AS "t0"
  ) AS "t9"
  INNER JOIN (
    SELECT
      "t25"."firm",
      MAX("t25"."group") AS "baseline_group",
      CAST(SUM(
        CAST(CASE WHEN "t25"."is_baseline" THEN "t25"."kwh" ELSE CAST(NULL AS DOUBLE) END AS DECIMAL(38, 15))
      ) AS DOUBLE) / NULLIF(
        CAST(COUNT(CASE WHEN "t25"."is_baseline" THEN "t25"."kwh" ELSE CAST(NULL AS DOUBLE) END) AS DOUBLE),
        0
      ) AS "baseline"
    FROM (
      SELECT
        "t24"."firm",
        "t24"."date",
        "t24"."is_baseline",
        "t24"."is_asked",
        "t24"."group",
        "t24"."meters",
        "t24"."have",
        "t24"."total",
        CASE
          WHEN (
            "t24"."meters" > 0
          ) AND (
            "t24"."meters" = "t24"."have"
          )
          THEN "t24"."total"
          ELSE CAST(NULL AS DOUBLE)
        END AS "kwh"
      FROM (
        SELECT
          "t23"."firm",
          "t23"."date",
          "t23"."is_baseline",
          "t23"."is_asked",
          MAX("t23"."group") AS "group",
          SUM(CAST("t23"."in_force" AS BIGINT)) AS "meters",
          SUM(CAST("t23"."in_force" AND (
            "t23"."kwh" IS NOT NULL
          ) AS BIGINT)) AS "have",
          CAST(SUM(
            CAST(CASE
              WHEN "t23"."in_force"
              THEN "t23"."share" * "t23"."kwh"
              ELSE CAST(NULL AS DOUBLE)
            END AS DECIMAL(38, 15))
          ) AS DOUBLE) AS "total"
        FROM (
          SELECT
            "t15"."meter",
            "t15"."firm",
            "t15"."share",
            "t15"."group",
            "t15"."from",
            "t15"."to",
            "t15"."date",
            "t15"."is_baseline",
            "t15"."is_asked",
            "t15"."in_force",
            "t22"."read_meter",
            "t22"."read_date",
            "t22"."kwh"
          FROM (
            SELECT
              "t10"."meter",
              "t10"."firm",
              "t10"."share",
              "t10"."group",
              "t10"."from",
              "t10"."to",
              "t10"."date",
              "t10"."is_baseline",
              "t10"."is_asked",
              (
                (
                  "t10"."from" IS NULL
                ) OR (
                  "t10"."from" <= "t10"."date"
                )
              )
              AND (
                (
                  "t10"."to" IS NULL
                ) OR (
                  "t10"."to" >= "t10"."date"
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
            ) AS "t10"
          ) AS "t15"
          LEFT OUTER JOIN (
            SELECT
              "t20"."meter" AS "read_meter",
              "t20"."date" AS "read_date",
              "t20"."kwh"
            FROM (
              SELECT
                "t6"."meter",
                "t6"."date",
                "t6"."kwh",
                "t6"."points",
                "t19"."usual_meter",
                "t19"."usual_points"
              FROM "readings" AS "t6"
              LEFT OUTER JOIN (
                SELECT
                  "t17"."meter" AS "usual_meter",
                  "t17"."points" AS "usual_points"
                FROM (
                  SELECT
                    "t16"."meter",
                    "t16"."points",
                    "t16"."baseline_days",
                    "t16"."all_days",
                    ROW_NUMBER() OVER (
                      PARTITION BY "t16"."meter"
                      ORDER BY "t16"."baseline_days" DESC, CASE WHEN "t16"."baseline_days" > 0 THEN 0 ELSE "t16"."all_days" END DESC, "t16"."points" DESC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                    ) - 1 AS "place"
                  FROM (
                    SELECT
                      "t14"."meter",
                      "t14"."points",
                      SUM(CAST("t14"."is_baseline" AS BIGINT)) AS "baseline_days",
                      COUNT(*) AS "all_days"
                    FROM (
                      SELECT
                        "t12"."meter",
                        "t12"."date",
                        "t12"."kwh",
                        "t12"."points",
                        "t5"."is_baseline",
                        "t5"."is_asked"
                      FROM (
                        SELECT
                          *
                        FROM "readings" AS "t2"
                        WHERE
                          "t2"."points" > 0
                      ) AS "t12"
                      INNER JOIN "days" AS "t5"
                        ON "t12"."date" = "t5"."date"
                    ) AS "t14"
                    GROUP BY
                      1,
                      2
                  ) AS "t16"
                ) AS "t17"
                WHERE
                  "t17"."place" = 0
              ) AS "t19"
                ON "t6"."meter" = "t19"."usual_meter"
            ) AS "t20"
            WHERE
              (
                "t20"."points" IS NULL
              )
              OR (
                (
                  "t20"."points" * 100
                ) >= (
                  "t20"."usual_points" * (
                    SELECT
                      "t3"."least_points"
                    FROM "parameters" AS "t3"
                  )
                )
              )
          ) AS "t22"
            ON "t15"."meter" = "t22"."read_meter" AND "t15"."date" = "t22"."read_date"
        ) AS "t23"
        GROUP BY
          1,
          2,
          3,
          4
      ) AS "t24"
    ) AS "t25"
    GROUP BY
      1
  ) AS "t27"
    ON "t9"."firm" = "t27"."firm"
) AS "t28"
WHERE
  (
    "t28"."baseline" IS NULL
  ) OR (
    "t28"."baseline" <= 0
  )
