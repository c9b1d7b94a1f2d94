//! The REST API over HTTP, as programs meet it.

mod client;
mod closing;
mod display;
mod document;
mod event_log;
mod guide;
mod mailbox;
mod notice;
mod personas;
mod problems;
mod roles;
mod stream;
mod typed;

#[path = "../support/app.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod app;
