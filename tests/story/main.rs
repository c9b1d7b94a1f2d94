//! Whole stories by the front door. The first is that of the Safer Policy and Performance Board of 6 February 2024; the second is
//! one in which everything goes wrong.
//!
//! Three questions come in time and are approved. One comes a second too late, one is a second from the same person, one is the
//! same as a question put on 12 September 2023, one is withdrawn. Two are called on the night; the third is not reached and is
//! answered in writing. Everything is done with forms, on SQLite and on PostgreSQL, and every letter is read.

#[path = "../support/app.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod app;
#[path = "../support/databases.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod databases;
#[path = "../support/postgres.rs"]
mod postgres;

mod everything_goes_wrong;
mod people;
mod read;
mod safer_board;
