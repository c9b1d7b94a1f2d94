//! Boards, their meetings and agendas.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        agenda::AgendaItem,
        codes::Code,
        id::{AgendaItemId, BoardId, MeetingId},
        meeting::{Board, Meeting, MeetingStatus},
    },
    store::{
        connection::{Backend, Db},
        error::StoreError,
        rows,
        schema::{agenda_items, boards, meetings, minutes, questions},
        types::Instant,
    },
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = boards, treat_none_as_null = true)]
struct BoardRow {
    id: String,
    slug: String,
    name: String,
    modern_gov_id: Option<i32>,
    minute_prefix: Option<String>,
    nil_return: Option<String>,
    response_owner_id: Option<String>,
    retired: bool,
    version: i32,
}

impl From<&Board> for BoardRow {
    fn from(board: &Board) -> Self {
        Self {
            id: board.id.to_string(),
            slug: board.slug.clone(),
            name: board.name.clone(),
            modern_gov_id: board.modern_gov_id,
            minute_prefix: board.minute_prefix.clone(),
            nil_return: board.nil_return.clone(),
            response_owner_id: board.response_owner.map(|id| id.to_string()),
            retired: board.retired,
            version: board.version,
        }
    }
}

impl TryFrom<BoardRow> for Board {
    type Error = StoreError;
    fn try_from(row: BoardRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: rows::parsed(&row.id)?,
            slug: row.slug,
            name: row.name,
            modern_gov_id: row.modern_gov_id,
            minute_prefix: row.minute_prefix,
            nil_return: row.nil_return,
            response_owner: rows::parsed_option(row.response_owner_id.as_deref())?,
            retired: row.retired,
            version: row.version,
        })
    }
}

/// Every board, by name.
///
/// # Errors
/// [`StoreError`].
pub fn boards(db: &mut Db) -> Result<Vec<Board>, StoreError> {
    let rows = boards::table
        .order(boards::name)
        .select(BoardRow::as_select())
        .load(db)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One board.
///
/// # Errors
/// [`StoreError::NotFound`] and others.
pub fn board(db: &mut Db, id: BoardId) -> Result<Board, StoreError> {
    boards::table
        .find(id.to_string())
        .select(BoardRow::as_select())
        .first(db)?
        .try_into()
}

/// Some boards, in no order.
///
/// # Errors
/// [`StoreError`].
pub fn some_boards(db: &mut Db, ids: &[BoardId]) -> Result<Vec<Board>, StoreError> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows = boards::table
        .filter(boards::id.eq_any(ids))
        .select(BoardRow::as_select())
        .load(db)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Adds a board.
///
/// # Errors
/// [`StoreError`].
pub fn insert_board(db: &mut Db, board: &Board) -> Result<(), StoreError> {
    diesel::insert_into(boards::table)
        .values(BoardRow::from(board))
        .execute(db)?;
    Ok(())
}

/// Changes a board that still has the version before the one given; whether it had.
///
/// # Errors
/// [`StoreError`].
pub fn update_board(db: &mut Db, board: &Board) -> Result<bool, StoreError> {
    let changed = diesel::update(
        boards::table
            .filter(boards::id.eq(board.id.to_string()))
            .filter(boards::version.eq(board.version - 1)),
    )
    .set(BoardRow::from(board))
    .execute(db)?;
    Ok(changed == 1)
}

/// A meeting with what the service has noted about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingRecord {
    /// The meeting.
    pub meeting: Meeting,
    /// The date from which it was moved here, if it was (reading 16).
    pub moved_from: Option<NaiveDate>,
    /// The deadline as last told to people (reading 3).
    pub deadline_at: DateTime<Utc>,
    /// Whether that deadline was provisional.
    pub deadline_provisional: bool,
    /// The local time at which it ended, for the minutes.
    pub ended: Option<NaiveTime>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = meetings, treat_none_as_null = true)]
struct MeetingRow {
    id: String,
    board_id: String,
    meeting_date: NaiveDate,
    starts: NaiveTime,
    venue: String,
    status: String,
    agenda_published: bool,
    demonstration: bool,
    moved_from: Option<NaiveDate>,
    deadline_at: Instant,
    deadline_provisional: bool,
    ended: Option<NaiveTime>,
    version: i32,
}

impl From<&MeetingRecord> for MeetingRow {
    fn from(record: &MeetingRecord) -> Self {
        let meeting = &record.meeting;
        Self {
            id: meeting.id.to_string(),
            board_id: meeting.board_id.to_string(),
            meeting_date: meeting.date,
            starts: meeting.starts,
            venue: meeting.venue.clone(),
            status: meeting.status.code().to_owned(),
            agenda_published: meeting.agenda_published,
            demonstration: meeting.demonstration,
            moved_from: record.moved_from,
            deadline_at: record.deadline_at.into(),
            deadline_provisional: record.deadline_provisional,
            ended: record.ended,
            version: meeting.version,
        }
    }
}

impl TryFrom<MeetingRow> for MeetingRecord {
    type Error = StoreError;
    fn try_from(row: MeetingRow) -> Result<Self, StoreError> {
        Ok(Self {
            meeting: Meeting {
                id: rows::parsed(&row.id)?,
                board_id: rows::parsed(&row.board_id)?,
                date: row.meeting_date,
                starts: row.starts,
                venue: row.venue,
                status: rows::coded(&row.status)?,
                agenda_published: row.agenda_published,
                demonstration: row.demonstration,
                version: row.version,
            },
            moved_from: row.moved_from,
            deadline_at: row.deadline_at.utc(),
            deadline_provisional: row.deadline_provisional,
            ended: row.ended,
        })
    }
}

fn records(rows: Vec<MeetingRow>) -> Result<Vec<MeetingRecord>, StoreError> {
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One meeting.
///
/// # Errors
/// [`StoreError::NotFound`] and others.
pub fn meeting(db: &mut Db, id: MeetingId) -> Result<MeetingRecord, StoreError> {
    meetings::table
        .find(id.to_string())
        .select(MeetingRow::as_select())
        .first(db)?
        .try_into()
}

/// Some meetings, in no order.
///
/// # Errors
/// [`StoreError`].
pub fn some(db: &mut Db, ids: &[MeetingId]) -> Result<Vec<MeetingRecord>, StoreError> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    records(
        meetings::table
            .filter(meetings::id.eq_any(ids))
            .select(MeetingRow::as_select())
            .load(db)?,
    )
}

/// The meetings on or after a date, soonest first.
///
/// # Errors
/// [`StoreError`].
pub fn from_date(db: &mut Db, date: NaiveDate) -> Result<Vec<MeetingRecord>, StoreError> {
    records(
        meetings::table
            .filter(meetings::meeting_date.ge(date))
            .order((meetings::meeting_date, meetings::starts, meetings::id))
            .select(MeetingRow::as_select())
            .load(db)?,
    )
}

/// The meetings before a date, latest first.
///
/// # Errors
/// [`StoreError`].
pub fn before_date(
    db: &mut Db,
    date: NaiveDate,
    most: i64,
) -> Result<Vec<MeetingRecord>, StoreError> {
    records(
        meetings::table
            .filter(meetings::meeting_date.lt(date))
            .order((meetings::meeting_date.desc(), meetings::id.desc()))
            .limit(most)
            .select(MeetingRow::as_select())
            .load(db)?,
    )
}

/// The meetings before a date whose question time has not been closed, oldest first (reading 23).
///
/// # Errors
/// [`StoreError`].
pub fn unclosed(db: &mut Db, date: NaiveDate) -> Result<Vec<MeetingRecord>, StoreError> {
    records(
        meetings::table
            .filter(meetings::meeting_date.lt(date))
            .filter(meetings::status.eq(MeetingStatus::Scheduled.code()))
            .order((meetings::meeting_date, meetings::starts, meetings::id))
            .select(MeetingRow::as_select())
            .load(db)?,
    )
}

/// Notes that the officers are told that a meeting was not closed; whether they had not been told of it on that date yet.
///
/// # Errors
/// [`StoreError`].
pub fn mark_unclosed_told(db: &mut Db, meeting: &Meeting) -> Result<bool, StoreError> {
    let untold = meetings::unclosed_told_for
        .is_null()
        .or(meetings::unclosed_told_for.ne(meeting.date));
    let changed = diesel::update(
        meetings::table
            .filter(meetings::id.eq(meeting.id.to_string()))
            .filter(untold),
    )
    .set(meetings::unclosed_told_for.eq(meeting.date))
    .execute(db)?;
    Ok(changed == 1)
}

/// Which meetings a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// On the date or after it, soonest first.
    Coming,
    /// Before the date, latest first.
    Past,
}

/// A meeting's place among all: its date, then its identifier.
pub type Place = (NaiveDate, MeetingId);

/// A page of meetings, of one board or of all, from those that come after a place in the list.
///
/// # Errors
/// [`StoreError`].
pub fn page(
    db: &mut Db,
    when: When,
    date: NaiveDate,
    board: Option<BoardId>,
    after: Option<Place>,
    most: i64,
) -> Result<Vec<MeetingRecord>, StoreError> {
    let mut query = meetings::table
        .select(MeetingRow::as_select())
        .into_boxed::<Backend>();
    if let Some(board) = board {
        query = query.filter(meetings::board_id.eq(board.to_string()));
    }
    let query = match when {
        When::Coming => {
            query = query.filter(meetings::meeting_date.ge(date));
            if let Some((day, id)) = after {
                query = query.filter(
                    meetings::meeting_date.gt(day).or(meetings::meeting_date
                        .eq(day)
                        .and(meetings::id.gt(id.to_string()))),
                );
            }
            query.order((meetings::meeting_date, meetings::id))
        }
        When::Past => {
            query = query.filter(meetings::meeting_date.lt(date));
            if let Some((day, id)) = after {
                query = query.filter(
                    meetings::meeting_date.lt(day).or(meetings::meeting_date
                        .eq(day)
                        .and(meetings::id.lt(id.to_string()))),
                );
            }
            query.order((meetings::meeting_date.desc(), meetings::id.desc()))
        }
    };
    records(query.limit(most).load(db)?)
}

/// The scheduled meetings of a board after a date, soonest first.
///
/// # Errors
/// [`StoreError`].
pub fn later_of_board(
    db: &mut Db,
    board: BoardId,
    after: NaiveDate,
) -> Result<Vec<MeetingRecord>, StoreError> {
    records(
        meetings::table
            .filter(meetings::board_id.eq(board.to_string()))
            .filter(meetings::meeting_date.gt(after))
            .filter(meetings::status.eq(MeetingStatus::Scheduled.code()))
            .order((meetings::meeting_date, meetings::starts))
            .select(MeetingRow::as_select())
            .load(db)?,
    )
}

/// Adds a meeting.
///
/// # Errors
/// [`StoreError`].
pub fn insert_meeting(db: &mut Db, record: &MeetingRecord) -> Result<(), StoreError> {
    diesel::insert_into(meetings::table)
        .values(MeetingRow::from(record))
        .execute(db)?;
    Ok(())
}

/// Changes a meeting that still has the version before the one given; whether it had.
///
/// # Errors
/// [`StoreError`].
pub fn update_meeting(db: &mut Db, record: &MeetingRecord) -> Result<bool, StoreError> {
    let id = record.meeting.id.to_string();
    let changed = diesel::update(
        meetings::table
            .filter(meetings::id.eq(id))
            .filter(meetings::version.eq(record.meeting.version - 1)),
    )
    .set(MeetingRow::from(record))
    .execute(db)?;
    Ok(changed == 1)
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agenda_items, treat_none_as_null = true)]
struct ItemRow {
    id: String,
    meeting_id: String,
    position: i32,
    title: String,
    minute_number: Option<String>,
    part: String,
    kind: String,
}

impl From<&AgendaItem> for ItemRow {
    fn from(item: &AgendaItem) -> Self {
        Self {
            id: item.id.to_string(),
            meeting_id: item.meeting_id.to_string(),
            position: item.position,
            title: item.title.clone(),
            minute_number: item.minute_number.clone(),
            part: item.part.code().to_owned(),
            kind: item.kind.code().to_owned(),
        }
    }
}

impl TryFrom<ItemRow> for AgendaItem {
    type Error = StoreError;
    fn try_from(row: ItemRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: rows::parsed(&row.id)?,
            meeting_id: rows::parsed(&row.meeting_id)?,
            position: row.position,
            title: row.title,
            minute_number: row.minute_number,
            part: rows::coded(&row.part)?,
            kind: rows::coded(&row.kind)?,
        })
    }
}

/// The agenda of a meeting in order.
///
/// # Errors
/// [`StoreError`].
pub fn agenda(db: &mut Db, meeting: MeetingId) -> Result<Vec<AgendaItem>, StoreError> {
    let rows = agenda_items::table
        .filter(agenda_items::meeting_id.eq(meeting.to_string()))
        .filter(agenda_items::removed_at.is_null())
        .order((agenda_items::position, agenda_items::id))
        .select(ItemRow::as_select())
        .load(db)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The agendas of some meetings, each in order.
///
/// # Errors
/// [`StoreError`].
pub fn agendas(
    db: &mut Db,
    of: &[MeetingId],
) -> Result<HashMap<MeetingId, Vec<AgendaItem>>, StoreError> {
    let ids: Vec<String> = of.iter().map(ToString::to_string).collect();
    let rows = agenda_items::table
        .filter(agenda_items::meeting_id.eq_any(ids))
        .filter(agenda_items::removed_at.is_null())
        .order((agenda_items::position, agenda_items::id))
        .select(ItemRow::as_select())
        .load(db)?;
    let mut agendas: HashMap<MeetingId, Vec<AgendaItem>> = HashMap::new();
    for row in rows {
        let item = AgendaItem::try_from(row)?;
        agendas.entry(item.meeting_id).or_default().push(item);
    }
    Ok(agendas)
}

/// One agenda item, unless it has been taken off the agenda.
///
/// # Errors
/// [`StoreError::NotFound`] and others.
pub fn agenda_item(db: &mut Db, id: AgendaItemId) -> Result<AgendaItem, StoreError> {
    agenda_items::table
        .filter(agenda_items::id.eq(id.to_string()))
        .filter(agenda_items::removed_at.is_null())
        .select(ItemRow::as_select())
        .first(db)?
        .try_into()
}

/// Adds an agenda item.
///
/// # Errors
/// [`StoreError::UniqueViolation`] where its place is taken, and others.
pub fn insert_agenda_item(db: &mut Db, item: &AgendaItem) -> Result<(), StoreError> {
    diesel::insert_into(agenda_items::table)
        .values(ItemRow::from(item))
        .execute(db)?;
    Ok(())
}

/// Writes an agenda as it now stands: what each item says, and its place. No two items have one place at any moment.
///
/// # Errors
/// [`StoreError`].
pub fn write_agenda(db: &mut Db, agenda: &[AgendaItem]) -> Result<(), StoreError> {
    for (item, free) in agenda.iter().zip(1..) {
        diesel::update(agenda_items::table.find(item.id.to_string()))
            .set(agenda_items::position.eq(-free))
            .execute(db)?;
    }
    for item in agenda {
        diesel::update(agenda_items::table.find(item.id.to_string()))
            .set(ItemRow::from(item))
            .execute(db)?;
    }
    Ok(())
}

/// Takes an item off the agenda. It stays on record for the questions that were about it, which keep its title as their matter.
///
/// # Errors
/// [`StoreError`].
pub fn remove_agenda_item(
    db: &mut Db,
    item: &AgendaItem,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let id = item.id.to_string();
    diesel::update(questions::table.filter(questions::agenda_item_id.eq(&id)))
        .set(questions::matter.eq(&item.title))
        .execute(db)?;
    diesel::update(agenda_items::table.find(&id))
        .set(agenda_items::removed_at.eq(Some(Instant::from(at))))
        .execute(db)?;
    Ok(())
}

/// Whether a question was put under an agenda item, or dealt with as part of it: the record then needs the item.
///
/// # Errors
/// [`StoreError`].
pub fn is_on_record(db: &mut Db, id: AgendaItemId) -> Result<bool, StoreError> {
    let put = questions::table
        .filter(questions::agenda_item_id.eq(id.to_string()))
        .filter(questions::put_on.is_not_null());
    let dealt_with = minutes::table.filter(minutes::dealt_with_item_id.eq(id.to_string()));
    Ok(
        diesel::select(diesel::dsl::exists(put)).get_result::<bool>(db)?
            || diesel::select(diesel::dsl::exists(dealt_with)).get_result::<bool>(db)?,
    )
}
