//! The items of a meeting's agenda (clauses (ii) and (vi)).

use crate::{
    domain::{
        agenda::{AgendaItem, ItemKind, Part},
        id::{AgendaItemId, MeetingId},
        text,
    },
    service::{FieldError, Service, ServiceError, actor::Acting, permission},
    store::meetings,
};

/// What is said of an agenda item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemParticulars {
    /// Its place, from 1.
    pub position: i32,
    /// Its title.
    pub title: String,
    /// Its minute number, once there are minutes; may be empty.
    pub minute_number: String,
    /// Public or private part.
    pub part: Part,
    /// Ordinary, or an application.
    pub kind: ItemKind,
}

impl ItemParticulars {
    fn item(&self, id: AgendaItemId, meeting_id: MeetingId) -> Result<AgendaItem, ServiceError> {
        let mut problems = Vec::new();
        let title = text::single_line(&self.title);
        if title.is_empty() || title.chars().count() > 300 {
            problems.push(FieldError::new(
                "title",
                "empty",
                "Enter a title of 300 characters or fewer",
            ));
        }
        let minute_number = text::single_line(&self.minute_number);
        if minute_number.chars().count() > 20 {
            problems.push(FieldError::new(
                "minute_number",
                "too_long",
                "The minute number must be 20 characters or fewer",
            ));
        }
        if !(1..=200).contains(&self.position) {
            problems.push(FieldError::new(
                "position",
                "number",
                "The place on the agenda must be a number from 1 to 200",
            ));
        }
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        Ok(AgendaItem {
            id,
            meeting_id,
            position: self.position,
            title,
            minute_number: (!minute_number.is_empty()).then_some(minute_number),
            part: self.part,
            kind: self.kind,
        })
    }
}

fn item_trace(item: &AgendaItem) -> serde_json::Value {
    serde_json::json!({
        "item": item.id, "position": item.position, "title": item.title, "minute_number": item.minute_number,
        "part": item.part, "kind": item.kind,
    })
}

/// Adds an agenda item.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`].
pub fn add_item(
    service: &Service,
    acting: &Acting,
    meeting: MeetingId,
    particulars: &ItemParticulars,
) -> Result<AgendaItem, ServiceError> {
    permission::proper_officer(acting)?;
    let item = particulars.item(service.new_id(), meeting)?;
    service.store.write(|db| {
        meetings::meeting(db, meeting)?;
        meetings::insert_agenda_item(db, &item)?;
        service.audit(
            db,
            acting,
            "add_agenda_item",
            ("meeting", &meeting.to_string()),
            None,
            Some(item_trace(&item)),
        )?;
        Ok(item.clone())
    })
}

/// Changes an agenda item.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::NotFound`].
pub fn change_item(
    service: &Service,
    acting: &Acting,
    id: AgendaItemId,
    particulars: &ItemParticulars,
) -> Result<AgendaItem, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let was = meetings::agenda_item(db, id)?;
        let item = particulars.item(id, was.meeting_id)?;
        meetings::update_agenda_item(db, &item)?;
        service.audit(
            db,
            acting,
            "change_agenda_item",
            ("meeting", &was.meeting_id.to_string()),
            Some(item_trace(&was)),
            Some(item_trace(&item)),
        )?;
        Ok(item)
    })
}

/// Moves an agenda item one place up or down. The places of the whole agenda are counted anew from 1.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::NotFound`].
pub fn move_item(
    service: &Service,
    acting: &Acting,
    id: AgendaItemId,
    up: bool,
) -> Result<(), ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let meeting = meetings::agenda_item(db, id)?.meeting_id;
        let mut agenda = meetings::agenda(db, meeting)?;
        let Some(from) = agenda.iter().position(|item| item.id == id) else {
            return Err(ServiceError::NotFound);
        };
        let to = if up {
            from.checked_sub(1)
        } else {
            Some(from + 1)
        };
        let Some(to) = to.filter(|to| *to < agenda.len()) else {
            // it is at the end already
            return Ok(());
        };
        agenda.swap(from, to);
        for (item, position) in agenda.iter_mut().zip(1..) {
            if item.position != position {
                item.position = position;
                meetings::update_agenda_item(db, item)?;
            }
        }
        service.audit(
            db,
            acting,
            "reorder_agenda",
            ("meeting", &meeting.to_string()),
            Some(serde_json::json!({ "item": id, "position": from + 1 })),
            Some(serde_json::json!({ "item": id, "position": to + 1 })),
        )
    })
}

/// Takes an agenda item away, unless a question is about it.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where a question is about it; [`ServiceError::NotFound`].
pub fn remove_item(
    service: &Service,
    acting: &Acting,
    id: AgendaItemId,
) -> Result<(), ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let was = meetings::agenda_item(db, id)?;
        if meetings::questions_about(db, id)? > 0 {
            return Err(ServiceError::Conflict(
                "A question is about this item, so it cannot be removed. Change it instead."
                    .to_owned(),
            ));
        }
        meetings::delete_agenda_item(db, id)?;
        service.audit(
            db,
            acting,
            "remove_agenda_item",
            ("meeting", &was.meeting_id.to_string()),
            Some(item_trace(&was)),
            None,
        )
    })
}
