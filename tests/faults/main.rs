//! What the service withstands: races, kills, full disks. Each on SQLite and, where it is installed, on PostgreSQL.

#[path = "../support/databases.rs"]
mod databases;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/service.rs"]
mod service;

mod kill;
mod outbox;
mod process;
mod races;
