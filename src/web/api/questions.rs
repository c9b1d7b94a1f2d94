//! Questions as the public may see them: put at a meeting, with what was answered. No personal details: the name is the one
//! agreed for publication, the words are those published.

use actix_web::{HttpRequest, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    agenda::AgendaItem,
    paging::{Page, Paging, wrong_parameter},
    request::{Body, Id, ok},
};
use crate::{
    domain::{
        id::{MeetingId, QuestionId},
        question::QuestionText,
        reference::Reference,
        similarity::{Band, explanation::explain},
        status::Status,
    },
    service::{
        Service, ServiceError,
        evidence::{self, EarlierMatch},
        search::{self, Sought},
        views::{self, PublicQuestion},
    },
    store::{
        meetings,
        questions::{self, Filter},
    },
    web::{
        Answer, ApiActor,
        executor::Lane,
        page_cache::{self, Key, Rendered, Until},
    },
};

/// A written response that has been corrected.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectedResponse {
    /// When it was sent.
    pub sent_on: NaiveDate,
    /// Its words.
    pub body: String,
}

/// A question that was put at a meeting.
#[derive(Debug, Serialize, ToSchema)]
pub struct PutQuestion {
    /// Its reference.
    #[schema(example = "PQ-2026-7KX4")]
    pub reference: String,
    /// The questioner's name, or what was agreed in its stead.
    #[schema(example = "A resident")]
    pub name: String,
    /// The words as published.
    pub question: String,
    /// What it is about.
    #[schema(example = "Domestic abuse")]
    pub matter: String,
    /// Where it stands.
    pub status: Status,
    /// The meeting.
    pub meeting: MeetingId,
    /// The date of the meeting.
    pub meeting_date: NaiveDate,
    /// The board's name.
    pub board: String,
    /// The answer given at the meeting, in substance.
    pub response: Option<String>,
    /// Who gave it.
    pub answered_by: Option<String>,
    /// The supplementary question.
    pub supplementary: Option<String>,
    /// The answer to it.
    pub supplementary_response: Option<String>,
    /// The agenda item that it was dealt with under.
    pub dealt_with: Option<AgendaItem>,
    /// The written response as last sent.
    pub written_response: Option<String>,
    /// When the written response was corrected last, if it was.
    pub corrected_on: Option<NaiveDate>,
    /// What was sent before it and has been corrected, oldest first.
    pub earlier_responses: Vec<CorrectedResponse>,
    /// Whether a written response is still owed.
    pub response_owed: bool,
}

impl From<PublicQuestion> for PutQuestion {
    fn from(question: PublicQuestion) -> Self {
        Self {
            reference: question.reference,
            name: question.name,
            question: question.text,
            matter: question.matter,
            status: question.status,
            meeting: question.meeting_id,
            meeting_date: question.meeting_date,
            board: question.board,
            response: question.response,
            answered_by: question.answered_by,
            supplementary: question.supplementary,
            supplementary_response: question.supplementary_response,
            dealt_with: question.dealt_with.as_ref().map(AgendaItem::from),
            written_response: question.written_response,
            corrected_on: question.corrected_on,
            earlier_responses: question
                .earlier_responses
                .into_iter()
                .map(|earlier| CorrectedResponse {
                    sent_on: earlier.sent_on,
                    body: earlier.body,
                })
                .collect(),
            response_owed: question.response_owed,
        }
    }
}

/// Which questions a list shows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only those put at this meeting.
    pub meeting: Option<MeetingId>,
    /// Only those that have these words: a few, or a whole question. The closest come first, at most 50, on one page.
    #[param(max_length = 500, example = "62 bus")]
    pub q: Option<String>,
}

/// List questions put
///
/// Every question that was put at a meeting, latest first, with what was answered. With `q`, a search of all of them. No personal
/// details.
#[utoipa::path(tag = "Questions", params(Which, Paging), responses((status = 200, description = "A page of questions.", body = Page<PutQuestion>)))]
#[get("/questions")]
pub async fn list_questions(
    request: HttpRequest,
    actor: ApiActor,
    which: web::Query<Which>,
    paging: web::Query<Paging>,
) -> Answer {
    let which = which.into_inner();
    let sought = Sought::parse(which.q.as_deref().unwrap_or_default())
        .map_err(|error| wrong_parameter("q", &error.message))?;
    if let Some(sought) = sought {
        return search(&actor, sought, which.meeting, &paging).await;
    }
    let filter = Filter {
        meeting: which.meeting,
        statuses: Vec::new(),
        published: true,
    };
    let before: Option<QuestionId> = paging.after(|name| name.parse().ok())?;
    let paging = paging.into_inner();
    let is_first = paging.is_first();
    let read = move |service: &Service| {
        let most = paging.one_more();
        let found = service.store.read(|db| {
            if let Some(meeting) = filter.meeting {
                meetings::meeting(db, meeting)?;
            }
            let found = questions::page(db, &filter, before, most)?;
            let put = views::public_questions(db, &found)?;
            let ids = found.into_iter().map(|question| question.id);
            Ok::<_, ServiceError>(ids.zip(put).collect::<Vec<_>>())
        })?;
        let page = paging.page(found, |(id, _)| id.to_string());
        Ok::<_, ServiceError>(Page {
            items: page
                .items
                .into_iter()
                .map(|(_, question)| PutQuestion::from(question))
                .collect(),
            next_cursor: page.next_cursor,
        })
    };
    if !is_first {
        return Ok(ok(&actor.run(read).await?));
    }
    let at = which.meeting;
    page_cache::answer(
        &request,
        actor.state(),
        Key::ApiQuestions(at),
        move |state| {
            let page = read(&state.service)?;
            let until = Until::midnight(state.service.now());
            Rendered::json(&page, None, until)
        },
    )
    .await
}

async fn search(
    actor: &ApiActor,
    sought: Sought,
    at: Option<MeetingId>,
    paging: &Paging,
) -> Answer {
    if paging.after(|_| Some(()))?.is_some() {
        return Err(wrong_parameter("cursor", "A search has one page"));
    }
    let most = paging.size();
    let found = actor
        .run_in(Lane::Searches, move |service| {
            service.store.read(|db| {
                let on = match at {
                    Some(id) => Some(meetings::meeting(db, id)?.meeting.date),
                    None => None,
                };
                search::questions_put(service, db, &sought, on, most)
            })
        })
        .await?;
    Ok(ok(&Page {
        items: found
            .into_iter()
            .map(|found| PutQuestion::from(found.put))
            .filter(|question| at.is_none_or(|at| question.meeting == at))
            .collect(),
        next_cursor: None,
    }))
}

/// Read a question that was put
#[utoipa::path(tag = "Questions", params(("reference" = String, Path, description = "Its reference.", example = "PQ-2026-7KX4")),
    responses((status = 200, description = "The question.", body = PutQuestion)))]
#[get("/questions/{reference}")]
pub async fn read_question(actor: ApiActor, reference: web::Path<String>) -> Answer {
    let reference = Reference::parse(&reference).map_err(|_| ServiceError::NotFound)?;
    let question = actor
        .run(move |service| {
            service.store.read(|db| {
                let question = questions::by_reference(db, &reference)?;
                // a reference that was guessed tells nothing of a question that is not public
                if !question.is_published() {
                    return Err(ServiceError::NotFound);
                }
                views::public_question(db, &question)
            })
        })
        .await?;
    Ok(ok(&PutQuestion::from(question)))
}

/// The words of a question that may be asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Its words.
    #[schema(example = "What is the council doing about speeding on Derby Road?")]
    pub question: String,
}

/// An earlier question that is like the one asked about.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarQuestion {
    /// The earlier question with its answer.
    pub question: PutQuestion,
    /// How likely it is that a person would say that the two ask the same, from 0 to 1: calibrated on pairs that officials judged.
    #[schema(example = 0.52)]
    pub score: f64,
    /// What that says.
    pub band: Band,
    /// The phrases and words that both have, as they stand in the new question, the longest first.
    #[schema(example = json!(["street lights", "repaired"]))]
    pub shared: Vec<String>,
    /// The words that only the new question has.
    pub only_new: Vec<String>,
    /// The words that only the earlier question has.
    pub only_earlier: Vec<String>,
}

impl SimilarQuestion {
    /// What was found for a text, explained.
    pub fn of(found: EarlierMatch, text: &str) -> Self {
        let why = explain(text, &found.earlier.text);
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            score: found.likelihood,
            band: found.band,
            shared: owned(&why.shared),
            only_new: owned(&why.only_here),
            only_earlier: owned(&why.only_there),
            question: found.earlier.into(),
        }
    }
}

/// Find questions put before that are alike
///
/// What a questioner should see before asking: questions put in the months before the meeting that count (clause (v)) and may be
/// substantially the same, best first. Nothing is stored.
#[utoipa::path(tag = "Questions", request_body = Draft, params(("id" = MeetingId, Path, description = "The meeting at which it would be put.")),
    responses((status = 200, description = "The questions found.", body = Vec<SimilarQuestion>)))]
#[post("/meetings/{id}/similar-questions")]
pub async fn find_similar_questions(actor: ApiActor, id: Id<MeetingId>, body: Body) -> Answer {
    let draft = body.read::<Draft>()?;
    let text = QuestionText::parse(&draft.question)
        .map_err(|error| ServiceError::field("question", error.code, error.message))?;
    let similar: Vec<SimilarQuestion> = actor
        .run(move |service| {
            let found = service.store.read(|db| {
                let meeting = meetings::meeting(db, id.0)?.meeting;
                evidence::matches(service, db, &meeting, text.as_str(), None)
            })?;
            Ok(found
                .into_iter()
                .map(|found| SimilarQuestion::of(found, text.as_str()))
                .collect())
        })
        .await?;
    Ok(ok(&similar))
}
