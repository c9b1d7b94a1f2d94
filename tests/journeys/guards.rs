//! What stands around every handler, whatever it does.

use actix_web::{App, HttpResponse, middleware::from_fn, test, web};
use public_question_time::store::staff::Role;
use public_question_time::web::{AppState, faults};

use crate::app::{Page, TestApp};

async fn broken() -> HttpResponse {
    panic!("a fault in a handler")
}

#[tokio::test]
async fn a_handler_that_panics_answers_with_a_page_and_takes_nothing_down() {
    let app = TestApp::start().await;
    let state = web::Data::new(AppState::new(app.service.clone()));
    let service = test::init_service(
        App::new()
            .app_data(state)
            .route("/broken", web::get().to(broken))
            .route("/api/v1/broken", web::get().to(broken))
            .wrap(from_fn(faults::answer)),
    )
    .await;
    for (path, kind) in [
        ("/broken", "text/html; charset=utf-8"),
        ("/api/v1/broken", "application/problem+json"),
        ("/broken", "text/html; charset=utf-8"),
    ] {
        let request = test::TestRequest::get().uri(path).to_request();
        let Err(error) = test::try_call_service(&service, request).await else {
            panic!("{path} was answered");
        };
        let answer = error.error_response();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers().get("content-type").unwrap(), kind);
        assert!(answer.headers().contains_key("content-security-policy"));
    }
}

#[tokio::test]
async fn a_change_through_the_api_that_rides_on_a_cookie_proves_where_it_comes_from() {
    let app = TestApp::start().await;
    let staff = app.sign_in(Role::ProperOfficer).await;
    let path = "/api/v1/no-such-thing";
    let post = |browser: &crate::app::Browser| {
        browser
            .request(reqwest::Method::POST, path)
            .header("Content-Type", "application/json")
            .body("{}")
    };
    let page = staff.get("/staff/account").await;
    let token = page.attribute("input[name=csrf_token]", "value").unwrap();
    let kind = |page: &Page| {
        let body: serde_json::Value = serde_json::from_str(&page.body).unwrap();
        body["type"].as_str().unwrap().to_owned()
    };

    let answer = Page::of(path, post(&staff)).await;
    assert_eq!(
        (answer.status, kind(&answer).as_str()),
        (403, "/problems/cross-site")
    );
    let ours = post(&staff).header("Origin", &app.address);
    let answer = Page::of(path, ours).await;
    assert_eq!(
        (answer.status, kind(&answer).as_str()),
        (403, "/problems/token")
    );
    let proven = post(&staff)
        .header("Origin", &app.address)
        .header("X-CSRF-Token", &token);
    assert_eq!(
        Page::of(path, proven).await.status,
        404,
        "let through, to nothing"
    );
    let program = post(&staff).header("Authorization", "Bearer pqt_anything");
    assert_eq!(
        Page::of(path, program).await.status,
        404,
        "a program needs neither"
    );
    assert_eq!(
        Page::of(path, post(&app.browser())).await.status,
        404,
        "nor does anybody"
    );
}

#[tokio::test]
async fn a_form_of_staffs_without_what_it_is_about_gives_back_what_was_typed() {
    let app = TestApp::start_with(crate::app::Setup {
        seeds: true,
        ..crate::app::Setup::default()
    })
    .await;
    let officer = app.sign_in(Role::ProperOfficer).await;
    let meetings = officer.open("/staff/meetings").await;
    let meeting = meetings.link("Safer, 6:30pm on Tuesday 6 February 2024");
    let account = officer.get("/staff/account").await;
    let token = account
        .attribute("input[name=csrf_token]", "value")
        .unwrap();
    let words = "Words that took somebody ten minutes to type in.";
    for (path, field) in [
        ("/staff/questions/new".to_owned(), "question"),
        (format!("{meeting}/question-time/minutes"), "response"),
    ] {
        let sent = |typed: &str| {
            [
                ("csrf_token".to_owned(), token.clone()),
                (field.to_owned(), typed.to_owned()),
            ]
        };
        let answer = officer.post(&path, &sent("")).await;
        assert_eq!(answer.status, 422, "{path}");
        let answer = officer.post(&path, &sent(words)).await;
        assert_eq!(answer.status, 422, "{path}");
        assert!(answer.problems()[0].starts_with("Select the "), "{path}");
        assert!(answer.text().contains(words), "{path}: {}", answer.text());
    }
}
