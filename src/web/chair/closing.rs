//! Closing public question time: a page that says what follows, and the act.

use actix_web::web;
use askama::Template;

use crate::{
    domain::{
        local_time,
        meeting::{MeetingStatus, Stage},
        refusal::Clause,
        standing_order::{question_time::Event, written_response::Reason},
    },
    service::{ServiceError, chair_list::ChairList, question_time, views},
    web::{
        Answer, Form, Staff,
        chair::{
            HOME,
            question_time::{Notice, look, meeting_id, names, render},
            screen,
        },
        page::Page,
        pages,
    },
};

/// Somebody who will get a written response.
pub(super) struct Owed {
    /// The name by which they are called.
    pub name: String,
    /// What their question is called.
    pub reference: String,
    /// Why it is owed.
    pub why: &'static str,
}

#[derive(Template)]
#[template(path = "chair/close.html")]
struct Confirm {
    page: Page,
    base: String,
    action: String,
    board: String,
    when: String,
    nobody_came: bool,
    waiting: usize,
    owed: Owing,
    /// The citation of the clause by which they get it.
    clause: String,
    seen: i32,
}

/// Those who will get a written response: the first by name.
#[derive(Default)]
pub(super) struct Owing {
    /// Those who are named.
    pub people: Vec<Owed>,
    /// How many others there are, on whose questions nobody decided.
    pub more: usize,
}

impl Owing {
    /// Whether it is nobody.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.people.len() + self.more
    }

    /// "And 5 more, because …", empty where all are named.
    pub fn and_more(&self) -> String {
        and_more(self.more)
    }
}

/// "And 5 more, because …", of those on whose questions nobody decided; empty for none.
pub(super) fn and_more(count: usize) -> String {
    match count {
        0 => String::new(),
        count => format!(
            "And {count} more, because {}",
            Reason::NotDecided.about_questioner()
        ),
    }
}

/// "2 people will get a written response".
pub(super) fn how_many(owed: usize) -> String {
    match owed {
        0 => "Nobody will be owed a written response".to_owned(),
        1 => "1 person will get a written response".to_owned(),
        count => format!("{count} people will get a written response"),
    }
}

/// To whom closing now would make a written response owed.
pub(super) fn owing(list: &ChairList) -> Owing {
    let owed = &list.owed_on_closing;
    let undecided = owed
        .undecided
        .iter()
        .map(|question| (question, &Reason::NotDecided));
    Owing {
        people: owed
            .listed
            .iter()
            .map(|(question, reason)| (question, reason))
            .chain(undecided)
            .map(|(question, reason)| Owed {
                name: views::room_name(question, &list.meeting).to_string(),
                reference: question.reference.to_string(),
                why: reason.about_questioner(),
            })
            .collect(),
        more: owed.undecided_count.saturating_sub(owed.undecided.len()),
    }
}

/// Says what closing means.
pub async fn show(staff: Staff, path: web::Path<String>) -> Answer {
    let id = meeting_id(&path)?;
    let list = look(&staff, id).await?;
    if list.meeting.meeting().status != MeetingStatus::Scheduled {
        return Ok(pages::see_other(&screen(id)));
    }
    if question_time::is_too_early(&list.meeting, list.now) {
        return Ok(pages::see_other(&screen(id)));
    }
    if list.meeting.stage(list.now) == Stage::Unclosed {
        // nobody could say now what the clocks would have: each question is asked about
        return Ok(pages::see_other(&format!("{}/record", screen(id))));
    }
    if list.state.turn.is_some() {
        let notice = Notice::of(
            names(&staff),
            ServiceError::Conflict("Finish the present question first.".to_owned()),
            str::to_owned,
        )?;
        return render(&staff, &list, notice, None);
    }
    let base = screen(id);
    pages::page(&Confirm {
        page: staff.page("Close public question time").within(HOME),
        action: format!("{base}/close"),
        base,
        board: list.meeting.board.name.clone(),
        when: local_time::time_on_day(list.meeting.starts_at()),
        nobody_came: list.listed.is_empty(),
        waiting: list.state.waiting(),
        owed: owing(&list),
        clause: names(&staff).cite(Clause::Ix),
        seen: list.state.revision,
    })
}

/// Closes it.
pub async fn close(staff: Staff, path: web::Path<String>, form: Form) -> Answer {
    let id = meeting_id(&path)?;
    let acting = staff.acting();
    let seen = form.fields.value("seen").parse().unwrap_or(0);
    let done = staff
        .run(move |service| {
            question_time::act_on_seen(service, &acting, id, seen, |_| Ok(Event::Closed))
        })
        .await;
    match done {
        Ok(_) => Ok(pages::see_other(&screen(id))),
        Err(error @ (ServiceError::Refused(_) | ServiceError::Conflict(_))) => {
            let list = look(&staff, id).await?;
            let (mut notice, status) = Notice::of(names(&staff), error, str::to_owned)?;
            notice.since(&staff, &list, seen).await?;
            render(&staff, &list, (notice, status), None)
        }
        Err(other) => Err(other.into()),
    }
}
