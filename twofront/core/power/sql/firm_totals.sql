SELECT
  "t17"."firm",
  "t17"."date",
  CASE
    WHEN (
      "t17"."meters" > 0
    ) AND (
      "t17"."meters" = "t17"."have"
    )
    THEN "t17"."total"
    ELSE CAST(NULL AS DOUBLE)
  END AS "kwh"
FROM (
  SELECT
    "t16"."firm",
    "t16"."date",
    COUNT(*) FILTER(WHERE
      "t16"."in_force") AS "meters",
    COUNT("t16"."part") AS "have",
    CAST(SUM(CAST("t16"."part" * 1000000000000.0 AS DECIMAL(38, 0))) AS DOUBLE) / 1000000000000.0 AS "total"
  FROM (
    SELECT
      "t15"."meter",
      "t15"."firm",
      "t15"."share",
      "t15"."usual_points",
      "t15"."date",
      "t15"."in_force",
      "t15"."read_meter",
      "t15"."read_date",
      "t15"."kwh",
      "t15"."points",
      CASE
        WHEN "t15"."in_force"
        AND (
          (
            "t15"."points" IS NULL
          )
          OR (
            (
              "t15"."points" * 100
            ) >= (
              "t15"."usual_points" * (
                SELECT
                  "t4"."least_points"
                FROM "parameters" AS "t4"
              )
            )
          )
        )
        THEN "t15"."share" * "t15"."kwh"
        ELSE CAST(NULL AS DOUBLE)
      END AS "part"
    FROM (
      SELECT
        "t14"."meter",
        "t14"."firm",
        "t14"."share",
        "t14"."usual_points",
        "t5"."date",
        (
          (
            "t14"."from" IS NULL
          ) OR (
            "t14"."from" <= "t5"."date"
          )
        )
        AND (
          (
            "t14"."to" IS NULL
          ) OR (
            "t14"."to" >= "t5"."date"
          )
        ) AS "in_force",
        "t10"."read_meter",
        "t10"."read_date",
        "t10"."kwh",
        "t10"."points"
      FROM (
        SELECT
          "t12".*
          EXCLUDE ("usual_meter")
        FROM (
          SELECT
            "t6"."meter",
            "t6"."firm",
            "t6"."share",
            "t6"."group",
            "t6"."from",
            "t6"."to",
            "t11"."usual_meter",
            "t11"."usual_points"
          FROM "shares" AS "t6"
          LEFT OUTER JOIN (
            SELECT
              "t3"."meter" AS "usual_meter",
              "t3"."usual_points"
            FROM "usual" AS "t3"
          ) AS "t11"
            ON "t6"."meter" = "t11"."usual_meter"
        ) AS "t12"
      ) AS "t14"
      CROSS JOIN "days" AS "t5"
      LEFT OUTER JOIN (
        SELECT
          "t1"."meter" AS "read_meter",
          "t1"."date" AS "read_date",
          "t1"."kwh",
          "t1"."points"
        FROM "readings" AS "t1"
      ) AS "t10"
        ON "t14"."meter" = "t10"."read_meter" AND "t5"."date" = "t10"."read_date"
    ) AS "t15"
  ) AS "t16"
  GROUP BY
    1,
    2
) AS "t17"
