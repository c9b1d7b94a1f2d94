//! Public question time as a stream, for other programs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, Council};

/// A stream as it is read: what of it has come and not been used yet.
struct Reading {
    response: reqwest::Response,
    rest: String,
}

impl Reading {
    async fn open(council: &Council, client: &Client) -> Self {
        let address = format!(
            "{}/api/v1/meetings/{}/question-time/stream",
            council.app.address, council.meeting
        );
        let response = reqwest::Client::new()
            .get(address)
            .bearer_auth(client.token())
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            rest: String::new(),
        }
    }

    /// The next event of this name, with its id.
    async fn next(&mut self, name: &str) -> (String, Value) {
        loop {
            while let Some((block, rest)) = self.rest.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.rest = rest;
                let line = |field: &str| {
                    block
                        .lines()
                        .find_map(|line| line.strip_prefix(field))
                        .unwrap_or_default()
                };
                if line("event: ") == name {
                    let data = serde_json::from_str(line("data: ")).unwrap();
                    return (line("id: ").to_owned(), data);
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.response.chunk())
                .await
                .expect("an event")
                .unwrap()
                .expect("the stream goes on");
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn a_program_follows_question_time_as_the_chair_runs_it() {
    let council = Council::open().await;
    let question = council.approved(1).await;
    let mut stream = Reading::open(&council, &council.chair).await;
    let (_, time) = stream.next("time").await;
    assert_eq!(
        time["now"],
        council.app.service.steady_now().timestamp_millis(),
        "the server's time"
    );
    let (id, state) = stream.next("state").await;
    assert_eq!((id.as_str(), &state["phase"]), ("0", &json!("not_opened")));

    let events = format!("/meetings/{}/question-time/events", council.meeting);
    let event = json!({ "event": "indicated", "question": question });
    council.chair.post(&events, &event).await.expect(201);
    let (id, state) = stream.next("state").await;
    assert_eq!(id, "1");
    let asked = format!("/meetings/{}/question-time", council.meeting);
    let same = council.chair.get(&asked).await.expect(200);
    assert_eq!(state, same, "the same as what is answered to a question");
}

#[tokio::test]
async fn a_display_sees_the_stream_as_it_is_published() {
    let council = Council::open().await;
    council.approved(1).await;
    council.received(2).await;
    let mut stream = Reading::open(&council, &council.display).await;
    let (_, state) = stream.next("state").await;
    assert_eq!(state["entries"], json!([]), "before the day of the meeting");
    let text = state.to_string();
    for detail in ["example.org", "Example Street", "WA8"] {
        assert!(!text.contains(detail), "{detail}");
    }
}
