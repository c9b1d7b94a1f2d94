//! The meetings, and each meeting's page.

use actix_web::{HttpRequest, web};
use askama::Template;

use crate::{
    domain::{
        agenda::AgendaItem, id::MeetingId, local_time, meeting::MeetingStatus, status::Status,
        wording::RuleNames,
    },
    service::{
        ServiceError, question_time,
        views::{self, PublishedAt},
    },
    store::questions,
    web::{
        Answer, AppState,
        components::{Crumb, SummaryRow},
        live,
        page::Page,
        page_cache::{self, Key, Rendered, Until},
        routes,
    },
};

use super::words::MeetingWords;

/// How many past meetings are listed.
const MOST_PAST: i64 = 100;

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/meetings").route(routes::get().to(list)))
        .service(routes::resource("/meetings/{id}").route(routes::get().to(show)));
}

#[derive(Template)]
#[template(path = "public/meetings.html")]
struct Meetings {
    page: Page,
    open: Vec<MeetingWords>,
    closed: Vec<MeetingWords>,
    past: Vec<MeetingWords>,
}

async fn list(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    page_cache::answer(&request, &state, Key::Meetings, render_list).await
}

fn render_list(state: &AppState) -> Result<Rendered, ServiceError> {
    let service = &state.service;
    let now = service.now();
    let (coming, past) = service.store.read(|db| {
        Ok::<_, ServiceError>((
            views::coming_meetings(service, db)?,
            views::past_meetings(service, db, MOST_PAST)?,
        ))
    })?;
    let until = coming.iter().fold(Until::midnight(now), |until, view| {
        until.counting_down_to(view.deadline.at)
    });
    let mut open = Vec::new();
    let mut closed = Vec::new();
    let mut over = Vec::new();
    for view in &coming {
        let meeting = MeetingWords::new(view, now);
        if meeting.is_open() {
            open.push((view.deadline.at, meeting));
        } else if meeting.is_past() {
            over.push(meeting);
        } else {
            closed.push(meeting);
        }
    }
    open.sort_by_key(|(deadline, _)| *deadline);
    over.extend(past.iter().map(|view| MeetingWords::new(view, now)));
    let template = Meetings {
        page: Page::public(&state.site, "Meetings").at("/meetings"),
        open: open.into_iter().map(|(_, meeting)| meeting).collect(),
        closed,
        past: over,
    };
    Rendered::page(&template, until)
}

/// An agenda item as residents see it.
struct Item {
    title: String,
    minute_number: String,
    /// Why it can't be asked about; empty where it can.
    why_not: String,
}

impl Item {
    fn new(item: &AgendaItem, names: &RuleNames) -> Self {
        Self {
            title: item.title.clone(),
            minute_number: item.minute_number.clone().unwrap_or_default(),
            why_not: item.not_for_questions().map_or_else(String::new, |why| {
                format!(
                    "You cannot ask about this item because {} ({}).",
                    why.words(),
                    names.cite(why.clause())
                )
            }),
        }
    }
}

impl Show {
    /// How many accepted questions were not put, in a sentence; empty where none was left.
    fn not_put(&self) -> String {
        match self.published.not_put {
            0 => String::new(),
            1 => "1 question was not asked at the meeting. We do not publish it.".to_owned(),
            count => {
                format!("{count} questions were not asked at the meeting. We do not publish them.")
            }
        }
    }
}

#[derive(Template)]
#[template(path = "public/meeting.html")]
struct Show {
    page: Page,
    crumbs: Vec<Crumb>,
    meeting: MeetingWords,
    rows: Vec<SummaryRow>,
    agenda_published: bool,
    items: Vec<Item>,
    held: bool,
    published: PublishedAt,
    /// What is said where none was asked: the board's nil return only where none was received (reading 22).
    nil: String,
    next: Option<MeetingWords>,
    /// The public screen, on the day; empty otherwise.
    screen: String,
}

async fn show(
    request: HttpRequest,
    state: web::Data<AppState>,
    id: web::Path<MeetingId>,
) -> Answer {
    let id = id.into_inner();
    page_cache::answer(&request, &state, Key::Meeting(id), move |state| {
        render_meeting(state, id)
    })
    .await
}

fn render_meeting(state: &AppState, id: MeetingId) -> Result<Rendered, ServiceError> {
    let service = &state.service;
    let now = service.now();
    let (view, published, received, next, question_time) = service.store.read(|db| {
        let view = views::meeting(service, db, id)?;
        // nothing was put at a meeting that was not held
        let published = match view.meeting().status {
            MeetingStatus::Held => views::published_at(db, id)?,
            MeetingStatus::Scheduled | MeetingStatus::Cancelled => PublishedAt::default(),
        };
        let received = questions::count_by_status(db, id)?
            .iter()
            .any(|(status, _)| *status != Status::Disowned);
        let next = views::next_meeting_of_board(service, db, view.meeting())?;
        let question_time = question_time::state(service, db, &view)?;
        Ok::<_, ServiceError>((view, published, received, next, question_time))
    })?;
    let mut until = Until::midnight(now).counting_down_to(view.deadline.at);
    if let Some(next) = &next {
        until = until.counting_down_to(next.deadline.at);
    }
    let names = &service.settings.council.rule;
    let meeting = MeetingWords::new(&view, now);
    let title = meeting.name();
    let mut rows = vec![
        SummaryRow::new("Date", meeting.date.clone()),
        SummaryRow::new("Starts", meeting.starts.clone()),
        SummaryRow::new("Place", meeting.venue.clone()),
    ];
    if let Some(ended) = view.record.ended {
        rows.push(SummaryRow::new("Ended", local_time::clock_time(ended)));
    }
    let template = Show {
        screen: if live::screen::is_on(view.meeting(), &question_time, now) {
            live::screen::address(id)
        } else {
            String::new()
        },
        page: Page::public(&state.site, title.clone()).within("/meetings"),
        crumbs: vec![Crumb::new("Meetings", "/meetings"), Crumb::here(title)],
        rows,
        agenda_published: view.meeting().agenda_published,
        items: view
            .published_agenda()
            .iter()
            .map(|item| Item::new(item, names))
            .collect(),
        held: view.meeting().status == MeetingStatus::Held,
        published,
        nil: if received {
            "No questions from the public were asked at this meeting.".to_owned()
        } else {
            view.board.nil_return().to_owned()
        },
        next: next.map(|next| MeetingWords::new(&next, now)),
        meeting,
    };
    Rendered::page(&template, until)
}
