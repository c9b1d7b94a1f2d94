//! Asking a question, a page for each thing that is asked: the matter, the question, the questions like it that were put before,
//! about you, check your answers, done.
//!
//! What is typed is kept on the server in a draft that belongs to the visitor's cookie, whether it is right or wrong. So the
//! browser's back button, a refresh, a second tab and a repeated POST lose nothing, and one draft makes one question.

mod about_you;
mod begin;
mod check;
pub(super) mod done;
mod matches;
mod matter;
mod person;
mod question;
mod suggestions;

use actix_web::{HttpResponse, web};

use crate::{
    domain::{
        id::DraftId, local_time, meeting::MeetingStatus, speaking_time::speaking_time,
        standing_order::agenda_matter,
    },
    service::{
        FieldError, Service, ServiceError,
        drafts::{self, Draft, Marks},
        typed_question::{TypedMatter, TypedQuestion},
        views::MeetingView,
    },
    web::{Answer, Failure, Visitor, pages, routes},
};

use super::words::minutes_and_seconds;

/// From when on each page warns of the deadline.
const SOON: chrono::TimeDelta = chrono::TimeDelta::hours(1);

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/ask/answered").route(routes::get().to(matches::deleted_page)))
        .service(routes::resource("/ask/finished").route(routes::get().to(done::finished_page)))
        .service(routes::resource("/ask/{draft}").route(routes::get().to(resume)))
        .configure(begin::configure)
        .configure(matter::configure)
        .configure(question::configure)
        .configure(matches::configure)
        .configure(about_you::configure)
        .configure(check::configure)
        .configure(suggestions::configure)
        .configure(done::configure);
}

/// A page on which something is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Matter,
    Question,
    AboutYou,
}

impl Step {
    const ALL: [Self; 3] = [Self::Matter, Self::Question, Self::AboutYou];

    fn path(self, draft: DraftId) -> String {
        let page = match self {
            Self::Matter => "matter",
            Self::Question => "question",
            Self::AboutYou => "about-you",
        };
        format!("/ask/{draft}/{page}")
    }

    fn problems(self, draft: &Draft) -> Vec<FieldError> {
        match self {
            Self::Matter => matter_problems(&draft.meeting, &draft.typed.matter),
            Self::Question => draft.typed.text.problems(),
            Self::AboutYou if draft.details_of.is_some() => Vec::new(),
            Self::AboutYou => draft.typed.questioner.problems(),
        }
    }
}

/// What is wrong with the matter: its form, or that the rule doesn't let it be asked about.
fn matter_problems(view: &MeetingView, typed: &TypedMatter) -> Vec<FieldError> {
    let meeting = view.meeting();
    match typed.parse(meeting.agenda_published) {
        Err(problems) => problems,
        Ok(matter) => agenda_matter::check(&matter, meeting, view.published_agenda())
            .map(|refusal| {
                FieldError::new(
                    "agenda_item",
                    refusal.kind(),
                    format!("{} Select another item", refusal.reason()),
                )
            })
            .into_iter()
            .collect(),
    }
}

/// Says of each answer that was too long to be stored that it was not.
fn as_stored(mut problems: Vec<FieldError>, draft: &Draft) -> Vec<FieldError> {
    for problem in &mut problems {
        if draft.left_out.contains(&problem.field) {
            problem
                .message
                .push_str(". We have not saved this answer. Shorten it before you leave this page");
        }
    }
    problems
}

/// The first page that is not right yet.
fn first_unfinished(draft: &Draft) -> Option<Step> {
    Step::ALL
        .into_iter()
        .find(|step| !step.problems(draft).is_empty())
}

fn check_path(draft: DraftId) -> String {
    format!("/ask/{draft}/check")
}

fn done_path(draft: DraftId) -> String {
    format!("/ask/{draft}/done")
}

/// Where "Continue" leads: the first page after this one that is not right yet, or the check.
fn after(step: Step, draft: &Draft) -> HttpResponse {
    let next = Step::ALL
        .into_iter()
        .filter(|later| *later > step)
        .find(|later| !later.problems(draft).is_empty());
    pages::see_other(&next.map_or_else(|| check_path(draft.id), |next| next.path(draft.id)))
}

/// Opens a draft of this visitor's.
async fn open(visitor: &Visitor, id: DraftId) -> Result<Draft, Failure> {
    let hash = visitor.hash();
    Ok(visitor
        .run(move |service| drafts::open(service, &hash, id))
        .await?)
}

/// A draft that was sent is not written any more: on to its receipt.
fn sent(draft: &Draft) -> Option<HttpResponse> {
    draft
        .question
        .is_some()
        .then(|| pages::see_other(&done_path(draft.id)))
}

/// Saves a part of a draft, in a new draft where the browser has lost the cookie of this one. None where it has been sent: a second
/// tab, say.
async fn save(
    visitor: &Visitor,
    id: DraftId,
    change: impl Fn(&mut TypedQuestion) + Send + 'static,
) -> Result<Option<Draft>, Failure> {
    save_with(visitor, id, move |typed, _| change(typed)).await
}

/// Does the same with what tells a program from a person.
async fn save_with(
    visitor: &Visitor,
    id: DraftId,
    change: impl Fn(&mut TypedQuestion, &mut Marks) + Send + 'static,
) -> Result<Option<Draft>, Failure> {
    let owner = visitor.owner();
    let saved = visitor
        .run(
            move |service| match drafts::save_with(service, &owner.browser, id, &change) {
                Err(ServiceError::NotFound) => drafts::begin_again(service, &owner, id, &change),
                saved => saved,
            },
        )
        .await;
    match saved {
        Ok(draft) => Ok(Some(draft)),
        Err(ServiceError::Conflict(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// Back to where the writing was left off.
async fn resume(visitor: Visitor, id: web::Path<DraftId>) -> Answer {
    let draft = open(&visitor, id.into_inner()).await?;
    Ok(sent(&draft).unwrap_or_else(|| resume_at(&draft)))
}

/// On to the first page that is not right yet, or to the check.
fn resume_at(draft: &Draft) -> HttpResponse {
    let next = first_unfinished(draft);
    pages::see_other(&next.map_or_else(|| check_path(draft.id), |next| next.path(draft.id)))
}

/// What each page of the writing says of the meeting.
struct About {
    meeting: String,
    deadline: String,
    /// Where little time is left, or none; empty otherwise.
    warning: String,
}

impl About {
    fn new(service: &Service, meeting: &MeetingView) -> Self {
        Self {
            meeting: super::words::MeetingWords::new(meeting, service.now()).name(),
            deadline: meeting.deadline.in_words(),
            warning: warning(service, meeting),
        }
    }
}

fn warning(service: &Service, meeting: &MeetingView) -> String {
    let now = service.now();
    let deadline = &meeting.deadline;
    let kept = "You can still send your question. We cannot take it at this meeting, but we will keep it and may answer it in writing.";
    match meeting.meeting().status {
        MeetingStatus::Cancelled => format!("This meeting has been cancelled. {kept}"),
        MeetingStatus::Held => format!("This meeting is over. {kept}"),
        MeetingStatus::Scheduled if !deadline.is_in_time(now) => format!(
            "The deadline for this meeting was {}. {kept}",
            deadline.in_words()
        ),
        MeetingStatus::Scheduled if deadline.at - now < SOON => format!(
            "The deadline is {}, {}. We cannot accept a question for this meeting after that.",
            deadline.in_words(),
            local_time::time_left(now, deadline.at).unwrap_or_else(|| "now".to_owned())
        ),
        MeetingStatus::Scheduled => String::new(),
    }
}

/// How long the question takes to say, and whether that fits (clause (viii), reading 18).
struct Speaking {
    /// "1 minute 20 seconds".
    time: String,
    /// "3 minutes".
    allowed: String,
    fits: bool,
}

impl Speaking {
    /// None where nothing has been typed.
    fn of(service: &Service, draft: &Draft) -> Option<Self> {
        let text = &draft.typed.text.question;
        if text.trim().is_empty() {
            return None;
        }
        let figures = service.figures(draft.meeting.meeting());
        let time = speaking_time(text, u32::from(figures.speaking_words_per_minute()));
        let allowed = figures.questioner_time().to_std().unwrap_or_default();
        Some(Self {
            time: minutes_and_seconds(time),
            allowed: minutes_and_seconds(allowed),
            fits: time <= allowed,
        })
    }

    /// What is said where it does not fit.
    fn too_long(&self) -> String {
        format!(
            "Your question takes about {} to say, and you have {}. You can still send it, but the chair will stop you when your time is over. Make it shorter if you can.",
            self.time, self.allowed
        )
    }
}
