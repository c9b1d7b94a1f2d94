//! Addresses to which questioners asked, by their private link, to have letters sent (reading 29).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::id::{AddressCorrectionId, QuestionId},
    store::{connection::Db, error::StoreError, rows, schema::address_corrections, types::Instant},
};

/// A request to send letters to another address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressCorrection {
    /// Its identifier.
    pub id: AddressCorrectionId,
    /// The question.
    pub question_id: QuestionId,
    /// The address that letters went to; none means by post.
    pub old_email: Option<String>,
    /// The address that was asked for.
    pub new_email: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When whoever reads the new address confirmed it.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When a later request took its place.
    pub superseded_at: Option<DateTime<Utc>>,
    /// When whoever reads the old address put an end to it.
    pub stopped_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = address_corrections)]
struct AddressCorrectionRow {
    id: String,
    question_id: String,
    old_email: Option<String>,
    new_email: String,
    asked_at: Instant,
    confirmed_at: Option<Instant>,
    superseded_at: Option<Instant>,
    stopped_at: Option<Instant>,
}

impl TryFrom<AddressCorrectionRow> for AddressCorrection {
    type Error = StoreError;
    fn try_from(row: AddressCorrectionRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: rows::parsed(&row.id)?,
            question_id: rows::parsed(&row.question_id)?,
            old_email: row.old_email,
            new_email: row.new_email,
            asked_at: row.asked_at.utc(),
            confirmed_at: row.confirmed_at.map(Instant::utc),
            superseded_at: row.superseded_at.map(Instant::utc),
            stopped_at: row.stopped_at.map(Instant::utc),
        })
    }
}

/// Adds a request.
///
/// # Errors
/// [`StoreError`].
pub fn insert_address_correction(
    db: &mut Db,
    correction: &AddressCorrection,
) -> Result<(), StoreError> {
    diesel::insert_into(address_corrections::table)
        .values(AddressCorrectionRow {
            id: correction.id.to_string(),
            question_id: correction.question_id.to_string(),
            old_email: correction.old_email.clone(),
            new_email: correction.new_email.clone(),
            asked_at: correction.asked_at.into(),
            confirmed_at: correction.confirmed_at.map(Into::into),
            superseded_at: correction.superseded_at.map(Into::into),
            stopped_at: correction.stopped_at.map(Into::into),
        })
        .execute(db)?;
    Ok(())
}

/// One request.
///
/// # Errors
/// [`StoreError::NotFound`] and others.
pub fn address_correction(
    db: &mut Db,
    id: AddressCorrectionId,
) -> Result<AddressCorrection, StoreError> {
    address_corrections::table
        .find(id.to_string())
        .select(AddressCorrectionRow::as_select())
        .first(db)?
        .try_into()
}

/// The requests about a question, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn address_corrections(
    db: &mut Db,
    question: QuestionId,
) -> Result<Vec<AddressCorrection>, StoreError> {
    let rows = address_corrections::table
        .filter(address_corrections::question_id.eq(question.to_string()))
        .order(address_corrections::id)
        .select(AddressCorrectionRow::as_select())
        .load(db)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Saves when a request was confirmed, superseded or stopped.
///
/// # Errors
/// [`StoreError`].
pub fn update_address_correction(
    db: &mut Db,
    correction: &AddressCorrection,
) -> Result<(), StoreError> {
    diesel::update(address_corrections::table.find(correction.id.to_string()))
        .set((
            address_corrections::confirmed_at.eq(correction.confirmed_at.map(Instant::from)),
            address_corrections::superseded_at.eq(correction.superseded_at.map(Instant::from)),
            address_corrections::stopped_at.eq(correction.stopped_at.map(Instant::from)),
        ))
        .execute(db)?;
    Ok(())
}
