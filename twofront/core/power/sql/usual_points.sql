SELECT
  "t7"."meter",
  FIRST("t7"."points" ORDER BY "t7"."rank" DESC) AS "usual_points"
FROM (
  SELECT
    "t6"."meter",
    "t6"."points",
    "t6"."seen",
    (
      "t6"."seen" * 1000000
    ) + "t6"."points" AS "rank"
  FROM (
    SELECT
      "t5"."meter",
      "t5"."points",
      COUNT(*) AS "seen"
    FROM (
      SELECT
        "t4"."meter",
        "t4"."date",
        "t4"."kwh",
        "t4"."points"
      FROM (
        SELECT
          *
        FROM "readings" AS "t0"
        WHERE
          "t0"."points" > 0
      ) AS "t4"
      SEMI JOIN "days" AS "t2"
        ON "t4"."date" = "t2"."date"
    ) AS "t5"
    GROUP BY
      1,
      2
  ) AS "t6"
) AS "t7"
GROUP BY
  1
