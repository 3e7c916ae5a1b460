//! `setMenuItemPrice`.

use entity::{outbox, vocabulary::Audience};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use thali::{db::Meter, graph::id::Kind};
use uuid::Uuid;

use super::{
    SET_PRICE, five_pounds, is_published, kept, price_of, priced, problems, run_sql, set_price,
};
use crate::{
    app::monday,
    data::{Data, Size},
    on_both,
};

on_both! {
    async fn is_read_from_then_on_and_told(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        let payload = set_price(&app, &five_pounds(item, "k1")).await;
        let id = Kind::MenuItem.id(item).0;
        let changed = json!({
            "id": id,
            "priceVersion": 2,
            "price": { "amountMinor": 500, "currency": "GBP" },
            "priceByWeight": null,
        });
        assert_eq!(payload, json!({ "menuItem": changed, "problems": [] }));
        let query = "query ($id: ID!) { node(id: $id) { ... on MenuItem {
            id priceVersion price { amountMinor currency }
            priceByWeight { base { amountMinor } perUnit { amountMinor } unit }
        } } }";
        assert_eq!(app.data(query, json!({ "id": id })).await["node"], changed);

        let db = app.app.db.reader(&Meter::new("test"));
        let events = outbox::Entity::find().all(&db).await.unwrap();
        let [event] = events.as_slice() else { panic!("{events:#?}") };
        let menu = data.items.iter().find(|row| row.id == item).unwrap().menu_id;
        assert_eq!((event.name.as_str(), &event.topic), ("MenuItemPriceChanged", &format!("menu:{menu}")));
        assert_eq!(event.created_at, monday());
        app.until(async || outbox::Entity::find().one(&db).await.unwrap().unwrap().published_at == Some(monday())).await;
        let told: Value = serde_json::from_str(&event.payload).unwrap();
        assert_eq!(told, json!({ "menu": menu, "menuItem": item, "audience": "PATIENT", "version": 2 }));
    }
}

on_both! {
    async fn can_be_the_first_and_can_be_by_weight(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        let mut input = five_pounds(item, "k1");
        (input["audience"], input["expectedVersion"]) = (json!("VISITOR"), json!(0));
        let query = "query ($id: ID!) { node(id: $id) { ... on MenuItem {
            priceVersion(audience: VISITOR) price(audience: VISITOR) { amountMinor }
            priceByWeight(audience: VISITOR) { base { amountMinor } perUnit { amountMinor } unit }
            patients: priceVersion
        } } }";
        let read = async || app.data(query, json!({ "id": Kind::MenuItem.id(item).0 })).await["node"].take();
        let before = read().await;
        assert_eq!((&before["priceVersion"], &before["price"]), (&json!(0), &Value::Null));

        assert_eq!(set_price(&app, &input).await["problems"], json!([]));
        let first = read().await;
        assert_eq!((&first["priceVersion"], &first["price"]["amountMinor"]), (&json!(1), &json!(500)));

        input["price"] = json!({ "byWeight": { "perUnitMinor": 99, "unit": "100g" } });
        (input["expectedVersion"], input["idempotencyKey"]) = (json!(1), json!("k2"));
        assert_eq!(set_price(&app, &input).await["problems"], json!([]));
        let second = read().await;
        assert_eq!((&second["priceVersion"], &second["price"]["amountMinor"]), (&json!(2), &json!(99)));
        assert_eq!(
            second["priceByWeight"],
            json!({ "base": { "amountMinor": 0 }, "perUnit": { "amountMinor": 99 }, "unit": "100g" })
        );
        assert_eq!(second["patients"], 1, "other audiences pay what they paid");
    }
}

on_both! {
    async fn is_refused_with_all_problems_at_once(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        let before = price_of(&app, item).await;
        let mut input = five_pounds(item, "a key with spaces");
        input["price"] = json!({ "byWeight": { "baseMinor": -1, "perUnitMinor": 100_000_001, "unit": " " } });
        (input["currency"], input["expectedVersion"]) = (json!("EUR"), json!(7));
        let payload = set_price(&app, &input).await;
        insta::allow_duplicates! { insta::assert_json_snapshot!(payload, @r#"
        {
          "menuItem": null,
          "problems": [
            {
              "__typename": "InvalidValue",
              "allowed": "1 to 255 visible ASCII characters, new for every change",
              "code": "INVALID_VALUE",
              "message": "`idempotencyKey` is \"a key with spaces\"; it must be 1 to 255 visible ASCII characters, new for every change.",
              "path": [
                "idempotencyKey"
              ],
              "value": "a key with spaces"
            },
            {
              "__typename": "InvalidValue",
              "allowed": "0 to 100000000 minor units",
              "code": "INVALID_VALUE",
              "message": "`price.byWeight.baseMinor` is \"-1\"; it must be 0 to 100000000 minor units.",
              "path": [
                "price",
                "byWeight",
                "baseMinor"
              ],
              "value": "-1"
            },
            {
              "__typename": "InvalidValue",
              "allowed": "0 to 100000000 minor units",
              "code": "INVALID_VALUE",
              "message": "`price.byWeight.perUnitMinor` is \"100000001\"; it must be 0 to 100000000 minor units.",
              "path": [
                "price",
                "byWeight",
                "perUnitMinor"
              ],
              "value": "100000001"
            },
            {
              "__typename": "InvalidValue",
              "allowed": "a unit such as 100g, of 1 to 20 characters",
              "code": "INVALID_VALUE",
              "message": "`price.byWeight.unit` is \" \"; it must be a unit such as 100g, of 1 to 20 characters.",
              "path": [
                "price",
                "byWeight",
                "unit"
              ],
              "value": " "
            },
            {
              "__typename": "VersionConflict",
              "code": "VERSION_CONFLICT",
              "currentVersion": 1,
              "message": "`expectedVersion` is 7; the version is 1.",
              "path": [
                "expectedVersion"
              ]
            },
            {
              "__typename": "InvalidValue",
              "allowed": "GBP",
              "code": "INVALID_VALUE",
              "message": "`currency` is \"EUR\"; it must be GBP.",
              "path": [
                "currency"
              ],
              "value": "EUR"
            }
          ]
        }
        "#); }
        assert_eq!(kept(&app).await, (0, 0));
        assert_eq!(price_of(&app, item).await, before);
    }
}

on_both! {
    async fn is_only_for_items_that_can_be_seen(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let draft = data.items.iter().find(|item| !is_published(&data, item)).unwrap();
        for item in [draft.id, Uuid::now_v7()] {
            let payload = set_price(&app, &five_pounds(item, "k1")).await;
            assert_eq!(payload["menuItem"], Value::Null);
            assert_eq!(problems(&payload), ["NotFound"]);
            assert_eq!(payload["problems"][0]["path"], json!(["menuItem"]));
        }
        assert_eq!(kept(&app).await, (0, 0));
        let dish = Kind::Dish.id(data.dishes[0].id).0;
        let mut input = five_pounds(draft.id, "k1");
        input["menuItem"] = json!(dish);
        let answer = app.execute_as_administrator(SET_PRICE, json!({ "input": input })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer:#}");
    }
}

on_both! {
    async fn leaves_nothing_behind_when_its_event_cannot_be_written(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        let before = price_of(&app, item).await;
        run_sql(&app, "ALTER TABLE outbox RENAME TO elsewhere").await;
        let input = json!({ "input": five_pounds(item, "k1") });
        let answer = app.execute_as_administrator(SET_PRICE, input).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL", "{answer:#}");
        assert_eq!(answer["data"], json!({ "setMenuItemPrice": null }));
        run_sql(&app, "ALTER TABLE elsewhere RENAME TO outbox").await;
        assert_eq!(kept(&app).await, (0, 0));
        assert_eq!(price_of(&app, item).await, before);
        // And the key is free.
        assert_eq!(set_price(&app, &five_pounds(item, "k1")).await["problems"], json!([]));
    }
}

on_both! {
    async fn is_fresh_in_the_answer_of_each_change_of_a_request(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let item = priced(&data)[0];
        let query = "mutation ($one: SetMenuItemPriceInput!, $two: SetMenuItemPriceInput!, $three: SetMenuItemPriceInput!) {
            one: setMenuItemPrice(input: $one) { ...Price }
            two: setMenuItemPrice(input: $two) { ...Price }
            three: setMenuItemPrice(input: $three) { ...Price }
        }
        fragment Price on SetMenuItemPricePayload {
            menuItem { priceVersion price { amountMinor } }
            problems { code }
        }";
        let [one, mut two, mut three] = ["k1", "k2", "k3"].map(|key| five_pounds(item, key));
        (two["price"], two["expectedVersion"]) = (json!({ "portionMinor": 600 }), json!(2));
        three["expectedVersion"] = json!(2);
        let variables = json!({ "one": one, "two": two, "three": three });
        let answer = app.execute_as_administrator(query, variables).await;
        assert_eq!(
            answer["data"],
            json!({
                "one": { "menuItem": { "priceVersion": 2, "price": { "amountMinor": 500 } }, "problems": [] },
                "two": { "menuItem": { "priceVersion": 3, "price": { "amountMinor": 600 } }, "problems": [] },
                "three": { "menuItem": null, "problems": [{ "code": "VERSION_CONFLICT" }] },
            })
        );
        let price = price_of(&app, item).await;
        assert_eq!((price.base_minor, price.audience), (600, Audience::Patient));
    }
}
