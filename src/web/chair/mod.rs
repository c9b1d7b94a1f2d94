//! The chair's list and question time. Everything here is under `/staff`.

mod acts;
mod closing;
mod home;
mod minutes_form;
mod name;
mod next_step;
mod question_time;
mod record;
mod rows;
pub(super) mod words;

use actix_web::web;

use crate::domain::id::MeetingId;
use crate::web::routes;

/// The list of a chair's meetings.
pub const HOME: &str = "/staff/chair";

/// The chair's screen of a meeting.
pub fn screen(meeting: MeetingId) -> String {
    format!("/staff/meetings/{meeting}/question-time")
}

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource(HOME).route(routes::get().to(home::show)))
        .service(
            routes::resource("/staff/meetings/{id}/question-time")
                .route(routes::get().to(question_time::show))
                .route(routes::post().to(question_time::act)),
        )
        .service(
            routes::resource("/staff/meetings/{id}/question-time/close")
                .route(routes::get().to(closing::show))
                .route(routes::post().to(closing::close)),
        )
        .service(
            routes::resource("/staff/meetings/{id}/question-time/name")
                .route(routes::post().to(name::show)),
        )
        .service(
            routes::resource("/staff/meetings/{id}/question-time/record")
                .route(routes::get().to(record::show))
                .route(routes::post().to(record::close)),
        )
        .service(
            routes::resource("/staff/meetings/{id}/question-time/minutes")
                .route(routes::post().to(minutes_form::save)),
        );
}
