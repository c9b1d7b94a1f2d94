//! The screen in the room, which anybody may look at.

use actix_web::web;

/// Adds the routes.
pub fn configure(_cfg: &mut web::ServiceConfig) {}
