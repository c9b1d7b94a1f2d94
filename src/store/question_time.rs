//! The events of question time, append-only.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        id::{MeetingId, StaffId},
        standing_order::question_time::{Event, Recorded},
    },
    store::{
        connection::Db,
        error::StoreError,
        rows,
        schema::{question_time_events, staff},
        types::Instant,
    },
};

/// The events at a meeting in order.
///
/// # Errors
/// [`StoreError`].
pub fn events(db: &mut Db, meeting: MeetingId) -> Result<Vec<Recorded>, StoreError> {
    let found: Vec<(i32, String, Instant)> = question_time_events::table
        .filter(question_time_events::meeting_id.eq(meeting.to_string()))
        .order(question_time_events::seq)
        .select((
            question_time_events::seq,
            question_time_events::event,
            question_time_events::recorded_at,
        ))
        .load(db)?;
    found
        .into_iter()
        .map(|(seq, event, at)| recorded(seq, &event, &at))
        .collect()
}

fn recorded(seq: i32, event: &str, at: &Instant) -> Result<Recorded, StoreError> {
    Ok(Recorded {
        seq,
        at: at.utc(),
        event: rows::json::<Event>(event)?,
    })
}

/// The account through which an event was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedBy {
    /// Its identifier.
    pub id: StaffId,
    /// Its name as it is today.
    pub name: String,
}

/// The events at a meeting in order, undone ones too, each with who recorded it.
///
/// # Errors
/// [`StoreError`].
pub fn log(db: &mut Db, meeting: MeetingId) -> Result<Vec<(Recorded, RecordedBy)>, StoreError> {
    let found: Vec<(i32, String, Instant, String, String)> = question_time_events::table
        .inner_join(staff::table)
        .filter(question_time_events::meeting_id.eq(meeting.to_string()))
        .order(question_time_events::seq)
        .select((
            question_time_events::seq,
            question_time_events::event,
            question_time_events::recorded_at,
            staff::id,
            staff::name,
        ))
        .load(db)?;
    found
        .into_iter()
        .map(|(seq, event, at, id, name)| {
            let recorded = recorded(seq, &event, &at)?;
            let by = RecordedBy {
                id: rows::parsed(&id)?,
                name,
            };
            Ok((recorded, by))
        })
        .collect()
}

/// Appends an event under the next number.
///
/// # Errors
/// [`StoreError::UniqueViolation`] where another act took that number first, and others.
pub fn append(
    db: &mut Db,
    meeting: MeetingId,
    seq: i32,
    event: &Event,
    at: DateTime<Utc>,
    by: StaffId,
) -> Result<(), StoreError> {
    diesel::insert_into(question_time_events::table)
        .values((
            question_time_events::meeting_id.eq(meeting.to_string()),
            question_time_events::seq.eq(seq),
            question_time_events::kind.eq(event.code()),
            question_time_events::event.eq(rows::to_json(event)?),
            question_time_events::recorded_at.eq(Instant::from(at)),
            question_time_events::staff_id.eq(by.to_string()),
        ))
        .execute(db)?;
    Ok(())
}
