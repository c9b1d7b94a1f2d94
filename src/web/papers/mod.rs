//! Papers that print well: the sheet of questions, the minutes extract.

use actix_web::web;

/// Adds the routes.
pub fn configure(_cfg: &mut web::ServiceConfig) {}
