//! Reading forms, and showing them again with what was typed and what is wrong.
//!
//! By the time a handler runs, the form has been held against its token ([`super::csrf`]) and its moment of receipt stamped
//! ([`super::receipt`]). [`Form`] gives both the fields by name and a struct of strings; what they mean is for the service to
//! say, which answers with every wrong field together. [`FormState`] carries that back into the page.

use std::{
    borrow::Cow,
    future::{Ready, ready},
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use chrono::{DateTime, Utc};
use serde::de::{
    self, DeserializeOwned, IntoDeserializer,
    value::{MapDeserializer, SeqDeserializer},
};

use crate::{
    domain::text,
    service::FieldError,
    web::{Failure, Received, components::FieldProblem, page::CSRF_FIELD},
};

/// The most fields that a form may have.
const MOST_FIELDS: usize = 500;

/// The fields of a form in the order in which they came. A name may come more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` in UTF-8, the characters of what was typed mended ([`text::clean`]). A password is
    /// left as it is: it is compared, never shown.
    ///
    /// # Errors
    /// [`Failure::Malformed`].
    pub fn parse(body: &[u8]) -> Result<Self, Failure> {
        let malformed = || Failure::Malformed("The form could not be read.".to_owned());
        let encoded = std::str::from_utf8(body).map_err(|_| malformed())?;
        if !is_utf8_once_decoded(body) {
            return Err(malformed());
        }
        let pairs = web::Query::<Vec<(String, String)>>::from_query(encoded)
            .map_err(|_| malformed())?
            .into_inner();
        if pairs.len() > MOST_FIELDS || pairs.iter().any(|(name, _)| name.contains('\0')) {
            return Err(malformed());
        }
        Ok(Self(
            pairs
                .into_iter()
                .map(|(name, value)| {
                    let value = if name == CSRF_FIELD || is_password(&name) {
                        value
                    } else {
                        text::clean(&value).into_owned()
                    };
                    (name, value)
                })
                .collect(),
        ))
    }

    /// The value of a field, the last where there are several; empty where there is none.
    pub fn value(&self, name: &str) -> &str {
        self.0
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// All values of a field.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// Whether a field came, even empty.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// What the person typed, to be sent again: without the token and without passwords.
    pub fn to_keep(&self) -> Vec<(String, String)> {
        self.0
            .iter()
            .filter(|(name, _)| name != CSRF_FIELD && !is_password(name))
            .cloned()
            .collect()
    }

    /// The fields as a struct. A `String` is the last value (give it `#[serde(default)]`, for a browser sends no unchecked
    /// box), a `Vec<String>` all of them, an `Option<String>` none where empty, a `bool` true where it came with a value.
    /// Fields that the struct doesn't have are left out.
    ///
    /// # Errors
    /// [`Failure::Malformed`].
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let mut grouped: Vec<(&str, Values<'_>)> = Vec::new();
        for (name, value) in &self.0 {
            match grouped.iter_mut().find(|(known, _)| known == name) {
                Some((_, values)) => values.0.push(value),
                None => grouped.push((name, Values(vec![value]))),
            }
        }
        T::deserialize(MapDeserializer::<_, de::value::Error>::new(
            grouped.into_iter(),
        ))
        .map_err(|_| Failure::Malformed("The form could not be read.".to_owned()))
    }
}

fn is_password(name: &str) -> bool {
    name.contains("password")
}

/// Whether the bytes that a form encodes are text. What is not would be read as other text than was sent.
fn is_utf8_once_decoded(body: &[u8]) -> bool {
    let hex = |byte: Option<&u8>| {
        byte.and_then(|byte| char::from(*byte).to_digit(16))
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let mut decoded = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        match (byte, hex(after.first()), hex(after.get(1))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                decoded.push(byte);
                rest = after;
            }
        }
    }
    std::str::from_utf8(&decoded).is_ok()
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// The values of one field.
#[derive(Clone)]
struct Values<'a>(Vec<&'a str>);

impl Values<'_> {
    fn last(&self) -> &str {
        self.0.last().copied().unwrap_or_default()
    }
}

impl IntoDeserializer<'_> for Values<'_> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> de::Deserializer<'de> for Values<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_str(self.last())
    }

    fn deserialize_option<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.last().trim().is_empty() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_bool<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_bool(!matches!(self.last(), "" | "no" | "false" | "0"))
    }

    fn deserialize_seq<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_seq(SeqDeserializer::new(self.0.into_iter()))
    }

    fn deserialize_newtype_struct<V: de::Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.last()
            .into_deserializer()
            .deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple tuple_struct map struct identifier ignored_any
    }
}

/// A form that was sent: its token was right.
#[derive(Debug, Clone)]
pub struct Form<T = ()> {
    /// When the whole request had arrived (reading 2).
    pub received_at: DateTime<Utc>,
    /// The fields as a struct.
    pub typed: T,
    /// The fields by name.
    pub fields: Fields,
}

impl<T> Form<T> {
    /// The form as it is shown again.
    pub fn state(&self) -> FormState {
        FormState::of(self.fields.clone())
    }
}

impl<T: Default + DeserializeOwned> FromRequest for Form<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        let read = || {
            let Received(received_at) = *extensions.get::<Received>().ok_or(Failure::Broken)?;
            let fields = extensions.get::<Fields>().ok_or(Failure::Broken)?.clone();
            // A form without a struct is read by name alone.
            let typed = if size_of::<T>() == 0 {
                T::default()
            } else {
                fields.read()?
            };
            Ok(Self {
                received_at,
                typed,
                fields,
            })
        };
        ready(read())
    }
}

/// A form as a page shows it: what was typed, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormState {
    fields: Fields,
    errors: Vec<FieldError>,
}

impl FormState {
    /// Whether a field was sent, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.fields.has(name)
    }

    /// Every value of a field.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.fields.values(name)
    }

    /// A form that nobody has filled in.
    pub fn blank() -> Self {
        Self::default()
    }

    /// A form with these fields.
    pub fn of(fields: Fields) -> Self {
        Self {
            fields,
            errors: Vec::new(),
        }
    }

    /// The form with a value in a field, for what is known already.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.0.push((name.to_owned(), value.into()));
        self
    }

    /// The form, refused for these reasons.
    #[must_use]
    pub fn refused(mut self, errors: impl IntoIterator<Item = FieldError>) -> Self {
        self.errors.extend(errors);
        self
    }

    /// The form, refused for what validator found. The messages are those of the struct's attributes.
    #[must_use]
    pub fn invalid(self, errors: &validator::ValidationErrors) -> Self {
        self.refused(field_errors(errors))
    }

    /// What is in a field, the last where there are several; empty where there is none.
    pub fn value(&self, name: &str) -> &str {
        self.fields.value(name)
    }

    /// Whether one of a field's values is this one.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.fields.values(name).contains(&value)
    }

    /// What is wrong with a field; empty where nothing is.
    pub fn error(&self, name: &str) -> &str {
        self.errors
            .iter()
            .find(|error| error.field == name)
            .map_or("", |error| &error.message)
    }

    /// Whether anything is wrong.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Everything that is wrong, for the error summary.
    pub fn problems(&self) -> Vec<FieldProblem> {
        self.errors
            .iter()
            .map(|error| {
                if error.field.is_empty() {
                    FieldProblem::general(&error.message)
                } else {
                    FieldProblem::new(error.field, &error.message)
                }
            })
            .collect()
    }
}

/// What validator found, field by field. The submitted values that it keeps beside each finding are left out.
pub fn field_errors(errors: &validator::ValidationErrors) -> Vec<FieldError> {
    let mut found: Vec<FieldError> = errors
        .field_errors()
        .into_iter()
        .flat_map(|(field, errors)| {
            // the derive names fields by literals
            let field = match field {
                Cow::Borrowed(name) => name,
                Cow::Owned(_) => "",
            };
            errors.iter().map(move |error| {
                let message = error
                    .message
                    .as_ref()
                    .map_or_else(|| "Check this answer".to_owned(), ToString::to_string);
                FieldError {
                    field,
                    code: "invalid",
                    message,
                }
            })
        })
        .collect();
    found.sort_by_key(|error| error.field);
    found
}
