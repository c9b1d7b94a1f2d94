//! Whose an e-mail address is: nothing that was typed goes to it before its reader says "This was me".

use chrono::TimeDelta;
use public_question_time::{
    domain::standing_order::rejection::Ground,
    service::{
        actor::Acting,
        approve_question,
        reject_question::{self, Rejection},
        your_question,
    },
};

use crate::{
    app::Page,
    resident::{Town, private_link, send, town, write},
};

const BAIT: &str = "Your council tax refund is waiting: will you claim it today?";

const STRANGER: [(&str, &str); 6] = [
    ("name", "Council Taxpayer"),
    ("address", "1 Example Street\nWidnes"),
    ("postcode", "WA8 7QF"),
    ("email", "victim@example.org"),
    ("resident", "yes"),
    ("publish_name", "yes"),
];

/// Sends a question with the victim's address and returns the receipt.
async fn sent(town: &Town) -> Page {
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, BAIT, &STRANGER).await;
    send(&browser, &check).await
}

/// The link in the latest letter to the victim, as a path.
async fn letter_link(town: &Town) -> String {
    let letters = town.app.letters_to("victim@example.org").await;
    let link = letters.last().unwrap().private_link.clone().unwrap();
    link[link.find("/question/").unwrap()..].to_owned()
}

fn withdraw(town: &Town, link: &str) {
    let token = link.trim_start_matches("/question/");
    your_question::withdraw(&town.app.service, &Acting::questioner(None), token).unwrap();
}

#[tokio::test]
async fn a_stranger_cannot_have_the_council_send_words_to_somebody_elses_address() {
    let town = town().await;
    let done = sent(&town).await;
    assert!(
        done.text().contains("choose “This was me”"),
        "{}",
        done.text()
    );
    let link = private_link(&done);
    // the link that the stranger was shown offers no confirmation, and cannot be used for it
    let page = town.app.browser().get(&link).await;
    assert!(!page.all("button").contains(&"This was me".to_owned()));
    assert!(
        page.text()
            .contains("You have not confirmed this address yet")
    );
    let browser = town.app.browser();
    let own = browser.get(&letter_link(&town).await).await;
    let (_, form) = own.filled_in("form[action$='this-was-me']", &[]);
    let tried = browser.post(&format!("{link}/this-was-me"), &form).await;
    assert_eq!(tried.status, 409, "{}", tried.text());

    withdraw(&town, &link);
    for letter in town.app.letters_to("victim@example.org").await {
        let message = String::from_utf8_lossy(&letter.message).into_owned();
        for typed in ["Taxpayer", "refund"] {
            assert!(!message.contains(typed), "{typed}: {message}");
        }
        assert!(letter.text.starts_with("Hello,"), "{}", letter.text);
    }
}

#[tokio::test]
async fn opening_the_link_confirms_nothing_and_pressing_the_button_does() {
    let town = town().await;
    let done = sent(&town).await;
    let link = letter_link(&town).await;
    let browser = town.app.browser();
    // a mail scanner opens links
    for _ in 0..3 {
        assert_eq!(town.app.browser().get(&link).await.status, 200);
    }
    let page = browser.get(&link).await;
    assert!(page.text().contains("Confirm that this was you"));
    assert!(page.text().contains(BAIT), "the page shows the copy");
    let pressed = browser.press(&page, "This was me", &[]).await;
    assert_eq!(pressed.status, 303, "{}", pressed.text());
    let page = browser.follow(pressed).await;
    assert!(
        page.text().contains("This address was confirmed on"),
        "{}",
        page.text()
    );
    assert!(!page.all("button").contains(&"This was me".to_owned()));

    town.app.advance(TimeDelta::hours(2));
    withdraw(&town, &private_link(&done));
    let letters = town.app.letters_to("victim@example.org").await;
    let last = letters.last().unwrap();
    assert_eq!(last.kind, "withdrawn");
    assert!(last.text.contains(BAIT), "{}", last.text);
    assert!(
        last.text.starts_with("Dear Council Taxpayer,"),
        "{}",
        last.text
    );
}

#[tokio::test]
async fn letters_quote_a_question_that_an_officer_has_approved() {
    let town = town().await;
    let question = town.question(&private_link(&sent(&town).await));
    approve_question::approve(&town.app.service, &town.officer, question.id, 1, "").unwrap();
    let letters = town.app.letters_to("victim@example.org").await;
    let last = letters.last().unwrap();
    assert_eq!(last.kind, "approved");
    assert!(last.text.contains(BAIT), "{}", last.text);
}

#[tokio::test]
async fn a_rejection_holds_the_councils_words_and_not_the_questioners() {
    let town = town().await;
    let question = town.question(&private_link(&sent(&town).await));
    let rejection = Rejection {
        grounds: vec![Ground::Frivolous],
        reason: "This is not a serious question.".to_owned(),
        earlier: String::new(),
        other: String::new(),
    };
    reject_question::reject(&town.app.service, &town.officer, question.id, 1, &rejection).unwrap();
    let letters = town.app.letters_to("victim@example.org").await;
    let last = letters.last().unwrap();
    assert_eq!(last.kind, "rejected");
    assert!(last.text.contains("This is not a serious question."));
    assert!(!last.text.contains("refund"), "{}", last.text);
    assert!(last.text.contains("/question/"), "{}", last.text);
}
