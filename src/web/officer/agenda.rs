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
        permission,
    },
    store::{meetings as stored, questions},
    web::{
        Answer, Failure, Fields, Form, FormState, Staff,
        components::Choice,
        officer::{desk::sentence, meetings, told},
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
        Choice::new(
            ItemKind::Procedural.code(),
            "Procedural item (apologies, declarations, minutes, announcements, question time)",
        ),
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

/// Adds an item at the end. A title that reads like a procedural item is asked about once: the officer says what it is.
pub async fn add(staff: Staff, meeting: web::Path<MeetingId>, form: Form) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let meeting = meeting.into_inner();
    let suggested = ItemKind::suggested_by(form.fields.value("title"));
    let chosen = ItemKind::from_code(form.fields.value("kind")).unwrap_or(ItemKind::Ordinary);
    if suggested == ItemKind::Procedural
        && chosen == ItemKind::Ordinary
        && form.fields.value("suggested") != "yes"
    {
        let problem = FieldError::new(
            "kind",
            "suggested",
            "This looks like a procedural item, which no question can be about. Check what it is, then add it",
        );
        let state = form
            .state()
            .with("kind", suggested.code())
            .with("suggested", "yes")
            .refused([problem]);
        return meetings::page_of(&staff, meeting, state, "", None).await;
    }
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
            meetings::page_of(&staff, meeting, form.state().refused(errors), "", None).await
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
    /// How many questions are about it, in words; empty where none is.
    about_it: String,
}

/// How many questions are about an item, in words.
fn about_it(number: usize) -> String {
    match number {
        0 => String::new(),
        1 => "1 question is about this item.".to_owned(),
        more => format!("{more} questions are about this item."),
    }
}

/// What can be changed of an item.
pub async fn show(staff: Staff, path: web::Path<(MeetingId, AgendaItemId)>) -> Answer {
    let (_, id) = path.into_inner();
    let (item, number) = item_of(&staff, id).await?;
    let form = FormState::blank()
        .with("title", item.title.clone())
        .with("position", item.position.to_string())
        .with(
            "minute_number",
            item.minute_number.clone().unwrap_or_default(),
        )
        .with("part", item.part.code())
        .with("kind", item.kind.code());
    item_page(&staff, item.meeting_id, id, form, number)
}

/// The item as it stands, and how many questions that are approved or wait for a decision are about it.
async fn item_of(staff: &Staff, id: AgendaItemId) -> Result<(AgendaItem, usize), Failure> {
    let acting = staff.acting();
    Ok(staff
        .run(move |service| {
            permission::proper_officer(&acting)?;
            service.store.read(|db| {
                let item = stored::agenda_item(db, id)?;
                let number = questions::count_about_item(db, item.meeting_id, id)?;
                Ok::<_, ServiceError>((item, number))
            })
        })
        .await?)
}

fn item_page(
    staff: &Staff,
    meeting: MeetingId,
    id: AgendaItemId,
    form: FormState,
    number: usize,
) -> Answer {
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
        about_it: about_it(number),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

#[derive(Template)]
#[template(path = "officer/agenda_confirm.html")]
struct ConfirmPage {
    page: Page,
    title: String,
    about_it: String,
    changes: Vec<told::ChangeRow>,
    told: Vec<told::Told>,
    action: String,
    back: String,
    button: &'static str,
    fields: Vec<(String, String)>,
}

/// Changes an item, after the officer has seen who will be told what.
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
        let (_, number) = item_of(&staff, id).await?;
        return item_page(&staff, meeting, id, form.state().refused([problem]), number);
    };
    let acting = staff.acting();
    let asked = particulars(&form.fields, position);
    let confirmed = form.fields.value("step") == "confirm";
    let changed = staff
        .run(move |service| {
            let foreseen = acts::foresee_item(service, &acting, id, Some(&asked))?;
            if !foreseen.plan.letters.is_empty() && !confirmed {
                return Ok(Some((foreseen, asked)));
            }
            acts::change_item(service, &acting, id, &asked)?;
            Ok(None)
        })
        .await;
    match changed {
        Ok(None) => Ok(pages::see_other(&agenda_of(meeting))),
        Ok(Some((foreseen, asked))) => {
            let mut fields = form.fields.to_keep();
            fields.retain(|(name, _)| name != "step");
            pages::page(&ConfirmPage {
                page: staff
                    .page("Change this agenda item?")
                    .within("/staff/meetings"),
                title: foreseen.item.title.clone(),
                about_it: about_it(foreseen.about_it),
                changes: changes(&foreseen.item, &asked),
                told: told::told(staff.service(), &foreseen.plan)?,
                action: format!("/staff/meetings/{meeting}/agenda/{id}"),
                back: format!("/staff/meetings/{meeting}/agenda/{id}"),
                button: "Change the item and send the letters",
                fields,
            })
        }
        Err(ServiceError::Invalid(errors)) => {
            let (_, number) = item_of(&staff, id).await?;
            item_page(&staff, meeting, id, form.state().refused(errors), number)
        }
        Err(other) => Err(other.into()),
    }
}

/// What changes of an item, as the page that asks shows it.
fn changes(was: &AgendaItem, asked: &ItemParticulars) -> Vec<told::ChangeRow> {
    let label = |choices: Vec<Choice>, code: &str| {
        choices
            .into_iter()
            .find(|choice| choice.value == code)
            .map_or_else(String::new, |choice| choice.text)
    };
    let mut rows = Vec::new();
    let mut row = |what, old: String, new: String| {
        if old != new {
            rows.push(told::ChangeRow { what, old, new });
        }
    };
    row("Title", was.title.clone(), asked.title.trim().to_owned());
    row(
        "Part",
        label(part_choices(), was.part.code()),
        label(part_choices(), asked.part.code()),
    );
    row(
        "What it is",
        label(kind_choices(), was.kind.code()),
        label(kind_choices(), asked.kind.code()),
    );
    rows
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

/// Asks before an item is taken off the agenda, and says who will be told what.
pub async fn ask_remove(staff: Staff, path: web::Path<(MeetingId, AgendaItemId)>) -> Answer {
    let (meeting, id) = path.into_inner();
    let acting = staff.acting();
    let foreseen = staff
        .run(move |service| acts::foresee_item(service, &acting, id, None))
        .await?;
    pages::page(&ConfirmPage {
        page: staff
            .page("Remove this agenda item?")
            .within("/staff/meetings"),
        title: foreseen.item.title.clone(),
        about_it: about_it(foreseen.about_it),
        changes: Vec::new(),
        told: told::told(staff.service(), &foreseen.plan)?,
        action: format!("/staff/meetings/{meeting}/agenda/{id}/remove"),
        back: format!("/staff/meetings/{meeting}"),
        button: if foreseen.plan.letters.is_empty() {
            "Remove the item"
        } else {
            "Remove the item and send the letters"
        },
        fields: Vec::new(),
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
