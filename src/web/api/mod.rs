//! The REST API under `/api/v1`: every act of the service for programs.
//!
//! The document at `/api/openapi.json` is made of the same handlers that answer ([`v1`]), and a body is checked against the schema
//! that is published ([`conforms`]), so that what is written and what is done can't differ. `/api/docs` shows it to people.
//!
//! A handler first asks whether the caller may act, then whether a version was named (If-Match), then reads the body, then runs one
//! act of the service.

pub mod agenda;
pub mod boards;
pub mod calendar;
pub mod conforms;
pub mod decisions;
pub mod document;
pub mod event_log;
pub mod fields;
pub mod letters;
pub mod meetings;
pub mod notice;
pub mod paging;
pub mod problem_pages;
pub mod question_time;
pub mod question_time_stream;
pub mod questions;
pub mod reference;
pub mod request;
pub mod schemas;
pub mod staff_questions;
pub mod written_responses;
pub mod your_question;

use actix_web::{HttpRequest, HttpResponse, dev::HttpServiceFactory, http::header, web};
use utoipa_actix_web::{OpenApiFactory, scope, service_config::ServiceConfig};

pub use document::document;

use crate::{
    service::ServiceError,
    web::{Answer, routes},
};

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        routes::resource("/api/openapi.json").route(routes::get().to(document::openapi_json)),
    )
    .service(routes::resource("/api/docs").route(routes::get().to(reference::reference)))
    .service(routes::resource("/problems").route(routes::get().to(problem_pages::list)))
    .service(routes::resource("/problems/{kind}").route(routes::get().to(problem_pages::show)));
    ServiceConfig::new(cfg).service(v1());
}

/// Version 1: the handlers, of which both the routes and the document are made.
fn v1() -> impl HttpServiceFactory + OpenApiFactory + 'static {
    scope("/api/v1")
        .service(boards::list_boards)
        .service(boards::read_board)
        .service(boards::add_board)
        .service(boards::change_board)
        .service(meetings::list_meetings)
        .service(meetings::read_meeting)
        .service(meetings::schedule_meeting)
        .service(meetings::change_meeting)
        .service(meetings::cancel_meeting)
        .service(agenda::read_agenda)
        .service(agenda::add_agenda_item)
        .service(agenda::change_agenda_item)
        .service(agenda::remove_agenda_item)
        .service(questions::list_questions)
        .service(questions::read_question)
        .service(questions::find_similar_questions)
        .service(notice::give_notice)
        .service(notice::enter_question)
        .service(your_question::see_your_question)
        .service(your_question::confirm_your_question)
        .service(your_question::withdraw_your_question)
        .service(your_question::disown_question)
        .service(staff_questions::list_staff_questions)
        .service(staff_questions::read_staff_question)
        .service(decisions::decide)
        .service(decisions::write_minutes)
        .service(question_time::see_question_time)
        .service(question_time_stream::follow_question_time)
        .service(question_time::record_event)
        .service(event_log::see_event_log)
        .service(written_responses::list_written_responses)
        .service(written_responses::list_response_writers)
        .service(written_responses::chase_response)
        .service(written_responses::read_written_response)
        .service(written_responses::save_response_draft)
        .service(written_responses::send_reply)
        .service(calendar::list_days)
        .service(calendar::add_day)
        .service(calendar::remove_day)
        .service(letters::list_letters)
        .service(letters::read_letter)
        .service(letters::deal_with_letter)
        .default_service(web::to(nothing_here))
}

/// Answers a path that is there for other methods, which Allow names (RFC 9110, section 15.5.6), or for none.
async fn nothing_here(request: HttpRequest) -> Answer {
    let allowed = document::methods_of(request.path());
    if allowed.is_empty() {
        return Err(ServiceError::NotFound.into());
    }
    Ok(HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, allowed.join(", ")))
        .finish())
}
