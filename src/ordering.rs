//! Orders: what may be ordered, by whom and for whom; how far an order is.

mod order;
pub mod rules;
mod transition;
mod visible;

pub use order::{Order, OrderById};
pub use visible::{SEE_ORDERS, visible_to};
