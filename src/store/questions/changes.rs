//! Which questions changed, for a search that is kept in memory. The database itself writes it down (by triggers), so that no act
//! can forget to.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::{
    domain::id::QuestionId,
    store::{
        connection::Db,
        dialect::{self, Change},
        error::StoreError,
        retention::REMOVED,
        rows,
        schema::questions,
    },
};

/// How far somebody has followed the changes.
///
/// PostgreSQL's transactions overlap: a change may become visible after one with a higher revision. So a change carries the number of
/// its transaction. Every transaction below the oldest that was still running has ended and been seen; what is above is read again at
/// the next look, less the revisions that were seen already. (SQLite has one writer, and its changes become visible in order.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The first transaction that may still bring changes.
    horizon: i64,
    /// Revisions of it and of those after it that were seen.
    ahead: BTreeSet<i64>,
}

/// The changes that somebody has not seen yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The questions that changed, each once. Some of them may be gone.
    pub questions: Vec<QuestionId>,
    /// How far the changes are followed with them.
    pub followed: Followed,
}

impl Changes {
    /// Returns whether there is nothing to do.
    pub fn is_nothing(&self) -> bool {
        self.questions.is_empty()
    }
}

/// What a search knows of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    /// Which.
    pub id: QuestionId,
    /// The date of the meeting at which it was put.
    pub put_on: Option<NaiveDate>,
    /// The published text, whether or not it has been put.
    pub text: String,
}

/// The changes that are visible and have not been followed yet. A state older than what was followed has none.
///
/// On PostgreSQL this is right in a transaction that sees one state from beginning to end, as `Store::read` opens it.
///
/// # Errors
/// [`StoreError`], also in a transaction that writes: what is never committed is not to be followed.
pub fn since(db: &mut Db, followed: &Followed) -> Result<Changes, StoreError> {
    refuse_uncommitted(db)?;
    let visible = dialect::changes_from(db, followed.horizon)?;
    let unseen = |change: &&Change| !followed.ahead.contains(&change.revision);
    let ids: BTreeSet<&str> = visible
        .iter()
        .filter(unseen)
        .map(|change| change.question_id.as_str())
        .collect();
    let followed = match ids.is_empty() {
        true => followed.clone(),
        false => {
            let horizon = dialect::changes_horizon(db)?;
            Followed {
                horizon,
                ahead: beyond(horizon, &visible),
            }
        }
    };
    Ok(Changes {
        questions: ids
            .into_iter()
            .map(rows::parsed)
            .collect::<Result<_, _>>()?,
        followed,
    })
}

/// Follows the changes up to the present state: for somebody who reads in it what they follow.
///
/// # Errors
/// Those of [`since`].
pub fn up_to_now(db: &mut Db) -> Result<Followed, StoreError> {
    refuse_uncommitted(db)?;
    let horizon = dialect::changes_horizon(db)?;
    let visible = dialect::changes_from(db, horizon)?;
    Ok(Followed {
        horizon,
        ahead: beyond(horizon, &visible),
    })
}

fn refuse_uncommitted(db: &mut Db) -> Result<(), StoreError> {
    match dialect::may_see_uncommitted(db) {
        true => Err(StoreError::other(
            "changes are followed before a transaction that writes, not in it",
        )),
        false => Ok(()),
    }
}

fn beyond(horizon: i64, visible: &[Change]) -> BTreeSet<i64> {
    visible
        .iter()
        .filter(|change| change.transaction_id >= horizon)
        .map(|change| change.revision)
        .collect()
}

/// What a search knows of some questions, or of all, in the order in which they came, less those whose words were removed.
///
/// # Errors
/// [`StoreError`].
pub fn searched(db: &mut Db, of: Option<&[QuestionId]>) -> Result<Vec<Searched>, StoreError> {
    type Row = (String, Option<NaiveDate>, String);
    let columns = (questions::id, questions::put_on, questions::public_text);
    let rows: Vec<Row> = match of {
        Some(ids) => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let mut rows = Vec::with_capacity(ids.len());
            // a statement can't have any number of values
            for ids in ids.chunks(500) {
                rows.extend(
                    questions::table
                        .filter(questions::id.eq_any(ids))
                        .order(questions::id)
                        .select(columns)
                        .load::<Row>(db)?,
                );
            }
            rows
        }
        None => questions::table
            .order(questions::id)
            .select(columns)
            .load(db)?,
    };
    rows.into_iter()
        .map(|(id, put_on, text)| {
            Ok(Searched {
                id: rows::parsed(&id)?,
                put_on,
                text,
            })
        })
        .filter(|searched| !matches!(searched, Ok(searched) if searched.text == REMOVED))
        .collect()
}
