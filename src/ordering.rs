//! Orders: what may be ordered, by whom and for whom; how far an order is.
//!
//! Placing one is one decision in one transaction. Whoever holds rows for it holds them in one
//! order, so that nobody waits for each other: the idempotency key, the account that holds portions,
//! its hold, patients by id, dishes by id, menu items by id, orders by id, order numbers, portions by
//! menu item, slots by id, for which all wait, and last the tallies: of dishes by their keys, then of
//! the slot.

use async_graphql::MergedObject;

mod advance_order;
mod cancel_order;
mod cart;
mod change;
mod check_meal;
mod conflict;
mod decide;
mod event;
mod figures;
mod filter;
mod hold;
mod known;
mod line;
mod lists;
mod loosen;
mod months;
mod offer;
mod order;
mod override_conflict;
mod overrides;
mod place;
mod place_order;
mod place_ward_orders;
mod plates;
mod portions;
mod problem;
mod recheck;
mod recount;
pub mod rules;
mod sections;
mod sheet;
mod short;
mod slots;
mod tally;
mod transition;
mod tray;
mod visible;
mod ward_order;

pub use advance_order::AdvanceOrder;
pub use cancel_order::CancelOrder;
pub use cart::{AddToCart, Cart, CartQuery, CartWrites, ClearCart, SetCartLine};
pub use check_meal::{CheckMeal, MealCheck, SafeFor};
pub use conflict::{levels, problems};
pub use figures::{FiguresOfHospital, OrderFigures};
pub use filter::{OrderFilter, OrderOrder};
pub use hold::{Hold, HoldById, HoldPortions, ReleaseHold, release_holds};
pub use lists::{OrdersOf, Whose};
pub use months::{Month, MonthsSeen, TABLES, is_there as month_is_there, make_months};
pub use order::{Order, OrderById};
pub use override_conflict::OverrideConflict;
pub use place_order::PlaceOrder;
pub use place_ward_orders::PlaceWardOrders;
pub use plates::{load_eater, load_eaters, load_plates, load_plates_of_dishes, plate_of};
pub use portions::hold as hold_availability;
pub use recheck::{flag_all, follow, hold_items, recheck, recheck_dishes};
pub use recount::recount;
pub use sections::Sections;
pub use sheet::{ProductionSheet, Served, SheetOfKitchen};
pub use visible::{SEE_ORDERS, visible_to};

use crate::{app::App, graph::Writes};

/// The changes of orders.
#[derive(Default, MergedObject)]
pub struct OrderMutation(
    PlaceOrder,
    PlaceWardOrders,
    CancelOrder,
    AdvanceOrder,
    OverrideConflict,
);

impl OrderMutation {
    pub fn new(app: &App) -> Self {
        Self(
            PlaceOrder::new(Writes::new(app), CartWrites::new(app)),
            PlaceWardOrders::new(Writes::new(app)),
            CancelOrder::new(Writes::new(app)),
            AdvanceOrder::new(Writes::new(app)),
            OverrideConflict::new(Writes::new(app)),
        )
    }
}

/// The changes before an order: what is in a cart, and what is held.
#[derive(Default, MergedObject)]
pub struct CartMutation(AddToCart, SetCartLine, ClearCart, HoldPortions, ReleaseHold);

impl CartMutation {
    pub fn new(app: &App) -> Self {
        Self(
            AddToCart::new(CartWrites::new(app)),
            SetCartLine::new(CartWrites::new(app)),
            ClearCart::new(CartWrites::new(app)),
            HoldPortions::new(Writes::new(app)),
            ReleaseHold::new(Writes::new(app)),
        )
    }
}
