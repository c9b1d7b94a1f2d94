//! Why an act was not carried out.
//!
//! Two kinds of no meet people: the rule's ([`ServiceError::Refused`]) and the form's ([`ServiceError::Invalid`]). One place
//! above turns every error into a page, another into problem+json.

use crate::{
    domain::{malformed::Malformed, refusal::Refusal, standing_order::question_time::NotNow},
    store::error::{Constraint, Retry, StoreError},
};

/// What is wrong with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, the same on pages and in JSON.
    pub field: &'static str,
    /// Stable code for programs.
    pub code: &'static str,
    /// Words for the person.
    pub message: String,
}

impl FieldError {
    /// A problem with a field.
    pub fn new(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            field,
            code,
            message: message.into(),
        }
    }

    /// The same from a value that could not be read.
    pub fn of(field: &'static str, malformed: Malformed) -> Self {
        Self {
            field,
            code: malformed.code,
            message: malformed.message,
        }
    }
}

/// Why an act was not carried out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ServiceError {
    /// There is no room for more drafts: why, and after how long there may be.
    #[error("no room for more drafts")]
    NoRoom(&'static str, chrono::TimeDelta),
    /// Fields are wrong: all of them at once.
    #[error("some fields need attention")]
    Invalid(Vec<FieldError>),
    /// The standing order says no.
    #[error("the standing order refuses")]
    Refused(Vec<Refusal>),
    /// There is no such thing, or none that this person may know of.
    #[error("not found")]
    NotFound,
    /// Not signed in.
    #[error("not signed in")]
    SignedOut,
    /// Signed in, without the right.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// It has changed since, or stands where this can't be done.
    #[error("conflict: {0}")]
    Conflict(String),
    /// Too many people at once; nothing was stored, the same may succeed in a moment.
    #[error("busy")]
    Busy,
    /// The database cannot take it now: its disk is full, or it cannot be reached. Nothing was stored.
    #[error("unavailable")]
    Unavailable,
    /// More often than is allowed; how long to wait.
    #[error("too many requests")]
    TooMany(std::time::Duration),
    /// A fault of the service.
    #[error("internal: {0}")]
    Internal(String),
}

impl ServiceError {
    /// One wrong field.
    pub fn field(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, message)])
    }

    /// It has changed since the person looked at it.
    pub fn changed() -> Self {
        Self::Conflict("It has changed since you opened it.".to_owned())
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            // another act took the same place between this one's look and its write: run again, the act sees it and answers
            StoreError::UniqueViolation(
                Constraint::OneQuestionPerMeeting
                | Constraint::IdempotencyKey
                | Constraint::QuestionReference
                | Constraint::QuestionDraft
                | Constraint::RoomNumber
                | Constraint::QuestionTimeEvent,
            ) => Self::Busy,
            StoreError::UniqueViolation(_) => {
                Self::Conflict("There is one like this already.".to_owned())
            }
            StoreError::Busy | StoreError::Unavailable(_) => {
                tracing::warn!(%error, "the store is busy");
                Self::Busy
            }
            StoreError::Full | StoreError::NotSynced => {
                tracing::error!(%error, "the store takes no writes");
                Self::Unavailable
            }
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<diesel::result::Error> for ServiceError {
    fn from(error: diesel::result::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<crate::domain::status::NotPossible> for ServiceError {
    fn from(not: crate::domain::status::NotPossible) -> Self {
        Self::Conflict(format!(
            "The question is now {}, so this cannot be done.",
            not.from.words()
        ))
    }
}

impl From<crate::domain::standing_order::written_response::NotPossible> for ServiceError {
    fn from(not: crate::domain::standing_order::written_response::NotPossible) -> Self {
        Self::Conflict(format!(
            "The written response is {}, so this cannot be sent.",
            not.from.words()
        ))
    }
}

impl From<NotNow> for ServiceError {
    fn from(not: NotNow) -> Self {
        match not {
            NotNow::Refused(refusal) => Self::Refused(vec![refusal]),
            NotNow::OutOfOrder(why) => Self::Conflict(why.to_owned()),
        }
    }
}

impl Retry for ServiceError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy)
    }
}
