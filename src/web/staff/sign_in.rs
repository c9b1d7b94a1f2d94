//! Signing in and out.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::safe_next;
use crate::{
    service::{ServiceError, sign_in::Attempt},
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
    visitor.count(Limit::SignIns)?;
    let state = visitor.state().clone();
    let attempt = Attempt {
        email: form.fields.value("email").to_owned(),
        password: form.fields.value("password").to_owned(),
        client: visitor.client(),
        request_id: visitor.request_id(),
        replaces: cookies::read(&request, &state.service.settings, Kind::Staff),
    };
    let shared = state.clone();
    let signed_in = visitor
        .run_in(Lane::Passwords, move |service| {
            service.sign_in(&shared.throttle, &attempt)
        })
        .await;
    match signed_in {
        Ok(session) => {
            let next = safe_next(form.fields.value("next"))
                .map_or_else(|| "/staff".to_owned(), str::to_owned);
            Ok(with_session(pages::see_other(&next), &state, session.token))
        }
        Err(ServiceError::Invalid(errors)) => {
            pages::invalid(&sign_in_page(&visitor, form.state().refused(errors), false))
        }
        Err(other) => Err(other.into()),
    }
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

/// Back to the sign-in page, which says so.
pub(super) fn signed_out(state: &AppState) -> HttpResponse {
    without_session(
        pages::see_other(&format!("{}?signed-out=yes", super::SIGN_IN)),
        state,
    )
}
