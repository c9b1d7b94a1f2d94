//! Scheduling a meeting.

use chrono::{NaiveDate, NaiveTime};

use super::{Particulars, trace, venue};
use crate::{
    domain::{
        id::{BoardId, MeetingId},
        local_time,
        meeting::{Meeting, MeetingStatus},
    },
    service::{
        FieldError, Service, ServiceError,
        actor::Acting,
        next_meeting, permission,
        views::{self, MeetingView},
    },
    store::{
        connection::Db,
        meetings::{self, MeetingRecord},
    },
};

/// Schedules a meeting of a board.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`], for a date in the past, say.
pub fn schedule(
    service: &Service,
    acting: &Acting,
    board: BoardId,
    particulars: &Particulars,
) -> Result<MeetingView, ServiceError> {
    permission::proper_officer(acting)?;
    let venue = venue(&particulars.venue);
    let mut problems = match &venue {
        Err(ServiceError::Invalid(problems)) => problems.clone(),
        _ => Vec::new(),
    };
    if particulars.date < local_time::london_date(service.now()) {
        problems.insert(
            0,
            FieldError::new(
                "date",
                "past",
                "The date of the meeting must be today or in the future",
            ),
        );
    }
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    let venue = venue?;
    service.store.write(|db| {
        let board = meetings::board(db, board)?;
        if board.retired {
            return Err(ServiceError::Conflict(
                "This board no longer meets.".to_owned(),
            ));
        }
        let meeting = Meeting {
            id: service.new_id(),
            board_id: board.id,
            date: particulars.date,
            starts: particulars.starts,
            venue: venue.clone(),
            status: MeetingStatus::Scheduled,
            agenda_published: particulars.agenda_published,
            demonstration: false,
            version: 1,
        };
        let record = insert(service, db, meeting, None)?;
        service.audit(
            db,
            acting,
            "schedule_meeting",
            ("meeting", &record.meeting.id.to_string()),
            None,
            Some(trace(&record)),
        )?;
        next_meeting::announce(service, db, record.meeting.id)?;
        views::meeting(service, db, record.meeting.id)
    })
}

/// What speaks against a meeting of a board on a date, in sentences: the officer sees it and decides. Empty where nothing does.
///
/// # Errors
/// Those of the store.
pub fn doubts(
    service: &Service,
    db: &mut Db,
    board: BoardId,
    date: NaiveDate,
    itself: Option<MeetingId>,
) -> Result<Vec<String>, ServiceError> {
    let mut doubts = Vec::new();
    for other in meetings::from_date(db, date)? {
        let other = other.meeting;
        if other.board_id == board
            && other.date == date
            && Some(other.id) != itself
            && other.status != MeetingStatus::Cancelled
        {
            doubts.push(format!(
                "This board already has a meeting on {}, at {} ({}).",
                local_time::long_date(date),
                local_time::clock_time(other.starts),
                other.venue
            ));
        }
    }
    if let Some(why) = service.working_days(db)?.why_not(date) {
        doubts.push(format!(
            "{} is not a working day ({why}).",
            local_time::long_date(date)
        ));
    }
    Ok(doubts)
}

/// Stores a new meeting with its deadline.
///
/// # Errors
/// Those of the store.
pub(in crate::service) fn insert(
    service: &Service,
    db: &mut Db,
    meeting: Meeting,
    ended: Option<NaiveTime>,
) -> Result<MeetingRecord, ServiceError> {
    let deadline = service.deadline(db, &meeting)?;
    let record = MeetingRecord {
        meeting,
        moved_from: None,
        deadline_at: deadline.at,
        deadline_provisional: deadline.provisional,
        ended,
    };
    meetings::insert_meeting(db, &record)?;
    Ok(record)
}
