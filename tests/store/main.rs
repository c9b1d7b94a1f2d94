//! The foundations of the store keep the same promises on SQLite and on PostgreSQL.
#![allow(
    clippy::disallowed_methods,
    reason = "waiting times are measured here, and database clocks compared"
)]

#[path = "../support/databases.rs"]
mod databases;
#[path = "../support/postgres.rs"]
mod postgres;

mod constraints;
mod contention;
mod migrations;
mod scratch;
mod transactions;
mod upkeep;
mod values;
mod work;
