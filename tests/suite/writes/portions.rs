//! `setMenuItemPortions`.

use entity::{availability, outbox};
use futures_util::future::{join, join_all};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use thali::{db::Meter, graph::id::Kind};
use uuid::Uuid;

use super::{is_published, kept, problems, run_sql};
use crate::{
    app::{TestApp, monday},
    data::{Data, Size},
    on_both,
};

const SET_PORTIONS: &str = "mutation ($input: SetMenuItemPortionsInput!) {
    setMenuItemPortions(input: $input) {
        menuItem { availability { portions remaining version asOf } }
        problems {
            __typename code message path
            ... on PortionsReserved { reserved }
            ... on VersionConflict { currentVersion }
        }
    }
}";

async fn set_portions(app: &TestApp, input: &Value) -> Value {
    let mut answer = app
        .execute_as_administrator(SET_PORTIONS, json!({ "input": input }))
        .await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"]["setMenuItemPortions"].take()
}

fn ninety(item: Uuid, key: &str) -> Value {
    json!({
        "menuItem": Kind::MenuItem.id(item).0,
        "portions": 90,
        "expectedVersion": 1,
        "idempotencyKey": key,
    })
}

/// An item that everybody sees, of whose portions some are promised, and how many.
fn reserved(data: &Data) -> (Uuid, i32) {
    let is_seen = |row: &&availability::Model| {
        let mut items = data.items.iter();
        let is_its = items.any(|item| item.id == row.menu_item_id && is_published(data, item));
        is_its && row.reserved > 0 && row.reserved < 40
    };
    let row = data.availability.iter().find(is_seen).unwrap();
    (row.menu_item_id, row.reserved)
}

on_both! {
    async fn are_read_from_then_on_and_told(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (item, reserved) = reserved(&data);
        app.app.clock.set("2026-11-23T09:30:00Z".parse().unwrap());
        let payload = set_portions(&app, &ninety(item, "k1")).await;
        let availability = json!({
            "portions": 90,
            "remaining": 90 - reserved,
            "version": 2,
            "asOf": "2026-11-23T09:30:00Z",
        });
        let changed = json!({ "availability": availability });
        assert_eq!(payload, json!({ "menuItem": changed, "problems": [] }));
        assert_eq!(set_portions(&app, &ninety(item, "k1")).await, payload, "sent again");

        let db = app.app.db.reader(&Meter::new("test"));
        let events = outbox::Entity::find().all(&db).await.unwrap();
        let [event] = events.as_slice() else { panic!("{events:#?}") };
        assert_eq!(event.name, "MenuItemPortionsChanged");
        let menu = data.items.iter().find(|row| row.id == item).unwrap().menu_id;
        let told: Value = serde_json::from_str(&event.payload).unwrap();
        assert_eq!(told, json!({ "menu": menu, "menuItem": item, "version": 2 }));
        let row = availability::Entity::find_by_id(item).one(&db).await.unwrap().unwrap();
        assert_eq!(row.reserved, reserved, "what is promised stays promised");
    }
}

on_both! {
    async fn can_be_without_limit_and_can_be_the_first(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (item, _) = reserved(&data);
        let mut input = ninety(item, "k1");
        input["portions"] = Value::Null;
        let payload = set_portions(&app, &input).await;
        let availability = &payload["menuItem"]["availability"];
        assert_eq!((&availability["portions"], &availability["remaining"]), (&Value::Null, &Value::Null));

        let is_known = |item: Uuid| data.availability.iter().any(|row| row.menu_item_id == item);
        let mut items = data.items.iter().filter(|item| is_published(&data, item));
        let unknown = items.find(|item| !is_known(item.id)).unwrap().id;
        let mut input = ninety(unknown, "k2");
        input["expectedVersion"] = json!(0);
        let payload = set_portions(&app, &input).await;
        assert_eq!(payload["menuItem"]["availability"]["version"], 1);
        assert_eq!(payload["menuItem"]["availability"]["remaining"], 90);
    }
}

on_both! {
    async fn are_refused_with_all_problems_at_once(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (item, reserved) = reserved(&data);
        let mut input = ninety(item, "");
        (input["portions"], input["expectedVersion"]) = (json!(reserved - 1), json!(0));
        let payload = set_portions(&app, &input).await;
        assert_eq!(payload["menuItem"], Value::Null);
        assert_eq!(problems(&payload), ["InvalidValue", "PortionsReserved", "VersionConflict"]);
        assert_eq!(payload["problems"][1]["reserved"], reserved);
        assert_eq!(payload["problems"][1]["path"], json!(["portions"]));
        assert_eq!(payload["problems"][2]["currentVersion"], 1);

        let draft = data.items.iter().find(|item| !is_published(&data, item)).unwrap();
        let mut input = ninety(draft.id, "k1");
        input["portions"] = json!(-1);
        assert_eq!(problems(&set_portions(&app, &input).await), ["InvalidValue", "NotFound"]);
        assert_eq!(kept(&app).await, (0, 0));
    }
}

on_both! {
    async fn of_many_who_change_them_one_wins(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (item, _) = reserved(&data);
        let inputs: Vec<Value> = (0..20).map(|writer| ninety(item, &format!("k{writer}"))).collect();
        let answers = join_all(inputs.iter().map(|input| set_portions(&app, input))).await;
        let won = answers.iter().filter(|answer| problems(answer).is_empty()).count();
        assert_eq!(won, 1);
        assert_eq!(kept(&app).await, (1, 1));
    }
}

on_both! {
    async fn stay_as_they_are_when_the_event_cannot_be_written(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (item, _) = reserved(&data);
        run_sql(&app, "ALTER TABLE outbox RENAME TO elsewhere").await;
        let input = json!({ "input": ninety(item, "k1") });
        let answer = app.execute_as_administrator(SET_PORTIONS, input).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL", "{answer:#}");
        run_sql(&app, "ALTER TABLE elsewhere RENAME TO outbox").await;
        assert_eq!(kept(&app).await, (0, 0));
        let db = app.app.db.reader(&Meter::new("test"));
        let row = availability::Entity::find_by_id(item).one(&db).await.unwrap().unwrap();
        assert_eq!((row.portions, row.version), (Some(40), 1));
    }
}

// Where nobody set any there is no row that could be locked.
on_both! {
    async fn what_is_ordered_meanwhile_of_what_had_no_portions_counts(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (item, _) = reserved(&data);
        run_sql(&app, "DELETE FROM availability").await;
        let other = app.app.db.begin(&Meter::new("test")).await.unwrap();
        let ordered = availability::Model {
            menu_item_id: item,
            portions: None,
            reserved: 91,
            as_of: monday(),
            version: 0,
        };
        let insert = availability::Entity::insert(ordered.into_active_model());
        insert.exec_without_returning(&other).await.unwrap();
        let finish = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            other.commit().await.unwrap();
        };
        let mut input = ninety(item, "k1");
        input["expectedVersion"] = json!(0);
        let (payload, ()) = join(set_portions(&app, &input), finish).await;
        assert_eq!(problems(&payload), ["PortionsReserved"]);
        assert_eq!(payload["problems"][0]["reserved"], 91);
    }
}
