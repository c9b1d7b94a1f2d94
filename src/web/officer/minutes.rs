//! What the minutes say of a question that was put: for the proper officer and the chair of its board.

use actix_web::web;
use askama::Template;

use crate::{
    domain::id::QuestionId,
    service::{
        ServiceError, dossier,
        minutes::{self as acts, Written},
    },
    web::{
        Answer, Form, FormState, Staff,
        officer::{
            changed::{self, Again, Changed},
            decide::version,
            question,
        },
        page::Page,
        pages,
    },
};

#[derive(Template)]
#[template(path = "officer/minutes.html")]
struct MinutesPage {
    page: Page,
    form: FormState,
    href: String,
    text: String,
    dealt_with: String,
    version: i32,
}

/// What is written so far.
pub async fn show(staff: Staff, id: web::Path<QuestionId>) -> Answer {
    page_of(&staff, *id, None).await
}

async fn page_of(staff: &Staff, id: QuestionId, typed: Option<FormState>) -> Answer {
    let dossier = question::load(staff, id).await?;
    let minutes = &dossier.view.minutes;
    let wrong = typed.as_ref().is_some_and(FormState::has_errors);
    let form = typed.unwrap_or_else(|| {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        FormState::blank()
            .with("version", minutes.version.to_string())
            .with("response", text(&minutes.response))
            .with("answered_by", text(&minutes.answered_by))
            .with("supplementary_text", text(&minutes.supplementary_text))
            .with(
                "supplementary_response",
                text(&minutes.supplementary_response),
            )
    });
    let template = MinutesPage {
        page: staff
            .page(format!(
                "What the minutes say of {}",
                dossier.question().reference
            ))
            .within("/staff/meetings")
            .with_errors(wrong),
        href: format!("/staff/questions/{id}"),
        text: dossier.question().public_text.clone(),
        dealt_with: minutes
            .dealt_with
            .and_then(|item| {
                dossier
                    .view
                    .meeting
                    .agenda
                    .iter()
                    .find(|found| found.id == item)
            })
            .map(|item| item.title.clone())
            .unwrap_or_default(),
        version: form.value("version").parse().unwrap_or(-1),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

/// Saves what the minutes say.
pub async fn write(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    if form.fields.value("step") == "change" {
        return page_of(&staff, id, Some(form.state())).await;
    }
    let value = |name: &str| form.fields.value(name).to_owned();
    let written = Written {
        response: value("response"),
        answered_by: value("answered_by"),
        supplementary_text: value("supplementary_text"),
        supplementary_response: value("supplementary_response"),
    };
    let seen = version(&form.fields);
    let acting = staff.acting();
    let saved = staff
        .run(move |service| acts::write(service, &acting, id, seen, &written))
        .await;
    match saved {
        Ok(_) => Ok(pages::see_other(&format!(
            "/staff/questions/{id}?done=minutes"
        ))),
        Err(ServiceError::Invalid(errors)) => {
            page_of(&staff, id, Some(form.state().refused(errors))).await
        }
        Err(ServiceError::Conflict(why)) => {
            let dossier = question::load(&staff, id).await?;
            let written: Vec<_> = dossier
                .view
                .history
                .iter()
                .filter(|(entry, _)| entry.act == "write_minutes")
                .cloned()
                .collect();
            let fields = form
                .fields
                .to_keep()
                .into_iter()
                .chain([("step".to_owned(), "change".to_owned())])
                .collect();
            changed::page(
                &staff,
                Changed {
                    why,
                    since: &dossier::since(&written, "version", seen),
                    stands: "Somebody else has written what the minutes say.".to_owned(),
                    href: format!("/staff/questions/{id}/minutes"),
                    again: Some(Again::new(
                        format!("/staff/questions/{id}/minutes"),
                        "Go on with what you typed",
                        &fields,
                        dossier.view.minutes.version,
                    )),
                },
                &fields,
            )
        }
        Err(other) => Err(other.into()),
    }
}
