//! Removing personal details on schedule. The question stays as a public record; the person goes.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        codes::Code,
        id::QuestionId,
        refusal::Refusal,
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

/// The statuses in which a question may rest, but for those that the rule refused: they have a schedule of their own.
pub fn at_rest() -> Vec<Status> {
    FINAL
        .iter()
        .copied()
        .filter(|status| *status != Status::Refused)
        .collect()
}

/// The questions whose personal details are due to go: they stand so, from meetings before a date.
///
/// # Errors
/// [`StoreError`].
pub fn due(
    db: &mut Db,
    statuses: &[Status],
    meetings_before: NaiveDate,
    most: i64,
) -> Result<Vec<QuestionId>, StoreError> {
    let codes: Vec<&str> = statuses.iter().map(|status| status.code()).collect();
    let ids: Vec<String> = questions::table
        .inner_join(meetings::table)
        .inner_join(questioners::table)
        .filter(meetings::meeting_date.lt(meetings_before))
        .filter(questions::status.eq_any(codes))
        .order(questions::id)
        .limit(most)
        .select(questions::id)
        .load(db)?;
    ids.iter().map(|id| rows::parsed(id)).collect()
}

/// Removes everything personal about a question: details, allowance keys, letters, the words that were redacted, and what a
/// refusal quotes. The words and the name stay only where they were published.
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
    let (status, put_on, public_text, refusals): (String, Option<NaiveDate>, String, String) =
        questions::table
            .find(&key)
            .select((
                questions::status,
                questions::put_on,
                questions::public_text,
                questions::refusals,
            ))
            .first(db)?;
    let published = put_on.is_some() || status == Status::Responded.code();
    let text = if published {
        public_text.as_str()
    } else {
        REMOVED
    };
    diesel::update(questions::table.find(&key))
        .set((
            questions::original_text.eq(text),
            questions::public_text.eq(text),
            questions::difference.eq(None::<String>),
            questions::refusals.eq(without_postcode(&refusals)?),
            questions::link_version.eq(questions::link_version + 1),
        ))
        .execute(db)?;
    if !published {
        diesel::update(questions::table.find(&key))
            .set((
                questions::published_name.eq(anonymous),
                questions::matter.eq(None::<String>),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// What stands in the place of words that were removed.
pub const REMOVED: &str = "(removed)";

fn without_postcode(refusals: &str) -> Result<String, StoreError> {
    let mut refusals: Vec<Refusal> = rows::json(refusals)?;
    for refusal in &mut refusals {
        if let Refusal::OutsideBorough { postcode } = refusal {
            REMOVED.clone_into(postcode);
        }
    }
    rows::to_json(&refusals)
}

/// Removes the letters that were delivered, printed or settled before an instant; how many.
///
/// # Errors
/// [`StoreError`].
pub fn delete_settled_letters(db: &mut Db, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let settled = [
        LetterState::Sent,
        LetterState::Printed,
        LetterState::Settled,
    ]
    .map(LetterState::code);
    Ok(diesel::delete(
        letters::table
            .filter(letters::state.eq_any(settled))
            .filter(letters::settled_at.lt(Some(Instant::from(before)))),
    )
    .execute(db)?)
}
