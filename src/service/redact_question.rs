//! Editing the words that are published, to take out what must not be. The words as they came are kept.

use crate::{
    domain::{id::QuestionId, question::QuestionText, text},
    service::{FieldError, Service, ServiceError, actor::Acting, permission},
    store::questions::{self, Question},
};

/// Changes the public text.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] where the text or the reason is missing; [`ServiceError::Conflict`] where
/// it has changed since.
pub fn redact(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    public_text: &str,
    reason: &str,
) -> Result<Question, ServiceError> {
    permission::proper_officer(acting)?;
    let mut problems = Vec::new();
    let parsed = match QuestionText::parse(public_text) {
        Ok(text) => Some(text),
        Err(malformed) => {
            problems.push(FieldError::of("public_text", malformed));
            None
        }
    };
    let reason = text::several_lines(reason);
    if reason.is_empty() {
        problems.push(FieldError::new(
            "reason",
            "empty",
            "Enter why the published text is changed",
        ));
    }
    let (Some(parsed), true) = (parsed, problems.is_empty()) else {
        return Err(ServiceError::Invalid(problems));
    };
    service.store.write(|db| {
        let was = questions::question(db, id)?;
        if was.version != version {
            return Err(ServiceError::changed());
        }
        let mut question = was.clone();
        parsed.as_str().clone_into(&mut question.public_text);
        question.version += 1;
        if !questions::update(db, &question)? {
            return Err(ServiceError::changed());
        }
        // the words themselves may be personal: the trail says that they changed and why
        let change = serde_json::json!({
            "reason": reason,
            "characters_before": was.public_text.chars().count(),
            "characters_after": question.public_text.chars().count(),
        });
        service.audit_question(db, acting, "redact", Some(&was), &question, change)?;
        Ok(question)
    })
}
