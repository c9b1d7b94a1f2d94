//! Refused questions whose questioners wait to be told of the board's next meeting.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::{Question, QuestionRow, all};
use crate::{
    domain::{
        codes::Code,
        id::{BoardId, QuestionId},
        status::Status,
    },
    store::{
        connection::Db,
        error::StoreError,
        schema::{meetings, questions},
        types::Instant,
    },
};

/// Returns the refused questions of a board's meetings before a date whose questioners wait to be told, in order of receipt.
///
/// # Errors
/// [`StoreError`].
pub fn waiting_for_next_meeting(
    db: &mut Db,
    board: BoardId,
    before: NaiveDate,
) -> Result<Vec<Question>, StoreError> {
    all(questions::table
        .inner_join(meetings::table)
        .filter(meetings::board_id.eq(board.to_string()))
        .filter(meetings::meeting_date.lt(before))
        .filter(questions::status.eq(Status::Refused.code()))
        .filter(questions::next_meeting_told_at.is_null())
        .order((questions::received_at, questions::id))
        .select(QuestionRow::as_select())
        .load(db)?)
}

/// Whether the questioner waits to be told.
///
/// # Errors
/// [`StoreError`].
pub fn waits_for_next_meeting(db: &mut Db, id: QuestionId) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(
        questions::table
            .filter(questions::id.eq(id.to_string()))
            .filter(questions::status.eq(Status::Refused.code()))
            .filter(questions::next_meeting_told_at.is_null()),
    ))
    .get_result(db)?)
}

/// Records that the questioner has been told.
///
/// # Errors
/// [`StoreError`].
pub fn told_of_next_meeting(
    db: &mut Db,
    id: QuestionId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(questions::table.find(id.to_string()))
        .set(questions::next_meeting_told_at.eq(Some(Instant::from(at))))
        .execute(db)?;
    Ok(())
}

/// Whether the question has been sent on to another meeting.
///
/// # Errors
/// [`StoreError`].
pub fn was_carried_on(db: &mut Db, id: QuestionId) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(
        questions::table.filter(questions::carried_from.eq(id.to_string())),
    ))
    .get_result(db)?)
}
