//! Lists of menus and of their items.

use chrono::NaiveDate;
use entity::{
    menu, menu_item,
    position::{ByPosition, Cells},
    vocabulary::Meal,
};
use sea_orm::{
    ActiveEnum, DbErr, JoinType,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Menu, MenuItem, MenuItemFilter, edges::is_published};
use crate::{
    cache::{HotKind, Tag},
    error::Result,
    graph::{
        HotKey, Reads,
        fetch::columns,
        page::{KeyType, List, ListKey, Listing, Order, OrderKey},
    },
};

/// Whose menus they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Hospital,
    Kitchen,
}

/// The menus of a hospital or a kitchen, by day and meal.
#[derive(Clone, Debug, PartialEq)]
pub struct MenusOf {
    pub owner: Owner,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub meal: Option<Meal>,
}

impl List for MenusOf {
    type Item = Menu;
    type Key = Uuid;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Menu)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        match self.owner {
            Owner::Hospital => vec![Tag::MenusOfHospital(*key)],
            Owner::Kitchen => vec![Tag::MenusOfKitchen(*key)],
        }
    }

    async fn listing(&self, _: &Reads) -> Result<Listing> {
        let mut from = Query::select()
            .from("menu")
            .and_where(is_published())
            .take();
        let date = || Expr::col(("menu", "date"));
        from.and_where_option(self.from.map(|from| date().gte(from)));
        from.and_where_option(self.to.map(|to| date().lte(to)));
        from.and_where_option(
            self.meal
                .map(|meal| Expr::col(("menu", "meal")).eq(meal.to_value())),
        );
        let owner = match self.owner {
            Owner::Hospital => "hospital_id",
            Owner::Kitchen => "kitchen_id",
        };
        Ok(Listing {
            table: "menu",
            row: &["id"],
            columns: columns::<menu::Entity>(&[]),
            from,
            parent: Some(Expr::col(("menu", owner))),
            only: None,
            parts: Vec::new(),
            order: Order::by([
                OrderKey::new(date(), KeyType::Date),
                OrderKey::new(Expr::col(("menu", "meal")), KeyType::Integer),
            ]),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Menu, DbErr> {
        menu::Model::read(cells).map(Menu)
    }
}

/// The menus of a hospital from a day on that is its key's: its own today, so that hospitals
/// of all time zones are asked together, and a cursor outlives midnight.
#[derive(Clone, Debug, PartialEq)]
pub struct MenusToCome {
    pub to: Option<NaiveDate>,
    pub meal: Option<Meal>,
}

impl List for MenusToCome {
    type Item = Menu;
    type Key = (Uuid, NaiveDate);

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Menu)
    }

    fn tags(&self, key: &(Uuid, NaiveDate)) -> Vec<Tag> {
        vec![Tag::MenusOfHospital(key.0)]
    }

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let all = MenusOf {
            owner: Owner::Hospital,
            from: None,
            to: self.to,
            meal: self.meal,
        };
        let mut listing = all.listing(reads).await?;
        let since = Expr::col(("k", "since"));
        listing
            .from
            .and_where(Expr::col(("menu", "date")).gte(since));
        Ok(listing)
    }

    fn item(cells: &mut Cells<'_>) -> Result<Menu, DbErr> {
        MenusOf::item(cells)
    }
}

/// The items of a menu, as printed.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemsOfMenu {
    pub filter: MenuItemFilter,
}

/// The items of a section, as printed.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemsOfSection {
    pub filter: MenuItemFilter,
}

fn items(filter: &MenuItemFilter, parent: &'static str) -> Result<Listing> {
    Ok(Listing {
        table: "menu_item",
        row: &["id"],
        columns: columns::<menu_item::Entity>(&[]),
        from: filtered(filter)?,
        parent: Some(Expr::col(("menu_item", parent))),
        only: None,
        parts: Vec::new(),
        order: Order::by([OrderKey::new(
            Expr::col(("menu_item", "position")),
            KeyType::Integer,
        )]),
    })
}

fn filtered(filter: &MenuItemFilter) -> Result<SelectStatement> {
    let mut from = Query::select().from("menu_item").take();
    if let Some(dish) = &filter.dish {
        let is_dish = Expr::col(("menu_item", "dish_id")).equals(("dish", "id"));
        from.join(JoinType::InnerJoin, "dish", is_dish);
        dish.apply(&mut from)?;
    }
    if filter.available {
        let is_item = Expr::col(("availability", "menu_item_id")).equals(("menu_item", "id"));
        let portions = Expr::col(("availability", "portions"));
        let left = portions.clone().gt(Expr::col(("availability", "reserved")));
        from.join(JoinType::InnerJoin, "availability", is_item)
            .and_where(portions.is_null().or(left));
    }
    Ok(from)
}

impl MenuItemFilter {
    fn kind(&self) -> Option<HotKind> {
        match self {
            // What is available is live.
            Self {
                available: true, ..
            } => None,
            Self { dish: Some(_), .. } => Some(HotKind::Search),
            Self { dish: None, .. } => Some(HotKind::Item),
        }
    }

    fn tags(&self, menu: Uuid) -> Vec<Tag> {
        let mut tags = vec![Tag::Menu(menu)];
        tags.extend(self.dish.as_ref().map(|_| Tag::Dishes));
        tags
    }
}

impl List for ItemsOfMenu {
    type Item = MenuItem;
    type Key = Uuid;

    fn kind(&self) -> Option<HotKind> {
        self.filter.kind()
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        self.filter.tags(*key)
    }

    async fn listing(&self, _: &Reads) -> Result<Listing> {
        items(&self.filter, "menu_id")
    }

    fn item(cells: &mut Cells<'_>) -> Result<MenuItem, DbErr> {
        menu_item::Model::read(cells).map(MenuItem)
    }
}

/// A section, and the menu with which its items change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SectionKey {
    pub section: Uuid,
    pub menu: Uuid,
}

impl ListKey for SectionKey {
    fn uuid(self) -> Option<Uuid> {
        Some(self.section)
    }
}

impl HotKey for SectionKey {
    fn write(&self, name: &mut Vec<u8>) {
        self.section.write(name);
    }
}

impl List for ItemsOfSection {
    type Item = MenuItem;
    type Key = SectionKey;

    fn kind(&self) -> Option<HotKind> {
        self.filter.kind()
    }

    fn tags(&self, key: &SectionKey) -> Vec<Tag> {
        self.filter.tags(key.menu)
    }

    async fn listing(&self, _: &Reads) -> Result<Listing> {
        items(&self.filter, "section_id")
    }

    fn item(cells: &mut Cells<'_>) -> Result<MenuItem, DbErr> {
        ItemsOfMenu::item(cells)
    }
}
