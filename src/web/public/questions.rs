//! The questions put before, with their answers.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::id::QuestionId,
    service::{
        ServiceError,
        views::{self, PublicQuestion},
    },
    store::questions::{self, Filter},
    web::{Answer, Visitor, page::Page, pages},
};

/// How many questions a page has.
const A_PAGE: usize = 20;

/// Adds the route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/questions").route(web::get().to(list)));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct From {
    /// The last question of the page before.
    before: Option<String>,
}

/// The questions put at one meeting.
struct AtMeeting {
    href: String,
    name: String,
    questions: Vec<PublicQuestion>,
}

#[derive(Template)]
#[template(path = "public/questions.html")]
struct Questions {
    page: Page,
    meetings: Vec<AtMeeting>,
    first: bool,
    more: String,
}

impl Questions {
    /// Where the latest are; empty on the page that shows them.
    fn latest(&self) -> &'static str {
        if self.first { "" } else { "/questions" }
    }
}

async fn list(visitor: Visitor, from: web::Query<From>) -> Answer {
    let before = match from.into_inner().before.filter(|id| !id.is_empty()) {
        Some(id) => Some(
            id.parse::<QuestionId>()
                .map_err(|_| ServiceError::NotFound)?,
        ),
        None => None,
    };
    let (put, more) = visitor
        .run(move |service| {
            service.store.read(|db| {
                let filter = Filter {
                    put: true,
                    ..Filter::default()
                };
                let most = i64::try_from(A_PAGE + 1).unwrap_or(i64::MAX);
                let mut found = questions::page(db, &filter, before, most)?;
                let more = found.len() > A_PAGE;
                found.truncate(A_PAGE);
                let last = found.last().map(|question| question.id);
                let put = found
                    .iter()
                    .map(|question| views::public_question(db, question))
                    .collect::<Result<Vec<_>, ServiceError>>()?;
                Ok::<_, ServiceError>((put, last.filter(|_| more)))
            })
        })
        .await?;
    let mut meetings: Vec<AtMeeting> = Vec::new();
    for question in put {
        let href = format!("/meetings/{}", question.meeting_id);
        match meetings.iter_mut().find(|meeting| meeting.href == href) {
            Some(meeting) => meeting.questions.push(question),
            None => meetings.push(AtMeeting {
                name: format!(
                    "{}, {}",
                    question.board,
                    crate::domain::local_time::short_date(question.meeting_date)
                ),
                href,
                questions: vec![question],
            }),
        }
    }
    let template = Questions {
        page: visitor.page("Questions and answers").at("/questions"),
        meetings,
        first: before.is_none(),
        more: more.map_or_else(String::new, |last| format!("/questions?before={last}")),
    };
    Ok(pages::not_personal(pages::page(&template)?))
}
