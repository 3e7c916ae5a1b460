//! Thali, a GraphQL API for hospital meals. `ARCHITECTURE.md` has the picture.

pub mod command;

pub mod app;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod geo;
pub mod graph;
pub mod load;
pub mod sql;
pub mod telemetry;
pub mod text;
