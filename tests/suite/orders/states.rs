//! `advanceOrder`, `cancelOrder` and `overrideConflict`: who may bring an order where.

use std::time::Duration;

use entity::{
    audit_entry, order_event, outbox,
    vocabulary::{Allergen, Criticality, OrderEventKind, OrderStatus, Role},
};
use futures_util::future::{join_all, join3};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use thali::{auth::Place, db::Meter, graph::id::Kind};
use uuid::Uuid;

use super::{Lunch, all, is, make_allergic, only, payload, place, problems, recount, run_sql};
use crate::{
    app::{Engine, TestApp},
    on_both,
    people::{person, person_in_bed},
};

const ADVANCE: &str = "mutation ($input: AdvanceOrderInput!) {
    advanceOrder(input: $input) {
        order { status version allowedTransitions viewerCanCancel }
        problems {
            __typename code message path
            ... on TransitionNotAllowed { status allowedTransitions }
            ... on VersionConflict { currentVersion }
        }
    }
}";

const CANCEL: &str = "mutation ($input: CancelOrderInput!) {
    cancelOrder(input: $input) {
        order { status version }
        problems { __typename code message path }
    }
}";

const OVERRIDE: &str = "mutation ($input: OverrideConflictInput!) {
    overrideConflict(input: $input) {
        order { status version allowedTransitions }
        problems { __typename code message path }
    }
}";

fn change(order: Uuid, version: i32, key: &str) -> Value {
    json!({
        "order": Kind::Order.id(order).0,
        "expectedVersion": version,
        "idempotencyKey": key,
    })
}

async fn advance(app: &TestApp, who: Uuid, order: Uuid, to: &str, version: i32) -> Value {
    let mut input = change(order, version, &format!("{to}-{version}-{who}"));
    input["to"] = json!(to);
    if ["REJECTED", "CANCELLED"].contains(&to) {
        input["reason"] = json!("The oven is broken.");
    }
    app.execute_as(who, ADVANCE, json!({ "input": input }))
        .await
}

async fn cancel(app: &TestApp, who: Uuid, order: Uuid, version: i32) -> Value {
    let mut input = change(order, version, &format!("cancel-{version}-{who}"));
    input["reason"] = json!("Not hungry.");
    app.execute_as(who, CANCEL, json!({ "input": input })).await
}

/// Places an order for the patient; its id.
async fn placed(app: &TestApp, lunch: &Lunch) -> Uuid {
    let payload = place(app, lunch.nurse, &lunch.order(&[0, 1, 3], "placed")).await;
    assert_eq!(payload["problems"], json!([]));
    only(app).await.id
}

on_both! {
    async fn a_kitchen_brings_it_from_state_to_state_and_each_is_kept(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let cook = person(&app, &[(Role::Kitchen, Place::Kitchen(lunch.kitchen))]).await;
        let id = placed(&app, &lunch).await;
        let states = ["ACCEPTED", "PREPARING", "READY", "OUT_FOR_DELIVERY", "DELIVERED"];
        let then = [json!(["PREPARING", "REJECTED"]), json!(["READY", "REJECTED"]), json!(["OUT_FOR_DELIVERY"]), json!(["DELIVERED"]), json!([])];
        for ((version, state), then) in (1..).zip(states).zip(then) {
            let changed = payload(advance(&app, cook, id, state, version).await, "advanceOrder");
            assert_eq!(changed["order"]["status"], state, "{changed:#}");
            assert_eq!(changed["order"]["version"], version + 1);
            assert_eq!(changed["order"]["allowedTransitions"], then);
        }
        let mut events = all::<order_event::Entity>(&app).await;
        events.sort_by_key(|event| event.version);
        let kept: Vec<_> = events.iter().map(|event| (event.version, event.role, event.account_id)).collect();
        let by_cook = |version| (version, Some(Role::Kitchen), Some(cook));
        let mut expected = vec![(1, Some(Role::Nurse), Some(lunch.nurse))];
        expected.extend((2..=6).map(by_cook));
        assert_eq!(kept, expected);
        assert_eq!(all::<outbox::Entity>(&app).await.len(), 6);
        assert_eq!(recount(&app, &lunch.data).await, 1, "what was eaten is not given back");
    }
}

on_both! {
    async fn what_is_rejected_or_cancelled_is_given_back_once(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let id = placed(&app, &lunch).await;
        let cook = person(&app, &[(Role::Kitchen, Place::Kitchen(lunch.kitchen))]).await;
        // All at once: who takes it back, who will not cook it, and the same sent again.
        let cancels = (0..4).map(|_| cancel(&app, lunch.nurse, id, 1));
        let rejects = (0..4).map(|_| advance(&app, cook, id, "REJECTED", 1));
        let (cancelled, rejected) = futures_util::future::join(join_all(cancels), join_all(rejects)).await;
        let won = |answers: &[Value], name: &str| {
            let is_made = |answer: &&Value| answer["data"][name]["problems"] == json!([]);
            answers.iter().filter(is_made).count()
        };
        let won = (won(&cancelled, "cancelOrder"), won(&rejected, "advanceOrder"));
        assert!(won == (4, 0) || won == (0, 4), "{won:?} {cancelled:#?} {rejected:#?}");
        assert_eq!(only(&app).await.version, 2);
        assert_eq!(recount(&app, &lunch.data).await, 0);
        let again = payload(cancel(&app, lunch.nurse, id, 2).await, "cancelOrder");
        assert_eq!(problems(&again), ["TransitionNotAllowed order"]);
        assert_eq!(recount(&app, &lunch.data).await, 0);
    }
}

/// A lock that somebody else has stops the first in the middle of its transaction, with the order
/// in its hands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_changes_it_second_waits_and_sees_what_the_first_did() {
    let app = TestApp::start(Engine::Postgres).await;
    let lunch = Lunch::lay(&app).await;
    let id = placed(&app, &lunch).await;
    let cook = person(&app, &[(Role::Kitchen, Place::Kitchen(lunch.kitchen))]).await;
    let other = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let stop = "UPDATE availability SET as_of = as_of";
    other.execute_unprepared(stop).await.unwrap();
    let second = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        advance(&app, cook, id, "ACCEPTED", 1).await
    };
    let finish = async {
        tokio::time::sleep(Duration::from_millis(1000)).await;
        other.commit().await.unwrap();
    };
    let (first, second, ()) = join3(cancel(&app, lunch.nurse, id, 1), second, finish).await;
    assert_eq!(payload(first, "cancelOrder")["problems"], json!([]));
    let second = payload(second, "advanceOrder");
    let expected = ["VersionConflict expectedVersion", "TransitionNotAllowed to"];
    assert_eq!(problems(&second), expected);
    assert!(is(&app, OrderStatus::Cancelled).await);
    assert_eq!(recount(&app, &lunch.data).await, 0);
}

on_both! {
    async fn it_is_taken_back_by_those_whose_it_is_until_it_is_cooked(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let id = placed(&app, &lunch).await;
        let here = Place::Hospital(lunch.hospital);
        let cook = person(&app, &[(Role::Kitchen, Place::Kitchen(lunch.kitchen))]).await;
        let visitor = person(&app, &[(Role::Visitor, here)]).await;
        let nurse_elsewhere = person(&app, &[(Role::Nurse, Place::Hospital(lunch.data.hospitals[1].id))]).await;
        let cook_elsewhere = person(&app, &[(Role::Kitchen, Place::Kitchen(lunch.data.kitchens[1].id))]).await;
        for stranger in [visitor, nurse_elsewhere, cook_elsewhere] {
            let refused = payload(cancel(&app, stranger, id, 1).await, "cancelOrder");
            assert_eq!(problems(&refused), ["NotFound order"]);
            let refused = payload(advance(&app, stranger, id, "ACCEPTED", 1).await, "advanceOrder");
            assert_eq!(problems(&refused), ["NotFound order"]);
        }
        let refused = cancel(&app, cook, id, 1).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "a kitchen rejects");
        let refused = advance(&app, lunch.nurse, id, "ACCEPTED", 1).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let answer = payload(advance(&app, cook, id, "PREPARING", 7).await, "advanceOrder");
        assert_eq!(problems(&answer), ["VersionConflict expectedVersion", "TransitionNotAllowed to"]);
        assert_eq!(answer["problems"][0]["currentVersion"], 1);
        assert_eq!(answer["problems"][1]["allowedTransitions"], json!(["ACCEPTED", "REJECTED"]));

        for (version, state) in [(1, "ACCEPTED"), (2, "PREPARING")] {
            payload(advance(&app, cook, id, state, version).await, "advanceOrder");
        }
        let own = person_in_bed(&app, lunch.hospital, lunch.patient).await;
        let late = payload(cancel(&app, own, id, 3).await, "cancelOrder");
        assert_eq!(problems(&late), ["TransitionNotAllowed order"]);
        run_sql(&app, "UPDATE orders SET status = 2").await;
        payload(cancel(&app, own, id, 3).await, "cancelOrder");
        assert!(is(&app, OrderStatus::Cancelled).await);
        let events = all::<order_event::Entity>(&app).await;
        let last = events.iter().max_by_key(|event| event.version).unwrap();
        assert_eq!((last.role, last.reason.as_deref()), (Some(Role::Patient), Some("Not hungry.")));
        assert_eq!(recount(&app, &lunch.data).await, 0);
    }
}

on_both! {
    async fn a_flagged_order_goes_nowhere_until_somebody_who_may_lets_it_stand(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let id = placed(&app, &lunch).await;
        let cook = person(&app, &[(Role::Kitchen, Place::Kitchen(lunch.kitchen))]).await;
        let dietitian = person(&app, &[(Role::Dietitian, Place::Hospital(lunch.hospital))]).await;
        let stand = |who: Uuid, key: &str| {
            let mut input = change(id, 1, key);
            input["reason"] = json!("Tolerates traces.");
            let input = json!({ "input": input });
            let app = &app;
            async move { app.execute_as(who, OVERRIDE, input).await }
        };
        let idle = payload(stand(dietitian, "k0").await, "overrideConflict");
        assert_eq!(problems(&idle), ["InvalidValue order"], "nothing is flagged");

        make_allergic(&app, lunch.patient, Allergen::Celery, Criticality::Low).await;
        run_sql(&app, "UPDATE orders SET flagged_at = placed_at").await;
        let held = payload(advance(&app, cook, id, "ACCEPTED", 1).await, "advanceOrder");
        assert_eq!(problems(&held), ["TransitionNotAllowed to"]);
        assert_eq!(held["problems"][0]["allowedTransitions"], json!(["REJECTED"]));
        let manager = person(&app, &[(Role::HospitalManager, Place::Hospital(lunch.hospital))]).await;
        for (who, key) in [(cook, "k1"), (manager, "k2")] {
            let refused = stand(who, key).await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused:#}");
        }
        let stands = payload(stand(dietitian, "k3").await, "overrideConflict");
        assert_eq!(stands["order"]["version"], 2, "{stands:#}");
        assert_eq!(only(&app).await.flagged_at, None);
        let audits = all::<audit_entry::Entity>(&app).await;
        assert!(!audits.is_empty());
        for audit in audits {
            assert_eq!((audit.role, audit.reason.as_str(), audit.subject_id), (Role::Dietitian, "Tolerates traces.", id));
        }
        let events = all::<order_event::Entity>(&app).await;
        assert!(events.iter().any(|event| event.kind == OrderEventKind::Overridden && event.version == 2));
        let on = payload(advance(&app, cook, id, "ACCEPTED", 2).await, "advanceOrder");
        assert_eq!(on["order"]["status"], "ACCEPTED", "{on:#}");
    }
}

on_both! {
    async fn a_flagged_tray_is_taken_back_wherever_it_is(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let id = placed(&app, &lunch).await;
        let cook = person(&app, &[(Role::Kitchen, Place::Kitchen(lunch.kitchen))]).await;
        run_sql(&app, "UPDATE orders SET status = 5").await;
        let late = payload(cancel(&app, lunch.nurse, id, 1).await, "cancelOrder");
        assert_eq!(problems(&late), ["TransitionNotAllowed order"]);
        run_sql(&app, "UPDATE orders SET flagged_at = placed_at").await;
        let held = payload(advance(&app, cook, id, "DELIVERED", 1).await, "advanceOrder");
        assert_eq!(held["problems"][0]["allowedTransitions"], json!(["REJECTED"]));
        let back = payload(cancel(&app, lunch.nurse, id, 1).await, "cancelOrder");
        assert_eq!(back["order"]["status"], "CANCELLED", "{back:#}");
        assert_eq!(recount(&app, &lunch.data).await, 0);
        let again = payload(cancel(&app, lunch.nurse, id, 2).await, "cancelOrder");
        assert_eq!(problems(&again), ["TransitionNotAllowed order"]);
    }
}

on_both! {
    async fn who_placed_it_for_a_patient_has_a_part_in_it_as_long_as_they_care_for_them(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let id = placed(&app, &lunch).await;
        let query = "query ($id: ID!) {
            node(id: $id) { ... on Order { viewerCanCancel } }
            viewer { orders { totalCount } }
        }";
        let seen = async || {
            let variables = json!({ "id": Kind::Order.id(id).0 });
            app.execute_as(lunch.nurse, query, variables).await["data"].take()
        };
        let as_nurse = json!({ "node": { "viewerCanCancel": true }, "viewer": { "orders": { "totalCount": 1 } } });
        assert_eq!(seen().await, as_nurse);
        run_sql(&app, "DELETE FROM membership WHERE role = 3").await;
        let as_nobody = json!({ "node": null, "viewer": { "orders": { "totalCount": 0 } } });
        assert_eq!(seen().await, as_nobody);
        let refused = payload(cancel(&app, lunch.nurse, id, 1).await, "cancelOrder");
        assert_eq!(problems(&refused), ["NotFound order"]);
    }
}
