//! What can speak against an order.

use async_graphql::ID;
use chrono::{DateTime, SecondsFormat, Utc};
use entity::vocabulary::OrderStatus;

use crate::graph::{
    Problem,
    problem::{
        CutoffPassed, NotOnMenu, OrderedSeparately, OrderingClosed, PortionsExhausted,
        PriceChanged, ProblemCode, SlotFull, TransitionNotAllowed,
    },
    scalar,
};

fn moments(of: &[DateTime<Utc>]) -> Vec<scalar::DateTime> {
    of.iter().copied().map(scalar::DateTime).collect()
}

fn text(of: &[DateTime<Utc>]) -> String {
    let moments = of.iter().map(|moment| rfc3339(*moment));
    match of {
        [] => "none".to_owned(),
        _ => moments.collect::<Vec<_>>().join(", "),
    }
}

pub(super) fn rfc3339(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

impl Problem {
    pub fn not_on_menu(path: Vec<String>, menu_item: ID) -> Self {
        Self::NotOnMenu(NotOnMenu {
            code: ProblemCode::NotOnMenu,
            message: format!(
                "`{}` is \"{}\", which is on no menu that can be ordered from here.",
                path.join("."),
                menu_item.as_str()
            ),
            path,
            menu_item,
        })
    }

    pub fn ordered_separately(path: Vec<String>, menu_item: &ID, menu: ID, kitchen: ID) -> Self {
        Self::OrderedSeparately(OrderedSeparately {
            code: ProblemCode::OrderedSeparately,
            message: format!(
                "`{}` is \"{}\"; an order is of one menu, one kitchen and one currency.",
                path.join("."),
                menu_item.as_str()
            ),
            path,
            menu,
            kitchen,
        })
    }

    pub fn price_changed(path: Vec<String>, agreed: i64, current: i64, currency: &str) -> Self {
        Self::PriceChanged(PriceChanged {
            code: ProblemCode::PriceChanged,
            message: format!(
                "`{}` is {agreed}; it costs {current} minor units of {currency} now.",
                path.join(".")
            ),
            path,
            current_minor: current,
            currency: currency.to_owned(),
        })
    }

    pub fn portions_exhausted(path: Vec<String>, menu_item: ID, remaining: i32) -> Self {
        Self::PortionsExhausted(PortionsExhausted {
            code: ProblemCode::PortionsExhausted,
            message: format!("`{}`: {remaining} portions are left.", path.join(".")),
            path,
            menu_item,
            remaining,
        })
    }

    pub fn slot_full(path: Vec<String>, open: &[DateTime<Utc>]) -> Self {
        Self::SlotFull(SlotFull {
            code: ProblemCode::SlotFull,
            message: format!(
                "`{}` is full; these have room: {}.",
                path.join("."),
                text(open)
            ),
            path,
            open_slots: moments(open),
        })
    }

    pub fn cutoff_passed(path: Vec<String>, late: &[DateTime<Utc>]) -> Self {
        Self::CutoffPassed(CutoffPassed {
            code: ProblemCode::CutoffPassed,
            message: format!(
                "`{}` has passed; a late tray can be had at: {}.",
                path.join("."),
                text(late)
            ),
            path,
            late_slots: moments(late),
        })
    }

    pub fn ordering_closed(path: Vec<String>, opens_at: Option<DateTime<Utc>>) -> Self {
        let when = opens_at.map(|moment| format!(" before {}", rfc3339(moment)));
        Self::OrderingClosed(OrderingClosed {
            code: ProblemCode::OrderingClosed,
            message: format!(
                "`{}` is of a meal that cannot be ordered{}.",
                path.join("."),
                when.as_deref().unwrap_or(" now")
            ),
            path,
            opens_at: opens_at.map(scalar::DateTime),
        })
    }

    pub fn transition_not_allowed(
        path: Vec<String>,
        to: OrderStatus,
        status: OrderStatus,
        allowed: Vec<OrderStatus>,
    ) -> Self {
        Self::TransitionNotAllowed(TransitionNotAllowed {
            code: ProblemCode::TransitionNotAllowed,
            message: format!(
                "`{}`: an order that is {status:?} cannot become {to:?}.",
                path.join(".")
            ),
            path,
            status,
            allowed_transitions: allowed,
        })
    }
}
