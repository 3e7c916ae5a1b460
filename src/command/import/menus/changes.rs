//! Dishes that an import writes: new ones, and those of which more is known now.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{
    dish, dish_allergen,
    vocabulary::{Allergen, Presence, Role},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use crate::{
    command::import::bulk,
    db::Transaction,
    error::Result,
    event::Event,
    ordering::{hold_items, load_plates_of_dishes, recheck_dishes},
    patient::Actor,
    sql::is_any_of,
};

/// Dishes to be written.
#[derive(Default)]
pub struct Changes {
    new: Vec<dish::Model>,
    changed: Vec<dish::Model>,
    allergens: Vec<dish_allergen::Model>,
}

impl Changes {
    /// Adds a dish with its allergens.
    pub fn add(
        &mut self,
        row: &dish::Model,
        allergens: &BTreeMap<Allergen, Presence>,
        is_new: bool,
    ) {
        match is_new {
            true => self.new.push(row.clone()),
            false => self.changed.push(row.clone()),
        }
        let allergens = allergens.iter();
        let allergens = allergens.map(|(allergen, presence)| dish_allergen::Model {
            dish_id: row.id,
            allergen: *allergen,
            presence: *presence,
        });
        self.allergens.extend(allergens);
    }

    /// Writes them, and flags orders that do not fit their patients any more: once in a
    /// transaction. What is to be told.
    pub async fn write(self, db: &Transaction, now: DateTime<Utc>) -> Result<Vec<Event>> {
        let changed: Vec<Uuid> = self.changed.iter().map(|row| row.id).collect();
        if changed.is_empty() {
            self.write_rows(db).await?;
            return Ok(Vec::new());
        }
        // A dish is held before its items, as `updateDish` does.
        let id = Expr::col((dish::Entity, dish::Column::Id));
        let dishes = dish::Entity::find()
            .filter(is_any_of(id, &changed, db.get_database_backend()))
            .order_by_asc(dish::Column::Id)
            .lock(LockType::NoKeyUpdate);
        dishes.all(db).await?;
        hold_items(db, &changed, now).await?;
        let before = load_plates_of_dishes(db, &changed).await?;
        self.write_rows(db).await?;
        let actor = Actor {
            account: None,
            role: Role::Administrator,
            at: now,
        };
        let after = load_plates_of_dishes(db, &changed).await?;
        recheck_dishes(db, actor, &before, &after).await
    }

    async fn write_rows(self, db: &Transaction) -> Result<(), DbErr> {
        bulk::insert::<dish::Entity, _>(db, self.new).await?;
        for row in self.changed {
            dish_allergen::Entity::delete_many()
                .filter(dish_allergen::Column::DishId.eq(row.id))
                .exec(db)
                .await?;
            bulk::update::<dish::Entity, _>(db, row).await?;
        }
        bulk::insert::<dish_allergen::Entity, _>(db, self.allergens).await
    }
}
