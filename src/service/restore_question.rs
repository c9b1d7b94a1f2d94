//! A refused question that takes its place after all: because the deadline moved past its moment of receipt (reading 24), or because
//! its questioner asks it instead of the one that holds the allowance.

use std::collections::HashMap;

use crate::{
    domain::{
        meeting::MeetingStatus,
        question::{Matter, MatterWords},
        refusal::Refusal,
        same_person,
        standing_order::{Circumstances, Notice, admit, question_time::Phase},
        status::{Act, Status},
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        evidence::stored_questioner,
        letters::{About, Letter},
        officer_notices, question_time,
        submit_question::Slots,
        views::{self, MeetingView},
        your_question,
    },
    store::{
        connection::Db,
        questions::{self, HashedKey, Question, QuestionerDetails},
    },
};

/// Allowances that questions restored by one change take, by the hash of the key.
pub(super) type Taken = HashMap<String, usize>;

fn allowed(service: &Service, meeting: &MeetingView) -> i32 {
    i32::from(
        service
            .figures(meeting.meeting())
            .questions_per_person()
            .get(),
    )
}

fn matter(question: &Question) -> Result<Matter, ServiceError> {
    if let Some(item) = question.agenda_item_id {
        return Ok(Matter::Item(item));
    }
    let words: String = question
        .matter
        .as_deref()
        .unwrap_or("Not stated")
        .chars()
        .take(MatterWords::MOST_CHARACTERS)
        .collect();
    MatterWords::parse(&words)
        .map(Matter::Described)
        .map_err(|_| ServiceError::Internal("a stored matter cannot be read".to_owned()))
}

/// Reads every clause again to a refused question, at the meeting as it would be: the refusals that remain, with the keys by which it
/// would hold its allowance. `taken` counts what others take in the same change.
///
/// # Errors
/// Those of the store.
pub(super) fn judge_again(
    service: &Service,
    db: &mut Db,
    question: &Question,
    to: &QuestionerDetails,
    then: &MeetingView,
    taken: &Taken,
) -> Result<(Vec<Refusal>, Vec<HashedKey>), ServiceError> {
    let questioner = stored_questioner(to)?;
    let keys = service.hashed_keys(&questioner);
    let allowance = service.figures(then.meeting()).questions_per_person();
    let allowed = usize::from(allowance.get());
    let slots = questions::held_slots(db, question.meeting_id, &keys)?;
    let used = |key: &HashedKey| {
        slots.iter().filter(|(hash, _)| *hash == key.hash).count()
            + taken.get(&key.hash).copied().unwrap_or(0)
    };
    let held: Vec<_> = same_person::keys(&questioner)
        .into_iter()
        .zip(&keys)
        .filter(|(_, key)| used(key) >= allowed)
        .map(|(key, _)| key)
        .collect();
    let mut meeting = then.meeting().clone();
    let described = question.agenda_item_id.is_none();
    if described
        && !question
            .refusals
            .iter()
            .any(|refusal| matches!(refusal, Refusal::NotOnAgenda))
    {
        // it came before the agenda was out, when words were enough (reading 9)
        meeting.agenda_published = false;
    }
    let exceptions: Vec<_> = questions::exceptions(db, question.id)?
        .into_iter()
        .map(|made| made.exception)
        .collect();
    let refusals = admit(
        Notice {
            received_at: question.received_at,
            questioner: &questioner,
            matter: &matter(question)?,
        },
        Circumstances {
            meeting: &meeting,
            agenda: &then.agenda,
            deadline: &then.deadline,
            postcode: question.postcode_check,
            held_keys: &held,
            allowance,
            exceptions: &exceptions,
        },
    )
    .err()
    .unwrap_or_default();
    Ok((refusals, keys))
}

/// Lets a refused question in, and takes its allowance.
///
/// # Errors
/// [`ServiceError::Busy`] where somebody else took the allowance meanwhile: run again, the change sees it.
pub(super) fn restore_in(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    was: &Question,
    to: &QuestionerDetails,
    meeting: &MeetingView,
    why: &str,
) -> Result<Question, ServiceError> {
    let mut question = was.clone();
    question.status = was.status.after(Act::Restore)?;
    question.refusals = Vec::new();
    question.deadline_at = meeting.deadline.at;
    question.version += 1;
    if !questions::update(db, &question)? {
        return Err(ServiceError::Busy);
    }
    let keys = service.hashed_keys(&stored_questioner(to)?);
    let slots = Slots::find(db, was.meeting_id, &keys, allowed(service, meeting))?;
    if slots.free.contains(&None) {
        return Err(ServiceError::Busy);
    }
    slots.take(service, db, &question, &keys)?;
    service.audit_question(
        db,
        acting,
        "restore",
        Some(was),
        &question,
        serde_json::json!({ "why": why }),
    )?;
    Ok(question)
}

/// What a questioner can do with a question that only the one allowance keeps out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// Nothing holds the allowance any more: it can be asked.
    Free,
    /// It can be asked instead of these, which went to the same e-mail address and are then withdrawn.
    Instead(Vec<Question>),
    /// Another question holds the allowance, and is withdrawn by its own private link first.
    WithdrawFirst,
}

/// What is offered for a question; none where more than the allowance stands against it, or the meeting has begun.
///
/// The other question is withdrawn through this link only where both went to one e-mail address: whoever gives somebody else's name
/// and postcode can never take that person's question away.
///
/// # Errors
/// Those of the store.
pub fn offer(
    service: &Service,
    db: &mut Db,
    question: &Question,
    meeting: &MeetingView,
) -> Result<Option<Offer>, ServiceError> {
    let only_the_allowance = question.status == Status::Refused
        && !question.refusals.is_empty()
        && question
            .refusals
            .iter()
            .all(|refusal| matches!(refusal, Refusal::SecondQuestion { .. }));
    if !only_the_allowance
        || meeting.meeting().status != MeetingStatus::Scheduled
        || !meeting.deadline.is_in_time(question.received_at)
        || service.now() >= meeting.starts_at()
        || question_time::state(service, db, meeting)?.phase != Phase::NotOpened
    {
        return Ok(None);
    }
    let Some(to) = questions::questioner(db, question.id)? else {
        return Ok(None);
    };
    let (refusals, keys) = judge_again(service, db, question, &to, meeting, &Taken::default())?;
    if refusals.is_empty() {
        return Ok(Some(Offer::Free));
    }
    if !refusals
        .iter()
        .all(|refusal| matches!(refusal, Refusal::SecondQuestion { .. }))
    {
        return Ok(None);
    }
    let mine = address(&to);
    let mut others = Vec::new();
    for holder in questions::holders(db, question.meeting_id, &keys)? {
        let other = questions::question(db, holder)?;
        let same_address = questions::questioner(db, holder)?
            .is_some_and(|who| mine.is_some() && address(&who) == mine);
        if !same_address || !other.status.is_live() {
            return Ok(Some(Offer::WithdrawFirst));
        }
        others.push(other);
    }
    Ok(Some(Offer::Instead(others)))
}

fn address(to: &QuestionerDetails) -> Option<String> {
    to.email.as_ref().map(|email| email.trim().to_lowercase())
}

/// Asks a question instead of the one that holds the allowance, which is withdrawn in the same step; or asks it, where nothing holds
/// the allowance any more.
///
/// # Errors
/// [`ServiceError::NotFound`] for a link that opens nothing; [`ServiceError::Conflict`] where this is not offered, or not any more.
pub fn ask_instead(
    service: &Service,
    acting: &Acting,
    token: &str,
) -> Result<Question, ServiceError> {
    service.store.write(|db| {
        let was = service.question_by_token(db, token)?;
        if was.status.is_live() {
            // a form that was sent twice has no further effect
            return Ok(was);
        }
        let meeting = views::meeting(service, db, was.meeting_id)?;
        let why = match offer(service, db, &was, &meeting)? {
            Some(Offer::Free) => "Nothing else holds the allowance any more".to_owned(),
            Some(Offer::Instead(others)) => {
                for other in &others {
                    your_question::exchange_in(service, db, acting, other)?;
                }
                let references: Vec<_> = others
                    .iter()
                    .map(|other| other.reference.to_string())
                    .collect();
                format!("Asked instead of {}", references.join(", "))
            }
            Some(Offer::WithdrawFirst) => {
                return Err(ServiceError::Conflict(
                    "Another question with these details is still at the meeting. Withdraw it with its own private link first.".to_owned(),
                ));
            }
            None => {
                return Err(ServiceError::Conflict(
                    "This question cannot be asked at the meeting any more. It has been kept.".to_owned(),
                ));
            }
        };
        let to = questions::questioner(db, was.id)?.ok_or(ServiceError::NotFound)?;
        let question = restore_in(service, db, acting, &was, &to, &meeting, &why)?;
        let matter = views::matter_words(&question, &meeting.agenda);
        let letter = Letter::Acknowledgement {
            about: About::new(&question, &matter, &meeting.board, meeting.meeting()),
            received_at: question.received_at,
            deadline: meeting.deadline.at,
            provisional: meeting.deadline.provisional,
        };
        service.write_letter(db, acting, &question, Some(&to), &letter)?;
        officer_notices::tell_of(
            service,
            db,
            &question,
            &meeting.board,
            meeting.meeting(),
        )?;
        Ok(question)
    })
}
