//! Letters in sight: how many wait longer than they should, failed, or are to be printed, and what is pressing about it. None is
//! dropped silently (reading 15).

use chrono::{DateTime, Days, Utc};

use crate::{
    domain::local_time,
    service::{Service, ServiceError, actor::Acting, permission},
    store::{
        connection::Db,
        letters::{self, LetterState},
    },
};

/// Letters that have waited longer than the setting `outbox.shown_after_minutes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delayed {
    /// How many.
    pub count: i64,
    /// When the first of them began to wait.
    pub since: DateTime<Utc>,
    /// The outcome of the last attempt at that one; none where there was no attempt.
    pub error: Option<String>,
    /// Whether one of them is about a meeting that is near.
    pub urgent: bool,
}

impl Delayed {
    /// "3 letters have been waiting since 9am: the mail server does not answer".
    pub fn in_words(&self, now: DateTime<Utc>) -> String {
        let since = if local_time::london_date(self.since) == local_time::london_date(now) {
            local_time::clock_time(local_time::london(self.since).time())
        } else {
            local_time::day_at_time(self.since)
        };
        let (count, have) = match self.count {
            1 => ("1 letter".to_owned(), "has"),
            more => (format!("{more} letters"), "have"),
        };
        let not_tried = match self.count {
            1 => "no attempt to send it has been recorded",
            _ => "no attempt to send them has been recorded",
        };
        let why = self.error.as_deref().unwrap_or(not_tried);
        format!("{count} {have} been waiting since {since}: {why}")
    }
}

/// How many letters stand where an officer has to look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LettersInSight {
    /// Letters that wait to be sent, late or not.
    pub waiting: i64,
    /// Those of them that have waited too long.
    pub delayed: Option<Delayed>,
    /// Letters that could not be sent, or came back.
    pub failed: i64,
    /// Whether one of those is about a meeting that is near.
    pub failed_urgent: bool,
    /// Letters to print and post.
    pub to_print: i64,
    /// Whether one of those is about a meeting that is near, so that the post may come too late.
    pub to_print_urgent: bool,
}

impl Service {
    /// The letters that an officer has to look at.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] and others.
    pub fn letters_in_sight(&self, acting: &Acting) -> Result<LettersInSight, ServiceError> {
        permission::proper_officer(acting)?;
        self.store.read(|db| counts(self, db))
    }

    /// Whether a meeting is so near that a letter about it is pressing.
    pub fn is_near(&self, date: chrono::NaiveDate) -> bool {
        let today = local_time::london_date(self.now());
        date >= today && date <= self.near_until(today)
    }

    fn near_until(&self, today: chrono::NaiveDate) -> chrono::NaiveDate {
        today
            .checked_add_days(Days::new(self.settings.outbox.urgent_days_before_meeting))
            .unwrap_or(today)
    }
}

/// The counts, for whoever has asked for permission.
pub(super) fn counts(service: &Service, db: &mut Db) -> Result<LettersInSight, ServiceError> {
    let now = service.now();
    let today = local_time::london_date(now);
    let near_until = service.near_until(today);
    let late = now - service.settings.outbox.shown_after;
    let near = |db: &mut Db, state, before| {
        letters::any_for_meetings_between(db, state, before, today, near_until)
    };
    let delayed = match letters::waiting_since_before(db, late)? {
        None => None,
        Some((count, oldest)) => Some(Delayed {
            count,
            since: oldest.waiting_since,
            error: oldest.last_error,
            urgent: near(db, LetterState::Waiting, late)?,
        }),
    };
    Ok(LettersInSight {
        delayed,
        waiting: letters::count(db, LetterState::Waiting)?,
        failed: letters::count(db, LetterState::Failed)?,
        failed_urgent: near(db, LetterState::Failed, now)?,
        to_print: letters::count(db, LetterState::ToPrint)?,
        to_print_urgent: near(db, LetterState::ToPrint, now)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_says_how_many_since_when_and_why() {
        let since = "2024-02-05T09:00:00Z".parse().unwrap();
        let delayed = |count, error: Option<&str>| Delayed {
            count,
            since,
            error: error.map(str::to_owned),
            urgent: false,
        };
        assert_eq!(
            delayed(3, Some("the mail server does not answer"))
                .in_words("2024-02-05T15:00:00Z".parse().unwrap()),
            "3 letters have been waiting since 9am: the mail server does not answer"
        );
        assert_eq!(
            delayed(1, None).in_words("2024-02-06T08:00:00Z".parse().unwrap()),
            "1 letter has been waiting since 5 February 2024 at 9am: no attempt to send it has been recorded"
        );
        assert_eq!(
            delayed(2, None).in_words("2024-02-06T08:00:00Z".parse().unwrap()),
            "2 letters have been waiting since 5 February 2024 at 9am: no attempt to send them has been recorded"
        );
    }
}
