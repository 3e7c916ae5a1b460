//! Orders: what may be ordered, by whom and for whom; how far an order is.
//!
//! Placing one is one decision in one transaction. Whoever holds rows for it holds them in one
//! order, so that nobody waits for each other: the idempotency key, patients by id, orders by id,
//! menu items by id, order numbers, portions by menu item, and the slot last, for which all wait.

use async_graphql::MergedObject;

mod advance_order;
mod cancel_order;
mod change;
mod known;
mod offer;
mod order;
mod override_conflict;
mod overrides;
mod place;
mod place_order;
mod plates;
mod portions;
mod problem;
pub mod rules;
mod slots;
mod transition;
mod tray;
mod visible;

pub use advance_order::AdvanceOrder;
pub use cancel_order::CancelOrder;
pub use change::bring;
pub use order::{Order, OrderById};
pub use override_conflict::OverrideConflict;
pub use place_order::PlaceOrder;
pub use plates::{load_eaters, load_plates, load_plates_of_dishes};
pub use visible::{SEE_ORDERS, visible_to};

use crate::{app::App, graph::Writes};

/// The changes of orders.
#[derive(Default, MergedObject)]
pub struct OrderMutation(PlaceOrder, CancelOrder, AdvanceOrder, OverrideConflict);

impl OrderMutation {
    pub fn new(app: &App) -> Self {
        Self(
            PlaceOrder::new(Writes::new(app)),
            CancelOrder::new(Writes::new(app)),
            AdvanceOrder::new(Writes::new(app)),
            OverrideConflict::new(Writes::new(app)),
        )
    }
}
