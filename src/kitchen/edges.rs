//! The edges of kitchens, and the list of those near a place.

use std::sync::Arc;

use entity::{
    kitchen, kitchen_hours,
    position::{ByPosition, Cells},
};
use sea_orm::{
    ConnectionTrait, DbErr, JoinType,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::Kitchen;
use crate::{
    cache::{HotKind, Tag},
    error::Result,
    graph::{
        Hot, Reads, Row,
        fetch::{columns, many_each, models, models_without, one_each, select},
        page::{KeyType, List, Listing, Order, OrderKey},
    },
    place::Circle,
    sql::is_any_of,
};

/// The columns of a kitchen that nothing in the request shows.
pub fn left_out(reads: &Reads) -> Vec<kitchen::Column> {
    use kitchen::Column::*;
    let shown = |field| reads.selects("Kitchen", field);
    let mut left_out = vec![GeoCell, GeoX, GeoY, GeoZ];
    left_out.extend((!shown("address")).then_some(Address));
    if !(shown("location") || shown("distanceM")) {
        left_out.extend([Latitude, Longitude]);
    }
    left_out
}

#[derive(Clone, Debug, PartialEq)]
pub struct KitchenById;

impl Hot for KitchenById {
    type Key = Uuid;
    type Value = Option<Row<Kitchen>>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Kitchen)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Kitchen(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let left_out = left_out(reads);
        let mut query = select::<kitchen::Entity>(&left_out);
        query.and_where(is_any_of(
            Expr::col(("kitchen", "id")),
            keys,
            reads.backend(),
        ));
        let rows = reads.conn.query_all(&query).await?;
        let kitchens = models_without::<kitchen::Entity>(&rows, &left_out)?;
        let kitchens = kitchens.into_iter().map(|row| Row::new(Kitchen(row)));
        Ok(one_each(keys, kitchens, |kitchen| kitchen.0.id))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct HoursOfKitchen;

impl Hot for HoursOfKitchen {
    type Key = Uuid;
    type Value = Arc<[kitchen_hours::Model]>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Kitchen)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Kitchen(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<kitchen_hours::Entity>(&[]);
        let kitchen = Expr::col(("kitchen_hours", "kitchen_id"));
        query
            .and_where(is_any_of(kitchen, keys, reads.backend()))
            .order_by("weekday", sea_orm::Order::Asc);
        let hours = models::<kitchen_hours::Model>(&reads.conn.query_all(&query).await?)?;
        let hours = many_each(keys, hours, |row| row.kitchen_id);
        Ok(hours.into_iter().map(|hours| Ok(hours.into())).collect())
    }
}

/// Kitchens inside a circle, nearest first.
#[derive(Clone, Debug, PartialEq)]
pub struct KitchensNear {
    pub near: Circle,
    pub serves: Option<Uuid>,
}

impl List for KitchensNear {
    type Item = Kitchen;
    type Key = ();

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let mut from = self.near.select("kitchen", reads.backend());
        if let Some(hospital) = self.serves {
            let serves = Expr::col(("kitchen_hospital", "kitchen_id")).equals(("kitchen", "id"));
            from.join(JoinType::InnerJoin, "kitchen_hospital", serves)
                .and_where(Expr::col(("kitchen_hospital", "hospital_id")).eq(hospital));
        }
        Ok(Listing {
            table: "kitchen",
            row: &["id"],
            columns: columns::<kitchen::Entity>(&left_out(reads)),
            from,
            parent: None,
            only: None,
            parts: Vec::new(),
            order: Order::by([OrderKey::new(
                self.near.chord2("kitchen", reads.backend()),
                KeyType::Double,
            )]),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Kitchen, DbErr> {
        kitchen::Model::read(cells).map(Kitchen)
    }
}
