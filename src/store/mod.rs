//! FLOOR 1: the database. One set of queries for SQLite and PostgreSQL; only [`dialect`] knows which it is.
//!
//! The functions here take an open transaction and speak in the domain's types; [`transaction::Store`] opens it.

pub mod connection;
pub mod copies;
pub mod dialect;
pub mod erasures;
pub mod error;
pub mod failed_sign_ins;
mod group_commit;
pub mod migrate;
pub mod schema;
pub mod transaction;
pub mod types;
mod writer_queue;

pub mod audit;
pub mod calendar;
pub mod drafts;
pub mod letters;
pub mod live;
pub mod meetings;
pub mod pending_notices;
pub mod postcodes;
pub mod public_changes;
pub mod question_time;
pub mod questions;
pub mod responses;
pub mod retention;
pub mod rows;
pub mod staff;
pub mod vital_signs;
