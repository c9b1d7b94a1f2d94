//! Journeys over HTTP, a file for each persona.

mod guards;
mod officer;
mod staff;

#[path = "../support/app.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod app;
