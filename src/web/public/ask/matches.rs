//! Questions like this one that were put before and are public, with their answers (reading 10). The page can be passed with one
//! press, is left out where there is nothing to show, and never stands in the way where the search fails.

use std::time::Duration;

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{id::DraftId, similarity::explanation::explain},
    service::{
        FieldError, ServiceError,
        drafts::{self, Draft},
        evidence,
        views::PublicQuestion,
    },
    web::{
        Answer, Failure, Form, Visitor,
        components::FieldProblem,
        executor::Lane,
        marked::{Marked, shared_only},
        page::Page,
        pages, routes,
    },
};

use super::{About, Step};
use crate::web::public::count;

/// How many are shown at most.
const MOST: usize = 3;

/// How long a resident waits for them at most. The first search of a large archive, after a start, has to read it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A question that was put before.
struct Earlier {
    put: PublicQuestion,
    words: Vec<Marked>,
}

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        routes::resource("/ask/{draft}/matches")
            .route(routes::get().to(show))
            .route(routes::post().to(send)),
    )
    .service(
        routes::resource("/ask/{draft}/answered")
            .route(routes::get().to(not_sent))
            .route(routes::post().to(answered)),
    )
    .service(routes::resource("/ask/{draft}/delete").route(routes::post().to(delete)));
}

#[derive(Template)]
#[template(path = "public/ask/matches.html")]
struct MatchesPage {
    page: Page,
    draft: DraftId,
    about: About,
    back: String,
    problems: Vec<FieldProblem>,
    found: Vec<Earlier>,
    window: String,
    difference: String,
    error: String,
}

fn template(
    visitor: &Visitor,
    draft: &Draft,
    found: Vec<Earlier>,
    errors: &[FieldError],
) -> MatchesPage {
    let figures = visitor.service().figures(draft.meeting.meeting());
    MatchesPage {
        page: visitor
            .page(match found.len() {
                // they were there when the page was first shown
                0 => "Say why your question is different",
                1 => "A question like yours has been asked before",
                _ => "Questions like yours have been asked before",
            })
            .within("/meetings")
            .with_errors(!errors.is_empty()),
        draft: draft.id,
        about: About::new(visitor.service(), &draft.meeting),
        back: Step::Question.path(draft.id),
        problems: errors
            .iter()
            .map(|error| FieldProblem::new(error.field, &error.message))
            .collect(),
        found,
        window: count(u64::from(figures.repetition_window().as_u32()), "month"),
        difference: draft.typed.difference.clone(),
        error: errors
            .first()
            .map_or_else(String::new, |error| error.message.clone()),
    }
}

/// The questions put before that are most like the draft. Where they can't be searched, or not soon, there are none: whoever asks
/// goes on, and the officer sees them later.
async fn find(visitor: &Visitor, draft: &Draft) -> Vec<Earlier> {
    let meeting = draft.meeting.meeting().clone();
    let text = draft.typed.text.question.clone();
    let search = visitor.run_in(Lane::Searches, move |service| {
        let found = service
            .store
            .read(|db| evidence::matches(service, db, &meeting, &text, None))?;
        Ok(found
            .into_iter()
            .take(MOST)
            .map(|found| Earlier {
                words: shared_only(&explain(&text, &found.earlier.text).there),
                put: found.earlier,
            })
            .collect())
    });
    match tokio::time::timeout(PATIENCE, search).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::warn!(%error, "earlier questions could not be searched");
            Vec::new()
        }
        Err(_) => {
            tracing::warn!("earlier questions could not be searched in time");
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
    if draft.id != id && draft.left_out.is_empty() {
        return Ok(super::resume_at(&draft));
    }
    let mut problems = draft
        .typed
        .problems(draft.meeting.meeting().agenda_published);
    problems.retain(|error| error.field == "difference");
    let problems = super::as_stored(problems, &draft);
    if problems.is_empty() {
        return Ok(super::after(Step::Question, &draft));
    }
    let found = find(&visitor, &draft).await;
    pages::invalid(&template(&visitor, &draft, found, &problems))
}

/// The answer was there already. The draft stays, for whoever pressed the wrong button.
async fn answered(visitor: Visitor, id: web::Path<DraftId>, _form: Form) -> Answer {
    let draft = super::open(&visitor, id.into_inner()).await?;
    Ok(super::sent(&draft)
        .unwrap_or_else(|| pages::see_other(&format!("/ask/{}/answered", draft.id))))
}

#[derive(Template)]
#[template(path = "public/ask/answered.html")]
struct Answered {
    page: Page,
    /// The draft, to go back to; none once it is deleted.
    draft: Option<DraftId>,
    kept: String,
}

async fn not_sent(visitor: Visitor, id: web::Path<DraftId>) -> Answer {
    let draft = super::open(&visitor, id.into_inner()).await?;
    if let Some(done) = super::sent(&draft) {
        return Ok(done);
    }
    answered_page(&visitor, Some(draft.id))
}

/// Deletes the draft.
async fn delete(visitor: Visitor, id: web::Path<DraftId>, _form: Form) -> Answer {
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

fn answered_page(visitor: &Visitor, draft: Option<DraftId>) -> Answer {
    let kept = visitor.service().settings.retention.draft.num_days();
    Ok(crate::web::public::personal(pages::page(&Answered {
        page: visitor
            .page(if draft.is_some() {
                "We have not sent your question"
            } else {
                "We have deleted what you typed"
            })
            .within("/meetings"),
        draft,
        kept: count(kept.unsigned_abs(), "day"),
    })?))
}

/// What somebody reads who has deleted what they typed.
pub async fn deleted_page(visitor: Visitor) -> Answer {
    answered_page(&visitor, None)
}
