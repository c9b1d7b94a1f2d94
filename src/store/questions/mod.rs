//! Questions, whoever asked them, and what was decided about them.

mod address_correction;
mod allowance;
pub mod changes;
mod decision;
mod exception;
mod idempotency;
mod lists;
mod minutes;
mod next_meeting;
mod questioner;

pub use address_correction::*;
pub use allowance::*;
pub use decision::*;
pub use exception::*;
pub use idempotency::*;
pub use lists::*;
pub use minutes::*;
pub use next_meeting::*;
pub use questioner::*;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        codes::Code,
        id::{AgendaItemId, DraftId, MeetingId, QuestionId, StaffId},
        publication,
        question::Channel,
        questioner::Naming,
        reference::Reference,
        refusal::Refusal,
        standing_order::residents::PostcodeCheck,
        status::Status,
    },
    store::{
        connection::{Backend, Db},
        error::StoreError,
        rows,
        schema::questions,
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
    /// The text as received: for the proper officer alone. Whatever others read quotes `public_text`.
    pub original_text: String,
    /// The published text: the text as received, less what an officer redacted.
    pub public_text: String,
    /// The name as published.
    pub published_name: String,
    /// How the questioner is named in what is published and called in the room.
    pub naming: Naming,
    /// The number by which the room knows a questioner who is not named: unique at the meeting, given once.
    pub room_number: Option<i32>,
    /// The matter as published, once it has been redacted.
    pub public_matter: Option<String>,
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

impl Question {
    /// Returns whether the published text differs from the text as received, because an officer redacted it.
    pub fn words_left_out(&self) -> bool {
        self.public_text != self.original_text
    }

    /// Whether the public may see it, as published.
    pub fn is_published(&self) -> bool {
        publication::is_published(self.put_on)
    }
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
    naming: String,
    room_number: Option<i32>,
    public_matter: Option<String>,
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
            naming: q.naming.code().to_owned(),
            room_number: q.room_number,
            public_matter: q.public_matter.clone(),
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
            naming: rows::coded(&row.naming)?,
            room_number: row.room_number,
            public_matter: row.public_matter,
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

/// The identifiers of the questions at a meeting that have a status.
///
/// # Errors
/// [`StoreError`].
pub fn ids_with_status(
    db: &mut Db,
    meeting: MeetingId,
    status: Status,
) -> Result<Vec<QuestionId>, StoreError> {
    let ids: Vec<String> = questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .filter(questions::status.eq(status.code()))
        .select(questions::id)
        .load(db)?;
    ids.iter().map(|id| rows::parsed(id)).collect()
}

/// Which questions a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those at this meeting.
    pub meeting: Option<MeetingId>,
    /// Only those that stand so.
    pub statuses: Vec<Status>,
    /// Only those that are published.
    pub published: bool,
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
    let statuses: Vec<Option<Status>> = if !filter.statuses.is_empty() {
        filter.statuses.iter().copied().map(Some).collect()
    } else if filter.meeting.is_some() && !filter.published {
        Status::all().iter().copied().map(Some).collect()
    } else {
        vec![None]
    };
    // one statement for each status, so that each reads a page from an index in its order; the pages are then merged
    let mut found = Vec::new();
    for status in statuses {
        let mut query = questions::table
            .select(QuestionRow::as_select())
            .into_boxed::<Backend>();
        if let Some(meeting) = filter.meeting {
            query = query.filter(questions::meeting_id.eq(meeting.to_string()));
        }
        if let Some(status) = status {
            query = query.filter(questions::status.eq(status.code()));
        }
        if filter.published {
            // `domain::publication` says the same of a question that was read
            query = query.filter(questions::put_on.is_not_null());
        }
        if let Some(before) = before {
            query = query.filter(questions::id.lt(before.to_string()));
        }
        found.extend(query.order(questions::id.desc()).limit(most).load(db)?);
    }
    let mut found = all(found)?;
    found.sort_by_key(|question| std::cmp::Reverse(question.id));
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(found)
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
        .values((
            QuestionRow::try_from(question)?,
            questions::on_list.eq(lists::enters_list(question).unwrap_or(question.is_published())),
            questions::refusal_open.eq(lists::can_be_set_aside(question)),
        ))
        .execute(db)?;
    Ok(())
}

/// Returns the number for the next questioner at a meeting who is not named in the room.
///
/// # Errors
/// [`StoreError`].
pub fn next_room_number(db: &mut Db, meeting: MeetingId) -> Result<i32, StoreError> {
    let last: Option<i32> = questions::table
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .select(diesel::dsl::max(questions::room_number))
        .first(db)?;
    Ok(last.unwrap_or(0) + 1)
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
    let seen = questions::table
        .filter(questions::id.eq(question.id.to_string()))
        .filter(questions::version.eq(question.version - 1));
    let row = QuestionRow::try_from(question)?;
    let open = questions::refusal_open.eq(lists::is_refusal_open(db, question)?);
    let changed = match lists::enters_list(question) {
        Some(on_list) => diesel::update(seen)
            .set((row, open, questions::on_list.eq(on_list)))
            .execute(db)?,
        None => diesel::update(seen).set((row, open)).execute(db)?,
    };
    Ok(changed == 1)
}
