//! Who asks. Clause (i) is for residents; clause (ix) needs a name and an address.

use actix_web::web;
use askama::Template;

use crate::{
    domain::{id::DraftId, refusal::Clause},
    service::{FieldError, drafts::Draft, typed_question::TypedQuestioner},
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
        routes::resource("/ask/{draft}/about-you")
            .route(routes::get().to(show))
            .route(routes::post().to(send)),
    );
}

/// The name of the field that no person sees: what fills it in is a program.
const TRAP: &str = "website";

#[derive(Template)]
#[template(path = "public/ask/about_you.html")]
struct AboutYouPage {
    page: Page,
    about: About,
    back: String,
    errors: Vec<FieldError>,
    /// Whether the details given with an earlier question are used unless others are typed.
    given_before: bool,
    form: TypedQuestioner,
    residence: Vec<Choice>,
    residence_legend: String,
    publish: Vec<Choice>,
    under_18: Vec<Choice>,
    phone: String,
    email: String,
}

impl AboutYouPage {
    fn error(&self, field: &str) -> &str {
        self.errors
            .iter()
            .find(|error| error.field == field)
            .map_or("", |error| &error.message)
    }

    fn problems(&self) -> Vec<FieldProblem> {
        self.errors
            .iter()
            .map(|error| FieldProblem::new(error.field, &error.message))
            .collect()
    }
}

fn template(visitor: &Visitor, draft: &Draft, errors: Vec<FieldError>) -> AboutYouPage {
    let service = visitor.service();
    let council = &service.settings.council;
    AboutYouPage {
        page: visitor
            .page("About you")
            .within("/meetings")
            .with_errors(!errors.is_empty()),
        about: About::new(service, &draft.meeting),
        back: Step::Question.path(draft.id),
        errors,
        given_before: draft.details_of.is_some(),
        form: draft.typed.questioner.clone(),
        // a hint and not a conditional part: axe-core faults the aria-expanded that those put on a radio
        residence: vec![
            Choice::new("yes", "Yes"),
            Choice::new("no", "No").hint(format!(
                "Public question time is for people who live in {}, so your question would be refused ({})",
                council.borough_name,
                council.rule.cite(Clause::I)
            )),
        ],
        residence_legend: format!("Do you live in {}?", council.borough_name),
        publish: vec![
            Choice::new("yes", "Yes, use my name").hint(
                "It will be published with your question, and the chair will call you by it",
            ),
            Choice::new("organisation", "Only the name of my organisation")
                .hint("Your own name will not be published or called"),
            Choice::new("no", "No").hint(
                "The chair will call you by a number and what your question is about. For example, “Resident 2, about bus fares”. Our pages and papers will say “A resident of the borough”",
            ),
        ],
        under_18: vec![
            Choice::new("yes", "I am under 18").checked(draft.typed.questioner.under_18 == "yes"),
        ],
        phone: council.phone.clone(),
        email: council.email.clone(),
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
        Vec::new(),
    ))?))
}

async fn send(visitor: Visitor, id: web::Path<DraftId>, form: Form<TypedQuestioner>) -> Answer {
    let id = id.into_inner();
    let typed = form.typed;
    let trapped = !form.fields.value(TRAP).is_empty();
    let saved = super::save_with(&visitor, id, move |question, marks| {
        question.questioner = typed.clone();
        marks.trapped = trapped;
    })
    .await?;
    let Some(draft) = saved else {
        return Ok(pages::see_other(&super::done_path(id)));
    };
    let problems = super::as_stored(Step::AboutYou.problems(&draft), &draft);
    if draft.id != id && draft.left_out.is_empty() {
        // a new draft: its pages have their own addresses
        return Ok(pages::see_other(&Step::AboutYou.path(draft.id)));
    }
    if problems.is_empty() {
        return Ok(super::resume_at(&draft));
    }
    pages::invalid(&template(&visitor, &draft, problems))
}
