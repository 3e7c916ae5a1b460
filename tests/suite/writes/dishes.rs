//! `createDish` and `updateDish`.

use std::time::Duration;

use entity::{dish, dish_allergen};
use futures_util::future::{join, join_all};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};
use thali::{cache::Tag, db::Meter, graph::id::Kind};
use uuid::Uuid;

use super::{kept, problems, run_sql};
use crate::{
    app::TestApp,
    data::{Data, Size},
    on_both,
};

const DISH: &str = "fragment Dish on Dish {
    id version name description category allergensDeclared diets
    allergens { allergen presence }
    texture { scale level }
    nutrition { portionG energyKcal saltG }
    kitchen { id }
}
fragment Problem on Problem {
    __typename code message path
    ... on VersionConflict { currentVersion }
    ... on InvalidValue { value allowed }
    ... on NameTaken { takenBy }
}";

async fn change(app: &TestApp, mutation: &str, input: &Value) -> Value {
    let input_type = match mutation {
        "createDish" => "CreateDishInput",
        _ => "UpdateDishInput",
    };
    let query = format!(
        "mutation ($input: {input_type}!) {{ {mutation}(input: $input) {{
            dish {{ ...Dish }} problems {{ ...Problem }}
        }} }} {DISH}"
    );
    let mut answer = app
        .execute_as_administrator(&query, json!({ "input": input }))
        .await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"][mutation].take()
}

/// A dish of the first kitchen that is wholly described.
fn stew(data: &Data, key: &str) -> Value {
    json!({
        "kitchen": Kind::Kitchen.id(data.kitchens[0].id).0,
        "name": " Farmer's   stew ",
        "description": "With barley.",
        "category": "MAIN",
        "allergensDeclared": true,
        "allergens": [{ "allergen": "BARLEY" }, { "allergen": "CELERY", "presence": "MAY_CONTAIN" }],
        "diets": ["HALAL"],
        "texture": { "food": 5 },
        "nutrition": { "portionG": 300, "energyKcal": 410.5 },
        "idempotencyKey": key,
    })
}

/// A change of the first dish, which has version 1.
fn update(data: &Data, key: &str, fields: Value) -> Value {
    let mut input = json!({
        "dish": Kind::Dish.id(data.dishes[0].id).0,
        "expectedVersion": 1,
        "idempotencyKey": key,
    });
    let fields = fields.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(fields);
    input
}

async fn row(app: &TestApp, id: Uuid) -> (dish::Model, Vec<dish_allergen::Model>) {
    let db = app.app.db.reader(&Meter::new("test"));
    let dish = dish::Entity::find_by_id(id).one(&db).await.unwrap();
    let allergens = dish_allergen::Entity::find()
        .filter(dish_allergen::Column::DishId.eq(id))
        .order_by_asc(dish_allergen::Column::Allergen);
    (dish.unwrap(), allergens.all(&db).await.unwrap())
}

on_both! {
    async fn a_dish_is_created_as_it_is_described(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let kitchen = data.kitchens[0].id;
        let tags = [Tag::Dishes, Tag::DishesOfKitchen(kitchen), Tag::DishesOfKitchen(data.kitchens[1].id)];
        let [dishes, its, others] = tags.map(|tag| app.app.cache.generations().read(&[tag]));
        let payload = change(&app, "createDish", &stew(&data, "k1")).await;
        assert_eq!(payload["problems"], json!([]), "{payload:#}");
        insta::allow_duplicates! { insta::assert_json_snapshot!(payload["dish"], { ".id" => "", ".kitchen.id" => "" }, @r#"
        {
          "allergens": [
            {
              "allergen": "BARLEY",
              "presence": "CONTAINS"
            },
            {
              "allergen": "CELERY",
              "presence": "MAY_CONTAIN"
            }
          ],
          "allergensDeclared": true,
          "category": "MAIN",
          "description": "With barley.",
          "diets": [
            "HALAL"
          ],
          "id": "",
          "kitchen": {
            "id": ""
          },
          "name": "Farmer's stew",
          "nutrition": {
            "energyKcal": 410.5,
            "portionG": 300.0,
            "saltG": null
          },
          "texture": {
            "level": 5,
            "scale": "FOOD"
          },
          "version": 1
        }
        "#); }
        assert_eq!(payload["dish"]["kitchen"]["id"], Kind::Kitchen.id(kitchen).0);
        let generations = app.app.cache.generations();
        assert!(!generations.are(&dishes) && !generations.are(&its) && generations.are(&others));
        assert_eq!(kept(&app).await, (1, 1));
        // It is found, as an imported one is.
        let query = "{ dishes(search: \"farmers barley\") { nodes { id } } }";
        let found = app.data(query, json!({})).await;
        assert_eq!(found["dishes"]["nodes"], json!([{ "id": payload["dish"]["id"] }]));
        // The same again is the same dish.
        assert_eq!(change(&app, "createDish", &stew(&data, "k1")).await, payload);
        assert_eq!(kept(&app).await, (1, 1));
    }
}

on_both! {
    async fn little_need_be_known_of_a_dish(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let input = json!({
            "kitchen": Kind::Kitchen.id(data.kitchens[0].id).0,
            "name": "Soup of the day",
            "description": " ",
            "category": "SOUP",
            "allergensDeclared": false,
            "idempotencyKey": "k1",
        });
        let payload = change(&app, "createDish", &input).await;
        let dish = &payload["dish"];
        assert_eq!(dish["allergensDeclared"], false, "{payload:#}");
        for nothing in ["description", "texture", "nutrition"] {
            assert_eq!(dish[nothing], Value::Null, "{nothing}");
        }
        assert_eq!((&dish["allergens"], &dish["diets"]), (&json!([]), &json!([])));
    }
}

on_both! {
    async fn all_that_is_wrong_with_a_dish_is_told_at_once(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let wrong = json!({
            "kitchen": Kind::Kitchen.id(Uuid::nil()).0,
            "name": " ",
            "description": "d".repeat(2001),
            "category": "MAIN",
            "allergensDeclared": false,
            "allergens": [{ "allergen": "MILK" }, { "allergen": "MILK", "presence": "MAY_CONTAIN" }],
            "texture": { "drink": 5 },
            "nutrition": { "portionG": 0, "energyKcal": -1, "saltG": 10001 },
            "idempotencyKey": "k 1",
        });
        let payload = change(&app, "createDish", &wrong).await;
        assert_eq!(payload["dish"], Value::Null);
        let told: Vec<String> = payload["problems"].as_array().unwrap().iter().map(|problem| {
            let path = problem["path"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            let path = path.collect::<Vec<_>>().join(".");
            let allowed = problem["allowed"].as_str().unwrap_or("-");
            format!("{} {path}: {allowed}", problem["code"].as_str().unwrap())
        }).collect();
        insta::allow_duplicates! { insta::assert_snapshot!(told.join("\n"), @r#"
        INVALID_VALUE idempotencyKey: 1 to 255 visible ASCII characters, new for every change
        INVALID_VALUE name: a name of 1 to 200 visible characters
        INVALID_VALUE description: a text of up to 2000 visible characters
        INVALID_VALUE allergens.1.allergen: an allergen that was not named before
        INVALID_VALUE texture.drink: an IDDSI level from 0 to 4
        INVALID_VALUE nutrition.portionG: above 0 and up to 10000
        INVALID_VALUE nutrition.energyKcal: 0 to 10000
        INVALID_VALUE nutrition.saltG: 0 to 10000
        INVALID_VALUE allergensDeclared: true where the dish has allergens
        NOT_FOUND kitchen: -
        "#); }
        assert_eq!(kept(&app).await, (0, 0));
        let nul = json!({ "name": "a\0b", "idempotencyKey": "k2" });
        let mut input = stew(&data, "k2");
        input["name"] = nul["name"].clone();
        assert_eq!(problems(&change(&app, "createDish", &input).await), ["InvalidValue"]);
        input["name"] = json!(data.dishes[0].name.to_uppercase());
        let payload = change(&app, "createDish", &input).await;
        assert_eq!(problems(&payload), ["NameTaken"]);
        assert_eq!(payload["problems"][0]["takenBy"], Kind::Dish.id(data.dishes[0].id).0);
        input["kitchen"] = json!(Kind::Kitchen.id(data.kitchens[1].id).0);
        input["name"] = json!("Only in the first kitchen?");
        assert_eq!(change(&app, "createDish", &input).await["problems"], json!([]));
    }
}

on_both! {
    async fn of_many_who_give_a_name_at_once_one_has_it(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let inputs: Vec<Value> = (0..8).map(|n| stew(&data, &format!("k{n}"))).collect();
        let renamed = data.dishes.iter().filter(|dish| dish.kitchen_id == data.kitchens[0].id);
        let renames: Vec<Value> = (0..).zip(renamed).map(|(n, dish)| json!({
            "dish": Kind::Dish.id(dish.id).0,
            "name": "farmer's stew",
            "expectedVersion": 1,
            "idempotencyKey": format!("r{n}"),
        })).collect();
        let created = join_all(inputs.iter().map(|input| change(&app, "createDish", input)));
        let renamed = join_all(renames.iter().map(|input| change(&app, "updateDish", input)));
        let (created, renamed) = join(created, renamed).await;
        let all: Vec<&Value> = created.iter().chain(&renamed).collect();
        let (won, lost): (Vec<&Value>, Vec<&Value>) = all.into_iter().partition(|p| problems(p).is_empty());
        assert_eq!(won.len(), 1, "{won:#?}");
        for payload in lost {
            assert_eq!(problems(payload), ["NameTaken"]);
        }
        assert_eq!(kept(&app).await, (1, 1));
    }
}

// Who waits for the kitchen must see the name that it waited for.
on_both! {
    async fn a_name_that_was_given_meanwhile_is_taken(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let other = app.app.db.begin(&Meter::new("test")).await.unwrap();
        other.execute_unprepared("UPDATE kitchen SET name = name").await.unwrap();
        let kitchen = data.kitchens[0].id;
        let dish = crate::data::meals::dish(Uuid::now_v7(), kitchen, "Farmer's stew", None);
        dish::Entity::insert(dish.into_active_model()).exec_without_returning(&other).await.unwrap();
        let finish = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            other.commit().await.unwrap();
        };
        let input = stew(&data, "k1");
        let (payload, ()) = join(change(&app, "createDish", &input), finish).await;
        assert_eq!(problems(&payload), ["NameTaken"]);
    }
}

on_both! {
    async fn only_what_is_sent_of_a_dish_is_changed(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let before = data.dishes[0].clone();
        let (_, allergens) = row(&app, before.id).await;
        let tags = [Tag::Dish(before.id), Tag::DishesOfKitchen(before.kitchen_id), Tag::Dishes];
        let snapshots = tags.map(|tag| app.app.cache.generations().read(&[tag]));
        let payload = change(&app, "updateDish", &update(&data, "k1", json!({ "category": "SNACK" }))).await;
        assert_eq!(payload["problems"], json!([]), "{payload:#}");
        assert_eq!((&payload["dish"]["version"], &payload["dish"]["category"]), (&json!(2), &json!("SNACK")));
        for snapshot in snapshots {
            assert!(!app.app.cache.generations().are(&snapshot));
        }
        let mut expected = before.clone();
        (expected.category, expected.version) = (entity::vocabulary::DishCategory::Snack, 2);
        assert_eq!(row(&app, before.id).await, (expected, allergens));

        let fields = json!({
            "name": "Bread soup", "description": null, "texture": null, "nutrition": { "saltG": 2.5 },
            "allergens": [{ "allergen": "WHEAT" }], "diets": ["VEGAN"], "expectedVersion": 2,
        });
        let payload = change(&app, "updateDish", &update(&data, "k2", fields)).await;
        insta::allow_duplicates! { insta::assert_json_snapshot!(payload, { ".dish.id" => "", ".dish.kitchen.id" => "" }, @r#"
        {
          "dish": {
            "allergens": [
              {
                "allergen": "WHEAT",
                "presence": "CONTAINS"
              }
            ],
            "allergensDeclared": true,
            "category": "SNACK",
            "description": null,
            "diets": [
              "VEGAN"
            ],
            "id": "",
            "kitchen": {
              "id": ""
            },
            "name": "Bread soup",
            "nutrition": {
              "energyKcal": null,
              "portionG": null,
              "saltG": 2.5
            },
            "texture": null,
            "version": 3
          },
          "problems": []
        }
        "#); }
        let (after, _) = row(&app, before.id).await;
        assert_eq!((&*after.name_key, &*after.search_text), ("bread soup", "bread soup"));
        // Its own name is free for it.
        let fields = json!({ "name": "BREAD soup", "expectedVersion": 3 });
        let payload = change(&app, "updateDish", &update(&data, "k3", fields)).await;
        assert_eq!(payload["dish"]["name"], "BREAD soup");
        assert_eq!(kept(&app).await, (3, 3));
    }
}

on_both! {
    async fn a_change_of_a_dish_is_refused_with_all_its_problems(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let before = row(&app, data.dishes[0].id).await;
        let fields = json!({
            "name": data.dishes[1].name, "allergensDeclared": false,
            "texture": { "food": 2 }, "expectedVersion": 7,
        });
        let payload = change(&app, "updateDish", &update(&data, "k1", fields)).await;
        assert_eq!(problems(&payload), ["VersionConflict", "InvalidValue", "InvalidValue", "NameTaken"]);
        assert_eq!(payload["problems"][0]["currentVersion"], 1);
        assert_eq!(payload["problems"][1]["path"], json!(["texture", "food"]));
        assert_eq!(payload["problems"][2]["path"], json!(["allergensDeclared"]));
        let mut nobody = update(&data, "k1", json!({}));
        nobody["dish"] = json!(Kind::Dish.id(Uuid::nil()).0);
        assert_eq!(problems(&change(&app, "updateDish", &nobody).await), ["NotFound"]);
        assert_eq!(row(&app, data.dishes[0].id).await, before);
        assert_eq!(kept(&app).await, (0, 0));
    }
}

on_both! {
    async fn a_key_tells_null_from_nothing(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let first = change(&app, "updateDish", &update(&data, "k1", json!({}))).await;
        assert_eq!(first["dish"]["version"], 2);
        let again = change(&app, "updateDish", &update(&data, "k1", json!({}))).await;
        assert_eq!(again, first);
        let null = update(&data, "k1", json!({ "description": null }));
        let payload = change(&app, "updateDish", &null).await;
        assert!(problems(&payload).contains(&"IdempotencyKeyReused"), "{payload:#}");
    }
}

on_both! {
    async fn of_many_who_change_a_dish_one_wins(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let inputs: Vec<Value> = (0..12)
            .map(|n| update(&data, &format!("k{n}"), json!({ "description": format!("By {n}.") })))
            .collect();
        let answers = join_all(inputs.iter().map(|input| change(&app, "updateDish", input))).await;
        let won = answers.iter().filter(|answer| problems(answer).is_empty());
        assert_eq!(won.count(), 1);
        assert_eq!(row(&app, data.dishes[0].id).await.0.version, 2);
        assert_eq!(kept(&app).await, (1, 1));
    }
}

on_both! {
    async fn nothing_is_left_of_a_dish_whose_event_cannot_be_written(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let before = row(&app, data.dishes[0].id).await;
        run_sql(&app, "ALTER TABLE outbox RENAME TO elsewhere").await;
        let query = "mutation ($one: CreateDishInput!, $two: UpdateDishInput!) {
            createDish(input: $one) { problems { code } } updateDish(input: $two) { problems { code } }
        }";
        let two = update(&data, "k2", json!({ "allergens": [] }));
        let variables = json!({ "one": stew(&data, "k1"), "two": two });
        let answer = app.execute_as_administrator(query, variables).await;
        assert_eq!(answer["data"], json!({ "createDish": null, "updateDish": null }), "{answer:#}");
        run_sql(&app, "ALTER TABLE elsewhere RENAME TO outbox").await;
        assert_eq!(row(&app, data.dishes[0].id).await, before);
        assert_eq!(change(&app, "createDish", &stew(&data, "k1")).await["problems"], json!([]));
        assert_eq!(change(&app, "updateDish", &two).await["problems"], json!([]));
    }
}
