//! Live screens: what is on the streams of a meeting, how soon, and what is not.

mod marks;
mod nodes;
mod places;
mod public;
mod watching;

#[path = "../support/app.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod app;
#[path = "../support/databases.rs"]
mod databases;
#[path = "../journeys/evening.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod evening;
#[path = "../support/events.rs"]
mod events;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/service.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod service;
