//! The desk of the Committee Services Manager. Everything here is under `/staff`.

use actix_web::web;

/// Adds the routes.
pub fn configure(_cfg: &mut web::ServiceConfig) {}
