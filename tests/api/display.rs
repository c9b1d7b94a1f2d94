//! A display token: what it reads, that it is shown only what is published, and that it does nothing else. What each operation
//! answers it is in `roles.rs`.

use chrono::{TimeDelta, TimeZone, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Council;

/// What no display may show: the person behind a question, and staff.
const NOT_PUBLISHED: [&str; 5] = [
    "Number1",
    "Number2",
    "resident.",
    "WA8",
    "Sample proper_officer",
];

fn entries(state: &Value) -> Vec<&str> {
    let entries = state["entries"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| entry["question"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_display_shows_the_evening_and_nothing_that_is_not_published() {
    let council = Council::open().await;
    let question = council.approved(1).await;
    // nobody decides on this one: closing makes it a written response owed
    let undecided = council.received(2).await;
    let undecided = council.listed(&undecided["reference"]).await;
    let state = format!("/meetings/{}/question-time", council.meeting);
    let log = format!("{state}/events");

    // the day before, what was approved is not out yet
    let before = council.display.get(&state).await.expect(200);
    assert_eq!(before["phase"], "not_opened");
    assert_eq!(entries(&before), Vec::<&str>::new());
    assert_eq!(before["undecided"], 1);

    council
        .app
        .clock
        .set(Utc.with_ymd_and_hms(2024, 2, 6, 18, 40, 0).unwrap());
    for event in [
        json!({ "event": "opened" }),
        json!({ "event": "indicated", "question": question }),
        json!({ "event": "called", "question": question }),
        json!({ "event": "speaking_started" }),
    ] {
        council.officer.post(&log, &event).await.expect(201);
    }
    council.app.advance(TimeDelta::seconds(10));
    let shown = council.display.get(&state).await;
    assert_eq!(shown.header("etag"), "\"4\"");
    for detail in NOT_PUBLISHED {
        assert!(!shown.text.contains(detail), "{detail}: {}", shown.text);
    }
    let shown = shown.expect(200);
    assert_eq!(entries(&shown), [question.as_str()]);
    assert_eq!(shown["turn"]["clock"]["left_ms"], 170_000);
    // the log is for it when all is over
    council.display.get(&log).await.problem(403, "forbidden");

    for event in [
        json!({ "event": "answer_started" }),
        json!({ "event": "finished", "answer": "given" }),
        json!({ "event": "closed" }),
    ] {
        council.officer.post(&log, &event).await.expect(201);
    }
    let after = council.display.get(&state).await.expect(200);
    assert_eq!(entries(&after), [question.as_str()]);
    let whole = council.display.get(&log).await;
    for detail in NOT_PUBLISHED {
        assert!(!whole.text.contains(detail), "{detail}: {}", whole.text);
    }
    assert!(!whole.text.contains(undecided["id"].as_str().unwrap()));
    let whole = whole.expect(200);
    let events = whole["events"].as_array().unwrap();
    assert_eq!(events.len(), 7);
    assert!(events.iter().all(|event| event.get("by").is_none()));
    // the chair's own view has the names, and what is owed
    let staff = council.officer.get(&log).await.expect(200);
    assert_eq!(staff["events"][0]["by"], "Sample proper_officer");
}

#[tokio::test]
async fn a_display_changes_nothing_that_anybody_may_change() {
    let council = Council::open().await;
    let notice = council.notice(1);
    let refused = council.display.post("/questions", &notice).await;
    refused.problem(403, "forbidden");
    let seen = council.received(1).await;
    let own = seen["self"].as_str().unwrap();
    for path in ["withdraw", "disown"].map(|act| format!("{own}/{act}")) {
        let refused = council.display.post(&path, &Value::Null).await;
        refused.problem(403, "forbidden");
    }
    // nor does it see what only the link's holder sees
    council.display.get(own).await.problem(403, "forbidden");
    let draft = json!({ "question": "When will the lamp be mended?" });
    let similar = format!("/meetings/{}/similar-questions", council.meeting);
    let refused = council.display.post(&similar, &draft).await;
    refused.problem(403, "forbidden");
    let still = council.anyone.get(own).await.expect(200);
    assert_eq!(still["status"], "submitted");
    let reply = council
        .display
        .send(Method::DELETE, "/calendar/days/2024-03-01", &[], None)
        .await;
    reply.problem(403, "forbidden");
}

#[tokio::test]
async fn a_display_token_ends_and_opens_no_page() {
    let council = Council::open().await;
    let path = format!("/meetings/{}/question-time", council.meeting);
    let page = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
        .get(format!("{}/staff", council.app.address))
        .bearer_auth(council.display.token())
        .send()
        .await
        .unwrap();
    assert_eq!(page.status().as_u16(), 303, "to the page for signing in");
    council.display.get(&path).await.expect(200);
    council.app.advance(TimeDelta::days(31));
    council
        .display
        .get(&path)
        .await
        .problem(401, "not-signed-in");
}
