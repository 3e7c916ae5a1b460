//! Thali, a GraphQL API for hospital meals. `ARCHITECTURE.md` has the picture.

pub mod command;

pub mod app;
pub mod clock;
pub mod config;
pub mod db;
pub mod geo;
pub mod telemetry;
pub mod text;
