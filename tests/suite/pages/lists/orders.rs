//! The lists of orders, with every filter and ordering.

use chrono::TimeDelta;
use entity::{order, vocabulary::OrderStatus::*};
use thali::graph::id::Kind;

use super::{Key, List, below, key, number};
use crate::{app::monday, data::Data};

/// (arguments, what they let through)
type Filter = (&'static str, fn(&order::Model) -> bool);

const FILTERS: [Filter; 11] = [
    ("{}", |_| true),
    ("{ status: [PLACED] }", |order| order.status == Placed),
    ("{ status: [ACCEPTED, READY, REJECTED] }", |order| {
        [Accepted, Ready, Rejected].contains(&order.status)
    }),
    ("{ status: [DELIVERED, PREPARING] }", |order| {
        [Delivered, Preparing].contains(&order.status)
    }),
    (
        "{ status: [PLACED, ACCEPTED, PREPARING, READY, OUT_FOR_DELIVERY, DELIVERED, REJECTED, CANCELLED] }",
        |_| true,
    ),
    ("{ date: \"2026-11-23\" }", |order| {
        order.date == monday().date_naive()
    }),
    (
        "{ date: \"2026-11-22\", status: [DELIVERED, CANCELLED] }",
        |order| {
            order.date == monday().date_naive().pred_opt().unwrap()
                && [Delivered, Cancelled].contains(&order.status)
        },
    ),
    ("{ meal: LUNCH }", |order| {
        order.meal == entity::vocabulary::Meal::Lunch
    }),
    ("{ flagged: true }", |order| order.flagged_at.is_some()),
    ("{ flagged: false, status: [PLACED, DELIVERED] }", |order| {
        order.flagged_at.is_none() && [Placed, Delivered].contains(&order.status)
    }),
    (
        "{ deliveryFrom: \"2026-11-23T09:30:00Z\", deliveryBefore: \"2026-11-23T10:30:00Z\" }",
        |order| {
            let minutes = (order.delivery_at - monday()).num_minutes();
            (30..90).contains(&minutes)
        },
    ),
];

const ORDERINGS: [(&str, bool, bool); 4] = [
    ("{ field: DELIVERY_TIME }", true, false),
    ("{ field: DELIVERY_TIME, direction: DESC }", true, true),
    ("{ field: PLACED_AT }", false, false),
    ("{ field: PLACED_AT, direction: DESC }", false, true),
];

pub fn orders(data: &Data, lists: &mut Vec<List>) {
    let (hospital, kitchen) = (data.hospitals[0].id, data.kitchens[0].id);
    for (n, (filter, fits)) in FILTERS.into_iter().enumerate() {
        // Each filter with one ordering of each field.
        for (ordering, by_delivery, descending) in [ORDERINGS[n % 2], ORDERINGS[2 + n / 2 % 2]] {
            let of = |kind, id, is_its: &dyn Fn(&order::Model) -> bool| {
                let its = data
                    .orders
                    .iter()
                    .filter(|order| is_its(order) && fits(order));
                let row = |order: &order::Model| {
                    let keys = by_delivery.then(|| delivery(order));
                    (
                        key(keys.as_slice(), order.id, descending),
                        Kind::Order.id(order.id).0,
                    )
                };
                List::new(
                    &format!("orders of a {kind:?} {filter} {ordering}"),
                    below(kind, id),
                    "orders",
                    &format!("filter: {filter}, orderBy: {ordering}"),
                    its.map(row).collect(),
                )
            };
            lists.push(match (n + usize::from(by_delivery)) % 2 {
                0 => of(Kind::Hospital, hospital, &|order| {
                    order.hospital_id == hospital
                }),
                _ => of(Kind::Kitchen, kitchen, &|order| order.kitchen_id == kitchen),
            });
        }
    }
}

fn delivery(order: &order::Model) -> Key {
    number((order.delivery_at - monday() + TimeDelta::days(1)).num_minutes() as f64)
}
