//! Menus: what is served at a meal of a day, and until when it can be ordered.
//!
//! A file for each change. Portions are promised where orders are; nothing here reserves one.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MergedObject, Object};
use entity::{menu, vocabulary::Meal};
use serde::{Deserialize, Serialize};

mod edges;
mod hold;
mod item;
mod lists;
mod live;
mod plan;
mod printed;
mod problem;
mod publish_menu;
mod query;
mod section;
mod set_menu_item_portions;
mod set_menu_item_price;

pub use edges::{MenuById, is_published};
pub use item::{MenuItem, MenuItemById};
pub use lists::{MenusOf, MenusToCome, Owner};
pub use publish_menu::PublishMenu;
pub use query::MenuQuery;
use section::SectionsOfMenu;
pub use section::{MenuSection, SectionById};
pub use set_menu_item_portions::SetMenuItemPortions;
pub use set_menu_item_price::SetMenuItemPrice;

use crate::{
    app::App,
    dish::DishFilter,
    error::{Error, Result},
    graph::{
        Connection, Ctx, Listed, Row, Slice, Writes,
        id::Kind,
        scalar::{Date, DateTime},
    },
    hospital::{Hospital, HospitalById, MealWindow, WindowsOfHospital},
    kitchen::{Kitchen, KitchenById},
};

/// Which items of a menu to list. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, InputObject)]
pub struct MenuItemFilter {
    /// Only items whose dish fits all of this.
    pub dish: Option<DishFilter>,
    /// Only items that still have portions.
    #[graphql(default = false)]
    pub available: bool,
}

/// The changes of menus.
#[derive(Default, MergedObject)]
pub struct MenuMutation(PublishMenu, SetMenuItemPrice, SetMenuItemPortions);

impl MenuMutation {
    pub fn new(app: &App) -> Self {
        Self(
            PublishMenu::new(Writes::new(app)),
            SetMenuItemPrice::new(Writes::new(app)),
            SetMenuItemPortions::new(Writes::new(app)),
        )
    }
}

/// What is served at a meal of a day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Menu(pub menu::Model);

impl Menu {
    async fn window(&self, ctx: &Context<'_>) -> Result<Option<MealWindow>> {
        let Some(hospital) = self.0.hospital_id else {
            return Ok(None);
        };
        let windows = ctx.load(WindowsOfHospital, hospital).await?;
        let Some(row) = windows.iter().find(|row| row.window.meal == self.0.meal) else {
            return Ok(None);
        };
        let zone = Hospital::zone(&row.time_zone)?;
        Ok(Some(MealWindow::on(row.clone(), self.0.date, zone)))
    }
}

/// What is served at a meal of a day: a hospital's menu, or the house menu of a kitchen.
#[Object]
impl Menu {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Menu.id(self.0.id)
    }

    /// The hospital whose menu it is; null for the house menu of a kitchen.
    async fn hospital(&self, ctx: &Context<'_>) -> Result<Option<Row<Hospital>>> {
        match self.0.hospital_id {
            Some(hospital) => ctx.load(HospitalById, hospital).await,
            None => Ok(None),
        }
    }

    /// The kitchen whose house menu it is; null for the menu of a hospital, whose dishes each
    /// say their kitchen.
    async fn kitchen(&self, ctx: &Context<'_>) -> Result<Option<Row<Kitchen>>> {
        match self.0.kitchen_id {
            Some(kitchen) => ctx.load(KitchenById, kitchen).await,
            None => Ok(None),
        }
    }

    /// The day on which the meal is eaten.
    async fn date(&self) -> Date {
        Date(self.0.date)
    }

    /// The meal.
    async fn meal(&self) -> Meal {
        self.0.meal
    }

    /// Goes up with each change of what is on it, but not of prices and portions. Who publishes
    /// it anew names the version that was seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was published. Drafts are not shown.
    async fn published_at(&self) -> Result<DateTime> {
        let draft = || Error::internal(anyhow::anyhow!("a draft was shown"));
        self.0.published_at.map(DateTime).ok_or_else(draft)
    }

    /// Until when orders are accepted normally; null where none can be placed.
    async fn accepts_orders_until(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self
            .window(ctx)
            .await?
            .map(|window| DateTime(window.cut_off())))
    }

    /// Until when late trays are accepted; null where none can be ordered.
    async fn late_tray_until(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self
            .window(ctx)
            .await?
            .map(|window| DateTime(window.late_tray_end())))
    }

    /// Its sections in the order in which they are printed.
    async fn sections(&self, ctx: &Context<'_>) -> Result<Listed<Arc<[Row<MenuSection>]>>> {
        let sections = ctx.load(SectionsOfMenu, self.0.id).await?;
        Ok(Listed(sections))
    }

    /// Its items, of all sections, in the order in which they are printed.
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only items that fit all of this.")] filter: Option<MenuItemFilter>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<MenuItem>>> {
        let items = lists::ItemsOfMenu {
            filter: filter.unwrap_or_default(),
        };
        ctx.page(
            items,
            self.0.id,
            Slice {
                first,
                after,
                last,
                before,
            },
        )
        .await
    }
}
