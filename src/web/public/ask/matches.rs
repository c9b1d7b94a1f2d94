//! Questions like this one that were put before and are public, with their answers (reading 10). The page can be passed with one
//! press, is left out where there is nothing to show, and never stands in the way where the search fails.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::id::DraftId,
    service::{
        FieldError, ServiceError,
        drafts::{self, Draft},
        evidence,
        views::PublicQuestion,
    },
    web::{Answer, Failure, Form, Visitor, components::FieldProblem, page::Page, pages},
};

use super::{About, Step};

/// How many are shown at most.
const MOST: usize = 3;

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/ask/{draft}/matches")
            .route(web::get().to(show))
            .route(web::post().to(send)),
    )
    .service(web::resource("/ask/{draft}/answered").route(web::post().to(answered)));
}

#[derive(Template)]
#[template(path = "public/ask/matches.html")]
struct MatchesPage {
    page: Page,
    about: About,
    back: String,
    problems: Vec<FieldProblem>,
    found: Vec<PublicQuestion>,
    difference: String,
    error: String,
}

fn template(
    visitor: &Visitor,
    draft: &Draft,
    found: Vec<PublicQuestion>,
    errors: &[FieldError],
) -> MatchesPage {
    MatchesPage {
        page: visitor
            .page(if found.len() == 1 {
                "A question like yours has been asked before"
            } else {
                "Questions like yours have been asked before"
            })
            .within("/meetings")
            .with_errors(!errors.is_empty()),
        about: About::new(visitor.service(), draft),
        back: Step::Question.path(draft.id),
        problems: errors
            .iter()
            .map(|error| FieldProblem::new(error.field, &error.message))
            .collect(),
        found,
        difference: draft.typed.difference.clone(),
        error: errors
            .first()
            .map_or_else(String::new, |error| error.message.clone()),
    }
}

async fn find(visitor: &Visitor, draft: &Draft) -> Vec<PublicQuestion> {
    let meeting = draft.meeting.meeting().clone();
    let text = draft.typed.text.question.clone();
    let found = visitor
        .run(move |service| {
            service
                .store
                .read(|db| evidence::matches(service, db, &meeting, &text, None))
        })
        .await;
    match found {
        Ok(found) => found
            .into_iter()
            .take(MOST)
            .map(|found| found.earlier)
            .collect(),
        Err(error) => {
            tracing::warn!(%error, "earlier questions could not be searched");
            Vec::new()
        }
    }
}

async fn show(visitor: Visitor, id: web::Path<DraftId>) -> Answer {
    let draft = super::open(&visitor, id.into_inner()).await?;
    if let Some(done) = super::sent(&draft) {
        return Ok(done);
    }
    let found = find(&visitor, &draft).await;
    if found.is_empty() {
        return Ok(super::after(Step::Question, &draft));
    }
    Ok(crate::web::public::personal(pages::page(&template(
        &visitor,
        &draft,
        found,
        &[],
    ))?))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Difference {
    difference: String,
}

async fn send(visitor: Visitor, id: web::Path<DraftId>, form: Form<Difference>) -> Answer {
    let id = id.into_inner();
    let typed = form.typed.difference;
    let saved = super::save(&visitor, id, move |question| {
        question.difference.clone_from(&typed);
    })
    .await?;
    let Some(draft) = saved else {
        return Ok(pages::see_other(&super::done_path(id)));
    };
    let problems: Vec<_> = draft
        .typed
        .problems(draft.meeting.meeting().agenda_published)
        .into_iter()
        .filter(|error| error.field == "difference")
        .collect();
    if problems.is_empty() {
        return Ok(super::after(Step::Question, &draft));
    }
    let found = find(&visitor, &draft).await;
    pages::invalid(&template(&visitor, &draft, found, &problems))
}

/// The answer was there already: the draft goes.
async fn answered(visitor: Visitor, id: web::Path<DraftId>, _form: Form) -> Answer {
    let (id, hash) = (id.into_inner(), visitor.hash());
    let discarded = visitor
        .run(move |service| drafts::discard(service, &hash, id))
        .await;
    match discarded {
        // a second press finds it gone
        Ok(()) | Err(ServiceError::NotFound) => Ok(pages::see_other("/ask/answered")),
        Err(ServiceError::Conflict(_)) => Ok(pages::see_other(&super::done_path(id))),
        Err(other) => Err(Failure::from(other)),
    }
}

#[derive(Template)]
#[template(path = "public/ask/answered.html")]
struct Answered {
    page: Page,
}

/// What somebody reads whose question was answered already.
pub async fn answered_page(visitor: Visitor) -> Answer {
    Ok(crate::web::public::personal(pages::page(&Answered {
        page: visitor.page("Nothing has been sent").within("/meetings"),
    })?))
}
