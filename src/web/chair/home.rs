//! The meetings of a chair's boards: today's first.

use askama::Template;

use crate::{
    domain::{local_time, meeting::MeetingStatus},
    service::chair_list::{self, ChairMeeting},
    web::{
        Answer, Staff,
        chair::{HOME, screen},
        page::Page,
        pages,
    },
};

/// A meeting in the list.
struct Row {
    board: String,
    when: String,
    venue: String,
    href: String,
    questions: String,
    undecided: usize,
    standing: &'static str,
    colour: &'static str,
}

#[derive(Template)]
#[template(path = "chair/home.html")]
struct Home {
    page: Page,
    today: Vec<Row>,
    coming: Vec<Row>,
    past: Vec<Row>,
}

fn row(listed: &ChairMeeting, is_past: bool) -> Row {
    let meeting = listed.meeting.meeting();
    let (standing, colour) = match meeting.status {
        MeetingStatus::Scheduled if is_past => ("Not closed", "red"),
        MeetingStatus::Scheduled => ("To be held", ""),
        MeetingStatus::Cancelled => ("Cancelled", "grey"),
        MeetingStatus::Held => ("Held", "green"),
    };
    Row {
        board: listed.meeting.board.name.clone(),
        when: local_time::time_on_day(listed.meeting.starts_at()),
        venue: meeting.venue.clone(),
        href: screen(meeting.id),
        questions: match listed.listed {
            0 => "No questions".to_owned(),
            1 => "1 question".to_owned(),
            count => format!("{count} questions"),
        },
        undecided: listed.undecided,
        standing,
        colour,
    }
}

/// The list.
pub async fn show(staff: Staff) -> Answer {
    let acting = staff.acting();
    let meetings = staff
        .run(move |service| chair_list::meetings(service, &acting))
        .await?;
    let rows = |found: &[ChairMeeting], is_past| -> Vec<Row> {
        found.iter().map(|meeting| row(meeting, is_past)).collect()
    };
    pages::page(&Home {
        page: staff.page("Question time").at(HOME),
        today: rows(&meetings.today, false),
        coming: rows(&meetings.coming, false),
        past: rows(&meetings.past, true),
    })
}
