//! The edges that lead to one menu.

use chrono::NaiveDate;
use entity::{menu, vocabulary::Meal};
use sea_orm::{
    ActiveEnum, ConnectionTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::Menu;
use crate::{
    cache::{HotKind, Tag},
    error::Result,
    graph::{
        Hot, Reads, Row,
        fetch::{models, one_each, select},
    },
    hospital::HospitalBy,
    sql::{is_any_of, is_any_text},
};

/// Drafts are nobody's to see: every way to a menu asks this.
pub fn is_published() -> Expr {
    Expr::col(("menu", "published_at")).is_not_null()
}

#[derive(Clone, Debug, PartialEq)]
pub struct MenuById;

impl Hot for MenuById {
    type Key = Uuid;
    type Value = Option<Row<Menu>>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Menu)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Menu(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<menu::Entity>(&[]);
        query
            .and_where(is_any_of(Expr::col(("menu", "id")), keys, reads.backend()))
            .and_where(is_published());
        let rows = reads.conn.query_all(&query).await?;
        let menus = models::<menu::Model>(&rows)?
            .into_iter()
            .map(|row| Row::new(Menu(row)));
        Ok(one_each(keys, menus, |menu| menu.0.id))
    }
}

/// The menu of a hospital, named by its id, at a meal of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct MenuOfHospital {
    pub date: NaiveDate,
    pub meal: Meal,
}

impl Hot for MenuOfHospital {
    type Key = Uuid;
    type Value = Option<Row<Menu>>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Menu)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::MenusOfHospital(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<menu::Entity>(&[]);
        query
            .and_where(is_any_of(
                Expr::col(("menu", "hospital_id")),
                keys,
                reads.backend(),
            ))
            .and_where(Expr::col(("menu", "date")).eq(self.date))
            .and_where(Expr::col(("menu", "meal")).eq(self.meal.to_value()))
            .and_where(is_published());
        let rows = reads.conn.query_all(&query).await?;
        let menus = models::<menu::Model>(&rows)?
            .into_iter()
            .map(|row| Row::new(Menu(row)));
        Ok(one_each(keys, menus, |menu| {
            menu.0.hospital_id.unwrap_or_default()
        }))
    }
}

/// The same for a hospital named by its slug or code: one statement all the same.
#[derive(Clone, Debug, PartialEq)]
pub struct MenuOfHospitalBy {
    pub by: HospitalBy,
    pub date: NaiveDate,
    pub meal: Meal,
}

impl Hot for MenuOfHospitalBy {
    type Key = String;
    type Value = Option<Row<Menu>>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Menu)
    }

    fn tags(&self, key: &String) -> Vec<Tag> {
        vec![Tag::MenusOfHospitalNamed(key.clone())]
    }

    async fn read(&self, keys: &[String], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<menu::Entity>(&[]);
        let hospital = Expr::col(("hospital", "id"));
        query
            .expr_as(self.by.column(), "named")
            .inner_join("hospital", hospital.equals(("menu", "hospital_id")))
            .and_where(is_any_text(self.by.column(), keys, reads.backend()))
            .and_where(Expr::col(("menu", "date")).eq(self.date))
            .and_where(Expr::col(("menu", "meal")).eq(self.meal.to_value()))
            .and_where(is_published());
        let rows = reads.conn.query_all(&query).await?;
        let menus = models::<menu::Model>(&rows)?
            .into_iter()
            .map(|row| Row::new(Menu(row)));
        let mut named = Vec::with_capacity(rows.len());
        for (row, menu) in rows.iter().zip(menus) {
            named.push((row.try_get::<String>("", "named")?, menu));
        }
        let menus = one_each(keys, named, |(name, _)| name.clone());
        Ok(menus
            .into_iter()
            .map(|menu| Ok(menu?.map(|(_, menu)| menu)))
            .collect())
    }
}
