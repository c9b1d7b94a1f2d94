//! `/staff/letters`: letters that could not be sent, and letters to print and post.

use actix_web::web;
use askama::Template;

use crate::{
    domain::{id::LetterId, local_time},
    mail::letters as words,
    service::{Service, ServiceError, actor::Acting, deliver_outbox::OnTheDesk},
    store::letters::LetterState,
    web::{Answer, Failure, Form, Staff, page::Page, pages},
};

/// Most letters in each list.
const MOST: i64 = 200;

/// A kind of letter in words.
pub fn kind_words(kind: &str) -> &'static str {
    match kind {
        "acknowledgement" => "Acknowledgement",
        "refused" => "Refusal by the rule",
        "admitted" => "Admitted after all",
        "approved" => "Approval",
        "rejected" => "Rejection",
        "reopened" => "Rejection taken back",
        "withdrawn" => "Withdrawal",
        "meeting_changed" => "Change of the meeting",
        "meeting_moved" => "Meeting moved",
        "meeting_cancelled" => "Meeting cancelled",
        "deadline_changed" => "Deadline changed",
        "response_owed" => "Written response to come",
        "holding_reply" => "Holding reply",
        "written_response" => "Written response",
        "correction" => "Correction of the written response",
        "officer_new_question" => "New question, to the officers",
        "officer_letter_failed" => "Letter failed, to the officers",
        _ => "Letter",
    }
}

/// Where a letter stands, in words.
pub fn state_words(state: LetterState) -> &'static str {
    match state {
        LetterState::Waiting => "Waiting to be sent",
        LetterState::Sent => "Sent",
        LetterState::Failed => "Failed",
        LetterState::ToPrint => "To print",
        LetterState::Printed => "Printed",
        LetterState::Settled => "Settled by hand",
    }
}

/// The colour of that.
pub fn state_colour(state: LetterState) -> &'static str {
    match state {
        LetterState::Waiting => "yellow",
        LetterState::Sent | LetterState::Printed => "green",
        LetterState::Failed => "red",
        LetterState::ToPrint => "orange",
        LetterState::Settled => "grey",
    }
}

#[derive(Template)]
#[template(path = "officer/letters.html")]
struct LettersPage {
    page: Page,
    failed: Vec<Row>,
    to_print: Vec<Row>,
}

struct Row {
    href: String,
    kind: &'static str,
    reference: String,
    question: String,
    to: String,
    when: String,
    error: String,
    attempts: i32,
}

/// The lists.
pub async fn list(staff: Staff) -> Answer {
    let acting = staff.acting();
    let (failed, to_print) = staff
        .run(move |service| {
            Ok((
                service.failed_letters(&acting, MOST)?,
                service.letters_to_print(&acting, MOST)?,
            ))
        })
        .await?;
    let rows = |letters: Vec<OnTheDesk>| letters.into_iter().map(row).collect();
    pages::page(&LettersPage {
        page: staff.page("Letters").at("/staff/letters"),
        failed: rows(failed),
        to_print: rows(to_print),
    })
}

fn row(found: OnTheDesk) -> Row {
    let letter = found.letter;
    Row {
        href: format!("/staff/letters/{}", letter.id),
        kind: kind_words(&letter.kind),
        reference: found.reference.unwrap_or_default(),
        question: letter
            .question_id
            .map(|id| format!("/staff/questions/{id}"))
            .unwrap_or_default(),
        to: match letter.recipient_email {
            Some(email) => format!("{}, {email}", letter.recipient_name),
            None => letter.recipient_name,
        },
        when: local_time::day_at_time(letter.created_at),
        error: letter.last_error.unwrap_or_default(),
        attempts: letter.attempts,
    }
}

#[derive(Template)]
#[template(path = "officer/letter.html")]
struct LetterPage {
    page: Page,
    id: LetterId,
    to_print: bool,
    failed: bool,
    html: String,
}

/// One letter as a sheet to print.
pub async fn show(staff: Staff, id: web::Path<LetterId>) -> Answer {
    let acting = staff.acting();
    let id = id.into_inner();
    let (on_desk, outgoing) = staff
        .run(move |service| service.letter_on_the_desk(&acting, id))
        .await?;
    let html = words::printable(
        &staff.service().settings,
        &(&outgoing).into(),
        &on_desk.postal_address,
    )
    .map_err(|error| {
        tracing::error!(%error, "a letter could not be written");
        Failure::Broken
    })?;
    pages::page(&LetterPage {
        page: staff
            .page(kind_words(&on_desk.letter.kind))
            .within("/staff/letters"),
        id,
        to_print: on_desk.letter.state == LetterState::ToPrint,
        failed: on_desk.letter.state == LetterState::Failed,
        html,
    })
}

async fn act(
    staff: Staff,
    id: LetterId,
    run: impl FnOnce(&Service, &Acting, LetterId) -> Result<(), ServiceError> + Send + 'static,
) -> Answer {
    let acting = staff.acting();
    staff.run(move |service| run(service, &acting, id)).await?;
    Ok(pages::see_other("/staff/letters"))
}

/// Sends a letter that failed once more.
pub async fn resend(staff: Staff, id: web::Path<LetterId>, _: Form) -> Answer {
    act(staff, *id, |service, acting, id| service.resend(acting, id)).await
}

/// Notes that a failure was dealt with in another way.
pub async fn settle(staff: Staff, id: web::Path<LetterId>, _: Form) -> Answer {
    act(staff, *id, |service, acting, id| {
        service.settle_by_hand(acting, id)
    })
    .await
}

/// Notes that a letter was printed and posted.
pub async fn printed(staff: Staff, id: web::Path<LetterId>, _: Form) -> Answer {
    act(staff, *id, |service, acting, id| {
        service.mark_printed(acting, id)
    })
    .await
}
