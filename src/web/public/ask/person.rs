//! Whether a person sends a question, asked where a program seems to: the form was filled in faster than anybody types, or a field was
//! filled in that nobody sees. Nothing is dropped in silence: a page asks to press once more, and the moment of the first press counts
//! (reading 2), so that nobody is made late by being asked.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq;

use crate::{
    domain::{id::DraftId, local_time},
    service::{
        Service, ServiceError,
        drafts::{self, Draft, Pressed},
    },
    web::{Answer, Form, Visitor, page::Page, pages, public::count},
};

/// The field by which the page's button shows that the page was seen.
const SEEN: &str = "seen";

/// What is made of a question that is sent.
pub(super) enum Judged {
    /// A person sends it, and this is its moment of receipt.
    Person(DateTime<Utc>),
    /// A program may have sent it: they are asked. It arrived then.
    Doubtful(Pressed),
}

/// Judges a question that is sent.
pub(super) fn judge(service: &Service, draft: &Draft, form: &Form) -> Judged {
    let settings = &service.settings.bots;
    let now = form.received_at;
    let sent = draft.digest();
    let quick = draft
        .marks
        .begun_at
        .is_some_and(|begun| now - begun < settings.minimum);
    let doubtful = draft.marks.trapped || quick;
    // the same words, sent before and not long ago: they were here then
    let before = draft
        .marks
        .pressed
        .clone()
        .filter(|pressed| pressed.sent == sent && now - pressed.at < settings.confirm_within);
    match before {
        Some(pressed) if !doubtful || has_seen(service, draft.id, &pressed, form) => {
            Judged::Person(pressed.at)
        }
        Some(pressed) => Judged::Doubtful(pressed),
        None if doubtful => Judged::Doubtful(Pressed { at: now, sent }),
        None => Judged::Person(now),
    }
}

/// What the page carries for this draft and this press.
fn seen(service: &Service, draft: DraftId, pressed: &Pressed) -> String {
    let at = pressed.at.timestamp_micros();
    service.keyed_hex("confirm person", &format!("{draft} {at} {}", pressed.sent))
}

fn has_seen(service: &Service, draft: DraftId, pressed: &Pressed, form: &Form) -> bool {
    let right = seen(service, draft, pressed);
    form.fields
        .value(SEEN)
        .as_bytes()
        .ct_eq(right.as_bytes())
        .into()
}

#[derive(Template)]
#[template(path = "public/ask/person.html")]
struct PersonPage {
    page: Page,
    draft: DraftId,
    question: String,
    arrived: String,
    within: String,
    field: &'static str,
    seen: String,
    email: String,
    phone: String,
}

/// Notes when the question arrived, and asks.
pub(super) async fn ask(visitor: &Visitor, draft: &Draft, pressed: Pressed) -> Answer {
    let (hash, id, noted) = (visitor.hash(), draft.id, pressed.clone());
    let saved = visitor
        .run(move |service| {
            drafts::save_with(service, &hash, id, |_, marks| {
                marks.pressed = Some(noted.clone());
            })
        })
        .await;
    match saved {
        Ok(_) => {}
        // it was sent in another tab
        Err(ServiceError::Conflict(_)) => return Ok(pages::see_other(&super::done_path(id))),
        Err(other) => return Err(other.into()),
    }
    let service = visitor.service();
    let until = service.settings.bots.confirm_within - (service.now() - pressed.at);
    let page = PersonPage {
        page: visitor
            .page("Confirm that you are a person")
            .within("/meetings"),
        draft: id,
        question: draft.typed.text.question.trim().to_owned(),
        arrived: local_time::moment(pressed.at),
        within: count(
            until
                .max(TimeDelta::minutes(1))
                .num_minutes()
                .unsigned_abs(),
            "minute",
        ),
        field: SEEN,
        seen: seen(service, id, &pressed),
        email: service.settings.council.email.clone(),
        phone: service.settings.council.phone.clone(),
    };
    Ok(crate::web::public::personal(pages::invalid(&page)?))
}
