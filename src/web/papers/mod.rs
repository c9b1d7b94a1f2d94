//! Papers that print well: the sheet of questions, the minutes extract. The proper officer and the chair of the board open them; copies
//! are circulated at the meeting.

use actix_web::web;
use askama::Template;

use crate::{
    documents::{
        minutes_extract::MinutesExtract,
        question_sheet::{OfficerSheet, QuestionSheet},
    },
    domain::id::MeetingId,
    service::{
        ServiceError,
        chair_list::{self, ChairList},
    },
    web::{Answer, Staff, page::Page, pages, routes},
};

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        routes::resource("/staff/meetings/{id}/papers/questions")
            .route(routes::get().to(questions)),
    )
    .service(
        routes::resource("/staff/meetings/{id}/papers/officers-copy")
            .route(routes::get().to(officers_copy)),
    )
    .service(
        routes::resource("/staff/meetings/{id}/papers/minutes").route(routes::get().to(minutes)),
    );
}

#[derive(Template)]
#[template(path = "papers/questions.html")]
struct QuestionsPage {
    page: Page,
    sheet: QuestionSheet,
}

impl QuestionsPage {
    fn undecided(&self) -> String {
        match self.sheet.undecided {
            1 => "1 question waits for a decision and is not on this sheet.".to_owned(),
            count => format!("{count} questions wait for a decision and are not on this sheet."),
        }
    }
}

#[derive(Template)]
#[template(path = "papers/officers_copy.html")]
struct OfficersCopyPage {
    page: Page,
    sheet: OfficerSheet,
}

#[derive(Template)]
#[template(path = "papers/minutes.html")]
struct MinutesPage {
    page: Page,
    extract: MinutesExtract,
}

/// The list that the papers are drawn from.
async fn list(staff: &Staff, id: &str) -> Result<ChairList, ServiceError> {
    let id: MeetingId = id.parse().map_err(|_| ServiceError::NotFound)?;
    let acting = staff.acting();
    staff
        .run(move |service| chair_list::open(service, &acting, id))
        .await
}

async fn questions(staff: Staff, path: web::Path<String>) -> Answer {
    let list = list(&staff, &path).await?;
    pages::page(&QuestionsPage {
        page: staff.page("Questions from members of the public"),
        sheet: QuestionSheet::of(&list, &staff.service().settings.council.name),
    })
}

/// The officer's copy: contact details and needs are the proper officer's alone.
async fn officers_copy(staff: Staff, path: web::Path<String>) -> Answer {
    let id: MeetingId = path.parse().map_err(|_| ServiceError::NotFound)?;
    let acting = staff.acting();
    let full = staff
        .run(move |service| chair_list::open_with_questioners(service, &acting, id))
        .await?;
    pages::page(&OfficersCopyPage {
        page: staff.page("Questions from members of the public: officer’s copy"),
        sheet: OfficerSheet::of(&full, &staff.service().settings.council.name),
    })
}

async fn minutes(staff: Staff, path: web::Path<String>) -> Answer {
    let list = list(&staff, &path).await?;
    pages::page(&MinutesPage {
        page: staff.page("Minutes extract: public question time"),
        extract: MinutesExtract::of(&list, &staff.service().settings.council),
    })
}
