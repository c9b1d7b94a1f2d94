//! `/staff/questions`: every question, latest first, by meeting and status; and the way to one by its reference.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{codes::Code, id::QuestionId, local_time, reference::Reference, status::Status},
    service::{ServiceError, desk, permission, views},
    store::questions::{self as stored, Filter},
    web::{
        Answer, Staff,
        components::{Choice, FieldProblem},
        officer::{
            desk::{sentence, status_choices},
            question::colour,
        },
        page::Page,
        pages,
    },
};

/// Questions on one page.
const ON_A_PAGE: i64 = 50;

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    reference: String,
    meeting: String,
    status: String,
    before: String,
}

#[derive(Template)]
#[template(path = "officer/questions.html")]
struct QuestionsPage {
    page: Page,
    problems: Vec<FieldProblem>,
    asked: Asked,
    meetings: Vec<Choice>,
    statuses: Vec<Choice>,
    rows: Vec<Row>,
    next: String,
    first: String,
}

struct Row {
    href: String,
    reference: String,
    name: String,
    /// How it is published, where that is different.
    published: String,
    meeting: String,
    received: String,
    status: String,
    colour: &'static str,
}

impl QuestionsPage {
    fn reference_error(&self) -> &str {
        self.problems
            .first()
            .map_or("", |problem| problem.message.as_str())
    }
}

/// The list, or one question where a reference was searched for.
pub async fn list(staff: Staff, asked: web::Query<Asked>) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let asked = asked.into_inner();
    let mut problems = Vec::new();
    if !asked.reference.trim().is_empty() {
        match Reference::parse(&asked.reference) {
            Err(malformed) => problems.push(FieldProblem::new("reference", malformed.message)),
            Ok(reference) => {
                let found = staff
                    .run(move |service| {
                        service
                            .store
                            .read(|db| Ok(stored::by_reference(db, &reference)?.id))
                    })
                    .await;
                match found {
                    Ok(id) => return Ok(pages::see_other(&format!("/staff/questions/{id}"))),
                    Err(ServiceError::NotFound) => problems.push(FieldProblem::new(
                        "reference",
                        "There is no question with this reference",
                    )),
                    Err(other) => return Err(other.into()),
                }
            }
        }
    }
    let filter = Filter {
        meeting: asked.meeting.parse().ok(),
        statuses: Status::from_code(&asked.status).into_iter().collect(),
        published: false,
    };
    let before: Option<QuestionId> = asked.before.parse().ok();
    let acting = staff.acting();
    let (found, more, meetings) = staff
        .run(move |service| {
            let (found, more) = desk::questions(service, &acting, &filter, before, ON_A_PAGE)?;
            let meetings = service.store.read(|db| {
                let mut all = views::coming_meetings(service, db)?;
                all.extend(views::past_meetings(service, db, 40)?);
                Ok::<_, ServiceError>(all)
            })?;
            Ok((found, more, meetings))
        })
        .await?;
    let query = format!("meeting={}&status={}", asked.meeting, asked.status);
    let next = match found.last() {
        Some(last) if more => format!("/staff/questions?{query}&before={}", last.question.id),
        _ => String::new(),
    };
    let first = if before.is_some() {
        format!("/staff/questions?{query}")
    } else {
        String::new()
    };
    let mut choices = vec![Choice::new("", "Any meeting")];
    choices.extend(meetings.iter().map(|view| {
        Choice::new(
            view.meeting().id.to_string(),
            crate::service::dossier::meeting_words(view),
        )
    }));
    let wrong = !problems.is_empty();
    let template = QuestionsPage {
        page: staff
            .page("Questions")
            .at("/staff/questions")
            .with_errors(wrong),
        problems,
        asked,
        meetings: choices,
        statuses: status_choices(),
        rows: found
            .into_iter()
            .map(|listed| Row {
                href: format!("/staff/questions/{}", listed.question.id),
                reference: listed.question.reference.to_string(),
                published: Some(listed.question.published_name)
                    .filter(|published| *published != listed.name)
                    .unwrap_or_default(),
                name: listed.name,
                meeting: format!("{}, {}", listed.board, local_time::short_date(listed.date)),
                received: local_time::day_at_time(listed.question.received_at),
                status: sentence(listed.question.status.words()),
                colour: colour(listed.question.status),
            })
            .collect(),
        next,
        first,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}
