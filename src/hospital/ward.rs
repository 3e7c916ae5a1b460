//! Wards: where in a hospital meals are eaten.

use async_graphql::{Context, ID, Object};
use entity::{
    position::{ByPosition, Cells},
    ward,
};
use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Expr, Query},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Hospital, HospitalById};
use crate::{
    cache::{HotKind, Tag},
    error::{Error, Result},
    graph::{
        Connection, Ctx, Hot, Reads, Row, Slice,
        fetch::{columns, models, one_each, select},
        id::Kind,
        page::{KeyType, List, Listing, Order, OrderKey},
    },
    patient::{Patient, PatientsOfWard},
    sql::is_any_of,
};

/// A ward of a hospital.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ward(pub ward::Model);

/// A ward of a hospital.
#[Object]
impl Ward {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Ward.id(self.0.id)
    }

    /// The name, unique in its hospital.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How many beds it has.
    async fn beds(&self) -> i32 {
        self.0.beds
    }

    /// The hospital it belongs to.
    async fn hospital(&self, ctx: &Context<'_>) -> Result<Row<Hospital>> {
        let hospital = ctx.load(HospitalById, self.0.hospital_id).await?;
        hospital.ok_or_else(|| Error::internal(anyhow::anyhow!("a ward without its hospital")))
    }

    /// Its patients by bed, for those who care for them; nobody for everybody else.
    async fn patients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Patient>>> {
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        ctx.page(PatientsOfWard, self.0.id, slice).await
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct WardById;

impl Hot for WardById {
    type Key = Uuid;
    type Value = Option<Row<Ward>>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Ward)
    }

    fn tags(&self, _: &Uuid) -> Vec<Tag> {
        Vec::new()
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<ward::Entity>(&[]);
        query.and_where(is_any_of(Expr::col(("ward", "id")), keys, reads.backend()));
        let rows = reads.conn.query_all(&query).await?;
        let wards = models::<ward::Model>(&rows)?
            .into_iter()
            .map(|row| Row::new(Ward(row)));
        Ok(one_each(keys, wards, |ward| ward.0.id))
    }
}

/// The wards of a hospital, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct WardsOfHospital;

impl List for WardsOfHospital {
    type Item = Ward;
    type Key = Uuid;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Ward)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Hospital(*key)]
    }

    async fn listing(&self, _: &Reads) -> Result<Listing> {
        Ok(Listing {
            table: "ward",
            row: &["id"],
            columns: columns::<ward::Entity>(&[]),
            from: Query::select().from("ward").take(),
            parent: Some(Expr::col(("ward", "hospital_id"))),
            only: None,
            parts: Vec::new(),
            order: Order::by([OrderKey::new(
                Expr::col(("ward", "name_key")),
                KeyType::Text,
            )]),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Ward, DbErr> {
        ward::Model::read(cells).map(Ward)
    }
}
