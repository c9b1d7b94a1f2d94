//! The agenda of a meeting, and which of its items a question may concern (clauses (ii) and (vi)).

use actix_web::{HttpResponse, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::{Body, Id, created, ok};
use crate::{
    domain::{
        agenda::{self, ItemKind, Part},
        id::{AgendaItemId, MeetingId},
    },
    service::{
        ServiceError,
        meetings::{self, ItemParticulars},
        permission,
    },
    store::meetings as stored,
    web::{Answer, ApiActor},
};

/// An item on the agenda of a meeting.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgendaItem {
    /// Its identifier.
    pub id: AgendaItemId,
    /// Its place on the agenda, from 1.
    pub position: i32,
    /// Its title.
    #[schema(example = "Domestic abuse")]
    pub title: String,
    /// Its minute number, once there are minutes.
    #[schema(example = "SAF18")]
    pub minute_number: Option<String>,
    /// Public or private part.
    pub part: Part,
    /// Ordinary, or an application.
    pub kind: ItemKind,
    /// Why no question can be about it; null where one can.
    #[schema(example = "it is a planning application")]
    pub not_for_questions: Option<String>,
}

impl From<&agenda::AgendaItem> for AgendaItem {
    fn from(item: &agenda::AgendaItem) -> Self {
        Self {
            id: item.id,
            position: item.position,
            title: item.title.clone(),
            minute_number: item.minute_number.clone(),
            part: item.part,
            kind: item.kind,
            not_for_questions: item.not_for_questions().map(|why| why.words().to_owned()),
        }
    }
}

/// What is said of an agenda item.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgendaItemInput {
    /// Its place on the agenda, from 1 to 200.
    #[schema(example = 4)]
    pub position: i32,
    /// Its title, at most 300 characters.
    #[schema(example = "Domestic abuse")]
    pub title: String,
    /// Its minute number, once there are minutes.
    #[serde(default)]
    pub minute_number: Option<String>,
    /// Public or private part.
    pub part: Part,
    /// Ordinary, or an application.
    pub kind: ItemKind,
}

impl From<AgendaItemInput> for ItemParticulars {
    fn from(input: AgendaItemInput) -> Self {
        Self {
            position: input.position,
            title: input.title,
            minute_number: input.minute_number.unwrap_or_default(),
            part: input.part,
            kind: input.kind,
        }
    }
}

/// Read the agenda of a meeting
#[utoipa::path(tag = "Meetings", params(("id" = MeetingId, Path, description = "The meeting.")),
    responses((status = 200, description = "The items in order. While the agenda is not out, only the proper officer sees any.", body = Vec<AgendaItem>)))]
#[get("/meetings/{id}/agenda")]
pub async fn read_agenda(actor: ApiActor, id: Id<MeetingId>) -> Answer {
    let for_officer = permission::proper_officer(&actor.acting()).is_ok();
    let items = actor
        .run(move |service| {
            service.store.read(|db| {
                let meeting = stored::meeting(db, id.0)?.meeting;
                if !meeting.agenda_published && !for_officer {
                    return Ok(Vec::new());
                }
                Ok::<_, ServiceError>(stored::agenda(db, id.0)?)
            })
        })
        .await?;
    Ok(ok(&items.iter().map(AgendaItem::from).collect::<Vec<_>>()))
}

/// Add an agenda item
///
/// The proper officer's act.
#[utoipa::path(tag = "Meetings", request_body = AgendaItemInput, security(("bearer" = []), ("session" = [])),
    params(("id" = MeetingId, Path, description = "The meeting.")),
    responses((status = 201, description = "The new item.", body = AgendaItem, headers(("Location" = String, description = "The agenda.")))))]
#[post("/meetings/{id}/agenda")]
pub async fn add_agenda_item(actor: ApiActor, id: Id<MeetingId>, body: Body) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let particulars = body.read::<AgendaItemInput>()?.into();
    let meeting = id.0;
    let item = actor
        .run(move |service| meetings::add_item(service, &acting, meeting, &particulars))
        .await?;
    Ok(created(
        format!("/api/v1/meetings/{meeting}/agenda"),
        &AgendaItem::from(&item),
    ))
}

/// Change an agenda item
///
/// The proper officer's act. What is left out is emptied.
#[utoipa::path(tag = "Meetings", request_body = AgendaItemInput, security(("bearer" = []), ("session" = [])),
    params(("id" = AgendaItemId, Path, description = "The agenda item.")),
    responses((status = 200, description = "The item as it is now.", body = AgendaItem)))]
#[put("/agenda-items/{id}")]
pub async fn change_agenda_item(actor: ApiActor, id: Id<AgendaItemId>, body: Body) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let particulars = body.read::<AgendaItemInput>()?.into();
    let item = actor
        .run(move |service| meetings::change_item(service, &acting, id.0, &particulars))
        .await?;
    Ok(ok(&AgendaItem::from(&item)))
}

/// Remove an agenda item
///
/// The proper officer's act. An item that a question is about stays.
#[utoipa::path(tag = "Meetings", security(("bearer" = []), ("session" = [])),
    params(("id" = AgendaItemId, Path, description = "The agenda item.")),
    responses((status = 204, description = "It is removed.")))]
#[delete("/agenda-items/{id}")]
pub async fn remove_agenda_item(actor: ApiActor, id: Id<AgendaItemId>) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    actor
        .run(move |service| meetings::remove_item(service, &acting, id.0))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
