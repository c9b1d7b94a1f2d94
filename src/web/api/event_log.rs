//! The log of question time: how it came to where it stands, for archives and for whoever has to account for an evening.

use actix_web::{get, http::StatusCode};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::{
    question_time::{Clock, EventInput},
    request::{Id, versioned},
};
use crate::{
    domain::{
        id::MeetingId,
        standing_order::question_time::{Event, QuestionTime, Recorded},
    },
    service::{Service, ServiceError, actor::Acting, event_log, permission},
    web::{Answer, ApiActor},
};

/// An event of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedEvent {
    /// Its number at the meeting, from 1, without gaps.
    #[schema(example = 3)]
    pub seq: i32,
    /// The server's time at which it was recorded, in milliseconds.
    #[serde(serialize_with = "to_the_millisecond")]
    #[schema(example = "2024-02-06T18:41:27.655Z")]
    pub at: DateTime<Utc>,
    /// What was done, in the form in which it is recorded.
    #[schema(value_type = EventInput)]
    pub event: Event,
    /// Whether a later event took it back.
    pub undone: bool,
    /// The meeting's clock as it stood right after it (clause (i)).
    pub clock: Clock,
    /// The questioner's clock as it stood right after it, where a turn was being taken (clause (viii)).
    pub turn_clock: Option<Clock>,
    /// The name of who did it. Left out for a display.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// Everything that was done at a public question time, in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventLog {
    /// The meeting.
    pub meeting: MeetingId,
    /// The number of the last event, 0 before the first; also the ETag.
    pub revision: i32,
    /// The events, the first one first.
    pub events: Vec<LoggedEvent>,
}

/// Events are in milliseconds; an instant that happens to end in zeros is written like the others.
fn to_the_millisecond<S: Serializer>(at: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn look(service: &Service, acting: &Acting, id: MeetingId) -> Result<EventLog, ServiceError> {
    service.store.read(|db| {
        let (view, log) = event_log::look(service, db, acting, id)?;
        let figures = service.figures(view.meeting.meeting());
        let list: Vec<_> = view.questions.iter().map(|question| question.id).collect();
        // names of staff are not published
        let named = acting.member().is_some();
        let recorded: Vec<Recorded> = log.iter().map(|logged| logged.recorded.clone()).collect();
        let events: Vec<LoggedEvent> = (1..)
            .zip(log)
            .map(|(count, logged)| {
                // only what was known then: a later undo does not change what the clocks showed
                let known = recorded.get(..count).unwrap_or(&recorded);
                let state = QuestionTime::fold(&list, known, figures);
                let Recorded { seq, at, event } = logged.recorded;
                LoggedEvent {
                    seq,
                    at,
                    event,
                    undone: logged.undone,
                    clock: Clock::of_meeting(&state, at, figures),
                    turn_clock: Clock::of_turn(&state, at, figures),
                    by: named.then_some(logged.by),
                }
            })
            .collect();
        Ok(EventLog {
            meeting: id,
            revision: events.last().map_or(0, |last| last.seq),
            events,
        })
    })
}

/// See what was done at public question time
///
/// For the chair of the board and the proper officer, and for a display token once question time is closed. Every event in order,
/// those that were taken back too, with both clocks as they stood right after it. The whole log at once: a meeting has a few
/// hundred events at most.
#[utoipa::path(tag = "Question time", params(("id" = MeetingId, Path, description = "The meeting.")), security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The log.", body = EventLog, headers(("ETag" = String, description = "The revision.")))))]
#[get("/meetings/{id}/question-time/events")]
pub async fn see_event_log(actor: ApiActor, id: Id<MeetingId>) -> Answer {
    let acting = actor.acting();
    permission::display_or_staff(&acting)?;
    let log = actor
        .run(move |service| look(service, &acting, id.0))
        .await?;
    Ok(versioned(StatusCode::OK, log.revision, &log))
}
