//! Signing in and out, one's own account, and what an administrator looks after. Everything here is under `/staff`.

mod account;
mod accounts;
mod browser;
pub mod navigation;
mod sign_in;
mod tokens;

use actix_web::{http::Uri, web};

use crate::web::routes;

/// One's own account. Somebody with an issued password sees no other page until they have chosen their own.
pub const ACCOUNT: &str = "/staff/account";

/// Where one's own password is changed.
const PASSWORD: &str = "/staff/account/password";

/// Whether somebody with an issued password may use this path before they have chosen their own.
pub fn is_open_with_issued_password(path: &str) -> bool {
    [ACCOUNT, PASSWORD, crate::web::page::SIGN_OUT].contains(&path)
}

/// The sign-in page: the one page under `/staff` that needs no signing in.
pub const SIGN_IN: &str = "/staff/sign-in";

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    let post = |path: &str, route| routes::resource(path).route(route);
    cfg.service(
        routes::resource(SIGN_IN)
            .route(routes::get().to(sign_in::show))
            .route(routes::post().to(sign_in::sign_in)),
    )
    .service(post(
        crate::web::page::SIGN_OUT,
        routes::post().to(sign_in::sign_out),
    ))
    .service(routes::resource(ACCOUNT).route(routes::get().to(account::show)))
    .service(post(PASSWORD, routes::post().to(account::change_password)))
    .service(post(
        "/staff/account/sign-out-everywhere",
        routes::post().to(account::sign_out_everywhere),
    ))
    .service(post(
        "/staff/account/sessions/end",
        routes::post().to(account::end_session),
    ))
    .service(post(
        "/staff/account/tokens/{id}/revoke",
        routes::post().to(account::revoke_token),
    ))
    .service(routes::resource("/staff/accounts").route(routes::get().to(accounts::list)))
    .service(
        routes::resource("/staff/accounts/new")
            .route(routes::get().to(accounts::blank))
            .route(routes::post().to(accounts::open)),
    )
    .service(
        routes::resource("/staff/accounts/{id}")
            .route(routes::get().to(accounts::show))
            .route(routes::post().to(accounts::change)),
    )
    .service(
        routes::resource("/staff/accounts/{id}/reset-password")
            .route(routes::get().to(accounts::ask_to_reset))
            .route(routes::post().to(accounts::reset_password)),
    )
    .service(
        routes::resource("/staff/tokens")
            .route(routes::get().to(tokens::list))
            .route(routes::post().to(tokens::issue)),
    )
    .service(post(
        "/staff/tokens/{id}/revoke",
        routes::post().to(tokens::revoke),
    ));
}

/// The address of the sign-in page that leads back to where somebody wanted to go.
pub fn sign_in_then(uri: &Uri) -> String {
    let wanted = uri
        .path_and_query()
        .map_or("/staff", |wanted| wanted.as_str());
    match safe_next(wanted) {
        Some(next) if next != "/staff" => format!("{SIGN_IN}?next={}", encoded(next)),
        _ => SIGN_IN.to_owned(),
    }
}

/// A place to go on to after signing in: a path of ours under `/staff` or `/meetings`, and nothing that a browser could take
/// for another site's.
pub fn safe_next(text: &str) -> Option<&str> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let ours = ["/staff", "/meetings"].iter().any(|area| {
        path == *area
            || path
                .strip_prefix(area)
                .is_some_and(|rest| rest.starts_with('/'))
    });
    let loops = path == SIGN_IN || path == crate::web::page::SIGN_OUT;
    (plain && ours && !loops && !path.contains("//") && !path.contains("..")).then_some(text)
}

/// Percent-encoding for a value in a query.
fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/') {
            encoded.push(char::from(byte));
        } else {
            // writing to a String can't fail
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_on_leads_to_our_own_pages_alone() {
        for good in [
            "/staff",
            "/staff/questions?board=safer",
            "/meetings/2024-02-06",
        ] {
            assert_eq!(safe_next(good), Some(good));
        }
        for bad in [
            "",
            "staff",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/staff//evil.example",
            "/staffroom",
            "/",
            "/staff/sign-in",
            "/staff/sign-out",
            "/staff/../x",
            "/staff/\r\nx",
            "/staff\\x",
            "/assets/x",
        ] {
            assert_eq!(safe_next(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_way_back_is_one_value_of_the_query() {
        let uri: Uri = "/staff/questions?board=safer&page=2".parse().unwrap();
        assert_eq!(
            sign_in_then(&uri),
            "/staff/sign-in?next=/staff/questions%3Fboard%3Dsafer%26page%3D2"
        );
        assert_eq!(sign_in_then(&"/staff".parse().unwrap()), SIGN_IN);
    }
}
