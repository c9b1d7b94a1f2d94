//! Meetings and times in the words that residents read.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        local_time,
        meeting::{Meeting, MeetingStatus},
    },
    service::views::MeetingView,
};

/// What a meeting is to somebody who might ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It takes questions.
    Open,
    /// It is still to be held; the deadline has passed.
    Closed,
    /// It is cancelled.
    Cancelled,
    /// Its day has passed, or its question time is over.
    Past,
}

/// A meeting in words.
#[derive(Debug, Clone)]
pub struct MeetingWords {
    /// Its page.
    pub href: String,
    /// The board's full name.
    pub board: String,
    /// "Tuesday 6 February 2024".
    pub date: String,
    /// "6:30pm".
    pub starts: String,
    /// Where.
    pub venue: String,
    /// "4pm on Monday 5 February 2024".
    pub deadline: String,
    /// "in 3 days"; empty once it has passed.
    pub time_left: String,
    /// Whether the deadline may still move.
    pub provisional: bool,
    /// How the deadline was reckoned, a sentence to an entry.
    pub reckoning: Vec<String>,
    /// What it is to somebody who might ask.
    pub standing: Standing,
    /// The date from which it was moved; empty where it was not.
    pub moved_from: String,
    /// Whether it is there to show how the service works.
    pub demonstration: bool,
}

impl MeetingWords {
    /// The meeting at a moment.
    pub fn new(view: &MeetingView, now: DateTime<Utc>) -> Self {
        let meeting = view.meeting();
        Self {
            href: format!("/meetings/{}", meeting.id),
            board: view.board.name.clone(),
            date: local_time::long_date(meeting.date),
            starts: local_time::clock_time(meeting.starts),
            venue: meeting.venue.clone(),
            deadline: view.deadline.in_words(),
            time_left: local_time::time_left(now, view.deadline.at).unwrap_or_default(),
            provisional: view.deadline.provisional,
            reckoning: view.deadline.reckoning(),
            standing: standing(view, now),
            moved_from: view
                .record
                .moved_from
                .map(local_time::long_date)
                .unwrap_or_default(),
            demonstration: meeting.demonstration,
        }
    }

    /// Whether it takes questions.
    pub fn is_open(&self) -> bool {
        self.standing == Standing::Open
    }

    /// Whether it is still to be held and takes no more questions.
    pub fn is_closed(&self) -> bool {
        self.standing == Standing::Closed
    }

    /// Whether it is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.standing == Standing::Cancelled
    }

    /// Whether it is over.
    pub fn is_past(&self) -> bool {
        self.standing == Standing::Past
    }

    /// "Safer Policy and Performance Board, Tuesday 6 February 2024".
    pub fn name(&self) -> String {
        format!("{}, {}", self.board, self.date)
    }
}

/// What a meeting is to somebody who might ask.
pub fn standing(view: &MeetingView, now: DateTime<Utc>) -> Standing {
    match view.meeting().status {
        MeetingStatus::Cancelled => Standing::Cancelled,
        MeetingStatus::Held => Standing::Past,
        MeetingStatus::Scheduled if view.takes_questions(now) => Standing::Open,
        MeetingStatus::Scheduled if is_over(view.meeting(), now) => Standing::Past,
        MeetingStatus::Scheduled => Standing::Closed,
    }
}

fn is_over(meeting: &Meeting, now: DateTime<Utc>) -> bool {
    meeting.date < local_time::london_date(now)
}

pub use crate::domain::numbers::count;

/// "1 minute 20 seconds".
pub fn minutes_and_seconds(time: Duration) -> String {
    let (minutes, seconds) = (time.as_secs() / 60, time.as_secs() % 60);
    match (minutes, seconds) {
        (0, seconds) => count(seconds, "second"),
        (minutes, 0) => count(minutes, "minute"),
        (minutes, seconds) => format!("{} {}", count(minutes, "minute"), count(seconds, "second")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaking_time_reads_as_a_person_says_it() {
        let said = |seconds| minutes_and_seconds(Duration::from_secs(seconds));
        assert_eq!(said(1), "1 second");
        assert_eq!(said(60), "1 minute");
        assert_eq!(said(80), "1 minute 20 seconds");
        assert_eq!(said(181), "3 minutes 1 second");
    }
}
