//! Whether anything that the screens of a meeting show has changed, without reading it.

use diesel::{
    dsl::{count_star, max},
    prelude::*,
};
use sha2::{Digest, Sha256};

use crate::{
    domain::id::MeetingId,
    store::{
        connection::Db,
        error::StoreError,
        schema::{agenda_items, boards, meetings, minutes, question_time_events, questions},
    },
};

/// A digest of the versions of everything that a meeting's screens show: two are the same where nothing has changed.
///
/// It reads what is on the chair's list, and counts the others by an index: it is worked out twice a second for each meeting that
/// somebody watches, and a rush of questions must not make that dearer.
///
/// It is worked out from the rows and not kept beside them, so that no act can forget to say that it changed something, and
/// people who send questions to one meeting at once do not wait for one counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark(String);

impl Mark {
    /// As text, for a page.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The marks of meetings, in their order; none for one that does not exist.
///
/// # Errors
/// [`StoreError`].
pub fn marks(db: &mut Db, of: &[MeetingId]) -> Result<Vec<Option<Mark>>, StoreError> {
    let keys: Vec<String> = of.iter().map(ToString::to_string).collect();
    let known: Vec<(String, i32, i32)> = meetings::table
        .inner_join(boards::table)
        .filter(meetings::id.eq_any(&keys))
        .select((meetings::id, meetings::version, boards::version))
        .load(db)?;
    let last: Vec<(String, Option<i32>)> = question_time_events::table
        .filter(question_time_events::meeting_id.eq_any(&keys))
        .group_by(question_time_events::meeting_id)
        .select((
            question_time_events::meeting_id,
            max(question_time_events::seq),
        ))
        .load(db)?;
    // a question that is not on the list is on no screen; staff are told how many of those stand where, and which came last
    let listed: Vec<(String, String, i32)> = questions::table
        .filter(questions::meeting_id.eq_any(&keys))
        .filter(questions::on_list)
        .order(questions::id)
        .select((questions::meeting_id, questions::id, questions::version))
        .load(db)?;
    let written: Vec<(String, String, i32)> = minutes::table
        .inner_join(questions::table)
        .filter(questions::meeting_id.eq_any(&keys))
        .filter(questions::on_list)
        .order(minutes::question_id)
        .select((
            questions::meeting_id,
            minutes::question_id,
            minutes::version,
        ))
        .load(db)?;
    let counted: Vec<(String, String, i64, Option<String>)> = questions::table
        .filter(questions::meeting_id.eq_any(&keys))
        .group_by((questions::meeting_id, questions::status))
        .order((questions::meeting_id, questions::status))
        .select((
            questions::meeting_id,
            questions::status,
            count_star(),
            max(questions::id),
        ))
        .load(db)?;
    // an item carries no version: what is shown of it, or decides what may be done under it, stands for one
    let items: Vec<(String, String, String, String, i32)> = agenda_items::table
        .filter(agenda_items::meeting_id.eq_any(&keys))
        .filter(agenda_items::removed_at.is_null())
        .order(agenda_items::id)
        .select((
            agenda_items::meeting_id,
            agenda_items::title,
            agenda_items::part,
            agenda_items::kind,
            agenda_items::position,
        ))
        .load(db)?;
    let items: Vec<(String, String, i32)> = items
        .into_iter()
        .map(|(meeting, title, part, kind, position)| {
            (meeting, format!("{part} {kind} {title}"), position)
        })
        .collect();
    Ok(keys
        .iter()
        .map(|key| {
            let (_, version, board) = known.iter().find(|(id, _, _)| id == key)?;
            let mut digest = Sha256::new();
            digest.update(version.to_be_bytes());
            digest.update(board.to_be_bytes());
            let last = last.iter().find(|(id, _)| id == key);
            digest.update(last.and_then(|(_, seq)| *seq).unwrap_or(0).to_be_bytes());
            for rows in [&listed, &written, &items] {
                digest.update(b"|");
                for (_, name, number) in rows.iter().filter(|(meeting, _, _)| meeting == key) {
                    digest.update(name);
                    digest.update([0]);
                    digest.update(number.to_be_bytes());
                }
            }
            digest.update(b"|");
            for (_, status, count, last) in counted.iter().filter(|(meeting, ..)| meeting == key) {
                digest.update(status);
                digest.update([0]);
                digest.update(count.to_be_bytes());
                digest.update(last.as_deref().unwrap_or_default());
            }
            let bytes = digest.finalize();
            Some(Mark(
                bytes[..8]
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect(),
            ))
        })
        .collect())
}

/// The mark of one meeting.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such meeting, and others.
pub fn mark(db: &mut Db, of: MeetingId) -> Result<Mark, StoreError> {
    marks(db, &[of])?
        .pop()
        .flatten()
        .ok_or(StoreError::NotFound)
}
