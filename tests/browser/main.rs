//! Meetings in a real browser: headless Chromium, no error in the console, nothing found by axe-core.

#[path = "../support/app.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod app;
#[path = "../support/browser.rs"]
mod browser;
#[path = "../journeys/evening.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod evening;
#[path = "../support/running_clock.rs"]
mod running_clock;

mod agreement;
mod dragging;
mod evening_in_chromium;
mod keys;
mod layout;
mod losses;
mod room;
mod three_windows;
mod wire;
mod without_scripts;
