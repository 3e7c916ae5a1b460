//! `publishMenu`.

use std::collections::BTreeMap;

use entity::{availability, dish, menu, menu_item, menu_item_price, menu_section};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use thali::{cache::Tag, db::Meter, graph::id::Kind};
use uuid::Uuid;

use super::{kept, problems, run_sql};
use crate::{
    app::TestApp,
    data::{Data, Size, today},
    on_both,
};

async fn publish(app: &TestApp, input: &Value) -> Value {
    let query = "mutation ($input: PublishMenuInput!) { publishMenu(input: $input) {
        menu {
            id version date meal publishedAt hospital { slug } kitchen { slug }
            sections { title items { nodes {
                id dish { name } price { amountMinor currency } priceVersion
                availability { portions remaining }
            } } }
        }
        problems {
            __typename code message path
            ... on VersionConflict { currentVersion }
            ... on InvalidValue { value allowed }
            ... on PortionsReserved { reserved }
            ... on MenuItemReserved { menuItem reserved }
            ... on NotCooked { kitchen }
        }
    } }";
    let mut answer = app
        .execute_as_administrator(query, json!({ "input": input }))
        .await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"]["publishMenu"].take()
}

/// Dishes that are cooked for the first hospital.
fn cooked(data: &Data) -> Vec<&dish::Model> {
    let serves = |dish: &&dish::Model| {
        let mut serves = data.serves.iter();
        serves
            .any(|row| row.hospital_id == data.hospitals[0].id && row.kitchen_id == dish.kitchen_id)
    };
    data.dishes.iter().filter(serves).collect()
}

fn id(dish: &dish::Model) -> String {
    Kind::Dish.id(dish.id).0
}

/// A menu of the first hospital on a day that has none.
fn new_menu(data: &Data, key: &str) -> Value {
    let dishes = cooked(data);
    json!({
        "owner": { "hospital": { "slug": "riverside-general" } },
        "date": "2026-12-24",
        "meal": "LUNCH",
        "sections": [
            { "title": " Soups ", "items": [{ "dish": id(dishes[0]), "price": { "portionMinor": 210 }, "portions": 30 }] },
            { "title": "Mains", "items": [{ "dish": id(dishes[1]), "portions": 12 }, { "dish": id(dishes[2]) }] },
        ],
        "idempotencyKey": key,
    })
}

type Rows = (menu::Model, Vec<menu_section::Model>, Vec<menu_item::Model>);

async fn rows(app: &TestApp, id: Uuid) -> Rows {
    let db = app.app.db.reader(&Meter::new("test"));
    let menu = menu::Entity::find_by_id(id).one(&db).await.unwrap();
    let sections = menu_section::Entity::find().filter(menu_section::Column::MenuId.eq(id));
    let items = menu_item::Entity::find().filter(menu_item::Column::MenuId.eq(id));
    let mut rows = (
        menu.unwrap(),
        sections.all(&db).await.unwrap(),
        items.all(&db).await.unwrap(),
    );
    rows.1.sort_by_key(|row| (row.position, row.id));
    rows.2.sort_by_key(|row| (row.position, row.id));
    rows
}

fn uuid(id: &Value) -> Uuid {
    thali::graph::GlobalId::parse(id.as_str().unwrap())
        .unwrap()
        .uuid
}

/// The items of a payload: the id of each by the name of its dish.
fn items(payload: &Value) -> BTreeMap<String, String> {
    let sections = payload["menu"]["sections"].as_array().unwrap().iter();
    let items = sections.flat_map(|section| section["items"]["nodes"].as_array().unwrap());
    items
        .map(|item| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&item["dish"]["name"]), text(&item["id"]))
        })
        .collect()
}

on_both! {
    async fn a_menu_is_made_and_seen_at_once(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let hospital = data.hospitals[0].id;
        let tags = [
            Tag::MenusOfHospital(hospital),
            Tag::MenusOfHospitalNamed(data.hospitals[0].slug.clone()),
            Tag::MenusOfHospitalNamed(data.hospitals[0].code.clone()),
        ];
        let snapshots = tags.map(|tag| app.app.cache.generations().read(&[tag]));
        let payload = publish(&app, &new_menu(&data, "k1")).await;
        insta::allow_duplicates! { insta::assert_json_snapshot!(payload, {
            ".menu.id" => "", ".menu.sections[].items.nodes[].id" => "",
        }, @r#"
        {
          "menu": {
            "date": "2026-12-24",
            "hospital": {
              "slug": "riverside-general"
            },
            "id": "",
            "kitchen": null,
            "meal": "LUNCH",
            "publishedAt": "2026-11-23T09:00:00Z",
            "sections": [
              {
                "items": {
                  "nodes": [
                    {
                      "availability": {
                        "portions": 30,
                        "remaining": 30
                      },
                      "dish": {
                        "name": "Red lentil soup"
                      },
                      "id": "",
                      "price": {
                        "amountMinor": 210,
                        "currency": "GBP"
                      },
                      "priceVersion": 1
                    }
                  ]
                },
                "title": "Soups"
              },
              {
                "items": {
                  "nodes": [
                    {
                      "availability": {
                        "portions": 12,
                        "remaining": 12
                      },
                      "dish": {
                        "name": "Chicken curry"
                      },
                      "id": "",
                      "price": null,
                      "priceVersion": 0
                    },
                    {
                      "availability": null,
                      "dish": {
                        "name": "Käsespätzle"
                      },
                      "id": "",
                      "price": null,
                      "priceVersion": 0
                    }
                  ]
                },
                "title": "Mains"
              }
            ],
            "version": 1
          },
          "problems": []
        }
        "#); }
        for snapshot in snapshots {
            assert!(!app.app.cache.generations().are(&snapshot));
        }
        let query = "{ menu(hospital: { slug: \"riverside-general\" }, date: \"2026-12-24\", meal: LUNCH) { id } }";
        assert_eq!(app.data(query, json!({})).await["menu"]["id"], payload["menu"]["id"]);
        assert_eq!(publish(&app, &new_menu(&data, "k1")).await, payload);
        assert_eq!(kept(&app).await, (1, 1));
    }
}

on_both! {
    async fn a_draft_is_published_with_what_is_sent(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let is_it = |menu: &&menu::Model| menu.hospital_id == Some(data.hospitals[0].id) && menu.published_at.is_none();
        let draft = data.menus.iter().find(is_it).unwrap();
        assert_eq!(draft.date, today());
        let mut input = new_menu(&data, "k1");
        (input["date"], input["meal"]) = (json!(today()), json!("DINNER"));
        let payload = publish(&app, &input).await;
        assert_eq!(payload["problems"], json!([]), "{payload:#}");
        assert_eq!(payload["menu"]["id"], Kind::Menu.id(draft.id).0);
        assert_eq!(payload["menu"]["version"], 1);
        let (row, sections, items) = rows(&app, draft.id).await;
        assert!(row.published_at.is_some());
        let titles: Vec<&str> = sections.iter().map(|section| &*section.title).collect();
        assert_eq!((titles, items.len()), (vec!["Soups", "Mains"], 3));
        // Sent again with its key it is the menu that was there, and not the one that was not made.
        assert_eq!(publish(&app, &input).await, payload);
    }
}

on_both! {
    async fn items_whose_dish_stays_keep_their_identity(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let dishes = cooked(&data);
        let first = publish(&app, &new_menu(&data, "k1")).await;
        let mut input = new_menu(&data, "k2");
        input["expectedVersion"] = json!(1);
        // The second dish moves into a new section, the first stays, the third goes.
        input["sections"] = json!([
            { "title": "Today", "items": [{ "dish": id(dishes[1]) }, { "dish": id(dishes[3]) }] },
            { "title": "Soups", "items": [{ "dish": id(dishes[0]), "price": { "portionMinor": 230 } }] },
        ]);
        let second = publish(&app, &input).await;
        assert_eq!(second["problems"], json!([]), "{second:#}");
        assert_eq!((&second["menu"]["id"], &second["menu"]["version"]), (&first["menu"]["id"], &json!(2)));
        let (before, after) = (items(&first), items(&second));
        assert_eq!(after.len(), 3);
        for stays in [dishes[0], dishes[1]] {
            assert_eq!(before[&stays.name], after[&stays.name], "{}", stays.name);
        }
        assert!(!after.contains_key(&dishes[2].name));
        let menu = uuid(&first["menu"]["id"]);
        let (_, sections, rows) = rows(&app, menu).await;
        assert_eq!(sections.iter().map(|row| &*row.title).collect::<Vec<_>>(), ["Today", "Soups"]);
        assert_eq!(rows.iter().map(|row| row.dish_id).collect::<Vec<_>>(), [dishes[1].id, dishes[3].id, dishes[0].id]);
        // What was not sent of an item stays; a price that was sent is new.
        let soup = &second["menu"]["sections"][1]["items"]["nodes"][0];
        assert_eq!((&soup["price"]["amountMinor"], &soup["priceVersion"]), (&json!(230), &json!(2)));
        assert_eq!(soup["availability"]["portions"], 30);
        assert_eq!(second["menu"]["sections"][0]["items"]["nodes"][0]["availability"]["portions"], 12);
        assert_eq!(kept(&app).await, (2, 2));
    }
}

on_both! {
    async fn what_is_promised_neither_goes_nor_gets_too_few(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let dishes = cooked(&data);
        let first = publish(&app, &new_menu(&data, "k1")).await;
        let menu = uuid(&first["menu"]["id"]);
        let before = rows(&app, menu).await;
        run_sql(&app, "UPDATE availability SET reserved = 9 WHERE portions IN (12, 30)").await;
        let mut input = new_menu(&data, "k2");
        input["expectedVersion"] = json!(1);
        input["sections"] = json!([{ "title": "Mains", "items": [{ "dish": id(dishes[1]), "portions": 8 }] }]);
        let payload = publish(&app, &input).await;
        assert_eq!(payload["menu"], Value::Null);
        assert_eq!(problems(&payload), ["PortionsReserved", "MenuItemReserved"]);
        assert_eq!(payload["problems"][0]["path"], json!(["sections", "0", "items", "0", "portions"]));
        assert_eq!(payload["problems"][1]["reserved"], 9);
        assert_eq!(payload["problems"][1]["menuItem"], items(&first)[&dishes[0].name]);
        assert_eq!(rows(&app, menu).await, before);
        assert_eq!(kept(&app).await, (1, 1));
    }
}

on_both! {
    async fn all_that_is_wrong_with_a_menu_is_told_at_once(app: TestApp) {
        let mut data = Data::make(Size::ONE);
        let elsewhere = data.dishes.last().unwrap().clone();
        data.serves.retain(|row| row.kitchen_id != elsewhere.kitchen_id);
        data.write(&app).await;
        let dishes = cooked(&data);
        publish(&app, &new_menu(&data, "k1")).await;
        let mut input = new_menu(&data, "k2");
        input["expectedVersion"] = json!(5);
        input["sections"] = json!([
            { "title": "", "items": [{ "dish": id(dishes[0]), "price": { "portionMinor": -1 } }, { "dish": id(dishes[0]) }] },
            { "title": "Mains", "items": [{ "dish": id(&elsewhere) }, { "dish": Kind::Dish.id(Uuid::nil()).0 }] },
            { "title": "Mains ", "items": [{ "dish": id(dishes[1]), "portions": -1 }] },
        ]);
        let payload = publish(&app, &input).await;
        let told: Vec<String> = payload["problems"].as_array().unwrap().iter().map(|problem| {
            let path = problem["path"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            format!("{} {}", problem["code"].as_str().unwrap(), path.collect::<Vec<_>>().join("."))
        }).collect();
        insta::allow_duplicates! { insta::assert_snapshot!(told.join("\n"), @r#"
        INVALID_VALUE sections.0.title
        INVALID_VALUE sections.0.items.0.price.portionMinor
        INVALID_VALUE sections.0.items.1.dish
        INVALID_VALUE sections.2.title
        VERSION_CONFLICT expectedVersion
        NOT_COOKED sections.1.items.0.dish
        NOT_FOUND sections.1.items.1.dish
        INVALID_VALUE sections.2.items.0.portions
        "#); }
        let cook = payload["problems"].as_array().unwrap().iter().find(|p| p["__typename"] == "NotCooked").unwrap();
        assert_eq!(cook["kitchen"], Kind::Kitchen.id(elsewhere.kitchen_id).0);
        for (sections, count) in [(json!([]), "0"), (json!([{ "title": "None", "items": [] }]), "0")] {
            input["sections"] = sections;
            let payload = publish(&app, &input).await;
            let wrong = payload["problems"].as_array().unwrap().iter().find(|p| p["path"] == json!(["sections"])).unwrap();
            assert_eq!(wrong["value"], count);
        }
        input["owner"] = json!({ "hospital": { "slug": "no\0where" } });
        assert!(problems(&publish(&app, &input).await).contains(&"NotFound"));
        assert_eq!(kept(&app).await, (1, 1));
    }
}

on_both! {
    async fn a_kitchen_publishes_a_house_menu_of_its_own_dishes(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let kitchen = &data.kitchens[1];
        let own = data.dishes.iter().find(|dish| dish.kitchen_id == kitchen.id).unwrap();
        let other = data.dishes.iter().find(|dish| dish.kitchen_id != kitchen.id).unwrap();
        let mut input = new_menu(&data, "k1");
        input["owner"] = json!({ "kitchen": Kind::Kitchen.id(kitchen.id).0 });
        input["sections"] = json!([{ "title": "All", "items": [{ "dish": id(own) }, { "dish": id(other) }] }]);
        assert_eq!(problems(&publish(&app, &input).await), ["NotCooked"]);
        input["sections"] = json!([{ "title": "All", "items": [{ "dish": id(own) }] }]);
        let snapshot = app.app.cache.generations().read(&[Tag::MenusOfKitchen(kitchen.id)]);
        let payload = publish(&app, &input).await;
        assert_eq!(payload["menu"]["kitchen"]["slug"], json!(kitchen.slug), "{payload:#}");
        assert_eq!(payload["menu"]["hospital"], Value::Null);
        assert!(!app.app.cache.generations().are(&snapshot));
        input["owner"] = json!({ "kitchen": Kind::Kitchen.id(Uuid::nil()).0 });
        assert_eq!(problems(&publish(&app, &input).await)[0], "IdempotencyKeyReused");
    }
}

on_both! {
    async fn of_many_who_publish_a_menu_at_once_one_wins(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        for version in 0..2 {
            let inputs: Vec<Value> = (0..10).map(|n| {
                let mut input = new_menu(&data, &format!("k{version}-{n}"));
                input["expectedVersion"] = json!(version);
                input
            }).collect();
            let answers = join_all(inputs.iter().map(|input| publish(&app, input))).await;
            let (won, lost): (Vec<&Value>, Vec<&Value>) = answers.iter().partition(|p| problems(p).is_empty());
            assert_eq!(won.len(), 1, "{answers:#?}");
            for payload in lost {
                assert_eq!(problems(payload), ["VersionConflict"]);
                assert_eq!(payload["problems"][0]["currentVersion"], version + 1);
            }
        }
        assert_eq!(kept(&app).await, (2, 2));
    }
}

on_both! {
    async fn nothing_is_left_of_a_menu_whose_event_cannot_be_written(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let first = publish(&app, &new_menu(&data, "k1")).await;
        let before = rows(&app, uuid(&first["menu"]["id"])).await;
        let count = async || {
            let db = app.app.db.reader(&Meter::new("test"));
            let prices = menu_item_price::Entity::find().all(&db).await.unwrap();
            let portions = availability::Entity::find().all(&db).await.unwrap();
            (menu::Entity::find().all(&db).await.unwrap().len(), prices, portions)
        };
        let counted = count().await;
        let mut again = new_menu(&data, "k2");
        again["expectedVersion"] = json!(1);
        again["sections"].as_array_mut().unwrap().reverse();
        let mut other = new_menu(&data, "k3");
        other["meal"] = json!("DINNER");
        run_sql(&app, "ALTER TABLE outbox RENAME TO elsewhere").await;
        let query = "mutation ($one: PublishMenuInput!, $two: PublishMenuInput!) {
            one: publishMenu(input: $one) { problems { code } }
            two: publishMenu(input: $two) { problems { code } }
        }";
        let answer = app.execute_as_administrator(query, json!({ "one": again, "two": other })).await;
        assert_eq!(answer["data"], json!({ "one": null, "two": null }), "{answer:#}");
        run_sql(&app, "ALTER TABLE elsewhere RENAME TO outbox").await;
        assert_eq!(rows(&app, before.0.id).await, before);
        assert_eq!(count().await, counted);
        for input in [again, other] {
            assert_eq!(publish(&app, &input).await["problems"], json!([]));
        }
    }
}
