//! Each request's identifier, and its line in the log: the method, the route's pattern, the status, how long it took.
//!
//! The pattern and not the path, because a path may hold a private link's token; no query, no address, no name.

use std::time::Instant;

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::HeaderValue,
};
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder};
use uuid::Uuid;

/// The request's identifier, as in the log and in the X-Request-Id header: a UUID of version 7.
pub fn of(request: &HttpRequest) -> Option<String> {
    request
        .extensions()
        .get::<RequestId>()
        .map(ToString::to_string)
}

/// The identifier as a header.
pub fn header(request: &HttpRequest) -> Option<HeaderValue> {
    let id = *request.extensions().get::<RequestId>()?;
    let mut text = Uuid::encode_buffer();
    HeaderValue::from_str(id.hyphenated().encode_lower(&mut text)).ok()
}

/// Builds the span in which a request is answered.
pub struct RequestSpan;

struct Began(Instant);

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        #[expect(
            clippy::disallowed_methods,
            reason = "how long an answer takes is measured, not decided by"
        )]
        request.extensions_mut().insert(Began(Instant::now()));
        let id = request.extensions().get::<RequestId>().copied();
        let route = request.match_pattern();
        tracing::info_span!(
            "request",
            id = id.map(tracing::field::display),
            method = %request.method(),
            route = route.as_deref().unwrap_or("unknown"),
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let (status, took) = match outcome {
            Ok(response) => (
                response.status(),
                response
                    .request()
                    .extensions()
                    .get::<Began>()
                    .map(|began| began.0.elapsed()),
            ),
            Err(error) => (error.as_response_error().status_code(), None),
        };
        let milliseconds = took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        span.in_scope(|| tracing::info!(status = status.as_u16(), milliseconds, "answered"));
    }
}
