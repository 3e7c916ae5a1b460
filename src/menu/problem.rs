//! What can speak against a change of a menu.

use async_graphql::ID;

use crate::graph::{
    Problem,
    problem::{MenuItemReserved, NotCooked, PortionsReserved, ProblemCode, path},
};

impl Problem {
    pub fn portions_reserved(of: &[&str], portions: i32, reserved: i32) -> Self {
        Self::PortionsReserved(PortionsReserved {
            code: ProblemCode::PortionsReserved,
            message: format!(
                "`{}` is {portions}; {reserved} are promised already.",
                of.join(".")
            ),
            path: path(of),
            reserved,
        })
    }

    pub fn item_reserved(of: &[&str], menu_item: ID, reserved: i32) -> Self {
        Self::MenuItemReserved(MenuItemReserved {
            code: ProblemCode::MenuItemReserved,
            message: format!(
                "`{}` leaves out the menu item \"{}\", of which {reserved} portions are promised.",
                of.join("."),
                menu_item.as_str()
            ),
            path: path(of),
            menu_item,
            reserved,
        })
    }

    pub fn not_cooked(of: &[&str], dish: &str, kitchen: ID) -> Self {
        Self::NotCooked(NotCooked {
            code: ProblemCode::NotCooked,
            message: format!(
                "`{}` is \"{dish}\", whose kitchen does not cook for this menu.",
                of.join(".")
            ),
            path: path(of),
            kitchen,
        })
    }
}
