//! A walk through the API for each persona.

use chrono::{TimeDelta, TimeZone, Utc};
use serde_json::{Value, json};

use crate::client::Council;

#[tokio::test]
async fn a_resident_finds_a_meeting_asks_looks_and_withdraws() {
    let council = Council::open().await;
    let anyone = &council.anyone;
    let meetings = anyone.get("/meetings").await.expect(200);
    let meeting = &meetings["items"][0];
    assert_eq!(meeting["deadline"]["at"], "2024-02-05T16:00:00Z");
    assert_eq!(
        meeting["deadline"]["in_words"],
        "4pm on Monday 5 February 2024"
    );
    assert_eq!(meeting["takes_questions"], true);

    let reply = anyone.post("/questions", &council.notice(1)).await;
    let location = reply.header("location").to_owned();
    let seen = reply.expect(201);
    assert_eq!(seen["self"], location);
    assert_eq!(seen["status"], "submitted");
    assert_eq!(seen["received_at"], "2024-02-05T15:00:00Z");
    assert_eq!(seen["possible"], json!(["withdraw", "disown"]));

    let letters = council.app.letters_to("resident.1@example.org").await;
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0]
            .subject
            .contains(seen["reference"].as_str().unwrap())
    );

    // looking changes nothing
    for _ in 0..2 {
        assert_eq!(anyone.get(&location).await.expect(200), seen);
    }
    let withdrawn = anyone
        .post(&format!("{location}/withdraw"), &Value::Null)
        .await
        .expect(200);
    assert_eq!(withdrawn["status"], "withdrawn");
    // the allowance is back before the deadline
    let mut again = council.notice(1);
    again["question"] = json!("Who mends the lamps in Example Street?");
    let second = anyone.post("/questions", &again).await.expect(201);
    let disown = format!("{}/disown", second["self"].as_str().unwrap());
    let disowned = anyone.post(&disown, &Value::Null).await.expect(200);
    assert_eq!(disowned["status"], "disowned");
}

#[tokio::test]
async fn the_officer_decides_moves_the_meeting_and_enters_a_letter() {
    let council = Council::open().await;
    let officer = &council.officer;
    let seen = council.received(1).await;
    let listed = council.listed(&seen["reference"]).await;
    let question = format!("/staff/questions/{}", listed["id"].as_str().unwrap());
    let decisions = format!("{question}/decisions");

    let reply = officer.get(&question).await;
    assert_eq!(reply.header("etag"), "\"1\"");
    let read = reply.expect(200);
    assert_eq!(read["questioner"]["postcode"], "WA8 7QF");
    assert_eq!(read["history"][0]["act"], "submit");

    let rejection = json!({ "decision": "reject", "grounds": ["not_council_matter"], "reason": "Ask the owner of the lamp." });
    let rejected = officer
        .post_from(1, &decisions, &rejection)
        .await
        .expect(200);
    assert_eq!(rejected["status"], "rejected");
    let seen = council
        .anyone
        .get(seen["self"].as_str().unwrap())
        .await
        .expect(200);
    assert_eq!(seen["rejection"]["reason"], "Ask the owner of the lamp.");
    assert_eq!(seen["rejection"]["grounds"][0]["clause"], "v");

    let reopen = json!({ "decision": "reopen", "reason": "The lamp is the council's." });
    let reopened = officer.post_from(2, &decisions, &reopen).await.expect(200);
    assert_eq!(reopened["status"], "submitted");
    let redact = json!({ "decision": "redact", "public_text": "When will the lamp be mended?", "reason": "A house number." });
    let redacted = officer.post_from(3, &decisions, &redact).await.expect(200);
    assert_eq!(redacted["public_text"], "When will the lamp be mended?");
    assert_ne!(redacted["original_text"], redacted["public_text"]);
    let approve = json!({ "decision": "approve" });
    let approved = officer.post_from(4, &decisions, &approve).await;
    assert_eq!(approved.header("etag"), "\"5\"");
    assert_eq!(approved.expect(200)["status"], "approved");

    // a letter that came in the morning is entered in the evening, by the same rules
    council.app.advance(TimeDelta::hours(3));
    let mut notice = council.notice(2);
    notice["questioner"]["email"] = Value::Null;
    let entry =
        json!({ "notice": notice, "channel": "paper", "received_at": "2024-02-05T10:00:00Z" });
    let entered = officer.post("/staff/questions", &entry).await.expect(201);
    assert_eq!(entered["status"], "submitted");
    let to_print = officer.get("/letters?state=to_print").await.expect(200);
    let letter = to_print["items"][0]["id"].as_str().unwrap().to_owned();
    let acts = format!("/letters/{letter}/acts");
    let again = officer
        .post(&acts, &json!({ "act": "send_again" }))
        .await
        .expect(409);
    assert!(
        again["detail"]
            .as_str()
            .unwrap()
            .contains("no email address"),
        "{again}"
    );
    officer
        .post(&acts, &json!({ "act": "printed" }))
        .await
        .expect(204);
    let to_print = officer.get("/letters?state=to_print").await.expect(200);
    assert_eq!(to_print["items"], json!([]));

    // a new date moves the deadline
    let path = format!("/meetings/{}", council.meeting);
    let meeting = officer.get(&path).await.expect(200);
    let moved = json!({ "date": "2024-02-13", "starts": "18:30", "venue": meeting["venue"] });
    let moved = officer
        .put_from(meeting["version"].as_i64().unwrap(), &path, &moved)
        .await
        .expect(200);
    assert_eq!(moved["moved_from"], "2024-02-06");
    assert_eq!(moved["deadline"]["at"], "2024-02-12T16:00:00Z");
    // and so does a day that becomes a holiday
    let day = json!({ "date": "2024-02-12", "title": "Closed for the move", "kind": "closure" });
    let change = officer.post("/calendar/days", &day).await.expect(201);
    assert_eq!(change["deadlines_moved"][0]["new"], "2024-02-09T16:00:00Z");
    let days = council.anyone.get("/calendar/days").await.expect(200);
    assert_eq!(days[0], day);
    let gone = officer
        .send(
            reqwest::Method::DELETE,
            "/calendar/days/2024-02-12",
            &[],
            None,
        )
        .await
        .expect(200);
    assert_eq!(gone["deadlines_moved"][0]["new"], "2024-02-12T16:00:00Z");
}

#[tokio::test]
async fn the_chair_runs_question_time_and_what_is_left_is_answered_in_writing() {
    let council = Council::open().await;
    let (first, second) = (council.approved(1).await, council.approved(2).await);
    council
        .app
        .clock
        .set(Utc.with_ymd_and_hms(2024, 2, 6, 18, 40, 0).unwrap());
    let chair = &council.chair;
    let path = format!("/meetings/{}/question-time", council.meeting);
    let events = format!("{path}/events");
    let act = async |event: Value| chair.post(&events, &event).await;

    let state = chair.get(&path).await.expect(200);
    assert_eq!(state["phase"], "not_opened");
    assert_eq!(state["entries"].as_array().unwrap().len(), 2);
    assert_eq!(state["clock"]["left_ms"], 1_800_000);
    let reply = act(json!({ "event": "opened" })).await;
    assert_eq!(reply.header("location"), format!("/api/v1{path}"));
    assert_eq!(reply.header("etag"), "\"1\"");
    reply.expect(201);
    // nobody is called who has not indicated
    let call = json!({ "event": "called", "question": first });
    act(call.clone()).await.problem(422, "not-indicated");
    act(json!({ "event": "indicated", "question": first }))
        .await
        .expect(201);
    let state = act(call.clone()).await.expect(201);
    assert_eq!(state["turn"]["question"], *first);
    act(call).await.problem(409, "conflict");
    act(json!({ "event": "speaking_started" }))
        .await
        .expect(201);
    council.app.advance(TimeDelta::milliseconds(61_500));
    let state = chair.get(&path).await.expect(200);
    assert_eq!(state["turn"]["clock"]["left_ms"], 180_000 - 61_500);
    assert_eq!(state["turn"]["clock"]["running"], true);
    assert_eq!(state["clock"]["left_ms"], 1_800_000 - 61_500);
    act(json!({ "event": "answer_started" })).await.expect(201);
    act(json!({ "event": "finished", "answer": "given" }))
        .await
        .expect(201);
    let minutes = format!("/staff/questions/{first}/minutes");
    chair
        .put_from(
            0,
            &minutes,
            &json!({ "response": "In May.", "answered_by": "The chair" }),
        )
        .await
        .expect(200);
    // the 30 minutes are used: nobody else is called
    council.app.advance(TimeDelta::minutes(30));
    act(json!({ "event": "indicated", "question": second }))
        .await
        .expect(201);
    let over = act(json!({ "event": "called", "question": second })).await;
    assert_eq!(
        over.problem(422, "question-time-over")["refusals"][0]["clause"],
        "i"
    );
    let closed = act(json!({ "event": "closed" })).await.expect(201);
    assert_eq!(closed["phase"], "closed");
    assert_eq!(closed["clock"]["left_ms"], 0);

    // the public sees the one that was put, with its answer
    let put = council.anyone.get("/questions").await.expect(200);
    assert_eq!(put["items"].as_array().unwrap().len(), 1);
    assert_eq!(put["items"][0]["response"], "In May.");
    let reference = put["items"][0]["reference"].as_str().unwrap();
    council
        .anyone
        .get(&format!("/questions/{reference}"))
        .await
        .expect(200);

    // the other is owed a written response
    let responder = &council.responder;
    let owed = responder.get("/written-responses").await.expect(200);
    let response = &owed["items"][0];
    assert_eq!(response["reason"], "time_ran_out");
    assert_eq!(response["question"]["id"], *second);
    let path = format!("/written-responses/{}", response["id"].as_str().unwrap());
    let draft = json!({ "body": "The lamp" });
    let drafted = responder
        .put_from(1, &format!("{path}/draft"), &draft)
        .await
        .expect(200);
    assert_eq!(drafted["draft"], "The lamp");
    let replies = format!("{path}/replies");
    let full = json!({ "reply": "full", "body": "The lamp will be mended in May." });
    responder
        .post_from(1, &replies, &full)
        .await
        .problem(412, "changed");
    let sent = responder.post_from(2, &replies, &full).await.expect(201);
    assert_eq!(sent["state"], "sent");
    let letters = council.app.letters_to("resident.2@example.org").await;
    let response: Vec<_> = letters
        .iter()
        .filter(|letter| letter.kind == "written_response")
        .collect();
    assert_eq!(response.len(), 1);
    assert!(response[0].text.contains("The lamp will be mended in May."));
    let sent = responder
        .get("/written-responses?state=sent")
        .await
        .expect(200);
    assert_eq!(sent["items"][0]["replies"][0]["reply"], "full");
}

#[tokio::test]
async fn a_resident_sees_what_was_put_before_and_the_officer_must_judge_it() {
    let council = Council::open().await;
    let first = council.approved(1).await;
    let search = "/questions?q=Has+anyone+asked+about+lamp+1%3F";
    let unheard = council.anyone.get(search).await.expect(200);
    assert_eq!(unheard, json!({ "items": [], "next_cursor": null }));
    let chair = &council.chair;
    council
        .app
        .clock
        .set(Utc.with_ymd_and_hms(2024, 2, 6, 18, 40, 0).unwrap());
    let events = format!("/meetings/{}/question-time/events", council.meeting);
    for event in [
        json!({ "event": "opened" }),
        json!({ "event": "indicated", "question": first }),
        json!({ "event": "called", "question": first }),
        json!({ "event": "speaking_started" }),
        json!({ "event": "answer_started" }),
        json!({ "event": "finished", "answer": "given" }),
        json!({ "event": "closed" }),
    ] {
        chair.post(&events, &event).await.expect(201);
    }
    let heard = council.anyone.get(search).await.expect(200);
    assert_eq!(
        heard["items"][0]["question"],
        "When will lamp 1 in Example Street be mended?"
    );
    assert_eq!(heard["next_cursor"], Value::Null);
    let at = format!("{search}&meeting={}", council.meeting);
    assert_eq!(council.anyone.get(&at).await.expect(200), heard);
    let none = council
        .anyone
        .get("/questions?q=zeppelin")
        .await
        .expect(200);
    assert_eq!(none["items"], json!([]));
    for (wrong, named) in [
        (format!("/questions?q={}", "x".repeat(501)), "q: "),
        (format!("{search}&cursor=eA"), "cursor: "),
    ] {
        let problem = council.anyone.get(&wrong).await.problem(422, "invalid");
        let detail = problem["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.starts_with(named), "{detail}");
    }
    let next = json!({ "board": council.board, "meeting": { "date": "2024-06-11", "starts": "18:30", "venue": "Town Hall" } });
    let next = council.officer.post("/meetings", &next).await.expect(201);
    let id = next["id"].as_str().unwrap();
    let draft = json!({ "question": "When will lamp 1 in Example Street be mended?" });
    let path = format!("/meetings/{id}/similar-questions");
    let found = council.anyone.post(&path, &draft).await.expect(200);
    assert_eq!(found[0]["band"], "strong");
    let mut notice = council.notice(1);
    notice["meeting"] = json!(id);
    let seen = council.anyone.post("/questions", &notice).await.expect(201);
    let listed = council.listed(&seen["reference"]).await;
    let question = format!("/staff/questions/{}", listed["id"].as_str().unwrap());
    let read = council.officer.get(&question).await.expect(200);
    assert_eq!(read["matches"][0]["band"], "strong");
    assert!(!read["matches"][0]["shared"].as_array().unwrap().is_empty());
    let decisions = format!("{question}/decisions");
    let problem = council
        .officer
        .post_from(1, &decisions, &json!({ "decision": "approve" }))
        .await
        .problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/judgement");
    let earlier = read["matches"][0]["question"]["reference"].clone();
    let reject = json!({ "decision": "reject", "grounds": ["substantially_the_same"], "reason": "It was answered.", "earlier": earlier });
    council
        .officer
        .post_from(1, &decisions, &reject)
        .await
        .expect(200);
    let seen = council
        .anyone
        .get(seen["self"].as_str().unwrap())
        .await
        .expect(200);
    assert_eq!(seen["rejection"]["earlier"], earlier);
}

#[tokio::test]
async fn an_officer_reads_a_letter_as_it_was_sent_and_records_that_it_came_back() {
    let council = Council::open().await;
    let officer = &council.officer;
    let question = council.received(1).await;
    let id = council.listed(&question["reference"]).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let delivered = council
        .app
        .letters_to("resident.1@example.org")
        .await
        .remove(0);
    let link = delivered.private_link.unwrap();
    let listed = officer
        .get(&format!("/letters?state=sent&question={id}"))
        .await
        .expect(200);
    let letter = listed["items"][0]["id"].as_str().unwrap();
    let read = officer.get(&format!("/letters/{letter}")).await.expect(200);
    assert_eq!(read["as_sent"], true);
    assert_eq!(
        read["text"],
        delivered
            .text
            .replace(&link, "(the questioner’s private link)")
    );
    assert!(!read.to_string().contains(link.rsplit('/').next().unwrap()));
    let acts = format!("/letters/{letter}/acts");
    officer
        .post(
            &acts,
            &json!({ "act": "came_back", "reason": "mailbox full" }),
        )
        .await
        .expect(204);
    let failed = officer.get("/letters").await.expect(200);
    assert_eq!(
        failed["items"][0]["last_error"],
        "It came back: mailbox full"
    );
    officer
        .post(&acts, &json!({ "act": "came_back" }))
        .await
        .expect(409);
    officer
        .post(&acts, &json!({ "act": "send_again" }))
        .await
        .expect(204);
    assert_eq!(
        council.app.letters_to("resident.1@example.org").await.len(),
        2
    );
}
