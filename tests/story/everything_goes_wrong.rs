//! An evening at which everything goes wrong, by the front door: the venue changes after the approvals, a libel is redacted, somebody
//! is not to be named, an address is mistyped, a move restores a late question, one questioner is absent, the time runs out with two
//! not called, and another meeting is closed by nobody.
//!
//! The letters, the minutes, the papers and the screens are kept as snapshots, to be read word for word.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use public_question_time::service::follow_up::follow_up;

use crate::app::{Browser, Page, Setup, TestApp};
use crate::databases::Database;
use crate::people::{Resident, choice, link, press, reference};
use crate::read::Reader;
use crate::safer_board::{act, asked, next, question};

const BOARD: &str = "Safer Policy and Performance Board";
const OFFICER: &str = "proper.officer@example.org";
const CHAIR: &str = "chair.safer@example.org";
const OFFICERS: &str = "committee.services@example.org";

const DOMESTIC_ABUSE: &str = "Domestic Abuse Service";
const GOVERNANCE: &str = "Safer Halton Partnership Governance & Strategy";

const LIBEL: &str = "Is it not true that zqcouncillor took money for the contract of the refuge?";
const PUBLISHED: &str = "How was the contract of the refuge awarded?";

#[tokio::test]
async fn everything_goes_wrong_on_sqlite() {
    story(Database::sqlite()).await;
}

#[tokio::test]
async fn everything_goes_wrong_on_postgresql() {
    if let Some(database) = Database::postgres() {
        story(database).await;
    }
}

fn at(month: u32, day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, month, day, hour, minute, 0)
        .unwrap()
}

/// The form by which the officer changes a meeting, answered up to the page that says who will be told what.
async fn change(officer: &Browser, meeting: &str, typed: &[(&str, &str)]) -> Page {
    let form = officer.open(&format!("/staff{meeting}/edit")).await;
    officer.press(&form, "Continue", typed).await
}

async fn approve(officer: &Browser, wanted: &str) {
    let page = question(officer, wanted).await;
    let page = press(officer, &page, "Approve and send the letter", &[]).await;
    assert!(
        page.text().to_lowercase().contains("approved"),
        "{}",
        page.text()
    );
}

/// Sees the question that was called through to its answer, which takes so many minutes.
async fn is_put(app: &TestApp, chair: &Browser, screen: &str, minutes: i64, finish: &str) -> Page {
    let page = chair.get(screen).await;
    chair.follow(next(chair, &page).await).await; // speak
    app.advance(TimeDelta::minutes(1));
    let page = chair.get(screen).await;
    chair.follow(next(chair, &page).await).await; // answer
    app.advance(TimeDelta::minutes(minutes - 1));
    let page = chair.get(screen).await;
    chair.follow(act(chair, &page, finish).await).await
}

async fn story(database: Database) {
    let app = TestApp::start_with(Setup {
        now: at(1, 31, 10, 0),
        seeds: true,
        database: Some(database.url()),
        ..Setup::default()
    })
    .await;
    let mut read = Reader::default();
    let resident = |name, email| Resident {
        browser: app.browser(),
        name,
        email,
        publish_name: "yes",
    };
    let page = app.browser().get("/meetings").await;
    let meeting = link(&page, &[BOARD, "6 February 2024"]);

    // six questions in time, ten minutes apart
    let ada = resident("Ada Example", "ada@example.org");
    let ben = resident("Ben Example", "ben@example.org");
    let cleo = Resident {
        publish_name: "no",
        ..resident("Zqcleo Atrisk", "cleo@example.org")
    };
    let dan = resident("Dan Example", "dan@exmaple.org");
    let eve = resident("Eve Example", "eve@example.org");
    let fay = resident("Fay Example", "fay@example.org");
    let mut references = Vec::new();
    for (who, item, words) in [
        (
            &ada,
            DOMESTIC_ABUSE,
            "How many people waited more than a week for a place in a refuge last year?",
        ),
        (&ben, DOMESTIC_ABUSE, LIBEL),
        (
            &cleo,
            DOMESTIC_ABUSE,
            "Will the helpline be open at night from April?",
        ),
        (
            &dan,
            GOVERNANCE,
            "Who answers to this board for the work of the partnership?",
        ),
        (
            &eve,
            GOVERNANCE,
            "What did the partnership spend on street wardens?",
        ),
        (
            &fay,
            GOVERNANCE,
            "When will the strategy be on the council's pages?",
        ),
    ] {
        references.push(asked(who, &meeting, item, words).await);
        app.advance(TimeDelta::minutes(10));
    }
    let [a, b, c, d, e, f] = &references[..] else {
        unreachable!("six questions");
    };

    // Dan telephones: no letter has come. The officer corrects the address, and the letters go where they belong
    let officer = app.sign_in_as(OFFICER).await;
    let page = question(&officer, d).await;
    let page = officer
        .get(&link(&page, &["Correct contact details"]))
        .await;
    let page = press(
        &officer,
        &page,
        "Save the correction",
        &[
            ("email", "dan@example.org"),
            ("reason", "He told us on the telephone."),
        ],
    )
    .await;
    assert!(page.text().contains("dan@example.org"), "{}", page.text());
    let told = app.letters_to("dan@exmaple.org").await;
    let left = told.last().expect("the old address is told");
    assert!(!left.text.contains("dan@example.org"), "{}", left.text);

    // the libel is redacted, and what he is told quotes what is published
    let page = question(&officer, b).await;
    let page = officer.get(&format!("{}/text", page.path)).await;
    let preview = press(
        &officer,
        &page,
        "Preview the letter",
        &[
            ("public_text", PUBLISHED),
            ("reason", "It accuses a named person."),
        ],
    )
    .await;
    press(&officer, &preview, "Redact and send this letter", &[]).await;
    for wanted in &references {
        approve(&officer, wanted).await;
    }

    // after the approvals the venue changes: everybody is told by the old and the new
    let confirm = change(
        &officer,
        &meeting,
        &[("venue", "Select Stadium, Lowerhouse Lane, Widnes")],
    )
    .await;
    assert!(confirm.text().contains("6 people"), "{}", confirm.text());
    press(
        &officer,
        &confirm,
        "Change the meeting and send the letters",
        &[],
    )
    .await;

    // Gus is an hour late; then snow moves the meeting by a week, and his question is in time
    app.clock.set(at(2, 5, 17, 0));
    let gus = resident("Gus Example", "gus@example.org");
    let page = gus
        .asks(
            &meeting,
            GOVERNANCE,
            "How often did the partnership meet last year?",
        )
        .await;
    assert!(page.text().contains("34(9)(iii)"), "{}", page.text());
    let g = reference(&page);
    let officer = app.sign_in_as(OFFICER).await;
    let confirm = change(&officer, &meeting, &[("date-day", "13")]).await;
    press(
        &officer,
        &confirm,
        "Move the meeting and send the letters",
        &[],
    )
    .await;
    approve(&officer, &g).await;

    // the papers, on the day
    app.clock.set(at(2, 13, 17, 0));
    let officer = app.sign_in_as(OFFICER).await;
    let sheet = officer
        .get(&format!("/staff{meeting}/papers/questions"))
        .await;
    read.page("The sheet of questions", &sheet);

    // the night: seven on the list; Fay does not come
    app.clock.set(at(2, 13, 18, 40));
    let chair = app.sign_in_as(CHAIR).await;
    let screen = format!("/staff{meeting}/question-time");
    let public = format!("{meeting}/screen");
    let mut page = chair.get(&screen).await;
    assert!(!page.body.contains("Zqcleo"), "{}", page.text());
    for _ in 0..7 {
        page = press(&chair, &page, "Mark as present", &[]).await;
    }
    let absent = format!("#acts-{f}");
    let (_, mut fields) = page.filled_in(&absent, &[]);
    fields.push(("act".to_owned(), "withdraw_indication".to_owned()));
    chair.follow(chair.post(&screen, &fields).await).await;
    let page = chair.get(&screen).await;
    press(&chair, &page, "Open public question time", &[]).await;
    let page = chair.get(&screen).await;
    let (_, mut fields) = page.filled_in(&absent, &[]);
    fields.push(("act".to_owned(), "pass_over".to_owned()));
    chair.follow(chair.post(&screen, &fields).await).await;
    // Ada, Ben, Cleo and Dan are called; Dan's answer is promised. Then the 30 minutes are over
    for (minutes, finish) in [
        (6, "finish:given"),
        (6, "finish:given"),
        (8, "finish:given"),
        (10, "finish:promised"),
    ] {
        let page = chair.get(&screen).await;
        chair.follow(next(&chair, &page).await).await; // call
        if finish == "finish:given" && minutes == 8 {
            read.page(
                "The public screen while nobody is named",
                &app.browser().get(&public).await,
            );
            let page = chair.get(&screen).await;
            assert!(!page.body.contains("Zqcleo"), "{}", page.text());
        }
        is_put(&app, &chair, &screen, minutes, finish).await;
    }
    let page = chair.get(&screen).await;
    assert!(page.all("button[name=act][value=call]").is_empty());
    let close = chair.get(&format!("{screen}/close")).await;
    read.page("Before it is closed", &close);
    press(&chair, &close, "Close public question time", &[]).await;
    read.page(
        "The public screen afterwards",
        &app.browser().get(&public).await,
    );
    read.page(
        "The meeting's page afterwards",
        &app.browser().get(&meeting).await,
    );
    let officer = app.sign_in_as(OFFICER).await;
    let minutes = officer
        .get(&format!("/staff{meeting}/papers/minutes"))
        .await;
    read.page("The minutes extract", &minutes);
    read.page(
        "The officer's desk the same night",
        &officer.get("/staff").await,
    );

    // another board meets on the 15th, and nobody opens or closes question time
    let form = officer.get("/staff/meetings/new").await;
    let board = choice(&form, "Corporate Policy and Performance Board");
    let page = press(
        &officer,
        &form,
        "Add the meeting",
        &[
            ("board", &board),
            ("date-day", "15"),
            ("date-month", "2"),
            ("date-year", "2024"),
            ("starts", "6:30pm"),
            ("venue", "Civic Suite, Town Hall, Runcorn"),
        ],
    )
    .await;
    let forgotten = page.path.trim_start_matches("/staff").to_owned();
    let forgotten = forgotten.split('?').next().unwrap_or_default().to_owned();
    let hal = resident("Hal Example", "hal@example.org");
    let h = hal
        .asks_about(
            &forgotten,
            "Council tax",
            "Why has the council tax leaflet no telephone number?",
        )
        .await;
    approve(&officer, &reference(&h)).await;
    app.clock.set(at(2, 16, 7, 0));
    follow_up(&app.service).expect("the follow-up");
    let officer = app.sign_in_as(OFFICER).await;
    read.page(
        "The officer's desk the morning after",
        &officer.get("/staff").await,
    );
    app.clock.set(at(2, 23, 7, 0));
    follow_up(&app.service).expect("the follow-up");
    let minutes = app
        .sign_in_as(OFFICER)
        .await
        .get(&format!("/staff{forgotten}/papers/minutes"))
        .await;
    read.page("The minutes of the meeting that nobody closed", &minutes);

    // every letter that was written, to whom and in which words
    let letters = app.letters().await;
    for letter in &letters {
        if letter.to != OFFICERS {
            assert!(
                !letter.text.contains("zqcouncillor") || letter.kind == "acknowledgement",
                "{}",
                letter.text
            );
        }
    }
    for (name, email) in [
        ("Ada", "ada@example.org"),
        ("Ben, whose words were redacted", "ben@example.org"),
        ("Cleo, who is not named", "cleo@example.org"),
        ("Dan, at the mistyped address", "dan@exmaple.org"),
        ("Dan", "dan@example.org"),
        ("Eve, for whom there was no time", "eve@example.org"),
        ("Fay, who was absent", "fay@example.org"),
        ("Gus, who was late", "gus@example.org"),
        ("Hal, whose meeting nobody closed", "hal@example.org"),
        ("The officers", OFFICERS),
    ] {
        read.letters(&format!("Letters to {name}"), &letters, email);
    }
    let _ = (a, c, e);
    insta::assert_snapshot!("everything_goes_wrong", read.finish());
}
