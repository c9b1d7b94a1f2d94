//! Redacting what is published of a question: every field on one page, the letter that tells the questioner, and the act.

use actix_web::web;
use askama::Template;

use crate::{
    domain::{id::QuestionId, personal_details, standing_order::written_response::Reply},
    service::{
        ServiceError,
        dossier::Dossier,
        permission,
        redact_question::{self, Redaction, published_replies},
        views,
        visibility::{Asker, Viewer},
    },
    web::{
        Answer, Fields, Form, FormState, Staff,
        officer::{
            decide::{overtaken, version},
            preview::{self, Preview},
            question,
        },
        page::Page,
        pages,
    },
};

fn address(id: QuestionId) -> String {
    format!("/staff/questions/{id}")
}

/// A published field with what it was before anything was redacted.
struct Field {
    name: String,
    label: String,
    hint: &'static str,
    rows: u32,
    value: String,
    error: String,
    /// The words that are not published, where they are kept: as received, or as sent.
    original: Option<String>,
    original_label: &'static str,
}

#[derive(Template)]
#[template(path = "officer/redact.html")]
struct RedactPage {
    page: Page,
    form: FormState,
    fields: Vec<Field>,
    version: i32,
    href: String,
}

#[derive(Template)]
#[template(path = "officer/redact_preview.html")]
struct RedactPreviewPage {
    page: Page,
    letter: Preview,
    fields: Vec<(String, String)>,
    href: String,
}

/// The published fields of a question, to edit.
pub async fn show(staff: Staff, id: web::Path<QuestionId>) -> Answer {
    page_of(&staff, *id, None).await
}

async fn page_of(staff: &Staff, id: QuestionId, typed: Option<FormState>) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let dossier = question::load(staff, id).await?;
    let wrong = typed.as_ref().is_some_and(FormState::has_errors);
    let fields = fields(&dossier, typed.as_ref());
    let form = typed.unwrap_or_else(|| {
        FormState::blank().with("version", dossier.question().version.to_string())
    });
    let template = RedactPage {
        page: staff
            .page(format!(
                "Redact what is published of {}",
                dossier.question().reference
            ))
            .within("/staff/questions")
            .with_errors(wrong),
        fields,
        version: form.value("version").parse().unwrap_or(-1),
        href: address(id),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

fn reply_field(place: usize) -> String {
    format!("reply-{place}")
}

fn fields(dossier: &Dossier, typed: Option<&FormState>) -> Vec<Field> {
    let view = &dossier.view;
    let question = dossier.question();
    let minutes = &view.minutes;
    let field = |name: &str, label: &str, rows: u32, published: &str| Field {
        value: typed.filter(|typed| typed.has(name)).map_or_else(
            || published.to_owned(),
            |typed| typed.value(name).to_owned(),
        ),
        error: typed.map_or_else(String::new, |typed| typed.error(name).to_owned()),
        name: name.to_owned(),
        label: label.to_owned(),
        hint: "",
        rows,
        original: None,
        original_label: "Original (not published)",
    };
    let mut unredacted = question.clone();
    unredacted.public_matter = None;
    let mut fields = vec![
        Field {
            original: Some(question.original_text.clone()),
            ..field(
                "public_text",
                "Text of the question",
                12,
                &question.public_text,
            )
        },
        Field {
            hint: "Leave it empty to publish no name. The questioner is then called by a number at the meeting",
            original: view.asker.details().map(|details| {
                [Some(&details.name), details.organisation.as_ref()]
                    .into_iter()
                    .flatten()
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", ")
            }),
            ..field("published_name", "Name", 1, &question.published_name)
        },
        Field {
            original: Some(views::matter_words(&unredacted, &view.meeting.agenda)),
            ..field("matter", "What it is about", 1, &view.matter)
        },
    ];
    for (name, label, rows, published) in [
        ("response", "Answer at the meeting", 6, &minutes.response),
        ("answered_by", "Who answered", 1, &minutes.answered_by),
        (
            "supplementary_text",
            "Supplementary question",
            4,
            &minutes.supplementary_text,
        ),
        (
            "supplementary_response",
            "Answer to the supplementary question",
            6,
            &minutes.supplementary_response,
        ),
    ] {
        if let Some(published) = published {
            fields.push(field(name, label, rows, published));
        }
    }
    for (place, sent) in published_replies(&view.replies).enumerate() {
        let label = match sent.reply {
            Reply::Correction => "Correction of the written response, as published",
            Reply::Full | Reply::Holding => "Written response, as published",
        };
        fields.push(Field {
            original: Some(sent.body.clone()),
            original_label: "As it was sent (not published)",
            error: typed.map_or_else(String::new, |typed| typed.error("replies").to_owned()),
            ..field(
                &reply_field(place),
                label,
                8,
                sent.published_body.as_deref().unwrap_or_default(),
            )
        });
    }
    fields
}

fn redaction(fields: &Fields) -> Redaction {
    let given = |name: &str| fields.has(name).then(|| fields.value(name).to_owned());
    Redaction {
        public_text: given("public_text"),
        published_name: given("published_name"),
        matter: given("matter"),
        response: given("response"),
        answered_by: given("answered_by"),
        supplementary_text: given("supplementary_text"),
        supplementary_response: given("supplementary_response"),
        replies: (0..)
            .map(|place| given(&reply_field(place)))
            .take_while(Option::is_some)
            .collect(),
        reason: fields.value("reason").to_owned(),
    }
}

/// Shows the letter that tells the questioner, goes back to the fields, or redacts and sends it.
pub async fn act(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    match form.fields.value("step") {
        "change" => page_of(&staff, id, Some(form.state())).await,
        "send" => {
            let acting = staff.acting();
            let seen = version(&form.fields);
            let redaction = redaction(&form.fields);
            let sent = staff
                .run(move |service| {
                    redact_question::redact(service, &acting, id, seen, &redaction).map(drop)
                })
                .await;
            match sent {
                Ok(()) => Ok(pages::see_other(&format!("{}?done=redacted", address(id)))),
                Err(error) => refused(&staff, id, &form, error).await,
            }
        }
        _ => {
            let mut fields = form.fields.to_keep();
            fields.retain(|(name, _)| name != "step");
            letter(&staff, id, &form, redaction(&form.fields), fields).await
        }
    }
}

/// Shows the letter of a redaction that takes personal details out of the published text.
pub async fn remove(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    permission::proper_officer(&staff.acting())?;
    let dossier = question::load(&staff, id).await?;
    let own = question::own(dossier.view.asker.details());
    let text = personal_details::without(
        &dossier.question().public_text,
        form.fields.value("words"),
        &own,
        "[removed]",
    );
    let reason = "Personal details were removed.";
    let fields = [
        ("version", form.fields.value("version")),
        ("public_text", &text),
        ("reason", reason),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let redaction = Redaction {
        public_text: Some(text),
        reason: reason.to_owned(),
        ..Redaction::default()
    };
    letter(&staff, id, &form, redaction, fields).await
}

async fn letter(
    staff: &Staff,
    id: QuestionId,
    form: &Form,
    redaction: Redaction,
    fields: Vec<(String, String)>,
) -> Answer {
    let acting = staff.acting();
    let seen = version(&form.fields);
    let previewed = staff
        .run(move |service| {
            let (view, letter) = redact_question::preview(service, &acting, id, seen, &redaction)?;
            Ok((Asker::of(view.questioner, Viewer::ProperOfficer), letter))
        })
        .await;
    match previewed {
        Ok((asker, letter)) => {
            let service = staff.service();
            pages::page(&RedactPreviewPage {
                page: staff
                    .page("Check the letter before you redact")
                    .within("/staff/questions"),
                letter: preview::preview(service, &letter, &asker, service.now())?,
                fields,
                href: address(id),
            })
        }
        Err(error) => refused(staff, id, form, error).await,
    }
}

async fn refused(staff: &Staff, id: QuestionId, form: &Form, error: ServiceError) -> Answer {
    match error {
        ServiceError::Invalid(errors) => {
            page_of(staff, id, Some(form.state().refused(errors))).await
        }
        ServiceError::Conflict(why) => overtaken(staff, id, why, &form.fields, None).await,
        other => Err(other.into()),
    }
}
