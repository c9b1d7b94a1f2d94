//! Whoever asked: their details, apart from the question, so that they can be removed while it stays.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        codes::Code,
        id::{MeetingId, QuestionId},
        questioner::{Confirmation, Naming, Questioner},
    },
    store::{
        connection::Db,
        error::StoreError,
        rows,
        schema::{questioners, questions},
        types::Instant,
    },
};

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
    /// What has been arranged for them at the meeting, in the proper officer's words.
    pub arranged: Option<String>,
    /// Whether they declared that they live in the borough.
    pub resident: bool,
    /// Whether the name may be published.
    pub publish_name: bool,
    /// Whether they said that they are under 18. The address, e-mail address and telephone number are then the carer's.
    pub under_18: bool,
    /// The name of the parent or carer of somebody under 18, to whom letters go.
    pub carer_name: Option<String>,
    /// When it became known that the e-mail address is theirs.
    pub confirmed_at: Option<Instant>,
    /// The code of the [`Confirmation`].
    pub confirmed_by: Option<String>,
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
            arranged: None,
            resident: who.resident,
            publish_name: who.naming == Naming::Name,
            under_18: who.carer.is_some(),
            carer_name: who.carer.as_ref().map(|carer| carer.as_str().to_owned()),
            confirmed_at: None,
            confirmed_by: None,
        }
    }
}

impl QuestionerDetails {
    /// The name of whoever letters are addressed to: the questioner, or the parent or carer of somebody under 18.
    pub fn addressee(&self) -> &str {
        self.carer_name.as_deref().unwrap_or(&self.name)
    }

    /// Whether the e-mail address is known to be theirs.
    pub fn is_confirmed(&self) -> bool {
        self.confirmed_at.is_some()
    }

    /// How that became known.
    pub fn confirmation(&self) -> Option<Confirmation> {
        self.confirmed_by
            .as_deref()
            .and_then(Confirmation::from_code)
    }

    /// Notes that the e-mail address is theirs.
    pub fn confirm(&mut self, by: Confirmation, at: DateTime<Utc>) {
        self.confirmed_at = Some(at.into());
        self.confirmed_by = Some(by.code().to_owned());
    }

    /// Whether letters go by e-mail to an address that may be somebody else's, so that they hold nothing that was typed.
    pub fn may_be_somebody_else(&self) -> bool {
        self.email.is_some() && !self.is_confirmed()
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

/// Changes a questioner's details.
///
/// # Errors
/// [`StoreError`].
pub fn update_questioner(db: &mut Db, details: &QuestionerDetails) -> Result<(), StoreError> {
    diesel::update(questioners::table.find(&details.question_id))
        .set(details)
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

/// The details of whoever asked some questions, in no order; those that were removed are left out.
///
/// # Errors
/// [`StoreError`].
pub fn questioners_of(
    db: &mut Db,
    questions: &[QuestionId],
) -> Result<Vec<QuestionerDetails>, StoreError> {
    let ids: Vec<String> = questions.iter().map(ToString::to_string).collect();
    Ok(questioners::table
        .filter(questioners::question_id.eq_any(ids))
        .select(QuestionerDetails::as_select())
        .load(db)?)
}

/// The details of everybody who has a question at a meeting. It reads the whole meeting: for an index that is made once.
///
/// # Errors
/// [`StoreError`].
pub fn questioners_at(
    db: &mut Db,
    meeting: MeetingId,
) -> Result<Vec<(QuestionId, QuestionerDetails)>, StoreError> {
    let found: Vec<QuestionerDetails> = questioners::table
        .inner_join(questions::table)
        .filter(questions::meeting_id.eq(meeting.to_string()))
        .order(questions::received_at)
        .select(QuestionerDetails::as_select())
        .load(db)?;
    found
        .into_iter()
        .map(|details| Ok((rows::parsed(&details.question_id)?, details)))
        .collect()
}

/// The details of whoever asked some questions, each with the meeting; those that were removed are left out.
///
/// # Errors
/// [`StoreError`].
pub fn questioners_with_meetings(
    db: &mut Db,
    questions: &[QuestionId],
) -> Result<Vec<(MeetingId, QuestionId, QuestionerDetails)>, StoreError> {
    let ids: Vec<String> = questions.iter().map(ToString::to_string).collect();
    let found: Vec<(String, QuestionerDetails)> = questioners::table
        .inner_join(questions::table)
        .filter(questioners::question_id.eq_any(ids))
        .select((questions::meeting_id, QuestionerDetails::as_select()))
        .load(db)?;
    found
        .into_iter()
        .map(|(meeting, details)| {
            Ok((
                rows::parsed(&meeting)?,
                rows::parsed(&details.question_id)?,
                details,
            ))
        })
        .collect()
}

/// Notes what has been arranged for a questioner; whether their details are still there.
///
/// # Errors
/// [`StoreError`].
pub fn note_arranged(
    db: &mut Db,
    question: QuestionId,
    arranged: Option<&str>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(questioners::table.find(question.to_string()))
        .set(questioners::arranged.eq(arranged))
        .execute(db)?;
    Ok(changed == 1)
}
