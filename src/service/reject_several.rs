//! Rejecting many questions at one meeting on the same grounds, in one act: copies of one text, or what a bot sent. Each questioner
//! gets a letter about their own question.

use std::collections::HashSet;

use crate::{
    domain::{
        id::{MeetingId, QuestionId},
        reference::Reference,
        similarity::Band,
        standing_order::rejection::Ground,
        status::{Act, Status},
    },
    service::{
        FieldError, Service, ServiceError,
        actor::Acting,
        letters::Letter,
        reject_question::{self, Rejection},
        views::{self, MeetingView},
        visibility::{self, Viewer},
    },
    store::{
        connection::Db,
        questions::{self, Question},
    },
};

/// How many questions can be rejected in one act: as many as somebody can read, and as the search compares.
pub const MAX_AT_ONCE: usize = 50;

/// A question to reject, in the version that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The question.
    pub id: QuestionId,
    /// Its version when the page was made.
    pub version: i32,
}

/// A question that can be rejected together with others.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The question, as whoever looks may see it.
    pub question: Question,
    /// The agenda item or the matter.
    pub matter: String,
    /// Whether it is almost certainly the same as the question that the list began with, or is that question.
    pub same: bool,
}

/// The questions at a meeting that wait for a decision, for a choice among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidates {
    /// The meeting.
    pub meeting: MeetingView,
    /// The question that the list began with, where there is one.
    pub like: Option<Reference>,
    /// [`MAX_AT_ONCE`] at most. Those most like the question that it began with come first; otherwise they are in order of receipt.
    pub list: Vec<Candidate>,
    /// How many wait at this meeting.
    pub waiting: usize,
}

/// Lists the questions at a meeting that wait for a decision, the ones most like a given question first.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anybody but the proper officer and the chair of the board; [`ServiceError::NotFound`] where the
/// given question is not at this meeting; those of the store.
pub fn candidates(
    service: &Service,
    acting: &Acting,
    meeting: MeetingId,
    like: Option<&Reference>,
) -> Result<Candidates, ServiceError> {
    service.store.read(|db| {
        let view = views::meeting(service, db, meeting)?;
        let viewer = Viewer::deciding(acting, view.board.id)?;
        let waiting = questions::ids_with_status(db, meeting, Status::Submitted)?;
        let found = match like {
            Some(reference) => {
                let first = questions::by_reference(db, reference)?;
                if first.meeting_id != meeting {
                    return Err(ServiceError::NotFound);
                }
                similar(service, db, first, &waiting.iter().copied().collect())?
            }
            None => questions::waiting(
                db,
                meeting,
                questions::Waiting::Submitted,
                None,
                MAX_AT_ONCE as i64,
            )?
            .into_iter()
            .map(|question| (question, false))
            .collect(),
        };
        let list = found
            .into_iter()
            .map(|(question, same)| Candidate {
                matter: views::matter_words(&question, view.published_agenda()),
                question: visibility::question(question, viewer),
                same,
            })
            .collect();
        Ok(Candidates {
            like: like.cloned(),
            list,
            waiting: waiting.len(),
            meeting: view,
        })
    })
}

/// A question and those of `waiting` that are like it, with whether each is almost certainly the same.
fn similar(
    service: &Service,
    db: &mut Db,
    first: Question,
    waiting: &HashSet<QuestionId>,
) -> Result<Vec<(Question, bool)>, ServiceError> {
    let matches =
        service
            .archive
            .find_among(db, &first.public_text, first.id, waiting, MAX_AT_ONCE - 1)?;
    let mut list = Vec::with_capacity(matches.len() + 1);
    if waiting.contains(&first.id) {
        list.push((first, true));
    }
    for found in matches {
        if let Some(band) = service
            .settings
            .similarity
            .thresholds
            .band(found.likelihood)
        {
            list.push((questions::question(db, found.id)?, band == Band::Strong));
        }
    }
    Ok(list)
}

/// What became of the questions that were to be rejected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Those that were rejected.
    pub rejected: Vec<Reference>,
    /// Those that were left alone, because they had changed since they were seen.
    pub left: Vec<Reference>,
}

/// Writes the letter of the first of the questions, as a preview; nothing is changed.
///
/// # Errors
/// Those of [`reject`], and [`ServiceError::Conflict`] where the first question has changed since it was seen.
pub fn preview(
    service: &Service,
    acting: &Acting,
    meeting: MeetingId,
    seen: &[Seen],
    rejection: &Rejection,
) -> Result<(visibility::Asker, Letter), ServiceError> {
    check(seen, rejection)?;
    let Some(first) = seen.first() else {
        return Err(ServiceError::NotFound);
    };
    service.store.read(|db| {
        let view = views::question(service, db, first.id)?;
        reject_question::may_reject(acting, &view, &rejection.grounds)?;
        let viewer = Viewer::deciding(acting, view.meeting.board.id)?;
        if view.question.meeting_id != meeting {
            return Err(ServiceError::NotFound);
        }
        if view.question.version != first.version {
            return Err(ServiceError::changed());
        }
        view.question.status.after(Act::Reject)?;
        let prepared = reject_question::prepare(service, db, &view, rejection, service.now())?;
        Ok((
            visibility::Asker::of(view.questioner, viewer),
            prepared.letter,
        ))
    })
}

/// Rejects several questions at a meeting on the same grounds, in one transaction, each with its decision, audit entry and letter.
/// Questions that changed after they were seen are left alone and named in the outcome.
///
/// # Errors
/// [`ServiceError::Invalid`] where none or too many were selected, and those of [`reject_question::reject`] but for conflicts.
pub fn reject(
    service: &Service,
    acting: &Acting,
    meeting: MeetingId,
    seen: &[Seen],
    rejection: &Rejection,
) -> Result<Outcome, ServiceError> {
    check(seen, rejection)?;
    service.store.write(|db| {
        let mut outcome = Outcome::default();
        for one in seen {
            let was = questions::question(db, one.id)?;
            if was.meeting_id != meeting {
                return Err(ServiceError::NotFound);
            }
            match reject_question::reject_in(service, db, acting, one.id, one.version, rejection) {
                Ok(question) => outcome.rejected.push(question.reference),
                Err(ServiceError::Conflict(_)) => outcome.left.push(was.reference),
                Err(other) => return Err(other),
            }
        }
        Ok(outcome)
    })
}

fn check(seen: &[Seen], rejection: &Rejection) -> Result<(), ServiceError> {
    let mut problems = Vec::new();
    if seen.is_empty() {
        problems.push(FieldError::new(
            "questions",
            "empty",
            "Select the questions to reject",
        ));
    }
    if seen.len() > MAX_AT_ONCE {
        problems.push(FieldError::new(
            "questions",
            "too_many",
            format!("Select {MAX_AT_ONCE} questions or fewer"),
        ));
    }
    // it names one other question, which is not the same for all
    if rejection.grounds.contains(&Ground::AlreadyAsked) {
        problems.push(FieldError::new(
            "grounds",
            "one_by_one",
            "Reject second questions from one person or organisation one by one",
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ServiceError::Invalid(problems))
    }
}
