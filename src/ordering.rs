//! Orders: what may be ordered, by whom and for whom; how far an order is.

mod check_meal;
mod conflict;
mod loosen;
mod months;
mod plates;
mod recheck;
pub mod rules;
mod sections;
mod visible;

pub use check_meal::{CheckMeal, MealCheck, SafeFor};
pub use conflict::{levels, problems};
pub use months::{Month, MonthsSeen, TABLES, make_month, make_months};
pub use plates::{load_eater, load_eaters, load_plates, load_plates_of_dishes};
pub use recheck::{flag_all, follow, recheck};
pub use sections::Sections;
pub use visible::{SEE_ORDERS, visible_to};
