//! The menus that are published already, on the days that a sheet is about.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    availability, menu, menu_item, menu_item_price, menu_section,
    vocabulary::{Audience, Meal},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Query, SelectStatement},
};
use uuid::Uuid;

use super::serve::Reader;

/// Whose menu it is (nothing: the kitchen's own), when, and at which meal.
pub type Key = (Option<Uuid>, NaiveDate, Meal);

#[derive(Default)]
pub struct Published {
    pub menus: HashMap<Key, Menu>,
}

/// A menu with everything on it.
pub struct Menu {
    pub id: Uuid,
    /// False where it is a draft, or was taken back.
    pub is_published: bool,
    pub sections: HashMap<String, menu_section::Model>,
    /// By dish.
    pub items: HashMap<Uuid, Item>,
}

#[derive(Clone)]
pub struct Item {
    pub row: menu_item::Model,
    pub prices: HashMap<Audience, menu_item_price::Model>,
    pub availability: Option<availability::Model>,
}

impl Item {
    /// Portions that somebody has ordered, or holds.
    pub fn promised(&self) -> i32 {
        self.availability.as_ref().map_or(0, |row| row.reserved)
    }
}

impl Published {
    /// Five statements at most, whatever the number of days and readers.
    pub async fn load(
        db: &impl ConnectionTrait,
        kitchen: Uuid,
        readers: &[Reader],
        dates: &[NaiveDate],
    ) -> Result<Self, DbErr> {
        let hospitals: Vec<Uuid> = readers
            .iter()
            .filter_map(|reader| reader.hospital)
            .collect();
        let mut whose = Condition::any();
        if hospitals.len() < readers.len() {
            whose = whose.add(menu::Column::KitchenId.eq(kitchen));
        }
        if !hospitals.is_empty() {
            whose = whose.add(menu::Column::HospitalId.is_in(hospitals));
        }
        let wanted = Condition::all()
            .add(whose)
            .add(menu::Column::Date.is_in(dates.iter().copied()));
        let menus = menu::Entity::find().filter(wanted.clone()).all(db).await?;
        if menus.is_empty() {
            return Ok(Self::default());
        }
        let ids = Query::select()
            .column(menu::Column::Id)
            .from(menu::Entity)
            .cond_where(wanted)
            .to_owned();
        let mut items = items(db, &ids).await?;
        let mut sections: HashMap<Uuid, Vec<menu_section::Model>> = HashMap::new();
        let rows = menu_section::Entity::find()
            .filter(menu_section::Column::MenuId.in_subquery(ids))
            .all(db)
            .await?;
        for row in rows {
            sections.entry(row.menu_id).or_default().push(row);
        }
        let menus = menus.into_iter().map(|row| {
            let sections = sections.remove(&row.id).unwrap_or_default();
            let menu = Menu {
                id: row.id,
                is_published: row.published_at.is_some(),
                sections: sections
                    .into_iter()
                    .map(|row| (row.title.clone(), row))
                    .collect(),
                items: items.remove(&row.id).unwrap_or_default(),
            };
            ((row.hospital_id, row.date, row.meal), menu)
        });
        Ok(Self {
            menus: menus.collect(),
        })
    }
}

/// The items of the menus, by menu and dish, with their prices and availability. They are held,
/// as who orders holds them: an item, and then its portions. So nobody orders what goes, and what
/// is promised meanwhile is not forgotten.
async fn items(
    db: &impl ConnectionTrait,
    menus: &SelectStatement,
) -> Result<HashMap<Uuid, HashMap<Uuid, Item>>, DbErr> {
    let of_menus = menu_item::Column::MenuId.in_subquery(menus.clone());
    let rows = menu_item::Entity::find()
        .filter(of_menus.clone())
        .order_by_asc(menu_item::Column::Id)
        .lock_exclusive()
        .all(db)
        .await?;
    let ids = Query::select()
        .column(menu_item::Column::Id)
        .from(menu_item::Entity)
        .and_where(of_menus)
        .to_owned();
    let mut prices: HashMap<Uuid, HashMap<Audience, menu_item_price::Model>> = HashMap::new();
    let all = menu_item_price::Entity::find()
        .filter(menu_item_price::Column::MenuItemId.in_subquery(ids.clone()))
        .all(db)
        .await?;
    for row in all {
        prices
            .entry(row.menu_item_id)
            .or_default()
            .insert(row.audience, row);
    }
    let mut availability: HashMap<Uuid, availability::Model> = availability::Entity::find()
        .filter(availability::Column::MenuItemId.in_subquery(ids))
        .order_by_asc(availability::Column::MenuItemId)
        .lock_exclusive()
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.menu_item_id, row))
        .collect();
    let mut items: HashMap<Uuid, HashMap<Uuid, Item>> = HashMap::new();
    for row in rows {
        let item = Item {
            prices: prices.remove(&row.id).unwrap_or_default(),
            availability: availability.remove(&row.id),
            row,
        };
        items
            .entry(item.row.menu_id)
            .or_default()
            .insert(item.row.dish_id, item);
    }
    Ok(items)
}
