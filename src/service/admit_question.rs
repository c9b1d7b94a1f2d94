//! Letting in a question that the rule refused, by an exception that the officer records (readings 4, 5 and 8).

use crate::{
    domain::{id::QuestionId, standing_order::Exception, status::Act, text},
    service::{
        Service, ServiceError,
        actor::Acting,
        evidence::stored_questioner,
        letters::{About, Letter},
        permission,
        submit_question::{Slots, record_exception},
        views,
    },
    store::questions::{self, Question},
};

/// Admits a refused question. Every refusal that it holds must be one that an exception can set aside.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] without a reason; [`ServiceError::Refused`] with the refusals that no
/// exception can set aside; [`ServiceError::Conflict`] where it has changed since.
pub fn admit(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    reason: &str,
) -> Result<Question, ServiceError> {
    permission::proper_officer(acting)?;
    let reason = text::several_lines(reason);
    if reason.is_empty() {
        return Err(ServiceError::field(
            "reason",
            "empty",
            "Enter the reason for the exception",
        ));
    }
    service.store.write(|db| {
        let was = questions::question(db, id)?;
        if was.version != version {
            return Err(ServiceError::changed());
        }
        let lasting: Vec<_> = was
            .refusals
            .iter()
            .filter(|refusal| Exception::for_refusal(refusal).is_none())
            .cloned()
            .collect();
        if !lasting.is_empty() {
            return Err(ServiceError::Refused(lasting));
        }
        let meeting = views::meeting(service, db, was.meeting_id)?;
        meeting.still_to_be_put_at(service.now())?;
        let mut question = was.clone();
        question.status = was.status.after(Act::Admit)?;
        question.refusals = Vec::new();
        question.version += 1;
        if !questions::update(db, &question)? {
            return Err(ServiceError::changed());
        }
        let Some(details) = questions::questioner(db, id)? else {
            return Err(ServiceError::Conflict(
                "The questioner's details have been removed.".to_owned(),
            ));
        };
        let keys = service.hashed_keys(&stored_questioner(&details)?);
        let allowed = i32::from(
            service
                .figures(meeting.meeting())
                .questions_per_person()
                .get(),
        );
        let slots = Slots::find(db, was.meeting_id, &keys, allowed)?;
        let mut exceptions: Vec<Exception> = was
            .refusals
            .iter()
            .filter_map(Exception::for_refusal)
            .collect();
        if slots.free.contains(&None) {
            // another question has come since this one was refused as late, say: that is set aside too, and recorded
            exceptions.push(Exception::SecondQuestion);
        }
        exceptions.sort();
        exceptions.dedup();
        slots.take(service, db, &question, &keys)?;
        for exception in exceptions {
            record_exception(service, db, acting, &question, exception, &reason)?;
        }
        service.audit_question(
            db,
            acting,
            "admit",
            Some(&was),
            &question,
            serde_json::json!({ "reason": reason }),
        )?;
        let matter = views::matter_words(&question, meeting.published_agenda());
        let letter = Letter::Admitted {
            about: About::new(&question, &matter, &meeting.board, meeting.meeting()),
        };
        service.write_letter(db, &question, Some(&details), &letter)?;
        Ok(question)
    })
}
