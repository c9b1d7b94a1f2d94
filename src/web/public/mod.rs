//! The pages for residents: meetings, asking a question, its private page.

use actix_web::web;

/// Adds the routes.
pub fn configure(_cfg: &mut web::ServiceConfig) {}
