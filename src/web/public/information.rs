//! The rule in plain words, and the pages at the foot of every page.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use askama::Template;

use crate::{
    config::{Council, Retention},
    domain::{local_time, publication, refusal::Clause, wording::Wording},
    service::ServiceError,
    web::{
        Answer, AppState, assets,
        page::Page,
        page_cache::{self, Key, Rendered, Until},
        routes,
    },
};

use super::words::count;

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/standing-order").route(routes::get().to(standing_order)))
        .service(routes::resource("/accessibility").route(routes::get().to(accessibility)))
        .service(routes::resource("/privacy").route(routes::get().to(privacy)))
        .service(routes::resource("/cookies").route(routes::get().to(cookies)))
        .service(routes::resource("/contact").route(routes::get().to(contact)))
        .service(routes::resource("/robots.txt").route(routes::get().to(robots)))
        .service(routes::resource("/favicon.ico").route(routes::get().to(favicon)));
}

/// What the pages here say depends on the date alone: which set of figures holds.
fn today(state: &AppState) -> Until {
    Until::midnight(state.service.now())
}

/// A clause in plain words, with what the service does about it.
struct ClauseWords {
    cited: String,
    heading: &'static str,
    paragraphs: Vec<String>,
    list: Vec<&'static str>,
}

fn clauses(wording: &Wording<'_>, council: &Council) -> Vec<ClauseWords> {
    let figures = wording.figures;
    let officer = &council.committee_services_manager;
    let borough = &council.borough_name;
    let months = count(
        u64::from(figures.repetition_window().as_u32()),
        "calendar month",
    );
    let of = |clause: Clause, heading, paragraphs, list| ClauseWords {
        cited: wording.cite(clause),
        heading,
        paragraphs,
        list,
    };
    vec![
        of(
            Clause::I,
            "Who can ask, and for how long",
            vec![
                format!(
                    "At each meeting of a {}, up to {} can be used for questions from people who live in {borough}.",
                    council.rule.board,
                    wording.question_time()
                ),
                "The time covers the questions and the answers. It stops only if the meeting is adjourned.".to_owned(),
            ],
            vec![],
        ),
        of(
            Clause::Ii,
            "What you can ask about",
            vec!["Your question must be about a matter on the agenda. Until the agenda is published, you say which matter it is about.".to_owned()],
            vec![],
        ),
        of(
            Clause::Iii,
            "When to send your question",
            vec![
                format!(
                    "Give notice in writing to the {officer} by {}.",
                    wording.notice()
                ),
                "Saturdays, Sundays, bank holidays and days on which the council is closed are not working days. Each meeting's page shows its deadline and how it was worked out. The moment that counts is when your question reaches the council.".to_owned(),
                wording.about_allowance(),
            ],
            vec![],
        ),
        of(
            Clause::Iv,
            "A supplementary question",
            vec![match wording.supplementaries() {
                None => "You cannot ask a supplementary question.".to_owned(),
                Some(allowed) => format!(
                    "After the answer you can ask {allowed} about the same matter. An answer may be given at the meeting or afterwards."
                ),
            }],
            vec![],
        ),
        of(
            Clause::V,
            "When a question may be rejected",
            vec![
                format!("The chair or the {officer} may reject a question that:"),
                "The letter that tells you so names the ground and the reason.".to_owned(),
            ],
            vec![
                "is not about something that the council is responsible for or that affects the borough",
                "is defamatory, frivolous, offensive, abusive or racist",
                "is substantially the same as a question put at a meeting of the council before",
                "would mean disclosing confidential or exempt information",
            ],
        ),
        of(
            Clause::V,
            "Questions put before",
            vec![format!(
                "“Before” means in the {months} before the meeting. We show you questions that are like yours, with their answers, before you send it."
            )],
            vec![],
        ),
        of(
            Clause::Vi,
            "What you cannot ask about",
            vec!["A question cannot be about a planning or licensing application, or about anything that is not dealt with in the public part of a meeting.".to_owned()],
            vec![],
        ),
        of(
            Clause::Vii,
            "At the meeting",
            vec!["The chair asks people to indicate that they wish to ask their question. Be there when public question time begins.".to_owned()],
            vec![],
        ),
        of(
            Clause::Viii,
            "How long you can speak",
            vec![format!(
                "You have up to {} to speak, for your question and any supplementary question together. {}",
                wording.questioner_time(),
                if figures.answer_counts_against_questioner() {
                    "The answer counts towards your time."
                } else {
                    "The answer does not count towards your time."
                }
            )],
            vec![],
        ),
        of(
            Clause::Ix,
            "If you do not get an answer at the meeting",
            vec![
                format!(
                    "You are sent a written response. The council aims to send it within {}.",
                    wording.response_time()
                ),
                if figures.absent_gets_written_response() {
                    "This is so as well if you could not be at the meeting.".to_owned()
                } else {
                    "A question whose questioner is not at the meeting does not get a written response.".to_owned()
                },
            ],
            vec![],
        ),
    ]
}

#[derive(Template)]
#[template(path = "public/standing_order.html")]
struct StandingOrderPage {
    page: Page,
    council: String,
    clauses: Vec<ClauseWords>,
}

async fn standing_order(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    page_cache::answer(&request, &state, Key::StandingOrder, render_standing_order).await
}

fn render_standing_order(state: &AppState) -> Result<Rendered, ServiceError> {
    let service = &state.service;
    let settings = &service.settings;
    let wording = settings.wording(local_time::london_date(service.now()));
    let template = StandingOrderPage {
        page: Page::public(&state.site, "How public question time works").at("/standing-order"),
        council: settings.council.name.clone(),
        clauses: clauses(&wording, &settings.council),
    };
    Rendered::page(&template, today(state))
}

#[derive(Template)]
#[template(path = "public/accessibility.html")]
struct Accessibility {
    page: Page,
    council: Council,
    reply: String,
    prepared: String,
    reviewed: String,
    tested: String,
}

async fn accessibility(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    page_cache::answer(&request, &state, Key::Accessibility, render_accessibility).await
}

fn render_accessibility(state: &AppState) -> Result<Rendered, ServiceError> {
    let council = state.service.settings.council.clone();
    let statement = council.accessibility;
    let template = Accessibility {
        page: Page::public(&state.site, "Accessibility statement"),
        reply: count(u64::from(statement.reply_working_days), "working day"),
        prepared: local_time::short_date(statement.prepared),
        reviewed: local_time::short_date(statement.reviewed),
        tested: local_time::short_date(statement.tested),
        council,
    };
    Rendered::page(&template, today(state))
}

#[derive(Template)]
#[template(path = "public/privacy.html")]
struct Privacy {
    page: Page,
    council: Council,
    /// What is published and what is not.
    published: [&'static str; 4],
    draft: String,
    details: String,
    refused: String,
    letters: String,
}

async fn privacy(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    page_cache::answer(&request, &state, Key::Privacy, render_privacy).await
}

fn render_privacy(state: &AppState) -> Result<Rendered, ServiceError> {
    let settings = &state.service.settings;
    let Retention {
        draft,
        personal_details,
        refused_question,
        delivered_letter,
        journal: _,
    } = &settings.retention;
    let days = |time: &chrono::TimeDelta| count(time.num_days().unsigned_abs(), "day");
    let months = |time: &chrono::Months| match time.as_u32() {
        months if months >= 12 && months.is_multiple_of(12) => {
            count(u64::from(months / 12), "year")
        }
        months => count(u64::from(months), "month"),
    };
    let template = Privacy {
        page: Page::public(&state.site, "Privacy"),
        council: settings.council.clone(),
        published: publication::RULE,
        draft: days(draft),
        details: months(personal_details),
        refused: months(refused_question),
        letters: days(delivered_letter),
    };
    Rendered::page(&template, today(state))
}

#[derive(Template)]
#[template(path = "public/cookies.html")]
struct Cookies {
    page: Page,
    visitor_cookie: &'static str,
    device_days: i64,
}

async fn cookies(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    page_cache::answer(&request, &state, Key::Cookies, render_cookies).await
}

fn render_cookies(state: &AppState) -> Result<Rendered, ServiceError> {
    let template = Cookies {
        page: Page::public(&state.site, "Cookies"),
        device_days: state.service.settings.sessions.known_device.num_days(),
        visitor_cookie: if state.service.settings.server.secure_cookies {
            "__Host-visitor"
        } else {
            "visitor"
        },
    };
    Rendered::page(&template, today(state))
}

#[derive(Template)]
#[template(path = "public/contact.html")]
struct Contact {
    page: Page,
    council: Council,
    notice: String,
}

async fn contact(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    page_cache::answer(&request, &state, Key::Contact, render_contact).await
}

fn render_contact(state: &AppState) -> Result<Rendered, ServiceError> {
    let service = &state.service;
    let wording = service
        .settings
        .wording(local_time::london_date(service.now()));
    let template = Contact {
        page: Page::public(&state.site, "Contact"),
        council: service.settings.council.clone(),
        notice: wording.notice(),
    };
    Rendered::page(&template, today(state))
}

/// What belongs to one person, and what is for staff or programs, stays out of search engines.
async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("User-agent: *\nDisallow: /ask/\nDisallow: /meetings/*/ask\nDisallow: /question/\nDisallow: /staff\nDisallow: /api\n")
}

/// Browsers ask for it by this name whatever the page says.
async fn favicon() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, assets::asset_url("favicon.svg")))
        .finish()
}
