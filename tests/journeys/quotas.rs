//! How often anybody may ask: every request is counted, and nobody loses what they typed.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use actix_web::http::Method;
use public_question_time::store::staff::Role;
use public_question_time::web::api;
use public_question_time::web::limits::Limits;
use public_question_time::web::quotas::{Asked, charge};
use public_question_time::web::routes;

use crate::app::{Browser, Page, Setup, TestApp};

/// The service behind a proxy, so that a test can come from any address, with these limits.
async fn with_limits(limits: &str) -> TestApp {
    TestApp::start_with(Setup {
        toml: format!("[server]\ntrusted_proxies = [\"127.0.0.1\"]\n\n[limits]\n{limits}"),
        ..Setup::default()
    })
    .await
}

/// Sends an empty form, or an empty document to the API, from an address.
async fn send(app: &TestApp, method: &str, path: &str, address: &str) -> Page {
    let method: reqwest::Method = method.parse().unwrap();
    let request = app
        .browser()
        .request(method, path)
        .header("Origin", &app.address)
        .header("X-Forwarded-For", address);
    let request = if path.starts_with("/api/") {
        request
            .header("Content-Type", "application/json")
            .body("{}")
    } else {
        request.form(&[("csrf_token", "nobody's")])
    };
    Page::of(path, request).await
}

/// A path with something in the place of each of its named parts.
fn filled(pattern: &str) -> String {
    pattern
        .split('/')
        .map(|part| {
            if part.starts_with('{') {
                uuid::Uuid::new_v4().to_string()
            } else {
                part.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// Every operation of the API's document that may change something.
fn changing_operations() -> Vec<(String, String)> {
    let document = serde_json::to_value(api::document()).expect("the document");
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in ["post", "put", "patch", "delete"] {
            if item.get(method).is_some() {
                found.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    found
}

#[tokio::test]
async fn whatever_may_change_something_is_counted_and_so_is_a_route_that_asks_for_nothing() {
    let app = with_limits(
        "writes_per_minute = 1\nsubmissions_per_minute = 1\nsign_ins_per_minute = 1\napi_requests_per_minute = 1",
    )
    .await;
    let mut routes: Vec<(String, String)> = routes::list()
        .into_iter()
        .filter(|(_, method)| !method.is_safe())
        .map(|(path, method)| (method.to_string(), path))
        .collect();
    let pages = routes.len();
    routes.extend(changing_operations());
    assert!(pages > 50 && routes.len() > pages + 10, "{routes:#?}");
    // no route at all: what is added tomorrow has a quota before anybody thinks of one
    routes.push(("POST".to_owned(), "/a-route-of-tomorrow".to_owned()));
    routes.push(("PUT".to_owned(), "/meetings/{id}/tomorrow".to_owned()));
    let mut wrong = BTreeSet::new();
    for (number, (method, pattern)) in routes.iter().enumerate() {
        let address = format!("203.0.{}.{}", 113 + number / 200, number % 200);
        let first = send(&app, method, &filled(pattern), &address).await;
        let second = send(&app, method, &filled(pattern), &address).await;
        if first.status == 429 || second.status != 429 || second.header("retry-after").is_empty() {
            wrong.insert(format!(
                "{method} {pattern}: {}, then {}",
                first.status, second.status
            ));
        }
        let api = pattern.starts_with("/api/");
        assert_eq!(
            second.header("content-type"),
            if api {
                "application/problem+json"
            } else {
                "text/html; charset=utf-8"
            }
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn changes_to_one_draft_are_counted_wherever_they_come_from() {
    let app = with_limits("writes_to_one_draft_per_minute = 2").await;
    let public: Vec<String> = routes::list()
        .into_iter()
        .filter(|(path, method)| {
            !method.is_safe() && (path.contains("{draft}") || path.contains("{token}"))
        })
        .map(|(path, _)| path)
        .collect();
    assert!(public.len() > 10, "{public:?}");
    for pattern in public {
        let path = filled(&pattern);
        let mut answers = Vec::new();
        for host in 1..=3 {
            answers.push(
                send(&app, "POST", &path, &format!("203.0.113.{host}"))
                    .await
                    .status,
            );
        }
        assert!(
            answers[0] != 429 && answers[1] != 429,
            "{path}: {answers:?}"
        );
        assert_eq!(answers[2], 429, "{path}");
    }
}

#[tokio::test]
async fn all_together_are_held_back_before_the_disk_is_full_and_staff_are_not() {
    let app = with_limits("writes_in_all_per_minute = 5").await;
    let officer = app.sign_in(Role::ProperOfficer).await;
    for host in 1..=5 {
        let answer = send(
            &app,
            "POST",
            "/api/v1/questions",
            &format!("203.0.113.{host}"),
        )
        .await;
        assert_ne!(answer.status, 503);
    }
    for path in ["/api/v1/questions", "/meetings/x/ask"] {
        let answer = send(&app, "POST", path, "203.0.113.99").await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    }
    let account = officer.get("/staff/account").await;
    let out = officer.press(&account, "Sign out", &[]).await;
    assert_eq!(out.status, 303);
    app.sign_in(Role::ProperOfficer).await;
}

#[tokio::test]
async fn who_is_over_a_limit_keeps_what_they_typed_and_the_time_to_wait_is_true() {
    let app = TestApp::start_with(Setup {
        seeds: true,
        toml: "[limits]\nwrites_per_minute = 30".to_owned(),
        ..Setup::default()
    })
    .await;
    let (browser, page) = question_page(&app).await;
    let mut sent = 1;
    let refused = loop {
        let answer = browser
            .press(
                &page,
                "Continue",
                &[(
                    "question",
                    "When will Example Street be swept again, please?",
                )],
            )
            .await;
        if answer.status == 429 {
            break answer;
        }
        sent += 1;
    };
    assert!((30..=32).contains(&sent), "{sent}");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=3).contains(&wait), "{wait}");
    assert!(
        refused
            .text()
            .contains("When will Example Street be swept again, please?"),
        "{}",
        refused.text()
    );
    assert!(
        refused.text().contains("You can try again in "),
        "{}",
        refused.text()
    );
    tokio::time::sleep(Duration::from_secs(wait)).await;
    let answer = browser.press(&refused, "Try again", &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

/// A browser at the page of the question, in a draft of its own.
async fn question_page(app: &TestApp) -> (Browser, Page) {
    let browser = app.browser();
    let meetings = browser.get("/").await;
    let meeting = browser
        .get(&meetings.link("Safer Policy and Performance Board, Tuesday 13 February 2024"))
        .await;
    let page = browser.go(&meeting, "Ask a question").await;
    let item = page.attribute("input[type=radio]", "value").unwrap();
    let answer = browser
        .press(&page, "Continue", &[("agenda_item", &item)])
        .await;
    let page = browser.follow(answer).await;
    (browser, page)
}

#[tokio::test]
async fn looks_are_counted_each_kind_by_itself() {
    let app =
        with_limits("reads_per_minute = 3\nsearches_per_minute = 2\nfile_requests_per_minute = 4")
            .await;
    for (path, most) in [("/meetings", 3), ("/questions?q=buses", 2), ("/time", 4)] {
        for number in 0..=most {
            let answer = app.browser().get(path).await;
            assert_eq!(
                answer.status == 429,
                number == most,
                "{path}, look {number}: {}",
                answer.status
            );
            if number == most {
                assert!(!answer.header("retry-after").is_empty());
            }
        }
    }
}

/// What a browser sends from the meetings to the receipt, with one answer to put right, the files of a first visit and a look at the
/// private link.
const ONE_RESIDENT: [(&str, &str, usize); 12] = [
    ("GET", "/meetings/{id}", 3),
    ("GET", "/assets/{file}", 12),
    ("GET", "/meetings/{id}/ask", 1),
    ("POST", "/meetings/{id}/ask", 1),
    ("GET", "/ask/{draft}/question", 2),
    ("POST", "/ask/{draft}/question", 2),
    ("GET", "/ask/{draft}/matches", 2),
    ("GET", "/ask/{draft}/about-you", 1),
    ("POST", "/ask/{draft}/about-you", 2),
    ("GET", "/ask/{draft}/check", 2),
    ("POST", "/ask/{draft}/send", 1),
    ("GET", "/ask/{draft}/done", 1),
];

#[tokio::test]
async fn five_hundred_residents_behind_one_address_get_through_in_the_minute_before_the_deadline() {
    let app = TestApp::start().await;
    let limits = Limits::new(&app.service.settings.limits);
    let library: IpAddr = "203.0.113.7".parse().unwrap();
    for resident in 0..500 {
        let own = uuid::Uuid::new_v4().to_string();
        for (method, pattern, times) in ONE_RESIDENT {
            let path = pattern.replace("{draft}", &own);
            let method: Method = method.parse().unwrap();
            for _ in 0..times {
                let asked = Asked {
                    client: library,
                    method: &method,
                    pattern: Some(pattern),
                    path: &path,
                    searches: false,
                    has_token: false,
                };
                assert_eq!(charge(&limits, &asked), Ok(()), "{resident}: {path}");
            }
        }
    }
}
