//! Signing in and out.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{HeaderName, HeaderValue},
    web,
};
use askama::Template;
use serde::Deserialize;

use super::{browser, safe_next};
use crate::{
    service::{
        ServiceError,
        sign_in::{Attempt, NewSession, account_of},
    },
    web::{
        Answer, AppState, Form, FormState, Staff, Visitor,
        components::FieldProblem,
        cookies::{self, Kind},
        executor::Lane,
        limits::Limit,
        page::Page,
        pages,
    },
};

#[derive(Template)]
#[template(path = "staff/sign_in.html")]
struct SignInPage {
    page: Page,
    problems: Vec<FieldProblem>,
    form: FormState,
    signed_out: bool,
}

#[derive(Deserialize)]
pub(super) struct Arriving {
    next: Option<String>,
    #[serde(rename = "signed-out")]
    signed_out: Option<String>,
}

fn sign_in_page(visitor: &Visitor, form: FormState, signed_out: bool) -> SignInPage {
    SignInPage {
        page: visitor.page("Sign in").with_errors(form.has_errors()),
        problems: form.problems(),
        form,
        signed_out,
    }
}

pub(super) async fn show(visitor: Visitor, query: web::Query<Arriving>) -> Answer {
    let next = query
        .next
        .as_deref()
        .and_then(safe_next)
        .unwrap_or_default();
    let form = FormState::blank().with("next", next);
    pages::page(&sign_in_page(&visitor, form, query.signed_out.is_some()))
}

pub(super) async fn sign_in(request: HttpRequest, visitor: Visitor, form: Form) -> Answer {
    let state = visitor.state().clone();
    let service = &state.service;
    let email = form.fields.value("email");
    let device = cookies::device(
        &request,
        &service.settings,
        &service.device_cookie_of(&account_of(email)),
    );
    let attempt = service.attempt(
        email,
        form.fields.value("password"),
        visitor.client(),
        device.as_deref(),
    );
    // others behind the same address do not keep somebody out at a device of theirs
    if !attempt.as_ref().is_ok_and(Attempt::is_from_known_device) {
        visitor.count(Limit::SignIn)?;
    }
    let signed_in = match attempt {
        Ok(attempt) => attempt_in_turn(&request, &visitor, attempt).await,
        Err(wrong) => Err(wrong),
    };
    match signed_in {
        Ok(session) => {
            let next = safe_next(form.fields.value("next"))
                .map_or_else(|| "/staff".to_owned(), str::to_owned);
            let answer = with_known_device(pages::see_other(&next), &state, &session.member.email);
            Ok(with_session(answer, &state, session.token))
        }
        Err(ServiceError::Invalid(errors)) => {
            pages::invalid(&sign_in_page(&visitor, form.state().refused(errors), false))
        }
        Err(other) => Err(other.into()),
    }
}

/// Signs in once it is this attempt's turn. Whoever has to wait anyway takes nobody's place.
async fn attempt_in_turn(
    request: &HttpRequest,
    visitor: &Visitor,
    mut attempt: Attempt,
) -> Result<NewSession, ServiceError> {
    let state = visitor.state().clone();
    state.service.may_try(&state.throttle, &attempt)?;
    let lane = if attempt.is_from_known_device() {
        Lane::KnownPasswords
    } else {
        Lane::Passwords
    };
    attempt.request_id = visitor.request_id();
    attempt.replaces = cookies::read(request, &state.service.settings, Kind::Staff);
    attempt.browser = browser::of(request);
    let shared = state.clone();
    visitor
        .run_in(lane, move |service| {
            service.sign_in(&shared.throttle, &attempt)
        })
        .await
}

/// The answer after which this device is known again.
fn with_known_device(mut answer: HttpResponse, state: &AppState, email: &str) -> HttpResponse {
    let service = &state.service;
    let account = account_of(email);
    let cookie = cookies::carrying_device(
        &service.settings,
        &service.device_cookie_of(&account),
        service.new_device_cookie(&account),
    );
    if answer.add_cookie(&cookie).is_err() {
        tracing::error!("a device's cookie could not be written");
    }
    answer
}

/// The answer that begins a session.
pub(super) fn with_session(
    mut answer: HttpResponse,
    state: &AppState,
    token: String,
) -> HttpResponse {
    let cookie = cookies::carrying(&state.service.settings, Kind::Staff, token);
    // only a name or value that is no cookie's fails, and ours are
    if answer.add_cookie(&cookie).is_err() {
        tracing::error!("a session's cookie could not be written");
    }
    answer
}

/// The answer that ends it in this browser.
pub(super) fn without_session(mut answer: HttpResponse, state: &AppState) -> HttpResponse {
    let cookie = cookies::gone(&state.service.settings, Kind::Staff);
    if answer.add_cookie(&cookie).is_err() {
        tracing::error!("a session's cookie could not be taken away");
    }
    answer
}

pub(super) async fn sign_out(staff: Staff) -> Answer {
    let (acting, token) = (staff.acting(), staff.token().to_owned());
    staff
        .run(move |service| service.sign_out(&acting, &token))
        .await?;
    Ok(signed_out(staff.state()))
}

/// What a browser forgets when somebody signs out: the pages that they saw. Cookies are not among it, because the device stays known.
const CLEARED: &str = "\"cache\", \"storage\"";

/// Back to the sign-in page, which says so.
pub(super) fn signed_out(state: &AppState) -> HttpResponse {
    let mut answer = pages::see_other(&format!("{}?signed-out=yes", super::SIGN_IN));
    answer.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static(CLEARED),
    );
    without_session(answer, state)
}
