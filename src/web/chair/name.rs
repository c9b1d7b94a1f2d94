//! The name of somebody who is not named in the room: on a page of its own, for whoever checks who is present (reading 21).

use actix_web::web;
use askama::Template;

use crate::{
    domain::id::QuestionId,
    service::{
        ServiceError,
        show_name::{self, ShownName},
    },
    web::{
        Answer, Form, Staff,
        chair::{HOME, question_time::meeting_id, screen},
        page::Page,
        pages,
    },
};

#[derive(Template)]
#[template(path = "chair/name.html")]
struct NamePage {
    page: Page,
    base: String,
    shown: ShownName,
}

/// Shows the name, which is recorded.
pub async fn show(staff: Staff, path: web::Path<String>, form: Form) -> Answer {
    let id = meeting_id(&path)?;
    let question: QuestionId = form
        .fields
        .value("question")
        .parse()
        .map_err(|_| ServiceError::NotFound)?;
    let acting = staff.acting();
    let shown = staff
        .run(move |service| show_name::show_name(service, &acting, id, question))
        .await?;
    pages::page(&NamePage {
        page: staff
            .page(format!("Name of {}", shown.room_name.short()))
            .within(HOME),
        base: screen(id),
        shown,
    })
}
