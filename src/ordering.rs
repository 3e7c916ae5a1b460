//! Orders: what may be ordered, by whom and for whom; how far an order is.

mod months;
mod plates;
pub mod rules;
mod visible;

pub use months::{Month, MonthsSeen, TABLES, make_month, make_months};
pub use plates::{load_eaters, load_plates, load_plates_of_dishes};
pub use visible::{SEE_ORDERS, visible_to};
