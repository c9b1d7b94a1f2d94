//! Letting in a question that the rule refused, by an exception that the officer records (readings 4, 5 and 8); or, where nothing
//! stands against it any more, without one (reading 26).

use crate::{
    domain::{
        id::QuestionId,
        question::{Matter, MatterWords},
        questioner::Questioner,
        refusal::Refusal,
        same_person,
        standing_order::{self, Circumstances, Exception, Notice},
        status::Act,
        text,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        evidence::stored_questioner,
        letters::{About, Letter},
        permission,
        submit_question::{Slots, record_exception},
        views::{self, QuestionView},
    },
    store::{
        connection::Db,
        questions::{self, Question},
    },
};

/// The refusals that stand if the rule is read again to a question that was refused or replaced: by the deadline, the agenda and
/// the allowances as they are now, and by when it was received.
///
/// # Errors
/// Those of the store.
pub(super) fn standing_refusals(
    service: &Service,
    db: &mut Db,
    view: &QuestionView,
) -> Result<Vec<Refusal>, ServiceError> {
    let question = &view.question;
    let Some(details) = &view.questioner else {
        return Ok(question.refusals.clone());
    };
    let questioner = stored_questioner(details)?;
    let slots = find_slots(service, db, view, &questioner)?;
    let held: Vec<_> = same_person::keys(&questioner)
        .into_iter()
        .zip(&slots.free)
        .filter(|(_, free)| free.is_none())
        .map(|(key, _)| key)
        .collect();
    let matter = match (question.agenda_item_id, &question.matter) {
        (Some(item), _) => Some(Matter::Item(item)),
        (None, Some(words)) => MatterWords::parse(words).ok().map(Matter::Described),
        (None, None) => None,
    };
    let Some(matter) = matter else {
        return Ok(question.refusals.clone());
    };
    // what an officer has set aside for this question stays set aside; who holds the allowance is looked at anew
    let exceptions: Vec<Exception> = view
        .exceptions
        .iter()
        .map(|made| made.exception)
        .filter(|exception| *exception != Exception::SecondQuestion)
        .collect();
    let judged = standing_order::admit(
        Notice {
            received_at: question.received_at,
            questioner: &questioner,
            matter: &matter,
        },
        Circumstances {
            meeting: view.meeting.meeting(),
            agenda: &view.meeting.agenda,
            deadline: &view.meeting.deadline,
            postcode: question.postcode_check,
            held_keys: &held,
            allowance: service
                .figures(view.meeting.meeting())
                .questions_per_person(),
            exceptions: &exceptions,
        },
    );
    let mut standing = judged.err().unwrap_or_default();
    if matches!(matter, Matter::Described(_)) && !question.refusals.contains(&Refusal::NotOnAgenda)
    {
        // it described its matter while that was enough
        standing.retain(|refusal| *refusal != Refusal::NotOnAgenda);
    }
    Ok(standing)
}

/// The slots of a questioner's allowance at the meeting of a question.
pub(super) fn find_slots(
    service: &Service,
    db: &mut Db,
    view: &QuestionView,
    questioner: &Questioner,
) -> Result<Slots, ServiceError> {
    let meeting = view.meeting.meeting();
    let keys = service.hashed_keys(questioner);
    let allowed = i32::from(service.figures(meeting).questions_per_person().get());
    Slots::find(db, meeting.id, &keys, allowed)
}

/// Admits a question that was refused or replaced. Where something stands against it, that must be what an exception can set aside,
/// with a reason; where nothing does any more, it is admitted as any other, and `reason` may be empty.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] without a reason for an exception; [`ServiceError::Refused`] with the
/// refusals that no exception can set aside; [`ServiceError::Conflict`] where it has changed since.
pub fn admit(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    reason: &str,
) -> Result<Question, ServiceError> {
    permission::proper_officer(acting)?;
    let reason = text::several_lines(reason);
    service.store.write(|db| {
        let view = views::question(service, db, id)?;
        let was = &view.question;
        if was.version != version {
            return Err(ServiceError::changed());
        }
        let mut question = was.clone();
        question.status = was.status.after(Act::Admit)?;
        view.meeting.still_to_be_put_at(service.now())?;
        let standing = standing_refusals(service, db, &view)?;
        let exceptions = exceptions_for(&standing)?;
        if !exceptions.is_empty() && reason.is_empty() {
            return Err(ServiceError::field(
                "reason",
                "empty",
                "Enter the reason for the exception",
            ));
        }
        question.refusals = Vec::new();
        question.version += 1;
        if !questions::update(db, &question)? {
            return Err(ServiceError::changed());
        }
        let Some(details) = &view.questioner else {
            return Err(details_removed());
        };
        let questioner = stored_questioner(details)?;
        let slots = find_slots(service, db, &view, &questioner)?;
        slots.take(service, db, &question, &service.hashed_keys(&questioner))?;
        for exception in &exceptions {
            record_exception(service, db, acting, &question, *exception, &reason)?;
        }
        service.audit_question(
            db,
            acting,
            "admit",
            Some(was),
            &question,
            serde_json::json!({ "reason": reason, "exceptions": exceptions }),
        )?;
        let letter = Letter::Admitted {
            about: About::new(
                &question,
                &view.matter,
                &view.meeting.board,
                view.meeting.meeting(),
            ),
            exception: !exceptions.is_empty(),
        };
        service.write_letter(db, acting, &question, Some(details), &letter)?;
        Ok(question)
    })
}

/// The exceptions that set refusals aside.
///
/// # Errors
/// [`ServiceError::Refused`] with those that no exception can set aside.
pub(super) fn exceptions_for(standing: &[Refusal]) -> Result<Vec<Exception>, ServiceError> {
    let lasting: Vec<_> = standing
        .iter()
        .filter(|refusal| Exception::for_refusal(refusal).is_none())
        .cloned()
        .collect();
    if !lasting.is_empty() {
        return Err(ServiceError::Refused(lasting));
    }
    let mut exceptions: Vec<Exception> =
        standing.iter().filter_map(Exception::for_refusal).collect();
    exceptions.sort();
    exceptions.dedup();
    Ok(exceptions)
}

pub(super) fn details_removed() -> ServiceError {
    ServiceError::Conflict("The questioner's details have been removed.".to_owned())
}
