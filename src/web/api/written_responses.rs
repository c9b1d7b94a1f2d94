//! Written responses: owed, drafted, sent, corrected (clause (ix)). The service addresses the letter: whoever writes the response
//! does not see where it goes.

use actix_web::{get, http::StatusCode, post, put, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    paging::{Page, Paging, wrong_parameter},
    request::{Body, Id, IfMatch, matched, ok, versioned},
};
use crate::{
    domain::{
        id::{MeetingId, QuestionId, ResponseId, StaffId},
        standing_order::written_response::{Reason, Reply, ResponseState},
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        desk, permission,
        responses::{self, ResponseView, Which},
    },
    web::{Answer, ApiActor},
};

/// A written response, owed or sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrittenResponse {
    /// Its identifier.
    pub id: ResponseId,
    /// Why it is owed.
    pub reason: Reason,
    /// Where it stands.
    pub state: ResponseState,
    /// The date on which it became owed.
    pub owed_from: NaiveDate,
    /// The date by which it is due.
    pub due_on: NaiveDate,
    /// The officer who owes it, once one is named.
    pub owner: Option<StaffId>,
    /// What has been written and not sent.
    pub draft: String,
    /// What was sent, oldest first.
    pub replies: Vec<SentReply>,
    /// Whether it goes by e-mail; otherwise a letter is printed.
    pub by_email: bool,
    /// The question that it answers.
    pub question: AnsweredQuestion,
    /// Grows with every change; also the ETag.
    pub version: i32,
}

/// The question that a written response answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnsweredQuestion {
    /// Its identifier.
    pub id: QuestionId,
    /// Its reference.
    #[schema(example = "PQ-2026-7KX4")]
    pub reference: String,
    /// The name as agreed for publication.
    pub published_name: String,
    /// The published text. The reply quotes it.
    pub text: String,
    /// Whether words that the questioner sent were left out of it.
    pub words_left_out: bool,
    /// What it is about.
    pub matter: String,
    /// The meeting.
    pub meeting: MeetingId,
    /// The date of the meeting.
    pub meeting_date: NaiveDate,
    /// The board's name.
    pub board: String,
}

/// A reply that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentReply {
    /// What it was.
    pub reply: Reply,
    /// The text as sent to the questioner.
    pub body: String,
    /// The published version; null for a holding reply, which is not published.
    pub published_body: Option<String>,
    /// Who sent it.
    pub by: StaffId,
    /// When.
    pub sent_at: DateTime<Utc>,
    /// The date by which a holding reply said that the response will be sent.
    pub new_due_on: Option<NaiveDate>,
}

impl From<ResponseView> for WrittenResponse {
    fn from(view: ResponseView) -> Self {
        let response = view.response;
        let question = view.question;
        let meeting = question.meeting.meeting();
        Self {
            id: response.id,
            reason: response.reason,
            state: response.state,
            owed_from: response.owed_from,
            due_on: response.due_on,
            owner: response.owner_id,
            draft: response.draft,
            replies: question
                .replies
                .iter()
                .map(|sent| SentReply {
                    reply: sent.reply,
                    body: sent.body.clone(),
                    published_body: sent.published_body.clone(),
                    by: sent.staff_id,
                    sent_at: sent.replied_at,
                    new_due_on: sent.new_due_on,
                })
                .collect(),
            by_email: question.asker.by_email(),
            question: AnsweredQuestion {
                id: question.question.id,
                reference: question.question.reference.to_string(),
                published_name: question.question.published_name.clone(),
                text: question.question.public_text.clone(),
                words_left_out: question.words_left_out,
                matter: question.matter.clone(),
                meeting: meeting.id,
                meeting_date: meeting.date,
                board: question.meeting.board.name.clone(),
            },
            version: response.version,
        }
    }
}

/// Which written responses a list shows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct WhichResponses {
    /// `owed` (by due date; where nothing is said) or `sent` (latest first).
    #[param(value_type = Option<String>, pattern = "^(owed|sent)$")]
    pub state: Option<String>,
    /// Only those that this officer writes.
    pub owner: Option<StaffId>,
    /// Only those owed that have been given to nobody.
    pub unassigned: Option<bool>,
}

fn look(
    service: &Service,
    acting: &Acting,
    id: ResponseId,
) -> Result<WrittenResponse, ServiceError> {
    responses::look(service, acting, id).map(WrittenResponse::from)
}

/// List written responses
///
/// For the proper officer; a responding officer gets those that are theirs, or nobody's yet.
#[utoipa::path(tag = "Written responses", params(WhichResponses, Paging), security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "A page of written responses.", body = Page<WrittenResponse>)))]
#[get("/written-responses")]
pub async fn list_written_responses(
    actor: ApiActor,
    which: web::Query<WhichResponses>,
    paging: web::Query<Paging>,
) -> Answer {
    let acting = actor.acting();
    permission::responding(&acting)?;
    let owed = match which.state.as_deref() {
        None | Some("owed") => true,
        Some("sent") => false,
        Some(_) => return Err(wrong_parameter("state", "This must be owed or sent")),
    };
    let owner = which.owner;
    let unassigned = which.unassigned == Some(true);
    if unassigned && (!owed || owner.is_some()) {
        return Err(wrong_parameter(
            "unassigned",
            "This cannot be combined with an owner or with those sent",
        ));
    }
    let after: Option<(NaiveDate, ResponseId)> = paging.after(|name| {
        let (due_on, id) = name.split_once('/')?;
        Some((due_on.parse().ok()?, id.parse().ok()?))
    })?;
    let which = match (owed, unassigned) {
        (true, true) => Which::Unassigned,
        (true, false) => Which::Owed(owner),
        (false, _) => Which::Sent(owner),
    };
    let max = paging.one_more();
    let found = actor
        .run(move |service| responses::list(service, &acting, which, after, max))
        .await?;
    let page = paging.page(found, |view| {
        format!("{}/{}", view.response.due_on, view.response.id)
    });
    Ok(ok(&Page {
        items: page.items.into_iter().map(WrittenResponse::from).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// Somebody who writes written responses.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseWriter {
    /// Their identifier: the `owner` of a draft.
    pub id: StaffId,
    /// Their name.
    #[schema(example = "Sam Sample")]
    pub name: String,
}

/// List who writes written responses
///
/// Everybody to whom a written response can be given, by name. For the proper officer and responding officers.
#[utoipa::path(tag = "Written responses", security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "Who writes written responses.", body = Vec<ResponseWriter>)))]
#[get("/response-writers")]
pub async fn list_response_writers(actor: ApiActor) -> Answer {
    let acting = actor.acting();
    permission::responding(&acting)?;
    let writers = actor
        .run(move |service| desk::responders(service, &acting))
        .await?;
    let writers: Vec<ResponseWriter> = writers
        .into_iter()
        .map(|(id, name)| ResponseWriter { id, name })
        .collect();
    Ok(ok(&writers))
}

/// Send a reminder of a written response
///
/// The proper officer's act: an e-mail to whoever writes it, once a day at most.
#[utoipa::path(tag = "Written responses", security(("bearer" = []), ("session" = [])),
    params(("id" = ResponseId, Path, description = "The written response."), ("If-Match" = String, Header, description = "The ETag of what you saw.", example = "\"1\"")),
    responses((status = 200, description = "The written response; the reminder is on its way.", body = WrittenResponse, headers(("ETag" = String, description = "Its version.")))))]
#[post("/written-responses/{id}/chase")]
pub async fn chase_response(actor: ApiActor, id: Id<ResponseId>, seen: IfMatch) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let version = seen.version()?;
    let outcome = actor
        .run(move |service| {
            responses::chase(service, &acting, id.0, version)?;
            look(service, &acting, id.0)
        })
        .await;
    let response = matched(outcome)?;
    Ok(versioned(StatusCode::OK, response.version, &response))
}

/// Read a written response
#[utoipa::path(tag = "Written responses", params(("id" = ResponseId, Path, description = "The written response.")), security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The written response.", body = WrittenResponse, headers(("ETag" = String, description = "Its version.")))))]
#[get("/written-responses/{id}")]
pub async fn read_written_response(actor: ApiActor, id: Id<ResponseId>) -> Answer {
    let acting = actor.acting();
    permission::responding(&acting)?;
    let response = actor
        .run(move |service| look(service, &acting, id.0))
        .await?;
    Ok(versioned(StatusCode::OK, response.version, &response))
}

/// What has been written so far, and who owes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftInput {
    /// The words so far; may be empty.
    pub body: String,
    /// The officer who owes it; nobody where it is left out.
    #[serde(default)]
    pub owner: Option<StaffId>,
}

/// Save a draft
///
/// Nothing is sent to the questioner. An officer to whom it is given is told by e-mail.
#[utoipa::path(tag = "Written responses", request_body = DraftInput, security(("bearer" = []), ("session" = [])),
    params(("id" = ResponseId, Path, description = "The written response."), ("If-Match" = String, Header, description = "The ETag of what you saw.", example = "\"1\"")),
    responses((status = 200, description = "The written response as it is now.", body = WrittenResponse, headers(("ETag" = String, description = "Its version.")))))]
#[put("/written-responses/{id}/draft")]
pub async fn save_response_draft(
    actor: ApiActor,
    id: Id<ResponseId>,
    seen: IfMatch,
    body: Body,
) -> Answer {
    let acting = actor.acting();
    permission::responding(&acting)?;
    let version = seen.version()?;
    let input = body.read::<DraftInput>()?;
    let outcome = actor
        .run(move |service| {
            responses::save_draft(service, &acting, id.0, version, &input.body, input.owner)
                .map(WrittenResponse::from)
        })
        .await;
    let response = matched(outcome)?;
    Ok(versioned(StatusCode::OK, response.version, &response))
}

/// A reply to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyInput {
    /// What it is.
    pub reply: Reply,
    /// With a holding reply, and only then: the date by which the response will be sent. It becomes the due date.
    #[serde(default)]
    pub new_due_on: Option<NaiveDate>,
    /// Its words, at most 50,000 characters. Those of a correction take the place of the response that was sent.
    #[schema(example = "The council reviewed the crossing in January and will move it in May.")]
    pub body: String,
    /// The version to publish on the meeting's page and in the API, at most 50,000 characters. Where it is left out, the body without
    /// its greeting and the questioner's name. A holding reply is not published.
    pub published_body: Option<String>,
}

/// Send a reply
///
/// A holding reply, the response, or a correction of it. It goes by e-mail, or is printed where there is no address.
#[utoipa::path(tag = "Written responses", request_body = ReplyInput, security(("bearer" = []), ("session" = [])),
    params(("id" = ResponseId, Path, description = "The written response."), ("If-Match" = String, Header, description = "The ETag of what you saw.", example = "\"1\"")),
    responses((status = 201, description = "It is on its way; this is the written response now.", body = WrittenResponse,
        headers(("Location" = String, description = "The written response."), ("ETag" = String, description = "Its version.")))))]
#[post("/written-responses/{id}/replies")]
pub async fn send_reply(actor: ApiActor, id: Id<ResponseId>, seen: IfMatch, body: Body) -> Answer {
    let acting = actor.acting();
    permission::responding(&acting)?;
    let version = seen.version()?;
    let input = body.read::<ReplyInput>()?;
    let id = id.0;
    let outcome = actor
        .run(move |service| {
            responses::send(
                service,
                &acting,
                id,
                version,
                input.reply,
                &input.body,
                input.published_body.as_deref(),
                input.new_due_on,
            )?;
            look(service, &acting, id)
        })
        .await;
    let response = matched(outcome)?;
    let mut answer = versioned(StatusCode::CREATED, response.version, &response);
    if let Ok(location) = format!("/api/v1/written-responses/{id}").parse() {
        answer
            .headers_mut()
            .insert(actix_web::http::header::LOCATION, location);
    }
    Ok(answer)
}
