//! Admitting a contested question in the place of the one that holds the allowance: one act, with a reason (reading 26).

use chrono::NaiveDate;

use crate::{
    domain::{
        id::QuestionId,
        local_time,
        standing_order::{Exception, written_response::Reason},
        status::{Act, Status},
        text,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        admit_question::{details_removed, exceptions_for, find_slots, standing_refusals},
        evidence::stored_questioner,
        letters::{About, Letter},
        permission, question_time, responses,
        submit_question::record_exception,
        views::{self, QuestionView},
        visibility::{QuestionForStaff, Viewer},
    },
    store::{
        connection::Db,
        questions::{self, Decision, DecisionKind, Question},
    },
};

/// What an officer decides about two questions that contend for one allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InPlace {
    /// The question that holds the allowance and gives way.
    pub holder: QuestionId,
    /// Its version that the officer saw.
    pub holder_version: i32,
    /// Whether the question that gives way gets a written response.
    pub respond: bool,
    /// Why. It is recorded, and not sent to anybody.
    pub reason: String,
}

/// The two letters that the act sends, and to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Letters {
    /// The question that is admitted.
    pub admitted: QuestionForStaff,
    /// What its questioner is told.
    pub to_admitted: Letter,
    /// The question that gives way.
    pub holder: QuestionForStaff,
    /// What its questioner is told.
    pub to_holder: Letter,
}

/// The live questions at the meeting that hold an allowance which a refused or replaced question would need.
///
/// # Errors
/// Those of the store.
pub fn holders(
    service: &Service,
    db: &mut Db,
    view: &QuestionView,
) -> Result<Vec<Question>, ServiceError> {
    let Some(details) = &view.questioner else {
        return Ok(Vec::new());
    };
    let keys = service.hashed_keys(&stored_questioner(details)?);
    let mut found = Vec::new();
    for id in questions::holders(db, view.question.meeting_id, &keys)? {
        let holder = questions::question(db, id)?;
        if holder.id != view.question.id && holder.status.is_live() {
            found.push(holder);
        }
    }
    Ok(found)
}

/// The letters that the act would send. Nothing is changed.
///
/// # Errors
/// Those of [`admit_in_place`].
pub fn preview(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    wanted: &InPlace,
) -> Result<Letters, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.read(|db| {
        let prepared = prepare(service, db, id, version, wanted)?;
        Ok(Letters {
            admitted: for_officer(prepared.admitted),
            to_admitted: prepared.to_admitted,
            holder: for_officer(prepared.holder),
            to_holder: prepared.to_holder,
        })
    })
}

/// The two questions as they stand, for the page on which the act is worded.
///
/// # Errors
/// [`ServiceError::Forbidden`], [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where the act is not possible.
pub fn pair(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    holder: QuestionId,
) -> Result<(QuestionForStaff, QuestionForStaff), ServiceError> {
    permission::proper_officer(acting)?;
    service.store.read(|db| {
        let admitted = views::question(service, db, id)?;
        let holder = holder_of(service, db, &admitted, holder)?;
        Ok((for_officer(admitted), for_officer(holder)))
    })
}

fn for_officer(view: QuestionView) -> QuestionForStaff {
    QuestionForStaff::new(view, Viewer::ProperOfficer)
}

struct Prepared {
    admitted: QuestionView,
    to_admitted: Letter,
    holder: QuestionView,
    to_holder: Letter,
    exceptions: Vec<Exception>,
    reason: String,
}

fn holder_of(
    service: &Service,
    db: &mut Db,
    admitted: &QuestionView,
    holder: QuestionId,
) -> Result<QuestionView, ServiceError> {
    admitted.question.status.after(Act::Admit)?;
    admitted.meeting.still_to_be_put_at(service.now())?;
    if !holders(service, db, admitted)?
        .iter()
        .any(|found| found.id == holder)
    {
        return Err(ServiceError::Conflict(
            "That question does not hold the allowance any more, so there is nothing to replace."
                .to_owned(),
        ));
    }
    views::question(service, db, holder)
}

fn prepare(
    service: &Service,
    db: &mut Db,
    id: QuestionId,
    version: i32,
    wanted: &InPlace,
) -> Result<Prepared, ServiceError> {
    let reason = text::several_lines(&wanted.reason);
    if reason.is_empty() {
        return Err(ServiceError::field(
            "reason",
            "empty",
            "Enter why this question is admitted instead of the other",
        ));
    }
    let mut admitted = views::question(service, db, id)?;
    let mut holder = holder_of(service, db, &admitted, wanted.holder)?;
    if admitted.question.version != version || holder.question.version != wanted.holder_version {
        return Err(ServiceError::changed());
    }
    let state = question_time::state(service, db, &holder.meeting)?;
    if state
        .turn
        .as_ref()
        .is_some_and(|turn| turn.question == wanted.holder)
    {
        return Err(ServiceError::Conflict(
            "The other question is being put now.".to_owned(),
        ));
    }
    // the allowance becomes free; whatever else stands against it needs an exception all the same
    let mut exceptions = exceptions_for(&standing_refusals(service, db, &admitted)?)?;
    exceptions.retain(|exception| *exception != Exception::SecondQuestion);
    admitted.question.status = admitted.question.status.after(Act::Admit)?;
    admitted.question.refusals = Vec::new();
    admitted.question.version += 1;
    holder.question.status = holder.question.status.after(Act::Replace)?;
    holder.question.version += 1;
    let response_due = if wanted.respond {
        holder.question.status = holder.question.status.after(Act::Owe)?;
        Some(due(service, db, &holder)?)
    } else {
        None
    };
    let about = |view: &QuestionView| {
        About::new(
            &view.question,
            &view.matter,
            &view.meeting.board,
            view.meeting.meeting(),
        )
    };
    Ok(Prepared {
        to_admitted: Letter::Admitted {
            about: about(&admitted),
            exception: !exceptions.is_empty(),
        },
        to_holder: Letter::Replaced {
            about: about(&holder),
            response_due,
        },
        admitted,
        holder,
        exceptions,
        reason,
    })
}

fn due(service: &Service, db: &mut Db, view: &QuestionView) -> Result<NaiveDate, ServiceError> {
    responses::due_on(
        service,
        db,
        &view.meeting,
        local_time::london_date(service.now()),
    )
}

/// Admits a question that was refused or replaced instead of the one that holds the allowance, in one transaction: that one gives
/// way and frees the allowance, this one takes it, and both questioners are told. Neither letter says anything about the other
/// person.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] without a reason; [`ServiceError::Refused`] with what no exception can set
/// aside; [`ServiceError::Conflict`] where either question has changed since, or a third one holds an allowance of the same person.
pub fn admit_in_place(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    wanted: &InPlace,
) -> Result<Question, ServiceError> {
    let member = permission::proper_officer(acting)?;
    service.store.write(|db| {
        let was = views::question(service, db, id)?.question;
        let holder_was = views::question(service, db, wanted.holder)?.question;
        let Prepared {
            admitted,
            to_admitted,
            holder,
            to_holder,
            exceptions,
            reason,
        } = prepare(service, db, id, version, wanted)?;
        let (question, gave_way) = (&admitted.question, &holder.question);
        if !questions::update(db, gave_way)? || !questions::update(db, question)? {
            return Err(ServiceError::changed());
        }
        questions::release_slots(db, gave_way.id, service.now())?;
        let Some(details) = &admitted.questioner else {
            return Err(details_removed());
        };
        let questioner = stored_questioner(details)?;
        let slots = find_slots(service, db, &admitted, &questioner)?;
        if slots.free.contains(&None) {
            return Err(ServiceError::Conflict(
                "Another question from the same person or organisation holds the allowance as well. Decide on that one first.".to_owned(),
            ));
        }
        slots.take(service, db, question, &service.hashed_keys(&questioner))?;
        for exception in &exceptions {
            record_exception(service, db, acting, question, *exception, &reason)?;
        }
        let decision_id: uuid::Uuid = service.new_id();
        questions::insert_decision(
            db,
            &decision_id.to_string(),
            gave_way.id,
            &Decision {
                kind: DecisionKind::Replaced,
                grounds: Vec::new(),
                reason: Some(reason.clone()),
                earlier: Some(question.id),
                staff_id: member.id,
                decided_at: service.now(),
            },
        )?;
        service.audit_question(
            db,
            acting,
            "replace",
            Some(&holder_was),
            gave_way,
            serde_json::json!({ "reason": reason, "by": question.reference.to_string() }),
        )?;
        service.audit_question(
            db,
            acting,
            "admit_in_place",
            Some(&was),
            question,
            serde_json::json!({
                "reason": reason,
                "of": gave_way.reference.to_string(),
                "exceptions": exceptions,
            }),
        )?;
        if gave_way.status == Status::ResponseOwed {
            let today = local_time::london_date(service.now());
            let response = responses::record_owed(
                service,
                db,
                gave_way,
                &holder.meeting,
                Reason::NotAccepted,
                today,
            )?;
            responses::tell_owners(service, db, acting.staff_id(), &[response])?;
        }
        service.write_letter(db, acting, gave_way, holder.questioner.as_ref(), &to_holder)?;
        service.write_letter(db, acting, question, Some(details), &to_admitted)?;
        Ok(admitted.question)
    })
}
