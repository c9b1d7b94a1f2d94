//! Writing what the minutes say of a question: the response given, who gave it, the supplementary and its response (reading 14).

use crate::{
    domain::{id::QuestionId, text},
    service::{FieldError, Service, ServiceError, actor::Acting, permission, views},
    store::questions::{self, Minutes},
};

/// What is written for the minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The response in substance.
    pub response: String,
    /// Who gave it.
    pub answered_by: String,
    /// The supplementary question.
    pub supplementary_text: String,
    /// The response to it.
    pub supplementary_response: String,
}

/// Writes what the minutes say: the chair of the board, or the proper officer.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::Conflict`] where somebody has written since.
pub fn write(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    written: &Written,
) -> Result<Minutes, ServiceError> {
    let mut problems = Vec::new();
    let mut field = |name: &'static str, typed: &str| {
        let text = text::several_lines(typed);
        if text.chars().count() > 20_000 {
            problems.push(FieldError::new(
                name,
                "too_long",
                "The text must be 20,000 characters or fewer",
            ));
        }
        (!text.is_empty()).then_some(text)
    };
    let response = field("response", &written.response);
    let answered_by = field("answered_by", &written.answered_by);
    let supplementary_text = field("supplementary_text", &written.supplementary_text);
    let supplementary_response = field("supplementary_response", &written.supplementary_response);
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    service.store.write(|db| {
        let question = questions::question(db, id)?;
        let meeting = views::meeting(service, db, question.meeting_id)?;
        permission::chair_of(acting, meeting.board.id)?;
        let was = questions::minutes(db, id)?;
        if was.version != version {
            return Err(ServiceError::changed());
        }
        let minutes = Minutes {
            response: response.clone(),
            answered_by: answered_by.clone(),
            supplementary_text: supplementary_text.clone(),
            supplementary_response: supplementary_response.clone(),
            dealt_with: was.dealt_with,
            version: was.version + 1,
        };
        if !questions::write_minutes(db, id, &minutes)? {
            return Err(ServiceError::changed());
        }
        let shape = |m: &Minutes| {
            serde_json::json!({ "response": m.response.is_some(), "supplementary": m.supplementary_text.is_some(), "version": m.version })
        };
        service.audit(db, acting, "write_minutes", ("question", &id.to_string()), Some(shape(&was)), Some(shape(&minutes)))?;
        Ok(minutes)
    })
}
