//! `/staff/questions/{id}/in-place`: admitting a contested question instead of the one that holds the allowance, with both letters
//! shown first (reading 26).

use actix_web::web;
use askama::Template;

use crate::{
    domain::id::QuestionId,
    service::{
        ServiceError, permission,
        replace_question::{self, InPlace},
        visibility::QuestionForStaff,
    },
    web::{
        Answer, Fields, Form, FormState, Staff,
        components::Choice,
        officer::{
            decide::version,
            preview::{self, Preview},
        },
        page::Page,
        pages,
    },
};

#[derive(Template)]
#[template(path = "officer/in_place.html")]
struct InPlacePage {
    page: Page,
    form: FormState,
    reference: String,
    text: String,
    version: i32,
    holder: QuestionId,
    holder_reference: String,
    holder_text: String,
    holder_status: &'static str,
    holder_version: i32,
    outcomes: Vec<Choice>,
    href: String,
}

#[derive(Template)]
#[template(path = "officer/in_place_preview.html")]
struct PreviewPage {
    page: Page,
    reference: String,
    holder_reference: String,
    to_admitted: Preview,
    to_holder: Preview,
    fields: Vec<(String, String)>,
    href: String,
}

fn address(id: QuestionId) -> String {
    format!("/staff/questions/{id}")
}

fn holder(fields: &[(String, String)]) -> Result<QuestionId, ServiceError> {
    fields
        .iter()
        .find(|(name, _)| name == "of")
        .and_then(|(_, id)| id.parse().ok())
        .ok_or(ServiceError::NotFound)
}

/// The page on which the act is worded.
pub async fn ask(
    staff: Staff,
    id: web::Path<QuestionId>,
    query: web::Query<Vec<(String, String)>>,
) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let Ok(holder) = holder(&query) else {
        return Ok(pages::see_other(&address(*id)));
    };
    word(
        &staff,
        *id,
        holder,
        FormState::blank().with("respond", "yes"),
    )
    .await
}

async fn word(staff: &Staff, id: QuestionId, holder: QuestionId, form: FormState) -> Answer {
    let acting = staff.acting();
    let (admitted, holder) = staff
        .run(move |service| replace_question::pair(service, &acting, id, holder))
        .await?;
    let wrong = form.has_errors();
    let (question, other) = (&admitted.question, &holder.question);
    // after a mistake the versions are those that were seen first
    let seen = |name: &str, now: i32| form.value(name).parse().unwrap_or(now);
    let template = InPlacePage {
        page: staff
            .page(format!(
                "Admit {} instead of {}",
                question.reference, other.reference
            ))
            .within("/staff/questions")
            .with_errors(wrong),
        reference: question.reference.to_string(),
        text: question.public_text.clone(),
        version: seen("version", question.version),
        holder: other.id,
        holder_reference: other.reference.to_string(),
        holder_text: other.public_text.clone(),
        holder_status: other.status.words(),
        holder_version: seen("of_version", other.version),
        outcomes: vec![
            Choice::new("yes", "Answer it in writing"),
            Choice::new("no", "Nothing more"),
        ],
        href: address(id),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

fn wanted(fields: &Fields, holder: QuestionId) -> InPlace {
    InPlace {
        holder,
        holder_version: fields.value("of_version").parse().unwrap_or(-1),
        respond: fields.value("respond") == "yes",
        reason: fields.value("reason").to_owned(),
    }
}

/// Shows both letters, goes back to the wording, or does it.
pub async fn post(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    permission::proper_officer(&staff.acting())?;
    let holder = holder(&form.fields.to_keep())?;
    let step = form.fields.value("step").to_owned();
    if step == "change" {
        return word(&staff, id, holder, form.state()).await;
    }
    let (acting, seen) = (staff.acting(), version(&form.fields));
    let wanted = wanted(&form.fields, holder);
    let result = staff
        .run(move |service| {
            if step == "send" {
                replace_question::admit_in_place(service, &acting, id, seen, &wanted).map(|_| None)
            } else {
                replace_question::preview(service, &acting, id, seen, &wanted).map(Some)
            }
        })
        .await;
    match result {
        Ok(None) => Ok(pages::see_other(&format!("{}?done=in-place", address(id)))),
        Ok(Some(letters)) => {
            let service = staff.service();
            let letter = |letter, view: &QuestionForStaff| {
                preview::preview(service, letter, &view.asker, service.now())
            };
            let mut fields = form.fields.to_keep();
            fields.retain(|(name, _)| name != "step");
            pages::page(&PreviewPage {
                page: staff
                    .page("Check both letters before you send them")
                    .within("/staff/questions"),
                reference: letters.admitted.question.reference.to_string(),
                holder_reference: letters.holder.question.reference.to_string(),
                to_admitted: letter(&letters.to_admitted, &letters.admitted)?,
                to_holder: letter(&letters.to_holder, &letters.holder)?,
                fields,
                href: address(id),
            })
        }
        Err(ServiceError::Invalid(errors)) => {
            word(&staff, id, holder, form.state().refused(errors)).await
        }
        Err(other) => Err(other.into()),
    }
}
