//! Allowances: the slots that live questions hold at a meeting, kept unique by the database (clause (iii)).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        codes::Code,
        id::{MeetingId, QuestionId},
        refusal::Allowance,
    },
    store::{connection::Db, error::StoreError, rows, schema::allowances, types::Instant},
};

/// A key by which a question would hold an allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedKey {
    /// Whose allowance.
    pub of: Allowance,
    /// Hash of the key's text.
    pub hash: String,
}

/// The slots of these keys that live questions at the meeting hold.
///
/// # Errors
/// [`StoreError`].
pub fn held_slots(
    db: &mut Db,
    meeting: MeetingId,
    keys: &[HashedKey],
) -> Result<Vec<(String, i32)>, StoreError> {
    let meeting = meeting.to_string();
    let mut held = Vec::new();
    // A statement of any number of values is prepared anew each time; one of three (email, postcode, organisation) is kept.
    for keys in keys.chunks(3) {
        let hash = |n: usize| keys.get(n).or(keys.last()).map_or("", |key| &key.hash);
        held.extend(
            allowances::table
                .filter(allowances::meeting_id.eq(&meeting))
                .filter(allowances::released_at.is_null())
                .filter(
                    allowances::key_hash
                        .eq(hash(0))
                        .or(allowances::key_hash.eq(hash(1)))
                        .or(allowances::key_hash.eq(hash(2))),
                )
                .select((allowances::key_hash, allowances::slot))
                .load::<(String, i32)>(db)?,
        );
    }
    Ok(held)
}

/// The questions at the meeting that hold any of these keys.
///
/// # Errors
/// [`StoreError`].
pub fn holders(
    db: &mut Db,
    meeting: MeetingId,
    keys: &[HashedKey],
) -> Result<Vec<QuestionId>, StoreError> {
    let ids: Vec<String> = allowances::table
        .filter(allowances::meeting_id.eq(meeting.to_string()))
        .filter(allowances::released_at.is_null())
        .filter(
            allowances::key_hash
                .eq_any(keys.iter().map(|key| key.hash.clone()).collect::<Vec<_>>()),
        )
        .select(allowances::question_id)
        .distinct()
        .load(db)?;
    ids.iter().map(|id| rows::parsed(id)).collect()
}

/// Takes a slot of a key for a question.
///
/// # Errors
/// [`StoreError::UniqueViolation`] where another live question holds it (clause (iii)), and others.
pub fn take_slot(
    db: &mut Db,
    id: &str,
    meeting: MeetingId,
    question: QuestionId,
    key: &HashedKey,
    slot: i32,
) -> Result<(), StoreError> {
    diesel::insert_into(allowances::table)
        .values((
            allowances::id.eq(id),
            allowances::meeting_id.eq(meeting.to_string()),
            allowances::question_id.eq(question.to_string()),
            allowances::key_of.eq(key.of.code()),
            allowances::key_hash.eq(&key.hash),
            allowances::slot.eq(slot),
        ))
        .execute(db)?;
    Ok(())
}

/// Gives back what a question holds.
///
/// # Errors
/// [`StoreError`].
pub fn release_slots(
    db: &mut Db,
    question: QuestionId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(
        allowances::table
            .filter(allowances::question_id.eq(question.to_string()))
            .filter(allowances::released_at.is_null()),
    )
    .set(allowances::released_at.eq(Some(Instant::from(at))))
    .execute(db)?;
    Ok(())
}

/// Gives back the slots of these keys that a question holds.
///
/// # Errors
/// [`StoreError`].
pub fn release_keys(
    db: &mut Db,
    question: QuestionId,
    keys: &[HashedKey],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let hashes: Vec<&str> = keys.iter().map(|key| key.hash.as_str()).collect();
    diesel::update(
        allowances::table
            .filter(allowances::question_id.eq(question.to_string()))
            .filter(allowances::key_hash.eq_any(hashes))
            .filter(allowances::released_at.is_null()),
    )
    .set(allowances::released_at.eq(Some(Instant::from(at))))
    .execute(db)?;
    Ok(())
}

/// Whether a question holds an allowance.
///
/// # Errors
/// [`StoreError`].
pub fn holds_allowance(db: &mut Db, question: QuestionId) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(
        allowances::table
            .filter(allowances::question_id.eq(question.to_string()))
            .filter(allowances::released_at.is_null()),
    ))
    .get_result(db)?)
}
