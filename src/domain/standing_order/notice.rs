//! Clause (iii): written notice of a question; by Halton's figures, by 4pm on the working day before the meeting.
//!
//! The deadline is an instant. It is reckoned from the meeting's local date and the calendar of working days, and then read
//! off London's clock, so that it is right on both sides of the clock changes. What arrives at the deadline exactly is in
//! time; what arrives any later is late.
//!
//! ```
//! use chrono::NaiveDate;
//! use public_question_time::domain::standing_order::notice::Notice;
//! use public_question_time::domain::working_days::WorkingDays;
//!
//! let meeting = NaiveDate::from_ymd_opt(2024, 2, 6).unwrap();
//! let deadline = Notice::default().reckon(meeting, &WorkingDays::new([], 2024..=2024)).unwrap();
//!
//! assert_eq!(deadline.in_words(), "4pm on Monday 5 February 2024");
//! assert!(deadline.is_in_time("2024-02-05T16:00:00Z".parse().unwrap()));
//! assert!(!deadline.is_in_time("2024-02-05T16:00:00.001Z".parse().unwrap()));
//! ```

use std::num::NonZeroU16;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::domain::local_time::{at_london, clock_time, long_date, time_on_day};
use crate::domain::numbers::{count, ordinal};
use crate::domain::working_days::{Coverage, WhyNotWorking, WorkingDays};

/// How the days of notice are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// The `n`th working day before the day of the meeting: Halton's way.
    WorkingDays,
    /// `n` whole working days between the day of notice and the day of the meeting, neither counted.
    ClearWorkingDays,
}

/// Clause (iii): how much notice a question needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How the days are counted.
    pub kind: NoticeKind,
    /// How many working days.
    pub days: NonZeroU16,
    /// By what time of that day, on London's clock.
    pub time: NaiveTime,
}

impl Default for Notice {
    /// As Halton's standing order has it: 4pm on the working day before.
    fn default() -> Self {
        Self {
            kind: NoticeKind::WorkingDays,
            days: NonZeroU16::MIN,
            time: NaiveTime::from_hms_opt(16, 0, 0).unwrap_or_default(),
        }
    }
}

/// The calendar leaves no working day on which notice of a question could be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the calendar has no working day before {meeting_date} on which notice could be given")]
pub struct NoWorkingDay {
    /// The date of the meeting.
    pub meeting_date: NaiveDate,
}

impl Notice {
    /// "4pm on the working day before the meeting".
    pub fn in_words(&self) -> String {
        let time = clock_time(self.time);
        let days = u64::from(self.days.get());
        match (self.kind, days) {
            (NoticeKind::WorkingDays, 1) => format!("{time} on the working day before the meeting"),
            (NoticeKind::WorkingDays, days) => {
                format!("{time}, {} before the meeting", count(days, "working day"))
            }
            (NoticeKind::ClearWorkingDays, days) => format!(
                "{time}, with {} between that day and the day of the meeting",
                count(days, "clear working day")
            ),
        }
    }

    /// The deadline for questions to a meeting on this local date.
    ///
    /// # Errors
    /// [`NoWorkingDay`] where the calendar leaves none, which takes closures of many years or a date at the end of time.
    pub fn reckon(
        &self,
        meeting_date: NaiveDate,
        working_days: &WorkingDays,
    ) -> Result<Deadline, NoWorkingDay> {
        let back = match self.kind {
            NoticeKind::WorkingDays => self.days,
            NoticeKind::ClearWorkingDays => self.days.saturating_add(1),
        };
        let found = working_days
            .last_before(meeting_date, back)
            .ok_or(NoWorkingDay { meeting_date })?;
        Ok(Deadline {
            at: at_london(found.date, self.time),
            local_date: found.date,
            time: self.time,
            skipped: found.skipped,
            provisional: found.coverage == Coverage::Provisional,
            meeting_date,
            kind: self.kind,
            days: self.days,
        })
    }
}

/// The last instant at which a question is in time for a meeting, and how it was reckoned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// The instant itself. A question received at this instant is in time.
    pub at: DateTime<Utc>,
    /// The working day on which it falls, in London.
    pub local_date: NaiveDate,
    /// The time of day, in London.
    pub time: NaiveTime,
    /// The days passed over because they are not working days, earliest first.
    pub skipped: Vec<(NaiveDate, WhyNotWorking)>,
    /// The reckoning touched a year whose bank holidays are not known yet, so the deadline may move.
    pub provisional: bool,
    /// The date of the meeting from which it was reckoned.
    pub meeting_date: NaiveDate,
    /// How the days of notice were counted.
    pub kind: NoticeKind,
    /// How many days of notice there are.
    pub days: NonZeroU16,
}

impl Deadline {
    /// Whether a question received at this instant is in time. At the deadline exactly it is.
    pub fn is_in_time(&self, received_at: DateTime<Utc>) -> bool {
        received_at <= self.at
    }

    /// "4pm on Monday 5 February 2024".
    pub fn in_words(&self) -> String {
        time_on_day(self.at)
    }

    /// How the deadline was reckoned, one plain sentence to an entry: the meeting, the days passed over, the day found, and,
    /// for a provisional deadline, that it may move.
    pub fn reckoning(&self) -> Vec<String> {
        let mut sentences = vec![format!(
            "The meeting is on {}.",
            long_date(self.meeting_date)
        )];
        sentences.extend(self.skipped_in_words());
        sentences.push(self.day_found());
        if self.provisional {
            sentences.push(
                "This deadline is provisional: the bank holidays around it have not all been published yet, and \
                 a new one could move it."
                    .to_owned(),
            );
        }
        sentences
    }

    /// [`Deadline::reckoning`] as one paragraph.
    pub fn how_reckoned(&self) -> String {
        self.reckoning().join(" ")
    }

    /// The day of the deadline, and what makes it that one.
    fn day_found(&self) -> String {
        let days = u64::from(self.days.get());
        let (day, time) = (long_date(self.local_date), clock_time(self.time));
        let found = match (self.kind, days) {
            (NoticeKind::WorkingDays, 1) => {
                format!("The last working day before the meeting is {day}")
            }
            (NoticeKind::WorkingDays, days) => {
                format!(
                    "The {} working day before the meeting is {day}",
                    ordinal(days)
                )
            }
            (NoticeKind::ClearWorkingDays, days) => format!(
                "There must be {} between the day of the deadline and the day of the meeting. The last day that leaves {} is {day}",
                count(days, "clear working day"),
                if days == 1 { "it" } else { "them" },
            ),
        };
        format!("{found}, so notice of a question must be received by {time} that day.")
    }

    /// One sentence for each day passed over, a Saturday and the Sunday after it taken together; latest first, as one counts
    /// back from the meeting.
    fn skipped_in_words(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        let mut days = self.skipped.iter().rev().peekable();
        while let Some((date, why)) = days.next() {
            let with_saturday = *why == WhyNotWorking::Weekend
                && days
                    .next_if(|(before, why)| {
                        *why == WhyNotWorking::Weekend && Some(*before) == date.pred_opt()
                    })
                    .is_some();
            sentences.push(match date.pred_opt() {
                Some(saturday) if with_saturday => format!(
                    "{} and {} are not working days (weekend).",
                    long_date(saturday),
                    long_date(*date),
                ),
                _ => format!("{} is not a working day ({why}).", long_date(*date)),
            });
        }
        sentences
    }
}
