//! Rejecting a question on one or more grounds (clauses (v) and (vi), reading 11; clauses (i) to (iii), reading 27).

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        id::QuestionId,
        local_time,
        meeting::MeetingStatus,
        reference::Reference,
        standing_order::{
            one_question::releases_allowance,
            question_time::Phase,
            rejection::{DecidedBy, Ground},
            repetition::window,
        },
        status::{Act, Status},
        text,
    },
    service::{
        FieldError, Service, ServiceError,
        actor::Acting,
        evidence, judge_people,
        letters::{About, Earlier, Letter},
        permission, question_time,
        views::{self, QuestionView},
        visibility::{Asker, Viewer},
    },
    store::{
        connection::Db,
        error::StoreError,
        questions::{self, Decision, DecisionKind, Question},
        staff::StaffMember,
    },
};

/// A rejection as an officer or a chair words it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rejection {
    /// The grounds.
    pub grounds: Vec<Ground>,
    /// The reason in words.
    pub reason: String,
    /// The reference of the earlier question, where it is substantially the same as one.
    pub earlier: String,
    /// The reference of the other question at the same meeting, where the same person or organisation has already asked.
    pub other: String,
}

/// A rejection that can be carried out, with the letter that it sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The exact letter.
    pub letter: Letter,
    earlier: Option<QuestionId>,
    other: Option<Question>,
    releases: bool,
}

/// Checks a rejection and writes its letter, without carrying it out: the preview.
///
/// # Errors
/// [`ServiceError::Invalid`] with every field that is wrong.
pub fn prepare(
    service: &Service,
    db: &mut Db,
    view: &QuestionView,
    rejection: &Rejection,
    now: DateTime<Utc>,
) -> Result<Prepared, ServiceError> {
    let mut problems = Vec::new();
    if rejection.grounds.is_empty() {
        problems.push(FieldError::new(
            "grounds",
            "empty",
            "Select at least one ground for rejection",
        ));
    }
    let reason = text::several_lines(&rejection.reason);
    if !reason.chars().any(char::is_alphanumeric) {
        problems.push(FieldError::new(
            "reason",
            "empty",
            "Enter the reason, as it will stand in the letter",
        ));
    } else if reason.chars().count() > 5_000 {
        problems.push(FieldError::new(
            "reason",
            "too_long",
            "The reason must be 5,000 characters or fewer",
        ));
    }
    let meeting = view.meeting.meeting();
    let compared = window(meeting.date, service.figures(meeting).repetition_window());
    let mut earlier = None;
    if rejection.grounds.contains(&Ground::SubstantiallyTheSame) {
        let found = Reference::parse(&rejection.earlier)
            .ok()
            .map(|reference| questions::by_reference(db, &reference));
        match found {
            Some(Ok(question))
                if question.id != view.question.id
                    && question
                        .put_on
                        .is_some_and(|put_on| compared.contains(put_on)) =>
            {
                earlier = Some(question);
            }
            Some(Err(StoreError::NotFound)) | None | Some(Ok(_)) => {
                problems.push(FieldError::new(
                    "earlier",
                    "reference",
                    format!(
                        "Enter the reference of a question that was put between {} and {}",
                        local_time::short_date(compared.from),
                        local_time::short_date(compared.to)
                    ),
                ));
            }
            Some(Err(error)) => return Err(error.into()),
        }
    }
    let mut other = None;
    if rejection.grounds.contains(&Ground::AlreadyAsked) {
        let named = judge_people::other_at_meeting(db, &view.question, &rejection.other)?;
        other = named.filter(|other| {
            !matches!(
                other.status,
                Status::Withdrawn | Status::Disowned | Status::Refused | Status::Replaced
            )
        });
        if other.is_none() {
            problems.push(FieldError::new(
                "other",
                "reference",
                "Enter the reference of the other question from the same person or organisation to this meeting. It must not have been refused, replaced, withdrawn or disowned",
            ));
        }
    }
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    let quoted = match &earlier {
        Some(question) => {
            let public = views::public_question(db, question)?;
            Some(Earlier {
                reference: public.reference.clone(),
                board: public.board.clone(),
                put_on: public.meeting_date,
                answer: public.answer().map(str::to_owned),
                question: public.text,
            })
        }
        None => None,
    };
    let deadline = view.meeting.deadline.at;
    let releases = releases_allowance(Act::Reject, now, deadline);
    let mut grounds = rejection.grounds.clone();
    grounds.sort();
    grounds.dedup();
    Ok(Prepared {
        letter: Letter::Rejected {
            about: About::new(
                &view.question,
                &view.matter,
                &view.meeting.board,
                view.meeting.meeting(),
            ),
            grounds,
            reason,
            earlier: quoted,
            another_until: (releases
                && rejection
                    .grounds
                    .iter()
                    .all(|ground| ground.leaves_another()))
            .then_some(deadline),
        },
        earlier: earlier.map(|question| question.id),
        other,
        releases,
    })
}

/// The exact letter that rejecting would send, and to whom so far as whoever rejects may know; nothing is changed.
///
/// # Errors
/// Those of [`reject`], but for a question time that is under way.
pub fn preview(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    rejection: &Rejection,
) -> Result<(Asker, Letter), ServiceError> {
    service.store.read(|db| {
        let view = views::question(service, db, id)?;
        may_reject(acting, &view, &rejection.grounds)?;
        let viewer = Viewer::deciding(acting, view.meeting.board.id)?;
        if view.question.version != version {
            return Err(ServiceError::changed());
        }
        view.question.status.after(Act::Reject)?;
        let letter = prepare(service, db, &view, rejection, service.now())?.letter;
        Ok((Asker::of(view.questioner, viewer), letter))
    })
}

/// Whoever may reject this question on these grounds.
pub(super) fn may_reject<'a>(
    acting: &'a Acting,
    view: &QuestionView,
    grounds: &[Ground],
) -> Result<&'a StaffMember, ServiceError> {
    let member = permission::chair_of(acting, view.meeting.board.id)?;
    let theirs = |ground: &Ground| match ground.decided_by() {
        DecidedBy::ChairOrProperOfficer => true,
        DecidedBy::ProperOfficer => member.is_proper_officer(),
    };
    if grounds.iter().all(theirs) {
        Ok(member)
    } else {
        Err(ServiceError::Forbidden(
            "Only the Committee Services Manager can decide who lives in the borough, what is about the agenda, and who has already asked.",
        ))
    }
}

/// What the service showed of the two questioners being one, in words that name nobody.
fn evidence_against(
    db: &mut Db,
    question: &Question,
    other: Option<&Question>,
) -> Result<Vec<String>, ServiceError> {
    let Some(other) = other else {
        return Ok(Vec::new());
    };
    let reasons = evidence::reasons_between(db, question.id, other.id)?;
    Ok(reasons.iter().map(|likeness| likeness.words()).collect())
}

/// Rejects a question, before or at the meeting: the proper officer, or the chair of the board.
///
/// # Errors
/// [`ServiceError::Forbidden`]; those of [`prepare`]; [`ServiceError::Conflict`] where it has changed since, is being put now, or
/// can't be rejected any more.
pub fn reject(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    rejection: &Rejection,
) -> Result<Question, ServiceError> {
    service
        .store
        .write(|db| reject_in(service, db, acting, id, version, rejection))
}

/// Rejects a question in a transaction that has begun. A conflict leaves nothing behind, so others can follow it.
pub(super) fn reject_in(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    rejection: &Rejection,
) -> Result<Question, ServiceError> {
    let view = views::question(service, db, id)?;
    let member = may_reject(acting, &view, &rejection.grounds)?;
    let was = &view.question;
    if was.version != version {
        return Err(ServiceError::changed());
    }
    let mut question = was.clone();
    question.status = was.status.after(Act::Reject)?;
    question.version += 1;
    let state = question_time::state(service, db, &view.meeting)?;
    if state.phase == Phase::Closed || view.meeting.meeting().status != MeetingStatus::Scheduled {
        return Err(ServiceError::Conflict(
            "The meeting is over, so the question cannot be rejected.".to_owned(),
        ));
    }
    if state.turn.as_ref().is_some_and(|turn| turn.question == id) {
        return Err(ServiceError::Conflict(
            "The question is being put now. Finish it instead.".to_owned(),
        ));
    }
    let now = service.now();
    let prepared = prepare(service, db, &view, rejection, now)?;
    if !questions::update(db, &question)? {
        return Err(ServiceError::changed());
    }
    if prepared.releases {
        questions::release_slots(db, id, now)?;
    }
    let decision = Decision {
        kind: DecisionKind::Rejected,
        grounds: rejection.grounds.clone(),
        reason: Some(text::several_lines(&rejection.reason)),
        earlier: prepared
            .earlier
            .or(prepared.other.as_ref().map(|other| other.id)),
        staff_id: member.id,
        decided_at: now,
    };
    let decision_id: uuid::Uuid = service.new_id();
    questions::insert_decision(db, &decision_id.to_string(), id, &decision)?;
    let evidence = evidence_against(db, was, prepared.other.as_ref())?;
    service.audit_question(
        db,
        acting,
        "reject",
        Some(was),
        &question,
        serde_json::json!({
            "grounds": rejection.grounds,
            "allowance_released": prepared.releases,
            "other": prepared.other.as_ref().map(|other| other.reference.to_string()),
            "evidence": evidence,
        }),
    )?;
    service.write_letter(
        db,
        acting,
        &question,
        view.questioner.as_ref(),
        &prepared.letter,
    )?;
    Ok(question)
}
