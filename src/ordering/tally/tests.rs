use chrono::DateTime;
use entity::vocabulary::{Audience, Meal};

use super::*;

fn order(ward: Option<u128>, status: OrderStatus) -> order::Model {
    order::Model {
        id: Uuid::from_u128(1),
        hospital_id: Uuid::from_u128(2),
        kitchen_id: Uuid::from_u128(3),
        ward_id: ward.map(Uuid::from_u128),
        patient_id: None,
        placed_by: None,
        menu_id: Uuid::from_u128(4),
        slot_id: None,
        number: "A1B2".to_owned(),
        date: NaiveDate::default(),
        meal: Meal::Lunch,
        audience: Audience::Patient,
        status,
        is_late: true,
        delivery_at: DateTime::default(),
        bed: None,
        currency: "GBP".to_owned(),
        total_minor: 900,
        flagged_at: None,
        placed_at: DateTime::default(),
        updated_at: DateTime::default(),
        version: 1,
    }
}

/// Two lines of one dish and one of another.
fn lines() -> Vec<order_line::Model> {
    let line = |position, dish, quantity| order_line::Model {
        order_id: Uuid::from_u128(1),
        position,
        menu_item_id: None,
        dish_id: Uuid::from_u128(dish),
        dish_name: "A dish".to_owned(),
        unit_price_minor: 150,
        quantity,
    };
    vec![line(1, 7, 2), line(2, 8, 1), line(3, 7, 3)]
}

fn portions(tally: &Tally) -> Vec<(u128, u128, i64, i64)> {
    let rows = tally.portions.iter();
    rows.map(|(key, of)| {
        (
            key.dish.as_u128(),
            key.ward.as_u128(),
            of.portions,
            of.trays,
        )
    })
    .collect()
}

#[test]
fn an_order_is_one_tray_and_all_its_portions() {
    let mut tally = Tally::default();
    tally.place(&order(Some(5), OrderStatus::Placed), &lines());
    assert_eq!(portions(&tally), [(7, 5, 5, 1), (8, 5, 1, 0)]);
    let expected = Figures {
        placed: 1,
        late: 1,
        portions: 6,
        total_minor: 900,
        ..Figures::default()
    };
    assert_eq!(tally.orders.into_values().collect::<Vec<_>>(), [expected]);
}

#[test]
fn what_is_given_back_leaves_that_it_was_placed_and_what_became_of_it() {
    for (status, delivered, given_back) in [
        (OrderStatus::Delivered, 1, 0),
        (OrderStatus::Rejected, 0, 1),
        (OrderStatus::Cancelled, 0, 1),
    ] {
        let mut tally = Tally::default();
        tally.place(&order(None, OrderStatus::Placed), &lines());
        tally.end(&order(None, status), &lines());
        let kept = 1 - given_back;
        assert_eq!(portions(&tally), [(7, 0, 5 * kept, kept), (8, 0, kept, 0)]);
        let figures = tally.orders.into_values().next().unwrap_or_default();
        assert_eq!((figures.placed, figures.delivered), (1, delivered));
        assert_eq!(figures.rejected + figures.cancelled, given_back);
        assert_eq!((figures.late, figures.portions), (kept, 6 * kept));
        assert_eq!(figures.total_minor, 900 * kept);
    }
}

#[test]
fn a_move_takes_the_portions_along_and_is_nothing_within_a_ward() {
    let at = |ward| order(ward, OrderStatus::Ready);
    let mut tally = Tally::default();
    tally.follow(&at(Some(5)), &at(Some(6)), &lines());
    let moved = [(7, 5, -5, -1), (7, 6, 5, 1), (8, 5, -1, 0), (8, 6, 1, 0)];
    assert_eq!(portions(&tally), moved);
    assert!(tally.orders.is_empty());
    let mut tally = Tally::default();
    tally.follow(&at(None), &at(None), &lines());
    assert!(tally.portions.values().all(|of| *of == Portions::default()));
}
