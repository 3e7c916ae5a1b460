//! The edges that lead to one hospital.

use async_graphql::Context;
use entity::hospital;
use sea_orm::{ConnectionTrait, sea_query::Expr};
use uuid::Uuid;

use super::{Hospital, HospitalByInput};
use crate::{
    cache::{HotKind, Tag},
    error::Result,
    graph::{
        Ctx, Hot, Reads, Row,
        fetch::{models_without, one_each, select},
        id::Kind,
    },
    sql::{is_any_of, is_any_text},
};

/// The columns of a hospital that nothing in the request shows.
pub(super) fn left_out(reads: &Reads) -> Vec<hospital::Column> {
    use hospital::Column::*;
    let shown = |field| reads.selects("Hospital", field);
    let located = shown("location") || shown("distanceM");
    let mut left_out = vec![GeoCell, GeoX, GeoY, GeoZ];
    left_out.extend((!shown("address")).then_some(Address));
    left_out.extend((!shown("city")).then_some(City));
    left_out.extend((!shown("postcode")).then_some(Postcode));
    if !located {
        left_out.extend([Latitude, Longitude]);
    }
    left_out
}

#[derive(Clone, Debug, PartialEq)]
pub struct HospitalById;

impl Hot for HospitalById {
    type Key = Uuid;
    type Value = Option<Row<Hospital>>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Hospital)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Hospital(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let left_out = left_out(reads);
        let mut query = select::<hospital::Entity>(&left_out);
        query.and_where(is_any_of(
            Expr::col(("hospital", "id")),
            keys,
            reads.backend(),
        ));
        let rows = reads.conn.query_all(&query).await?;
        let hospitals = models_without::<hospital::Entity>(&rows, &left_out)?;
        let hospitals = hospitals.into_iter().map(|row| Row::new(Hospital(row)));
        Ok(one_each(keys, hospitals, |hospital| hospital.0.id))
    }
}

/// A hospital by one of its unique texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HospitalBy {
    Slug,
    Code,
}

impl HospitalBy {
    pub fn column(self) -> Expr {
        match self {
            Self::Slug => Expr::col(("hospital", "slug")),
            Self::Code => Expr::col(("hospital", "code")),
        }
    }

    fn key(self, hospital: &Hospital) -> String {
        match self {
            Self::Slug => hospital.0.slug.clone(),
            Self::Code => hospital.0.code.clone(),
        }
    }
}

impl Hot for HospitalBy {
    type Key = String;
    type Value = Option<Row<Hospital>>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Hospital)
    }

    fn tags(&self, key: &String) -> Vec<Tag> {
        vec![Tag::HospitalNamed(key.clone())]
    }

    async fn read(&self, keys: &[String], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let left_out = left_out(reads);
        let mut query = select::<hospital::Entity>(&left_out);
        query.and_where(is_any_text(self.column(), keys, reads.backend()));
        let rows = reads.conn.query_all(&query).await?;
        let hospitals = models_without::<hospital::Entity>(&rows, &left_out)?;
        let hospitals = hospitals.into_iter().map(|row| Row::new(Hospital(row)));
        Ok(one_each(keys, hospitals, |hospital| self.key(hospital)))
    }
}

impl HospitalByInput {
    /// Follows the one edge that this names.
    pub async fn load(self, ctx: &Context<'_>) -> Result<Option<Row<Hospital>>> {
        match self {
            Self::Id(id) => ctx.load(HospitalById, Kind::Hospital.read(&id)?).await,
            Self::Slug(slug) => ctx.load(HospitalBy::Slug, slug).await,
            Self::Code(code) => ctx.load(HospitalBy::Code, code).await,
        }
    }
}
