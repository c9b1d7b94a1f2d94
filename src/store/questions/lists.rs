//! The short lists of a meeting: read by an index that holds nothing else, so that they cost the same however many questions came.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{count_star, sql},
    prelude::*,
    sql_types::Bool,
};

use super::{DecisionKind, Question, QuestionRow, all};
use crate::{
    domain::{
        codes::Code,
        id::{AgendaItemId, MeetingId, QuestionId},
        refusal::Refusal,
        standing_order::Exception,
        status::Status,
    },
    store::{
        connection::Db,
        error::StoreError,
        rows,
        schema::{decisions, questions},
        types::Instant,
    },
};

/// Returns whether a question is on the chair's list by its status alone; none where that depends on where it stood before. A question
/// is put on the list by being approved, and stays on it when question time settles it.
pub(super) fn enters_list(question: &Question) -> Option<bool> {
    if !question.refusals.is_empty() {
        return Some(false);
    }
    match question.status {
        Status::Approved | Status::Answered | Status::DealtWith | Status::NotPut => Some(true),
        Status::ResponseOwed | Status::Responded => None,
        Status::Refused
        | Status::Submitted
        | Status::Rejected
        | Status::Replaced
        | Status::Withdrawn
        | Status::Disowned => Some(false),
    }
}

/// Returns whether the rule refused a question for nothing but what an officer can set aside.
pub(super) fn can_be_set_aside(question: &Question) -> bool {
    question.status == Status::Refused
        && question
            .refusals
            .iter()
            .all(|refusal| Exception::for_refusal(refusal).is_some())
}

/// Returns whether an officer may still decide on the refusal of a question.
pub(super) fn is_refusal_open(db: &mut Db, question: &Question) -> Result<bool, StoreError> {
    if !can_be_set_aside(question) {
        return Ok(false);
    }
    let stands: bool = diesel::select(diesel::dsl::exists(
        decisions::table
            .filter(decisions::question_id.eq(question.id.to_string()))
            .filter(decisions::decision.eq(DecisionKind::RefusalStands.code())),
    ))
    .get_result(db)?;
    Ok(!stands)
}

/// Notes that the refusal of a question stands.
pub(super) fn close_refusal(db: &mut Db, question: QuestionId) -> Result<(), StoreError> {
    diesel::update(questions::table.find(question.to_string()))
        .set(questions::refusal_open.eq(false))
        .execute(db)?;
    Ok(())
}

/// The questions that are or were on the chair's list of a meeting, in order of receipt. Closing puts what nobody decided among those
/// that are owed a written response, and cancelling too: these were never on it.
///
/// # Errors
/// [`StoreError`].
pub fn on_list(db: &mut Db, meeting: MeetingId) -> Result<Vec<Question>, StoreError> {
    all(questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .filter(questions::on_list)
        .order((questions::received_at, questions::id))
        .select(QuestionRow::as_select())
        .load(db)?)
}

/// The identifiers of the questions that are or were on the chair's list of a meeting, in order of receipt.
///
/// # Errors
/// [`StoreError`].
pub fn ids_on_list(db: &mut Db, meeting: MeetingId) -> Result<Vec<QuestionId>, StoreError> {
    let ids: Vec<String> = questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .filter(questions::on_list)
        .order((questions::received_at, questions::id))
        .select(questions::id)
        .load(db)?;
    ids.iter().map(|id| rows::parsed(id)).collect()
}

/// Counts the questions that are or were on the chair's lists of some meetings; a meeting without one is left out.
///
/// # Errors
/// [`StoreError`].
pub fn counts_on_list(
    db: &mut Db,
    of: &[MeetingId],
) -> Result<HashMap<MeetingId, i64>, StoreError> {
    let ids: Vec<String> = of.iter().map(ToString::to_string).collect();
    let counted: Vec<(String, i64)> = questions::table
        .filter(questions::meeting_id.eq_any(ids))
        .filter(questions::on_list)
        .group_by(questions::meeting_id)
        .select((questions::meeting_id, count_star()))
        .load(db)?;
    counted
        .into_iter()
        .map(|(meeting, count)| Ok((rows::parsed(&meeting)?, count)))
        .collect()
}

/// Returns whether a question is or was on the chair's list.
///
/// # Errors
/// [`StoreError::NotFound`] and others.
pub fn is_on_list(db: &mut Db, question: QuestionId) -> Result<bool, StoreError> {
    Ok(questions::table
        .find(question.to_string())
        .select(questions::on_list)
        .first(db)?)
}

/// The published questions of a meeting, in order of receipt: those that were put, as many as the time allowed.
///
/// # Errors
/// [`StoreError`].
pub fn published_at(db: &mut Db, meeting: MeetingId) -> Result<Vec<Question>, StoreError> {
    all(questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .filter(questions::put_on.is_not_null())
        .order((questions::received_at, questions::id))
        .select(QuestionRow::as_select())
        .load(db)?)
}

/// The questions of a meeting that the rule refused and that an officer had answered in writing, in the order in which they were
/// recorded.
///
/// # Errors
/// [`StoreError`].
pub fn kept_for_response(db: &mut Db, meeting: MeetingId) -> Result<Vec<Question>, StoreError> {
    all(questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        // as the index says it, so that the index is used
        .filter(sql::<Bool>(
            "questions.refusals <> '[]' AND questions.status IN ('response_owed', 'responded')",
        ))
        .order(questions::id)
        .select(QuestionRow::as_select())
        .load(db)?)
}

/// The first questions of a meeting that are owed a written response, or have got one, because nobody decided on them.
///
/// # Errors
/// [`StoreError`].
pub fn never_decided(
    db: &mut Db,
    meeting: MeetingId,
    most: i64,
) -> Result<Vec<Question>, StoreError> {
    let mut found = Vec::new();
    for status in [Status::ResponseOwed, Status::Responded] {
        found.extend(
            questions::table
                .filter(questions::meeting_id.eq(meeting.to_string()))
                .filter(questions::status.eq(status.code()))
                .filter(questions::refusals.eq("[]"))
                .filter(diesel::dsl::not(questions::on_list))
                .order(questions::id)
                .limit(most)
                .select(QuestionRow::as_select())
                .load(db)?,
        );
    }
    let mut found = all(found)?;
    found.sort_by_key(|question| question.id);
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(found)
}

/// Returns how many questions at a meeting the rule refused because they were late. It reads each that was refused: for papers that are
/// printed once.
///
/// # Errors
/// [`StoreError`].
pub fn count_refused_as_late(db: &mut Db, meeting: MeetingId) -> Result<usize, StoreError> {
    let refused: Vec<String> = questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .filter(questions::status.eq(Status::Refused.code()))
        .select(questions::refusals)
        .load(db)?;
    let mut late = 0;
    for refusals in refused {
        let refusals: Vec<Refusal> = rows::json(&refusals)?;
        if refusals
            .iter()
            .any(|refusal| matches!(refusal, Refusal::Late { .. }))
        {
            late += 1;
        }
    }
    Ok(late)
}

/// Returns how many questions at a meeting that are approved or wait for a decision are about an agenda item. It goes through those: for
/// an officer who is about to change or remove the item, each of whose questioners is then told.
///
/// # Errors
/// [`StoreError`].
pub fn count_about_item(
    db: &mut Db,
    meeting: MeetingId,
    item: AgendaItemId,
) -> Result<usize, StoreError> {
    let live: Vec<&str> = Status::all()
        .iter()
        .filter(|status| status.is_live())
        .map(|status| status.code())
        .collect();
    let count: i64 = questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .filter(questions::status.eq_any(live))
        .filter(questions::agenda_item_id.eq(item.to_string()))
        .count()
        .get_result(db)?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Returns whether a meeting has a question that was not sent in somebody else's name.
///
/// # Errors
/// [`StoreError`].
pub fn any_received(db: &mut Db, meeting: MeetingId) -> Result<bool, StoreError> {
    let codes: Vec<&str> = Status::all()
        .iter()
        .filter(|status| **status != Status::Disowned)
        .map(|status| status.code())
        .collect();
    Ok(diesel::select(diesel::dsl::exists(
        questions::table
            .filter(questions::meeting_id.eq(meeting.to_string()))
            .filter(questions::status.eq_any(codes)),
    ))
    .get_result(db)?)
}

/// Which questions wait for an officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Those that were submitted in order.
    Submitted,
    /// Those that the rule refused for what an officer can set aside.
    RefusalOpen,
}

/// A page of the questions at a meeting that wait, in the order in which they were recorded, from those after the cursor.
///
/// # Errors
/// [`StoreError`].
pub fn waiting(
    db: &mut Db,
    meeting: MeetingId,
    which: Waiting,
    after: Option<QuestionId>,
    most: i64,
) -> Result<Vec<Question>, StoreError> {
    let mut query = questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .select(QuestionRow::as_select())
        .order(questions::id)
        .limit(most)
        .into_boxed::<crate::store::connection::Backend>();
    query = match which {
        Waiting::Submitted => query.filter(questions::status.eq(Status::Submitted.code())),
        Waiting::RefusalOpen => query.filter(questions::refusal_open),
    };
    if let Some(after) = after {
        query = query.filter(questions::id.gt(after.to_string()));
    }
    all(query.load(db)?)
}

/// Returns how many questions at a meeting wait. It counts the entries of an index.
///
/// # Errors
/// [`StoreError`].
pub fn count_waiting(db: &mut Db, meeting: MeetingId, which: Waiting) -> Result<i64, StoreError> {
    let at_meeting = questions::table.filter(questions::meeting_id.eq(meeting.to_string()));
    Ok(match which {
        Waiting::Submitted => at_meeting
            .filter(questions::status.eq(Status::Submitted.code()))
            .count()
            .get_result(db)?,
        Waiting::RefusalOpen => at_meeting
            .filter(questions::refusal_open)
            .count()
            .get_result(db)?,
    })
}

/// How many questions at some meetings stand so, or have a refusal that is open. It counts the entries of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by_status: HashMap<(MeetingId, Status), i64>,
    open: HashMap<MeetingId, i64>,
}

impl Counts {
    /// How many stand so at a meeting.
    pub fn of(&self, meeting: MeetingId, status: Status) -> i64 {
        self.by_status.get(&(meeting, status)).copied().unwrap_or(0)
    }

    /// How many have a refusal at a meeting that an officer can set aside.
    pub fn open_refusals(&self, meeting: MeetingId) -> i64 {
        self.open.get(&meeting).copied().unwrap_or(0)
    }
}

/// Counts the questions at some meetings that stand in some statuses, and those whose refusal is open.
///
/// # Errors
/// [`StoreError`].
pub fn counts(db: &mut Db, of: &[MeetingId], statuses: &[Status]) -> Result<Counts, StoreError> {
    let ids: Vec<String> = of.iter().map(ToString::to_string).collect();
    let codes: Vec<&str> = statuses.iter().map(|status| status.code()).collect();
    let by_status: Vec<(String, String, i64)> = questions::table
        .filter(questions::meeting_id.eq_any(&ids))
        .filter(questions::status.eq_any(codes))
        .group_by((questions::meeting_id, questions::status))
        .select((questions::meeting_id, questions::status, count_star()))
        .load(db)?;
    let open: Vec<(String, i64)> = questions::table
        .filter(questions::meeting_id.eq_any(&ids))
        .filter(questions::refusal_open)
        .group_by(questions::meeting_id)
        .select((questions::meeting_id, count_star()))
        .load(db)?;
    let mut counts = Counts::default();
    for (meeting, status, count) in by_status {
        counts
            .by_status
            .insert((rows::parsed(&meeting)?, rows::coded(&status)?), count);
    }
    for (meeting, count) in open {
        counts.open.insert(rows::parsed(&meeting)?, count);
    }
    Ok(counts)
}

/// A page of the questions at a meeting, in order of receipt, from those after the place of another.
///
/// # Errors
/// [`StoreError`].
pub fn received(
    db: &mut Db,
    meeting: MeetingId,
    after: Option<(DateTime<Utc>, QuestionId)>,
    most: i64,
) -> Result<Vec<Question>, StoreError> {
    let mut query = questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .select(QuestionRow::as_select())
        .order((questions::received_at, questions::id))
        .limit(most)
        .into_boxed::<crate::store::connection::Backend>();
    if let Some((received_at, id)) = after {
        let at = Instant::from(received_at);
        query = query.filter(questions::received_at.ge(at)).filter(
            questions::received_at
                .gt(at)
                .or(questions::id.gt(id.to_string())),
        );
    }
    all(query.load(db)?)
}

/// Some questions, in no order; those that are gone are left out.
///
/// # Errors
/// [`StoreError`].
pub fn some(db: &mut Db, ids: &[QuestionId]) -> Result<Vec<Question>, StoreError> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    all(questions::table
        .filter(questions::id.eq_any(ids))
        .select(QuestionRow::as_select())
        .load(db)?)
}
