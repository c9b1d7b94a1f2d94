//! Recording a question under another agenda item: choose it, see the letter, do it (readings 24 and 25).

use actix_web::web;
use askama::Template;

use super::{decide::version, preview, preview::Preview};
use crate::{
    domain::{
        id::{AgendaItemId, QuestionId},
        status::Status,
        wording::RuleNames,
    },
    service::{
        ServiceError, change_matter, permission,
        views::{self, MeetingView},
        visibility::{Asker, Viewer},
    },
    store::questions::Question,
    web::{Answer, Form, FormState, Staff, components::Choice, page::Page, pages},
};

#[derive(Template)]
#[template(path = "officer/question_item.html")]
struct ItemPage {
    page: Page,
    form: FormState,
    reference: String,
    text: String,
    matter: String,
    refusal: String,
    items: Vec<Choice>,
    version: String,
    href: String,
}

/// The items that it could be recorded under.
pub async fn show(staff: Staff, id: web::Path<QuestionId>) -> Answer {
    page_of(&staff, id.into_inner(), FormState::blank()).await
}

async fn page_of(staff: &Staff, id: QuestionId, form: FormState) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let view = staff
        .run(move |service| service.store.read(|db| views::question(service, db, id)))
        .await?;
    let question = &view.question;
    let wrong = form.has_errors();
    let template = ItemPage {
        page: staff
            .page("Which agenda item is this question about?")
            .within("/staff/questions")
            .with_errors(wrong),
        reference: question.reference.to_string(),
        text: question.public_text.clone(),
        matter: view.matter.clone(),
        refusal: refusal(
            question,
            &view.meeting,
            &staff.service().settings.council.rule,
        ),
        items: view
            .meeting
            .agenda
            .iter()
            .map(|item| {
                let choice = Choice::new(item.id.to_string(), &item.title);
                match item.not_for_questions() {
                    Some(why) => {
                        let mut choice = choice.hint(format!(
                            "Questions cannot be about this item because {}",
                            why.words()
                        ));
                        choice.disabled = true;
                        choice
                    }
                    None => choice,
                }
            })
            .collect(),
        version: match form.value("version") {
            "" => question.version.to_string(),
            seen => seen.to_owned(),
        },
        href: format!("/staff/questions/{id}"),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

/// Why the question cannot be approved as it stands, with the clause; empty where nothing stands against it.
pub fn refusal(question: &Question, meeting: &MeetingView, names: &RuleNames) -> String {
    let refusal = if question.status == Status::Approved {
        views::agenda_refusal(question, meeting)
    } else {
        views::refusal_to_approve(question, meeting)
    };
    refusal
        .map(|refusal| format!("{} ({})", refusal.reason(), names.cite(refusal.clause())))
        .unwrap_or_default()
}

#[derive(Template)]
#[template(path = "officer/question_item_confirm.html")]
struct ConfirmPage {
    page: Page,
    old: String,
    new: String,
    letter: Option<Preview>,
    item: String,
    version: i32,
    href: String,
}

/// Records it under another item, after the officer has seen the letter.
pub async fn change(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let id = id.into_inner();
    let seen = version(&form.fields);
    let Ok(item) = form.fields.value("agenda_item").parse::<AgendaItemId>() else {
        let problem = crate::service::FieldError::new(
            "agenda_item",
            "choice",
            "Select the agenda item that the question is about",
        );
        return page_of(&staff, id, form.state().refused([problem])).await;
    };
    let acting = staff.acting();
    if form.fields.value("step") == "confirm" {
        let done = staff
            .run(move |service| change_matter::change(service, &acting, id, seen, item))
            .await;
        return match done {
            Ok(_) => Ok(pages::see_other(&format!(
                "/staff/questions/{id}?done=item"
            ))),
            Err(ServiceError::Invalid(errors)) => {
                page_of(&staff, id, form.state().refused(errors)).await
            }
            Err(other) => Err(other.into()),
        };
    }
    let prepared = staff
        .run(move |service| change_matter::preview(service, &acting, id, seen, item))
        .await;
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(ServiceError::Invalid(errors)) => {
            return page_of(&staff, id, form.state().refused(errors)).await;
        }
        Err(other) => return Err(other.into()),
    };
    let service = staff.service();
    let view = &prepared.view;
    let letter = prepared
        .letter
        .as_ref()
        .map(|letter| {
            preview::preview(
                service,
                letter,
                &Asker::of(view.questioner.clone(), Viewer::ProperOfficer),
                service.now(),
            )
        })
        .transpose()?;
    pages::page(&ConfirmPage {
        page: staff
            .page("Record the question under another item?")
            .within("/staff/questions"),
        old: view.matter.clone(),
        new: view
            .meeting
            .agenda
            .iter()
            .find(|on| on.id == item)
            .map_or_else(String::new, |on| on.title.clone()),
        letter,
        item: item.to_string(),
        version: seen,
        href: format!("/staff/questions/{id}"),
    })
}
