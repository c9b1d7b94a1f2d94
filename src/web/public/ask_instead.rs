//! Asking a question instead of the one that holds the allowance, by its private link (reading 24): a page that says what happens, and
//! a POST.

use actix_web::web;
use askama::Template;

use crate::{
    service::restore_question::{self, Offer},
    web::{Answer, Form, Visitor, page::Page, pages, routes},
};

/// Adds the route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        routes::resource("/question/{token}/instead")
            .route(routes::get().to(confirm))
            .route(routes::post().to(ask)),
    );
}

/// What is offered, as the private page says it.
pub struct OfferWords {
    /// A sentence or two.
    pub paragraphs: Vec<String>,
    /// What the link says; empty where there is nothing to press.
    pub link: &'static str,
}

impl OfferWords {
    /// An offer in words.
    pub fn of(offer: &Offer) -> Self {
        match offer {
            Offer::Free => Self {
                paragraphs: vec![
                    "No other question with your details is at this meeting any more, so you can ask this one.".to_owned(),
                ],
                link: "Ask this question at the meeting",
            },
            Offer::Instead(others) => {
                let references: Vec<String> = others
                    .iter()
                    .map(|other| other.reference.to_string())
                    .collect();
                Self {
                    paragraphs: vec![format!(
                        "You can ask this question instead of {}, which you sent as well. {} is then withdrawn.",
                        references.join(" and "),
                        references.join(" and "),
                    )],
                    link: "Ask this question instead",
                }
            }
            Offer::WithdrawFirst => Self {
                paragraphs: vec![
                    "If the other question is yours, you can ask this one instead. Withdraw the other one with its own private link, then come back to this page.".to_owned(),
                    "If the other question is not yours, contact us.".to_owned(),
                ],
                link: "",
            },
        }
    }
}

#[derive(Template)]
#[template(path = "public/your_question/confirm.html")]
struct Confirm {
    page: Page,
    path: String,
    reference: String,
    question: String,
    paragraphs: Vec<String>,
    action: String,
    button: &'static str,
}

async fn confirm(visitor: Visitor, token: web::Path<String>) -> Answer {
    let token = token.into_inner();
    let path = format!("/question/{token}");
    let (view, offer) = visitor
        .run(move |service| {
            let view = crate::service::your_question::look(service, &token)?.view;
            let offer = service
                .store
                .read(|db| restore_question::offer(service, db, &view.question, &view.meeting))?;
            Ok((view, offer))
        })
        .await?;
    let Some(offer @ (Offer::Free | Offer::Instead(_))) = offer else {
        return Ok(pages::see_other(&path));
    };
    let words = OfferWords::of(&offer);
    Ok(super::personal(pages::page(&Confirm {
        page: visitor.page(words.link),
        reference: view.question.reference.to_string(),
        question: view.question.public_text,
        paragraphs: words.paragraphs,
        action: format!("{path}/instead"),
        path,
        button: words.link,
    })?))
}

async fn ask(visitor: Visitor, token: web::Path<String>, _form: Form) -> Answer {
    let token = token.into_inner();
    let path = format!("/question/{token}");
    let acting = visitor.acting();
    visitor
        .run(move |service| restore_question::ask_instead(service, &acting, &token))
        .await?;
    Ok(pages::see_other(&path))
}
