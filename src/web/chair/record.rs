//! Recording what happened to each question without the clocks, and closing with it: the chair took the questions by voice, or
//! the meeting is over and nobody closed it (reading 23).

use actix_web::{http::StatusCode, web};
use askama::Template;

use crate::{
    domain::{
        codes::Code,
        id::QuestionId,
        local_time,
        meeting::Stage,
        standing_order::question_time::{Noted, Outcome},
    },
    service::{
        ServiceError,
        chair_list::{ChairList, Listed},
        follow_up,
        question_time::{self, OnRecord},
    },
    web::{
        Answer, Fields, Form, Staff,
        chair::{
            HOME,
            question_time::{Notice, item_choices, look, meeting_id, names, render},
            screen, words,
        },
        components::{Choice, FieldProblem},
        page::Page,
        pages,
    },
};

/// The radio button for an agenda item; the others are the codes of [`Noted`].
const DEALT_WITH: &str = "dealt_with";

/// A question of which somebody says what happened.
struct Row {
    field: String,
    item_field: String,
    legend: String,
    text: String,
    choices: Vec<Choice>,
    chosen: String,
    item: String,
    error: String,
    item_error: String,
}

#[derive(Template)]
#[template(path = "chair/record.html")]
struct Record {
    page: Page,
    problems: Vec<FieldProblem>,
    base: String,
    action: String,
    board: String,
    when: String,
    unclosed: bool,
    until: String,
    seen: i32,
    rows: Vec<Row>,
    items: Vec<Choice>,
    recorded: Vec<String>,
    undecided: usize,
}

fn field(listed: &Listed) -> String {
    format!("happened-{}", listed.question.reference)
}

fn item_field(listed: &Listed) -> String {
    format!("item-{}", listed.question.reference)
}

fn label(noted: Noted) -> &'static str {
    match noted {
        Noted::Answered => "Asked and answered at the meeting",
        Noted::Promised => "Asked, and an answer in writing was promised",
        Noted::Absent => "The questioner was absent",
        Noted::NotReached => "Not reached",
    }
}

/// The questions of which it is still to be said what happened.
fn to_be_noted(list: &ChairList) -> impl Iterator<Item = &Listed> {
    list.listed
        .iter()
        .filter(|listed| question_time::is_to_be_noted(listed.entry.outcome))
}

/// What a form says of a question.
///
/// # Errors
/// The control that is wrong, and why.
fn read(fields: &Fields, listed: &Listed) -> Result<OnRecord, FieldProblem> {
    let (field, item_field) = (field(listed), item_field(listed));
    let chosen = fields.value(&field);
    if chosen == DEALT_WITH {
        return fields
            .value(&item_field)
            .parse()
            .map(OnRecord::DealtWith)
            .map_err(|_| {
                FieldProblem::new(
                    item_field,
                    format!(
                        "Select the agenda item under which {} was dealt with",
                        listed.question.reference
                    ),
                )
            });
    }
    Noted::from_code(chosen)
        .map(OnRecord::Noted)
        .ok_or_else(|| {
            FieldProblem::new(
                field,
                format!("Select what happened to {}", listed.question.reference),
            )
        })
}

fn row(listed: &Listed, fields: &Fields, problems: &[FieldProblem]) -> Row {
    let (field, item_field) = (field(listed), item_field(listed));
    let error = |id: &str| {
        problems
            .iter()
            .find(|problem| problem.field_id == id)
            .map_or_else(String::new, |problem| problem.message.clone())
    };
    let mut choices: Vec<Choice> = Noted::ALL
        .iter()
        .map(|noted| Choice::new(noted.code(), label(*noted)))
        .collect();
    choices.push(Choice::new(DEALT_WITH, "Dealt with under an agenda item"));
    let chosen = match (fields.value(&field), listed.entry.outcome) {
        ("", Outcome::PassedOver) => Noted::Absent.code(),
        (chosen, _) => chosen,
    };
    Row {
        legend: format!(
            "{} ({}), about {}",
            listed.room_name.short(),
            listed.question.reference,
            listed.matter
        ),
        text: listed.question.public_text.clone(),
        choices,
        chosen: chosen.to_owned(),
        item: fields.value(&item_field).to_owned(),
        error: error(&field),
        item_error: error(&item_field),
        field,
        item_field,
    }
}

async fn page(
    staff: &Staff,
    list: &ChairList,
    fields: &Fields,
    problems: Vec<FieldProblem>,
) -> Answer {
    let meeting = list.meeting.meeting();
    let id = meeting.id;
    let until = staff
        .run(move |service| {
            service
                .store
                .read(|db| follow_up::last_day(service, db, id))
        })
        .await?;
    let base = screen(id);
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let template = Record {
        page: staff
            .page("Record what happened and close")
            .within(HOME)
            .with_errors(!problems.is_empty()),
        action: format!("{base}/record"),
        base,
        board: list.meeting.board.name.clone(),
        when: local_time::time_on_day(list.meeting.starts_at()),
        unclosed: list.meeting.stage(list.now) == Stage::Unclosed,
        until: local_time::long_date(until),
        seen: list.state.revision,
        rows: to_be_noted(list)
            .map(|listed| row(listed, fields, &problems))
            .collect(),
        items: item_choices(list),
        recorded: list
            .listed
            .iter()
            .filter(|listed| !question_time::is_to_be_noted(listed.entry.outcome))
            .map(|listed| {
                format!(
                    "{} ({}): {}",
                    listed.room_name.short(),
                    listed.question.reference,
                    words::outcome(listed).0
                )
            })
            .collect(),
        undecided: list.undecided_count(),
        problems,
    };
    pages::page_with(status, &template)
}

/// Asks what happened to each question.
pub async fn show(staff: Staff, path: web::Path<String>) -> Answer {
    let id = meeting_id(&path)?;
    let list = look(&staff, id).await?;
    if !question_time::takes_notes(&list.meeting, list.now) {
        return Ok(pages::see_other(&screen(id)));
    }
    page(&staff, &list, &Fields::default(), Vec::new()).await
}

/// Records it and closes public question time.
pub async fn close(staff: Staff, path: web::Path<String>, form: Form) -> Answer {
    let id = meeting_id(&path)?;
    let list = look(&staff, id).await?;
    let mut happened: Vec<(QuestionId, OnRecord)> = Vec::new();
    let mut problems = Vec::new();
    for listed in to_be_noted(&list) {
        match read(&form.fields, listed) {
            Ok(what) => happened.push((listed.question.id, what)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return page(&staff, &list, &form.fields, problems).await;
    }
    let acting = staff.acting();
    let seen = form.fields.value("seen").parse().unwrap_or(-1);
    let done = staff
        .run(move |service| question_time::close_on_record(service, &acting, id, seen, &happened))
        .await;
    match done {
        Ok(_) => Ok(pages::see_other(&screen(id))),
        Err(
            error @ (ServiceError::Refused(_)
            | ServiceError::Conflict(_)
            | ServiceError::Invalid(_)),
        ) => {
            let list = look(&staff, id).await?;
            let (mut notice, status) = Notice::of(names(&staff), error, str::to_owned)?;
            notice.since(&staff, &list, seen).await?;
            render(&staff, &list, (notice, status), None)
        }
        Err(other) => Err(other.into()),
    }
}
