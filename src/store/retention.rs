//! Removing personal details on schedule. What was published stays as a public record; the person goes.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        codes::Code,
        id::QuestionId,
        publication,
        questioner::Naming,
        refusal::Refusal,
        status::{FINAL, Status},
    },
    store::{
        connection::Db,
        error::StoreError,
        letters::LetterState,
        rows,
        schema::{
            allowances, decisions, idempotency_keys, letters, meetings, minutes,
            question_exceptions, questioners, questions, replies, written_responses,
        },
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

/// The questions whose personal details are due to go: they stand so, from meetings before a date. Where the details have gone and
/// words that were never published are still there, as in a backup from before the rule was so, it is due again.
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
    let words_left = questions::put_on
        .is_null()
        .and(questions::public_text.ne(REMOVED));
    let ids: Vec<String> = questions::table
        .inner_join(meetings::table)
        .left_join(questioners::table)
        .filter(meetings::meeting_date.lt(meetings_before))
        .filter(questions::status.eq_any(codes))
        .filter(
            questioners::question_id
                .nullable()
                .is_not_null()
                .or(words_left),
        )
        .order(questions::id)
        .limit(most)
        .select(questions::id)
        .load(db)?;
    ids.iter().map(|id| rows::parsed(id)).collect()
}

/// Of these questions, those whose personal details are there, or whose words are though they were never published.
///
/// # Errors
/// [`StoreError`].
pub fn still_there(db: &mut Db, named: &[QuestionId]) -> Result<Vec<QuestionId>, StoreError> {
    let keys: Vec<String> = named.iter().map(ToString::to_string).collect();
    let words_left = questions::put_on
        .is_null()
        .and(questions::public_text.ne(REMOVED));
    let ids: Vec<String> = questions::table
        .left_join(questioners::table)
        .filter(questions::id.eq_any(keys))
        .filter(
            questioners::question_id
                .nullable()
                .is_not_null()
                .or(words_left),
        )
        .select(questions::id)
        .load(db)?;
    ids.iter().map(|id| rows::parsed(id)).collect()
}

/// Removes everything personal about a question: details, allowance keys, letters, the words that were redacted, drafts, what officers
/// wrote about the person, and what a refusal quotes. The words and the name stay only where the question is published
/// ([`publication`]); of any other the answers go as well, for they speak of it.
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
    diesel::update(question_exceptions::table.filter(question_exceptions::question_id.eq(&key)))
        .set(question_exceptions::reason.eq(REMOVED))
        .execute(db)?;
    diesel::update(written_responses::table.filter(written_responses::question_id.eq(&key)))
        .set(written_responses::draft.eq(""))
        .execute(db)?;
    let (put_on, public_text, refusals): (Option<NaiveDate>, String, String) = questions::table
        .find(&key)
        .select((
            questions::put_on,
            questions::public_text,
            questions::refusals,
        ))
        .first(db)?;
    let published = publication::is_published(put_on);
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
        remove_words(db, &key, anonymous)?;
    }
    Ok(())
}

/// Removes what was never published of a question besides its text: name, matter, the reasons given for decisions, what was written for
/// the minutes, and the replies.
fn remove_words(db: &mut Db, key: &str, anonymous: &str) -> Result<(), StoreError> {
    diesel::update(questions::table.find(key))
        .set((
            questions::published_name.eq(anonymous),
            questions::naming.eq(Naming::Withheld.code()),
            questions::matter.eq(None::<String>),
            questions::public_matter.eq(None::<String>),
        ))
        .execute(db)?;
    diesel::update(decisions::table.filter(decisions::question_id.eq(key)))
        .set(decisions::reason.eq(None::<String>))
        .execute(db)?;
    diesel::delete(minutes::table.filter(minutes::question_id.eq(key))).execute(db)?;
    let responses = written_responses::table
        .filter(written_responses::question_id.eq(key))
        .select(written_responses::id)
        .load::<String>(db)?;
    diesel::update(replies::table.filter(replies::response_id.eq_any(responses)))
        .set((
            replies::body.eq(REMOVED),
            replies::published_body.eq(None::<String>),
        ))
        .execute(db)?;
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
