//! The way into the graph that leads to a menu.

use async_graphql::{Context, Object};
use entity::vocabulary::Meal;

use super::{
    Menu,
    edges::{MenuOfHospital, MenuOfHospitalBy},
};
use crate::{
    error::Result,
    graph::{Ctx, Row, id::Kind, scalar::Date},
    hospital::{HospitalBy, HospitalByInput},
};

#[derive(Default)]
pub struct MenuQuery;

#[Object]
impl MenuQuery {
    /// The menu of a hospital at a meal of a day; null when there is none.
    async fn menu(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which hospital.")] hospital: HospitalByInput,
        #[graphql(desc = "The day on which the meal is eaten.")] date: Date,
        #[graphql(desc = "The meal.")] meal: Meal,
    ) -> Result<Option<Row<Menu>>> {
        let (by, name) = match hospital {
            HospitalByInput::Id(id) => {
                let hospital = Kind::Hospital.read(&id)?;
                return ctx
                    .load(MenuOfHospital { date: date.0, meal }, hospital)
                    .await;
            }
            HospitalByInput::Slug(slug) => (HospitalBy::Slug, slug),
            HospitalByInput::Code(code) => (HospitalBy::Code, code),
        };
        ctx.load(
            MenuOfHospitalBy {
                by,
                date: date.0,
                meal,
            },
            name,
        )
        .await
    }
}
