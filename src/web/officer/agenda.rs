//! The items of a meeting's agenda: add, change, remove, move up and down.

use actix_web::web;
use askama::Template;

use crate::{
    domain::{
        agenda::{AgendaItem, ItemKind, Part},
        codes::Code,
        id::{AgendaItemId, MeetingId},
    },
    service::{
        FieldError, ServiceError,
        meetings::{self as acts, ItemParticulars},
        permission, views,
    },
    store::meetings as stored,
    web::{
        Answer, Fields, Form, FormState, Staff,
        components::Choice,
        officer::{desk::sentence, meetings},
        page::Page,
        pages,
    },
};

/// An item as a line of the agenda.
pub struct ItemRow {
    /// Its identifier.
    pub id: AgendaItemId,
    /// Its own address.
    pub href: String,
    /// Its place.
    pub position: i32,
    /// Its title.
    pub title: String,
    /// Its minute number, if there is one.
    pub minute_number: String,
    /// Why it takes no questions, if it takes none.
    pub no_questions: String,
    /// Whether it is the first.
    pub first: bool,
    /// Whether it is the last.
    pub last: bool,
}

/// The agenda as lines.
pub fn rows(agenda: &[AgendaItem]) -> Vec<ItemRow> {
    agenda
        .iter()
        .enumerate()
        .map(|(place, item)| ItemRow {
            id: item.id,
            href: format!("/staff/meetings/{}/agenda/{}", item.meeting_id, item.id),
            position: item.position,
            title: item.title.clone(),
            minute_number: item.minute_number.clone().unwrap_or_default(),
            no_questions: item
                .not_for_questions()
                .map(|why| sentence(why.words()))
                .unwrap_or_default(),
            first: place == 0,
            last: place + 1 == agenda.len(),
        })
        .collect()
}

/// The parts of a meeting.
pub fn part_choices() -> Vec<Choice> {
    vec![
        Choice::new(Part::Public.code(), "Public part"),
        Choice::new(Part::Private.code(), "Private part"),
    ]
}

/// What an item is.
pub fn kind_choices() -> Vec<Choice> {
    vec![
        Choice::new(ItemKind::Ordinary.code(), "Ordinary item"),
        Choice::new(ItemKind::PlanningApplication.code(), "Planning application"),
        Choice::new(
            ItemKind::LicensingApplication.code(),
            "Licensing application",
        ),
    ]
}

fn particulars(fields: &Fields, position: i32) -> ItemParticulars {
    ItemParticulars {
        position,
        title: fields.value("title").to_owned(),
        minute_number: fields.value("minute_number").to_owned(),
        part: Part::from_code(fields.value("part")).unwrap_or(Part::Public),
        kind: ItemKind::from_code(fields.value("kind")).unwrap_or(ItemKind::Ordinary),
    }
}

fn agenda_of(meeting: MeetingId) -> String {
    format!("/staff/meetings/{meeting}?done=agenda")
}

/// Adds an item at the end.
pub async fn add(staff: Staff, meeting: web::Path<MeetingId>, form: Form) -> Answer {
    let meeting = meeting.into_inner();
    let acting = staff.acting();
    let fields = form.fields.clone();
    let added = staff
        .run(move |service| {
            permission::proper_officer(&acting)?;
            let agenda = service.store.read(|db| stored::agenda(db, meeting))?;
            let last = agenda.iter().map(|item| item.position).max().unwrap_or(0);
            acts::add_item(service, &acting, meeting, &particulars(&fields, last + 1))
        })
        .await;
    match added {
        Ok(_) => Ok(pages::see_other(&agenda_of(meeting))),
        Err(ServiceError::Invalid(errors)) => {
            meetings::page_of(&staff, meeting, form.state().refused(errors), "").await
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "officer/agenda_item.html")]
struct ItemPage {
    page: Page,
    form: FormState,
    href: String,
    back: String,
    parts: Vec<Choice>,
    kinds: Vec<Choice>,
}

/// What can be changed of an item.
pub async fn show(staff: Staff, path: web::Path<(MeetingId, AgendaItemId)>) -> Answer {
    let (_, id) = path.into_inner();
    let acting = staff.acting();
    let item = staff
        .run(move |service| {
            permission::proper_officer(&acting)?;
            Ok(service.store.read(|db| stored::agenda_item(db, id))?)
        })
        .await?;
    let form = FormState::blank()
        .with("title", item.title.clone())
        .with("position", item.position.to_string())
        .with(
            "minute_number",
            item.minute_number.clone().unwrap_or_default(),
        )
        .with("part", item.part.code())
        .with("kind", item.kind.code());
    item_page(&staff, item.meeting_id, id, form)
}

fn item_page(staff: &Staff, meeting: MeetingId, id: AgendaItemId, form: FormState) -> Answer {
    let wrong = form.has_errors();
    let template = ItemPage {
        page: staff
            .page("Change an agenda item")
            .within("/staff/meetings")
            .with_errors(wrong),
        href: format!("/staff/meetings/{meeting}/agenda/{id}"),
        back: format!("/staff/meetings/{meeting}"),
        parts: part_choices(),
        kinds: kind_choices(),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

/// Changes an item.
pub async fn change(
    staff: Staff,
    path: web::Path<(MeetingId, AgendaItemId)>,
    form: Form,
) -> Answer {
    let (meeting, id) = path.into_inner();
    let Ok(position) = form.fields.value("position").trim().parse::<i32>() else {
        let problem = FieldError::new(
            "position",
            "number",
            "The place on the agenda must be a number from 1 to 200",
        );
        permission::proper_officer(&staff.acting())?;
        return item_page(&staff, meeting, id, form.state().refused([problem]));
    };
    let acting = staff.acting();
    let asked = particulars(&form.fields, position);
    let changed = staff
        .run(move |service| acts::change_item(service, &acting, id, &asked))
        .await;
    match changed {
        Ok(item) => Ok(pages::see_other(&agenda_of(item.meeting_id))),
        Err(ServiceError::Invalid(errors)) => {
            item_page(&staff, meeting, id, form.state().refused(errors))
        }
        Err(other) => Err(other.into()),
    }
}

/// Moves an item up or down.
pub async fn shift(staff: Staff, path: web::Path<(MeetingId, AgendaItemId)>, form: Form) -> Answer {
    let (meeting, id) = path.into_inner();
    let up = form.fields.value("to") == "up";
    let acting = staff.acting();
    staff
        .run(move |service| acts::move_item(service, &acting, id, up))
        .await?;
    // the focus goes back to the button that was pressed, whose name says the new place
    let button = if up { "up" } else { "down" };
    Ok(pages::see_other(&format!(
        "/staff/meetings/{meeting}#{button}-{id}"
    )))
}

#[derive(Template)]
#[template(path = "officer/agenda_remove.html")]
struct RemovePage {
    page: Page,
    title: String,
    action: String,
    back: String,
}

/// Asks before an item is removed.
pub async fn ask_remove(staff: Staff, path: web::Path<(MeetingId, AgendaItemId)>) -> Answer {
    let (meeting, id) = path.into_inner();
    let acting = staff.acting();
    let item = staff
        .run(move |service| {
            permission::proper_officer(&acting)?;
            service.store.read(|db| {
                views::meeting(service, db, meeting)?;
                Ok::<_, ServiceError>(stored::agenda_item(db, id)?)
            })
        })
        .await?;
    pages::page(&RemovePage {
        page: staff
            .page("Remove this agenda item?")
            .within("/staff/meetings"),
        title: item.title,
        action: format!("/staff/meetings/{meeting}/agenda/{id}/remove"),
        back: format!("/staff/meetings/{meeting}"),
    })
}

/// Removes an item.
pub async fn remove(staff: Staff, path: web::Path<(MeetingId, AgendaItemId)>, _: Form) -> Answer {
    let (meeting, id) = path.into_inner();
    let acting = staff.acting();
    staff
        .run(move |service| acts::remove_item(service, &acting, id))
        .await?;
    Ok(pages::see_other(&agenda_of(meeting)))
}
