//! The first page: what this is, who can ask, and the meetings that take questions.

use actix_web::{HttpRequest, web};
use askama::Template;

use crate::{
    domain::local_time,
    service::{ServiceError, views},
    web::{
        Answer, AppState,
        page::Page,
        page_cache::{self, Key, Rendered, Until},
        routes,
    },
};

use super::words::MeetingWords;

/// Adds the route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/").route(routes::get().to(show)));
}

#[derive(Template)]
#[template(path = "public/home.html")]
struct Home {
    page: Page,
    borough: String,
    council: String,
    board: String,
    allowance: String,
    speaking: String,
    supplementaries: Option<String>,
    notice: String,
    open: Vec<MeetingWords>,
}

async fn show(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    page_cache::answer(&request, &state, Key::Home, render).await
}

fn render(state: &AppState) -> Result<Rendered, ServiceError> {
    let service = &state.service;
    let now = service.now();
    let coming = service
        .store
        .read(|db| views::coming_meetings(service, db))?;
    let until = coming.iter().fold(Until::midnight(now), |until, view| {
        until.counting_down_to(view.deadline.at)
    });
    let mut open: Vec<_> = coming
        .iter()
        .filter(|view| view.takes_questions(now))
        .collect();
    open.sort_by_key(|view| view.deadline.at);
    let settings = &service.settings;
    // the meetings that are open may be held under a set that does not hold today
    let wording = settings.wording(
        open.first()
            .map_or_else(|| local_time::london_date(now), |view| view.meeting().date),
    );
    let template = Home {
        page: Page::public(&state.site, settings.council.service_name.clone()).at("/"),
        borough: settings.council.borough_name.clone(),
        council: settings.council.name.clone(),
        board: settings.council.rule.board.clone(),
        allowance: wording.allowance(),
        speaking: wording.questioner_time(),
        supplementaries: wording.supplementaries(),
        notice: wording.notice(),
        open: open
            .into_iter()
            .map(|view| MeetingWords::new(view, now))
            .collect(),
    };
    Rendered::page(&template, until)
}
