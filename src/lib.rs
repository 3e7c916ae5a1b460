//! Thali, a GraphQL API for hospital meals. `ARCHITECTURE.md` has the picture.

pub mod command;
pub mod http;
pub mod jobs;
pub mod schema;

pub mod account;
pub mod dish;
pub mod hospital;
pub mod kitchen;
pub mod menu;
pub mod ordering;
pub mod patient;
pub mod place;

pub mod graph;
pub mod load;
pub mod search;
pub mod sql;

pub mod app;
pub mod auth;
pub mod bus;
pub mod cache;
pub mod carts;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod event;
pub mod geo;
pub mod outbox;
pub mod telemetry;
pub mod text;
