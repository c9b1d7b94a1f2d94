//! Screens that agree: what happens at a meeting is on every screen that shows it, at once and without a reload.
//!
//! * [`hub`] watches the meetings that anybody looks at. It compares the marks of the database (`store::live`) after every
//!   request of this node that may have changed something, and twice a second for what other nodes did: one way for one node or
//!   many. What has changed is read once and put into one `watch` channel for each meeting.
//! * [`stream`] gives a channel to a browser or a program as server-sent events (HTML Standard, "Server-sent events"). A slow
//!   reader skips to the present state; nothing queues up for it.
//! * [`clocks`] says how a clock stands: what it ran, and since when it runs. Browsers count from that by the server's time, which
//!   they ask for at `/time` and correct by half of the round trip, so that no clock needs a message.
//! * [`screen`] is the public screen.

pub mod clocks;
pub mod hub;
pub mod screen;
pub mod stream;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::{
    domain::id::MeetingId,
    service::{ServiceError, permission},
    store::meetings,
    web::{Answer, AppState, Failure, Staff, limits, routes},
};

pub use hub::Live;
use stream::Viewer;

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/time").route(routes::get().to(time)))
        .service(routes::resource("/meetings/{id}/screen").route(routes::get().to(screen::show)))
        .service(routes::resource("/meetings/{id}/live").route(routes::get().to(public)))
        .service(
            routes::resource("/meetings/{id}/live/state").route(routes::get().to(public_state)),
        )
        .service(routes::resource("/staff/meetings/{id}/live").route(routes::get().to(staff)))
        .service(
            routes::resource("/staff/meetings/{id}/live/state")
                .route(routes::get().to(staff_state)),
        );
}

/// Where the public screen's stream is.
pub fn public_stream(meeting: MeetingId) -> String {
    format!("/meetings/{meeting}/live")
}

/// Where the stream for the chair's and the clerk's screens is.
pub fn staff_stream(meeting: MeetingId) -> String {
    format!("/staff/meetings/{meeting}/live")
}

/// The time that the clocks of question time go by, in milliseconds, for browsers to set their clocks by.
async fn time(state: web::Data<AppState>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "now": state.service.steady_now().timestamp_millis() }))
}

/// What the public screen shows, as a stream.
async fn public(
    request: HttpRequest,
    state: web::Data<AppState>,
    id: web::Path<MeetingId>,
) -> Answer {
    let watching = state.live.watch(*id).await?;
    let client = limits::client_of(&request, &state.service.settings.server);
    stream::open(&state, Viewer::Public, client, watching.public, |seen| {
        seen.frame.clone()
    })
}

/// The same, once, for a browser behind a proxy that holds streams back.
async fn public_state(state: web::Data<AppState>, id: web::Path<MeetingId>) -> Answer {
    let watching = state.live.watch(*id).await?;
    let now = watching.public.borrow().data.clone();
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(now))
}

/// That something has changed, as a stream: the page is then asked for again.
async fn staff(staff: Staff, id: web::Path<MeetingId>) -> Answer {
    may_run(&staff, *id).await?;
    let state = staff.state();
    let watching = state.live.watch(*id).await?;
    stream::open(
        state,
        Viewer::Staff,
        staff.client(),
        watching.whole,
        |whole| whole.changed.frame.clone(),
    )
}

/// The same, once.
async fn staff_state(staff: Staff, id: web::Path<MeetingId>) -> Answer {
    may_run(&staff, *id).await?;
    let watching = staff.state().live.watch(*id).await?;
    let now = watching.whole.borrow().changed.data.clone();
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(now))
}

async fn may_run(staff: &Staff, id: MeetingId) -> Result<(), Failure> {
    let acting = staff.acting();
    staff
        .run(move |service| {
            service.store.read(|db| {
                let board = meetings::meeting(db, id)?.meeting.board_id;
                permission::chair_of(&acting, board).map(drop)?;
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    Ok(())
}
