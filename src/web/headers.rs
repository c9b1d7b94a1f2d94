//! The security headers, on every answer: pages, errors and assets alike.
//!
//! The referrer policy is `strict-origin`: a page at a private link tells nobody more than the service's origin, so that the link's
//! token is in no log of a proxy that records referrers. Not `no-referrer`: with that, browsers send `Origin: null` with a form's
//! POST (Fetch, "append a request Origin header"), and the check of the origin would refuse our own forms.

use std::convert::Infallible;

use actix_web::{
    Error,
    body::{BodySize, BodyStream, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::{self, Bytes},
};
use futures_util::stream;

use crate::{
    config::Settings,
    web::{AppState, request_id},
};

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const FIXED: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// The headers of every answer, made once.
#[derive(Debug, Clone)]
pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    /// Makes those that the settings ask for.
    pub fn new(settings: &Settings) -> Self {
        let mut headers: Vec<_> = FIXED
            .into_iter()
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect();
        if settings.server.secure_cookies {
            let hsts = format!(
                "max-age={}; includeSubDomains",
                settings.server.hsts.as_secs()
            );
            headers.extend(
                HeaderValue::from_str(&hsts)
                    .ok()
                    .map(|value| (header::STRICT_TRANSPORT_SECURITY, value)),
            );
        }
        Self(headers)
    }

    /// Adds the headers. A Content-Security-Policy or Cache-Control that the answer brings stays.
    pub fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.insert(name.clone(), value.clone());
        }
        for (name, value) in [
            (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
            (header::CACHE_CONTROL, "no-store"),
        ] {
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
    }
}

/// Adds the headers and the request's identifier to every answer. A HEAD is answered as a GET is; the server leaves the body
/// out. A body of unknown length is let go here, since the server would wait for its end, and an open stream has none.
///
/// # Errors
/// Those of the service inside.
pub async fn add(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = request.app_data::<web::Data<AppState>>().cloned();
    let head_alone = request.method() == Method::HEAD;
    if head_alone {
        request.head_mut().method = Method::GET;
    }
    let id = request_id::header(request.request());
    let mut response = next.call(request).await?.map_into_boxed_body();
    if head_alone && response.response().body().size() == BodySize::Stream {
        let nothing = stream::empty::<Result<Bytes, Infallible>>();
        response = response.map_body(|_, _| BodyStream::new(nothing).boxed());
    }
    if let Some(state) = state {
        state.headers.apply(response.headers_mut());
    }
    if let Some(value) = id {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}
