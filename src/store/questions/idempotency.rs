//! Idempotency keys: a request that a program repeats makes no second question.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::id::QuestionId,
    store::{connection::Db, error::StoreError, rows, schema::idempotency_keys, types::Instant},
};

/// A submission that an idempotency key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Hash of the request's body.
    pub request_hash: String,
    /// The question that it made.
    pub question_id: QuestionId,
}

/// What an idempotency key stands for, if it was used.
///
/// # Errors
/// [`StoreError`].
pub fn remembered(db: &mut Db, key_hash: &str) -> Result<Option<Remembered>, StoreError> {
    let found: Option<(String, String)> = idempotency_keys::table
        .find(key_hash)
        .select((
            idempotency_keys::request_hash,
            idempotency_keys::question_id,
        ))
        .first(db)
        .optional()?;
    found
        .map(|(request_hash, id)| {
            Ok(Remembered {
                request_hash,
                question_id: rows::parsed(&id)?,
            })
        })
        .transpose()
}

/// Remembers what an idempotency key stands for.
///
/// # Errors
/// [`StoreError::UniqueViolation`] where it was used, and others.
pub fn remember(
    db: &mut Db,
    key_hash: &str,
    request: &Remembered,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::key_hash.eq(key_hash),
            idempotency_keys::request_hash.eq(&request.request_hash),
            idempotency_keys::question_id.eq(request.question_id.to_string()),
            idempotency_keys::created_at.eq(Instant::from(at)),
        ))
        .execute(db)?;
    Ok(())
}
