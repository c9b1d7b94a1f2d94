//! Signing in under attack, issued passwords, sessions and tokens that end.

use chrono::TimeDelta;
use public_question_time::domain::id::StaffId;
use public_question_time::service::actor::{Acting, Who};
use public_question_time::service::api_tokens::TypedToken;
use public_question_time::store::{audit, staff::Role};

use crate::app::{Browser, PASSWORD, Page, Setup, TestApp};

const OFFICER: &str = "proper_officer@example.org";

/// Tries to sign in from a client address that a trusted proxy names.
async fn try_from(
    browser: &Browser,
    app: &TestApp,
    client: &str,
    email: &str,
    password: &str,
) -> Page {
    let page = browser.get("/staff/sign-in").await;
    let (action, fields) = page.filled_in("main form", &[("email", email), ("password", password)]);
    let headers = [
        ("Origin", app.address.as_str()),
        ("X-Forwarded-For", client),
        ("User-Agent", "Mozilla/5.0 (Windows NT 10.0) Firefox/144.0"),
    ];
    browser.post_with(&action, &headers, &fields).await
}

/// A service behind a proxy, so that a test chooses the client's address.
async fn behind_a_proxy() -> TestApp {
    TestApp::start_with(Setup {
        toml: "[server]\ntrusted_proxies = [\"127.0.0.1\"]".to_owned(),
        ..Setup::default()
    })
    .await
}

fn id_of(app: &TestApp, email: &str) -> StaffId {
    let members = app.service.accounts(&Acting::system()).unwrap();
    members
        .iter()
        .find(|member| member.email == email)
        .unwrap()
        .id
}

/// A token that acts for somebody, issued by the administrator on the pages' service.
fn token_for(app: &TestApp, email: &str) -> String {
    let members = app.service.accounts(&Acting::system()).unwrap();
    let administrator = members
        .iter()
        .find(|member| member.holds_anywhere(Role::Administrator))
        .unwrap();
    let acting = Acting {
        who: Who::Staff(administrator.clone()),
        request_id: None,
    };
    let typed = TypedToken {
        name: "Minutes program".to_owned(),
        access: "full".to_owned(),
        staff_id: id_of(app, email).to_string(),
        days: "30".to_owned(),
        unconfirmed: None,
    };
    app.service.issue_api_token(&acting, &typed).unwrap().text
}

#[tokio::test]
async fn wrong_guesses_from_the_owners_own_address_do_not_keep_the_owner_out() {
    let app = behind_a_proxy().await;
    app.sign_in(Role::ProperOfficer).await;
    let office = "203.0.113.9";
    let owner = app.browser();
    assert_eq!(
        try_from(&owner, &app, office, OFFICER, PASSWORD)
            .await
            .status,
        303
    );
    let guest = app.browser();
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let page = try_from(&guest, &app, office, OFFICER, "a wrong guess").await;
        statuses.push(page.status);
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    assert_eq!(
        try_from(&app.browser(), &app, office, OFFICER, PASSWORD)
            .await
            .status,
        429,
        "a new device there waits"
    );
    let again = try_from(&owner, &app, office, OFFICER, PASSWORD).await;
    assert_eq!(again.status, 303, "the device that is known does not");
}

#[tokio::test]
async fn a_known_device_is_slowed_by_its_own_failures_and_by_no_others() {
    let app = behind_a_proxy().await;
    app.sign_in(Role::ProperOfficer).await;
    let device = app.browser();
    try_from(&device, &app, "203.0.113.9", OFFICER, PASSWORD).await;
    let mut statuses = Vec::new();
    for number in 0..6 {
        // from wherever it is carried to
        let client = format!("198.51.100.{number}");
        let page = try_from(&device, &app, &client, OFFICER, "a wrong guess").await;
        statuses.push(page.status);
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    // it is no credential, and none of another account
    app.sign_in(Role::Administrator).await;
    for _ in 0..5 {
        let wrong = try_from(
            &device,
            &app,
            "203.0.113.77",
            "administrator@example.org",
            "a wrong guess",
        )
        .await;
        assert_eq!(wrong.status, 422);
    }
}

#[tokio::test]
async fn a_device_cookie_that_somebody_made_up_is_worth_nothing() {
    let app = behind_a_proxy().await;
    app.sign_in(Role::ProperOfficer).await;
    let owner = app.browser();
    let answer = try_from(&owner, &app, "203.0.113.9", OFFICER, PASSWORD).await;
    let set: Vec<String> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap().to_owned())
        .filter(|value| value.starts_with("device-"))
        .collect();
    assert_eq!(set.len(), 1);
    assert!(set[0].contains("HttpOnly") && set[0].contains("Max-Age=15552000"));
    assert!(!set[0].contains("officer"), "it names nobody: {}", set[0]);
    let (name, value) = set[0].split(';').next().unwrap().split_once('=').unwrap();
    let verified = |value: &str| app.service.known_device(OFFICER, value).is_some();
    assert!(verified(value));
    assert!(
        app.service
            .known_device("administrator@example.org", value)
            .is_none()
    );
    let mut forged = value.to_owned().into_bytes();
    forged[0] = if forged[0] == b'A' { b'B' } else { b'A' };
    assert!(!verified(&String::from_utf8(forged).unwrap()));
    assert!(!verified("") && !verified(&"A".repeat(75)));
    // alone it opens nothing
    let request = app
        .browser()
        .request(reqwest::Method::GET, "/staff/account")
        .header("Cookie", format!("{name}={value}"));
    assert_eq!(Page::of("/staff/account", request).await.status, 303);
    app.advance(TimeDelta::days(181));
    assert!(!verified(value), "it ends");
}

#[tokio::test]
async fn guessing_from_many_addresses_is_slowed_and_the_owner_is_told_once_a_day() {
    let app = behind_a_proxy().await;
    app.sign_in(Role::ProperOfficer).await;
    let owner = app.browser();
    try_from(&owner, &app, "203.0.113.9", OFFICER, PASSWORD).await;
    let mut statuses = Vec::new();
    for number in 0..22 {
        let client = format!("198.51.100.{number}");
        let page = try_from(&app.browser(), &app, &client, OFFICER, "a wrong guess").await;
        if page.status == 429 {
            let wait: i64 = page.header("retry-after").parse().unwrap();
            assert!((1..=61).contains(&wait), "{wait}");
            assert!(page.text().contains("Wait a minute, then try again."));
        }
        statuses.push(page.status);
    }
    assert_eq!(statuses, [vec![422; 20], vec![429; 2]].concat());
    let waits = try_from(&app.browser(), &app, "192.0.2.1", OFFICER, PASSWORD).await;
    assert_eq!(waits.status, 429, "whoever it is");
    let in_time = try_from(&owner, &app, "192.0.2.1", OFFICER, PASSWORD).await;
    assert_eq!(in_time.status, 303, "but not the owner's device");

    let letters = app.letters_to(OFFICER).await;
    assert_eq!(letters.len(), 1);
    let subject = "Somebody has tried to sign in to your account";
    assert!(
        letters[0]
            .text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains("You can still sign in on a device")
    );
    assert_eq!(letters[0].subject, subject);

    // once the wait is over, one more failure makes it longer, and nobody is written to twice
    app.advance(TimeDelta::minutes(2));
    let later = try_from(&app.browser(), &app, "192.0.2.2", OFFICER, "a wrong guess").await;
    assert_eq!(later.status, 422);
    let waits = try_from(&app.browser(), &app, "192.0.2.3", OFFICER, PASSWORD).await;
    let wait: i64 = waits.header("retry-after").parse().unwrap();
    assert!((100..=121).contains(&wait), "{wait}");
    assert!(waits.text().contains("Wait 2 minutes, then try again."));
    assert_eq!(app.letters_to(OFFICER).await.len(), 1);
}

#[tokio::test]
async fn failed_sign_ins_are_one_entry_for_each_account_and_hour() {
    let app = behind_a_proxy().await;
    app.sign_in(Role::ProperOfficer).await;
    let failed = || {
        let entries = app.service.store.read(|db| audit::latest(db, None, 200));
        entries
            .unwrap()
            .into_iter()
            .filter(|entry| entry.act == "sign_in_failed")
            .count()
    };
    for number in 0..10 {
        let client = format!("198.51.100.{number}");
        for email in [OFFICER, &format!("nobody{number}@example.org")] {
            try_from(&app.browser(), &app, &client, email, "a wrong guess").await;
        }
    }
    assert_eq!(failed(), 2, "the officer's and that of no account");
    app.advance(TimeDelta::hours(1));
    try_from(&app.browser(), &app, "192.0.2.9", OFFICER, "a wrong guess").await;
    assert_eq!(failed(), 3);
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused_before_anything_is_remembered() {
    let app = TestApp::start().await;
    for email in [
        format!("{}@example.org", "a".repeat(243)),
        "a".repeat(100_000),
    ] {
        let browser = app.browser();
        let page = browser.get("/staff/sign-in").await;
        for _ in 0..7 {
            let answer = browser
                .submit(&page, "main form", &[("email", &email), ("password", "x")])
                .await;
            assert_eq!(answer.status, 422);
            assert_eq!(
                answer.problems(),
                ["Email address must be 254 characters or fewer"]
            );
        }
    }
}

#[tokio::test]
async fn an_issued_password_is_changed_before_anything_else_and_ends_by_itself() {
    let app = TestApp::start().await;
    app.sign_in(Role::ProperOfficer).await;
    let issued = app
        .service
        .reset_password(&Acting::system(), id_of(&app, OFFICER), None)
        .unwrap()
        .password;
    let browser = app.browser();
    let page = browser.get("/staff/sign-in").await;
    let typed = [("email", OFFICER), ("password", issued.expose())];
    let signed_in = browser.submit(&page, "main form", &typed).await;
    assert_eq!(signed_in.status, 303);
    for path in ["/staff", "/staff/questions", "/staff/meetings"] {
        let elsewhere = browser.get(path).await;
        assert_eq!(
            elsewhere.location().as_deref(),
            Some("/staff/account"),
            "{path}"
        );
    }
    let api = browser
        .request(reqwest::Method::GET, "/api/v1/staff/questions")
        .send()
        .await
        .unwrap();
    assert_eq!(api.status(), 403);
    let account = browser.get("/staff/account").await;
    assert!(account.text().contains("Choose your own before you go on."));
    let choose = |new: &'static str| {
        let (browser, account, current) = (&browser, &account, issued.expose());
        async move {
            let fields = [
                ("current_password", current),
                ("new_password", new),
                ("new_password_again", new),
            ];
            browser.submit(account, "main form", &fields).await
        }
    };
    for (easy, problem) in [
        ("Liverpool2026", "Choose a password that is harder to guess"),
        (
            "haltoncouncil",
            "Choose a password that is not made of your name, your email address or the names of the council and its places",
        ),
        (
            "proper_officer@example.org",
            "Choose a password that is not made of your name, your email address or the names of the council and its places",
        ),
    ] {
        assert_eq!(choose(easy).await.problems(), [problem], "{easy}");
    }
    assert_eq!(choose("nine swans on the canal").await.status, 303);
    assert_eq!(browser.get("/staff").await.status, 200);

    // one that nobody uses ends
    let issued = app
        .service
        .reset_password(&Acting::system(), id_of(&app, OFFICER), None)
        .unwrap()
        .password;
    app.advance(TimeDelta::days(8));
    let late = app.browser();
    let page = late.get("/staff/sign-in").await;
    let typed = [("email", OFFICER), ("password", issued.expose())];
    let refused = late.submit(&page, "main form", &typed).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problems(),
        ["This password has expired. Ask an administrator for a new one"]
    );
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let app = behind_a_proxy().await;
    app.sign_in(Role::ProperOfficer).await;
    let (here, there) = (app.browser(), app.browser());
    for browser in [&here, &there] {
        try_from(browser, &app, "203.0.113.9", OFFICER, PASSWORD).await;
    }
    let account = here.get("/staff/account").await;
    let rows = account.all("table tbody th");
    assert_eq!(
        rows.len(),
        3,
        "the one that opened the account too: {rows:?}"
    );
    assert_eq!(
        rows.iter()
            .filter(|row| *row == "Firefox on Windows (this browser)")
            .count(),
        1
    );
    assert!(!account.body.contains("203.0.113.9"), "no addresses");
    // all but this one
    let html = account.html();
    let forms = scraper::Selector::parse("table tbody tr").unwrap();
    let field = scraper::Selector::parse("input[name=session]").unwrap();
    let others: Vec<String> = html
        .select(&forms)
        .filter(|row| !row.text().collect::<String>().contains("(this browser)"))
        .filter_map(|row| {
            row.select(&field)
                .next()?
                .value()
                .attr("value")
                .map(str::to_owned)
        })
        .collect();
    let token = account
        .attribute("input[name=csrf_token]", "value")
        .unwrap();
    // somebody else's are not found
    let stranger = app.sign_in(Role::Administrator).await;
    let theirs = stranger.get("/staff/account").await;
    let theirs = theirs.attribute("input[name=csrf_token]", "value").unwrap();
    let taken = stranger
        .post(
            "/staff/account/sessions/end",
            &[
                ("csrf_token".to_owned(), theirs),
                ("session".to_owned(), others[0].clone()),
            ],
        )
        .await;
    assert_eq!(taken.status, 404);
    for session in others {
        let ended = here
            .post(
                "/staff/account/sessions/end",
                &[
                    ("csrf_token".to_owned(), token.clone()),
                    ("session".to_owned(), session),
                ],
            )
            .await;
        assert_eq!(ended.status, 303);
    }
    assert_eq!(there.get("/staff/account").await.status, 303);
    assert_eq!(
        here.get("/staff/account").await.all("table tbody tr").len(),
        1
    );

    let page = here.get("/staff/account").await;
    let out = here.press(&page, "Sign out", &[]).await;
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(here.get("/staff/account").await.status, 303);
}

#[tokio::test]
async fn tokens_end_with_a_changed_password_and_with_a_reset_and_their_owner_can_end_them() {
    let app = TestApp::start().await;
    let officer = app.sign_in(Role::ProperOfficer).await;
    app.sign_in(Role::Administrator).await;
    let works = |token: &str| app.service.by_api_token(token).unwrap().is_some();

    let token = token_for(&app, OFFICER);
    assert!(works(&token));
    let letters = app.letters_to(OFFICER).await;
    assert_eq!(
        letters[0].subject,
        "An API token that acts for you has been issued"
    );
    let account = officer.get("/staff/account").await;
    let ended = officer.press(&account, "Revoke Minutes program", &[]).await;
    assert_eq!(ended.status, 303);
    assert!(!works(&token));

    let token = token_for(&app, OFFICER);
    let new = "seven herons on the Mersey";
    let fields = [
        ("current_password", PASSWORD),
        ("new_password", new),
        ("new_password_again", new),
    ];
    let changed = officer.submit(&account, "main form", &fields).await;
    assert_eq!(changed.status, 303);
    assert!(!works(&token), "the password was changed");
    let page = officer.follow(changed).await;
    assert!(
        page.text()
            .contains("API tokens that acted for you have ended")
    );

    let token = token_for(&app, OFFICER);
    app.service
        .reset_password(&Acting::system(), id_of(&app, OFFICER), None)
        .unwrap();
    assert!(!works(&token), "the password was reset");
    let letters = app.letters_to(OFFICER).await;
    assert_eq!(
        letters.last().unwrap().subject,
        "Your password has been reset"
    );
}

#[tokio::test]
async fn an_administrator_confirms_with_their_own_password_before_they_change_an_account() {
    let app = TestApp::start().await;
    app.sign_in(Role::ProperOfficer).await;
    let admin = app.sign_in(Role::Administrator).await;
    let list = admin.get("/staff/accounts").await;
    let page = admin.get(&list.link("Sample proper officer")).await;
    let other = ("email", "taken.over@example.org");
    for (own, problem) in [
        ("", "Enter your own password"),
        ("a wrong guess", "Your own password is not right"),
    ] {
        let refused = admin
            .submit(&page, "main form", &[other, ("own_password", own)])
            .await;
        assert_eq!(refused.problems(), [problem]);
        assert_eq!(
            refused.attribute("#email", "value").as_deref(),
            Some("taken.over@example.org"),
            "what was typed stays"
        );
    }
    let done = admin
        .submit(&page, "main form", &[other, ("own_password", PASSWORD)])
        .await;
    assert_eq!(done.status, 303);
    let letters = app.letters_to(OFFICER).await;
    assert_eq!(
        letters[0].subject,
        "The email address of your account has been changed"
    );
}
