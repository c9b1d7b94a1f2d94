//! Giving notice: refusals, every wrong field at once, what a client may not set, repeated requests.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Council;

fn pointers(problem: &Value) -> Vec<&str> {
    let mut found: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    found.sort_unstable();
    found
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let council = Council::open().await;
    let empty = json!({ "meeting": council.meeting });
    let problem = council
        .anyone
        .post("/questions", &empty)
        .await
        .problem(422, "invalid");
    let wanted = [
        "/matter",
        "/question",
        "/questioner/address",
        "/questioner/name",
        "/questioner/postcode",
        "/questioner/publish_name",
        "/questioner/resident",
    ];
    assert_eq!(pointers(&problem), wanted);

    // wrong kinds, fields that nobody may set, and wrong contents together
    let mut notice = council.notice(1);
    notice["question"] = json!(7);
    notice["status"] = json!("approved");
    notice["received_at"] = json!("2024-02-01T09:00:00Z");
    notice["questioner"]["postcode"] = json!("WA8");
    notice["questioner"]["resident"] = json!("yes");
    notice["questioner"]["version"] = json!(3);
    let problem = council
        .anyone
        .post("/questions", &notice)
        .await
        .problem(422, "invalid");
    let wanted = [
        "/question",
        "/questioner/postcode",
        "/questioner/resident",
        "/questioner/version",
        "/received_at",
        "/status",
    ];
    assert_eq!(pointers(&problem), wanted, "{problem}");
    assert!(!problem.to_string().contains("WA8\""));

    let nobody = council
        .anyone
        .post("/questions", &json!({}))
        .await
        .problem(422, "invalid");
    assert!(pointers(&nobody).contains(&"/meeting"));
    let mut elsewhere = council.notice(1);
    elsewhere["meeting"] = json!("018d7a3c-5f00-7c3e-9b1a-2f6d4c8e0a11");
    let problem = council
        .anyone
        .post("/questions", &elsewhere)
        .await
        .problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/meeting"]);
    for whole in [json!([]), json!("text"), json!(null)] {
        council
            .anyone
            .post("/questions", &whole)
            .await
            .problem(422, "invalid");
    }
    let listed = council.officer.get("/staff/questions").await.expect(200);
    assert_eq!(listed["items"], json!([]), "nothing was stored");
}

#[tokio::test]
async fn a_late_question_is_refused_with_its_clause_and_kept() {
    let council = Council::open().await;
    council
        .app
        .advance(TimeDelta::hours(1) + TimeDelta::milliseconds(1));
    let problem = council
        .anyone
        .post("/questions", &council.notice(1))
        .await
        .problem(422, "late");
    assert_eq!(problem["refusals"][0]["clause"], "iii");
    let kept = &problem["kept"];
    let seen = council
        .anyone
        .get(kept["your_question"].as_str().unwrap())
        .await
        .expect(200);
    assert_eq!(seen["reference"], kept["reference"]);
    assert_eq!(seen["status"], "refused");
    assert_eq!(seen["refusals"][0]["type"], "/problems/late");

    // the officer answers it in writing
    let listed = council.listed(&kept["reference"]).await;
    let path = format!(
        "/staff/questions/{}/decisions",
        listed["id"].as_str().unwrap()
    );
    let decided = council
        .officer
        .post_from(1, &path, &json!({ "decision": "keep_for_response" }))
        .await
        .expect(200);
    assert_eq!(decided["status"], "response_owed");
    assert_eq!(decided["written_response"]["reason"], "late_and_kept");
}

#[tokio::test]
async fn a_second_question_is_contested_and_can_be_admitted() {
    let council = Council::open().await;
    council.received(1).await;
    let mut second = council.notice(1);
    second["question"] = json!("Why was the library closed?");
    let problem = council
        .anyone
        .post("/questions", &second)
        .await
        .problem(422, "second-question");
    let listed = council.listed(&problem["kept"]["reference"]).await;
    let path = format!("/staff/questions/{}", listed["id"].as_str().unwrap());
    let read = council.officer.get(&path).await.expect(200);
    assert_eq!(read["likenesses"].as_array().unwrap().len(), 1);
    let admit = json!({ "decision": "admit", "reason": "A parent and child of one name." });
    let admitted = council
        .officer
        .post_from(1, &format!("{path}/decisions"), &admit)
        .await
        .expect(200);
    assert_eq!(admitted["status"], "submitted");
    assert_eq!(admitted["exceptions"][0]["exception"], "second_question");
}

#[tokio::test]
async fn the_same_key_with_the_same_body_makes_one_question() {
    let council = Council::open().await;
    let key = [("Idempotency-Key", "3f0c3f5e-7d7a-4c53-8c8e-0c6d3a5b1e90")];
    let notice = council.notice(1);
    let send = async |body: &Value| {
        council
            .anyone
            .send(Method::POST, "/questions", &key, Some(body))
            .await
    };
    let first = send(&notice).await;
    assert_eq!(first.header("idempotency-replayed"), "");
    let first = first.expect(201);
    let again = send(&notice).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.expect(201), first);

    let mut other = notice.clone();
    other["question"] = json!("Something else?");
    send(&other).await.problem(422, "idempotency-key-reused");

    // many at once
    let mut together = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let (client, body) = (council.anyone.clone(), council.notice(2));
        together.spawn(async move {
            let key = [("Idempotency-Key", "another")];
            let reply = client
                .send(Method::POST, "/questions", &key, Some(&body))
                .await;
            reply.expect(201)["reference"].as_str().unwrap().to_owned()
        });
    }
    let references: std::collections::BTreeSet<String> =
        together.join_all().await.into_iter().collect();
    assert_eq!(references.len(), 1);
    let listed = council.officer.get("/staff/questions").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        council.app.letters_to("resident.2@example.org").await.len(),
        1
    );

    // a refusal is repeated as well
    council.app.advance(TimeDelta::hours(2));
    let late = council.notice(3);
    let send = async || {
        let key = [("Idempotency-Key", "late")];
        council
            .anyone
            .send(Method::POST, "/questions", &key, Some(&late))
            .await
            .problem(422, "late")
    };
    assert_eq!(send().await, send().await);
}

#[tokio::test]
async fn an_agenda_decides_what_can_be_asked_about() {
    let council = Council::open().await;
    let agenda = format!("/meetings/{}/agenda", council.meeting);
    let mut items = Vec::new();
    for (position, title, part, kind) in [
        (1, "Domestic abuse", "public", "ordinary"),
        (2, "An application", "public", "planning_application"),
        (3, "A contract", "private", "ordinary"),
        (4, "Any other business", "public", "ordinary"),
    ] {
        let item = json!({ "position": position, "title": title, "part": part, "kind": kind });
        let made = council.officer.post(&agenda, &item).await.expect(201);
        items.push(made["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(council.anyone.get(&agenda).await.expect(200), json!([]));
    let path = format!("/meetings/{}", council.meeting);
    let published = json!({ "date": "2024-02-06", "starts": "18:30", "venue": "Boardroom", "agenda_published": true });
    council
        .officer
        .put_from(1, &path, &published)
        .await
        .expect(200);
    let seen = council.anyone.get(&agenda).await.expect(200);
    assert_eq!(seen[1]["not_for_questions"], "it is a planning application");
    let about = |number, item: &str| {
        let mut notice = council.notice(number);
        notice["matter"] = Value::Null;
        notice["agenda_item"] = json!(item);
        notice
    };
    for (number, item) in [(1, &items[1]), (2, &items[2])] {
        council
            .anyone
            .post("/questions", &about(number, item))
            .await
            .problem(422, "item-not-for-questions");
    }
    let seen = council
        .anyone
        .post("/questions", &about(3, &items[0]))
        .await
        .expect(201);
    assert_eq!(seen["matter"], "Domestic abuse");
    let item = format!("/agenda-items/{}", items[0]);
    council
        .officer
        .send(Method::DELETE, &item, &[], None)
        .await
        .expect(204);
    // its question keeps what it was about, and cannot be approved as it stands (clause (ii))
    let listed = council.listed(&seen["reference"]).await;
    let question = format!("/staff/questions/{}", listed["id"].as_str().unwrap());
    let kept = council.officer.get(&question).await.expect(200);
    assert_eq!(kept["matter"], "Domestic abuse");
    let version = kept["version"].as_i64().unwrap();
    council
        .officer
        .post_from(
            version,
            &format!("{question}/decisions"),
            &json!({ "decision": "approve" }),
        )
        .await
        .problem(422, "not-on-agenda");
    let item = format!("/agenda-items/{}", items[3]);
    council
        .officer
        .send(Method::DELETE, &item, &[], None)
        .await
        .expect(204);
}
