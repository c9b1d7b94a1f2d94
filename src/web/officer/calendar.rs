//! `/staff/calendar`: the days on which the council does not work, and the deadlines that hang on them (reading 3).

use askama::Template;
use chrono::{NaiveDate, TimeDelta};

use crate::{
    domain::{
        local_time,
        working_days::{NonWorkingDay, NonWorkingDayKind},
    },
    service::{
        FieldError, ServiceError,
        calendar::{self as acts, CalendarChange, WouldMove},
        dossier, permission, views,
    },
    store::{calendar as stored, staff::Role},
    web::{
        Answer, Fields, Form, FormState, Staff, components::Choice, officer::dates, page::Page,
        pages,
    },
};

/// How far back changes of deadlines are shown.
const LATELY: TimeDelta = TimeDelta::days(90);

#[derive(Template)]
#[template(path = "officer/calendar.html")]
struct CalendarPage {
    page: Page,
    form: FormState,
    officer: bool,
    done: &'static str,
    covered: String,
    configured: Vec<DayRow>,
    added: Vec<DayRow>,
    kinds: Vec<Choice>,
    moved: Vec<MovedRow>,
}

struct DayRow {
    iso: String,
    date: String,
    title: String,
    kind: &'static str,
}

struct MovedRow {
    meeting: String,
    old: String,
    new: String,
    reason: String,
    when: String,
}

fn kind_words(kind: NonWorkingDayKind) -> &'static str {
    match kind {
        NonWorkingDayKind::BankHoliday => "Bank holiday",
        NonWorkingDayKind::Closure => "Council closed",
    }
}

fn day_row(day: &NonWorkingDay) -> DayRow {
    DayRow {
        iso: day.date.to_string(),
        date: local_time::long_date(day.date),
        title: day.title.clone(),
        kind: kind_words(day.kind),
    }
}

/// The calendar.
pub async fn show(staff: Staff, query: actix_web::web::Query<Vec<(String, String)>>) -> Answer {
    let done = match query.iter().find(|(name, _)| name == "done") {
        Some((_, done)) if done == "added" => "The day is added.",
        Some((_, done)) if done == "removed" => "The day is taken out.",
        _ => "",
    };
    page_of(&staff, FormState::blank(), done).await
}

async fn page_of(staff: &Staff, form: FormState, done: &'static str) -> Answer {
    let member = staff.member();
    let officer = member.is_proper_officer();
    if !officer
        && !member.holds_anywhere(Role::Chair)
        && !member.holds_anywhere(Role::Administrator)
    {
        return Err(ServiceError::Forbidden(
            "Only the Committee Services Manager, the chairs and administrators can see the calendar here.",
        )
        .into());
    }
    let (added, moved) = staff
        .run(|service| {
            service.store.read(|db| {
                let mut moved = Vec::new();
                for change in stored::deadline_changes_since(db, service.now() - LATELY)? {
                    let view = views::meeting(service, db, change.meeting_id)?;
                    moved.push(MovedRow {
                        meeting: dossier::meeting_words(&view),
                        old: local_time::time_on_day(change.old),
                        new: local_time::time_on_day(change.new),
                        reason: change.reason,
                        when: local_time::day_at_time(change.changed_at),
                    });
                }
                Ok::<_, ServiceError>((stored::added_days(db)?, moved))
            })
        })
        .await?;
    let calendar = staff.service().settings.working_days().clone();
    let covered = calendar.covered_years();
    let today = local_time::london_date(staff.service().now());
    let wrong = form.has_errors();
    let template = CalendarPage {
        page: staff
            .page("Calendar")
            .at("/staff/calendar")
            .with_errors(wrong),
        officer,
        done,
        covered: format!(
            "The calendar of the configuration covers {} to {}. The deadline of a meeting after that is provisional.",
            covered.start(),
            covered.end()
        ),
        configured: calendar
            .listed()
            .filter(|day| day.date >= today)
            .map(day_row)
            .collect(),
        added: added.iter().map(day_row).collect(),
        kinds: vec![
            Choice::new("bank_holiday", "Bank holiday").hint("Proclaimed late, say"),
            Choice::new("closure", "Council closed"),
        ],
        moved,
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

#[derive(Template)]
#[template(path = "officer/calendar_confirm.html")]
struct ConfirmPage {
    page: Page,
    what: String,
    moves: Vec<String>,
    action: &'static str,
    button: &'static str,
    fields: Vec<(String, String)>,
}

fn moves(found: &[WouldMove]) -> Vec<String> {
    found
        .iter()
        .map(|would| {
            let told = match would.plan.letters.len() {
                0 => "nobody needs to be told".to_owned(),
                1 => "1 person is told".to_owned(),
                more => format!("{more} people are told"),
            };
            format!(
                "{}: the deadline is {} and would be {}; {told}.",
                dossier::meeting_words(&would.view),
                would.view.deadline.in_words(),
                would.deadline.in_words()
            )
        })
        .collect()
}

fn sends_letters(found: &[WouldMove]) -> bool {
    found.iter().any(|would| !would.plan.letters.is_empty())
}

fn day(fields: &Fields) -> Result<NonWorkingDay, Vec<FieldError>> {
    let mut problems = Vec::new();
    let date = dates::date(fields, "date", "date-day", "the day")
        .map_err(|problem| problems.push(problem))
        .ok();
    let title = fields.value("title").trim().to_owned();
    if title.is_empty() {
        problems.push(FieldError::new("title", "empty", "Enter what the day is"));
    }
    let kind = match fields.value("kind") {
        "bank_holiday" => Some(NonWorkingDayKind::BankHoliday),
        "closure" => Some(NonWorkingDayKind::Closure),
        _ => {
            problems.push(FieldError::new(
                "kind",
                "choice",
                "Select whether it is a bank holiday or a closure",
            ));
            None
        }
    };
    match (date, kind) {
        (Some(date), Some(kind)) if problems.is_empty() => Ok(NonWorkingDay { date, title, kind }),
        _ => Err(problems),
    }
}

/// Adds a day, after the officer has seen which deadlines move.
pub async fn add(staff: Staff, form: Form) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let day = match day(&form.fields) {
        Ok(day) => day,
        Err(problems) => return page_of(&staff, form.state().refused(problems), "").await,
    };
    let acting = staff.acting();
    let asked = day.clone();
    if form.fields.value("step") == "confirm" {
        let added = staff
            .run(move |service| acts::add_day(service, &acting, &asked))
            .await;
        return match added {
            Ok(_) => Ok(pages::see_other("/staff/calendar?done=added")),
            Err(ServiceError::Invalid(problems)) => {
                let problems = problems.into_iter().map(|problem| FieldError {
                    field: match problem.field {
                        "date" => "date-day",
                        other => other,
                    },
                    ..problem
                });
                page_of(&staff, form.state().refused(problems), "").await
            }
            Err(other) => Err(other.into()),
        };
    }
    if day.date < local_time::london_date(staff.service().now()) {
        let past = FieldError::new("date-day", "past", "The day must be today or in the future");
        return page_of(&staff, form.state().refused([past]), "").await;
    }
    let date = day.date;
    let (found, already) = staff
        .run(move |service| {
            let already = service
                .store
                .read(|db| service.working_days(db))?
                .why_not(date);
            let found = acts::foresee(service, &acting, &CalendarChange::Add(asked))?;
            Ok((found, already))
        })
        .await?;
    pages::page(&ConfirmPage {
        page: staff
            .page("Add this day to the calendar?")
            .within("/staff/calendar"),
        what: format!(
            "{}: {} ({}).{}",
            local_time::long_date(day.date),
            day.title,
            kind_words(day.kind).to_lowercase(),
            already.map_or_else(String::new, |why| format!(
                " The day is already not a working day ({why})."
            ))
        ),
        moves: moves(&found),
        action: "/staff/calendar",
        button: if sends_letters(&found) {
            "Add the day and send the letters"
        } else {
            "Add the day"
        },
        fields: kept(&form.fields),
    })
}

fn kept(fields: &Fields) -> Vec<(String, String)> {
    let mut fields = fields.to_keep();
    fields.retain(|(name, _)| name != "step");
    fields
}

/// Takes an added day out, after the officer has seen which deadlines move.
pub async fn remove(staff: Staff, form: Form) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let Ok(date) = form.fields.value("day").parse::<NaiveDate>() else {
        return Err(ServiceError::NotFound.into());
    };
    let acting = staff.acting();
    if form.fields.value("step") == "confirm" {
        staff
            .run(move |service| acts::remove_day(service, &acting, date))
            .await?;
        return Ok(pages::see_other("/staff/calendar?done=removed"));
    }
    let found = staff
        .run(move |service| acts::foresee(service, &acting, &CalendarChange::Remove(date)))
        .await?;
    pages::page(&ConfirmPage {
        page: staff
            .page("Take this day out of the calendar?")
            .within("/staff/calendar"),
        what: format!("{}.", local_time::long_date(date)),
        moves: moves(&found),
        action: "/staff/calendar/remove",
        button: if sends_letters(&found) {
            "Take the day out and send the letters"
        } else {
            "Take the day out"
        },
        fields: kept(&form.fields),
    })
}
