//! 6 February 2024.

use chrono::{TimeDelta, TimeZone, Utc};

use crate::app::{Page, Setup, TestApp};
use crate::databases::Database;
use crate::people::{Resident, choice, link, press, private_link, reference};

const BOARD: &str = "Safer Policy and Performance Board";
const OFFICER: &str = "proper.officer@example.org";
const CHAIR: &str = "chair.safer@example.org";
const RESPONDING: &str = "responding.officer@example.org";

const DOMESTIC_ABUSE: &str = "Domestic Abuse Service";
const GOVERNANCE: &str = "Safer Halton Partnership Governance & Strategy";

#[tokio::test]
async fn the_safer_board_of_6_february_2024_on_sqlite() {
    story(Database::sqlite()).await;
}

#[tokio::test]
async fn the_safer_board_of_6_february_2024_on_postgresql() {
    if let Some(database) = Database::postgres() {
        story(database).await;
    }
}

async fn story(database: Database) {
    let setup = Setup {
        now: Utc.with_ymd_and_hms(2024, 1, 31, 10, 0, 0).unwrap(),
        seeds: true,
        database: Some(database.url()),
        ..Setup::default()
    };
    let app = TestApp::start_with(setup).await;
    let resident = |name, email| Resident {
        browser: app.browser(),
        name,
        email,
        publish_name: "yes",
    };

    // the meeting, with its deadline in full and how it was reckoned
    let page = app.browser().get("/meetings").await;
    let meeting = link(&page, &[BOARD, "6 February 2024"]);
    let page = app.browser().get(&meeting).await;
    assert!(
        page.text().contains("4pm on Monday 5 February 2024"),
        "{}",
        page.text()
    );
    for item in [DOMESTIC_ABUSE, GOVERNANCE] {
        assert!(page.text().contains(item), "{item}");
    }

    // three questions in time
    let ada = resident("Ada Example", "ada@example.org");
    let ben = resident("Ben Example", "ben@example.org");
    let cleo = resident("Cleo Example", "cleo@example.org");
    let a = asked(
        &ada,
        &meeting,
        DOMESTIC_ABUSE,
        "How many people waited more than a week for a place in a refuge last year?",
    )
    .await;
    app.advance(TimeDelta::minutes(10));
    let b = asked(
        &ben,
        &meeting,
        GOVERNANCE,
        "Who answers to this board for the work of the partnership?",
    )
    .await;
    app.advance(TimeDelta::minutes(10));
    let c = asked(
        &cleo,
        &meeting,
        DOMESTIC_ABUSE,
        "Will the helpline be open at night from April?",
    )
    .await;
    let received = app.letters_to(ada.email).await;
    assert_eq!(received.len(), 1);
    assert!(received[0].subject.contains(&a), "{}", received[0].subject);
    assert!(
        received[0].text.contains("31 January 2024 at 10:00:00am"),
        "{}",
        received[0].text
    );
    assert!(
        received[0].text.contains("4pm on Monday 5 February 2024"),
        "{}",
        received[0].text
    );

    // one withdrawn, by the link in the letter; opening the link changes nothing
    let dan = resident("Dan Example", "dan@example.org");
    let d = asked(
        &dan,
        &meeting,
        GOVERNANCE,
        "Is the strategy on the council's pages yet?",
    )
    .await;
    let own = private_link(&app.letters_to(dan.email).await[0].text);
    for _ in 0..3 {
        assert!(
            app.browser().get(&own).await.text().contains("Waiting")
                || app.browser().get(&own).await.status == 200
        );
    }
    let page = dan.browser.get(&own).await;
    let page = dan.browser.open(&link(&page, &["Withdraw"])).await;
    let page = press(&dan.browser, &page, "Withdraw the question", &[]).await;
    assert!(
        page.text().to_lowercase().contains("withdrawn"),
        "{}",
        page.text()
    );

    // one that is the same as a question put on 12 September 2023
    let eve = resident("Eve Example", "eve@example.org");
    let e = asked(
        &eve,
        &meeting,
        GOVERNANCE,
        "What is the council doing about anti-social behaviour around the shops in Widnes town centre in the evenings, and when will the CCTV cameras be repaired?",
    )
    .await;

    // a second from the same person: refused by the rule, and kept
    let page = Resident {
        browser: app.browser(),
        ..resident("ADA  EXAMPLE", "ada@example.org")
    }
    .asks(&meeting, GOVERNANCE, "And what did the partnership spend?")
    .await;
    assert!(page.text().contains("34(9)(iii)"), "{}", page.text());
    assert!(
        page.text().contains("A question has already been received"),
        "{}",
        page.text()
    );

    // one a second too late, carried to the next meeting in one press
    let fay = resident("Fay Example", "fay@example.org");
    app.clock
        .set(Utc.with_ymd_and_hms(2024, 2, 5, 15, 50, 0).unwrap());
    let written = fay
        .writes(
            &meeting,
            GOVERNANCE,
            "Why did the last report leave out Runcorn?",
        )
        .await;
    app.clock
        .set(Utc.with_ymd_and_hms(2024, 2, 5, 16, 0, 1).unwrap());
    let page = fay.sends(&written).await;
    assert!(page.text().contains("34(9)(iii)"), "{}", page.text());
    assert!(
        page.text().contains("4pm on Monday 5 February 2024"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("4:00:01pm"), "{}", page.text());
    let late = reference(&page);
    let page = press(
        &fay.browser,
        &page,
        "Send it to the board’s next meeting",
        &[],
    )
    .await;
    assert!(
        page.body
            .contains("Why did the last report leave out Runcorn?")
            || page.path.contains("/ask/"),
        "{}",
        page.path
    );

    // the desk: the evidence, the exact letter, the decision
    let officer = app.sign_in_as(OFFICER).await;
    for wanted in [&a, &b, &c] {
        let page = question(&officer, wanted).await;
        let page = press(&officer, &page, "Approve and send the letter", &[]).await;
        assert!(
            page.text().to_lowercase().contains("approved"),
            "{}",
            page.text()
        );
    }
    let page = question(&officer, &e).await;
    assert!(
        page.text().contains("12 September 2023"),
        "the earlier question is shown: {}",
        page.text()
    );
    assert!(page.body.contains("<mark"), "the shared words are marked");
    let refused = officer
        .press(&page, "Approve and send the letter", &[])
        .await;
    assert_eq!(
        refused.status, 422,
        "a strong match must be decided in words"
    );
    let page = officer
        .get(&format!(
            "{}/reject?grounds=substantially_the_same",
            page.path
        ))
        .await;
    let earlier = page
        .attribute("[name=earlier]", "value")
        .unwrap_or_default();
    assert!(earlier.starts_with("PQ-2023-"), "proposed: {earlier:?}");
    let preview = press(
        &officer,
        &page,
        "Preview the letter",
        &[("grounds", "substantially_the_same")],
    )
    .await;
    let shown = preview.text();
    assert!(shown.contains("34(9)(v)"), "{shown}");
    press(&officer, &preview, "Reject and send this letter", &[]).await;
    let rejected = app.letters_to(eve.email).await;
    let letter = rejected.last().expect("a letter");
    assert!(letter.subject.contains(&e));
    assert!(
        letter.text.contains("repaired during the summer"),
        "the earlier answer is in the letter: {}",
        letter.text
    );
    assert!(
        shown.contains("repaired during the summer"),
        "and it was in the preview"
    );
    let approved = app.letters_to(ben.email).await;
    let letter = approved.last().expect("a letter");
    for fact in [b.as_str(), "6:30pm", "Tuesday 6 February 2024", "3 minutes"] {
        assert!(
            letter.text.contains(fact) || letter.subject.contains(fact),
            "{fact}: {}",
            letter.text
        );
    }

    // the sheet that is circulated
    let page = officer
        .get(&format!("/staff{meeting}/papers/questions"))
        .await;
    assert_eq!(page.status, 200);
    for name in [ada.name, ben.name, cleo.name] {
        assert!(page.text().contains(name), "{}", page.text());
    }
    for kept_out in [dan.name, eve.name, fay.name] {
        assert!(!page.text().contains(kept_out), "{kept_out}");
    }

    // the night
    app.clock
        .set(Utc.with_ymd_and_hms(2024, 2, 6, 18, 40, 0).unwrap());
    let chair = app.sign_in_as(CHAIR).await;
    let screen = format!("/staff{meeting}/question-time");
    let mut page = chair.get(&screen).await;
    for _ in 0..3 {
        page = press(&chair, &page, "Mark as present", &[]).await;
    }
    page = press(&chair, &page, "Open public question time", &[]).await;
    for minutes in [12, 18] {
        page = chair.follow(next(&chair, &page).await).await; // call
        chair.follow(next(&chair, &page).await).await; // speak
        app.advance(TimeDelta::minutes(1));
        page = chair.get(&screen).await;
        chair.follow(next(&chair, &page).await).await; // answer
        app.advance(TimeDelta::minutes(minutes - 1));
        page = chair.get(&screen).await;
        page = chair.follow(act(&chair, &page, "finish:given").await).await;
    }
    // 30 minutes are over: nobody else is offered to be called, and the screen says who gets a written response
    assert!(page.all("button[name=act][value=call]").is_empty());
    assert!(page.text().contains(cleo.name), "{}", page.text());
    // and an old page, or a program, that calls somebody all the same is refused by the rule
    let (_, mut fields) = page.filled_in(&format!("#acts-{c}"), &[]);
    fields.push(("act".to_owned(), "call".to_owned()));
    let refused = chair.post(&screen, &fields).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("34(9)(i)"), "{}", refused.text());
    let close = chair.get(&format!("{screen}/close")).await;
    assert!(
        close.text().contains(cleo.name),
        "who gets a written response: {}",
        close.text()
    );
    press(&chair, &close, "Close public question time", &[]).await;

    // what is owed is written, shown, sent and read
    let owed = app.letters_to(cleo.email).await;
    let letter = owed.last().expect("a letter");
    assert!(
        letter.text.contains("20 February 2024"),
        "due after ten working days: {}",
        letter.text
    );
    let responding = app.sign_in_as(RESPONDING).await;
    let list = responding.get("/staff/responses").await;
    let page = responding.get(&link(&list, &[cleo.name])).await;
    let words = "The helpline will be open at all hours from 1 April.";
    let full = choice(&page, "The written response");
    let preview = press(
        &responding,
        &page,
        "Preview the letter",
        &[("reply", &full), ("body", words)],
    )
    .await;
    assert!(preview.text().contains(words), "{}", preview.text());
    press(&responding, &preview, "Send this letter", &[]).await;
    let sent = app.letters_to(cleo.email).await;
    let letter = sent.last().expect("a letter");
    assert!(
        letter.subject.contains(&c) && letter.text.contains(words),
        "{} {}",
        letter.subject,
        letter.text
    );
    let own = private_link(&sent[0].text);
    assert!(cleo.browser.get(&own).await.text().contains(words));

    // what the public sees afterwards, and the minutes
    let page = app.browser().get(&meeting).await;
    for shown in [&a, &b] {
        assert!(
            page.text().contains(shown.as_str()),
            "{shown}: {}",
            page.text()
        );
    }
    // the third was not put: its answer is for the questioner alone
    for hidden in [&c, &d, &e, &late] {
        assert!(!page.text().contains(hidden.as_str()), "{hidden}");
    }
    assert!(!page.text().contains(words), "{}", page.text());
    assert!(
        page.text()
            .contains("1 question was not asked at the meeting. We do not publish it."),
        "{}",
        page.text()
    );
    for private in ["@example.org", "1 Example Street", "WA8 7QF"] {
        assert!(!page.body.contains(private), "{private}");
    }
    let officer = app.sign_in_as(OFFICER).await;
    let page = officer
        .get(&format!("/staff{meeting}/papers/minutes"))
        .await;
    assert!(
        page.text().contains(ada.name) && page.text().contains(ben.name),
        "{}",
        page.text()
    );
    assert!(
        page.text().to_lowercase().contains("written response"),
        "{}",
        page.text()
    );

    // every letter that was written has left
    assert!(
        app.letters()
            .await
            .iter()
            .all(|letter| !letter.subject.contains('\n'))
    );
}

/// Asks, and gives the reference on the receipt.
pub async fn asked(resident: &Resident, meeting: &str, item: &str, question: &str) -> String {
    let page = resident.asks(meeting, item, question).await;
    assert!(
        page.text().contains("has been received")
            || page.heading().to_lowercase().contains("received"),
        "{}",
        page.text()
    );
    reference(&page)
}

/// A question's page on the desk, found by its reference.
pub async fn question(officer: &crate::app::Browser, reference: &str) -> Page {
    let page = officer
        .open(&format!("/staff/questions?reference={reference}"))
        .await;
    if page.path.contains("/staff/questions/") {
        return page;
    }
    officer.get(&link(&page, &[reference])).await
}

/// Presses the one large button for what comes next.
pub async fn next(chair: &crate::app::Browser, page: &Page) -> Page {
    let what = page
        .attribute("#next-step", "value")
        .unwrap_or_else(|| panic!("no next step: {}", page.text()));
    act(chair, page, &what).await
}

/// Does an act of the chair's by its code.
pub async fn act(chair: &crate::app::Browser, page: &Page, what: &str) -> Page {
    let button = page
        .all(&format!("button[name=act][value='{what}'] .app-act"))
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("{what} is not offered: {}", page.text()));
    chair.press(page, &button, &[]).await
}
