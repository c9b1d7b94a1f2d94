//! `/staff/questions/{id}/private-link`: replacing the private link of a question, where somebody else may have it.

use actix_web::web;
use askama::Template;

use crate::{
    domain::id::QuestionId,
    service::{ServiceError, permission, visibility::Asker},
    web::{
        Answer, Form, FormState, Staff, components::Choice, officer::question, page::Page, pages,
    },
};

use super::decide::{address, overtaken, version};

#[derive(Template)]
#[template(path = "officer/private_link.html")]
struct LinkPage {
    page: Page,
    form: FormState,
    reference: String,
    version: i32,
    href: String,
    send: Vec<Choice>,
    /// Whether there is an e-mail address to send the new link to.
    by_email: bool,
}

/// Asks for the reason.
pub async fn show(staff: Staff, id: web::Path<QuestionId>) -> Answer {
    page(&staff, *id, None).await
}

async fn page(staff: &Staff, id: QuestionId, refused: Option<FormState>) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let dossier = question::load(staff, id).await?;
    let question = dossier.question();
    let wrong = refused.is_some();
    let form =
        refused.unwrap_or_else(|| FormState::blank().with("version", question.version.to_string()));
    let send = Choice::new("yes", "Send the new link to the email address on record");
    let template = LinkPage {
        page: staff
            .page("Replace the private link")
            .within("/staff/questions")
            .with_errors(wrong),
        reference: question.reference.to_string(),
        version: form.value("version").parse().unwrap_or(-1),
        href: address(id),
        send: vec![send.checked(!wrong || form.is("send", "yes"))],
        by_email: matches!(
            &dossier.view.asker,
            Asker::Known(details) if details.email.is_some()
        ),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

/// Replaces it.
pub async fn replace(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    let acting = staff.acting();
    let fields = form.fields.clone();
    let result = staff
        .run(move |service| {
            service.replace_private_link(
                &acting,
                id,
                version(&fields),
                fields.value("reason"),
                fields.value("send") == "yes",
            )
        })
        .await;
    match result {
        Ok(_) => Ok(pages::see_other(&format!("{}?done=link", address(id)))),
        Err(ServiceError::Invalid(errors)) => {
            page(&staff, id, Some(form.state().refused(errors))).await
        }
        Err(ServiceError::Conflict(why)) => overtaken(&staff, id, why, &form.fields, None).await,
        Err(other) => Err(other.into()),
    }
}
