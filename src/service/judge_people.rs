//! Two decisions that an officer records about a question without changing where it stands: that its questioner and another are two
//! people (reading 5), and that a refusal by rule stands.

use crate::{
    domain::{codes::Code, id::QuestionId, reference::Reference, status::Status, text},
    service::{FieldError, Service, ServiceError, actor::Acting, permission},
    store::{
        connection::Db,
        error::StoreError,
        questions::{self, Decision, DecisionKind, Question},
    },
};

/// Records that this question and another one at the same meeting are from two people, or two organisations. Their likeness is then
/// no longer marked as something to decide.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] with every field that is wrong; [`ServiceError::Conflict`] where it has
/// changed since.
pub fn two_people(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    other: &str,
    reason: &str,
) -> Result<Question, ServiceError> {
    permission::proper_officer(acting)?;
    let reason = text::several_lines(reason);
    service.store.write(|db| {
        let question = at_version(db, id, version)?;
        let mut problems = Vec::new();
        let found = other_at_meeting(db, &question, other)?;
        if found.is_none() {
            problems.push(FieldError::new(
                "other",
                "reference",
                "Enter the reference of another question to the same meeting",
            ));
        }
        if reason.is_empty() {
            problems.push(FieldError::new(
                "reason",
                "empty",
                "Enter how you know that these are two people",
            ));
        }
        let Some(other) = found.filter(|_| problems.is_empty()) else {
            return Err(ServiceError::Invalid(problems));
        };
        record(
            service,
            db,
            acting,
            question,
            DecisionKind::TwoPeople,
            Some(reason.clone()),
            Some(&other),
        )
    })
}

/// Records that a refusal by rule stands: the question no longer waits for a decision. It can still be admitted later.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it has changed since or was not refused.
pub fn refusal_stands(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
) -> Result<Question, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let question = at_version(db, id, version)?;
        if question.status != Status::Refused {
            return Err(ServiceError::Conflict(
                "The standing order does not refuse this question any more.".to_owned(),
            ));
        }
        record(
            service,
            db,
            acting,
            question,
            DecisionKind::RefusalStands,
            None,
            None,
        )
    })
}

/// Another question at the same meeting, by its reference; none where there is no such question.
pub(super) fn other_at_meeting(
    db: &mut Db,
    question: &Question,
    reference: &str,
) -> Result<Option<Question>, ServiceError> {
    let Ok(reference) = Reference::parse(reference) else {
        return Ok(None);
    };
    match questions::by_reference(db, &reference) {
        Ok(other) => Ok(Some(other)
            .filter(|other| other.id != question.id && other.meeting_id == question.meeting_id)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn at_version(db: &mut Db, id: QuestionId, version: i32) -> Result<Question, ServiceError> {
    let question = questions::question(db, id)?;
    if question.version == version {
        Ok(question)
    } else {
        Err(ServiceError::changed())
    }
}

fn record(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    was: Question,
    kind: DecisionKind,
    reason: Option<String>,
    other: Option<&Question>,
) -> Result<Question, ServiceError> {
    let Some(staff_id) = acting.staff_id() else {
        return Err(ServiceError::SignedOut);
    };
    let mut question = was.clone();
    question.version += 1;
    if !questions::update(db, &question)? {
        return Err(ServiceError::changed());
    }
    let decision_id: uuid::Uuid = service.new_id();
    questions::insert_decision(
        db,
        &decision_id.to_string(),
        question.id,
        &Decision {
            kind,
            grounds: Vec::new(),
            reason: reason.clone(),
            earlier: other.map(|other| other.id),
            staff_id,
            decided_at: service.now(),
        },
    )?;
    service.audit_question(
        db,
        acting,
        kind.code(),
        Some(&was),
        &question,
        serde_json::json!({
            "reason": reason,
            "other": other.map(|other| other.reference.to_string()),
        }),
    )?;
    Ok(question)
}
