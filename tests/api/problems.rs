//! Versions, pages, and requests that make no sense.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Council;

#[tokio::test]
async fn of_two_who_decide_at_once_the_second_is_told() {
    let council = Council::open().await;
    let seen = council.received(1).await;
    let listed = council.listed(&seen["reference"]).await;
    let path = format!(
        "/staff/questions/{}/decisions",
        listed["id"].as_str().unwrap()
    );
    let approve = json!({ "decision": "approve" });
    let officer = &council.officer;
    officer
        .post(&path, &approve)
        .await
        .problem(428, "if-match-required");
    for unclear in ["*", ""] {
        officer
            .send(
                Method::POST,
                &path,
                &[("If-Match", unclear)],
                Some(&approve),
            )
            .await
            .problem(428, "if-match-required");
    }
    for stale in ["\"7\"", "W/\"1\"", "\"x\"", "1"] {
        officer
            .send(Method::POST, &path, &[("If-Match", stale)], Some(&approve))
            .await
            .problem(412, "changed");
    }
    officer.post_from(1, &path, &approve).await.expect(200);
    let reject = json!({ "decision": "reject", "grounds": ["frivolous"], "reason": "No." });
    council
        .chair
        .post_from(1, &path, &reject)
        .await
        .problem(412, "changed");
    officer
        .post_from(2, &path, &approve)
        .await
        .problem(409, "conflict");
}

#[tokio::test]
async fn pages_hold_every_entry_once() {
    let council = Council::open().await;
    for number in 1..=5 {
        council.received(number).await;
    }
    for month in 3..=8 {
        let meeting = json!({ "board": council.board, "meeting": { "date": format!("2024-{month:02}-12"), "starts": "18:30", "venue": "Town Hall" } });
        council
            .officer
            .post("/meetings", &meeting)
            .await
            .expect(201);
    }
    for (path, count) in [
        ("/staff/questions?limit=2", 5),
        ("/meetings?limit=3", 7),
        ("/meetings?limit=7", 7),
    ] {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = council
                .officer
                .get(&format!("{path}&cursor={cursor}"))
                .await
                .expect(200);
            let items = page["items"].as_array().unwrap();
            assert!(!items.is_empty());
            found.extend(items.iter().map(|item| item["id"].to_string()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(found.len(), count, "{path}");
        found.sort();
        found.dedup();
        assert_eq!(found.len(), count, "{path}");
    }
    let officer = &council.officer;
    let filtered = officer
        .get("/staff/questions?status=approved,refused")
        .await
        .expect(200);
    assert_eq!(filtered["items"], json!([]));
    for wrong in [
        "/meetings?cursor=nonsense",
        "/meetings?when=never",
        "/staff/questions?status=lost",
        "/letters?state=burnt",
        "/written-responses?state=forgotten",
        "/meetings?when=",
        "/letters?state=",
        "/written-responses?state=",
        "/meetings?limit=0",
        "/meetings?limit=101",
        "/questions?q=lamp&limit=0",
    ] {
        officer.get(wrong).await.problem(422, "invalid");
    }
    officer
        .get("/meetings?limit=many")
        .await
        .problem(400, "malformed");
    // whatever was sent is not repeated
    let problem = officer
        .get("/questions?meeting=%3Cscript%3E")
        .await
        .problem(400, "malformed");
    assert!(!problem.to_string().contains("script"), "{problem}");
    let unknown = "018d7a3c-5f00-7c3e-9b1a-2f6d4c8e0a11";
    for list in ["/questions", "/staff/questions"] {
        officer
            .get(&format!("{list}?meeting={unknown}"))
            .await
            .problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_ones_are_right() {
    let council = Council::open().await;
    let address = format!("{}/api/v1/meetings", council.app.address);
    let client = reqwest::Client::new();
    let answer = client.patch(&address).send().await.unwrap();
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers()["allow"], "GET, POST");
    let one = client
        .post(format!("{address}/018d7a3c-5f00-7c3e-9b1a-2f6d4c8e0a11"))
        .send()
        .await
        .unwrap();
    assert_eq!(one.status(), 405);
    assert_eq!(one.headers()["allow"], "GET, PUT");
}

#[tokio::test]
async fn times_of_day_and_whole_numbers_are_read_as_the_document_says() {
    let council = Council::open().await;
    let with = |starts: &str| json!({ "board": council.board, "meeting": { "date": "2024-03-12", "starts": starts, "venue": "Town Hall" } });
    for wrong in ["18:30:00Z", "18:30:00.5", "6.30pm", "24:00"] {
        council
            .officer
            .post("/meetings", &with(wrong))
            .await
            .problem(422, "invalid");
    }
    council
        .officer
        .post("/meetings", &with("18:30:00"))
        .await
        .expect(201);
    let item = |position: Value| json!({ "title": "Fly-tipping", "part": "public", "kind": "ordinary", "position": position });
    let agenda = format!("/meetings/{}/agenda", council.meeting);
    let wrong = council.officer.post(&agenda, &item(json!(1.5))).await;
    wrong.problem(422, "invalid");
    let huge = council.officer.post(&agenda, &item(json!(4e12))).await;
    huge.problem(422, "invalid");
    let added = council.officer.post(&agenda, &item(json!(1.0))).await;
    assert_eq!(added.expect(201)["position"], 1);
}

#[tokio::test]
async fn a_packed_body_is_not_read_as_a_plain_one() {
    let council = Council::open().await;
    let answer = reqwest::Client::new()
        .post(format!("{}/api/v1/questions", council.app.address))
        .header("Content-Type", "application/json")
        .header("Content-Encoding", "zstd")
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 415);
}

#[tokio::test]
async fn requests_that_make_no_sense_are_told_so() {
    let council = Council::open().await;
    let raw = async |headers: &[(&str, &str)], body: &'static str| {
        let mut request = reqwest::Client::new()
            .post(format!("{}/api/v1/questions", council.app.address))
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (
            status,
            answer.json::<Value>().await.unwrap()["type"].clone(),
        )
    };
    let json_type = ("Content-Type", "application/json");
    let (status, kind) = raw(&[json_type], "{").await;
    assert_eq!((status, kind), (400, json!("/problems/malformed")));
    let (status, _) = raw(&[json_type], "{\"question\":\"\\ud800\"}").await;
    assert_eq!(status, 400);
    let (status, kind) = raw(&[("Content-Type", "text/plain")], "{}").await;
    assert_eq!(
        (status, kind),
        (415, json!("/problems/unsupported-media-type"))
    );
    let key = "k".repeat(256);
    let (status, _) = raw(&[json_type, ("Idempotency-Key", &key)], "{}").await;
    assert_eq!(status, 400);

    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let huge = format!("\"{}\"", "x".repeat(1_000_000));
    for (body, status) in [(deep, 400), (huge, 413)] {
        let answer = reqwest::Client::new()
            .post(format!("{}/api/v1/questions", council.app.address))
            .header("Content-Type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), status);
    }

    let anyone = &council.anyone;
    anyone.get("/nothing").await.problem(404, "not-found");
    anyone
        .get("/meetings/not-an-id")
        .await
        .problem(404, "not-found");
    anyone
        .get("/questions/PQ-2024-AAAA")
        .await
        .problem(404, "not-found");
    let patched = anyone.send(Method::PATCH, "/meetings", &[], None).await;
    patched.problem(405, "method-not-allowed");
    let seen = council.received(1).await;
    let token = seen["self"].as_str().unwrap();
    // a reference of a question that is not public, and a link that is nearly right, tell nothing
    anyone
        .get(&format!(
            "/questions/{}",
            seen["reference"].as_str().unwrap()
        ))
        .await
        .problem(404, "not-found");
    for wrong in [
        &token[..token.len() - 1],
        &format!("{token}A"),
        &token.replace("your-question/", "your-question/A"),
    ] {
        anyone.get(wrong).await.problem(404, "not-found");
    }
    let stranger = crate::client::Client::new(&council.app, Some("pqt_wrong".to_owned()));
    let reply = stranger.get("/meetings").await;
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    reply.problem(401, "not-signed-in");
}

#[tokio::test]
async fn every_kind_of_problem_has_a_page() {
    let council = Council::open().await;
    let browser = council.app.browser();
    let all = browser.get("/problems").await;
    assert_eq!(all.status, 200);
    let kinds: Vec<String> = all
        .all("main code")
        .into_iter()
        .filter(|code| code.starts_with("/problems/"))
        .collect();
    assert!(kinds.len() > 25, "{kinds:?}");
    for kind in &kinds {
        let page = browser.get(kind).await;
        assert_eq!(page.status, 200, "{kind}");
        assert!(!page.heading().is_empty());
    }
    assert_eq!(browser.get("/problems/none").await.status, 404);
    // every type that the code can give has its page
    let sources = [
        include_str!("../../src/web/problem.rs"),
        include_str!("../../src/domain/refusal.rs"),
    ];
    let kinds_in_code = sources.iter().flat_map(|source| {
        let refusals = source
            .split("pub fn kind(&self)")
            .nth(1)
            .and_then(|rest| rest.split("pub fn ").next())
            .unwrap_or_default();
        let named = refusals.split("=> \"").skip(1);
        let problems = source
            .split("problem(")
            .skip(1)
            .chain(source.split("Self::new(").skip(1))
            .filter_map(|rest| rest.trim_start().strip_prefix('"'));
        named
            .chain(problems)
            .filter_map(|rest| rest.split('"').next())
            .collect::<Vec<_>>()
    });
    let mut seen = 0;
    for kind in kinds_in_code {
        seen += 1;
        assert!(kinds.contains(&format!("/problems/{kind}")), "{kind}");
    }
    assert!(seen > 25, "only {seen}");
}
