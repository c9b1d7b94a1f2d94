//! Signing in, what staff may see, and what guards every form.

use chrono::TimeDelta;
use public_question_time::service::actor::Who;
use public_question_time::store::{audit, staff::Role};

use crate::app::{Browser, PASSWORD, Page, Setup, TestApp};

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn cookie(page: &Page, name: &str) -> Option<String> {
    page.headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap())
        .find(|value| value.starts_with(&format!("{name}=")))
        .map(str::to_owned)
}

async fn try_to_sign_in(browser: &Browser, email: &str, password: &str) -> Page {
    let page = browser.get("/staff/sign-in").await;
    browser
        .submit(
            &page,
            "main form",
            &[("email", email), ("password", password)],
        )
        .await
}

#[tokio::test]
async fn staff_sign_in_and_come_to_where_they_wanted_to_go() {
    let app = TestApp::start().await;
    app.sign_in(Role::Administrator).await;
    let browser = app.browser();
    let sent_on = browser.get("/staff/tokens").await;
    assert_eq!(sent_on.status, 303);
    assert_eq!(
        sent_on.location().unwrap(),
        "/staff/sign-in?next=/staff/tokens"
    );

    let page = browser.follow(sent_on).await;
    assert_eq!(page.heading(), "Sign in");
    let answer = browser
        .submit(
            &page,
            "main form",
            &[
                ("email", "ADMINISTRATOR@example.org"),
                ("password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location().unwrap(), "/staff/tokens");
    let page = browser.follow(answer).await;
    assert_eq!((page.status, page.heading().as_str()), (200, "API tokens"));
}

#[tokio::test]
async fn signing_in_never_leads_to_another_site() {
    let app = TestApp::start().await;
    app.sign_in(Role::Administrator).await;
    for next in [
        "https://evil.example/",
        "//evil.example/staff",
        "/\\evil.example",
        "/staff/sign-in",
    ] {
        let browser = app.browser();
        let page = browser.get("/staff/sign-in").await;
        let (action, mut fields) = page.filled_in(
            "main form",
            &[
                ("email", "administrator@example.org"),
                ("password", PASSWORD),
            ],
        );
        for field in &mut fields {
            if field.0 == "next" {
                field.1 = next.to_owned();
            }
        }
        let answer = browser.post(&action, &fields).await;
        assert_eq!(answer.location().as_deref(), Some("/staff"), "{next}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let app = TestApp::start().await;
    app.sign_in(Role::Administrator).await;
    let wrong = try_to_sign_in(
        &app.browser(),
        "administrator@example.org",
        "not the password",
    )
    .await;
    let unknown = try_to_sign_in(&app.browser(), "nobody@example.org", "not the password").await;
    assert_eq!((wrong.status, unknown.status), (422, 422));
    assert_eq!(
        wrong.problems(),
        ["Enter the email address and password of your account"]
    );
    assert_eq!(wrong.problems(), unknown.problems());
    assert!(wrong.title().starts_with("Error: Sign in"));
    assert_eq!(
        wrong.attribute("#email", "value").as_deref(),
        Some("administrator@example.org"),
        "the address is kept"
    );
    assert_eq!(
        wrong.attribute("#password", "value"),
        None,
        "the password is not"
    );
    assert!(!wrong.body.contains("not the password"));
}

#[tokio::test]
async fn everything_missing_is_said_at_once() {
    let app = TestApp::start().await;
    let page = try_to_sign_in(&app.browser(), "", "").await;
    assert_eq!(
        page.problems(),
        ["Enter your email address", "Enter your password"]
    );
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let app = TestApp::start().await;
    app.sign_in(Role::Administrator).await;
    let browser = app.browser();
    for _ in 0..5 {
        let page = try_to_sign_in(&browser, "administrator@example.org", "a wrong guess").await;
        assert_eq!(page.status, 422);
    }
    let page = try_to_sign_in(&browser, "administrator@example.org", PASSWORD).await;
    assert_eq!(page.status, 429);
    assert!(!page.header("retry-after").is_empty());
    let unknown = app.browser();
    for _ in 0..5 {
        try_to_sign_in(&unknown, "nobody@example.org", "a wrong guess").await;
    }
    let other = try_to_sign_in(&unknown, "nobody@example.org", "a wrong guess").await;
    assert_eq!(
        other.status, 429,
        "an address without an account is treated the same"
    );
    app.advance(TimeDelta::minutes(2));
    let page = try_to_sign_in(&browser, "administrator@example.org", PASSWORD).await;
    assert_eq!(page.status, 303, "the wait is over");
}

#[tokio::test]
async fn each_sign_in_is_a_new_session_and_ends_the_one_before() {
    let app = TestApp::start().await;
    app.sign_in(Role::Administrator).await;
    let browser = app.browser();
    let first = try_to_sign_in(&browser, "administrator@example.org", PASSWORD).await;
    let first = cookie(&first, "staff").unwrap();
    assert!(
        first.contains("HttpOnly") && first.contains("SameSite=Lax") && first.contains("Path=/")
    );
    let second = try_to_sign_in(&browser, "administrator@example.org", PASSWORD).await;
    let second = cookie(&second, "staff").unwrap();
    assert_ne!(first, second);
    assert_eq!(with_cookie(&app, &second, "/staff/account").await, 200);
    assert_eq!(with_cookie(&app, &first, "/staff/account").await, 303);
}

async fn with_cookie(app: &TestApp, set_cookie: &str, path: &str) -> u16 {
    let pair = set_cookie.split(';').next().unwrap();
    let request = app
        .browser()
        .request(reqwest::Method::GET, path)
        .header("Cookie", pair);
    Page::of(path, request).await.status
}

#[tokio::test]
async fn an_old_cookie_is_dead_after_signing_out() {
    let app = TestApp::start().await;
    app.sign_in(Role::Administrator).await;
    let browser = app.browser();
    let answer = try_to_sign_in(&browser, "administrator@example.org", PASSWORD).await;
    let held = cookie(&answer, "staff").unwrap();
    let page = browser.follow(answer).await;
    let answer = browser.press(&page, "Sign out", &[]).await;
    assert_eq!(answer.status, 303);
    let page = browser.follow(answer).await;
    assert!(page.text().contains("You have signed out."));
    assert_eq!(browser.get("/staff/account").await.status, 303);
    assert_eq!(with_cookie(&app, &held, "/staff/account").await, 303);
}

#[tokio::test]
async fn signing_out_everywhere_reaches_every_browser() {
    let app = TestApp::start().await;
    let here = app.sign_in(Role::Administrator).await;
    let there = app.sign_in(Role::Administrator).await;
    let page = here.get("/staff/account").await;
    here.press(&page, "Sign out everywhere", &[]).await;
    assert_eq!(here.get("/staff/account").await.status, 303);
    assert_eq!(there.get("/staff/account").await.status, 303);
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_use_and_after_twelve_whatever_is_done() {
    let app = TestApp::start().await;
    let browser = app.sign_in(Role::Administrator).await;
    app.advance(TimeDelta::minutes(29));
    assert_eq!(browser.get("/staff/account").await.status, 200);
    app.advance(TimeDelta::minutes(29));
    assert_eq!(
        browser.get("/staff/account").await.status,
        200,
        "use had begun it anew"
    );
    app.advance(TimeDelta::minutes(31));
    assert_eq!(browser.get("/staff/account").await.status, 303);

    let browser = app.sign_in(Role::Administrator).await;
    for _ in 0..(12 * 3) {
        app.advance(TimeDelta::minutes(20));
        browser.get("/staff/account").await;
    }
    app.advance(TimeDelta::minutes(1));
    assert_eq!(browser.get("/staff/account").await.status, 303);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_only_the_new_one_signs_in() {
    let app = TestApp::start().await;
    let here = app.sign_in(Role::Administrator).await;
    let there = app.sign_in(Role::Administrator).await;
    let page = here.get("/staff/account").await;
    let new = "seven herons on the Mersey";
    let refused = here
        .submit(
            &page,
            "main form",
            &[
                ("current_password", "a wrong one"),
                ("new_password", "short"),
                ("new_password_again", "short"),
            ],
        )
        .await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problems(),
        [
            "The current password is not right",
            "Password must be 12 characters or more"
        ]
    );
    let changed = here
        .submit(
            &page,
            "main form",
            &[
                ("current_password", PASSWORD),
                ("new_password", new),
                ("new_password_again", new),
            ],
        )
        .await;
    let page = here.follow(changed).await;
    assert!(page.text().contains("Your password has been changed"));
    assert_eq!(there.get("/staff/account").await.status, 303);
    assert_eq!(
        try_to_sign_in(&app.browser(), "administrator@example.org", PASSWORD)
            .await
            .status,
        422
    );
    assert_eq!(
        try_to_sign_in(&app.browser(), "administrator@example.org", new)
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn an_administrator_opens_changes_and_closes_an_account() {
    let app = TestApp::start().await;
    let admin = app.sign_in(Role::Administrator).await;
    let page = admin.get("/staff/accounts/new").await;
    let refused = admin
        .submit(&page, "main form", &[("name", ""), ("email", "nonsense")])
        .await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problems(),
        [
            "Enter their name",
            "Enter an email address in the correct format, like name@example.com",
            "Select at least one role",
            "Enter your own password",
        ]
    );
    let opened = admin
        .submit(
            &page,
            "main form",
            &[
                ("name", "Robin Sample"),
                ("email", "Robin@Example.org"),
                ("roles", "responding_officer"),
                ("own_password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(opened.heading(), "Account opened");
    let password = opened.all("#password").concat();

    let robin = app.browser();
    let answer = try_to_sign_in(&robin, "robin@example.org", &password).await;
    assert_eq!(answer.location().as_deref(), Some("/staff"));
    let own = robin.follow(answer).await;
    assert!(own.text().contains("Your password was issued to you"));
    let chosen = "three otters by the lock";
    let changed = robin
        .submit(
            &own,
            "main form",
            &[
                ("current_password", &password),
                ("new_password", chosen),
                ("new_password_again", chosen),
            ],
        )
        .await;
    assert_eq!(changed.status, 303);
    assert_eq!(robin.get("/staff/account").await.status, 200);
    assert_eq!(robin.get("/staff/accounts").await.status, 403);

    let again = admin
        .submit(
            &page,
            "main form",
            &[
                ("name", "Robin Again"),
                ("email", "robin@example.org"),
                ("roles", "responding_officer"),
                ("own_password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(
        again.problems(),
        ["There is already an account with this email address"]
    );

    let list = admin.get("/staff/accounts").await;
    let page = admin.get(&list.link("Robin Sample")).await;
    assert_eq!(
        page.attribute("#name", "value").as_deref(),
        Some("Robin Sample")
    );
    let closed = admin
        .submit(
            &page,
            "main form",
            &[("active", "no"), ("own_password", PASSWORD)],
        )
        .await;
    assert_eq!(closed.status, 303);
    assert_eq!(
        robin.get("/staff/account").await.status,
        303,
        "a closed account is out at once"
    );
    assert_eq!(
        try_to_sign_in(&app.browser(), "robin@example.org", chosen)
            .await
            .status,
        422
    );

    let stale = admin
        .submit(
            &page,
            "main form",
            &[("name", "Somebody Else"), ("own_password", PASSWORD)],
        )
        .await;
    assert_eq!(
        (stale.status, stale.heading().as_str()),
        (409, "Something has changed")
    );
}

#[tokio::test]
async fn one_administrator_always_remains() {
    let app = TestApp::start().await;
    let admin = app.sign_in(Role::Administrator).await;
    let list = admin.get("/staff/accounts").await;
    let page = admin.get(&list.link("Sample administrator")).await;
    for change in [("active", "no"), ("roles", "responding_officer")] {
        let refused = admin
            .submit(&page, "main form", &[change, ("own_password", PASSWORD)])
            .await;
        assert_eq!(refused.status, 422);
        assert_eq!(
            refused.problems(),
            ["This is the only administrator. Make somebody else an administrator first"]
        );
    }
    assert_eq!(admin.get("/staff/accounts").await.status, 200);
}

#[tokio::test]
async fn a_reset_password_is_shown_once_and_ends_the_sessions() {
    let app = TestApp::start().await;
    let officer = app.sign_in(Role::ProperOfficer).await;
    let admin = app.sign_in(Role::Administrator).await;
    let list = admin.get("/staff/accounts").await;
    let page = admin.get(&list.link("Sample proper officer")).await;
    let page = admin.get(&page.link("Reset their password")).await;
    let refused = admin
        .press(
            &page,
            "Reset password",
            &[("own_password", "a wrong guess")],
        )
        .await;
    assert_eq!(refused.problems(), ["Your own password is not right"]);
    assert_eq!(officer.get("/staff/account").await.status, 200);
    let reset = admin
        .press(&refused, "Reset password", &[("own_password", PASSWORD)])
        .await;
    let password = reset.all("#password").concat();
    assert_eq!(reset.header("cache-control"), "no-store");
    assert_eq!(officer.get("/staff/account").await.status, 303);
    let answer = try_to_sign_in(&officer, "proper_officer@example.org", &password).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn tokens_are_issued_once_and_revoked_for_good() {
    let app = TestApp::start().await;
    let admin = app.sign_in(Role::Administrator).await;
    let page = admin.get("/staff/tokens").await;
    let refused = admin
        .submit(&page, "main form", &[("name", ""), ("days", "1000")])
        .await;
    assert_eq!(
        refused.problems(),
        [
            "Enter what the token is for, in 100 characters or fewer",
            "Select what the token may do",
            "Enter a number of days between 1 and 366",
            "Enter your own password",
        ]
    );
    let refused = admin
        .submit(
            &page,
            "main form",
            &[
                ("name", "Minutes program"),
                ("access", "full"),
                ("own_password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(
        refused.problems(),
        ["Select the account that the token acts for"]
    );
    assert_eq!(refused.all("#staff_id-error").len(), 1, "next to its field");
    let account = page
        .html()
        .select(&scraper::Selector::parse("#staff_id option[value]:not([value=''])").unwrap())
        .next()
        .and_then(|option| option.value().attr("value").map(str::to_owned))
        .unwrap();
    let issued = admin
        .submit(
            &page,
            "main form",
            &[
                ("name", "Minutes program"),
                ("access", "full"),
                ("staff_id", &account),
                ("days", "30"),
                ("own_password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(issued.heading(), "Token issued");
    let text = issued.all("#token").concat();
    assert!(text.starts_with("pqt_") && text.len() > 40);
    assert!(app.service.by_api_token(&text).unwrap().is_some());
    assert!(
        app.service
            .by_api_token(&format!("{text}x"))
            .unwrap()
            .is_none()
    );

    let list = admin.get("/staff/tokens").await;
    assert!(!list.body.contains(&text), "it is not shown again");
    let answer = admin.press(&list, "Revoke Minutes program", &[]).await;
    assert_eq!(answer.status, 303);
    assert!(app.service.by_api_token(&text).unwrap().is_none());
    assert!(admin.get("/staff/tokens").await.text().contains("Revoked"));
}

#[tokio::test]
async fn a_token_ends_by_itself() {
    let app = TestApp::start().await;
    let admin = app.sign_in(Role::Administrator).await;
    let page = admin.get("/staff/tokens").await;
    let account = page
        .attribute("#staff_id option:last-child", "value")
        .unwrap();
    let issued = admin
        .submit(
            &page,
            "main form",
            &[
                ("name", "A trial"),
                ("access", "full"),
                ("staff_id", &account),
                ("days", "1"),
                ("own_password", PASSWORD),
            ],
        )
        .await;
    let text = issued.all("#token").concat();
    app.advance(TimeDelta::hours(23));
    assert!(app.service.by_api_token(&text).unwrap().is_some());
    app.advance(TimeDelta::hours(1));
    assert!(app.service.by_api_token(&text).unwrap().is_none());
}

/// What the audit trail has of an act on tokens: before and after.
fn audited(app: &TestApp, act: &str) -> (Option<String>, Option<String>) {
    let entries = app.service.store.read(|db| audit::latest(db, None, 20));
    let found: Vec<_> = entries
        .unwrap()
        .into_iter()
        .filter(|entry| entry.act == act)
        .collect();
    assert_eq!(found.len(), 1, "{act}");
    (found[0].was.clone(), found[0].became.clone())
}

#[tokio::test]
async fn a_display_gets_a_token_that_acts_for_nobody() {
    let app = TestApp::start().await;
    let admin = app.sign_in(Role::Administrator).await;
    let page = admin.get("/staff/tokens").await;
    let chosen = page.html();
    let radios = scraper::Selector::parse("input[name=access][checked]").unwrap();
    assert_eq!(chosen.select(&radios).count(), 0, "nothing is chosen yet");
    // the account of the other answer is there without scripts, and is not meant
    let account = page
        .attribute("#staff_id option:last-child", "value")
        .unwrap();
    let issued = admin
        .submit(
            &page,
            "main form",
            &[
                ("name", "Boardroom screen"),
                ("access", "display"),
                ("staff_id", &account),
                ("days", "366"),
                ("own_password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(issued.heading(), "Token issued");
    assert!(
        issued
            .text()
            .contains("It only reads, and acts for nobody.")
    );
    let text = issued.all("#token").concat();
    assert_eq!(app.service.by_api_token(&text).unwrap(), Some(Who::Display));
    let (was, became) = audited(&app, "issue_api_token");
    assert_eq!(was, None);
    let became = became.unwrap();
    assert!(became.contains(r#""access":"display""#) && became.contains(r#""staff":null"#));

    let list = admin.get("/staff/tokens").await;
    let row = list.all("tbody tr").concat();
    for words in [
        "Boardroom screen",
        "Only read, for a display",
        "Nobody",
        "Good",
    ] {
        assert!(row.contains(words), "{words}: {row}");
    }
    let answer = admin.press(&list, "Revoke Boardroom screen", &[]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(app.service.by_api_token(&text).unwrap(), None);
    let (was, _) = audited(&app, "revoke_api_token");
    assert_eq!(was.unwrap(), r#"{"access":"display"}"#);
}

#[tokio::test]
async fn a_kind_of_token_that_there_is_not_is_asked_for_again() {
    let app = TestApp::start().await;
    let admin = app.sign_in(Role::Administrator).await;
    let page = admin.get("/staff/tokens").await;
    let (action, mut fields) = page.filled_in(
        "main form",
        &[("name", "A screen"), ("own_password", PASSWORD)],
    );
    fields.push(("access".to_owned(), "everything".to_owned()));
    let refused = admin.post(&action, &fields).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.problems(), ["Select what the token may do"]);
    assert_eq!(
        refused.attribute("#name", "value").as_deref(),
        Some("A screen")
    );
}

#[tokio::test]
async fn roles_open_no_page_but_their_own() {
    let app = TestApp::start().await;
    for role in [Role::ProperOfficer, Role::Chair, Role::RespondingOfficer] {
        let browser = app.sign_in(role).await;
        for path in ["/staff/accounts", "/staff/accounts/new", "/staff/tokens"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, 403, "{role} {path}");
            assert_eq!(page.heading(), "You cannot do this");
            assert!(page.text().contains("Only an administrator can do this."));
        }
        let account = browser.get("/staff/account").await;
        let (_, fields) = account.filled_in("main form", &[]);
        let token = fields
            .into_iter()
            .find(|(name, _)| name == "csrf_token")
            .unwrap();
        let post = browser.post("/staff/accounts/new", &[token]).await;
        assert_eq!(post.status, 403, "{role}");
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_and_nothing_of_it_is_shown() {
    let app = TestApp::start().await;
    app.sign_in(Role::Administrator).await;
    let browser = app.browser();
    let page = browser.get("/staff/sign-in").await;
    let (action, fields) = page.filled_in(
        "main form",
        &[("email", "planted@example.org"), ("password", PASSWORD)],
    );
    let own = app.address.as_str();
    let foreign: [&[(&str, &str)]; 7] = [
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Origin", own), ("Sec-Fetch-Site", "cross-site")],
        &[("Origin", own), ("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "none")],
        &[("Referer", "https://evil.example/page")],
        &[],
    ];
    for headers in foreign {
        let answer = browser.post_with(&action, headers, &fields).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        assert_eq!(answer.heading(), "Sorry, we could not accept that");
        assert!(!answer.body.contains("planted@example.org"));
    }
    for headers in [
        &[("Origin", own)][..],
        &[("Sec-Fetch-Site", "same-origin")][..],
        &[("Referer", format!("{own}/staff/sign-in").as_str())][..],
    ] {
        let answer = browser.post_with(&action, headers, &fields).await;
        assert_eq!(
            answer.status, 422,
            "{headers:?}: ours, with a wrong address"
        );
    }
}

#[tokio::test]
async fn a_missing_or_foreign_token_loses_nothing_that_was_typed() {
    let app = TestApp::start().await;
    app.sign_in(Role::Administrator).await;
    let other = app.browser();
    let others = other.get("/staff/sign-in").await;
    let (_, others) = others.filled_in("main form", &[]);
    let others = others
        .into_iter()
        .find(|(name, _)| name == "csrf_token")
        .unwrap()
        .1;

    let browser = app.browser();
    browser.get("/staff/sign-in").await;
    for token in ["", "nonsense", others.as_str()] {
        let fields = owned(&[
            ("csrf_token", token),
            ("email", "administrator@example.org"),
            ("password", PASSWORD),
        ]);
        let page = browser.post("/staff/sign-in", &fields).await;
        assert_eq!(page.status, 403);
        assert_eq!(page.heading(), "Sorry, your session has ended");
        assert_eq!(
            page.attribute("main form input[name=email]", "value")
                .as_deref(),
            Some("administrator@example.org")
        );
        assert!(!page.body.contains(PASSWORD), "passwords are not sent back");
        // one press and it is sent, with a token that is right; the password has to be typed again
        let answer = browser.press(&page, "Continue", &[]).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.problems(), ["Enter your password"]);
    }
}

#[tokio::test]
async fn somebody_signed_out_while_typing_loses_nothing() {
    let app = TestApp::start().await;
    let admin = app.sign_in(Role::Administrator).await;
    let form = admin.get("/staff/tokens").await;
    app.advance(TimeDelta::hours(1));
    let typed = "A program that writes the minutes of the Safer Board";
    let page = admin.submit(&form, "main form", &[("name", typed)]).await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (401, "You have been signed out")
    );
    assert!(page.text().contains(typed));
    try_to_sign_in(&admin, "administrator@example.org", PASSWORD).await;
    let page = admin.press(&page, "Continue", &[]).await;
    assert_eq!(page.status, 403, "the token was the ended session's");
    let page = admin.press(&page, "Continue", &[]).await;
    assert_eq!(page.status, 422);
    assert_eq!(page.attribute("#name", "value").as_deref(), Some(typed));
}

#[tokio::test]
async fn the_token_differs_on_each_page_and_belongs_to_its_cookie() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let token = |page: &Page| page.attribute("input[name=csrf_token]", "value").unwrap();
    let first = browser.get("/staff/sign-in").await;
    let second = browser.get("/staff/sign-in").await;
    assert_ne!(
        token(&first),
        token(&second),
        "masked anew, so that compression tells nothing"
    );
    let staff = app.sign_in(Role::Administrator).await;
    let fields = owned(&[("csrf_token", &token(&first))]);
    let page = staff.post("/staff/sign-out", &fields).await;
    assert_eq!(page.status, 403);
    assert_eq!(
        staff.get("/staff/account").await.status,
        200,
        "still signed in"
    );
}

fn hold_the_security_headers(page: &Page) {
    let path = &page.path;
    let csp = page.header("content-security-policy");
    assert!(csp.starts_with("default-src 'none'; "), "{path}: {csp}");
    assert!(
        csp.contains("frame-ancestors 'none'") && csp.contains("base-uri 'none'"),
        "{path}"
    );
    assert!(!csp.contains("unsafe"), "{path}");
    assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(page.header("referrer-policy"), "strict-origin", "{path}");
    assert_eq!(
        page.header("cross-origin-opener-policy"),
        "same-origin",
        "{path}"
    );
    assert_eq!(
        page.header("cross-origin-resource-policy"),
        "same-origin",
        "{path}"
    );
    assert!(
        page.header("permissions-policy").contains("camera=()"),
        "{path}"
    );
    assert!(!page.header("cache-control").is_empty(), "{path}");
    assert_eq!(page.header("x-request-id").len(), 36, "{path}");
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let sign_in = browser.get("/staff/sign-in").await;
    let style = sign_in.attribute("link[rel=stylesheet]", "href").unwrap();
    for path in [
        "/staff/sign-in",
        "/staff/accounts",
        "/nothing/here",
        "/api/v1/nothing",
        "/health/live",
        &style,
    ] {
        hold_the_security_headers(&browser.get(path).await);
    }
    hold_the_security_headers(&browser.post("/staff/sign-in", &[]).await);
    assert_eq!(
        browser.get("/staff/sign-in").await.header("cache-control"),
        "no-store"
    );
    assert!(
        browser
            .get(&style)
            .await
            .header("cache-control")
            .contains("immutable")
    );
    assert_eq!(
        sign_in.header("strict-transport-security"),
        "",
        "not over plain http"
    );
}

#[tokio::test]
async fn over_https_cookies_are_bound_to_the_host_and_hsts_is_sent() {
    let app = TestApp::start_with(Setup {
        toml: "[server]\nsecure_cookies = true".to_owned(),
        ..Setup::default()
    })
    .await;
    let page = app.browser().get("/staff/sign-in").await;
    let cookie = cookie(&page, "__Host-visitor").expect("a cookie");
    assert!(cookie.contains("Secure") && cookie.contains("HttpOnly") && cookie.contains("Path=/"));
    assert!(!cookie.contains("Domain"));
    assert!(
        page.header("strict-transport-security")
            .starts_with("max-age=31536000")
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_there_in_one_way() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let one = browser.get("/no/such/page").await;
    let other = browser.get("/another%20one?with=query").await;
    assert_eq!(
        (one.status, one.heading().as_str()),
        (404, "Page not found")
    );
    let plain = |page: &Page| (page.status, page.text());
    assert_eq!(plain(&one), plain(&other));
    let admin = app.sign_in(Role::Administrator).await;
    for path in [
        "/staff/accounts/not-an-id",
        "/staff/accounts/018d0000-0000-7000-8000-000000000000",
    ] {
        let page = admin.get(path).await;
        assert_eq!(plain(&page), plain(&one), "{path}");
    }

    let problem = browser.get("/api/v1/no-such-thing").await;
    assert_eq!(problem.status, 404);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    let body: serde_json::Value = serde_json::from_str(&problem.body).unwrap();
    assert_eq!(body["type"], "/problems/not-found");
}

#[tokio::test]
async fn a_wrong_method_a_wrong_type_and_too_much_are_said_to_be_so() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let page = browser.get("/staff/sign-out").await;
    assert_eq!((page.status, page.header("allow")), (405, "POST"));
    let head = Page::of(
        "/staff/sign-in",
        browser.request(reqwest::Method::HEAD, "/staff/sign-in"),
    )
    .await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));

    let ours = |body: reqwest::RequestBuilder| body.header("Origin", &app.address);
    let json = ours(browser.request(reqwest::Method::POST, "/staff/sign-in"))
        .header("Content-Type", "application/json")
        .body("{}");
    assert_eq!(Page::of("/staff/sign-in", json).await.status, 415);
    let broken = ours(browser.request(reqwest::Method::POST, "/staff/sign-in"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(vec![b'a', b'=', 0xff, 0xfe]);
    assert_eq!(Page::of("/staff/sign-in", broken).await.status, 400);
    let huge = ours(browser.request(reqwest::Method::POST, "/staff/sign-in"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(vec![b'a'; 200_000]);
    assert_eq!(Page::of("/staff/sign-in", huge).await.status, 413);
}

#[tokio::test]
async fn many_sign_ins_from_one_address_are_held_back() {
    let app = TestApp::start_with(Setup {
        toml: "[limits]\nsign_ins_per_minute = 3".to_owned(),
        ..Setup::default()
    })
    .await;
    let browser = app.browser();
    for number in 0..3 {
        let page = try_to_sign_in(&browser, &format!("nobody{number}@example.org"), "x").await;
        assert_eq!(page.status, 422);
    }
    let page = try_to_sign_in(&browser, "nobody9@example.org", "x").await;
    assert_eq!(page.status, 429);
    assert!(page.header("retry-after").parse::<u32>().unwrap() <= 60);
    assert_eq!(
        page.attribute("main form input[name=email]", "value")
            .as_deref(),
        Some("nobody9@example.org")
    );
    let forged = browser
        .request(reqwest::Method::POST, "/staff/sign-in")
        .header("Origin", &app.address)
        .header("X-Forwarded-For", "198.51.100.7");
    let sign_in = browser.get("/staff/sign-in").await;
    let (_, fields) = sign_in.filled_in(
        "main form",
        &[("email", "a@example.org"), ("password", "x")],
    );
    let page = Page::of("/staff/sign-in", forged.form(&fields)).await;
    assert_eq!(
        page.status, 429,
        "a header that anybody can write changes nothing"
    );
}

#[tokio::test]
async fn the_health_pages_tell_machines_what_they_need() {
    let app = TestApp::start().await;
    let browser = app.browser();
    assert_eq!(browser.get("/health/live").await.status, 200);
    let ready = browser.get("/health/ready").await;
    assert_eq!(ready.status, 200);
    let body: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!(body["ready"], true);
    assert_eq!(body["schema"], "current");
    assert_eq!(body["letters"]["failed"], 0);
}
