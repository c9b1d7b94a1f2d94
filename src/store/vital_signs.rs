//! What an operator watches: counts by index that stop at a bound, so that asking costs no more when more is stored.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Date, Nullable, Text, Timestamp},
};

use crate::{
    domain::{
        codes::Code, meeting::MeetingStatus, standing_order::written_response::ResponseState,
        status::Status,
    },
    store::{connection::Db, dialect, error::StoreError, letters::LetterState, types::Instant},
};

/// How the service stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VitalSigns {
    /// Letters that wait to be sent.
    pub letters_waiting: i64,
    /// Since when the one has waited that has waited longest.
    pub oldest_waiting: Option<DateTime<Utc>>,
    /// Letters that were given up.
    pub letters_failed: i64,
    /// Questions that wait for a decision.
    pub undecided: i64,
    /// Written responses past their due date.
    pub overdue: i64,
    /// Meetings before today whose question time is not closed.
    pub unclosed: i64,
    /// The size of the database in bytes.
    pub bytes: i64,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Oldest {
    #[diesel(sql_type = Nullable<Timestamp>)]
    since: Option<Instant>,
}

/// Reads them, each counted to `most`.
///
/// # Errors
/// [`StoreError`].
pub fn read(db: &mut Db, today: NaiveDate, most: i64) -> Result<VitalSigns, StoreError> {
    let waiting = LetterState::Waiting.code();
    let oldest: Oldest =
        diesel::sql_query("SELECT min(waiting_since) AS since FROM letters WHERE state = $1")
            .bind::<Text, _>(waiting)
            .get_result(db)?;
    let overdue = [ResponseState::Owed, ResponseState::HoldingReplySent]
        .into_iter()
        .map(|state| {
            let counted: Counted = diesel::sql_query(
                "SELECT count(*) AS n FROM ( \
                     SELECT 1 AS one FROM written_responses WHERE state = $1 AND due_on < $2 LIMIT $3) AS found",
            )
            .bind::<Text, _>(state.code())
            .bind::<Date, _>(today)
            .bind::<BigInt, _>(most)
            .get_result(db)?;
            Ok(counted.n)
        })
        .sum::<Result<i64, StoreError>>()?;
    let unclosed: Counted = diesel::sql_query(
        "SELECT count(*) AS n FROM ( \
             SELECT 1 AS one FROM meetings WHERE status = $1 AND meeting_date < $2 LIMIT $3) AS found",
    )
    .bind::<Text, _>(MeetingStatus::Scheduled.code())
    .bind::<Date, _>(today)
    .bind::<BigInt, _>(most)
    .get_result(db)?;
    Ok(VitalSigns {
        letters_waiting: count_in(db, "letters", waiting, most)?,
        oldest_waiting: oldest.since.map(Instant::utc),
        letters_failed: count_in(db, "letters", LetterState::Failed.code(), most)?,
        undecided: count_in(db, "questions", Status::Submitted.code(), most)?,
        overdue,
        unclosed: unclosed.n,
        bytes: i64::try_from(dialect::size(db)?).unwrap_or(i64::MAX),
    })
}

/// Rows of a table of ours that stand so.
fn count_in(db: &mut Db, table: &str, code: &str, most: i64) -> Result<i64, StoreError> {
    let column = if table == "letters" {
        "state"
    } else {
        "status"
    };
    let sql = format!(
        "SELECT count(*) AS n FROM (SELECT 1 AS one FROM {table} WHERE {column} = $1 LIMIT $2) AS found"
    );
    let counted: Counted = diesel::sql_query(sql)
        .bind::<Text, _>(code)
        .bind::<BigInt, _>(most)
        .get_result(db)?;
    Ok(counted.n)
}
