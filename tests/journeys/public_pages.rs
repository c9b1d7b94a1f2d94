//! The public pages are answered from memory: each is true when it is asked for, the same for everybody, and sets no cookie.

use std::io::Read as _;

use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use public_question_time::{
    domain::id::{MeetingId, QuestionId},
    service::{
        meetings::{self, Particulars},
        minutes::{self, Written},
        redact_question::{self, Redaction},
    },
    store::{questions, staff::Role},
    web::routes,
};
use reqwest::Method;

use crate::{
    app::{Page, Setup},
    evening::{Evening, evening, resident},
};

/// The public pages that have one address each.
const PAGES: [&str; 10] = [
    "/",
    "/meetings",
    "/questions",
    "/standing-order",
    "/accessibility",
    "/privacy",
    "/cookies",
    "/contact",
    "/api/docs",
    "/problems",
];

/// The public pages of a town with a meeting.
fn pages_of(meeting: MeetingId) -> Vec<String> {
    let mut pages: Vec<String> = PAGES.iter().map(ToString::to_string).collect();
    pages.extend([
        format!("/meetings/{meeting}"),
        format!("/meetings/{meeting}/screen"),
        format!("/api/v1/meetings/{meeting}"),
        "/api/v1/meetings".to_owned(),
        "/api/v1/meetings?when=past".to_owned(),
        "/api/v1/questions".to_owned(),
    ]);
    pages
}

fn another(evening_of: &Evening, date: NaiveDate, venue: &str) -> MeetingId {
    let particulars = Particulars {
        date,
        starts: "18:30:00".parse().unwrap(),
        venue: venue.to_owned(),
        agenda_published: true,
        ended: None,
    };
    meetings::schedule(
        &evening_of.app.service,
        &evening_of.officer,
        evening_of.board,
        &particulars,
    )
    .unwrap()
    .meeting()
    .id
}

/// Gets a page with headers of the test's choice, as the bytes that come.
async fn raw(
    evening_of: &Evening,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let mut request = evening_of.app.browser().request(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_page_is_rendered_once_and_again_when_something_that_it_may_show_changes() {
    let evening_of = Evening::start().await;
    let app = &evening_of.app;
    let pages = pages_of(evening_of.meeting);
    let browser = app.browser();
    for page in &pages {
        assert_eq!(browser.get(page).await.status, 200, "{page}");
    }
    let rendered = app.state.pages.renders();
    assert_eq!(rendered, pages.len() as u64);
    for number in 1..20 {
        // a rush: it changes nothing that is public
        evening_of.receive(number);
        app.clock.advance(TimeDelta::seconds(-1));
        for page in &pages {
            assert_eq!(browser.get(page).await.status, 200, "{page}");
        }
    }
    assert_eq!(app.state.pages.renders(), rendered);

    evening_of.add_item("Street lighting in Ditton");
    let meeting = browser
        .get(&format!("/meetings/{}", evening_of.meeting))
        .await;
    assert!(meeting.text().contains("Street lighting in Ditton"));
    assert_eq!(app.state.pages.renders(), rendered + 1);
}

#[tokio::test]
async fn many_who_ask_at_once_for_a_page_that_has_changed_wait_for_one_rendering() {
    let evening_of = Evening::start().await;
    let app = &evening_of.app;
    let path = format!("/meetings/{}", evening_of.meeting);
    app.browser().get(&path).await;
    for round in 1..=3 {
        let title = format!("Item of round {round}");
        evening_of.add_item(&title);
        let before = app.state.pages.renders();
        let asked = (0..40).map(|_| {
            let (browser, path) = (app.browser(), path.clone());
            tokio::spawn(async move { browser.get(&path).await.text() })
        });
        let asked: Vec<_> = asked.collect();
        for answer in asked {
            assert!(answer.await.unwrap().contains(&title));
        }
        assert_eq!(app.state.pages.renders(), before + 1);
    }
}

#[tokio::test]
async fn an_act_is_on_the_next_page_that_anybody_opens() {
    let evening_of = Evening::start().await;
    let browser = evening_of.app.browser();
    let lists = ["/", "/meetings", "/api/v1/meetings"];
    for list in lists {
        assert!(!browser.get(list).await.body.contains("12 March 2024"));
    }
    let march = another(
        &evening_of,
        NaiveDate::from_ymd_opt(2024, 3, 12).unwrap(),
        "Runcorn Town Hall",
    );
    for list in ["/", "/meetings"] {
        let page = browser.get(list).await;
        assert!(page.text().contains("12 March 2024"), "{list}");
    }
    let page = browser.get("/api/v1/meetings").await;
    assert!(page.body.contains("2024-03-12"), "{}", page.body);

    // the page of the other meeting of the board leads to it once its own deadline has passed
    evening_of
        .app
        .clock
        .set(Utc.with_ymd_and_hms(2024, 2, 5, 16, 0, 1).unwrap());
    let path = format!("/meetings/{}", evening_of.meeting);
    assert!(browser.get(&path).await.text().contains("12 March 2024"));
    meetings::cancel(&evening_of.app.service, &evening_of.officer, march, 1).unwrap();
    assert!(!browser.get(&path).await.text().contains("12 March 2024"));
    let page = browser.get(&format!("/meetings/{march}")).await;
    assert!(page.text().contains("This meeting has been cancelled."));
}

#[tokio::test]
async fn a_page_changes_at_the_deadline_and_with_the_time_that_is_left() {
    let evening_of = Evening::start().await;
    let clock = &evening_of.app.clock;
    let browser = evening_of.app.browser();
    let path = format!("/meetings/{}", evening_of.meeting);
    let programs = format!("/api/v1/meetings/{}", evening_of.meeting);
    let deadline = Utc.with_ymd_and_hms(2024, 2, 5, 16, 0, 0).unwrap();
    let open = r#""takes_questions":true"#;
    for (left, words) in [
        (TimeDelta::hours(50), "(in 2 days)"),
        (
            TimeDelta::hours(48) - TimeDelta::microseconds(1),
            "(in 1 day 23 hours)",
        ),
        (TimeDelta::minutes(60), "(in 1 hour)"),
        (
            TimeDelta::minutes(60) - TimeDelta::microseconds(1),
            "(in 59 minutes)",
        ),
        (TimeDelta::seconds(59), "(in less than a minute)"),
        (
            TimeDelta::zero(),
            "Your question must reach the council by 4pm on Monday 5 February 2024.",
        ),
    ] {
        clock.set(deadline - left);
        for page in ["/", "/meetings", &path] {
            let page = browser.get(page).await;
            assert!(
                page.text().contains(words.trim_matches(['(', ')']))
                    || page.path == "/" && left.is_zero()
                    || page.path == "/meetings" && left.is_zero(),
                "{words} {}: {}",
                page.path,
                page.text()
            );
        }
        assert!(browser.get(&programs).await.body.contains(open), "{words}");
    }
    clock.set(deadline + TimeDelta::microseconds(1));
    assert!(
        browser
            .get(&path)
            .await
            .text()
            .contains("The deadline for questions to this meeting was 4pm")
    );
    assert!(
        browser
            .get("/")
            .await
            .text()
            .contains("No meeting takes questions at the moment")
    );
    assert!(!browser.get(&programs).await.body.contains(open));
    // a clock that is set back is believed as well
    clock.set(deadline - TimeDelta::minutes(5));
    assert!(browser.get(&path).await.text().contains("in 5 minutes"));

    // on the day the page leads to the public screen
    let screen = "Follow public question time as it happens";
    clock.set(Utc.with_ymd_and_hms(2024, 2, 5, 23, 59, 59).unwrap());
    assert!(!browser.get(&path).await.text().contains(screen));
    clock.set(Utc.with_ymd_and_hms(2024, 2, 6, 0, 0, 0).unwrap());
    assert!(browser.get(&path).await.text().contains(screen));
    clock.set(Utc.with_ymd_and_hms(2024, 2, 7, 0, 0, 0).unwrap());
    let page = browser.get("/meetings").await;
    assert_eq!(
        page.all("main h2").last().map(String::as_str),
        Some("Past meetings")
    );
    assert!(!page.text().contains("There are no past meetings here yet."));
}

#[tokio::test]
async fn the_public_screen_shows_each_act_at_once_and_its_clock_by_the_second() {
    let (evening_of, questions) = Evening::with_questions(2).await;
    let chair = evening_of.chair().await;
    let stranger = evening_of.app.browser();
    let path = format!("/meetings/{}/screen", evening_of.meeting);
    let says = async || stranger.get(&path).await.text();
    assert!(says().await.contains("has not been opened yet"));
    chair.does_to(&questions[0], "indicate").await;
    chair.does("open").await;
    assert!(says().await.contains("Next: Sample Resident 1"));
    chair.does("call").await;
    assert!(says().await.contains("has been called"));
    chair.does("speak").await;
    assert!(says().await.contains("3:00"));
    evening_of.app.advance(TimeDelta::milliseconds(1_000));
    assert!(says().await.contains("2:59"));
    let before = evening_of.app.state.pages.renders();
    says().await;
    says().await;
    assert_eq!(evening_of.app.state.pages.renders(), before);
}

#[tokio::test]
async fn a_redaction_is_on_the_next_page_that_anybody_opens() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let service = &evening_of.app.service;
    let chair = evening_of.chair().await;
    chair.does("open").await;
    chair.puts(&questions[0], "finish:given").await;
    chair.closes().await;
    let stranger = evening_of.app.browser();
    let pages = [
        format!("/meetings/{}", evening_of.meeting),
        "/questions".to_owned(),
        "/api/v1/questions".to_owned(),
        format!("/api/v1/questions?meeting={}", evening_of.meeting),
    ];
    for page in &pages {
        let page = stranger.get(page).await;
        assert!(
            page.body.contains("lamp 1 in Example Street"),
            "{}",
            page.body
        );
    }
    let question = service
        .store
        .read(|db| questions::question(db, questions[0].id))
        .unwrap();
    let redaction = Redaction {
        public_text: Some("When will it be mended?".to_owned()),
        published_name: Some("A resident".to_owned()),
        reason: "An address.".to_owned(),
        ..Redaction::default()
    };
    redact_question::redact(
        service,
        &evening_of.officer,
        question.id,
        question.version,
        &redaction,
    )
    .unwrap();
    for page in &pages {
        let page = stranger.get(page).await;
        assert!(!page.body.contains("lamp 1"), "{}", page.body);
        assert!(!page.body.contains(&resident(1)), "{}", page.body);
        assert!(
            page.body.contains("When will it be mended?"),
            "{}",
            page.body
        );
    }
    let written = Written {
        response: "On Thursday.".to_owned(),
        answered_by: "Councillor Sample".to_owned(),
        ..Written::default()
    };
    minutes::write(service, &evening_of.officer, question.id, 0, &written).unwrap();
    for page in &pages {
        assert!(stranger.get(page).await.body.contains("On Thursday."));
    }
}

#[tokio::test]
async fn a_browser_that_has_the_page_is_told_that_it_has_not_changed() {
    let evening_of = Evening::start().await;
    for path in pages_of(evening_of.meeting) {
        let (status, headers, body) = raw(&evening_of, Method::GET, &path, &[]).await;
        assert_eq!(status, 200, "{path}");
        assert_eq!(headers["vary"], "accept-encoding", "{path}");
        let (status, head, nothing) = raw(&evening_of, Method::HEAD, &path, &[]).await;
        assert_eq!((status, nothing.len()), (200, 0), "{path}");
        for name in [
            "etag",
            "content-type",
            "cache-control",
            "content-length",
            "vary",
        ] {
            assert_eq!(head.get(name), headers.get(name), "{name} of {path}");
        }
        if path.starts_with("/api/v1") {
            // its ETag is what a change names, and does not change with the time
            let (status, ..) = raw(
                &evening_of,
                Method::GET,
                &path,
                &[("if-none-match", "\"1\"")],
            )
            .await;
            assert_eq!(status, 200, "{path}");
            continue;
        }
        assert_eq!(headers["cache-control"], "no-cache", "{path}");
        let tag = headers["etag"].to_str().unwrap();
        for method in [Method::GET, Method::HEAD] {
            let (status, headers, nothing) =
                raw(&evening_of, method, &path, &[("if-none-match", tag)]).await;
            assert_eq!((status, nothing.len()), (304, 0), "{path}");
            assert_eq!(headers["etag"], tag, "{path}");
            assert_eq!(headers["cache-control"], "no-cache", "{path}");
            assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        }
        let (status, _, again) = raw(
            &evening_of,
            Method::GET,
            &path,
            &[("if-none-match", "W/\"x\"")],
        )
        .await;
        assert_eq!((status, again), (200, body), "{path}");
    }
    let path = format!("/meetings/{}", evening_of.meeting);
    let (_, headers, _) = raw(&evening_of, Method::GET, &path, &[]).await;
    let tag = headers["etag"].to_str().unwrap().to_owned();
    evening_of.add_item("Street lighting");
    let (status, headers, _) =
        raw(&evening_of, Method::GET, &path, &[("if-none-match", &tag)]).await;
    assert_eq!(status, 200);
    assert_ne!(headers["etag"], tag.as_str());
}

#[tokio::test]
async fn a_page_is_the_same_however_it_is_compressed() {
    let evening_of = Evening::start().await;
    for path in pages_of(evening_of.meeting) {
        let (_, plain_headers, plain) = raw(&evening_of, Method::GET, &path, &[]).await;
        assert!(!plain_headers.contains_key("content-encoding"), "{path}");
        for (accepted, encoding) in [
            ("gzip, deflate, br", "br"),
            ("gzip", "gzip"),
            ("br;q=0, gzip", "gzip"),
        ] {
            let (status, headers, bytes) = raw(
                &evening_of,
                Method::GET,
                &path,
                &[("accept-encoding", accepted)],
            )
            .await;
            assert_eq!(status, 200, "{path}");
            assert_eq!(headers.get("etag"), plain_headers.get("etag"), "{path}");
            let mut text = Vec::new();
            match headers
                .get("content-encoding")
                .map(|value| value.to_str().unwrap())
            {
                Some("br") => {
                    brotli::Decompressor::new(&bytes[..], 4096)
                        .read_to_end(&mut text)
                        .unwrap();
                }
                Some("gzip") => {
                    flate2::read::GzDecoder::new(&bytes[..])
                        .read_to_end(&mut text)
                        .unwrap();
                }
                _ => text.clone_from(&bytes),
            }
            assert_eq!(text, plain, "{path} as {accepted}");
            if plain.len() >= 1024 {
                assert_eq!(headers["content-encoding"], encoding, "{path}");
                assert!(bytes.len() < plain.len() / 2, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn a_cookie_is_set_by_a_page_with_a_form_and_by_no_other() {
    let evening_of = Evening::start().await;
    let mut with_a_form = Vec::new();
    for (route, method) in routes::list() {
        if method.as_str() != "GET" || route.ends_with("/live") {
            continue;
        }
        let path = route
            .replace("{id}", &evening_of.meeting.to_string())
            .replace("{kind}", "late")
            .replace("{draft}", &evening_of.meeting.to_string())
            .replace(['{', '}'], "");
        let page = evening_of.app.browser().get(&path).await;
        let form = page.body.contains("name=\"csrf_token\"");
        assert_eq!(
            page.headers.contains_key("set-cookie"),
            form,
            "{path} {}: {}",
            page.status,
            page.body
        );
        if form {
            with_a_form.push(route);
        }
    }
    assert_eq!(
        with_a_form,
        ["/staff/sign-in", "/meetings/{id}/ask"],
        "the pages that a stranger can open and that hold a form"
    );
    for path in ["/nothing-here", "/questions?q=lamp", "/questions?q=%20%20a"] {
        let page = evening_of.app.browser().get(path).await;
        assert!(!page.headers.contains_key("set-cookie"), "{path}");
    }
    // the cookie belongs to the token of that form, and of the next page
    let browser = evening_of.app.browser();
    let path = format!("/meetings/{}/ask", evening_of.meeting);
    let page = browser.get(&path).await;
    let item = evening_of.agenda[2].id.to_string();
    let page = browser
        .submit(&page, "main form", &[("agenda_item", &item)])
        .await;
    assert_eq!(page.status, 303, "{}", page.text());
    let page = browser.follow(page).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn everybody_gets_the_same_page_whoever_opened_it_first() {
    let evening_of = Evening::start().await;
    let app = &evening_of.app;
    let writing = app.browser();
    let form = writing
        .get(&format!("/meetings/{}/ask", evening_of.meeting))
        .await;
    let item = evening_of.agenda[2].id.to_string();
    let draft = writing
        .submit(&form, "main form", &[("agenda_item", &item)])
        .await;
    assert_eq!(draft.status, 303);
    let officer = app.sign_in(Role::ProperOfficer).await;
    let administrator = app.sign_in(Role::Administrator).await;
    let chair = app.sign_in_chair(evening_of.board).await;
    let stranger = app.browser();
    let people = [&officer, &stranger, &chair, &writing, &administrator];
    for (turn, path) in pages_of(evening_of.meeting).iter().enumerate() {
        // another person is the first to open each page, and the first after a change
        for round in 0..2 {
            let mut seen: Vec<Page> = Vec::new();
            for place in 0..people.len() {
                let person = people[(turn + round + place) % people.len()];
                seen.push(person.get(path).await);
            }
            for page in &seen {
                assert_eq!(page.status, 200, "{path}");
                assert_eq!(page.body, seen[0].body, "{path}");
                for word in [
                    "csrf_token",
                    "Sign out",
                    "Sample proper",
                    "Sample Officer",
                    "Sample chair",
                ] {
                    assert!(!page.body.contains(word), "{word} on {path}");
                }
            }
            evening_of.add_item(&format!("Item {turn} {round}"));
        }
    }
}

#[tokio::test]
async fn addresses_that_nobody_links_to_leave_nothing_in_memory() {
    let evening_of = Evening::start().await;
    let app = &evening_of.app;
    let browser = app.browser();
    for page in pages_of(evening_of.meeting) {
        browser.get(&page).await;
    }
    let kept = app.state.pages.size();
    for number in 0..60 {
        let meeting: MeetingId = app.service.new_id();
        let question: QuestionId = app.service.new_id();
        for (path, status) in [
            (format!("/meetings/{meeting}"), 404),
            (format!("/meetings/{meeting}/screen"), 404),
            (format!("/api/v1/meetings/{meeting}"), 404),
            (format!("/api/v1/questions?meeting={meeting}"), 404),
            (format!("/questions?before={question}"), 200),
            (format!("/questions?q=word{number}"), 200),
            (format!("/?from={number}"), 200),
            (format!("/problems/kind{number}"), 404),
        ] {
            assert_eq!(browser.get(&path).await.status, status, "{path}");
        }
    }
    assert_eq!(app.state.pages.size(), kept);
}

#[tokio::test]
async fn the_memory_for_pages_has_a_bound_and_what_is_read_most_stays() {
    let evening_of = Evening::start_with(Setup {
        toml: "[server]\npage_cache_megabytes = 1\n".to_owned(),
        ..Setup::default()
    })
    .await;
    let app = &evening_of.app;
    let browser = app.browser();
    let first = NaiveDate::from_ymd_opt(2024, 3, 4).unwrap();
    let meetings: Vec<MeetingId> = (0..120)
        .map(|day| {
            another(
                &evening_of,
                first + chrono::Days::new(day),
                "Runcorn Town Hall",
            )
        })
        .collect();
    let mut most = 0;
    for meeting in &meetings {
        assert_eq!(browser.get("/privacy").await.status, 200);
        let page = browser.get(&format!("/meetings/{meeting}")).await;
        assert_eq!(page.status, 200);
        most = most.max(app.state.pages.size().1);
    }
    assert!((900_000..=1_048_576).contains(&most), "{most}");
    let (pages, _) = app.state.pages.size();
    assert!(pages < 100, "{pages}");
    // the notice was read all the time, the first of the meetings not since
    let before = app.state.pages.renders();
    browser.get("/privacy").await;
    assert_eq!(app.state.pages.renders(), before);
    browser.get(&format!("/meetings/{}", meetings[0])).await;
    assert_eq!(app.state.pages.renders(), before + 1);
}

#[tokio::test]
async fn a_late_evening_is_not_answered_from_the_afternoon() {
    // the page of a meeting that nobody asked for since the afternoon
    let evening_of = Evening::start().await;
    let path = format!("/meetings/{}", evening_of.meeting);
    let browser = evening_of.app.browser();
    assert!(browser.get(&path).await.text().contains("in 1 hour"));
    evening_of.app.clock.set(evening(18, 30, 0));
    assert!(
        browser
            .get(&path)
            .await
            .text()
            .contains("The deadline for questions to this meeting was")
    );
}
