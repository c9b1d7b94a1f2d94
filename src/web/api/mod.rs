//! The REST API under `/api/v1`.

use actix_web::web;

/// Adds the routes.
pub fn configure(_cfg: &mut web::ServiceConfig) {}
