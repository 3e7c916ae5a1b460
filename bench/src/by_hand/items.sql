SELECT "k"."k" AS "parent_", r.* FROM unnest($1) AS "k" INNER JOIN LATERAL (SELECT "menu_item"."id"
AS "id", "menu_item"."menu_id" AS "menu_id", "menu_item"."section_id" AS "section_id",
"menu_item"."dish_id" AS "dish_id", "menu_item"."position" AS "position",
CAST("menu_item"."position" AS bigint) AS "key0_" FROM "menu_item" WHERE "menu_item"."section_id" =
"k"."k" ORDER BY "menu_item"."position" ASC, "menu_item"."id" ASC LIMIT $2) AS "r" ON $3 ORDER BY
"r"."key0_" ASC, "r"."id" ASC
