//! What the service withstands: races, kills, full disks. Each on SQLite and, where it is installed, on PostgreSQL.

#[path = "../support/databases.rs"]
mod databases;
#[path = "../support/plain_meeting.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod plain_meeting;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/service.rs"]
mod service;

mod archive;
mod backup;
mod clock_steps;
mod hanging_up;
mod kill;
mod kill_mid_meeting;
mod listed;
mod outbox;
mod process;
mod races;
mod strangers;
mod two_at_once;
