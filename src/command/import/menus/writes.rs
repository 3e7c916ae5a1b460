//! The writes of one sheet, gathered so that each table is written in few statements.

use chrono::{DateTime, Utc};
use entity::{availability, menu, menu_item, menu_item_price, menu_section, vocabulary::Audience};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::command::import::bulk;

#[derive(Default)]
pub struct Writes {
    pub menus: Vec<menu::Model>,
    pub sections: Vec<menu_section::Model>,
    pub items: Vec<menu_item::Model>,
    pub prices: Vec<menu_item_price::Model>,
    pub availability: Vec<availability::Model>,
    /// Menus that were there, and are not the same any more.
    pub changed_menus: Vec<Uuid>,
    pub moved_items: Vec<menu_item::Model>,
    pub changed_prices: Vec<menu_item_price::Model>,
    pub changed_availability: Vec<availability::Model>,
    pub gone_prices: Vec<(Uuid, Audience)>,
    pub gone_items: Vec<Uuid>,
    pub gone_sections: Vec<Uuid>,
    /// Menus without an item: they are not shown any more. Orders may name them.
    pub gone_menus: Vec<Uuid>,
    /// Menus that were there, and were not shown.
    pub shown_menus: Vec<Uuid>,
}

impl Writes {
    /// How many writes there are that change what is on a menu.
    pub fn of_menus(&self) -> usize {
        self.sections.len()
            + self.items.len()
            + self.moved_items.len()
            + self.gone_items.len()
            + self.gone_sections.len()
            + self.gone_menus.len()
            + self.shown_menus.len()
    }

    pub async fn write(self, db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
        for ids in self.changed_menus.chunks(bulk::IDS) {
            let version = Expr::col(menu::Column::Version).add(1);
            menu::Entity::update_many()
                .col_expr(menu::Column::Version, version)
                .filter(menu::Column::Id.is_in(ids.iter().copied()))
                .exec(db)
                .await?;
        }
        for (item, audience) in self.gone_prices {
            menu_item_price::Entity::delete_by_id((item, audience))
                .exec(db)
                .await?;
        }
        for ids in self.gone_items.chunks(bulk::IDS) {
            menu_item::Entity::delete_many()
                .filter(menu_item::Column::Id.is_in(ids.iter().copied()))
                .exec(db)
                .await?;
        }
        bulk::insert::<menu::Entity, _>(db, self.menus).await?;
        bulk::insert::<menu_section::Entity, _>(db, self.sections).await?;
        for row in self.moved_items {
            bulk::update::<menu_item::Entity, _>(db, row).await?;
        }
        bulk::insert::<menu_item::Entity, _>(db, self.items).await?;
        bulk::insert::<menu_item_price::Entity, _>(db, self.prices).await?;
        bulk::insert::<availability::Entity, _>(db, self.availability).await?;
        for row in self.changed_prices {
            bulk::update::<menu_item_price::Entity, _>(db, row).await?;
        }
        for row in self.changed_availability {
            bulk::update::<availability::Entity, _>(db, row).await?;
        }
        // A section takes its items with it: only now have those that stay moved elsewhere.
        for ids in self.gone_sections.chunks(bulk::IDS) {
            menu_section::Entity::delete_many()
                .filter(menu_section::Column::Id.is_in(ids.iter().copied()))
                .exec(db)
                .await?;
        }
        for (menus, published_at) in [(&self.gone_menus, None), (&self.shown_menus, Some(now))] {
            for ids in menus.chunks(bulk::IDS) {
                menu::Entity::update_many()
                    .col_expr(menu::Column::PublishedAt, Expr::value(published_at))
                    .filter(menu::Column::Id.is_in(ids.iter().copied()))
                    .exec(db)
                    .await?;
            }
        }
        Ok(())
    }
}
