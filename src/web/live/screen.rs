//! The public screen: for a projector in the room, and for people at home. The chair chooses what is on it; it has no control.
//!
//! It shows the names by which people are called in the room and nothing else of anybody, and none before question time is opened.

use actix_web::{HttpRequest, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use super::clocks::{self, Clock, Reading};
use crate::{
    domain::{
        id::MeetingId,
        local_time,
        meeting::{Meeting, MeetingStatus},
        room_name::RoomName,
        standing_order::question_time::{Entry, Outcome, Phase, QuestionTime, TurnPhase, View},
        status::Status,
    },
    service::{
        Service, ServiceError,
        question_time::{self, ChairView},
        views,
    },
    web::{
        Answer, AppState,
        page::Page,
        page_cache::{self, Key, Rendered, Until},
    },
};

/// Whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Speaker {
    name: String,
    doing: &'static str,
    clock: Option<Reading>,
}

/// A question on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    place: usize,
    name: String,
    matter: String,
    outcome: &'static str,
    code: &'static str,
}

/// What the screen shows, without the present time: two are equal where nothing that the public may see has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicScreen {
    board: String,
    when: String,
    view: View,
    phase: Phase,
    cancelled: bool,
    speaker: Option<Speaker>,
    next: String,
    waiting: usize,
    clock: Option<Reading>,
    rows: Vec<Row>,
}

/// What the questioner whose turn it is does.
fn doing(phase: TurnPhase, spoke: bool) -> &'static str {
    match phase {
        TurnPhase::Called if spoke => "has been asked to pause",
        TurnPhase::Called => "has been called",
        TurnPhase::Speaking => "is asking a question",
        TurnPhase::Answering => "is being answered",
        TurnPhase::Supplementary => "is asking a supplementary question",
        TurnPhase::AnsweringSupplementary => "is being answered on the supplementary question",
    }
}

fn outcome(status: Status, entry: &Entry) -> (&'static str, &'static str) {
    match (status, entry.outcome) {
        (_, Outcome::Called) => ("Now", "now"),
        (_, Outcome::Put { .. }) => ("Asked", "done"),
        (_, Outcome::DealtWith { .. }) => ("Dealt with under an agenda item", "done"),
        (Status::Approved, Outcome::PassedOver) => ("Passed over", "done"),
        (Status::Approved, Outcome::Waiting) if entry.indicated => ("Here, waiting", "waiting"),
        (Status::Approved, Outcome::Waiting) => ("Waiting", "waiting"),
        _ => ("Written response", "done"),
    }
}

impl PublicScreen {
    /// What the public may see of a meeting.
    pub fn of(service: &Service, view: &ChairView) -> Self {
        let meeting = view.meeting.meeting();
        let figures = service.figures(meeting);
        let state = &view.state;
        let question = |id| view.questions.iter().find(|question| question.id == id);
        let opened = state.opened_at.is_some();
        let name = |id| question(id).map(|found| views::room_name(found, &view.meeting));
        let speaker = state.turn.as_ref().map(|turn| {
            let name = name(turn.question);
            let short = name.as_ref().map(RoomName::short).unwrap_or_default();
            Speaker {
                doing: doing(turn.phase, turn.spoke),
                clock: clocks::of_turn(state, &short, figures),
                name: name.map(|name| name.to_string()).unwrap_or_default(),
            }
        });
        let rows = (1..)
            .zip(&state.entries)
            .filter(|_| opened)
            .filter_map(|(place, entry)| {
                let question = question(entry.question)?;
                let (outcome, code) = outcome(question.status, entry);
                Some(Row {
                    place,
                    name: views::room_name(question, &view.meeting).short(),
                    matter: views::matter_words(question, view.meeting.published_agenda()),
                    outcome,
                    code,
                })
            })
            .collect();
        Self {
            board: view.meeting.board.name.clone(),
            when: local_time::time_on_day(view.meeting.starts_at()),
            view: state.view,
            phase: match meeting.status {
                MeetingStatus::Held => Phase::Closed,
                _ => state.phase,
            },
            cancelled: meeting.status == MeetingStatus::Cancelled,
            speaker,
            next: state
                .next()
                .filter(|_| opened)
                .and_then(name)
                .map(|name| name.to_string())
                .unwrap_or_default(),
            waiting: if opened { state.waiting() } else { 0 },
            clock: clocks::of_meeting(state, figures).filter(|_| opened),
            rows,
        }
    }

    /// How long what its clocks show stays the same; none where none runs.
    fn next_second(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let turn = self
            .speaker
            .as_ref()
            .and_then(|speaker| speaker.clock.as_ref());
        [turn, self.clock.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(|clock| clock.next_second(now))
            .min()
    }

    /// How close the rows stand: a projector can't be scrolled.
    fn density(&self) -> &'static str {
        match self.rows.len() {
            0..=6 => "few",
            7..=14 => "many",
            _ => "most",
        }
    }

    /// The screen as HTML, its clocks as they stand at `now`.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] where the template fails.
    pub fn html(&self, now: DateTime<Utc>) -> Result<String, ServiceError> {
        Drawn {
            screen: self,
            speaker_clock: self
                .speaker
                .as_ref()
                .and_then(|speaker| speaker.clock.as_ref())
                .map(|clock| clock.at(now)),
            clock: self.clock.as_ref().map(|clock| clock.at(now)),
        }
        .render()
        .map_err(|_| ServiceError::Internal("the template of the public screen failed".to_owned()))
    }
}

/// The screen's content.
#[derive(Template)]
#[template(path = "public/screen_content.html")]
struct Drawn<'a> {
    screen: &'a PublicScreen,
    speaker_clock: Option<Clock>,
    clock: Option<Clock>,
}

/// The page around it.
#[derive(Template)]
#[template(path = "public/screen.html")]
struct Screen {
    page: Page,
    stream: String,
    content: String,
}

/// Whether the public screen is worth looking at: on the meeting's day. A demonstration has its day when the chair opens it.
pub fn is_on(meeting: &Meeting, state: &QuestionTime, now: DateTime<Utc>) -> bool {
    let its_day = if meeting.demonstration {
        state.opened_at.is_some()
    } else {
        meeting.date == local_time::london_date(now)
    };
    its_day && meeting.status != MeetingStatus::Cancelled
}

/// Where the public screen of a meeting is.
pub fn address(meeting: MeetingId) -> String {
    format!("/meetings/{meeting}/screen")
}

/// The public screen of a meeting.
pub async fn show(
    request: HttpRequest,
    state: web::Data<AppState>,
    id: web::Path<MeetingId>,
) -> Answer {
    let id = id.into_inner();
    page_cache::answer(&request, &state, Key::Screen(id), move |state| {
        render(state, id)
    })
    .await
}

fn render(state: &AppState, id: MeetingId) -> Result<Rendered, ServiceError> {
    let service = &state.service;
    let (now, steady) = (service.now(), service.steady_now());
    let view = service.store.read(|db| {
        let view = question_time::look(service, db, id)?;
        Ok::<_, ServiceError>(question_time::for_publication(service, view))
    })?;
    let screen = PublicScreen::of(service, &view);
    let mut until = Until::midnight(now);
    if let Some(left) = screen.next_second(steady) {
        until = until.or(now + left);
    }
    let template = Screen {
        page: Page::public(
            &state.site,
            format!("Public question time: {}", screen.board),
        ),
        stream: super::public_stream(id),
        content: screen.html(steady)?,
    };
    Rendered::page(&template, until)
}
