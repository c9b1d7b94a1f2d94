//! The words of the question, with how long they take to say.

use actix_web::web;
use askama::Template;

use crate::{
    domain::{id::DraftId, question::QuestionText},
    service::{FieldError, drafts::Draft, typed_question::TypedText},
    web::{Answer, Form, Visitor, components::FieldProblem, page::Page, pages, routes},
};

use super::{About, Speaking, Step};

/// Adds the route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        routes::resource("/ask/{draft}/question")
            .route(routes::get().to(show))
            .route(routes::post().to(send)),
    );
}

#[derive(Template)]
#[template(path = "public/ask/question.html")]
struct QuestionPage {
    page: Page,
    about: About,
    back: String,
    problems: Vec<FieldProblem>,
    typed: String,
    error: String,
    most: u32,
    speaking: Option<Speaking>,
    allowed: String,
}

impl QuestionPage {
    fn too_long_to_say(&self) -> String {
        self.speaking
            .as_ref()
            .map_or_else(String::new, Speaking::too_long)
    }
}

fn template(visitor: &Visitor, draft: &Draft, errors: &[FieldError]) -> QuestionPage {
    let service = visitor.service();
    let figures = service.figures(draft.meeting.meeting());
    QuestionPage {
        page: visitor
            .page("What is your question?")
            .within("/meetings")
            .with_errors(!errors.is_empty()),
        about: About::new(service, &draft.meeting),
        back: Step::Matter.path(draft.id),
        problems: errors
            .iter()
            .map(|error| FieldProblem::new(error.field, &error.message))
            .collect(),
        typed: draft.typed.text.question.clone(),
        error: errors
            .first()
            .map_or_else(String::new, |error| error.message.clone()),
        most: u32::try_from(QuestionText::MOST_CHARACTERS).unwrap_or(u32::MAX),
        speaking: Speaking::of(service, draft),
        allowed: super::minutes_and_seconds(figures.questioner_time().to_std().unwrap_or_default()),
    }
}

async fn show(visitor: Visitor, id: web::Path<DraftId>) -> Answer {
    let draft = super::open(&visitor, id.into_inner()).await?;
    if let Some(done) = super::sent(&draft) {
        return Ok(done);
    }
    Ok(crate::web::public::personal(pages::page(&template(
        &visitor,
        &draft,
        &[],
    ))?))
}

async fn send(visitor: Visitor, id: web::Path<DraftId>, form: Form<TypedText>) -> Answer {
    let id = id.into_inner();
    let typed = form.typed;
    let saved = super::save(&visitor, id, move |question| question.text = typed.clone()).await?;
    let Some(draft) = saved else {
        return Ok(pages::see_other(&super::done_path(id)));
    };
    let problems = super::as_stored(Step::Question.problems(&draft), &draft);
    if draft.id != id && draft.left_out.is_empty() {
        // a new draft: its pages have their own addresses
        return Ok(pages::see_other(&Step::Question.path(draft.id)));
    }
    if !problems.is_empty() {
        return pages::invalid(&template(&visitor, &draft, &problems));
    }
    Ok(pages::see_other(&if form.fields.has("how_long") {
        Step::Question.path(id)
    } else {
        format!("/ask/{id}/matches")
    }))
}
