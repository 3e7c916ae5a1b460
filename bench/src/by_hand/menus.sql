SELECT "k"."k" AS "parent_", r.* FROM unnest($1) AS "k" INNER JOIN LATERAL (SELECT "menu"."id" AS
"id", "menu"."hospital_id" AS "hospital_id", "menu"."kitchen_id" AS "kitchen_id", "menu"."date" AS
"date", "menu"."meal" AS "meal", "menu"."published_at" AS "published_at", "menu"."date" AS "key0_",
CAST("menu"."meal" AS bigint) AS "key1_" FROM "menu" WHERE "menu"."published_at" IS NOT NULL AND
"menu"."date" >= $2 AND "menu"."hospital_id" = "k"."k" ORDER BY "menu"."date" ASC, "menu"."meal"
ASC, "menu"."id" ASC LIMIT $3) AS "r" ON $4 ORDER BY "r"."key0_" ASC, "r"."key1_" ASC, "r"."id" ASC
