//! The tests of the whole, in one binary: linking is what takes the time.
//!
//! Each test has a database of its own, a clock that stands still, and a server of its own on
//! a real port. `on_both!` runs a test on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod app;
mod ask;
mod audits;
mod bad_input;
mod http;
mod loaders;
mod persisted;
mod smoke;
mod websocket;
