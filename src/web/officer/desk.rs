//! `/staff`: what waits for whoever is signed in, the most pressing first.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{id::QuestionId, local_time, meeting::MeetingStatus, refusal::Refusal},
    service::{
        desk::{self, Desk, Waiting},
        follow_up::Unclosed,
        letters_in_sight::LettersInSight,
    },
    store::staff::Role,
    web::{Answer, Staff, components::Choice, page::Page, pages},
};

/// How many of each of the shorter lists the desk shows.
const FEW: usize = 5;

/// Which page of what waits is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The last question of the page before.
    after: String,
}

#[derive(Template)]
#[template(path = "officer/desk.html")]
struct DeskPage {
    page: Page,
    officer: bool,
    responds: bool,
    runs: bool,
    administers: bool,
    responses_first: bool,
    unclosed: Vec<UnclosedRow>,
    waiting: Vec<Row>,
    waiting_count: usize,
    /// Whether this is the first page of what waits.
    is_first: bool,
    /// The first page, where this is another; and the next, where there is one.
    first: String,
    next: String,
    unassigned: usize,
    owed: Vec<OwedRow>,
    owed_in_all: usize,
    overdue: usize,
    letters: LettersInSight,
    delayed_letters: String,
    deadlines: Vec<String>,
    refused: Vec<RefusedRow>,
    meetings: Vec<MeetingRow>,
}

/// A question that waits.
struct Row {
    href: String,
    name: String,
    reference: String,
    matter: String,
    board: String,
    date: String,
    left: String,
    refused: String,
    markers: Vec<(String, &'static str)>,
}

/// A meeting that nobody closed.
struct UnclosedRow {
    href: String,
    says: String,
    until: String,
}

struct OwedRow {
    href: String,
    reference: String,
    name: String,
    due: String,
    overdue: bool,
    state: &'static str,
    owner: String,
}

struct RefusedRow {
    href: String,
    reference: String,
    name: String,
    board: String,
    date: String,
    why: String,
}

struct MeetingRow {
    href: String,
    board: String,
    date: String,
    left: String,
    deadline: String,
    counts: String,
    provisional: bool,
    cancelled: bool,
}

/// The desk.
pub async fn show(staff: Staff, asked: web::Query<Asked>) -> Answer {
    let acting = staff.acting();
    let after: Option<QuestionId> = asked.after.parse().ok();
    let desk = staff
        .run(move |service| desk::desk(service, &acting, after))
        .await?;
    let now = staff.service().now();
    let member = staff.member();
    let officer = member.is_proper_officer();
    let Desk {
        unclosed,
        unassigned,
        waiting,
        waiting_count,
        waiting_next,
        owed,
        owed_count,
        overdue_count,
        letters,
        deadline_changes,
        refused,
        meetings,
    } = desk;
    let row = |waiting: &Waiting| Row {
        href: format!("/staff/questions/{}", waiting.question.id),
        name: waiting.name.clone(),
        reference: waiting.question.reference.to_string(),
        matter: waiting.matter.clone(),
        board: waiting.board.clone(),
        date: local_time::long_date(waiting.date),
        left: local_time::time_left(now, waiting.starts_at)
            .unwrap_or_else(|| "meeting time has passed".to_owned()),
        refused: refusals_in_short(&waiting.question.refusals),
        markers: markers(waiting),
    };
    let page = DeskPage {
        page: staff.page("Your desk").at("/staff"),
        officer,
        responds: member.may_respond(),
        runs: officer || member.holds_anywhere(Role::Chair),
        administers: member.holds_anywhere(Role::Administrator),
        responses_first: member.may_respond() && !officer,
        unclosed: unclosed.iter().map(unclosed_row).collect(),
        unassigned,
        waiting: waiting.iter().map(row).collect(),
        waiting_count,
        is_first: after.is_none(),
        first: if after.is_some() {
            "/staff#waiting".to_owned()
        } else {
            String::new()
        },
        next: waiting_next.map_or_else(String::new, |last| format!("/staff?after={last}#waiting")),
        owed_in_all: owed_count,
        overdue: overdue_count,
        owed: owed
            .iter()
            .map(|owed| OwedRow {
                href: format!("/staff/responses/{}", owed.response.id),
                reference: owed.reference.to_string(),
                name: owed.name.clone(),
                due: local_time::long_date(owed.response.due_on),
                overdue: owed.overdue,
                state: owed.response.state.words(),
                owner: owed.owner.clone().unwrap_or_default(),
            })
            .collect(),
        delayed_letters: letters
            .delayed
            .as_ref()
            .map(|delayed| delayed.in_words(now))
            .unwrap_or_default(),
        letters,
        deadlines: deadline_changes
            .iter()
            .take(FEW)
            .map(|(change, board, date)| {
                format!(
                    "{board}, {}: the deadline was {} and is now {}.",
                    local_time::short_date(*date),
                    local_time::time_on_day(change.old),
                    local_time::time_on_day(change.new)
                )
            })
            .collect(),
        refused: refused
            .iter()
            .take(FEW)
            .map(|listed| RefusedRow {
                href: format!("/staff/questions/{}", listed.question.id),
                reference: listed.question.reference.to_string(),
                name: listed.name.clone(),
                board: listed.board.clone(),
                date: local_time::short_date(listed.date),
                why: refusals_in_short(&listed.question.refusals),
            })
            .collect(),
        meetings: meetings
            .iter()
            .map(|on_desk| {
                let view = &on_desk.view;
                MeetingRow {
                    href: format!("/staff/meetings/{}", view.meeting().id),
                    board: view.short_board.clone(),
                    date: local_time::long_date(view.meeting().date),
                    left: local_time::time_left(now, view.starts_at()).unwrap_or_default(),
                    deadline: view.deadline.in_words(),
                    counts: format!(
                        "{} approved, {} to decide",
                        on_desk.approved, on_desk.waiting
                    ),
                    provisional: view.deadline.provisional,
                    cancelled: view.meeting().status == MeetingStatus::Cancelled,
                }
            })
            .collect(),
    };
    pages::page(&page)
}

fn unclosed_row(unclosed: &Unclosed) -> UnclosedRow {
    let meeting = unclosed.view.meeting();
    let waits = match unclosed.questions {
        0 => "no questions".to_owned(),
        1 => "1 question waits".to_owned(),
        count => format!("{count} questions wait"),
    };
    UnclosedRow {
        href: format!("/staff/meetings/{}/question-time/record", meeting.id),
        says: format!(
            "Question time of {}, {}, was not closed: {waits}.",
            unclosed.view.short_board,
            local_time::short_date(meeting.date)
        ),
        until: local_time::long_date(unclosed.until),
    }
}

/// What marks a question that waits.
fn markers(waiting: &Waiting) -> Vec<(String, &'static str)> {
    let mut markers = Vec::new();
    if !waiting.question.refusals.is_empty() {
        markers.push(("Refused and kept".to_owned(), "grey"));
    }
    match &waiting.agenda_refusal {
        Some(Refusal::ItemNotForQuestions { .. }) => {
            markers.push(("About an item that takes no questions".to_owned(), "red"));
        }
        Some(_) => markers.push(("Agenda item needed".to_owned(), "yellow")),
        None => {}
    }
    if let Some(earlier) = &waiting.strong_match {
        markers.push((format!("Almost certainly the same as {earlier}"), "orange"));
    }
    if waiting.contested {
        markers.push(("Contested".to_owned(), "red"));
    } else if let Some(likeness) = waiting.likeness {
        markers.push((format!("Same person? {}", likeness.words()), "yellow"));
    }
    markers
}

/// Why the rule refused it, in a word or two for each reason.
pub fn refusals_in_short(refusals: &[crate::domain::refusal::Refusal]) -> String {
    use crate::domain::refusal::{Allowance, Refusal};
    refusals
        .iter()
        .map(|refusal| match refusal {
            Refusal::Late { .. } => "late",
            Refusal::SecondQuestion {
                by: Allowance::Person,
                ..
            } => "second question from one person",
            Refusal::SecondQuestion {
                by: Allowance::Organisation,
                ..
            } => "second question from one organisation",
            Refusal::NotResident => "not a resident",
            Refusal::OutsideBorough { .. } => "postcode outside the borough",
            Refusal::NotOnAgenda => "not on the agenda",
            Refusal::ItemNotForQuestions { .. } => "about an item that takes no questions",
            Refusal::MeetingNotTakingQuestions { .. } => "the meeting takes no questions",
            other => other.title(),
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// The statuses as options of a filter.
pub fn status_choices() -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "Any status")];
    choices.extend(
        crate::domain::status::Status::all()
            .iter()
            .map(|status| Choice::new(status.to_string(), sentence(status.words()))),
    );
    choices
}

/// Words with a capital at the front.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
