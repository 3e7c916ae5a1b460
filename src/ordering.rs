//! Orders: what may be ordered, by whom and for whom; how far an order is.

mod order;
mod plates;
pub mod rules;
mod transition;
mod visible;

pub use order::{Order, OrderById};
pub use plates::{load_eaters, load_plates, load_plates_of_dishes};
pub use visible::{SEE_ORDERS, visible_to};
