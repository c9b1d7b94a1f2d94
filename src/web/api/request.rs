//! Reading requests: the body, the identifier in the path, If-Match.

use std::{
    borrow::Cow,
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    http::{StatusCode, header},
    web::Bytes,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

use super::{conforms::Check, document};
use crate::{
    domain::text,
    service::ServiceError,
    web::{
        Failure,
        problem::{Problem, WrongField},
        receipt,
    },
};

/// The body of a request, not yet read: whether the caller may act at all comes first.
pub struct Body {
    bytes: Bytes,
    is_json: bool,
}

impl FromRequest for Body {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let bytes = request
            .extensions()
            .get::<receipt::Body>()
            .map(|body| body.0.clone());
        ready(bytes.ok_or(Failure::Broken).map(|bytes| {
            Self {
                bytes,
                is_json: request
                    .content_type()
                    .eq_ignore_ascii_case("application/json"),
            }
        }))
    }
}

impl Body {
    /// The body as JSON, the characters of every text in it mended as those of a form are ([`text::clean`]).
    ///
    /// # Errors
    /// [`Failure::UnsupportedMediaType`], [`Failure::Malformed`].
    pub fn json(&self) -> Result<Value, Failure> {
        if !self.is_json {
            return Err(Failure::UnsupportedMediaType);
        }
        let mut value = serde_json::from_slice(&self.bytes).map_err(|error| {
            // where it is, and never what was sent
            Failure::Malformed(format!(
                "The body is not JSON: line {}, column {}.",
                error.line(),
                error.column()
            ))
        })?;
        put_right(&mut value);
        Ok(value)
    }

    /// The body as the document describes it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read<T: DeserializeOwned + ToSchema>(&self) -> Result<T, Failure> {
        let value = self.json()?;
        let wrong = Check::new(document::schemas(), true).of(&T::name(), &value);
        if wrong.is_empty() {
            typed(value)
        } else {
            Err(wrong_fields(wrong))
        }
    }
}

/// Mends the characters of every text in a value, and makes whole numbers of those that are written with a decimal point: to JSON
/// Schema 65536.0 is an integer. serde_json reads no deeper than 128 levels, so the stack holds.
fn put_right(value: &mut Value) {
    match value {
        Value::String(typed) => {
            if let Cow::Owned(cleaned) = text::clean(typed) {
                *typed = cleaned;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(put_right),
        Value::Object(fields) => fields.values_mut().for_each(put_right),
        Value::Number(number) => {
            if number.is_f64()
                && let Some(whole) = number.as_f64().and_then(whole)
            {
                *number = whole.into();
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Returns a number as an integer where it is a whole one that fits 32 bits, as every integer of the document does.
fn whole(number: f64) -> Option<i32> {
    let fits = number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX);
    #[allow(clippy::cast_possible_truncation, reason = "it has been looked at")]
    fits.then_some(number as i32)
}

/// A value that conforms, as a struct.
///
/// # Errors
/// [`Failure::Malformed`] where it does not conform after all.
pub fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value)
        .map_err(|_| Failure::Malformed("The body does not have the form described.".to_owned()))
}

/// Wrong fields as a failure.
pub fn wrong_fields(wrong: Vec<WrongField>) -> Failure {
    Failure::Problem(Box::new(Problem::wrong_fields(wrong)))
}

/// The identifier in the path, `{id}`. One that can't be read names nothing: 404.
pub struct Id<T>(pub T);

impl<T: FromStr> FromRequest for Id<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            request
                .match_info()
                .get("id")
                .and_then(|text| text.parse().ok())
                .map(Self)
                .ok_or_else(|| ServiceError::NotFound.into()),
        )
    }
}

/// The version that a change was made from, out of If-Match. Read it once it is known that the caller may act.
pub struct IfMatch(Result<i32, Failure>);

impl IfMatch {
    /// The version.
    ///
    /// # Errors
    /// [`Failure::PreconditionRequired`] without one, or with `*`, which would overwrite what nobody looked at;
    /// [`Failure::PreconditionFailed`] where it is no version at all.
    pub fn version(self) -> Result<i32, Failure> {
        self.0
    }
}

impl FromRequest for IfMatch {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let given = request
            .headers()
            .get(header::IF_MATCH)
            .and_then(|value| value.to_str().ok())
            .map(str::trim);
        let version = match given {
            None | Some("" | "*") => Err(Failure::PreconditionRequired),
            Some(etag) => etag
                .strip_prefix('"')
                .and_then(|etag| etag.strip_suffix('"'))
                .and_then(|version| version.parse().ok())
                .ok_or(Failure::PreconditionFailed),
        };
        ready(Ok(Self(version)))
    }
}

/// What an act came to: one that was made from an older version failed its precondition.
///
/// # Errors
/// The act's.
pub fn matched<T>(outcome: Result<T, ServiceError>) -> Result<T, Failure> {
    outcome.map_err(|error| {
        if error == ServiceError::changed() {
            Failure::PreconditionFailed
        } else {
            error.into()
        }
    })
}

/// 200 with a body.
pub fn ok(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(body)
}

/// 200 with a body and the version that If-Match will name.
pub fn versioned(status: StatusCode, version: i32, body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::ETAG, format!("\"{version}\"")))
        .json(body)
}

/// 201 with a body, and where what was made is found.
pub fn created(location: String, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(body)
}
