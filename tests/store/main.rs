//! The foundations of the store keep the same promises on SQLite and on PostgreSQL.
#![allow(
    clippy::disallowed_methods,
    reason = "waiting times are measured here, and database clocks compared"
)]

#[path = "../support/databases.rs"]
mod databases;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/service.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod service;

mod constraints;
mod contention;
mod event_log;
mod group_commit;
mod migrations;
mod public_changes;
mod scratch;
mod tokens;
mod transactions;
mod upkeep;
mod values;
mod work;
