//! Public question time as a stream of server-sent events, for programs: a room's display system, a captioning desk.

use actix_web::{get, web};

use super::request::Id;
use crate::{
    domain::id::MeetingId,
    service::{
        ServiceError,
        permission::{self, Onlooker},
    },
    store::meetings,
    web::{Answer, ApiActor, live::stream},
};

/// Follow public question time
///
/// A stream of server-sent events (`text/event-stream`), for the chair of the board, the proper officer, and a display token. It
/// begins with an event `time`, whose data is `{"now": milliseconds of Unix time, "beat": milliseconds}`, and an event `state`,
/// whose data is the same object as the answer of `GET /meetings/{id}/question-time`. A `state` follows each change, whole; in
/// between there is a `time` every `beat` milliseconds. Nothing for twice as long means that the connection is lost: open another,
/// which begins with the present state. The id of a `state` is its revision. Set your clock by `GET /time` at the root of the
/// site, which is no part of this API: half of the round trip added. Count down from `left_ms` at `server_time` where a clock runs:
/// no message comes for a second that passes.
#[utoipa::path(tag = "Question time", params(("id" = MeetingId, Path, description = "The meeting.")), security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The stream. It ends when the service stops.", content_type = "text/event-stream", body = String)))]
#[get("/meetings/{id}/question-time/stream")]
pub async fn follow_question_time(actor: ApiActor, id: Id<MeetingId>) -> Answer {
    let acting = actor.acting();
    permission::display_or_staff(&acting)?;
    let meeting = id.0;
    let is_display = actor
        .run(move |service| {
            service.store.read(|db| {
                let board = meetings::meeting(db, meeting)?.meeting.board_id;
                let onlooker = permission::display_or_chair(&acting, board)?;
                Ok::<_, ServiceError>(matches!(onlooker, Onlooker::Display))
            })
        })
        .await?;
    let state: &web::Data<_> = actor.state();
    let watching = state.live.watch(meeting).await?;
    stream::open(
        state,
        stream::Viewer::Staff,
        actor.client(),
        watching.whole,
        move |whole| {
            if is_display {
                whole.published.frame.clone()
            } else {
                whole.program.frame.clone()
            }
        },
    )
}
