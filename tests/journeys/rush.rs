//! More work than there are threads for: what does not fit is told to try again, and staff go on as if nothing were.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use public_question_time::service::ServiceError;
use public_question_time::store::staff::Role;
use public_question_time::web::executor::Lane;

use crate::app::{Page, TestApp};
use crate::resident::{PERSON, town_with, write};

/// Work that holds every thread of a lane, and as much again as its queue takes, until it is let go.
struct Held {
    _let_go: Vec<mpsc::Sender<()>>,
}

async fn hold(app: &TestApp, lane: Lane, threads: usize, waiting: usize) -> Held {
    let mut senders = Vec::new();
    let (begun, begins) = mpsc::channel();
    for number in 0..threads + waiting {
        let (let_go, held) = mpsc::channel::<()>();
        senders.push(let_go);
        let (state, begun) = (app.state.clone(), begun.clone());
        tokio::spawn(async move {
            state
                .run(lane, move |_| {
                    // nobody listens once every thread is held
                    let _ = begun.send(());
                    let _ = held.recv();
                    Ok::<_, ServiceError>(())
                })
                .await
        });
        if number < threads {
            let begins = &begins;
            for _ in 0..1000 {
                if begins.try_recv().is_ok() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    Held { _let_go: senders }
}

#[tokio::test]
async fn a_full_queue_loses_nothing_that_was_typed_and_leaves_staff_alone() {
    let town = town_with("[threads]\nsubmissions = 1\nwaiting = 1\nreads = 1").await;
    let staff = town.app.sign_in(Role::ProperOfficer).await;
    let browser = town.app.browser();
    let check = write(
        &browser,
        town.meeting,
        "When will the crossing near the school be safe?",
        &PERSON,
    )
    .await;
    let held = hold(&town.app, Lane::Submissions, 1, 1).await;

    let busy = browser
        .press(&check, "Send your question", &[("declaration", "yes")])
        .await;
    assert_eq!(busy.status, 503);
    assert_eq!(busy.heading(), "Sorry, the service is busy");
    assert!(busy.header("retry-after").parse::<u32>().unwrap() > 0);

    // a page on which something was typed
    let long = "Why does the lamp in front of the library not burn at night, and since when?";
    let token = check.attribute("input[name=csrf_token]", "value").unwrap();
    let typed = [
        ("csrf_token".to_owned(), token),
        ("question".to_owned(), long.to_owned()),
    ];
    let unknown = "/ask/0192f0c1-0000-7000-8000-000000000000/question";
    let kept = browser.post(unknown, &typed).await;
    assert_eq!(kept.status, 503);
    assert!(kept.text().contains(long));
    assert_eq!(
        kept.attribute("main form input[name=question]", "value")
            .as_deref(),
        Some(long)
    );

    // a program
    let request = browser
        .request(reqwest::Method::POST, "/api/v1/questions")
        .json(&serde_json::json!({ "meeting": town.meeting, "question": long }));
    let problem = Page::of("/api/v1/questions", request).await;
    assert!(matches!(problem.status, 422 | 503), "{}", problem.body);

    // the staff's lane is their own
    let began = now();
    assert_eq!(staff.get("/staff/account").await.status, 200);
    let page = staff.get("/staff/account").await;
    assert_eq!(page.status, 200);
    assert!(began.elapsed() < Duration::from_secs(2));

    drop(held);
    let sent = browser.press(&busy, "Try again", &[]).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let receipt = browser.follow(sent).await;
    assert!(receipt.text().contains("PQ-2024-"), "{}", receipt.text());
}

#[tokio::test]
async fn a_program_is_told_when_to_try_again() {
    let town = town_with("[threads]\nreads = 1\nwaiting = 1").await;
    let held = hold(&town.app, Lane::Reads, 1, 1).await;
    let browser = town.app.browser();
    let request = browser.request(reqwest::Method::GET, "/api/v1/meetings");
    let busy = Page::of("/api/v1/meetings", request).await;
    assert_eq!(busy.status, 503);
    assert_eq!(busy.header("content-type"), "application/problem+json");
    assert!(busy.header("retry-after").parse::<u32>().unwrap() > 0);
    drop(held);
    let request = browser.request(reqwest::Method::GET, "/api/v1/meetings");
    assert_eq!(Page::of("/api/v1/meetings", request).await.status, 200);
}

#[tokio::test]
async fn passwords_have_a_short_queue_with_places_for_known_devices() {
    let app = TestApp::start().await;
    let known = app.sign_in(Role::ProperOfficer).await;
    let held = hold(&app, Lane::Passwords, 1, 16).await;
    let email = "proper_officer@example.org";
    let fields = [("email", email), ("password", crate::app::PASSWORD)];
    let stranger = app.browser();
    let page = stranger.get("/staff/sign-in").await;
    let busy = stranger.submit(&page, "main form", &fields).await;
    assert_eq!(busy.status, 503);
    assert!(busy.header("retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(
        busy.attribute("main form input[name=email]", "value")
            .as_deref(),
        Some(email)
    );
    let page = known.get("/staff/sign-in").await;
    let in_turn = tokio::spawn({
        let known = known.clone();
        async move { known.submit(&page, "main form", &fields).await.status }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!in_turn.is_finished(), "it waits for its turn");
    drop(held);
    assert_eq!(in_turn.await.unwrap(), 303);
}

#[allow(
    clippy::disallowed_methods,
    reason = "how long an answer takes is measured"
)]
fn now() -> Instant {
    Instant::now()
}
