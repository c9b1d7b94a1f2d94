//! The log of question time: what was done, when, by whom, and what the clocks showed.

use chrono::{TimeDelta, TimeZone, Utc};
use serde_json::{Value, json};

use crate::client::Council;

/// The values of one field, event by event.
fn each<'a>(log: &'a Value, pointer: &str) -> Vec<&'a Value> {
    let events = log["events"].as_array().unwrap();
    events.iter().map(|e| e.pointer(pointer).unwrap()).collect()
}

#[tokio::test]
async fn the_log_tells_how_the_evening_went() {
    let council = Council::open().await;
    let question = council.approved(1).await;
    let start = Utc.with_ymd_and_hms(2024, 2, 6, 18, 40, 0).unwrap();
    council.app.clock.set(start);
    let events = format!("/meetings/{}/question-time/events", council.meeting);
    let reply = council.chair.get(&events).await;
    assert_eq!(reply.header("etag"), "\"0\"");
    assert_eq!(
        reply.expect(200),
        json!({ "meeting": council.meeting, "revision": 0, "events": [] })
    );

    let done = [
        json!({ "event": "opened" }),
        json!({ "event": "indicated", "question": question }),
        json!({ "event": "called", "question": question }),
        json!({ "event": "speaking_started" }),
        json!({ "event": "adjourned" }),
        json!({ "event": "undone", "seq": 5 }),
        json!({ "event": "answer_started" }),
        json!({ "event": "finished", "answer": "given", "supplementary": null }),
        json!({ "event": "closed" }),
    ];
    for (n, event) in done.iter().enumerate() {
        // the officer beside the chair does the last of them
        let who = if n == 8 {
            &council.officer
        } else {
            &council.chair
        };
        who.post(&events, event).await.expect(201);
        council.app.advance(TimeDelta::milliseconds(10_250));
    }

    let reply = council.chair.get(&events).await;
    assert_eq!(reply.header("etag"), "\"9\"");
    let log = reply.expect(200);
    assert_eq!(log["revision"], 9);
    assert_eq!(each(&log, "/event"), done.iter().collect::<Vec<_>>());
    assert_eq!(each(&log, "/seq"), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(log["events"][0]["at"], "2024-02-06T18:40:00.000Z");
    assert_eq!(log["events"][1]["at"], "2024-02-06T18:40:10.250Z");
    let undone: Vec<_> = each(&log, "/undone");
    assert_eq!(
        undone,
        [false, false, false, false, true, false, false, false, false]
    );
    // right after each event: the adjournment stopped both clocks, its undoing gave back the time
    let step = 10_250;
    for n in 0..9_i64 {
        let event = &log["events"][usize::try_from(n).unwrap()];
        assert_eq!(event["clock"]["left_ms"], 1_800_000 - n * step, "{event}");
    }
    let running: Vec<_> = each(&log, "/clock/running");
    assert_eq!(
        running,
        [true, true, true, true, false, true, true, true, false]
    );
    let turn: Vec<_> = each(&log, "/turn_clock")
        .into_iter()
        .map(|clock| clock["left_ms"].as_i64())
        .collect();
    let full = 180_000;
    assert_eq!(
        turn,
        [
            None,
            None,
            Some(full),
            Some(full),
            Some(full - step),
            Some(full - 2 * step),
            Some(full - 3 * step),
            None,
            None,
        ]
    );
    assert_eq!(log["events"][0]["by"], "Sample chair");
    assert_eq!(log["events"][8]["by"], "Sample proper_officer");
    council
        .anyone
        .get(&events)
        .await
        .problem(401, "not-signed-in");
    council
        .other_chair
        .get(&events)
        .await
        .problem(403, "forbidden");
}
