WITH "t27" AS (
  SELECT
    "t26"."firm",
    "t26"."date",
    "t26"."group",
    "t26"."meters",
    "t26"."have",
    "t26"."total",
    "t26"."kwh",
    "t4"."is_baseline",
    "t4"."is_asked"
  FROM (
    SELECT
      "t24"."firm",
      "t24"."date",
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
        MAX("t23"."group") AS "group",
        SUM(CAST("t23"."in_force" AS BIGINT)) AS "meters",
        COUNT("t23"."part") AS "have",
        CAST(SUM(CAST("t23"."part" * 1000000000000.0 AS DECIMAL(38, 0))) AS DOUBLE) / 1000000000000.0 AS "total"
      FROM (
        SELECT
          "t22"."meter",
          "t22"."firm",
          "t22"."share",
          "t22"."group",
          "t22"."usual_points",
          "t22"."date",
          "t22"."in_force",
          "t22"."read_meter",
          "t22"."read_date",
          "t22"."kwh",
          "t22"."points",
          CASE
            WHEN "t22"."in_force"
            AND (
              (
                "t22"."points" IS NULL
              )
              OR (
                (
                  "t22"."points" * 100
                ) >= (
                  "t22"."usual_points" * (
                    SELECT
                      "t1"."least_points"
                    FROM "parameters" AS "t1"
                  )
                )
              )
            )
            THEN "t22"."share" * "t22"."kwh"
            ELSE CAST(NULL AS DOUBLE)
          END AS "part"
        FROM (
          SELECT
            "t21"."meter",
            "t21"."firm",
            "t21"."share",
            "t21"."group",
            "t21"."usual_points",
            "t4"."date",
            (
              (
                "t21"."from" IS NULL
              ) OR (
                "t21"."from" <= "t4"."date"
              )
            )
            AND (
              (
                "t21"."to" IS NULL
              ) OR (
                "t21"."to" >= "t4"."date"
              )
            ) AS "in_force",
            "t11"."read_meter",
            "t11"."read_date",
            "t11"."kwh",
            "t11"."points"
          FROM (
            SELECT
              "t19".*
              EXCLUDE ("usual_meter")
            FROM (
              SELECT
                "t5"."meter",
                "t5"."firm",
                "t5"."share",
                "t5"."group",
                "t5"."from",
                "t5"."to",
                "t18"."usual_meter",
                "t18"."usual_points"
              FROM "shares" AS "t5"
              LEFT OUTER JOIN (
                SELECT
                  "t16"."meter" AS "usual_meter",
                  FIRST("t16"."points" ORDER BY "t16"."rank" DESC) AS "usual_points"
                FROM (
                  SELECT
                    "t15"."meter",
                    "t15"."points",
                    "t15"."baseline_days",
                    "t15"."all_days",
                    (
                      CASE
                        WHEN "t15"."baseline_days" > 0
                        THEN "t15"."baseline_days" + 1000000
                        ELSE "t15"."all_days"
                      END * 1000000
                    ) + "t15"."points" AS "rank"
                  FROM (
                    SELECT
                      "t14"."meter",
                      "t14"."points",
                      SUM(CAST("t14"."is_baseline" AS BIGINT)) AS "baseline_days",
                      COUNT(*) AS "all_days"
                    FROM (
                      SELECT
                        "t13"."meter",
                        "t13"."date",
                        "t13"."kwh",
                        "t13"."points",
                        "t4"."is_baseline",
                        "t4"."is_asked"
                      FROM (
                        SELECT
                          *
                        FROM "readings" AS "t2"
                        WHERE
                          "t2"."points" > 0
                      ) AS "t13"
                      INNER JOIN "days" AS "t4"
                        ON "t13"."date" = "t4"."date"
                    ) AS "t14"
                    GROUP BY
                      1,
                      2
                  ) AS "t15"
                ) AS "t16"
                GROUP BY
                  1
              ) AS "t18"
                ON "t5"."meter" = "t18"."usual_meter"
            ) AS "t19"
          ) AS "t21"
          CROSS JOIN "days" AS "t4"
          LEFT OUTER JOIN (
            SELECT
              "t2"."meter" AS "read_meter",
              "t2"."date" AS "read_date",
              "t2"."kwh",
              "t2"."points"
            FROM "readings" AS "t2"
          ) AS "t11"
            ON "t21"."meter" = "t11"."read_meter" AND "t4"."date" = "t11"."read_date"
        ) AS "t22"
      ) AS "t23"
      GROUP BY
        1,
        2
    ) AS "t24"
  ) AS "t26"
  INNER JOIN "days" AS "t4"
    ON "t26"."date" = "t4"."date"
)
SELECT
  "t30"."firm",
  "t30"."group",
  "t30"."date",
  "t30"."kwh",
  "t34"."baseline",
  CASE
    WHEN "t30"."kwh" IS NULL
    THEN 'unknown'
    WHEN "t30"."kwh" > (
      "t34"."baseline" * (
        SELECT
          "t1"."threshold"
        FROM "parameters" AS "t1"
      ) * 1.000000000001
    )
    THEN 'resumed'
    WHEN "t30"."kwh" < (
      "t34"."baseline" * (
        SELECT
          "t1"."stopped"
        FROM "parameters" AS "t1"
      ) * 0.999999999999
    )
    THEN 'stopped'
    ELSE 'grey'
  END AS "state",
  "t34"."is_top"
FROM (
  SELECT
    *
  FROM "t27" AS "t28"
  WHERE
    "t28"."is_asked"
) AS "t30"
INNER JOIN (
  SELECT
    "t32"."firm",
    "t32"."baseline_group",
    "t32"."baseline",
    (
      ROW_NUMBER() OVER (
        PARTITION BY "t32"."baseline_group"
        ORDER BY "t32"."baseline" DESC, "t32"."firm" ASC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) - 1
    ) < (
      SELECT
        "t1"."top"
      FROM "parameters" AS "t1"
    ) AS "is_top"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t28"."firm",
        MAX("t28"."group") AS "baseline_group",
        (
          CAST(SUM(
            CAST(CASE WHEN "t28"."is_baseline" THEN "t28"."kwh" ELSE CAST(NULL AS DOUBLE) END * 1000000000000.0 AS DECIMAL(38, 0))
          ) AS DOUBLE) / 1000000000000.0
        ) / NULLIF(
          CAST(COUNT(CASE WHEN "t28"."is_baseline" THEN "t28"."kwh" ELSE CAST(NULL AS DOUBLE) END) AS DOUBLE),
          0
        ) AS "baseline"
      FROM "t27" AS "t28"
      GROUP BY
        1
    ) AS "t31"
    WHERE
      "t31"."baseline" > 0
  ) AS "t32"
) AS "t34"
  ON "t30"."firm" = "t34"."firm"
