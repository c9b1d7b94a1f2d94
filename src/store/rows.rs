//! From what a column holds to what the domain means, and back.

use std::str::FromStr;

use crate::{domain::codes::Code, store::error::StoreError};

/// Reads an identifier, a reference or anything else that parses.
///
/// # Errors
/// Where the column holds something else; its value is not repeated.
pub fn parsed<T: FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| unreadable::<T>())
}

/// Reads an optional identifier.
///
/// # Errors
/// Where the column holds something else.
pub fn parsed_option<T: FromStr>(text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(parsed).transpose()
}

/// Reads a value that is stored by its code.
///
/// # Errors
/// Where there is no such code.
pub fn coded<T: Code>(text: &str) -> Result<T, StoreError> {
    T::from_code(text).ok_or_else(unreadable::<T>)
}

/// Reads a document that is stored as JSON.
///
/// # Errors
/// Where it is not the JSON of a `T`.
pub fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| unreadable::<T>())
}

/// Writes a document as JSON.
///
/// # Errors
/// Where it has no JSON form.
pub fn to_json<T: serde::Serialize + ?Sized>(document: &T) -> Result<String, StoreError> {
    serde_json::to_string(document).map_err(|_| StoreError::other("a document has no JSON form"))
}

fn unreadable<T>() -> StoreError {
    StoreError::other(format!(
        "a stored {} cannot be read",
        std::any::type_name::<T>()
            .rsplit("::")
            .next()
            .unwrap_or("value")
    ))
}
