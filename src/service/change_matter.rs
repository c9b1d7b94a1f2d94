//! Recording a question under another agenda item: it concerns that one, or its own can no longer be asked about (reading 25).

use crate::{
    domain::{
        id::{AgendaItemId, QuestionId},
        meeting::MeetingStatus,
        refusal::Refusal,
        standing_order::question_time::Outcome,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        letters::{About, Letter},
        notify_changes::{Change, Effect},
        permission, question_time,
        views::{self, QuestionView},
    },
    store::{
        connection::Db,
        questions::{self, Question},
    },
};

/// A change that can be made, with the letter that it sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The question as it stands.
    pub view: QuestionView,
    /// The exact letter; none where the words stay the same.
    pub letter: Option<Letter>,
    question: Question,
}

fn prepare(
    service: &Service,
    db: &mut Db,
    id: QuestionId,
    version: i32,
    item: AgendaItemId,
) -> Result<Prepared, ServiceError> {
    let view = views::question(service, db, id)?;
    if view.question.version != version {
        return Err(ServiceError::changed());
    }
    if !view.question.status.is_live() || view.meeting.meeting().status != MeetingStatus::Scheduled
    {
        return Err(ServiceError::Conflict(
            "Only a question that is approved or waits for a decision can be moved to another item.".to_owned(),
        ));
    }
    let state = question_time::state(service, db, &view.meeting)?;
    if state
        .entry(id)
        .is_some_and(|entry| !matches!(entry.outcome, Outcome::Waiting))
    {
        return Err(ServiceError::Conflict(
            "The question has been called, so it stays under its item.".to_owned(),
        ));
    }
    let Some(to) = view.meeting.agenda.iter().find(|on| on.id == item) else {
        return Err(ServiceError::field(
            "agenda_item",
            "choice",
            "Select the agenda item that the question is about",
        ));
    };
    if let Some(why) = to.not_for_questions() {
        return Err(ServiceError::Refused(vec![Refusal::ItemNotForQuestions {
            item: to.title.clone(),
            why,
        }]));
    }
    let mut question = view.question.clone();
    question.agenda_item_id = Some(item);
    question.public_matter = None;
    question.version += 1;
    let letter = (view.matter != to.title).then(|| Letter::MeetingChanged {
        about: About::new(
            &question,
            &to.title,
            &view.meeting.board,
            view.meeting.meeting(),
        ),
        changes: vec![Change::Matter {
            old: view.matter.clone(),
            new: to.title.clone(),
        }],
        effect: Effect::Stays,
        deadline: view.meeting.deadline.at,
        open: view.meeting.takes_questions(service.now()),
        why: None,
    });
    Ok(Prepared {
        view,
        letter,
        question,
    })
}

/// Shows what recording a question under another item would send, without doing it.
///
/// # Errors
/// Those of [`change`].
pub fn preview(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    item: AgendaItemId,
) -> Result<Prepared, ServiceError> {
    permission::proper_officer(acting)?;
    service
        .store
        .read(|db| prepare(service, db, id, version, item))
}

/// Records a question under another item of its meeting's agenda, and tells the questioner.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] for an item of another agenda; [`ServiceError::Refused`] for one that
/// cannot be asked about; [`ServiceError::Conflict`] where the question has changed since, or has been called.
pub fn change(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    item: AgendaItemId,
) -> Result<Question, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let prepared = prepare(service, db, id, version, item)?;
        let was = &prepared.view.question;
        if !questions::update(db, &prepared.question)? {
            return Err(ServiceError::changed());
        }
        service.audit_question(
            db,
            acting,
            "change_matter",
            Some(was),
            &prepared.question,
            serde_json::json!({ "item": item, "was_item": was.agenda_item_id }),
        )?;
        if let Some(letter) = &prepared.letter {
            service.write_letter(
                db,
                acting,
                &prepared.question,
                prepared.view.questioner.as_ref(),
                letter,
            )?;
        }
        Ok(prepared.question)
    })
}
