//! Lists of hospitals, and of the kitchens of one.

use entity::{
    hospital, kitchen,
    position::{ByPosition, Cells},
};
use sea_orm::{
    DbErr, JoinType,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{Hospital, edges::left_out};
use crate::{
    cache::{HotKind, Tag},
    error::Result,
    graph::{
        Reads,
        fetch::columns,
        page::{KeyType, List, Listing, Order, OrderKey},
    },
    kitchen::{Kitchen, left_out as left_out_of_kitchen},
    place::Circle,
    search::Search,
};

fn by_name(table: &'static str) -> OrderKey {
    OrderKey::new(Expr::col((table, "name_key")), KeyType::Text)
}

/// All hospitals, or those near a place, or those that match a search: nearest first, else
/// best match first, else by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Hospitals {
    pub near: Option<Circle>,
    pub search: Option<Search>,
}

impl List for Hospitals {
    type Item = Hospital;
    type Key = ();

    fn kind(&self) -> Option<HotKind> {
        // There are as many circles as places.
        match (&self.near, &self.search) {
            (Some(_), _) => None,
            (None, Some(_)) => Some(HotKind::Search),
            (None, None) => Some(HotKind::Hospital),
        }
    }

    fn tags(&self, _: &()) -> Vec<Tag> {
        vec![Tag::Hospitals]
    }

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let backend = reads.backend();
        let mut keys = Vec::new();
        let mut from = match &self.near {
            Some(near) => near.select("hospital", backend),
            None => Query::select().from("hospital").take(),
        };
        if let Some(near) = &self.near {
            keys.push(OrderKey::new(
                near.chord2("hospital", backend),
                KeyType::Double,
            ));
        }
        if let Some(search) = &self.search {
            from.and_where(search.matches("hospital", backend));
            if keys.is_empty() {
                let distance = search.distance("hospital", backend);
                keys.push(OrderKey::new(distance, KeyType::Integer));
            }
        }
        if self.near.is_none() {
            keys.push(by_name("hospital"));
        }
        Ok(Listing {
            table: "hospital",
            row: &["id"],
            columns: columns::<hospital::Entity>(&left_out(reads)),
            from,
            parent: None,
            only: None,
            parts: Vec::new(),
            order: Order::by(keys),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Hospital, DbErr> {
        hospital::Model::read(cells).map(Hospital)
    }
}

/// The hospitals that a kitchen serves, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct HospitalsOfKitchen;

impl List for HospitalsOfKitchen {
    type Item = Hospital;
    type Key = Uuid;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Hospital)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Kitchen(*key)]
    }

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let serves = Expr::col(("kitchen_hospital", "hospital_id")).equals(("hospital", "id"));
        Ok(Listing {
            table: "hospital",
            row: &["id"],
            columns: columns::<hospital::Entity>(&left_out(reads)),
            from: Query::select()
                .from("hospital")
                .join(JoinType::InnerJoin, "kitchen_hospital", serves)
                .take(),
            parent: Some(Expr::col(("kitchen_hospital", "kitchen_id"))),
            only: None,
            parts: Vec::new(),
            order: Order::by([by_name("hospital")]),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Hospital, DbErr> {
        hospital::Model::read(cells).map(Hospital)
    }
}

/// The kitchens that serve a hospital, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct KitchensOfHospital;

impl List for KitchensOfHospital {
    type Item = Kitchen;
    type Key = Uuid;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Kitchen)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Hospital(*key)]
    }

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let serves = Expr::col(("kitchen_hospital", "kitchen_id")).equals(("kitchen", "id"));
        Ok(Listing {
            table: "kitchen",
            row: &["id"],
            columns: columns::<kitchen::Entity>(&left_out_of_kitchen(reads)),
            from: Query::select()
                .from("kitchen")
                .join(JoinType::InnerJoin, "kitchen_hospital", serves)
                .take(),
            parent: Some(Expr::col(("kitchen_hospital", "hospital_id"))),
            only: None,
            parts: Vec::new(),
            order: Order::by([by_name("kitchen")]),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Kitchen, DbErr> {
        kitchen::Model::read(cells).map(Kitchen)
    }
}
