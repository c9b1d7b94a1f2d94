//! Written responses: owed, written, sent (clause (ix)).

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        codes::Code,
        id::{QuestionId, ResponseId, StaffId},
        standing_order::written_response::{Reason, Reply, ResponseState},
    },
    store::{
        connection::{Backend, Db},
        error::StoreError,
        rows,
        schema::{replies, response_reminders, written_responses},
        types::Instant,
    },
};

/// A written response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenResponse {
    /// Its identifier.
    pub id: ResponseId,
    /// The question that it answers.
    pub question_id: QuestionId,
    /// Why it is owed.
    pub reason: Reason,
    /// Where it stands.
    pub state: ResponseState,
    /// The officer who owes it, once one is named.
    pub owner_id: Option<StaffId>,
    /// The local date on which it became owed.
    pub owed_from: NaiveDate,
    /// The local date by which it is due.
    pub due_on: NaiveDate,
    /// What has been written and not sent.
    pub draft: String,
    /// Grows with every change.
    pub version: i32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = written_responses, treat_none_as_null = true)]
struct ResponseRow {
    id: String,
    question_id: String,
    reason: String,
    state: String,
    owner_id: Option<String>,
    owed_from: NaiveDate,
    due_on: NaiveDate,
    draft: String,
    version: i32,
}

impl From<&WrittenResponse> for ResponseRow {
    fn from(response: &WrittenResponse) -> Self {
        Self {
            id: response.id.to_string(),
            question_id: response.question_id.to_string(),
            reason: response.reason.code().to_owned(),
            state: response.state.code().to_owned(),
            owner_id: response.owner_id.map(|id| id.to_string()),
            owed_from: response.owed_from,
            due_on: response.due_on,
            draft: response.draft.clone(),
            version: response.version,
        }
    }
}

impl TryFrom<ResponseRow> for WrittenResponse {
    type Error = StoreError;
    fn try_from(row: ResponseRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: rows::parsed(&row.id)?,
            question_id: rows::parsed(&row.question_id)?,
            reason: rows::coded(&row.reason)?,
            state: rows::coded(&row.state)?,
            owner_id: rows::parsed_option(row.owner_id.as_deref())?,
            owed_from: row.owed_from,
            due_on: row.due_on,
            draft: row.draft,
            version: row.version,
        })
    }
}

/// Adds a written response that is owed.
///
/// # Errors
/// [`StoreError`].
pub fn insert(db: &mut Db, response: &WrittenResponse) -> Result<(), StoreError> {
    diesel::insert_into(written_responses::table)
        .values(ResponseRow::from(response))
        .execute(db)?;
    Ok(())
}

/// One written response.
///
/// # Errors
/// [`StoreError::NotFound`] and others.
pub fn response(db: &mut Db, id: ResponseId) -> Result<WrittenResponse, StoreError> {
    written_responses::table
        .find(id.to_string())
        .select(ResponseRow::as_select())
        .first(db)?
        .try_into()
}

/// The written response to a question, if one is or was owed.
///
/// # Errors
/// [`StoreError`].
pub fn of_question(
    db: &mut Db,
    question: QuestionId,
) -> Result<Option<WrittenResponse>, StoreError> {
    let row = written_responses::table
        .filter(written_responses::question_id.eq(question.to_string()))
        .select(ResponseRow::as_select())
        .first(db)
        .optional()?;
    row.map(TryInto::try_into).transpose()
}

/// The written responses to some questions; those that are owed none are left out.
///
/// # Errors
/// [`StoreError`].
pub fn of_questions(
    db: &mut Db,
    questions: &[QuestionId],
) -> Result<HashMap<QuestionId, WrittenResponse>, StoreError> {
    let ids: Vec<String> = questions.iter().map(ToString::to_string).collect();
    let rows = written_responses::table
        .filter(written_responses::question_id.eq_any(ids))
        .select(ResponseRow::as_select())
        .load(db)?;
    rows.into_iter()
        .map(|row| {
            let response = WrittenResponse::try_from(row)?;
            Ok((response.question_id, response))
        })
        .collect()
}

/// Whose written responses a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    /// Everybody's, and those of nobody.
    #[default]
    Anybody,
    /// One officer's.
    Of(StaffId),
    /// Those that nobody has been given.
    Nobody,
}

/// The place of a written response in a list: its due date, then its identifier.
pub type Place = (NaiveDate, ResponseId);

fn states(owed: bool) -> impl Iterator<Item = ResponseState> {
    ResponseState::ALL
        .iter()
        .copied()
        .filter(move |state| state.is_owed() == owed)
}

/// A page of the written responses by due date, from those after a place: those owed, soonest first, or those sent, latest first.
///
/// # Errors
/// [`StoreError`].
pub fn list(
    db: &mut Db,
    owed: bool,
    whose: &[Whose],
    after: Option<Place>,
    most: i64,
) -> Result<Vec<WrittenResponse>, StoreError> {
    // one statement for each state and owner, so that each reads a page from an index in its order; the pages are then merged
    let mut found: Vec<WrittenResponse> = Vec::new();
    for state in states(owed) {
        for whose in whose {
            let mut query = written_responses::table
                .select(ResponseRow::as_select())
                .filter(written_responses::state.eq(state.code()))
                .limit(most)
                .into_boxed::<Backend>();
            query = match whose {
                Whose::Anybody => query,
                Whose::Of(owner) => query.filter(written_responses::owner_id.eq(owner.to_string())),
                Whose::Nobody => query.filter(written_responses::owner_id.is_null()),
            };
            if let Some((due_on, id)) = after {
                query = if owed {
                    query.filter(written_responses::due_on.ge(due_on)).filter(
                        written_responses::due_on
                            .gt(due_on)
                            .or(written_responses::id.gt(id.to_string())),
                    )
                } else {
                    query.filter(written_responses::due_on.le(due_on)).filter(
                        written_responses::due_on
                            .lt(due_on)
                            .or(written_responses::id.lt(id.to_string())),
                    )
                };
            }
            let rows = if owed {
                query
                    .order((written_responses::due_on, written_responses::id))
                    .load(db)?
            } else {
                query
                    .order((
                        written_responses::due_on.desc(),
                        written_responses::id.desc(),
                    ))
                    .load(db)?
            };
            for row in rows {
                found.push(row.try_into()?);
            }
        }
    }
    found.sort_by_key(|response| (response.due_on, response.id));
    if !owed {
        found.reverse();
    }
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(found)
}

/// Returns how many written responses are owed, or how many were due before a date. It counts the entries of an index.
///
/// # Errors
/// [`StoreError`].
pub fn count_owed(
    db: &mut Db,
    whose: &[Whose],
    due_before: Option<NaiveDate>,
) -> Result<i64, StoreError> {
    let mut count = 0;
    for state in states(true) {
        for whose in whose {
            let mut query = written_responses::table
                .filter(written_responses::state.eq(state.code()))
                .into_boxed::<Backend>();
            query = match whose {
                Whose::Anybody => query,
                Whose::Of(owner) => query.filter(written_responses::owner_id.eq(owner.to_string())),
                Whose::Nobody => query.filter(written_responses::owner_id.is_null()),
            };
            if let Some(date) = due_before {
                query = query.filter(written_responses::due_on.lt(date));
            }
            count += query.count().get_result::<i64>(db)?;
        }
    }
    Ok(count)
}

/// Changes a written response that still has the version before the one given; whether it had.
///
/// # Errors
/// [`StoreError`].
pub fn update(db: &mut Db, response: &WrittenResponse) -> Result<bool, StoreError> {
    let changed = diesel::update(
        written_responses::table
            .filter(written_responses::id.eq(response.id.to_string()))
            .filter(written_responses::version.eq(response.version - 1)),
    )
    .set(ResponseRow::from(response))
    .execute(db)?;
    Ok(changed == 1)
}

/// A reply that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentReply {
    /// Its identifier.
    pub id: String,
    /// Holding, full or correction.
    pub reply: Reply,
    /// The text as sent: for the questioner and for officers.
    pub body: String,
    /// The published version; none for a holding reply, and where all of it was redacted.
    pub published_body: Option<String>,
    /// Who sent it.
    pub staff_id: StaffId,
    /// When.
    pub replied_at: DateTime<Utc>,
    /// The date by which a holding reply said that the response is sent.
    pub new_due_on: Option<NaiveDate>,
}

/// Adds a reply.
///
/// # Errors
/// [`StoreError`].
pub fn insert_reply(db: &mut Db, response: ResponseId, sent: &SentReply) -> Result<(), StoreError> {
    diesel::insert_into(replies::table)
        .values((
            replies::id.eq(&sent.id),
            replies::response_id.eq(response.to_string()),
            replies::reply.eq(sent.reply.code()),
            replies::body.eq(&sent.body),
            replies::published_body.eq(&sent.published_body),
            replies::staff_id.eq(sent.staff_id.to_string()),
            replies::replied_at.eq(Instant::from(sent.replied_at)),
            replies::new_due_on.eq(sent.new_due_on),
        ))
        .execute(db)?;
    Ok(())
}

/// The replies sent, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn sent_replies(db: &mut Db, response: ResponseId) -> Result<Vec<SentReply>, StoreError> {
    let mut all = sent_replies_of(db, &[response])?;
    Ok(all.remove(&response).unwrap_or_default())
}

/// The replies sent for some written responses, oldest first; those without one are left out.
///
/// # Errors
/// [`StoreError`].
pub fn sent_replies_of(
    db: &mut Db,
    responses: &[ResponseId],
) -> Result<HashMap<ResponseId, Vec<SentReply>>, StoreError> {
    type Row = (
        (String, String),
        String,
        String,
        Option<String>,
        String,
        Instant,
        Option<NaiveDate>,
    );
    let ids: Vec<String> = responses.iter().map(ToString::to_string).collect();
    let found: Vec<Row> = replies::table
        .filter(replies::response_id.eq_any(ids))
        .order(replies::id)
        .select((
            (replies::response_id, replies::id),
            replies::reply,
            replies::body,
            replies::published_body,
            replies::staff_id,
            replies::replied_at,
            replies::new_due_on,
        ))
        .load(db)?;
    let mut sent: HashMap<ResponseId, Vec<SentReply>> = HashMap::new();
    for ((response, id), reply, body, published_body, staff_id, at, new_due_on) in found {
        sent.entry(rows::parsed(&response)?)
            .or_default()
            .push(SentReply {
                id,
                reply: rows::coded(&reply)?,
                body,
                published_body,
                staff_id: rows::parsed(&staff_id)?,
                replied_at: at.utc(),
                new_due_on,
            });
    }
    Ok(sent)
}

/// Changes the published version of a reply that was sent.
///
/// # Errors
/// [`StoreError`].
pub fn publish(db: &mut Db, id: &str, body: Option<&str>) -> Result<(), StoreError> {
    diesel::update(replies::table.find(id))
        .set(replies::published_body.eq(body))
        .execute(db)?;
    Ok(())
}

/// A reminder of a written response, as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = response_reminders)]
pub struct Reminder {
    /// Its identifier.
    pub id: String,
    /// The response.
    pub response_id: String,
    /// To whom: the identifier of an account, or [`OFFICERS`].
    pub recipient: String,
    /// What it says, as a code.
    pub kind: String,
    /// The date by which the response was due then.
    pub due_on: NaiveDate,
    /// The local date on which it was sent.
    pub sent_on: NaiveDate,
}

/// The recipient of what goes to the officers' addresses.
pub const OFFICERS: &str = "officers";

/// Whether somebody has been reminded of a response in this way since it was last due then.
///
/// # Errors
/// [`StoreError`].
pub fn is_reminded(
    db: &mut Db,
    response: &WrittenResponse,
    recipient: &str,
    kind: &str,
) -> Result<bool, StoreError> {
    let found: i64 = response_reminders::table
        .filter(response_reminders::response_id.eq(response.id.to_string()))
        .filter(response_reminders::recipient.eq(recipient))
        .filter(response_reminders::kind.eq(kind))
        .filter(response_reminders::due_on.eq(response.due_on))
        .count()
        .get_result(db)?;
    Ok(found > 0)
}

/// Whether somebody has been sent reminders of these kinds on a date.
///
/// # Errors
/// [`StoreError`].
pub fn is_reminded_on(
    db: &mut Db,
    recipient: &str,
    kinds: &[&str],
    date: NaiveDate,
) -> Result<bool, StoreError> {
    let found: i64 = response_reminders::table
        .filter(response_reminders::recipient.eq(recipient))
        .filter(response_reminders::kind.eq_any(kinds.iter().copied()))
        .filter(response_reminders::sent_on.eq(date))
        .count()
        .get_result(db)?;
    Ok(found > 0)
}

/// When a response was last chased: the latest date on which a reminder of this kind was sent for it.
///
/// # Errors
/// [`StoreError`].
pub fn last_reminded_on(
    db: &mut Db,
    response: ResponseId,
    kind: &str,
) -> Result<Option<NaiveDate>, StoreError> {
    Ok(response_reminders::table
        .filter(response_reminders::response_id.eq(response.to_string()))
        .filter(response_reminders::kind.eq(kind))
        .select(diesel::dsl::max(response_reminders::sent_on))
        .first(db)?)
}

/// Adds a reminder.
///
/// # Errors
/// [`StoreError`].
pub fn insert_reminder(db: &mut Db, reminder: &Reminder) -> Result<(), StoreError> {
    diesel::insert_into(response_reminders::table)
        .values(reminder)
        .execute(db)?;
    Ok(())
}
