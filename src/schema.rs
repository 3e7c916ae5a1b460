//! The GraphQL schema as a whole, and how an operation runs. Knows no domain beyond its roots.

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, SchemaBuilder};

mod check;
mod engine;
mod fragments;
mod limits;
mod node;
mod operation;
mod parsed;
mod public;
mod server;
mod shape;
mod types;
mod variables;

pub use check::Checker;
pub use engine::Engine;
pub use operation::{Answer, Operation, Public, Refusal, Trace};

use crate::{
    account::{AccountMutation, AccountQuery},
    app::App,
    dish::{DishMutation, DishQuery},
    hospital::HospitalQuery,
    kitchen::KitchenQuery,
    menu::{MenuMutation, MenuQuery},
    ordering::{CartMutation, CartQuery, CheckMeal, OrderMutation},
    patient::PatientMutation,
};

/// The ways into the graph.
#[derive(MergedObject, Default)]
pub struct Query(
    node::NodeQuery,
    HospitalQuery,
    KitchenQuery,
    MenuQuery,
    DishQuery,
    AccountQuery,
    CheckMeal,
    CartQuery,
    server::ServerQuery,
);

// Each change holds its own way to the database, which nothing else can reach; by default it
// holds none, for a schema that is printed or checked and never run.
/// The changes that can be made. One that fails with an error is null, and does not stop the next.
#[derive(MergedObject, Default)]
pub struct Mutation(
    MenuMutation,
    DishMutation,
    AccountMutation,
    OrderMutation,
    PatientMutation,
    CartMutation,
);

pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

pub fn build(app: &App) -> Schema {
    let mutation = Mutation(
        MenuMutation::new(app),
        DishMutation::new(app),
        AccountMutation::new(app),
        OrderMutation::new(app),
        PatientMutation::new(app),
        CartMutation::new(app),
    );
    builder(mutation).finish()
}

fn builder(mutation: Mutation) -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), mutation, EmptySubscription)
}

/// The schema in its definition language, as checked in at the top of the project.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().include_specified_by();
    let schema = builder(Mutation::default()).finish();
    let mut sdl = schema.sdl_with_options(options).trim_end().to_owned();
    sdl.push('\n');
    sdl
}
