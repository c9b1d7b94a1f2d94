//! What the service does by itself when people forget: a meeting that nobody closed (reading 23), a written response that is nearly
//! due or overdue (reading 15). It is run every hour on each node; each step is one transaction that looks first whether it has
//! been done, so that nothing is done or sent twice.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    domain::{
        id::{MeetingId, StaffId},
        local_time,
        meeting::Meeting,
        status::Status,
        working_days::WorkingDays,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        letters::{Letter, ResponseDue},
        question_time, responses,
        views::{self, MeetingView},
    },
    store::{
        connection::Db,
        meetings, questions,
        responses::{self as stored, OFFICERS, Reminder, Whose, WrittenResponse},
        staff,
    },
};

/// The hour of a working day from which reminders are sent.
const OFFICE_HOURS: u32 = 8;

/// Most responses that are looked through for reminders at once.
const MOST: i64 = 1000;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Meetings without a question that were closed with the nil return.
    pub closed_empty: usize,
    /// Meetings with questions that were closed because nobody had.
    pub closed_unrecorded: usize,
    /// Meetings of which the officers were told that they were not closed.
    pub told: usize,
    /// E-mails about written responses that are nearly due or overdue.
    pub reminders: usize,
}

/// A meeting that nobody closed, as the desk shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Unclosed {
    /// The meeting.
    pub view: MeetingView,
    /// Its questions that wait: approved, or never decided.
    pub questions: i64,
    /// The last day before the service closes it.
    pub until: NaiveDate,
}

/// Does all that is due.
///
/// # Errors
/// Those of the store.
pub fn follow_up(service: &Service) -> Result<Done, ServiceError> {
    let mut done = Done::default();
    follow_up_meetings(service, &mut done)?;
    done.reminders = remind(service)?;
    Ok(done)
}

/// The last day on which somebody can close a meeting's question time before the service does.
fn until(service: &Service, calendar: &WorkingDays, meeting: &Meeting) -> NaiveDate {
    calendar
        .nth_after(meeting.date, service.settings.follow_up.close_after)
        .map_or(NaiveDate::MAX, |last| last.date)
}

/// The last day on which somebody can close a meeting's question time before the service does.
///
/// # Errors
/// [`ServiceError::NotFound`] and those of the store.
pub fn last_day(
    service: &Service,
    db: &mut Db,
    meeting: MeetingId,
) -> Result<NaiveDate, ServiceError> {
    let calendar = service.working_days(db)?;
    let record = meetings::meeting(db, meeting)?;
    Ok(until(service, &calendar, &record.meeting))
}

/// How many questions wait at a meeting: approved, or never decided.
fn waiting(db: &mut Db, meeting: &Meeting) -> Result<i64, ServiceError> {
    Ok(questions::count_by_status(db, meeting.id)?
        .iter()
        .filter(|(status, _)| matches!(status, Status::Approved | Status::Submitted))
        .map(|(_, count)| count)
        .sum())
}

/// The meetings whose day has passed and whose question time nobody has closed, oldest first.
///
/// # Errors
/// Those of the store.
pub fn unclosed(service: &Service, db: &mut Db) -> Result<Vec<Unclosed>, ServiceError> {
    let today = local_time::london_date(service.now());
    let calendar = service.working_days(db)?;
    meetings::unclosed(db, today)?
        .into_iter()
        .map(|record| {
            let view = views::meeting(service, db, record.meeting.id)?;
            Ok(Unclosed {
                questions: waiting(db, &record.meeting)?,
                until: until(service, &calendar, &record.meeting),
                view,
            })
        })
        .collect()
}

fn follow_up_meetings(service: &Service, done: &mut Done) -> Result<(), ServiceError> {
    let now = service.now();
    let today = local_time::london_date(now);
    let due: Vec<Meeting> = service
        .store
        .read(|db| Ok::<_, ServiceError>(meetings::unclosed(db, today)?))?
        .into_iter()
        .map(|record| record.meeting)
        .filter(|meeting| meeting.morning_after() <= now)
        .collect();
    for meeting in due {
        let step = service
            .store
            .write(|db| follow_up_meeting(service, db, &meeting))?;
        match step {
            Step::ClosedEmpty => done.closed_empty += 1,
            Step::ClosedUnrecorded => done.closed_unrecorded += 1,
            Step::Told => done.told += 1,
            Step::Nothing => {}
        }
    }
    Ok(())
}

/// What was done about a meeting.
enum Step {
    Nothing,
    ClosedEmpty,
    ClosedUnrecorded,
    Told,
}

fn follow_up_meeting(
    service: &Service,
    db: &mut Db,
    meeting: &Meeting,
) -> Result<Step, ServiceError> {
    // it may have been closed, moved or cancelled since, by somebody or on another node
    let view = views::meeting(service, db, meeting.id)?;
    let now = service.now();
    if view.meeting().morning_after() > now {
        return Ok(Step::Nothing);
    }
    let questions = waiting(db, view.meeting())?;
    let calendar = service.working_days(db)?;
    let until = until(service, &calendar, view.meeting());
    let is_left = local_time::london_date(now) > until;
    if questions == 0 || is_left {
        let closed = question_time::close_unrecorded(service, db, &view)?;
        return Ok(match (closed, questions) {
            (false, _) => Step::Nothing,
            (true, 0) => Step::ClosedEmpty,
            (true, _) => Step::ClosedUnrecorded,
        });
    }
    if !meetings::mark_unclosed_told(db, view.meeting())? {
        return Ok(Step::Nothing);
    }
    let letter = Letter::OfficerMeetingNotClosed {
        board: view.board.name.clone(),
        date: view.meeting().date,
        questions,
        until,
        path: format!("/staff/meetings/{}/question-time/record", meeting.id),
    };
    service.write_to_officers(db, &letter)?;
    service.audit(
        db,
        &Acting::system(),
        "tell_not_closed",
        ("meeting", &meeting.id.to_string()),
        None,
        Some(serde_json::json!({ "questions": questions, "until": until })),
    )?;
    Ok(Step::Told)
}

/// The kinds of reminder that follow from the due date.
const DUE_SOON: &str = "due_soon";
const OVERDUE: &str = "overdue";

/// What a response is to be reminded of today, if of anything.
fn kind(
    service: &Service,
    calendar: &WorkingDays,
    response: &WrittenResponse,
    today: NaiveDate,
) -> Option<&'static str> {
    if response.due_on < today {
        return Some(OVERDUE);
    }
    let before = service.settings.follow_up.remind_before;
    let soon = calendar.last_before(response.due_on, before)?;
    (soon.date <= today).then_some(DUE_SOON)
}

/// Reminds of written responses that are nearly due or overdue: one e-mail a day for each person, and only when there is something
/// of which they have not been reminded. It then lists all that is due.
fn remind(service: &Service) -> Result<usize, ServiceError> {
    let now = service.now();
    let today = local_time::london_date(now);
    if chrono::Timelike::hour(&local_time::london(now)) < OFFICE_HOURS {
        return Ok(0);
    }
    service.store.write(|db| {
        let calendar = service.working_days(db)?;
        if !calendar.is_working_day(today) {
            return Ok(0);
        }
        let mut by_owner: BTreeMap<StaffId, Vec<(WrittenResponse, &'static str)>> = BTreeMap::new();
        let mut for_officers = Vec::new();
        for response in stored::list(db, true, &[Whose::Anybody], None, MOST)? {
            let Some(kind) = kind(service, &calendar, &response, today) else {
                continue;
            };
            if let Some(owner) = response.owner_id {
                by_owner
                    .entry(owner)
                    .or_default()
                    .push((response.clone(), kind));
            }
            if kind == OVERDUE || response.owner_id.is_none() {
                for_officers.push((response, kind));
            }
        }
        let mut sent = 0;
        for (owner, due) in by_owner {
            let member = staff::member(db, owner)?;
            if !member.active {
                continue;
            }
            if let Some(responses) = to_remind(service, db, &owner.to_string(), &due, today)? {
                service.write_to_staff(db, &member, &Letter::ResponsesDue { responses })?;
                sent += 1;
            }
        }
        if let Some(responses) = to_remind(service, db, OFFICERS, &for_officers, today)? {
            service.write_to_officers(db, &Letter::OfficerResponsesDue { responses })?;
            sent += 1;
        }
        Ok::<_, ServiceError>(sent)
    })
}

/// What to list to somebody, and notes that they are reminded of it. None where they know it all, or have been written to today.
fn to_remind(
    service: &Service,
    db: &mut Db,
    recipient: &str,
    due: &[(WrittenResponse, &'static str)],
    today: NaiveDate,
) -> Result<Option<Vec<ResponseDue>>, ServiceError> {
    if stored::is_reminded_on(db, recipient, &[DUE_SOON, OVERDUE], today)? {
        return Ok(None);
    }
    let mut is_news = false;
    let mut listed = Vec::new();
    for (response, kind) in due {
        if !stored::is_reminded(db, response, recipient, kind)? {
            is_news = true;
            let reminder = Reminder {
                id: service.new_id::<uuid::Uuid>().to_string(),
                response_id: response.id.to_string(),
                recipient: recipient.to_owned(),
                kind: (*kind).to_owned(),
                due_on: response.due_on,
                sent_on: today,
            };
            stored::insert_reminder(db, &reminder)?;
        }
        listed.push(responses::in_a_letter(service, db, response)?);
    }
    Ok(is_news.then_some(listed))
}
