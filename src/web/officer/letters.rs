//! `/staff/letters`: letters that wait, could not be sent, or are to be printed and posted; and each letter as it was sent.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{id::LetterId, local_time, reference::Reference},
    mail::letters as words,
    service::{
        Service, ServiceError,
        actor::Acting,
        deliver_outbox::{OnTheDesk, Outgoing},
    },
    store::{
        letters::{AsSent, Filter, LetterState, Order},
        questions as stored,
    },
    web::{
        Answer, Failure, Form, FormState, Staff,
        components::{FieldProblem, SummaryRow},
        page::Page,
        pages,
        public::count,
    },
};

/// Most letters in each list.
const MOST: i64 = 200;

/// Sent letters on one page.
const ON_A_PAGE: i64 = 50;

/// A kind of letter in words.
pub fn kind_words(kind: &str) -> &'static str {
    match kind {
        "acknowledgement" => "Acknowledgement",
        "refused" => "Refusal by the rule",
        "admitted" => "Admitted after all",
        "approved" => "Approval",
        "replaced" => "Another question in its place",
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
        "next_meeting" => "Next meeting announced",
        "dealt_with" => "Dealt with under an agenda item",
        "not_put" => "Not put: questioner absent",
        "your_account" => "About their account, to a member of staff",
        "responses_given" => "Written responses given, to an officer",
        "responses_due" => "Written responses due, to an officer",
        "response_chased" => "Reminder of a written response, to an officer",
        "officer_responses_due" => "Written responses due, to the officers",
        "officer_meeting_not_closed" => "Meeting not closed, to the officers",
        "correction" => "Correction of the written response",
        "address_to_confirm" => "New address to be confirmed",
        "address_change_asked" => "Change of address asked for",
        "address_confirmed" => "Where letters go",
        "address_left" => "No more letters to this address",
        "new_link" => "New private link",
        "officer_contact_details" => "Contact details to look at, to the officers",
        "officer_new_question" => "New question, to the officers",
        "officer_questions_restored" => "Late questions in time, to the officers",
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
    /// How many letters are late, since when and why; empty where none is.
    delayed: String,
    failed: Vec<Row>,
    failed_in_all: i64,
    waiting: Vec<Row>,
    waiting_in_all: i64,
    to_print: Vec<Row>,
    to_print_in_all: i64,
}

struct Row {
    href: String,
    kind: &'static str,
    state: &'static str,
    colour: &'static str,
    reference: String,
    question: String,
    to: String,
    has_email: bool,
    when: String,
    settled: String,
    waiting_since: String,
    next: String,
    error: String,
    attempts: i32,
    /// Whether the meeting that it is about is near.
    urgent: bool,
}

/// The lists.
pub async fn list(staff: Staff) -> Answer {
    let acting = staff.acting();
    let (counts, failed, waiting, to_print) = staff
        .run(move |service| {
            let oldest = |state| {
                let filter = Filter {
                    states: vec![state],
                    question: None,
                };
                service.letters_page(&acting, &filter, Order::OldestFirst { after: None }, MOST)
            };
            Ok((
                service.letters_in_sight(&acting)?,
                oldest(LetterState::Failed)?,
                oldest(LetterState::Waiting)?,
                oldest(LetterState::ToPrint)?,
            ))
        })
        .await?;
    let rows = |letters: Vec<OnTheDesk>| {
        letters
            .into_iter()
            .map(|found| row(staff.service(), found))
            .collect()
    };
    pages::page(&LettersPage {
        page: staff.page("Letters").at("/staff/letters"),
        delayed: counts
            .delayed
            .map(|delayed| delayed.in_words(staff.service().now()))
            .unwrap_or_default(),
        failed: rows(failed),
        failed_in_all: counts.failed,
        waiting: rows(waiting),
        waiting_in_all: counts.waiting,
        to_print: rows(to_print),
        to_print_in_all: counts.to_print,
    })
}

fn row(service: &Service, found: OnTheDesk) -> Row {
    let letter = found.letter;
    Row {
        href: address(letter.id),
        kind: kind_words(&letter.kind),
        state: state_words(letter.state),
        colour: state_colour(letter.state),
        reference: found.reference.unwrap_or_default(),
        question: letter
            .question_id
            .map(|id| format!("/staff/questions/{id}"))
            .unwrap_or_default(),
        has_email: letter.recipient_email.is_some(),
        to: match letter.recipient_email {
            Some(email) => format!("{}, {email}", letter.recipient_name),
            None => letter.recipient_name,
        },
        when: local_time::day_at_time(letter.created_at),
        settled: letter
            .settled_at
            .map(local_time::day_at_time)
            .unwrap_or_default(),
        waiting_since: local_time::day_at_time(letter.waiting_since),
        next: local_time::day_at_time(letter.next_attempt_at),
        error: letter.last_error.unwrap_or_default(),
        attempts: letter.attempts,
        urgent: found.meeting_date.is_some_and(|date| service.is_near(date)),
    }
}

fn address(id: LetterId) -> String {
    format!("/staff/letters/{id}")
}

/// Which of the sent letters are listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SentQuery {
    question: String,
    before: String,
}

#[derive(Template)]
#[template(path = "officer/letters_sent.html")]
struct SentPage {
    page: Page,
    problems: Vec<FieldProblem>,
    reference: String,
    kept: String,
    rows: Vec<Row>,
    next: String,
    first: String,
}

impl SentPage {
    fn reference_error(&self) -> &str {
        self.problems
            .first()
            .map_or("", |problem| problem.message.as_str())
    }
}

/// The letters that have been sent or posted, latest first.
pub async fn sent(staff: Staff, query: web::Query<SentQuery>) -> Answer {
    let query = query.into_inner();
    let acting = staff.acting();
    let before: Option<LetterId> = query.before.parse().ok();
    let typed = query.question.trim().to_owned();
    let found = staff
        .run(move |service| {
            let mut filter = Filter {
                states: vec![
                    LetterState::Sent,
                    LetterState::Printed,
                    LetterState::Settled,
                ],
                question: None,
            };
            if !typed.is_empty() {
                let reference = Reference::parse(&typed).map_err(|malformed| {
                    ServiceError::field("question", malformed.code, malformed.message)
                })?;
                let question = service
                    .store
                    .read(|db| stored::by_reference(db, &reference).map_err(ServiceError::from));
                filter.question = Some(
                    match question {
                        Err(ServiceError::NotFound) => Err(ServiceError::field(
                            "question",
                            "unknown",
                            "There is no question with this reference",
                        )),
                        other => other,
                    }?
                    .id,
                );
            }
            service.letters_page(
                &acting,
                &filter,
                Order::LatestFirst { before },
                ON_A_PAGE + 1,
            )
        })
        .await;
    let mut problems = Vec::new();
    let mut found = match found {
        Ok(found) => found,
        Err(ServiceError::Invalid(errors)) => {
            problems.extend(
                errors
                    .into_iter()
                    .map(|error| FieldProblem::new(error.field, error.message)),
            );
            Vec::new()
        }
        Err(other) => return Err(other.into()),
    };
    let more = found.len() > usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
    found.truncate(usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX));
    let here = format!("/staff/letters/sent?question={}", query.question.trim());
    let next = match found.last() {
        Some(last) if more => format!("{here}&before={}", last.letter.id),
        _ => String::new(),
    };
    let wrong = !problems.is_empty();
    let days = staff
        .service()
        .settings
        .retention
        .delivered_letter
        .num_days();
    let template = SentPage {
        page: staff
            .page("Letters that have been sent or posted")
            .within("/staff/letters")
            .with_errors(wrong),
        problems,
        kept: count(u64::try_from(days).unwrap_or_default(), "day"),
        rows: found
            .into_iter()
            .map(|found| row(staff.service(), found))
            .collect(),
        next,
        first: if before.is_some() {
            here
        } else {
            String::new()
        },
        reference: query.question,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

#[derive(Template)]
#[template(path = "officer/letter.html")]
struct LetterPage {
    page: Page,
    form: FormState,
    /// Not `id`: a macro that is called around the form has an argument of that name.
    address: String,
    facts: Vec<SummaryRow>,
    /// Says how far the words below are those that the person has; empty where nothing needs saying.
    note: &'static str,
    as_sent: Option<AsSent>,
    html: String,
    may_resend: bool,
    may_print: bool,
    print_button: &'static str,
    may_come_back: bool,
}

/// One letter: as it was sent, or as a sheet to print.
pub async fn show(staff: Staff, id: web::Path<LetterId>) -> Answer {
    letter_page(&staff, *id, FormState::blank(), StatusCode::OK).await
}

async fn letter_page(staff: &Staff, id: LetterId, form: FormState, status: StatusCode) -> Answer {
    let acting = staff.acting();
    let (on_desk, outgoing) = staff
        .run(move |service| service.letter_on_the_desk(&acting, id))
        .await?;
    let html = words::printable(
        &staff.service().settings,
        &(&outgoing).into(),
        &on_desk.postal_address,
    )
    .map_err(broken)?;
    let letter = &on_desk.letter;
    let state = letter.state;
    let went_out = matches!(state, LetterState::Sent | LetterState::Printed);
    let as_sent = letter.as_sent.clone().filter(|_| went_out);
    let template = LetterPage {
        page: staff
            .page(kind_words(&letter.kind))
            .within("/staff/letters")
            .with_errors(form.has_errors()),
        form,
        address: address(id),
        facts: facts(&on_desk),
        note: match state {
            LetterState::Sent | LetterState::Printed if as_sent.is_none() => {
                "This letter went out before the service kept the words of each letter. It is written again here from what was recorded, as it would be sent today."
            }
            LetterState::Waiting => {
                "This letter has not been sent yet. This is what it says, without the private link."
            }
            LetterState::Settled => {
                "The service did not send this letter. This is what it would have said."
            }
            _ => "",
        },
        as_sent,
        html,
        may_resend: state == LetterState::Failed && letter.recipient_email.is_some(),
        may_print: matches!(state, LetterState::ToPrint | LetterState::Failed),
        print_button: if state == LetterState::ToPrint {
            "Printed and posted"
        } else {
            "I have posted it instead"
        },
        may_come_back: went_out,
    };
    pages::page_with(status, &template)
}

fn facts(on_desk: &OnTheDesk) -> Vec<SummaryRow> {
    let letter = &on_desk.letter;
    let mut rows = vec![
        SummaryRow::new("To", letter.recipient_name.clone()),
        SummaryRow::new(
            "Sent to",
            letter
                .recipient_email
                .clone()
                .unwrap_or_else(|| "No email address: by post".to_owned()),
        ),
        SummaryRow::new("Written", local_time::day_at_time(letter.created_at)),
        SummaryRow::new(
            "Status",
            match letter.settled_at {
                Some(at) => format!(
                    "{}, {}",
                    state_words(letter.state),
                    local_time::day_at_time(at)
                ),
                None => state_words(letter.state).to_owned(),
            },
        ),
    ];
    if let (Some(reference), Some(question)) = (&on_desk.reference, letter.question_id) {
        rows.insert(
            0,
            SummaryRow::new("Question", reference.clone()).action(
                format!("/staff/questions/{question}"),
                "See",
                "the question",
            ),
        );
    }
    if let (LetterState::Failed, Some(error)) = (letter.state, &letter.last_error) {
        rows.push(SummaryRow::new("What went wrong", error.clone()));
    }
    rows
}

fn broken(error: askama::Error) -> Failure {
    tracing::error!(%error, "a letter could not be written");
    Failure::Broken
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
    act(staff, *id, mark_printed).await
}

/// Notes that a letter was printed and posted, with the words that were on the paper.
///
/// # Errors
/// Those of the service.
pub fn mark_printed(service: &Service, acting: &Acting, id: LetterId) -> Result<(), ServiceError> {
    let (_, outgoing) = service.letter_on_the_desk(acting, id)?;
    let printed = on_paper(service, &outgoing)?;
    service.mark_printed(acting, id, &printed)
}

fn on_paper(service: &Service, outgoing: &Outgoing) -> Result<AsSent, ServiceError> {
    words::as_printed(&service.settings, &outgoing.into())
        .map_err(|error| ServiceError::Internal(error.to_string()))
}

/// Records that a letter which was sent or posted came back.
pub async fn came_back(staff: Staff, id: web::Path<LetterId>, form: Form) -> Answer {
    let (acting, id) = (staff.acting(), *id);
    let reason = form.fields.value("reason").to_owned();
    let result = staff
        .run(move |service| service.letter_came_back(&acting, id, &reason))
        .await;
    match result {
        Ok(()) => Ok(pages::see_other("/staff/letters#failed")),
        Err(ServiceError::Invalid(errors)) => {
            let form = form.state().refused(errors);
            letter_page(&staff, id, form, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}
