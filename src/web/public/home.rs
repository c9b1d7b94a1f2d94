//! The first page: what this is, who can ask, and the meetings that take questions.

use actix_web::web;
use askama::Template;

use crate::{
    domain::local_time,
    service::views,
    web::{Answer, Visitor, page::Page, pages, routes},
};

use super::words::{MeetingWords, count};

/// Adds the route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/").route(routes::get().to(show)));
}

#[derive(Template)]
#[template(path = "public/home.html")]
struct Home {
    page: Page,
    borough: String,
    boards: String,
    allowance: String,
    speaking: String,
    supplementary: bool,
    notice: String,
    open: Vec<MeetingWords>,
}

async fn show(visitor: Visitor) -> Answer {
    let now = visitor.service().now();
    let coming = visitor
        .run(|service| service.store.read(|db| views::coming_meetings(service, db)))
        .await?;
    let mut open: Vec<_> = coming
        .iter()
        .filter(|view| view.takes_questions(now))
        .collect();
    open.sort_by_key(|view| view.deadline.at);
    let settings = &visitor.service().settings;
    let figures = settings
        .standing_order
        .for_meeting(local_time::london_date(now));
    let template = Home {
        page: visitor.page(settings.council.service_name.clone()).at("/"),
        borough: settings.council.borough_name.clone(),
        boards: settings.council.name.clone(),
        allowance: count(u64::from(figures.questions_per_person().get()), "question"),
        speaking: count(
            figures.questioner_time().num_minutes().unsigned_abs(),
            "minute",
        ),
        supplementary: figures.supplementaries_per_question() > 0,
        notice: super::information::notice_words(figures.notice()),
        open: open
            .into_iter()
            .map(|view| MeetingWords::new(view, now))
            .collect(),
    };
    Ok(pages::not_personal(pages::page(&template)?))
}
