WITH "t29" AS (
  SELECT
    "t28"."firm",
    "t28"."date",
    "t28"."meters",
    "t28"."have",
    "t28"."total",
    "t28"."kwh",
    "t4"."is_baseline",
    "t4"."is_asked"
  FROM (
    SELECT
      "t26"."firm",
      "t26"."date",
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
    FROM (
      SELECT
        "t25"."firm",
        "t25"."date",
        COUNT(*) FILTER(WHERE
          "t25"."in_force") AS "meters",
        COUNT("t25"."part") AS "have",
        CAST(SUM(CAST("t25"."part" * 1000000000000.0 AS DECIMAL(38, 0))) AS DOUBLE) / 1000000000000.0 AS "total"
      FROM (
        SELECT
          "t24"."meter",
          "t24"."firm",
          "t24"."share",
          "t24"."usual_points",
          "t24"."date",
          "t24"."in_force",
          "t24"."read_meter",
          "t24"."read_date",
          "t24"."kwh",
          "t24"."points",
          CASE
            WHEN "t24"."in_force"
            AND (
              (
                "t24"."points" IS NULL
              )
              OR (
                (
                  "t24"."points" * 100
                ) >= (
                  "t24"."usual_points" * (
                    SELECT
                      "t1"."least_points"
                    FROM "parameters" AS "t1"
                  )
                )
              )
            )
            THEN "t24"."share" * "t24"."kwh"
            ELSE CAST(NULL AS DOUBLE)
          END AS "part"
        FROM (
          SELECT
            "t23"."meter",
            "t23"."firm",
            "t23"."share",
            "t23"."usual_points",
            "t4"."date",
            (
              (
                "t23"."from" IS NULL
              ) OR (
                "t23"."from" <= "t4"."date"
              )
            )
            AND (
              (
                "t23"."to" IS NULL
              ) OR (
                "t23"."to" >= "t4"."date"
              )
            ) AS "in_force",
            "t12"."read_meter",
            "t12"."read_date",
            "t12"."kwh",
            "t12"."points"
          FROM (
            SELECT
              "t21".*
              EXCLUDE ("usual_meter")
            FROM (
              SELECT
                "t5"."meter",
                "t5"."firm",
                "t5"."share",
                "t5"."group",
                "t5"."from",
                "t5"."to",
                "t20"."usual_meter",
                "t20"."usual_points"
              FROM "shares" AS "t5"
              LEFT OUTER JOIN (
                SELECT
                  "t18"."meter" AS "usual_meter",
                  FIRST("t18"."points" ORDER BY "t18"."rank" DESC) AS "usual_points"
                FROM (
                  SELECT
                    "t17"."meter",
                    "t17"."points",
                    "t17"."baseline_days",
                    "t17"."all_days",
                    (
                      CASE
                        WHEN "t17"."baseline_days" > 0
                        THEN "t17"."baseline_days" + 1000000
                        ELSE "t17"."all_days"
                      END * 1000000
                    ) + "t17"."points" AS "rank"
                  FROM (
                    SELECT
                      "t16"."meter",
                      "t16"."points",
                      COUNT(*) FILTER(WHERE
                        "t16"."is_baseline") AS "baseline_days",
                      COUNT(*) AS "all_days"
                    FROM (
                      SELECT
                        "t15"."meter",
                        "t15"."date",
                        "t15"."kwh",
                        "t15"."points",
                        "t4"."is_baseline",
                        "t4"."is_asked"
                      FROM (
                        SELECT
                          *
                        FROM "readings" AS "t3"
                        WHERE
                          "t3"."points" > 0
                      ) AS "t15"
                      INNER JOIN "days" AS "t4"
                        ON "t15"."date" = "t4"."date"
                    ) AS "t16"
                    GROUP BY
                      1,
                      2
                  ) AS "t17"
                ) AS "t18"
                GROUP BY
                  1
              ) AS "t20"
                ON "t5"."meter" = "t20"."usual_meter"
            ) AS "t21"
          ) AS "t23"
          CROSS JOIN "days" AS "t4"
          LEFT OUTER JOIN (
            SELECT
              "t3"."meter" AS "read_meter",
              "t3"."date" AS "read_date",
              "t3"."kwh",
              "t3"."points"
            FROM "readings" AS "t3"
          ) AS "t12"
            ON "t23"."meter" = "t12"."read_meter" AND "t4"."date" = "t12"."read_date"
        ) AS "t24"
      ) AS "t25"
      GROUP BY
        1,
        2
    ) AS "t26"
  ) AS "t28"
  INNER JOIN "days" AS "t4"
    ON "t28"."date" = "t4"."date"
)
SELECT
  "t32"."firm",
  "t38"."group",
  "t32"."date",
  "t32"."kwh",
  "t38"."baseline",
  CASE
    WHEN "t32"."kwh" IS NULL
    THEN 'unknown'
    WHEN "t32"."kwh" > (
      "t38"."baseline" * (
        SELECT
          "t1"."threshold"
        FROM "parameters" AS "t1"
      ) * 1.000000000001
    )
    THEN 'resumed'
    WHEN "t32"."kwh" < (
      "t38"."baseline" * (
        SELECT
          "t1"."stopped"
        FROM "parameters" AS "t1"
      ) * 0.999999999999
    )
    THEN 'stopped'
    ELSE 'grey'
  END AS "state",
  "t38"."is_top"
FROM (
  SELECT
    *
  FROM "t29" AS "t30"
  WHERE
    "t30"."is_asked"
) AS "t32"
INNER JOIN (
  SELECT
    "t36"."firm",
    "t36"."baseline",
    "t36"."group",
    (
      ROW_NUMBER() OVER (
        PARTITION BY "t36"."group"
        ORDER BY "t36"."baseline" DESC, "t36"."firm" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) < (
      SELECT
        "t1"."top"
      FROM "parameters" AS "t1"
    ) AS "is_top"
  FROM (
    SELECT
      "t35"."firm",
      "t35"."baseline",
      "t14"."group"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t30"."firm",
          (
            CAST(SUM(
              CAST(CASE WHEN "t30"."is_baseline" THEN "t30"."kwh" ELSE CAST(NULL AS DOUBLE) END * 1000000000000.0 AS DECIMAL(38, 0))
            ) AS DOUBLE) / 1000000000000.0
          ) / NULLIF(
            CAST(COUNT(CASE WHEN "t30"."is_baseline" THEN "t30"."kwh" ELSE CAST(NULL AS DOUBLE) END) AS DOUBLE),
            0
          ) AS "baseline"
        FROM "t29" AS "t30"
        GROUP BY
          1
      ) AS "t33"
      WHERE
        "t33"."baseline" > 0
    ) AS "t35"
    INNER JOIN (
      SELECT
        "t2"."firm",
        MAX("t2"."group") AS "group"
      FROM "shares" AS "t2"
      GROUP BY
        1
    ) AS "t14"
      ON "t35"."firm" = "t14"."firm"
  ) AS "t36"
) AS "t38"
  ON "t32"."firm" = "t38"."firm"
