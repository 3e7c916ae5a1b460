-- One hospital with three menus of four sections of ten items: 120 dishes with three or four
-- allergens each. Keys are spread as in a real table, and the same in every run.

INSERT INTO hospital (id, code, slug, name, name_key, search_text, address, city, postcode,
                      time_zone, currency, created_at, updated_at)
VALUES (md5('hospital')::uuid, 'BENCH', 'bench', 'Riverside General Hospital',
        'riverside general hospital', 'riverside general hospital bench', '1 Quay Street',
        'Riverside', 'RV1 1AA', 'Europe/London', 'GBP', '2026-01-01Z', '2026-01-01Z');

INSERT INTO kitchen (id, slug, name, name_key, time_zone, currency, created_at, updated_at)
VALUES (md5('kitchen')::uuid, 'bench', 'Main kitchen', 'main kitchen', 'Europe/London', 'GBP',
        '2026-01-01Z', '2026-01-01Z');

INSERT INTO dish (id, kitchen_id, name, name_key, search_text, description, category,
                  allergens_declared, diets,
                  food_texture, portion_g, energy_kcal, protein_g, carbohydrate_g, fat_g, salt_g,
                  created_at, updated_at)
SELECT md5('dish' || n)::uuid, md5('kitchen')::uuid, 'Roast vegetables with herbs, no. ' || n,
       'roast vegetables with herbs, no. ' || n, 'roast vegetables with herbs, no. ' || n,
       'Root vegetables of the season, roasted with rosemary and thyme', n % 8 + 1, true, 3, 7, 320,
       410 + n, 9.5, 61, 14, 1.2, '2026-01-01Z', '2026-01-01Z'
FROM generate_series(1, 120) n;

INSERT INTO dish_allergen (dish_id, allergen, presence)
SELECT md5('dish' || n)::uuid, (n + 3 * a) % 14 * 100 + 100, (n + a) % 2 + 1
FROM generate_series(1, 120) n, generate_series(0, 3) a
WHERE a < 3 OR n % 2 = 0;

INSERT INTO menu (id, hospital_id, date, meal, published_at)
SELECT md5('menu' || m)::uuid, md5('hospital')::uuid, '2026-11-23', m, '2026-11-16Z'
FROM generate_series(1, 3) m;

INSERT INTO menu_section (id, menu_id, title, position)
SELECT md5('section' || m || '/' || s)::uuid, md5('menu' || m)::uuid,
       (ARRAY['Soups', 'Mains', 'Sides', 'Desserts'])[s], s
FROM generate_series(1, 3) m, generate_series(1, 4) s;

INSERT INTO menu_item (id, menu_id, section_id, dish_id, position)
SELECT md5('item' || m || '/' || s || '/' || i)::uuid, md5('menu' || m)::uuid,
       md5('section' || m || '/' || s)::uuid, md5('dish' || (m - 1) * 40 + (s - 1) * 10 + i)::uuid,
       (s - 1) * 10 + i
FROM generate_series(1, 3) m, generate_series(1, 4) s, generate_series(1, 10) i;

INSERT INTO menu_item_price (menu_item_id, audience, base_minor, per_unit_minor, currency, version)
SELECT id, 1, 0, 450 + position, 'GBP', 1 FROM menu_item;

ANALYZE;
