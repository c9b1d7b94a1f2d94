//! The chair's list and question time. Everything here is under `/staff`.

mod acts;
mod closing;
mod home;
mod minutes_form;
mod next_step;
mod question_time;
mod rows;
pub(super) mod words;

use actix_web::web;

use crate::domain::id::MeetingId;

/// The list of a chair's meetings.
pub const HOME: &str = "/staff/chair";

/// The chair's screen of a meeting.
pub fn screen(meeting: MeetingId) -> String {
    format!("/staff/meetings/{meeting}/question-time")
}

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource(HOME).route(web::get().to(home::show)))
        .service(
            web::resource("/staff/meetings/{id}/question-time")
                .route(web::get().to(question_time::show))
                .route(web::post().to(question_time::act)),
        )
        .service(
            web::resource("/staff/meetings/{id}/question-time/close")
                .route(web::get().to(closing::show))
                .route(web::post().to(closing::close)),
        )
        .service(
            web::resource("/staff/meetings/{id}/question-time/minutes")
                .route(web::post().to(minutes_form::save)),
        );
}
