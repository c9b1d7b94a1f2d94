//! Days that the council has added to those of its configuration, and the changes of deadlines that followed.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        id::{MeetingId, StaffId},
        working_days::{NonWorkingDay, NonWorkingDayKind},
    },
    store::{
        connection::Db,
        error::StoreError,
        rows,
        schema::{calendar_days, deadline_changes},
        types::Instant,
    },
};

/// The days that the council has added.
///
/// # Errors
/// [`StoreError`].
pub fn added_days(db: &mut Db) -> Result<Vec<NonWorkingDay>, StoreError> {
    let rows: Vec<(NaiveDate, String, String)> = calendar_days::table
        .order(calendar_days::day)
        .select((
            calendar_days::day,
            calendar_days::title,
            calendar_days::kind,
        ))
        .load(db)?;
    rows.into_iter()
        .map(|(date, title, kind)| {
            let kind = match kind.as_str() {
                "bank_holiday" => NonWorkingDayKind::BankHoliday,
                "closure" => NonWorkingDayKind::Closure,
                _ => return Err(StoreError::other("a stored kind of day cannot be read")),
            };
            Ok(NonWorkingDay { date, title, kind })
        })
        .collect()
}

/// Adds a day, or gives it another title and kind.
///
/// # Errors
/// [`StoreError`].
pub fn add_day(
    db: &mut Db,
    day: &NonWorkingDay,
    by: Option<StaffId>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    remove_day(db, day.date)?;
    let kind = match day.kind {
        NonWorkingDayKind::BankHoliday => "bank_holiday",
        NonWorkingDayKind::Closure => "closure",
    };
    diesel::insert_into(calendar_days::table)
        .values((
            calendar_days::day.eq(day.date),
            calendar_days::title.eq(&day.title),
            calendar_days::kind.eq(kind),
            calendar_days::added_by.eq(by.map(|id| id.to_string())),
            calendar_days::added_at.eq(Instant::from(at)),
        ))
        .execute(db)?;
    Ok(())
}

/// Takes an added day away; whether there was one.
///
/// # Errors
/// [`StoreError`].
pub fn remove_day(db: &mut Db, day: NaiveDate) -> Result<bool, StoreError> {
    Ok(diesel::delete(calendar_days::table.filter(calendar_days::day.eq(day))).execute(db)? > 0)
}

/// A deadline that moved because the calendar changed (reading 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineChange {
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The deadline that people had been given.
    pub old: DateTime<Utc>,
    /// The deadline now.
    pub new: DateTime<Utc>,
    /// Why, in words.
    pub reason: String,
    /// When it was noticed.
    pub changed_at: DateTime<Utc>,
}

/// Records a change of a deadline.
///
/// # Errors
/// [`StoreError`].
pub fn record_deadline_change(
    db: &mut Db,
    id: &str,
    change: &DeadlineChange,
) -> Result<(), StoreError> {
    diesel::insert_into(deadline_changes::table)
        .values((
            deadline_changes::id.eq(id),
            deadline_changes::meeting_id.eq(change.meeting_id.to_string()),
            deadline_changes::old_at.eq(Instant::from(change.old)),
            deadline_changes::new_at.eq(Instant::from(change.new)),
            deadline_changes::reason.eq(&change.reason),
            deadline_changes::changed_at.eq(Instant::from(change.changed_at)),
        ))
        .execute(db)?;
    Ok(())
}

type ChangeRow = (String, Instant, Instant, String, Instant);

fn changes(rows: Vec<ChangeRow>) -> Result<Vec<DeadlineChange>, StoreError> {
    rows.into_iter()
        .map(|(meeting_id, old, new, reason, changed_at)| {
            Ok(DeadlineChange {
                meeting_id: rows::parsed(&meeting_id)?,
                old: old.utc(),
                new: new.utc(),
                reason,
                changed_at: changed_at.utc(),
            })
        })
        .collect()
}

/// The changes of deadlines since an instant, newest first.
///
/// # Errors
/// [`StoreError`].
pub fn deadline_changes_since(
    db: &mut Db,
    since: DateTime<Utc>,
) -> Result<Vec<DeadlineChange>, StoreError> {
    changes(
        deadline_changes::table
            .filter(deadline_changes::changed_at.ge(Instant::from(since)))
            .order(deadline_changes::changed_at.desc())
            .select((
                deadline_changes::meeting_id,
                deadline_changes::old_at,
                deadline_changes::new_at,
                deadline_changes::reason,
                deadline_changes::changed_at,
            ))
            .load(db)?,
    )
}

/// The changes of one meeting's deadline, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn deadline_changes_of(
    db: &mut Db,
    meeting: MeetingId,
) -> Result<Vec<DeadlineChange>, StoreError> {
    changes(
        deadline_changes::table
            .filter(deadline_changes::meeting_id.eq(meeting.to_string()))
            .order(deadline_changes::changed_at)
            .select((
                deadline_changes::meeting_id,
                deadline_changes::old_at,
                deadline_changes::new_at,
                deadline_changes::reason,
                deadline_changes::changed_at,
            ))
            .load(db)?,
    )
}
