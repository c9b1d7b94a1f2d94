//! Proof that a form was ours and came from the browser to which we gave it.
//!
//! Two checks on every POST outside the API, and on every change through the API that rides on a cookie: the request says that
//! it comes from our own origin (Origin, Sec-Fetch-Site, or Referer where a browser sends neither), and it carries a token
//! that only the holder of its cookie could have been given: a keyed hash of the cookie. Everything under `/staff` answers to
//! the staff cookie, everything else, the sign-in form included, to the visitor's.
//!
//! The hash is masked with fresh random bytes on each page, because pages are compressed: a secret that stays the same beside
//! text that an attacker chooses could be read off the lengths of answers (BREACH).

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

use crate::{
    config::Environment,
    service::Service,
    web::{
        AppState, Failure, Fields,
        cookies::{self, Kind},
        page::CSRF_FIELD,
        receipt::Body,
    },
};

/// The header that carries the token where a script of ours calls the API with the staff cookie.
pub const CSRF_HEADER: &str = "X-CSRF-Token";

/// The token for a page, masked anew each time.
pub fn token(service: &Service, kind: Kind, cookie: &str) -> String {
    let mask = rand::random::<[u8; 32]>();
    let mut bytes = mask.to_vec();
    bytes.extend(
        hash(service, kind, cookie)
            .iter()
            .zip(mask)
            .map(|(byte, mask)| byte ^ mask),
    );
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether a token was made for this cookie.
pub fn is_right(service: &Service, kind: Kind, cookie: &str, token: &str) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else {
        return false;
    };
    if bytes.len() != 64 {
        return false;
    }
    let (mask, masked) = bytes.split_at(32);
    let given: Vec<u8> = masked.iter().zip(mask).map(|(a, b)| a ^ b).collect();
    given.ct_eq(&hash(service, kind, cookie)).into()
}

fn hash(service: &Service, kind: Kind, cookie: &str) -> [u8; 32] {
    let purpose = match kind {
        Kind::Visitor => "csrf visitor",
        Kind::Staff => "csrf staff",
    };
    service.keyed_hash(purpose, &[cookie.as_bytes()])
}

/// Which cookie a form at this path answers to.
pub fn kind_for(path: &str) -> Kind {
    let staff = path == "/staff" || path.starts_with("/staff/");
    if staff && path != crate::web::staff::SIGN_IN {
        Kind::Staff
    } else {
        Kind::Visitor
    }
}

/// Holds every request that may change something against origin and token.
///
/// # Errors
/// Those of the service inside.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(&request) {
        Ok(()) => next
            .call(request)
            .await
            .map(ServiceResponse::map_into_boxed_body),
        Err(failure) => Ok(request.error_response(failure)),
    }
}

/// Whether a request may change something. What it typed is read on the way, for whoever answers it.
pub(super) fn check(request: &ServiceRequest) -> Result<(), Failure> {
    if request.method().is_safe() {
        return Ok(());
    }
    let request = request.request();
    let Some(state) = request.app_data::<web::Data<AppState>>() else {
        return Err(Failure::Broken);
    };
    let settings = &state.service.settings;
    if super::routes::is_api(request.path()) {
        let Some(cookie) = cookies::read(request, settings, Kind::Staff) else {
            return Ok(());
        };
        if request.headers().contains_key(header::AUTHORIZATION) {
            return Ok(());
        }
        if !is_ours(request, state) {
            return Err(Failure::CrossSite);
        }
        let token = header_text(request, CSRF_HEADER).unwrap_or_default();
        return if is_right(&state.service, Kind::Staff, &cookie, token) {
            Ok(())
        } else {
            Err(Failure::Expired)
        };
    }
    if !is_ours(request, state) {
        return Err(Failure::CrossSite);
    }
    let fields = read_fields(request)?;
    let token = fields.value(CSRF_FIELD).to_owned();
    request.extensions_mut().insert(fields);
    let kind = kind_for(request.path());
    match cookies::read(request, settings, kind) {
        Some(cookie) if is_right(&state.service, kind, &cookie, &token) => Ok(()),
        None if kind == Kind::Staff => Err(crate::service::ServiceError::SignedOut.into()),
        _ => Err(Failure::Expired),
    }
}

fn read_fields(request: &HttpRequest) -> Result<Fields, Failure> {
    let extensions = request.extensions();
    let body = extensions
        .get::<Body>()
        .map(|body| body.0.as_ref())
        .unwrap_or_default();
    if !body.is_empty() && request.content_type() != "application/x-www-form-urlencoded" {
        return Err(Failure::UnsupportedMediaType);
    }
    Fields::parse(body)
}

fn header_text<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// Whether the browser says that the request comes from a page of ours. A request that says nothing about it doesn't.
fn is_ours(request: &HttpRequest, state: &AppState) -> bool {
    let fetch_site = header_text(request, "Sec-Fetch-Site");
    if fetch_site.is_some_and(|site| site != "same-origin") {
        return false;
    }
    if request.headers().contains_key(header::ORIGIN) {
        return header_text(request, "Origin")
            .is_some_and(|origin| is_our_origin(origin, request, state));
    }
    if fetch_site.is_some() {
        return true;
    }
    header_text(request, "Referer")
        .and_then(origin_of)
        .is_some_and(|origin| is_our_origin(&origin, request, state))
}

fn is_our_origin(origin: &str, request: &HttpRequest, state: &AppState) -> bool {
    let settings = &state.service.settings;
    if origin == settings.council.public_url.as_str() {
        return true;
    }
    // On one's own machine the service may be opened as localhost or on another port. Production has one address.
    settings.environment == Environment::Development
        && header_text(request, "Host").is_some_and(|host| origin == format!("http://{host}"))
}

fn origin_of(address: &str) -> Option<String> {
    let uri: actix_web::http::Uri = address.parse().ok()?;
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?))
}
