//! What a questioner does with the private link: look, withdraw, disown (readings 6 and 7). Looking changes nothing.

use crate::{
    domain::{
        id::QuestionId,
        standing_order::{
            one_question::releases_allowance,
            question_time::{Outcome, Phase, QuestionTime},
            written_response::ResponseState,
        },
        status::{Act, Status},
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        letters::{About, Letter},
        question_time,
        views::{self, QuestionView},
    },
    store::{
        connection::Db,
        questions::{self, Question},
        responses,
    },
};

/// What a questioner sees of their question.
#[derive(Debug, Clone, PartialEq)]
pub struct YourQuestion {
    /// The question with all that belongs to it.
    pub view: QuestionView,
    /// Where question time stands.
    pub question_time: QuestionTime,
    /// How many questions are to be put before it, where it is still on the list.
    pub before: Option<usize>,
}

/// Opens a private link.
///
/// # Errors
/// [`ServiceError::NotFound`], alike for every link that does not open a question.
pub fn look(service: &Service, token: &str) -> Result<YourQuestion, ServiceError> {
    service.store.read(|db| {
        let question = service.question_by_token(db, token)?;
        let view = views::question(service, db, question.id)?;
        let question_time = question_time::state(service, db, &view.meeting)?;
        let before = (question.status == Status::Approved && question_time.phase != Phase::Closed)
            .then(|| places_before(&question_time, question.id))
            .flatten();
        Ok(YourQuestion {
            view,
            question_time,
            before,
        })
    })
}

fn places_before(state: &QuestionTime, id: QuestionId) -> Option<usize> {
    let place = state
        .entries
        .iter()
        .position(|entry| entry.question == id)?;
    Some(
        state.entries[..place]
            .iter()
            .filter(|entry| matches!(entry.outcome, Outcome::Waiting | Outcome::Called))
            .count(),
    )
}

/// Withdraws the question. Before the deadline that gives the allowance back (reading 7).
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where it can't be withdrawn any more.
pub fn withdraw(service: &Service, acting: &Acting, token: &str) -> Result<Question, ServiceError> {
    end(service, acting, token, Act::Withdraw)
}

/// Disowns the question: it was sent in someone else's name. The allowance is free at once (reading 6).
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where it can't be disowned any more.
pub fn disown(service: &Service, acting: &Acting, token: &str) -> Result<Question, ServiceError> {
    end(service, acting, token, Act::Disown)
}

/// Withdraws a question at the questioner's word to an officer, by telephone say.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it has changed since or can't be withdrawn any more.
pub fn withdraw_for(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
) -> Result<Question, ServiceError> {
    crate::service::permission::proper_officer(acting)?;
    service.store.write(|db| {
        let question = questions::question(db, id)?;
        if question.version != version {
            return Err(ServiceError::changed());
        }
        end_in(service, db, acting, &question, Act::Withdraw, false)
    })
}

fn end(
    service: &Service,
    acting: &Acting,
    token: &str,
    act: Act,
) -> Result<Question, ServiceError> {
    service.store.write(|db| {
        let question = service.question_by_token(db, token)?;
        end_in(service, db, acting, &question, act, false)
    })
}

/// Withdraws a question because its questioner asks another one instead, which takes its allowance.
///
/// # Errors
/// [`ServiceError::Conflict`] where it cannot be withdrawn any more.
pub(super) fn exchange_in(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    was: &Question,
) -> Result<Question, ServiceError> {
    end_in(service, db, acting, was, Act::Withdraw, true)
}

fn end_in(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    was: &Question,
    act: Act,
    exchanged: bool,
) -> Result<Question, ServiceError> {
    let ended = match act {
        Act::Disown => Status::Disowned,
        _ => Status::Withdrawn,
    };
    if was.status == ended {
        // a link used twice has no further effect
        return Ok(was.clone());
    }
    let mut question = was.clone();
    question.status = was.status.after(act)?;
    question.version += 1;
    let view = views::question(service, db, was.id)?;
    let state = question_time::state(service, db, &view.meeting)?;
    let being_put = state
        .turn
        .as_ref()
        .is_some_and(|turn| turn.question == was.id);
    let was_put = state.entry(was.id).is_some_and(|entry| {
        matches!(
            entry.outcome,
            Outcome::Put { .. } | Outcome::DealtWith { .. }
        )
    });
    if being_put || was_put || was.is_published() {
        return Err(ServiceError::Conflict(
            "The question has been put at the meeting, so it stands.".to_owned(),
        ));
    }
    if !questions::update(db, &question)? {
        return Err(ServiceError::changed());
    }
    if let Some(mut response) = view
        .response
        .clone()
        .filter(|response| response.state.is_owed())
    {
        response.state = ResponseState::NotNeeded;
        response.version += 1;
        if !responses::update(db, &response)? {
            return Err(ServiceError::Busy);
        }
    }
    let now = service.now();
    let deadline = view.meeting.deadline.at;
    let releases = exchanged || releases_allowance(act, now, deadline);
    if releases {
        questions::release_slots(db, was.id, now)?;
    }
    service.audit_question(
        db,
        acting,
        if act == Act::Disown {
            "disown"
        } else {
            "withdraw"
        },
        Some(was),
        &question,
        serde_json::json!({ "allowance_released": releases }),
    )?;
    if act == Act::Withdraw {
        let letter = Letter::Withdrawn {
            about: About::new(
                &question,
                &view.matter,
                &view.meeting.board,
                view.meeting.meeting(),
            ),
            another_until: (releases && !exchanged && now <= deadline).then_some(deadline),
        };
        service.write_letter(db, &question, view.questioner.as_ref(), &letter)?;
    }
    Ok(question)
}
