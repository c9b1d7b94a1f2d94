//! Letters on the officers' desk: those that could not be sent, and those to be printed. None is dropped silently (reading 15).

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    paging::{Page, Paging, wrong_parameter},
    request::{Body, Id, ok},
};
use crate::{
    domain::id::{LetterId, QuestionId},
    service::{deliver_outbox::OnTheDesk, permission},
    store::letters::LetterState,
    web::{Answer, ApiActor},
};

/// How many letters are looked through at most.
const MOST: i64 = 500;

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
        }
    }
}

/// Which letters a list shows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct WhichLetters {
    /// `failed` (where nothing is said) or `to_print`.
    #[param(value_type = Option<String>, pattern = "^(failed|to_print)$")]
    pub state: Option<String>,
}

/// List letters on the desk
///
/// For the proper officer: letters that could not be sent, or that wait to be printed and posted; oldest first.
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
    let failed = match which.state.as_deref() {
        None | Some("" | "failed") => true,
        Some("to_print") => false,
        Some(_) => return Err(wrong_parameter("state", "This must be failed or to_print")),
    };
    let after: Option<LetterId> = paging.after(|name| name.parse().ok())?;
    let found = actor
        .run(move |service| {
            if failed {
                service.failed_letters(&acting, MOST)
            } else {
                service.letters_to_print(&acting, MOST)
            }
        })
        .await?;
    let page = paging.page_after(
        found,
        |desk| after.is_none_or(|after| desk.letter.id > after),
        |desk| desk.letter.id.to_string(),
    );
    Ok(ok(&Page {
        items: page.items.into_iter().map(Letter::from).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// What is done with a letter on the desk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum LetterAct {
    /// A letter that failed is sent again.
    SendAgain {},
    /// A letter was printed and posted.
    Printed {},
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
            LetterAct::Printed {} => service.mark_printed(&acting, id.0),
            LetterAct::Settled {} => service.settle_by_hand(&acting, id.0),
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
