//! What the service withstands: races, kills, full disks. Each on SQLite and, where it is installed, on PostgreSQL.

#![allow(
    clippy::disallowed_methods,
    reason = "how long something takes is measured here"
)]

#[path = "../support/app.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod app;
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
mod commit_order;
mod deadline_rush;
mod disk_full;
mod hanging_up;
mod kill;
mod kill_mid_meeting;
mod listed;
mod meeting_facts;
mod metrics;
mod outbox;
mod people;
mod pressure;
mod process;
mod races;
mod removed;
mod standby;
mod stopping;
mod strangers;
mod two_at_once;
mod two_nodes;
