//! What comes on the streams, and what the public never gets.

use chrono::TimeDelta;
use serde_json::{Value, json};

use public_question_time::domain::agenda::{ItemKind, Part};
use public_question_time::service::meetings::{self, ItemParticulars};
use public_question_time::service::minutes::{self, Written};
use public_question_time::service::your_question;
use public_question_time::store::questions::Question;
use public_question_time::web::live::stream::Sent;

use crate::app::{Setup, TestApp};
use crate::evening::{self, Evening, resident};
use crate::watching::{BELL_ALONE, Chair, QUICK, ask, evening_with, open, public_path, staff_path};

fn revision(state: &Value) -> i64 {
    state["revision"].as_i64().expect("a revision")
}

#[tokio::test]
async fn the_first_words_are_when_to_come_back_the_time_and_the_present_state() {
    let (evening, _) = evening_with("", 2).await;
    let path = public_path(evening.meeting);
    let answer = ask(&evening.app.browser(), &path).await;
    assert_eq!(answer.status(), 200);
    let header = |name: &str| {
        answer
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(
        header("cache-control").as_deref(),
        Some("no-store, no-transform")
    );
    // compressing would hold events back
    assert_eq!(header("content-encoding").as_deref(), Some("identity"));
    assert_eq!(header("x-accel-buffering").as_deref(), Some("no"));
    assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"));
    assert_eq!(header("set-cookie"), None);

    let mut events = crate::events::Events::of(answer);
    let time = events.next().await.unwrap();
    assert_eq!((time.name.as_str(), time.retry), ("time", Some(1000)));
    let now = evening.app.service.now().timestamp_millis();
    assert_eq!(time.json(), json!({ "now": now, "beat": 15000 }));
    let state = events.next().await.unwrap();
    assert_eq!((state.name.as_str(), state.id.as_str()), ("state", "0"));
    let once = evening.app.browser().get(&format!("{path}/state")).await;
    assert_eq!(once.body, state.data, "the same, asked for once");
}

#[tokio::test]
async fn each_act_comes_once_and_in_order() {
    let (evening, questions) = evening_with(BELL_ALONE, 2).await;
    let chair = Chair::of(&evening);
    let staff = evening.app.sign_in_chair(evening.board).await;
    let (mut public, first) = open(&evening.app.browser(), &public_path(evening.meeting)).await;
    let (mut staff, _) = open(&staff, &staff_path(evening.meeting)).await;
    assert_eq!(revision(&first), 0);

    let of = |which: usize, event: &str| json!({ "event": event, "question": questions[which].id.to_string() });
    let event = |event: &str| json!({ "event": event });
    // what each act brings to the public screen; nothing where it is for staff alone
    let acts = [
        (event("opened"), Some("Nobody is waiting to be called")),
        (of(1, "indicated"), Some("The next question is called")),
        (
            of(0, "indicated"),
            Some("Next: <strong><bdi>Sample Resident 1<"),
        ),
        (json!({ "event": "shown", "view": "clock" }), None),
        (of(0, "called"), Some("has been called")),
        (event("speaking_started"), Some("is asking a question")),
        (event("answer_started"), Some("is being answered")),
        (
            json!({ "event": "finished", "answer": "given" }),
            Some("The next question"),
        ),
        (of(1, "called"), Some("has been called")),
    ];
    for (number, (act, shown)) in (1..).zip(acts) {
        chair.does(act.clone()).await;
        let told = staff.state().await;
        assert_eq!(revision(&told.json()), number, "staff are told of {act}");
        if let Some(shown) = shown {
            let state = public.state().await;
            assert_eq!(revision(&state.json()), number, "the public sees {act}");
            assert_eq!(state.id, number.to_string());
            let state = state.json();
            let html = state["html"].as_str().unwrap();
            assert!(html.contains(shown), "{act}: {html}");
        }
        evening.app.advance(TimeDelta::seconds(5));
    }
    evening.app.state.stopping.cancel();
    assert_eq!(public.rest().await, [], "nothing comes twice");
    assert_eq!(staff.rest().await, [], "nothing comes twice");
}

#[tokio::test]
async fn what_is_not_public_changes_nothing_for_the_public() {
    let (evening, questions) = evening_with(QUICK, 2).await;
    let chair = Chair::of(&evening);
    chair.just("opened").await;
    let staff = evening.app.sign_in_chair(evening.board).await;
    let (mut public, _) = open(&evening.app.browser(), &public_path(evening.meeting)).await;
    let (mut staff, _) = open(&staff, &staff_path(evening.meeting)).await;
    let service = &evening.app.service;
    let mark = |state: &Value| state["mark"].as_str().unwrap().to_owned();
    let mut marks = Vec::new();

    // a question that nobody has decided on
    let mut late = evening.typed(7);
    late.questioner.name = "Sample Late".to_owned();
    let received = evening.receive_typed(late);
    marks.push(mark(&staff.state().await.json()));
    your_question::withdraw_for(service, &evening.officer, received.id, received.version)
        .expect("withdrawn");
    marks.push(mark(&staff.state().await.json()));
    let written = Written {
        response: "In the spring.".to_owned(),
        answered_by: "The chair".to_owned(),
        supplementary_text: String::new(),
        supplementary_response: String::new(),
    };
    minutes::write(service, &evening.officer, questions[0].id, 0, &written).expect("minutes");
    marks.push(mark(&staff.state().await.json()));
    marks.dedup();
    assert_eq!(marks.len(), 3);

    // what the public sees next is the next that is public
    chair.just("adjourned").await;
    let state = public.state().await;
    assert!(state.data.contains("Adjourned"), "{}", state.data);
    assert!(!state.data.contains("Sample Late"));
}

/// An evening with one question of somebody with this name, which may be made public or not.
async fn asked_by(name: &str, publish_name: &str) -> (Evening, Question) {
    let evening = Evening::start_with(Setup {
        toml: BELL_ALONE.to_owned(),
        ..Setup::default()
    })
    .await;
    let mut typed = evening.typed(1);
    typed.questioner.name = name.to_owned();
    typed.questioner.publish_name = publish_name.to_owned();
    let question = evening.approve(&evening.receive_typed(typed));
    evening.app.clock.set(evening::evening(18, 40, 0));
    (evening, question)
}

#[tokio::test]
async fn names_come_with_the_opening_and_as_agreed() {
    let (evening, question) = asked_by("Sample Secret", "no").await;
    let chair = Chair::of(&evening);
    let mut heard = String::new();
    let (mut public, before) = open(&evening.app.browser(), &public_path(evening.meeting)).await;
    heard.push_str(&before.to_string());
    // the list is chosen before anything is opened: it still shows nobody
    chair
        .does(json!({ "event": "shown", "view": "list" }))
        .await;
    heard.push_str(&public.html().await);
    assert!(!heard.contains("resident of the borough"), "{heard}");
    assert!(!heard.contains("Community Safety Update"), "{heard}");

    chair.just("opened").await;
    let html = public.html().await;
    assert!(html.contains("Resident 1"), "{html}");
    assert!(html.contains("Community Safety Update"), "{html}");
    heard.push_str(&html);
    chair.calls(&question).await;
    heard.push_str(&public.html().await);
    chair.just("speaking_started").await;
    heard.push_str(&public.html().await);
    chair.just("answer_started").await;
    heard.push_str(&public.html().await);
    assert!(heard.contains("Speaking time of Resident 1"));
    for secret in [
        "Sample Secret",
        "Example Street",
        "WA8",
        "example.org",
        "lamp 1",
    ] {
        assert!(!heard.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn what_somebody_typed_stays_one_event_and_inert() {
    let script = "<script>alert(1)</script>\n\nevent: state\ndata: {}\n\n";
    let (evening, question) = asked_by(script, "yes").await;
    // and as an officer's title of an item
    let item = ItemParticulars {
        position: 4,
        title: script.to_owned(),
        minute_number: String::new(),
        part: Part::Public,
        kind: ItemKind::Ordinary,
    };
    meetings::add_item(
        &evening.app.service,
        &evening.officer,
        evening.meeting,
        &item,
    )
    .expect("an item");
    let chair = Chair::of(&evening);
    chair
        .does(json!({ "event": "shown", "view": "list" }))
        .await;
    chair.just("opened").await;
    chair.calls(&question).await;
    let (mut public, first) = open(&evening.app.browser(), &public_path(evening.meeting)).await;
    let staff = evening.app.sign_in_chair(evening.board).await;
    let (mut staff, _) = open(&staff, &staff_path(evening.meeting)).await;
    let html = first["html"].as_str().unwrap();
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("alert(1)"), "{html}");
    chair.just("speaking_started").await;
    assert_eq!(revision(&public.state().await.json()), 5);
    assert_eq!(revision(&staff.state().await.json()), 5);
    evening.app.state.stopping.cancel();
    assert_eq!(public.rest().await, []);
    assert_eq!(staff.rest().await, []);
}

#[test]
fn line_ends_of_every_kind_stay_inside_one_event() {
    let typed = "a\nb\r\nc\rd\u{2028}e\u{85}f\n\nevent: state\n\n";
    let sent = Sent::state(7, &json!({ "html": typed })).expect("an event");
    let frame = std::str::from_utf8(&sent.frame).unwrap();
    assert_eq!(frame.matches(['\n', '\r']).count(), 4, "{frame}");
    assert!(frame.starts_with("id: 7\nevent: state\ndata: {") && frame.ends_with("}\n\n"));
    let data: Value = serde_json::from_slice(&sent.data).unwrap();
    assert_eq!(data["html"], typed);
}

#[tokio::test]
async fn who_comes_back_gets_the_present_state() {
    let (evening, questions) = evening_with(BELL_ALONE, 1).await;
    let chair = Chair::of(&evening);
    let path = public_path(evening.meeting);
    let (mut events, _) = open(&evening.app.browser(), &path).await;
    chair.just("opened").await;
    assert_eq!(revision(&events.state().await.json()), 1);
    drop(events);
    chair.calls(&questions[0]).await;
    let (_, again) = open(&evening.app.browser(), &path).await;
    assert_eq!(revision(&again), 3);
    assert!(again["html"].as_str().unwrap().contains(&resident(1)));
}

#[tokio::test]
async fn while_nothing_happens_the_time_is_told() {
    let (evening, _) = evening_with("[live]\nbeat_milliseconds = 100", 0).await;
    let (mut events, _) = open(&evening.app.browser(), &public_path(evening.meeting)).await;
    for _ in 0..3 {
        evening.app.advance(TimeDelta::seconds(2));
        let now = evening.app.service.now().timestamp_millis();
        let beat = events.next().await.unwrap();
        assert_eq!(beat.name, "time");
        // the beat may have been on its way when the clock moved
        let told = beat.json()["now"].as_i64().unwrap();
        assert!((now - 2000..=now).contains(&told), "{told} at {now}");
    }
}

#[tokio::test]
async fn not_all_are_told_the_time_at_one_instant() {
    let (evening, _) = evening_with("[live]\nbeat_milliseconds = 4000", 0).await;
    let (path, browser) = (public_path(evening.meeting), evening.app.browser());
    let mut streams = Vec::new();
    for _ in 0..12 {
        streams.push(open(&browser, &path).await.0);
    }
    Chair::of(&evening).just("opened").await;
    #[allow(clippy::disallowed_methods, reason = "the measurement")]
    let began = std::time::Instant::now();
    let beats = streams.iter_mut().map(|events| async {
        events.state().await;
        assert_eq!(events.next().await.unwrap().name, "time");
        began.elapsed()
    });
    let mut beats = futures_util::future::join_all(beats).await;
    beats.sort();
    // each waits between three seconds and four
    assert!(
        beats[11] - beats[0] > std::time::Duration::from_millis(200),
        "{beats:?}"
    );
}

#[tokio::test]
async fn the_servers_time_is_told_to_anybody() {
    let app = TestApp::start().await;
    let page = app.browser().get("/time").await;
    assert_eq!(page.status, 200);
    let told: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(told, json!({ "now": app.service.now().timestamp_millis() }));
    assert_eq!(page.header("cache-control"), "no-store");
}
