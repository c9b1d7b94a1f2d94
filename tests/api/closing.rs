//! Closing a meeting that nobody ran with the clocks, and whose written responses are whose.

use chrono::{TimeZone, Utc};
use serde_json::json;

use crate::client::Council;

fn codes(question: &serde_json::Value) -> Vec<&str> {
    let possible = question["possible"].as_array().unwrap();
    possible.iter().map(|act| act.as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_happened_is_noted_after_the_day_and_nothing_is_approved() {
    let council = Council::open().await;
    let (first, second) = (council.approved(1).await, council.approved(2).await);
    let undecided = council.received(3).await;
    let undecided = council.listed(&undecided["reference"]).await;
    let path = format!("/staff/questions/{}", undecided["id"].as_str().unwrap());
    let before = council.officer.get(&path).await.expect(200);
    assert!(codes(&before).contains(&"approve"));

    council
        .app
        .clock
        .set(Utc.with_ymd_and_hms(2024, 2, 7, 9, 0, 0).unwrap());
    let after = council.officer.get(&path).await.expect(200);
    assert!(!codes(&after).contains(&"approve"), "{after}");
    let version = after["version"].as_i64().unwrap();
    council
        .officer
        .post_from(
            version,
            &format!("{path}/decisions"),
            &json!({ "decision": "approve", "judgement": "Another lamp." }),
        )
        .await
        .problem(409, "conflict");

    let events = format!("/meetings/{}/question-time/events", council.meeting);
    let act = async |event| council.chair.post(&events, &event).await;
    act(json!({ "event": "opened" }))
        .await
        .problem(409, "conflict");
    let noted = json!({ "event": "noted", "question": first, "happened": "answered" });
    let state = act(noted).await.expect(201);
    assert_eq!(
        state["entries"][0]["outcome"],
        json!({ "is": "put", "answer": "given", "supplementary": null })
    );
    let noted = json!({ "event": "noted", "question": second, "happened": "absent" });
    act(noted).await.expect(201);
    act(json!({ "event": "closed" })).await.expect(201);

    // what is nobody's is listed, with who could write it
    let responder = &council.responder;
    let unassigned = responder
        .get("/written-responses?unassigned=true")
        .await
        .expect(200);
    let items = unassigned["items"].as_array().unwrap();
    let mut reasons: Vec<&str> = items
        .iter()
        .map(|i| i["reason"].as_str().unwrap())
        .collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["absent", "not_decided"]);
    let writers = responder.get("/response-writers").await.expect(200);
    let writer = writers
        .as_array()
        .unwrap()
        .iter()
        .find(|writer| writer["name"] == "Sample responding_officer")
        .unwrap();
    let path = format!("/written-responses/{}", items[0]["id"].as_str().unwrap());
    let draft = json!({ "body": "", "owner": writer["id"] });
    council
        .officer
        .put_from(1, &format!("{path}/draft"), &draft)
        .await
        .expect(200);
    let left = responder
        .get("/written-responses?unassigned=true")
        .await
        .expect(200);
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    let mut told = council.app.letters_to("responder@example.org").await;
    // they were told of their account's token as well
    told.retain(|letter| letter.kind != "your_account");
    assert_eq!(told.len(), 1);
    council
        .chair
        .get("/response-writers")
        .await
        .problem(403, "forbidden");

    // a holding reply needs its date
    let holding = json!({ "reply": "holding", "body": "We wait for a report." });
    let problem = responder
        .post_from(2, &format!("{path}/replies"), &holding)
        .await
        .problem(422, "invalid");
    assert!(problem.to_string().contains("new_due_on"), "{problem}");
    let holding =
        json!({ "reply": "holding", "body": "We wait for a report.", "new_due_on": "2024-03-01" });
    let sent = responder
        .post_from(2, &format!("{path}/replies"), &holding)
        .await
        .expect(201);
    assert_eq!(sent["due_on"], "2024-03-01");
    assert_eq!(sent["replies"][0]["new_due_on"], "2024-03-01");
    // asked for once a day
    let chased = council
        .officer
        .post_from(3, &format!("{path}/chase"), &json!({}))
        .await;
    assert_eq!(chased.status, 200, "{}", chased.text);
    council
        .officer
        .post_from(3, &format!("{path}/chase"), &json!({}))
        .await
        .problem(409, "conflict");
}

#[tokio::test]
async fn a_board_says_in_its_own_words_that_nothing_came() {
    let council = Council::open().await;
    let path = format!("/boards/{}", council.board);
    let board = json!({
        "name": "Safer Policy and Performance Board", "slug": "safer",
        "nil_return": "It was reported that no public questions had been received.",
    });
    let changed = council.officer.put_from(1, &path, &board).await.expect(200);
    assert_eq!(
        changed["nil_return"],
        "It was reported that no public questions had been received."
    );
    let wrong = json!({
        "name": "Safer Policy and Performance Board", "slug": "safer",
        "nil_return": "x".repeat(301),
    });
    council
        .officer
        .put_from(2, &path, &wrong)
        .await
        .problem(422, "invalid");
}
