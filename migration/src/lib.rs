//! The migrations of Thali.
//!
//! Each migration is plain SQL that a database administrator can read, in one
//! text for PostgreSQL and SQLite: `{uuid}` and its like stand for what the two
//! call differently (`dialect.rs`), and what only one of them has is in a file
//! of its own.

mod dialect;
mod m20261121_000001_places;
mod m20261121_000002_dishes;
mod m20261121_000003_menus;
mod m20261121_000004_search;
mod m20261121_000005_writes;
mod m20261121_000006_events;
mod m20261121_000007_accounts;
mod m20261121_000008_patients;
mod m20261121_000009_orders;
mod m20261121_000010_sessions;
mod m20261121_000012_ward_orders;
mod m20261121_000013_tallies;
mod m20261121_000014_holds;
mod m20261122_000015_placed_at;

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::{MigrationStatus, MigratorTrait};

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_places::Migration),
            Box::new(m20261121_000002_dishes::Migration),
            Box::new(m20261121_000003_menus::Migration),
            Box::new(m20261121_000004_search::Migration),
            Box::new(m20261121_000005_writes::Migration),
            Box::new(m20261121_000006_events::Migration),
            Box::new(m20261121_000007_accounts::Migration),
            Box::new(m20261121_000008_patients::Migration),
            Box::new(m20261121_000009_orders::Migration),
            Box::new(m20261121_000010_sessions::Migration),
            Box::new(m20261121_000012_ward_orders::Migration),
            Box::new(m20261121_000013_tallies::Migration),
            Box::new(m20261121_000014_holds::Migration),
            Box::new(m20261122_000015_placed_at::Migration),
        ]
    }
}
