//! Who finds which orders in lists, and what of them is read.

use entity::{
    order, order_event,
    position::ByPosition,
    vocabulary::{OrderStatus, Role},
};
use sea_orm::{EntityTrait, Set, Unchanged};
use serde_json::{Value, json};
use thali::{auth::Place, db::Meter, graph::id::Kind};
use uuid::Uuid;

use crate::{
    app::TestApp,
    data::{Data, Size},
    on_both,
    orders::admit,
    people::{person, person_in_bed},
};

const ORDERS: &str = "query($id: ID!) { node(id: $id) {
    ... on Hospital { orders(first: 100) { totalCount nodes { id } pageInfo { hasNextPage } } }
    ... on Kitchen { orders(first: 100) { totalCount nodes { id } pageInfo { hasNextPage } } }
} }";

/// The ids of the orders of `place`, as `account` finds them, and what that cost.
async fn found(app: &TestApp, account: Option<Uuid>, place: Place) -> (Vec<String>, u64) {
    let id = match place {
        Place::Hospital(id) => Kind::Hospital.id(id),
        Place::Kitchen(id) => Kind::Kitchen.id(id),
    };
    let variables = json!({ "id": id.0 });
    let answer = match account {
        Some(account) => app.execute_as(account, ORDERS, variables).await,
        None => app.execute(ORDERS, variables).await,
    };
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    let orders = &answer["data"]["node"]["orders"];
    let nodes = orders["nodes"].as_array().unwrap();
    assert_eq!(orders["totalCount"], nodes.len());
    let ids = nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned());
    let statements = answer["extensions"]["trace"]["sqlStatements"].as_u64();
    (ids.collect(), statements.unwrap())
}

fn expected(data: &Data, fits: impl Fn(&order::Model) -> bool) -> Vec<String> {
    let mut rows: Vec<_> = data.orders.iter().filter(|order| fits(order)).collect();
    rows.sort_by_key(|order| (order.delivery_at, order.id));
    rows.iter()
        .map(|order| Kind::Order.id(order.id).0)
        .collect()
}

on_both! {
    async fn are_for_those_who_work_at_the_hospital_or_the_kitchen(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (own, foreign) = (data.hospitals[0].id, data.hospitals[1].id);
        let kitchen = data.kitchens[1].id;
        let nurse = person(&app, &[(Role::Nurse, Place::Hospital(own))]).await;
        let visitor = person(&app, &[(Role::Visitor, Place::Hospital(own))]).await;
        let cook = person(&app, &[(Role::Kitchen, Place::Kitchen(kitchen))]).await;
        let of_own = expected(&data, |order| order.hospital_id == own);
        let of_kitchen = expected(&data, |order| order.kitchen_id == kitchen);
        assert!(of_own.len() > 3 && of_kitchen.len() > 3);

        assert_eq!(found(&app, Some(nurse), Place::Hospital(own)).await.0, of_own);
        assert_eq!(found(&app, Some(cook), Place::Kitchen(kitchen)).await.0, of_kitchen);
        // The hospital or kitchen itself, and what the viewer is: nothing looks for an order.
        for (who, place) in [
            (nurse, Place::Hospital(foreign)),
            (nurse, Place::Kitchen(kitchen)),
            (visitor, Place::Hospital(own)),
            (cook, Place::Hospital(own)),
            (cook, Place::Kitchen(data.kitchens[0].id)),
        ] {
            assert_eq!(found(&app, Some(who), place).await, (Vec::new(), 2), "{place:?}");
        }
        assert_eq!(found(&app, None, Place::Hospital(own)).await, (Vec::new(), 1));
    }
}

/// Who sees of an order that it is for this patient, and who placed it.
const PERSONS: &str = "query($order: ID!, $patient: ID!) {
    order: node(id: $order) { ... on Order { patient { id } placedBy { id } } }
    patient: node(id: $patient) { ... on Patient { orders { totalCount nodes { id } } } }
    viewer { orders { totalCount nodes { id } } }
}";

on_both! {
    async fn are_also_those_of_a_patient_and_of_who_placed_them(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let (own, foreign) = (data.hospitals[0].id, data.hospitals[1].id);
        let patient = admit(&app, own, None, "4").await;
        let at = Place::Hospital(own);
        let placing = person(&app, &[(Role::Nurse, at)]).await;
        let in_bed = person_in_bed(&app, own, patient).await;
        let of_own = data.orders.iter().filter(|order| order.hospital_id == own);
        let rows: Vec<Uuid> = of_own.map(|order| order.id).take(4).collect();
        let db = app.app.db.reader(&Meter::new("test"));
        for (n, id) in rows.iter().enumerate() {
            let order = order::ActiveModel {
                id: Unchanged(*id),
                patient_id: Set((n < 3).then_some(patient)),
                placed_by: Set((n > 0).then_some(placing)),
                ..Default::default()
            };
            order::Entity::update(order).exec(&db).await.unwrap();
        }
        let sorted = |ids: &[Uuid]| {
            let listed = expected(&data, |order| ids.contains(&order.id));
            json!({ "totalCount": ids.len(), "nodes": listed.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() })
        };
        let variables = json!({ "order": Kind::Order.id(rows[1]).0, "patient": Kind::Patient.id(patient).0 });
        let seen = async |who: Uuid| app.execute_as(who, PERSONS, variables.clone()).await["data"].clone();
        let (is_its, is_hers) = (json!({ "id": variables["patient"] }), json!({ "id": Kind::Account.id(placing).0 }));
        let of_patient = json!({ "orders": sorted(&rows[..3]) });
        let nothing = json!({ "orders": sorted(&[]) });

        assert_eq!(seen(placing).await, json!({
            "order": { "patient": is_its, "placedBy": is_hers },
            "patient": of_patient,
            "viewer": { "orders": sorted(&rows[1..]) },
        }));
        // The patient does not learn by whose account a nurse ordered.
        assert_eq!(seen(in_bed).await, json!({
            "order": { "patient": is_its, "placedBy": null },
            "patient": of_patient,
            "viewer": nothing,
        }));
        let dietitian = person(&app, &[(Role::Dietitian, at)]).await;
        let answer = seen(dietitian).await;
        assert_eq!((&answer["patient"], &answer["order"]["placedBy"]), (&of_patient, &Value::Null));
        // Managers see orders and no patients.
        let manager = person(&app, &[(Role::HospitalManager, at)]).await;
        assert_eq!(seen(manager).await, json!({
            "order": { "patient": null, "placedBy": null }, "patient": null, "viewer": nothing,
        }));
        let stranger = person(&app, &[(Role::Nurse, Place::Hospital(foreign))]).await;
        assert_eq!(seen(stranger).await, json!({ "order": null, "patient": null, "viewer": nothing }));
    }
}

on_both! {
    async fn have_lines_and_events_for_those_alone_who_see_the_order(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let row = &data.orders[0];
        let query = "query($id: ID!) { node(id: $id) { ... on Order {
            total { amountMinor } lines { dishName quantity lineTotal { amountMinor } }
            events { totalCount nodes { version status } }
        } } }";
        let variables = json!({ "id": Kind::Order.id(row.id).0 });
        let at = Place::Hospital(row.hospital_id);
        let nurse = person(&app, &[(Role::Nurse, at)]).await;
        let other = person(&app, &[(Role::Nurse, Place::Hospital(data.hospitals[1].id))]).await;
        assert_ne!(row.hospital_id, data.hospitals[1].id);

        let answer = app.execute_as(nurse, query, variables.clone()).await;
        let order = &answer["data"]["node"];
        let lines = order["lines"].as_array().unwrap();
        let of_order = data.order_lines.iter().filter(|line| line.order_id == row.id);
        let names: Vec<Value> = of_order.map(|line| json!(line.dish_name)).collect();
        assert_eq!(lines.iter().map(|line| line["dishName"].clone()).collect::<Vec<_>>(), names);
        let sum: i64 = lines.iter().map(|line| line["lineTotal"]["amountMinor"].as_i64().unwrap()).sum();
        assert_eq!(order["total"]["amountMinor"], sum);
        let is_its = |event: &&order_event::Model| event.order_id == row.id;
        let events = data.order_events.iter().filter(is_its).count();
        assert_eq!(order["events"]["totalCount"], events);
        assert_eq!(order["events"]["nodes"].as_array().unwrap().len(), events);

        let answer = app.execute_as(other, query, variables.clone()).await;
        assert_eq!(answer["data"], json!({ "node": null }));
        let answer = app.execute(query, variables).await;
        assert_eq!(answer["data"], json!({ "node": null }));
    }
}

on_both! {
    async fn read_the_columns_that_are_shown_and_no_others(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let hospital = Kind::Hospital.id(data.hospitals[0].id).0;
        let read = async |fields: &str| {
            let query = format!(
                "{{ node(id: \"{hospital}\") {{ ... on Hospital {{ orders {{ nodes {{ {fields} }} }} }} }} }}"
            );
            let answer = app.client
                .post(app.url("/graphql"))
                .bearer_auth(crate::app::TOKEN)
                .header("x-thali-trace", "sql")
                .json(&json!({ "query": query }));
            let answer: Value = answer.send().await.unwrap().json().await.unwrap();
            assert_eq!(answer.get("errors"), None, "{answer:#}");
            let batches = answer["extensions"]["trace"]["batches"].as_array().unwrap().clone();
            let sql = batches.iter().flat_map(|batch| batch["sql"].as_array().unwrap().clone());
            let sql: Vec<String> = sql.map(|sql| sql.as_str().unwrap().to_owned()).collect();
            let sql = sql.into_iter().find(|sql| sql.contains("\"orders\"")).unwrap();
            let is_read = |column: &&&str| sql.contains(&format!("\"orders\".\"{column}\" AS \"{column}\""));
            order::Model::COLUMNS.iter().filter(is_read).copied().collect::<Vec<_>>()
        };
        let always = ["id", "hospital_id", "kitchen_id", "status", "version"];
        assert_eq!(read("id status").await, always);
        let with = |more: &[&str]| {
            let is_with = |column: &&&str| always.contains(column) || more.contains(column);
            order::Model::COLUMNS.iter().filter(is_with).copied().collect::<Vec<_>>()
        };
        assert_eq!(read("number total { formatted }").await, with(&["number", "currency", "total_minor"]));
        assert_eq!(read("a: bed ... { ward { name } }").await, with(&["bed", "ward_id"]));
        assert_eq!(read("placedAt @skip(if: true) date").await, with(&["date"]));
    }
}

on_both! {
    async fn of_a_kitchen_can_be_those_of_a_ward(app: TestApp) {
        let data = Data::fill(&app, Size::ONE).await;
        let ward = data.wards[0].clone();
        let id = Kind::Hospital.id(ward.hospital_id).0;
        let orders = async |filter: &str| {
            let query = format!("{{ node(id: \"{id}\") {{ ... on Hospital {{ orders(filter: {filter}) {{ nodes {{ id }} }} }} }} }}");
            let data = app.data_as_administrator(&query, json!({})).await;
            let nodes = data["node"]["orders"]["nodes"].as_array().unwrap().clone();
            nodes.into_iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let filter = format!("{{ ward: \"{}\" }}", Kind::Ward.id(ward.id).0);
        assert_eq!(orders(&filter).await, expected(&data, |order| order.ward_id == Some(ward.id)));
        let filter = format!("{{ ward: \"{}\", status: [PLACED, CANCELLED] }}", Kind::Ward.id(ward.id).0);
        let statuses = [OrderStatus::Placed, OrderStatus::Cancelled];
        let expected = expected(&data, |order| {
            order.ward_id == Some(ward.id) && statuses.contains(&order.status)
        });
        assert_eq!(orders(&filter).await, expected);
        assert_eq!(orders("{ status: [] }").await, Vec::<String>::new());
    }
}
