//! New questions of which the officers are told in the next digest.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::{
    domain::{id::QuestionId, status::Status},
    store::{
        connection::Db,
        error::StoreError,
        rows,
        schema::{boards, meetings, pending_notices, questions},
        types::Instant,
    },
};

/// A question of which the officers are still to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingNotice {
    /// Its reference.
    pub reference: String,
    /// Where it stands now.
    pub status: Status,
    /// The board's name.
    pub board: String,
    /// The date of its meeting.
    pub date: NaiveDate,
}

/// Leaves a question to the next digest.
///
/// # Errors
/// [`StoreError`].
pub fn insert(db: &mut Db, question: QuestionId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(pending_notices::table)
        .values((
            pending_notices::question_id.eq(question.to_string()),
            pending_notices::noticed_at.eq(Instant::from(at)),
        ))
        .execute(db)?;
    Ok(())
}

/// Since when the first question waits for a digest, if one does.
///
/// # Errors
/// [`StoreError`].
pub fn oldest(db: &mut Db) -> Result<Option<DateTime<Utc>>, StoreError> {
    let oldest: Option<Instant> = pending_notices::table
        .order(pending_notices::noticed_at)
        .select(pending_notices::noticed_at)
        .first(db)
        .optional()?;
    Ok(oldest.map(Instant::utc))
}

/// The questions that were left to a digest until an instant, the first first.
///
/// # Errors
/// [`StoreError`].
pub fn until(db: &mut Db, until: DateTime<Utc>) -> Result<Vec<PendingNotice>, StoreError> {
    let rows: Vec<(String, String, String, NaiveDate)> = pending_notices::table
        .inner_join(questions::table.inner_join(meetings::table.inner_join(boards::table)))
        .filter(pending_notices::noticed_at.le(Instant::from(until)))
        .order((pending_notices::noticed_at, pending_notices::question_id))
        .select((
            questions::reference,
            questions::status,
            boards::name,
            meetings::meeting_date,
        ))
        .load(db)?;
    rows.into_iter()
        .map(|(reference, status, board, date)| {
            Ok(PendingNotice {
                reference,
                status: rows::coded(&status)?,
                board,
                date,
            })
        })
        .collect()
}

/// Forgets the questions that were left to a digest until an instant: it has been written.
///
/// # Errors
/// [`StoreError`].
pub fn delete_until(db: &mut Db, until: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::delete(
        pending_notices::table.filter(pending_notices::noticed_at.le(Instant::from(until))),
    )
    .execute(db)?;
    Ok(())
}
