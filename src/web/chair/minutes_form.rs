//! Writing the minutes of a question on the chair's screen, during the meeting and after it.

use actix_web::{http::StatusCode, web};
use serde::Deserialize;

use crate::{
    domain::id::QuestionId,
    service::{
        FieldError, ServiceError,
        minutes::{self, Written},
    },
    web::{
        Answer, Form, Staff,
        chair::{
            question_time::{Notice, look, meeting_id, names, render},
            rows::MinutesForm,
            screen,
        },
        pages,
    },
};

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    question: String,
    version: String,
    answered_by: String,
    response: String,
    supplementary_text: String,
    supplementary_response: String,
}

/// Saves what the minutes say of a question.
pub async fn save(staff: Staff, path: web::Path<String>, form: Form<Typed>) -> Answer {
    let meeting = meeting_id(&path)?;
    let typed = form.typed.clone();
    let question: QuestionId = typed.question.parse().map_err(|_| {
        // the page that says so gives back what was typed
        ServiceError::Invalid(vec![FieldError::new(
            "question",
            "choice",
            "Select the question that the minutes are of",
        )])
    })?;
    let version: i32 = typed.version.parse().unwrap_or(0);
    let written = Written {
        response: typed.response,
        answered_by: typed.answered_by,
        supplementary_text: typed.supplementary_text,
        supplementary_response: typed.supplementary_response,
    };
    // the address and the form must be about one meeting
    let list = look(&staff, meeting).await?;
    let listed = list.question(question).ok_or(ServiceError::NotFound)?;
    let reference = listed.question.reference.to_string();
    let acting = staff.acting();
    let saved = staff
        .run(move |service| minutes::write(service, &acting, question, version, &written))
        .await;
    let (state, version) = match saved {
        Ok(_) => {
            return Ok(pages::see_other(&format!(
                "{}#{reference}",
                screen(meeting)
            )));
        }
        Err(ServiceError::Invalid(errors)) => {
            let notice = Notice::of(
                names(&staff),
                ServiceError::Invalid(errors.clone()),
                |field| format!("{field}-{reference}"),
            )?;
            let sent = MinutesForm::sent(version, form.state().refused(errors));
            return render(&staff, &list, notice, Some((question, sent)));
        }
        Err(ServiceError::Conflict(_)) => (form.state(), listed.minutes.version),
        Err(other) => return Err(other.into()),
    };
    // somebody wrote meanwhile: what was typed stays in the boxes and can be saved over it, knowingly
    let list = look(&staff, meeting).await?;
    let version = list
        .question(question)
        .map_or(version, |listed| listed.minutes.version);
    let (notice, _) = Notice::of(
        names(&staff),
        ServiceError::Conflict(format!(
            "Somebody else has written in the minutes of {reference} since you opened this page. Your words are still in the boxes: saving them replaces theirs."
        )),
        str::to_owned,
    )?;
    render(
        &staff,
        &list,
        (notice, StatusCode::CONFLICT),
        Some((question, MinutesForm::sent(version, state))),
    )
}
