//! Exceptions that officers recorded for a question.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        codes::Code,
        id::{QuestionId, StaffId},
        standing_order::Exception,
    },
    store::{connection::Db, error::StoreError, rows, schema::question_exceptions, types::Instant},
};

/// An exception that an officer recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedException {
    /// What it sets aside.
    pub exception: Exception,
    /// Why.
    pub reason: String,
    /// By whom.
    pub staff_id: StaffId,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// Adds an exception.
///
/// # Errors
/// [`StoreError`].
pub fn insert_exception(
    db: &mut Db,
    id: &str,
    question: QuestionId,
    exception: &RecordedException,
) -> Result<(), StoreError> {
    diesel::insert_into(question_exceptions::table)
        .values((
            question_exceptions::id.eq(id),
            question_exceptions::question_id.eq(question.to_string()),
            question_exceptions::exception.eq(exception.exception.code()),
            question_exceptions::reason.eq(&exception.reason),
            question_exceptions::staff_id.eq(exception.staff_id.to_string()),
            question_exceptions::made_at.eq(Instant::from(exception.made_at)),
        ))
        .execute(db)?;
    Ok(())
}

/// The exceptions recorded for a question, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn exceptions(db: &mut Db, question: QuestionId) -> Result<Vec<RecordedException>, StoreError> {
    let found: Vec<(String, String, String, Instant)> = question_exceptions::table
        .filter(question_exceptions::question_id.eq(question.to_string()))
        .order(question_exceptions::id)
        .select((
            question_exceptions::exception,
            question_exceptions::reason,
            question_exceptions::staff_id,
            question_exceptions::made_at,
        ))
        .load(db)?;
    found
        .into_iter()
        .map(|(exception, reason, staff_id, made_at)| {
            Ok(RecordedException {
                exception: rows::coded(&exception)?,
                reason,
                staff_id: rows::parsed(&staff_id)?,
                made_at: made_at.utc(),
            })
        })
        .collect()
}
