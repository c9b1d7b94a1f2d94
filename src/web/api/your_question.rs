//! A question as its own questioner sees it, by the token of the private link. Looking changes nothing.

use actix_web::{get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{agenda::AgendaItem, meetings::Meeting, request::ok};
use crate::{
    domain::{
        id::MeetingId,
        refusal::Clause,
        standing_order::{
            rejection::Ground,
            written_response::{Reason, Reply, ResponseState},
        },
        status::{Act, Status},
    },
    service::{Service, ServiceError, confirm_address, next_meeting, permission, your_question},
    store::questions::{self, DecisionKind, QuestionerDetails},
    web::{Answer, ApiActor, problem::RefusalProblem},
};

/// A question as its own questioner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct YourQuestion {
    /// Where this is found. Keep it private: whoever has it can withdraw the question.
    #[serde(rename = "self")]
    #[schema(example = "/api/v1/your-question/AY16PF8AfD6bGi9tTI4KEVq0…")]
    pub itself: String,
    /// The page that shows the same to a person.
    pub page: String,
    /// What to quote to the council.
    #[schema(example = "PQ-2026-7KX4")]
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The same in words.
    #[schema(example = "waiting for a decision")]
    pub status_in_words: String,
    /// The moment of receipt.
    #[schema(example = "2024-02-05T11:20:00Z")]
    pub received_at: DateTime<Utc>,
    /// The deadline that it was judged by.
    #[schema(example = "2024-02-05T16:00:00Z")]
    pub deadline_at: DateTime<Utc>,
    /// The meeting.
    pub meeting: Meeting,
    /// What it is about.
    pub matter: String,
    /// The published text.
    pub question: String,
    /// Whether words that you sent were left out of it.
    pub words_left_out: bool,
    /// How many questions are to be put before it, once it is on the list.
    pub before: Option<u32>,
    /// Why the standing order refused it, if it did.
    pub refusals: Vec<RefusalProblem>,
    /// Why it was rejected, if it was.
    pub rejection: Option<RejectionSeen>,
    /// The answer given at the meeting, in substance, once that is written.
    pub response: Option<String>,
    /// The agenda item that it was dealt with under, if it was.
    pub dealt_with: Option<AgendaItem>,
    /// The written response, if one is or was owed.
    pub written_response: Option<ResponseSeen>,
    /// Whether the email address is known to be the questioner’s. Until then, emails to it hold nothing that was typed. `true` where there
    /// is no email address.
    pub confirmed: bool,
    /// What its questioner may still do: `withdraw`, `disown`.
    pub possible: Vec<Act>,
    /// The board's next meeting that takes questions, to which another may be sent.
    pub next_meeting: Option<MeetingId>,
}

/// A rejection as the questioner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectionSeen {
    /// The grounds.
    pub grounds: Vec<GroundSeen>,
    /// The reason in words.
    pub reason: String,
    /// The reference of the earlier question, where it is substantially the same as one.
    pub earlier: Option<String>,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
}

/// A ground for rejection.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroundSeen {
    /// The ground.
    pub ground: Ground,
    /// The clause that it stands in, by its place in the rule: the same for every council.
    pub clause: Clause,
    /// The clause as the council cites it.
    #[schema(example = "Standing Order 34(9)(v)")]
    pub cited: String,
    /// The ground in words.
    pub words: String,
    /// What can be done instead.
    pub what_next: String,
}

/// A written response as the questioner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseSeen {
    /// Why it is owed.
    pub reason: Reason,
    /// Where it stands.
    pub state: ResponseState,
    /// The date by which it is due.
    pub due_on: NaiveDate,
    /// What was sent, oldest first.
    pub replies: Vec<ReplySeen>,
}

/// A reply that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplySeen {
    /// What it was.
    pub reply: Reply,
    /// Its words.
    pub body: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
}

impl YourQuestion {
    /// What a token's question looks like.
    ///
    /// # Errors
    /// Those of the store.
    pub fn of(
        service: &Service,
        token: &str,
        seen: &your_question::YourQuestion,
    ) -> Result<Self, ServiceError> {
        let view = &seen.view;
        let question = &view.question;
        let (earlier, known) = service.store.read(|db| {
            let rejected = view
                .decisions
                .iter()
                .rev()
                .find_map(questions::Decision::same_as);
            let earlier = match rejected {
                Some(id) => Some(questions::question(db, id)?.reference.to_string()),
                None => None,
            };
            let (known, _) = next_meeting::known(service, db, question, view.meeting.meeting())?;
            Ok::<_, ServiceError>((earlier, known))
        })?;
        let next = seen.next.as_ref();
        let wording = service.wording(view.meeting.meeting());
        let in_time = view.meeting.takes_questions(service.now());
        let rejection = view
            .decisions
            .iter()
            .rev()
            .find(|decision| decision.kind == DecisionKind::Rejected)
            .filter(|_| question.status == Status::Rejected)
            .map(|decision| RejectionSeen {
                grounds: decision
                    .grounds
                    .iter()
                    .map(|ground| GroundSeen {
                        ground: *ground,
                        clause: ground.clause(),
                        cited: wording.cite(ground.clause()),
                        words: ground.words(&wording),
                        what_next: ground.what_next(in_time).to_owned(),
                    })
                    .collect(),
                reason: decision.reason.clone().unwrap_or_default(),
                earlier: earlier.clone().filter(|_| decision.same_as().is_some()),
                decided_at: decision.decided_at,
            });
        Ok(Self {
            itself: format!("/api/v1/your-question/{token}"),
            page: service.page_of_token(token),
            reference: question.reference.to_string(),
            status: question.status,
            status_in_words: question.status.words().to_owned(),
            received_at: question.received_at,
            deadline_at: question.deadline_at,
            meeting: Meeting::of(&view.meeting, service.now()),
            matter: view.matter.clone(),
            question: question.public_text.clone(),
            words_left_out: question.words_left_out(),
            before: seen.before.and_then(|before| u32::try_from(before).ok()),
            refusals: question
                .refusals
                .iter()
                .map(|refusal| RefusalProblem::new(refusal, wording.names, known))
                .collect(),
            rejection,
            response: view.minutes.response.clone(),
            dealt_with: view
                .minutes
                .dealt_with
                .and_then(|id| view.meeting.agenda.iter().find(|item| item.id == id))
                .map(AgendaItem::from),
            written_response: view.response.as_ref().map(|response| ResponseSeen {
                reason: response.reason,
                state: response.state,
                due_on: response.due_on,
                replies: view
                    .replies
                    .iter()
                    .map(|sent| ReplySeen {
                        reply: sent.reply,
                        body: sent.body.clone(),
                        sent_at: sent.replied_at,
                    })
                    .collect(),
            }),
            confirmed: !view
                .questioner
                .as_ref()
                .is_some_and(QuestionerDetails::may_be_somebody_else),
            possible: [
                (Act::Withdraw, seen.possible.withdraw),
                (Act::Disown, seen.possible.disown),
            ]
            .into_iter()
            .filter_map(|(act, may)| may.then_some(act))
            .collect(),
            next_meeting: next.map(|next| next.meeting().id),
        })
    }
}

fn look(service: &Service, token: &str) -> Result<YourQuestion, ServiceError> {
    let seen = your_question::look(service, token)?;
    YourQuestion::of(service, token, &seen)
}

/// See your question
///
/// By the token of the private link. A token that opens nothing is answered with 404, whatever is wrong with it. It is not published:
/// a display token does not open it.
#[utoipa::path(tag = "Your question", params(("token" = String, Path, description = "The token of the private link.")),
    responses((status = 200, description = "The question.", body = YourQuestion)))]
#[get("/your-question/{token}")]
pub async fn see_your_question(actor: ApiActor, token: web::Path<String>) -> Answer {
    permission::not_display(&actor.acting())?;
    let question = actor.run(move |service| look(service, &token)).await?;
    Ok(ok(&question))
}

/// Confirm your email address
///
/// By the token of the private link in an email from the council: it shows that you read the mailbox. The token that came with the answer
/// to a submission does not, and is answered with 409. From then on, emails quote the question. Confirming twice changes nothing more.
#[utoipa::path(tag = "Your question", params(("token" = String, Path, description = "The token of the private link in an email.")),
    responses((status = 200, description = "The question, its address confirmed.", body = YourQuestion)))]
#[post("/your-question/{token}/confirm")]
pub async fn confirm_your_question(actor: ApiActor, token: web::Path<String>) -> Answer {
    let acting = actor.acting();
    let question = actor
        .run(move |service| {
            confirm_address::confirm(service, &acting, &token)?;
            look(service, &token)
        })
        .await?;
    Ok(ok(&question))
}

/// Withdraw your question
///
/// Before the deadline that gives the allowance back: another question can be sent. Withdrawing twice changes nothing more.
#[utoipa::path(tag = "Your question", params(("token" = String, Path, description = "The token of the private link.")),
    responses((status = 200, description = "The question, withdrawn.", body = YourQuestion)))]
#[post("/your-question/{token}/withdraw")]
pub async fn withdraw_your_question(actor: ApiActor, token: web::Path<String>) -> Answer {
    let acting = actor.acting();
    let question = actor
        .run(move |service| {
            your_question::withdraw(service, &acting, &token)?;
            look(service, &token)
        })
        .await?;
    Ok(ok(&question))
}

/// Disown a question sent in your name
///
/// The allowance is free at once, whatever the time.
#[utoipa::path(tag = "Your question", params(("token" = String, Path, description = "The token of the private link.")),
    responses((status = 200, description = "The question, disowned.", body = YourQuestion)))]
#[post("/your-question/{token}/disown")]
pub async fn disown_question(actor: ApiActor, token: web::Path<String>) -> Answer {
    let acting = actor.acting();
    let question = actor
        .run(move |service| {
            your_question::disown(service, &acting, &token)?;
            look(service, &token)
        })
        .await?;
    Ok(ok(&question))
}
