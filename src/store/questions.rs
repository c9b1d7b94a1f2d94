//! Questions, whoever asked them, and what was decided about them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::{
    coded,
    domain::{
        codes::Code,
        id::{AgendaItemId, DraftId, MeetingId, QuestionId, StaffId},
        question::Channel,
        questioner::Questioner,
        reference::Reference,
        refusal::{Allowance, Refusal},
        standing_order::{
            Exception, rejection::Ground, repetition::Window, residents::PostcodeCheck,
        },
        status::Status,
    },
    store::{
        connection::{Backend, Db},
        error::StoreError,
        rows,
        schema::{
            allowances, decisions, idempotency_keys, minutes, question_exceptions, questioners,
            questions,
        },
        types::Instant,
    },
};

/// A question as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its identifier.
    pub id: QuestionId,
    /// What people call it.
    pub reference: Reference,
    /// The meeting at which it would be put.
    pub meeting_id: MeetingId,
    /// The agenda item that it is about, where the agenda was out.
    pub agenda_item_id: Option<AgendaItemId>,
    /// The matter in words, where it was not.
    pub matter: Option<String>,
    /// The words as they came.
    pub original_text: String,
    /// The words as published: the original, less what an officer redacted.
    pub public_text: String,
    /// The name as agreed for publication.
    pub published_name: String,
    /// Where it stands.
    pub status: Status,
    /// How it came.
    pub channel: Channel,
    /// The moment of receipt (reading 2).
    pub received_at: DateTime<Utc>,
    /// When the service wrote it down: later than the receipt for a question on paper.
    pub recorded_at: DateTime<Utc>,
    /// The deadline that it was judged by.
    pub deadline_at: DateTime<Utc>,
    /// Why the rule refused it, if it did.
    pub refusals: Vec<Refusal>,
    /// What the directory said of the postcode.
    pub postcode_check: PostcodeCheck,
    /// Why the questioner thinks that it differs from one put before.
    pub difference: Option<String>,
    /// The question from which its text was carried to this meeting.
    pub carried_from: Option<QuestionId>,
    /// The draft that it was made from.
    pub draft_id: Option<DraftId>,
    /// Grows when the private link is made anew, so that older ones are dead.
    pub link_version: i32,
    /// The officer who entered it, if one did.
    pub entered_by: Option<StaffId>,
    /// The date of the meeting at which it was put.
    pub put_on: Option<NaiveDate>,
    /// Grows with every change.
    pub version: i32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = questions, treat_none_as_null = true)]
struct QuestionRow {
    id: String,
    reference: String,
    meeting_id: String,
    agenda_item_id: Option<String>,
    matter: Option<String>,
    original_text: String,
    public_text: String,
    published_name: String,
    status: String,
    channel: String,
    received_at: Instant,
    recorded_at: Instant,
    deadline_at: Instant,
    refusals: String,
    postcode_check: String,
    difference: Option<String>,
    carried_from: Option<String>,
    draft_id: Option<String>,
    link_version: i32,
    entered_by: Option<String>,
    put_on: Option<NaiveDate>,
    version: i32,
}

impl TryFrom<&Question> for QuestionRow {
    type Error = StoreError;
    fn try_from(q: &Question) -> Result<Self, StoreError> {
        Ok(Self {
            id: q.id.to_string(),
            reference: q.reference.to_string(),
            meeting_id: q.meeting_id.to_string(),
            agenda_item_id: q.agenda_item_id.map(|id| id.to_string()),
            matter: q.matter.clone(),
            original_text: q.original_text.clone(),
            public_text: q.public_text.clone(),
            published_name: q.published_name.clone(),
            status: q.status.code().to_owned(),
            channel: q.channel.code().to_owned(),
            received_at: q.received_at.into(),
            recorded_at: q.recorded_at.into(),
            deadline_at: q.deadline_at.into(),
            refusals: rows::to_json(&q.refusals)?,
            postcode_check: q.postcode_check.code().to_owned(),
            difference: q.difference.clone(),
            carried_from: q.carried_from.map(|id| id.to_string()),
            draft_id: q.draft_id.map(|id| id.to_string()),
            link_version: q.link_version,
            entered_by: q.entered_by.map(|id| id.to_string()),
            put_on: q.put_on,
            version: q.version,
        })
    }
}

impl TryFrom<QuestionRow> for Question {
    type Error = StoreError;
    fn try_from(row: QuestionRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: rows::parsed(&row.id)?,
            reference: Reference::parse(&row.reference)
                .map_err(|_| StoreError::other("a stored reference cannot be read"))?,
            meeting_id: rows::parsed(&row.meeting_id)?,
            agenda_item_id: rows::parsed_option(row.agenda_item_id.as_deref())?,
            matter: row.matter,
            original_text: row.original_text,
            public_text: row.public_text,
            published_name: row.published_name,
            status: rows::coded(&row.status)?,
            channel: rows::coded(&row.channel)?,
            received_at: row.received_at.utc(),
            recorded_at: row.recorded_at.utc(),
            deadline_at: row.deadline_at.utc(),
            refusals: rows::json(&row.refusals)?,
            postcode_check: rows::coded(&row.postcode_check)?,
            difference: row.difference,
            carried_from: rows::parsed_option(row.carried_from.as_deref())?,
            draft_id: rows::parsed_option(row.draft_id.as_deref())?,
            link_version: row.link_version,
            entered_by: rows::parsed_option(row.entered_by.as_deref())?,
            put_on: row.put_on,
            version: row.version,
        })
    }
}

fn all(rows: Vec<QuestionRow>) -> Result<Vec<Question>, StoreError> {
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One question.
///
/// # Errors
/// [`StoreError::NotFound`] and others.
pub fn question(db: &mut Db, id: QuestionId) -> Result<Question, StoreError> {
    questions::table
        .find(id.to_string())
        .select(QuestionRow::as_select())
        .first(db)?
        .try_into()
}

/// The question with a reference.
///
/// # Errors
/// [`StoreError::NotFound`] and others.
pub fn by_reference(db: &mut Db, reference: &Reference) -> Result<Question, StoreError> {
    questions::table
        .filter(questions::reference.eq(reference.as_str()))
        .select(QuestionRow::as_select())
        .first(db)?
        .try_into()
}

/// The question that was made from a draft, if one was.
///
/// # Errors
/// [`StoreError`].
pub fn of_draft(db: &mut Db, draft: DraftId) -> Result<Option<Question>, StoreError> {
    let row = questions::table
        .filter(questions::draft_id.eq(draft.to_string()))
        .select(QuestionRow::as_select())
        .first(db)
        .optional()?;
    row.map(TryInto::try_into).transpose()
}

/// The questions at a meeting, in order of receipt.
///
/// # Errors
/// [`StoreError`].
pub fn at_meeting(db: &mut Db, meeting: MeetingId) -> Result<Vec<Question>, StoreError> {
    all(questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .order((questions::received_at, questions::id))
        .select(QuestionRow::as_select())
        .load(db)?)
}

/// The questions that stand so, in order of receipt.
///
/// # Errors
/// [`StoreError`].
pub fn with_status(db: &mut Db, status: Status) -> Result<Vec<Question>, StoreError> {
    all(questions::table
        .filter(questions::status.eq(status.code()))
        .order((questions::received_at, questions::id))
        .select(QuestionRow::as_select())
        .load(db)?)
}

/// The questions put at any meeting in the window, latest first (reading 10).
///
/// # Errors
/// [`StoreError`].
pub fn put_in(db: &mut Db, window: Window) -> Result<Vec<Question>, StoreError> {
    all(questions::table
        .filter(questions::put_on.between(window.from, window.to))
        .order((questions::put_on.desc(), questions::id))
        .select(QuestionRow::as_select())
        .load(db)?)
}

/// Which questions a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those at this meeting.
    pub meeting: Option<MeetingId>,
    /// Only those that stand so.
    pub statuses: Vec<Status>,
    /// Only those put at a meeting.
    pub put: bool,
}

/// A page of questions, latest first, from those before the cursor.
///
/// # Errors
/// [`StoreError`].
pub fn page(
    db: &mut Db,
    filter: &Filter,
    before: Option<QuestionId>,
    most: i64,
) -> Result<Vec<Question>, StoreError> {
    let mut query = questions::table
        .select(QuestionRow::as_select())
        .into_boxed::<Backend>();
    if let Some(meeting) = filter.meeting {
        query = query.filter(questions::meeting_id.eq(meeting.to_string()));
    }
    if !filter.statuses.is_empty() {
        query = query.filter(
            questions::status.eq_any(filter.statuses.iter().map(|s| s.code()).collect::<Vec<_>>()),
        );
    }
    if filter.put {
        query = query.filter(questions::put_on.is_not_null());
    }
    if let Some(before) = before {
        query = query.filter(questions::id.lt(before.to_string()));
    }
    all(query.order(questions::id.desc()).limit(most).load(db)?)
}

/// How many questions at a meeting stand in each status.
///
/// # Errors
/// [`StoreError`].
pub fn count_by_status(db: &mut Db, meeting: MeetingId) -> Result<Vec<(Status, i64)>, StoreError> {
    let counted: Vec<(String, i64)> = questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .group_by(questions::status)
        .select((questions::status, diesel::dsl::count_star()))
        .load(db)?;
    counted
        .into_iter()
        .map(|(status, count)| Ok((rows::coded(&status)?, count)))
        .collect()
}

/// Adds a question.
///
/// # Errors
/// [`StoreError::UniqueViolation`] for its reference or draft, and others.
pub fn insert(db: &mut Db, question: &Question) -> Result<(), StoreError> {
    diesel::insert_into(questions::table)
        .values(QuestionRow::try_from(question)?)
        .execute(db)?;
    Ok(())
}

/// Whether a reference is taken.
///
/// # Errors
/// [`StoreError`].
pub fn reference_is_taken(db: &mut Db, reference: &Reference) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(
        questions::table.filter(questions::reference.eq(reference.as_str())),
    ))
    .get_result(db)?)
}

/// Changes a question that still has the version before the one given; whether it had. Two officers at once: the second gets
/// `false`.
///
/// # Errors
/// [`StoreError`].
pub fn update(db: &mut Db, question: &Question) -> Result<bool, StoreError> {
    let changed = diesel::update(
        questions::table
            .filter(questions::id.eq(question.id.to_string()))
            .filter(questions::version.eq(question.version - 1)),
    )
    .set(QuestionRow::try_from(question)?)
    .execute(db)?;
    Ok(changed == 1)
}

/// A questioner's details as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = questioners, treat_none_as_null = true)]
pub struct QuestionerDetails {
    /// The question, by its identifier.
    pub question_id: String,
    /// Full name.
    pub name: String,
    /// Organisation, if any.
    pub organisation: Option<String>,
    /// Postal address, its lines parted by line feeds.
    pub address: String,
    /// Postcode in its usual form.
    pub postcode: String,
    /// E-mail address, if any.
    pub email: Option<String>,
    /// Telephone number, if given.
    pub telephone: Option<String>,
    /// Needs for the meeting, if any.
    pub needs: Option<String>,
    /// Whether they declared that they live in the borough.
    pub resident: bool,
    /// Whether the name may be published.
    pub publish_name: bool,
}

impl QuestionerDetails {
    /// The details of a questioner.
    pub fn new(question: QuestionId, who: &Questioner) -> Self {
        Self {
            question_id: question.to_string(),
            name: who.name.as_str().to_owned(),
            organisation: who.organisation.as_ref().map(|o| o.as_str().to_owned()),
            address: who.address.as_str().to_owned(),
            postcode: who.postcode.as_str().to_owned(),
            email: who.email.as_ref().map(|e| e.as_str().to_owned()),
            telephone: who.telephone.as_ref().map(|t| t.as_str().to_owned()),
            needs: who.needs.as_ref().map(|n| n.as_str().to_owned()),
            resident: who.resident,
            publish_name: who.publish_name,
        }
    }
}

/// Adds a questioner's details.
///
/// # Errors
/// [`StoreError`].
pub fn insert_questioner(db: &mut Db, details: &QuestionerDetails) -> Result<(), StoreError> {
    diesel::insert_into(questioners::table)
        .values(details)
        .execute(db)?;
    Ok(())
}

/// The details of whoever asked; none once they were removed.
///
/// # Errors
/// [`StoreError`].
pub fn questioner(
    db: &mut Db,
    question: QuestionId,
) -> Result<Option<QuestionerDetails>, StoreError> {
    Ok(questioners::table
        .find(question.to_string())
        .select(QuestionerDetails::as_select())
        .first(db)
        .optional()?)
}

/// The details of everybody who has a question at a meeting.
///
/// # Errors
/// [`StoreError`].
pub fn questioners_at(
    db: &mut Db,
    meeting: MeetingId,
) -> Result<Vec<QuestionerDetails>, StoreError> {
    Ok(questioners::table
        .inner_join(questions::table)
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .order(questions::received_at)
        .select(QuestionerDetails::as_select())
        .load(db)?)
}

/// A key by which a question would hold an allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedKey {
    /// Whose allowance.
    pub of: Allowance,
    /// Hash of the key's text.
    pub hash: String,
}

/// The slots of these keys that live questions at the meeting hold.
///
/// # Errors
/// [`StoreError`].
pub fn held_slots(
    db: &mut Db,
    meeting: MeetingId,
    keys: &[HashedKey],
) -> Result<Vec<(String, i32)>, StoreError> {
    Ok(allowances::table
        .filter(allowances::meeting_id.eq(meeting.to_string()))
        .filter(allowances::released_at.is_null())
        .filter(
            allowances::key_hash
                .eq_any(keys.iter().map(|key| key.hash.clone()).collect::<Vec<_>>()),
        )
        .select((allowances::key_hash, allowances::slot))
        .load(db)?)
}

/// The questions at the meeting that hold any of these keys.
///
/// # Errors
/// [`StoreError`].
pub fn holders(
    db: &mut Db,
    meeting: MeetingId,
    keys: &[HashedKey],
) -> Result<Vec<QuestionId>, StoreError> {
    let ids: Vec<String> = allowances::table
        .filter(allowances::meeting_id.eq(meeting.to_string()))
        .filter(allowances::released_at.is_null())
        .filter(
            allowances::key_hash
                .eq_any(keys.iter().map(|key| key.hash.clone()).collect::<Vec<_>>()),
        )
        .select(allowances::question_id)
        .distinct()
        .load(db)?;
    ids.iter().map(|id| rows::parsed(id)).collect()
}

/// Takes a slot of a key for a question.
///
/// # Errors
/// [`StoreError::UniqueViolation`] where another live question holds it (clause (iii)), and others.
pub fn take_slot(
    db: &mut Db,
    id: &str,
    meeting: MeetingId,
    question: QuestionId,
    key: &HashedKey,
    slot: i32,
) -> Result<(), StoreError> {
    diesel::insert_into(allowances::table)
        .values((
            allowances::id.eq(id),
            allowances::meeting_id.eq(meeting.to_string()),
            allowances::question_id.eq(question.to_string()),
            allowances::key_of.eq(key.of.code()),
            allowances::key_hash.eq(&key.hash),
            allowances::slot.eq(slot),
        ))
        .execute(db)?;
    Ok(())
}

/// Gives back what a question holds.
///
/// # Errors
/// [`StoreError`].
pub fn release_slots(
    db: &mut Db,
    question: QuestionId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(
        allowances::table
            .filter(allowances::question_id.eq(question.to_string()))
            .filter(allowances::released_at.is_null()),
    )
    .set(allowances::released_at.eq(Some(Instant::from(at))))
    .execute(db)?;
    Ok(())
}

/// Whether a question holds an allowance.
///
/// # Errors
/// [`StoreError`].
pub fn holds_allowance(db: &mut Db, question: QuestionId) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(
        allowances::table
            .filter(allowances::question_id.eq(question.to_string()))
            .filter(allowances::released_at.is_null()),
    ))
    .get_result(db)?)
}

/// An exception that an officer recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedException {
    /// What it sets aside.
    pub exception: Exception,
    /// Why.
    pub reason: String,
    /// By whom.
    pub staff_id: StaffId,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// Adds an exception.
///
/// # Errors
/// [`StoreError`].
pub fn insert_exception(
    db: &mut Db,
    id: &str,
    question: QuestionId,
    exception: &RecordedException,
) -> Result<(), StoreError> {
    diesel::insert_into(question_exceptions::table)
        .values((
            question_exceptions::id.eq(id),
            question_exceptions::question_id.eq(question.to_string()),
            question_exceptions::exception.eq(exception.exception.code()),
            question_exceptions::reason.eq(&exception.reason),
            question_exceptions::staff_id.eq(exception.staff_id.to_string()),
            question_exceptions::made_at.eq(Instant::from(exception.made_at)),
        ))
        .execute(db)?;
    Ok(())
}

/// The exceptions recorded for a question, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn exceptions(db: &mut Db, question: QuestionId) -> Result<Vec<RecordedException>, StoreError> {
    let found: Vec<(String, String, String, Instant)> = question_exceptions::table
        .filter(question_exceptions::question_id.eq(question.to_string()))
        .order(question_exceptions::id)
        .select((
            question_exceptions::exception,
            question_exceptions::reason,
            question_exceptions::staff_id,
            question_exceptions::made_at,
        ))
        .load(db)?;
    found
        .into_iter()
        .map(|(exception, reason, staff_id, made_at)| {
            Ok(RecordedException {
                exception: rows::coded(&exception)?,
                reason,
                staff_id: rows::parsed(&staff_id)?,
                made_at: made_at.utc(),
            })
        })
        .collect()
}

coded! {
    /// What was decided.
    pub enum DecisionKind {
        /// It will be put.
        Approved = "approved",
        /// It will not.
        Rejected = "rejected",
        /// A rejection was taken back.
        Reopened = "reopened",
        /// A strong match was judged not to be the same (reading 10).
        MatchJudged = "match_judged",
    }
}

/// A decision about a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub kind: DecisionKind,
    /// The grounds of a rejection.
    pub grounds: Vec<Ground>,
    /// The reason in words.
    pub reason: Option<String>,
    /// The earlier question that it is the same as, or was judged against.
    pub earlier: Option<QuestionId>,
    /// By whom.
    pub staff_id: StaffId,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// Adds a decision.
///
/// # Errors
/// [`StoreError`].
pub fn insert_decision(
    db: &mut Db,
    id: &str,
    question: QuestionId,
    decision: &Decision,
) -> Result<(), StoreError> {
    diesel::insert_into(decisions::table)
        .values((
            decisions::id.eq(id),
            decisions::question_id.eq(question.to_string()),
            decisions::decision.eq(decision.kind.code()),
            decisions::grounds.eq(rows::to_json(&decision.grounds)?),
            decisions::reason.eq(decision.reason.as_deref()),
            decisions::earlier_question_id.eq(decision.earlier.map(|id| id.to_string())),
            decisions::staff_id.eq(decision.staff_id.to_string()),
            decisions::decided_at.eq(Instant::from(decision.decided_at)),
        ))
        .execute(db)?;
    Ok(())
}

/// The decisions about a question, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn decisions(db: &mut Db, question: QuestionId) -> Result<Vec<Decision>, StoreError> {
    type Row = (
        String,
        String,
        Option<String>,
        Option<String>,
        String,
        Instant,
    );
    let found: Vec<Row> = decisions::table
        .filter(decisions::question_id.eq(question.to_string()))
        .order(decisions::id)
        .select((
            decisions::decision,
            decisions::grounds,
            decisions::reason,
            decisions::earlier_question_id,
            decisions::staff_id,
            decisions::decided_at,
        ))
        .load(db)?;
    found
        .into_iter()
        .map(|(kind, grounds, reason, earlier, staff_id, decided_at)| {
            Ok(Decision {
                kind: rows::coded(&kind)?,
                grounds: rows::json(&grounds)?,
                reason,
                earlier: rows::parsed_option(earlier.as_deref())?,
                staff_id: rows::parsed(&staff_id)?,
                decided_at: decided_at.utc(),
            })
        })
        .collect()
}

/// What the minutes say of a question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Minutes {
    /// The response given at the meeting, in substance.
    pub response: Option<String>,
    /// Who gave it.
    pub answered_by: Option<String>,
    /// The supplementary question.
    pub supplementary_text: Option<String>,
    /// The response to it.
    pub supplementary_response: Option<String>,
    /// The agenda item that it was dealt with under.
    pub dealt_with: Option<AgendaItemId>,
    /// Grows with every change; 0 where nothing has been written.
    pub version: i32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = minutes, treat_none_as_null = true)]
struct MinutesRow {
    question_id: String,
    response: Option<String>,
    answered_by: Option<String>,
    supplementary_text: Option<String>,
    supplementary_response: Option<String>,
    dealt_with_item_id: Option<String>,
    version: i32,
}

/// What the minutes say of a question so far.
///
/// # Errors
/// [`StoreError`].
pub fn minutes(db: &mut Db, question: QuestionId) -> Result<Minutes, StoreError> {
    let row = minutes::table
        .find(question.to_string())
        .select(MinutesRow::as_select())
        .first(db)
        .optional()?;
    let Some(row) = row else {
        return Ok(Minutes::default());
    };
    Ok(Minutes {
        response: row.response,
        answered_by: row.answered_by,
        supplementary_text: row.supplementary_text,
        supplementary_response: row.supplementary_response,
        dealt_with: rows::parsed_option(row.dealt_with_item_id.as_deref())?,
        version: row.version,
    })
}

/// Writes what the minutes say, where they still have the version before the one given; whether they had.
///
/// # Errors
/// [`StoreError`].
pub fn write_minutes(
    db: &mut Db,
    question: QuestionId,
    written: &Minutes,
) -> Result<bool, StoreError> {
    let row = MinutesRow {
        question_id: question.to_string(),
        response: written.response.clone(),
        answered_by: written.answered_by.clone(),
        supplementary_text: written.supplementary_text.clone(),
        supplementary_response: written.supplementary_response.clone(),
        dealt_with_item_id: written.dealt_with.map(|id| id.to_string()),
        version: written.version,
    };
    if written.version == 1 {
        return Ok(crate::insert_unless_present!(db, minutes::table, row)? == 1);
    }
    let changed = diesel::update(
        minutes::table
            .filter(minutes::question_id.eq(question.to_string()))
            .filter(minutes::version.eq(written.version - 1)),
    )
    .set(row)
    .execute(db)?;
    Ok(changed == 1)
}

/// A submission that an idempotency key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Hash of the request's body.
    pub request_hash: String,
    /// The question that it made.
    pub question_id: QuestionId,
}

/// What an idempotency key stands for, if it was used.
///
/// # Errors
/// [`StoreError`].
pub fn remembered(db: &mut Db, key_hash: &str) -> Result<Option<Remembered>, StoreError> {
    let found: Option<(String, String)> = idempotency_keys::table
        .find(key_hash)
        .select((
            idempotency_keys::request_hash,
            idempotency_keys::question_id,
        ))
        .first(db)
        .optional()?;
    found
        .map(|(request_hash, id)| {
            Ok(Remembered {
                request_hash,
                question_id: rows::parsed(&id)?,
            })
        })
        .transpose()
}

/// Remembers what an idempotency key stands for.
///
/// # Errors
/// [`StoreError::UniqueViolation`] where it was used, and others.
pub fn remember(
    db: &mut Db,
    key_hash: &str,
    request: &Remembered,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::key_hash.eq(key_hash),
            idempotency_keys::request_hash.eq(&request.request_hash),
            idempotency_keys::question_id.eq(request.question_id.to_string()),
            idempotency_keys::created_at.eq(Instant::from(at)),
        ))
        .execute(db)?;
    Ok(())
}
