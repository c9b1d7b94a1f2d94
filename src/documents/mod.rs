//! FLOOR 3: what the papers of a meeting say, whatever form they are given in: the sheet of questions that is circulated at the
//! meeting, and the extract for its minutes.

pub mod minutes_extract;
pub mod question_sheet;

use crate::{
    domain::{agenda::AgendaItem, local_time},
    service::views::MeetingView,
};

/// What stands at the head of every paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The council's name.
    pub council: String,
    /// The board's name.
    pub board: String,
    /// "6:30pm on Tuesday 6 February 2024".
    pub when: String,
    /// Where the meeting is or was held.
    pub venue: String,
}

impl Heading {
    /// The heading for a meeting.
    pub fn of(meeting: &MeetingView, council: &str) -> Self {
        Self {
            council: council.to_owned(),
            board: meeting.board.name.clone(),
            when: local_time::time_on_day(meeting.starts_at()),
            venue: meeting.meeting().venue.clone(),
        }
    }
}

/// The agenda item under which public questions are put, where the agenda has it.
fn public_question_time(agenda: &[AgendaItem]) -> Option<&AgendaItem> {
    agenda.iter().find(|item| is_public_question_time(item))
}

/// Whether an item is public question time itself.
pub fn is_public_question_time(item: &AgendaItem) -> bool {
    item.title.to_lowercase().contains("public question time")
}

/// An item as the minutes refer to it: by its minute number, or by its place until it has one.
fn referred_to(item: &AgendaItem) -> String {
    match &item.minute_number {
        Some(number) => format!("minute {number}, {}", item.title),
        None => format!("item {}, {}", item.position, item.title),
    }
}
