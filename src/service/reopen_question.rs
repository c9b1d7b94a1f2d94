//! Taking back a rejection, with a reason, until the meeting (reading 11).

use crate::{
    domain::{id::QuestionId, same_person, standing_order::one_question, status::Act, text},
    service::{
        Service, ServiceError,
        actor::Acting,
        evidence::stored_questioner,
        letters::{About, Letter},
        permission,
        submit_question::Slots,
        views,
    },
    store::questions::{self, Decision, DecisionKind, Question},
};

/// Reopens a rejected question. The questioner's allowance is taken again where the rejection had given it back.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] without a reason; [`ServiceError::Refused`] where the questioner has sent
/// another question since (clause (iii)); [`ServiceError::Conflict`] where it has changed since or the meeting is over.
pub fn reopen(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    reason: &str,
) -> Result<Question, ServiceError> {
    let reason = text::several_lines(reason);
    if reason.is_empty() {
        return Err(ServiceError::field(
            "reason",
            "empty",
            "Enter why the rejection is taken back",
        ));
    }
    service.store.write(|db| {
        let view = views::question(service, db, id)?;
        let member = permission::chair_of(acting, view.meeting.board.id)?;
        let was = &view.question;
        if was.version != version {
            return Err(ServiceError::changed());
        }
        let mut question = was.clone();
        question.status = was.status.after(Act::Reopen)?;
        question.version += 1;
        view.meeting.still_to_be_put_at(service.now())?;
        if !questions::holds_allowance(db, id)? {
            let Some(details) = &view.questioner else {
                return Err(ServiceError::Conflict(
                    "The questioner's details have been removed.".to_owned(),
                ));
            };
            let questioner = stored_questioner(details)?;
            let keys = service.hashed_keys(&questioner);
            let allowance = service
                .figures(view.meeting.meeting())
                .questions_per_person();
            let slots = Slots::find(db, was.meeting_id, &keys, i32::from(allowance.get()))?;
            let held: Vec<_> = same_person::keys(&questioner)
                .into_iter()
                .zip(&slots.free)
                .filter(|(_, free)| free.is_none())
                .map(|(key, _)| key)
                .collect();
            let refusals = one_question::check(&held, allowance);
            if !refusals.is_empty() {
                return Err(ServiceError::Refused(refusals));
            }
            slots.take(service, db, &question, &keys)?;
        }
        if !questions::update(db, &question)? {
            return Err(ServiceError::changed());
        }
        let decision = Decision {
            kind: DecisionKind::Reopened,
            grounds: Vec::new(),
            reason: Some(reason.clone()),
            earlier: None,
            staff_id: member.id,
            decided_at: service.now(),
        };
        let decision_id: uuid::Uuid = service.new_id();
        questions::insert_decision(db, &decision_id.to_string(), id, &decision)?;
        service.audit_question(
            db,
            acting,
            "reopen",
            Some(was),
            &question,
            serde_json::json!({ "reason": reason }),
        )?;
        let letter = Letter::Reopened {
            about: About::new(
                &question,
                &view.matter,
                &view.meeting.board,
                view.meeting.meeting(),
            ),
        };
        service.write_letter(db, acting, &question, view.questioner.as_ref(), &letter)?;
        Ok(question)
    })
}
