//! The log of question time: every act of the chair in order, those that were taken back too, with who did it. Where question
//! time stands is in [`question_time`](crate::service::question_time); this is how it came there.

use crate::{
    domain::{
        id::MeetingId,
        standing_order::question_time::{Event, Phase, Recorded},
    },
    service::{
        Service, ServiceError,
        actor::{Acting, Who},
        question_time::{self, ChairView},
    },
    store::{connection::Db, question_time as stored},
};

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// What was done, when, under which number.
    pub recorded: Recorded,
    /// The name of who did it. Names of staff are not published.
    pub by: String,
    /// Whether a later event took it back.
    pub undone: bool,
}

/// The log of a meeting's question time: for whoever may run it, and for a room's display once question time is closed. A meeting
/// whose question time has not begun has an empty one.
///
/// # Errors
/// [`ServiceError::SignedOut`], [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and those of the store.
pub fn event_log(
    service: &Service,
    acting: &Acting,
    meeting: MeetingId,
) -> Result<Vec<Logged>, ServiceError> {
    service
        .store
        .read(|db| look(service, db, acting, meeting).map(|(_, log)| log))
}

/// The log with what it is the log of, under the same rule.
///
/// # Errors
/// Those of [`event_log`].
pub fn look(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    meeting: MeetingId,
) -> Result<(ChairView, Vec<Logged>), ServiceError> {
    let view = question_time::watch(service, db, acting, meeting)?;
    if acting.who == Who::Display && view.state.phase != Phase::Closed {
        return Err(ServiceError::Forbidden(
            "A display sees the log once public question time has been closed.",
        ));
    }
    Ok((view, of_meeting(db, meeting)?))
}

fn of_meeting(db: &mut Db, meeting: MeetingId) -> Result<Vec<Logged>, ServiceError> {
    let log = stored::log(db, meeting)?;
    let undone: Vec<i32> = log
        .iter()
        .filter_map(|(recorded, _)| match recorded.event {
            Event::Undone { seq } => Some(seq),
            _ => None,
        })
        .collect();
    Ok(log
        .into_iter()
        .map(|(recorded, by)| Logged {
            undone: undone.contains(&recorded.seq),
            by: by.name,
            recorded,
        })
        .collect())
}
