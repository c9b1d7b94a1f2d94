//! The questions put before, with their answers: the latest first, or those that a search finds.

use actix_web::{HttpRequest, web};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{id::QuestionId, local_time, similarity::explanation::explain},
    service::{
        ServiceError,
        search::{self, Sought},
        views::{self, PublicQuestion},
    },
    store::{
        error::StoreError,
        questions::{self, Filter},
    },
    web::{
        Answer, AppState,
        components::FieldProblem,
        executor::Lane,
        marked::{Marked, shared_only},
        page::Page,
        page_cache::{self, Key, Rendered, Until},
        pages, routes,
    },
};

/// How many questions a page has.
const A_PAGE: usize = 20;

/// Adds the route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/questions").route(routes::get().to(list)));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct From {
    /// The last question of the page before.
    before: Option<String>,
    /// What is searched for.
    q: String,
}

/// The questions put at one meeting.
struct AtMeeting {
    href: String,
    name: String,
    questions: Vec<PublicQuestion>,
}

/// A question that a search found.
struct Found {
    href: String,
    name: String,
    put: PublicQuestion,
    words: Vec<Marked>,
}

#[derive(Template)]
#[template(path = "public/questions.html")]
struct Questions {
    page: Page,
    q: String,
    error: String,
    /// Whether something was searched for.
    searched: bool,
    found: Vec<Found>,
    summary: String,
    meetings: Vec<AtMeeting>,
    first: bool,
    more: String,
}

impl Questions {
    /// A page without questions.
    fn blank(page: Page, q: String) -> Self {
        Self {
            page,
            q,
            error: String::new(),
            searched: false,
            found: Vec::new(),
            summary: String::new(),
            meetings: Vec::new(),
            first: true,
            more: String::new(),
        }
    }

    /// Where the latest are; empty on the page that shows them.
    fn latest(&self) -> &'static str {
        if self.first { "" } else { "/questions" }
    }

    fn problems(&self) -> Vec<FieldProblem> {
        let wrong = (!self.error.is_empty()).then(|| FieldProblem::new("q", &self.error));
        wrong.into_iter().collect()
    }
}

async fn list(request: HttpRequest, state: web::Data<AppState>, from: web::Query<From>) -> Answer {
    let From { before, q } = from.into_inner();
    match Sought::parse(&q) {
        Ok(Some(sought)) => results(&state, q, sought).await,
        Ok(None) => {
            let before = match before.filter(|id| !id.is_empty()) {
                Some(id) => Some(
                    id.parse::<QuestionId>()
                        .map_err(|_| ServiceError::NotFound)?,
                ),
                None => None,
            };
            let key = before.map_or(Key::Questions, Key::QuestionsBefore);
            page_cache::answer(&request, &state, key, move |state| latest(state, before)).await
        }
        Err(malformed) => {
            let page = Page::public(&state.site, "Questions and answers")
                .within("/questions")
                .with_errors(true);
            pages::invalid(&Questions {
                error: malformed.message,
                ..Questions::blank(page, q)
            })
        }
    }
}

/// What a search found. It is not kept: strangers can search for endlessly many words.
async fn results(state: &web::Data<AppState>, q: String, sought: Sought) -> Answer {
    let title = format!("{} – Questions and answers", sought.in_short());
    let words = sought.matter();
    let found = state
        .run(Lane::Searches, move |service| {
            service
                .store
                .read(|db| search::questions_put(service, db, &sought, None, search::MOST))
        })
        .await?;
    let found: Vec<Found> = found
        .into_iter()
        .map(|found| Found {
            href: format!("/meetings/{}", found.put.meeting_id),
            name: format!(
                "{}, {}",
                found.put.board,
                local_time::short_date(found.put.meeting_date)
            ),
            words: shared_only(&explain(&words, &found.put.text).there),
            put: found.put,
        })
        .collect();
    let template = Questions {
        searched: true,
        summary: search::summary(found.len()),
        found,
        ..Questions::blank(Page::public(&state.site, title).within("/questions"), q)
    };
    Ok(pages::not_personal(pages::page(&template)?))
}

/// The latest, or those before one of them.
fn latest(state: &AppState, before: Option<QuestionId>) -> Result<Rendered, ServiceError> {
    let service = &state.service;
    let (put, more, of_ours) = service.store.read(|db| {
        let filter = Filter {
            published: true,
            ..Filter::default()
        };
        let most = i64::try_from(A_PAGE + 1).unwrap_or(i64::MAX);
        let mut found = questions::page(db, &filter, before, most)?;
        let more = found.len() > A_PAGE;
        found.truncate(A_PAGE);
        let last = found.last().map(|question| question.id);
        let put = views::public_questions(db, &found)?;
        let of_ours = match before.map(|id| questions::question(db, id)) {
            None => true,
            Some(Ok(question)) => question.is_published(),
            Some(Err(StoreError::NotFound)) => false,
            Some(Err(error)) => return Err(error.into()),
        };
        Ok::<_, ServiceError>((put, last.filter(|_| more), of_ours))
    })?;
    let mut meetings: Vec<AtMeeting> = Vec::new();
    for question in put {
        let href = format!("/meetings/{}", question.meeting_id);
        match meetings.iter_mut().find(|meeting| meeting.href == href) {
            Some(meeting) => meeting.questions.push(question),
            None => meetings.push(AtMeeting {
                name: format!(
                    "{}, {}",
                    question.board,
                    local_time::short_date(question.meeting_date)
                ),
                href,
                questions: vec![question],
            }),
        }
    }
    let page = Page::public(&state.site, "Questions and answers").at("/questions");
    let template = Questions {
        meetings,
        first: before.is_none(),
        more: more.map_or_else(String::new, |last| format!("/questions?before={last}")),
        ..Questions::blank(page, String::new())
    };
    let rendered = Rendered::page(&template, Until::midnight(service.now()))?;
    // a page of ours leads only to what follows a published question; other addresses are endlessly many
    Ok(if of_ours {
        rendered
    } else {
        rendered.not_kept()
    })
}
