//! Every route, area by area.

use actix_web::web;

use crate::service::ServiceError;
use crate::web::{Failure, api, assets, chair, health, live, officer, papers, public, staff};

/// Adds every route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.configure(assets::configure)
        .configure(health::configure)
        .configure(api::configure)
        .configure(live::configure)
        .configure(staff::configure)
        .configure(officer::configure)
        .configure(chair::configure)
        .configure(papers::configure)
        .configure(public::configure)
        .default_service(web::to(nothing));
}

async fn nothing() -> Result<&'static str, Failure> {
    Err(ServiceError::NotFound.into())
}

/// Whether a path belongs to the API, where answers are for programs.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
