//! What speaks against a cart is told before it is ordered, by the rules of the order.

use entity::vocabulary::{Allergen, Criticality, Role};
use serde_json::{Value, json};
use thali::{auth::Place, graph::id::Kind};
use uuid::Uuid;

use super::{add, adding, cart_of, lunch_for_all, quantities};
use crate::{
    app::TestApp,
    on_both,
    orders::{Lunch, make_allergic, place, problems, run_sql},
    people::{person, person_in_bed},
};

const WHOLE: &str = "lines { quantity menuItem { id } problems { __typename path } }
    problems { __typename message path ... on PriceChanged { currentMinor } ... on PortionsExhausted { remaining } }";

/// A visitor with these items in the cart.
async fn filled(app: &TestApp, lunch: &Lunch, who: Uuid, lines: &[(usize, i32)]) {
    for (number, (item, quantity)) in lines.iter().enumerate() {
        let input = adding(lunch, *item, *quantity, &format!("k{number}"));
        let added = add(app, Some(who), input).await;
        assert_eq!(added["problems"], json!([]), "{added:#}");
    }
}

/// The problems of the cart with these arguments.
async fn problems_of(app: &TestApp, who: Uuid, arguments: &str) -> Vec<String> {
    let selection = format!("problems{arguments} {{ __typename message path }}");
    problems(&cart_of(app, who, &selection).await)
}

on_both! {
    async fn a_cart_of_which_all_can_be_had_has_no_problems(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let who = person(&app, &[]).await;
        assert_eq!(problems_of(&app, who, "").await, [""; 0]);
        filled(&app, &lunch, who, &[(0, 2), (1, 1), (3, 20)]).await;
        assert_eq!(problems_of(&app, who, "").await, [""; 0]);
        assert_eq!(problems_of(&app, who, "(slot: \"2026-11-23T11:30:00Z\")").await, [""; 0]);
    }
}

on_both! {
    async fn what_changed_since_it_was_put_in_is_told_with_its_line(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let who = person(&app, &[]).await;
        filled(&app, &lunch, who, &[(0, 2), (1, 1), (3, 1)]).await;
        let hex = |item: usize| lunch.items[item].simple().to_string();
        let is = |item: usize| match app.engine() {
            crate::app::Engine::Postgres => format!("menu_item_id = '{}'", lunch.items[item]),
            crate::app::Engine::Sqlite => format!("menu_item_id = X'{}'", hex(item)),
        };
        run_sql(&app, &format!("UPDATE availability SET portions = reserved + 1 WHERE {}", is(0))).await;
        run_sql(&app, &format!("UPDATE menu_item_price SET per_unit_minor = 500 WHERE {}", is(1))).await;
        run_sql(&app, &format!("DELETE FROM menu_item_price WHERE audience = 3 AND {}", is(3))).await;
        let cart = cart_of(&app, who, WHOLE).await;
        let expected = [
            "PriceChanged lines.1.unitPriceMinor",
            "NotOnMenu lines.2.menuItem",
            "PortionsExhausted lines.0.quantity",
        ];
        assert_eq!(problems(&cart), expected, "{cart:#}");
        assert_eq!(cart["problems"][0]["currentMinor"], 500);
        assert_eq!(cart["problems"][2]["remaining"], 1);
        let of_line = |line: usize| problems(&cart["lines"][line]);
        assert_eq!(of_line(0), ["PortionsExhausted lines.0.quantity"]);
        assert_eq!(of_line(1), ["PriceChanged lines.1.unitPriceMinor"]);
        assert_eq!(of_line(2), ["NotOnMenu lines.2.menuItem"]);
        // An order that is sent with what the cart has is refused for the same reasons.
        let mut order = lunch.order(&[0, 1, 3], "k1");
        order.as_object_mut().unwrap().remove("patient");
        order["lines"][0]["quantity"] = json!(2);
        order["lines"][1]["unitPriceMinor"] = json!(421);
        assert_eq!(problems(&place(&app, who, &order).await), expected);
    }
}

on_both! {
    async fn what_is_gone_from_the_menu_is_still_listed(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let who = person(&app, &[]).await;
        filled(&app, &lunch, who, &[(0, 2), (1, 1)]).await;
        run_sql(&app, "UPDATE menu SET published_at = NULL").await;
        let cart = cart_of(&app, who, WHOLE).await;
        assert_eq!(cart["lines"][0]["quantity"], 2);
        assert_eq!(cart["lines"][0]["menuItem"], Value::Null);
        assert_eq!(problems(&cart), ["NotOnMenu lines.0.menuItem", "NotOnMenu lines.1.menuItem"]);
    }
}

on_both! {
    async fn what_is_ordered_separately_is_told(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let who = person(&app, &[]).await;
        filled(&app, &lunch, who, &[(0, 1)]).await;
        let published = |id: &Uuid| {
            let menu = lunch.data.menus.iter().find(|menu| menu.id == *id).unwrap();
            menu.published_at.is_some() && menu.hospital_id.is_some()
        };
        let mut others = lunch.data.items.iter().filter(|item| {
            item.menu_id != lunch.row(0).menu_id && published(&item.menu_id)
        });
        let other = others.find(|item| lunch.data.prices.iter().any(|price| {
            price.menu_item_id == item.id && price.audience == entity::vocabulary::Audience::Patient
        }));
        let item = Kind::MenuItem.id(other.unwrap().id).0;
        let added = add(&app, Some(who), json!({ "menuItem": item, "idempotencyKey": "k7" })).await;
        assert_eq!(added["problems"], json!([]));
        assert_eq!(problems_of(&app, who, "").await, ["OrderedSeparately lines.1.menuItem"]);
    }
}

on_both! {
    async fn when_it_cannot_be_ordered_any_more_is_told(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let who = person(&app, &[]).await;
        filled(&app, &lunch, who, &[(0, 1)]).await;
        let slot = |time: &str| format!("(slot: \"2026-11-23T{time}:00Z\")");
        for (now, asked, expected) in [
            ("2026-11-16T05:59:59Z", String::new(), "OrderingClosed slot"),
            ("2026-11-23T11:30:00Z", String::new(), "OrderingClosed slot"),
            ("2026-11-23T11:00:00Z", slot("11:00"), "CutoffPassed slot"),
            ("2026-11-23T11:00:00Z", slot("11:31"), "InvalidValue slot"),
            ("2026-11-23T11:00:00Z", slot("11:30"), ""),
            ("2026-11-23T11:00:00Z", String::new(), ""),
        ] {
            // A cart of its age is kept here whatever the time.
            app.app.clock.set(now.parse().unwrap());
            let told = problems_of(&app, who, &asked).await;
            assert_eq!(told.join(" "), expected, "{now} {asked}");
        }
        run_sql(&app, "UPDATE delivery_slot SET capacity = 1").await;
        app.app.clock.set("2026-11-23T09:00:00Z".parse().unwrap());
        for (key, time) in [("k1", "11:00"), ("k2", "11:30"), ("k3", "12:00")] {
            let mut order = lunch.order(&[3], key);
            order["slot"] = json!(format!("2026-11-23T{time}:00Z"));
            assert_eq!(problems_of(&app, who, "").await, [""; 0]);
            assert_eq!(problems(&place(&app, lunch.nurse, &order).await), [""; 0]);
            assert_eq!(problems_of(&app, who, &slot(time)).await, ["SlotFull slot"]);
        }
        assert_eq!(problems_of(&app, who, "").await, ["SlotFull slot"]);
    }
}

on_both! {
    async fn what_a_patient_may_not_eat_is_told_to_those_who_may_know(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        make_allergic(&app, lunch.patient, Allergen::Celery, Criticality::High).await;
        let own = person_in_bed(&app, lunch.hospital, lunch.patient).await;
        run_sql(&app, "UPDATE menu_item_price SET per_unit_minor = 900 WHERE audience > 1").await;
        filled(&app, &lunch, own, &[(0, 1), (1, 1)]).await;
        // They pay as what they are.
        let total = cart_of(&app, own, "total { amountMinor }").await;
        assert_eq!(total["total"]["amountMinor"], 420 + 421);
        let patient = Kind::Patient.id(lunch.patient).0;
        let named = format!("(patient: \"{patient}\")");
        assert_eq!(problems_of(&app, own, &named).await, ["AllergenConflict lines.0.menuItem"]);
        let lines = cart_of(&app, own, &format!("lines {{ problems{named} {{ __typename }} }}")).await;
        let conflict = json!([{ "__typename": "AllergenConflict" }]);
        assert_eq!(lines["lines"], json!([{ "problems": conflict }, { "problems": [] }]));
        // Who is a patient is to say so.
        assert_eq!(problems_of(&app, own, "").await, ["InvalidValue patient"]);
        let nurse = person(&app, &[(Role::Nurse, Place::Hospital(lunch.hospital))]).await;
        run_sql(&app, "UPDATE menu_item_price SET per_unit_minor = 420, base_minor = 0").await;
        filled(&app, &lunch, nurse, &[(0, 1)]).await;
        assert_eq!(problems_of(&app, nurse, &named).await, ["AllergenConflict lines.0.menuItem"]);
        assert_eq!(problems_of(&app, nurse, "").await, [""; 0]);
        let stranger = person(&app, &[]).await;
        filled(&app, &lunch, stranger, &[(0, 1)]).await;
        assert_eq!(problems_of(&app, stranger, &named).await, ["NotFound patient"]);
        let unknown = format!("(patient: \"{}\")", Kind::Patient.id(Uuid::from_u128(7)).0);
        assert_eq!(problems_of(&app, stranger, &unknown).await, ["NotFound patient"]);
    }
}

on_both! {
    async fn what_is_ordered_from_it_is_taken_out_once(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        let who = person(&app, &[]).await;
        filled(&app, &lunch, who, &[(0, 5), (1, 1), (3, 2)]).await;
        let quantities = async || quantities(&cart_of(&app, who, "lines { quantity }").await);
        let mut order = lunch.order(&[0, 1, 0], "k1");
        order.as_object_mut().unwrap().remove("patient");
        order["lines"][0]["quantity"] = json!(2);
        order["lines"][1]["quantity"] = json!(20);
        order["fromCart"] = json!(true);
        // One that is refused takes nothing.
        order["slot"] = json!("2026-11-23T11:31:00Z");
        assert_eq!(problems(&place(&app, who, &order).await), ["InvalidValue slot"]);
        assert_eq!(quantities().await, [5, 1, 2]);
        order["slot"] = json!("2026-11-23T11:30:00Z");
        for _ in 0..2 {
            let placed = place(&app, who, &order).await;
            assert_eq!(placed["problems"], json!([]), "{placed:#}");
            assert_eq!(quantities().await, [2, 2]);
        }
        order["fromCart"] = json!(false);
        order["idempotencyKey"] = json!("k2");
        order["lines"][1]["quantity"] = json!(1);
        assert_eq!(problems(&place(&app, who, &order).await), [""; 0]);
        assert_eq!(quantities().await, [2, 2]);
    }
}

on_both! {
    async fn it_costs_as_many_statements_whatever_the_number_of_lines(app: TestApp) {
        let lunch = lunch_for_all(&app).await;
        make_allergic(&app, lunch.patient, Allergen::Celery, Criticality::High).await;
        let own = person_in_bed(&app, lunch.hospital, lunch.patient).await;
        let patient = Kind::Patient.id(lunch.patient).0;
        let query = format!("{{ viewer {{ cart {{
            lines {{ menuItem {{ dish {{ name }} }} quantity unitPrice {{ formatted }} problems {{ message }} }}
            total {{ formatted }} problems(patient: \"{patient}\") {{ message path }}
        }} }} }}");
        let mut counts = Vec::new();
        for (number, item) in [0, 1, 3].into_iter().enumerate() {
            let input = adding(&lunch, item, 1, &format!("k{number}"));
            add(&app, Some(own), input).await;
            let answer = app.execute_as(own, &query, json!({})).await;
            assert_eq!(answer.get("errors"), None, "{answer:#}");
            counts.push(answer["extensions"]["trace"]["sqlStatements"].as_u64().unwrap());
        }
        // Who asks and their account; items and dishes; for the lines and for the patient, each
        // time, patients, allergies, plates, items and slots, and for the patient what can be had
        // instead.
        assert_eq!(counts, [15; 3]);
    }
}
