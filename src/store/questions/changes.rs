//! Which questions changed, for a search that is kept in memory. The database itself writes it down (by triggers), so that no act
//! can forget to.

use chrono::NaiveDate;
use diesel::{dsl::max, prelude::*};

use crate::{
    domain::id::QuestionId,
    store::{
        connection::Db,
        error::StoreError,
        retention::REMOVED,
        rows,
        schema::{question_changes, questions},
    },
};

/// The number of a change. A change with a higher number was committed later.
pub type Revision = i64;

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

/// The number of the last change; 0 before the first.
///
/// # Errors
/// [`StoreError`].
pub fn revision(db: &mut Db) -> Result<Revision, StoreError> {
    let last: Option<Revision> = question_changes::table
        .select(max(question_changes::revision))
        .first(db)?;
    Ok(last.unwrap_or(0))
}

/// The questions that changed after a revision, each once. Some of them may be gone.
///
/// # Errors
/// [`StoreError`].
pub fn since(db: &mut Db, seen: Revision) -> Result<Vec<QuestionId>, StoreError> {
    let ids: Vec<String> = question_changes::table
        .filter(question_changes::revision.gt(seen))
        .select(question_changes::question_id)
        .distinct()
        .load(db)?;
    ids.iter().map(|id| rows::parsed(id)).collect()
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
