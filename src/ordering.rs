//! Orders: what may be ordered, by whom and for whom; how far an order is.

mod event;
mod filter;
mod line;
mod lists;
mod months;
mod order;
pub mod rules;
mod transition;
mod visible;

pub use filter::{OrderFilter, OrderOrder};
pub use lists::{OrdersOf, Whose};
pub use months::{Month, MonthsSeen, TABLES, is_there as month_is_there, make_months};
pub use order::{Order, OrderById};
pub use visible::{SEE_ORDERS, visible_to};
