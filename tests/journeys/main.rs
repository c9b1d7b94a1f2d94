//! Journeys over HTTP, a file for each persona.

mod guards;
mod resident;
mod chair;
mod import;
mod papers;
mod staff;

mod evening;

#[path = "../support/app.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod app;
