//! What the question is about (clauses (ii), (vi); reading 9): an item of the agenda where it is out, words until then.

use actix_web::web;
use askama::Template;

use crate::{
    domain::{agenda::AgendaItem, id::DraftId},
    service::{FieldError, typed_question::TypedMatter, views::MeetingView},
    web::{
        Answer, Form, Visitor,
        components::{Choice, FieldProblem},
        page::Page,
        pages, routes,
    },
};

use super::{About, Step};

/// Adds the route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        routes::resource("/ask/{draft}/matter")
            .route(routes::get().to(show))
            .route(routes::post().to(send)),
    );
}

#[derive(Template)]
#[template(path = "public/ask/matter.html")]
pub(super) struct MatterPage {
    page: Page,
    about: About,
    back: String,
    problems: Vec<FieldProblem>,
    agenda_published: bool,
    items: Vec<Choice>,
    not_for_questions: Vec<String>,
    chosen: String,
    item_error: String,
    words: String,
    words_error: String,
    /// What was said in words before the agenda was out.
    described: String,
}

pub(super) fn template(
    visitor: &Visitor,
    meeting: &MeetingView,
    typed: &TypedMatter,
    errors: &[FieldError],
) -> MatterPage {
    let error = |field| {
        errors
            .iter()
            .find(|error| error.field == field)
            .map_or_else(String::new, |error| error.message.clone())
    };
    let agenda_published = meeting.meeting().agenda_published;
    let (open, shut): (Vec<&AgendaItem>, Vec<&AgendaItem>) = meeting
        .published_agenda()
        .iter()
        .partition(|item| item.not_for_questions().is_none());
    MatterPage {
        page: visitor
            .page("What is your question about?")
            .within("/meetings")
            .with_errors(!errors.is_empty()),
        about: About::new(visitor.service(), meeting),
        back: format!("/meetings/{}", meeting.meeting().id),
        problems: errors
            .iter()
            .map(|error| FieldProblem::new(error.field, &error.message))
            .collect(),
        agenda_published,
        items: open
            .into_iter()
            .map(|item| Choice::new(item.id.to_string(), &item.title))
            .collect(),
        not_for_questions: shut
            .into_iter()
            .filter_map(|item| {
                let why = item.not_for_questions()?;
                Some(format!(
                    "{}: {} ({})",
                    item.title,
                    why.words(),
                    visitor.service().settings.council.rule.cite(why.clause())
                ))
            })
            .collect(),
        chosen: typed.agenda_item.clone(),
        item_error: error("agenda_item"),
        words: typed.matter.clone(),
        words_error: error("matter"),
        described: if agenda_published && typed.agenda_item.is_empty() {
            typed.matter.trim().to_owned()
        } else {
            String::new()
        },
    }
}

async fn show(visitor: Visitor, id: web::Path<DraftId>) -> Answer {
    let draft = super::open(&visitor, id.into_inner()).await?;
    if let Some(done) = super::sent(&draft) {
        return Ok(done);
    }
    Ok(crate::web::public::personal(pages::page(&template(
        &visitor,
        &draft.meeting,
        &draft.typed.matter,
        &[],
    ))?))
}

async fn send(visitor: Visitor, id: web::Path<DraftId>, form: Form<TypedMatter>) -> Answer {
    let id = id.into_inner();
    let (typed, fields) = (form.typed, form.fields);
    let saved = super::save(&visitor, id, move |question| {
        // the page shows one of the two: what the other held stays
        if fields.has("matter") {
            question.matter.matter = typed.matter.clone();
        } else {
            question.matter.agenda_item = typed.agenda_item.clone();
        }
    })
    .await?;
    let Some(draft) = saved else {
        return Ok(pages::see_other(&super::done_path(id)));
    };
    let problems = super::as_stored(Step::Matter.problems(&draft), &draft);
    if draft.id != id && draft.left_out.is_empty() {
        // a new draft: its pages have their own addresses
        return Ok(pages::see_other(&Step::Matter.path(draft.id)));
    }
    if problems.is_empty() {
        return Ok(super::after(Step::Matter, &draft));
    }
    pages::invalid(&template(
        &visitor,
        &draft.meeting,
        &draft.typed.matter,
        &problems,
    ))
}
