//! Holds: what is held is promised, to one, and given back once.

use chrono::TimeDelta;
use entity::{hold, hold_line, vocabulary::Role};
use futures_util::future::join_all;
use serde_json::{Value, json};
use thali::{auth::Place, graph::id::Kind, ordering::release_holds};
use uuid::Uuid;

use super::{Lunch, PLACE, all, one, payload, place, problems, recount, run_sql};
use crate::{
    app::{TOKEN, TestApp, monday},
    ask::{Reply, post},
    on_both,
    people::person,
};

pub const HOLD: &str = "mutation ($input: HoldPortionsInput!) {
    holdPortions(input: $input) {
        hold { id expiresAt slot lines { quantity menuItem { id } } }
        problems {
            __typename code message path
            ... on PortionsExhausted { remaining }
            ... on SlotFull { openSlots }
        }
    }
}";

const RELEASE: &str = "mutation ($input: ReleaseHoldInput!) {
    releaseHold(input: $input) { released problems { code } }
}";

/// So many portions of items, and a place at this time.
pub fn holding(lunch: &Lunch, lines: &[(usize, i32)], slot: Option<&str>, key: &str) -> Value {
    let line = |(item, quantity): &(usize, i32)| {
        let item = Kind::MenuItem.id(lunch.items[*item]).0;
        json!({ "menuItem": item, "quantity": quantity })
    };
    json!({
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "slot": slot.map(|time| format!("2026-11-23T{time}:00Z")),
        "idempotencyKey": key,
    })
}

async fn hold(app: &TestApp, who: Uuid, input: &Value) -> Value {
    let answer = app.execute_as(who, HOLD, json!({ "input": input })).await;
    payload(answer, "holdPortions")
}

/// Holds what can be held; the id.
async fn held(app: &TestApp, who: Uuid, input: &Value) -> Value {
    let mut payload = hold(app, who, input).await;
    assert_eq!(payload["problems"], json!([]), "{payload:#}");
    payload["hold"]["id"].take()
}

async fn release(app: &TestApp, who: Uuid, hold: &Value) -> bool {
    let input = json!({ "input": { "hold": hold } });
    let payload = payload(app.execute_as(who, RELEASE, input).await, "releaseHold");
    payload["released"].as_bool().unwrap()
}

/// An order of the patient with this hold.
fn with(lunch: &Lunch, hold: &Value, lines: &[(usize, i32)], slot: &str, key: &str) -> Value {
    let mut input = holding(lunch, lines, Some(slot), key);
    input["patient"] = json!(Kind::Patient.id(lunch.patient).0);
    input["hold"] = hold.clone();
    input
}

on_both! {
    async fn what_is_held_is_promised_to_one_who_orders_with_it(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        run_sql(&app, "UPDATE delivery_slot SET capacity = 1").await;
        let input = holding(&lunch, &[(0, 20), (3, 2), (0, 19)], Some("11:30"), "h1");
        let payload = hold(&app, lunch.nurse, &input).await;
        let row = one::<hold::Entity>(&app).await;
        let item = |n: usize| Kind::MenuItem.id(lunch.items[n]).0;
        let expected = json!({
            "hold": {
                "id": Kind::Hold.id(row.id).0,
                "expiresAt": "2026-11-23T09:05:00Z",
                "slot": "2026-11-23T11:30:00Z",
                "lines": [
                    { "quantity": 39, "menuItem": { "id": item(0) } },
                    { "quantity": 2, "menuItem": { "id": item(3) } },
                ],
            },
            "problems": [],
        });
        assert_eq!(payload, expected);
        recount(&app, &lunch.data).await;
        // Sent again it is the same one.
        assert_eq!(hold(&app, lunch.nurse, &input).await, expected);

        let other = person(&app, &[(Role::Nurse, Place::Hospital(lunch.hospital))]).await;
        let mut order = lunch.order(&[0], "k1");
        order["lines"][0]["quantity"] = json!(2);
        let refused = place(&app, other, &order).await;
        assert_eq!(problems(&refused), ["SlotFull slot", "PortionsExhausted lines.0.quantity"]);
        assert_eq!(refused["problems"][1]["remaining"], 1);

        let hold = &expected["hold"]["id"];
        // Of what it holds itself an order is not told that it is short of it.
        let lines = [(0, 20), (0, 20), (3, 2)];
        let placed = place(&app, lunch.nurse, &with(&lunch, hold, &lines, "11:30", "k2")).await;
        assert_eq!(placed["problems"], json!([]), "{placed:#}");
        assert_eq!(all::<hold::Entity>(&app).await.len(), 0);
        assert_eq!(all::<hold_line::Entity>(&app).await.len(), 0);
        assert_eq!(recount(&app, &lunch.data).await, 1);
    }
}

on_both! {
    async fn what_is_not_ordered_of_a_hold_is_given_back_with_the_order(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        for (number, (held_at, ordered_at)) in [("11:00", "12:00"), ("12:00", "11:00")].into_iter().enumerate() {
            let input = holding(&lunch, &[(0, 5), (1, 3)], Some(held_at), &format!("h{number}"));
            let hold = held(&app, lunch.nurse, &input).await;
            let order = with(&lunch, &hold, &[(0, 2), (3, 4)], ordered_at, &format!("k{number}"));
            let placed = place(&app, lunch.nurse, &order).await;
            assert_eq!(placed["problems"], json!([]), "{placed:#}");
            assert_eq!(recount(&app, &lunch.data).await, number + 1);
        }
    }
}

on_both! {
    async fn an_order_that_is_refused_leaves_its_hold(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let hold = held(&app, lunch.nurse, &holding(&lunch, &[(0, 5)], Some("11:00"), "h1")).await;
        let lines = [(0, 20), (0, 20), (0, 1)];
        let refused = place(&app, lunch.nurse, &with(&lunch, &hold, &lines, "11:00", "k1")).await;
        assert_eq!(problems(&refused), ["PortionsExhausted lines.0.quantity"]);
        assert_eq!(refused["problems"][0]["remaining"], 40);
        assert_eq!(one::<hold_line::Entity>(&app).await.quantity, 5);
        assert_eq!(recount(&app, &lunch.data).await, 0);
    }
}

on_both! {
    async fn a_new_hold_takes_the_place_of_the_old_one_or_leaves_it(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let first = held(&app, lunch.nurse, &holding(&lunch, &[(0, 20), (0, 20)], Some("12:00"), "h1")).await;
        // What it holds counts for the next one.
        let second = held(&app, lunch.nurse, &holding(&lunch, &[(0, 20), (0, 18), (3, 1)], None, "h2")).await;
        assert_ne!(first, second);
        recount(&app, &lunch.data).await;
        let refused = hold(&app, lunch.nurse, &holding(&lunch, &[(0, 1), (2, 1)], Some("11:00"), "h3")).await;
        assert_eq!(problems(&refused), ["PortionsExhausted lines.1.quantity"]);
        assert_eq!(Kind::Hold.id(one::<hold::Entity>(&app).await.id).0, second.as_str().unwrap());
        recount(&app, &lunch.data).await;
        // The first one is over, and was theirs: an order with it is one like any other.
        let placed = place(&app, lunch.nurse, &with(&lunch, &first, &[(0, 2)], "11:00", "k1")).await;
        assert_eq!(placed["problems"], json!([]), "{placed:#}");
        let short = place(&app, lunch.nurse, &with(&lunch, &first, &[(0, 1)], "11:00", "k2")).await;
        assert_eq!(problems(&short), ["PortionsExhausted lines.0.quantity"]);
        assert_eq!(recount(&app, &lunch.data).await, 1);
    }
}

on_both! {
    async fn a_hold_is_ordered_with_and_released_by_its_person_alone(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let hold = held(&app, lunch.nurse, &holding(&lunch, &[(0, 1)], None, "h1")).await;
        let other = person(&app, &[(Role::Nurse, Place::Hospital(lunch.hospital))]).await;
        let refused = place(&app, other, &with(&lunch, &hold, &[(0, 1)], "11:00", "k1")).await;
        assert_eq!(problems(&refused), ["NotFound hold"]);
        assert!(!release(&app, other, &hold).await);
        let node = "query ($id: ID!) { node(id: $id) { ... on Hold { id lines { quantity } } } }";
        let id = json!({ "id": hold });
        assert_eq!(app.execute_as(other, node, id.clone()).await["data"]["node"], Value::Null);
        assert_eq!(app.execute_as_administrator(node, id.clone()).await["data"]["node"]["id"], hold);
        assert_eq!(app.execute_as(lunch.nurse, node, id).await["data"]["node"]["lines"][0]["quantity"], 1);
        recount(&app, &lunch.data).await;
        assert!(release(&app, lunch.nurse, &hold).await);
        assert!(!release(&app, lunch.nurse, &hold).await);
        recount(&app, &lunch.data).await;
        // Nobody without an account holds anything.
        let input = json!({ "query": HOLD, "variables": { "input": holding(&lunch, &[(0, 1)], None, "h2") } });
        let reply = Reply::to(post(&app).bearer_auth(TOKEN).json(&input)).await;
        assert_eq!(reply.code(), "FORBIDDEN");
        assert_eq!(Reply::to(post(&app).json(&input)).await.code(), "UNAUTHENTICATED");
    }
}

on_both! {
    async fn a_hold_that_has_expired_is_given_back_once(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let input = holding(&lunch, &[(0, 20), (0, 20)], Some("11:00"), "h1");
        let hold = held(&app, lunch.nurse, &input).await;
        app.app.clock.set(monday() + TimeDelta::seconds(299));
        assert!(!release_holds(&app.app).await.unwrap());
        recount(&app, &lunch.data).await;
        app.app.clock.set(monday() + TimeDelta::seconds(300));
        // Until somebody gave it back it can be ordered with.
        let placed = place(&app, lunch.nurse, &with(&lunch, &hold, &[(0, 20)], "11:00", "k1")).await;
        assert_eq!(placed["problems"], json!([]), "{placed:#}");
        assert!(!release_holds(&app.app).await.unwrap());
        assert_eq!(recount(&app, &lunch.data).await, 1);

        let hold = held(&app, lunch.nurse, &holding(&lunch, &[(0, 20)], Some("11:00"), "h2")).await;
        app.app.clock.set(monday() + TimeDelta::seconds(600));
        assert!(release_holds(&app.app).await.unwrap());
        assert!(!release_holds(&app.app).await.unwrap());
        assert_eq!(all::<hold::Entity>(&app).await.len(), 0);
        assert_eq!(recount(&app, &lunch.data).await, 1);
        // An order with it competes as all others.
        let placed = place(&app, lunch.nurse, &with(&lunch, &hold, &[(0, 20)], "11:00", "k2")).await;
        assert_eq!(placed["problems"], json!([]), "{placed:#}");
        assert_eq!(recount(&app, &lunch.data).await, 2);
    }
}

on_both! {
    async fn all_that_speaks_against_a_hold_is_told_at_once(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let mut input = holding(&lunch, &[(0, 21), (2, 1), (0, 1), (0, 1)], Some("11:31"), "h1");
        let others = lunch.data.items.iter().find(|item| item.menu_id != lunch.row(0).menu_id);
        input["lines"][2]["menuItem"] = json!(Kind::MenuItem.id(others.unwrap().id).0);
        input["lines"][3]["menuItem"] = json!(Kind::MenuItem.id(Uuid::from_u128(7)).0);
        let refused = hold(&app, lunch.nurse, &input).await;
        let expected = [
            "InvalidValue slot",
            "InvalidValue lines.0.quantity",
            "OrderedSeparately lines.2.menuItem",
            "NotOnMenu lines.3.menuItem",
            "PortionsExhausted lines.1.quantity",
        ];
        assert_eq!(problems(&refused), expected);
        app.app.clock.set("2026-11-23T11:30:00Z".parse().unwrap());
        let refused = hold(&app, lunch.nurse, &holding(&lunch, &[(0, 1)], None, "h2")).await;
        assert_eq!(problems(&refused), ["OrderingClosed slot"]);
        assert_eq!(all::<hold::Entity>(&app).await.len(), 0);
        assert_eq!(recount(&app, &lunch.data).await, 0);
    }
}

on_both! {
    async fn an_order_with_a_hold_costs_three_statements_more(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        let input = json!({ "input": holding(&lunch, &[(0, 1), (1, 1), (3, 1)], Some("11:00"), "h1") });
        let answer = app.execute_as(lunch.nurse, HOLD, input).await;
        // Two of who asks, key, account, the old hold, items, slots, hold, lines, portions, slot;
        // then hold, lines and items that are shown.
        assert_eq!(answer["extensions"]["trace"]["sqlStatements"], 14, "{answer:#}");
        let hold = &answer["data"]["holdPortions"]["hold"]["id"];
        let order = json!({ "input": with(&lunch, hold, &[(0, 1), (1, 1), (3, 1)], "12:00", "k1") });
        let answer = app.execute_as(lunch.nurse, PLACE, order).await;
        // The hold is read and deleted, and its place is given back.
        assert_eq!(answer["extensions"]["trace"]["sqlStatements"], 21, "{answer:#}");
        assert_eq!(recount(&app, &lunch.data).await, 1);
    }
}

// Four who all want the same hold: of them one has it, and it is counted once.
on_both! {
    async fn of_all_who_end_a_hold_at_once_one_does(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        run_sql(&app, "UPDATE delivery_slot SET capacity = 1000").await;
        run_sql(&app, "UPDATE availability SET portions = reserved + 1000").await;
        let mut orders = 0;
        for round in 0..25 {
            let slot = ["11:00", "11:30", "12:00"][round % 3];
            let input = holding(&lunch, &[(0, 3), (1, 2), (3, 1)], Some(slot), &format!("h{round}"));
            let hold = held(&app, lunch.nurse, &input).await;
            run_sql(&app, "UPDATE hold SET expires_at = '2026-11-22 00:00:00+00:00'").await;
            let order = with(&lunch, &hold, &[(3, 2), (0, 1)], "11:30", &format!("k{round}"));
            let next = holding(&lunch, &[(3, 1), (1, 1)], Some("12:00"), &format!("n{round}"));
            let (placed, _, first, second, _) = tokio::join!(
                place(&app, lunch.nurse, &order),
                release(&app, lunch.nurse, &hold),
                release_holds(&app.app),
                release_holds(&app.app),
                self::hold(&app, lunch.nurse, &next),
            );
            first.unwrap();
            second.unwrap();
            assert_eq!(placed["problems"], json!([]), "{placed:#}");
            orders += 1;
            assert_eq!(recount(&app, &lunch.data).await, orders, "{round}");
        }
    }
}

// Two devices of one person who goes to the checkout on both.
on_both! {
    async fn of_what_one_person_holds_many_times_at_once_one_is_left(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        run_sql(&app, "UPDATE delivery_slot SET capacity = 1000").await;
        let inputs: Vec<Value> = (0..12)
            .map(|n| {
                let lines = if n % 2 == 0 { [(0, 20), (3, 1)] } else { [(3, 1), (0, 19)] };
                let slot = ["11:00", "11:30", "12:00"][n % 3];
                holding(&lunch, &lines, Some(slot), &format!("h{n}"))
            })
            .collect();
        let holds = inputs.iter().map(|input| hold(&app, lunch.nurse, input));
        for payload in join_all(holds).await {
            assert_eq!(payload["problems"], json!([]), "{payload:#}");
        }
        one::<hold::Entity>(&app).await;
        assert_eq!(recount(&app, &lunch.data).await, 0);
    }
}

// Of different items, so that only the slots are what they meet at.
on_both! {
    async fn of_those_who_exchange_their_places_nobody_waits_for_ever(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        run_sql(&app, "UPDATE delivery_slot SET capacity = 1000").await;
        let goes_round = |item: usize, first: usize| {
            let (app, lunch) = (&app, &lunch);
            async move {
                let who = person(app, &[]).await;
                for turn in 0..60 {
                    let slot = ["11:00", "12:00"][(first + turn) % 2];
                    let input = holding(lunch, &[(item, 1)], Some(slot), &format!("h{turn}"));
                    held(app, who, &input).await;
                }
            }
        };
        tokio::join!(goes_round(0, 0), goes_round(1, 1), goes_round(3, 0));
        assert_eq!(recount(&app, &lunch.data).await, 0);
    }
}

on_both! {
    async fn of_many_who_hold_the_last_portions_some_do(app: TestApp) {
        let lunch = Lunch::lay(&app).await;
        run_sql(&app, "UPDATE delivery_slot SET capacity = 1000").await;
        let mut people = Vec::new();
        for _ in 0..40 {
            people.push(person(&app, &[]).await);
        }
        let holds = people.iter().enumerate().map(|(n, who)| {
            // In opposite orders, and with places that some exchange the other way round.
            let lines = if n % 2 == 0 { [(0, 2), (3, 1)] } else { [(3, 1), (0, 2)] };
            let (app, lunch) = (&app, &lunch);
            async move {
                let mut last = Value::Null;
                for turn in 0..3 {
                    let slot = if (n + turn) % 2 == 0 { "11:00" } else { "12:00" };
                    let input = holding(lunch, &lines, Some(slot), &format!("h{turn}"));
                    last = hold(app, *who, &input).await;
                }
                last
            }
        });
        let holds = join_all(holds).await;
        let held = holds.iter().filter(|payload| payload["problems"] == json!([])).count();
        assert_eq!(held, 20);
        for refused in holds.iter().filter(|payload| payload["problems"] != json!([])) {
            let problems = problems(refused);
            assert!(problems[0].starts_with("PortionsExhausted"), "{refused:#}");
        }
        assert_eq!(recount(&app, &lunch.data).await, 0);
        run_sql(&app, "UPDATE hold SET expires_at = '2026-11-22 00:00:00+00:00'").await;
        while release_holds(&app.app).await.unwrap() {}
        assert_eq!(all::<hold::Entity>(&app).await.len(), 0);
        assert_eq!(recount(&app, &lunch.data).await, 0);
    }
}
