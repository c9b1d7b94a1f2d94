//! What the minutes say of a question that was put.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::{
    domain::id::{AgendaItemId, QuestionId},
    store::{connection::Db, error::StoreError, rows, schema::minutes},
};

/// What the minutes say of a question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Minutes {
    /// The response given at the meeting, in substance.
    pub response: Option<String>,
    /// Who gave it.
    pub answered_by: Option<String>,
    /// The supplementary question.
    pub supplementary_text: Option<String>,
    /// The response to it.
    pub supplementary_response: Option<String>,
    /// The agenda item that it was dealt with under.
    pub dealt_with: Option<AgendaItemId>,
    /// Grows with every change; 0 where nothing has been written.
    pub version: i32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = minutes, treat_none_as_null = true)]
struct MinutesRow {
    question_id: String,
    response: Option<String>,
    answered_by: Option<String>,
    supplementary_text: Option<String>,
    supplementary_response: Option<String>,
    dealt_with_item_id: Option<String>,
    version: i32,
}

impl TryFrom<MinutesRow> for Minutes {
    type Error = StoreError;
    fn try_from(row: MinutesRow) -> Result<Self, StoreError> {
        Ok(Self {
            response: row.response,
            answered_by: row.answered_by,
            supplementary_text: row.supplementary_text,
            supplementary_response: row.supplementary_response,
            dealt_with: rows::parsed_option(row.dealt_with_item_id.as_deref())?,
            version: row.version,
        })
    }
}

/// What the minutes say of a question so far.
///
/// # Errors
/// [`StoreError`].
pub fn minutes(db: &mut Db, question: QuestionId) -> Result<Minutes, StoreError> {
    let row = minutes::table
        .find(question.to_string())
        .select(MinutesRow::as_select())
        .first(db)
        .optional()?;
    row.map_or_else(|| Ok(Minutes::default()), TryInto::try_into)
}

/// What the minutes say of some questions so far; those of which nothing has been written are left out.
///
/// # Errors
/// [`StoreError`].
pub fn minutes_of(
    db: &mut Db,
    questions: &[QuestionId],
) -> Result<HashMap<QuestionId, Minutes>, StoreError> {
    let ids: Vec<String> = questions.iter().map(ToString::to_string).collect();
    let found = minutes::table
        .filter(minutes::question_id.eq_any(ids))
        .select(MinutesRow::as_select())
        .load(db)?;
    found
        .into_iter()
        .map(|row| Ok((rows::parsed(&row.question_id)?, row.try_into()?)))
        .collect()
}

/// Writes what the minutes say, where they still have the version before the one given; whether they had.
///
/// # Errors
/// [`StoreError`].
pub fn write_minutes(
    db: &mut Db,
    question: QuestionId,
    written: &Minutes,
) -> Result<bool, StoreError> {
    let row = MinutesRow {
        question_id: question.to_string(),
        response: written.response.clone(),
        answered_by: written.answered_by.clone(),
        supplementary_text: written.supplementary_text.clone(),
        supplementary_response: written.supplementary_response.clone(),
        dealt_with_item_id: written.dealt_with.map(|id| id.to_string()),
        version: written.version,
    };
    if written.version == 1 {
        return Ok(crate::insert_unless_present!(db, minutes::table, row)? == 1);
    }
    let changed = diesel::update(
        minutes::table
            .filter(minutes::question_id.eq(question.to_string()))
            .filter(minutes::version.eq(written.version - 1)),
    )
    .set(row)
    .execute(db)?;
    Ok(changed == 1)
}
