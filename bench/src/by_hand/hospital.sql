SELECT "hospital"."id" AS "id", "hospital"."code" AS "code", "hospital"."slug" AS "slug",
"hospital"."name" AS "name", "hospital"."name_key" AS "name_key", "hospital"."search_text" AS
"search_text", NULL AS "address", NULL AS "city", NULL AS "postcode", "hospital"."time_zone" AS
"time_zone", "hospital"."currency" AS "currency", NULL AS "latitude", NULL AS "longitude", NULL AS
"geo_cell", NULL AS "geo_x", NULL AS "geo_y", NULL AS "geo_z", "hospital"."created_at" AS
"created_at", "hospital"."updated_at" AS "updated_at" FROM "hospital" WHERE "hospital"."slug" =
ANY($1)
