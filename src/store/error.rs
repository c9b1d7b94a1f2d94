//! What can go wrong between the service and its database, in terms that a use case can act on.
//!
//! SQLite and PostgreSQL report the same fault in different words; here both become one [`StoreError`]. A unique
//! violation in particular becomes a [`Constraint`], because "this person has already asked at this meeting" is an
//! answer to a resident, not a failure.
//!
//! Messages never repeat SQL or stored values: they end in logs, and logs hold no personal details.

use std::fmt;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

/// A fault reported by the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Others were writing the same rows, or every connection was taken, until the time allowed was over. Nothing was
    /// stored; the same request may succeed in a moment.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached, or the connection was lost. Where that happened while a commit was under way,
    /// whether it took effect is not known: repeat only what an idempotency key protects.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// A row like this one exists already.
    #[error("{0} exists already")]
    UniqueViolation(Constraint),
    /// The row refers to one that does not exist, or others still refer to it.
    #[error("a row that is referred to does not exist, or is still referred to")]
    ForeignKey,
    /// The row asked for does not exist.
    #[error("no such row")]
    NotFound,
    /// The disk is full, or refused to be written. Nothing was stored; reads go on.
    #[error("the database's disk is full or cannot be written")]
    Full,
    /// The disk refused to confirm a commit. What it holds is no longer certain, so this store takes no more writes
    /// until the process has been started again (the check at opening repairs the file from its log).
    #[error("the disk did not confirm a commit: the service must be started again")]
    NotSynced,
    /// The database file is damaged, or is not a database.
    #[error("the database is damaged: {0}")]
    Corrupt(Detail),
    /// Anything else: a fault in the service or in the database's set-up.
    #[error("the database refused: {0}")]
    Other(Detail),
}

impl StoreError {
    /// A fault that no other variant names. `what` must hold no SQL and no stored value.
    pub fn other(what: impl Into<String>) -> Self {
        Self::Other(Detail(what.into()))
    }

    /// Diesel hands on neither SQLite's result code nor PostgreSQL's SQLSTATE for these, only the words. SQLite's are
    /// fixed; PostgreSQL's are in English because the connection asks for it, which a server may refuse: then a deadlock
    /// is reported as `Other` instead of being tried again.
    pub(super) fn from_message(message: &str) -> Self {
        let says = |words: &[&str]| words.iter().any(|w| message.contains(w));
        if says(&[
            "database is locked",
            "database table is locked",
            "database schema is locked",
            "deadlock detected",
            "could not serialize access",
            "canceling statement due to lock timeout",
            "canceling statement due to statement timeout",
            "could not obtain lock",
        ]) {
            Self::Busy
        } else if says(&[
            "database or disk is full",
            "disk I/O error",
            "No space left on device",
            "could not extend file",
            "attempt to write a readonly database",
        ]) {
            Self::Full
        } else if says(&[
            "database disk image is malformed",
            "file is not a database",
            "invalid page in block",
        ]) {
            Self::Corrupt(Detail(without_quoted(message)))
        } else if says(&[
            "terminating connection due to",
            "server closed the connection",
            "the database system is",
            "too many clients",
            "remaining connection slots",
            "in a hot standby",
            "unable to open database file",
        ]) {
            Self::Unavailable(without_quoted(message))
        } else {
            Self::other(without_quoted(message))
        }
    }

    /// Whether the process must stop, because going on could lose what has been acknowledged.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::NotSynced)
    }

    /// The constraint, where this is a unique violation.
    pub fn violated(&self) -> Option<&Constraint> {
        match self {
            Self::UniqueViolation(constraint) => Some(constraint),
            _ => None,
        }
    }
}

/// Recognises, inside the error of a use case, a fault that a fresh attempt at the same transaction may not meet.
///
/// [`Store::read`](super::transaction::Store::read) and [`Store::write`](super::transaction::Store::write) ask it of the
/// closure's error to decide whether to run the closure again.
pub trait Retry {
    /// True for contention, and for a connection lost before the commit. False for every answer of the rules.
    fn is_retryable(&self) -> bool;
}

impl Retry for StoreError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }
}

/// What is known of a fault, with everything between quotation marks left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail(String);

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A uniqueness rule of the schema, under one name for both databases.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Constraint {
    /// One live question for a person or an organisation at one meeting: Standing Order 34(9)(iii).
    OneQuestionPerMeeting,
    /// A request with this idempotency key has been carried out.
    IdempotencyKey,
    /// Another question bears this reference.
    QuestionReference,
    /// This draft has been submitted.
    QuestionDraft,
    /// Another questioner who is not named at the meeting has this number: two were given it at once.
    RoomNumber,
    /// Another event of question time has this number: two acts of the chair met.
    QuestionTimeEvent,
    /// Another staff account has this e-mail address.
    StaffEmail,
    /// A uniqueness rule that no caller tells apart: PostgreSQL's constraint name, or SQLite's columns.
    Other(String),
}

impl Constraint {
    /// Each constraint that callers tell apart: its name (as PostgreSQL reports it) and its columns (as SQLite does).
    pub const NAMED: &[(Self, &str, &str)] = &[
        (
            Self::OneQuestionPerMeeting,
            "allowances_live_key",
            "allowances.meeting_id, allowances.key_hash, allowances.slot",
        ),
        (
            Self::IdempotencyKey,
            "idempotency_keys_pkey",
            "idempotency_keys.key_hash",
        ),
        (
            Self::QuestionReference,
            "questions_reference_key",
            "questions.reference",
        ),
        (
            Self::QuestionDraft,
            "questions_draft_id_key",
            "questions.draft_id",
        ),
        (
            Self::RoomNumber,
            "questions_room_number_key",
            "questions.meeting_id, questions.room_number",
        ),
        (
            Self::QuestionTimeEvent,
            "question_time_events_pkey",
            "question_time_events.meeting_id, question_time_events.seq",
        ),
        (Self::StaffEmail, "staff_email_key", "staff.email"),
    ];

    /// The constraint that the database reported, from PostgreSQL's name or from SQLite's list of columns.
    pub fn reported(name_or_columns: &str) -> Self {
        Self::NAMED
            .iter()
            .find(|(_, name, columns)| *name == name_or_columns || *columns == name_or_columns)
            .map_or_else(
                || Self::Other(name_or_columns.to_owned()),
                |(c, _, _)| c.clone(),
            )
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneQuestionPerMeeting => "a question of this person at this meeting",
            Self::IdempotencyKey => "a request with this idempotency key",
            Self::QuestionReference => "a question with this reference",
            Self::QuestionDraft => "a question from this draft",
            Self::RoomNumber => "a questioner with this number at the meeting",
            Self::QuestionTimeEvent => "an event with this number",
            Self::StaffEmail => "a staff account with this e-mail address",
            Self::Other(name) => return write!(f, "a row unique by {name}"),
        })
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, info) => reported(kind, info.as_ref()),
            DieselError::NotFound => Self::NotFound,
            DieselError::BrokenTransactionManager => {
                Self::Unavailable("the connection was lost".into())
            }
            DieselError::RollbackErrorOnCommit { commit_error, .. } => (*commit_error).into(),
            // The texts of the next three can repeat the value.
            DieselError::DeserializationError(_) => Self::other("a stored value cannot be read"),
            DieselError::SerializationError(_) => Self::other("a value cannot be stored"),
            DieselError::InvalidCString(_) => Self::other("a text holds a NUL character"),
            DieselError::QueryBuilderError(_) => Self::other("a statement cannot be built"),
            DieselError::RollbackTransaction => Self::other("rolled back"),
            DieselError::AlreadyInTransaction => Self::other("a transaction is open already"),
            DieselError::NotInTransaction => Self::other("no transaction is open"),
            _ => Self::other("unknown fault"),
        }
    }
}

fn reported(kind: DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> StoreError {
    let message = info.message();
    match kind {
        DatabaseErrorKind::UniqueViolation => {
            let columns = message.strip_prefix("UNIQUE constraint failed: ");
            let reported = info.constraint_name().or(columns).unwrap_or("another row");
            StoreError::UniqueViolation(Constraint::reported(reported))
        }
        DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation => {
            StoreError::ForeignKey
        }
        DatabaseErrorKind::SerializationFailure => StoreError::Busy,
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            StoreError::Unavailable(without_quoted(message))
        }
        DatabaseErrorKind::NotNullViolation => StoreError::other(format!(
            "a value is missing in {}",
            place(
                info,
                message.strip_prefix("NOT NULL constraint failed: "),
                info.column_name()
            )
        )),
        DatabaseErrorKind::CheckViolation => StoreError::other(format!(
            "a value fails the check {}",
            place(
                info,
                message.strip_prefix("CHECK constraint failed: "),
                info.constraint_name()
            )
        )),
        _ => StoreError::from_message(message),
    }
}

fn place(
    info: &dyn DatabaseErrorInformation,
    sqlite: Option<&str>,
    postgres: Option<&str>,
) -> String {
    match (info.table_name(), postgres) {
        (Some(table), Some(name)) => format!("{table}.{name}"),
        _ => sqlite.unwrap_or("a table").to_owned(),
    }
}

/// The message with whatever stands between quotation marks replaced by an ellipsis.
fn without_quoted(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut inside = None;
    for c in message.chars() {
        match inside {
            Some(mark) if c == mark => {
                inside = None;
                out.push(c);
            }
            Some(_) => {}
            None => {
                out.push(c);
                if c == '"' || c == '\'' {
                    inside = Some(c);
                    out.push('…');
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(message: &str) -> StoreError {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned())).into()
    }

    #[test]
    fn each_constraint_has_one_name_and_one_list_of_columns() {
        for (constraint, name, columns) in Constraint::NAMED {
            assert_eq!(&Constraint::reported(name), constraint);
            assert_eq!(&Constraint::reported(columns), constraint);
        }
        assert_eq!(
            Constraint::reported("boards.slug"),
            Constraint::Other("boards.slug".into())
        );
    }

    #[test]
    fn contention_is_retried_and_a_full_disk_is_not() {
        for message in [
            "database is locked",
            "database table is locked: questions",
            "deadlock detected",
            "canceling statement due to lock timeout",
        ] {
            assert!(unknown(message).is_retryable(), "{message}");
        }
        for message in [
            "database or disk is full",
            "disk I/O error",
            "could not write to file \"base/1\": No space left on device",
        ] {
            assert_eq!(unknown(message), StoreError::Full, "{message}");
            assert!(!unknown(message).is_retryable());
        }
    }

    #[test]
    fn no_value_is_repeated() {
        let shown =
            unknown("invalid input syntax for type integer: \"Ada O'Neill\" at 'x'").to_string();
        assert!(
            !shown.contains("Ada") && !shown.contains("Neill"),
            "{shown}"
        );
        let unreadable =
            StoreError::from(DieselError::DeserializationError("bad value Ada".into()));
        assert!(!format!("{unreadable} {unreadable:?}").contains("Ada"));
    }
}
