SELECT "dish_allergen"."dish_id" AS "dish_id", "dish_allergen"."allergen" AS "allergen",
"dish_allergen"."presence" AS "presence" FROM "dish_allergen" WHERE "dish_allergen"."dish_id" =
ANY($1) ORDER BY "allergen" ASC
