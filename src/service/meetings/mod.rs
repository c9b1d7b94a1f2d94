//! Meetings and their agendas: scheduled, changed, moved, cancelled (readings 16 and 24).

mod agenda;
mod cancel;
mod change;
mod schedule;

pub use agenda::{
    ItemForeseen, ItemParticulars, add_item, change_item, foresee_item, move_item, remove_item,
};
pub use cancel::cancel;
pub use change::{Foreseen, change, foresee, live};
pub(in crate::service) use schedule::insert;
pub use schedule::{doubts, schedule};

use chrono::{NaiveDate, NaiveTime};

use crate::{domain::text, service::ServiceError, store::meetings::MeetingRecord};

/// What is said of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Particulars {
    /// The local date.
    pub date: NaiveDate,
    /// The local time at which it starts.
    pub starts: NaiveTime,
    /// Where it is held.
    pub venue: String,
    /// Whether the agenda is out.
    pub agenda_published: bool,
    /// The local time at which it ended, for the minutes.
    pub ended: Option<NaiveTime>,
}

fn venue(typed: &str) -> Result<String, ServiceError> {
    let line = text::single_line(typed);
    if line.is_empty() {
        return Err(ServiceError::field(
            "venue",
            "empty",
            "Enter where the meeting is held",
        ));
    }
    if line.chars().count() > 300 {
        return Err(ServiceError::field(
            "venue",
            "too_long",
            "Where the meeting is held must be 300 characters or fewer",
        ));
    }
    Ok(line)
}

/// What the audit trail keeps of a meeting.
fn trace(record: &MeetingRecord) -> serde_json::Value {
    let meeting = &record.meeting;
    serde_json::json!({
        "date": meeting.date, "starts": meeting.starts, "venue": meeting.venue, "status": meeting.status,
        "agenda_published": meeting.agenda_published, "deadline": record.deadline_at, "version": meeting.version,
    })
}
