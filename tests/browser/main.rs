//! Meetings in a real browser: headless Chromium, no error in the console, nothing found by axe-core.

#[path = "../support/app.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod app;
#[path = "../support/browser.rs"]
mod browser;

mod evening_in_chromium;
