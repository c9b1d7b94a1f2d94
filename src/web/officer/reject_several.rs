//! Rejecting several questions at a meeting at once: choose them and the grounds, word the reason, see the letter, send.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{
    decide::{chosen, proposed},
    preview::{self, Preview},
    question,
};
use crate::{
    domain::{
        codes::Code, id::MeetingId, local_time, reference::Reference,
        standing_order::rejection::Ground,
    },
    service::{
        FieldError, ServiceError, permission,
        reject_question::Rejection,
        reject_several::{self, Candidate, Candidates, MAX_AT_ONCE, Seen},
    },
    web::{
        Answer, Fields, Form, FormState, Staff,
        components::{self, Choice},
        page::Page,
        pages,
    },
};

/// How many characters of a question are shown in the list.
const SHOWN: usize = 600;

#[derive(Template)]
#[template(path = "officer/reject_several.html")]
struct ChoosePage {
    page: Page,
    form: FormState,
    /// How many were rejected and left just now, in a sentence; empty otherwise.
    done: String,
    meeting: String,
    like: String,
    intro: String,
    questions: Vec<Row>,
    grounds: Vec<Choice>,
    href: String,
    back: String,
}

/// A question to choose.
struct Row {
    id: String,
    value: String,
    reference: String,
    matter: String,
    /// The beginning of its words.
    text: String,
    selected: bool,
}

#[derive(Template)]
#[template(path = "officer/reject_several_reason.html")]
struct ReasonPage {
    page: Page,
    form: FormState,
    count: String,
    same: bool,
    fields: Vec<(String, String)>,
    href: String,
}

#[derive(Template)]
#[template(path = "officer/reject_several_preview.html")]
struct PreviewPage {
    page: Page,
    letter: Preview,
    count: String,
    button: String,
    fields: Vec<(String, String)>,
    href: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    like: Option<String>,
    rejected: Option<u16>,
    left: Option<u16>,
}

fn address(meeting: MeetingId) -> String {
    format!("/staff/meetings/{meeting}/reject-several")
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 question".to_owned(),
        more => format!("{more} questions"),
    }
}

/// The questions that wait at a meeting, to choose from.
pub(super) async fn show(
    staff: Staff,
    id: web::Path<MeetingId>,
    query: web::Query<Query>,
) -> Answer {
    let form = FormState::blank().with("like", query.like.clone().unwrap_or_default());
    choose(&staff, *id, form, &[], done(&query)).await
}

/// What was done just now, in a sentence.
fn done(query: &Query) -> String {
    let rejected = usize::from(query.rejected.unwrap_or(0));
    let left = usize::from(query.left.unwrap_or(0));
    if rejected + left == 0 {
        return String::new();
    }
    let mut says = match rejected {
        0 => "No question was rejected.".to_owned(),
        1 => "1 question was rejected. Its letter will be sent.".to_owned(),
        more => format!("{more} questions were rejected. Their letters will be sent."),
    };
    if left > 0 {
        says.push_str(&format!(
            " {} changed after you opened the page, so nothing was done about {}.",
            counted(left),
            if left == 1 { "it" } else { "them" }
        ));
    }
    says
}

async fn choose(
    staff: &Staff,
    id: MeetingId,
    form: FormState,
    grounds: &[Ground],
    done: String,
) -> Answer {
    let like = Reference::parse(form.value("like")).ok();
    let acting = staff.acting();
    let found = staff
        .run(move |service| reject_several::candidates(service, &acting, id, like.as_ref()))
        .await?;
    let officer = permission::proper_officer(&staff.acting()).is_ok();
    let wording = staff.service().wording(found.meeting.meeting());
    let mut offered = question::ground_choices(&wording, grounds, officer);
    offered.retain(|choice| choice.value != Ground::AlreadyAsked.code());
    let wrong = form.has_errors();
    let template = ChoosePage {
        page: staff
            .page("Reject several questions")
            .within("/staff/questions")
            .with_errors(wrong),
        done,
        meeting: format!(
            "{}, {}",
            found.meeting.board.name,
            local_time::time_on_day(found.meeting.starts_at())
        ),
        like: found
            .like
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        intro: intro(&found),
        questions: found
            .list
            .iter()
            .enumerate()
            .map(|(index, candidate)| row(index, candidate, &form, found.like.as_ref()))
            .collect(),
        grounds: offered,
        href: address(id),
        back: format!("/staff/meetings/{id}"),
        form,
    };
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    pages::page_with(status, &template)
}

fn intro(found: &Candidates) -> String {
    let waiting = match found.waiting {
        0 => return "No questions to this meeting are waiting for a decision.".to_owned(),
        1 => "1 question to this meeting is waiting for a decision.".to_owned(),
        more => format!("{more} questions to this meeting are waiting for a decision."),
    };
    match &found.like {
        Some(like) => format!(
            "{waiting} Those most like {like} are shown first, up to {MAX_AT_ONCE}. The ones that are almost certainly the same are selected. Clear any that you want to decide on separately."
        ),
        None if found.waiting > MAX_AT_ONCE => {
            format!("{waiting} The first {MAX_AT_ONCE} received are shown.")
        }
        None => waiting,
    }
}

/// A question in the list. The first has the identifier that the error summary leads to.
fn row(index: usize, candidate: &Candidate, form: &FormState, like: Option<&Reference>) -> Row {
    let question = &candidate.question;
    let value = format!("{}:{}", question.id, question.version);
    let selected = if form.has("step") {
        form.values("questions").contains(&value.as_str())
    } else {
        like.is_some() && candidate.same
    };
    let mut text: String = question.public_text.chars().take(SHOWN).collect();
    if text.len() < question.public_text.len() {
        text.push('…');
    }
    Row {
        id: components::choice_id("questions", index + 1),
        value,
        reference: question.reference.to_string(),
        matter: candidate.matter.clone(),
        text,
        selected,
    }
}

/// The questions that were selected, in the versions that were seen. What cannot be read is nobody's.
fn selected(fields: &Fields) -> Vec<Seen> {
    fields
        .values("questions")
        .into_iter()
        .filter_map(|value| {
            let (id, version) = value.split_once(':')?;
            Some(Seen {
                id: id.parse().ok()?,
                version: version.parse().ok()?,
            })
        })
        .collect()
}

fn rejection(fields: &Fields) -> Rejection {
    Rejection {
        grounds: chosen(&fields.values("grounds")),
        reason: fields.value("reason").to_owned(),
        earlier: fields.value("earlier").to_owned(),
        other: String::new(),
    }
}

/// Goes from the choice to the reason, from there to the letter, and sends it.
pub(super) async fn post(staff: Staff, id: web::Path<MeetingId>, form: Form) -> Answer {
    let id = id.into_inner();
    let fields = &form.fields;
    let seen = selected(fields);
    let rejection = rejection(fields);
    let grounds = rejection.grounds.clone();
    match fields.value("step") {
        "send" => {
            let acting = staff.acting();
            let outcome = staff
                .run(move |service| reject_several::reject(service, &acting, id, &seen, &rejection))
                .await;
            match outcome {
                Ok(outcome) => Ok(pages::see_other(&format!(
                    "{}?rejected={}&left={}",
                    address(id),
                    outcome.rejected.len(),
                    outcome.left.len()
                ))),
                Err(error) => again(&staff, id, &form, &grounds, error).await,
            }
        }
        "preview" => {
            let acting = staff.acting();
            let count = seen.len();
            let letter = staff
                .run(move |service| {
                    reject_several::preview(service, &acting, id, &seen, &rejection)
                })
                .await;
            match letter {
                Ok((asker, letter)) => {
                    let service = staff.service();
                    pages::page(&PreviewPage {
                        page: staff
                            .page("Check the letter before you send it")
                            .within("/staff/questions"),
                        letter: preview::preview(service, &letter, &asker, service.now())?,
                        button: format!("Reject {} and send the letters", counted(count)),
                        count: counted(count),
                        fields: without_step(fields),
                        href: address(id),
                    })
                }
                Err(error) => again(&staff, id, &form, &grounds, error).await,
            }
        }
        "choose" => choose(&staff, id, form.state(), &grounds, String::new()).await,
        // the first page's button, and "change the wording"
        _ => {
            let mut problems = Vec::new();
            if seen.is_empty() {
                problems.push(FieldError::new(
                    "questions",
                    "empty",
                    "Select the questions to reject",
                ));
            }
            if grounds.is_empty() {
                problems.push(FieldError::new(
                    "grounds",
                    "empty",
                    "Select at least one ground for rejection",
                ));
            }
            if problems.is_empty() {
                reason(&staff, id, form.state(), fields, &grounds).await
            } else {
                let form = form.state().refused(problems);
                choose(&staff, id, form, &grounds, String::new()).await
            }
        }
    }
}

/// The page on which something is wrong, with what was typed.
async fn again(
    staff: &Staff,
    id: MeetingId,
    form: &Form,
    grounds: &[Ground],
    error: ServiceError,
) -> Answer {
    match error {
        ServiceError::Invalid(errors) => {
            let of_choice = |error: &FieldError| matches!(error.field, "questions" | "grounds");
            if errors.iter().any(of_choice) {
                let form = form.state().refused(errors);
                choose(staff, id, form, grounds, String::new()).await
            } else {
                let form_state = form.state().refused(errors);
                reason(staff, id, form_state, &form.fields, grounds).await
            }
        }
        ServiceError::Conflict(_) => {
            let changed = FieldError::new(
                "questions",
                "changed",
                "Check which questions are selected. One of them has changed since you opened the page",
            );
            let form = form.state().refused([changed]);
            choose(staff, id, form, grounds, String::new()).await
        }
        other => Err(other.into()),
    }
}

async fn reason(
    staff: &Staff,
    id: MeetingId,
    form: FormState,
    fields: &Fields,
    grounds: &[Ground],
) -> Answer {
    let acting = staff.acting();
    let found = staff
        .run(move |service| reject_several::candidates(service, &acting, id, None))
        .await?;
    let wording = staff.service().wording(found.meeting.meeting());
    let wrong = form.has_errors();
    let form = if fields.has("reason") {
        form
    } else {
        form.with("reason", proposed(grounds, &wording))
    };
    let template = ReasonPage {
        page: staff
            .page("Write the rejection")
            .within("/staff/questions")
            .with_errors(wrong),
        count: counted(selected(fields).len()),
        same: grounds.contains(&Ground::SubstantiallyTheSame),
        fields: fields
            .to_keep()
            .into_iter()
            .filter(|(name, _)| matches!(name.as_str(), "questions" | "grounds" | "like"))
            .collect(),
        href: address(id),
        form,
    };
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    pages::page_with(status, &template)
}

fn without_step(fields: &Fields) -> Vec<(String, String)> {
    let mut kept = fields.to_keep();
    kept.retain(|(name, _)| name != "step");
    kept
}
