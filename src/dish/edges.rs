//! The edges of dishes.

use std::sync::Arc;

use entity::{dish, dish_allergen};
use sea_orm::{ConnectionTrait, sea_query::Expr};
use uuid::Uuid;

use super::Dish;
use crate::{
    cache::{HotKind, Tag},
    error::Result,
    graph::{
        Hot, Reads, Row,
        fetch::{many_each, models, models_without, one_each, select},
    },
    sql::is_any_of,
};

/// The columns of a dish that nothing in the request shows.
pub(super) fn left_out(reads: &Reads) -> Vec<dish::Column> {
    use dish::Column::*;
    let shown = |field| reads.selects("Dish", field);
    let mut left_out = Vec::new();
    left_out.extend((!shown("description")).then_some(Description));
    if !shown("texture") {
        left_out.extend([FoodTexture, DrinkThickness]);
    }
    if !shown("nutrition") {
        left_out.extend([PortionG, EnergyKcal, ProteinG, CarbohydrateG, FatG, SaltG]);
    }
    if !shown("photo") {
        left_out.extend([PhotoUrl, PhotoWidth, PhotoHeight]);
    }
    left_out
}

#[derive(Clone, Debug, PartialEq)]
pub struct DishById;

impl Hot for DishById {
    type Key = Uuid;
    type Value = Option<Row<Dish>>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Dish)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Dish(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let left_out = left_out(reads);
        let mut query = select::<dish::Entity>(&left_out);
        query.and_where(is_any_of(Expr::col(("dish", "id")), keys, reads.backend()));
        let rows = reads.conn.query_all(&query).await?;
        let dishes = models_without::<dish::Entity>(&rows, &left_out)?
            .into_iter()
            .map(|row| Row::new(Dish(row)));
        Ok(one_each(keys, dishes, |dish| dish.0.id))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct AllergensOfDish;

impl Hot for AllergensOfDish {
    type Key = Uuid;
    type Value = Arc<[dish_allergen::Model]>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Dish)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Dish(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<dish_allergen::Entity>(&[]);
        let dish = Expr::col(("dish_allergen", "dish_id"));
        query
            .and_where(is_any_of(dish, keys, reads.backend()))
            .order_by("allergen", sea_orm::Order::Asc);
        let allergens = models::<dish_allergen::Model>(&reads.conn.query_all(&query).await?)?;
        let allergens = many_each(keys, allergens, |row| row.dish_id);
        Ok(allergens
            .into_iter()
            .map(|allergens| Ok(allergens.into()))
            .collect())
    }
}
