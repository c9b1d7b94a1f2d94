//! An evening that is watched.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use public_question_time::domain::id::MeetingId;
use public_question_time::service::actor::{Acting, Who};
use public_question_time::service::api_tokens::TypedToken;
use public_question_time::store::questions::Question;
use public_question_time::store::staff::{HeldRole, Role};

use crate::app::{Browser, Setup, TestApp};
use crate::evening::{self, Evening};
use crate::events::Events;

/// What other nodes did is looked for so often that no test waits.
pub const QUICK: &str = "[live]\npoll_interval_milliseconds = 50";

/// Nothing but the bell can bring what happened within the patience of a test.
pub const BELL_ALONE: &str = "[live]\npoll_interval_milliseconds = 10000";

/// An evening with so many questions approved, at 6:40pm, with these settings.
pub async fn evening_with(toml: &str, questions: usize) -> (Evening, Vec<Question>) {
    let evening_of = Evening::start_with(Setup {
        toml: toml.to_owned(),
        ..Setup::default()
    })
    .await;
    let questions = (1..=questions)
        .map(|number| evening_of.approve(&evening_of.receive(number)))
        .collect();
    evening_of.app.clock.set(evening::evening(18, 40, 0));
    (evening_of, questions)
}

/// Whoever runs question time, by the API.
pub struct Chair {
    events: String,
    token: String,
    client: reqwest::Client,
}

impl Chair {
    /// The proper officer, who may do what the chair may.
    pub fn of(evening: &Evening) -> Self {
        let app = &evening.app;
        let role = HeldRole {
            role: Role::Administrator,
            board: None,
        };
        app.account("administrator@example.org", "Sample Administrator", &[role]);
        let accounts = app.service.accounts(&Acting::system()).expect("accounts");
        let of = |email: &str| accounts.iter().find(|m| m.email == email).expect(email);
        let acting = Acting {
            who: Who::Staff(of("administrator@example.org").clone()),
            request_id: None,
        };
        let typed = TypedToken {
            access: "full".to_owned(),
            staff_id: of("proper_officer@example.org").id.to_string(),
            name: "tests".to_owned(),
            days: "30".to_owned(),
            unconfirmed: None,
        };
        let issued = app.service.issue_api_token(&acting, &typed);
        let meeting = evening.meeting;
        Self {
            events: format!(
                "{}/api/v1/meetings/{meeting}/question-time/events",
                app.address
            ),
            token: issued.expect("a token").text,
            client: reqwest::Client::new(),
        }
    }

    /// Does something.
    pub async fn does(&self, event: Value) {
        let request = self.client.post(&self.events).bearer_auth(&self.token);
        let answer = request.json(&event).send().await.expect("an answer");
        let status = answer.status();
        let said = answer.text().await.expect("a body");
        assert_eq!(status, 201, "{event}: {said}");
    }

    /// Does something that needs no more words.
    pub async fn just(&self, event: &str) {
        self.does(json!({ "event": event })).await;
    }

    /// Calls a questioner who has shown that they are there.
    pub async fn calls(&self, question: &Question) {
        for event in ["indicated", "called"] {
            self.does(json!({ "event": event, "question": question.id.to_string() }))
                .await;
        }
    }
}

/// Where the public stream is.
pub fn public_path(meeting: MeetingId) -> String {
    format!("/meetings/{meeting}/live")
}

/// Where the stream for staff is.
pub fn staff_path(meeting: MeetingId) -> String {
    format!("/staff/meetings/{meeting}/live")
}

/// Asks for a stream.
pub async fn ask(browser: &Browser, path: &str) -> reqwest::Response {
    browser
        .request(reqwest::Method::GET, path)
        .header("Accept", "text/event-stream")
        .header("Accept-Encoding", "gzip, br")
        .send()
        .await
        .expect("an answer")
}

/// Opens a stream and reads its first words.
pub async fn open(browser: &Browser, path: &str) -> (Events, Value) {
    let mut events = Events::of(ask(browser, path).await);
    let first = events.state().await.json();
    (events, first)
}

/// Waits until something is so.
pub async fn until(app: &TestApp, what: &str, is_so: impl Fn(&TestApp) -> bool) {
    #[allow(clippy::disallowed_methods, reason = "how long a test waits")]
    let began = Instant::now();
    while !is_so(app) {
        assert!(began.elapsed() < Duration::from_secs(10), "not yet: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
