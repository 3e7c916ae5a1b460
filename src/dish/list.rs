//! Lists of dishes: of all kitchens or of one, filtered, searched and ordered.

use async_graphql::{Enum, InputObject};
use entity::{
    dish,
    position::{ByPosition, Cells},
};
use sea_orm::{
    DbErr,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{Dish, DishFilter, edges::left_out};
use crate::{
    cache::{HotKind, Tag},
    error::{Error, Result},
    graph::{
        Reads,
        fetch::columns,
        page::{KeyType, List, Listing, Order, OrderDirection, OrderKey},
    },
    search::Search,
};

/// What dishes can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DishOrderField {
    /// The name, without regard to case and diacritics.
    Name,
    /// Energy in kilocalories; dishes without a figure come last.
    Energy,
    /// Protein in grams; dishes without a figure come last.
    Protein,
    /// How well the dish matches `search`; needs one.
    Relevance,
}

/// An ordering of dishes.
#[derive(Clone, Copy, Debug, PartialEq, InputObject)]
pub struct DishOrder {
    /// What to order by.
    field: DishOrderField,
    /// In which direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

/// The dishes of all kitchens.
#[derive(Clone, Debug, PartialEq)]
pub struct Dishes {
    search: Option<Search>,
    filter: DishFilter,
    order: DishOrder,
}

/// The dishes of one kitchen.
#[derive(Clone, Debug, PartialEq)]
pub struct DishesOfKitchen(Dishes);

impl Dishes {
    pub fn new(
        search: Option<&str>,
        filter: Option<DishFilter>,
        order: Option<DishOrder>,
    ) -> Result<Self> {
        let search = search.map(Search::parse).transpose()?.flatten();
        let order = order.unwrap_or(DishOrder {
            field: match search {
                Some(_) => DishOrderField::Relevance,
                None => DishOrderField::Name,
            },
            direction: OrderDirection::Asc,
        });
        if order.field == DishOrderField::Relevance && search.is_none() {
            return Err(Error::bad_input(
                "`orderBy` RELEVANCE needs a `search` with words.",
            ));
        }
        Ok(Self {
            search,
            filter: filter.unwrap_or_default(),
            order,
        })
    }

    pub fn of_kitchen(self) -> DishesOfKitchen {
        DishesOfKitchen(self)
    }

    fn order(&self, reads: &Reads) -> Order {
        let descending = self.order.direction == OrderDirection::Desc;
        // The same text as in the index; a dish without a figure is last in both directions.
        let figure = |column: &str| {
            let last = if descending { "-1e9" } else { "1e9" };
            let expr = Expr::cust(format!("COALESCE(dish.{column}, {last})"));
            OrderKey::new(expr, KeyType::Double)
        };
        let name = OrderKey::new(Expr::col(("dish", "name_key")), KeyType::Text);
        let keys = match (self.order.field, &self.search) {
            (DishOrderField::Energy, _) => vec![figure("energy_kcal")],
            (DishOrderField::Protein, _) => vec![figure("protein_g")],
            (DishOrderField::Relevance, Some(search)) => {
                let distance = search.distance("dish", reads.backend());
                vec![OrderKey::new(distance, KeyType::Integer), name]
            }
            (DishOrderField::Name | DishOrderField::Relevance, _) => vec![name],
        };
        Order { keys, descending }
    }
}

impl List for Dishes {
    type Item = Dish;
    type Key = ();

    fn kind(&self) -> Option<HotKind> {
        let is_whole = self.search.is_none() && self.filter == DishFilter::default();
        Some(if is_whole {
            HotKind::Dish
        } else {
            HotKind::Search
        })
    }

    fn tags(&self, _: &()) -> Vec<Tag> {
        vec![Tag::Dishes]
    }

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let mut from = Query::select().from("dish").take();
        self.filter.apply(&mut from)?;
        if let Some(search) = &self.search {
            from.and_where(search.matches("dish", reads.backend()));
        }
        Ok(Listing {
            table: "dish",
            row: &["id"],
            columns: columns::<dish::Entity>(&left_out(reads)),
            from,
            parent: None,
            only: None,
            parts: Vec::new(),
            order: self.order(reads),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Dish, DbErr> {
        dish::Model::read(cells).map(Dish)
    }
}

impl List for DishesOfKitchen {
    type Item = Dish;
    type Key = Uuid;

    fn kind(&self) -> Option<HotKind> {
        self.0.kind()
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::DishesOfKitchen(*key)]
    }

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let parent = Some(Expr::col(("dish", "kitchen_id")));
        Ok(Listing {
            parent,
            ..self.0.listing(reads).await?
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Dish, DbErr> {
        Dishes::item(cells)
    }
}
