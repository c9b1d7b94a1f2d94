//! Approving a question for the meeting. A strong match with an earlier question must be decided in words first (reading 10).

use crate::{
    domain::{id::QuestionId, questioner::Confirmation, status::Act, text},
    service::{
        Service, ServiceError,
        actor::Acting,
        confirm_address, evidence,
        letters::{About, Letter},
        permission,
        views::{self, QuestionView},
    },
    store::questions::{self, Decision, DecisionKind, Question},
};

/// The letter that approving sends.
pub fn letter(service: &Service, view: &QuestionView) -> Letter {
    let meeting = view.meeting.meeting();
    let figures = service.figures(meeting);
    Letter::Approved {
        about: About::new(&view.question, &view.matter, &view.meeting.board, meeting),
        questioner_minutes: figures.questioner_time().num_minutes(),
        question_time_minutes: figures.question_time().num_minutes(),
        needs_stated: view
            .questioner
            .as_ref()
            .is_some_and(|details| details.needs.is_some()),
        called: Some(views::room_name(&view.question, &view.meeting).to_string()),
    }
}

/// Approves a question. `judgement` says in words why a strong match is not the same question; without a strong match it may be
/// empty.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] where a strong match has not been decided; [`ServiceError::Refused`] where
/// clause (ii) or (vi) stands against it by the agenda as it is now; [`ServiceError::Conflict`] where it has changed since or can't
/// be approved.
pub fn approve(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    judgement: &str,
) -> Result<Question, ServiceError> {
    let member = permission::proper_officer(acting)?;
    let judgement = text::several_lines(judgement);
    // The search comes before the transaction that writes (see `archive`): its text is that of this version, or nothing is
    // approved.
    let found = service.store.read(|db| {
        let view = views::question(service, db, id)?;
        evidence::evidence(service, db, &view.question, view.meeting.meeting())
    })?;
    service.store.write(|db| {
        let view = views::question(service, db, id)?;
        let was = &view.question;
        if was.version != version {
            return Err(ServiceError::changed());
        }
        view.meeting.still_to_be_put_at(service.now())?;
        let mut question = was.clone();
        question.status = was.status.after(Act::Approve)?;
        question.version += 1;
        if let Some(refusal) = views::refusal_to_approve(was, &view.meeting) {
            return Err(ServiceError::Refused(vec![refusal]));
        }
        let now = service.now();
        let strong: Vec<_> = found.strong().collect();
        if !strong.is_empty() && judgement.is_empty() {
            return Err(ServiceError::field(
                "judgement",
                "empty",
                "Enter why this is not the same question as the one put before",
            ));
        }
        let decide = |kind, reason: Option<&str>, earlier| Decision {
            kind,
            grounds: Vec::new(),
            reason: reason.map(str::to_owned),
            earlier,
            staff_id: member.id,
            decided_at: now,
        };
        for found in &strong {
            let id_: uuid::Uuid = service.new_id();
            questions::insert_decision(
                db,
                &id_.to_string(),
                id,
                &decide(
                    DecisionKind::MatchJudged,
                    Some(&judgement),
                    Some(found.question.id),
                ),
            )?;
        }
        if !questions::update(db, &question)? {
            return Err(ServiceError::changed());
        }
        let decision_id: uuid::Uuid = service.new_id();
        questions::insert_decision(
            db,
            &decision_id.to_string(),
            id,
            &decide(
                DecisionKind::Approved,
                // without a strong match it is not about one, and is kept with the approval
                Some(judgement.as_str())
                    .filter(|judgement| strong.is_empty() && !judgement.is_empty()),
                None,
            ),
        )?;
        let judged: Vec<_> = strong
            .iter()
            .map(|found| found.question.reference.to_string())
            .collect();
        service.audit_question(
            db,
            acting,
            "approve",
            Some(was),
            &question,
            serde_json::json!({ "judged_different_from": judged, "judgement": judgement }),
        )?;
        let mut questioner = view.questioner.clone();
        if let Some(details) = &mut questioner {
            confirm_address::note(
                service,
                db,
                acting,
                &question,
                details,
                Confirmation::Approval,
            )?;
        }
        service.write_letter(
            db,
            acting,
            &question,
            questioner.as_ref(),
            &letter(service, &view),
        )?;
        Ok(question)
    })
}
