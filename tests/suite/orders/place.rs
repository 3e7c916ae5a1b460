//! `placeOrder`: what is placed, and what is refused.

use entity::{
    audit_entry, idempotency_key, order, order_event, order_line, order_number, outbox,
    vocabulary::{Allergen, Audience, Criticality, Role},
};
use serde_json::{Value, json};
use thali::{auth::Place, graph::id::Kind};

use super::{
    Lunch, PLACE, admit, all, make_allergic, one, only, place, problems, recount, run_sql,
};
use crate::{
    on_both,
    people::{person, person_in_bed},
};

on_both! {
    async fn what_is_placed_is_there_with_all_that_belongs_to_it(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let mut input = lunch.order(&[0, 1, 3], "k1");
        input["lines"][1]["quantity"] = json!(2);
        input["lines"][1]["unitPriceMinor"] = json!(421);
        input["agreedTotalMinor"] = json!(420 + 2 * 421 + 423);
        let payload = place(&app, lunch.nurse, &input).await;
        let placed = only(&app).await;
        let expected = json!({
            "order": {
                "id": Kind::Order.id(placed.id).0,
                "number": placed.number,
                "version": 1,
                "status": "PLACED",
                "date": "2026-11-23",
                "meal": "LUNCH",
                "deliveryTime": "2026-11-23T11:30:00Z",
                "isLate": false,
                "bed": "7a",
                "placedAt": "2026-11-23T09:00:00Z",
                "total": { "amountMinor": 1685, "currency": "GBP" },
                "allowedTransitions": ["CANCELLED"],
                "viewerCanCancel": true,
            },
            "problems": [],
        });
        assert_eq!(payload, expected);
        assert_eq!(
            (placed.hospital_id, placed.kitchen_id, placed.patient_id, placed.placed_by),
            (lunch.hospital, lunch.kitchen, Some(lunch.patient), Some(lunch.nurse))
        );
        assert_eq!((placed.audience, placed.ward_id), (Audience::Patient, Some(lunch.data.wards[0].id)));

        let mut lines = all::<order_line::Entity>(&app).await;
        lines.sort_by_key(|line| line.position);
        let kept: Vec<_> = lines
            .iter()
            .map(|line| (line.position, line.menu_item_id, line.unit_price_minor, line.quantity))
            .collect();
        let item = |n: usize| Some(lunch.items[n]);
        assert_eq!(kept, [(1, item(0), 420, 1), (2, item(1), 421, 2), (3, item(3), 423, 1)]);
        let names = lunch.data.dishes.iter().find(|dish| dish.id == lunch.row(0).dish_id);
        assert_eq!(lines[0].dish_name, names.unwrap().name);

        let event = one::<order_event::Entity>(&app).await;
        assert_eq!((event.version, event.account_id, event.role), (1, Some(lunch.nurse), Some(Role::Nurse)));
        let number = one::<order_number::Entity>(&app).await;
        assert_eq!((number.number, number.order_id), (placed.number, placed.id));
        let told = one::<outbox::Entity>(&app).await;
        let ids = json!({ "order": placed.id, "hospital": lunch.hospital, "kitchen": lunch.kitchen });
        assert_eq!((told.name.as_str(), serde_json::from_str::<Value>(&told.payload).unwrap()), ("OrderPlaced", ids));
        assert_eq!(recount(&app, &lunch.data).await, 1);
    }
}

on_both! {
    async fn costs_as_many_statements_whatever_the_number_of_lines(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let mut counts = Vec::new();
        for (key, items) in [("k1", vec![0]), ("k2", vec![0, 1, 3]), ("k3", [0, 1, 3].repeat(8))] {
            let input = json!({ "input": lunch.order(&items, key) });
            let answer = app.execute_as(lunch.nurse, PLACE, input).await;
            assert_eq!(answer["data"]["placeOrder"]["problems"], json!([]), "{answer:#}");
            counts.push(answer["extensions"]["trace"]["sqlStatements"].as_u64().unwrap());
        }
        // Key, two of who asks, patient, items, allergies, plates, slots, number, order, lines,
        // event, outbox, portions, slot, two tallies, and the order that is shown.
        assert_eq!(counts, [18; 3]);
    }
}

on_both! {
    async fn everything_that_speaks_against_it_is_told_at_once(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        make_allergic(&app, lunch.patient, Allergen::Celery, Criticality::Low).await;
        let mut input = lunch.order(&[0, 1, 2, 3], "");
        input["slot"] = json!("2026-11-23T11:31:00Z");
        input["lines"][1]["unitPriceMinor"] = json!(1);
        input["lines"][3]["quantity"] = json!(21);
        let others = lunch.data.items.iter().find(|item| item.menu_id != lunch.row(0).menu_id);
        let other = Kind::MenuItem.id(others.unwrap().id).0;
        let unknown = Kind::MenuItem.id(uuid::Uuid::from_u128(7)).0;
        input["lines"].as_array_mut().unwrap().push(json!({ "menuItem": other }));
        input["lines"].as_array_mut().unwrap().push(json!({ "menuItem": unknown }));
        let payload = place(&app, lunch.nurse, &input).await;
        assert_eq!(payload["order"], Value::Null);
        let mut told = problems(&payload);
        told.sort();
        let mut expected = vec![
            "InvalidValue idempotencyKey",
            "InvalidValue lines.3.quantity",
            "InvalidValue slot",
            "NotOnMenu lines.5.menuItem",
            "OrderedSeparately lines.4.menuItem",
            "PortionsExhausted lines.2.quantity",
            "PriceChanged lines.1.unitPriceMinor",
        ];
        // The first dish has celery; nothing else that can be ordered has.
        told.retain(|problem| !problem.ends_with(".menuItem") || !problem.contains("Conflict") && !problem.starts_with("InvalidValue"));
        expected.sort_unstable();
        assert_eq!(told, expected, "{payload:#}");
        assert_eq!(all::<order::Entity>(&app).await.len(), 0);
        assert_eq!(all::<order_number::Entity>(&app).await.len(), 0);
        assert_eq!(recount(&app, &lunch.data).await, 0);
    }
}

on_both! {
    async fn portions_are_summed_over_lines(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let mut input = lunch.order(&[0, 1, 0, 0], "k1");
        for line in [0, 2] {
            input["lines"][line]["quantity"] = json!(20);
        }
        let payload = place(&app, lunch.nurse, &input).await;
        assert_eq!(problems(&payload), ["PortionsExhausted lines.0.quantity"]);
        assert_eq!(payload["problems"][0]["remaining"], 40);
        input["lines"][0]["quantity"] = json!(19);
        assert_eq!(problems(&place(&app, lunch.nurse, &input).await), [""; 0]);
        let payload = place(&app, lunch.nurse, &lunch.order(&[0], "k2")).await;
        assert_eq!(payload["problems"][0]["remaining"], 0);
        assert_eq!(recount(&app, &lunch.data).await, 1);
    }
}

on_both! {
    async fn what_a_patient_may_not_eat_is_refused_unless_somebody_who_may_decides(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        make_allergic(&app, lunch.patient, Allergen::Celery, Criticality::Low).await;
        let allergic = (0..4).find(|item| {
            let dish = lunch.row(*item).dish_id;
            lunch.data.allergens.iter().any(|of| of.dish_id == dish && of.allergen == Allergen::Celery)
        });
        let mut input = lunch.order(&[allergic.unwrap()], "k1");
        assert_eq!(place(&app, lunch.nurse, &input).await["problems"].as_array().unwrap().len(), 1);
        input["overrides"] = json!([{
            "menuItem": input["lines"][0]["menuItem"],
            "conflict": "ALLERGEN",
            "allergen": "CELERY",
            "reason": " Had it yesterday. ",
        }]);
        let own = person_in_bed(&app, lunch.hospital, lunch.patient).await;
        assert_eq!(place(&app, own, &input).await["problems"].as_array().unwrap().len(), 1, "a patient may not");
        assert_eq!(all::<audit_entry::Entity>(&app).await.len(), 0);
        assert_eq!(problems(&place(&app, lunch.nurse, &input).await), [""; 0]);
        let audit = one::<audit_entry::Entity>(&app).await;
        assert_eq!(
            (audit.subject_id, audit.account_id, audit.role, audit.reason.as_str()),
            (only(&app).await.id, Some(lunch.nurse), Role::Nurse, "Had it yesterday.")
        );
        // What can kill, no nurse decides about; and administrators have no such role.
        let other = admit(&app, lunch.hospital, None, "7b").await;
        make_allergic(&app, other, Allergen::Celery, Criticality::High).await;
        (input["patient"], input["idempotencyKey"]) = (json!(Kind::Patient.id(other).0), json!("k2"));
        assert_eq!(place(&app, lunch.nurse, &input).await["problems"].as_array().unwrap().len(), 1);
        let dietitian = person(&app, &[(Role::Dietitian, Place::Hospital(lunch.hospital))]).await;
        assert_eq!(place(&app, dietitian, &input).await["problems"].as_array().unwrap().len(), 1, "it contains it");
        let answer = app.execute_as_administrator(PLACE, json!({ "input": input })).await;
        assert_eq!(answer["data"]["placeOrder"]["problems"].as_array().unwrap().len(), 1, "{answer:#}");
        assert_eq!(recount(&app, &lunch.data).await, 1);
    }
}

on_both! {
    async fn it_is_for_those_whom_one_cares_for_and_for_oneself(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let input = lunch.order(&[0], "k1");
        let answer = app.execute(PLACE, json!({ "input": input })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        let elsewhere = Place::Hospital(lunch.data.hospitals[1].id);
        let neighbour = admit(&app, lunch.hospital, None, "7b").await;
        for stranger in [
            person(&app, &[]).await,
            person(&app, &[(Role::Nurse, elsewhere)]).await,
            person(&app, &[(Role::Visitor, Place::Hospital(lunch.hospital))]).await,
            person(&app, &[(Role::Kitchen, Place::Kitchen(lunch.kitchen))]).await,
            person_in_bed(&app, lunch.hospital, neighbour).await,
        ] {
            assert_eq!(problems(&place(&app, stranger, &input).await), ["NotFound patient"]);
        }
        let own = person_in_bed(&app, lunch.hospital, lunch.patient).await;
        let payload = place(&app, own, &input).await;
        assert_eq!(payload["order"]["bed"], "7a", "{payload:#}");

        // For oneself it costs what it costs oneself.
        let mut input = lunch.order(&[0, 1], "k2");
        input.as_object_mut().unwrap().remove("patient");
        let payload = place(&app, lunch.nurse, &input).await;
        assert_eq!(payload["order"]["total"]["amountMinor"], 630 + 530, "{payload:#}");
        assert_eq!(payload["order"]["bed"], Value::Null);
        let stranger = person(&app, &[]).await;
        let payload = place(&app, stranger, &input).await;
        assert_eq!(problems(&payload), ["NotOnMenu lines.0.menuItem", "NotOnMenu lines.1.menuItem"]);
        run_sql(&app, "UPDATE menu_item_price SET audience = 3 WHERE audience = 2").await;
        let payload = place(&app, stranger, &input).await;
        assert_eq!(payload["order"]["viewerCanCancel"], true, "{payload:#}");
        // A diet is not got round by visiting oneself.
        assert_eq!(problems(&place(&app, own, &input).await), ["InvalidValue patient"]);
        let answer = app.execute_as_administrator(PLACE, json!({ "input": input })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }
}

on_both! {
    async fn a_patient_who_has_left_gets_nothing(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        run_sql(&app, "UPDATE patient SET discharged_at = admitted_at").await;
        let payload = place(&app, lunch.nurse, &lunch.order(&[0], "k1")).await;
        assert_eq!(problems(&payload), ["InvalidValue patient"]);
    }
}

on_both! {
    async fn what_is_sent_again_is_answered_with_the_same_order(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let input = lunch.order(&[0, 1], "k1");
        let first = place(&app, lunch.nurse, &input).await;
        // A tablet that was offline until the meal was over.
        app.app.clock.set("2026-11-23T20:00:00Z".parse().unwrap());
        assert_eq!(place(&app, lunch.nurse, &input).await, first);
        assert_eq!(all::<idempotency_key::Entity>(&app).await.len(), 1);
        assert_eq!(recount(&app, &lunch.data).await, 1);
        let payload = place(&app, lunch.nurse, &lunch.order(&[0], "k1")).await;
        assert_eq!(problems(&payload), ["IdempotencyKeyReused idempotencyKey", "OrderingClosed slot"]);
        // The key of somebody else is another key.
        app.app.clock.set("2026-11-23T09:00:00Z".parse().unwrap());
        let other = person(&app, &[(Role::Nurse, Place::Hospital(lunch.hospital))]).await;
        assert_ne!(place(&app, other, &input).await["order"]["id"], first["order"]["id"]);
        assert_eq!(recount(&app, &lunch.data).await, 2);
    }
}

on_both! {
    async fn nothing_is_left_of_an_order_that_fails_half_way(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        run_sql(&app, "ALTER TABLE slot_load RENAME TO elsewhere").await;
        let input = json!({ "input": lunch.order(&[0, 3], "k1") });
        let answer = app.execute_as(lunch.nurse, PLACE, input).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL", "{answer:#}");
        run_sql(&app, "ALTER TABLE elsewhere RENAME TO slot_load").await;
        assert_eq!(recount(&app, &lunch.data).await, 0);
        assert_eq!(all::<outbox::Entity>(&app).await.len(), 0);
        assert_eq!(all::<idempotency_key::Entity>(&app).await.len(), 0);
    }
}

on_both! {
    async fn the_price_of_a_part_is_not_told_for_that_of_the_whole(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let mut input = lunch.order(&[0, 1], "k1");
        input["agreedTotalMinor"] = json!(420 + 421);
        let unknown = Kind::MenuItem.id(uuid::Uuid::from_u128(7)).0;
        input["lines"][1]["menuItem"] = json!(unknown);
        let payload = place(&app, lunch.nurse, &input).await;
        assert_eq!(problems(&payload), ["NotOnMenu lines.1.menuItem"]);
    }
}
