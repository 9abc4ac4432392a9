SELECT DISTINCT
  "t29"."meter",
  "t29"."firm",
  CASE
    WHEN "t29"."baseline" IS NULL
    THEN 'no_baseline_reading'
    ELSE 'baseline_zero'
  END AS "reason"
FROM (
  SELECT
    "t9"."meter",
    "t9"."firm",
    "t28"."baseline"
  FROM (
    SELECT
      "t0"."meter",
      "t0"."firm"
    FROM "shares" AS "t0"
  ) AS "t9"
  INNER JOIN (
    SELECT
      "t26"."firm",
      (
        CAST(SUM(
          CAST(CASE WHEN "t26"."is_baseline" THEN "t26"."kwh" ELSE CAST(NULL AS DOUBLE) END * 1000000000000.0 AS DECIMAL(38, 0))
        ) AS DOUBLE) / 1000000000000.0
      ) / NULLIF(
        CAST(COUNT(CASE WHEN "t26"."is_baseline" THEN "t26"."kwh" ELSE CAST(NULL AS DOUBLE) END) AS DOUBLE),
        0
      ) AS "baseline"
    FROM (
      SELECT
        "t25"."firm",
        "t25"."date",
        "t25"."meters",
        "t25"."have",
        "t25"."total",
        "t25"."kwh",
        "t5"."is_baseline",
        "t5"."is_asked"
      FROM (
        SELECT
          "t23"."firm",
          "t23"."date",
          "t23"."meters",
          "t23"."have",
          "t23"."total",
          CASE
            WHEN (
              "t23"."meters" > 0
            ) AND (
              "t23"."meters" = "t23"."have"
            )
            THEN "t23"."total"
            ELSE CAST(NULL AS DOUBLE)
          END AS "kwh"
        FROM (
          SELECT
            "t22"."firm",
            "t22"."date",
            COUNT(*) FILTER(WHERE
              "t22"."in_force") AS "meters",
            COUNT("t22"."part") AS "have",
            CAST(SUM(CAST("t22"."part" * 1000000000000.0 AS DECIMAL(38, 0))) AS DOUBLE) / 1000000000000.0 AS "total"
          FROM (
            SELECT
              "t21"."meter",
              "t21"."firm",
              "t21"."share",
              "t21"."usual_points",
              "t21"."date",
              "t21"."in_force",
              "t21"."read_meter",
              "t21"."read_date",
              "t21"."kwh",
              "t21"."points",
              CASE
                WHEN "t21"."in_force"
                AND (
                  (
                    "t21"."points" IS NULL
                  )
                  OR (
                    (
                      "t21"."points" * 100
                    ) >= (
                      "t21"."usual_points" * (
                        SELECT
                          "t3"."least_points"
                        FROM "parameters" AS "t3"
                      )
                    )
                  )
                )
                THEN "t21"."share" * "t21"."kwh"
                ELSE CAST(NULL AS DOUBLE)
              END AS "part"
            FROM (
              SELECT
                "t20"."meter",
                "t20"."firm",
                "t20"."share",
                "t20"."usual_points",
                "t5"."date",
                (
                  (
                    "t20"."from" IS NULL
                  ) OR (
                    "t20"."from" <= "t5"."date"
                  )
                )
                AND (
                  (
                    "t20"."to" IS NULL
                  ) OR (
                    "t20"."to" >= "t5"."date"
                  )
                ) AS "in_force",
                "t10"."read_meter",
                "t10"."read_date",
                "t10"."kwh",
                "t10"."points"
              FROM (
                SELECT
                  "t18".*
                  EXCLUDE ("usual_meter")
                FROM (
                  SELECT
                    "t4"."meter",
                    "t4"."firm",
                    "t4"."share",
                    "t4"."group",
                    "t4"."from",
                    "t4"."to",
                    "t17"."usual_meter",
                    "t17"."usual_points"
                  FROM "shares" AS "t4"
                  LEFT OUTER JOIN (
                    SELECT
                      "t15"."meter" AS "usual_meter",
                      FIRST("t15"."points" ORDER BY "t15"."rank" DESC) AS "usual_points"
                    FROM (
                      SELECT
                        "t14"."meter",
                        "t14"."points",
                        "t14"."baseline_days",
                        "t14"."all_days",
                        (
                          CASE
                            WHEN "t14"."baseline_days" > 0
                            THEN "t14"."baseline_days" + 1000000
                            ELSE "t14"."all_days"
                          END * 1000000
                        ) + "t14"."points" AS "rank"
                      FROM (
                        SELECT
                          "t13"."meter",
                          "t13"."points",
                          COUNT(*) FILTER(WHERE
                            "t13"."is_baseline") AS "baseline_days",
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
                        ) AS "t13"
                        GROUP BY
                          1,
                          2
                      ) AS "t14"
                    ) AS "t15"
                    GROUP BY
                      1
                  ) AS "t17"
                    ON "t4"."meter" = "t17"."usual_meter"
                ) AS "t18"
              ) AS "t20"
              CROSS JOIN "days" AS "t5"
              LEFT OUTER JOIN (
                SELECT
                  "t2"."meter" AS "read_meter",
                  "t2"."date" AS "read_date",
                  "t2"."kwh",
                  "t2"."points"
                FROM "readings" AS "t2"
              ) AS "t10"
                ON "t20"."meter" = "t10"."read_meter" AND "t5"."date" = "t10"."read_date"
            ) AS "t21"
          ) AS "t22"
          GROUP BY
            1,
            2
        ) AS "t23"
      ) AS "t25"
      INNER JOIN "days" AS "t5"
        ON "t25"."date" = "t5"."date"
    ) AS "t26"
    GROUP BY
      1
  ) AS "t28"
    ON "t9"."firm" = "t28"."firm"
) AS "t29"
WHERE
  (
    "t29"."baseline" IS NULL
  ) OR (
    "t29"."baseline" <= 0
  )
