//! The cookies: one for the browser that writes a question, one for the browser in which staff are signed in, and one for each account
//! that was signed in to on a device ([`crate::service::known_device`]).
//!
//! The first two hold 32 random bytes and nothing else; the server keeps only their hash. Both end with the browser's session, because
//! many residents use a library's computer. The third is signed, stays for some months, and opens nothing. Over https they carry the `__Host-` prefix (RFC 6265bis), so that no sibling host
//! can plant them. Both are SameSite=Lax and not Strict, so that a link in an officer's letter finds them signed in; no GET
//! changes anything, and every POST needs a token and our own origin.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::config::Settings;

/// The length of 32 bytes in base64 without padding.
const TOKEN_LENGTH: usize = 43;

/// Which of the cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of the browser that writes a question.
    Visitor,
    /// Of the browser in which staff are signed in.
    Staff,
}

impl Kind {
    fn name(self, settings: &Settings) -> &'static str {
        match (self, settings.server.secure_cookies) {
            (Self::Visitor, true) => "__Host-visitor",
            (Self::Visitor, false) => "visitor",
            (Self::Staff, true) => "__Host-staff",
            (Self::Staff, false) => "staff",
        }
    }
}

/// The name of the cookie that knows a device again, for an account.
fn device_name(settings: &Settings, account: &str) -> String {
    let prefix = if settings.server.secure_cookies {
        "__Host-"
    } else {
        ""
    };
    format!("{prefix}device-{account}")
}

/// The value of a device's cookie for an account, if the request has one. It is still to be verified.
pub fn device(request: &HttpRequest, settings: &Settings, account: &str) -> Option<String> {
    let cookie = request.cookie(&device_name(settings, account))?;
    Some(cookie.value().to_owned())
}

/// The cookie by which a device is known again.
pub fn carrying_device(settings: &Settings, account: &str, value: String) -> Cookie<'static> {
    let days = settings.sessions.known_device.num_days();
    Cookie::build(device_name(settings, account), value)
        .path("/")
        .http_only(true)
        .secure(settings.server.secure_cookies)
        .same_site(SameSite::Lax)
        .max_age(actix_web::cookie::time::Duration::days(days))
        .finish()
}

/// The token in a request's cookie, if it has one of the right form.
pub fn read(request: &HttpRequest, settings: &Settings, kind: Kind) -> Option<String> {
    let cookie = request.cookie(kind.name(settings))?;
    let value = cookie.value();
    let well_formed = value.len() == TOKEN_LENGTH
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    well_formed.then(|| value.to_owned())
}

/// A new token.
pub fn fresh_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// The cookie that carries a token.
pub fn carrying(settings: &Settings, kind: Kind, token: String) -> Cookie<'static> {
    Cookie::build(kind.name(settings), token)
        .path("/")
        .http_only(true)
        .secure(settings.server.secure_cookies)
        .same_site(SameSite::Lax)
        .finish()
}

/// The cookie that takes it away.
pub fn gone(settings: &Settings, kind: Kind) -> Cookie<'static> {
    let mut cookie = carrying(settings, kind, String::new());
    cookie.make_removal();
    cookie
}
