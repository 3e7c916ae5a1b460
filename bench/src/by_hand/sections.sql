SELECT "menu_section"."id" AS "id", "menu_section"."menu_id" AS "menu_id", "menu_section"."title" AS
"title", "menu_section"."position" AS "position" FROM "menu_section" WHERE "menu_section"."menu_id"
= ANY($1) ORDER BY "position" ASC, "id" ASC
