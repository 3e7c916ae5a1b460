//! What a menu is: how its rows are brought to a plan.

use std::collections::{HashMap, HashSet};

use entity::{availability, menu_item, menu_item_price, menu_section, vocabulary::Audience};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::{
    plan::Plan,
    set_menu_item_portions::{self, check_portions},
    set_menu_item_price::{self, NewPrice},
};
use crate::{
    error::Result,
    graph::{Problem, Write, id::Kind},
    ordering::hold_availability,
};

/// Brings the rows of the menu, which is held, to what was sent; adds to the problems what
/// speaks against it.
pub async fn apply(plan: Plan, write: &mut Write, menu: Uuid, currency: &str) -> Result<()> {
    let mut printed = Printed::load(write, menu, &plan).await?;
    printed.check(&plan, &mut write.problems);
    if !write.problems.is_empty() {
        return Ok(());
    }
    let mut sections = Vec::new();
    for (position, title) in (1..).zip(plan.titles) {
        sections.push(printed.section(write, menu, title, position).await?);
    }
    for (position, item) in (1..).zip(plan.items) {
        let row = menu_item::Model {
            id: Uuid::now_v7(),
            menu_id: menu,
            section_id: sections[item.section],
            dish_id: item.dish,
            position,
        };
        let id = printed.item(write, row).await?;
        if let Some(price) = item.price {
            printed.price(write, id, price, currency).await?;
        }
        if let Some(portions) = item.portions {
            printed.portions(write, id, portions).await?;
        }
    }
    printed.clear(write).await
}

/// Holds the items that are to go. Who orders one holds it before its portions: so nobody orders
/// what goes, nor do the two wait for each other.
async fn hold_gone(write: &Write, items: &[menu_item::Model], plan: &Plan) -> Result<()> {
    let stay: HashSet<Uuid> = plan.items.iter().map(|item| item.dish).collect();
    let mut gone = Vec::new();
    for item in items {
        if !stay.contains(&item.dish_id) {
            gone.push(item.id);
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    let gone = menu_item::Entity::find()
        .filter(menu_item::Column::Id.is_in(gone))
        .order_by_asc(menu_item::Column::Id)
        .lock_exclusive();
    gone.all(&write.conn).await?;
    Ok(())
}

/// What was on the menu. What stays is taken out of it, and what is left at the end goes.
struct Printed {
    sections: HashMap<String, menu_section::Model>,
    items: HashMap<Uuid, menu_item::Model>,
    prices: HashMap<Uuid, menu_item_price::Model>,
    availability: HashMap<Uuid, availability::Model>,
}

impl Printed {
    async fn load(write: &Write, menu: Uuid, plan: &Plan) -> Result<Self> {
        let sections = menu_section::Entity::find().filter(menu_section::Column::MenuId.eq(menu));
        let sections = sections.all(&write.conn).await?;
        let items = menu_item::Entity::find().filter(menu_item::Column::MenuId.eq(menu));
        let items = items.all(&write.conn).await?;
        hold_gone(write, &items, plan).await?;
        let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
        let prices = menu_item_price::Entity::find()
            .filter(menu_item_price::Column::MenuItemId.is_in(ids.iter().copied()))
            .filter(menu_item_price::Column::Audience.eq(Audience::Patient));
        let prices = prices.all(&write.conn).await?;
        // Whoever reserves a portion locks this row, and not the item. Where portions are sent and
        // there is none yet, one that nobody has set is made.
        let is_limited = |dish: Uuid| {
            plan.items
                .iter()
                .any(|item| item.dish == dish && item.portions.is_some())
        };
        let limited = items.iter().filter(|item| is_limited(item.dish_id));
        let limited: Vec<Uuid> = limited.map(|item| item.id).collect();
        hold_availability(&write.conn, &limited, write.now).await?;
        let availability = availability::Entity::find()
            .filter(availability::Column::MenuItemId.is_in(ids))
            .order_by_asc(availability::Column::MenuItemId)
            .lock_exclusive();
        let availability = availability.all(&write.conn).await?;
        let by_title = sections.into_iter().map(|row| (row.title.clone(), row));
        let by_dish = items.into_iter().map(|row| (row.dish_id, row));
        let priced = prices.into_iter().map(|row| (row.menu_item_id, row));
        let available = availability.into_iter().map(|row| (row.menu_item_id, row));
        Ok(Self {
            sections: by_title.collect(),
            items: by_dish.collect(),
            prices: priced.collect(),
            availability: available.collect(),
        })
    }

    fn reserved(&self, item: Uuid) -> i32 {
        self.availability.get(&item).map_or(0, |row| row.reserved)
    }

    /// What is promised to somebody neither goes nor gets too few.
    fn check(&self, plan: &Plan, problems: &mut Vec<Problem>) {
        for item in &plan.items {
            let old = self.items.get(&item.dish);
            let reserved = old.map_or(0, |old| self.reserved(old.id));
            let path = item.path("portions");
            problems.extend(check_portions(&path, item.portions, reserved));
        }
        let stay: HashSet<Uuid> = plan.items.iter().map(|item| item.dish).collect();
        let mut gone: Vec<_> = self.items.values().collect();
        gone.retain(|item| !stay.contains(&item.dish_id) && self.reserved(item.id) > 0);
        gone.sort_by_key(|item| (item.position, item.id));
        problems.extend(gone.iter().map(|item| {
            let id = Kind::MenuItem.id(item.id);
            Problem::item_reserved(&["sections"], id, self.reserved(item.id))
        }));
    }

    async fn section(
        &mut self,
        write: &Write,
        menu_id: Uuid,
        title: String,
        position: i32,
    ) -> Result<Uuid> {
        let old = self.sections.remove(&title);
        let row = menu_section::Model {
            id: old.as_ref().map_or_else(Uuid::now_v7, |old| old.id),
            menu_id,
            title,
            position,
        };
        let id = row.id;
        if old.is_none() {
            menu_section::Entity::insert(row.into_active_model())
                .exec_without_returning(&write.conn)
                .await?;
        } else if old.as_ref() != Some(&row) {
            let row = row.into_active_model().reset_all();
            row.update_without_returning(&write.conn).await?;
        }
        Ok(id)
    }

    async fn item(&mut self, write: &Write, new: menu_item::Model) -> Result<Uuid> {
        let Some(old) = self.items.remove(&new.dish_id) else {
            let id = new.id;
            let new = new.into_active_model();
            menu_item::Entity::insert(new)
                .exec_without_returning(&write.conn)
                .await?;
            return Ok(id);
        };
        let row = menu_item::Model { id: old.id, ..new };
        if row != old {
            let row = row.into_active_model().reset_all();
            row.update_without_returning(&write.conn).await?;
        }
        Ok(old.id)
    }

    async fn price(
        &self,
        write: &Write,
        item: Uuid,
        price: NewPrice,
        currency: &str,
    ) -> Result<()> {
        let old = self.prices.get(&item);
        let currency = old.map_or(currency, |old| &old.currency).to_owned();
        let version = old.map_or(1, |old| old.version + 1);
        let row = price.row(item, Audience::Patient, currency, version);
        set_menu_item_price::write(&write.conn, row).await
    }

    async fn portions(&self, write: &Write, item: Uuid, portions: i32) -> Result<()> {
        let version = self
            .availability
            .get(&item)
            .map_or(1, |old| old.version + 1);
        let row = availability::Model {
            menu_item_id: item,
            portions: Some(portions),
            reserved: self.reserved(item),
            as_of: write.now,
            version,
        };
        set_menu_item_portions::write(&write.conn, row).await
    }

    /// Removes what is left: the items first, because a section takes its items with it.
    async fn clear(self, write: &Write) -> Result<()> {
        let items = self.items.values().map(|item| item.id);
        menu_item::Entity::delete_many()
            .filter(menu_item::Column::Id.is_in(items))
            .exec(&write.conn)
            .await?;
        let sections = self.sections.values().map(|section| section.id);
        menu_section::Entity::delete_many()
            .filter(menu_section::Column::Id.is_in(sections))
            .exec(&write.conn)
            .await?;
        Ok(())
    }
}
