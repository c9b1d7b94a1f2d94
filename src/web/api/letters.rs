//! Letters on the officers' desk: those that wait, could not be sent, are to be printed, or have gone out. None is dropped
//! silently (reading 15), and each can be read as it was sent.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    paging::{Page, Paging, wrong_parameter},
    request::{Body, Id, ok},
};
use crate::{
    domain::{
        codes::Code,
        id::{LetterId, QuestionId},
    },
    mail::render,
    service::{ServiceError, deliver_outbox::OnTheDesk, permission},
    store::letters::{Filter, LetterState, Order},
    web::{Answer, ApiActor, officer},
};

/// A letter on the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Letter {
    /// Its identifier.
    pub id: LetterId,
    /// The kind.
    #[schema(example = "acknowledgement")]
    pub kind: String,
    /// Where it stands.
    pub state: LetterState,
    /// The question that it is about, if any.
    pub question: Option<QuestionId>,
    /// That question's reference.
    pub reference: Option<String>,
    /// To whom.
    pub recipient_name: String,
    /// The e-mail address, where it has one.
    pub recipient_email: Option<String>,
    /// Where a letter to be printed goes, a line to an entry.
    pub postal_address: Vec<String>,
    /// How often it was tried.
    pub attempts: i32,
    /// What went wrong the last time.
    pub last_error: Option<String>,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// When it began to wait: when it was written, or when it was last sent again.
    pub waiting_since: DateTime<Utc>,
    /// When it was sent, printed, settled or given up.
    pub settled_at: Option<DateTime<Utc>>,
}

/// A letter with its words.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterInWords {
    /// The letter.
    #[serde(flatten)]
    pub letter: Letter,
    /// The subject.
    pub subject: String,
    /// The letter as plain text. The questioner's private link is left out.
    pub text: String,
    /// Whether these are the words that went out, kept as they were then; otherwise they are what the letter would say today.
    pub as_sent: bool,
}

impl From<OnTheDesk> for Letter {
    fn from(desk: OnTheDesk) -> Self {
        let letter = desk.letter;
        Self {
            id: letter.id,
            kind: letter.kind,
            state: letter.state,
            question: letter.question_id,
            reference: desk.reference,
            recipient_name: letter.recipient_name,
            recipient_email: letter.recipient_email,
            postal_address: desk.postal_address,
            attempts: letter.attempts,
            last_error: letter.last_error,
            written_at: letter.created_at,
            waiting_since: letter.waiting_since,
            settled_at: letter.settled_at,
        }
    }
}

/// Which letters a list shows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct WhichLetters {
    /// Where the letters stand; `failed` where nothing is said.
    #[param(value_type = Option<LetterState>)]
    pub state: Option<String>,
    /// Only letters about this question.
    #[param(value_type = Option<QuestionId>)]
    pub question: Option<String>,
}

/// List letters on the desk
///
/// For the proper officer: letters that wait, could not be sent, are to be printed and posted, or have gone out; oldest first.
#[utoipa::path(tag = "Letters", params(WhichLetters, Paging), security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "A page of letters.", body = Page<Letter>)))]
#[get("/letters")]
pub async fn list_letters(
    actor: ApiActor,
    which: web::Query<WhichLetters>,
    paging: web::Query<Paging>,
) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let state = match which.state.as_deref() {
        None => LetterState::Failed,
        Some(code) => LetterState::from_code(code).ok_or_else(|| {
            let codes: Vec<&str> = LetterState::ALL.iter().map(|state| state.code()).collect();
            wrong_parameter(
                "state",
                &format!("This must be one of {}", codes.join(", ")),
            )
        })?,
    };
    let question = match which.question.as_deref() {
        None => None,
        Some(id) => Some(id.parse().map_err(|_| {
            wrong_parameter("question", "This is not the identifier of a question")
        })?),
    };
    let filter = Filter {
        states: vec![state],
        question,
    };
    let order = Order::OldestFirst {
        after: paging.after(|name| name.parse().ok())?,
    };
    let most = paging.one_more();
    let found = actor
        .run(move |service| service.letters_page(&acting, &filter, order, most))
        .await?;
    let page = paging.page(found, |desk| desk.letter.id.to_string());
    Ok(ok(&Page {
        items: page.items.into_iter().map(Letter::from).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// Read a letter
///
/// For the proper officer: the words of a letter that went out as they were then, or of one that has not as it would go. The
/// questioner's private link is left out.
#[utoipa::path(tag = "Letters", params(("id" = LetterId, Path, description = "The letter.")), security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The letter.", body = LetterInWords)))]
#[get("/letters/{id}")]
pub async fn read_letter(actor: ApiActor, id: Id<LetterId>) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let (letter, words, as_sent) = actor
        .run(move |service| {
            let (on_desk, outgoing) = service.letter_on_the_desk(&acting, id.0)?;
            let went_out = matches!(
                on_desk.letter.state,
                LetterState::Sent | LetterState::Printed
            );
            if let Some(sent) = on_desk.letter.as_sent.clone().filter(|_| went_out) {
                return Ok((on_desk, sent, true));
            }
            let rendered = render(&service.settings, &(&outgoing).into())
                .map_err(|error| ServiceError::Internal(error.to_string()))?;
            Ok((on_desk, rendered.as_sent(), false))
        })
        .await?;
    Ok(ok(&LetterInWords {
        letter: letter.into(),
        subject: words.subject,
        text: words.text,
        as_sent,
    }))
}

/// What is done with a letter on the desk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum LetterAct {
    /// A letter that failed is sent again.
    SendAgain {},
    /// A letter without an e-mail address, or one that failed, was printed and posted.
    Printed {},
    /// A letter that was sent or posted came back.
    CameBack {
        /// What the returned message said.
        #[serde(default)]
        #[schema(max_length = 300)]
        reason: Option<String>,
    },
    /// A letter that failed was dealt with in another way.
    Settled {},
}

/// Deal with a letter
///
/// The proper officer's act.
#[utoipa::path(tag = "Letters", request_body = LetterAct, params(("id" = LetterId, Path, description = "The letter.")), security(("bearer" = []), ("session" = [])),
    responses((status = 204, description = "It is done.")))]
#[post("/letters/{id}/acts")]
pub async fn deal_with_letter(actor: ApiActor, id: Id<LetterId>, body: Body) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let act = body.read::<LetterAct>()?;
    actor
        .run(move |service| match act {
            LetterAct::SendAgain {} => service.resend(&acting, id.0),
            LetterAct::Printed {} => officer::mark_printed(service, &acting, id.0),
            LetterAct::CameBack { reason } => {
                service.letter_came_back(&acting, id.0, &reason.unwrap_or_default())
            }
            LetterAct::Settled {} => service.settle_by_hand(&acting, id.0),
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
