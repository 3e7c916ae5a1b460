SELECT "dish"."id" AS "id", "dish"."kitchen_id" AS "kitchen_id", "dish"."name" AS "name",
"dish"."name_key" AS "name_key", "dish"."search_text" AS "search_text", NULL AS "description",
"dish"."category" AS "category", "dish"."diets" AS "diets", "dish"."additives" AS "additives",
"dish"."ingredients" AS "ingredients", NULL AS "food_texture", NULL AS "drink_thickness", NULL AS
"portion_g", NULL AS "energy_kcal", NULL AS "protein_g", NULL AS "carbohydrate_g", NULL AS "fat_g",
NULL AS "salt_g", NULL AS "photo_url", NULL AS "photo_width", NULL AS "photo_height",
"dish"."created_at" AS "created_at", "dish"."updated_at" AS "updated_at" FROM "dish" WHERE
"dish"."id" = ANY($1)
