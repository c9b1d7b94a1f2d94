//! Boards and their meetings.

use chrono::{NaiveDate, NaiveTime};

use crate::{
    coded,
    domain::id::{BoardId, MeetingId},
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
    /// Whether it no longer meets.
    pub retired: bool,
    /// Grows with every change.
    pub version: i32,
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
