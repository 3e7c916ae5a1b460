//! Holding a kitchen while its dishes get names, and a dish while it is changed.

use entity::{dish, kitchen, vocabulary::Role};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType};
use uuid::Uuid;

use crate::{
    error::Result,
    graph::{Problem, Write, id::Kind},
};

/// Who may say what a kitchen cooks.
pub const COOKS: [Role; 1] = [Role::Kitchen];
pub const WHO_MAY: &str = "Only the people of its kitchen, and administrators, change a dish.";

/// Waits for the kitchen, so that nobody else gives or changes names of its dishes until the end
/// of the transaction; whether it is there.
pub async fn hold_kitchen(write: &Write, id: Uuid) -> Result<bool> {
    let kitchen = kitchen::Entity::find_by_id(id).lock(LockType::NoKeyUpdate);
    Ok(kitchen.one(&write.conn).await?.is_some())
}

/// A problem where another dish of the kitchen has the name. To be asked while the kitchen is
/// held.
pub async fn check_name(write: &mut Write, row: &dish::Model) -> Result<()> {
    let others = dish::Entity::find()
        .filter(dish::Column::KitchenId.eq(row.kitchen_id))
        .filter(dish::Column::NameKey.eq(&row.name_key))
        .filter(dish::Column::Id.ne(row.id));
    if let Some(other) = others.one(&write.conn).await? {
        let problem = Problem::name_taken(&row.name, Kind::Dish.id(other.id));
        write.problems.push(problem);
    }
    Ok(())
}
