//! Programs that fill in forms: nobody is asked for more than one press, nobody is made late by it, and nothing is dropped in silence.

use chrono::TimeDelta;

use crate::app::{Browser, Page};
use crate::resident::{PERSON, QUESTION, Town, at, send, town, town_with, write};

async fn guarded() -> Town {
    let town = town_with("[bots]\nminimum_seconds = 6").await;
    town.app.clock.set(at(15, 59, 58));
    town
}

/// Writes a question in a second, and sends it a second before the deadline is over.
async fn sent_at_once(town: &Town, browser: &Browser) -> Page {
    let check = write(browser, town.meeting, QUESTION, &PERSON).await;
    town.app.clock.set(at(15, 59, 59));
    let asked = browser
        .press(&check, "Send your question", &[("declaration", "yes")])
        .await;
    assert_eq!(asked.status, 422);
    assert_eq!(asked.heading(), "Confirm that you are a person");
    assert!(town.app.letters().await.is_empty(), "nothing has been sent");
    asked
}

const RECEIVED: &str = "received on 5 February 2024 at 3:59:59pm";

#[tokio::test]
async fn who_is_quicker_than_people_are_presses_once_more_and_is_not_late_for_it() {
    let town = guarded().await;
    let browser = town.app.browser();
    let asked = sent_at_once(&town, &browser).await;
    for said in [
        "We have not sent your question yet",
        "in the next 30 minutes",
        "5 February 2024 at 3:59:59pm",
    ] {
        assert!(asked.text().contains(said), "{said}: {}", asked.text());
    }
    town.app.clock.set(at(16, 1, 0));
    let sent = browser
        .press(&asked, "I am a person: send my question", &[])
        .await;
    let done = browser.follow(sent).await;
    assert_eq!(done.heading(), "Question received", "{}", done.text());
    assert!(done.text().contains(RECEIVED), "{}", done.text());
    assert_eq!(town.app.letters_to("resident@example.org").await.len(), 1);
}

#[tokio::test]
async fn the_first_press_counts_by_the_check_page_too() {
    let town = guarded().await;
    let browser = town.app.browser();
    let asked = sent_at_once(&town, &browser).await;
    town.app.clock.set(at(16, 0, 30));
    let check = browser.go(&asked, "Go back to your answers").await;
    let done = send(&browser, &check).await;
    assert_eq!(done.heading(), "Question received", "{}", done.text());
    assert!(done.text().contains(RECEIVED), "{}", done.text());
}

#[tokio::test]
async fn other_words_arrive_when_they_are_sent_and_so_does_what_is_confirmed_too_late() {
    for (later, change) in [(at(16, 0, 30), true), (at(16, 30, 0), false)] {
        let town = guarded().await;
        let browser = town.app.browser();
        let asked = sent_at_once(&town, &browser).await;
        town.app.clock.set(later);
        let check = browser.go(&asked, "Go back to your answers").await;
        let check = if change {
            let page = browser
                .get(&check.path.replace("/check", "/question"))
                .await;
            let other = format!("{QUESTION} And by whom?");
            let answer = browser
                .press(&page, "Continue", &[("question", &other)])
                .await;
            assert_eq!(answer.status, 303);
            browser.get(&check.path).await
        } else {
            check
        };
        let refused = send(&browser, &check).await;
        assert_eq!(
            refused.heading(),
            "Your question was not accepted for this meeting"
        );
    }
}

#[tokio::test]
async fn the_field_that_nobody_sees_is_for_programs_alone() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    let page = browser
        .get(&check.path.replace("/check", "/about-you"))
        .await;
    for (attribute, value) in [("tabindex", "-1"), ("autocomplete", "off")] {
        assert_eq!(
            page.attribute("input[name=website]", attribute).as_deref(),
            Some(value)
        );
    }
    assert!(
        page.attribute("[aria-hidden=true] input[name=website]", "name")
            .is_some()
    );
    let filled = browser
        .press(&page, "Continue", &[("website", "https://spam.example")])
        .await;
    let check = browser.follow(filled).await;
    let (action, mut fields) =
        check.filled_in("main form[action$='/send']", &[("declaration", "yes")]);
    let asked = browser.post(&action, &fields).await;
    assert_eq!(asked.heading(), "Confirm that you are a person");
    // without the page it is asked again, as often as it is sent
    fields.push(("seen".to_owned(), "guessed".to_owned()));
    town.app.advance(TimeDelta::minutes(1));
    let again = browser.post(&action, &fields).await;
    assert_eq!(again.status, 422);
    assert!(again.text().contains("at 3:00:00pm"), "{}", again.text());
    assert!(town.app.letters().await.is_empty());
    // what somebody's password manager did is no reason to lose a question
    let sent = browser
        .press(&again, "I am a person: send my question", &[])
        .await;
    let done = browser.follow(sent).await;
    assert_eq!(done.heading(), "Question received");
    assert!(done.text().contains("at 3:00:00pm"), "{}", done.text());
}

#[tokio::test]
async fn who_takes_their_time_is_asked_nothing() {
    let town = guarded().await;
    town.app.clock.set(at(15, 30, 0));
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    town.app.clock.set(at(15, 30, 6));
    let done = send(&browser, &check).await;
    assert_eq!(done.heading(), "Question received");
}
