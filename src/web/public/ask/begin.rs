//! The first page of the form, at the meeting's own address. Opening it stores nothing: a draft begins with what is sent from it, so a
//! crawler or a browser that fetches pages ahead leaves no rows behind.

use actix_web::web;

use crate::{
    domain::id::MeetingId,
    service::{
        drafts,
        typed_question::{TypedMatter, TypedQuestion},
        views::{self, MeetingView},
    },
    web::{Answer, Failure, Form, Visitor, pages, routes},
};

use super::{Step, matter};

/// Adds the route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        routes::resource("/meetings/{id}/ask")
            .route(routes::get().to(show))
            .route(routes::post().to(send)),
    );
}

async fn meeting(visitor: &Visitor, id: MeetingId) -> Result<MeetingView, Failure> {
    Ok(visitor
        .run(move |service| service.store.read(|db| views::meeting(service, db, id)))
        .await?)
}

/// A meeting that takes no more questions has the form all the same: a late question is refused and kept (reading 4), and each page
/// says so.
async fn show(visitor: Visitor, id: web::Path<MeetingId>) -> Answer {
    let meeting = meeting(&visitor, id.into_inner()).await?;
    let page = matter::template(&visitor, &meeting, &TypedMatter::default(), &[]);
    Ok(crate::web::public::personal(pages::page(&page)?))
}

/// Begins a draft with the matter, once it is right.
async fn send(visitor: Visitor, id: web::Path<MeetingId>, form: Form<TypedMatter>) -> Answer {
    let id = id.into_inner();
    let meeting = meeting(&visitor, id).await?;
    let problems = super::matter_problems(&meeting, &form.typed);
    if !problems.is_empty() {
        return pages::invalid(&matter::template(
            &visitor,
            &meeting,
            &form.typed,
            &problems,
        ));
    }
    let typed = TypedQuestion {
        matter: form.typed,
        ..TypedQuestion::default()
    };
    let owner = visitor.owner();
    let draft = visitor
        .run(move |service| drafts::begin(service, &owner, id, &typed))
        .await?;
    Ok(pages::see_other(&Step::Question.path(draft)))
}
