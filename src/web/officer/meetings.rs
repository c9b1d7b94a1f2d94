//! `/staff/meetings`: list, add, change, move, cancel; a meeting's questions and the way to its papers and its question time.

use actix_web::web;
use askama::Template;
use chrono::NaiveDate;

use crate::{
    domain::{
        id::{BoardId, MeetingId, QuestionId},
        local_time,
        meeting::{MeetingStatus, Stage},
    },
    service::{
        FieldError, ServiceError,
        desk::{self, MeetingOnDesk},
        dossier, meetings as acts,
        meetings::Particulars,
        permission,
        views::{self, MeetingView},
    },
    store::{
        calendar::{self, DeadlineChange},
        meetings as stored,
        staff::Role,
    },
    web::{
        Answer, Failure, Fields, Form, FormState, Staff,
        components::{Choice, SummaryRow},
        officer::{
            agenda::{self, ItemRow},
            changed::{self, Again, Changed},
            dates,
            decide::version,
            desk::sentence,
            question::colour,
            told,
        },
        page::Page,
        pages,
    },
};

#[derive(Template)]
#[template(path = "officer/meetings.html")]
struct MeetingsPage {
    page: Page,
    officer: bool,
    coming: Vec<Row>,
    past: Vec<Row>,
}

struct Row {
    href: String,
    board: String,
    when: String,
    deadline: String,
    provisional: bool,
    status: &'static str,
    colour: &'static str,
    counts: String,
}

fn row(on_desk: &MeetingOnDesk, today: NaiveDate) -> Row {
    let view = &on_desk.view;
    let (status, colour) = status_words(view.meeting().stage(today));
    Row {
        href: format!("/staff/meetings/{}", view.meeting().id),
        board: view.short_board.clone(),
        when: local_time::time_on_day(view.starts_at()),
        deadline: view.deadline.in_words(),
        provisional: view.deadline.provisional,
        status,
        colour,
        counts: format!(
            "{} approved, {} to decide",
            on_desk.approved, on_desk.waiting
        ),
    }
}

fn status_words(stage: Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Coming | Stage::Today => ("Scheduled", "blue"),
        Stage::Unclosed => ("Not closed", "red"),
        Stage::Cancelled => ("Cancelled", "red"),
        Stage::Held => ("Held", "green"),
    }
}

/// The coming meetings and those of late, of the boards that whoever looks may run.
pub async fn list(staff: Staff) -> Answer {
    let member = staff.member().clone();
    let officer = member.is_proper_officer();
    if !officer && !member.holds_anywhere(Role::Chair) {
        return Err(ServiceError::Forbidden(
            "Only the Committee Services Manager and the chairs can see the meetings here.",
        )
        .into());
    }
    let (coming, past) = staff
        .run(move |service| {
            service.store.read(|db| {
                let mut lists = Vec::new();
                for mut found in [
                    views::coming_meetings(service, db)?,
                    views::past_meetings(service, db, 60)?,
                ] {
                    found.retain(|view| member.may_run(view.board.id));
                    lists.push(desk::on_desk(db, found)?);
                }
                let past = lists.pop().unwrap_or_default();
                Ok::<_, ServiceError>((lists.pop().unwrap_or_default(), past))
            })
        })
        .await?;
    let today = local_time::london_date(staff.service().now());
    pages::page(&MeetingsPage {
        page: staff.page("Meetings").at("/staff/meetings"),
        officer,
        coming: coming.iter().map(|found| row(found, today)).collect(),
        past: past.iter().map(|found| row(found, today)).collect(),
    })
}

/// Questions on one page.
const ON_A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "officer/meeting.html")]
struct MeetingPage {
    page: Page,
    officer: bool,
    done: &'static str,
    form: FormState,
    id: MeetingId,
    version: i32,
    status: &'static str,
    colour: &'static str,
    scheduled: bool,
    cancelled: bool,
    published: bool,
    facts: Vec<SummaryRow>,
    reckoning: Vec<String>,
    /// How many questions came in all.
    count: i64,
    questions: Vec<QuestionRow>,
    /// The first page of questions, where this is another; and the next, where there is one.
    first: String,
    next: String,
    items: Vec<ItemRow>,
    parts: Vec<Choice>,
    kinds: Vec<Choice>,
}

struct QuestionRow {
    href: String,
    reference: String,
    name: String,
    /// How the name is published, where that is different.
    published: String,
    status: String,
    colour: &'static str,
    received: String,
    minutes: bool,
}

/// A meeting.
pub async fn show(
    staff: Staff,
    id: web::Path<MeetingId>,
    query: web::Query<Vec<(String, String)>>,
) -> Answer {
    let done = query
        .iter()
        .find(|(name, _)| name == "done")
        .map_or("", |(_, done)| match done.as_str() {
            "added" => "Meeting added",
            "changed" => "Meeting changed",
            "told" => "Meeting changed. Everyone who needs to know is being told.",
            "cancelled" => {
                "The meeting is cancelled. Everybody with a question is told, and each gets a written response."
            }
            "published" => "The agenda is out. A question now names an item.",
            "agenda" => "The agenda is changed.",
            _ => "",
        });
    let after = query
        .iter()
        .find(|(name, _)| name == "after")
        .and_then(|(_, last)| last.parse().ok());
    page_of(&staff, *id, FormState::blank(), done, after).await
}

/// The page of a meeting, with a form on it as it was typed.
///
/// # Errors
/// Those of the service.
pub async fn page_of(
    staff: &Staff,
    id: MeetingId,
    form: FormState,
    done: &'static str,
    after: Option<QuestionId>,
) -> Answer {
    let acting = staff.acting();
    let (found, moved) = staff
        .run(move |service| {
            let found = desk::meeting(service, &acting, id, after, ON_A_PAGE)?;
            let moved = service
                .store
                .read(|db| calendar::deadline_changes_of(db, id))?;
            Ok((found, moved))
        })
        .await?;
    let desk::MeetingPage {
        view,
        questions,
        count,
        next,
    } = found;
    let page = format!("/staff/meetings/{id}");
    let meeting = view.meeting();
    let (status, status_colour) = status_words(view.stage(staff.service().now()));
    let wrong = form.has_errors();
    let template = MeetingPage {
        page: staff
            .page(dossier::meeting_words(&view))
            .within("/staff/meetings")
            .with_errors(wrong),
        officer: staff.member().is_proper_officer(),
        done,
        id,
        version: meeting.version,
        status,
        colour: status_colour,
        scheduled: meeting.status == MeetingStatus::Scheduled,
        cancelled: meeting.status == MeetingStatus::Cancelled,
        published: meeting.agenda_published,
        facts: facts(&view, &moved, staff.service().now()),
        reckoning: view.deadline.reckoning(),
        count,
        next: next.map_or_else(String::new, |last| format!("{page}?after={last}#questions")),
        first: if after.is_some() {
            format!("{page}#questions")
        } else {
            String::new()
        },
        questions: questions
            .iter()
            .map(|desk::Listed { question, name, .. }| QuestionRow {
                published: Some(&question.published_name)
                    .filter(|published| *published != name)
                    .cloned()
                    .unwrap_or_default(),
                href: format!("/staff/questions/{}", question.id),
                reference: question.reference.to_string(),
                name: name.clone(),
                status: sentence(question.status.words()),
                colour: colour(question.status),
                received: local_time::exact_moment(question.received_at),
                minutes: question.put_on.is_some(),
            })
            .collect(),
        items: agenda::rows(&view.agenda),
        parts: agenda::part_choices(),
        kinds: agenda::kind_choices(),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

fn facts(
    view: &MeetingView,
    moved: &[DeadlineChange],
    now: chrono::DateTime<chrono::Utc>,
) -> Vec<SummaryRow> {
    let meeting = view.meeting();
    let left = local_time::time_left(now, view.starts_at())
        .map(|left| format!(" ({left})"))
        .unwrap_or_default();
    let mut rows = vec![
        SummaryRow::new("Board", view.board.name.clone()),
        SummaryRow::new(
            "When",
            format!("{}{left}", local_time::time_on_day(view.starts_at())),
        ),
        SummaryRow::new("Where", meeting.venue.clone()),
        SummaryRow::new(
            "Deadline",
            format!(
                "{}{}",
                view.deadline.in_words(),
                if view.deadline.provisional {
                    ". Provisional: the calendar does not reach so far"
                } else {
                    ""
                }
            ),
        ),
        SummaryRow::new(
            "Agenda",
            if meeting.agenda_published {
                "Published: a question names an item"
            } else {
                "Not published: a question says which matter it is about"
            },
        ),
    ];
    for change in moved {
        rows.push(SummaryRow::new(
            "Deadline moved",
            format!(
                "{}: it was {} and became {}. {}",
                local_time::day_at_time(change.changed_at),
                local_time::time_on_day(change.old),
                local_time::time_on_day(change.new),
                change.reason
            ),
        ));
    }
    if let Some(from) = view.record.moved_from {
        rows.push(SummaryRow::new("Moved from", local_time::long_date(from)));
    }
    if let Some(ended) = view.record.ended {
        rows.push(SummaryRow::new("Ended", local_time::clock_time(ended)));
    }
    rows
}

#[derive(Template)]
#[template(path = "officer/meeting_form.html")]
struct MeetingFormPage {
    page: Page,
    form: FormState,
    action: String,
    back: String,
    boards: Vec<Choice>,
    published: Vec<Choice>,
    version: String,
    button: &'static str,
    changes: bool,
    /// Whether the time at which it ended can be known.
    ends: bool,
}

fn published_choice(form: &FormState) -> Vec<Choice> {
    vec![
        Choice::new("yes", "The agenda is published")
            .hint("A question then names one of its items")
            .checked(form.is("agenda_published", "yes")),
    ]
}

async fn new_page(staff: &Staff, form: FormState) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let boards = staff
        .run(|service| Ok(service.store.read(stored::boards)?))
        .await?;
    let wrong = form.has_errors();
    let template = MeetingFormPage {
        page: staff
            .page("Add a meeting")
            .within("/staff/meetings")
            .with_errors(wrong),
        action: "/staff/meetings/new".to_owned(),
        back: "/staff/meetings".to_owned(),
        boards: boards
            .iter()
            .filter(|board| !board.retired)
            .map(|board| Choice::new(board.id.to_string(), board.name.clone()))
            .collect(),
        published: published_choice(&form),
        version: String::new(),
        button: "Add the meeting",
        changes: false,
        ends: false,
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

/// An empty form.
pub async fn blank(staff: Staff) -> Answer {
    new_page(&staff, FormState::blank().with("starts", "18:30")).await
}

/// Reads what was typed about a meeting.
fn particulars(fields: &Fields) -> Result<Particulars, Vec<FieldError>> {
    let mut problems = Vec::new();
    let date = dates::date(fields, "date", "date-day", "the date of the meeting")
        .map_err(|problem| problems.push(problem))
        .ok();
    let starts = dates::time(fields, "starts", "the time the meeting starts")
        .map_err(|problem| problems.push(problem))
        .ok();
    if fields.value("venue").trim().is_empty() {
        problems.push(FieldError::new(
            "venue",
            "empty",
            "Enter where the meeting is held",
        ));
    }
    let ended = if fields.value("ended").trim().is_empty() {
        None
    } else {
        dates::time(fields, "ended", "the time the meeting ended")
            .map_err(|problem| problems.push(problem))
            .ok()
    };
    match (date, starts) {
        (Some(date), Some(starts)) if problems.is_empty() => Ok(Particulars {
            date,
            starts,
            venue: fields.value("venue").to_owned(),
            agenda_published: fields.value("agenda_published") == "yes",
            ended,
        }),
        _ => Err(problems),
    }
}

/// The controls at which the service's findings are shown.
fn shown(problems: Vec<FieldError>) -> impl Iterator<Item = FieldError> {
    problems.into_iter().map(|problem| FieldError {
        field: match problem.field {
            "date" => "date-day",
            other => other,
        },
        ..problem
    })
}

/// Adds a meeting.
pub async fn add(staff: Staff, form: Form) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let board: Option<BoardId> = form.fields.value("board").parse().ok();
    let mut problems = Vec::new();
    if board.is_none() {
        problems.push(FieldError::new("board", "choice", "Select the board"));
    }
    let read = particulars(&form.fields).map_err(|found| problems.extend(found));
    let (Some(board), Ok(particulars), true) = (board, read, problems.is_empty()) else {
        return new_page(&staff, form.state().refused(problems)).await;
    };
    let acting = staff.acting();
    let confirmed = form.fields.value("step") == "confirm";
    let added = staff
        .run(move |service| {
            if !confirmed {
                let doubts = service
                    .store
                    .read(|db| acts::doubts(service, db, board, particulars.date, None))?;
                if !doubts.is_empty() {
                    return Ok(Err(doubts));
                }
            }
            acts::schedule(service, &acting, board, &particulars).map(Ok)
        })
        .await;
    match added {
        Ok(Err(doubts)) => {
            let mut fields = form.fields.to_keep();
            fields.retain(|(name, _)| name != "step");
            pages::page(&ConfirmPage {
                page: staff
                    .page("Add this meeting anyway?")
                    .within("/staff/meetings"),
                lines: doubts,
                changes: Vec::new(),
                told: Vec::new(),
                action: "/staff/meetings/new".to_owned(),
                back: "/staff/meetings".to_owned(),
                button: "Add the meeting anyway".to_owned(),
                fields,
            })
        }
        Ok(Ok(view)) => Ok(pages::see_other(&format!(
            "/staff/meetings/{}?done=added",
            view.meeting().id
        ))),
        Err(ServiceError::Invalid(problems)) => {
            new_page(&staff, form.state().refused(shown(problems))).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn view_of(staff: &Staff, id: MeetingId) -> Result<MeetingView, Failure> {
    let acting = staff.acting();
    Ok(staff
        .run(move |service| {
            permission::proper_officer(&acting)?;
            service.store.read(|db| views::meeting(service, db, id))
        })
        .await?)
}

/// The form with what is known of a meeting.
fn filled(view: &MeetingView) -> FormState {
    let meeting = view.meeting();
    let form = dates::with_date(FormState::blank(), "date", meeting.date)
        .with("starts", dates::shown(meeting.starts))
        .with("venue", meeting.venue.clone())
        .with(
            "ended",
            view.record.ended.map(dates::shown).unwrap_or_default(),
        )
        .with("version", meeting.version.to_string());
    if meeting.agenda_published {
        form.with("agenda_published", "yes")
    } else {
        form
    }
}

fn edit_page(staff: &Staff, view: &MeetingView, form: FormState) -> Answer {
    let href = format!("/staff/meetings/{}", view.meeting().id);
    let wrong = form.has_errors();
    let template = MeetingFormPage {
        page: staff
            .page(format!("Change or move {}", dossier::meeting_words(view)))
            .within("/staff/meetings")
            .with_errors(wrong),
        action: format!("{href}/edit"),
        back: href,
        boards: Vec::new(),
        published: published_choice(&form),
        version: form.value("version").to_owned(),
        button: "Continue",
        changes: true,
        ends: view.meeting().date <= local_time::london_date(staff.service().now()),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

/// What can be changed.
pub async fn edit(staff: Staff, id: web::Path<MeetingId>) -> Answer {
    let view = view_of(&staff, *id).await?;
    if view.meeting().status == MeetingStatus::Cancelled {
        return Err(ServiceError::Conflict(
            "The meeting has been cancelled, so it cannot be changed or moved.".to_owned(),
        )
        .into());
    }
    let form = filled(&view);
    edit_page(&staff, &view, form)
}

#[derive(Template)]
#[template(path = "officer/meeting_confirm.html")]
struct ConfirmPage {
    page: Page,
    lines: Vec<String>,
    changes: Vec<told::ChangeRow>,
    told: Vec<told::Told>,
    action: String,
    back: String,
    button: String,
    fields: Vec<(String, String)>,
}

fn people(number: usize) -> String {
    match number {
        0 => "Nobody has a question there, so nobody is told.".to_owned(),
        1 => "1 person has a question there and will be told.".to_owned(),
        more => format!("{more} people have questions there and will be told."),
    }
}

/// Changes a meeting; where it moves, only after the officer has seen what follows.
pub async fn change(staff: Staff, id: web::Path<MeetingId>, form: Form) -> Answer {
    let id = id.into_inner();
    let seen = version(&form.fields);
    let particulars = match particulars(&form.fields) {
        Ok(particulars) => particulars,
        Err(problems) => {
            let view = view_of(&staff, id).await?;
            return edit_page(&staff, &view, form.state().refused(problems));
        }
    };
    if form.fields.value("step") == "change" {
        let view = view_of(&staff, id).await?;
        return edit_page(&staff, &view, form.state());
    }
    let confirmed = form.fields.value("step") == "confirm";
    let acting = staff.acting();
    let asked = particulars.clone();
    let result = staff
        .run(move |service| {
            let foreseen = acts::foresee(service, &acting, id, &asked)?;
            if foreseen.was.meeting().version != seen {
                return Err(ServiceError::changed());
            }
            let doubts = if foreseen.was.meeting().date == asked.date {
                Vec::new()
            } else {
                let board = foreseen.was.board.id;
                service
                    .store
                    .read(|db| acts::doubts(service, db, board, asked.date, Some(id)))?
            };
            if foreseen.asks_first() && !confirmed {
                return Ok(Some((foreseen, doubts)));
            }
            acts::change(service, &acting, id, seen, &asked)?;
            Ok(None)
        })
        .await;
    let href = format!("/staff/meetings/{id}");
    match result {
        Ok(None) => {
            let done = if confirmed { "told" } else { "changed" };
            Ok(pages::see_other(&format!("{href}?done={done}")))
        }
        Ok(Some((foreseen, doubts))) => {
            let mut fields = form.fields.to_keep();
            fields.retain(|(name, _)| name != "step");
            let (title, button) = match (foreseen.moves, foreseen.plan.letters.is_empty()) {
                (true, true) => ("Move the meeting?", "Move the meeting"),
                (true, false) => ("Move the meeting?", "Move the meeting and send the letters"),
                (false, _) => (
                    "Change the meeting?",
                    "Change the meeting and send the letters",
                ),
            };
            let mut lines = vec![format!(
                "{}, {}.",
                foreseen.was.board.name,
                local_time::time_on_day(foreseen.was.starts_at())
            )];
            if foreseen.moves {
                lines.push("Its questions go with it.".to_owned());
            }
            lines.extend(doubts);
            pages::page(&ConfirmPage {
                page: staff.page(title).within("/staff/meetings"),
                lines,
                changes: told::changes(&foreseen.plan),
                told: told::told(staff.service(), &foreseen.plan)?,
                action: format!("{href}/edit"),
                back: href,
                button: button.to_owned(),
                fields,
            })
        }
        Err(ServiceError::Invalid(problems)) => {
            let view = view_of(&staff, id).await?;
            edit_page(&staff, &view, form.state().refused(shown(problems)))
        }
        Err(ServiceError::Conflict(why)) => {
            overtaken(&staff, id, why, &form.fields, Some(format!("{href}/edit"))).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn overtaken(
    staff: &Staff,
    id: MeetingId,
    why: String,
    fields: &Fields,
    again: Option<String>,
) -> Answer {
    let view = view_of(staff, id).await?;
    let history = staff
        .run(move |service| {
            service
                .store
                .read(|db| dossier::history(db, &id.to_string()))
        })
        .await?;
    let seen = version(fields);
    let now = view.meeting();
    let fields: Fields = fields
        .to_keep()
        .into_iter()
        .filter(|(name, _)| name != "step")
        .collect();
    let again = again.filter(|_| now.version != seen).map(|action| {
        let fields: Fields = fields
            .to_keep()
            .into_iter()
            .chain([("step".to_owned(), "change".to_owned())])
            .collect();
        Again::new(action, "Go on with what you typed", &fields, now.version)
    });
    changed::page(
        staff,
        Changed {
            why,
            since: &dossier::since(&history, "version", seen),
            stands: format!(
                "The meeting is now on {} at {}, and {}.",
                local_time::time_on_day(view.starts_at()),
                now.venue,
                status_words(view.stage(staff.service().now()))
                    .0
                    .to_lowercase()
            ),
            href: format!("/staff/meetings/{id}"),
            again,
        },
        &fields,
    )
}

/// Asks before a meeting is cancelled.
pub async fn ask_cancel(staff: Staff, id: web::Path<MeetingId>) -> Answer {
    let id = id.into_inner();
    let view = view_of(&staff, id).await?;
    let count = staff
        .run(move |service| service.store.read(|db| acts::live(db, id)))
        .await?;
    let href = format!("/staff/meetings/{id}");
    pages::page(&ConfirmPage {
        page: staff
            .page("Cancel the meeting?")
            .within("/staff/meetings"),
        lines: vec![
            format!(
                "{}, {}.",
                view.board.name,
                local_time::time_on_day(view.starts_at())
            ),
            people(count),
            "Each question becomes a written response owed. If there is a new date, move the meeting instead: its questions then go with it.".to_owned(),
        ],
        changes: Vec::new(),
        told: Vec::new(),
        action: format!("{href}/cancel"),
        back: href,
        button: "Cancel the meeting".to_owned(),
        fields: vec![("version".to_owned(), view.meeting().version.to_string())],
    })
}

/// Cancels a meeting.
pub async fn cancel(staff: Staff, id: web::Path<MeetingId>, form: Form) -> Answer {
    let id = id.into_inner();
    let seen = version(&form.fields);
    let acting = staff.acting();
    let result = staff
        .run(move |service| acts::cancel(service, &acting, id, seen).map(drop))
        .await;
    match result {
        Ok(()) => Ok(pages::see_other(&format!(
            "/staff/meetings/{id}?done=cancelled"
        ))),
        Err(ServiceError::Conflict(why)) => overtaken(&staff, id, why, &form.fields, None).await,
        Err(other) => Err(other.into()),
    }
}

/// Publishes the agenda.
pub async fn publish(staff: Staff, id: web::Path<MeetingId>, form: Form) -> Answer {
    let id = id.into_inner();
    let seen = version(&form.fields);
    let view = view_of(&staff, id).await?;
    let particulars = Particulars {
        date: view.meeting().date,
        starts: view.meeting().starts,
        venue: view.meeting().venue.clone(),
        agenda_published: true,
        ended: view.record.ended,
    };
    let acting = staff.acting();
    let result = staff
        .run(move |service| acts::change(service, &acting, id, seen, &particulars).map(drop))
        .await;
    match result {
        Ok(()) => Ok(pages::see_other(&format!(
            "/staff/meetings/{id}?done=published"
        ))),
        Err(ServiceError::Conflict(why)) => overtaken(&staff, id, why, &form.fields, None).await,
        Err(other) => Err(other.into()),
    }
}
