SELECT "hospital"."id" AS "id", "hospital"."code" AS "code", "hospital"."slug" AS "slug",
"hospital"."name" AS "name", "hospital"."name_key" AS "name_key", "hospital"."search_text" AS
"search_text", "hospital"."time_zone" AS "time_zone", "hospital"."currency" AS "currency",
"hospital"."created_at" AS "created_at", "hospital"."updated_at" AS "updated_at" FROM "hospital"
WHERE "hospital"."slug" = ANY($1)
