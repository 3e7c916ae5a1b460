SELECT "dish"."id" AS "id", "dish"."kitchen_id" AS "kitchen_id", "dish"."name" AS "name",
"dish"."name_key" AS "name_key", "dish"."search_text" AS "search_text", "dish"."category" AS
"category", "dish"."allergens_declared" AS "allergens_declared", "dish"."diets" AS "diets",
"dish"."additives" AS "additives", "dish"."ingredients" AS "ingredients", "dish"."created_at" AS
"created_at", "dish"."updated_at" AS "updated_at" FROM "dish" WHERE "dish"."id" = ANY($1)
