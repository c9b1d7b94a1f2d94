//! Removing personal details on schedule. The question stays as a public record; the person goes.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        codes::Code,
        id::QuestionId,
        status::{FINAL, Status},
    },
    store::{
        connection::Db,
        error::StoreError,
        letters::LetterState,
        rows,
        schema::{allowances, idempotency_keys, letters, meetings, questioners, questions},
        types::Instant,
    },
};

/// The questions whose personal details are due to go: at rest, from meetings before a date.
///
/// # Errors
/// [`StoreError`].
pub fn due(
    db: &mut Db,
    meetings_before: NaiveDate,
    most: i64,
) -> Result<Vec<QuestionId>, StoreError> {
    let at_rest: Vec<&str> = FINAL.iter().map(|status| status.code()).collect();
    let ids: Vec<String> = questions::table
        .inner_join(meetings::table)
        .inner_join(questioners::table)
        .filter(meetings::meeting_date.lt(meetings_before))
        .filter(questions::status.eq_any(at_rest))
        .order(questions::id)
        .limit(most)
        .select(questions::id)
        .load(db)?;
    ids.iter().map(|id| rows::parsed(id)).collect()
}

/// Removes everything personal about a question: details, allowance keys, letters, and the words that were redacted. The name
/// stays only where it was published with a question that was put.
///
/// # Errors
/// [`StoreError`].
pub fn remove_personal_details(
    db: &mut Db,
    id: QuestionId,
    anonymous: &str,
) -> Result<(), StoreError> {
    let key = id.to_string();
    diesel::delete(questioners::table.filter(questioners::question_id.eq(&key))).execute(db)?;
    diesel::delete(allowances::table.filter(allowances::question_id.eq(&key))).execute(db)?;
    diesel::delete(letters::table.filter(letters::question_id.eq(&key))).execute(db)?;
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::question_id.eq(&key)))
        .execute(db)?;
    diesel::update(questions::table.filter(questions::id.eq(&key)))
        .set((
            questions::original_text.eq(questions::public_text),
            questions::difference.eq(None::<String>),
            questions::link_version.eq(questions::link_version + 1),
        ))
        .execute(db)?;
    diesel::update(
        questions::table
            .filter(questions::id.eq(&key))
            .filter(questions::put_on.is_null()),
    )
    .set(questions::published_name.eq(anonymous))
    .execute(db)?;
    // a refusal may quote the postcode
    diesel::update(
        questions::table
            .filter(questions::id.eq(&key))
            .filter(questions::status.eq(Status::Refused.code())),
    )
    .set(questions::refusals.eq("[]"))
    .execute(db)?;
    Ok(())
}

/// Removes the letters to staff that were settled before an instant; how many.
///
/// # Errors
/// [`StoreError`].
pub fn delete_settled_staff_letters(
    db: &mut Db,
    before: DateTime<Utc>,
) -> Result<usize, StoreError> {
    Ok(diesel::delete(
        letters::table
            .filter(letters::question_id.is_null())
            .filter(letters::state.ne(LetterState::Waiting.code()))
            .filter(letters::created_at.lt(Instant::from(before))),
    )
    .execute(db)?)
}
