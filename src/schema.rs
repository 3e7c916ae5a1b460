//! The GraphQL schema as a whole, and how an operation runs. Knows no domain beyond its roots.

use async_graphql::{EmptyMutation, EmptySubscription, MergedObject, SDLExportOptions};

mod engine;
mod limits;
mod node;
mod server;
mod shape;
mod types;
mod variables;

pub use engine::{Answer, Engine, Operation, Refusal};

use crate::{dish::DishQuery, hospital::HospitalQuery, kitchen::KitchenQuery, menu::MenuQuery};

/// The ways into the graph.
#[derive(MergedObject, Default)]
pub struct Query(
    node::NodeQuery,
    HospitalQuery,
    KitchenQuery,
    MenuQuery,
    DishQuery,
    server::ServerQuery,
);

pub type Schema = async_graphql::Schema<Query, EmptyMutation, EmptySubscription>;

pub fn build() -> Schema {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription).finish()
}

/// The schema in its definition language, as checked in at the top of the project.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .prefer_single_line_descriptions();
    let mut sdl = build().sdl_with_options(options).trim_end().to_owned();
    sdl.push('\n');
    sdl
}
