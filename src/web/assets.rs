//! Stylesheets, scripts and pictures, embedded in the binary and served under `/assets/`.
//!
//! `build.rs` gathers them in `$OUT_DIR/assets`. Their addresses hold a digest of all of them together, so that a browser
//! may keep each one for good and a new release is a new address. One digest for all, because the scripts import each
//! other by relative address.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, ETAG, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::web::routes;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets"]
struct Embedded;

static RELEASE: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Embedded::iter().collect();
    names.sort();
    let mut digest = Sha256::new();
    for name in names {
        digest.update(name.as_bytes());
        if let Some(file) = Embedded::get(&name) {
            digest.update(file.metadata.sha256_hash());
        }
    }
    hexadecimal(&digest.finalize()[..6])
});

/// The address of an asset, for a template: `asset_url("council.css")` is `/assets/1f0c…/council.css`.
///
/// A name that is not embedded gives an address that answers 404; a test holds every template's names against what is there.
pub fn asset_url(name: &str) -> String {
    format!("/assets/{}/{name}", *RELEASE)
}

/// Adds `/assets/{release}/{name}` to an application.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        routes::resource("/assets/{release}/{name}")
            .route(routes::get().to(serve))
            .route(routes::head().to(serve)),
    );
}

async fn serve(request: HttpRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let (release, name) = path.into_inner();
    let Some(file) = Embedded::get(&name) else {
        return HttpResponse::NotFound().finish();
    };
    // Where nodes of two releases serve one council, a page of the one may ask the other for its style. It gets what is
    // there, to use once but not to keep.
    let caching = if release == *RELEASE {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let tag = EntityTag::new_strong(hexadecimal(&file.metadata.sha256_hash()[..16]));
    let fresh = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(held)) => held.iter().any(|held| held.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = if fresh {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((CACHE_CONTROL, caching))
        .insert_header((ETAG, tag.to_string()));
    if fresh {
        return answer.finish();
    }
    answer
        .content_type(content_type(&file))
        .body(match file.data {
            Cow::Borrowed(bytes) => web::Bytes::from_static(bytes),
            Cow::Owned(bytes) => web::Bytes::from(bytes),
        })
}

fn content_type(file: &EmbeddedFile) -> String {
    match file.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::{StatusCode, header};
    use actix_web::{App, test};
    use std::fs;
    use std::path::Path;

    async fn get(address: &str, held: Option<&str>) -> (StatusCode, header::HeaderMap, web::Bytes) {
        let app = test::init_service(App::new().configure(configure)).await;
        let mut request = test::TestRequest::get().uri(address);
        if let Some(held) = held {
            request = request.insert_header((header::IF_NONE_MATCH, held));
        }
        let response = test::call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        (status, headers, test::read_body(response).await)
    }

    #[actix_web::test]
    async fn an_asset_may_be_kept_for_good_and_is_not_sent_twice() {
        let (status, headers, body) = get(&asset_url("govuk-frontend.min.css"), None).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            headers.get(header::CONTENT_TYPE).unwrap(),
            "text/css; charset=utf-8"
        );
        assert_eq!(
            headers.get(header::CACHE_CONTROL).unwrap(),
            "public, max-age=31536000, immutable"
        );
        assert!(body.len() > 50_000);

        let tag = headers.get(header::ETAG).unwrap().to_str().unwrap();
        let (status, headers, body) = get(&asset_url("govuk-frontend.min.css"), Some(tag)).await;
        assert_eq!(status, StatusCode::NOT_MODIFIED);
        assert_eq!(headers.get(header::ETAG).unwrap(), tag);
        assert!(body.is_empty());

        let (status, ..) = get(&asset_url("govuk-frontend.min.css"), Some("\"another\"")).await;
        assert_eq!(status, StatusCode::OK);
    }

    #[actix_web::test]
    async fn each_kind_of_asset_says_what_it_is() {
        for (name, kind) in [
            ("council.css", "text/css; charset=utf-8"),
            ("init.js", "text/javascript; charset=utf-8"),
            ("govuk-frontend.min.js", "text/javascript; charset=utf-8"),
            ("favicon.svg", "image/svg+xml"),
        ] {
            let (status, headers, _) = get(&asset_url(name), None).await;
            assert_eq!(status, StatusCode::OK, "{name}");
            assert_eq!(headers.get(header::CONTENT_TYPE).unwrap(), kind, "{name}");
        }
    }

    #[actix_web::test]
    async fn an_address_of_another_release_is_served_but_not_kept() {
        let (status, headers, _) = get("/assets/0123456789ab/council.css", None).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers.get(header::CACHE_CONTROL).unwrap(), "no-cache");
    }

    #[actix_web::test]
    async fn what_is_not_there_is_not_found() {
        for name in [
            "nothing.css",
            "..%2f..%2fCargo.toml",
            "govuk-crest.svg",
            "light-94a07e06a1-v2.woff2",
        ] {
            let (status, ..) = get(&asset_url(name), None).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[actix_web::test]
    async fn nothing_served_asks_for_the_font_or_the_crest_of_gov_uk() {
        let (_, _, body) = get(&asset_url("govuk-frontend.min.css"), None).await;
        let stylesheet = std::str::from_utf8(&body).unwrap();
        for foreign in [
            "GDS Transport",
            "@font-face",
            "crest",
            "url(",
            "sourceMappingURL",
        ] {
            assert!(!stylesheet.contains(foreign), "{foreign}");
        }
        assert!(stylesheet.contains("font-family:system-ui,"));
    }

    #[actix_web::test]
    async fn every_asset_that_a_template_names_is_there() {
        fn templates(folder: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    templates(&path, found);
                } else {
                    found.push(fs::read_to_string(path).unwrap());
                }
            }
        }
        let mut texts = Vec::new();
        templates(Path::new("templates"), &mut texts);
        let named: Vec<_> = texts
            .iter()
            .flat_map(|text| text.split("asset_url(\"").skip(1))
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(named.contains(&"council.css"), "{named:?}");
        for name in named {
            assert!(Embedded::get(name).is_some(), "{name} is not an asset");
        }
    }
}
