//! Failures, wherever they come from, become answers here: problem documents under `/api`, pages elsewhere. A handler that
//! panics takes nothing down with it.

use std::panic::AssertUnwindSafe;

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{StatusCode, header},
    middleware::Next,
    web,
};
use futures_util::FutureExt;

use crate::{
    service::ServiceError,
    web::{
        AppState, Failure, cookies, pages, problem, routes,
        session::{NewVisitor, SignedInAs},
    },
};

/// Turns failures into answers.
///
/// # Errors
/// Only where the answer to a panic is carried outward as an error, or where the framework's own machinery failed.
pub async fn answer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = request.app_data::<web::Data<AppState>>().cloned() else {
        return Ok(request.error_response(Failure::Broken));
    };
    let api = routes::is_api(request.path());
    let response = match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(outcome) => outcome?.map_into_boxed_body(),
        Err(_) => {
            tracing::error!("a handler panicked");
            let mut answer = if api {
                problem::document(&Failure::Broken, &state.service.settings.council.rule)
            } else {
                pages::bare_failure(&state, &Failure::Broken)
            };
            state.headers.apply(answer.headers_mut());
            return Err(InternalError::from_response("a handler panicked", answer).into());
        }
    };
    let response = match failure_of(&response) {
        Some(failure) => {
            log(&failure, response.request());
            let (request, bare) = response.into_parts();
            let mut answer = if api {
                problem::document(&failure, &state.service.settings.council.rule)
            } else {
                pages::failure(&request, &state, &failure)
            };
            carry_over(&bare, &mut answer);
            if matches!(failure, Failure::TooLarge | Failure::TooSlow) {
                // the rest of the body is not waited for
                answer
                    .head_mut()
                    .set_connection_type(actix_web::http::ConnectionType::Close);
            }
            ServiceResponse::new(request, answer)
        }
        None => response,
    };
    Ok(with_new_cookie(response, &state))
}

/// The failure that an answer stands for, unless it is a finished page or document already.
fn failure_of(response: &ServiceResponse) -> Option<Failure> {
    let status = response.status();
    if let Some(error) = response.response().error() {
        return Some(Failure::reading(error, status));
    }
    let wrong = status.is_client_error() || status.is_server_error();
    (wrong && !response.headers().contains_key(header::CONTENT_TYPE))
        .then(|| Failure::of_status(status))
}

/// Tells the log what the operator must know: faults of the service, and what was refused to whom (by the account's identifier; who is
/// not signed in is not known).
fn log(failure: &Failure, request: &HttpRequest) {
    let status = failure.status();
    match failure {
        Failure::Service(ServiceError::Internal(why)) => tracing::error!(why, "an act failed"),
        Failure::Broken => tracing::error!("a fault of the service"),
        other if [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status) => {
            let staff = request
                .extensions()
                .get::<SignedInAs>()
                .map(|SignedInAs(id)| id.to_string());
            tracing::info!(status = status.as_u16(), staff, failure = %other, "refused");
        }
        other => tracing::debug!(failure = %other, "not answered as asked"),
    }
}

fn carry_over(bare: &HttpResponse, answer: &mut HttpResponse) {
    for name in [header::ALLOW, header::SET_COOKIE] {
        for value in bare.headers().get_all(&name) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
}

fn with_new_cookie(mut response: ServiceResponse, state: &AppState) -> ServiceResponse {
    let new = response.request().extensions_mut().remove::<NewVisitor>();
    if let Some(token) = new.as_ref().and_then(NewVisitor::made) {
        let cookie = cookies::carrying(
            &state.service.settings,
            cookies::Kind::Visitor,
            token.to_owned(),
        );
        if let Ok(value) = cookie.to_string().parse() {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
