//! Questions as staff see them, with the evidence for a decision. Contact details are for the proper officer alone: a chair decides
//! on the question, not on the person.

use actix_web::{get, http::StatusCode, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    meetings::Meeting,
    paging::{Page, Paging, wrong_parameter},
    questions::SimilarQuestion,
    request::{Id, ok, versioned},
};
use crate::{
    domain::{
        codes::Code,
        id::{AgendaItemId, MeetingId, QuestionId, ResponseId, StaffId},
        question::Channel,
        questioner::Naming,
        refusal::NextMeeting,
        same_person::Likelihood,
        standing_order::{
            Exception,
            rejection::Ground,
            residents::PostcodeCheck,
            written_response::{Reason, ResponseState},
        },
        status::{Act, Status},
        wording::RuleNames,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        dossier::{self, Dossier},
        permission, views,
    },
    store::{
        audit::ActorKind,
        meetings,
        questions::{self, DecisionKind, Filter, QuestionerDetails},
    },
    web::{Answer, ApiActor, problem::RefusalProblem},
};

/// A question in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionSummary {
    /// Its identifier.
    pub id: QuestionId,
    /// Its reference.
    #[schema(example = "PQ-2026-7KX4")]
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// The meeting.
    pub meeting: MeetingId,
    /// The moment of receipt.
    pub received_at: DateTime<Utc>,
    /// How it came.
    pub channel: Channel,
    /// The name as agreed for publication.
    pub published_name: String,
    /// The words as published.
    pub public_text: String,
    /// Grows with every change; also the ETag.
    pub version: i32,
}

impl From<questions::Question> for QuestionSummary {
    fn from(question: questions::Question) -> Self {
        Self {
            id: question.id,
            reference: question.reference.to_string(),
            status: question.status,
            meeting: question.meeting_id,
            received_at: question.received_at,
            channel: question.channel,
            published_name: question.published_name,
            public_text: question.public_text,
            version: question.version,
        }
    }
}

/// A question with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffQuestion {
    /// Its identifier.
    pub id: QuestionId,
    /// Its reference.
    #[schema(example = "PQ-2026-7KX4")]
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// What may happen to it now, so far as its status goes.
    pub possible: Vec<Act>,
    /// The meeting.
    pub meeting: Meeting,
    /// What it is about, in words.
    pub matter: String,
    /// The agenda item that it is about, where it names one.
    pub agenda_item: Option<AgendaItemId>,
    /// The text as received: for the proper officer. Null for the chair.
    pub original_text: Option<String>,
    /// The published text, which every letter, page and paper quotes.
    pub public_text: String,
    /// The name as published.
    pub published_name: String,
    /// How the questioner is named in what is published and called in the room.
    pub naming: Naming,
    /// The words by which the questioner is called in the room.
    #[schema(example = "Resident 2, about Bus fares")]
    pub called_as: String,
    /// Whether the questioner is under 18; null once the details have been removed.
    pub under_18: Option<bool>,
    /// How it came.
    pub channel: Channel,
    /// The moment of receipt.
    pub received_at: DateTime<Utc>,
    /// When the service wrote it down.
    pub recorded_at: DateTime<Utc>,
    /// The deadline that it was judged by.
    pub deadline_at: DateTime<Utc>,
    /// Why the standing order refused it, if it did.
    pub refusals: Vec<RefusalProblem>,
    /// The refusals that would still stand if the rule were read again now, for a question that was refused or replaced. Where there
    /// are none, it is admitted without an exception.
    pub standing_refusals: Vec<RefusalProblem>,
    /// The questions that hold the allowance of the same person or organisation: one of them can give way.
    pub holders: Vec<QuestionId>,
    /// What the directory said of the postcode.
    pub postcode_check: PostcodeCheck,
    /// Why the questioner thinks that it differs from one put before: for the proper officer.
    pub difference: Option<String>,
    /// The question whose text it carries.
    pub carried_from: Option<QuestionId>,
    /// The date of the meeting at which it was put.
    pub put_on: Option<NaiveDate>,
    /// Who asks: for the proper officer, until the details are removed.
    pub questioner: Option<Questioner>,
    /// Questions put before that are alike, best first.
    pub matches: Vec<SimilarQuestion>,
    /// Other questions at the meeting from what may be the same person or organisation. A chair sees those that are contested.
    pub likenesses: Vec<LikeQuestioner>,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// The exceptions recorded for it.
    pub exceptions: Vec<RecordedException>,
    /// What the minutes say of it.
    pub minutes: Minutes,
    /// The written response, if one is or was owed.
    pub written_response: Option<ResponseInShort>,
    /// What was done, oldest first.
    pub history: Vec<HistoryEntry>,
    /// Grows with every change; also the ETag.
    pub version: i32,
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Questioner {
    /// Full name.
    pub name: String,
    /// Organisation, if any.
    pub organisation: Option<String>,
    /// Postal address without its postcode.
    pub address: String,
    /// Postcode.
    pub postcode: String,
    /// E-mail address, if any.
    pub email: Option<String>,
    /// Whether the e-mail address is known to be theirs. Until then, e-mails to it hold nothing that was typed.
    pub confirmed: bool,
    /// Telephone number, if given.
    pub telephone: Option<String>,
    /// Needs for the meeting, if any.
    pub needs: Option<String>,
    /// What has been arranged for the meeting, if anything. The chair sees it, and not the needs.
    pub arranged: Option<String>,
    /// Whether they declared that they live in the borough.
    pub resident: bool,
    /// Whether the name may be published.
    pub publish_name: bool,
    /// Whether they are under 18. The address, e-mail address and telephone number are then those of the parent or carer.
    pub under_18: bool,
    /// The parent or carer, to whom letters go.
    pub carer_name: Option<String>,
}

impl From<QuestionerDetails> for Questioner {
    fn from(details: QuestionerDetails) -> Self {
        Self {
            confirmed: details.is_confirmed(),
            name: details.name,
            organisation: details.organisation,
            address: details.address,
            postcode: details.postcode,
            email: details.email,
            telephone: details.telephone,
            needs: details.needs,
            arranged: details.arranged,
            resident: details.resident,
            publish_name: details.publish_name,
            under_18: details.under_18,
            carer_name: details.carer_name,
        }
    }
}

/// Another question at the same meeting whose questioner may be the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct LikeQuestioner {
    /// The other question.
    pub question: QuestionId,
    /// Its reference.
    pub reference: String,
    /// Where it stands.
    pub status: Status,
    /// Whether the two contend for one allowance: one of them was refused as a second question.
    pub contested: bool,
    /// Why, in words, the strongest reason first: for the proper officer.
    #[schema(example = json!(["a short form or other spelling of the same name at the same address"]))]
    pub reasons: Vec<String>,
    /// How likely it is that both are one: for the proper officer.
    pub likelihood: Option<Likelihood>,
    /// Its questioner: for the proper officer.
    pub questioner: Option<Questioner>,
}

/// A decision about a question.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decision {
    /// What was decided.
    pub decision: DecisionKind,
    /// The grounds of a rejection.
    pub grounds: Vec<Ground>,
    /// The reason in words.
    pub reason: Option<String>,
    /// The other question that the decision names: the one that it is the same as, was judged against, or gave way to.
    pub earlier: Option<QuestionId>,
    /// Who decided.
    pub by: StaffId,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// An exception that an officer recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordedException {
    /// What it sets aside.
    pub exception: Exception,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub by: StaffId,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// What the minutes say of a question.
#[derive(Debug, Serialize, ToSchema)]
pub struct Minutes {
    /// The response given at the meeting, in substance.
    pub response: Option<String>,
    /// Who gave it.
    pub answered_by: Option<String>,
    /// The supplementary question.
    pub supplementary_text: Option<String>,
    /// The response to it.
    pub supplementary_response: Option<String>,
    /// The agenda item that it was dealt with under.
    pub dealt_with: Option<AgendaItemId>,
    /// Grows with every change, 0 where nothing is written: the ETag of the minutes.
    pub version: i32,
}

impl From<questions::Minutes> for Minutes {
    fn from(minutes: questions::Minutes) -> Self {
        Self {
            response: minutes.response,
            answered_by: minutes.answered_by,
            supplementary_text: minutes.supplementary_text,
            supplementary_response: minutes.supplementary_response,
            dealt_with: minutes.dealt_with,
            version: minutes.version,
        }
    }
}

/// A written response in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseInShort {
    /// Its identifier.
    pub id: ResponseId,
    /// Why it is owed.
    pub reason: Reason,
    /// Where it stands.
    pub state: ResponseState,
    /// The date by which it is due.
    pub due_on: NaiveDate,
}

/// Something that was done to a question.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// What, as a code.
    #[schema(example = "approve")]
    pub act: String,
    /// Who: `staff`, `program`, `questioner` or `system`.
    #[schema(example = "staff")]
    pub actor: String,
    /// The name of the member of staff, if one acted.
    pub name: Option<String>,
}

impl StaffQuestion {
    /// The question as the service shows it to whoever asks.
    fn of(dossier: Dossier, now: DateTime<Utc>, names: &RuleNames) -> Self {
        let officer = dossier.officer();
        let view = dossier.view;
        let question = view.question;
        let called_as = views::room_name(&question, &view.meeting).to_string();
        let matches = dossier
            .matches
            .into_iter()
            .map(|found| SimilarQuestion::of(found, &question.public_text))
            .collect();
        Self {
            id: question.id,
            reference: question.reference.to_string(),
            status: question.status,
            possible: Act::ALL
                .iter()
                .copied()
                .filter(|act| question.status.allows(*act) && view.meeting.stage(now).allows(*act))
                .collect(),
            meeting: Meeting::of(&view.meeting, now),
            matter: view.matter,
            agenda_item: question.agenda_item_id,
            original_text: officer.then_some(question.original_text),
            public_text: question.public_text,
            called_as,
            under_18: view.under_18,
            published_name: question.published_name,
            naming: question.naming,
            channel: question.channel,
            received_at: question.received_at,
            recorded_at: question.recorded_at,
            deadline_at: question.deadline_at,
            refusals: question
                .refusals
                .iter()
                .map(|refusal| RefusalProblem::new(refusal, names, NextMeeting::Unknown))
                .collect(),
            standing_refusals: dossier
                .standing
                .iter()
                .map(|refusal| RefusalProblem::new(refusal, names, NextMeeting::Unknown))
                .collect(),
            holders: dossier.holders.iter().map(|holder| holder.id).collect(),
            postcode_check: question.postcode_check,
            difference: question.difference,
            carried_from: question.carried_from,
            put_on: question.put_on,
            questioner: view.asker.details().cloned().map(Questioner::from),
            matches,
            likenesses: dossier
                .similar
                .into_iter()
                .map(|similar| {
                    let evidence = similar.evidence.as_ref();
                    LikeQuestioner {
                        question: similar.question.id,
                        reference: similar.question.reference.to_string(),
                        status: similar.question.status,
                        contested: similar.contested,
                        reasons: evidence.map_or_else(Vec::new, |found| {
                            found.reasons.iter().map(|reason| reason.words()).collect()
                        }),
                        likelihood: evidence.map(|found| found.likelihood),
                        questioner: similar.evidence.map(|found| found.questioner.into()),
                    }
                })
                .collect(),
            decisions: view
                .decisions
                .into_iter()
                .map(|decision| Decision {
                    decision: decision.kind,
                    grounds: decision.grounds,
                    reason: decision.reason,
                    earlier: decision.earlier,
                    by: decision.staff_id,
                    decided_at: decision.decided_at,
                })
                .collect(),
            exceptions: view
                .exceptions
                .into_iter()
                .map(|recorded| RecordedException {
                    exception: recorded.exception,
                    reason: recorded.reason,
                    by: recorded.staff_id,
                    made_at: recorded.made_at,
                })
                .collect(),
            minutes: view.minutes.into(),
            written_response: view.response.map(|response| ResponseInShort {
                id: response.id,
                reason: response.reason,
                state: response.state,
                due_on: response.due_on,
            }),
            history: view
                .history
                .into_iter()
                .map(|(entry, name)| HistoryEntry {
                    at: entry.at(),
                    actor: entry
                        .actor()
                        .map_or(entry.actor_kind.clone(), |kind: ActorKind| {
                            kind.code().to_owned()
                        }),
                    act: entry.act,
                    name,
                })
                .collect(),
            version: question.version,
        }
    }
}

/// What somebody may see of a question: the proper officer, or the chair of the board.
///
/// # Errors
/// [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and those of the store.
pub fn look(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
) -> Result<StaffQuestion, ServiceError> {
    let dossier = dossier::dossier(service, acting, id)?;
    Ok(StaffQuestion::of(
        dossier,
        service.now(),
        &service.settings.council.rule,
    ))
}

/// Which questions a list shows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct StaffFilter {
    /// Only those at this meeting. A chair must name a meeting of their own board.
    pub meeting: Option<MeetingId>,
    /// Only those that stand so; several parted by commas.
    #[param(example = "submitted,approved")]
    pub status: Option<String>,
}

/// List questions
///
/// Every question, refused ones included, latest first. For the proper officer; a chair sees those at a meeting of their board.
#[utoipa::path(tag = "Decisions", params(StaffFilter, Paging), security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "A page of questions.", body = Page<QuestionSummary>)))]
#[get("/staff/questions")]
pub async fn list_staff_questions(
    actor: ApiActor,
    which: web::Query<StaffFilter>,
    paging: web::Query<Paging>,
) -> Answer {
    let acting = actor.acting();
    if which.meeting.is_none() {
        permission::proper_officer(&acting)?;
    }
    permission::staff(&acting)?;
    let mut statuses = Vec::new();
    for code in which.status.iter().flat_map(|codes| codes.split(',')) {
        match Status::from_code(code.trim()) {
            Some(status) => statuses.push(status),
            None if code.trim().is_empty() => {}
            None => return Err(wrong_parameter("status", "There is no such status")),
        }
    }
    let filter = Filter {
        meeting: which.meeting,
        statuses,
        published: false,
    };
    let before: Option<QuestionId> = paging.after(|name| name.parse().ok())?;
    let most = paging.one_more();
    let found = actor
        .run(move |service| {
            service.store.read(|db| {
                if let Some(meeting) = filter.meeting {
                    let board = meetings::meeting(db, meeting)?.meeting.board_id;
                    permission::chair_of(&acting, board)?;
                }
                Ok::<_, ServiceError>(questions::page(db, &filter, before, most)?)
            })
        })
        .await?;
    let page = paging.page(found, |last| last.id.to_string());
    Ok(ok(&Page {
        items: page.items.into_iter().map(QuestionSummary::from).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// Read a question with its evidence
///
/// For the proper officer, and for the chair of the board without contact details.
#[utoipa::path(tag = "Decisions", params(("id" = QuestionId, Path, description = "The question.")), security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The question.", body = StaffQuestion, headers(("ETag" = String, description = "Its version.")))))]
#[get("/staff/questions/{id}")]
pub async fn read_staff_question(actor: ApiActor, id: Id<QuestionId>) -> Answer {
    let acting = actor.acting();
    permission::staff(&acting)?;
    let question = actor
        .run(move |service| look(service, &acting, id.0))
        .await?;
    Ok(versioned(StatusCode::OK, question.version, &question))
}
