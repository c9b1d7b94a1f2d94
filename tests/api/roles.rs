//! The whole API against every role. Whoever may act gets past the door: what is behind it then says what is wrong with the
//! request. Whoever may not never gets there.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, Council};

/// Who may use an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Anyone,
    /// The chair of the board, and the proper officer.
    Chair,
    Officer,
    Responder,
}
use For::{Anyone, Chair, Officer, Responder};

/// Every operation: who may use it. The test fails where the document has another.
const OPERATIONS: &[(&str, For)] = &[
    ("list_boards", Anyone),
    ("read_board", Anyone),
    ("add_board", Officer),
    ("change_board", Officer),
    ("list_meetings", Anyone),
    ("read_meeting", Anyone),
    ("schedule_meeting", Officer),
    ("change_meeting", Officer),
    ("cancel_meeting", Officer),
    ("read_agenda", Anyone),
    ("add_agenda_item", Officer),
    ("change_agenda_item", Officer),
    ("remove_agenda_item", Officer),
    ("list_questions", Anyone),
    ("read_question", Anyone),
    ("find_similar_questions", Anyone),
    ("give_notice", Anyone),
    ("enter_question", Officer),
    ("see_your_question", Anyone),
    ("confirm_your_question", Anyone),
    ("withdraw_your_question", Anyone),
    ("disown_question", Anyone),
    ("list_staff_questions", Officer),
    ("read_staff_question", Chair),
    ("decide", Chair),
    ("write_minutes", Chair),
    ("see_question_time", Chair),
    ("follow_question_time", Chair),
    ("record_event", Chair),
    ("see_event_log", Chair),
    ("list_written_responses", Responder),
    ("list_response_writers", Responder),
    ("chase_response", Officer),
    ("read_written_response", Responder),
    ("save_response_draft", Responder),
    ("send_reply", Responder),
    ("list_days", Anyone),
    ("add_day", Officer),
    ("remove_day", Officer),
    ("list_letters", Officer),
    ("read_letter", Officer),
    ("deal_with_letter", Officer),
];

#[tokio::test]
async fn each_role_gets_as_far_as_it_may() {
    let council = Council::open().await;
    let question = council.approved(1).await;
    let document = council.anyone.get("/api/openapi.json").await.expect(200);
    let callers: [(&str, &Client); 7] = [
        ("anyone", &council.anyone),
        ("officer", &council.officer),
        ("chair", &council.chair),
        ("other chair", &council.other_chair),
        ("responder", &council.responder),
        ("administrator", &council.administrator),
        ("display", &council.display),
    ];
    let mut known = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            let allowed = OPERATIONS
                .iter()
                .find(|(known, _)| *known == name)
                .unwrap_or_else(|| panic!("{name} is not in the table"))
                .1;
            known += 1;
            assert_eq!(
                operation.get("security").is_some(),
                allowed != Anyone,
                "{name}"
            );
            let real = if path.contains("/staff/questions/") {
                path.replace("{id}", &question)
            } else if path.contains("/boards/") {
                path.replace("{id}", &council.board)
            } else {
                path.replace("{id}", &council.meeting)
            };
            let real = real
                .replace("{token}", "not-a-token")
                .replace("{reference}", "PQ-2024-AAAA")
                .replace("{date}", "2024-03-01");
            let method: Method = method.to_uppercase().parse().unwrap();
            let published = method == Method::GET && !path.contains("/your-question/");
            let body = (method == Method::POST || method == Method::PUT).then(|| json!([]));
            for (role, client) in callers {
                let reply = client.send(method.clone(), &real, &[], body.as_ref()).await;
                let may = match allowed {
                    // its log is for it once question time is closed
                    _ if role == "display" => {
                        published
                            && (allowed == Anyone
                                || matches!(name, "see_question_time" | "follow_question_time"))
                    }
                    Anyone => true,
                    Chair => matches!(role, "officer" | "chair"),
                    Officer => role == "officer",
                    Responder => matches!(role, "officer" | "responder"),
                };
                let status = reply.status;
                match (may, role) {
                    (true, _) => assert!(
                        matches!(status, 200 | 404 | 422 | 428),
                        "{role} {method} {real}: {status} {}",
                        reply.text
                    ),
                    (false, "anyone") => assert_eq!(status, 401, "{role} {method} {real}"),
                    (false, _) => assert_eq!(status, 403, "{role} {method} {real}"),
                }
            }
        }
    }
    assert_eq!(known, OPERATIONS.len());
}

#[tokio::test]
async fn no_public_answer_holds_personal_details() {
    let council = Council::open().await;
    let id = council.approved(1).await;
    council
        .app
        .clock
        .set("2024-02-06T18:40:00Z".parse().unwrap());
    let events = format!("/meetings/{}/question-time/events", council.meeting);
    for event in [
        json!({ "event": "opened" }),
        json!({ "event": "indicated", "question": id }),
        json!({ "event": "called", "question": id }),
        json!({ "event": "speaking_started" }),
        json!({ "event": "answer_started" }),
        json!({ "event": "finished", "answer": "given" }),
        json!({ "event": "closed" }),
    ] {
        council.chair.post(&events, &event).await.expect(201);
    }
    let meeting = format!("/meetings/{}", council.meeting);
    let put = council.anyone.get("/questions").await.expect(200);
    let one = format!(
        "/questions/{}",
        put["items"][0]["reference"].as_str().unwrap()
    );
    let personal = [
        "resident.1@example.org",
        "Number1",
        "Example Street\\nWidnes",
        "WA8",
    ];
    for path in [
        "/questions",
        one.as_str(),
        meeting.as_str(),
        "/meetings?when=past",
        "/boards",
    ] {
        let reply = council.anyone.get(path).await;
        assert_eq!(reply.status, 200);
        for detail in personal {
            assert!(!reply.text.contains(detail), "{path}: {detail}");
        }
    }
    // a chair decides on the question, not on the person; who answers does not see where the letter goes
    let staff = format!("/staff/questions/{id}");
    let seen = council.chair.get(&staff).await.expect(200);
    assert_eq!(seen["questioner"], Value::Null);
    let officer = council.officer.get(&staff).await;
    assert!(officer.text.contains("resident.1@example.org"));
    for client in [&council.chair, &council.responder] {
        for path in [staff.as_str(), "/written-responses"] {
            let reply = client.get(path).await;
            for detail in personal {
                assert!(!reply.text.contains(detail), "{path}: {detail}");
            }
        }
    }
}

#[tokio::test]
async fn the_officer_writes_what_is_arranged_and_the_chair_does_not() {
    let council = Council::open().await;
    let id = council.approved(1).await;
    let path = format!("/staff/questions/{id}/decisions");
    let arrange = json!({ "decision": "arrange", "arranged": "A seat near the front" });
    council
        .chair
        .post_from(2, &path, &arrange)
        .await
        .problem(403, "forbidden");
    let seen = council
        .officer
        .post_from(2, &path, &arrange)
        .await
        .expect(200);
    assert_eq!(seen["questioner"]["arranged"], "A seat near the front");
    let long = json!({ "decision": "arrange", "arranged": "a".repeat(201) });
    let version = seen["version"].as_i64().unwrap();
    let wrong = council.officer.post_from(version, &path, &long).await;
    wrong.problem(422, "invalid");
    let none = json!({ "decision": "arrange", "arranged": " " });
    let seen = council
        .officer
        .post_from(version, &path, &none)
        .await
        .expect(200);
    assert_eq!(seen["questioner"]["arranged"], Value::Null);
}

#[tokio::test]
async fn a_chair_lists_the_questions_of_their_own_board() {
    let council = Council::open().await;
    council.received(1).await;
    let path = format!("/staff/questions?meeting={}", council.meeting);
    let own = council.chair.get(&path).await.expect(200);
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    council
        .other_chair
        .get(&path)
        .await
        .problem(403, "forbidden");
    council
        .chair
        .get("/staff/questions")
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn a_revoked_or_old_token_opens_nothing() {
    let council = Council::open().await;
    council.officer.get("/letters").await.expect(200);
    council.app.advance(chrono::TimeDelta::days(31));
    council
        .officer
        .get("/letters")
        .await
        .problem(401, "not-signed-in");
    // nor does it make its bearer anonymous
    council
        .officer
        .get("/boards")
        .await
        .problem(401, "not-signed-in");
}

#[tokio::test]
async fn a_session_changes_nothing_without_the_pages_token() {
    let council = Council::open().await;
    let browser = council.app.sign_in_as("officer@example.org").await;
    let letters = browser
        .request(Method::GET, "/api/v1/letters")
        .send()
        .await
        .unwrap();
    assert_eq!(letters.status().as_u16(), 200);
    let board = json!({ "name": "Another board", "slug": "another" });
    let post = |origin: &str| {
        browser
            .request(Method::POST, "/api/v1/boards")
            .header("Origin", origin)
            .json(&board)
            .send()
    };
    assert_eq!(
        post("https://elsewhere.example")
            .await
            .unwrap()
            .status()
            .as_u16(),
        403
    );
    assert_eq!(
        post(&council.app.address).await.unwrap().status().as_u16(),
        403
    );
}
