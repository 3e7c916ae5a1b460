//! The tests of the whole, in one binary: linking is what takes the time.
//!
//! Each test has a database of its own, a clock that stands still, and a server of its own on
//! a real port. `on_both!` runs a test on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod accounts;
mod allergens;
mod app;
mod ask;
mod audits;
mod bad_input;
mod browser;
mod bus;
mod cache;
mod carts;
mod clients;
mod data;
mod documents;
mod drafts;
mod flutter;
mod http;
mod listed;
mod loaders;
mod look_ahead;
mod matrix;
mod metrics;
mod migrations;
mod months;
mod near;
mod operations;
mod order_lists;
mod orders;
mod pages;
mod patients;
mod people;
mod persisted;
mod pgbouncer;
mod plans;
mod playground;
mod pool;
mod processes;
mod program;
mod property;
mod queries;
mod replicas;
mod responses;
mod rules;
mod sdl;
mod search;
mod seeded;
mod smoke;
mod start;
mod stats;
mod websocket;
mod writes;
