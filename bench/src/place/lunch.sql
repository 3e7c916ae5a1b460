-- Lunches that can be ordered now, and who orders them: a nurse of each hospital, signed in, and
-- patients who may eat everything.

UPDATE hospital SET time_zone = 'UTC';
UPDATE meal_window SET opens_days_before = 60;
UPDATE delivery_slot SET capacity = 1000000;
-- The menus of this week, to days that have none.
UPDATE menu SET date = date + 45 WHERE date >= current_date - 6;
UPDATE availability SET portions = NULL;

INSERT INTO account (id, email, email_key, name, password_hash, created_at, updated_at)
SELECT md5('nurse' || id)::uuid, slug || '@bench.example', slug || '@bench.example', 'Nurse',
       'nobody signs in with this', now(), now()
FROM hospital;

INSERT INTO session (id, account_id, created_at, expires_at)
SELECT md5('nurse' || id)::uuid, md5('nurse' || id)::uuid, now(), now() + interval '1 day'
FROM hospital;

INSERT INTO membership (id, account_id, role, hospital_id, created_at)
SELECT gen_random_uuid(), md5('nurse' || id)::uuid, 3, id, now()
FROM hospital;

INSERT INTO patient (id, hospital_id, code, diets, admitted_at, updated_at, version)
SELECT gen_random_uuid(), hospital.id, 'bench-' || n, 0, now(), now(), 1
FROM hospital, generate_series(1, 6000) n;
