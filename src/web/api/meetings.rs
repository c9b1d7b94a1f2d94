//! Meetings: each with its deadline, and how that was reckoned.

use actix_web::{HttpRequest, get, http::StatusCode, post, put, web};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    paging::{Page, Paging},
    request::{Body, Id, IfMatch, created, matched, ok, versioned},
};
use crate::{
    domain::{
        id::{BoardId, MeetingId},
        meeting::MeetingStatus,
    },
    service::{
        Service, ServiceError,
        meetings::{self, Particulars},
        permission,
        views::{self, MeetingView},
    },
    store::meetings::{Place, When},
    web::{
        Answer, ApiActor,
        page_cache::{self, Key, Rendered, Until},
    },
};

/// A board, in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardName {
    /// Its identifier.
    pub id: BoardId,
    /// Its name in addresses.
    #[schema(example = "safer")]
    pub slug: String,
    /// Its full name.
    #[schema(example = "Safer Policy and Performance Board")]
    pub name: String,
}

/// The last instant at which a question is in time (clause (iii)), and how it was reckoned.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deadline {
    /// The instant. A question received at it is in time.
    #[schema(example = "2024-02-05T16:00:00Z")]
    pub at: DateTime<Utc>,
    /// In words, London time.
    #[schema(example = "4pm on Monday 5 February 2024")]
    pub in_words: String,
    /// Whether bank holidays that are not known yet could move it.
    pub provisional: bool,
    /// How it was reckoned, one sentence to an entry.
    pub reckoning: Vec<String>,
    /// The days passed over because they are not working days, earliest first.
    pub skipped: Vec<SkippedDay>,
}

/// A day that is not a working day.
#[derive(Debug, Serialize, ToSchema)]
pub struct SkippedDay {
    /// The date.
    pub date: NaiveDate,
    /// Why it is not a working day.
    #[schema(example = "weekend")]
    pub why: String,
}

/// A meeting of a board.
#[derive(Debug, Serialize, ToSchema)]
pub struct Meeting {
    /// Its identifier.
    pub id: MeetingId,
    /// The board that meets.
    pub board: BoardName,
    /// The date, London's.
    #[schema(example = "2024-02-06")]
    pub date: NaiveDate,
    /// The time at which it starts, London's.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "18:30:00")]
    pub starts: NaiveTime,
    /// The same as an instant.
    #[schema(example = "2024-02-06T18:30:00Z")]
    pub starts_at: DateTime<Utc>,
    /// Where it is held.
    #[schema(example = "Boardroom, Municipal Building, Widnes")]
    pub venue: String,
    /// Where it stands.
    pub status: MeetingStatus,
    /// Whether the agenda is out, so that a question names one of its items.
    pub agenda_published: bool,
    /// The deadline for questions.
    pub deadline: Deadline,
    /// Whether it takes questions now.
    pub takes_questions: bool,
    /// The date from which it was moved here, if it was.
    pub moved_from: Option<NaiveDate>,
    /// The time at which it ended, once that is known.
    #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "20:10:00")]
    pub ended: Option<NaiveTime>,
    /// Whether it is there to show how the service works.
    pub demonstration: bool,
    /// Grows with every change; also the ETag.
    pub version: i32,
}

impl Meeting {
    /// A meeting as it is at an instant.
    pub fn of(view: &MeetingView, now: DateTime<Utc>) -> Self {
        let meeting = view.meeting();
        Self {
            id: meeting.id,
            board: BoardName {
                id: view.board.id,
                slug: view.board.slug.clone(),
                name: view.board.name.clone(),
            },
            date: meeting.date,
            starts: meeting.starts,
            starts_at: view.starts_at(),
            venue: meeting.venue.clone(),
            status: meeting.status,
            agenda_published: meeting.agenda_published,
            deadline: Deadline {
                at: view.deadline.at,
                in_words: view.deadline.in_words(),
                provisional: view.deadline.provisional,
                reckoning: view.deadline.reckoning(),
                skipped: view
                    .deadline
                    .skipped
                    .iter()
                    .map(|(date, why)| SkippedDay {
                        date: *date,
                        why: why.to_string(),
                    })
                    .collect(),
            },
            takes_questions: view.takes_questions(now),
            moved_from: view.record.moved_from,
            ended: view.record.ended,
            demonstration: meeting.demonstration,
            version: meeting.version,
        }
    }
}

/// What is said of a meeting.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingInput {
    /// The date, London's.
    #[schema(example = "2024-02-06")]
    pub date: NaiveDate,
    /// The time at which it starts, London's.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "18:30")]
    pub starts: NaiveTime,
    /// Where it is held, at most 300 characters.
    #[schema(example = "Boardroom, Municipal Building, Widnes")]
    pub venue: String,
    /// Whether the agenda is out. False where it is left out.
    #[serde(default)]
    pub agenda_published: Option<bool>,
    /// The time at which it ended, for the minutes.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "20:10:00")]
    pub ended: Option<NaiveTime>,
}

impl From<MeetingInput> for Particulars {
    fn from(input: MeetingInput) -> Self {
        Self {
            date: input.date,
            starts: input.starts,
            venue: input.venue,
            agenda_published: input.agenda_published.unwrap_or_default(),
            ended: input.ended,
        }
    }
}

/// A new meeting of a board.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMeeting {
    /// The board that meets.
    pub board: BoardId,
    /// What is said of the meeting.
    pub meeting: MeetingInput,
}

/// Which meetings a list shows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// `coming` (from today on, soonest first; where nothing is said) or `past` (before today, latest first).
    #[param(value_type = Option<String>, pattern = "^(coming|past)$")]
    pub when: Option<String>,
    /// Only this board's.
    pub board: Option<BoardId>,
}

/// List meetings
///
/// Those from today on, soonest first, or those before today, latest first.
#[utoipa::path(tag = "Meetings", params(Which, Paging), responses((status = 200, description = "A page of meetings.", body = Page<Meeting>)))]
#[get("/meetings")]
pub async fn list_meetings(
    request: HttpRequest,
    actor: ApiActor,
    which: web::Query<Which>,
    paging: web::Query<Paging>,
) -> Answer {
    let is_first = paging.is_first();
    let when = match which.when.as_deref() {
        None | Some("coming") => When::Coming,
        Some("past") => When::Past,
        Some(_) => {
            return Err(super::paging::wrong_parameter(
                "when",
                "This must be coming or past",
            ));
        }
    };
    let board = which.board;
    let after: Option<Place> = paging.after(|name| {
        let (date, id) = name.split_once('/')?;
        Some((date.parse().ok()?, id.parse().ok()?))
    })?;
    let paging = paging.into_inner();
    let read = move |service: &Service| {
        let now = service.now();
        let most = paging.one_more();
        let found = service
            .store
            .read(|db| views::page_of_meetings(service, db, when, board, after, most))?;
        let until = found.iter().fold(Until::midnight(now), |until, view| {
            until.counting_down_to(view.deadline.at)
        });
        let page = paging.page(found, |last| {
            format!("{}/{}", last.meeting().date, last.meeting().id)
        });
        let page = Page {
            items: page
                .items
                .iter()
                .map(|view| Meeting::of(view, now))
                .collect(),
            next_cursor: page.next_cursor,
        };
        Ok::<_, ServiceError>((page, until))
    };
    if is_first && board.is_none() {
        let key = match when {
            When::Coming => Key::ApiComingMeetings,
            When::Past => Key::ApiPastMeetings,
        };
        return page_cache::answer(&request, actor.state(), key, move |state| {
            let (page, until) = read(&state.service)?;
            Rendered::json(&page, None, until)
        })
        .await;
    }
    let (page, _) = actor.run(read).await?;
    Ok(ok(&page))
}

/// Read a meeting
#[utoipa::path(tag = "Meetings", params(("id" = MeetingId, Path, description = "The meeting.")),
    responses((status = 200, description = "The meeting.", body = Meeting, headers(("ETag" = String, description = "Its version.")))))]
#[get("/meetings/{id}")]
pub async fn read_meeting(request: HttpRequest, actor: ApiActor, id: Id<MeetingId>) -> Answer {
    let Id(id) = id;
    page_cache::answer(&request, actor.state(), Key::ApiMeeting(id), move |state| {
        let service = &state.service;
        let now = service.now();
        let view = service.store.read(|db| views::meeting(service, db, id))?;
        let until = Until::midnight(now).counting_down_to(view.deadline.at);
        let meeting = Meeting::of(&view, now);
        Rendered::json(&meeting, Some(meeting.version), until)
    })
    .await
}

/// Schedule a meeting
///
/// The proper officer's act. The deadline for questions is reckoned by the service.
#[utoipa::path(tag = "Meetings", request_body = NewMeeting, security(("bearer" = []), ("session" = [])),
    responses((status = 201, description = "The new meeting.", body = Meeting, headers(("Location" = String, description = "The meeting.")))))]
#[post("/meetings")]
pub async fn schedule_meeting(actor: ApiActor, body: Body) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let input = body.read::<NewMeeting>()?;
    let board = input.board;
    let particulars = input.meeting.into();
    let meeting = actor
        .run(move |service| {
            let view = meetings::schedule(service, &acting, board, &particulars)
                .map_err(|error| super::fields::at(error, super::fields::of_new_meeting))?;
            Ok(Meeting::of(&view, service.now()))
        })
        .await?;
    Ok(created(
        format!("/api/v1/meetings/{}", meeting.id),
        &meeting,
    ))
}

/// Change or move a meeting
///
/// The proper officer's act. A new date or time moves the meeting: its questions go with it, the deadline is reckoned anew, and
/// everybody with a question is told.
#[utoipa::path(tag = "Meetings", request_body = MeetingInput, security(("bearer" = []), ("session" = [])),
    params(("id" = MeetingId, Path, description = "The meeting."), ("If-Match" = String, Header, description = "The ETag of what you saw.", example = "\"1\"")),
    responses((status = 200, description = "The meeting as it is now.", body = Meeting, headers(("ETag" = String, description = "Its version.")))))]
#[put("/meetings/{id}")]
pub async fn change_meeting(
    actor: ApiActor,
    id: Id<MeetingId>,
    seen: IfMatch,
    body: Body,
) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let version = seen.version()?;
    let particulars = body.read::<MeetingInput>()?.into();
    let changed = actor
        .run(move |service| {
            let view = meetings::change(service, &acting, id.0, version, &particulars)?;
            Ok(Meeting::of(&view, service.now()))
        })
        .await;
    let meeting = matched(changed)?;
    Ok(versioned(StatusCode::OK, meeting.version, &meeting))
}

/// Cancel a meeting
///
/// The proper officer's act. Each question that was to be put becomes a written response owed, and everybody is told. To give the
/// meeting a new date, change it instead.
#[utoipa::path(tag = "Meetings", security(("bearer" = []), ("session" = [])),
    params(("id" = MeetingId, Path, description = "The meeting."), ("If-Match" = String, Header, description = "The ETag of what you saw.", example = "\"1\"")),
    responses((status = 200, description = "The meeting, cancelled.", body = Meeting, headers(("ETag" = String, description = "Its version.")))))]
#[post("/meetings/{id}/cancel")]
pub async fn cancel_meeting(actor: ApiActor, id: Id<MeetingId>, seen: IfMatch) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let version = seen.version()?;
    let cancelled = actor
        .run(move |service| {
            let view = meetings::cancel(service, &acting, id.0, version)?;
            Ok(Meeting::of(&view, service.now()))
        })
        .await;
    let meeting = matched(cancelled)?;
    Ok(versioned(StatusCode::OK, meeting.version, &meeting))
}
