//! Meetings and their agendas: scheduled, changed, moved, cancelled (reading 16).

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::{
    domain::{
        agenda::{AgendaItem, ItemKind, Part},
        id::{AgendaItemId, BoardId, MeetingId},
        local_time,
        meeting::{Meeting, MeetingStatus},
        standing_order::written_response::Reason,
        status::{Act, Status},
        text,
    },
    service::{
        FieldError, Service, ServiceError,
        actor::Acting,
        letters::{About, Letter},
        permission, responses,
        views::{self, MeetingView},
    },
    store::{
        connection::Db,
        meetings::{self, MeetingRecord},
        questions,
    },
};

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
        views::meeting(service, db, record.meeting.id)
    })
}

/// Stores a new meeting with its deadline.
///
/// # Errors
/// Those of the store.
pub(super) fn insert(
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

/// Changes what is said of a meeting. A new date moves the meeting: its questions go with it, the deadline is computed anew, and
/// everybody is told (reading 16).
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::Conflict`] where it has changed since.
pub fn change(
    service: &Service,
    acting: &Acting,
    id: MeetingId,
    version: i32,
    particulars: &Particulars,
) -> Result<MeetingView, ServiceError> {
    permission::proper_officer(acting)?;
    let venue = venue(&particulars.venue)?;
    service.store.write(|db| {
        let was = meetings::meeting(db, id)?;
        if was.meeting.version != version {
            return Err(ServiceError::changed());
        }
        let moved =
            was.meeting.date != particulars.date || was.meeting.starts != particulars.starts;
        if moved && was.meeting.status != MeetingStatus::Scheduled {
            return Err(ServiceError::Conflict(
                "Only a meeting that is still to be held can be moved.".to_owned(),
            ));
        }
        if moved && particulars.date < local_time::london_date(service.now()) {
            return Err(ServiceError::field(
                "date",
                "past",
                "The date of the meeting must be today or in the future",
            ));
        }
        if moved
            && !crate::store::question_time::events(db, id)?
                .iter()
                .all(|recorded| is_preparation(&recorded.event))
        {
            return Err(ServiceError::Conflict(
                "Public question time has been opened, so the meeting cannot be moved.".to_owned(),
            ));
        }
        let mut record = was.clone();
        record.meeting.date = particulars.date;
        record.meeting.starts = particulars.starts;
        record.meeting.venue.clone_from(&venue);
        record.meeting.agenda_published = particulars.agenda_published;
        record.ended = particulars.ended;
        record.meeting.version += 1;
        if was.meeting.date != particulars.date {
            let deadline = service.deadline(db, &record.meeting)?;
            record.moved_from = Some(was.meeting.date);
            record.deadline_at = deadline.at;
            record.deadline_provisional = deadline.provisional;
        }
        if !meetings::update_meeting(db, &record)? {
            return Err(ServiceError::changed());
        }
        service.audit(
            db,
            acting,
            if moved {
                "move_meeting"
            } else {
                "change_meeting"
            },
            ("meeting", &id.to_string()),
            Some(trace(&was)),
            Some(trace(&record)),
        )?;
        let view = views::meeting(service, db, id)?;
        if moved {
            tell(service, db, &view, Status::is_live, |about| {
                Letter::MeetingMoved {
                    about,
                    old_date: was.meeting.date,
                    deadline: view.deadline.at,
                }
            })?;
        }
        Ok(view)
    })
}

/// What changing a meeting's date or time would bring about.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The meeting as it stands.
    pub view: MeetingView,
    /// Whether its date or time changes, so that everybody is told.
    pub moves: bool,
    /// Its deadline then.
    pub deadline: crate::domain::standing_order::notice::Deadline,
    /// How many people have a live question there, and will be told.
    pub told: usize,
}

/// What changing a meeting would bring about, without changing it.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::NotFound`].
pub fn foresee(
    service: &Service,
    acting: &Acting,
    id: MeetingId,
    particulars: &Particulars,
) -> Result<Move, ServiceError> {
    permission::proper_officer(acting)?;
    venue(&particulars.venue)?;
    service.store.read(|db| {
        let view = views::meeting(service, db, id)?;
        let moves =
            view.meeting().date != particulars.date || view.meeting().starts != particulars.starts;
        if moves && particulars.date < local_time::london_date(service.now()) {
            return Err(ServiceError::field(
                "date",
                "past",
                "The date of the meeting must be today or in the future",
            ));
        }
        let mut then = view.meeting().clone();
        then.date = particulars.date;
        Ok(Move {
            moves,
            deadline: service.deadline(db, &then)?,
            told: live(db, id)?,
            view,
        })
    })
}

/// How many live questions a meeting has: so many people are told when it moves or is cancelled.
///
/// # Errors
/// Those of the store.
pub fn live(db: &mut Db, id: MeetingId) -> Result<usize, ServiceError> {
    Ok(questions::at_meeting(db, id)?
        .iter()
        .filter(|question| question.status.is_live())
        .count())
}

fn is_preparation(event: &crate::domain::standing_order::question_time::Event) -> bool {
    use crate::domain::standing_order::question_time::Event;
    matches!(
        event,
        Event::Indicated { .. }
            | Event::IndicationWithdrawn { .. }
            | Event::Reordered { .. }
            | Event::Undone { .. }
    )
}

/// Writes a letter to everybody whose question at the meeting stands in a way that concerns them.
fn tell(
    service: &Service,
    db: &mut Db,
    view: &MeetingView,
    concerned: impl Fn(Status) -> bool,
    letter: impl Fn(About) -> Letter,
) -> Result<(), ServiceError> {
    for question in questions::at_meeting(db, view.meeting().id)?
        .into_iter()
        .filter(|question| concerned(question.status))
    {
        let matter = views::matter_words(&question, &view.agenda);
        let about = About::new(&question, &matter, &view.board, view.meeting());
        let details = questions::questioner(db, question.id)?;
        service.write_letter(db, &question, details.as_ref(), &letter(about))?;
    }
    Ok(())
}

/// Cancels a meeting with no new date: each of its live questions becomes a written response owed, and everybody is told
/// (reading 16).
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it has changed since or is no longer to be held.
pub fn cancel(
    service: &Service,
    acting: &Acting,
    id: MeetingId,
    version: i32,
) -> Result<MeetingView, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let was = meetings::meeting(db, id)?;
        if was.meeting.version != version {
            return Err(ServiceError::changed());
        }
        if was.meeting.status != MeetingStatus::Scheduled {
            return Err(ServiceError::Conflict(
                "Only a meeting that is still to be held can be cancelled.".to_owned(),
            ));
        }
        let mut record = was.clone();
        record.meeting.status = MeetingStatus::Cancelled;
        record.meeting.version += 1;
        if !meetings::update_meeting(db, &record)? {
            return Err(ServiceError::changed());
        }
        service.audit(
            db,
            acting,
            "cancel_meeting",
            ("meeting", &id.to_string()),
            Some(trace(&was)),
            Some(trace(&record)),
        )?;
        let view = views::meeting(service, db, id)?;
        let today = local_time::london_date(service.now());
        for was in questions::at_meeting(db, id)?
            .into_iter()
            .filter(|question| question.status.is_live())
        {
            let mut question = was.clone();
            question.status = was.status.after(Act::Owe)?;
            question.version += 1;
            if !questions::update(db, &question)? {
                return Err(ServiceError::Busy);
            }
            service.audit_question(
                db,
                acting,
                "owe",
                Some(&was),
                &question,
                serde_json::json!({ "reason": Reason::MeetingCancelled }),
            )?;
            responses::owe(
                service,
                db,
                acting,
                &question,
                &view,
                Reason::MeetingCancelled,
                today,
            )?;
        }
        Ok(view)
    })
}

/// What is said of an agenda item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemParticulars {
    /// Its place, from 1.
    pub position: i32,
    /// Its title.
    pub title: String,
    /// Its minute number, once there are minutes; may be empty.
    pub minute_number: String,
    /// Public or private part.
    pub part: Part,
    /// Ordinary, or an application.
    pub kind: ItemKind,
}

impl ItemParticulars {
    fn item(&self, id: AgendaItemId, meeting_id: MeetingId) -> Result<AgendaItem, ServiceError> {
        let mut problems = Vec::new();
        let title = text::single_line(&self.title);
        if title.is_empty() || title.chars().count() > 300 {
            problems.push(FieldError::new(
                "title",
                "empty",
                "Enter a title of 300 characters or fewer",
            ));
        }
        let minute_number = text::single_line(&self.minute_number);
        if minute_number.chars().count() > 20 {
            problems.push(FieldError::new(
                "minute_number",
                "too_long",
                "The minute number must be 20 characters or fewer",
            ));
        }
        if !(1..=200).contains(&self.position) {
            problems.push(FieldError::new(
                "position",
                "number",
                "The place on the agenda must be a number from 1 to 200",
            ));
        }
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        Ok(AgendaItem {
            id,
            meeting_id,
            position: self.position,
            title,
            minute_number: (!minute_number.is_empty()).then_some(minute_number),
            part: self.part,
            kind: self.kind,
        })
    }
}

fn item_trace(item: &AgendaItem) -> serde_json::Value {
    serde_json::json!({
        "item": item.id, "position": item.position, "title": item.title, "minute_number": item.minute_number,
        "part": item.part, "kind": item.kind,
    })
}

/// Adds an agenda item.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`].
pub fn add_item(
    service: &Service,
    acting: &Acting,
    meeting: MeetingId,
    particulars: &ItemParticulars,
) -> Result<AgendaItem, ServiceError> {
    permission::proper_officer(acting)?;
    let item = particulars.item(service.new_id(), meeting)?;
    service.store.write(|db| {
        meetings::meeting(db, meeting)?;
        meetings::insert_agenda_item(db, &item)?;
        service.audit(
            db,
            acting,
            "add_agenda_item",
            ("meeting", &meeting.to_string()),
            None,
            Some(item_trace(&item)),
        )?;
        Ok(item.clone())
    })
}

/// Changes an agenda item.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::NotFound`].
pub fn change_item(
    service: &Service,
    acting: &Acting,
    id: AgendaItemId,
    particulars: &ItemParticulars,
) -> Result<AgendaItem, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let was = meetings::agenda_item(db, id)?;
        let item = particulars.item(id, was.meeting_id)?;
        meetings::update_agenda_item(db, &item)?;
        service.audit(
            db,
            acting,
            "change_agenda_item",
            ("meeting", &was.meeting_id.to_string()),
            Some(item_trace(&was)),
            Some(item_trace(&item)),
        )?;
        Ok(item)
    })
}

/// Moves an agenda item one place up or down. The places of the whole agenda are counted anew from 1.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::NotFound`].
pub fn move_item(
    service: &Service,
    acting: &Acting,
    id: AgendaItemId,
    up: bool,
) -> Result<(), ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let meeting = meetings::agenda_item(db, id)?.meeting_id;
        let mut agenda = meetings::agenda(db, meeting)?;
        let Some(from) = agenda.iter().position(|item| item.id == id) else {
            return Err(ServiceError::NotFound);
        };
        let to = if up {
            from.checked_sub(1)
        } else {
            Some(from + 1)
        };
        let Some(to) = to.filter(|to| *to < agenda.len()) else {
            // it is at the end already
            return Ok(());
        };
        agenda.swap(from, to);
        for (item, position) in agenda.iter_mut().zip(1..) {
            if item.position != position {
                item.position = position;
                meetings::update_agenda_item(db, item)?;
            }
        }
        service.audit(
            db,
            acting,
            "reorder_agenda",
            ("meeting", &meeting.to_string()),
            Some(serde_json::json!({ "item": id, "position": from + 1 })),
            Some(serde_json::json!({ "item": id, "position": to + 1 })),
        )
    })
}

/// Takes an agenda item away, unless a question is about it.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where a question is about it; [`ServiceError::NotFound`].
pub fn remove_item(
    service: &Service,
    acting: &Acting,
    id: AgendaItemId,
) -> Result<(), ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let was = meetings::agenda_item(db, id)?;
        if meetings::questions_about(db, id)? > 0 {
            return Err(ServiceError::Conflict(
                "A question is about this item, so it cannot be removed. Change it instead."
                    .to_owned(),
            ));
        }
        meetings::delete_agenda_item(db, id)?;
        service.audit(
            db,
            acting,
            "remove_agenda_item",
            ("meeting", &was.meeting_id.to_string()),
            Some(item_trace(&was)),
            None,
        )
    })
}

/// Writes to everybody with a live question at a meeting whose deadline has moved because the calendar changed (reading 3).
pub(super) fn tell_of_deadline(
    service: &Service,
    db: &mut Db,
    view: &MeetingView,
    old: DateTime<Utc>,
    reason: &str,
) -> Result<(), ServiceError> {
    let new = view.deadline.at;
    // a questioner whose rejection or withdrawal gave the allowance back was told until when to send another question
    for ended in [false, true] {
        let concerned = |status: Status| {
            if ended {
                matches!(status, Status::Rejected | Status::Withdrawn)
            } else {
                status.is_live()
            }
        };
        tell(service, db, view, concerned, |about| {
            Letter::DeadlineChanged {
                about,
                old,
                new,
                reason: reason.to_owned(),
                ended,
            }
        })?;
    }
    Ok(())
}
