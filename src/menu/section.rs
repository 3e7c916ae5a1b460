//! Sections: the headings of a menu.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::menu_section;
use sea_orm::{
    ConnectionTrait, Order,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Menu, MenuById, MenuItem, MenuItemFilter,
    edges::is_published,
    lists::{ItemsOfSection, SectionKey},
};
use crate::{
    cache::{HotKind, Tag},
    error::{Error, Result},
    graph::{
        Connection, Ctx, Hot, Reads, Row, Slice,
        fetch::{many_each, models, one_each, select},
        id::Kind,
    },
    load::Edge,
    sql::is_any_of,
};

/// A heading of a menu with its items.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MenuSection(pub menu_section::Model);

/// A heading of a menu with its items.
#[Object]
impl MenuSection {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::MenuSection.id(self.0.id)
    }

    /// The heading, such as Soups.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The menu it belongs to.
    async fn menu(&self, ctx: &Context<'_>) -> Result<Row<Menu>> {
        let menu = ctx.load(MenuById, self.0.menu_id).await?;
        menu.ok_or_else(|| Error::internal(anyhow::anyhow!("a section without its menu")))
    }

    /// Its items in the order in which they are printed.
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
        let items = ItemsOfSection {
            filter: filter.unwrap_or_default(),
        };
        let key = SectionKey {
            section: self.0.id,
            menu: self.0.menu_id,
        };
        ctx.page(
            items,
            key,
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

#[derive(Clone, PartialEq)]
pub struct SectionById;

impl Edge for SectionById {
    type Key = Uuid;
    type Value = Option<Row<MenuSection>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<menu_section::Entity>(&[]);
        let menu = Expr::col(("menu", "id")).equals(("menu_section", "menu_id"));
        query
            .inner_join("menu", menu)
            .and_where(is_any_of(
                Expr::col(("menu_section", "id")),
                keys,
                reads.backend(),
            ))
            .and_where(is_published());
        let sections = models::<menu_section::Model>(&reads.conn.query_all(&query).await?)?;
        let sections = sections.into_iter().map(|row| Row::new(MenuSection(row)));
        Ok(one_each(keys, sections, |section| section.0.id))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct SectionsOfMenu;

impl Hot for SectionsOfMenu {
    type Key = Uuid;
    type Value = Arc<[Row<MenuSection>]>;

    fn kind(&self) -> Option<HotKind> {
        Some(HotKind::Section)
    }

    fn tags(&self, key: &Uuid) -> Vec<Tag> {
        vec![Tag::Menu(*key)]
    }

    async fn read(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut query = select::<menu_section::Entity>(&[]);
        query
            .and_where(is_any_of(
                Expr::col(("menu_section", "menu_id")),
                keys,
                reads.backend(),
            ))
            .order_by("position", Order::Asc)
            .order_by("id", Order::Asc);
        let sections = models::<menu_section::Model>(&reads.conn.query_all(&query).await?)?;
        let sections = sections.into_iter().map(|row| Row::new(MenuSection(row)));
        let sections = many_each(keys, sections, |section| section.0.menu_id);
        Ok(sections
            .into_iter()
            .map(|sections| Ok(sections.into()))
            .collect())
    }
}
