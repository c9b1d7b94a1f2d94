//! Boards and their meetings.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::{
    coded,
    domain::{
        id::{BoardId, MeetingId, StaffId},
        local_time,
        status::Act,
    },
};

/// A board: one of the bodies at whose meetings questions can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Its identifier.
    pub id: BoardId,
    /// Its name in addresses, such as `safer`.
    pub slug: String,
    /// Its full name.
    pub name: String,
    /// Its committee number in modern.gov.
    pub modern_gov_id: Option<i32>,
    /// What its minute numbers begin with, such as `SAF`.
    pub minute_prefix: Option<String>,
    /// What its minutes say where no question was received, where it has words of its own.
    pub nil_return: Option<String>,
    /// Who writes its written responses where nobody else is named.
    pub response_owner: Option<StaffId>,
    /// Whether it no longer meets.
    pub retired: bool,
    /// Grows with every change.
    pub version: i32,
}

/// The nil return of a board that has no words of its own.
pub const NIL_RETURN: &str = "No public questions had been received.";

impl Board {
    /// What its minutes say where no question was received.
    pub fn nil_return(&self) -> &str {
        self.nil_return.as_deref().unwrap_or(NIL_RETURN)
    }
}

coded! {
    /// Where a meeting stands.
    pub enum MeetingStatus {
        /// It is to be held.
        Scheduled = "scheduled",
        /// It will not be held, and there is no new date (reading 16).
        Cancelled = "cancelled",
        /// It was held; its question time is over.
        Held = "held",
    }
}

/// A meeting of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Its identifier.
    pub id: MeetingId,
    /// The board that meets.
    pub board_id: BoardId,
    /// The local date.
    pub date: NaiveDate,
    /// The local time at which it starts.
    pub starts: NaiveTime,
    /// Where it is held.
    pub venue: String,
    /// Where it stands.
    pub status: MeetingStatus,
    /// Whether the agenda is out, so that a question names an item (reading 9).
    pub agenda_published: bool,
    /// Whether it is there to show how the service works.
    pub demonstration: bool,
    /// Grows with every change.
    pub version: i32,
}

/// Where a meeting stands on a day, and so what may still be done about it. Acts, desk, pages and programs all ask this and
/// nothing else (reading 23).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Its day is still to come.
    Coming,
    /// It is today, and its public question time has not been closed.
    Today,
    /// Its day has passed, and nobody has closed its public question time.
    Unclosed,
    /// Its public question time has been closed.
    Held,
    /// It was cancelled.
    Cancelled,
}

impl Stage {
    /// Why no question may be approved, admitted, reopened or otherwise let in to be put at the meeting; none where one may.
    pub fn why_nothing_can_be_put(self) -> Option<&'static str> {
        match self {
            Self::Coming | Self::Today => None,
            Self::Unclosed => Some(
                "The day of the meeting has passed, so nothing can be put at it. Record what happened and close its public question time: each question that was not put then gets a written response.",
            ),
            Self::Held => Some(
                "Public question time of this meeting has been closed, so nothing can be put at it.",
            ),
            Self::Cancelled => Some("The meeting was cancelled, so nothing can be put at it."),
        }
    }

    /// Whether the act may be done to a question for the meeting, as far as the meeting is concerned.
    pub fn allows(self, act: Act) -> bool {
        match act {
            Act::Approve | Act::Admit | Act::Reopen => self.why_nothing_can_be_put().is_none(),
            _ => true,
        }
    }

    /// Whether what happened can be recorded without the clocks: on the day, and afterwards until question time is closed.
    pub fn takes_notes(self) -> bool {
        matches!(self, Self::Today | Self::Unclosed)
    }
}

/// The hour of the morning after a meeting from which its question time is taken for forgotten: nobody is still sitting.
const MORNING: NaiveTime = match NaiveTime::from_hms_opt(7, 0, 0) {
    Some(hour) => hour,
    None => NaiveTime::MIN,
};

impl Meeting {
    /// The morning after, from which question time that nobody closed is followed up.
    pub fn morning_after(&self) -> DateTime<Utc> {
        local_time::at_london(self.date.succ_opt().unwrap_or(self.date), MORNING)
    }

    /// Where it stands on a local day.
    pub fn stage(&self, today: NaiveDate) -> Stage {
        match self.status {
            MeetingStatus::Cancelled => Stage::Cancelled,
            MeetingStatus::Held => Stage::Held,
            MeetingStatus::Scheduled if today < self.date => Stage::Coming,
            MeetingStatus::Scheduled if today == self.date => Stage::Today,
            MeetingStatus::Scheduled => Stage::Unclosed,
        }
    }
}
