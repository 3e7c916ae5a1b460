//! Menu items: dishes as they are offered on a menu.

use async_graphql::{Context, ID, Object};
use entity::{menu_item, vocabulary::Audience};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Menu, MenuById, MenuSection, SectionsOfMenu,
    edges::is_published,
    live::{Availability, AvailabilityOfItem, PriceOfItem, WeightPrice},
};
use crate::{
    dish::{Dish, DishById},
    error::{Error, Result},
    graph::{
        Ctx, Plain, Reads, Row,
        fetch::{models, one_each, select},
        id::Kind,
        money::Money,
        scalar::DateTime,
    },
    load::Edge,
    ordering::{MealCheck, SafeFor},
    sql::is_any_of,
};

/// A dish as it is offered on a menu.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MenuItem(pub menu_item::Model);

/// A dish as it is offered on a menu.
#[Object]
impl MenuItem {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::MenuItem.id(self.0.id)
    }

    /// The menu on which it is.
    async fn menu(&self, ctx: &Context<'_>) -> Result<Row<Menu>> {
        let menu = ctx.load(MenuById, self.0.menu_id).await?;
        menu.ok_or_else(|| Error::internal(anyhow::anyhow!("an item without its menu")))
    }

    /// The section of the menu under which it is printed.
    async fn section(&self, ctx: &Context<'_>) -> Result<Row<MenuSection>> {
        let sections = ctx.load(SectionsOfMenu, self.0.menu_id).await?;
        let section = sections
            .iter()
            .find(|section| section.0.id == self.0.section_id);
        section
            .cloned()
            .ok_or_else(|| Error::internal(anyhow::anyhow!("an item without its section")))
    }

    /// The dish.
    async fn dish(&self, ctx: &Context<'_>) -> Result<Row<Dish>> {
        let dish = ctx.load(DishById, self.0.dish_id).await?;
        dish.ok_or_else(|| Error::internal(anyhow::anyhow!("an item without its dish")))
    }

    /// The price of a portion now; of a dish sold by weight, of its first unit with the base
    /// price. Null where the audience is not offered it or no price was set.
    async fn price(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who pays.", default_with = "Audience::Patient")] audience: Audience,
    ) -> Result<Option<Plain<Money>>> {
        Ok(ctx
            .load(PriceOfItem { audience }, self.0.id)
            .await?
            .map(|price| Plain(price.portion())))
    }

    /// How a dish sold by weight is priced now; null for a dish with a price per portion.
    async fn price_by_weight(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who pays.", default_with = "Audience::Patient")] audience: Audience,
    ) -> Result<Option<Plain<WeightPrice>>> {
        let price = ctx.load(PriceOfItem { audience }, self.0.id).await?;
        Ok(price.and_then(|price| price.by_weight()).map(Plain))
    }

    /// The version of the price: what a change of the price has to name. 0 where there is no price.
    async fn price_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who pays.", default_with = "Audience::Patient")] audience: Audience,
    ) -> Result<i32> {
        let price = ctx.load(PriceOfItem { audience }, self.0.id).await?;
        Ok(price.map_or(0, |price| price.version()))
    }

    /// How many portions there are and are left now; null where that is not known.
    async fn availability(&self, ctx: &Context<'_>) -> Result<Option<Row<Availability>>> {
        ctx.load(AvailabilityOfItem, self.0.id).await
    }

    /// Whether a patient may eat it, by the same rules by which an order is taken or not, and all
    /// that speaks against it. For those who may see the patient.
    async fn safe_for(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient.")] patient: ID,
        #[graphql(
            desc = "When it would be delivered; when its meal begins to be served if not \
                          given."
        )]
        delivery_time: Option<DateTime>,
    ) -> Result<Row<MealCheck>> {
        let patient = Kind::Patient.read(&patient)?;
        let at = delivery_time.map(|at| at.0);
        ctx.load(SafeFor { patient, at }, self.0.id).await
    }
}

#[derive(Clone, PartialEq)]
pub struct MenuItemById;

impl Edge for MenuItemById {
    type Key = Uuid;
    type Value = Option<Row<MenuItem>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<menu_item::Entity>(&[]);
        let menu = Expr::col(("menu", "id")).equals(("menu_item", "menu_id"));
        query
            .inner_join("menu", menu)
            .and_where(is_any_of(
                Expr::col(("menu_item", "id")),
                keys,
                reads.backend(),
            ))
            .and_where(is_published());
        let items = models::<menu_item::Model>(&reads.conn.query_all(&query).await?)?;
        let items = items.into_iter().map(|row| Row::new(MenuItem(row)));
        Ok(one_each(keys, items, |item| item.0.id))
    }
}
