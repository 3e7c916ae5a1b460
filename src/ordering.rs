//! Orders: what may be ordered, by whom and for whom; how far an order is.

pub mod rules;
mod visible;

pub use visible::{SEE_ORDERS, visible_to};
