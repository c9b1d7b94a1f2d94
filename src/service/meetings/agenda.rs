//! The items of a meeting's agenda (clauses (ii) and (vi)). A change that a letter has stated, or that takes an item from those that
//! can be asked about, is planned and told like any other (readings 24 and 25).

use crate::{
    domain::{
        agenda::{AgendaItem, ItemKind, Part},
        id::{AgendaItemId, MeetingId},
        text,
    },
    service::{
        FieldError, Service, ServiceError,
        actor::Acting,
        notify_changes::{self, Plan},
        permission,
        views::{self, MeetingView},
    },
    store::{connection::Db, meetings, questions},
};

/// What is said of an agenda item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemParticulars {
    /// Its place, from 1. Beyond the end it comes last.
    pub position: i32,
    /// Its title.
    pub title: String,
    /// Its minute number, once there are minutes; may be empty.
    pub minute_number: String,
    /// Public or private part.
    pub part: Part,
    /// Ordinary, procedural, or an application.
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

fn trace(item: &AgendaItem) -> serde_json::Value {
    serde_json::json!({
        "item": item.id, "position": item.position, "title": item.title, "minute_number": item.minute_number,
        "part": item.part, "kind": item.kind,
    })
}

/// Puts an item at its place and counts the places of the whole agenda from 1.
fn place(agenda: &mut Vec<AgendaItem>, item: AgendaItem) {
    agenda.retain(|other| other.id != item.id);
    let at = usize::try_from(item.position - 1)
        .unwrap_or(0)
        .min(agenda.len());
    agenda.insert(at, item);
    count(agenda);
}

fn count(agenda: &mut [AgendaItem]) {
    for (item, position) in agenda.iter_mut().zip(1..) {
        item.position = position;
    }
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
        let mut agenda = meetings::agenda(db, meeting)?;
        let mut added = item.clone();
        // at the end, and then at its place: no two items have one place at any moment
        added.position = i32::try_from(agenda.len()).unwrap_or(i32::MAX - 1) + 1;
        meetings::insert_agenda_item(db, &added)?;
        place(&mut agenda, item.clone());
        meetings::write_agenda(db, &agenda)?;
        let added = meetings::agenda_item(db, item.id)?;
        service.audit(
            db,
            acting,
            "add_agenda_item",
            ("meeting", &meeting.to_string()),
            None,
            Some(trace(&added)),
        )?;
        Ok(added)
    })
}

/// What changing an agenda item, or taking it off the agenda, would bring about.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemForeseen {
    /// The meeting as it stands.
    pub was: MeetingView,
    /// The item as it stands.
    pub item: AgendaItem,
    /// How many questions that are approved or wait for a decision are about it.
    pub about_it: usize,
    /// Who would be told what.
    pub plan: Plan,
    then: MeetingView,
}

/// An agenda item as it would be: changed, or none where it is taken off.
fn prepare(
    service: &Service,
    db: &mut Db,
    id: AgendaItemId,
    particulars: Option<&ItemParticulars>,
) -> Result<ItemForeseen, ServiceError> {
    let item = meetings::agenda_item(db, id)?;
    let was = views::meeting(service, db, item.meeting_id)?;
    let mut then = was.clone();
    match particulars {
        Some(particulars) => {
            let changed = particulars.item(id, item.meeting_id)?;
            place(&mut then.agenda, changed);
        }
        None => {
            then.agenda.retain(|on_agenda| on_agenda.id != id);
            count(&mut then.agenda);
        }
    }
    let about_it = questions::count_about_item(db, item.meeting_id, id)?;
    Ok(ItemForeseen {
        plan: notify_changes::plan(service, db, &was, &then, None)?,
        was,
        item,
        about_it,
        then,
    })
}

/// Shows what changing an item (or taking it off the agenda, without particulars) would bring about.
///
/// # Errors
/// Those of [`change_item`] and [`remove_item`].
pub fn foresee_item(
    service: &Service,
    acting: &Acting,
    id: AgendaItemId,
    particulars: Option<&ItemParticulars>,
) -> Result<ItemForeseen, ServiceError> {
    permission::proper_officer(acting)?;
    service
        .store
        .read(|db| prepare(service, db, id, particulars))
}

/// Changes an agenda item. The questioners of its questions are told of a new title; where it can no longer be asked about, each
/// question is to be decided on again.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::NotFound`]; [`ServiceError::Conflict`] while a question
/// about it is being put.
pub fn change_item(
    service: &Service,
    acting: &Acting,
    id: AgendaItemId,
    particulars: &ItemParticulars,
) -> Result<AgendaItem, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let foreseen = prepare(service, db, id, Some(particulars))?;
        meetings::write_agenda(db, &foreseen.then.agenda)?;
        let item = meetings::agenda_item(db, id)?;
        service.audit(
            db,
            acting,
            "change_agenda_item",
            ("meeting", &item.meeting_id.to_string()),
            Some(trace(&foreseen.item)),
            Some(trace(&item)),
        )?;
        notify_changes::carry_out(service, db, acting, &foreseen.plan, &foreseen.then)?;
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
        count(&mut agenda);
        meetings::write_agenda(db, &agenda)?;
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

/// Takes an item off the agenda. Questions about it are to be decided on again, and their questioners are told.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where a question was put under it; [`ServiceError::NotFound`].
pub fn remove_item(
    service: &Service,
    acting: &Acting,
    id: AgendaItemId,
) -> Result<(), ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let foreseen = prepare(service, db, id, None)?;
        if meetings::is_on_record(db, id)? {
            return Err(ServiceError::Conflict(
                "A question was put under this item, so the record needs it. Change it instead."
                    .to_owned(),
            ));
        }
        notify_changes::carry_out(service, db, acting, &foreseen.plan, &foreseen.then)?;
        meetings::remove_agenda_item(db, &foreseen.item, service.now())?;
        meetings::write_agenda(db, &foreseen.then.agenda)?;
        service.audit(
            db,
            acting,
            "remove_agenda_item",
            ("meeting", &foreseen.item.meeting_id.to_string()),
            Some(trace(&foreseen.item)),
            None,
        )
    })
}
