//! The receipt: the reference and the moment of receipt, or which clause says no, why, and what can be done instead.

use actix_web::{
    http::header::{HeaderName, HeaderValue},
    web,
};
use askama::Template;

use crate::{
    config::Council,
    domain::{
        id::DraftId,
        local_time, masked,
        refusal::{Refusal, RefusalWords},
        status::Status,
    },
    service::{
        ServiceError, drafts, next_meeting,
        views::{self, QuestionView},
    },
    store::letters::LetterState,
    web::{Answer, Form, Visitor, page::Page, pages, public::words::MeetingWords, routes},
};

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/ask/{draft}/done").route(routes::get().to(show)))
        .service(routes::resource("/ask/{draft}/carry").route(routes::post().to(carry)))
        .service(routes::resource("/ask/{draft}/finish").route(routes::post().to(finish)));
}

/// How the questioner hears of it. The address is masked: whoever uses the browser next can open the receipt.
struct ByLetter {
    email: String,
    held_back: bool,
}

#[derive(Template)]
#[template(path = "public/ask/received.html")]
struct Received {
    page: Page,
    reference: String,
    received_at: String,
    meeting: MeetingWords,
    letter: ByLetter,
    private_link: String,
    draft: DraftId,
    officer: String,
    speaking: String,
    council: Council,
}

#[derive(Template)]
#[template(path = "public/ask/refused.html")]
struct RefusedPage {
    page: Page,
    draft: DraftId,
    reference: String,
    received_at: String,
    meeting: MeetingWords,
    refusals: Vec<Refused>,
    next: Option<MeetingWords>,
    question: String,
    letter: ByLetter,
    private_link: String,
    council: Council,
}

/// A refusal in words, with the sentence of the clause that refuses.
struct Refused {
    words: RefusalWords,
    rule: Option<String>,
}

/// Whether another meeting could take what this one refuses.
fn can_be_carried(refusals: &[Refusal]) -> bool {
    refusals.iter().all(Refusal::may_be_sent_on)
}

fn by_letter(view: &QuestionView) -> ByLetter {
    ByLetter {
        email: view
            .questioner
            .as_ref()
            .and_then(|details| details.email.as_deref())
            .map(masked::email)
            .unwrap_or_default(),
        held_back: view
            .letters
            .iter()
            .any(|letter| letter.state == LetterState::Failed),
    }
}

async fn show(visitor: Visitor, id: web::Path<DraftId>) -> Answer {
    let draft = super::open(&visitor, id.into_inner()).await?;
    let Some(question) = &draft.question else {
        return Ok(pages::see_other(&format!("/ask/{}", draft.id)));
    };
    let id = question.id;
    let (view, (known, next)) = visitor
        .run(move |service| {
            service.store.read(|db| {
                let view = views::question(service, db, id)?;
                let next =
                    next_meeting::known(service, db, &view.question, view.meeting.meeting())?;
                Ok::<_, ServiceError>((view, next))
            })
        })
        .await?;
    let service = visitor.service();
    let now = service.now();
    let council = service.settings.council.clone();
    let private_link = service.private_link(id, view.question.link_version);
    let wording = service.wording(view.meeting.meeting());
    let meeting = MeetingWords::new(&view.meeting, now);
    let received_at = local_time::moment(view.question.received_at);
    let reference = view.question.reference.to_string();
    let letter = by_letter(&view);
    let answer = if view.question.refusals.is_empty() {
        pages::page(&Received {
            page: visitor.page("Question received").within("/meetings"),
            reference,
            received_at,
            meeting,
            letter,
            private_link,
            draft: draft.id,
            officer: council.committee_services_manager.clone(),
            speaking: super::minutes_and_seconds(
                service
                    .figures(view.meeting.meeting())
                    .questioner_time()
                    .to_std()
                    .unwrap_or_default(),
            ),
            council,
        })?
    } else {
        pages::page(&RefusedPage {
            page: visitor
                .page("Your question was not accepted for this meeting")
                .within("/meetings"),
            draft: draft.id,
            reference,
            received_at,
            meeting,
            refusals: view
                .question
                .refusals
                .iter()
                .map(|refusal| Refused {
                    words: RefusalWords::new(refusal, wording.names, known),
                    rule: refusal.rule(&wording),
                })
                .collect(),
            next: next.map(|next| MeetingWords::new(&next, now)),
            question: view.question.public_text,
            letter,
            private_link,
            council,
        })?
    };
    Ok(crate::web::public::personal(answer))
}

/// Clears the browser for whoever uses it next: drafts, the way to what was sent, the cookie, and the pages that it kept. Only this
/// service's cookie goes: `Clear-Site-Data: "cookies"` would take those of all the council's websites.
async fn finish(visitor: Visitor, _id: web::Path<DraftId>, _form: Form) -> Answer {
    let hash = visitor.hash();
    visitor
        .run(move |service| drafts::clear(service, &hash))
        .await?;
    let mut answer = pages::see_other("/ask/finished");
    answer.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    visitor.forget(&mut answer);
    Ok(answer)
}

#[derive(Template)]
#[template(path = "public/ask/finished.html")]
struct Finished {
    page: Page,
}

/// What somebody reads who has cleared the browser.
pub async fn finished_page(visitor: Visitor) -> Answer {
    Ok(crate::web::public::personal(pages::page(&Finished {
        page: visitor.page("You have finished").within("/meetings"),
    })?))
}

/// Sends what was refused on to the board's next meeting, with the details given before (reading 4).
async fn carry(visitor: Visitor, id: web::Path<DraftId>, _form: Form) -> Answer {
    let draft = super::open(&visitor, id.into_inner()).await?;
    match &draft.question {
        Some(question)
            if question.status == Status::Refused && can_be_carried(&question.refusals) =>
        {
            let (owner, sent) = (visitor.owner(), draft.id);
            let next = visitor
                .run(move |service| drafts::carry_sent_draft(service, &owner, sent))
                .await?;
            Ok(pages::see_other(&format!("/ask/{next}")))
        }
        Some(_) => Ok(pages::see_other(&super::done_path(draft.id))),
        None => Ok(pages::see_other(&format!("/ask/{}", draft.id))),
    }
}
