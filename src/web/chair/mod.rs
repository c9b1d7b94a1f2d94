//! The chair's list and question time. Everything here is under `/staff`.

use actix_web::web;

/// Adds the routes.
pub fn configure(_cfg: &mut web::ServiceConfig) {}
