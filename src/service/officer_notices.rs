//! Telling the officers of new questions: the first few in an hour one by one, and the rest together in a digest.
//!
//! Anybody can send questions, so the officers' mailbox has to stand any number of them. Nothing is lost: a question of which no
//! letter tells waits in a table until a digest names its meeting and counts it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    domain::{
        meeting::{Board, Meeting},
        status::Status,
    },
    service::{
        Service, ServiceError,
        letters::{Letter, QuestionsCame},
        outbox::counted_within,
    },
    store::{
        connection::Db,
        letters,
        pending_notices::{self, PendingNotice},
        questions::Question,
    },
};

/// The purpose of the keyed hash, and the text, under which notices of single questions are counted.
const COUNTED_AS: (&str, &str) = ("officers' notices", "new question");

/// The same for letters about letters that could not be sent.
const FAILURES: (&str, &str) = ("officers' notices", "letter failed");

/// How many references a digest gives for each meeting.
pub const MAX_REFERENCES: usize = 20;

/// Tells the officers of a new question: at once, or with the next digest where many have come.
///
/// # Errors
/// Those of the store.
pub(super) fn tell_of(
    service: &Service,
    db: &mut Db,
    question: &Question,
    board: &Board,
    meeting: &Meeting,
) -> Result<(), ServiceError> {
    if service.settings.mail.officers.is_empty() {
        return Ok(());
    }
    let key = service.keyed_hex(COUNTED_AS.0, COUNTED_AS.1);
    if room(service, db, &key)? == 0 {
        return Ok(pending_notices::insert(db, question.id, service.now())?);
    }
    let letter = Letter::OfficerNewQuestion {
        reference: question.reference.to_string(),
        board: board.name.clone(),
        date: meeting.date,
        refused: question.status == Status::Refused,
        path: format!("/staff/questions/{}", question.id),
    };
    service.write_counted_to_officers(db, &letter, Some(&key))
}

/// Tells the officers that a letter could not be sent, unless they have been told of several within the hour: the last of those says that no
/// more come, and the desk shows all.
///
/// # Errors
/// Those of the store.
pub(super) fn tell_of_failed_letter(
    service: &Service,
    db: &mut Db,
    letter: impl FnOnce(bool) -> Letter,
) -> Result<(), ServiceError> {
    let key = service.keyed_hex(FAILURES.0, FAILURES.1);
    match room(service, db, &key)? {
        0 => Ok(()),
        room => service.write_counted_to_officers(db, &letter(room == 1), Some(&key)),
    }
}

/// Of how many more things of a kind the officers can be told one by one within the hour.
fn room(service: &Service, db: &mut Db, key: &str) -> Result<u32, ServiceError> {
    let officers = u32::try_from(service.settings.mail.officers.len()).unwrap_or(u32::MAX);
    let max = service.settings.limits.officer_notices_per_hour;
    let all = max.saturating_mul(officers);
    let since = service.now() - counted_within();
    let told = letters::counted(db, key, since, all)?;
    Ok(max.saturating_sub(told.div_ceil(officers.max(1))))
}

/// Writes the digest, once the first question that it tells of has waited as long as the setting says. Returns whether it did.
///
/// # Errors
/// Those of the store.
pub fn write_due_digest(service: &Service) -> Result<bool, ServiceError> {
    let due = |db: &mut Db| -> Result<Option<DateTime<Utc>>, ServiceError> {
        let latest = service.now() - service.settings.outbox.digest_after;
        Ok(pending_notices::oldest(db)?.filter(|oldest| *oldest <= latest))
    };
    // most looks find nothing, and cost no write
    if service.store.read(due)?.is_none() {
        return Ok(false);
    }
    service.store.write(|db| {
        let Some(since) = due(db)? else {
            return Ok(false);
        };
        let until = service.now();
        let notices = pending_notices::until(db, until)?;
        let letter = Letter::OfficerNewQuestions {
            since,
            until,
            meetings: by_meeting(notices),
            path: "/staff".to_owned(),
        };
        service.write_to_officers(db, &letter)?;
        pending_notices::delete_until(db, until)?;
        Ok(true)
    })
}

/// The questions meeting by meeting, the next meeting first.
fn by_meeting(notices: Vec<PendingNotice>) -> Vec<QuestionsCame> {
    let mut meetings: BTreeMap<(NaiveDate, String), QuestionsCame> = BTreeMap::new();
    for notice in notices {
        let came = meetings
            .entry((notice.date, notice.board.clone()))
            .or_insert_with(|| QuestionsCame {
                board: notice.board,
                date: notice.date,
                waiting: 0,
                refused: 0,
                settled: 0,
                references: Vec::new(),
            });
        match notice.status {
            Status::Submitted => came.waiting += 1,
            Status::Refused => came.refused += 1,
            _ => {
                came.settled += 1;
                continue;
            }
        }
        if came.references.len() < MAX_REFERENCES {
            came.references.push(notice.reference);
        }
    }
    meetings.into_values().collect()
}
