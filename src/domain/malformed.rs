//! What is wrong with something that was typed. This is the second kind of no: not the rule's (see
//! [`crate::domain::refusal::Refusal`]) but the form's, shown next to its field, with what was typed kept.

/// Why a value could not be read, in words for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    /// Stable code for programs, such as `empty` or `too_long`.
    pub code: &'static str,
    /// A GOV.UK style error message: what to do, without blame.
    pub message: String,
}

impl Malformed {
    /// A problem with its stable code and its words.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}
