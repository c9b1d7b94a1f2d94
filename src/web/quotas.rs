//! Every request is counted here, before its handler runs: a new route has a quota without asking for one.
//!
//! By default a look counts as [`Limit::Read`] and whatever may change something as [`Limit::Write`], for the client's address. The
//! few that differ are named in [`limit_of`]; signing in is counted by its handler as well ([`Limit::SignIn`]), which knows whether somebody
//! does it on a device of theirs. What somebody who is not signed in sends is counted twice more: for the draft or the
//! private link in its address, and with everybody else's, so that many addresses together cannot fill the disk either.
//!
//! Whoever is over a limit is answered with 429, the time to wait, and the form as they filled it in.

use std::{net::IpAddr, time::Duration};

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
    web,
};

use crate::{
    service::ServiceError,
    web::{
        AppState, Failure, csrf,
        limits::{self, Limit, Limits},
        routes,
    },
};

/// A request, as it is counted.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The client's address.
    pub client: IpAddr,
    /// The method.
    pub method: &'a Method,
    /// The route's path with the names of its parts; none where there is no route.
    pub pattern: Option<&'a str>,
    /// The path.
    pub path: &'a str,
    /// Whether it searches.
    pub searches: bool,
    /// Whether it carries a token of the API, good or not.
    pub has_token: bool,
}

/// The limit, for each client address, that a request counts against.
fn limit_of(asked: &Asked<'_>) -> Limit {
    let safe = asked.method.is_safe();
    match asked.pattern {
        Some("/api/v1/questions") if !safe => Limit::Submission,
        _ if routes::is_api(asked.path) => Limit::Api,
        // a correction of where letters go writes to two addresses, as a new question does
        Some("/ask/{draft}/send" | "/question/{token}/letters") if !safe => Limit::Submission,
        _ if !safe => Limit::Write,
        Some("/ask/{draft}/matches") => Limit::Search,
        _ if asked.searches => Limit::Search,
        _ if asked.path.starts_with("/assets/") => Limit::File,
        Some("/time" | "/favicon.ico" | "/robots.txt" | "/health/live" | "/health/ready") => {
            Limit::File
        }
        _ => Limit::Read,
    }
}

/// The part of an address that names a draft or a private link.
fn named<'a>(asked: &Asked<'a>) -> Option<&'a str> {
    asked
        .pattern?
        .split('/')
        .zip(asked.path.split('/'))
        .find(|(part, _)| matches!(*part, "{draft}" | "{token}"))
        .map(|(_, named)| named)
}

/// Counts a request against every limit that it falls under.
///
/// # Errors
/// [`Failure::TooMany`] where this address, draft or link is over its limit; [`ServiceError::Busy`] where everybody together is.
pub fn charge(limits: &Limits, asked: &Asked<'_>) -> Result<(), Failure> {
    limits
        .count(limit_of(asked), asked.client)
        .map_err(Failure::TooMany)?;
    let of_staff = asked.path == "/staff" || asked.path.starts_with("/staff/");
    if asked.method.is_safe() || of_staff || asked.has_token {
        return Ok(());
    }
    if let Some(named) = named(asked) {
        limits.count_of_one(named).map_err(Failure::TooMany)?;
    }
    limits
        .count_of_all()
        .map_err(|_: Duration| ServiceError::Busy.into())
}

/// Counts a request, and lets it through where it is within its limits.
///
/// # Errors
/// Those of the service inside.
pub async fn count(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match charged(&request) {
        Ok(()) => next
            .call(request)
            .await
            .map(ServiceResponse::map_into_boxed_body),
        Err(failure) => Ok(request.error_response(failure)),
    }
}

fn charged(request: &ServiceRequest) -> Result<(), Failure> {
    let Some(state) = request.app_data::<web::Data<AppState>>() else {
        return Err(Failure::Broken);
    };
    let pattern = request.match_pattern();
    let asked = Asked {
        client: limits::client_of(request.request(), &state.service.settings.server),
        method: request.method(),
        pattern: pattern.as_deref(),
        path: request.path(),
        searches: request
            .query_string()
            .split('&')
            .any(|pair| pair.starts_with("q=") && pair.len() > "q=".len()),
        has_token: request.headers().contains_key(header::AUTHORIZATION),
    };
    let over = charge(&state.limits, &asked);
    if over.is_err() && !request.method().is_safe() {
        // reads what was typed for the page that gives it back, unless it comes from another site
        let _ = csrf::check(request);
    }
    over
}
