//! Questions that are still being written. They belong to the browser that writes them.

use chrono::{DateTime, Utc};
use diesel::{dsl::sql, prelude::*, sql_types::BigInt};

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
    /// Keyed hash of the client's address from which it was begun; empty where none is known.
    pub client_hash: String,
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
            drafts::client_hash.eq(&draft.client_hash),
            drafts::bytes.eq(bytes(&draft.fields)),
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
    let (visitor_hash, client_hash, meeting_id, fields, updated_at): (
        String,
        String,
        String,
        String,
        Instant,
    ) = drafts::table
        .filter(drafts::id.eq(id.to_string()))
        .filter(drafts::visitor_hash.eq(visitor_hash))
        .select((
            drafts::visitor_hash,
            drafts::client_hash,
            drafts::meeting_id,
            drafts::fields,
            drafts::updated_at,
        ))
        .first(db)?;
    Ok(DraftRecord {
        id,
        visitor_hash,
        client_hash,
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
            drafts::bytes.eq(bytes(fields)),
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

/// Removes every draft of a browser.
///
/// # Errors
/// [`StoreError`].
pub fn delete_of_browser(db: &mut Db, visitor_hash: &str) -> Result<(), StoreError> {
    diesel::delete(drafts::table.filter(drafts::visitor_hash.eq(visitor_hash))).execute(db)?;
    Ok(())
}

/// Whose drafts are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Those of a browser, by the hash of its cookie.
    Browser(&'a str),
    /// Those begun from a client's address, by its keyed hash.
    Client(&'a str),
    /// Everybody's.
    All,
}

/// How much a number of drafts take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// How many there are.
    pub drafts: i64,
    /// The bytes of what was typed in them.
    pub bytes: i64,
}

/// How much drafts take. For everybody's this reads an index from end to end.
///
/// # Errors
/// [`StoreError`].
pub fn held(db: &mut Db, whose: Whose<'_>) -> Result<Held, StoreError> {
    let sums = (
        sql::<BigInt>("COUNT(*)"),
        sql::<BigInt>("CAST(COALESCE(SUM(bytes), 0) AS BIGINT)"),
    );
    let (drafts, bytes): (i64, i64) = match whose {
        Whose::Browser(hash) => drafts::table
            .filter(drafts::visitor_hash.eq(hash))
            .select(sums)
            .first(db)?,
        Whose::Client(hash) => drafts::table
            .filter(drafts::client_hash.eq(hash))
            .select(sums)
            .first(db)?,
        Whose::All => drafts::table.select(sums).first(db)?,
    };
    Ok(Held { drafts, bytes })
}

/// Removes the drafts that were touched longest ago, and before an instant, a few at a time; how many.
///
/// # Errors
/// [`StoreError`].
pub fn delete_untouched(
    db: &mut Db,
    whose: Whose<'_>,
    before: DateTime<Utc>,
    most: i64,
) -> Result<usize, StoreError> {
    let old = drafts::table
        .filter(drafts::updated_at.lt(Instant::from(before)))
        .order(drafts::updated_at)
        .limit(most)
        .select(drafts::id);
    let old: Vec<String> = match whose {
        Whose::Browser(hash) => old.filter(drafts::visitor_hash.eq(hash)).load(db)?,
        Whose::Client(hash) => old.filter(drafts::client_hash.eq(hash)).load(db)?,
        Whose::All => old.load(db)?,
    };
    Ok(diesel::delete(drafts::table.filter(drafts::id.eq_any(old))).execute(db)?)
}

/// When the draft was last touched that was touched longest ago.
///
/// # Errors
/// [`StoreError`].
pub fn oldest(db: &mut Db, whose: Whose<'_>) -> Result<Option<DateTime<Utc>>, StoreError> {
    let first = drafts::table
        .order(drafts::updated_at)
        .limit(1)
        .select(drafts::updated_at);
    let found: Option<Instant> = match whose {
        Whose::Browser(hash) => first
            .filter(drafts::visitor_hash.eq(hash))
            .first(db)
            .optional()?,
        Whose::Client(hash) => first
            .filter(drafts::client_hash.eq(hash))
            .first(db)
            .optional()?,
        Whose::All => first.first(db).optional()?,
    };
    Ok(found.map(|at| at.utc()))
}

fn bytes(fields: &str) -> i64 {
    i64::try_from(fields.len()).unwrap_or(i64::MAX)
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
