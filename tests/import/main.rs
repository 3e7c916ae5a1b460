//! Imports and seeds, on SQLite and on PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop where it stands"
)]

mod command;
mod count;
mod database;
mod fhir;
mod files;
mod hospitals;
mod menus;
mod real;
mod seed;
mod serve;
