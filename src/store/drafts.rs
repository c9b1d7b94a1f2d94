//! Questions that are still being written. They belong to the browser that writes them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::id::{DraftId, MeetingId},
    store::{connection::Db, error::StoreError, rows, schema::drafts, types::Instant},
};

/// A draft as stored: its fields are a document of the service's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRecord {
    /// Its identifier; a question keeps it, so that one draft makes one question.
    pub id: DraftId,
    /// Hash of the cookie of the browser that it belongs to.
    pub visitor_hash: String,
    /// The meeting.
    pub meeting_id: MeetingId,
    /// What was typed, as JSON.
    pub fields: String,
    /// When it was last saved.
    pub updated_at: DateTime<Utc>,
}

/// Adds a draft.
///
/// # Errors
/// [`StoreError`].
pub fn insert(db: &mut Db, draft: &DraftRecord) -> Result<(), StoreError> {
    diesel::insert_into(drafts::table)
        .values((
            drafts::id.eq(draft.id.to_string()),
            drafts::visitor_hash.eq(&draft.visitor_hash),
            drafts::meeting_id.eq(draft.meeting_id.to_string()),
            drafts::fields.eq(&draft.fields),
            drafts::created_at.eq(Instant::from(draft.updated_at)),
            drafts::updated_at.eq(Instant::from(draft.updated_at)),
        ))
        .execute(db)?;
    Ok(())
}

/// A draft of this visitor.
///
/// # Errors
/// [`StoreError::NotFound`] where there is none, or it is another's.
pub fn find(db: &mut Db, id: DraftId, visitor_hash: &str) -> Result<DraftRecord, StoreError> {
    let (visitor_hash, meeting_id, fields, updated_at): (String, String, String, Instant) =
        drafts::table
            .filter(drafts::id.eq(id.to_string()))
            .filter(drafts::visitor_hash.eq(visitor_hash))
            .select((
                drafts::visitor_hash,
                drafts::meeting_id,
                drafts::fields,
                drafts::updated_at,
            ))
            .first(db)?;
    Ok(DraftRecord {
        id,
        visitor_hash,
        meeting_id: rows::parsed(&meeting_id)?,
        fields,
        updated_at: updated_at.utc(),
    })
}

/// The meeting of a draft, whoever's it is.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn meeting_of(db: &mut Db, id: DraftId) -> Result<MeetingId, StoreError> {
    let meeting: String = drafts::table
        .find(id.to_string())
        .select(drafts::meeting_id)
        .first(db)?;
    rows::parsed(&meeting)
}

/// Saves what was typed.
///
/// # Errors
/// [`StoreError`].
pub fn save(db: &mut Db, id: DraftId, fields: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(drafts::table.find(id.to_string()))
        .set((
            drafts::fields.eq(fields),
            drafts::updated_at.eq(Instant::from(at)),
        ))
        .execute(db)?;
    Ok(())
}

/// Removes a draft.
///
/// # Errors
/// [`StoreError`].
pub fn delete(db: &mut Db, id: DraftId) -> Result<(), StoreError> {
    diesel::delete(drafts::table.find(id.to_string())).execute(db)?;
    Ok(())
}

/// Removes the drafts that were last saved before an instant; how many.
///
/// # Errors
/// [`StoreError`].
pub fn delete_older(db: &mut Db, before: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(
        diesel::delete(drafts::table.filter(drafts::updated_at.lt(Instant::from(before))))
            .execute(db)?,
    )
}
