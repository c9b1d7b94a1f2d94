//! In which of the forms that are kept a page is sent (RFC 9110, section 12.5.3).

use actix_web::http::header::{self, HeaderMap};

/// A form in which a page is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// Compressed by gzip.
    Gzip,
    /// Compressed by Brotli.
    Brotli,
}

/// Returns the smallest form that a browser takes.
pub fn accepted(headers: &HeaderMap) -> Encoding {
    let (mut gzip, mut brotli, mut any) = (None, None, None);
    for value in headers.get_all(header::ACCEPT_ENCODING) {
        for entry in value.to_str().unwrap_or_default().split(',') {
            let mut parts = entry.split(';');
            let name = parts.next().unwrap_or_default().trim();
            let taken = parts
                .filter_map(|part| part.trim().strip_prefix("q="))
                .all(|weight| {
                    weight
                        .trim()
                        .parse::<f32>()
                        .is_ok_and(|weight| weight > 0.0)
                });
            if name.eq_ignore_ascii_case("br") {
                brotli = Some(taken);
            } else if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
                gzip = Some(taken);
            } else if name == "*" {
                any = Some(taken);
            }
        }
    }
    if brotli.or(any).unwrap_or(false) {
        Encoding::Brotli
    } else if gzip.or(any).unwrap_or(false) {
        Encoding::Gzip
    } else {
        Encoding::Identity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Encoding {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
        accepted(&headers)
    }

    #[test]
    fn the_smallest_form_that_is_accepted_is_sent() {
        assert_eq!(accepted(&HeaderMap::new()), Encoding::Identity);
        assert_eq!(of(""), Encoding::Identity);
        assert_eq!(of("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(of("gzip"), Encoding::Gzip);
        assert_eq!(of("br;q=0, GZIP;q=0.5"), Encoding::Gzip);
        assert_eq!(of("br; q=0.0, gzip;q=0"), Encoding::Identity);
        assert_eq!(of("*"), Encoding::Brotli);
        assert_eq!(of("*;q=0, gzip"), Encoding::Gzip);
        assert_eq!(of("identity"), Encoding::Identity);
        assert_eq!(of("br;q=nonsense"), Encoding::Identity);
    }
}
