//! What the check page asks about: personal details in words that will be public, and an e-mail address that looks mistyped. Each can
//! be put right with one press, and none is in the way: the question can be sent as it is.

use actix_web::web;

use crate::{
    domain::{
        id::DraftId,
        personal_details::{self, Own},
        questioner::EmailAddress,
    },
    service::{drafts::Draft, typed_question::TypedQuestion},
    web::{
        Answer, Form, Visitor, pages,
        personal::{self, Marked},
        routes,
    },
};

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/ask/{draft}/email").route(routes::post().to(take_email)))
        .service(routes::resource("/ask/{draft}/remove").route(routes::post().to(remove)));
}

/// What is asked about.
pub(super) struct Suggestions {
    /// The address as it was given; empty where there is nothing to ask.
    pub given_email: String,
    /// The address that was probably meant.
    pub meant_email: String,
    /// Personal details in what will be public.
    pub personal: Vec<Marked>,
}

impl Suggestions {
    pub(super) fn of(draft: &Draft) -> Self {
        let typed = &draft.typed;
        let email = EmailAddress::parse(&typed.questioner.email).ok();
        let meant = email.as_ref().and_then(EmailAddress::probably_meant);
        let (given, meant) = email
            .zip(meant)
            .map_or_else(Default::default, |(given, meant)| {
                (given.as_str().to_owned(), meant.as_str().to_owned())
            });
        Self {
            given_email: given,
            meant_email: meant,
            personal: personal::marked(
                [typed.text.question.as_str(), typed.matter.matter.as_str()],
                &own(typed),
                personal_details::Detail::to_the_questioner,
            ),
        }
    }
}

/// What the person has given about themselves. A name that may be published is nothing to warn of.
fn own(typed: &TypedQuestion) -> Own<'_> {
    let person = &typed.questioner;
    Own {
        name: if person.publish_name == "yes" {
            ""
        } else {
            &person.name
        },
        address: &person.address,
        postcode: &person.postcode,
        email: &person.email,
        telephone: &person.telephone,
    }
}

async fn take_email(visitor: Visitor, id: web::Path<DraftId>, form: Form) -> Answer {
    let id = id.into_inner();
    let offered = form.fields.value("email").to_owned();
    let saved = super::save(&visitor, id, move |question| {
        let meant = EmailAddress::parse(&question.questioner.email)
            .ok()
            .and_then(|given| given.probably_meant());
        // the address may have been changed in another tab since it was offered
        if let Some(meant) = meant.filter(|meant| meant.as_str() == offered) {
            question.questioner.email = meant.as_str().to_owned();
        }
    })
    .await?;
    Ok(pages::see_other(&back(id, saved.as_ref(), "your-details")))
}

async fn remove(visitor: Visitor, id: web::Path<DraftId>, form: Form) -> Answer {
    let id = id.into_inner();
    let words = form.fields.value("words").to_owned();
    let saved = super::save(&visitor, id, move |question| {
        let left = |text: &str| personal_details::without(text, &words, &own(question), "");
        let (text, matter) = (left(&question.text.question), left(&question.matter.matter));
        question.text.question = text;
        question.matter.matter = matter;
    })
    .await?;
    Ok(pages::see_other(&back(id, saved.as_ref(), "your-question")))
}

/// Back to the check page: of the draft that was saved, which is a new one where the browser had lost the cookie of the other.
fn back(id: DraftId, saved: Option<&Draft>, part: &str) -> String {
    saved.map_or_else(
        || super::done_path(id),
        |draft| format!("{}#{part}", super::check_path(draft.id)),
    )
}
