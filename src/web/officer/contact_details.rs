//! `/staff/questions/{id}/contact-details`: correcting a questioner's details on their word (reading 29).

use actix_web::web;
use askama::Template;

use crate::{
    domain::id::QuestionId,
    service::{
        ServiceError, contact_details, permission, typed_question::TypedQuestioner,
        visibility::Asker,
    },
    web::{
        Answer, Form, FormState, Staff, components::Choice, officer::question, page::Page, pages,
    },
};

use super::{
    decide::{address, overtaken, version},
    new_question::{age_choices, name_choices, typed_questioner},
};

#[derive(Template)]
#[template(path = "officer/contact_details.html")]
struct DetailsPage {
    page: Page,
    form: FormState,
    version: i32,
    href: String,
    names: Vec<Choice>,
    under_18: Vec<Choice>,
}

/// Shows the details on record, to be corrected.
pub async fn show(staff: Staff, id: web::Path<QuestionId>) -> Answer {
    page(&staff, *id, None).await
}

async fn page(staff: &Staff, id: QuestionId, refused: Option<FormState>) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let dossier = question::load(staff, id).await?;
    let question = dossier.question();
    let Asker::Known(details) = &dossier.view.asker else {
        return Err(ServiceError::Conflict(
            "The questioner’s details have been removed on schedule.".to_owned(),
        )
        .into());
    };
    let wrong = refused.is_some();
    let form =
        refused.unwrap_or_else(|| on_record(&TypedQuestioner::from(&**details), question.version));
    let template = DetailsPage {
        page: staff
            .page(format!("Correct contact details: {}", question.reference))
            .within("/staff/questions")
            .with_errors(wrong),
        version: form.value("version").parse().unwrap_or(-1),
        href: address(id),
        names: name_choices(),
        under_18: age_choices(&form),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

fn on_record(details: &TypedQuestioner, version: i32) -> FormState {
    [
        ("name", &details.name),
        ("organisation", &details.organisation),
        ("address", &details.address),
        ("postcode", &details.postcode),
        ("email", &details.email),
        ("telephone", &details.telephone),
        ("needs", &details.needs),
        ("resident", &details.resident),
        ("publish_name", &details.publish_name),
        ("under_18", &details.under_18),
        ("carer_name", &details.carer_name),
    ]
    .into_iter()
    .fold(
        FormState::blank().with("version", version.to_string()),
        |form, (name, value)| form.with(name, value.as_str()),
    )
}

/// Saves the correction and writes the letters that it causes.
pub async fn correct(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    let acting = staff.acting();
    let fields = form.fields.clone();
    let result = staff
        .run(move |service| {
            contact_details::correct_for(
                service,
                &acting,
                id,
                version(&fields),
                &typed_questioner(&fields),
                fields.value("reason"),
            )
        })
        .await;
    match result {
        Ok(_) => Ok(pages::see_other(&format!("{}?done=details", address(id)))),
        Err(ServiceError::Invalid(errors)) => {
            page(&staff, id, Some(form.state().refused(errors))).await
        }
        Err(ServiceError::Conflict(why)) => overtaken(&staff, id, why, &form.fields, None).await,
        Err(other) => Err(other.into()),
    }
}
