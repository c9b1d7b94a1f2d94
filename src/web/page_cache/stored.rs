//! A page as it is kept: its bytes as they go out, compressed once, with the headers that go with them.

use std::io::Write as _;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    web::Bytes,
};
use askama::Template;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use flate2::{Compression, write::GzEncoder};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::encoding::{Encoding, accepted};
use crate::{domain::local_time, service::ServiceError};

/// Less than this is not worth compressing.
const WORTH_COMPRESSING: usize = 1024;

/// Brotli's effort, of 11: a page is compressed while somebody waits for it.
const BROTLI_QUALITY: u32 = 5;
const BROTLI_WINDOW: u32 = 20;

/// The first instant at which the words of a page change by time alone.
#[derive(Debug, Clone, Copy)]
pub struct Until {
    now: DateTime<Utc>,
    first: DateTime<Utc>,
}

impl Until {
    /// Midnight: what depends on today's date alone.
    pub fn midnight(now: DateTime<Utc>) -> Self {
        Self {
            now,
            first: local_time::next_midnight(now),
        }
    }

    /// Where the page says how much time is left until an instant, and what can be done until then.
    #[must_use]
    pub fn counting_down_to(self, instant: DateTime<Utc>) -> Self {
        match local_time::time_left_until(self.now, instant) {
            Some(next) => self.or(next),
            None => self,
        }
    }

    /// An instant, where that comes first.
    #[must_use]
    pub fn or(mut self, instant: DateTime<Utc>) -> Self {
        self.first = self.first.min(instant);
        self
    }
}

/// A page that has just been rendered.
pub struct Rendered {
    body: String,
    content_type: &'static str,
    cache_control: Option<&'static str>,
    version: Option<String>,
    until: DateTime<Utc>,
    kept: bool,
}

impl Rendered {
    /// Renders a page for browsers. They may keep it, and ask before they show it again.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] where the template fails.
    pub fn page(template: &impl Template, until: Until) -> Result<Self, ServiceError> {
        let body = template
            .render()
            .map_err(|error| ServiceError::Internal(format!("a template failed: {error}")))?;
        Ok(Self {
            body,
            content_type: "text/html; charset=utf-8",
            cache_control: Some("no-cache"),
            version: None,
            until: until.first,
            kept: true,
        })
    }

    /// Renders a value for programs. `version` is what their If-Match will name, where the value has one.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] where it has no JSON form.
    pub fn json(
        value: &impl Serialize,
        version: Option<i32>,
        until: Until,
    ) -> Result<Self, ServiceError> {
        let body = serde_json::to_string(value)
            .map_err(|_| ServiceError::Internal("a value has no JSON form".to_owned()))?;
        Ok(Self {
            body,
            content_type: "application/json",
            cache_control: None,
            version: Some(version.map_or_else(String::new, |version| format!("\"{version}\""))),
            until: until.first,
            kept: true,
        })
    }

    /// The page, to be answered once and not kept: its address is one of endlessly many.
    #[must_use]
    pub fn not_kept(mut self) -> Self {
        self.kept = false;
        self
    }

    pub(super) fn is_kept(&self) -> bool {
        self.kept
    }
}

/// A page that is kept.
#[derive(Debug)]
pub struct Stored {
    revision: i64,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    digest: [u8; 32],
    content_type: HeaderValue,
    cache_control: Option<HeaderValue>,
    /// The ETag; empty for none.
    etag: HeaderValue,
    /// Whether the ETag names these very bytes, so that If-None-Match may be answered by it.
    validates: bool,
    plain: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

impl Stored {
    pub(super) fn new(
        rendered: Rendered,
        revision: i64,
        from: DateTime<Utc>,
        before: Option<&Self>,
    ) -> Self {
        let digest: [u8; 32] = Sha256::digest(rendered.body.as_bytes()).into();
        let validates = rendered.version.is_none();
        let etag = rendered
            .version
            // weak: one tag for the page in each of its encodings
            .unwrap_or_else(|| format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..12])));
        let (plain, gzip, brotli) = match before.filter(|before| before.digest == digest) {
            Some(same) => (same.plain.clone(), same.gzip.clone(), same.brotli.clone()),
            None => {
                let plain = Bytes::from(rendered.body);
                let (gzip, brotli) = (gzipped(&plain), brotlied(&plain));
                (plain, gzip, brotli)
            }
        };
        Self {
            revision,
            from,
            until: rendered.until,
            digest,
            content_type: HeaderValue::from_static(rendered.content_type),
            cache_control: rendered.cache_control.map(HeaderValue::from_static),
            etag: HeaderValue::from_str(&etag).unwrap_or_else(|_| HeaderValue::from_static("")),
            validates,
            plain,
            gzip,
            brotli,
        }
    }

    /// Whether it is what would be rendered now.
    pub(super) fn holds(&self, revision: i64, now: DateTime<Utc>) -> bool {
        // a clock that was set back may have gone behind an instant at which the words changed
        self.revision >= revision && self.from <= now && now < self.until
    }

    /// Returns its size in memory.
    pub(super) fn bytes(&self) -> usize {
        let of = |form: &Option<Bytes>| form.as_ref().map_or(0, Bytes::len);
        self.plain.len() + of(&self.gzip) + of(&self.brotli) + size_of::<Self>()
    }

    /// Answers a request with these headers: with the page in a form that it takes, or that it has not changed (304).
    pub(super) fn answer(&self, asked: &HeaderMap) -> HttpResponse {
        let has_it = self.validates && is_held(asked, self.etag.as_bytes());
        let mut answer = if has_it {
            HttpResponse::new(StatusCode::NOT_MODIFIED)
        } else {
            let (body, encoding) = match (accepted(asked), &self.gzip, &self.brotli) {
                (Encoding::Brotli, _, Some(body)) => (body, Some("br")),
                (Encoding::Gzip, Some(body), _) => (body, Some("gzip")),
                _ => (&self.plain, None),
            };
            let mut answer = HttpResponse::with_body(
                StatusCode::OK,
                actix_web::body::BoxBody::new(body.clone()),
            );
            let headers = answer.headers_mut();
            headers.insert(header::CONTENT_TYPE, self.content_type.clone());
            if let Some(encoding) = encoding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            answer
        };
        let headers = answer.headers_mut();
        if !self.etag.is_empty() {
            headers.insert(header::ETAG, self.etag.clone());
        }
        if let Some(cache_control) = &self.cache_control {
            headers.insert(header::CACHE_CONTROL, cache_control.clone());
        }
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        answer
    }
}

/// Whether If-None-Match names a tag, compared weakly (RFC 9110, section 13.1.2).
fn is_held(asked: &HeaderMap, etag: &[u8]) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let etag = opaque(&String::from_utf8_lossy(etag));
    asked.get_all(header::IF_NONE_MATCH).any(|value| {
        value
            .to_str()
            .unwrap_or_default()
            .split(',')
            .any(|held| held.trim() == "*" || opaque(held) == etag)
    })
}

fn gzipped(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).ok()?;
    smaller(encoder.finish().ok()?, plain)
}

fn brotlied(plain: &[u8]) -> Option<Bytes> {
    let mut compressed = Vec::new();
    let mut writer =
        brotli::CompressorWriter::new(&mut compressed, 16 * 1024, BROTLI_QUALITY, BROTLI_WINDOW);
    writer.write_all(plain).ok()?;
    writer.flush().ok()?;
    drop(writer);
    smaller(compressed, plain)
}

fn smaller(compressed: Vec<u8>, plain: &[u8]) -> Option<Bytes> {
    (plain.len() >= WORTH_COMPRESSING && compressed.len() < plain.len())
        .then(|| Bytes::from(compressed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_held_weakly_or_by_a_star() {
        let held = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, value.parse().unwrap());
            is_held(&headers, b"W/\"abc\"")
        };
        for yes in ["\"abc\"", "W/\"abc\"", "\"other\", W/\"abc\"", "*"] {
            assert!(held(yes), "{yes}");
        }
        for no in ["", "abc", "\"abcd\"", "\"ab\", \"c\""] {
            assert!(!held(no), "{no}");
        }
        assert!(!is_held(&HeaderMap::new(), b"W/\"abc\""));
    }
}
