//! Deciding on a question, and writing what the minutes say of it.

use actix_web::{http::StatusCode, post, put};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    request::{Body, Id, IfMatch, matched, versioned},
    staff_questions::{Minutes, StaffQuestion, look},
};
use crate::{
    domain::{
        id::{AgendaItemId, QuestionId},
        standing_order::rejection::Ground,
    },
    service::{
        admit_question, approve_question, arrange_for_questioner, change_matter, judge_people,
        minutes, permission,
        redact_question::{self, Redaction},
        reject_question::{self, Rejection},
        reopen_question,
        replace_question::{self, InPlace},
        responses, your_question,
    },
    web::{Answer, ApiActor},
};

/// A decision on a question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub enum DecisionInput {
    /// It will be put: the proper officer.
    Approve {
        /// Why it is not the same as the strong matches; must be there where there are any (clause (v)).
        #[serde(default)]
        #[schema(example = "The earlier question was about another road.")]
        judgement: Option<String>,
    },
    /// It will not: the proper officer, or the chair of the board. The grounds `not_resident`, `not_on_agenda` and `already_asked` are
    /// the proper officer's.
    Reject {
        /// The grounds, one at least.
        grounds: Vec<Ground>,
        /// The reason, as it will stand in the letter.
        #[schema(
            example = "Your question is about something that the council is not responsible for."
        )]
        reason: String,
        /// The reference of the earlier question, on the ground that it is substantially the same.
        #[serde(default)]
        #[schema(example = "PQ-2026-7KX4")]
        earlier: Option<String>,
        /// The reference of the other question to this meeting, on the ground that the same person or organisation has already asked.
        #[serde(default)]
        #[schema(example = "PQ-2026-8ABC")]
        other: Option<String>,
    },
    /// A rejection is taken back, until the meeting: the proper officer, or the chair of the board.
    Reopen {
        /// Why.
        reason: String,
    },
    /// A question that the standing order refused, or that was replaced, is admitted: the proper officer. Where something still stands
    /// against it, that is a recorded exception and needs a reason.
    Admit {
        /// Why an exception is made.
        #[serde(default)]
        reason: Option<String>,
    },
    /// It is admitted in the place of the question that holds the allowance of the same person or organisation: the proper officer.
    AdmitInPlace {
        /// The question that gives way.
        of: QuestionId,
        /// Its version that you saw.
        of_version: i32,
        /// Whether the question that gives way gets a written response.
        written_response: bool,
        /// Why. It is recorded, and not sent to anybody.
        reason: String,
    },
    /// Its questioner and that of another question to the meeting are two people: the proper officer.
    TwoPeople {
        /// The reference of the other question.
        #[schema(example = "PQ-2026-8ABC")]
        other: String,
        /// How that is known. It is recorded, and not sent to anybody.
        reason: String,
    },
    /// The refusal by the standing order stands, so that it no longer waits for a decision: the proper officer.
    RefusalStands {},
    /// A question that the standing order refused gets a written response: the proper officer.
    KeepForResponse {},
    /// The published words are changed, to take out what must not be published: the proper officer.
    Redact {
        /// The published text.
        public_text: Option<String>,
        /// The published name; empty to publish none, so that the questioner is called by a number.
        published_name: Option<String>,
        /// The published matter.
        matter: Option<String>,
        /// The answer at the meeting.
        response: Option<String>,
        /// Who gave it.
        answered_by: Option<String>,
        /// The supplementary question.
        supplementary_text: Option<String>,
        /// The answer to it.
        supplementary_response: Option<String>,
        /// The published version of each reply that has one, oldest first: null leaves one as it is.
        #[serde(default)]
        written_responses: Vec<Option<String>>,
        /// Why. The questioner is told.
        reason: String,
    },
    /// What has been arranged for the questioner at the meeting: the proper officer. The chair sees it.
    Arrange {
        /// What, at most 200 characters; empty where nothing is.
        #[schema(example = "A seat near the front")]
        arranged: String,
    },
    /// It is recorded under another item of the meeting's agenda (clauses (ii), (vi)), and its questioner is told: the proper officer.
    ChangeItem {
        /// The agenda item that it is about.
        agenda_item: AgendaItemId,
    },
    /// It is withdrawn at its questioner's word: the proper officer.
    Withdraw {},
}

/// Decide on a question
///
/// The letter that tells the questioner is written in the same transaction. Two at once: the second gets 412, reads the question
/// again and decides anew.
#[utoipa::path(tag = "Decisions", request_body = DecisionInput, security(("bearer" = []), ("session" = [])),
    params(("id" = QuestionId, Path, description = "The question."), ("If-Match" = String, Header, description = "The ETag of the question that you saw.", example = "\"1\"")),
    responses((status = 200, description = "The question as it is now.", body = StaffQuestion, headers(("ETag" = String, description = "Its version.")))))]
#[post("/staff/questions/{id}/decisions")]
pub async fn decide(actor: ApiActor, id: Id<QuestionId>, seen: IfMatch, body: Body) -> Answer {
    let acting = actor.acting();
    let id = id.0;
    let by = acting.clone();
    permission::staff(&acting)?;
    // whether they may decide on this one comes before what they decide
    actor.run(move |service| look(service, &by, id)).await?;
    let version = seen.version()?;
    let decision = body.read::<DecisionInput>()?;
    let decided = actor
        .run(move |service| {
            match &decision {
                DecisionInput::Approve { judgement } => approve_question::approve(
                    service,
                    &acting,
                    id,
                    version,
                    judgement.as_deref().unwrap_or_default(),
                ),
                DecisionInput::Reject {
                    grounds,
                    reason,
                    earlier,
                    other,
                } => reject_question::reject(
                    service,
                    &acting,
                    id,
                    version,
                    &Rejection {
                        grounds: grounds.clone(),
                        reason: reason.clone(),
                        earlier: earlier.clone().unwrap_or_default(),
                        other: other.clone().unwrap_or_default(),
                    },
                ),
                DecisionInput::Reopen { reason } => {
                    reopen_question::reopen(service, &acting, id, version, reason)
                }
                DecisionInput::Admit { reason } => {
                    let reason = reason.as_deref().unwrap_or_default();
                    admit_question::admit(service, &acting, id, version, reason)
                }
                DecisionInput::AdmitInPlace {
                    of,
                    of_version,
                    written_response,
                    reason,
                } => replace_question::admit_in_place(
                    service,
                    &acting,
                    id,
                    version,
                    &InPlace {
                        holder: *of,
                        holder_version: *of_version,
                        respond: *written_response,
                        reason: reason.clone(),
                    },
                ),
                DecisionInput::TwoPeople { other, reason } => {
                    judge_people::two_people(service, &acting, id, version, other, reason)
                }
                DecisionInput::RefusalStands {} => {
                    judge_people::refusal_stands(service, &acting, id, version)
                }
                DecisionInput::KeepForResponse {} => {
                    responses::keep_for_response(service, &acting, id, version)
                }
                DecisionInput::Redact {
                    public_text,
                    published_name,
                    matter,
                    response,
                    answered_by,
                    supplementary_text,
                    supplementary_response,
                    written_responses,
                    reason,
                } => redact_question::redact(
                    service,
                    &acting,
                    id,
                    version,
                    &Redaction {
                        public_text: public_text.clone(),
                        published_name: published_name.clone(),
                        matter: matter.clone(),
                        response: response.clone(),
                        answered_by: answered_by.clone(),
                        supplementary_text: supplementary_text.clone(),
                        supplementary_response: supplementary_response.clone(),
                        replies: written_responses.clone(),
                        reason: reason.clone(),
                    },
                ),
                DecisionInput::Arrange { arranged } => {
                    arrange_for_questioner::arrange(service, &acting, id, version, arranged)
                }
                DecisionInput::ChangeItem { agenda_item } => {
                    change_matter::change(service, &acting, id, version, *agenda_item)
                }
                DecisionInput::Withdraw {} => {
                    your_question::withdraw_for(service, &acting, id, version)
                }
            }?;
            look(service, &acting, id)
        })
        .await;
    let question = matched(decided)?;
    Ok(versioned(StatusCode::OK, question.version, &question))
}

/// What is written for the minutes. What is left out is emptied.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MinutesInput {
    /// The response given at the meeting, in substance.
    pub response: Option<String>,
    /// Who gave it.
    pub answered_by: Option<String>,
    /// The supplementary question.
    pub supplementary_text: Option<String>,
    /// The response to it.
    pub supplementary_response: Option<String>,
}

/// Write what the minutes say of a question
///
/// The chair of the board, or the proper officer.
#[utoipa::path(tag = "Decisions", request_body = MinutesInput, security(("bearer" = []), ("session" = [])),
    params(("id" = QuestionId, Path, description = "The question."), ("If-Match" = String, Header, description = "The version of the minutes that you saw, in quotes.", example = "\"0\"")),
    responses((status = 200, description = "What the minutes say now.", body = Minutes, headers(("ETag" = String, description = "The version of the minutes.")))))]
#[put("/staff/questions/{id}/minutes")]
pub async fn write_minutes(
    actor: ApiActor,
    id: Id<QuestionId>,
    seen: IfMatch,
    body: Body,
) -> Answer {
    let acting = actor.acting();
    let by = acting.clone();
    let id = id.0;
    permission::staff(&acting)?;
    actor.run(move |service| look(service, &by, id)).await?;
    let version = seen.version()?;
    let input = body.read::<MinutesInput>()?;
    let written = minutes::Written {
        response: input.response.unwrap_or_default(),
        answered_by: input.answered_by.unwrap_or_default(),
        supplementary_text: input.supplementary_text.unwrap_or_default(),
        supplementary_response: input.supplementary_response.unwrap_or_default(),
    };
    let outcome = actor
        .run(move |service| minutes::write(service, &acting, id, version, &written))
        .await;
    let minutes = Minutes::from(matched(outcome)?);
    Ok(versioned(StatusCode::OK, minutes.version, &minutes))
}
