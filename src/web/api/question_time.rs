//! Public question time: where it stands, and what the chair does. Both clocks are the server's (clauses (i) and (viii)).

use actix_web::{
    get,
    http::{StatusCode, header},
    post,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::{Body, Id, versioned};
use crate::{
    domain::{
        id::{AgendaItemId, MeetingId, QuestionId},
        standing_order::{
            figures::Figures,
            question_time::{
                Answer as Answered, Event, Noted, Outcome, Phase, QuestionTime as State, TurnPhase,
                View,
            },
        },
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        permission,
        question_time::{self, ChairView},
        views,
    },
    store::meetings,
    web::{Answer, ApiActor},
};

/// A clock that counts down.
#[derive(Debug, Serialize, ToSchema)]
pub struct Clock {
    /// How much time there is in all, in milliseconds.
    #[schema(example = 1_800_000)]
    pub allowed_ms: i64,
    /// How much is left at `server_time`, in milliseconds; never below 0.
    #[schema(example = 1_712_345)]
    pub left_ms: i64,
    /// Whether it runs now.
    pub running: bool,
}

impl Clock {
    /// The meeting's clock at an instant (clause (i)).
    pub fn of_meeting(state: &State, now: DateTime<Utc>, figures: &Figures) -> Self {
        Self {
            allowed_ms: milliseconds(figures.question_time()),
            left_ms: milliseconds(state.left(now, figures)),
            running: state.clock.is_running(),
        }
    }

    /// The questioner's clock at an instant, where a turn is being taken (clause (viii)).
    pub fn of_turn(state: &State, now: DateTime<Utc>, figures: &Figures) -> Option<Self> {
        let turn = state.turn.as_ref()?;
        Some(Self {
            allowed_ms: milliseconds(figures.questioner_time()),
            left_ms: milliseconds(state.turn_left(now, figures)?),
            running: turn.clock.is_running(),
        })
    }
}

/// The turn of the questioner who was called.
#[derive(Debug, Serialize, ToSchema)]
pub struct Turn {
    /// Whose question.
    pub question: QuestionId,
    /// Where it stands.
    pub phase: TurnPhase,
    /// How many supplementaries were asked.
    pub supplementaries: u16,
    /// The questioner's clock (clause (viii)).
    pub clock: Clock,
}

/// What became of a question on the list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum OutcomeSeen {
    /// It has not been called.
    Waiting,
    /// It is being put now.
    Called,
    /// It was put.
    Put {
        /// How it was answered.
        answer: Answered,
        /// How its supplementary was answered, if there was one.
        supplementary: Option<Answered>,
    },
    /// The questioner was not there.
    PassedOver,
    /// It is dealt with as part of an agenda item.
    DealtWith {
        /// The item.
        item: AgendaItemId,
    },
}

impl From<Outcome> for OutcomeSeen {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Waiting => Self::Waiting,
            Outcome::Called => Self::Called,
            Outcome::Put {
                answer,
                supplementary,
            } => Self::Put {
                answer,
                supplementary,
            },
            Outcome::PassedOver => Self::PassedOver,
            Outcome::DealtWith { item } => Self::DealtWith { item },
        }
    }
}

/// A question on the chair's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListEntry {
    /// The question.
    pub question: QuestionId,
    /// Its reference.
    #[schema(example = "PQ-2026-7KX4")]
    pub reference: String,
    /// The name by which the questioner is called in the room: the published name or, where the questioner is not named, "Resident"
    /// and a number.
    #[schema(example = "Resident 2")]
    pub name: String,
    /// The name in full, with the matter where the questioner is not named: what the chair says.
    #[schema(example = "Resident 2, about Bus fares")]
    pub called_as: String,
    /// The published text.
    pub text: String,
    /// What it is about.
    pub matter: String,
    /// Whether its questioner has indicated (clause (vii)).
    pub indicated: bool,
    /// What became of it.
    pub outcome: OutcomeSeen,
}

/// Public question time as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionTime {
    /// The meeting.
    pub meeting: MeetingId,
    /// Where it stands.
    pub phase: Phase,
    /// The server's time at which the clocks were read.
    #[schema(example = "2024-02-06T18:41:27.655Z")]
    pub server_time: DateTime<Utc>,
    /// The meeting's clock (clause (i)).
    pub clock: Clock,
    /// When it was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// The turn being taken.
    pub turn: Option<Turn>,
    /// The list in calling order.
    pub entries: Vec<ListEntry>,
    /// Who would be called next: the first who waits and has indicated.
    pub next: Option<QuestionId>,
    /// How many questions still wait for a decision.
    pub undecided: u32,
    /// The event that `undone` would take back.
    pub undoable: Option<i32>,
    /// What the public screen of the meeting shows.
    pub view: View,
    /// The number of the last event, 0 before the first; also the ETag.
    pub revision: i32,
}

fn milliseconds(time: TimeDelta) -> i64 {
    time.num_milliseconds().max(0)
}

impl QuestionTime {
    /// As it stands now.
    pub fn of(service: &Service, view: &ChairView) -> Self {
        let now = service.steady_now();
        let figures = service.figures(view.meeting.meeting());
        let state = &view.state;
        let turn = state
            .turn
            .as_ref()
            .zip(Clock::of_turn(state, now, figures))
            .map(|(turn, clock)| Turn {
                question: turn.question,
                phase: turn.phase,
                supplementaries: turn.supplementaries,
                clock,
            });
        let entries = state
            .entries
            .iter()
            .filter_map(|entry| {
                let question = view.questions.iter().find(|q| q.id == entry.question)?;
                Some(ListEntry {
                    question: question.id,
                    reference: question.reference.to_string(),
                    name: views::room_name(question, &view.meeting).short(),
                    called_as: views::room_name(question, &view.meeting).to_string(),
                    text: question.public_text.clone(),
                    matter: views::matter_words(question, view.meeting.published_agenda()),
                    indicated: entry.indicated,
                    outcome: entry.outcome.into(),
                })
            })
            .collect();
        Self {
            meeting: view.meeting.meeting().id,
            phase: state.phase,
            server_time: now,
            clock: Clock::of_meeting(state, now, figures),
            opened_at: state.opened_at,
            closed_at: state.closed_at,
            turn,
            entries,
            next: state.next(),
            undecided: u32::try_from(view.undecided).unwrap_or(u32::MAX),
            undoable: state.undoable,
            view: state.view,
            revision: state.revision,
        }
    }
}

/// What the chair does.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum EventInput {
    /// A questioner showed that they are present and wish to ask.
    Indicated {
        /// Whose question.
        question: QuestionId,
    },
    /// That was a mistake, or they left.
    IndicationWithdrawn {
        /// Whose question.
        question: QuestionId,
    },
    /// The calling order is changed.
    Reordered {
        /// The questions in the new order.
        order: Vec<QuestionId>,
    },
    /// Public question time is opened; the meeting's clock starts.
    Opened {},
    /// It is adjourned; both clocks stop.
    Adjourned {},
    /// It goes on.
    Resumed {},
    /// A questioner is called.
    Called {
        /// Whose question.
        question: QuestionId,
    },
    /// The questioner speaks.
    SpeakingStarted {},
    /// The questioner is stopped, and may go on.
    SpeakingPaused {},
    /// The answer is given.
    AnswerStarted {},
    /// The questioner speaks the supplementary.
    SupplementaryStarted {},
    /// The turn is over.
    Finished {
        /// How the question was answered.
        answer: Answered,
        /// How the supplementary was answered, if there was one.
        #[serde(default)]
        supplementary: Option<Answered>,
    },
    /// The questioner is not there.
    PassedOver {
        /// Whose question.
        question: QuestionId,
    },
    /// The question is dealt with as part of an agenda item.
    DealtWith {
        /// The question.
        question: QuestionId,
        /// The item.
        item: AgendaItemId,
    },
    /// What happened to a question is recorded without the clocks: on the day of the meeting, or later until it is closed.
    Noted {
        /// The question.
        question: QuestionId,
        /// What happened to it.
        happened: Noted,
    },
    /// Public question time is closed: what was not answered becomes a written response owed.
    Closed {},
    /// The public screen of the meeting shows something else.
    Shown {
        /// What it shows.
        view: View,
    },
    /// The last act is taken back.
    Undone {
        /// Its number: `undoable`.
        seq: i32,
    },
}

impl From<EventInput> for Event {
    fn from(input: EventInput) -> Self {
        match input {
            EventInput::Indicated { question } => Self::Indicated { question },
            EventInput::IndicationWithdrawn { question } => Self::IndicationWithdrawn { question },
            EventInput::Reordered { order } => Self::Reordered { order },
            EventInput::Opened {} => Self::Opened,
            EventInput::Adjourned {} => Self::Adjourned,
            EventInput::Resumed {} => Self::Resumed,
            EventInput::Called { question } => Self::Called { question },
            EventInput::SpeakingStarted {} => Self::SpeakingStarted,
            EventInput::SpeakingPaused {} => Self::SpeakingPaused,
            EventInput::AnswerStarted {} => Self::AnswerStarted,
            EventInput::SupplementaryStarted {} => Self::SupplementaryStarted,
            EventInput::Finished {
                answer,
                supplementary,
            } => Self::Finished {
                answer,
                supplementary,
            },
            EventInput::PassedOver { question } => Self::PassedOver { question },
            EventInput::DealtWith { question, item } => Self::DealtWith { question, item },
            EventInput::Noted { question, happened } => Self::Noted { question, happened },
            EventInput::Closed {} => Self::Closed,
            EventInput::Shown { view } => Self::Shown { view },
            EventInput::Undone { seq } => Self::Undone { seq },
        }
    }
}

/// Whether somebody may run this meeting's question time.
fn may_run(service: &Service, acting: &Acting, id: MeetingId) -> Result<(), ServiceError> {
    service.store.read(|db| {
        let board = meetings::meeting(db, id)?.meeting.board_id;
        permission::chair_of(acting, board).map(drop)
    })
}

/// See where public question time stands
///
/// For the chair of the board, the proper officer, and a display token. Count down from `left_ms` at `server_time` where a clock runs.
/// A display is shown what is for publication: `entries` is empty before the day of the meeting.
#[utoipa::path(tag = "Question time", params(("id" = MeetingId, Path, description = "The meeting.")), security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "Public question time.", body = QuestionTime, headers(("ETag" = String, description = "The revision.")))))]
#[get("/meetings/{id}/question-time")]
pub async fn see_question_time(actor: ApiActor, id: Id<MeetingId>) -> Answer {
    let acting = actor.acting();
    permission::display_or_staff(&acting)?;
    let state = actor
        .run(move |service| {
            let view = service
                .store
                .read(|db| question_time::watch(service, db, &acting, id.0))?;
            Ok(QuestionTime::of(service, &view))
        })
        .await?;
    Ok(versioned(StatusCode::OK, state.revision, &state))
}

/// Record what the chair does
///
/// For the chair of the board and the proper officer. What a clause forbids is refused with 422: nobody is called once the time for
/// public question time is over or without having indicated, nobody speaks once their own time is over, and nobody asks more
/// supplementary questions than are allowed. What makes no sense as things stand is refused with 409.
#[utoipa::path(tag = "Question time", request_body = EventInput, params(("id" = MeetingId, Path, description = "The meeting.")), security(("bearer" = []), ("session" = [])),
    responses((status = 201, description = "It is recorded; this is how things stand now.", body = QuestionTime,
        headers(("Location" = String, description = "Public question time."), ("ETag" = String, description = "The revision.")))))]
#[post("/meetings/{id}/question-time/events")]
pub async fn record_event(actor: ApiActor, id: Id<MeetingId>, body: Body) -> Answer {
    let acting = actor.acting();
    let meeting = id.0;
    let by = acting.clone();
    permission::staff(&acting)?;
    actor
        .run(move |service| may_run(service, &by, meeting))
        .await?;
    let event = Event::from(body.read::<EventInput>()?);
    let state = actor
        .run(move |service| {
            let view = question_time::act(service, &acting, meeting, &event)?;
            Ok(QuestionTime::of(service, &view))
        })
        .await?;
    let mut answer = versioned(StatusCode::CREATED, state.revision, &state);
    if let Ok(location) =
        header::HeaderValue::from_str(&format!("/api/v1/meetings/{meeting}/question-time"))
    {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(answer)
}
