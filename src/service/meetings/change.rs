//! Changing what is said of a meeting. What letters have stated is told by the old and the new (reading 24).

use super::{Particulars, trace, venue};
use crate::{
    domain::{
        id::MeetingId, local_time, meeting::MeetingStatus, standing_order::question_time::Event,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        next_meeting,
        notify_changes::{self, Plan},
        permission,
        views::{self, MeetingView},
    },
    store::{
        calendar::{self, DeadlineChange},
        connection::Db,
        meetings, question_time, questions,
    },
};

/// What changing a meeting would bring about.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreseen {
    /// The meeting as it stands.
    pub was: MeetingView,
    /// The meeting as it would be.
    pub then: MeetingView,
    /// Whether its date or time changes.
    pub moves: bool,
    /// Who would be told what.
    pub plan: Plan,
}

impl Foreseen {
    /// Whether the officer is asked before it is done: a move always, and whatever somebody is told.
    pub fn asks_first(&self) -> bool {
        self.moves || !self.plan.letters.is_empty()
    }
}

/// The meeting with other particulars, where that is allowed, and what it would bring about.
fn prepare(
    service: &Service,
    db: &mut Db,
    id: MeetingId,
    particulars: &Particulars,
) -> Result<Foreseen, ServiceError> {
    let venue = venue(&particulars.venue)?;
    let was = views::meeting(service, db, id)?;
    let moves =
        was.meeting().date != particulars.date || was.meeting().starts != particulars.starts;
    if moves {
        may_move(service, db, &was, particulars)?;
    }
    let mut then = was.clone();
    then.record.meeting.date = particulars.date;
    then.record.meeting.starts = particulars.starts;
    then.record.meeting.venue = venue;
    then.record.meeting.agenda_published = particulars.agenda_published;
    then.record.meeting.version += 1;
    then.record.ended = particulars.ended;
    if was.meeting().date != particulars.date {
        then.record.moved_from = Some(was.meeting().date);
    }
    if was.meeting().status == MeetingStatus::Scheduled {
        then.deadline = service.deadline(db, then.meeting())?;
        then.record.deadline_at = then.deadline.at;
        then.record.deadline_provisional = then.deadline.provisional;
    }
    Ok(Foreseen {
        plan: notify_changes::plan(service, db, &was, &then, None)?,
        was,
        then,
        moves,
    })
}

fn may_move(
    service: &Service,
    db: &mut Db,
    was: &MeetingView,
    particulars: &Particulars,
) -> Result<(), ServiceError> {
    if was.meeting().status != MeetingStatus::Scheduled {
        return Err(ServiceError::Conflict(
            "Only a meeting that is still to be held can be moved.".to_owned(),
        ));
    }
    if particulars.date < local_time::london_date(service.now()) {
        return Err(ServiceError::field(
            "date",
            "past",
            "The date of the meeting must be today or in the future",
        ));
    }
    if !question_time::events(db, was.meeting().id)?
        .iter()
        .all(|recorded| is_preparation(&recorded.event))
    {
        return Err(ServiceError::Conflict(
            "Public question time has been opened, so the meeting cannot be moved.".to_owned(),
        ));
    }
    Ok(())
}

fn is_preparation(event: &Event) -> bool {
    matches!(
        event,
        Event::Indicated { .. }
            | Event::IndicationWithdrawn { .. }
            | Event::Reordered { .. }
            | Event::Undone { .. }
    )
}

/// Shows what changing a meeting would bring about, without changing it.
///
/// # Errors
/// Those of [`change`].
pub fn foresee(
    service: &Service,
    acting: &Acting,
    id: MeetingId,
    particulars: &Particulars,
) -> Result<Foreseen, ServiceError> {
    permission::proper_officer(acting)?;
    service
        .store
        .read(|db| prepare(service, db, id, particulars))
}

/// Changes what is said of a meeting. A new date moves the meeting: its questions go with it and the deadline is computed anew
/// (reading 16). Everybody to whom a letter has stated something that changes is told (reading 24).
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::Conflict`] where it has changed since, or cannot be moved.
pub fn change(
    service: &Service,
    acting: &Acting,
    id: MeetingId,
    version: i32,
    particulars: &Particulars,
) -> Result<MeetingView, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        if meetings::meeting(db, id)?.meeting.version != version {
            return Err(ServiceError::changed());
        }
        let foreseen = prepare(service, db, id, particulars)?;
        if !meetings::update_meeting(db, &foreseen.then.record)? {
            return Err(ServiceError::changed());
        }
        service.audit(
            db,
            acting,
            if foreseen.moves {
                "move_meeting"
            } else {
                "change_meeting"
            },
            ("meeting", &id.to_string()),
            Some(trace(&foreseen.was.record)),
            Some(trace(&foreseen.then.record)),
        )?;
        if foreseen.was.record.deadline_at != foreseen.then.deadline.at {
            let change = DeadlineChange {
                meeting_id: id,
                old: foreseen.was.record.deadline_at,
                new: foreseen.then.deadline.at,
                reason: format!(
                    "The meeting moved from {} to {}. {}",
                    local_time::long_date(foreseen.was.meeting().date),
                    local_time::long_date(foreseen.then.meeting().date),
                    foreseen.then.deadline.how_reckoned()
                ),
                changed_at: service.now(),
            };
            let change_id: uuid::Uuid = service.new_id();
            calendar::record_deadline_change(db, &change_id.to_string(), &change)?;
        }
        notify_changes::carry_out(service, db, acting, &foreseen.plan, &foreseen.then)?;
        next_meeting::announce(service, db, id)?;
        views::meeting(service, db, id)
    })
}

/// Counts a meeting's live questions: so many people are told when it is cancelled.
///
/// # Errors
/// Those of the store.
pub fn live(db: &mut Db, id: MeetingId) -> Result<usize, ServiceError> {
    let live: i64 = questions::count_by_status(db, id)?
        .iter()
        .filter(|(status, _)| status.is_live())
        .map(|(_, count)| count)
        .sum();
    Ok(usize::try_from(live).unwrap_or(0))
}
