//! The audit trail: who did what to what, when, before and after. Rows are only ever added; the database refuses anything else.
//!
//! An entry names people by their identifiers and never holds personal details, so that it can stay when they are removed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    coded,
    domain::id::QuestionId,
    store::{connection::Db, error::StoreError, rows, schema::audit_entries, types::Instant},
};

coded! {
    /// Who acts.
    pub enum ActorKind {
        /// A member of staff or a chair, through the pages.
        Staff = "staff",
        /// The same through a token.
        Program = "program",
        /// A questioner, by a private link or a form.
        Questioner = "questioner",
        /// The service by itself.
        System = "system",
    }
}

/// An entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries)]
pub struct Entry {
    /// UUID of version 7.
    pub id: String,
    /// When.
    pub occurred_at: Instant,
    /// [`ActorKind`] by its code.
    pub actor_kind: String,
    /// Whose account, if any.
    pub actor_id: Option<String>,
    /// The act, such as `approve`.
    pub act: String,
    /// What kind of thing it was done to.
    pub subject_kind: String,
    /// Which one.
    pub subject_id: String,
    /// Its state before, as JSON.
    pub was: Option<String>,
    /// Its state after, as JSON.
    pub became: Option<String>,
    /// The request that caused it.
    pub request_id: Option<String>,
}

impl Entry {
    /// When, in UTC.
    pub fn at(&self) -> DateTime<Utc> {
        self.occurred_at.utc()
    }

    /// Who acted.
    ///
    /// # Errors
    /// Where the stored code is unknown.
    pub fn actor(&self) -> Result<ActorKind, StoreError> {
        rows::coded(&self.actor_kind)
    }
}

/// Adds an entry.
///
/// # Errors
/// [`StoreError`].
pub fn append(db: &mut Db, entry: &Entry) -> Result<(), StoreError> {
    diesel::insert_into(audit_entries::table)
        .values(entry)
        .execute(db)?;
    Ok(())
}

/// The history of one thing, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn of_subject(db: &mut Db, subject_id: &str) -> Result<Vec<Entry>, StoreError> {
    Ok(audit_entries::table
        .filter(audit_entries::subject_id.eq(subject_id))
        .order(audit_entries::id)
        .select(Entry::as_select())
        .load(db)?)
}

/// The latest entries, newest first, before the entry named if one is.
///
/// # Errors
/// [`StoreError`].
pub fn latest(db: &mut Db, before: Option<&str>, most: i64) -> Result<Vec<Entry>, StoreError> {
    let mut query = audit_entries::table
        .select(Entry::as_select())
        .into_boxed::<crate::store::connection::Backend>();
    if let Some(before) = before {
        query = query.filter(audit_entries::id.lt(before.to_owned()));
    }
    Ok(query.order(audit_entries::id.desc()).limit(most).load(db)?)
}

/// The questions on which this act was carried out, each once.
///
/// # Errors
/// [`StoreError`].
pub fn subjects_of(db: &mut Db, act: &str) -> Result<Vec<QuestionId>, StoreError> {
    let ids: Vec<String> = audit_entries::table
        .filter(audit_entries::act.eq(act))
        .filter(audit_entries::subject_kind.eq("question"))
        .select(audit_entries::subject_id)
        .distinct()
        .load(db)?;
    ids.iter().map(|id| rows::parsed(id)).collect()
}
