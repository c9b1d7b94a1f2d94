//! Noting what has been arranged for a questioner at the meeting: "a seat near the front". The chair and the clerk see this note; what
//! the questioner told of themselves stays with the proper officer (reading 19).

use crate::{
    domain::{id::QuestionId, text},
    service::{Service, ServiceError, actor::Acting, permission},
    store::questions::{self, Question},
};

/// Most characters of the note: it is read at a glance on the chair's screen.
pub const MAX_CHARACTERS: usize = 200;

/// Writes the note; nothing typed takes it away.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] where the note is too long; [`ServiceError::Conflict`] where the question has
/// changed since, or its questioner's details have been removed.
pub fn arrange(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    arranged: &str,
) -> Result<Question, ServiceError> {
    permission::proper_officer(acting)?;
    let arranged = text::single_line(arranged);
    if arranged.chars().count() > MAX_CHARACTERS {
        return Err(ServiceError::field(
            "arranged",
            "too_long",
            format!("What has been arranged must be {MAX_CHARACTERS} characters or fewer"),
        ));
    }
    let note = (!arranged.is_empty()).then_some(arranged.as_str());
    service.store.write(|db| {
        let was = questions::question(db, id)?;
        if was.version != version {
            return Err(ServiceError::changed());
        }
        if !questions::note_arranged(db, id, note)? {
            return Err(ServiceError::Conflict(
                "The questioner’s details have been removed on schedule.".to_owned(),
            ));
        }
        // the screens of the meeting follow the question's version
        let mut question = was.clone();
        question.version += 1;
        if !questions::update(db, &question)? {
            return Err(ServiceError::changed());
        }
        let noted = serde_json::json!({ "arranged": note.is_some() });
        service.audit_question(db, acting, "arrange", Some(&was), &question, noted)?;
        Ok(question)
    })
}
